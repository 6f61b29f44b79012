"""How an agency's strength follows what it is given to do."""

import numpy as np

from tajsim.axes import Array


def strength_change(
    strength: Array, wanted: Array, *, recruitment_speed: Array, discharge_speed: Array
) -> Array:
    """Return persons joining (positive) or leaving this month, ``(run,)``.

    A share of the gap: ``recruitment_speed`` when below, ``discharge_speed`` when above.

    Args:
        strength: persons now.
        wanted: persons the regime pays for.

    Mechanisms: X07, M74, M49.
    """
    gap = wanted - strength
    return np.where(gap > 0.0, recruitment_speed * gap, discharge_speed * gap)


def wanted_strength(
    effort_ratio: Array,
    km_taken_over: Array,
    *,
    agency_strength: Array,
    strength_elasticity: Array,
    persons_per_km: Array,
) -> Array:
    """Return the strength the regime pays for, persons, ``(run,)``.

    ``(agency_strength + persons_per_km * km) * effort_ratio ** elasticity``.

    Args:
        effort_ratio: own effort on the agency's tasks over that at the start.
        km_taken_over: km of border it guards beyond those of the start.

    Mechanisms: M01, M13, X07, M11.
    """
    return (agency_strength + persons_per_km * km_taken_over) * effort_ratio**strength_elasticity
