"""Followers outlive their commander."""

from tajsim.axes import Array


def following_step(following: Array, in_place: Array, *, following_fading: Array) -> Array:
    """Return next month's following of a commander, persons, ``(run,)``.

    It stays while he is in place or waits for a post; once he is gone the share
    ``following_fading`` goes home each month.

    Equation:
        following_next = following * (1 - following_fading * (1 - in_place))

    Args:
        in_place: 1 where he has not fallen, else 0.

    Mechanisms: S08, S10.
    """
    return following * (1.0 - following_fading * (1.0 - in_place))


def rejoining(following: Array, grievance: Array, *, rejoin_share: Array) -> Array:
    """Return old fighters who would join a new rebel, persons, ``(run,)``.

    Where people resent the state, the men and caches of a fallen commander are at the call of the
    next one, years later.

    Equation:
        rejoining = rejoin_share * grievance * following

    Args:
        following: what is left of the followings of fallen peers of his side, persons.
        grievance: that of his region, 0 to 1.

    Mechanisms: S10, S29.
    """
    return rejoin_share * grievance * following
