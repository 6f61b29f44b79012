"""A task: one chunk of runs of one scenario, known by what decides its numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from tajsim.app.state import State
from tajsim.ensemble.plan import Job, Plan
from tajsim.inputs.dates import month_number
from tajsim.inputs.scenario import Event, Scenario

#: The runs of the first ensemble, and those that are added at a time.
FIRST, MORE = 40, 200


@dataclass(frozen=True)
class Task:
    """A job for a worker.

    Attributes:
        key: the same for jobs with the same numbers, whatever their scenarios are called.
        stage: 0 is needed first.
        fork: after so many months the state is kept, for others that differ later only; 0: never.
        trunk: the key of what comes before the fork.
        watch: the outcomes to be told of while it runs.
        home: the worker that may hold the state; any, if None.
    """

    key: str
    job: Job
    stage: int
    fork: int = 0
    trunk: str = ""
    watch: tuple[str, ...] = ()
    home: int | None = None


def spans(runs: int) -> list[tuple[int, int]]:
    """Return the chunks of runs: a small one first, to see something soon."""
    edges = [0, min(FIRST, runs), *range(MORE, runs, MORE), runs]
    edges = sorted(set(edges))
    return list(pairwise(edges))


def tasks_of(plan: Plan, state: State, watch: tuple[str, ...], workers: int) -> list[list[Task]]:
    """Return the tasks of the reference and of the scenario, in the order of their runs."""
    reference, own = plan.scenarios
    fork = _fork(state, plan)
    return [
        [_task(plan, reference, 0, number, span, watch) for number, span in _numbered(plan)],
        [
            _task(plan, own, fork, number, span, watch, number % workers if fork else None)
            for number, span in _numbered(plan)
        ],
    ]


def _numbered(plan: Plan) -> list[tuple[int, tuple[int, int]]]:
    return list(enumerate(spans(plan.runs)))


def _fork(state: State, plan: Plan) -> int:
    """Return after how many months the levers begin to act."""
    if not state.since or not state.levers:
        return 0
    return max(0, min(month_number(state.since), month_number(plan.end)) - _start(plan))


def _start(plan: Plan) -> int:
    return month_number(plan.start)


def _task(
    plan: Plan,
    scenario: Scenario,
    fork: int,
    number: int,
    span: tuple[int, int],
    watch: tuple[str, ...],
    home: int | None = None,
) -> Task:
    job = Job(
        scenario=scenario,
        position=plan.scenarios.index(scenario),
        first=span[0],
        stop=span[1],
        seed=plan.seed,
        end=plan.end,
        parameters=plan.parameters,
        outcomes=plan.outcomes,
    )
    events = [e for e in scenario.events if e.month <= plan.end]
    early = [e for e in events if month_number(e.month) < _start(plan) + fork]
    trunk = _key(job, early, fork) if fork else ""
    return Task(_key(job, events), job, number, fork, trunk, watch if not number else (), home)


def _key(job: Job, events: list[Event], months: int = 0) -> str:
    """Return a hash of all that the numbers of a job depend on."""
    decides: list[Any] = [
        sorted(job.scenario.settings.items()),
        [[e.month, e.kind, sorted(e.arguments.items())] for e in events],
        [job.scenario.start, job.end, job.first, job.stop, job.seed, job.parameters],
        job.outcomes,
        months,
    ]
    return sha256(json.dumps(decides).encode()).hexdigest()
