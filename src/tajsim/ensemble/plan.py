"""The plan of an ensemble: what is simulated, checked once, and its division into jobs."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tajsim.axes import DIMENSIONS, Array
from tajsim.draws import seed_errors
from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError, unknown
from tajsim.files import exists, telling, whole
from tajsim.inputs.outcomes import load_outcomes, with_weight
from tajsim.inputs.registry import MODES, REDRAWN, load_parameters
from tajsim.inputs.toml import check_month, month_names
from tajsim.model.snapshot import Snapshot, packed, unpacked

if TYPE_CHECKING:
    from tajsim.inputs.scenario_parts import Scenario
    from tajsim.inputs.values import Setting


@dataclass(frozen=True)
class Job:
    """The runs ``first`` to ``stop - 1`` of one scenario: one model, simulated in one go.

    With ``numbers``, ``first`` to ``stop - 1`` are the places of these runs in the results;
    ``settings`` ``(run,)`` win over those of the scenario. With ``resume`` the simulation goes on
    from a saved state, with the ``changed`` parameters in force from then on; ``keep_state`` keeps
    the state at the end.
    """

    scenario: Scenario
    position: int
    first: int
    stop: int
    seed: int
    end: str
    parameters: str
    outcomes: tuple[str, ...]
    redraw: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    resume: Snapshot | None = None
    changed: Mapping[str, float] = field(default_factory=dict)
    keep_state: bool = False
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Scenarios of one period, simulated with the same runs, seed and parameters."""

    scenarios: tuple[Scenario, ...]
    runs: int
    seed: int
    parameters: str
    start: str
    end: str
    outcomes: tuple[str, ...]
    workers: int
    chunk: int
    redraw: tuple[str, ...] = ()
    resume: SavedState | None = None
    keep_state: bool = False

    @property
    def months(self) -> list[str]:
        """Every simulated month, ``YYYY-MM``."""
        return month_names(self.start, self.end)

    def jobs(self) -> list[Job]:
        """Divide the runs into chunks, at least one for every worker.

        The results do not depend on the division; only speed and memory do.
        """
        shares = ceil(self.workers / len(self.scenarios))
        size = max(1, min(self.chunk, ceil(self.runs / shares)))
        spans: list[tuple[int, int, Snapshot | None]]
        spans = [(i, min(i + size, self.runs), None) for i in range(0, self.runs, size)]
        if self.resume:
            spans = [(part.first, part.stop, part.snapshot) for part in self.resume.parts]
        return [
            Job(
                scenario=scenario,
                position=position,
                first=first,
                stop=stop,
                seed=self.seed,
                end=self.end,
                parameters=self.parameters,
                outcomes=self.outcomes,
                redraw=self.redraw,
                resume=snapshot,
                changed=self.resume.changed(scenario) if self.resume else {},
                keep_state=self.keep_state,
            )
            for position, scenario in enumerate(self.scenarios)
            for first, stop, snapshot in spans
        ]

    @property
    def months_to_run(self) -> int:
        """How many months are simulated: all, or those after a saved state."""
        return len(self.months) - (self.resume.months if self.resume else 0)

    def bytes_needed(self) -> int:
        """Return the size of the results in memory: float32 outcomes, float64 parameters."""
        registry = load_outcomes()
        series = sum(
            prod(len(DIMENSIONS[d]) for d in registry[name].dimensions) for name in self.outcomes
        )
        per_run = 4 * series * len(self.months) + 8 * len(load_parameters())
        return per_run * self.runs * len(self.scenarios)


