"""One number from many: windows of months, months and places as an outcome says, dates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tajsim.axes import DIMENSIONS, total
from tajsim.errors import UserError, refuse
from tajsim.inputs import outcomes, scenario_parts, toml
from tajsim.results import select
from tajsim.results.numbers import display_name, month_text
from tajsim.results.select import Names, as_names, attribute, names_of, own_dimensions

#: First and last month, both included, as ``YYYY-MM``.
Window = tuple[str, str]

Floats = NDArray[np.float64]

OfMonths = TypeVar("OfMonths", xr.Dataset, xr.DataArray)

#: The outcomes of one ensemble by name: a Dataset, or what there is of one.
Series = xr.Dataset | Mapping[str, xr.DataArray]

#: The last month that documents speak of; later ones are projection.
DOCUMENTED_UNTIL = "2015-12"
_ORDER = ("scenario", "month", "run")


def whole_period(dataset: xr.Dataset) -> Window:
    """Return the first and last month of the results."""
    months = dataset["month"].values
    return toml.month_of(months[0]), toml.month_of(months[-1])


def first_difference(dataset: xr.Dataset, scenario: str | None = None) -> str | None:
    """Return the first month in which a scenario's settings or events differ from the reference.

    That of any scenario, if none is named. A different setting counts from the first month, as does
    what is taken out of the model; an event by what it does, not by its label. ``None`` if nothing
    differs.
    """
    names = names_of(dataset)
    tables = [attribute(dataset, table) for table in ("settings", "without")]
    starts = []
    for name in [scenario] if scenario else names[1:]:
        if any((table.get(name) or None) != (table.get(names[0]) or None) for table in tables):
            return whole_period(dataset)[0]
        both = [*own_events(dataset, name), *own_events(dataset, names[0], name)]
        starts += [str(event["month"]) for event in both]
    return min(starts, default=None)


def own_events(dataset: xr.Dataset, name: str, other: str = "") -> list[Mapping[str, Any]]:
    """Return the events of a scenario that another, by default the reference, does not have."""
    events = attribute(dataset, "events")
    theirs = {_deed(event) for event in events.get(other or names_of(dataset)[0], ())}
    return [event for event in events.get(name, ()) if _deed(event) not in theirs]


def _deed(event: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what an event does, and when, without its label and its figures."""
    done = event.get("arguments", {"label": event.get("label")})
    return scenario_parts.deed(event["month"], event["kind"], done)


def with_window(dataset: xr.Dataset, window: Window | None) -> xr.Dataset:
    """Return results that hold the window they were told over; "" stands for the default."""
    return dataset.assign_attrs(window=":".join(window) if window else "")


def kept_window(dataset: xr.Dataset) -> Window | None:
    """Return the window that results hold, ``None`` for the default or for older results."""
    start, colon, end = str(dataset.attrs.get("window", "")).partition(":")
    return (start, end) if colon else None


def window_of(
    dataset: xr.Dataset, window: str | Sequence[str] | None = None, scenario: str | None = None
) -> Window:
    """Return the first and last month of a window (``"2006-01:2010-12"`` or a pair).

    Without one: that which the results hold, if they hold one; else that of the question of the
    scenario, or on which the questions of all agree; else from the first month in which a scenario
    (any, if none is named) differs from the reference to the end; the whole period
    where none within it does, or without a reference.

    Raises:
        UserError: if it is not a window, or does not lie within the months simulated.
    """
    period = whole_period(dataset)
    window = window or kept_window(dataset)
    if window is None and (own := _window_asked(dataset, scenario)):
        start, end = max(own[0], period[0]), min(own[1], period[1])
        window = (start, end) if start <= end else None
    if window is None:
        first = first_difference(dataset, scenario) or period[0]
        return first if period[0] <= first <= period[1] else period[0], period[1]
    pair = [text.strip() for text in (window.split(":") if isinstance(window, str) else window)]
    if len(pair) != 2 or not all(map(toml.is_month, pair)):
        raise UserError(f"window '{':'.join(pair)}': expected YYYY-MM:YYYY-MM")
    return check_window(period, (pair[0], pair[1]))


