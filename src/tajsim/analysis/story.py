"""The story of one run: dated sentences, grouped by year."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas as pd
import xarray as xr

from tajsim.analysis.chronicle_table import chronicle_table
from tajsim.analysis.sentence import Happening, sentence
from tajsim.analysis.windows import attribute, scenario_names, whole_period
from tajsim.errors import UserError
from tajsim.inputs.chronicle import load_kinds
from tajsim.inputs.chronicle_names import labels_of

WIDTH = 100
#: How many decisions of one kind are dated in a year; the rest is counted.
MOST = 3
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def story(
    dataset: xr.Dataset, run: int, scenario: str | None = None, everything: bool = False
) -> str:
    """Tell one run as a dated story.

    Args:
        dataset: results.
        run: the number of the run.
        scenario: whose; may be left out where the results hold one.
        everything: date what happens often too; otherwise it is counted by year.

    Raises:
        UserError: for results without events, or a run or scenario that they do not hold.
    """
    held = scenario_names(dataset)
    if scenario is None and len(held) > 1:
        raise UserError(f"which scenario? --scenario takes one of: {', '.join(held)}")
    scenario = scenario or held[0]
    events = happenings(dataset, scenario, run)
    return "\n".join([*_heading(dataset, scenario, run, events), "", *_years(events, everything)])


def happenings(dataset: xr.Dataset, scenario: str, run: int) -> list[Happening]:
    """Return the events of a run in order, with the labels that the scenario gives them."""
    labels = labels_of(attribute(dataset, "events").get(scenario, ()))
    return of_rows(chronicle_table(dataset, scenario, run), labels)


def of_rows(table: pd.DataFrame, labels: Mapping[tuple[str, str, str], str]) -> list[Happening]:
    """Return the events of a table of one run."""
    rows: Iterable[Any] = table.itertuples()
    return [
        Happening(
            row.month,
            row.kind,
            (row.actor,),
            row.target,
            row.cause,
            row.size,
            _label(labels, row) if row.cause == "scenario" else "",
        )
        for row in rows
    ]


def _label(labels: Mapping[tuple[str, str, str], str], row: Any) -> str:
    named = (labels.get((row.month, row.kind, name), "") for name in (row.target, row.actor))
    return next((label for label in named if label), "")


def merged(events: Sequence[Happening]) -> list[Happening]:
    """Put together what befell several networks or agencies alike in one month."""
    groups: dict[Any, list[Happening]] = {}
    for number, event in enumerate(events):
        alike = event.kind in ("entry_moved", "exit_moved")
        key = (event.month, event.kind, event.target, event.cause) if alike else number
        groups.setdefault(key, []).append(event)
    return [
        Happening(
            first.month,
            first.kind,
            tuple(actor for event in group for actor in event.actors),
            first.target,
            first.cause,
            sum(event.size for event in group),
            first.label,
        )
        for group in groups.values()
        for first in group[:1]
    ]


def dated(event: Happening, mark: str = "") -> list[str]:
    """Return the lines of an event: the month, a mark of so many places, and the sentence."""
    month = MONTHS[int(event.month[5:7]) - 1]
    begin = f"  {month}  {mark}"
    return textwrap.wrap(
        f"{sentence(event)}.", WIDTH, initial_indent=begin, subsequent_indent=" " * len(begin)
    )


def counted(events: Sequence[Happening]) -> str:
    """Return how many of each kind: ``protests (3), riots (1)``."""
    counts = Counter(event.kind for event in events)
    return ", ".join(f"{load_kinds()[kind].noun} ({n})" for kind, n in counts.most_common())


def _heading(
    dataset: xr.Dataset, scenario: str, run: int, events: Sequence[Happening]
) -> list[str]:
    start, end = whole_period(dataset)
    seed, mode = dataset.attrs.get("seed"), dataset.attrs.get("parameters_mode")
    question = attribute(dataset, "questions").get(scenario, "")
    return [
        f"{scenario}, run {run}",
        *textwrap.wrap(question, WIDTH),
        f"{len(events)} events, {start} to {end}; seed {seed}, parameters {mode}. "
        "Scheduled by the scenario: marked *.",
    ]


def _years(events: Sequence[Happening], everything: bool) -> list[str]:
    lines: list[str] = []
    indent = " " * 9
    for year, group in groupby(events, key=lambda event: event.month[:4]):
        found = list(group)
        told = found if everything else telling(found)
        lines.append(year)
        for event in merged(told):
            lines += dated(event, "* " if event.cause == "scenario" else "  ")
        rest = [event for event in found if event not in told]
        if rest:
            also = f"{'Besides' if told else 'Only'}: {counted(rest)}."
            lines += textwrap.wrap(also, WIDTH, initial_indent=indent, subsequent_indent=indent)
    if not lines:
        lines = ["Nothing happened that changed the course."]
    return [*lines, "", *_closing(events)]


def telling(events: Sequence[Happening]) -> list[Happening]:
    """Return the events of a year that are dated: breaks, and the first decisions of a kind."""
    seen: Counter[str] = Counter()
    kept = []
    for event in events:
        seen[event.kind] += 1
        if event.weight == 3 or (event.weight == 2 and seen[event.kind] <= MOST):
            kept.append(event)
    return kept


def _closing(events: Sequence[Happening]) -> list[str]:
    kinds = load_kinds()
    breaks = [e for e in events if kinds[e.kind].weight == 3 and e.cause != "scenario"]
    told = f"Breaks and turns, besides those scheduled: {counted(breaks)}."
    return textwrap.wrap(told, WIDTH) if breaks else []


def as_table(events: Sequence[Happening]) -> pd.DataFrame:
    """Return events with their sentences as a table."""
    return pd.DataFrame({"month": [e.month for e in events], "told": [sentence(e) for e in events]})
