"""``tajsim parameters``: what the model reads, why it has its value, and which rules read it."""

from __future__ import annotations

import argparse

HELP = "show parameters and what they rest on"
DESCRIPTION = """\
Show all parameters with value, unit, range, role and basis; or one in full, with the figures
behind it and the rules that read it."""
EXAMPLE = "tajsim parameters agency_pay.border_troops"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the parameter and the options."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="a parameter or a family of them")
    parser.add_argument("--role", choices=("uncertainty", "lever", "constant"), help="of this role")
    parser.add_argument(
        "--basis", choices=("documented", "derived", "assumption"), help="of this basis"
    )


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.cli.parameter_text import parameter_in_full, parameter_table
    from tajsim.errors import UserError, unknown
    from tajsim.inputs.parameters import load_families, load_parameters

    parameters, families = load_parameters(), load_families()
    if options.name in parameters:
        print(parameter_in_full(parameters[options.name]))
        return 0
    if options.name and options.name not in families:
        raise UserError(unknown("parameter", options.name, [*parameters, *families]))
    print(
        parameter_table(
            [
                p
                for p in parameters.values()
                if options.name in (None, p.family)
                and options.role in (None, p.role)
                and options.basis in (None, p.basis.kind)
            ]
        )
    )
    return 0
