"""What drives the outcomes of a sweep: indices, their sums by basis, and the part of chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import tajsim.exploration.indices as indices
from tajsim.axes import Array
from tajsim.display import Printed, rows_of
from tajsim.errors import UserError
from tajsim.results.numbers import interval, percent, table_number, text_table
from tajsim.sweeps.read import Sweep, columns_of, heading, opened, scenarios_of

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
        sweep: the sweep.
        method: ``Sobol indices``, ``Morris screening`` or ``rank regression``.
        indices: a row a factor and index: ``factor``, ``basis``, ``index``, ``value``, ``low``,
            ``high`` (90 % bootstrap interval), ``chance`` (what a factor without any effect shows;
            ``nan`` if unknown).
        pairs: ``factor``, ``with``, ``value``, ``low``, ``high`` of pairs, for Saltelli's design
            with second order.
        bases: sums by basis: ``basis``, ``factors`` (their number), ``share``, ``low``, ``high``.
        chance: see `Noise`; and ``points_used``, ``points_missing``.
        notes: lines on what was left out or is unknown.
    """

    sweep: Sweep
    method: str
    indices: pd.DataFrame
    pairs: pd.DataFrame
    bases: pd.DataFrame
    chance: pd.DataFrame
    notes: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by the name of their file."""
        found = {"indices": self.indices, "pairs": self.pairs, "bases": self.bases}
        found |= {"chance": self.chance}
        return {name: table for name, table in found.items() if len(table)}

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

    def of(self, table: pd.DataFrame, scenario: str, column: str) -> pd.DataFrame:
        """Return the rows of one of the tables on one column of one scenario."""
        return table[(table["scenario"] == scenario) & (table["column"] == column)]


def sensitivity(
    sweep: Sweep | str | Path,
    outcomes: Sequence[str] | None = None,
    scenario: str | None = None,
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
    """Return the tables of one scenario and column; remarks go to ``notes``."""
    rows = sweep.rows(scenario)
    places = rows[list(sweep.factors.index)].to_numpy(dtype=float)
    values = sweep.answers(column, scenario)
    kept = indices.complete(values, _blocks(sweep)[0])
    missing = int(rows["point"][~kept].nunique())
    if missing:
        notes[
            f"{scenario}: {missing} of {rows['point'].nunique()} points are left out: they, or "
            "others of their base row or walk, have no run yet, or only failed ones."
        ] = None
    places, values, points = places[kept], values[kept], rows["point"][kept]
    mine = sweep.results[sweep.results["point"].isin(points)]
    noise = indices.noise_of(mine, column)
    tables = {"chance": _chance(noise, missing)}
    if len(values) < 2 or not np.ptp(values) > 0.0:
        same = "has the same mean at every point" if len(values) > 1 else "has too few points"
        notes[f"{scenario}: {column} {same}; no index says anything about it."] = None
        return tables
    once = ~points.duplicated().to_numpy()
    try:
        tables |= _indices(sweep, places, values, noise, once)
    except _TooFewError as few:
        notes[f"{scenario}: {few}"] = None
        return {}
    return tables


class _TooFewError(Exception):
    """There are too few points for the method."""


def _blocks(sweep: Sweep) -> tuple[int, str]:
    """Return how many rows of the design belong together, and what such a block is called."""
    if sweep.kind not in METHODS:
        return 1, ""
    size = indices.block_size(
        sweep.kind, len(sweep.factors), bool(sweep.options.get("second_order"))
    )
    return size, "base rows" if sweep.kind == "sobol" else "walks"


def _indices(
    sweep: Sweep, places: Array, values: Array, noise: indices.Noise, once: np.ndarray
) -> dict[str, pd.DataFrame]:
    """Return indices, pairs and sums by basis, by the method that goes with the design."""
    problem, seed = sweep.problem, int(sweep.about["seed"])
    bases = [str(basis) for basis in sweep.factors["basis"]]
    count, tables = len(bases), dict[str, pd.DataFrame]()
    size, block = _blocks(sweep)
    if block and len(values) < 4 * size:
        raise _TooFewError(f"fewer than 4 {block} are complete ({size} points each).")
    if sweep.kind == "sobol":
        second = bool(sweep.options["second_order"])
        table, pairs = indices.sobol_indices(problem, values, second, seed)
        tables["bases"] = indices.first_by_basis(problem, values, second, bases, seed)
        table["chance"] = np.where(table["index"] == "total", noise.floor, 0.0)
        if len(pairs):
            tables["pairs"] = pairs
    elif sweep.kind == "morris":
        levels = int(sweep.options.get("levels") or 4)
        table = indices.morris_indices(problem, places, values, levels, seed)
        tables["bases"] = indices.squares_by_basis(places, values, bases, seed)
        floor = indices.chance_in_effects(noise.spread, levels)
        table["chance"] = np.where(table["index"] == "mu_star", floor, np.nan)
    else:
        places, values = places[once], values[once]
        if len(values) < count + SPARE:
            raise _TooFewError(
                f"{len(values)} points are too few for {count} factor{'s' * (count != 1)}; rank "
                f"regression needs {count + SPARE}."
            )
        ranks = indices.rank_regression(problem["names"], places, values, bases, seed)
        table, tables["bases"] = ranks
        table["chance"] = np.sqrt(1.0 / (len(values) - 1.0))
    table.insert(1, "basis", table["factor"].map(dict(zip(problem["names"], bases, strict=True))))
    return {"indices": table, **tables}


def _chance(noise: indices.Noise, missing: int) -> pd.DataFrame:
    row = asdict(noise)
    row["runs_a_point"] = row.pop("runs")
    return pd.DataFrame([{**row, "points_missing": missing}])


def _column(found: Sensitivity, scenario: str, column: str, everything: bool) -> str:
    """Return the text on one column: its factors, the leading one first, by basis, and chance."""
    mine = found.of(found.indices, scenario, column)
    table = mine.set_index(["factor", "index"])
    lead = table.xs(LEADING[found.method], level="index")
    factors = lead["value"].abs().sort_values(ascending=False, kind="stable").index
    shown = factors if everything else factors[:_FEW]
    heads = [index for index in HEADS if index in set(mine["index"])]
    rows = [[str(f), str(lead.loc[f, "basis"]), *_cells(table.loc[f], heads)] for f in shown]
    head = ["factor", "basis"]
    for index in heads:
        head += [HEADS[index]] + (["90 % interval"] if index not in ("mu", "sigma") else [])
    lines = [f"{scenario}, {heading(found.sweep, column)}", text_table(head, rows, left=(0, 1))]
    if len(shown) < len(factors):
        lines.append(f"... and {len(factors) - len(shown)} more; --all shows them.")
    parts = [
        f"{_BASES[row.basis]}{f' ({row.factors:.0f})' if row.factors else ''} "
        f"{table_number(row.share)} ({interval(row.low, row.high)})"
        for row in rows_of(found.of(found.bases, scenario, column))
    ]
    lines.append(f"{_OF[found.method]} summed by basis: {', '.join(parts)}.")
    return "\n".join([*lines, _chance_text(found, scenario, column, float(lead["chance"].iloc[0]))])


def _cells(table: pd.DataFrame, heads: list[str]) -> list[str]:
    """Return the cells of one factor: its indices, each with its interval if it has one."""
    cells = []
    for index in heads:
        signed = index in ("mu", "coefficient")
        value, low, high = (
            float(table[name].to_dict()[index]) for name in ("value", "low", "high")
        )
        cells.append(table_number(value, signed))
        cells += [interval(low, high, signed)] if index not in ("mu", "sigma") else []
    return cells


def _chance_text(found: Sensitivity, scenario: str, column: str, floor: float) -> str:
    """Say how much of a column is chance; ``floor`` is the leading index of a factor of none."""
    (row,) = rows_of(found.of(found.chance, scenario, column))
    if math.isnan(row.factors):
        return "Chance and factors cannot be separated: that needs two runs or more at each point."
    text = (
        f"Of the variance over points and runs {percent(row.factors)} is due to the factors, "
        f"{percent(row.alike)} to chance that acts alike at every point, "
        f"{percent(row.apart)} to chance that acts differently. "
        f"Of the variance of the means {percent(row.floor)} is chance"
    )
    if found.method == "Sobol indices":
        text += (
            f": a total index of {table_number(floor)} may be chance, and first-order indices are "
            "smaller by that share than without it"
        )
    elif found.method != RANKS:
        text += f": a mu* of {table_number(floor)} may be chance"
    return f"{text}."
