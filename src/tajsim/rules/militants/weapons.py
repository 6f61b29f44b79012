"""Arms that come with the drugs."""

from tajsim.axes import Array, total


def weapons_seized(weapons: Array, guard: Array, *, weapons_detection: Array) -> Array:
    """Return arms seized at the border this month, items, ``(run,)``.

    ``sum over sections of weapons * detection * guard``: bulky goods are found more often, and
    by the same guards.

    Args:
        weapons: items on each section, ``(section, run)``.
        guard: honest strength of the guard, 0 to 1, ``(section, run)``.

    Mechanisms: M59, M71.
    """
    return total(weapons * (weapons_detection * guard))
