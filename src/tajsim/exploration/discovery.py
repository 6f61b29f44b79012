"""Scenario discovery: under which values of its factors an outcome of a sweep happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tajsim.axes import Array
from tajsim.display import Printed
from tajsim.errors import UserError, unknown
from tajsim.exploration.boxes import Cases, FoundBox, box_table, boxes_of, boxes_text, make_cases
from tajsim.results.numbers import percent, table_number
from tajsim.sweeps.read import Sweep, column_of, label_of, opened, row_of, scenarios_of

#: Names of columns that no factor can have.
_SHARE, _COUNT = "share of runs", "number of runs"


QUARTER = 0.25
#: Units that nobody says.
PLAIN = ("share", "index", "0 or 1", "number", "")


@dataclass(frozen=True)
class Threshold:
    """An outcome that crosses a threshold.

    Attributes:
        column: the kept column.
        value: in its unit.
        above: whether it happens at or above the threshold, else at or below.
        text: as one says it.
    """

    column: str
    value: float
    above: bool
    text: str

    def of(self, values: Array) -> np.ndarray:
        """Tell where it happens."""
        found: np.ndarray = values >= self.value if self.above else values <= self.value
        return found


def read_threshold(
    row: pd.Series[Any],
    values: Array,
    *,
    above: float | None = None,
    below: float | None = None,
    highest: float | None = None,
    lowest: float | None = None,
) -> Threshold:
    """Return what is asked for of a column: ``row`` of `Sweep.columns`, ``values`` of all runs.

    Raises:
        UserError: if more than one threshold is given, or a share is not between 0 and 1.
    """
    given = {"above": above, "below": below, "highest": highest, "lowest": lowest}
    chosen = [(name, value) for name, value in given.items() if value is not None]
    if len(chosen) > 1:
        raise UserError(f"{' and '.join(name for name, _ in chosen)}: give only one of them")
    name, label, unit = str(row.name), label_of(row), str(row["unit"])
    if not chosen and set(np.unique(values)) <= {0.0, 1.0}:
        return Threshold(name, 0.5, True, f"'{label}' holds")
    way, value = chosen[0] if chosen else ("highest", QUARTER)
    if way in ("above", "below"):
        word = "at least" if way == "above" else "at most"
        return Threshold(name, value, way == "above", f"{label} is {word} {_amount(value, unit)}")
    if not 0.0 < value < 1.0:
        raise UserError(f"{way} {value:g}: expected a share between 0 and 1, such as 0.25")
    up = way == "highest"
    limit = float(np.quantile(values, 1.0 - value if up else value))
    rank = "quarter" if value == QUARTER else percent(value)
    word = "at least" if up else "at most"
    text = f"{label} is {word} {_amount(limit, unit)} (the {way} {rank} of runs)"
    return Threshold(name, limit, up, text)


def _amount(value: float, unit: str) -> str:
    return table_number(value) if unit in PLAIN else f"{table_number(value)} {unit}".strip()


@dataclass(frozen=True)
class Discovery(Printed):
    """The boxes in which an outcome happens.

    Attributes:
        sweep: the sweep.
        threshold: what is asked for, in words and as a number.
        cases: the table searched.
        boxes: the best first.
        notes: what a reader must know besides.
    """

    sweep: Sweep
    threshold: Threshold
    cases: Cases
    boxes: tuple[FoundBox, ...]
    notes: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return a row for each limit of each box."""
        return box_table(self.boxes)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table of the boxes."""
        return {"boxes": self.table()}

    def __str__(self) -> str:
        """Return a sentence for each box, and the tables."""
        what, cases = self.threshold.text, self.cases
        lead = (
            f"{what}: in {percent(cases.share)} of {cases.weight.sum():,.0f} runs. "
            f"Sought in {cases.values.shape[1]:,} rows over {len(cases.names)} inputs."
        )
        return "\n\n".join([lead, *boxes_text(what, self.boxes), *self.notes])


def discover(
    sweep: Sweep | str | Path,
    outcome: str,
    *,
    above: float | None = None,
    below: float | None = None,
    highest: float | None = None,
    lowest: float | None = None,
    scenario: str | None = None,
    inputs: Sequence[str] | None = None,
    drawn: bool = False,
    boxes: int = 3,
    least: int = 0,
) -> Discovery:
    """Find the boxes in the space of factors in which an outcome happens.

    Args:
        sweep: a sweep or its folder, finished or not.
        outcome: a kept column (or an outcome kept once).
        above, below: it happens where the outcome is at least, or at most, this.
        highest, lowest: it happens in this share of the runs, those with the highest or lowest
            values. Without any of the four: where an outcome of 0 or 1 is 1, else in the highest
            quarter.
        scenario: one scenario; with several, the scenario is an input like the factors.
        inputs: names of factors (and of drawn parameters); all by default.
        drawn: also search the uncertain parameters that each run draws.
        boxes: at most so many.
        least: rows that a box must hold; by default a twentieth, and at least 5 (or a quarter).

    Raises:
        UserError: for unknown names, without anything that differs, if it happens always or never.
    """
    found = opened(sweep)
    column = column_of(found, outcome)
    names = scenarios_of(found, scenario)
    points = found.points[found.points["scenario"].isin(names)]
    runs = found.results[found.results["point"].isin(points.index)].dropna(subset=[column])
    if runs.empty:
        raise UserError(f"{found.folder}: no run of {column} is finished")
    asked = read_threshold(row_of(found, column), runs[column].to_numpy(dtype=float),
                      above=above, below=below, highest=highest, lowest=lowest)  # fmt: skip
    happens = asked.of(runs[column].to_numpy(dtype=float))
    if not 0.0 < happens.mean() < 1.0:
        how = "every" if happens.any() else "no"
        raise UserError(f"{asked.text} in {how} run; there is nothing to explain")
    cases = _cases(found, points, runs.assign(**{_SHARE: happens}), drawn, inputs)
    seed = int(found.about["seed"])
    return Discovery(
        sweep=found,
        threshold=asked,
        cases=cases,
        boxes=tuple(boxes_of(cases, seed, boxes, least)),
        notes=_notes(found, cases, drawn),
    )


def _cases(
    sweep: Sweep,
    points: pd.DataFrame,
    runs: pd.DataFrame,
    drawn: bool,
    inputs: Sequence[str] | None,
) -> Cases:
    """Return one row a point, or one a run where the parameters of runs are searched too."""
    factors = [str(name) for name in sweep.factors.index]
    own = (["scenario"] if points["scenario"].nunique() > 1 else []) + factors
    if drawn:
        table = runs[["point", "run", _SHARE]].join(points[own], on="point")
        more = sweep.drawn()
        more = more.loc[:, more.nunique() > 1]
        table = table.join(more, on="run")
        count = np.ones(len(table))
        own += list(more.columns)
    else:
        grouped = runs.groupby("point", sort=False)[_SHARE]
        table = pd.DataFrame({_SHARE: grouped.mean(), _COUNT: grouped.size()}).reset_index()
        table = table.join(points[own], on="point").assign(run=0)
        count = table[_COUNT].to_numpy(dtype=float)
    if inputs:
        wrong = [unknown("input", name, own) for name in inputs if name not in own]
        if wrong:
            raise UserError(wrong)
        own = list(inputs)
    if not any(table[name].nunique() > 1 for name in own):
        raise UserError("nothing differs between the rows; name other inputs, or use --drawn")
    return make_cases(
        table[own], table[_SHARE].to_numpy(), count, list(table["point"]), list(table["run"])
    )


def _notes(sweep: Sweep, cases: Cases, drawn: bool) -> tuple[str, ...]:
    points = int(cases.point.max()) + 1
    notes = []
    if points < 30 and not drawn:
        notes.append(f"{points} points are few: boxes in them are rough, and few can be held out.")
    if sweep.kind == "morris":
        notes.append("A Morris design walks along lines; its points do not fill the space evenly.")
    if drawn:
        runs = int(cases.run.max()) + 1
        notes.append(
            f"{len(cases.names)} inputs over {points} points and {runs} run numbers; parameters of "
            "runs are the same at every point, so only as many values of them were tried as there "
            "are run numbers."
        )
    return tuple(notes)
