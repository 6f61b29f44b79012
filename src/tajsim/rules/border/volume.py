"""How much a network moves, and how its reach grows."""

import numpy as np

from tajsim.axes import Array


def margin(
    price_out: Array,
    price_in: Array,
    cost_share: Array,
    *,
    handling_cost: Array,
) -> Array:
    """Return expected profit per kg bought, over the outlay for it, ``(run,)`` (a ratio).

    Equation:
        outlay = price_in + handling_cost
        margin = (price_out * (1 - cost_share) - outlay) / outlay

    Args:
        price_out: expected price at the exits, USD/kg.
        price_in: price at the Afghan line, USD/kg.
        cost_share: expected share lost to seizures and tolls on the whole way.

    Mechanisms: M59, M68, E13.
    """
    outlay = price_in + handling_cost
    return (price_out * (1.0 - cost_share) - outlay) / outlay


def volume(
    bought: Array, capacity: Array, margin: Array, *, margin_normal: Array, volume_speed: Array
) -> Array:
    """Return kg bought this month, ``(run,)``.

    A share of the way from last month's volume to what the margin asks for: carriers and credit
    are not found in a month.

    Equation:
        wanted = capacity * min(max(margin / margin_normal, 0), 1.5)
        volume = bought + volume_speed * (wanted - bought)

    Args:
        bought: kg bought last month.
        capacity: what the network can move, kg/month.
        margin: expected profit ratio.

    Mechanisms: M59, E13.
    """
    wanted = capacity * np.minimum(np.maximum(margin / margin_normal, 0.0), 1.5)
    return bought + volume_speed * (wanted - bought)


def capacity_step(
    capacity: Array,
    margin: Array,
    hit: Array,
    inherited: Array,
    *,
    margin_normal: Array,
    capacity_growth: Array,
) -> Array:
    """Return next month's capacity in kg/month, ``(run,)``.

    Equation:
        push = min(max(margin / margin_normal - 1, -1), 1)
        kept = capacity * (1 + capacity_growth * push) * (1 - hit)
        capacity_next = max(kept, 0.01) + inherited

    Args:
        hit: share of the network lost to arrests this month.
        inherited: kg/month of reach taken over from networks that were hit.

    Mechanisms: E11, M54, S16.
    """
    push = np.minimum(np.maximum(margin / margin_normal - 1.0, -1.0), 1.0)
    return np.maximum(capacity * (1.0 + capacity_growth * push) * (1.0 - hit), 0.01) + inherited
