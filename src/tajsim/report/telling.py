"""One run in short: the one nearest to what the runs have in common, as dated sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tajsim.analysis.first_difference import Change, changes, decided, most_telling, scheduled
from tajsim.analysis.sentence import Happening, sentence
from tajsim.analysis.story import MONTHS, happenings, merged
from tajsim.inputs.chronicle_names import spoken
from tajsim.inputs.dates import month_number
from tajsim.report.facts import Facts
from tajsim.report.wording import month

#: So many events are told of a run.
MOST = 12
#: Of these so many that a scenario schedules, its last.
SCHEDULED = 5


@dataclass(frozen=True)
class Told:
    """The story of one run: how it was chosen, and its events as (month, mark, sentence)."""

    run: int
    chosen: str
    events: list[tuple[str, str, str]]
    left: int
    nothing: str = "Nothing happened that changed the course."

    @property
    def more(self) -> str:
        """How many events are not told, as a sentence with a space after it; "" for none."""
        if self.left <= 0:
            return ""
        one = self.left == 1
        said = "event of this run is" if one else "events of this run are"
        return f"{self.left:,} more {said} not told. "


def told(facts: Facts, scenario: str) -> Told | None:
    """Return one run in short; ``None`` if the results hold no events."""
    if "event_kind" not in facts.dataset.variables:
        return None
    run = typical_run(facts, scenario)
    own = happenings(facts.dataset, scenario, run)
    if scenario == facts.reference:
        return _alone(run, own)
    base = happenings(facts.dataset, facts.reference, run)
    return _against(facts, scenario, run, base, own)


def typical_run(facts: Facts, scenario: str) -> int:
    """Return the run whose headline values are nearest to the medians over all runs.

    Of a comparison the paired differences count, each outcome in its own spread over the runs.
    """
    alone = scenario == facts.reference
    values = []
    if alone:
        cells = [(c, c.values[0]) for c in facts.own_cells(scenario)]
    else:
        cells = list(facts.differences(scenario))
    for cell, each in cells:
        if not cell.headline or not np.isfinite(each).all():
            continue
        spread = float(each.std())
        if spread > 1e-9 * float(np.abs(each).max(initial=0.0)):
            values.append(np.abs(each - np.median(each)) / spread)
    runs = facts.dataset["run"].values
    if not values:
        return int(runs[0])
    distance = np.mean(np.minimum(values, 3.0), axis=0)
    return int(runs[int(np.argmin(distance))])


def _alone(run: int, events: Sequence[Happening]) -> Told:
    every = merged(events)
    breaks = [e for e in every if e.weight == 3 and e.cause != "scenario"]
    orders = [e for e in every if e.cause == "scenario"][-SCHEDULED:]
    rest = [e for e in every if e.weight == 2 and e.cause != "scenario"]
    room = MOST - len(orders)
    kept = [*orders, *breaks[:room], *rest[: max(0, room - len(breaks))]]
    shown = [event for event in every if event in kept]
    lines = [(month(e.month), _mark(e), f"{sentence(e)}.") for e in shown]
    chosen = f"Run {run}, the one whose outcomes are nearest to the medians of all runs."
    return Told(run, chosen, lines, len(events) - len(shown))


def _mark(event: Happening) -> str:
    return "scheduled" if event.cause == "scenario" else ""


def _against(
    facts: Facts,
    scenario: str,
    run: int,
    base: Sequence[Happening],
    own: Sequence[Happening],
) -> Told:
    """Return what the scenario schedules otherwise, the first event that differs, and the rest."""
    orders, found = changes(scheduled(base), scheduled(own)), changes(decided(base), decided(own))
    chain = most_telling(found, MOST) if found else []
    lines = [_line(change, "scheduled") for change in orders[:3]]
    lines += [_line(change, _side(facts, scenario, change)) for change in chain]
    chosen = (
        f"Run {run} of {scenario} against the same run of {facts.reference}: the pair whose "
        f"differences are nearest to the medians of all pairs. {_first(found, orders)}"
    )
    shown = len(lines)
    left = len(orders) + len(found) - shown
    same = f"Every event is the same as in {facts.reference}, in the same month."
    return Told(run, chosen, sorted(lines, key=_when), left, same)


def _when(line: tuple[str, str, str]) -> tuple[int, int]:
    name, year = line[0].split(" ")
    return int(year), MONTHS.index(name)


def _first(found: Sequence[Change], orders: Sequence[Change]) -> str:
    if not found:
        return "Between the two no event differs that a scenario does not schedule itself."
    months = month_number(found[0].month) - month_number(orders[0].month) if orders else -1
    if months < 0:  # what differs from the start has no event of its own
        return f"The first event that differs comes in {month(found[0].month)}."
    after = "in the month of" if months == 0 else f"{months} months after"
    after = "1 month after" if months == 1 else after
    return (
        f"The first event that differs and that no scenario schedules comes in "
        f"{month(found[0].month)}, {after} the scenarios' own first difference."
    )


def _line(change: Change, mark: str) -> tuple[str, str, str]:
    return month(change.month), mark, f"{sentence(change.event)}."


def _side(facts: Facts, scenario: str, change: Change) -> str:
    if change.elsewhere:
        return f"in {facts.reference}: {spoken(change.elsewhere)}"
    if change.side == "A":
        return f"only in {facts.reference}"
    if change.side == "B":
        return f"only in {scenario}"
    count = abs(change.moved)
    when = "later" if change.moved > 0 else "earlier"
    return f"{count} month{'s' if count > 1 else ''} {when} in {scenario}"
