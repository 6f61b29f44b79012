"""Interception inside the country, and arrests."""

import numpy as np

from tajsim.axes import Array


def inland_detection(
    persons: Array,
    quality: Array,
    *,
    inland_limit: Array,
    inland_half_strength: Array,
) -> Array:
    """Return the share of a stock that an honest drug unit would find in a month, ``(run,)``.

    Equation:
        effective = persons * quality / inland_half_strength
        inland_detection = inland_limit * (1 - exp(-ln(2) * effective))

    Args:
        persons: strength of the unit.
        quality: its effectiveness, share.

    Mechanisms: M66, M67, M14.
    """
    effective = persons * quality / inland_half_strength
    found: Array = inland_limit * (1.0 - np.exp(-np.log(2.0) * effective))
    return found


def arrests(found: Array, protection: Array, *, arrest_hit: Array) -> Array:
    """Return the share of a network lost to arrests this month, ``(run,)``.

    The large protected ones are spared.

    Equation:
        arrests = arrest_hit * found * (1 - protection) ** 2

    Args:
        found: inland detection by all units, share a month.
        protection: connection of the network, share.

    Mechanisms: E11.
    """
    return arrest_hit * found * (1.0 - protection) ** 2
