"""What the outcomes of a sweep hang on: indices, their sums by basis, and the part of chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tajsim.axes import Array
from tajsim.display.html import verbatim
from tajsim.errors import UserError
from tajsim.exploration.choice import columns_of, opened, scenarios_of
from tajsim.exploration.morris import (
    chance_in_effects,
    morris_indices,
    squares_by_basis,
    whole_walks,
)
from tajsim.exploration.noise import Noise, noise_of
from tajsim.exploration.ranks import SPARE, rank_regression
from tajsim.exploration.sobol import first_by_basis, sobol_indices, whole_blocks
from tajsim.exploration.swings import swings
from tajsim.sweeps.read import Sweep

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
        swings: see `tajsim.exploration.swings`.
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
        from tajsim.exploration.sensitivity_text import sensitivity_text

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
