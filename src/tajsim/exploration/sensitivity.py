"""What the outcomes of a sweep hang on: indices, their sums by basis, and the part of chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.assumptions import ranked
from tajsim.axes import Array
from tajsim.display.html import verbatim
from tajsim.errors import UserError
from tajsim.exploration.columns import columns_of, opened, said, scenarios_of
from tajsim.exploration.indices import (
    Noise,
    chance_in_effects,
    first_by_basis,
    morris_indices,
    noise_of,
    sobol_indices,
    squares_by_basis,
    sums_by_basis,
    whole_blocks,
    whole_walks,
)
from tajsim.results.effect import LEVEL, counts_of_runs
from tajsim.results.numbers import interval, percent, table_number, text_table
from tajsim.sweeps.read import Sweep

_SAMPLES = 200
#: So many points more than factors are needed.
SPARE = 10


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
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(slopes[1:], (tail, 1.0 - tail), axis=0)
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


#: The low end of a factor is its lowest quarter of the way, the high end its highest.
QUARTER = 0.25


def swings(names: list[str], places: Array, values: Array, seed: int) -> pd.DataFrame:
    """Return the mean answer where each factor is low, and where it is high.

    Args:
        names: of the factors.
        places: ``(row, factor)`` 0 to 1.
        values: ``(row,)`` answers, all known.
        seed: of the resampling of rows.

    Returns:
        One row a factor: ``factor``, ``at_low``, ``at_high``, ``middle`` (the mean of all),
        ``swing`` (high less low) with its interval ``low`` to ``high``.
    """
    counts = np.vstack([np.ones(len(values)), counts_of_runs(len(values), seed)])
    low, high = (_means(counts, values, ends) for ends in _ends(places))
    swing = high - low  # (sample, factor)
    tail = (1.0 - LEVEL) / 2.0
    lower, upper = np.nanquantile(swing[1:], (tail, 1.0 - tail), axis=0)
    columns = {"factor": names, "at_low": low[0], "at_high": high[0], "middle": values.mean()}
    return pd.DataFrame({**columns, "swing": swing[0], "low": lower, "high": upper})


def _ends(places: Array) -> tuple[Array, Array]:
    """Return ones where each factor is low, and where it is high, ``(row, factor)``.

    The lowest and the highest value of a factor are always among them.
    """
    low = np.maximum(QUARTER, places.min(axis=0))
    high = np.minimum(1.0 - QUARTER, places.max(axis=0))
    return (places <= low + 1e-9).astype(float), (places >= high - 1e-9).astype(float)


def _means(counts: Array, values: Array, ends: Array) -> Array:
    """Return ``(sample, factor)`` means over the rows at one end."""
    size = counts @ ends
    found: Array = np.divide(
        counts @ (ends * values[:, None]), size, out=np.full(size.shape, np.nan), where=size > 0.0
    )
    return found


#: Kind of design -> what is computed; every other kind gets rank regression.
METHODS = {"sobol": "Sobol indices", "morris": "Morris screening"}
RANKS = "rank regression"


@dataclass(frozen=True)
class Sensitivity:
    """What the kept columns of a sweep hang on.

    Every table has ``scenario`` and ``column`` first.

    Attributes:
        sweep: the sweep.
        method: ``Sobol indices``, ``Morris screening`` or ``rank regression``.
        indices: a row a factor and index: ``factor``, ``basis``, ``index``, ``value``, ``low``,
            ``high`` (90 % bootstrap interval), ``chance`` (what a factor without any effect shows;
            ``nan`` if it cannot be told).
        pairs: ``factor``, ``with``, ``value``, ``low``, ``high`` of pairs, for Saltelli's design
            with second order.
        bases: sums by basis: ``basis``, ``factors`` (their number), ``share``, ``low``, ``high``.
        chance: see `Noise`; and ``points_used``, ``points_missing``.
        swings: see `tajsim.exploration.sensitivity`.
        notes: lines on what was left out or cannot be said.
    """

    sweep: Sweep
    method: str
    indices: pd.DataFrame
    pairs: pd.DataFrame
    bases: pd.DataFrame
    chance: pd.DataFrame
    swings: pd.DataFrame
    notes: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by the name of their file."""
        found = {"indices": self.indices, "pairs": self.pairs, "bases": self.bases}
        found |= {"chance": self.chance, "swings": self.swings}
        return {name: table for name, table in found.items() if len(table)}

    def __str__(self) -> str:
        """Return the tables as text."""
        return sensitivity_text(self)

    def _repr_html_(self) -> str:
        """Return the text as a notebook shows it."""
        return verbatim(str(self))


