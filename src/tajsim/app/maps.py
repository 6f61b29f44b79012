"""What the page draws on the map, month by month: medians over the year up to each month."""

from __future__ import annotations

from typing import Any

import xarray as xr

from tajsim.app.numbers import rounded
from tajsim.plots.series import counted, unit_of

#: The outcome that sizes the ways out.
LEAVING = "heroin_leaving"


def map_values(dataset: xr.Dataset, border: str, land: str) -> dict[str, Any]:
    """Return for border, land and ways out: label, unit and ``values[scenario][month][name]``."""
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    layers = {"border": border, "land": land, "leaving": LEAVING}
    return {
        "months": months,
        **{key: _layer(dataset[name]) for key, name in layers.items() if name in dataset},
    }


def _layer(variable: xr.DataArray) -> dict[str, Any]:
    """Return medians of the runs; flows and counts per year, as the map of `tajsim.plots` does."""
    own = next(d for d in variable.dims if d not in ("scenario", "month", "run"))
    rolled = variable.astype("float64").rolling(month=12, min_periods=1).mean()
    median = rolled.median("run", skipna=True).transpose("scenario", "month", own)
    return {
        "outcome": str(variable.name),
        "label": variable.attrs.get("label", str(variable.name)),
        "unit": unit_of(variable, windowed=True),
        "names": [str(name) for name in variable[own].values],
        "values": rounded(median.values * (12.0 if counted(variable) else 1.0)),
    }
