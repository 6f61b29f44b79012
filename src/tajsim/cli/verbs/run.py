"""``tajsim run``: simulate one scenario and summarise its runs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tajsim.cli.parser import ensemble_options, everything, window_option
from tajsim.cli.simulation import simulate_and_keep

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import xarray as xr

HELP = "simulate one scenario"
DESCRIPTION = "Simulate the runs of one scenario, print medians and 90 % of the runs, keep results."
EXAMPLE = "tajsim run status-quo --runs 200 --seed 1 --out results/status-quo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the scenario and the options."""
    parser.add_argument("scenario", metavar="SCENARIO", help="a shipped scenario or a file")
    ensemble_options(parser)
    window_option(parser, "the whole period")


def call(options: argparse.Namespace) -> int:
    """Run the command."""

    def tables(dataset: xr.Dataset) -> tuple[str, Mapping[str, pd.DataFrame]]:
        from tajsim.analysis import evaluate_claims, summarise
        from tajsim.analysis.claims_text import claims_text
        from tajsim.analysis.report_text import closing_text, summary_text

        summary = summarise(dataset, options.window)
        claims = evaluate_claims(dataset)
        parts = [
            summary_text(dataset, summary, everything(options)),
            claims_text(claims, untested=False),
            closing_text(dataset),
        ]
        files = {"summary.csv": summary, "claims.csv": claims}
        return "\n\n".join(part for part in parts if part), files

    return simulate_and_keep(options, [options.scenario], tables)
