"""What drives the outcomes of a sweep: indices, and the part of chance."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import pearsonr, rankdata

from tajsim.display import Printed, rows_of
from tajsim.errors import UserError, library
from tajsim.results import effect, numbers as say, select
from tajsim.sweeps.design import MORRIS_LEVELS
from tajsim.sweeps.read import Sweep, heading, opened, scenarios_of

_SAMPLES = 200
#: Kind of design -> index -> its name in SALib's answer, and that of half its interval, if any.
_INDICES = {
    "sobol": {"first": ("S1", "S1_conf"), "total": ("ST", "ST_conf")},
    "morris": {"mu_star": ("mu_star", "mu_star_conf"), "mu": ("mu", ""), "sigma": ("sigma", "")},
}
_COLUMNS = ["factor", "index", "value", "low", "high"]


def salib_indices(
    kind: str, problem: dict[str, Any], places: np.ndarray, values: np.ndarray, seed: int
) -> pd.DataFrame:
    """Return Sobol indices, or Morris's in the unit of the answers, with bootstrap intervals.

    ``places`` are ``(row, factor)`` from 0 to 1 and ``values`` ``(row,)``, all known; ``seed`` is
    that of the resampling. Raises `UserError` if SALib is not installed.
    """
    analyze = library(f"SALib.analyze.{kind}").analyze
    how = {"num_resamples": _SAMPLES, "conf_level": effect.LEVEL, "seed": seed % 2**32}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "sobol":
            found = analyze(problem, values, calc_second_order=False, **how)
        else:
            found = analyze(problem, places, values, num_levels=MORRIS_LEVELS, **how)
    rows = []
    for i, name in enumerate(problem["names"]):
        for index, (key, reach_key) in _INDICES[kind].items():
            value, reach = float(found[key][i]), float(found[reach_key][i]) if reach_key else np.nan
            low = max(value - reach, 0.0) if index == "mu_star" else value - reach
            rows.append([name, index, value, low, value + reach])
    return pd.DataFrame(rows, columns=_COLUMNS)


def rank_correlation(names: list[str], places: np.ndarray, values: np.ndarray) -> pd.DataFrame:
    """Return Spearman's rank correlation of each factor with the answers, with Fisher's intervals.

    ``places`` are ``(point, factor)``, each point once, and ``values`` ``(point,)``, all known.
    """
    rows = []
    for name, place in zip(names, places.T, strict=True):
        if np.ptp(place) > 0.0:
            found = pearsonr(rankdata(place), rankdata(values))
            low, high = found.confidence_interval(effect.LEVEL)
            rows.append([name, "correlation", found.statistic, low, high])
        else:
            rows.append([name, "correlation", 0.0, np.nan, np.nan])
    return pd.DataFrame(rows, columns=_COLUMNS)


@dataclass(frozen=True)
class Noise:
    """How the variance of one column divides, and what of it is left in the means of points.

    Attributes:
        factors, alike, apart: shares of the variance over points and runs: what goes with the
            point, with the run at every point alike, and the luck that differs by point.
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


def divide(values: np.ndarray) -> Noise:
    """Divide the variance of ``(point, run)`` values, ``nan`` where a run is missing.

    The estimates are those of an analysis of variance with two crossed random factors and no
    replication within a cell, over the runs that all points have.
    """
    known = np.isfinite(values)
    average = float(known.sum(axis=1).mean()) if len(values) else 0.0
    values = values[:, known.all(axis=0)]
    points, runs = values.shape
    unclear = Noise(np.nan, np.nan, np.nan, np.nan, np.nan, points, average)
    if points < 2 or runs < 2:
        return unclear
    by_point, by_run = values.mean(axis=1), values.mean(axis=0)
    left = values - by_point[:, None] - by_run + values.mean()
    apart = float((left**2).sum()) / ((points - 1) * (runs - 1))
    between = float(by_point.var(ddof=1))
    alike = max(float(by_run.var(ddof=1)) - apart / points, 0.0)
    parts = max(between - apart / runs, 0.0), alike, apart
    if (whole := sum(parts)) <= 1e-18 * max(1.0, float(np.abs(values).max()) ** 2):
        return unclear
    floor = apart / runs / max(between, apart / runs) if apart > 0.0 else 0.0
    factors, alike, other = (part / whole for part in parts)
    return Noise(factors, alike, other, floor, float(np.sqrt(apart / runs)), points, average)


#: So many points are needed to rank factors by correlation.
LEAST = 10

#: Kind of design -> what is computed; every other kind gets rank correlations.
METHODS = {"sobol": "Sobol indices", "morris": "Morris screening"}
RANKS = "rank correlation"
#: Index -> how the head of its column reads where it is no word.
HEADS = {"first": "first order", "mu_star": "mu*"}
#: Method -> the index by which factors are ordered.
LEADING = {"Sobol indices": "total", "Morris screening": "mu_star", RANKS: "correlation"}
_FEW = 10


