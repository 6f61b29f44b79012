"""``tajsim explain``: tell one run, or where two scenarios part and what followed."""

from __future__ import annotations

import argparse
from contextlib import nullcontext

from tajsim.cli.parser import whole
from tajsim.cli.table_file import table_file

HELP = "tell one run as a story, or where two scenarios part"
DESCRIPTION = """\
Every decision that changes a course is kept in the results with month, actor, cause and size.
  tajsim explain RESULTS --run 17                   tells run 17 as a dated story
  tajsim explain RESULTS --against NAME --run 17    names the first event in which run 17 differs
                                                    between two scenarios, and what followed
  tajsim explain A B --run 17                       the same for two results of one seed
Without --run, two scenarios are compared over all their runs: what differs first, in what share
of the runs, how many months after the scenario's own first event, and which kinds of events come
more or less often. A is the reference (--against, or the first results), B the other."""
EXAMPLE = "tajsim explain withdrawal --against status-quo --run 17"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the results and the options."""
    add = parser.add_argument
    add("results", metavar="RESULTS", help="a results.nc or the folder that holds it")
    add("other", metavar="OTHER", nargs="?", help="results of a second scenario, same seed")
    add("--run", type=whole, metavar="N", help="the number of the run")
    add("--scenario", metavar="NAME", help="which scenario, where the results hold several")
    add("--against", metavar="NAME", help="the scenario it is compared with")
    add("--all", action="store_true", help="leave nothing out")
    add("--out", metavar="FILE", help="a new file for the events behind the text: .csv")
    add("--overwrite", action="store_true", help="replace FILE if it exists")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    keep = table_file(options.out, options.overwrite) if options.out else nullcontext()
    with keep as file:
        from tajsim.analysis.explain import explain

        found = explain(
            options.results,
            options.other,
            run=options.run,
            scenario=options.scenario,
            against=options.against,
            everything=options.all,
        )
        if file:
            found.table.to_csv(file, index=False, float_format="%.6g")
    print(found.text)
    if options.out:
        print(f"\nThe events are in {options.out}.")
    return 0
