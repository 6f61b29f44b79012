"""``tajsim robust``: which choice of levers does well whatever the uncertainties are."""

from __future__ import annotations

import argparse
from contextlib import nullcontext

from tajsim.cli.folder import result_folder
from tajsim.cli.parser import name_list

HELP = "find the choice that does well in most worlds"
DESCRIPTION = """\
Compare all choices of levers (portfolios) of a sweep in the same worlds: regret, the share of
worlds in which given levels are reached, the recommended portfolio, and the conditions under which
it fails. A world is the number of a run with its luck and its uncertain parameters, and a value for
each factor that is no lever."""
EXAMPLE = (
    "tajsim robust results/pay --goal heroin_seized=high --goal aid_diverted=low "
    "--satisfy 'heroin_seized>=500'"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sweep and the options."""
    add = parser.add_argument
    add("sweep", metavar="DIR", help="the folder of a sweep")
    add(
        "--goal",
        action="append",
        required=True,
        type=_goal,
        metavar="NAME=WAY",
        help="a kept column that shall be high or low; may be repeated",
    )
    add(
        "--satisfy",
        action="append",
        default=[],
        metavar="LEVEL",
        help="a level to be reached, 'heroin_seized>=500'; may be repeated (default: the median of "
        "each goal)",
    )
    add(
        "--levers",
        type=name_list,
        metavar="A,B",
        help="what is chosen: factors, or scenario (default: factors that are decisions)",
    )
    add(
        "--rule",
        choices=("regret", "satisfy"),
        default="regret",
        help="recommend the smallest largest regret (default), or most worlds satisfied",
    )
    add("--out", metavar="FOLDER", help="a new folder for the tables (CSV) and the pictures")
    add("--overwrite", action="store_true", help="replace the results that FOLDER holds")
    add("--no-pictures", action="store_true", help="write no pictures to FOLDER")
    add("--all", action="store_true", help="print all portfolios, not twelve")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    keep = result_folder(options.out, options.overwrite) if options.out else nullcontext()
    with keep as folder:
        from tajsim.cli.exploration_pictures import draw_robustness
        from tajsim.exploration.discovery_text import box_table
        from tajsim.exploration.robustness import robust
        from tajsim.exploration.robustness_text import robustness_text

        found = robust(
            options.sweep,
            dict(options.goal),
            satisfy=options.satisfy,
            levers=options.levers,
            rule=options.rule,
        )
        if folder:
            found.table.to_csv(folder / "portfolios.csv", index=False, float_format="%.6g")
            if found.boxes:
                table = box_table(found.boxes)
                table.to_csv(folder / "fails.csv", index=False, float_format="%.6g")
            if not options.no_pictures:
                draw_robustness(found, folder)
    print(robustness_text(found, options.all))
    if options.out:
        print(f"\nThe tables and pictures are in {options.out}.")
    return 0


def _goal(text: str) -> tuple[str, str]:
    from tajsim.exploration.goals import split_goal

    try:
        return split_goal(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
