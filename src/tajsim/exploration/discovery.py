"""Scenario discovery: under which values of its factors an outcome of a sweep happens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tajsim.display.html import verbatim
from tajsim.errors import UserError, unknown
from tajsim.exploration.boxes import Cases, FoundBox, Threshold, boxes_of, make_cases, threshold
from tajsim.exploration.columns import column_of, opened, row_of, scenarios_of
from tajsim.exploration.prim import DOUBT
from tajsim.results.numbers import percent, table_number, text_table
from tajsim.sweeps.read import Sweep

#: Names of columns that no factor can have.
_SHARE, _COUNT = "share of runs", "number of runs"


@dataclass(frozen=True)
class Discovery:
    """The boxes in which an outcome happens.

    Attributes:
        sweep: the sweep.
        happening: what is asked for, in words and as a threshold.
        cases: the table searched.
        boxes: the best first.
        notes: what a reader must know besides.
    """

    sweep: Sweep
    happening: Threshold
    cases: Cases
    boxes: tuple[FoundBox, ...]
    notes: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return a row for each limit of each box."""
        return box_table(self.boxes)

    def __str__(self) -> str:
        """Return a sentence for each box, and the tables."""
        return discovery_text(self)

    def _repr_html_(self) -> str:
        """Return the text as a notebook shows it."""
        return verbatim(str(self))


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
    asked = threshold(row_of(found, column), runs[column].to_numpy(dtype=float),
                      above=above, below=below, highest=highest, lowest=lowest)  # fmt: skip
    happens = asked.of(runs[column].to_numpy(dtype=float))
    if not 0.0 < happens.mean() < 1.0:
        how = "every" if happens.any() else "no"
        raise UserError(f"{asked.text} in {how} run; there is nothing to tell apart")
    cases = _cases(found, points, runs.assign(**{_SHARE: happens}), drawn, inputs)
    seed = int(found.about["seed"])
    return Discovery(
        sweep=found,
        happening=asked,
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


_HEAD = ("box", "limit", "chance", "happens in", "elsewhere", "cases", "held out", "elsewhere",
         "cases")  # fmt: skip


def discovery_text(found: Discovery) -> str:
    """Return the whole text."""
    cases = found.cases
    parts = [
        f"{found.happening.text}: in {percent(cases.share)} of {cases.weight.sum():,.0f} runs. "
        f"Sought in {cases.values.shape[1]:,} rows over {len(cases.names)} inputs.",
        *boxes_text(found.happening.text, found.boxes),
        *found.notes,
    ]
    return "\n\n".join(parts)


def boxes_text(what: str, boxes: Sequence[FoundBox], noun: str = "runs") -> list[str]:
    """Return the sentences and the table of some boxes."""
    if not boxes:
        return ["No box is better than the whole: the inputs do not tell where it happens."]
    first = [f"Box 1. {sentence(what, boxes[0], noun)}"]
    lines = first + [
        f"Box {k}. In what is left, {sentence(what, box, noun)}"
        for k, box in enumerate(boxes[1:], 2)
    ]
    foot = (
        "cases: share of all cases that lie in the box. held out: on fifths of the points that had "
        "no part in making the box. chance: of a limit, the quasi-p-value; limits above "
        f"{DOUBT:g} may be chance."
    )
    return ["\n".join(lines), text_table(_HEAD, _rows(boxes), left=(0, 1)), foot]


def sentence(what: str, box: FoundBox, noun: str = "runs") -> str:
    """Return one plain sentence: what happens in how many runs, where, against how many."""
    where = _joined([limit.text for limit in box.limits])
    text = (
        f"{what} in {percent(box.density)} of {noun} where {where}, against "
        f"{percent(box.elsewhere)} elsewhere; {percent(box.coverage)} of all cases lie there."
    )
    if math.isnan(box.chance):
        text += " Too few points to hold some out: take it as a hint."
    if box.chance > DOUBT:
        text += (
            f" Chance explains this box: held out, {percent(box.chance)} of random orders do as "
            "well. Do not rely on it."
        )
    doubtful = [limit.name for limit in box.limits if limit.chance > DOUBT]
    if doubtful and not box.chance > DOUBT:
        text += f" Chance may explain the limit of {_joined(doubtful)}."
    return text


def box_table(boxes: Sequence[FoundBox]) -> pd.DataFrame:
    """Return a row for each limit of each box, with the figures of the box."""
    rows = []
    for k, box in enumerate(boxes, 1):
        for i, limit in zip(box.box.inputs, box.limits, strict=True):
            rows.append(
                {
                    "box": k,
                    "input": limit.name,
                    "low": box.box.low.get(i),
                    "high": box.box.high.get(i),
                    "limit": limit.text,
                    "limit_chance": limit.chance,
                    "density": box.density,
                    "elsewhere": box.elsewhere,
                    "coverage": box.coverage,
                    "support": box.support,
                    "held_density": box.held_density,
                    "held_elsewhere": box.held_elsewhere,
                    "held_coverage": box.held_coverage,
                    "box_chance": box.chance,
                }
            )
    return pd.DataFrame(rows)


def _rows(boxes: Sequence[FoundBox]) -> list[list[str]]:
    rows = []
    for k, box in enumerate(boxes, 1):
        figures: list[float] = [box.density, box.elsewhere, box.coverage]
        figures += (box.held_density, box.held_elsewhere, box.held_coverage)
        cells = [percent(figure) for figure in figures]
        for j, limit in enumerate(box.limits):
            own = [str(k)] if j == 0 else [""]
            rows.append(
                [*own, limit.text, table_number(limit.chance), *(cells if j == 0 else [""] * 6)]
            )
    return rows


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
