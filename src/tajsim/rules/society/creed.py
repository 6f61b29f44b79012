"""How far the state controls religion."""

from tajsim.axes import Array


def control_of_faith(step: Array, *, religious_control: Array, creed_of_step: Array) -> Array:
    """Return the control of religion, 0 to 1, ``(run,)``.

    It has its own lever, and grows as the regime climbs the ladder of repression.

    Equation:
        control = religious_control + (1 - religious_control) * creed_of_step * step

    Args:
        step: step on the repression ladder, 0 to 6.

    Mechanisms: P04, P05, P20, P26.
    """
    return religious_control + (1.0 - religious_control) * creed_of_step * step