def _window_asked(dataset: xr.Dataset, scenario: str | None) -> Window | None:
    """Return the window that the question of a scenario names, or those of all others alike."""
    asks, names = attribute(dataset, "asks"), names_of(dataset)
    named = [scenario] if scenario else names[1:] or names
    first, *more = {tuple(asks.get(name, {}).get("window") or ()) for name in named}
    return (first[0], first[1]) if first and not more else None


def check_window(period: Window, window: Window) -> Window:
    """Return the window if it lies within the period of the results.

    Raises:
        UserError: if a month is malformed or outside the period, or the end is before the start.
    """
    first, last = period
    start, end = (toml.check_month(month, "window") for month in window)
    if not first <= start <= end <= last:
        raise UserError(
            f"window: {start} to {end} is not within the results; expected months from "
            f"{first} to {last}, the earlier first"
        )
    return start, end


def months_in(dataset: xr.Dataset | xr.DataArray, window: Window) -> slice:
    """Return the positions of the months of a window (a slice: selecting copies nothing)."""
    held = dataset.variables if isinstance(dataset, xr.Dataset) else dataset.coords
    months = held["month"].values
    first, last = (np.datetime64(month, "M") for month in window)
    return slice(int((months < first).sum()), int((months < last + 1).sum()))


def over(variable: xr.DataArray, window: Window) -> xr.DataArray:
    """Bring the months of a window to one number as the outcome says; drops ``month``.

    ``yearly`` is the sum divided by the years of the window, ``total`` the sum, ``mean`` and
    ``maximum`` what they say, ``last`` the value of the last month. Sums are made in float64. What
    is missing in a month of the window is missing over it, unless the last month alone counts.
    """
    part = variable.isel(month=months_in(variable, window)).transpose(..., "month", "run")
    return part.isel(month=-1, drop=True).copy(deep=False, data=over_months(part.variable))


def over_months(part: xr.Variable) -> Floats:
    """Return `over` of all months of a variable ``(..., month, run)``."""
    kind, months = part.attrs.get("aggregate", "mean"), part.sizes["month"]
    values: np.ndarray = part.values
    if kind == "last":
        return values[..., -1, :].astype(np.float64)
    values = values.astype(np.float64, copy=False)
    if kind == "maximum":
        return np.asarray(values.max(axis=-2))
    parts = {"total": 1.0, "yearly": months / 12.0}.get(kind, months)
    return total(values, axis=values.ndim - 2) / parts


def places_of(variable: xr.DataArray | xr.Variable, name: str = "") -> str:
    """Return how the places of an outcome become one number: ``sum``, ``mean`` or ``people``.

    As the results say; results of versions that did not say it are told by the registry.
    """
    known = outcomes.load_outcomes().get(name or str(getattr(variable, "name", "")))
    held = variable.attrs.get("places") or (known.places if known else "")
    return str(held) or ("sum" if counted(variable) else "mean")


def at_places(
    dataset: Series, name: str, select: Mapping[str, Names] | None = None
) -> xr.DataArray:
    """Return the series of an outcome at chosen places, the others brought to one number.

    Added, averaged or averaged by people, as the outcome says (`places_of`); what is missing is in
    no sum and no mean. Without the outcome that weighs (`WEIGHT`) all places count alike.

    Args:
        dataset: what holds the outcome, and `WEIGHT` beside it.
        name: the outcome.
        select: a name or names by dimension; dimensions that the outcome has not are passed over.

    Returns:
        ``(scenario, month, run)``, as far as the outcome has them.
    """
    variable = dataset[name]
    found = series_at(dataset, name, select)
    coordinates = {d: variable.coords[d] for d in found.dims if d in variable.coords}
    return xr.DataArray(found, coordinates, name=name)


