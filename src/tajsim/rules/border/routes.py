"""Which way a network sends its goods: section of entry, and exit."""

import numpy as np

from tajsim.axes import Array, total


def way_shares(
    old: Array,
    belief: Array,
    toll_rate: Array,
    cost: Array,
    *,
    route_sensitivity: Array,
    route_inertia: Array,
) -> Array:
    """Return the share of the volume sent each way, ``(way, run)``, adding to 1.

    A logit, mixed with the old shares: pressure on one way moves traffic to the others, with a
    delay.

    Equation:
        weight = exp(-(route_sensitivity * (belief + toll_rate) + cost))
        fresh = weight / sum(weight, "way")
        way_shares = route_inertia * old + (1 - route_inertia) * fresh

    Args:
        old: shares of last month, ``(way, run)``.
        belief: believed share lost on the way, ``(way, run)``.
        toll_rate: expected toll as a share of the value of the load, ``(way, run)``.
        cost: standing disadvantage of the way for this network, index, ``(way, run)``.

    Mechanisms: X16, M59, M68, E14.
    """
    weight = np.exp(-(route_sensitivity * (belief + toll_rate) + cost))
    fresh = (1.0 - route_inertia) / total(weight)
    return route_inertia * old + fresh * weight
