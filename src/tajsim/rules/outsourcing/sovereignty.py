"""When the regime asks for a task back that a foreign power's own people hold."""

import numpy as np

from tajsim.axes import Array


def sovereignty_demand(unease: Array, threat: Array, *, sovereignty_wish: Array) -> Array:
    """Return how strongly the regime asks for its border back, 0 to 1, ``(run,)``.

    Dependence is felt, and while nothing is feared at the border asking costs nothing.

    Equation:
        sovereignty_demand = (1 - exp(-sovereignty_wish * unease)) / (1 + threat)

    Args:
        unease: about the patron, 0 to 1.
        threat: that the regime perceives on the border and beyond, index.

    Mechanisms: M06, M83.
    """
    return (1.0 - np.exp(-sovereignty_wish * unease)) / (1.0 + threat)


def grant_chance(demand: Array, *, border_hold: Array, grant_rate: Array) -> Array:
    """Return the chance that the patron hands over a section this month, ``(run,)``.

    The demand is the regime's, the answer the patron's.

    Equation:
        grant_chance = 1 - exp(-grant_rate * demand * (1 - border_hold))

    Args:
        demand: for sovereign control, 0 to 1.

    Mechanisms: M06, M83.
    """
    return 1.0 - np.exp(-grant_rate * demand * (1.0 - border_hold))