def series_at(
    dataset: Series,
    name: str,
    select: Mapping[str, Names] | None = None,
    months: slice = slice(None),
) -> xr.Variable:
    """Return `at_places` in some months, without coordinates, which cost more than the numbers."""
    variable = _plain(dataset, name)
    named = {d: as_names(names) for d, names in (select or {}).items() if d in variable.dims}
    where: dict[Any, Any] = {"month": months} if "month" in variable.dims else {}
    for d, names in named.items():
        places = [dataset[name].get_index(d).get_loc(n) for n in names]
        where[d] = places[0] if len(places) == 1 else places
    part = variable.isel(where)
    away = [d for d in part.dims if d not in _ORDER]
    order = [d for d in _ORDER if d in part.dims]
    found, places_are = part.transpose(*away, *order), places_of(variable, name)
    if not away:
        return found
    weights = None
    if places_are == "people" and outcomes.WEIGHT in dataset:
        weights = _plain(dataset, outcomes.WEIGHT).isel(where).transpose(*away, *order).values
    numbers = found.values.reshape(-1, *(part.sizes[d] for d in order))
    found = xr.Variable(order, _joined(numbers, places_are, weights), variable.attrs)
    if places_are == "sum" and yes_or_no(variable):
        found.attrs["unit"] = "number"  # how many say yes is no yes or no
    return found


def _plain(dataset: Series, name: str) -> xr.Variable:
    return dataset.variables[name] if isinstance(dataset, xr.Dataset) else dataset[name].variable


def _joined(values: np.ndarray, kind: str, weights: np.ndarray | None) -> Floats:
    """Return the sum or (weighted) mean over the first axis of what is not missing."""
    if weights is None:
        added: Floats = values[0].astype(np.float64)
        more = np.empty_like(added)
        for place in values[1:]:  # as `total` does, without a copy of all in float64
            more[...] = place
            added += more
        if np.isfinite(added).all():  # nothing is missing
            return added if kind == "sum" else added / len(values)
    added = np.zeros(values.shape[1:])
    whole = np.zeros(values.shape[1:], float if weights is None else weights.dtype)
    for place, people in zip(values, values if weights is None else weights, strict=True):
        known = np.isfinite(place)
        counts: Any = known if weights is None else np.where(known & (people >= 1.0), people, 0.0)
        added += np.where(known, place, 0.0) * np.asarray(counts, np.float64)
        whole += counts
    if kind == "sum":
        return np.where(whole > 0.0, added, np.nan)
    return added / np.where(whole > 0.0, whole, np.nan)


def labelled(record: Mapping[str, np.ndarray], months: Sequence[str]) -> xr.Dataset:
    """Return series of the registry's outcomes, ``(own dims..., month, run)``, with their names."""
    known = {name: outcomes.load_outcomes()[name] for name in record}
    used = {d: list(DIMENSIONS[d]) for outcome in known.values() for d in outcome.dimensions}
    variables = {
        name: ((*known[name].dimensions, "month", "run"), values, known[name].attributes)
        for name, values in record.items()
    }
    return xr.Dataset(variables, {"month": toml.month_dates(list(months)), **used})


def with_own(dataset: xr.Dataset) -> xr.Dataset:
    """Return results with outcomes of one's own, each made from recorded ones.

    They are those that the questions of the scenarios define (see `tajsim.inputs.outcomes`) and
    the recorded outcomes allow, a series ``(scenario, month, run)`` each. Of a first month it is
    the months since year 0 from that month on, and missing before it.
    """
    found, asks = {}, attribute(dataset, "asks").values()
    own = {name: text for ask in asks for name, text in ask.get("define", {}).items()}
    for name, text in own.items():
        used = outcomes.references(text)
        if any(n not in dataset for n, _ in used):
            continue
        values = outcomes.evaluate(text, lambda n, where: series_at(dataset, n, where).values)
        if outcomes.is_date(text):
            since = np.array([toml.month_number(toml.month_of(m)) for m in dataset["month"].values])
            first = since[values.argmax(axis=1)][:, np.newaxis]
            happened = np.logical_or.accumulate(values, axis=1)
            values = np.where(happened, first, np.nan)
        attributes = _own_attributes(dataset, name, text, used)
        found[name] = (_ORDER, values.astype(np.float32), attributes)
    return dataset.assign(found) if found else dataset


