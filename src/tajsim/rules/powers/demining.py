"""Mined land that foreign experts help to give back."""

import numpy as np

from tajsim.axes import Array


def cleared_step(
    cleared: Array,
    aid: Array,
    experts: Array,
    *,
    demining_share: Array,
    demining_cost: Array,
) -> Array:
    """Return the part of the mined farmland that is cleared by next month, share, ``(run,)``.

    Own sappers clear nothing without instructors.

    Equation:
        more = demining_share * aid / demining_cost * experts
        cleared_next = min(cleared + more, 1)

    Args:
        cleared: part cleared so far, 0 to 1.
        aid: civilian aid that reaches people, USD/month.
        experts: how far foreign experts are let in, 0 to 1.

    Mechanisms: E17.
    """
    more = demining_share * aid / demining_cost * experts
    return np.minimum(cleared + more, 1.0)


def farmed(cleared: Array, *, mined_land_income: Array) -> Array:
    """Return what farmers earn on the land given back, USD/month, ``(run,)``.

    Equation:
        farmed = cleared * mined_land_income / 12

    Args:
        cleared: part of the mined farmland that is cleared, 0 to 1.

    Mechanisms: E17.
    """
    return cleared * mined_land_income / 12.0
