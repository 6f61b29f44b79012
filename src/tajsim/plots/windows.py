"""One number per run: outcomes over a window of months, differences between pairs, intervals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy.special import stdtrit

from tajsim.errors import UserError
from tajsim.inputs.dates import is_month
from tajsim.plots.choose import names_of
from tajsim.plots.series import Floats, reduce


def window_of(
    dataset: xr.Dataset, window: str | Sequence[str] | None, scenario: str | None = None
) -> tuple[str, str]:
    """Return the first and last month of a window (``"2006-01:2010-12"`` or a pair).

    Without one: that of the comparison, if the results hold one; else from the first month in
    which a scenario (any, if none is named) differs from the reference to the end; the whole
    period where none within it does, or without a reference.

    Raises:
        UserError: if it is not a window, or does not lie within the months simulated.
    """
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    window = window or dataset.attrs.get("window") or None
    if window is None:
        first = _first_difference(dataset, scenario) or months[0]
        return first if months[0] <= first <= months[-1] else months[0], months[-1]
    pair = window.split(":") if isinstance(window, str) else [str(end) for end in window]
    if len(pair) != 2 or not all(is_month(text.strip()) for text in pair):
        raise UserError(f"window '{':'.join(pair)}': expected YYYY-MM:YYYY-MM")
    start, end = (text.strip() for text in pair)
    if not months[0] <= start <= end <= months[-1]:
        raise UserError(
            f"window: {start} to {end} is not within the results; expected months from "
            f"{months[0]} to {months[-1]}, the earlier first"
        )
    return start, end


def _first_difference(dataset: xr.Dataset, scenario: str | None) -> str | None:
    """Return the first month with an event or setting that the reference has not, or lacks."""
    names = names_of(dataset)
    settings, events = (json.loads(dataset.attrs.get(a) or "{}") for a in ("settings", "events"))
    starts = []
    for name in [scenario] if scenario else names[1:]:
        if settings.get(name, {}) != settings.get(names[0], {}):
            return str(dataset["month"].values[0].astype("datetime64[M]"))
        ours, theirs = ({_deed(e) for e in events.get(n, ())} for n in (name, names[0]))
        starts += [deed[0] for deed in ours ^ theirs]
    return min(starts, default=None)


def _deed(event: dict[str, Any]) -> tuple[str, str, str]:
    """Return what an event does, without its label and the figures behind it."""
    arguments = json.dumps(event.get("arguments", event["label"]), sort_keys=True)
    return event["month"], event["kind"], arguments


def paired(values: Floats) -> tuple[float, float, float]:
    """Return mean, low and high of differences ``(run,)``: the 90 % t interval of the mean.

    Runs without a finite value are left out; with fewer than two the interval is ``nan``.
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return np.nan, np.nan, np.nan
    mean = float(known.mean())
    if known.size == 1:
        return mean, np.nan, np.nan
    half = float(stdtrit(known.size - 1, 0.95) * known.std(ddof=1) / np.sqrt(known.size))
    return mean, mean - half, mean + half


def over(variable: xr.DataArray, window: tuple[str, str]) -> xr.DataArray:
    """Aggregate the months of a window as the outcome says: ``(scenario, ..., run)``."""
    months = variable["month"].values.astype("datetime64[M]")
    inside = (months >= np.datetime64(window[0], "M")) & (months <= np.datetime64(window[1], "M"))
    part = variable.isel(month=np.flatnonzero(inside)).astype(np.float64)
    aggregate = variable.attrs.get("aggregate", "mean")
    if aggregate == "last":
        result = part.isel(month=-1)
    elif aggregate == "maximum":
        result = part.max("month", skipna=False)
    elif aggregate == "total":
        result = part.sum("month", skipna=False)
    else:
        result = part.mean("month", skipna=False) * (12.0 if aggregate == "yearly" else 1.0)
    return result.assign_attrs(variable.attrs)


def quantiles(values: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles over runs, ``(level, month)`` of ``(month, run)``; nan if no run counts."""
    if np.isfinite(values).all():
        return np.asarray(np.quantile(values, levels, axis=1))
    known = np.isfinite(values).any(axis=1)
    result = np.full((len(levels), values.shape[0]), np.nan)
    if known.any():
        result[:, known] = np.nanquantile(values[known], levels, axis=1)
    return result


def mean_interval(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean over runs of counts ``(month, run)`` with the ends of its 90 % t interval."""
    runs = values.shape[1]
    mean = values.mean(axis=1)
    if runs < 2:
        return mean, mean, mean
    half = stdtrit(runs - 1, 0.95) * values.std(axis=1, ddof=1) / np.sqrt(runs)
    return mean, np.maximum(mean - half, 0.0), mean + half


def share_interval(values: Floats, z: float = 1.645) -> tuple[Floats, Floats, Floats]:
    """Return the share of runs with 1, of ``(month, run)``, and Wilson's 90 % interval of it."""
    share, runs = values.mean(axis=1), values.shape[1]
    middle = (share + z**2 / (2 * runs)) / (1 + z**2 / runs)
    half = z / (1 + z**2 / runs) * np.sqrt(share * (1 - share) / runs + z**2 / (4 * runs**2))
    return share, np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)


def is_spread(dataset: xr.Dataset, name: str) -> bool:
    """Tell whether the runs of the reference differ, and no value is that of half of them."""
    values = over(reduce(dataset[name], {}), window_of(dataset, None)).values[0]
    _, counts = np.unique(values, return_counts=True)
    return bool(counts.max() <= max(1, values.size / 2))


def most_moved(
    dataset: xr.Dataset,
    names: Sequence[str],
    most: int,
    window: str | Sequence[str] | None = None,
) -> list[str]:
    """Return at most so many outcomes, in their order, to stand for all.

    In a comparison those whose mean paired difference is largest beside the spread of the
    reference's runs; for one scenario an even choice from first to last of those that vary.
    """
    if len(names) <= most:
        return list(names)
    months = window_of(dataset, window)
    sizes = {}
    for name in names:
        series = reduce(dataset[name], {})
        values = over(series, months).values
        known = np.where(np.isfinite(values), values, 0.0)
        spread, scale = float(known[0].std()), float(np.abs(known[0]).max())
        sizes[name] = 0.0
        if spread > 1e-6 * scale:
            moved = np.abs((known - known[0]).mean(axis=1)).max()
            sizes[name] = float(moved) / spread if len(known) > 1 else 1.0
    varied = [name for name in names if sizes[name] > 0.0] or list(names)
    if dataset.sizes["scenario"] == 1:
        places = np.linspace(0, len(varied) - 1, min(most, len(varied))).round().astype(int)
        return [varied[place] for place in places]
    largest = sorted(varied, key=lambda name: sizes[name], reverse=True)[:most]
    return [name for name in names if name in largest]
