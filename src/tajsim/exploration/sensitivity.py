"""What drives the outcomes of a sweep: indices, and the part of chance."""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.assumptions import ranked
from tajsim.axes import Array
from tajsim.display import Printed, rows_of
from tajsim.errors import UserError, library
from tajsim.results.effect import LEVEL, counts_of_runs
from tajsim.results.numbers import interval, percent, table_number, text_table
from tajsim.sweeps.read import Sweep, columns_of, heading, opened, scenarios_of

_SAMPLES = 200
_TAILS = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)
#: Index -> its name in SALib's answer, and the name of half its interval, if it has one.
_SOBOL = {"first": ("S1", "S1_conf"), "total": ("ST", "ST_conf")}
_MORRIS = {"mu_star": ("mu_star", "mu_star_conf"), "mu": ("mu", ""), "sigma": ("sigma", "")}


def _table(names: Sequence[str], found: Mapping[str, Any], keys: Mapping[str, Any]) -> pd.DataFrame:
    """Return what SALib found as a long table: factor, index, value, low and high."""
    rows = []
    for index, (key, reach_key) in keys.items():
        half = found[reach_key] if reach_key else np.full(len(names), np.nan)
        for name, value, reach in zip(names, found[key], half, strict=True):
            rows.append([name, index, float(value), float(value - reach), float(value + reach)])
    return pd.DataFrame(rows, columns=["factor", "index", "value", "low", "high"])


def sobol_indices(
    problem: dict[str, Any], values: Array, second_order: bool, seed: int
) -> pd.DataFrame:
    """Return the first-order and total indices of each factor, with bootstrap intervals.

    Args:
        problem: as SALib has it.
        values: ``(row,)`` answers in the order of the design; all known.
        second_order: whether the design has the rows for pairs.
        seed: of the resampling of base rows.

    Raises:
        UserError: if SALib is not installed.
    """
    analyze = library("SALib.analyze.sobol").analyze
    how = {"num_resamples": _SAMPLES, "conf_level": LEVEL, "seed": seed % 2**32}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = analyze(problem, values, calc_second_order=second_order, **how)
    return _table(problem["names"], found, _SOBOL)


def morris_indices(
    problem: dict[str, Any], places: Array, values: Array, levels: int, seed: int
) -> pd.DataFrame:
    """Return mu*, mu and sigma of each factor, in the unit of the answers over its whole range.

    As `sobol_indices`, with the design ``places (row, factor)``, 0 to 1, of so many ``levels``;
    ``mu_star`` alone has an interval.
    """
    analyze = library("SALib.analyze.morris").analyze
    how = {"num_resamples": _SAMPLES, "conf_level": LEVEL, "seed": seed % 2**32}
    table = _table(
        problem["names"], analyze(problem, places, values, num_levels=levels, **how), _MORRIS
    )
    table["low"] = table["low"].clip(lower=0.0)
    order = {name: place for place, name in enumerate(problem["names"])}
    return table.sort_values("factor", key=lambda f: f.map(order), kind="stable", ignore_index=True)


def complete(values: Array, size: int) -> np.ndarray:
    """Tell which rows ``(row,)`` have an answer, as have all others of their block."""
    return np.repeat(np.isfinite(values.reshape(-1, size)).all(axis=1), size)


def chance_in_effects(spread: float, levels: int) -> float:
    """Return the mu* that a factor without any effect has by chance.

    ``spread`` is the standard deviation of chance in the mean of a point; an effect is the
    difference of two such means over the step of the design.
    """
    step = levels / (2.0 * (levels - 1.0))
    return float(spread * np.sqrt(2.0) / step * np.sqrt(2.0 / np.pi))


def rank_regression(names: list[str], places: Array, values: Array, seed: int) -> pd.DataFrame:
    """Regress the ranks of the answers on the ranks of the factors, all standardised.

    Args:
        names: of the factors.
        places: ``(point, factor)`` each point once.
        values: ``(point,)`` answers, all known.
        seed: of the resampling of points.

    Returns:
        A long table as of `sobol_indices`, with the index ``coefficient``.
    """
    x, y = ranked(places.T), ranked(values[None, :])[0]
    counts = np.vstack([np.ones(len(y)), counts_of_runs(len(y), seed, _SAMPLES)])
    slopes = np.stack([_regress(x, y, row / len(y)) for row in counts])
    low, high = np.quantile(slopes[1:], _TAILS, axis=0)
    table = {"factor": names, "index": "coefficient", "value": slopes[0]}
    low, high = np.minimum(low, slopes[0]), np.maximum(high, slopes[0])
    return pd.DataFrame({**table, "low": low, "high": high})


