"""Windows of months, and the first month in which two scenarios differ."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from tajsim.ensemble.months import check_month, month_of
from tajsim.errors import UserError

#: First and last month, both included, as ``YYYY-MM``.
Window = tuple[str, str]


def attribute(dataset: xr.Dataset, name: str) -> dict[str, Any]:
    """Return an attribute that holds JSON by scenario; empty if the Dataset has none."""
    value: dict[str, Any] = json.loads(dataset.attrs.get(name, "{}"))
    return value


def scenario_names(dataset: xr.Dataset) -> list[str]:
    """Return the names of the scenarios; with more than one the first is the reference."""
    return [str(name) for name in dataset["scenario"].values]


def whole_period(dataset: xr.Dataset) -> Window:
    """Return the first and last month of the results."""
    months = dataset["month"].values
    return month_of(months[0]), month_of(months[-1])


def first_difference(dataset: xr.Dataset, scenario: str) -> str | None:
    """Return the first month in which a scenario's settings or events differ from the reference.

    A different setting counts from the first month. ``None`` if nothing differs.
    """
    reference = scenario_names(dataset)[0]
    settings, events = attribute(dataset, "settings"), attribute(dataset, "events")
    if settings.get(reference, {}) != settings.get(scenario, {}):
        return whole_period(dataset)[0]
    ours = {_key(event) for event in events.get(scenario, ())}
    theirs = {_key(event) for event in events.get(reference, ())}
    return min((json.loads(key)["month"] for key in ours ^ theirs), default=None)


def _key(event: dict[str, Any]) -> str:
    """Return what an event does, without its label and the figures behind it."""
    return json.dumps(
        {"month": event["month"], "kind": event["kind"], "arguments": event.get("arguments")},
        sort_keys=True,
    )


def with_window(dataset: xr.Dataset, window: Window | None) -> xr.Dataset:
    """Return results that hold the window they were told over; "" stands for the default."""
    return dataset.assign_attrs(window=":".join(window) if window else "")


def kept_window(dataset: xr.Dataset) -> Window | None:
    """Return the window that results hold, ``None`` for the default or for older results."""
    start, colon, end = str(dataset.attrs.get("window", "")).partition(":")
    return (start, end) if colon else None


def default_window(dataset: xr.Dataset, scenario: str | None = None) -> Window:
    """Return the months from the first difference of a scenario (of any, if none) to the end.

    The whole period, where nothing differs or there is no reference.
    """
    names = [scenario] if scenario else scenario_names(dataset)[1:]
    starts = [month for name in names if (month := first_difference(dataset, name))]
    start, end = whole_period(dataset)
    return max(min(starts, default=start), start), end


def check_window(period: Window, window: Window) -> Window:
    """Return the window if it lies within the period of the results.

    Raises:
        UserError: if a month is malformed or outside the period, or the end is before the start.
    """
    first, last = period
    start, end = (check_month(month, "window") for month in window)
    if not first <= start <= end <= last:
        raise UserError(
            f"window: {start} to {end} is not within the results; expected months from "
            f"{first} to {last}, the earlier first"
        )
    return start, end


def months_in(dataset: xr.Dataset | xr.DataArray, window: Window) -> slice:
    """Return the positions of the months of a window (a slice: selecting copies nothing)."""
    months = dataset["month"].values.astype("datetime64[M]")
    first, last = (np.datetime64(month, "M") for month in window)
    return slice(int((months < first).sum()), int((months <= last).sum()))
