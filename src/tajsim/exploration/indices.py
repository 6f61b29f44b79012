"""Indices of sensitivity: Sobol's, Morris's (from SALib) and of ranks; and chance."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.assumptions import ranked
from tajsim.axes import Array
from tajsim.errors import library
from tajsim.results.effect import LEVEL, counts_of_runs

_SAMPLES = 200
_TAILS = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)


def block_size(kind: str, factors: int, second_order: bool = False) -> int:
    """Return how many rows of a design belong together: a base row (Saltelli) or walk (Morris)."""
    if kind == "morris":
        return factors + 1
    return 2 * factors + 2 if second_order else factors + 2


def complete(values: Array, size: int) -> np.ndarray:
    """Tell which rows ``(row,)`` have an answer, as have all others of their block."""
    return np.repeat(np.isfinite(values.reshape(-1, size)).all(axis=1), size)


def sobol_indices(
    problem: dict[str, Any], values: Array, second_order: bool, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the indices of each factor, and those of pairs of factors.

    Args:
        problem: as SALib has it.
        values: ``(row,)`` answers in the order of the design; all known.
        second_order: whether the design has the rows for pairs.
        seed: of the resampling of base rows.

    Returns:
        Long tables with ``factor`` (and ``with`` for pairs), ``index`` (``first``, ``total``,
        ``pair``), ``value``, and ``low`` and ``high``, the bootstrap interval.

    Raises:
        UserError: if SALib is not installed.
    """
    analyze = library("SALib.analyze.sobol").analyze
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = analyze(
            problem,
            values,
            calc_second_order=second_order,
            num_resamples=_SAMPLES,
            conf_level=LEVEL,
            seed=seed % 2**32,
        )
    names = problem["names"]
    rows = [
        [name, index, found[key][i], found[f"{key}_conf"][i]]
        for index, key in (("first", "S1"), ("total", "ST"))
        for i, name in enumerate(names)
    ]
    table = _with_interval(pd.DataFrame(rows, columns=["factor", "index", "value", "half"]))
    pairs = [
        [names[i], names[j], "pair", found["S2"][i, j], found["S2_conf"][i, j]]
        for i in range(len(names) if second_order else 0)
        for j in range(i + 1, len(names))
    ]
    columns = ["factor", "with", "index", "value", "half"]
    return table, _with_interval(pd.DataFrame(pairs, columns=columns))


def _with_interval(table: pd.DataFrame) -> pd.DataFrame:
    table["low"], table["high"] = table["value"] - table["half"], table["value"] + table["half"]
    return table.drop(columns="half")


def first_by_basis(
    problem: dict[str, Any], values: Array, second_order: bool, bases: list[str], seed: int
) -> pd.DataFrame:
    """Return the sums of the first-order indices by basis, and what is left to joint effects.

    The base rows are resampled for all factors together, so that the interval is that of the sum.
    """
    factors = problem["num_vars"]
    blocks = values.reshape(-1, block_size("sobol", factors, second_order))
    a, ab, b = blocks[:, 0], blocks[:, 1 : factors + 1], blocks[:, -1]
    counts = np.vstack([np.ones(len(blocks)), counts_of_runs(len(blocks), seed, _SAMPLES)])
    counts = counts / len(blocks)
    middle = float(values.mean())  # as SALib centres them
    parts = counts @ ((b - middle)[:, None] * (ab - a[:, None]))  # (sample, factor)
    pair = np.stack([a, b]) - middle
    variance = (counts @ (pair**2).T).mean(axis=1) - (counts @ pair.T).mean(axis=1) ** 2
    first = np.divide(
        parts, variance[:, None], out=np.zeros_like(parts), where=variance[:, None] > 0.0
    )
    return sums_by_basis(first, bases, "together")


def sums_by_basis(shares: Array, bases: list[str], rest: str) -> pd.DataFrame:
    """Return sums over factors of ``(sample, factor)`` shares by basis; sample 0 is the estimate.

    ``rest`` names what is left of 1.
    """
    rows = []
    sums: dict[str, Array] = {
        basis: shares[:, [own == basis for own in bases]].sum(axis=1)
        for basis in ("documented", "derived", "assumption", "decision")
        if basis in bases
    }
    sums[rest] = 1.0 - shares.sum(axis=1)
    for basis, sample in sums.items():
        low, high = np.quantile(sample[1:], _TAILS)
        count = sum(own == basis for own in bases)
        rows.append([basis, count, sample[0], min(low, sample[0]), max(high, sample[0])])
    return pd.DataFrame(rows, columns=["basis", "factors", "share", "low", "high"])


