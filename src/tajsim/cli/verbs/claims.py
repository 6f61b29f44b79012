"""``tajsim claims``: test what the documents say about cause and effect."""

from __future__ import annotations

import argparse
from contextlib import nullcontext

from tajsim.cli.parser import scoreboard_options
from tajsim.cli.progress import progress_bar
from tajsim.cli.table_file import table_file

HELP = "test the claims of the documents"
DESCRIPTION = """\
Simulate scenarios and what they extend, in pairs, and test every claim of the documents. Prints,
for each claim: the verdict (holds, fails, or undecided at this number of runs), the share of runs
in which it holds, the mean paired difference with its 90 % interval, what is expected, and
document and line."""
EXAMPLE = "tajsim claims --runs 100 --out claims.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the scenarios and the options."""
    add = parser.add_argument
    add(
        "scenarios",
        metavar="SCENARIO",
        nargs="*",
        help="a shipped scenario or a file (default: all shipped ones with claims)",
    )
    scoreboard_options(parser)


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    keep = table_file(options.out, options.overwrite) if options.out else nullcontext()
    with keep as file:
        from tajsim.analysis.claims_run import claims
        from tajsim.analysis.claims_text import claims_text, totals_text

        with progress_bar("simulating", options.progress) as progress:
            table = claims(
                *options.scenarios,
                runs=options.runs,
                seed=options.seed,
                parameters=options.parameters,
                workers=options.workers,
                progress=progress,
            )
        if file:
            table.to_csv(file, index=False, float_format="%.6g")
    print(f"{claims_text(table)}\n\n{totals_text(table, options.runs)}")
    if options.out:
        print(f"\nThe table is in {options.out}.")
    else:
        print("\nNothing was saved; --out FILE keeps the table.")
    return 0
