"""``tajsim discover``: under which values of its factors an outcome of a sweep happens."""

from __future__ import annotations

import argparse
from contextlib import nullcontext

from tajsim.cli.folder import result_folder
from tajsim.cli.parser import name_list, real, whole

HELP = "find the conditions under which an outcome happens"
DESCRIPTION = """\
Find boxes in the space of the factors of a sweep in which an outcome happens often, by patient rule
induction: for each box a sentence, its limits, how often it happens in it and elsewhere, also on
points held out, and what chance explains."""
EXAMPLE = "tajsim discover results/succession --outcome state_failed --out results/failure"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sweep and the options."""
    add = parser.add_argument
    add("sweep", metavar="DIR", help="the folder of a sweep")
    add("--outcome", required=True, metavar="NAME", help="a kept column, or an outcome kept once")
    add("--above", type=real, metavar="X", help="it happens at X or more")
    add("--below", type=real, metavar="X", help="it happens at X or less")
    add(
        "--highest",
        type=real,
        metavar="SHARE",
        help="it happens in this share of the runs, those with the highest values (default: 0.25, "
        "but at 1 for an outcome of 0 or 1)",
    )
    add("--lowest", type=real, metavar="SHARE", help="the same with the lowest values")
    add("--scenario", metavar="NAME", help="one scenario (default: it is one of the inputs)")
    add("--inputs", type=name_list, metavar="A,B", help="only these factors (default: all)")
    add("--drawn", action="store_true", help="also the uncertain parameters that each run draws")
    add("--boxes", type=whole, default=3, metavar="N", help="boxes at most (default 3)")
    add(
        "--least",
        type=whole,
        default=0,
        metavar="N",
        help="points that a box must hold (default: a twentieth, at least 5 or a quarter)",
    )
    add("--out", metavar="FOLDER", help="a new folder for the table (CSV) and the picture")
    add("--overwrite", action="store_true", help="replace the results that FOLDER holds")
    add("--no-pictures", action="store_true", help="write no picture to FOLDER")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.errors import UserError

    if options.boxes < 1:
        raise UserError(f"boxes {options.boxes}: expected at least 1")
    keep = result_folder(options.out, options.overwrite) if options.out else nullcontext()
    with keep as folder:
        from tajsim.cli.exploration_pictures import draw_boxes
        from tajsim.exploration.discovery import discover

        names = ("above", "below", "highest", "lowest", "scenario", "inputs", "drawn", "boxes")
        chosen = {name: getattr(options, name) for name in (*names, "least")}
        found = discover(options.sweep, options.outcome, **chosen)
        if folder:
            found.table().to_csv(folder / "boxes.csv", index=False, float_format="%.6g")
            if not options.no_pictures:
                draw_boxes(found, folder)
    print(found)
    if options.out:
        print(f"\nThe table and the picture are in {options.out}.")
    return 0