def argument_errors(
    runs: int,
    seed: int,
    parameters: str,
    outcomes: Sequence[str] | None,
    workers: int,
    chunk: int,
    redraw: Sequence[str] = (),
) -> list[str]:
    """Return one line for every argument that is wrong whatever the scenarios are."""
    wrong = [
        f"{key} must be a whole number of at least 1, not {value!r}"
        for key, value in (("runs", runs), ("workers", workers), ("chunk", chunk))
        if not _is_whole(value) or value < 1
    ]
    wrong += seed_errors(seed)
    if parameters not in MODES:
        wrong.append(unknown("mode of the parameters", str(parameters), MODES))
    wrong += [unknown("group of draws", g, REDRAWN) for g in redraw if g not in REDRAWN]
    known = load_outcomes()
    return wrong + [unknown("outcome", name, known) for name in outcomes or () if name not in known]


def make_plan(
    scenarios: Sequence[Scenario],
    runs: int,
    seed: int,
    parameters: str,
    until: str | None,
    outcomes: Sequence[str] | None,
    workers: int,
    chunk: int,
    redraw: Sequence[str] = (),
) -> Plan:
    """Check that the scenarios go together and make the plan; the arguments are checked before.

    Raises:
        UserError: for scenarios of one name or of different periods, for a month outside them,
            or for results that do not fit into memory.
    """
    names = [scenario.name for scenario in scenarios]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise UserError(
            f"scenario '{name}' is given twice; every scenario needs a name of its own"
            for name in twice
        )
    start, end = _period(scenarios, until)
    plan = Plan(
        tuple(scenarios),
        int(runs),
        int(seed),
        parameters,
        start,
        end,
        with_weight(outcomes or load_outcomes()),
        int(workers),
        int(chunk),
        tuple(redraw),
    )
    _check_memory(plan)
    return plan


def _is_whole(value: object) -> bool:
    """Tell whether a value is an integer (numpy's included), but not a truth value."""
    return hasattr(value, "__index__") and not isinstance(value, bool)


def _period(scenarios: Sequence[Scenario], until: str | None) -> tuple[str, str]:
    """Return the first and last month, the same for all scenarios."""
    starts = {scenario.start for scenario in scenarios}
    ends = {scenario.end for scenario in scenarios}
    if len(starts) > 1:
        raise UserError(f"the scenarios start in different months: {', '.join(sorted(starts))}")
    start = starts.pop()
    if until is None:
        if len(ends) > 1:
            months = ", ".join(sorted(ends))
            raise UserError(
                f"the scenarios end in different months ({months}); give until = '{min(ends)}'"
            )
        return start, ends.pop()
    check_month(until, "until")
    if not start <= until <= min(ends):
        raise UserError(
            f"until: {until} is outside the scenario; expected a month from {start} to {min(ends)}"
        )
    return start, until


