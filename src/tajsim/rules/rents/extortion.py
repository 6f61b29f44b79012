"""What a force takes from the people it polices."""

from tajsim.axes import Array


def extortion(
    strength: Array,
    collusion: Array,
    fear: Array,
    income_per_head: Array,
    *,
    extortion_rate: Array,
) -> Array:
    """Return what a force extorts, USD/month, ``(run,)``.

    Fear makes paying cheaper than a beating.

    Equation:
        takers = strength * (0.2 + 0.8 * collusion) * (0.5 + fear)
        extortion = takers * extortion_rate * income_per_head

    Args:
        strength: persons.
        collusion: corrupt share of the force.
        fear: mean fear of the population, 0 to 1.
        income_per_head: USD/month.

    Mechanisms: M33, M35, M45, E05.
    """
    return strength * (0.2 + 0.8 * collusion) * (0.5 + fear) * extortion_rate * income_per_head


def barrier_step(
    barrier: Array, rents: Array, pressure: Array, *, barrier_lobby: Array, barrier_opening: Array
) -> Array:
    """Return next month's barriers at the crossings to the neighbours, 0 to 1, ``(run,)``.

    Rents make the extracting agencies lobby for closure; trade presses the other way.

    Equation:
        lobby = barrier_lobby * rents / (1 + rents) * (1 - barrier)
        barrier_next = barrier + lobby - barrier_opening * pressure * barrier

    Args:
        rents: what the barriers earn, over what they earned at the start.
        pressure: push of movers for opening, 0 to 1.

    Mechanisms: M79, M80, M81, M82.
    """
    lobby = barrier_lobby * rents / (1.0 + rents) * (1.0 - barrier)
    return barrier + lobby - barrier_opening * pressure * barrier
