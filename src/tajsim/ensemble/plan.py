"""The plan of an ensemble: what is simulated, checked once, and its division into jobs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, prod
from typing import TYPE_CHECKING

from tajsim.axes import DIMENSIONS
from tajsim.draws import seed_errors
from tajsim.ensemble.months import check_month, month_names
from tajsim.errors import UserError, unknown
from tajsim.inputs.modes import MODES, REDRAWN
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.parameters import load_parameters

if TYPE_CHECKING:
    from tajsim.ensemble.saved import SavedState
    from tajsim.inputs.scenario import Scenario
    from tajsim.inputs.values import Setting
    from tajsim.model.snapshot import Snapshot


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
        tuple(dict.fromkeys(outcomes)) if outcomes else tuple(load_outcomes()),
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