def morris_indices(
    problem: dict[str, Any], places: Array, values: Array, levels: int, seed: int
) -> pd.DataFrame:
    """Return mu*, mu and sigma of each factor, in the unit of the answers over its whole range.

    Args:
        problem: as SALib has it.
        places: ``(row, factor)`` the design, 0 to 1.
        values: ``(row,)`` answers, all known.
        levels: of the design.
        seed: of the resampling of walks.

    Returns:
        A long table: ``factor``, ``index`` (``mu_star``, ``mu``, ``sigma``), ``value``, ``low`` and
        ``high``, the bootstrap interval (of ``mu_star`` alone).

    Raises:
        UserError: if SALib is not installed.
    """
    found = library("SALib.analyze.morris").analyze(
        problem,
        places,
        values,
        num_resamples=_SAMPLES,
        conf_level=LEVEL,
        num_levels=levels,
        seed=seed % 2**32,
    )
    rows = []
    for i, name in enumerate(problem["names"]):
        star, half = float(found["mu_star"][i]), float(found["mu_star_conf"][i])
        rows.append([name, "mu_star", star, max(star - half, 0.0), star + half])
        rows.append([name, "mu", float(found["mu"][i]), np.nan, np.nan])
        rows.append([name, "sigma", float(found["sigma"][i]), np.nan, np.nan])
    return pd.DataFrame(rows, columns=["factor", "index", "value", "low", "high"])


def effects(places: Array, values: Array) -> Array:
    """Return the elementary effects ``(walk, factor)`` of a design whose steps move one factor."""
    factors = places.shape[1]
    steps = np.diff(places.reshape(-1, factors + 1, factors), axis=1)  # (walk, step, factor)
    rises = np.diff(values.reshape(-1, factors + 1), axis=1)
    moved = np.abs(steps).argmax(axis=2)  # (walk, step)
    sizes = np.take_along_axis(steps, moved[:, :, None], axis=2)[:, :, 0]
    found = np.zeros((len(rises), factors))
    np.put_along_axis(found, moved, rises / sizes, axis=1)
    return found


def squares_by_basis(places: Array, values: Array, bases: list[str], seed: int) -> pd.DataFrame:
    """Return the shares of the squared mu* by basis.

    Where effects are straight and add up, the square of mu* is in proportion to the variance that
    a factor causes; with bends or joint effects it is a rough measure, good for screening.
    """
    found = np.abs(effects(places, values))
    counts = np.vstack([np.ones(len(found)), counts_of_runs(len(found), seed, _SAMPLES)])
    stars = (counts @ found / len(found)) ** 2
    whole = stars.sum(axis=1, keepdims=True)
    shares = np.divide(stars, whole, out=np.zeros_like(stars), where=whole > 0.0)
    table = sums_by_basis(shares, bases, "rest")
    return table[table["basis"] != "rest"].reset_index(drop=True)


def chance_in_effects(spread: float, levels: int) -> float:
    """Return the mu* that a factor without any effect has by chance.

    ``spread`` is the standard deviation of chance in the mean of a point; an effect is the
    difference of two such means over the step of the design.
    """
    step = levels / (2.0 * (levels - 1.0))
    return float(spread * np.sqrt(2.0) / step * np.sqrt(2.0 / np.pi))


def rank_regression(
    names: list[str], places: Array, values: Array, bases: list[str], seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Regress the ranks of the answers on the ranks of the factors, all standardised.

    Args:
        names: of the factors.
        places: ``(point, factor)`` each point once.
        values: ``(point,)`` answers, all known.
        bases: of the factors.
        seed: of the resampling of points.

    Returns:
        A long table (``factor``, ``index`` = ``coefficient``, ``value``, ``low``, ``high``), and
        the shares of the variance of ranks by basis (coefficient times correlation, summed; they
        add up to R squared, the rest is what no straight line in ranks explains).
    """
    x, y = ranked(places.T), ranked(values[None, :])[0]
    points = len(y)
    counts = np.vstack([np.ones(points), counts_of_runs(points, seed, _SAMPLES)])
    samples = [_regress(x, y, row / points) for row in counts]
    slopes = np.stack([slope for slope, _ in samples])
    shares = np.stack([slope * along for slope, along in samples])
    low, high = np.quantile(slopes[1:], _TAILS, axis=0)
    table = pd.DataFrame(
        {
            "factor": names,
            "index": "coefficient",
            "value": slopes[0],
            "low": np.minimum(low, slopes[0]),
            "high": np.maximum(high, slopes[0]),
        }
    )
    return table, sums_by_basis(shares, bases, "unexplained")


def _regress(x: Array, y: Array, weight: Array) -> tuple[Array, Array]:
    """Return coefficients and correlations ``(factor,)`` under weights that add to 1."""
    x = x - (x @ weight)[:, None]
    y = y - float(y @ weight)
    sizes = np.sqrt((x**2) @ weight)
    size = float(np.sqrt((y**2) @ weight))
    x = np.divide(x, sizes[:, None], out=np.zeros_like(x), where=sizes[:, None] > 1e-12)
    y = y / size if size > 1e-12 else np.zeros_like(y)
    along = (x * weight) @ y
    found = np.linalg.lstsq((x * weight) @ x.T, along, rcond=1e-10)
    return np.asarray(found[0], dtype=float), along


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
