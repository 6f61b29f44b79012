"""What a power sees of the advance of those it watches."""

import numpy as np

from tajsim.axes import Array, total


def advance(weight: Array, remembered: Array) -> Array:
    """Return how much each power's weight in the country grew over the year, ``(power, run)``.

    Equation:
        advance = max(weight - remembered, 0)

    Args:
        weight: provision over all tasks, and investment over output, index, ``(power, run)``.
        remembered: the same as rivals remember it, ``(power, run)``.

    Mechanisms: M105, M128.
    """
    return np.maximum(weight - remembered, 0.0)


def rival_gain(advance: Array, watched: Array) -> Array:
    """Return the advance of those whom a power watches, index, ``(run,)``.

    The two camps watch each other; Japan belongs to neither and watches China, and Russia beside
    it.

    Equation:
        rival_gain = sum(watched * advance, "power")

    Args:
        advance: of each power, index, ``(power, run)``.
        watched: 1 for those it watches, else 0, ``(power, 1)``.

    Mechanisms: M105, M107, M108, M128.
    """
    return total(watched * advance)
