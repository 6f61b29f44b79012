"""Simulation-based calibration: ``python -m docs.generate.sbc FOLDER N [WORKERS] [--docs]``.

The sampler on the model, with parameters that are known. Each replicate draws parameters from the
prior, simulates `history` with them, adds the errors of the targets, and fits the parameters that
the shipped sample has to what comes out. If the sampler is right the true values have even ranks in
their posteriors (Talts et al. 2018).

Makes N replicates (those in FOLDER are kept, so that it goes on where it was ended), with a table
and a picture beside them; ``--docs`` copies both into the documentation.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import binom, false_discovery_control, kstest

import tajsim.plots.style as style
from tajsim.calibration import calibrate, smc
from tajsim.draws import AT_START, Draws
from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError
from tajsim.files import csv_text, write_whole
from tajsim.inputs import scenario_parts, targets, values
from tajsim.inputs.registry import load_parameters, whole_number
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


ROOT = Path(__file__).parents[2]
TABLE, PICTURE = ROOT / "docs/tables/sbc.csv", ROOT / "docs/pictures/sbc.svg"
#: Bins of a parameter, and of all together.
FEW, MANY, COLUMNS = 5, 20, 4


def picture(table: pd.DataFrame) -> Figure:
    """Draw the ranks of each parameter, and of all, each with what even ranks give in 99 %."""
    ranks = table.drop(columns="model")
    names = [str(name) for name in ranks]
    rows = -(-len(names) // COLUMNS)
    layout = style.Layout(
        body=1.5 + 0.62 * rows,
        title="Simulation-based calibration: are the posteriors right?",
        subtitle=verdict(ranks.to_numpy()),
        foot="Rank of the true value among the particles of its posterior, from lowest to highest; "
        "small panels alike; grey: where even ranks lie in 99 % of cases. "
        f"Model {table['model'].iloc[0]}.",
    )
    grid = layout.figure.add_gridspec(rows + 2, COLUMNS)
    whole = layout.figure.add_subplot(grid[:2, :])
    _histogram(whole, ranks.to_numpy().ravel(), MANY)
    whole.set_title("All parameters together", size=9, loc="left")
    whole.set_ylabel("true values (number)", size=8)
    whole.set_xlabel("rank (share)", size=8, labelpad=1)
    for place, name in enumerate(names):
        ax = layout.figure.add_subplot(grid[2 + place // COLUMNS, place % COLUMNS])
        _histogram(ax, ranks[name].to_numpy(), FEW)
        ax.set_title(load_parameters()[name].name, size=6.5, weight="normal", pad=2)
        ax.set_xticks([])
        ax.set_yticks([])
    return layout.figure


def _histogram(ax: Axes, ranks: np.ndarray, bins: int) -> None:
    counts, edges = np.histogram(ranks, bins, (0.0, 1.0))
    low, high = (float(binom.ppf(p, len(ranks), 1.0 / bins)) for p in (0.005, 0.995))
    ax.axhspan(low, high, color=style.GRID, lw=0)
    ax.bar(edges[:-1], counts, 1.0 / bins, align="edge", fc="#4477aa", ec="white", lw=0.6)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, 1.2 * max(high, counts.max()))


USAGE = "usage: python -m docs.generate.sbc FOLDER N [WORKERS] [--docs]"


def main(arguments: Sequence[str]) -> int:
    """Make replicates, the table and the picture; return the exit status."""
    try:
        folder, replicates, *workers = (word for word in arguments if word != "--docs")
        counts = [whole_number(word) for word in (replicates, *workers)]
    except ValueError:
        counts = []
    if not counts or len(counts) > 2 or min(counts) < 1:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        print(sbc(folder, *counts, progress=lambda *told: print(*told, flush=True)))
    except UserError as error:
        print(*error.messages, sep="\n", file=sys.stderr)
        return 2
    made = Path(folder, FILE_NAME)
    style.save(picture(pd.read_csv(made)), made.with_suffix(".svg"))
    if "--docs" in arguments:
        shutil.copy(made, TABLE)
        shutil.copy(made.with_suffix(".svg"), PICTURE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
