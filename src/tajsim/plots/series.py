"""Series of an outcome for a picture: coordinates chosen or brought together, months smoothed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tajsim.errors import UserError
from tajsim.plots.choose import own_dimensions
from tajsim.plots.labels import spoken

Floats = NDArray[np.float64]

OfMonths = TypeVar("OfMonths", xr.Dataset, xr.DataArray)

#: The last month that documents speak of; later ones are projection.
DOCUMENTED_UNTIL = "2015-12"

#: Units of stocks: what stands in several sections, agencies or regions can be added.
_STOCKS = ("kg", "USD", "persons", "thousand persons", "km")
_COUNTED = ("yearly", "total")


def adds_up(variable: xr.DataArray) -> bool:
    """Tell whether values at several coordinates make a sum (flows, counts, stocks) or a mean."""
    return counted(variable) or str(variable.attrs.get("unit", "")) in _STOCKS


def counted(variable: xr.DataArray) -> bool:
    """Tell whether an outcome is a flow or a count, which has per-year figures."""
    return variable.attrs.get("aggregate") in _COUNTED


def rare(variable: xr.DataArray) -> bool:
    """Tell whether an outcome counts occurrences, of which the median of the runs says nothing."""
    return bool(variable.attrs.get("aggregate") == "total")


def scaled(values: Floats, unit: str) -> tuple[float, str]:
    """Return what to divide values by and the unit then: millions and billions in words."""
    largest = float(np.max(np.abs(values), where=np.isfinite(values), initial=0.0))
    for factor, word in ((1e9, "billion"), (1e6, "million")):
        if largest >= factor:
            return factor, f"{word} {unit}"
    return 1.0, unit


def reduce(
    variable: xr.DataArray, select: Mapping[str, Sequence[str]], keep: Sequence[str] = ()
) -> xr.DataArray:
    """Select coordinates and bring the other own dimensions to one value.

    Returns ``(scenario, keep..., month, run)``. Dimensions of ``select`` that the
    outcome has not are passed over.
    """
    chosen = {d: list(names) for d, names in select.items() if d in variable.dims}
    values = variable.sel(chosen)
    away = [d for d in own_dimensions(values) if d not in keep]
    if away:
        values = (
            values.sum(away, skipna=True) if adds_up(variable) else values.mean(away, skipna=True)
        )
    return values.transpose("scenario", *keep, "month", "run").assign_attrs(variable.attrs)


def scope(variable: xr.DataArray, select: Mapping[str, Sequence[str]]) -> str:
    """Return what the values cover, as text: ``all sections`` or ``khorog``; "" if no dimension."""
    parts = []
    for dimension in own_dimensions(variable):
        names = list(select.get(dimension, ()))
        word = dimension.replace("_", " ")
        plural = "agencies" if word == "agency" else f"{word}s"
        whole = f"all {plural}" if adds_up(variable) else f"mean over {plural}"
        parts.append(", ".join(map(spoken, names)) if names else whole)
    return "; ".join(parts)


def titled(variable: xr.DataArray, select: Mapping[str, Sequence[str]]) -> str:
    """Return the label of an outcome with what it covers in brackets."""
    where = scope(variable, select)
    label = str(variable.attrs.get("label", variable.name))
    return f"{label} ({where})" if where else label


def unit_of(variable: xr.DataArray, windowed: bool) -> str:
    """Return the unit of monthly values, or that over a window: ``kg/year`` for ``kg/month``."""
    unit, aggregate = str(variable.attrs.get("unit", "")), variable.attrs.get("aggregate")
    if not windowed:
        return unit
    if aggregate == "yearly":
        return unit.replace("/month", "/year")
    return unit.replace("/month", "") if aggregate == "total" else unit


def years(months: NDArray[np.datetime64]) -> Floats:
    """Return the start of each month as a decimal year: 2004-07 is 2004.5."""
    return 1970.0 + months.astype("datetime64[M]").astype(np.int64) / 12.0


def year_of(month: str) -> float:
    """Return the start of ``YYYY-MM`` as a decimal year."""
    return int(month[:4]) + (int(month[5:7]) - 1) / 12.0


def lasting(dataset: OfMonths) -> OfMonths:
    """Return results of a single month as two equal ones, so that it is drawn as long as it is."""
    if dataset.sizes["month"] > 1:
        return dataset
    start = dataset["month"].values.astype("datetime64[M]")[0]
    both = np.array([start, start + 1]).astype("datetime64[ns]")
    return dataset.isel(month=[0, 0]).assign_coords(month=both)


def smooth(variable: xr.DataArray, months: int) -> xr.DataArray:
    """Return the rolling mean over so many months up to each month; flows as per-year figures.

    Flows and counts are multiplied to a full year. The first months, which have no full window,
    are left out.

    Raises:
        UserError: if there are fewer months than that.
    """
    if not 1 <= months <= variable.sizes["month"]:
        raise UserError(f"smooth: expected 1 to {variable.sizes['month']} months, found {months}")
    rolled = variable.rolling(month=months).mean().isel(month=slice(months - 1, None))
    if counted(variable):
        rolled = rolled * 12.0
    return rolled.assign_attrs(variable.attrs)


def smooth_unit(variable: xr.DataArray) -> str:
    """Return the unit of smoothed values: flows and counts are per year."""
    unit = str(variable.attrs.get("unit", ""))
    if not counted(variable):
        return unit
    return unit.replace("/month", "/year") if "/month" in unit else f"{unit}/year"
