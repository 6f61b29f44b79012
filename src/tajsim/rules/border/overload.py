"""What is left of detection when there is more to look at than people to look."""

import numpy as np

from tajsim.axes import Array


def overload(work: Array, *, overload_loss: Array) -> Array:
    """Return the share of detection that is left, 0 to 1, shape of ``work``.

    Each arrest and each search takes people from the next.

    Equation:
        overload = min((1 + overload_loss) / (1 + overload_loss * work), 1)

    Args:
        work: kg bought by networks for each person set to find it, 1 = as in the first month.

    Mechanisms: E15, S19.
    """
    return np.minimum((1.0 + overload_loss) / (1.0 + overload_loss * work), 1.0)
