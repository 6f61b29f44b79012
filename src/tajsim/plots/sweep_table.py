"""What pictures need of a sweep: its tables, names checked, runs put into groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import pandas as pd

from tajsim.errors import UserError, check_names, unknown
from tajsim.plots.panels import few
from tajsim.results import numbers, select, window


class SweepTables(Protocol):
    """The tables of a sweep, as `tajsim.load_sweep` returns them."""

    @property
    def points(self) -> pd.DataFrame:
        """One row a point: ``scenario`` and the factors."""

    @property
    def results(self) -> pd.DataFrame:
        """One row a run: ``point``, ``run`` and the kept columns."""

    @property
    def columns(self) -> pd.DataFrame:
        """One row a kept column."""

    @property
    def factors(self) -> pd.DataFrame:
        """One row a factor."""

    @property
    def about(self) -> dict[str, Any]:
        """Title, question, seed and more."""


@dataclass(frozen=True)
class Kept:
    """A kept column of the runs drawn: ``table`` has a row a run with scenario and factors."""

    sweep: SweepTables
    name: str
    table: pd.DataFrame

    @property
    def unit(self) -> str:
        """The unit of the column."""
        return str(self.sweep.columns.loc[self.name, "unit"])

    @property
    def heading(self) -> str:
        """What the column is, and where."""
        row = self.sweep.columns.T[self.name]
        places = [part.partition("=")[::2] for part in str(row["where"]).split(";") if part]
        texts = [
            f"all {d.replace('_', ' ')}s" if n == "all" else numbers.display_name(n)
            for d, n in places
        ]
        return f"{row['label']}: {', '.join(texts)}" if texts else str(row["label"])

    @property
    def months(self) -> str:
        """The months that the column covers."""
        row = self.sweep.columns.T[self.name]
        first, last = numbers.month_text(row["window_start"]), numbers.month_text(row["window_end"])
        return first if first == last else f"{first} to {last}"

    def strongest(self, by: select.Names, count: int, exactly: bool = True) -> list[str]:
        """Return the factors asked for, or those that the column goes with most.

        Raises:
            UserError: for unknown names, or not ``exactly`` so many.
        """
        asked = factors(self.sweep, by, count if exactly else None)
        return asked or leading(self.sweep, self.table, self.name, count)

    @property
    def scenarios(self) -> list[str]:
        """The scenarios of the runs."""
        return list(dict.fromkeys(map(str, self.table["scenario"])))

    def pooled(self, by: Sequence[str]) -> str:
        """Say that the runs of several scenarios are taken together, unless drawn ``by`` them."""
        if len(self.scenarios) < 2 or "scenario" in by:
            return ""
        return f" Taken together: the scenarios {', '.join(self.scenarios)}."

    def foot(self, more: str = "") -> str:
        """Return the foot line: points, runs, seed, scenarios."""
        points, runs = int(self.table["point"].nunique()), len(self.table)
        text = (
            f"{more} {self.sweep.about['title']}. {', '.join(self.scenarios)}; {points:,} points, "
            f"{runs:,} runs, seed {self.sweep.about['seed']}."
        )
        return text.strip() + few(runs)


def kept(sweep: SweepTables, outcome: select.Names, scenarios: select.Names) -> Kept:
    """Return the column to draw, of the runs that have it.

    Raises:
        UserError: for unknown names, or without a finished run.
    """
    name = column(sweep, outcome)
    return Kept(sweep, name, chosen(sweep, scenarios).dropna(subset=[name]))


def column(sweep: SweepTables, outcome: select.Names) -> str:
    """Return the column to draw: a kept one, or that of an outcome kept once; the first by default.

    Raises:
        UserError: for an unknown name, or more than one.
    """
    names = select.as_names(outcome)
    if len(names) > 1:
        raise UserError(f"{', '.join(names)}: this picture shows one outcome; name one")
    if not names:
        return str(sweep.columns.index[0])
    kept = [str(c) for c in sweep.columns.index]
    matching = [c for c in kept if c == names[0] or sweep.columns.loc[c, "outcome"] == names[0]]
    if not matching:
        raise UserError(unknown("outcome", names[0], [*kept, *sweep.columns["outcome"]]))
    if len(matching) > 1 and names[0] not in matching:
        raise UserError(f"'{names[0]}' is kept as {', '.join(matching)}; name one of these")
    return names[0] if names[0] in matching else matching[0]


def factors(sweep: SweepTables, by: select.Names, count: int | None = None) -> list[str]:
    """Return the factors to draw by.

    Raises:
        UserError: for an unknown name, or another number than ``count``.
    """
    there = [str(name) for name in sweep.factors.index]
    if sweep.points["scenario"].nunique() > 1:
        there.append("scenario")
    names = select.as_names(by)
    check_names("factor", names, there)
    if count is not None and names and len(names) != count:
        raise UserError(f"--by {','.join(names)}: expected {count} factors")
    return names


def chosen(sweep: SweepTables, scenarios: select.Names) -> pd.DataFrame:
    """Return one row a run with scenario and factors, of the scenarios named or of all.

    Raises:
        UserError: for an unknown scenario, or without a finished run.
    """
    there = [str(name) for name in dict.fromkeys(sweep.points["scenario"])]
    check_names("scenario", select.as_names(scenarios), there)
    table = sweep.results.join(sweep.points, on="point")
    table = table[table["scenario"].isin(select.as_names(scenarios) or there)]
    if table.empty:
        raise UserError("no run of this sweep is finished")
    return table


def leading(sweep: SweepTables, table: pd.DataFrame, name: str, count: int) -> list[str]:
    """Return the factors whose ranks go with a column most, the first first.

    Raises:
        UserError: if the sweep has no factor that varies.
    """
    varying = [str(f) for f in sweep.factors.index if table[f].nunique() > 1]
    if not varying:
        raise UserError("the sweep has no factor that varies, so there is nothing to draw by")
    means = table.groupby("point", sort=False)[name].mean().rank()
    points = sweep.points.loc[means.index]
    strength = {f: _along(points[f], means) for f in varying}
    return sorted(varying, key=lambda f: -strength[f])[:count]


def _along(factor: pd.Series[Any], ranks: pd.Series[Any]) -> float:
    """Return how far ranks go with a factor: by correlation, or between the texts of it."""
    if pd.api.types.is_numeric_dtype(factor):
        found = abs(float(factor.rank().corr(ranks)))
    else:
        between = ranks.groupby(factor).transform("mean").std()
        found = float(between / ranks.std()) if float(ranks.std()) > 0.0 else 0.0
    return found if np.isfinite(found) else 0.0


def value_text(value: Any) -> str:
    """Return the value of a factor."""
    if isinstance(value, int | float | np.number):
        factor, word = window.scaled(np.array([float(value)]), "")
        return numbers.plain(float(value) / factor) + f" {word}".rstrip()
    return str(value)


def axis_text(sweep: SweepTables, factor: str) -> str:
    """Return the text of an axis of a factor, with its unit."""
    if factor == "scenario":
        return factor
    unit = str(sweep.factors.loc[factor, "unit"])
    return f"{factor} ({unit})" if unit else factor


#: More groups than this are not told apart in one picture.
MOST_GROUPS = 12


def cells(values: pd.Series[Any], bands: int) -> tuple[np.ndarray, list[str]]:
    """Return the group of each run by its value of a factor, and the texts of the groups in order.

    Numbers of more than `MOST_GROUPS` values are put into so many bands of equally many of them.
    """
    found, numeric = list(dict.fromkeys(values)), pd.api.types.is_numeric_dtype(values)
    if not numeric or len(found) <= MOST_GROUPS:
        found = sorted(found) if numeric else found
        place = {value: i for i, value in enumerate(found)}
        return values.map(place).to_numpy(dtype=int), [value_text(value) for value in found]
    edges = np.quantile(found, np.linspace(0.0, 1.0, bands + 1))
    codes = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, bands - 1)
    return codes, [f"{value_text(low)} to {value_text(high)}" for low, high in pairwise(edges)]
