"""Why the regime looks for partners beyond its patron: weakness, and unease about the patron."""

import numpy as np

from tajsim.axes import Array


def unease(reliance: Array, *, reliance_tolerance: Array) -> Array:
    """Return the regime's unease about its patron, 0 to 1, ``(run,)``.

    A patron who carries nearly everything is one who cannot be refused.

    Equation:
        unease = max(reliance - reliance_tolerance, 0) / (1 - reliance_tolerance)

    Args:
        reliance: share of all security work that the patron does, 0 to 1.

    Mechanisms: O10.
    """
    return np.maximum(reliance - reliance_tolerance, 0.0) / (1.0 - reliance_tolerance)


def search(weakness: Array, unease: Array, *, need_drive: Array) -> Array:
    """Return how widely the regime looks for other partners on each task, 0 to 1, ``(task, run)``.

    A force that cannot do its task sends its minister to whoever will receive him; a state uneasy
    about one partner signs with many.

    Equation:
        search = 1 - (1 - need_drive * weakness) * (1 - unease)

    Args:
        weakness: 1 - what the country's own agencies can do of the task, share, ``(task, run)``.
        unease: about the patron, 0 to 1, ``(run,)``.

    Mechanisms: M03, M123, O10.
    """
    return 1.0 - (1.0 - need_drive * weakness) * (1.0 - unease)
