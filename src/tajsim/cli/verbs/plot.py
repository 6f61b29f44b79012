"""``tajsim plot``: draw pictures of results."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tajsim.cli.parser import name_list, whole, window_option

from tajsim.files import check_file, place_of

if TYPE_CHECKING:
    import xarray as xr

HELP = "draw pictures of results"
KINDS = (
    *("fan", "distribution", "difference", "scenarios", "border", "map", "providers", "money"),
    *("elite", "network", "position", "lanes", "claims", "targets", "tornado"),
)
SWEEP_KINDS = ("ridges", "curves", "levers", "scatter")
DESCRIPTION = """\
Draw a picture of results, or of several results side by side. The kinds:
  fan           outcomes over time: median and bands of the runs, scenarios together
  distribution  an outcome over the runs, scenarios together
  difference    paired differences to the first scenario, a forest of outcomes
  scenarios     an outcome in many scenarios, a small panel each against the first
  border        what passes, is caught and is paid for on each section, and who guards it
  map           border sections and regions at one date or several
  providers     who carries each task: own agencies, each power, nobody
  money         who gets the money of drugs, extortion and aid, up to the top
  elite         what becomes of each commander, and his loyalty
  network       who holds which post, shields how many networks, and who has fallen, at dates
  position      the regime between Moscow and the West, year by year
  lanes         the events of one run, a lane per group of actors
  claims        what the documents claim, and in how many runs it holds
  targets       what was observed against what is simulated (results of history)
  tornado       the assumptions that move a comparison most
Of the folder of a sweep:
  ridges        an outcome over points and runs, a ridge for each value of a factor
  curves        the same as cumulative curves
  levers        two factors against an outcome, with contours
  scatter       the factors against each other, coloured by an outcome"""
EXAMPLE = "tajsim plot withdrawal --kind fan --outcome heroin_seized --out seized.png"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the results and the options."""
    add = parser.add_argument
    add("results", metavar="RESULTS", nargs="+", help="a results.nc, its folder, or a sweep")
    add("--kind", required=True, choices=(*KINDS, *SWEEP_KINDS), help="which picture")
    add("--out", required=True, metavar="FILE", help="the picture: .png, .svg or .pdf")
    add("--overwrite", action="store_true", help="replace FILE if it exists")
    add("--outcome", type=name_list, metavar="A,B", help="what to draw (default: by kind)")
    add("--by", type=name_list, metavar="A,B", help="factors of a sweep (default: the strongest)")
    add("--scenarios", type=name_list, metavar="A,B", help="only these scenarios")
    add(
        "--select",
        action="append",
        metavar="DIMENSION=NAME",
        help="only this section, agency, ...; may be repeated",
    )
    add("--smooth", type=whole, metavar="MONTHS", help="rolling window of the fan")
    add("--at", type=name_list, metavar="A,B", help="years or months of map, network: 2006,2012-06")
    add("--run", type=whole, metavar="N", help="the run whose events lanes shows")
    add("--title", metavar="TEXT", help="the heading of the picture")
    window_option(parser, "that of the comparison, else from the first difference on")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    from tajsim.ensemble import load_results
    from tajsim.plots import SUFFIXES, draw

    path = place_of(options.out)
    check_file(path, options.overwrite, endings=SUFFIXES)
    if options.kind in SWEEP_KINDS:
        return _of_sweep(options, path)
    datasets = [load_results(results) for results in options.results]
    for written in draw(
        options.kind, datasets, path, **_chosen(options), **_table(options, datasets)
    ):
        print(written)
    return 0


def _table(options: argparse.Namespace, datasets: Sequence[xr.Dataset]) -> dict[str, Any]:
    """Return the table that a scoreboard shows, if the kind is one."""
    if options.kind == "claims":
        import pandas as pd

        from tajsim.analysis.claims import evaluate_claims

        tables = [table for table in map(evaluate_claims, datasets) if len(table)]
        return {"table": pd.concat(tables) if tables else pd.DataFrame()}
    if options.kind == "targets":
        from tajsim.analysis.validation import validate_dataset
        from tajsim.inputs.targets import load_targets

        return {"table": validate_dataset(datasets[0], tuple(load_targets().values())).table}
    return {}


def _of_sweep(options: argparse.Namespace, path: Path) -> int:
    """Draw a picture of a sweep."""
    from tajsim.errors import UserError
    from tajsim.plots.of_sweeps import draw_sweep
    from tajsim.sweeps import load_sweep

    if len(options.results) > 1:
        raise UserError(
            f"{options.kind}: shows one sweep; {len(options.results)} folders are given"
        )
    sweep = load_sweep(options.results[0])
    for written in draw_sweep(options.kind, sweep, path, **_chosen(options)):
        print(written)
    return 0


def _chosen(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options that were given, by the names that the pictures know."""
    names = ("outcome", "by", "scenarios", "select", "smooth", "at", "run", "title", "window")
    return {name: value for name in names if (value := getattr(options, name)) is not None}
