"""The plan of an ensemble: what is simulated, from which state, and its division into jobs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, prod
from typing import TYPE_CHECKING, Any

import numpy as np

import tajsim.compiled.engine as engines
from tajsim.axes import DIMENSIONS
from tajsim.draws import seed_errors
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.job import Job, record_and_state, record_of
from tajsim.errors import UserError, refuse, unknown
from tajsim.inputs import conditioned, scenario_parts, toml
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import MODES, REDRAWN, load_parameters
from tajsim.inputs.values import Setting

if TYPE_CHECKING:
    from tajsim.model.snapshot import Snapshot


@dataclass(frozen=True)
class StatePart:
    """The state of the runs ``first`` to ``stop - 1``."""

    first: int
    stop: int
    snapshot: Snapshot


@dataclass(frozen=True)
class SavedState:
    """A saved ensemble: what was simulated (``head``) and the state of its chunks of runs."""

    path: str
    head: Mapping[str, Any]
    parts: tuple[StatePart, ...]

    @property
    def months(self) -> int:
        """How many months were simulated."""
        return self.parts[0].snapshot.months

    def changed(self, scenario: scenario_parts.Scenario) -> dict[str, float]:
        """Return the settings of a scenario that the saved history did not have."""
        known = load_parameters()
        before = {**{name: known[name].value for name in scenario.settings}, **self.head["set"]}
        after = {**{name: known[name].value for name in before}, **scenario.settings}
        return {name: value for name, value in after.items() if value != before[name]}

    def problems(self, scenario: scenario_parts.Scenario) -> list[str]:
        """Return why a scenario cannot go on from here: one line each, none if it can.

        A scenario may change levers, from the month after the state on. Its events up to that
        month must be those of the saved history, and no uncertain parameter may be another.
        """
        until, where = self.head["until"], f"{self.path}: scenario '{scenario.name}'"
        wrong = []
        if scenario.start != self.head["start"]:
            wrong.append(f"{where} starts in {scenario.start}, the state in {self.head['start']}")
        if scenario.end <= until:
            wrong.append(f"{where} ends in {scenario.end}, and the state is of {until}")
        had = [_event_key(*event) for event in self.head["events"]]
        past = (event for event in scenario.events if event.month <= until)
        has = [_event_key(e.month, e.kind, e.arguments) for e in past]
        wrong += [f"{where} has an event that the state has not: {e}" for e in has if e not in had]
        wrong += [f"{where} lacks an event of the state: {e}" for e in had if e not in has]
        if {*scenario.without} != {*(held := self.head["without"])}:
            ours, its = (", ".join(names) or "nothing" for names in (scenario.without, held))
            wrong.append(f"{where} is without {ours}, the state without {its}; expected the same")
        known = load_parameters()
        return wrong + [
            f"{where} sets {name}, which is no lever; a history can change levers on the way only"
            for name in self.changed(scenario)
            if known[name].role != "lever"
        ]


def _event_key(month: str, kind: str, arguments: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name} = {value}" for name, value in sorted(arguments.items()))
    return f"{month} {kind} {told}"


#: So many runs at most are simulated together; the results do not depend on it.
CHUNK = 1000


@dataclass(frozen=True)
class Plan:
    """Scenarios of one period, simulated with the same runs, seed and parameters.

    The runs are columns where ``numbers`` gives the run number of each, which may come twice;
    ``settings``, for each scenario, are ``(column,)`` values in place of what would be drawn.
    """

    scenarios: tuple[scenario_parts.Scenario, ...]
    runs: int
    seed: int
    parameters: str
    start: str
    end: str
    outcomes: tuple[str, ...]
    workers: int = 1
    redraw: tuple[str, ...] = ()
    resume: SavedState | None = None
    numbers: tuple[int, ...] = ()
    settings: tuple[Mapping[str, Setting], ...] = ()
    engine: str = field(default_factory=engines.chosen)

    @property
    def months(self) -> list[str]:
        """Every simulated month, ``YYYY-MM``."""
        return toml.month_names(self.start, self.end)

    def jobs(self, keep_state: bool = False) -> list[Job]:
        """Divide the runs into chunks, at least one for every worker.

        The results do not depend on the division; only speed and memory do. With ``keep_state``
        each also keeps the state after the last month.
        """
        shares = ceil(self.workers / len(self.scenarios))
        size = max(1, min(CHUNK, ceil(self.runs / shares)))
        spans: list[tuple[int, int, Snapshot | None]]
        spans = [(i, min(i + size, self.runs), None) for i in range(0, self.runs, size)]
        if self.resume:
            spans = [(part.first, part.stop, part.snapshot) for part in self.resume.parts]
        return [
            self.job(position, first, stop, resume=snapshot, keep_state=keep_state)
            for position in range(len(self.scenarios))
            for first, stop, snapshot in spans
        ]

    def job(
        self,
        position: int,
        first: int,
        stop: int,
        resume: Snapshot | None = None,
        keep_state: bool = False,
    ) -> Job:
        """Return the job of the runs ``first`` to ``stop - 1`` of a scenario."""
        scenario = self.scenarios[position]
        settings: dict[str, Setting] = dict(scenario.settings)
        for name, values in self.settings[position].items() if self.settings else ():
            settings[name] = values[first:stop] if isinstance(values, np.ndarray) else values
        seed, numbers = self.seed, (self.numbers or tuple(range(self.runs)))[first:stop]
        parameters = self.parameters
        if parameters == conditioned.MODE:
            seed, numbers, rows = conditioned.drawn(seed, numbers)
            parameters, settings = "prior", {**rows, **settings}
        return Job(
            scenario=scenario.name,
            runs=numbers,
            seed=seed,
            start=self.start,
            end=self.end,
            parameters=parameters,
            outcomes=self.outcomes,
            settings=settings,
            events=tuple(event for event in scenario.events if event.month <= self.end),
            redraw=self.redraw,
            without=scenario.without,
            position=position,
            first=first,
            resume=resume,
            changed=self.resume.changed(scenario) if self.resume else {},
            keep=record_and_state if keep_state else record_of,
            engine=self.engine,
        )

    def bytes_needed(self) -> int:
        """Return the size of the results in memory: float32 outcomes, float64 parameters."""
        registry = load_outcomes()
        kept = (registry[name].dimensions for name in self.outcomes)
        series = sum(prod(len(DIMENSIONS[d]) for d in own) for own in kept)
        per_run = 4 * series * len(self.months) + 8 * len(load_parameters())
        return per_run * self.runs * len(self.scenarios)


def argument_errors(
    runs: int,
    seed: int,
    parameters: str,
    workers: int,
    outcomes: Sequence[str] | None = (),
    redraw: Sequence[str] = (),
) -> list[str]:
    """Return one line for every argument that is wrong whatever the scenarios are."""
    wrong = count_errors(runs=runs, workers=workers) + seed_errors(seed)
    modes = (*MODES, conditioned.MODE)
    if parameters not in modes:
        wrong.append(unknown("mode of the parameters", str(parameters), modes))
    elif parameters == conditioned.MODE and not wrong:
        wrong += [f"parameters {parameters}: no group of draws can be made anew"] if redraw else []
        wrong += conditioned.problems(runs, model_version())
    wrong += [unknown("group of draws", g, REDRAWN) for g in redraw if g not in REDRAWN]
    known = load_outcomes()
    return wrong + [unknown("outcome", name, known) for name in outcomes or () if name not in known]


MOST_WORKERS = 256


def count_errors(**counts: Any) -> list[str]:
    """Return one line for every number that is no integer (numpy's included) of at least 1."""
    workers = counts.get("workers", 1)
    many = hasattr(workers, "__index__") and workers > MOST_WORKERS
    wrong = [f"workers must be at most {MOST_WORKERS}, not {workers:,}"] if many else []
    return wrong + [
        f"{name} must be a whole number of at least 1, not {value!r}"
        for name, value in counts.items()
        if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1
    ]


def period_of(scenarios: Sequence[scenario_parts.Scenario], until: str | None) -> tuple[str, str]:
    """Return the first and last month of scenarios that are simulated together.

    Raises:
        UserError: for two of one name or of different periods, or a month outside them.
    """
    names = [scenario.name for scenario in scenarios]
    said = "is given twice; every scenario needs a name of its own"
    refuse(f"scenario '{name}' {said}" for name in names if names.count(name) > 1)
    starts = {scenario.start for scenario in scenarios}
    ends = {scenario.end for scenario in scenarios}
    if len(starts) > 1:
        raise UserError(f"the scenarios start in different months: {', '.join(sorted(starts))}")
    start = starts.pop()
    if until is None:
        if len(ends) > 1:
            months, advice = ", ".join(sorted(ends)), f"give until = '{min(ends)}'"
            raise UserError(f"the scenarios end in different months ({months}); {advice}")
        return start, ends.pop()
    toml.check_month(until, "until")
    if not start <= until <= min(ends):
        expected = f"expected a month from {start} to {min(ends)}"
        raise UserError(f"until: {until} is outside the scenario; {expected}")
    return start, until


def check_fits(needed: int, what: str, advice: str = "") -> None:
    """Refuse what needs more bytes than four fifths of the memory of this machine.

    Raises:
        UserError: if it does.
    """
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not known on this system
        return
    if needed > 0.8 * memory:
        sizes = f"{needed / 1e9:,.0f} GB and this machine has {memory / 1e9:,.0f} GB"
        raise UserError(f"{what} need {sizes}{advice}")
