"""How much of a comparison rests on what: found by redrawing, and kept inside the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.assumptions import assumptions_that_matter
from tajsim.analysis.paired import compare_results
from tajsim.analysis.redrawn import FEWEST, kept_outcomes, redraw_differences
from tajsim.analysis.variance import variance_shares
from tajsim.analysis.windows import Window

if TYPE_CHECKING:
    from tajsim.ensemble.plan import Plan
    from tajsim.ensemble.run import Progress

#: The tables that results hold, each as variables ``NAME_column`` over the dimension ``NAME_row``.
VARIANCE, ASSUMPTIONS = "variance", "assumptions"


def with_rests(
    plan: Plan, dataset: xr.Dataset, window: Window | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Return the results of a comparison together with how much of it rests on what.

    Simulates the first runs again with each group of draws made anew, see `redraw_differences`;
    with fewer than `FEWEST` runs nothing is done, as nothing could be told.

    Args:
        plan: the plan of the comparison.
        dataset: its results.
        window: the months, as in `compare_results`.
        progress: called with the run-months done and their total.
    """
    if plan.runs < FEWEST:
        return dataset
    found = redraw_differences(plan, dataset, window, progress)
    comparison = compare_results(dataset[list(kept_outcomes(plan))], window)
    kept = keep_table(dataset, VARIANCE, variance_shares(found, plan.seed))
    return keep_table(kept, ASSUMPTIONS, assumptions_that_matter(found, comparison, plan))


def keep_table(dataset: xr.Dataset, name: str, table: pd.DataFrame) -> xr.Dataset:
    """Return the Dataset with the columns of a table as variables; nothing for an empty one."""
    if table.empty:
        return dataset
    columns = {}
    for column in table.columns:
        values = table[column].to_numpy()
        if values.dtype == bool:
            values = values.astype(np.int8)
        columns[f"{name}_{column}"] = ((f"{name}_row",), values)
    return dataset.assign(columns)


def kept_table(dataset: xr.Dataset, name: str) -> pd.DataFrame:
    """Return a table that `keep_table` put there; empty if there is none."""
    row = f"{name}_row"
    own = [str(v) for v in dataset.data_vars if dataset[v].dims == (row,)]
    return pd.DataFrame({v.removeprefix(f"{name}_"): dataset[v].values for v in own})
