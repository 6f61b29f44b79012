"""``tajsim check``: report every mistake in scenario files."""

from __future__ import annotations

import argparse

HELP = "check a scenario file"
DESCRIPTION = "Report every mistake of scenario files at once, with line, key and what is expected."
EXAMPLE = "tajsim check my-scenario.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files and the options."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="a file or a shipped scenario")
    parser.add_argument(
        "--origins", action="store_true", help="show where each setting in force comes from"
    )


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.errors import UserError
    from tajsim.inputs.scenario import check_scenario, format_origins, load_scenario

    wrong = [message for file in options.files for message in check_scenario(file)]
    if wrong:
        raise UserError(wrong)
    for file in options.files:
        scenario = load_scenario(file)
        events, claims = len(scenario.events), len(scenario.claims)
        print(
            f"{file}: no mistakes; {scenario.start} to {scenario.end}, "
            f"{len(scenario.settings)} settings, {events} events, {claims} claims"
        )
        if options.origins:
            print(format_origins(scenario))
    return 0