def _own_attributes(
    dataset: xr.Dataset, name: str, text: str, used: Sequence[tuple[str, Mapping[str, str]]]
) -> dict[str, Any]:
    """Return label, unit and way over months of an outcome of one's own."""
    parts = [dataset[n].attrs for n, _ in used]
    alike = len({(p.get("unit"), p.get("aggregate")) for p in parts}) == 1
    unit, way = "ratio", "mean"
    if alike and "/" not in text and "*" not in text:
        unit, way = str(parts[0].get("unit")), str(parts[0].get("aggregate"))
    elif len({n for n, _ in used}) == 1 and len(used) > 1:
        unit = "share"
    if outcomes.is_date(text):
        unit, way = "date", "last"
    about = {"label": name.replace("_", " ").capitalize(), "unit": unit, "aggregate": way}
    return {**about, "headline": 1, "meaning": text, "mechanisms": ""}


def when_left(series: xr.DataArray) -> str:
    """Say since when a body is gone, by its series ``(..., month, run)``; "" if it is not.

    One of fewer than one person is gone, and what is recorded of it is missing to the end.
    """
    missing = np.isnan(series.transpose("month", ..., "run").values)
    missing = missing.reshape(len(missing), -1)
    gone = missing[-1]
    if not gone.any():
        return ""
    if not gone.all():
        share = round(100.0 * float(gone.mean()))
        return f"left in {share if share else 'fewer than one'} of 100 runs"
    there = ~missing[::-1]
    since = np.where(there.any(axis=0), len(missing) - there.argmax(axis=0), 0)
    if not since.any():
        return "nothing to measure"
    month = month_text(toml.month_of(series["month"].values[int(np.median(since))]), full=True)
    return f"left in {month}" if np.ptp(since) == 0 else f"left about {month}"


def counted(variable: xr.DataArray | xr.Variable) -> bool:
    """Tell whether an outcome is a flow or a count, which has per-year figures."""
    return variable.attrs.get("aggregate") in ("yearly", "total")


def rare(variable: xr.DataArray) -> bool:
    """Tell whether an outcome counts occurrences, of which the median of the runs says nothing."""
    return bool(variable.attrs.get("aggregate") == "total")


def yes_or_no(outcome: xr.DataArray | xr.Variable, windowed: bool = False) -> bool:
    """Tell whether an outcome is 1 (yes) or 0 (no) in each run: by its unit, never by its values.

    Args:
        outcome: ``(..., month, run)`` or a number per run, with its attributes.
        windowed: over a window of months, in which a mean of yes and no is a share of the months.
    """
    whole = not windowed or outcome.attrs.get("aggregate") in ("last", "maximum")
    return whole and outcome.attrs.get("unit") == "0 or 1"


def scaled(values: Floats, unit: str) -> tuple[float, str]:
    """Return what to divide values by and the unit then: millions and billions in words."""
    largest = float(np.max(np.abs(values), where=np.isfinite(values), initial=0.0))
    for factor, word in ((1e9, "billion"), (1e6, "million")):
        if largest >= factor:
            return factor, f"{word} {unit}"
    return 1.0, unit


