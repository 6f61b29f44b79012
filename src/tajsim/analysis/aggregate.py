"""From monthly series to one number per run: aggregation over a window of months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tajsim.analysis.windows import Window, months_in

#: What aggregates by adding may also be added over sections, agencies, ...
ADDITIVE = ("yearly", "total")


@dataclass(frozen=True)
class Cell:
    """One outcome at one coordinate, one number per scenario and run: ``values (scenario, run)``.

    ``where`` is ``"section=pianj"``, ``"section=all"`` for the sum over a dimension, ``""`` for
    an outcome without dimensions.
    """

    outcome: str
    label: str
    where: str
    unit: str
    headline: bool
    values: NDArray[np.float64]

    @property
    def title(self) -> str:
        """The label and the coordinate, for tables."""
        names = [part.split("=")[1].replace("_", " ") for part in self.where.split(";") if part]
        return ", ".join([self.label, *names])


def outcome_names(dataset: xr.Dataset) -> list[str]:
    """Return the names of the variables that are outcomes."""
    return [str(name) for name, variable in dataset.data_vars.items() if "month" in variable.dims]


def aggregate(variable: xr.DataArray, window: Window) -> xr.DataArray:
    """Aggregate a series over a window by its attribute ``aggregate``; drops ``month``.

    ``yearly`` is the sum divided by the years of the window, ``total`` the sum, ``mean`` and
    ``maximum`` what they say, ``last`` the value of the last month. The sums are made in float64.
    """
    part = variable.isel(month=months_in(variable, window))
    kind = variable.attrs.get("aggregate", "mean")
    if kind == "last":
        return part.isel(month=-1, drop=True).astype(np.float64)
    if kind == "maximum":
        return part.max("month", skipna=False).astype(np.float64)
    whole = part.sum("month", dtype=np.float64, skipna=False)
    if kind == "total":
        return whole
    return whole / (part.sizes["month"] / 12.0 if kind == "yearly" else part.sizes["month"])


def cells(dataset: xr.Dataset, window: Window) -> Iterator[Cell]:
    """Yield every outcome at every coordinate, aggregated over a window.

    Flows and counts (`ADDITIVE`) with one dimension are preceded by their sum over it.
    """
    for name in outcome_names(dataset):
        variable = dataset[name]
        own = [str(d) for d in variable.dims if d not in ("scenario", "month", "run")]
        values = aggregate(variable, window).transpose("scenario", *own, "run").values
        if len(own) == 1 and variable.attrs.get("aggregate") in ADDITIVE:
            yield _cell(variable, f"{own[0]}=all", values.sum(axis=1))
        for position in np.ndindex(values.shape[1:-1]):
            names = [f"{d}={variable[d].values[i]}" for d, i in zip(own, position, strict=True)]
            yield _cell(variable, ";".join(names), values[(slice(None), *position)])


def _cell(variable: xr.DataArray, where: str, values: NDArray[np.float64]) -> Cell:
    attrs = variable.attrs
    name = str(variable.name)
    return Cell(
        outcome=name,
        label=attrs.get("label", name),
        where=where,
        unit=attrs.get("window_unit", attrs.get("unit", "")),
        headline=bool(attrs.get("headline", True)),
        values=values,
    )