def sensitivity(
    sweep: Sweep | str | Path,
    outcomes: Sequence[str] | None = None,
    scenario: str | None = None,
) -> Sensitivity:
    """Find what the kept columns of a sweep hang on, from the means of its points.

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
        raise UserError(f"{found.folder}: this sweep has no factors, so nothing can hang on them")
    notes: dict[str, None] = {}
    parts: dict[str, list[pd.DataFrame]] = {}
    for name in scenarios_of(found, scenario):
        for column in columns_of(found, outcomes):
            for table, rows in _one(found, name, column, notes).items():
                rows.insert(0, "scenario", name)
                rows.insert(1, "column", column)
                parts.setdefault(table, []).append(rows)
    if "indices" not in parts:
        raise UserError(list(notes))
    tables = {name: pd.concat(rows, ignore_index=True) for name, rows in parts.items()}
    return Sensitivity(
        sweep=found,
        method=METHODS.get(found.kind, RANKS),
        pairs=tables.pop("pairs", pd.DataFrame()),
        notes=tuple(notes),
        **tables,
    )


def _one(
    sweep: Sweep, scenario: str, column: str, notes: dict[str, None]
) -> dict[str, pd.DataFrame]:
    """Return the tables of one scenario and column; what is to be said goes to ``notes``."""
    rows = sweep.rows(scenario)
    places = rows[list(sweep.factors.index)].to_numpy(dtype=float)
    values = sweep.answers(column, scenario)
    kept = _usable(sweep, rows, values)
    missing = int(rows["point"][~kept].nunique())
    if missing:
        notes[
            f"{scenario}: {missing} of {rows['point'].nunique()} points are left out: they, or "
            "others of their base row or walk, have no run yet, or only failed ones."
        ] = None
    places, values, points = places[kept], values[kept], rows["point"][kept]
    mine = sweep.results[sweep.results["point"].isin(points)]
    noise = noise_of(mine, column)
    tables = {"chance": _chance(noise, missing)}
    if len(values) < 2 or not np.ptp(values) > 0.0:
        same = "has the same mean at every point" if len(values) > 1 else "has too few points"
        notes[f"{scenario}: {column} {same}; no index says anything about it."] = None
        return tables
    try:
        tables |= _indices(sweep, places, values, noise, ~points.duplicated().to_numpy())
    except _TooFewError as few:
        notes[f"{scenario}: {few}"] = None
        return {}
    once = ~points.duplicated().to_numpy()
    names = [str(name) for name in sweep.factors.index]
    tables["swings"] = swings(names, places[once], values[once], int(sweep.about["seed"]))
    return tables


class _TooFewError(Exception):
    """There are too few points for the method."""


def _usable(sweep: Sweep, rows: pd.DataFrame, values: Array) -> np.ndarray:
    """Tell which rows of the design can be used: those whose base row or walk is complete."""
    count = len(sweep.factors)
    if sweep.kind == "sobol":
        second = bool(sweep.options["second_order"])
        return np.repeat(
            whole_blocks(values, count, second), 2 * count + 2 if second else count + 2
        )
    if sweep.kind == "morris":
        return np.repeat(whole_walks(values, count), count + 1)
    known: np.ndarray = np.isfinite(values)
    return known


def _indices(
    sweep: Sweep, places: Array, values: Array, noise: Noise, once: np.ndarray
) -> dict[str, pd.DataFrame]:
    """Return indices, pairs and sums by basis, by the method that goes with the design."""
    problem, seed = sweep.problem, int(sweep.about["seed"])
    bases = [str(basis) for basis in sweep.factors["basis"]]
    count, tables = len(bases), dict[str, pd.DataFrame]()
    if sweep.kind == "sobol":
        second = bool(sweep.options["second_order"])
        size = 2 * count + 2 if second else count + 2
        if len(values) < 4 * size:
            raise _TooFewError(f"fewer than 4 base rows are complete ({size} points each).")
        table, pairs = sobol_indices(problem, values, second, seed)
        tables["bases"] = first_by_basis(problem, values, second, bases, seed)
        table["chance"] = np.where(table["index"] == "total", noise.floor, 0.0)
        if len(pairs):
            tables["pairs"] = pairs
    elif sweep.kind == "morris":
        if len(values) < 4 * (count + 1):
            raise _TooFewError(f"fewer than 4 walks are complete ({count + 1} points each).")
        levels = int(sweep.options.get("levels") or 4)
        table = morris_indices(problem, places, values, levels, seed)
        tables["bases"] = squares_by_basis(places, values, bases, seed)
        floor = chance_in_effects(noise.spread, levels)
        table["chance"] = np.where(table["index"] == "mu_star", floor, np.nan)
    else:
        places, values = places[once], values[once]
        if len(values) < count + SPARE:
            raise _TooFewError(
                f"{len(values)} points are too few for {count} factor{'s' * (count != 1)}; rank "
                f"regression needs {count + SPARE}."
            )
        table, tables["bases"] = rank_regression(problem["names"], places, values, bases, seed)
        table["chance"] = np.sqrt(1.0 / (len(values) - 1.0))
    table.insert(1, "basis", table["factor"].map(dict(zip(problem["names"], bases, strict=True))))
    return {"indices": table, **tables}


def _chance(noise: Noise, missing: int) -> pd.DataFrame:
    row: dict[str, Any] = {
        name: getattr(noise, name) for name in ("factors", "alike", "apart", "floor", "spread")
    }
    row |= {"runs_a_point": noise.runs, "points": noise.points, "points_missing": missing}
    return pd.DataFrame([row])


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
_BASES = {
    "documented": "documented",
    "derived": "derived",
    "assumption": "assumption",
    "decision": "decisions",
    "together": "joint effects",
    "unexplained": "unexplained",
}
_OF = {
    "Sobol indices": "First-order indices",
    "Morris screening": "Squares of mu* (a rough share of variance)",
    RANKS: "Share of the variance of ranks",
}
_FEW = 10


def ordered(found: Sensitivity, scenario: str, column: str) -> pd.DataFrame:
    """Return the indices of one column as ``(factor, index)`` columns, the leading factor first."""
    mine = found.indices
    mine = mine[(mine["scenario"] == scenario) & (mine["column"] == column)]
    lead = mine[mine["index"] == LEADING[found.method]].set_index("factor")["value"].abs()
    order = list(lead.sort_values(ascending=False, kind="stable").index)
    return mine.set_index(["factor", "index"]).loc[order]


def sensitivity_text(found: Sensitivity, everything: bool = False) -> str:
    """Return the whole text; ten factors for each column, or all."""
    parts = [_heading(found)]
    for scenario, column in dict.fromkeys(
        zip(found.indices["scenario"], found.indices["column"], strict=True)
    ):
        parts.append(_column(found, scenario, column, everything))
    return "\n\n".join([*parts, _footing(found)])


def _heading(found: Sensitivity) -> str:
    sweep = found.sweep
    runs = found.chance["runs_a_point"].max()
    text = f"{found.method[0].upper()}{found.method[1:]}: {len(sweep.factors)} factors, "
    text += (
        f"{len(sweep.points):,} points, {table_number(float(runs))} runs each (means of points). "
    )
    text += f"{sweep.about['title']}."
    if found.method == RANKS:
        text += (
            f"\nThe design ({sweep.kind}) has no indices of its own: these are standardised "
            "coefficients of a regression of ranks on ranks."
        )
    return text


def _column(found: Sensitivity, scenario: str, column: str, everything: bool) -> str:
    table = ordered(found, scenario, column)
    factors = list(dict.fromkeys(table.index.get_level_values("factor")))
    shown = factors if everything else factors[:_FEW]
    heads = [index for index in HEADS if index in set(table.index.get_level_values("index"))]
    rows = [[f, str(table.loc[(f, heads[0]), "basis"]), *_cells(table, f, heads)] for f in shown]
    head = ["factor", "basis"]
    for index in heads:
        head += [HEADS[index]] + (["90 % interval"] if index not in ("mu", "sigma") else [])
    lines = [f"{scenario}, {said(found.sweep, column)}", text_table(head, rows, left=(0, 1))]
    if len(shown) < len(factors):
        lines.append(f"... and {len(factors) - len(shown)} more; --all shows them.")
    lines += [
        _bases(found, scenario, column),
        _sensitivity_text_chance(found, scenario, column, table),
    ]
    return "\n".join(lines)


def _cells(table: pd.DataFrame, factor: str, heads: list[str]) -> list[str]:
    cells = []
    mine = table.xs(factor, level="factor")
    values, low, high = (mine[name].to_dict() for name in ("value", "low", "high"))
    for index in heads:
        signed = index in ("mu", "coefficient")
        cells.append(table_number(float(values[index]), signed))
        if index not in ("mu", "sigma"):
            cells.append(interval(float(low[index]), float(high[index]), signed))
    return cells


def _bases(found: Sensitivity, scenario: str, column: str) -> str:
    rows = found.bases
    rows = rows[(rows["scenario"] == scenario) & (rows["column"] == column)]
    parts = []
    for _, row in rows.iterrows():
        name = _BASES[row["basis"]] + (f" ({row['factors']:.0f})" if row["factors"] else "")
        span = interval(float(row["low"]), float(row["high"]))
        parts.append(f"{name} {table_number(float(row['share']))} ({span})")
    return f"{_OF[found.method]} summed by basis: {', '.join(parts)}."


def _sensitivity_text_chance(
    found: Sensitivity, scenario: str, column: str, table: pd.DataFrame
) -> str:
    rows = found.chance
    row = rows[(rows["scenario"] == scenario) & (rows["column"] == column)].iloc[0]
    if math.isnan(row["factors"]):
        return "Chance cannot be told from the factors: that needs two runs or more at each point."
    text = (
        f"Of the variance over points and runs {percent(row['factors'])} goes with the factors, "
        f"{percent(row['alike'])} with luck that acts alike at every point, "
        f"{percent(row['apart'])} with luck that acts differently. "
        f"Of the variance of the means {percent(row['floor'])} is chance"
    )
    floors = table.xs(LEADING[found.method], level="index")["chance"]
    floor = float(floors.iloc[0])
    if found.method == "Sobol indices":
        return (
            f"{text}: a total index of {table_number(floor)} is none, and first-order indices are "
            "smaller by that share than without it."
        )
    if found.method == RANKS:
        return f"{text}."
    return f"{text}: a mu* of {table_number(floor)} is none."


def _footing(found: Sensitivity) -> str:
    lines = [
        "All points share their draws: run 3 has the same luck at every point. So what that luck "
        "does alike at all points",
        "is in no index, and only luck that acts differently blurs them; with independent draws at "
        "each point, both would.",
        f"The luck holds the uncertain parameters that are no factors (mode "
        f"'{found.sweep.about['parameters']}'). Intervals: bootstrap, 90 %.",
    ]
    return "\n".join([*lines, *found.notes])
