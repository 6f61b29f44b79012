"""How likely a guard meets a load that crosses its section."""

import numpy as np

from tajsim.axes import Array


def detection(
    density: Array,
    quality: Array,
    terrain: Array,
    *,
    detection_limit: Array,
    detection_half_density: Array,
) -> Array:
    """Return the probability that an honest guard meets a load, ``(section, run)``.

    It saturates with strength, and rough terrain needs more men for the same effect.

    Equation:
        effective = density * quality / (detection_half_density * terrain)
        detection = detection_limit * (1 - exp(-ln(2) * effective))

    Args:
        density: persons per km, ``(section, run)``.
        quality: share of a fully trained and equipped guard's effect, ``(run,)`` or more.
        terrain: difficulty, 1 = plain, ``(section, 1)``.

    Mechanisms: M60, M61, M62, E14, E15.
    """
    effective = density * quality / (detection_half_density * terrain)
    found: Array = detection_limit * (1.0 - np.exp(-np.log(2.0) * effective))
    return found


def exit_detection(
    persons: Array,
    quality: Array,
    *,
    exit_detection_limit: Array,
    exit_half_strength: Array,
    exit_openness: Array,
) -> Array:
    """Return the probability that an honest customs post meets a load, ``(exit, run)``.

    Professionals do better than conscripts, but kit without capacity finds little.

    Equation:
        effective = persons * quality / exit_half_strength
        exit_detection = exit_detection_limit * (1 - exp(-ln(2) * effective)) / exit_openness

    Args:
        persons: customs officers in all, ``(run,)``.
        quality: their effectiveness, share.

    Mechanisms: M64, M65, M68.
    """
    effective = persons * quality / exit_half_strength
    found: Array = exit_detection_limit * (1.0 - np.exp(-np.log(2.0) * effective)) / exit_openness
    return found
