"""Screening: which parameters the fitted targets can inform at all, from one ensemble."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

Values = NDArray[np.float64]

#: Share of false discoveries allowed among the pairs of parameter and target that are found.
FALSE_SHARE = 0.01
#: Least share of a parameter's prior variance that its best target can be expected to remove.
LEAST_GAIN = 0.01
#: Errors beyond this many standard errors say no more than this many.
_FAR = 5.0


@dataclass(frozen=True)
class Screening:
    """``correlations`` and ``gains`` are ``(parameter, target)``; ``informed`` is ``(parameter,)``.

    A gain is the share of the prior variance of a parameter that a target can be expected to
    remove: its squared rank correlation, times the part of the target's spread over prior runs
    that its own error leaves visible.
    """

    correlations: Values
    gains: Values
    informed: NDArray[np.bool_]


def screen(scores: Values, errors: Values) -> Screening:
    """Find the parameters that at least one target is tied to.

    Args:
        scores: of the parameters, ``(parameter, run)``, drawn from the prior.
        errors: of the targets in the same runs, in standard errors, ``(target, run)``.

    A parameter is informed where its rank correlation with a target stands after control of the
    false discoveries over all pairs (Benjamini and Hochberg 1995), and the gain is at least
    `LEAST_GAIN`. Ties other than rising or falling ones are not found.
    """
    known = np.clip(np.where(np.isfinite(errors), errors, _FAR), -_FAR, _FAR)
    correlations = _standard_ranks(scores) @ _standard_ranks(known).T
    chance = 2.0 * ndtr(-np.abs(correlations) * np.sqrt(scores.shape[1] - 1.0))
    spread = known.var(axis=1)
    gains = correlations**2 * (spread / (1.0 + spread))
    found = discoveries(chance.ravel(), FALSE_SHARE).reshape(chance.shape)
    return Screening(correlations, gains, (found & (gains >= LEAST_GAIN)).any(axis=1))


def _standard_ranks(values: Values) -> Values:
    """Return ranks ``(row, run)`` scaled to mean 0 and length 1; zeros where all are equal."""
    ranks = rankdata(values, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    length = np.sqrt((ranks**2).sum(axis=1, keepdims=True))
    result: Values = ranks / np.where(length > 0.0, length, 1.0)
    return result


def discoveries(chances: Values, share: float) -> NDArray[np.bool_]:
    """Return which of ``(test,)`` are found, with at most this share of false ones expected.

    ``chances`` are the probabilities of a result at least as far out if there were no tie.
    """
    order = np.sort(chances)
    passed = np.flatnonzero(order <= share * np.arange(1, len(order) + 1) / len(order))
    limit = order[passed[-1]] if len(passed) else -1.0
    return chances <= limit
