"""``tajsim new``: write a commented scenario file to start from."""

from __future__ import annotations

import argparse

HELP = "write a new scenario file"
DESCRIPTION = "Write a commented scenario file that extends another, to be changed and run."
EXAMPLE = "tajsim new my-scenario.toml --from status-quo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file and the options."""
    parser.add_argument("file", metavar="FILE", help="the file to write; it must not exist")
    parser.add_argument(
        "--from",
        dest="parent",
        default="status-quo",
        metavar="SCENARIO",
        help="the scenario that it extends (default status-quo)",
    )


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.inputs.scenario import new_scenario

    new_scenario(options.file, options.parent)
    print(f"{options.file} is written; change it, then: tajsim check {options.file}")
    return 0
