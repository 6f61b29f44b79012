"""The chronicle of results as a table, and the checks of what a reader asks of it."""

import math
import re
import textwrap
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.display import rows_of
from tajsim.errors import UserError, unknown
from tajsim.inputs import deals, ledger, registry, toml
from tajsim.results import numbers, select, window

COLUMNS = ("scenario", "run", "month", "kind", "actor", "target", "cause", "size", "unit")


def has_events(dataset: xr.Dataset) -> bool:
    """Tell whether results hold a chronicle."""
    return "event_kind" in dataset.variables


def check_chronicle(dataset: xr.Dataset) -> None:
    """Refuse results without a chronicle.

    Raises:
        UserError: if an older version made them, or someone took the events out.
    """
    if not has_events(dataset):
        made = dataset.attrs.get("tajsim_version", "unknown")
        raise UserError(
            f"these results hold no events: version {made} of tajsim kept none, or they are "
            "several results put side by side; simulate again"
        )


def check_run(dataset: xr.Dataset, run: int) -> None:
    """Refuse a run that the results do not hold.

    Raises:
        UserError: with the numbers of the runs there are.
    """
    runs = dataset["run"].values
    if run not in runs:
        held = f"these results hold runs {int(runs.min())} to {int(runs.max())}"
        raise UserError(f"--run {run}: there is no such run; {held}")


def one_scenario(
    held: Sequence[str], name: str | None, option: str = "--scenario", asked: str = "which scenario"
) -> str:
    """Return the scenario named by an option, or the only one of those held.

    Raises:
        UserError: with the nearest name, or where none is named and there are several or none.
    """
    if name is None and len(held) != 1:
        raise UserError(f"{asked}? {option} takes one of: {', '.join(held) or 'none besides it'}")
    if name is not None and name not in held:
        raise UserError(unknown("scenario", name, held, f"{option}: "))
    return name or held[0]


def event_table(
    dataset: xr.Dataset, scenario: str | None = None, run: int | None = None
) -> pd.DataFrame:
    """Return the events of results, or of one scenario or run, by scenario, run and time.

    Returns:
        A row each, with the columns `COLUMNS`; names as in the closed lists, months as ``YYYY-MM``.

    Raises:
        UserError: for results without events, or a scenario or run that they do not hold.
    """
    check_chronicle(dataset)
    here = np.ones(dataset.sizes["event"], bool)
    codes = {name: dataset[f"event_{name}"].values for name in TABLES}
    texts = {name: dataset[table].values.astype(str) for name, table in TABLES.items()}
    if scenario is not None:
        one_scenario(select.names_of(dataset), scenario)
        here &= texts["scenario"][codes["scenario"]] == scenario
    if run is not None:
        check_run(dataset, run)
        here &= dataset["event_run"].values == run
    names = {name: texts[name][codes[name][here]] for name in TABLES}
    return pd.DataFrame(
        {
            "run": dataset["event_run"].values[here],
            "month": dataset["event_month"].values[here].astype("datetime64[M]").astype(str),
            **names,
            "size": dataset["event_size"].values[here].astype(float),
            "unit": dataset["event_unit"].values.astype(str)[codes["kind"][here]],
        },
        columns=list(COLUMNS),
    )


#: Column of codes -> the string table it points into.
TABLES = {name: f"event_{name}s" for name in ("scenario", "kind", "actor", "target", "cause")}
TABLES |= dict.fromkeys(("actor", "target"), "event_names")
#: Units of sizes and how they are said.
_SAID = {"USD/month": "USD a month", "kg/month": "kg a month"}


@dataclass(frozen=True)
class Occurrence:
    """An event of a run; several actors where the same befell them in one month.

    ``label`` is what the scenario calls it, "" if it is no event of a scenario.
    """

    month: str
    kind: str
    actors: tuple[str, ...]
    target: str
    cause: str
    size: float
    label: str = ""

    @property
    def weight(self) -> int:
        """How telling it is, 1 to 3."""
        return ledger.load_kinds()[self.kind].weight


def sentence(event: Occurrence) -> str:
    """Return the sentence, with the cause, the size and its unit, and no full stop."""
    kind = ledger.load_kinds()[event.kind]
    text = kind.text
    if math.isnan(event.size):
        text = re.sub(r" \([^()]*\{size\}[^()]*\)", "", text)
    deal = deals.load_deals().get(event.actors[0])  # the power that decides on it is told
    told = text.format(
        actor=_together(event.actors),
        target=numbers.actor_name(event.target),
        power=numbers.actor_name(deal.power) if deal else "a power",
        size=_size(event, kind.unit),
    )
    told = told if event.kind == "setting" else told[0].upper() + told[1:]
    if event.cause == "scenario" and event.label:  # the scenario's own words come first
        if event.kind == "setting":
            return f"{event.label} ({told})"
        plain = told.split()[0] in ("The", "Withdrawal")
        return f"{event.label}: {told[0].lower() if plain else told[0]}{told[1:]}"
    if event.cause == "scenario":
        return told
    cause = ledger.load_causes().get(event.cause, "")
    return f"{told}, {cause}" if cause else told


