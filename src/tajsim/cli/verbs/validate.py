"""``tajsim validate``: hold the documented history against what the documents observed."""

from __future__ import annotations

import argparse
from contextlib import nullcontext

from tajsim.cli.parser import scoreboard_options
from tajsim.cli.progress import progress_bar
from tajsim.cli.table_file import table_file

HELP = "score the documented history against the documents"
DESCRIPTION = """\
Simulate the scenario in which everything documented happens, and print a scoreboard: each target,
fitted or only checked, as observed (with its error) against the simulated distribution; how many
of the intervals cover what was observed; the checked ones against two naive baselines, saying
where a baseline wins; and the trajectories, period by period."""
EXAMPLE = "tajsim validate --runs 200 --out validation.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    scoreboard_options(parser)


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    keep = table_file(options.out, options.overwrite) if options.out else nullcontext()
    with keep as file:
        from tajsim.analysis.validation import validate

        with progress_bar("simulating", options.progress) as progress:
            found = validate(
                runs=options.runs,
                seed=options.seed,
                parameters=options.parameters,
                workers=options.workers,
                progress=progress,
            )
        if file:
            found.table.to_csv(file, index=False, float_format="%.6g")
    print(found)
    if options.out:
        print(f"\nThe scoreboard is in {options.out}.")
    else:
        print("\nNothing was saved; --out FILE keeps the scoreboard.")
    return 0