def _regress(x: Array, y: Array, weight: Array) -> Array:
    """Return coefficients ``(factor,)`` under weights that add to 1."""
    x = x - (x @ weight)[:, None]
    y = y - float(y @ weight)
    sizes = np.sqrt((x**2) @ weight)
    size = float(np.sqrt((y**2) @ weight))
    x = np.divide(x, sizes[:, None], out=np.zeros_like(x), where=sizes[:, None] > 1e-12)
    y = y / size if size > 1e-12 else np.zeros_like(y)
    along = (x * weight) @ y
    found = np.linalg.lstsq((x * weight) @ x.T, along, rcond=1e-10)
    return np.asarray(found[0], dtype=float)


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


def divide(values: Array) -> Noise:
    """Divide the variance of ``(point, run)`` values, ``nan`` where a run is missing.

    The estimates are those of an analysis of variance with two crossed random factors and no
    replication within a cell; runs that are missing at some points are left out of the sums.
    """
    values = values[np.isfinite(values).any(axis=1)]
    values = values[:, np.isfinite(values).any(axis=0)]
    known = np.isfinite(values)
    (points, runs), per_point = values.shape, known.sum(axis=1)
    a_point = float(per_point.mean()) if points else 0.0
    unclear = Noise(np.nan, np.nan, np.nan, np.nan, np.nan, points, a_point)
    freedom = int(known.sum()) - points - runs + 1
    if freedom < 1 or points < 2 or runs < 2:
        return unclear
    by_point, by_run = _additive(values, known)
    left = np.where(known, values - by_point[:, None] - by_run, 0.0)
    apart = float((left**2).sum()) / freedom
    in_means, between = apart * float((1.0 / per_point).mean()), float(by_point.var(ddof=1))
    in_runs = apart * float((1.0 / known.sum(axis=0)).mean())
    of_points = max(between - in_means, 0.0)
    of_runs = max(float(by_run.var(ddof=1)) - in_runs, 0.0)
    whole = of_points + of_runs + apart
    if whole <= 1e-18 * max(1.0, float(np.nanmax(np.abs(values))) ** 2):
        return unclear
    total = max(between, in_means)
    floor = in_means / total if total > 0.0 else 0.0
    shares = of_points / whole, of_runs / whole, apart / whole
    return Noise(*shares, floor, float(np.sqrt(in_means)), points, a_point)


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


#: So many points more than factors are needed.
SPARE = 10

#: Kind of design -> what is computed; every other kind gets rank regression.
METHODS = {"sobol": "Sobol indices", "morris": "Morris screening"}
RANKS = "rank regression"


#: Index -> how the head of its column reads, in the order of columns.
HEADS = {
    "first": "first order",
    "total": "total",
    "mu_star": "mu*",
    "mu": "mu",
    "sigma": "sigma",
    "coefficient": "coefficient",
}
#: Method -> the index by which factors are ordered.
LEADING = {"Sobol indices": "total", "Morris screening": "mu_star", RANKS: "coefficient"}
_FEW = 10
_SHARED = (
    "All points share their draws: run 3 has the same random draws everywhere. Chance that acts "
    "alike at all points\nis in no index; only chance that acts differently blurs them. With "
    "independent draws at each point, both would."
)


