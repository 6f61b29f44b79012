"""Windows of months, and the first month in which two scenarios differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import stdtrit

from tajsim.errors import UserError
from tajsim.inputs.toml import check_month, is_month, month_of
from tajsim.results.numbers import display_name, month_text
from tajsim.results.select import names_of, own_dimensions

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
        parts.append(", ".join(map(display_name, names)) if names else whole)
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
        ours, theirs = ({_event_key_of(e) for e in events.get(n, ())} for n in (name, names[0]))
        starts += [deed[0] for deed in ours ^ theirs]
    return min(starts, default=None)


def _event_key_of(event: dict[str, Any]) -> tuple[str, str, str]:
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
