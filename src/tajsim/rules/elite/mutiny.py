"""Whether a commander fights, flees or gives in, and how it ends."""

import numpy as np

from tajsim.axes import Array


def fight_chance(
    fear: Array,
    loyalty: Array,
    following: Array,
    *,
    mutiny_fear: Array,
    mutiny_following: Array,
    mutiny_bias: Array,
) -> Array:
    """Return the probability that a commander about to be arrested fights, ``(run,)``.

    None without followers. Expected torture makes fighting the better end.

    Equation:
        men = mutiny_following * ln((1 + following) / 100)
        push = mutiny_bias + mutiny_fear * fear - 2 * loyalty + men
        fight_chance = 1 / (1 + exp(-push)) if following > 0 else 0

    Args:
        following: armed men who follow him in person.

    Mechanisms: S01, S23, S28, M21.
    """
    push = mutiny_bias + mutiny_fear * fear - 2.0 * loyalty
    push = push + mutiny_following * np.log((1.0 + following) / 100.0)
    return np.where(following > 0.0, 1.0 / (1.0 + np.exp(-push)), 0.0)


def break_hazard(
    fear: Array, loyalty: Array, creed: Array, *, mutiny_rate: Array, defection_rate: Array
) -> tuple[Array, Array]:
    """Return monthly probabilities ``(mutiny, defection)`` of an unprovoked break, ``(run,)``.

    A defection is possible for a loyal insider without any past in the opposition.

    Equation:
        doubt = (1 - loyalty) ** 2
        mutiny = 1 - exp(-mutiny_rate * fear * doubt)
        defection = 1 - exp(-defection_rate * creed * doubt)

    Args:
        creed: pressure on his faith times its weight for him, 0 to 1.

    Mechanisms: S01, S03.
    """
    doubt = (1.0 - loyalty) ** 2
    return (
        1.0 - np.exp(-mutiny_rate * fear * doubt),
        1.0 - np.exp(-defection_rate * creed * doubt),
    )


def mutiny_wins(
    following: Array, loyal_force: Array, patron: Array, draw: Array, *, mutiny_edge: Array
) -> Array:
    """Return 1 where a mutiny topples the regime, else 0, ``(run,)``.

    Near the capital the state wins close fights; only a patron that acts inside adds to that.

    Equation:
        against = mutiny_edge * loyal_force * (1 + patron)
        chance = following / (following + against + 1)
        mutiny_wins = 1 if draw < chance else 0

    Args:
        following: the mutineer's men.
        loyal_force: persons who fight for the regime, weighted by loyalty and quality.
        patron: the patron's help against enemies inside, 0 to 1.

    Mechanisms: S07, M113, X02.
    """
    chance = following / (following + mutiny_edge * loyal_force * (1.0 + patron) + 1.0)
    return (draw < chance).astype(float)
