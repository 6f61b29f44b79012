"""``tajsim scenarios``: the questions that ship, and where each value of one comes from."""

from __future__ import annotations

import argparse
import shutil
import textwrap

HELP = "list the shipped scenarios and experiments, or show one scenario"
DESCRIPTION = """\
List the shipped scenarios and experiments with their questions; or show one scenario: what it
extends, its settings and events with the line that each comes from, and how many claims it has."""
EXAMPLE = "tajsim scenarios irpt-ban"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the scenario."""
    parser.add_argument("scenario", metavar="NAME", nargs="?", help="a shipped one, or a file")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    print(_one(options.scenario) if options.scenario else _all())
    return 0


def _all() -> str:
    """Return the names and questions of everything that ships."""
    from tajsim.inputs.experiment import load_experiment
    from tajsim.inputs.experiment_folder import experiment_names
    from tajsim.inputs.scenario import load_scenario, scenario_names

    scenarios = {name: load_scenario(name).question for name in scenario_names()}
    experiments = {name: load_experiment(name).question for name in experiment_names()}
    return "\n\n".join(
        [
            _list("Scenarios (tajsim run, compare, explain)", scenarios),
            _list("Experiments (tajsim sweep)", experiments),
        ]
    )


def _list(head: str, questions: dict[str, str]) -> str:
    indent = max(map(len, questions)) + 4
    room = max(60, shutil.get_terminal_size((100, 24)).columns)
    lines = [
        textwrap.fill(
            question, room, initial_indent=f"  {name}".ljust(indent), subsequent_indent=" " * indent
        )
        for name, question in questions.items()
    ]
    return "\n".join([head, *lines])


def _one(name: str) -> str:
    """Return one scenario with the origin of what it sets."""
    from tajsim.analysis.tables import text_table
    from tajsim.inputs.scenario import load_scenario

    scenario = load_scenario(name)
    parts = [
        f"{scenario.name}: {scenario.title}",
        textwrap.fill(scenario.question, 100),
        f"{scenario.start} to {scenario.end}"
        + (f", extends {scenario.extends}" if scenario.extends else "")
        + f", {len(scenario.claims)} claims of its own",
    ]
    if scenario.settings:
        rows = [[key, f"{v:g}", scenario.origins[key]] for key, v in scenario.settings.items()]
        parts.append(text_table(("setting", "value", "from"), rows, left=(0, 2)))
    if scenario.events:
        rows = [[e.month, e.label, ", ".join(e.figures), e.where] for e in scenario.events]
        parts.append(text_table(("month", "event", "figures", "from"), rows, left=(0, 1, 2, 3)))
    return "\n\n".join(parts)