def _named(dataset: Series, variable: xr.DataArray, where: Mapping[str, str]) -> str:
    """Return the names of a place of an outcome, with since when a body there is gone."""
    text = ", ".join(map(display_name, where.values()))
    if places_of(variable) != "people":
        return text
    names = names_of(variable)
    left = {name: when_left(variable.sel({**where, "scenario": name})) for name in names}
    if len(set(left.values())) == 1:
        return ", ".join(filter(None, (text, left[names[0]])))
    whole = dataset if isinstance(dataset, xr.Dataset) else variable.to_dataset(name="it")
    gone = (f"{said} in “{select.label_of(whole, n)}”" for n, said in left.items() if said)
    return ", ".join([text, *gone])


def titled(dataset: Series, name: str, select: Mapping[str, Names]) -> str:
    """Return the label of an outcome with what it covers in brackets: ``(all sections)``."""
    variable, parts = dataset[name], []
    for dimension in own_dimensions(variable):
        if names := as_names(select.get(dimension)):
            parts.append(", ".join(_named(dataset, variable, {dimension: n}) for n in names))
            continue
        plural = "agencies" if dimension == "agency" else f"{dimension.replace('_', ' ')}s"
        text = f"{'all' if places_of(variable) == 'sum' else 'mean over'} {plural}"
        if places_of(variable) == "people":
            text += ", by people" if outcomes.WEIGHT in dataset else ", each alike"
        parts.append(text)
    label = str(variable.attrs.get("label", name))
    return f"{label} ({'; '.join(parts)})" if parts else label


def unit_of(variable: xr.DataArray | xr.Variable, windowed: bool) -> str:
    """Return the unit of monthly values, or that over a window: ``kg/year`` for ``kg/month``."""
    unit = str(variable.attrs.get("unit", ""))
    return outcomes.window_unit(unit, str(variable.attrs.get("aggregate"))) if windowed else unit


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
    both = np.array([start, start + np.timedelta64(1, "M")]).astype("datetime64[ns]")
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
    found = variable.isel(month=slice(months - 1, None))
    values = np.moveaxis(variable.values, variable.get_axis_num("month"), 0)
    added = np.array(values[: len(values) - months + 1])  # as xarray adds, in a tenth of its time
    for later in range(1, months):
        added += values[later : later + len(added)]
    mean = np.moveaxis(added / months, 0, variable.get_axis_num("month"))
    return found.copy(data=mean * (12.0 if counted(variable) else 1.0))


def smooth_unit(variable: xr.DataArray) -> str:
    """Return the unit of smoothed values: flows and counts are per year."""
    unit = str(variable.attrs.get("unit", ""))
    return f"{unit.removesuffix('/month')}/year" if counted(variable) else unit


def most_moved(dataset: xr.Dataset, names: Sequence[str], most: int) -> list[str]:
    """Return at most so many outcomes, in their order, to stand for all.

    In a comparison those whose mean paired difference is largest beside the spread of the
    reference's runs; for one scenario an even choice from first to last of those that vary.
    """
    if len(names) <= most:
        return list(names)
    months = window_of(dataset)
    sizes = {}
    for name in names:
        values = over(at_places(dataset, name), months).values
        values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
        moved = float(np.abs((values - values[0]).mean(axis=1)).max())
        varies = select.spread_over_runs(values[0]) > 1e-6 * float(np.abs(values[0]).max())
        size = select.over_spread(moved, values[0]) if len(values) > 1 else 1.0
        sizes[name] = size if varies else 0.0
    if dataset.sizes["scenario"] == 1:
        varied = [name for name in names if sizes[name] > 0.0] or list(names)
        places = np.linspace(0, len(varied) - 1, min(most, len(varied))).round().astype(int)
        return [varied[place] for place in places]
    largest = sorted(names, key=lambda name: sizes[name], reverse=True)[:most]
    moving = [n for n in names if n in largest and sizes[n] > 0.0]
    return moving or [n for n in names if n in largest]


def periods(dataset: xr.Dataset | xr.DataArray, by: str) -> list[Window]:
    """Return first and last month of each calendar ``year``, or of each ``month``, of results."""
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    groups = groupby(months, key=lambda month: month[: 7 if by == "month" else 4])
    parts = [list(part) for _, part in groups]
    return [(part[0], part[-1]) for part in parts]


