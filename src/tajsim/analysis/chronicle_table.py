"""The chronicle of results as a table, and the checks of what a reader asks of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.windows import scenario_names
from tajsim.errors import UserError, unknown

COLUMNS = ("scenario", "run", "month", "kind", "actor", "target", "cause", "size", "unit")


def check_chronicle(dataset: xr.Dataset) -> None:
    """Refuse results without a chronicle.

    Raises:
        UserError: if an older version made them, or someone took the events out.
    """
    if "event_kind" not in dataset.variables:
        made = dataset.attrs.get("tajsim_version", "unknown")
        raise UserError(
            f"these results hold no events: version {made} of tajsim kept none; simulate again"
        )


def check_run(dataset: xr.Dataset, run: int) -> None:
    """Refuse a run that the results do not hold.

    Raises:
        UserError: with the numbers of the runs there are.
    """
    runs = dataset["run"].values
    if run not in runs:
        raise UserError(
            f"--run {run}: there is no such run; these results hold runs "
            f"{int(runs.min())} to {int(runs.max())}"
        )


def check_scenario(dataset: xr.Dataset, scenario: str, option: str = "--scenario") -> None:
    """Refuse a scenario that the results do not hold, named by an option.

    Raises:
        UserError: with the nearest name.
    """
    held = scenario_names(dataset)
    if scenario not in held:
        raise UserError(unknown("scenario", scenario, held, f"{option}: "))


def chronicle_table(
    dataset: xr.Dataset, scenario: str | None = None, run: int | None = None
) -> pd.DataFrame:
    """Return the events of results, one row each, in the order of scenario, run and time.

    Args:
        dataset: results.
        scenario, run: only those of one scenario, of one run.

    Returns:
        A table with the columns `COLUMNS`; names as in the closed lists, months as ``YYYY-MM``.

    Raises:
        UserError: for results without events, or a scenario or run that they do not hold.
    """
    check_chronicle(dataset)
    here = np.ones(dataset.sizes["event"], bool)
    if scenario is not None:
        check_scenario(dataset, scenario)
        here &= _texts(dataset, "scenario")[dataset["event_scenario"].values] == scenario
    if run is not None:
        check_run(dataset, run)
        here &= dataset["event_run"].values == run
    codes = {name: dataset[f"event_{name}"].values[here] for name in _TABLES}
    kinds = codes["kind"]
    return pd.DataFrame(
        {
            "scenario": _texts(dataset, "scenario")[codes["scenario"]],
            "run": dataset["event_run"].values[here],
            "month": dataset["event_month"].values[here].astype("datetime64[M]").astype(str),
            **{name: _texts(dataset, name)[codes[name]] for name in _TABLES if name != "scenario"},
            "size": dataset["event_size"].values[here].astype(float),
            "unit": dataset["event_unit"].values.astype(str)[kinds],
        },
        columns=list(COLUMNS),
    )


#: Column of codes -> the string table it points into.
_TABLES = {
    "scenario": "event_scenarios",
    "kind": "event_kinds",
    "actor": "event_names",
    "target": "event_names",
    "cause": "event_causes",
}


def _texts(dataset: xr.Dataset, column: str) -> np.ndarray:
    found: np.ndarray = dataset[_TABLES[column]].values.astype(str)
    return found
