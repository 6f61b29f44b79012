"""What the regime fears more: those who deny the state, or those who bear arms."""

from tajsim.axes import Array


def threat_of_ideas(members: Array, violent: Array, *, idea_fear: Array, arms_fear: Array) -> Array:
    """Return the threat that the regime sees in banned and armed groups, 0 to 1, ``(run,)``.

    A movement without borders denies the nation state itself, though it only hands out leaflets.

    Equation:
        felt = idea_fear * members + arms_fear * violent
        threat_of_ideas = felt / (1 + felt)

    Args:
        members: of the banned movement without arms, thousand persons.
        violent: members of violent groups at home, thousand persons.

    Mechanisms: M89, M53.
    """
    felt = idea_fear * members + arms_fear * violent
    return felt / (1.0 + felt)
