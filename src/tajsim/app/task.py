"""A task: one chunk of runs of one scenario, known by what decides its numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tajsim.ensemble.plan import Job, Plan
from tajsim.inputs.dates import month_number

if TYPE_CHECKING:  # a worker starts sooner without what reads scenarios
    from tajsim.app.state import State
    from tajsim.inputs.scenario_parts import Scenario

#: Months that one point of a fan stands for: those up to it.
SMOOTH = 12

#: The runs that are simulated first, by all workers together; the size of the chunks after them.
FIRST, MORE = 200, 200
#: A chunk is no smaller than this: a month costs the same for a few runs as for some tens.
_LEAST = 20
#: States are kept at events no closer than this, and at least so often.
_CLOSEST, _OFTEN = 3, 24


@dataclass(frozen=True)
class Task:
    """A job for a worker.

    Attributes:
        key: the same for jobs with the same numbers, whatever their scenarios are called.
        stage: 0 is needed first.
        home: the worker that may hold states of its past; any, if None.
        past: the same for jobs whose numbers differ by their events and their end alone.
        deeds: the events: after how many months each comes, and what it does.
        keep: after so many months the state is kept, for others that differ only later.
        watch: the outcomes to be told of while it runs.
    """

    key: str
    job: Job
    stage: int
    home: int | None = None
    past: str = ""
    deeds: tuple[tuple[int, str], ...] = ()
    keep: tuple[int, ...] = ()
    watch: tuple[str, ...] = ()

    def until(self, months: int) -> tuple[str, ...]:
        """Return what was done in the first months."""
        return tuple(deed for after, deed in self.deeds if after < months)


def spans(runs: int, workers: int) -> list[tuple[int, int, int]]:
    """Return the chunks of runs as ``(first, stop, stage)``.

    The first runs are divided evenly over the workers, so that all of them begin at once; the
    others follow in chunks of one size, as many to a stage as there are workers.
    """
    first = min(FIRST, runs)
    shares = max(1, min(workers, first // _LEAST))
    edges = [first * share // shares for share in range(shares + 1)]
    found = [(a, b, 0) for a, b in pairwise(edges)]
    for number, begin in enumerate(range(first, runs, MORE)):
        found.append((begin, min(begin + MORE, runs), 1 + number // workers))
    return found


def tasks_of(plan: Plan, state: State, watch: tuple[str, ...], workers: int) -> list[list[Task]]:
    """Return the tasks of the reference and of the scenario, in the order of their runs."""
    reference, own = plan.scenarios
    stops = {0: _stops(plan, plan.scenarios, ""), 1: ()}
    # A lever that acts from the start changes all that follows: nothing would be shared.
    if state.since or state.moves or not state.levers:
        stops[1] = _stops(plan, [own], state.since if state.levers else "")
    return [
        [
            _task(plan, scenario, span, number % workers, stops[position], watch)
            for number, span in enumerate(spans(plan.runs, workers))
        ]
        for position, scenario in enumerate((reference, own))
    ]


def _stops(plan: Plan, scenarios: Sequence[Scenario], since: str) -> tuple[int, ...]:
    """Return after how many months states are kept: before events, and from time to time."""
    start, last = month_number(plan.start), len(plan.months) - 1
    found = {month_number(since) - start} if since else set()
    found |= set(range(_OFTEN, last, _OFTEN))
    for month in sorted(month_number(e.month) - start for s in scenarios for e in s.events):
        if all(abs(month - other) >= _CLOSEST for other in found):
            found.add(month)
    return tuple(sorted(month for month in found if 0 < month <= last))


def _task(
    plan: Plan,
    scenario: Scenario,
    span: tuple[int, int, int],
    home: int,
    keep: tuple[int, ...],
    watch: tuple[str, ...],
) -> Task:
    first, stop, stage = span
    job = Job(
        scenario=scenario,
        position=plan.scenarios.index(scenario),
        first=first,
        stop=stop,
        seed=plan.seed,
        end=plan.end,
        parameters=plan.parameters,
        outcomes=plan.outcomes,
    )
    start = month_number(plan.start)
    deeds = tuple(
        (month_number(e.month) - start, _text([e.month, e.kind, sorted(e.arguments.items())]))
        for e in scenario.events
        if e.month <= plan.end
    )
    past = _hash(sorted(scenario.settings.items()), scenario.start, first, stop, plan.seed,
                 plan.parameters, plan.outcomes)  # fmt: skip
    return Task(
        key=_hash(past, deeds, plan.end),
        job=job,
        stage=stage,
        home=home,
        past=past,
        deeds=deeds,
        keep=keep,
        watch=() if stage else watch,
    )


def _text(what: Any) -> str:
    return json.dumps(what)


def _hash(*decides: Any) -> str:
    return sha256(_text(decides).encode()).hexdigest()
