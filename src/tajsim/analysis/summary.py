"""The summary of an ensemble: median and 90 % of the runs, outcome by outcome."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.aggregate import cells
from tajsim.analysis.windows import (
    Window,
    check_window,
    default_window,
    scenario_names,
    whole_period,
)

COLUMNS = (
    "scenario",
    "outcome",
    "where",
    "unit",
    "median",
    "p05",
    "p95",
    "mean",
    "runs",
    "window_start",
    "window_end",
    "label",
    "headline",
)


def summarise(dataset: xr.Dataset, window: Window | None = None) -> pd.DataFrame:
    """Return one row per scenario, outcome and coordinate.

    Args:
        dataset: results.
        window: first and last month; by default from the first month in which any scenario
            differs from the reference to the end, and the whole period for a single scenario.

    Returns:
        A table with the columns `COLUMNS`. ``median``, ``p05``, ``p95`` (5th and 95th
        percentile) and ``mean`` are over runs; ``runs`` counts the runs with a value.
    """
    window = check_window(whole_period(dataset), window or default_window(dataset))
    rows: list[dict[str, Any]] = []
    for cell in cells(dataset, window):
        for scenario, values in zip(scenario_names(dataset), cell.values, strict=True):
            known = values[np.isfinite(values)]
            low, median, high = quantiles(known)
            row = {
                "scenario": scenario,
                "outcome": cell.outcome,
                "where": cell.where,
                "unit": cell.unit,
                "median": median,
                "p05": low,
                "p95": high,
                "mean": known.mean() if known.size else np.nan,
                "runs": known.size,
                "window_start": window[0],
                "window_end": window[1],
                "label": cell.title,
                "headline": cell.headline,
            }
            rows.append(row)
    order = {name: i for i, name in enumerate(scenario_names(dataset))}
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    by_scenario = table["scenario"].map(order).sort_values(kind="stable").index
    return table.loc[by_scenario].reset_index(drop=True)


def quantiles(values: np.ndarray) -> tuple[float, float, float]:
    """Return the 5th percentile, median and 95th percentile; ``nan`` without values."""
    if not values.size:
        return np.nan, np.nan, np.nan
    low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
    return float(low), float(median), float(high)
