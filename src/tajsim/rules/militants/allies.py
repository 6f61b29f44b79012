"""Who at home would stand with militants from abroad."""

from tajsim.axes import Array


def allies(
    violent: Array,
    disgruntled: Array,
    closed: Array,
    preyed_on: Array,
    *,
    disgruntled_share: Array,
    village_tolerance: Array,
) -> Array:
    """Return sympathisers whom a crossing could count on, thousand persons, ``(run,)``.

    Followers of old commanders rejoin when they are shut out, and villages on which troops prey
    put up with men who pay for what they take.

    Equation:
        own = violent + disgruntled_share * disgruntled * closed
        allies = own * (1 + village_tolerance * preyed_on)

    Args:
        violent: members of violent groups at home, thousand persons.
        disgruntled: followers of the former opposition, thousand persons.
        closed: 1 - legal standing of the party, 0 to 1.
        preyed_on: what the police take, share of income, 0 to 1.

    Mechanisms: X11, X13, M95, M96.
    """
    own = violent + disgruntled_share * disgruntled * closed
    return own * (1.0 + village_tolerance * preyed_on)
