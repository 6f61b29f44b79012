"""``tajsim sensitivity``: what the outcomes of a sweep hang on."""

from __future__ import annotations

import argparse
from contextlib import nullcontext

from tajsim.cli.folder import result_folder
from tajsim.cli.parser import name_list

HELP = "find what the outcomes of a sweep hang on"
DESCRIPTION = """\
Tell which factors the kept outcomes of a sweep hang on: Sobol indices for a Saltelli design, Morris
screening for a Morris design (both need the extra 'analysis'), rank regression for any other. For
each outcome: an index for every factor with its 90 % interval, the sums by basis, and how much of
the variance is chance."""
EXAMPLE = "tajsim sensitivity results/screening --outcome interception --out results/indices"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sweep and the options."""
    add = parser.add_argument
    add("sweep", metavar="DIR", help="the folder of a sweep")
    add("--outcome", type=name_list, metavar="A,B", help="kept columns or outcomes (default: all)")
    add("--scenario", metavar="NAME", help="one scenario (default: all, each by itself)")
    add("--out", metavar="FOLDER", help="a new folder for tables (CSV) and pictures")
    add("--overwrite", action="store_true", help="replace the results that FOLDER holds")
    add("--no-pictures", action="store_true", help="write no pictures to FOLDER")
    add("--all", action="store_true", help="print all factors, not ten for each outcome")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    keep = result_folder(options.out, options.overwrite) if options.out else nullcontext()
    with keep as folder:
        from tajsim.cli.exploration_pictures import draw_sensitivity
        from tajsim.exploration.sensitivity import sensitivity
        from tajsim.exploration.sensitivity_text import sensitivity_text

        found = sensitivity(options.sweep, options.outcome, options.scenario)
        if folder:
            for name, table in found.tables().items():
                table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g")
            if not options.no_pictures:
                draw_sensitivity(found, folder)
    print(sensitivity_text(found, options.all))
    if options.out:
        print(f"\nThe tables and pictures are in {options.out}.")
    return 0
