"""Arms that come with the drugs."""

from tajsim.axes import Array, total


def weapons_seized(
    weapons: Array,
    guard: Array,
    informers: Array,
    *,
    weapons_detection: Array,
    informer_worth: Array,
) -> Array:
    """Return arms seized at the border this month, items, ``(run,)``.

    Bulky goods are found more often, by the same guards, and the underworld tells on runners.

    Equation:
        found = sum(weapons * weapons_detection * guard, "section")
        weapons_seized = found * (1 + informer_worth * informers)

    Args:
        weapons: items on each section, ``(section, run)``.
        guard: honest strength of the guard, 0 to 1, ``(section, run)``.
        informers: share of informers from the underworld times the quality of those who run them.

    Mechanisms: M59, M71, M92.
    """
    found = total(weapons * (weapons_detection * guard))
    return found * (1.0 + informer_worth * informers)
