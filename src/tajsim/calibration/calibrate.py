"""``calibrate``: screen the parameters, fit those that the targets inform, measure the fit.

Histories of particles are the scenario ``history`` simulated with parameters that differ by run;
finished rounds are kept in a folder, so that a calibration that was ended goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, norm

from tajsim.analysis.assumptions import assumed, ranked
from tajsim.analysis.targets import last_month, standard_errors, target_outcomes, target_values
from tajsim.calibration import smc
from tajsim.ensemble import dataset, fingerprint, job
from tajsim.ensemble.executor import Executor, executor, finished
from tajsim.ensemble.plan import CHUNK, Plan
from tajsim.errors import UserError, refuse
from tajsim.files import reason, telling, whole, write_whole
from tajsim.inputs import outcomes, scenario_parts
from tajsim.inputs.targets import Target, fitted, load_targets, target_text
from tajsim.version import __version__

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel

Values = NDArray[np.float64]
Runs = NDArray[np.int64]
#: Told what is being done, how many runs of it are done, and how many there are.
Progress = Callable[[str, int, int], None]

SCENARIO = "history"
#: Runs drawn from the prior for the sample that ships.
PRIOR_RUNS = 4000


def simulated_targets(model: TajikistanModel, plan: Plan, targets: Sequence[Target]) -> Values:
    """Return the targets of each run ``(target, run)`` of a finished model, in their units."""
    store = dataset.Store(plan)
    store.put(plan.jobs()[0], job.record_of(model))
    return target_values(dataset.build_dataset(plan, store), targets)


@dataclass
class Histories:
    """Simulates particles, with an executor that lives as long as the context.

    What the settings do not hold is drawn from the prior.
    """

    scenario: scenario_parts.Scenario
    targets: Sequence[Target]
    seed: int
    team: Executor
    workers: int = 1
    progress: Callable[[int, int], None] | None = None

    def __call__(self, settings: Mapping[str, Values], runs: Runs) -> Values:
        """Return the targets of each particle ``(target, particle)``; all arrays are by particle.

        The results do not depend on the number of workers.

        Raises:
            UserError: if a worker was killed from outside.
        """
        parts = max(-(-len(runs) // CHUNK), self.workers)
        places = np.array_split(np.arange(len(runs)), parts)
        jobs = [self._job(settings, runs, part) for part in places if len(part)]

        def tell(run_months: int) -> None:
            if self.progress:
                self.progress(run_months // jobs[0].months, len(runs))

        found = dict(finished(self.team, jobs, tell))
        return np.concatenate([found[place] for place in range(len(jobs))], axis=1)

    def _job(self, settings: Mapping[str, Values], runs: Runs, part: Runs) -> job.Job:
        plan = Plan(
            scenarios=(self.scenario,),
            runs=len(part),
            seed=self.seed,
            parameters="prior",
            start=self.scenario.start,
            end=last_month(self.targets),
            outcomes=outcomes.with_weight(target_outcomes(self.targets)),
            numbers=tuple(runs[part].tolist()),
            settings=({name: values[part] for name, values in settings.items()},),
        )
        keep = partial(simulated_targets, plan=plan, targets=tuple(self.targets))
        return replace(plan.jobs()[0], keep=keep)


@contextmanager
def histories(
    scenario: scenario_parts.Scenario, targets: Sequence[Target], seed: int, workers: int = 1
) -> Iterator[Histories]:
    """Give a simulator of particles; its processes end with the context."""
    with executor(job.simulate, workers) as team:
        yield Histories(scenario, targets, seed, team, workers)


#: Share of false discoveries allowed among the pairs of parameter and target that are found.
FALSE_SHARE = 0.01
#: Least share of a parameter's prior variance that its best target can be expected to remove.
LEAST_GAIN = 0.01
#: Errors beyond this many standard errors say no more than this many.
_FAR = 5.0


@dataclass(frozen=True)
class Screening:
    """``correlations`` and ``gains`` are ``(parameter, target)``; ``informed`` is ``(parameter,)``.

    A gain is the share of the prior variance of a parameter that a target can be expected to
    remove: its squared rank correlation, times the part of the target's spread over prior runs
    that its own error leaves visible.
    """

    correlations: Values
    gains: Values
    informed: NDArray[np.bool_]


def screen(scores: Values, errors: Values) -> Screening:
    """Find the parameters that at least one target is tied to.

    Args:
        scores: of the parameters, ``(parameter, run)``, drawn from the prior.
        errors: of the targets in the same runs, in standard errors, ``(target, run)``.

    A parameter is informed where its rank correlation with a target stands after control of the
    false discoveries over all pairs (Benjamini and Hochberg 1995), and the gain is at least
    `LEAST_GAIN`. Ties other than rising or falling ones are not found.
    """
    known = np.clip(np.where(np.isfinite(errors), errors, _FAR), -_FAR, _FAR)
    correlations = ranked(scores) @ ranked(known).T / scores.shape[1]
    chance = 2.0 * norm.sf(np.abs(correlations) * np.sqrt(scores.shape[1] - 1.0))
    spread = known.var(axis=1)
    gains = correlations**2 * (spread / (1.0 + spread))
    found = false_discovery_control(chance.ravel()).reshape(chance.shape) <= FALSE_SHARE
    return Screening(correlations, gains, (found & (gains >= LEAST_GAIN)).any(axis=1))


#: The ensemble that was drawn from the prior.
PRIOR, SETTINGS = "prior.npz", "settings.json"


class Folder:
    """The folder of one calibration.

    Raises:
        UserError: if it holds a calibration with other settings, or cannot be written.
    """

    def __init__(self, path: str | Path, settings: Mapping[str, Any]) -> None:
        self.path = Path(path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = self.path / SETTINGS
            held = sorted(each.name for each in self.path.iterdir() if each.name[0] != ".")
            kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else settings
            if held and not file.exists():  # of something else, such as results
                raise UserError(f"{self.path}: holds '{held[0]}' and no calibration; name another")
            if other := [key for key, value in settings.items() if kept.get(key) != value]:
                held_other = f"holds a calibration with another {' and '.join(other)}"
                raise UserError(f"{self.path}: {held_other}; name a new folder, or remove this")
            write_whole(file, json.dumps(dict(settings), indent=1))
        except (OSError, ValueError, AttributeError) as error:
            raise UserError(f"{self.path}: cannot be used ({reason(error)})") from None

    def save(self, state: smc.Population) -> None:
        """Keep a round; the one before it is no longer needed and goes."""
        self.write(f"round-{state.round:04d}.npz", vars(state))
        (self.path / f"round-{state.round - 1:04d}.npz").unlink(missing_ok=True)

    def load(self) -> smc.Population | None:
        """Return the last round that was kept, or None."""
        files = sorted(self.path.glob("round-*.npz"))
        if not files:
            return None
        found = self.read(files[-1].name) or {}
        plain = {name: a if a.ndim else a.tolist() for name, a in found.items()}
        return smc.Population(**{**plain, "steps": tuple(plain["steps"].tolist())})

    def read(self, name: str) -> dict[str, Any] | None:
        """Return arrays that were kept in a file of this name, None if there are none."""
        if not (self.path / name).exists():
            return None
        try:
            with np.load(self.path / name, allow_pickle=False) as file:
                return dict(file)
        except (OSError, ValueError, EOFError, BadZipFile):
            raise UserError(f"{self.path / name}: damaged; remove it") from None

    def write(self, name: str, arrays: Mapping[str, Any]) -> None:
        """Keep arrays in a file of this name."""
        path = self.path / name
        with telling(path), whole(path) as begun, begun.open("wb") as file:
            np.savez_compressed(file, **arrays)


@dataclass(frozen=True)
class Calibration:
    """What a calibration found.

    ``names`` are the candidates, ``screening`` that of all of them, ``fitted`` the names of those
    fitted; ``state`` is the last population. ``targets`` are all of the file; ``prior`` and
    ``posterior`` their simulated values ``(target, run)`` in runs with fresh chance.
    """

    names: tuple[str, ...]
    screening: Screening
    fitted: tuple[str, ...]
    state: smc.Population
    targets: tuple[Target, ...]
    prior: Values
    posterior: Values
    provenance: Mapping[str, Any]


def calibrate(
    folder: str | Path,
    method: smc.Method | None = None,
    prior_runs: int = PRIOR_RUNS,
    workers: int = 1,
    progress: Progress | None = None,
    without: Sequence[str] = (),
) -> Calibration:
    """Fit the uncertain assumptions of ``history`` to the fitted targets.

    Args:
        folder: where finished rounds are kept; if it holds a calibration with the same settings
            that was ended, it is gone on with, to the same result.
        method: numbers of particles and moves, and the seed.
        prior_runs: the size of the ensemble that screens the parameters and starts the fit.
        without: what is taken out of the model, see `tajsim.ensemble.run_many`.

    Raises:
        UserError: for anything the caller can mend.
    """
    method = method or smc.Method()
    asked = ("prior runs", prior_runs, 50), ("particles", method.particles, 10)
    numbers = (*asked, ("workers", workers, 1))
    refuse(f"{name} must be at least {least}, not {n}" for name, n, least in numbers if n < least)
    scenario = scenario_parts.load_scenario(SCENARIO).holding(without)
    settings = settings_of(method, prior_runs, scenario)
    kept = Folder(folder, settings)
    targets = tuple(load_targets().values())
    tell: Progress = progress or (lambda what, done, total: None)
    with histories(scenario, targets, method.seed, workers) as simulate:
        return _fit(simulate, kept, method, prior_runs, tell, settings)


def _fit(
    simulate: Histories,
    kept: Folder,
    method: smc.Method,
    prior_runs: int,
    tell: Progress,
    settings: Mapping[str, Any],
) -> Calibration:
    # Documented and derived ranges are data and not fitted; nor is what the scenario sets.
    names = tuple(assumed(simulate.scenario.settings))
    first = _prior(simulate, kept, names, method.seed, prior_runs, tell)
    chosen = fitted()
    rows = [simulate.targets.index(target) for target in chosen]
    errors = errors_of(chosen, first["simulated"][rows])
    found = screen(first["scores"], errors)
    informed = tuple(name for name, yes in zip(names, found.informed, strict=True) if yes)
    if not informed:
        raise UserError("the targets inform no parameter; ask for more prior runs")
    start = smc.Population(first["scores"][found.informed], first["runs"], errors)
    state = kept.load() or start
    fit = replace(simulate, targets=chosen)

    def errors_in(scores: Values, runs: Runs) -> Values:
        return errors_of(chosen, fit(smc.to_values(informed, scores), runs))

    while not state.finished:
        title = f"round {state.round + 1}, at power {state.power:.3f}"
        fit.progress = partial(tell, title)
        state = smc.advance(state, errors_in, method)
        kept.save(state)
    simulate.progress = partial(tell, "checking")
    fresh = 10**9 + np.arange(len(state.runs), dtype=np.int64)
    posterior = simulate(smc.to_values(informed, state.scores), fresh)
    made = {**settings, "rounds": state.round, "power": state.power}
    made["runs"] = prior_runs + state.round * method.particles
    both = first["simulated"], posterior
    return Calibration(names, found, informed, state, tuple(simulate.targets), *both, made)


def _prior(
    simulate: Histories, kept: Folder, names: Sequence[str], seed: int, count: int, tell: Progress
) -> dict[str, Any]:
    """Return the prior ensemble: its scores, run numbers and simulated targets."""
    found = kept.read(PRIOR)
    if found is None:
        runs = np.arange(count, dtype=np.int64)
        simulate.progress = partial(tell, "prior")
        found = {"runs": runs, "simulated": simulate({}, runs)}
        kept.write(PRIOR, found)
    found["scores"] = smc.drawn_scores(names, seed, found["runs"])
    return found


def errors_of(targets: Sequence[Target], simulated: Values) -> Values:
    """Return the standard errors ``(target, run)`` of simulated values ``(target, run)``."""
    rows = zip(targets, simulated, strict=True)
    return np.array([standard_errors(target, values) for target, values in rows])


def checksum(text: str) -> str:
    """Return the first twelve digits of a hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def settings_of(
    method: smc.Method, prior_runs: int, scenario: scenario_parts.Scenario
) -> dict[str, Any]:
    """Return what a calibration depends on; a folder holds one of them."""
    deeds = [(e.month, e.kind, sorted(e.arguments.items())) for e in scenario.events]
    return {
        "scenario": scenario.name,
        "version": __version__,
        "model": fingerprint.uncalibrated_version(),
        "history": checksum(repr((sorted(scenario.settings.items()), deeds))),
        "targets": checksum(target_text()),
        **{name: getattr(method, name) for name in ("seed", "particles")},
        "prior_runs": prior_runs,
        **{name: getattr(method, name) for name in ("moves", "last_moves", "keep")},
    }
