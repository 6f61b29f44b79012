"""``tajsim compare``: simulate scenarios in pairs with a reference and say what differs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tajsim.cli.parser import ensemble_options, everything, window_option
from tajsim.cli.simulation import simulate_and_keep

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import xarray as xr

    from tajsim.ensemble.plan import Plan
    from tajsim.ensemble.run import Progress

HELP = "compare scenarios with a reference, run by run"
DESCRIPTION = """\
Simulate a reference and one scenario or more with the same draws. Prints, for each outcome, both
medians, the mean paired difference with its 90 % interval, the sign where the interval is clear of
zero with the share of runs that have it, and the factor by which pairing cut the variance; for
each claim of the documents in what share of the runs it holds; and how much of the variance comes
from documented, derived and assumed parameters and from chance, with the five assumptions that
matter most."""
EXAMPLE = "tajsim compare status-quo russian-border-withdrawal --runs 200 --out withdrawal"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the scenarios and the options."""
    parser.add_argument("reference", metavar="REFERENCE", help="a shipped scenario or a file")
    parser.add_argument(
        "scenarios", metavar="SCENARIO", nargs="+", help="what is compared with the reference"
    )
    ensemble_options(parser)
    window_option(parser, "from the first difference to the end")
    parser.add_argument(
        "--no-variance",
        action="store_true",
        help="leave out how much rests on what, which takes about as long again",
    )


def call(options: argparse.Namespace) -> int:
    """Run the command."""

    def tables(dataset: xr.Dataset) -> tuple[str, Mapping[str, pd.DataFrame]]:
        from tajsim.analysis.comparison import compare_dataset

        found = compare_dataset(dataset, options.window)
        files = {
            "summary.csv": found.summary,
            "comparison.csv": found.table,
            "claims.csv": found.claims,
            "variance.csv": found.variance,
            "assumptions.csv": found.assumptions,
        }
        return found.text(everything(options)), files

    def more(plan: Plan, dataset: xr.Dataset, progress: Progress) -> xr.Dataset:
        from tajsim.analysis.rests import with_rests

        return with_rests(plan, dataset, options.window, progress)

    scenarios = [options.reference, *options.scenarios]
    return simulate_and_keep(options, scenarios, tables, None if options.no_variance else more)
