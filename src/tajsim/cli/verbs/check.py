"""``tajsim check``: report every mistake in scenario files."""

from __future__ import annotations

import argparse

HELP = "check a scenario or an experiment file"
DESCRIPTION = """\
Report every mistake of scenario and experiment files at once, with line, key and what is
expected."""
EXAMPLE = "tajsim check my-scenario.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files and the options."""
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="a file or a shipped scenario or experiment"
    )
    parser.add_argument(
        "--origins", action="store_true", help="show where each setting in force comes from"
    )


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.errors import UserError
    from tajsim.inputs.experiment import check_experiment, is_experiment
    from tajsim.inputs.scenario import check_scenario

    experiments = {file for file in options.files if is_experiment(file)}
    wrong = [
        message
        for file in options.files
        for message in (check_experiment if file in experiments else check_scenario)(file)
    ]
    if wrong:
        raise UserError(wrong)
    for file in options.files:
        if file in experiments:
            _say_experiment(file)
        else:
            _say_scenario(file, options.origins)
    return 0


def _say_scenario(file: str, origins: bool) -> None:
    from tajsim.inputs.scenario import format_origins, load_scenario

    scenario = load_scenario(file)
    events, claims = len(scenario.events), len(scenario.claims)
    print(
        f"{file}: no mistakes; {scenario.start} to {scenario.end}, "
        f"{_counted(len(scenario.settings), 'setting')}, {_counted(events, 'event')}, "
        f"{_counted(claims, 'claim')}"
    )
    if origins:
        print(format_origins(scenario))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _say_experiment(file: str) -> None:
    from tajsim.inputs.experiment import load_experiment

    found = load_experiment(file)
    print(
        f"{file}: no mistakes; {found.start} to {found.end}, {len(found.scenarios)} scenarios, "
        f"{len(found.factors)} factors, design {found.design.kind}, {found.runs} runs a point, "
        f"{len(found.keep)} numbers kept"
    )
