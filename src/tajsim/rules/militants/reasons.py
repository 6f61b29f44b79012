"""What opens the way to militants from abroad: parts of the rule's own terms."""

from tajsim.axes import Array


def crossing_reasons(
    weakness: Array, window: Array, allies: Array, *, ally_effect: Array
) -> tuple[Array, Array, Array]:
    """Return what the opening owes to ``(a weak guard, a crisis, friends inside)``, ``(run,)``.

    The three add to the opening of the rule.

    Equation:
        guard = weakness
        crisis = weakness * window
        friends = weakness * (1 + window) * ally_effect * allies

    Args:
        weakness: 1 - strength of the weakest section, 0 to 1.
        window: crisis of the state that opens a window, 0 to 1.
        allies: violent sympathisers at home, thousand persons.

    Mechanisms: X11, X13, X16.
    """
    return weakness, weakness * window, weakness * (1.0 + window) * ally_effect * allies
