"""When the regime moves against a commander, one at a time."""

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import Array


def purge_hazard(
    threat: Array,
    power: Array,
    guarantee: Array,
    grudge: Array,
    months_since: Array,
    urge: Array,
    *,
    purge_rate: Array,
    purge_caution: Array,
    purge_pause: Array,
    revenge: Array,
) -> Array:
    """Return the monthly probability that the regime strikes at a commander, ``(run,)``.

    The strong are struck late, when a patron's backing makes it safe, and open disobedience is
    not forgotten.

    Equation:
        account = 1 + revenge * grudge * guarantee
        safe = exp(-purge_caution * power * (1 - guarantee))
        pause = min(months_since / purge_pause, 1)
        hazard = purge_rate * urge * threat * account * safe * pause
        purge_hazard = 1 - exp(-hazard)

    Args:
        threat: perceived threat, 0 to 1.
        power: the commander's independent power, 0 to 1.
        guarantee: a patron's backing of the ruler, 0 to 1.
        grudge: the regime's account with him, 0 to 1.
        months_since: months since the last purge.
        urge: growth of the drive to remove rivals since early 2004, ratio.

    Mechanisms: M18, M25, M26, P12, M19, S09.
    """
    safe = np.exp(-purge_caution * power * (1.0 - guarantee))
    pause = np.minimum(months_since / purge_pause, 1.0)
    hazard = purge_rate * urge * threat * (1.0 + revenge * grudge * guarantee) * safe * pause
    return 1.0 - np.exp(-hazard)


def deterred(guarantee: Array, no_way_back: Array, *, guarantee_deters: Array) -> Array:
    """Return what is left of a commander's will to resist, share, ``(run,)``.

    A patron's spoken word deters, a vague hope hardly does. Poor odds do not deter whom nothing
    but torture awaits.

    Equation:
        deterred = 1 - guarantee_deters * guarantee**2 * (1 - no_way_back)

    Args:
        no_way_back: how far the channel of his past is closed to him, 0 to 1.

    Mechanisms: M26, S01, S28.
    """
    return 1.0 - guarantee_deters * guarantee**2 * (1.0 - no_way_back)


def resists(
    power: Array,
    guarantee: Array,
    fear: Array,
    draw: Array,
    *,
    resistance: Array,
    guarantee_deters: Array,
) -> Array:
    """Return 1 where a commander resists his dismissal, else 0, ``(run,)``.

    Equation:
        willing = min(resistance * power * (1 + fear), 1)
        chance = willing * (1 - guarantee_deters * guarantee**2)
        resists = 1 if draw < chance else 0

    Args:
        draw: a uniform draw.

    Mechanisms: M21, M26, S01.
    """
    chance = np.minimum(resistance * power * (1.0 + fear), 1.0)
    # Who is only dismissed still has something to lose.
    left = deterred(guarantee, np.zeros(1), guarantee_deters=guarantee_deters)
    return (draw < chance * left).astype(float)


def cheapest_post(
    survival_use: Array, outside_interest: Array, closed: Array, *, minister_veto: Array
) -> NDArray[np.intp]:
    """Return the post to buy peace with, as an index of the agency, ``(run,)`` of integers.

    The agency with the least use for survival at home against its weight abroad. What serves the
    President directly is free of ministers, and so open to his bargains.

    Equation:
        price = survival_use - outside_interest + minister_veto * closed
        cheapest_post = argmin(price, "agency")

    Args:
        survival_use: survival weight of the agency's tasks, share, ``(agency, run)``.
        outside_interest: outsiders' share of its work, 0 to 1, ``(agency, run)``.
        closed: 0 where the President disposes of the post, 1 where a minister does, more where
            it is not to be had, ``(agency, run)``.

    Mechanisms: M22, M16.
    """
    price = survival_use - outside_interest + minister_veto * closed
    cheapest: NDArray[np.intp] = np.argmin(price, axis=0)
    return cheapest