@dataclass(frozen=True)
class Sensitivity(Printed):
    """What drives the kept columns of a sweep.

    Every table has ``scenario`` and ``column`` first.

    Attributes:
        method: ``Sobol indices``, ``Morris screening`` or ``rank regression``.
        indices: a row a factor and index: ``factor``, ``basis``, ``index``, ``value``, ``low``,
            ``high`` (90 % bootstrap interval), ``chance`` (what a factor without any effect shows;
            ``nan`` if unknown).
        chance: see `Noise`; and ``points_used``, ``points_missing``.
        notes: lines on what was left out or is unknown.
    """

    sweep: Sweep
    method: str
    indices: pd.DataFrame
    chance: pd.DataFrame
    notes: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by the name of their file."""
        return {"indices": self.indices, "chance": self.chance}

    def text(self, everything: bool = False) -> str:
        """Return the whole text; ten factors for each column, or all."""
        runs = float(self.chance["runs_a_point"].max())
        head = (
            f"{self.method[0].upper()}{self.method[1:]}: {len(self.sweep.factors)} factors, "
            f"{len(self.sweep.points):,} points, {table_number(runs)} runs each (means of points). "
            f"{self.sweep.about['title']}."
        )
        if self.method == RANKS:
            head += (
                f"\nThe design ({self.sweep.kind}) has no indices of its own: these are "
                "standardised coefficients of a regression of ranks on ranks."
            )
        pairs = zip(self.indices["scenario"], self.indices["column"], strict=True)
        columns = [_column(self, *pair, everything) for pair in dict.fromkeys(pairs)]
        foot = (
            f"{_SHARED}\nChance includes the uncertain parameters that are not factors (mode "
            f"'{self.sweep.about['parameters']}'). Intervals: bootstrap, 90 %."
        )
        return "\n\n".join([head, *columns, "\n".join([foot, *self.notes])])

    def __str__(self) -> str:
        """Return the text with ten factors for each column."""
        return self.text()


def sensitivity(
    sweep: Sweep | str | Path, outcomes: Sequence[str] | None = None, scenario: str | None = None
) -> Sensitivity:
    """Find what drives the kept columns of a sweep, from the means of its points.

    A Saltelli design gives Sobol indices, a Morris design elementary effects (both from SALib);
    any other design standardised rank regression coefficients.

    Args:
        sweep: a sweep or its folder, finished or not; base rows, walks or points without an answer
            are left out and counted.
        outcomes: names of columns or outcomes; all by default.
        scenario: one scenario; all by default, each by itself.

    Raises:
        UserError: for unknown names, without a factor, with too few points, without SALib.
    """
    found = opened(sweep)
    if found.factors.empty:
        raise UserError(f"{found.folder}: this sweep has no factors whose effects could be ranked")
    notes: dict[str, None] = {}
    parts: dict[str, list[pd.DataFrame]] = {"indices": [], "chance": []}
    for name in scenarios_of(found, scenario):
        for column in columns_of(found, outcomes):
            try:
                tables = _one(found, name, column, notes)
            except UserError as few:
                notes[f"{name}: {few}"] = None
                continue
            for table, rows in tables.items():
                rows.insert(0, "scenario", name)
                rows.insert(1, "column", column)
                parts[table].append(rows)
    if not parts["indices"]:
        raise UserError(list(notes))
    tables = {name: pd.concat(rows, ignore_index=True) for name, rows in parts.items()}
    return Sensitivity(
        sweep=found, method=METHODS.get(found.kind, RANKS), notes=tuple(notes), **tables
    )


def _one(
    sweep: Sweep, scenario: str, column: str, notes: dict[str, None]
) -> dict[str, pd.DataFrame]:
    """Return the tables of one scenario and column; remarks go to ``notes``.

    Raises:
        UserError: if there are too few points for the method.
    """
    rows = sweep.rows(scenario)
    places = rows[list(sweep.factors.index)].to_numpy(dtype=float)
    values = sweep.answers(column, scenario)
    kept = complete(values, _block(sweep))
    missing = int(rows["point"][~kept].nunique())
    if missing:
        notes[
            f"{scenario}: {missing} of {rows['point'].nunique()} points are left out: they, or "
            "others of their base row or walk, have no run yet, or only failed ones."
        ] = None
    places, values, points = places[kept], values[kept], rows["point"][kept]
    mine = sweep.results[sweep.results["point"].isin(points)]
    runs = mine.pivot_table(index="point", columns="run", values=column, aggfunc="first")
    noise = divide(runs.to_numpy(dtype=float))
    chance = asdict(noise)
    chance["runs_a_point"] = chance.pop("runs")
    tables = {"chance": pd.DataFrame([{**chance, "points_missing": missing}])}
    if len(values) < 2 or not np.ptp(values) > 0.0:
        same = "has the same mean at every point" if len(values) > 1 else "has too few points"
        notes[f"{scenario}: {column} {same}; no index says anything about it."] = None
        return tables
    once = ~points.duplicated().to_numpy()
    return {**tables, "indices": _indices(sweep, places, values, noise, once)}


def _block(sweep: Sweep) -> int:
    """Return how many rows of the design belong together: a base row or a walk."""
    factors, pairs = len(sweep.factors), sweep.options.get("second_order")
    rows = {"morris": factors + 1, "sobol": 2 * factors + 2 if pairs else factors + 2}
    return rows.get(sweep.kind, 1)


def _indices(
    sweep: Sweep, places: Array, values: Array, noise: Noise, once: np.ndarray
) -> pd.DataFrame:
    problem, seed, size = sweep.problem, int(sweep.about["seed"]), _block(sweep)
    if sweep.kind in METHODS and len(values) < 4 * size:
        block = "base rows" if sweep.kind == "sobol" else "walks"
        raise UserError(f"fewer than 4 {block} are complete ({size} points each).")
    if sweep.kind == "sobol":
        table = sobol_indices(problem, values, bool(sweep.options["second_order"]), seed)
        table["chance"] = np.where(table["index"] == "total", noise.floor, 0.0)
    elif sweep.kind == "morris":
        levels = int(sweep.options.get("levels") or 4)
        table = morris_indices(problem, places, values, levels, seed)
        floor = chance_in_effects(noise.spread, levels)
        table["chance"] = np.where(table["index"] == "mu_star", floor, np.nan)
    else:
        places, values, count = places[once], values[once], len(sweep.factors)
        if len(values) < count + SPARE:
            raise UserError(
                f"{len(values)} points are too few for {count} factor{'s' * (count != 1)}; rank "
                f"regression needs {count + SPARE}."
            )
        table = rank_regression(problem["names"], places, values, seed)
        table["chance"] = np.sqrt(1.0 / (len(values) - 1.0))
    table.insert(1, "basis", table["factor"].map(sweep.factors["basis"].astype(str)))
    return table


def _column(found: Sensitivity, scenario: str, column: str, everything: bool) -> str:
    """Return the text on one column: its factors, the leading one first, by basis, and chance."""
    mine, chance = (
        table[(table["scenario"] == scenario) & (table["column"] == column)]
        for table in (found.indices, found.chance)
    )
    table = mine.set_index(["factor", "index"])
    lead = table.xs(LEADING[found.method], level="index")
    factors = lead["value"].abs().sort_values(ascending=False, kind="stable").index
    shown = factors if everything else factors[:_FEW]
    heads = [index for index in HEADS if index in set(mine["index"])]
    head = ["factor", "basis"]
    for index in heads:
        head += [HEADS[index]] + (["90 % interval"] if index not in ("mu", "sigma") else [])
    rows = []
    for factor in shown:
        rows.append([str(factor), str(lead.loc[factor, "basis"])])
        for index in heads:
            signed = index in ("mu", "coefficient")
            value, low, high = (
                float(table[key][factor, index]) for key in ("value", "low", "high")
            )
            rows[-1].append(table_number(value, signed))
            rows[-1] += [interval(low, high, signed)] if index not in ("mu", "sigma") else []
    lines = [f"{scenario}, {heading(found.sweep, column)}", text_table(head, rows, left=(0, 1))]
    if len(shown) < len(factors):
        lines.append(f"... and {len(factors) - len(shown)} more; --all shows them.")
    said = _chance_text(found.method, rows_of(chance)[0], float(lead["chance"].iloc[0]))
    return "\n".join([*lines, said])


def _chance_text(method: str, row: Any, floor: float) -> str:
    """Say how much of a column is chance; ``floor`` is the leading index of a factor of none."""
    if math.isnan(row.factors):
        return "Chance and factors cannot be separated: that needs two runs or more at each point."
    text = (
        f"Of the variance over points and runs {percent(row.factors)} is due to the factors, "
        f"{percent(row.alike)} to chance that acts alike at every point, "
        f"{percent(row.apart)} to chance that acts differently. "
        f"Of the variance of the means {percent(row.floor)} is chance"
    )
    if method == "Sobol indices":
        text += (
            f": a total index of {table_number(floor)} may be chance, and first-order indices are "
            "smaller by that share than without it"
        )
    elif method != RANKS:
        text += f": a mu* of {table_number(floor)} may be chance"
    return f"{text}."
