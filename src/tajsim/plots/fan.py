"""An outcome over time: the median of the runs within the bands that hold 50 % and 90 % of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

import tajsim.plots.panels as marks
import tajsim.plots.panels as panels
import tajsim.plots.panels as timeline
import tajsim.plots.style as style
import tajsim.results.select as choose
from tajsim.errors import UserError
from tajsim.plots.evidence import draw_observed, observed, observed_key
from tajsim.plots.intervals import check_pairs
from tajsim.plots.style import KeyEntry, Layout
from tajsim.results.effect import mean_interval, quantiles, share_interval
from tajsim.results.numbers import decimals_for, number, wrap
from tajsim.results.select import gap
from tajsim.results.window import (
    Floats,
    at_places,
    lasting,
    most_moved,
    over,
    rare,
    scaled,
    smooth_unit,
    titled,
    unit_of,
    window_of,
    years,
    yes_or_no,
)
from tajsim.results.window import smooth as smoothed

#: With more scenarios than this only the band of 50 % is drawn.
MOST_WIDE_BANDS = 3
#: So many outcomes are drawn if none are named.
MOST_PANELS = 8
_WIDE, _NARROW = 0.10, 0.27  # how opaque the bands of 90 % and 50 % are


def fan(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    select: Mapping[str, Any] | choose.Names = None,
    smooth: int | None = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw one panel per outcome, all scenarios in each.

    Args:
        dataset: results of one scenario or several.
        outcome: outcomes to draw; by default eight of the headline ones, in a comparison those
            that differ most.
        select: coordinates, ``{"section": "khorog"}`` or ``"section=khorog"``; what is left of
            the own dimensions is added (kg, USD, persons) or averaged (shares, indices).
        smooth: rolling window in months; flows become per-year figures. By default none.
        events: whether to mark the events; or the kinds of event to mark.
        title: heading; made from the outcomes by default.

    Returns:
        The picture. Outcomes that are 0 or 1 in each run are drawn as the share of runs.

    Raises:
        UserError: for unknown names.
    """
    headline = choose.headline(dataset)
    names = choose.outcomes(dataset, outcome, most_moved(dataset, headline, MOST_PANELS))
    chosen = choose.selection(select)
    choose.check_selection([dataset[name] for name in names], chosen)
    found = marks.marks(dataset, events)
    seen = observed(dataset, names, chosen, smooth)
    columns = 2 if len(names) > 1 else 1
    rows = -(-len(names) // columns)
    wide, tall = (6.0, 3.0) if columns == 1 else (2.62, 1.45)
    places = panels.spots(found, dataset, wide)
    room = panels.head_room(places)
    heads = [titled(dataset, n, chosen) if len(names) > 1 else "" for n in names]
    heads = ["\n".join(wrap(head, wide, style.BODY, bold=True)) for head in heads]
    page = Layout(
        body=tall * rows + 0.45 + room / 72 + _title_room(heads, columns),
        title=title or _title(dataset, names, chosen),
        subtitle=_subtitle(dataset, smooth, "" if outcome else choose.told(dataset, len(names))),
        legend=_legend(dataset),
        key=[*observed_key(seen), *_events_key(found, choose.names_of(dataset), bool(seen))],
        foot=timeline.foot(dataset, _interval(dataset)),
    )
    dataset = lasting(dataset)
    for position, ax in enumerate(page.panels(rows, columns, len(names))):
        top = position < columns
        factor = _panel(ax, dataset, names[position], chosen, smooth)
        draw_observed(ax, [one for one in seen if one.outcome == names[position]], factor)
        ax.set_title(heads[position], pad=room + 4 if top else 4)
        style.plain_numbers(ax.yaxis, tall)
        timeline.time_axis(ax, dataset, wide, bottom=position >= len(names) - columns)
        timeline.shade_projection(ax, dataset, wide)
        panels.draw_marks(ax, found, places if top else None)
    return page.figure


def _title_room(heads: Sequence[str], columns: int) -> float:
    """Return the inches that the titles of the rows of panels take."""
    rows = [heads[i : i + columns] for i in range(0, len(heads), columns)]
    return sum(0.17 * max(head.count("\n") + bool(head) for head in row) for row in rows)


def _panel(
    ax: Axes,
    dataset: xr.Dataset,
    name: str,
    select: Mapping[str, Sequence[str]],
    months: int | None,
) -> float:
    """Draw the series of an outcome and return what its values are divided by."""
    series = at_places(dataset, name, select)
    share = not rare(series) and yes_or_no(series)
    unit = unit_of(series, windowed=False)
    if months is not None and not share:
        unit, series = smooth_unit(series), smoothed(series, months)
    when = years(series["month"].values)
    factor, unit = (0.01, "% of runs") if share else scaled(series.values, unit)
    for position in range(series.sizes["scenario"]):
        values = series.values[position].astype(np.float64)
        if share or rare(series):
            found = share_interval(values) if share else mean_interval(values).clip(min=0.0)
            _mean(ax, when, [line / factor for line in found], position)
        else:
            _bands(ax, when, values / factor, position, series.sizes["scenario"])
    ax.set_ylabel(f"{unit}\n(mean)" if rare(series) else unit)
    if not np.any(series.values < 0.0):
        ax.set_ylim(bottom=0.0)
    if not np.any(series.values):
        ax.set_ylim(top=1.0)
    if share:
        ax.set_ylim(top=max(ax.get_ylim()[1], 5.0))
    return factor


def _events_key(found: Sequence[marks.Mark], names: Sequence[str], headed: bool) -> list[KeyEntry]:
    """Return the key of the events, under a heading where other entries stand above it."""
    entries = marks.key(found, names)
    return [KeyEntry("Events"), *entries] if headed and entries and len(names) == 1 else entries


def _bands(ax: Axes, when: Floats, values: Floats, position: int, scenarios: int) -> None:
    """Draw the fan of one scenario; ``values`` is ``(month, run)``."""
    look = style.scenario_look(position)
    low, lower, middle, upper, high = quantiles(values, (0.05, 0.25, 0.5, 0.75, 0.95))
    kind: dict[str, Any] = {"color": look.colour, "lw": 0}
    if scenarios <= MOST_WIDE_BANDS:
        ax.fill_between(when, low, high, alpha=_WIDE, zorder=2, **kind)
        for edge in (low, high):
            ax.plot(when, edge, color=look.colour, lw=0.6, ls=look.line, alpha=0.7, zorder=2.2)
    ax.fill_between(when, lower, upper, alpha=_NARROW, zorder=2.1, **kind)
    ax.plot(when, middle, color=look.colour, lw=1.7, ls=look.line, zorder=3)


def _mean(ax: Axes, when: Floats, lines: Sequence[Floats], position: int) -> None:
    """Draw mean, low and high of a share of runs or of a count that most runs have none of."""
    look = style.scenario_look(position)
    mean, low, high = lines
    ax.fill_between(when, low, high, color=look.colour, alpha=0.2, lw=0, zorder=2)
    ax.plot(when, mean, color=look.colour, lw=1.7, ls=look.line, zorder=3)


def _legend(dataset: xr.Dataset) -> list[tuple[Artist, str]]:
    names = choose.names_of(dataset)
    entries: list[tuple[Artist, str]] = []
    for position, name in enumerate(names):
        look = style.scenario_look(position)
        text = name if len(names) > 1 else "median of the runs"
        entries.append((Line2D([], [], color=look.colour, lw=1.7, ls=look.line), text))
    colour = style.scenario_look(0).colour
    entries.append((Patch(fc=colour, alpha=_WIDE + _NARROW, lw=0), "50 % of runs"))
    if len(names) <= MOST_WIDE_BANDS:
        entries.append((Patch(fc=colour, alpha=_WIDE, lw=0), "90 % of runs"))
    return entries


def _interval(dataset: xr.Dataset) -> str:
    bands = "50 % and 90 %" if dataset.sizes["scenario"] <= MOST_WIDE_BANDS else "50 %"
    return (
        f"Lines: medians; bands: the middle {bands} of runs "
        "(for counts and shares of runs: mean and its 90 % interval)."
    )


def _title(dataset: xr.Dataset, names: Sequence[str], select: Mapping[str, Sequence[str]]) -> str:
    if len(names) == 1:
        return titled(dataset, names[0], select)
    reference, *others = choose.names_of(dataset)
    return f"{', '.join(others)} against {reference}" if others else reference


def _subtitle(dataset: xr.Dataset, months: int | None, choice: str) -> str:
    text = "Monthly values."
    if months:
        text = f"Over the {months} months up to each month; flows and counts per year."
    return "\n".join(filter(None, [choose.question(dataset), f"{choice} {text}".strip()]))


_LEVELS = (0.25, 0.5, 0.75)
_SUBTITLE = (
    "Below each name: the mean paired difference ({unit}) from the first own event to the end, ± "
    "its 90 % interval; bold where the interval is clear of zero."
)


def scenarios(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    select: Mapping[str, Any] | choose.Names = None,
    smooth: int | None = None,
    title: str | None = None,
) -> Figure:
    """Draw one outcome in a small panel per scenario, each against the first of the results.

    Args:
        dataset: results of two scenarios or more; the first is the reference.
        outcome: the outcome; by default the headline one that differs most.
        select: coordinates, ``{"section": "khorog"}`` or ``"section=khorog"``.
        smooth: rolling window in months; by default 12 where there are more than 24 months.
        title: heading; made from the outcome by default.

    Raises:
        UserError: for unknown names, several outcomes, or fewer than two scenarios.
    """
    check_pairs(dataset)
    named = choose.outcomes(dataset, outcome, most_moved(dataset, choose.headline(dataset), 1))
    if len(named) > 1:
        raise UserError("this picture shows one outcome in all scenarios; name only one")
    chosen = choose.selection(select)
    choose.check_selection([dataset[named[0]]], chosen)
    series = at_places(dataset, named[0], chosen)
    months = smooth or (12 if dataset.sizes["month"] > 24 else 1)
    bands = _Bands(series, months)
    names = choose.names_of(dataset)
    columns = 4 if len(names) > 7 else min(3, len(names) - 1)
    rows, wide = ceil((len(names) - 1) / columns), 5.9 / columns
    heads = [wrap(name, wide - 0.12, style.FOOT, bold=True) for name in names[1:]]
    lines = max(map(len, heads)) + 1
    page = Layout(
        body=(1.05 + 0.14 * lines) * rows + 0.5,
        title=title or f"{titled(dataset, named[0], chosen)}: every scenario against {names[0]}",
        subtitle=_SUBTITLE.format(unit=unit_of(series, windowed=True)),
        legend=_scenarios_legend(names[0]),
        foot=timeline.foot(dataset, bands.said),
    )
    for index, ax in enumerate(page.panels(rows, columns, len(names) - 1)):
        bands.draw(ax, 0, style.REFERENCE)
        bands.draw(ax, index + 1, style.scenario_look(1))
        bands.frame(ax, dataset, wide, index % columns == 0, index + columns >= len(names) - 1)
        _events(ax, dataset, names[index + 1])
        _head(ax, dataset, series, index + 1, heads[index])
    return page.figure


class _Bands:
    """Median and middle half of the runs of each scenario, or the share of runs for yes or no."""

    def __init__(self, series: xr.DataArray, months: int) -> None:
        self.share, self.mean = yes_or_no(series), rare(series)
        rolled = lasting(series if self.share else smoothed(series, months))
        self.when = years(rolled["month"].values)
        unit = smooth_unit(series) if months > 1 else unit_of(series, windowed=False)
        self.unit = "share of runs" if self.share else unit
        self.values = np.stack([self._of(one) for one in rolled.values.astype(float)])
        factor, self.unit = scaled(self.values, self.unit)
        self.values = self.values / factor
        middle = "means" if self.share or self.mean else "medians and the middle 50 % of the runs"
        self.said = f"Lines and bands: {middle}"
        if months > 1 and not self.share:
            self.said += f", over the {months} months up to each"
        self.said += "."

    def _of(self, values: Floats) -> Floats:
        """Return low, middle and high ``(3, month)`` of ``(month, run)``."""
        if self.share or self.mean:
            return np.stack([mean_interval(values)[0]] * 3)
        return quantiles(values, _LEVELS)

    def draw(self, ax: Axes, scenario: int, look: style.Look) -> None:
        """Draw one scenario."""
        low, middle, high = self.values[scenario]
        ax.fill_between(self.when, low, high, color=look.colour, alpha=0.2, lw=0, zorder=2)
        wide = 0.9 if look is style.REFERENCE else 1.6
        ax.plot(self.when, middle, color=look.colour, lw=wide, zorder=3)

    def frame(self, ax: Axes, dataset: xr.Dataset, wide: float, left: bool, bottom: bool) -> None:
        """Give a panel the axes that all share."""
        low, high = float(np.nanmin(self.values)), float(np.nanmax(self.values))
        room = 0.06 * (high - low) or 0.5
        ax.set_ylim(0.0 if 0 <= low <= 0.4 * high else low - room, high + room)
        style.plain_numbers(ax.yaxis, 1.0)
        timeline.time_axis(ax, dataset, wide, bottom=bottom)
        timeline.shade_projection(ax, dataset, wide, named=False)
        ax.tick_params(labelleft=left, labelsize=style.FOOT)
        ax.set_ylabel("\n".join(wrap(self.unit, 1.0, style.FOOT)) if left else "", size=style.FOOT)


def _events(ax: Axes, dataset: xr.Dataset, name: str) -> None:
    """Draw thin lines at the events that this scenario has and the reference has not."""
    for mark in marks.marks(dataset.sel(scenario=[choose.names_of(dataset)[0], name]), True):
        if mark.owners == (name,):
            ax.axvline(mark.year, color=style.QUIET, lw=0.6, ls=(0, (1, 1.5)), zorder=1.5)


def _head(
    ax: Axes, dataset: xr.Dataset, series: xr.DataArray, scenario: int, lines: list[str]
) -> None:
    """Write the name of a panel's scenario and, below it, the mean paired difference."""
    name = choose.names_of(dataset)[scenario]
    pair = series.isel(scenario=[0, scenario])
    reference, other = over(pair, window_of(dataset, None, name)).values
    apart = gap(reference, other)
    mean, low, high = mean_interval(apart)
    factor, _ = scaled(np.array([mean]), "")
    text = "no difference in any run"
    if np.any(apart):
        half = (high - low) / 2 / factor
        decimals = decimals_for(half or mean / factor, 2)
        text = f"{number(mean / factor, True, decimals)} ± {number(half, decimals=decimals)}"
        text += {1e6: " million", 1e9: " billion"}.get(factor, "")
    sure = low > 0.0 or high < 0.0
    ax.set_title("\n".join(lines), size=style.FOOT, pad=13)
    said = ax.annotate(
        text, (0, 1), xycoords="axes fraction", xytext=(0, 3), textcoords="offset points",
        size=7.0, weight="bold" if sure else "normal", va="bottom",
        color=style.INK if sure else style.QUIET,
    )  # fmt: skip
    said.set_in_layout(False)


def _scenarios_legend(reference: str) -> list[tuple[Artist, str]]:
    look = style.scenario_look(1)
    return [
        (Line2D([], [], color=style.REFERENCE.colour, lw=0.9), reference),
        (Line2D([], [], color=look.colour, lw=1.6), "the scenario named"),
        (Patch(fc=style.QUIET, alpha=0.25, lw=0), "middle 50 % of the runs"),
        (Line2D([], [], color=style.QUIET, lw=0.6, ls=(0, (1, 1.5))), "its own events"),
        (Patch(fc=style.PROJECTION, lw=0), "projection"),
    ]
