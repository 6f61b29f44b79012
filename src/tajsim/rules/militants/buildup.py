"""Fighters beyond the border: numbers and readiness."""

import numpy as np

from tajsim.axes import Array


def fighters_step(
    fighters: Array,
    pressure: Array,
    funds: Array,
    *,
    militant_fighters: Array,
    militant_speed: Array,
    drug_finance: Array,
) -> Array:
    """Return next month's fighters of a group, persons, ``(run,)``.

    A share of the way to what the pressure draws and the money of the trade can keep.

    Equation:
        aim = militant_fighters * pressure * (1 + drug_finance * (funds - 1))
        fighters_next = fighters + militant_speed * (aim - fighters)

    Args:
        pressure: what drives or draws fighters to the border, 1 = as in 2004.
        funds: what networks pay beyond the Afghan line, 1 = as in early 2004.

    Mechanisms: X09, X10, M99, X15, M132.
    """
    aim = militant_fighters * pressure * (1.0 + drug_finance * (funds - 1.0))
    return fighters + militant_speed * (aim - fighters)


def readiness_step(readiness: Array, pressure: Array, *, buildup_months: Array) -> Array:
    """Return readiness to cross next month, 0 to 1, ``(run,)``.

    Grows to 1 in ``buildup_months`` while pressure exceeds 1, decays at the same pace below.

    Equation:
        change = 1 / buildup_months if pressure > 1 else -1 / buildup_months
        readiness_next = min(max(readiness + change, 0), 1)

    Mechanisms: X14.
    """
    change = np.where(pressure > 1.0, 1.0, -1.0) / buildup_months
    return np.minimum(np.maximum(readiness + change, 0.0), 1.0)


def pressure_from_exile(
    pressure: Array,
    hostility: Array,
    strain: Array,
    *,
    strained_from: Array,
    window_pressure: Array,
) -> Array:
    """Return the pressure of rebels sheltered by a hostile neighbour, 1 = as in 2004, ``(run,)``.

    They wait abroad for a crisis at home.

    Equation:
        window = 1 + window_pressure * max(strain - strained_from, 0)
        pressure_from_exile = pressure * (0.5 + hostility) * window

    Args:
        pressure: what the scenario sets, 1 = as in 2004.
        hostility: of the neighbour, index.
        strain: of the state, 0 to 1.

    Mechanisms: M100, M103, M12.
    """
    window = 1.0 + window_pressure * np.maximum(strain - strained_from, 0.0)
    return pressure * (0.5 + hostility) * window
