"""``calibrate``: screen the parameters, fit those that the targets inform, measure the fit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.analysis.targets import standard_errors
from tajsim.calibration.histories import Folder, Histories, Screening, histories, screen
from tajsim.calibration.smc import Method, Population, advance, candidates, drawn_scores, to_values
from tajsim.ensemble.fingerprint import uncalibrated_version
from tajsim.errors import UserError
from tajsim.inputs.scenario_parts import Scenario, load_scenario
from tajsim.inputs.targets import Target, fitted, load_targets, target_text
from tajsim.version import __version__

Values = NDArray[np.float64]
Runs = NDArray[np.int64]
#: Told what is being done, how many runs of it are done, and how many there are.
Progress = Callable[[str, int, int], None]

SCENARIO = "history"
#: Runs drawn from the prior for the sample that ships.
PRIOR_RUNS = 8000


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
    state: Population
    targets: tuple[Target, ...]
    prior: Values
    posterior: Values
    provenance: Mapping[str, Any]


def calibrate(
    folder: str | Path,
    method: Method | None = None,
    prior_runs: int = PRIOR_RUNS,
    workers: int = 1,
    progress: Progress | None = None,
) -> Calibration:
    """Fit the uncertain assumptions of ``history`` to the fitted targets.

    Args:
        folder: where finished rounds are kept; if it holds a calibration with the same settings
            that was ended, it is gone on with, to the same result.
        method: numbers of particles and moves, and the seed.
        prior_runs: the size of the ensemble that screens the parameters and starts the fit.
        workers: the number of processes.

    Raises:
        UserError: for anything the caller can mend.
    """
    method = method or Method()
    wrong = [
        f"{name} must be at least {least}, not {value}"
        for name, value, least in (
            ("prior runs", prior_runs, 50),
            ("particles", method.particles, 10),
            ("workers", workers, 1),
        )
        if value < least
    ]
    if wrong:
        raise UserError(wrong)
    scenario = load_scenario(SCENARIO)
    settings = _settings(method, prior_runs, scenario)
    kept = Folder(folder, settings)
    targets = tuple(load_targets().values())
    tell: Progress = progress or (lambda what, done, total: None)
    with histories(scenario, targets, method.seed, workers) as simulate:
        return _fit(simulate, kept, method, prior_runs, tell, settings)


def _fit(
    simulate: Histories,
    kept: Folder,
    method: Method,
    prior_runs: int,
    tell: Progress,
    settings: Mapping[str, Any],
) -> Calibration:
    names = candidates(simulate.scenario.settings)
    first = _prior(simulate, kept, names, method.seed, prior_runs, tell)
    chosen = fitted()
    rows = [simulate.targets.index(target) for target in chosen]
    errors = errors_of(chosen, first["simulated"][rows])
    found = screen(first["scores"], errors)
    informed = tuple(name for name, yes in zip(names, found.informed, strict=True) if yes)
    if not informed:
        raise UserError(
            "the targets inform no parameter at this number of prior runs; ask for more"
        )
    start = Population(first["scores"][found.informed], first["runs"], errors)
    state = kept.load() or start
    fit = replace(simulate, targets=chosen)

    def errors_in(scores: Values, runs: Runs) -> Values:
        return errors_of(chosen, fit(to_values(informed, scores), runs))

    while not state.finished:
        title = f"round {state.round + 1}, at power {state.power:.3f}"
        fit.progress = partial(tell, title)
        state = advance(state, errors_in, method)
        kept.save(state)
    simulate.progress = partial(tell, "checking")
    fresh = 10**9 + np.arange(len(state.runs), dtype=np.int64)
    posterior = simulate(to_values(informed, state.scores), fresh)
    made = {**settings, "rounds": state.round, "power": state.power}
    made["runs"] = prior_runs + state.round * method.particles
    all_targets = tuple(simulate.targets)
    return Calibration(
        names, found, informed, state, all_targets, first["simulated"], posterior, made
    )


def _prior(
    simulate: Histories,
    kept: Folder,
    names: Sequence[str],
    seed: int,
    count: int,
    tell: Progress,
) -> dict[str, Any]:
    """Return the prior ensemble: its scores, run numbers and simulated targets."""
    found = kept.load_prior()
    if found is None:
        runs = np.arange(count, dtype=np.int64)
        simulate.progress = partial(tell, "prior")
        found = {"runs": runs, "simulated": simulate({}, runs)}
        kept.save_prior(**found)
    found["scores"] = drawn_scores(names, seed, found["runs"])
    return found


def errors_of(targets: Sequence[Target], simulated: Values) -> Values:
    """Return the standard errors ``(target, run)`` of simulated values ``(target, run)``."""
    rows = zip(targets, simulated, strict=True)
    return np.array([standard_errors(target, values) for target, values in rows])


def checksum(text: str) -> str:
    """Return the first twelve digits of a hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _settings(method: Method, prior_runs: int, scenario: Scenario) -> dict[str, Any]:
    """Return what a calibration depends on; a folder holds one of them."""
    return {
        "scenario": SCENARIO,
        "version": __version__,
        "model": uncalibrated_version(),
        "history": checksum(repr((sorted(scenario.settings.items()), _deeds(scenario)))),
        "targets": checksum(target_text()),
        "seed": method.seed,
        "particles": method.particles,
        "prior_runs": prior_runs,
        "moves": method.moves,
        "last_moves": method.last_moves,
        "keep": method.keep,
    }


def current_settings() -> dict[str, Any]:
    """Return what a calibration made now, with the method of the shipped one, would depend on."""
    return _settings(Method(), 0, load_scenario(SCENARIO))


def _deeds(scenario: Scenario) -> list[Any]:
    return [(e.month, e.kind, sorted(e.arguments.items())) for e in scenario.events]