def _check_memory(plan: Plan) -> None:
    """Refuse an ensemble whose results cannot fit into the memory of this machine."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not known on this system
        return
    needed = plan.bytes_needed()
    if needed > 0.8 * memory:
        raise UserError(
            f"the results of {plan.runs:,} runs need {needed / 1e9:,.0f} GB and this machine has "
            f"{memory / 1e9:,.0f} GB; ask for fewer runs, fewer outcomes or an earlier end"
        )


@dataclass(frozen=True)
class ColumnPlan(Plan):
    """A plan whose ``runs`` are columns.

    Attributes:
        numbers: the run number of each column, which fixes its draws; a number may come twice.
        settings: for each scenario, full parameter name -> ``(column,)`` values, in place of
            what would be drawn.
    """

    numbers: tuple[int, ...] = ()
    settings: tuple[Mapping[str, Array], ...] = ()

    def jobs(self) -> list[Job]:
        """Divide the columns as a plan divides its runs."""
        return [
            replace(
                job,
                numbers=self.numbers[job.first : job.stop],
                settings={
                    name: values[job.first : job.stop]
                    for name, values in self.settings[job.position].items()
                },
            )
            for job in super().jobs()
        ]


def column_plan(
    plan: Plan,
    scenarios: Sequence[Scenario],
    outcomes: tuple[str, ...],
    numbers: tuple[int, ...],
    settings: Sequence[Mapping[str, Array]],
) -> ColumnPlan:
    """Return the plan of columns of scenarios; seed, period and workers are those of a plan."""
    return ColumnPlan(
        scenarios=tuple(scenarios),
        runs=len(numbers),
        seed=plan.seed,
        parameters=plan.parameters,
        start=plan.start,
        end=plan.end,
        outcomes=outcomes,
        workers=plan.workers,
        chunk=plan.chunk,
        numbers=numbers,
        settings=tuple(settings),
    )


_FORMAT = 1


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

    def changed(self, scenario: Scenario) -> dict[str, float]:
        """Return the settings of a scenario that the saved history did not have."""
        known = load_parameters()
        before = {**{name: known[name].value for name in scenario.settings}, **self.head["set"]}
        after = {**{name: known[name].value for name in before}, **scenario.settings}
        return {name: value for name, value in after.items() if value != before[name]}

    def problems(self, scenario: Scenario) -> list[str]:
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
        has = [
            _event_key(e.month, e.kind, e.arguments) for e in scenario.events if e.month <= until
        ]
        wrong += [f"{where} has an event that the state has not: {e}" for e in has if e not in had]
        wrong += [f"{where} lacks an event of the state: {e}" for e in had if e not in has]
        known = load_parameters()
        return wrong + [
            f"{where} sets {name}, which is no lever; a history can change levers on the way only"
            for name in self.changed(scenario)
            if known[name].role != "lever"
        ]


def _event_key(month: str, kind: str, arguments: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name} = {value}" for name, value in sorted(arguments.items()))
    return f"{month} {kind} {told}"


def save_state(path: str | Path, plan: Plan, states: list[tuple[int, int, Snapshot]]) -> Path:
    """Write the states of all chunks of one scenario; the file appears whole or not at all.

    Raises:
        UserError: if it cannot be written.
    """
    path, (scenario,) = Path(path), plan.scenarios
    head = {
        "format": _FORMAT,
        "model": model_version(),
        "scenario": scenario.name,
        "set": dict(scenario.settings),
        "events": [
            (e.month, e.kind, dict(e.arguments)) for e in scenario.events if e.month <= plan.end
        ],
        "start": plan.start,
        "until": plan.end,
        "runs": plan.runs,
        "seed": plan.seed,
        "parameters": plan.parameters,
        "redraw": list(plan.redraw),
        "outcomes": list(plan.outcomes),
        "parts": [(first, stop) for first, stop, _ in sorted(states, key=lambda row: row[0])],
    }
    arrays: dict[str, Any] = {"head": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)}
    for number, (_, _, snapshot) in enumerate(sorted(states, key=lambda row: row[0])):
        arrays.update({f"{number}/{name}": array for name, array in packed(snapshot).items()})
    with telling(path), whole(path) as begun, begun.open("wb") as file:
        np.savez(file, **arrays)
    return path


def load_state(path: str | Path) -> SavedState:
    """Read a saved state.

    Raises:
        UserError: if there is no such file, it is damaged or no state, or of another model.
    """
    path = Path(path)
    if not (exists(path) and path.is_file()):
        raise UserError(f"{path}: no such file")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        head = json.loads(arrays["head"].tobytes())
        parts = tuple(_part(arrays, i, *span) for i, span in enumerate(head["parts"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        raise UserError(f"{path}: not a saved state of tajsim, or a damaged one") from None
    if head.get("format") != _FORMAT or head.get("model") != model_version():
        raise UserError(
            f"{path}: a state of model {head.get('model', 'unknown')}, and this is "
            f"{model_version()}; only the model that saved a state can continue it: save it again"
        )
    return SavedState(str(path), head, parts)


def _part(arrays: Mapping[str, Any], number: int, first: int, stop: int) -> StatePart:
    own = f"{number}/"
    named = {n.removeprefix(own): array for n, array in arrays.items() if n.startswith(own)}
    return StatePart(first, stop, unpacked(named))
