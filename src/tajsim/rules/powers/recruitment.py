"""How an agency's strength follows what it is given to do."""

import numpy as np

from tajsim.axes import Array


def strength_change(
    strength: Array,
    wanted: Array,
    pay_ratio: Array,
    *,
    recruitment_speed: Array,
    discharge_speed: Array,
    pay_recruits: Array,
) -> Array:
    """Return persons joining (positive) or leaving this month, ``(run,)``.

    A share of the gap: at most a quarter when below, faster with better pay; when above, people
    are discharged.

    Equation:
        gap = wanted - strength
        speed = min(recruitment_speed * max(pay_ratio, 0.1) ** pay_recruits, 0.25)
        strength_change = speed * gap if gap > 0 else discharge_speed * gap

    Args:
        strength: persons now.
        wanted: persons the regime pays for.
        pay_ratio: pay over that of the start.

    Mechanisms: X07, M74, M49.
    """
    gap = wanted - strength
    pull = np.maximum(pay_ratio, 0.1) ** pay_recruits
    speed = np.minimum(recruitment_speed * pull, 0.25)
    return np.where(gap > 0.0, speed * gap, discharge_speed * gap)


def wanted_strength(
    effort_ratio: Array,
    km_taken_over: Array,
    *,
    agency_strength: Array,
    strength_elasticity: Array,
    persons_per_km: Array,
) -> Array:
    """Return the strength the regime pays for, persons, ``(run,)``.

    Posts taken over are manned whatever the effort; what is done beyond them follows it.

    Equation:
        follows = agency_strength * effort_ratio**strength_elasticity
        wanted_strength = follows + persons_per_km * km_taken_over

    Args:
        effort_ratio: own effort on the agency's tasks over that at the start.
        km_taken_over: km of border it guards beyond those of the start.

    Mechanisms: M01, M13, X07, M11.
    """
    return agency_strength * effort_ratio**strength_elasticity + persons_per_km * km_taken_over
