"""Chance told apart from the factors of a sweep: an analysis of variance over points and runs.

All points share their draws run by run (common random numbers): run 3 has the same luck at every
point. So a result is the sum of three parts: what the point does (the factors), what the luck of
the run does alike at every point, and what that luck does differently from point to point. The
second part is the same in every point's mean and cannot blur a comparison of points; only the third
does, and the more runs a point has the less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tajsim.axes import Array

_ROUNDS = 200


@dataclass(frozen=True)
class Noise:
    """How the variance of one column divides, and what of it is left in the means of points.

    Attributes:
        factors: share of the variance over points and runs that goes with the point.
        alike: share that goes with the run, alike at every point.
        apart: share left over, the luck that works differently at different points.
        floor: the share of ``apart`` in the variance of the means of points: what an index of
            sensitivity holds of mere chance. ``nan``, as the shares, with one run a point.
        spread: the standard deviation of that chance in the mean of a point, in the column's unit.
        points, runs: how many points, and how many runs each has on average.
    """

    factors: float
    alike: float
    apart: float
    floor: float
    spread: float
    points: int
    runs: float


def noise_of(results: pd.DataFrame, column: str) -> Noise:
    """Divide the variance of a column of ``results`` (one row a run: ``point``, ``run``).

    The estimates are those of an analysis of variance with two crossed random factors and no
    replication within a cell; runs that are missing at some points are left out of the sums.
    """
    table = results.pivot_table(index="point", columns="run", values=column, aggfunc="first")
    return divide(table.to_numpy(dtype=float))


def divide(values: Array) -> Noise:
    """Divide the variance of ``(point, run)`` values, ``nan`` where a run is missing."""
    values = values[np.isfinite(values).any(axis=1)]
    known = np.isfinite(values)
    points, per_point = len(values), known.sum(axis=1)
    runs = float(per_point.mean()) if points else 0.0
    unclear = Noise(np.nan, np.nan, np.nan, np.nan, np.nan, points, runs)
    columns = int(known.any(axis=0).sum())
    freedom = int(known.sum()) - points - columns + 1
    if freedom < 1 or points < 2 or columns < 2:
        return unclear
    by_point, by_run = _additive(values, known)
    left = np.where(known, values - by_point[:, None] - by_run, 0.0)
    apart = float((left**2).sum()) / freedom
    each_run = known.sum(axis=0)
    each_run = each_run[each_run > 0]
    of_points = max(float(by_point.var(ddof=1)) - apart * float((1.0 / per_point).mean()), 0.0)
    of_runs = float(by_run[known.any(axis=0)].var(ddof=1)) - apart * float((1.0 / each_run).mean())
    of_runs = max(of_runs, 0.0)
    whole = of_points + of_runs + apart
    if whole <= 1e-18 * max(1.0, float(np.nanmax(np.abs(values))) ** 2):
        return unclear
    in_means = apart * float((1.0 / per_point).mean())
    total = max(float(by_point.var(ddof=1)), in_means)
    return Noise(
        factors=of_points / whole,
        alike=of_runs / whole,
        apart=apart / whole,
        floor=in_means / total if total > 0.0 else 0.0,
        spread=float(np.sqrt(in_means)),
        points=points,
        runs=runs,
    )


def _additive(values: Array, known: np.ndarray) -> tuple[Array, Array]:
    """Fit ``point + run`` effects by least squares, ``(point,)`` and ``(run,)``."""
    filled = np.where(known, values, 0.0)
    per_point, per_run = known.sum(axis=1), np.maximum(known.sum(axis=0), 1)
    by_run = np.zeros(values.shape[1])
    by_point = filled.sum(axis=1) / per_point
    for _ in range(_ROUNDS):
        by_run = (filled - known * by_point[:, None]).sum(axis=0) / per_run
        before = by_point
        by_point = (filled - known * by_run).sum(axis=1) / per_point
        if np.abs(by_point - before).max() <= 1e-12 * (np.abs(by_point).max() + 1e-300):
            break
    return by_point, by_run
