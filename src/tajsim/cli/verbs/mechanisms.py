"""``tajsim mechanisms``: what the documents say about cause and effect, and what became of it."""

from __future__ import annotations

import argparse

HELP = "show what the documents say about cause and effect"
DESCRIPTION = """\
Show all statements of the documents about cause and effect, with what became of each: modelled
(and the functions that carry it), in a scenario, left out or open; or one in full, with the
parameters that its functions read and the claims that test it."""
EXAMPLE = "tajsim mechanisms M47"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the mechanism and the options."""
    parser.add_argument("mechanism", metavar="ID", nargs="?", help="one mechanism, in full")
    parser.add_argument(
        "--status",
        metavar="S",
        help="only those of this status: modelled, 'in a scenario', 'left out' or open",
    )


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.errors import UserError
    from tajsim.inputs.mechanisms import mechanism, with_status

    if options.mechanism and options.status:
        raise UserError("mechanisms: give an ID or --status, not both")
    # The names are checked before the model is read.
    one = mechanism(options.mechanism) if options.mechanism else None
    chosen = with_status(options.status)

    from tajsim.analysis.mechanism_text import mechanism_in_full, mechanism_table

    print(mechanism_in_full(one) if one else mechanism_table(chosen))
    return 0
