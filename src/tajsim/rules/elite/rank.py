"""Rank of the Security Ministry against the police."""

import numpy as np

from tajsim.axes import Array


def election_near(months: Array) -> Array:
    """Return how near an election is, 0 to 1, ``(run,)``: it counts in the year before.

    Equation:
        election_near = max(1 - months / 12, 0)

    Args:
        months: months until the next election.

    Mechanisms: M29.
    """
    return np.maximum(1.0 - months / 12.0, 0.0)


def kompromat_step(
    kompromat: Array,
    quality: Array,
    corruption: Array,
    window: Array,
    *,
    kompromat_gathering: Array,
    kompromat_use: Array,
) -> Array:
    """Return compromising material in hand next month, 0 to 1, ``(run,)``.

    A skilled service gathers it where others are corrupt, and spends it before elections.

    Equation:
        gathered = kompromat_gathering * quality * corruption * (1 - kompromat)
        kompromat_next = kompromat + gathered - kompromat_use * window * kompromat

    Args:
        kompromat: material in hand, 0 to 1.
        quality: that of the Security Ministry, share.
        corruption: mean collusion of the other agencies, share.
        window: nearness of an election, 0 to 1.

    Mechanisms: M28.
    """
    gathered = kompromat_gathering * quality * corruption * (1.0 - kompromat)
    return kompromat + gathered - kompromat_use * window * kompromat


def rank_step(
    rank: Array,
    kompromat: Array,
    window: Array,
    *,
    security_rank_start: Array,
    kompromat_worth: Array,
    election_worth: Array,
    security_rank_speed: Array,
) -> Array:
    """Return the Security Ministry's rank against the police next month, 0 to 1, ``(run,)``.

    A share of the way to where its weight puts it: what one gains the other loses.

    Equation:
        use = kompromat_worth * kompromat * (1 + election_worth * window)
        weight = security_rank_start / (1 - security_rank_start) * (1 + use)
        rank_next = rank + security_rank_speed * (weight / (weight + 1) - rank)

    Args:
        kompromat: material in hand, 0 to 1.
        window: nearness of an election, 0 to 1.

    Mechanisms: M28, M29, M30, M13.
    """
    use = kompromat_worth * kompromat * (1.0 + election_worth * window)
    weight = security_rank_start / (1.0 - security_rank_start) * (1.0 + use)
    return rank + security_rank_speed * (weight / (weight + 1.0) - rank)
