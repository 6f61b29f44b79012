"""How much of a difference's variance comes from which group of draws.

The share of a group is its total effect: half the mean square by which the outcome moves when
the group alone is drawn anew, over the variance (Jansen 1999, Computer Physics Communications
117, 35-43). What a group does together with others counts for each of them, so that the shares of
one outcome may add to more than 1; without such joint effects they add to 1. No share exceeds 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.paired import LEVEL
from tajsim.analysis.redrawn import CHANCE, Differences
from tajsim.analysis.resample import counts_of_runs
from tajsim.axes import Array
from tajsim.inputs.modes import REDRAWN

_ENDS = ("", "_low", "_high")

COLUMNS = (
    "scenario",
    "outcome",
    "where",
    "label",
    "window_start",
    "window_end",
    *(f"{group}{end}" for group in REDRAWN for end in _ENDS),
    "runs",
)


def total_shares(base: Array, again: Array, counts: Array) -> Array:
    """Return the share of variance that goes with what was drawn anew.

    ``sum (a - b)^2 / sum ((a - m)^2 + (b - m)^2)``, with m the mean of both sides: half the mean
    square of the change over the variance of the pairs themselves. 0 where nothing changed, about
    1 where the two sides have nothing in common.

    Args:
        base: ``(row, run)`` values as drawn.
        again: ``(row, run)`` values with the group drawn anew.
        counts: ``(sample, run)`` how often each run counts; ones for the estimate itself.

    Returns:
        ``(row, sample)`` shares; ``nan`` where nothing varies. Runs without a value on both sides
        are left out.
    """
    known = np.isfinite(base) & np.isfinite(again)
    sizes = np.maximum(known.sum(axis=1, keepdims=True), 1)
    middle = (np.where(known, base + again, 0.0)).sum(axis=1, keepdims=True) / (2.0 * sizes)
    a = np.where(known, base - middle, 0.0)
    b = np.where(known, again - middle, 0.0)
    number = known @ counts.T
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = ((a + b) @ counts.T) / (2.0 * number)
        around = (a**2 + b**2) @ counts.T - 2.0 * number * mean**2
        shares: Array = ((a - b) ** 2 @ counts.T) / around
    shares[~(around > 1e-12 * ((a**2 + b**2) @ counts.T))] = np.nan
    return shares


def variance_shares(found: Sequence[Differences], seed: int) -> pd.DataFrame:
    """Return one row per difference: the share of each group, with its 90 % interval.

    A group without uncertain parameters has the share 0; where no parameter is uncertain at all,
    chance has the share 1. ``runs`` is the number of runs made again with each group. The
    intervals are percentiles over resampled runs. Differences that are the same in every run have
    ``nan``.
    """
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    groups = list(found[0].again)
    runs = len(found[0].again[groups[0]]) if groups else len(found[0].base)
    table: dict[str, Any] = {
        "scenario": [d.scenario for d in found],
        "outcome": [d.cell.outcome for d in found],
        "where": [d.cell.where for d in found],
        "label": [d.cell.title for d in found],
        "window_start": [d.window[0] for d in found],
        "window_end": [d.window[1] for d in found],
        "runs": [runs] * len(found),
    }
    base = np.stack([d.base[:runs] for d in found])
    if groups:
        again = np.stack([[d.again[group] for d in found] for group in groups])
        shares = dict(zip(groups, _with_intervals(base, again, seed), strict=True))
        none = np.where(np.isnan(shares[groups[0]]), np.nan, 0.0)
    else:
        varies = np.array([known.size > 0 and np.ptp(known) > 0.0 for known in map(_known, base)])
        none = np.where(varies, [[0.0]] * 3, np.nan)
        shares = {CHANCE: 1.0 + none}
    for group in REDRAWN:
        ends = shares.get(group, none)
        table |= {f"{group}{end}": ends[place] for place, end in enumerate(_ENDS)}
    return pd.DataFrame(table, columns=list(COLUMNS))


def within_bounds(shares: Array, variances: Array) -> Array:
    """Keep estimated shares within what shares can be: each at most 1, together at least 1.

    What is missing to 1 is given to the groups by the variance of their estimates, so that a
    share that is known well stays as it is.

    Args:
        shares: ``(group, row, sample)``.
        variances: ``(group, row)``.
    """
    whole = variances.sum(axis=0)
    parts = np.divide(variances, whole, out=np.zeros_like(variances), where=whole > 0.0)
    missing = np.maximum(1.0 - shares.sum(axis=0), 0.0)
    result: Array = np.minimum(shares + parts[:, :, np.newaxis] * missing, 1.0)
    return result


def _known(values: Array) -> Array:
    return values[np.isfinite(values)]


def _with_intervals(base: Array, again: Array, seed: int) -> Array:
    """Return ``(group, end, row)``: the shares and both ends of their intervals."""
    runs = base.shape[1]
    counts = np.concatenate([np.ones((1, runs)), counts_of_runs(runs, seed)])
    shares = np.stack([total_shares(base, own, counts) for own in again])
    shares[:, np.isnan(shares[:, :, 0]).any(axis=0)] = np.nan
    shares[:, np.isnan(shares).any(axis=0)] = np.nan
    told = np.isfinite(shares[0, :, 0])
    result = np.full((len(again), 3, len(base)), np.nan)
    part = shares[:, told]
    bounded = within_bounds(part, np.nanvar(part[:, :, 1:], axis=2))
    tail = (1.0 - LEVEL) / 2.0
    ends = np.nanquantile(bounded[:, :, 1:], (tail, 1.0 - tail), axis=2)
    result[:, 0, told] = bounded[:, :, 0]
    result[:, 1, told] = np.minimum(ends[0], bounded[:, :, 0])
    result[:, 2, told] = np.maximum(ends[1], bounded[:, :, 0])
    return result
