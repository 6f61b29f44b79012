"""How the regime divides its own effort over the tasks."""

from tajsim.axes import Array, shares


def effort_aim(weight: Array, provision: Array, *, crowding_out: Array) -> Array:
    """Return the share of own effort the regime wants on each task, ``(task, run)``.

    What others do need not be done at home, and what does not bear on survival is not done at
    home anyway.

    Equation:
        effort_aim = shares(weight * (1 - crowding_out * provision), "task")

    Args:
        weight: survival weight of each task, ``(task, run)``.
        provision: share of the task that outsiders carry, ``(task, run)``, 0 to 1.

    Mechanisms: M01, M02, M05, M11, M14.
    """
    return shares(weight * (1.0 - crowding_out * provision))


def effort_step(effort: Array, aim: Array, *, effort_speed: Array) -> Array:
    """Return next month's effort: budgets and posts follow the aim slowly, ``(task, run)``.

    The gap that a departing power leaves is therefore filled late.

    Equation:
        effort_next = effort + effort_speed * (aim - effort)

    Mechanisms: M05, X07, M74.
    """
    return effort + effort_speed * (aim - effort)
