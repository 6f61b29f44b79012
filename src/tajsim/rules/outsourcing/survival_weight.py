"""How much each task bears on the regime's survival, as the regime sees it."""

from tajsim.axes import Array, shares


def survival_weights(
    perceived: Array, *, survival_weight: Array, threat_sensitivity: Array
) -> Array:
    """Return the weight of each task, ``(task, run)``, adding to 1.

    The base weights rank order at home and control of the elite first, and what partners fear
    most last.

    Equation:
        weight = shares(survival_weight * (1 + threat_sensitivity * perceived), "task")

    Args:
        perceived: threat that the regime perceives on each task, index, ``(task, run)``.

    Mechanisms: M01, M07, M08, M12, M13, M53.
    """
    return shares(survival_weight * (1.0 + threat_sensitivity * perceived))
