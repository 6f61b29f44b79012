"""What the regime pays of its share of a task that others carry for it."""

import numpy as np

from tajsim.axes import Array


def instalment_paid(weight: Array, leverage: Array, *, free_riding: Array) -> Array:
    """Return the part of its due instalment that the regime pays, share, ``(run,)``.

    Nobody enforces the treaty, so the regime pays in proportion to what the task is worth to its
    own survival.

    Equation:
        instalment_paid = min(weight * (1 - free_riding) * (1 + leverage), 1)

    Args:
        weight: survival weight of the task, share of all tasks.
        leverage: what the power can do to the regime, 0 to 1.

    Mechanisms: M57.
    """
    return np.minimum(weight * (1.0 - free_riding) * (1.0 + leverage), 1.0)
