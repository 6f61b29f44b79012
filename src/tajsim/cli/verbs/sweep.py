"""``tajsim sweep``: simulate the points of an experiment, and go on where it was stopped."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from time import monotonic
from typing import TYPE_CHECKING, Any

import tajsim.cli.interrupt as interrupt
from tajsim.cli.parser import real, whole
from tajsim.cli.table_file import table_file

if TYPE_CHECKING:
    from tajsim.sweeps import Report, Sweep
    from tajsim.sweeps.progress import Progress

HELP = "simulate the points of an experiment"
DESCRIPTION = """\
Simulate every point of an experiment so many times, and store the runs in DIR as they are
finished. Stopped in any way, the same command goes on where it was: nothing that is stored is
computed again. With more --runs, or more points in the file, it adds what is missing."""
EXAMPLE = "tajsim sweep border-pay-or-aid --out results/pay --workers 2 --progress"

#: More factors than this are not written out beside a point, nor more causes of failures.
_FEW = 6
#: Seconds between two pictures of the progress.
_PAUSE = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the experiment and the options."""
    add = parser.add_argument
    add("experiment", metavar="EXPERIMENT", help="a shipped experiment or a file")
    add("--out", metavar="DIR", required=True, help="the folder of the sweep, new or begun")
    add("--runs", type=whole, metavar="N", help="runs of every point (default: the file's)")
    add("--workers", type=whole, default=1, metavar="N", help="processes (default 1)")
    add("--cluster", metavar="ADDRESS", help="a Dask scheduler, such as tcp://127.0.0.1:8786")
    add(
        "--until-precision",
        type=real,
        metavar="X",
        help="stop when the 90 %% interval of each point's mean is, to either side, at most X "
        "standard deviations of that outcome over all points and runs; --runs is the limit",
    )
    add("--retry", action="store_true", help="try again the runs that failed before")
    add("--tidy", metavar="FILE", help="also write one row a run to a new file: .csv or .parquet")
    add("--overwrite", action="store_true", help="replace FILE if it exists")
    add("--progress", action="store_true", help="show progress even if stderr is no terminal")


def call(options: argparse.Namespace) -> int:
    """Run the command."""
    endings = (".csv", ".parquet")
    keep = table_file(options.tidy, options.overwrite, endings) if options.tidy else nullcontext()
    with keep as file:
        from tajsim.sweeps import load_sweep, sweep
        from tajsim.sweeps.tidy import check_tidy, write_tidy

        check_tidy(options.tidy)
        try:
            with _told(options.progress) as tell:
                report = sweep(
                    options.experiment,
                    options.out,
                    runs=options.runs,
                    workers=options.workers,
                    cluster=options.cluster,
                    until_precision=options.until_precision,
                    retry=options.retry,
                    progress=tell,
                )
        except BaseException as error:
            if not isinstance(error, Exception):  # interrupted or terminated
                print(f"tajsim: what is finished is kept in {options.out}", file=sys.stderr)
            raise
        found = load_sweep(options.out)
        if file:
            write_tidy(found, file, options.tidy)
    print(f"{_text(found)}\n\n{_said(report, found)}")
    if options.tidy:
        print(f"The table of runs is in {options.tidy}.")
    return 0


@contextmanager
def _told(forced: bool) -> Iterator[Callable[[Progress], None]]:
    """Give a function that shows how far the sweep is, and ends it after a Ctrl-C."""

    def watch(progress: Progress) -> None:
        interrupt.check()

    if not (forced or sys.stderr.isatty()):
        yield watch
        return
    from tqdm import tqdm

    with tqdm(total=1, file=sys.stderr, bar_format="{desc}", leave=False) as bar:
        shown = 0.0

        def show(progress: Progress) -> None:
            nonlocal shown
            interrupt.check()
            if monotonic() - shown > _PAUSE:
                shown = monotonic()
                bar.set_description_str(str(progress))

        yield show


def _said(report: Report, found: Sweep) -> str:
    """Return what the sweep did, in a few lines."""
    lines = [
        f"{report.points:,} points, {report.runs:,} runs: {report.kept:,} were there, "
        f"{report.computed:,} computed in {report.seconds:,.1f} s."
    ]
    lines += [f"Set aside and computed again: {line}" for line in report.aside]
    if report.failed:
        lines.append(f"{report.failed:,} runs failed; --retry tries again:")
        causes = found.failures.groupby("cause", sort=False).size()
        lines += [f"  {runs:,} runs: {cause}" for cause, runs in causes.head(_FEW).items()]
    if report.precise is not None:
        reached = "is reached" if report.precise else "is not reached with so many runs"
        lines.append(f"The precision asked for {reached}.")
    lines.append(f"All of it is in {report.folder}; tajsim.load_sweep reads it.")
    return "\n".join(lines)


def _text(found: Sweep) -> str:
    """Return, for each kept number, the points with the lowest and the highest mean."""
    from tajsim.analysis.tables import text_table

    rows = []
    for column in found.columns.index:
        means = found.means[column].astype(float).dropna()
        if means.empty:
            continue
        low, high = means.idxmin(), means.idxmax()
        unit = found.columns.loc[column, "unit"]
        cells = [f"{means[low]:.4g}", _at(found, low), f"{means[high]:.4g}", _at(found, high)]
        rows.append([column, str(unit), *cells])
    header = ("kept", "unit", "lowest mean", "at", "highest mean", "at")
    return text_table(header, rows, left=(0, 1, 3, 5)) if rows else "No run is finished."


def _at(found: Sweep, point: Any) -> str:
    row = found.points.loc[point]
    factors = list(found.factors.index)
    if len(factors) > _FEW:
        return str(point)
    said = [
        f"{n}={row[n]:.4g}" if isinstance(row[n], int | float) else f"{n}={row[n]}" for n in factors
    ]
    scenario = [str(row["scenario"])] if found.points["scenario"].nunique() > 1 else []
    return " ".join([*scenario, *said])
