"""What ``run`` and ``compare`` share: simulate, keep the results in a folder, say where."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from tajsim.cli.folder import result_folder
from tajsim.cli.progress import progress_bar

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from tajsim.ensemble.plan import Plan
    from tajsim.ensemble.run import Progress

#: From a Dataset: the text to print, and the tables to write by file name.
Tables = Callable[["xr.Dataset"], "tuple[str, Mapping[str, pd.DataFrame]]"]
#: From what was simulated, its results and a progress: the results with more in them.
More = Callable[["Plan", "xr.Dataset", "Progress"], "xr.Dataset"]


def simulate_and_keep(
    options: argparse.Namespace, scenarios: list[str], tables: Tables, more: More | None = None
) -> int:
    """Simulate, write the folder if one is named, print the tables; return the exit status."""
    from tajsim.analysis.windows import with_window
    from tajsim.ensemble.run import simulate

    keep = result_folder(options.out, options.overwrite) if options.out else nullcontext()
    with keep as folder:
        plan = _plan(options, scenarios)
        with progress_bar("simulating", options.progress) as progress:
            dataset = simulate(plan, progress, save_to=getattr(options, "save", None))
        if more:
            with progress_bar("drawing anew", options.progress) as progress:
                dataset = more(plan, dataset, progress)
        dataset = with_window(dataset, options.window)
        dataset.attrs["command"] = options.command
        text, files = tables(dataset)
        written: list[str] = []
        failure: Exception | None = None
        if folder:
            written = _write(folder, dataset, files)
        if folder and not options.no_pictures:
            pictures, failure = _draw(folder, dataset)
            written += pictures
    print(text)
    if written:
        said = f"In {options.out}: {', '.join(written)}"
        print("\n" + textwrap.fill(said, 100, break_long_words=False, break_on_hyphens=False))
    else:
        print("\nNothing was saved; --out DIR keeps the results, the tables and pictures.")
    if failure:
        raise failure
    return 0


def _plan(options: argparse.Namespace, scenarios: list[str]) -> Plan:
    """Check all that can be checked before the first month is simulated."""
    from tajsim.analysis.windows import check_window
    from tajsim.ensemble.run import prepare

    plan = prepare(
        scenarios,
        runs=options.runs,
        seed=options.seed,
        parameters=options.parameters,
        until=options.until,
        outcomes=options.outcomes,
        workers=options.workers,
        overrides=options.overrides,
        resume=getattr(options, "state", None),
    )
    if options.window:
        check_window((plan.start, plan.end), options.window)
    return plan


def _write(folder: Path, dataset: xr.Dataset, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Write results and tables; return the names of the files."""
    from tajsim.ensemble import save
    from tajsim.ensemble.results import FILE_NAME

    save(dataset, folder / FILE_NAME)
    names = [FILE_NAME]
    for name, table in tables.items():
        if not table.empty:
            table.to_csv(folder / name, index=False, float_format="%.6g")
            names.append(name)
    return names


def _draw(folder: Path, dataset: xr.Dataset) -> tuple[list[str], Exception | None]:
    """Draw the pictures; a failure is handed back, so that the results are kept all the same."""
    from tajsim.plots import standard_pictures

    try:
        return [path.name for path in standard_pictures(dataset, folder)], None
    except Exception as error:
        return [], error
