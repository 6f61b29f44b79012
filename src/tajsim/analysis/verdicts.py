"""Verdicts of claims and of signs: what paired runs say about an effect that was expected.

A sense (``higher``, ``lower``) holds if the 90 % interval of the mean effect is clear of zero on
that side and the mean is at least the smallest effect worth the name. Bounds hold if what is
typical lies within them.
"""

from collections.abc import Iterable

import numpy as np

from tajsim.results.effect import Effect, Values, effect, smallest_effect as smallest_effect

HOLDS, NEGLIGIBLE, TURNS = "holds", "right sign but negligible", "turns later"
UNDECIDED, FAILS, NOT_TESTED = "undecided", "fails", "not tested"
#: Verdict -> what is said of several, in the order in which they are told.
SAID = {
    HOLDS: "hold",
    NEGLIGIBLE: "right sign but negligible",
    TURNS: "turn later",
    UNDECIDED: "undecided",
    FAILS: "fail",
}


def verdict(values: Values, sense: str, smallest: float, whole: Values | None = None) -> str:
    """Return what runs say about an expected effect.

    Args:
        values: paired differences over the window ``(run,)``, or levels for the bounds.
        sense: ``higher``, ``lower``; or ``same`` (within the smallest effect to either side),
            ``at_least``, ``at_most``, of which the mean decides.
        smallest: the smallest effect, in the unit of the values; the bound.
        whole: the differences over the whole horizon; ``None`` for an effect that may turn.

    Returns:
        With ``higher`` and ``lower``: ``fails`` if the interval is clear on the other side, or if
        it covers zero and excludes the smallest effect. ``undecided`` with fewer than two runs.
    """
    found = effect(values)
    if sense == "same":
        return within(found, found.mean, -abs(smallest), abs(smallest))
    if sense in ("at_least", "at_most"):
        bounds = (smallest, np.inf) if sense == "at_least" else (-np.inf, smallest)
        return within(found, found.mean, *bounds)
    if found.runs < 2:
        return UNDECIDED
    sign = 1.0 if sense == "higher" else -1.0
    near, far = sorted((sign * found.low, sign * found.high))
    if near <= 0.0:
        return FAILS if far <= 0.0 or far < smallest else UNDECIDED
    if sign * found.mean < smallest:
        return NEGLIGIBLE
    if whole is not None and effect(whole).direction == ("falls" if sign > 0 else "rises"):
        return TURNS
    return HOLDS


def within(found: Effect, typical: float, low: float, high: float) -> str:
    """Return whether what is typical of the runs lies within bounds.

    It holds if it does, ``fails`` if the whole interval of the mean lies outside.
    """
    if found.runs < 2:
        return UNDECIDED
    if low <= typical <= high:
        return HOLDS
    return FAILS if found.low > high or found.high < low else UNDECIDED


def counts(verdicts: Iterable[str]) -> str:
    """Return how many hold, fail and so on: ``11 hold, 1 fail``; those not tested are left out."""
    listed = list(verdicts)
    return ", ".join(f"{listed.count(v)} {word}" for v, word in SAID.items() if v in listed)
