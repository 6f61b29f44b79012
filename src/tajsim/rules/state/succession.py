"""The end of a ruler's time."""

from tajsim.axes import Array


def succession_risk(
    *, succession_contest: Array, ruler_immunity: Array, immunity_effect: Array
) -> Array:
    """Return how contested the succession is, 0 to 1, ``(run,)``.

    ``succession_contest * (1 - immunity_effect * ruler_immunity)``: without a credible process
    elites fight over it; a ruler who need not fear the day after can leave.

    Mechanisms: P23, P24.
    """
    return succession_contest * (1.0 - immunity_effect * ruler_immunity)
