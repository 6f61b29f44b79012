"""What the state has promised to spend, and what it borrows for it."""

import numpy as np

from tajsim.axes import Array


def commitments_step(
    commitments: Array, left_over: Array, *, overspending: Array, cutting_speed: Array
) -> Array:
    """Return what the state spends besides wages of security, USD/month, ``(run,)``.

    Promises follow revenue up at once and down slowly, so a fall of revenue opens a deficit.

    Equation:
        aim = max(left_over, 0) * (1 + overspending)
        commitments_next = max(aim, commitments + cutting_speed * (aim - commitments))

    Args:
        commitments: of last month, USD/month.
        left_over: revenue less wages of security and its instalment, USD/month.

    Mechanisms: M45, E01.
    """
    aim = np.maximum(left_over, 0.0) * (1.0 + overspending)
    return np.maximum(aim, commitments + cutting_speed * (aim - commitments))
