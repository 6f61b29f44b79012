"""``tajsim plot``: draw pictures of results."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tajsim.cli.parser import name_list, whole_number, window_option

HELP = "draw pictures of results"
KINDS = ("fan", "distribution", "difference", "border", "tasks", "map")
DESCRIPTION = """\
Draw a picture of results, or of several results side by side. The kinds:
  fan           outcomes over time: median and bands of the runs, scenarios together
  distribution  an outcome over the runs, scenarios together
  difference    paired differences to the first scenario
  border        seizures and flow by section and month
  tasks         own effort against outside provision by task
  map           border sections and regions at one date or several"""
EXAMPLE = "tajsim plot withdrawal --kind fan --outcome heroin_seized --out seized.png"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the results and the options."""
    add = parser.add_argument
    add("results", metavar="RESULTS", nargs="+", help="a results.nc or the folder that holds it")
    add("--kind", required=True, choices=KINDS, help="which picture")
    add("--out", required=True, metavar="FILE", help="the picture: .png, .svg or .pdf")
    add("--overwrite", action="store_true", help="replace FILE if it exists")
    add("--outcome", type=name_list, metavar="A,B", help="what to draw (default: by kind)")
    add("--scenarios", type=name_list, metavar="A,B", help="only these scenarios")
    add(
        "--select",
        action="append",
        metavar="DIMENSION=NAME",
        help="only this section, agency, ...; may be repeated",
    )
    add("--smooth", type=whole_number, metavar="MONTHS", help="rolling window of the fan")
    add("--at", type=name_list, metavar="A,B", help="years or months of the map: 2006,2012-06")
    add("--title", metavar="TEXT", help="the heading of the picture")
    window_option(parser, "whole time; distribution and difference only")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.ensemble import load_results
    from tajsim.errors import UserError
    from tajsim.plots import draw

    path = Path(options.out)
    if path.exists() and not options.overwrite:
        raise UserError(f"{path}: exists already; --overwrite replaces it")
    if not path.absolute().parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}")
    datasets = [load_results(results) for results in options.results]
    for written in draw(options.kind, datasets, path, **_chosen(options)):
        print(written)
    return 0


def _chosen(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options that were given, by the names that the pictures know."""
    names = ("outcome", "scenarios", "select", "smooth", "at", "title", "window")
    return {name: value for name in names if (value := getattr(options, name)) is not None}