@dataclass(frozen=True)
class Sensitivity(Printed):
    """What drives the kept columns of a sweep. Both tables have ``scenario`` and ``column`` first.

    Attributes:
        indices: a row a factor and index: ``factor``, ``basis``, ``index``, ``value``, ``low``,
            ``high`` (90 % bootstrap interval), ``chance`` (what a factor without any effect shows;
            ``nan`` if unknown).
        chance: see `Noise`; and ``points_missing``.
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

    def __str__(self) -> str:
        """Return the text with ten factors for each column."""
        runs = float(self.chance["runs_a_point"].max())
        runs_each = f"{say.table_number(runs)} run{'s' * (runs != 1.0)}"
        head = (
            f"{self.method[0].upper()}{self.method[1:]}: {len(self.sweep.factors)} factors, "
            f"{len(self.sweep.points):,} points, {runs_each} each (means of points). "
            f"{self.sweep.about['title']}."
        )
        if self.method == RANKS:
            head += f"\nThe design ({self.sweep.kind}) has no indices of its own."
        pairs = zip(self.indices["scenario"], self.indices["column"], strict=True)
        columns = [_column(self, *pair) for pair in dict.fromkeys(pairs)]
        foot = (
            "All points share their draws, so chance that acts alike at all points is in no index."
            "\nChance includes the uncertain parameters that are not factors (mode "
            f"'{self.sweep.about['parameters']}'). Intervals: 90 %."
        )
        return "\n\n".join([head, *columns, "\n".join([foot, *self.notes])])


def sensitivity(
    sweep: Sweep | str | Path, outcomes: Sequence[str] | None = None, scenario: str | None = None
) -> Sensitivity:
    """Find what drives the kept columns of a sweep, from the means of its points.

    A Saltelli design gives Sobol indices, a Morris design elementary effects (both from SALib);
    any other design rank correlations (Spearman).

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
        for column in select.kept_columns(dict(found.columns["outcome"]), outcomes):
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
    return Sensitivity(found, METHODS.get(found.kind, RANKS), **tables, notes=tuple(notes))


def _one(
    sweep: Sweep, scenario: str, column: str, notes: dict[str, None]
) -> dict[str, pd.DataFrame]:
    """Return the tables of one scenario and column; remarks go to ``notes``."""
    rows = sweep.rows(scenario)
    places = rows[list(sweep.factors.index)].to_numpy(dtype=float)
    values = sweep.answers(column, scenario)
    # A row counts if all others of its block have an answer too: a base row or a walk.
    size = _block(sweep)
    kept = np.repeat(np.isfinite(values.reshape(-1, size)).all(axis=1), size)
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
    factors = len(sweep.factors)
    return {"morris": factors + 1, "sobol": factors + 2}.get(sweep.kind, 1)


def _indices(
    sweep: Sweep, places: np.ndarray, values: np.ndarray, noise: Noise, once: np.ndarray
) -> pd.DataFrame:
    problem, size = sweep.problem, _block(sweep)
    if sweep.kind in METHODS:
        if len(values) < 4 * size:
            block = "base rows" if sweep.kind == "sobol" else "walks"
            raise UserError(f"fewer than 4 {block} are complete ({size} points each).")
        table = salib_indices(sweep.kind, problem, places, values, int(sweep.about["seed"]))
        # What a factor without any effect shows. An effect of Morris is the difference of two means
        # of points over the step of the design.
        step = MORRIS_LEVELS / (2.0 * (MORRIS_LEVELS - 1.0))
        effects = noise.spread * np.sqrt(2.0) / step * np.sqrt(2.0 / np.pi)
        floor = {"total": noise.floor, "first": 0.0, "mu_star": effects}
        table["chance"] = table["index"].map(floor)
    else:
        places, values = places[once], values[once]
        if len(values) < LEAST:
            raise UserError(f"{len(values)} points are too few; rank correlation needs {LEAST}.")
        table = rank_correlation(problem["names"], places, values)
        table["chance"] = np.sqrt(1.0 / (len(values) - 1.0))
    table.insert(1, "basis", table["factor"].map(sweep.factors["basis"].astype(str)))
    return table


def _column(found: Sensitivity, scenario: str, column: str) -> str:
    """Return the text on one column: its factors, the leading one first, by basis, and chance."""
    mine, chance = (
        table[(table["scenario"] == scenario) & (table["column"] == column)]
        for table in (found.indices, found.chance)
    )
    table = mine.set_index(["factor", "index"])
    lead = table.xs(LEADING[found.method], level="index")
    factors = lead["value"].abs().sort_values(ascending=False, kind="stable").index
    head = ["factor", "basis"]
    rows = [[str(factor), str(lead.loc[factor, "basis"])] for factor in factors[:_FEW]]
    for index in mine["index"].unique():
        signed, sure = index in ("mu", "correlation"), index not in ("mu", "sigma")
        head += [HEADS.get(index, index), *["90 % interval"] * sure]
        for row in rows:
            at = row[0], index
            value, low, high = (float(table[end][at]) for end in ("value", "low", "high"))
            row += [say.table_number(value, signed), *[say.interval(low, high, signed)] * sure]
    lines = [f"{scenario}, {heading(found.sweep, column)}", say.text_table(head, rows, left=(0, 1))]
    if len(factors) > _FEW:
        lines.append(f"... and {len(factors) - _FEW} more, in the tables that --out keeps.")
    row, floor = rows_of(chance)[0], float(lead["chance"].iloc[0])
    if math.isnan(row.factors):
        alone = "that needs two runs or more at each point."
        return "\n".join([*lines, f"Chance and factors cannot be separated: {alone}"])
    means = {"Sobol indices": "total index", "Morris screening": "mu*"}.get(found.method)
    may = f": a {means} of {say.table_number(floor)} may be chance" if means else ""
    lines.append(
        f"Of the variance over points and runs {say.percent(row.factors)} is due to the factors, "
        f"{say.percent(row.alike)} to chance that acts alike at every point, "
        f"{say.percent(row.apart)} to chance that acts differently. "
        f"Of the variance of the means {say.percent(row.floor)} is chance{may}."
    )
    return "\n".join(lines)
