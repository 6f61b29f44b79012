"""Which assumptions matter most: rank correlations over all parameter sets at hand.

The runs of a comparison and those made again with the assumptions drawn anew have parameter sets
that owe nothing to each other. Over all of them the squared rank correlation of a parameter with
the paired difference is the share of its (ranks') variance that goes with that parameter alone;
under the calibrated sample also with those that move together with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from tajsim.analysis.paired import LEVEL
from tajsim.analysis.resample import counts_of_runs, orders
from tajsim.axes import Array

#: Parameters stand out at this expected share of false ones among them.
FALSE_SHARE = 0.10
_ORDERS = 60

Runs = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Influence:
    """How far each parameter goes with some rows (outcomes) taken together.

    Attributes:
        correlations: ``(parameter, row)`` rank correlations.
        share: ``(parameter,)`` the mean of their squares over rows, by weight, less what chance
            alone gives at this number of sets; not below 0.
        low, high: ``(parameter,)`` its 90 % interval over resampled runs, `nan` where not asked.
        stands_out: ``(parameter,)`` whether it is beyond chance.
        sets: the number of parameter sets.
    """

    correlations: Array
    share: Array
    low: Array
    high: Array
    stands_out: np.ndarray
    sets: int


def influence(
    parameters: Array, outcomes: Array, weights: Array, runs: Runs, seed: int, most: int
) -> Influence:
    """Find the parameters that go with outcomes.

    Whether one stands out is told by its p-value against the same outcomes in random orders,
    with the expected share of false ones among them held to `FALSE_SHARE` (Benjamini and
    Hochberg 1995): under pure noise none stands out in nine of ten cases.

    Args:
        parameters: ``(parameter, set)`` values `ranked`, each set drawn independently.
        outcomes: ``(row, set)`` values `ranked`.
        weights: ``(row,)`` adding to 1.
        runs: ``(set,)`` the number of the run of each set; sets of one run are resampled together.
        seed: seed of the orders and resamples.
        most: of how many, the largest, the interval is found.
    """
    x, y = parameters, outcomes
    sets = x.shape[1]
    correlations = x @ y.T / sets
    raw = correlations**2 @ weights
    null = np.sort(
        np.concatenate([(x @ y[:, o].T / sets) ** 2 @ weights for o in orders(sets, seed, _ORDERS)])
    )
    p = (1.0 + null.size - np.searchsorted(null, raw, side="left")) / (1.0 + null.size)
    low, high = np.full((2, len(raw)), np.nan)
    chosen = np.argsort(-raw, kind="stable")[:most]
    samples = _resampled(x[chosen], y, weights, runs, seed)
    tail = (1.0 - LEVEL) / 2.0
    low[chosen], high[chosen] = np.quantile(samples, (tail, 1.0 - tail), axis=1)
    share = _beyond_chance(raw, sets)
    low, high = np.minimum(low, share), np.maximum(high, share)
    return Influence(correlations, share, low, high, beyond_chance(p, FALSE_SHARE), sets)


def ranked(values: Array) -> Array:
    """Return ranks ``(row, set)`` with mean 0 and standard deviation 1.

    Equal values share their mean rank; a missing one counts as in the middle; a row that does not
    vary is all 0.
    """
    known = np.isfinite(values)
    ranks = rankdata(np.where(known, values, np.inf), axis=1)
    middle = (known.sum(axis=1, keepdims=True) + 1.0) / 2.0
    ranks = np.where(known, ranks - middle, 0.0)
    size = np.sqrt((ranks**2).mean(axis=1, keepdims=True))
    result: Array = np.divide(ranks, size, out=np.zeros_like(ranks), where=size > 0.0)
    return result


def beyond_chance(p: Array, false_share: float) -> np.ndarray:
    """Tell which p-values ``(parameter,)`` to believe (Benjamini and Hochberg's step-up rule)."""
    order = np.argsort(p, kind="stable")
    allowed = false_share * np.arange(1, len(p) + 1) / len(p)
    passing = np.flatnonzero(p[order] <= allowed)
    believed = np.zeros(len(p), bool)
    believed[order[: passing[-1] + 1 if len(passing) else 0]] = True
    return believed


def _beyond_chance(squares: Array, sets: int) -> Array:
    """Take from mean squared correlations what independent ranks have on average."""
    by_chance = 1.0 / (sets - 1.0)
    return np.maximum((squares - by_chance) / (1.0 - by_chance), 0.0)


def _resampled(x: Array, y: Array, weights: Array, runs: Runs, seed: int) -> Array:
    """Return ``(parameter, sample)`` shares over resampled runs.

    A resample adds chance of its own once more, so that its expectation is taken off twice.
    """
    sets = x.shape[1]
    numbers, place = np.unique(runs, return_inverse=True)
    counts = counts_of_runs(len(numbers), seed)[:, place]
    counts = counts / counts.sum(axis=1, keepdims=True)
    mean_x, mean_y = x @ counts.T, y @ counts.T  # (row, sample)
    size_x = np.sqrt(np.maximum(x**2 @ counts.T - mean_x**2, 1e-12))
    size_y = np.sqrt(np.maximum(y**2 @ counts.T - mean_y**2, 1e-12))
    shares = np.zeros_like(mean_x)
    for row, weight in enumerate(weights):
        together = (x * y[row]) @ counts.T - mean_x * mean_y[row]
        shares += weight * (together / (size_x * size_y[row])) ** 2
    return _beyond_chance(np.maximum(shares - 1.0 / (sets - 1.0), 0.0), sets)


def column_weights(outcomes: Sequence[str]) -> Array:
    """Return ``(row,)`` weights by which each outcome counts once, whatever its coordinates."""
    names = np.array(outcomes)
    each = np.array([1.0 / (names == name).sum() for name in outcomes])
    result: Array = each / each.sum()
    return result
