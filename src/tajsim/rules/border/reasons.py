"""What makes a network leave its main way for another: the terms of its choice of ways."""

import numpy as np

from tajsim.axes import Array


def way_reasons(
    belief_gain: Array, toll_gain: Array, cost_gain: Array, *, route_sensitivity: Array
) -> tuple[Array, Array, Array]:
    """Return what speaks for the new way: ``(losses, tolls, closure)``, each ``(run,)``.

    The terms of the choice of ways on the old way less those on the new one, at least zero.

    Equation:
        losses = max(route_sensitivity * belief_gain, 0)
        tolls = max(route_sensitivity * toll_gain, 0)
        closure = max(cost_gain, 0)

    Args:
        belief_gain: believed share lost, old way less new, -1 to 1.
        toll_gain: expected toll as a share of the load's value, old way less new, -1 to 1.
        cost_gain: standing disadvantage, old way less new, index.

    Mechanisms: X16, M59, M68.
    """
    return (
        np.maximum(route_sensitivity * belief_gain, 0.0),
        np.maximum(route_sensitivity * toll_gain, 0.0),
        np.maximum(cost_gain, 0.0),
    )
