"""Dates at which a picture shows the state of things: a year, or the year up to a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from tajsim.errors import UserError
from tajsim.inputs.dates import is_month
from tajsim.plots.choose import own_dimensions
from tajsim.plots.labels import month_text
from tajsim.plots.series import Floats, counted


@dataclass(frozen=True)
class Span:
    """The months ``start`` to ``stop`` (both included) and how they are named in a heading."""

    start: np.datetime64
    stop: np.datetime64
    label: str


def spans(dataset: xr.Dataset, at: Sequence[str]) -> list[Span]:
    """Return what each of the dates means; the last year of the results where none is given.

    Raises:
        UserError: for each date that is no year or month of the results.
    """
    months = dataset["month"].values.astype("datetime64[M]")
    first, last = months[0], months[-1]
    found, wrong = [], []
    for text in at or [str(last)]:
        if not (is_month(text) or is_month(f"{text}-12")):
            wrong.append(f"date '{text}': expected a year or a month, such as 2008 or 2008-06")
            continue
        whole_year = len(text) == 4
        stop = np.datetime64(f"{text}-12" if whole_year else text, "M")
        start = stop - 11
        if stop < first or start > last or (not whole_year and stop > last):
            wrong.append(f"date {text} is outside the results; expected {first} to {last}")
            continue
        label = text if whole_year else f"year to {month_text(text)}"
        found.append(Span(max(start, first), min(stop, last), label))
    if wrong:
        raise UserError(wrong)
    return found


def medians_over(variable: xr.DataArray, dates: Sequence[Span]) -> Floats:
    """Return medians of the runs, ``(scenario, own, date)``; flows and counts per year."""
    own = own_dimensions(variable)[0]
    values = variable.transpose("scenario", own, "month", "run")
    found = []
    for date in dates:
        part = values.sel(month=slice(date.start, date.stop)).mean("month", skipna=True)
        found.append(part.median("run", skipna=True).values * (12.0 if counted(variable) else 1.0))
    return np.stack(found, axis=-1)
