"""``tajsim run``: simulate one scenario and summarise its runs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tajsim.cli.parser import USUAL, ensemble_options, everything, window_option
from tajsim.cli.simulation import simulate_and_keep
from tajsim.files import check_file, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import xarray as xr

    from tajsim.ensemble.saved import SavedState

HELP = "simulate one scenario"
DESCRIPTION = """\
Simulate the runs of one scenario, print medians and 90 % of the runs, keep results. With --save
the state after the last month is kept, and with --from it is continued, to the bit as if it had
not been interrupted; other scenarios may continue it too, if they differ in levers or later
events only."""
EXAMPLE = """\
tajsim run status-quo --runs 200 --seed 1 --out results/status-quo
         tajsim run status-quo --until 2004-10 --save october.npz
         tajsim run russian-border-withdrawal --from october.npz"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the scenario and the options."""
    parser.add_argument("scenario", metavar="SCENARIO", help="a shipped scenario or a file")
    ensemble_options(parser)
    window_option(parser, "the whole period")
    parser.add_argument(
        "--save", metavar="STATE", help="a new file for the state after the last month, see --until"
    )
    parser.add_argument(
        "--from", dest="resume", metavar="STATE", help="go on from a saved state, with its runs"
    )
    # What is not said comes from the state, if there is one.
    parser.set_defaults(**dict.fromkeys(USUAL))


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    options.state = _state(options)
    if options.save:
        check_file(place_of(options.save), options.overwrite)

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


def _state(options: argparse.Namespace) -> SavedState | None:
    """Load the state to go on from, and fill in what was not said on the command line."""
    from tajsim.errors import UserError

    if options.resume is None:
        for name, value in USUAL.items():
            if getattr(options, name) is None:
                setattr(options, name, value)
        return None
    from tajsim.ensemble.saved import load_state

    state = load_state(options.resume)
    wrong = []
    for name in USUAL:
        said, value = getattr(options, name), state.head[name]
        if said not in (None, value):
            wrong.append(f"--{name} {said}: the state {options.resume} has {value}; leave it out")
        setattr(options, name, value)
    if wrong:
        raise UserError(wrong)
    return state
