"""``tajsim figures``: numbers and dates printed in the documents, with document and line."""

from __future__ import annotations

import argparse
import shutil

HELP = "show figures of the documents"
DESCRIPTION = "Show one figure, or the figures of a subject or a role, with document and line."
EXAMPLE = "tajsim figures --subject border"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the figure and the options."""
    parser.add_argument("figure", metavar="ID", nargs="?", help="one figure, in full")
    parser.add_argument("--subject", metavar="S", help="only figures of this subject")
    parser.add_argument("--role", metavar="R", help="only figures of this role")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.errors import UserError
    from tajsim.inputs.figures import figure, format_figure, format_figures, select

    if options.figure:
        if options.subject or options.role:
            raise UserError("figures: give an ID, or --subject and --role, not both")
        print(format_figure(figure(options.figure)))
        return 0
    chosen = select(options.subject, options.role)
    print(format_figures(chosen, max(72, shutil.get_terminal_size((100, 24)).columns)))
    return 0
