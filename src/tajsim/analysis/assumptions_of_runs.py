"""The assumptions that matter most, told from the runs of results alone.

`tajsim compare` makes runs again with the assumptions drawn anew and so has more parameter sets;
results that were put side by side afterwards have those of their own runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.aggregate import cells
from tajsim.analysis.assumptions import COLUMNS, Difference, assumed, clearest, rows_of
from tajsim.analysis.windows import attribute, scenario_names


def assumptions_of_runs(dataset: xr.Dataset, comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `assumptions_that_matter` from the runs of a comparison alone.

    Args:
        dataset: results of a reference and others, with the parameters of each run.
        comparison: the table of `compare_results` on them.

    Returns:
        Empty where the results hold no parameters, or none is drawn.
    """
    reference, *others = scenario_names(dataset)
    rows: list[dict[str, Any]] = []
    if "parameter_value" in dataset:
        for scenario in others:
            rows += _of(dataset, comparison, reference, scenario)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of(
    dataset: xr.Dataset, comparison: pd.DataFrame, reference: str, scenario: str
) -> list[dict[str, Any]]:
    part = comparison[comparison["scenario"] == scenario]
    found = clearest(list(_differences(dataset, part, reference, scenario)), part)
    settings = attribute(dataset, "settings")
    own = {name: settings.get(name, {}) for name in (reference, scenario)}
    held = set(dataset["parameter"].values.astype(str))
    names = [name for name in assumed(*own.values()) if name in held]
    values = dataset["parameter_value"]
    drawn = {s: values.sel(scenario=s, parameter=names).values for s in own}
    at_reference = np.array([name not in own[reference] for name in names], bool)
    sets = np.where(at_reference[:, np.newaxis], drawn[reference], drawn[scenario])
    varies = np.ptp(sets, axis=1) > 0.0 if sets.size else np.zeros(0, bool)
    return rows_of(
        scenario,
        found,
        [name for name, moves in zip(names, varies, strict=True) if moves],
        sets[varies],
        np.arange(dataset.sizes["run"]),
        int(dataset.attrs.get("seed", 0)),
        str(dataset.attrs.get("parameters_mode", "")),
    )


def _differences(
    dataset: xr.Dataset, part: pd.DataFrame, reference: str, scenario: str
) -> Iterator[Difference]:
    if part.empty:
        return
    window = str(part["window_start"].iloc[0]), str(part["window_end"].iloc[0])
    outcomes = [n for n, v in dataset.data_vars.items() if "month" in v.dims]
    for cell in cells(dataset[outcomes].sel(scenario=[reference, scenario]), window):
        yield cell, cell.values[1] - cell.values[0]
