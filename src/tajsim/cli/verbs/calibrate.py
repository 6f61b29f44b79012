"""``tajsim calibrate``: fit the uncertain assumptions to the figures that are kept for fitting."""

from __future__ import annotations

import argparse

from tajsim.cli.parser import whole
from tajsim.cli.progress import progress_bar

HELP = "fit uncertain parameters to the fitted targets"
DESCRIPTION = """\
Fit the uncertain assumptions of the scenario 'history' to the targets that are kept for fitting,
and write a sample of the parameters that fit, with tables of what was learnt and how well it fits.
Numbers that are not given are those of the sample that ships with tajsim, which is not changed.
Finished rounds are kept in the folder: the same command goes on where it was ended."""
_NUMBERS = {
    "particles": "how many parameter sets are fitted together",
    "prior-runs": "runs that screen the parameters and start the fit",
    "moves": "rounds after each step towards the figures",
    "last-moves": "rounds at the end",
    "seed": "seed of the draws",
}
EXAMPLE = "tajsim calibrate --out my-calibration --workers 2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("--out", metavar="FOLDER", required=True, help="the folder of rounds, sample and tables")
    for name, meaning in _NUMBERS.items():
        add(f"--{name}", type=whole, metavar="N", help=meaning)
    add("--workers", type=whole, default=1, metavar="N", help="processes (default 1)")
    add("--progress", action="store_true", help="show progress even if stderr is no terminal")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.calibration.calibrate import PRIOR_RUNS, calibrate
    from tajsim.calibration.page import parameter_table, rows_of, target_table
    from tajsim.calibration.report import parameter_text, target_text, write_results
    from tajsim.calibration.smc import Method

    given = vars(options)
    names = ("particles", "moves", "last_moves", "seed")
    chosen = {name: given[name] for name in names if given[name] is not None}
    prior_runs = PRIOR_RUNS if options.prior_runs is None else options.prior_runs
    with progress_bar("calibrating", options.progress) as progress:
        found = calibrate(
            options.out,
            Method(**chosen),
            prior_runs,
            options.workers,
            lambda what, done, total: progress(done, total),
        )
    write_results(found, options.out)
    print(parameter_table(rows_of(parameter_text(found))))
    print(target_table(rows_of(target_text(found))))
    print(f"Sample and tables are in {options.out}.")
    return 0
