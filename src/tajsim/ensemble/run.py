"""Simulate ensembles: ``run`` for one scenario, ``run_many`` for several with the same draws."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, TypedDict

import xarray as xr
from typing_extensions import Unpack

import tajsim.ensemble.dataset as dataset
import tajsim.ensemble.job as job
from tajsim.compiled.engine import compile_once, using as using
from tajsim.ensemble.executor import executor, finished
from tajsim.ensemble.plan import Plan, SavedState, argument_errors, check_fits, period_of
from tajsim.errors import UserError, refuse
from tajsim.inputs.outcomes import load_outcomes, with_weight
from tajsim.inputs.registry import DEFAULT_MODE
from tajsim.inputs.scenario_parts import Scenario, load_scenario
from tajsim.inputs.toml import month_names
from tajsim.results.discrepancy import with_bands

ScenarioLike = Scenario | str | Path
Overrides = Mapping[str, float | str] | Sequence[str]
Without = str | Sequence[str]
#: Told how much is done, and how much there is: run-months, or thousandths of them.
Progress = Callable[[int, int], None]


def part_of(progress: Progress | None, place: int, of: int, size: int = 1) -> Progress | None:
    """Return a progress that tells a part, from ``place`` on, of the ``of`` that there are."""
    return progress and (lambda n, m: progress(round(1000 * (place + size * n / m)), 1000 * of))


class Sampling(TypedDict, total=False):
    """How runs are drawn, simulated and followed: arguments of `run_many` that others hand on."""

    seed: int
    parameters: str
    workers: int
    progress: Progress | None
    without: Without


def draw_errors(runs: int, draws: Sampling) -> list[str]:
    """Return one line for each of these arguments that is wrong whatever is simulated."""
    parameters = draws.get("parameters", DEFAULT_MODE)
    return argument_errors(runs, draws.get("seed", 1), parameters, draws.get("workers", 1))


class Options(Sampling, total=False):
    """The other arguments of `run_many`."""

    until: str | None
    outcomes: Sequence[str] | None
    overrides: Overrides
    engine: str | None


def run(scenario: ScenarioLike, runs: int = 200, **options: Unpack[Options]) -> xr.Dataset:
    """Simulate one scenario.

    Options: ``seed``, ``parameters`` (posterior, prior, fixed, wide or conditioned), ``until`` (the
    last month), ``outcomes`` to keep, ``workers``, ``progress``, ``overrides``
    (``{"name": value}``), ``without`` (mechanisms, themes, rules) and ``engine``, as `run_many` has
    them.
    """
    return run_many([scenario], runs, **options)


def run_many(
    scenarios: Sequence[ScenarioLike], runs: int = 200, **options: Unpack[Options]
) -> xr.Dataset:
    """Simulate scenarios with the same seed, so that their runs are pairs by number.

    All arguments but the first two are given by name; usual values are those of `prepare`.

    Args:
        scenarios: names of shipped scenarios, paths of files, or loaded scenarios; with more
            than one, the first is the reference.
        runs: the number of runs of each scenario.
        seed: any whole number; the same seed gives the same draws.
        parameters: ``"posterior"`` gives each run a row of the calibrated sample, ``"prior"``
            draws every uncertain parameter for each run from its range, ``"fixed"`` holds all at
            their values, ``"wide"`` is ``"posterior"`` with the fixed assumptions drawn too.
        until: the last month, ``YYYY-MM``; by default the end of the scenarios.
        outcomes: which outcomes to keep; by default all.
        workers: the number of processes.
        progress: called with the run-months done and their total.
        overrides: settings that win over those of every scenario, ``{"name": value}`` or
            ``["name=value"]``; only for scenarios given by name or path.
        without: what is taken out of the model, in all scenarios: ids of mechanisms, themes or
            rules, whose answers are held; the names of the scenarios say so.
        engine: "compiled" or "numpy"; by default compiled where llvmlite is installed.

    Returns:
        A Dataset of outcomes ``(scenario, own dimensions..., month, run)`` in float32, the
        parameters of each run ``(scenario, parameter, run)``, and their provenance in ``attrs``;
        of `history` the bands of all levels by year (`tajsim.results.discrepancy`).

    Raises:
        UserError: for anything the caller can mend, all mistakes at once.
    """
    given = dict[str, Any](options)
    progress = given.pop("progress", None)
    with using(given.pop("engine", None)):
        return with_bands(simulate(prepare(scenarios, runs, **given), progress))


def prepare(
    scenarios: Sequence[ScenarioLike],
    runs: int = 200,
    seed: int = 1,
    parameters: str = DEFAULT_MODE,
    until: str | None = None,
    outcomes: Sequence[str] | None = None,
    workers: int = 1,
    overrides: Overrides = (),
    redraw: Sequence[str] = (),
    resume: SavedState | None = None,
    without: Without = (),
    beside: bool = False,
) -> Plan:
    """Load the scenarios and check everything; the arguments are those of `run_many`.

    ``redraw`` names groups whose draws are made anew, see `TajikistanModel`. With ``resume`` the
    runs go on from a saved state; runs, seed, parameters and outcomes are then those of the state.
    With ``beside`` the scenarios as they are come first, and then without what is taken out.

    Raises:
        UserError: all mistakes at once.
    """
    loaded, wrong = _load(scenarios, overrides)
    try:
        held = [scenario.holding(without) for scenario in loaded]
        loaded = [*loaded, *held] if without and beside else held
    except UserError as error:
        wrong += error.messages
    if resume:
        wrong += [line for scenario in loaded for line in resume.problems(scenario)]
        runs, seed, parameters = (resume.head[name] for name in ("runs", "seed", "parameters"))
        outcomes, redraw = outcomes or resume.head["outcomes"], resume.head["redraw"]
        lost = [name for name in outcomes if name not in resume.head["outcomes"]]
        wrong += [f"outcome '{name}' was not kept in {resume.path}" for name in lost]
        if until and until <= resume.head["until"]:
            wrong.append(f"until: {until} is not after the state, of {resume.head['until']}")
    wrong = argument_errors(runs, seed, parameters, workers, outcomes, redraw) + wrong
    refuse(wrong)
    start, end = period_of(loaded, until)
    plan = Plan(
        scenarios=tuple(loaded),
        runs=int(runs),
        seed=int(seed),
        parameters=parameters,
        start=start,
        end=end,
        outcomes=with_weight(outcomes or load_outcomes()),
        workers=int(workers),
        redraw=tuple(redraw),
        resume=resume,
    )
    advice = "; ask for fewer runs, fewer outcomes or an earlier end"
    check_fits(plan.bytes_needed(), f"the results of {plan.runs:,} runs", advice)
    return plan


def simulate(
    plan: Plan, progress: Progress | None = None, save_to: str | Path | None = None
) -> xr.Dataset:
    """Simulate a plan and label the results.

    Args:
        save_to: a file for the state after the last month, of a plan of one scenario.

    Raises:
        UserError: if that file cannot be written.
    """
    store, jobs = dataset.Store(plan), plan.jobs(save_to is not None)
    months = len(plan.months) - (plan.resume.months if plan.resume else 0)
    total = plan.runs * len(plan.scenarios) * months
    if plan.workers > 1 and any(scenario.without for scenario in plan.scenarios):
        compile_once(held=True)
    tell: Progress = progress or (lambda done, total: None)
    with executor(job.simulate, min(plan.workers, len(jobs))) as team:
        for place, record in finished(team, jobs, lambda done: tell(done, total)):
            store.put(jobs[place], record)
    if save_to is not None:
        dataset.save_state(save_to, plan, store.states)
    return dataset.build_dataset(plan, store)


def _load(
    scenarios: Sequence[ScenarioLike], overrides: Overrides
) -> tuple[list[Scenario], list[str]]:
    """Load what is given by name or path; return the mistakes of all files too."""
    loaded, wrong = [], [] if scenarios else ["no scenario is given"]
    for scenario in scenarios:
        if isinstance(scenario, Scenario):
            loaded.append(scenario)
            said = f"overrides need a name or a path; '{scenario.name}' is loaded already"
            wrong += [said] if overrides else []
            continue
        try:
            loaded.append(load_scenario(scenario, overrides))
        except UserError as error:
            wrong += error.messages
    return loaded, list(dict.fromkeys(wrong))


#: Scenarios simulated in one go for each worker.
_BATCH = 4


@dataclass
class Need:
    """What is looked at of a scenario: ``outcomes`` to the month ``until``, in so many runs."""

    scenario: Scenario
    runs: int
    until: str = ""
    outcomes: set[str] = field(default_factory=set)

    def add(self, outcomes: Iterable[str], until: str) -> None:
        """Ask for more outcomes, perhaps further."""
        self.outcomes |= {*with_weight(outcomes)}
        self.until = max(self.until, until)


def simulated(needs: Iterable[Need], draws: Sampling) -> Iterator[tuple[Need, xr.Dataset]]:
    """Simulate what is needed in their order, a few at a time; yield the results of each.

    Those that follow one another with one period and number of runs are simulated together. What
    they are ``without`` is for the needs to say.
    """
    options, listed = dict[str, Any](draws) | {"without": ()}, list(needs)
    progress, workers = options.pop("progress", None), options.get("workers", 1)
    sizes = [need.runs * len(month_names(need.scenario.start, need.until)) for need in listed]
    done, size_of = 0, dict(zip(map(id, listed), sizes, strict=True))
    for _, part in groupby(listed, lambda n: (n.runs, n.scenario.start, n.scenario.end)):
        alike = list(part)
        for first in range(0, len(alike), _BATCH * workers):
            batch = alike[first : first + _BATCH * workers]
            plan = prepare(
                [need.scenario for need in batch],
                batch[0].runs,
                until=max(need.until for need in batch),
                outcomes=sorted(set().union(*(need.outcomes for need in batch))),
                **options,
            )
            size = sum(size_of[id(need)] for need in batch)
            results = simulate(plan, part_of(progress, done, sum(sizes), size))
            done += size
            for need in batch:
                one = results.sel(scenario=[need.scenario.name])
                yield need, one[[n for n in results.data_vars if n in need.outcomes]]
