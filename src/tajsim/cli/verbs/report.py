"""``tajsim report``: results as one offline page of HTML."""

from __future__ import annotations

import argparse

from tajsim.cli.parser import window_option
from tajsim.files import check_file, place_of

HELP = "write results as one page for readers"
DESCRIPTION = """\
Write one HTML file that needs no network: the question, what was changed, the answer in at most
five sentences, pictures, paired differences, claims, what the conclusion rests on, one run's
story, limits, and how to make it again. Every sentence is made from the results: it states no
direction where the interval covers zero. Several results are put side by side if their runs are
pairs (same seed, runs and months); the first scenario is the reference."""
EXAMPLE = "tajsim report withdrawal --out withdrawal.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the results and the options."""
    add = parser.add_argument
    add("results", metavar="RESULTS", nargs="+", help="a results.nc or the folder that holds it")
    add("--out", required=True, metavar="FILE", help="the page: .html")
    add("--overwrite", action="store_true", help="replace FILE if it exists")
    window_option(parser, "that of the results, or from the first difference to the end")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.report.write import ENDINGS, write_report

    check_file(place_of(options.out), options.overwrite, endings=ENDINGS)
    print(
        write_report(
            options.results, options.out, window=options.window, overwrite=options.overwrite
        )
    )
    return 0
