"""Fighters beyond the border: numbers and readiness."""

import numpy as np

from tajsim.axes import Array


def fighters_step(
    fighters: Array, pressure: Array, *, militant_fighters: Array, militant_speed: Array
) -> Array:
    """Return next month's fighters of a group, persons, ``(run,)``.

    A share of the way to ``militant_fighters * pressure``.

    Args:
        pressure: what drives or draws fighters to the border, 1 = as in 2004.

    Mechanisms: X09, X10, M99, X15.
    """
    return fighters + militant_speed * (militant_fighters * pressure - fighters)


def readiness_step(readiness: Array, pressure: Array, *, buildup_months: Array) -> Array:
    """Return readiness to cross next month, 0 to 1, ``(run,)``.

    Grows to 1 in ``buildup_months`` while pressure exceeds 1, decays at the same pace below.

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

    ``pressure * (0.5 + hostility) * (1 + window * max(0, strain - strained_from))``: they wait
    abroad for a crisis at home.

    Args:
        pressure: what the scenario sets, 1 = as in 2004.
        hostility: of the neighbour, index.
        strain: of the state, 0 to 1.

    Mechanisms: M100, M103, M12.
    """
    window = 1.0 + window_pressure * np.maximum(strain - strained_from, 0.0)
    return pressure * (0.5 + hostility) * window