def _size(event: Occurrence, unit: str) -> str:
    if math.isnan(event.size):
        return ""
    if unit == "parameter":
        row = registry.load_parameters().get(event.target)
        unit = row.unit if row and row.unit != "index" else ""
        return f"{numbers.table_number(event.size)} {unit}".strip()
    if unit == "share":
        return numbers.percent(event.size)
    if unit == "index":
        return f"{event.size:.2f}"
    digits = max(0, math.floor(math.log10(max(abs(event.size), 1.0))) - 2)
    shown = numbers.table_number(float(round(event.size, -digits)))
    return f"{shown} {_SAID.get(unit, unit.removesuffix('s') if shown == '1' else unit)}"


def _together(actors: Sequence[str]) -> str:
    """Return names joined as one says them: network 1, 4 and 7 together are networks."""
    if len(actors) > 1 and all(name.startswith("network_") for name in actors):
        own = [str(int(name.removeprefix("network_"))) for name in actors]
        return f"networks {numbers.listed(own)}"
    return numbers.listed([numbers.actor_name(name) for name in actors])


#: How many decisions of one kind are dated in a year; the rest is counted.
MOST = 3


def story(
    dataset: xr.Dataset, run: int, scenario: str | None = None, everything: bool = False
) -> str:
    """Tell one run as a dated story.

    Args:
        scenario: whose; may be left out where the results hold one.
        everything: date what happens often too; otherwise it is counted by year.

    Raises:
        UserError: for results without events, or a run or scenario that they do not hold.
    """
    scenario = one_scenario(select.names_of(dataset), scenario)
    events = occurrences(dataset, scenario, run)
    start, end = window.whole_period(dataset)
    seed, mode = dataset.attrs.get("seed"), dataset.attrs.get("parameters_mode")
    heading = [
        f"{scenario}, run {run}",
        *textwrap.wrap(select.attribute(dataset, "questions").get(scenario, ""), numbers.WIDTH),
        f"{len(events)} events, {start} to {end}; seed {seed}, parameters {mode}. "
        "Scheduled by the scenario: marked *.",
    ]
    return "\n".join([*heading, "", *_years(events, everything)])


def occurrences(dataset: xr.Dataset, scenario: str, run: int) -> list[Occurrence]:
    """Return the events of a run in order, with the labels that the scenario gives them."""
    labels = registry.labels_of(select.attribute(dataset, "events").get(scenario, ()))
    found = []
    for row in rows_of(event_table(dataset, scenario, run)):
        keys = [(row.month, row.kind, name) for name in (row.target, row.actor)]
        named = [labels[key] for key in keys if row.cause == "scenario" and labels.get(key)]
        told = row.kind, (row.actor,), row.target, row.cause, row.size
        found.append(Occurrence(row.month, *told, named[0] if named else ""))
    return found


def merged(events: Sequence[Occurrence]) -> list[Occurrence]:
    """Put together the networks that moved alike in one month."""
    found: dict[Any, Occurrence] = {}
    for number, event in enumerate(events):
        alike = event.kind == "entry_moved"
        key = (event.month, event.target, event.cause) if alike else number
        if first := found.get(key):
            both = first.actors + event.actors
            event = replace(first, actors=both, size=first.size + event.size)
        found[key] = event
    return list(found.values())


def counted(events: Sequence[Occurrence]) -> str:
    """Return how many of each kind: ``protests (3), riots (1)``."""
    counts = Counter(event.kind for event in events)
    return ", ".join(f"{ledger.load_kinds()[kind].noun} ({n})" for kind, n in counts.most_common())


