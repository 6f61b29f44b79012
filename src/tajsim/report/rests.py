"""Which of the results' tables on what they rest on hold for a report, and why others do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.redrawn import FEWEST
from tajsim.analysis.rests import ASSUMPTIONS, VARIANCE, keep_table, kept_table
from tajsim.analysis.windows import Window, scenario_names

TABLES = (VARIANCE, ASSUMPTIONS)


def with_tables(joined: xr.Dataset, datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return joined results with the tables of all that were compared with the same reference.

    What one file found against another reference says nothing here and is left out.
    """
    reference, *others = scenario_names(joined)
    for name in TABLES:
        parts = []
        for dataset, own in _owners(datasets, reference, others):
            table = kept_table(dataset, name)
            parts.append(table[table["scenario"].isin(own)] if len(table) else table)
        held = [part for part in parts if len(part)]
        if held:
            joined = keep_table(joined, name, pd.concat(held, ignore_index=True))
    return joined


def _owners(
    datasets: Sequence[xr.Dataset], reference: str, others: Sequence[str]
) -> list[tuple[xr.Dataset, list[str]]]:
    """Return the results that compare with the reference, each with the scenarios it tells of.

    A scenario that several hold is told of by the first that has a table on it.
    """
    left, found = list(others), []
    for dataset in datasets:
        if scenario_names(dataset)[0] != reference:
            continue
        table = kept_table(dataset, VARIANCE)
        told = set(table["scenario"]) if len(table) else set()
        own = [name for name in left if name in told]
        left = [name for name in left if name not in own]
        found.append((dataset, own))
    return found


def without(dataset: xr.Dataset, name: str) -> xr.Dataset:
    """Return results without one of the tables."""
    return dataset.drop_dims(f"{name}_row", errors="ignore")


def fitting(table: pd.DataFrame, windows: dict[str, Window]) -> pd.DataFrame:
    """Return the rows of shares that were told over the window of their scenario."""
    if table.empty:
        return table
    own = zip(table["window_start"].astype(str), table["window_end"].astype(str), strict=True)
    same = [
        windows.get(str(name)) == window
        for name, window in zip(table["scenario"], own, strict=True)
    ]
    return table[np.array(same, bool)]


def why_not(table: pd.DataFrame, reference: str, scenario: str, runs: int) -> str:
    """Say why the shares of variance of a scenario cannot be told, and what would tell them.

    Args:
        table: the shares that the results hold, of any window.
        reference, scenario: the names.
        runs: the number of runs.
    """
    lead = f"How much of each difference of {scenario} goes with which group of draws"
    if runs < FEWEST:
        return f"{lead} is told from {FEWEST} runs on."
    own = table[table["scenario"] == scenario] if len(table) else table
    if len(own):
        start, end = own["window_start"].iloc[0], own["window_end"].iloc[0]
        return (
            f"{lead} was told over {start} to {end}, which is not the window of this report: "
            f"tajsim compare with the same --window tells it."
        )
    return (
        f"{lead} cannot be told from these results: that takes runs made again with one group of "
        f"draws made anew, which tajsim compare {reference} {scenario} does (without "
        "--no-variance) and tajsim run does not."
    )
