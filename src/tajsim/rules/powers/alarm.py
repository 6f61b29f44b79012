"""When powers wake up."""

import numpy as np

from tajsim.axes import Array


def alarm(strain: Array, *, strained_from: Array, crisis_alarm: Array) -> Array:
    """Return what visible crisis multiplies a power's attention by, 1 and up, ``(run,)``.

    Calm is mistaken for stability, so nothing comes before the trouble shows; then patrons keep
    supporting a ruler they doubt, because his fall would be their problem.

    Equation:
        alarm = 1 + crisis_alarm * max(strain - strained_from, 0)

    Args:
        strain: of the state, 0 to 1.

    Mechanisms: O08, X21, X22.
    """
    return 1.0 + crisis_alarm * np.maximum(strain - strained_from, 0.0)