def _years(events: Sequence[Occurrence], everything: bool) -> list[str]:
    lines: list[str] = []
    for year, group in groupby(events, key=lambda event: event.month[:4]):
        found = list(group)
        told = found if everything else telling(found)
        lines.append(year)
        for event in merged(told):
            month = numbers.MONTHS[int(event.month[5:7]) - 1]
            mark = "* " if event.cause == "scenario" else "  "
            lines += numbers.hanging(f"  {month}  {mark}", f"{sentence(event)}.")
        rest = [event for event in found if event not in told]
        if rest:
            also = f"{'Besides' if told else 'Only'}: {counted(rest)}."
            lines += numbers.hanging(" " * 9, also)
    if not lines:
        lines = ["No event changed the course of the run."]
    kinds = ledger.load_kinds()
    breaks = [e for e in events if kinds[e.kind].weight == 3 and e.cause != "scenario"]
    closing = f"Breaks and turns, besides those scheduled: {counted(breaks)}." if breaks else ""
    return [*lines, "", *textwrap.wrap(closing, numbers.WIDTH)]


def telling(events: Sequence[Occurrence]) -> list[Occurrence]:
    """Return the events of a year that are dated: breaks, and the first decisions of a kind."""
    seen: Counter[str] = Counter()
    kept = []
    for event in events:
        seen[event.kind] += 1
        if event.weight == 3 or (event.weight == 2 and seen[event.kind] <= MOST):
            kept.append(event)
    return kept


#: An event that both runs have, further apart than so many months, counts as two events.
SAME_EVENT = 24


@dataclass(frozen=True)
class Change:
    """A differing event: in A only, in B only, or in both but at another time.

    ``event`` is B's where B has it; ``moved`` is how many months later B has it than A, else 0.
    """

    side: str
    event: Occurrence
    moved: int = 0

    @property
    def month(self) -> str:
        """The month from which the two runs differ by it."""
        return toml.month_text(toml.month_number(self.event.month) - max(self.moved, 0))

    @property
    def rank(self) -> tuple[str, int]:
        """Its place in time: month, then the order of the month's stages."""
        return self.month, list(ledger.load_kinds()).index(self.event.kind)


def changes(a: Sequence[Occurrence], b: Sequence[Occurrence]) -> list[Change]:
    """Return the differing events of two runs in the order in which they make them differ.

    Two events are the same if month, kind, actor and target are: sizes and causes shift with the
    state all the time and say nothing of their own.
    """
    left_a, left_b = _unmatched(a, b), _unmatched(b, a)
    found = list[Change]()
    for what in dict.fromkeys([*left_a, *left_b]):
        ours, theirs = left_a[what], left_b[what]
        while ours and theirs:
            months = toml.month_number(theirs[0].month) - toml.month_number(ours[0].month)
            if abs(months) <= SAME_EVENT:
                found.append(Change("both", theirs.pop(0), months))
                ours.pop(0)
            else:
                found.append(Change("A", ours.pop(0)) if months > 0 else Change("B", theirs.pop(0)))
        found += [Change("A", event) for event in ours] + [Change("B", event) for event in theirs]
    return sorted(found, key=lambda change: change.rank)


#: Events by what they are: kind, target and actors.
Left = defaultdict[tuple[str, ...], list[Occurrence]]


def _unmatched(events: Sequence[Occurrence], others: Sequence[Occurrence]) -> Left:
    """Return the events that the others do not have in the same month."""
    waiting = Counter((other.month, *_what(other)) for other in others)
    found: Left = defaultdict(list)
    for event in events:
        dated = (event.month, *_what(event))
        waiting[dated] -= 1
        if waiting[dated] < 0:
            found[_what(event)].append(event)
    return found


def _what(event: Occurrence) -> tuple[str, ...]:
    return (event.kind, event.target, *event.actors)


def most_telling(found: Sequence[Change], most: int) -> list[Change]:
    """Return the first change and the most telling of the rest, in order: breaks before others."""
    rest = sorted(found[1:], key=lambda change: (-change.event.weight, change.rank))
    return sorted([*found[:1], *rest[: most - 1]], key=lambda change: change.rank)


class Pair(NamedTuple):
    """Two scenarios of some results: the reference, A, and what is compared with it, B."""

    results: xr.Dataset
    a: str
    b: str

    def events(self, run: int) -> list[list[Occurrence]]:
        """Return the events of a run in A, and in B."""
        return [occurrences(self.results, name, run) for name in (self.a, self.b)]


def pair_in(dataset: xr.Dataset, against: str, scenario: str | None) -> Pair:
    """Return two scenarios of one file of results.

    Raises:
        UserError: if one is not there, or it is not clear which is meant.
    """
    held = select.names_of(dataset)
    one_scenario(held, against, "--against")
    if scenario == against:
        raise UserError(f"--against: {against} is the scenario itself; name another")
    others = [name for name in held if name != against]
    scenario = one_scenario(others, scenario, asked=f"which scenario against {against}")
    return Pair(dataset, against, scenario)
