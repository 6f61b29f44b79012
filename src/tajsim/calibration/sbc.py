"""Simulation-based calibration: the sampler on the model, with parameters that are known.

Each replicate draws parameters from the prior, simulates `history` with them, adds the errors of
the targets, and fits the parameters that the shipped sample has to what comes out. If the sampler
is right the true values have even ranks in their posteriors (Talts et al. 2018).
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, kstest

from tajsim.calibration import calibrate, smc
from tajsim.draws import AT_START, Draws
from tajsim.ensemble.fingerprint import model_version
from tajsim.files import csv_text, write_whole
from tajsim.inputs import scenario_parts, targets, values
from tajsim.results.numbers import counted, percent

Values = NDArray[np.float64]
Runs = NDArray[np.int64]

#: Smaller than a fit, as a replicate need not be precise, only right.
SMALL = smc.Method(particles=250, moves=2, last_moves=6)
PRIOR_RUNS = 1000
#: Run numbers of the known histories, which no fit uses, and those of the replicates' own moves.
_TRUE, _OWN, _FRESH = 3 * 10**9, 10**8, 10**6
FILE_NAME, RANKS = "sbc.csv", "ranks.npz"


def sbc(
    folder: str | Path,
    replicates: int,
    workers: int = 1,
    *,
    progress: Callable[[str, int, int], None] | None = None,
    method: smc.Method = SMALL,
    prior_runs: int = PRIOR_RUNS,
) -> str:
    """Make so many replicates, those that the folder holds included; write ``sbc.csv`` there.

    Its columns are the ranks of the true values, from 0 to 1, by parameter, a row for each
    replicate, and the ``model``.

    Returns:
        What they say, in a sentence.

    Raises:
        UserError: if the folder holds something else.
    """
    names, scenario = (
        tuple(values.load_posterior()),
        scenario_parts.load_scenario(calibrate.SCENARIO),
    )
    settings = calibrate.settings_of(method, prior_runs, scenario)
    kept = calibrate.Folder(folder, {**settings, "parameters": calibrate.checksum(" ".join(names))})
    found = kept.read(RANKS)
    ranks: Values = np.zeros((0, len(names))) if found is None else found["ranks"]
    with calibrate.histories(scenario, targets.fitted(), method.seed, workers) as simulate:
        prior = _prior(simulate, kept, names, method.seed, prior_runs)
        while len(ranks) < replicates:
            if progress:
                progress(f"replicate {len(ranks) + 1}", len(ranks), replicates)
            own = replicate(simulate, names, prior, method, len(ranks))
            ranks = np.vstack([ranks, own])
            kept.write(RANKS, {"ranks": ranks})
    rows = ([*(f"{rank:.4f}" for rank in row), model_version()] for row in ranks)
    write_whole(Path(folder, FILE_NAME), csv_text([*names, "model"], rows))
    return verdict(ranks)


def _prior(
    simulate: calibrate.Histories,
    kept: calibrate.Folder,
    names: tuple[str, ...],
    seed: int,
    count: int,
) -> smc.Population:
    runs = np.arange(count, dtype=np.int64)
    found = kept.read(calibrate.PRIOR)
    if found is None:
        found = {"errors": calibrate.errors_of(simulate.targets, simulate({}, runs))}
        kept.write(calibrate.PRIOR, found)
    return smc.Population(smc.drawn_scores(names, seed, runs), runs, found["errors"])


def replicate(
    simulate: calibrate.Histories,
    names: tuple[str, ...],
    prior: smc.Population,
    method: smc.Method,
    number: int,
) -> Values:
    """Return the ranks ``(parameter,)`` of the true values of one replicate.

    The errors of histories against what it observes are those against the printed figures, less
    the true history's and its error. A target that the true history does not have says nothing.
    """
    run = np.array([_TRUE + number], np.int64)
    truth = smc.drawn_scores(names, method.seed, run)
    count = len(simulate.targets)
    error = Draws(method.seed, run).normal_each(
        "observation",
        [f"{target} {part}" for target in range(count) for part in range(5)],
        AT_START,
    )
    normal, *squares = error.reshape(count, 5, 1).swapaxes(0, 1)
    student = normal / np.sqrt(sum(part**2 for part in squares) / 4.0)  # as the kernel has it
    seen = calibrate.errors_of(simulate.targets, simulate({}, run)) + student

    def errors_in(scores: Values, runs: Runs) -> Values:
        mine = np.where(runs >= _FRESH, runs + _OWN * (number + 1), runs)
        return (
            calibrate.errors_of(simulate.targets, simulate(smc.to_values(names, scores), mine))
            - seen
        )

    own = replace(method, seed=method.seed + number + 1)
    state = replace(prior, errors=prior.errors - seen)
    while not state.finished:
        state = smc.advance(state, errors_in, own)
    result: Values = (state.scores < truth).mean(axis=1)
    return result


def verdict(ranks: Values) -> str:
    """Return in a sentence how even ranks ``(replicate, parameter)`` are."""
    p = np.array([kstest(own, "uniform").pvalue for own in ranks.T])
    uneven = int((false_discovery_control(p) < 0.05).sum())
    inside = float(((ranks > 0.05) & (ranks < 0.95)).mean())
    return (
        f"{counted(len(ranks), 'replicate')}: 90 % intervals hold {percent(inside)} of the true "
        f"values; the ranks of {uneven} of {ranks.shape[1]} parameters are uneven (Kolmogorov and "
        "Smirnov, false discoveries held to 5 %)."
    )
