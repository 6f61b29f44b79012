"""``tajsim outcomes``: the series that results hold."""

from __future__ import annotations

import argparse

HELP = "show the outcomes that results hold"
DESCRIPTION = "List the outcomes: label, unit, dimensions, and how months become one number."
EXAMPLE = """\
tajsim outcomes heroin_seized
         tajsim outcomes heroin"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the outcome."""
    parser.add_argument(
        "outcome", metavar="NAME", nargs="?", help="one outcome, in full, or a part of names"
    )


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.analysis.tables import text_table
    from tajsim.inputs.outcomes import load_outcomes, outcome

    known = load_outcomes()
    part = [name for name in known if options.outcome and options.outcome in name]
    if options.outcome and (options.outcome in known or not part):
        one = outcome(options.outcome)
        rows = [
            ["name", one.name],
            ["label", one.label],
            ["unit", one.unit],
            ["dimensions", ", ".join((*one.dimensions, "month", "run"))],
            ["over a window", f"{one.aggregate}, in {one.window_unit}"],
            ["meaning", one.meaning],
            ["mechanisms", ", ".join(one.mechanisms)],
        ]
        print(text_table(("outcome", ""), rows, left=(0, 1)))
        return 0
    lines = [
        [o.name, o.unit, ", ".join(o.dimensions), o.aggregate, o.label]
        for o in known.values()
        if not part or o.name in part
    ]
    head = ("outcome", "unit", "dimensions", "window", "label")
    print(text_table(head, lines, left=(0, 1, 2, 3, 4)))
    return 0