class Span(NamedTuple):
    """The months ``start`` to ``stop`` (both included) and how they are named in a heading."""

    start: np.datetime64
    stop: np.datetime64
    label: str


def spans(dataset: xr.Dataset, at: Sequence[str]) -> list[Span]:
    """Return what each of the dates means; the last year of the results where none is given.

    Raises:
        UserError: for each date that is no year or month of the results.
    """
    first, last = dataset["month"].values.astype("datetime64[M]")[[0, -1]]
    found, wrong, year = [], [], np.timedelta64(11, "M")
    for text in at or [str(last)]:
        if not (toml.is_month(text) or toml.is_month(f"{text}-12")):
            wrong.append(f"date '{text}': expected a year or a month, such as 2008 or 2008-06")
            continue
        whole_year = len(text) == 4
        stop = np.datetime64(f"{text}-12" if whole_year else text, "M")
        if stop < first or stop - year > last or (not whole_year and stop > last):
            wrong.append(f"date {text} is outside the results; expected {first} to {last}")
            continue
        label = text if whole_year else f"year to {month_text(text)}"
        found.append(Span(max(stop - year, first), min(stop, last), label))
    refuse(wrong)
    return found


def over_dates(variable: xr.DataArray, dates: Sequence[Span], changes: bool = False) -> Floats:
    """Return medians of the runs over each date, ``(scenario, own, date)``; flows per year.

    Of ``changes`` the mean differences to the first scenario, run by run, ``(scenario - 1, ...)``.
    """
    values = variable.transpose("scenario", own_dimensions(variable)[0], "month", "run")
    yearly, found = 12.0 if counted(variable) else 1.0, []
    for date in dates:
        part = values.sel(month=slice(date.start, date.stop)).mean("month") * yearly
        apart = (part - part.isel(scenario=0))[1:]
        found.append((apart.mean("run") if changes else part.median("run")).values)
    return np.stack(found, axis=-1)


@dataclass(frozen=True)
class Cell:
    """One outcome at one coordinate, one number per scenario and run: ``values (scenario, run)``.

    ``where`` is ``"section=pianj"``, ``"section=all"`` for the whole (`at_places`) of an outcome
    with one dimension, ``""`` for an outcome without dimensions; ``title`` is its label and place.
    """

    outcome: str
    title: str
    where: str
    unit: str
    headline: bool
    values: NDArray[np.float64]


def cells(dataset: xr.Dataset, window: Window) -> Iterator[Cell]:
    """Yield every outcome at every coordinate over a window; first the whole of one dimension."""

    def cell(of: xr.DataArray, title: str, where: str, values: Floats) -> Cell:
        marked = int(of.attrs.get("headline", 1))
        headline = marked > 0 or (marked < 0 and not where.endswith("=all"))
        return Cell(str(of.name), title, where, unit_of(of, windowed=True), headline, values)

    within = dataset.isel(month=months_in(dataset, window))
    for name in select.outcome_names(dataset):
        variable = dataset[name]
        own, label = own_dimensions(variable), str(variable.attrs.get("label", name))
        places = [list(map(str, variable[d].values)) for d in own]
        if len(own) == 1:
            whole = at_places(within, name)
            told = over(whole, window).values
            yield cell(whole, titled(dataset, name, {}), f"{own[0]}=all", told)
        values = over(variable, window).transpose("scenario", *own, "run").values
        for position in np.ndindex(values.shape[1:-1]):
            where = {d: n[i] for d, n, i in zip(own, places, position, strict=True)}
            here = values[(slice(None), *position)]
            missing = np.isnan(here).any()
            names = ", ".join(map(display_name, where.values()))
            text = _named(dataset, variable, where) if missing else names
            title = f"{label}, {text}" if text else label
            yield cell(variable, title, ";".join(f"{d}={n}" for d, n in where.items()), here)
