"""An outcome over time: the median of the runs within the bands that hold 50 % and 90 % of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.evidence as evidence
import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.results.select as choose
import tajsim.results.window as windows
from tajsim.errors import UserError
from tajsim.plots.intervals import check_pairs
from tajsim.plots.style import Item, Layout
from tajsim.results.numbers import decimals_for, month_text, number, wrap
from tajsim.results.outcomes import yes_or_no
from tajsim.results.window import Floats

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
    names = choose.outcomes(dataset, outcome, windows.most_moved(dataset, headline, MOST_PANELS))
    chosen = choose.selection(select)
    choose.check_selection([dataset[name] for name in names], chosen)
    found = panels.event_markers(dataset, events)
    seen = evidence.observed(dataset, names, chosen, smooth)
    columns = 2 if len(names) > 1 else 1
    rows = -(-len(names) // columns)
    wide, tall = (6.0, 3.0) if columns == 1 else (2.62, 1.45)
    places = panels.marker_places(found, dataset, wide)
    room = panels.head_room(places)
    heads = [windows.titled(dataset[n], chosen) if len(names) > 1 else "" for n in names]
    heads = ["\n".join(wrap(head, wide, style.BODY, bold=True)) for head in heads]
    layout = Layout(
        body=tall * rows + 0.45 + room / 72 + _title_room(heads, columns),
        title=title or _title(dataset, names, chosen),
        subtitle=panels.subtitle(dataset, _said(smooth), 0 if outcome else len(names)),
        legend=_legend(dataset),
        key=[
            *evidence.observed_key(seen),
            *panels.events_key(found, choose.names_of(dataset), bool(seen)),
        ],
        foot=panels.foot(dataset, _interval(dataset)),
    )
    dataset = windows.lasting(dataset)
    for position, ax in enumerate(layout.panels(rows, columns, len(names))):
        top = position < columns
        factor = _panel(ax, dataset, names[position], chosen, smooth)
        evidence.draw_observed(ax, [one for one in seen if one.outcome == names[position]], factor)
        ax.set_title(heads[position], pad=room + 4 if top else 4)
        style.plain_numbers(ax.yaxis, tall)
        panels.time_axis(ax, dataset, wide, bottom=position >= len(names) - columns)
        panels.shade_projection(ax, dataset, wide)
        panels.draw_event_lines(ax, found)
        if top:
            panels.draw_event_numbers(ax, found, places)
    return layout.figure


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
    series = windows.reduce(dataset[name], select)
    share = not windows.rare(series) and yes_or_no(series)
    unit = windows.unit_of(series, windowed=False)
    if months is not None and not share:
        unit, series = windows.smooth_unit(series), windows.smooth(series, months)
    when = windows.years(series["month"].values)
    factor, unit = (0.01, "% of runs") if share else windows.scaled(series.values, unit)
    for position in range(series.sizes["scenario"]):
        values = series.values[position].astype(np.float64)
        if share or windows.rare(series):
            found = windows.share_interval(values) if share else windows.mean_interval(values)
            _mean(ax, when, [line / factor for line in found], position)
        else:
            _bands(ax, when, values / factor, position, series.sizes["scenario"])
    ax.set_ylabel(f"{unit}\n(mean)" if windows.rare(series) else unit)
    if not np.any(series.values < 0.0):
        ax.set_ylim(bottom=0.0)
    if not np.any(series.values):
        ax.set_ylim(top=1.0)
    if share:
        ax.set_ylim(top=max(ax.get_ylim()[1], 5.0))
    return factor


def _bands(ax: Axes, when: Floats, values: Floats, position: int, scenarios: int) -> None:
    """Draw the fan of one scenario; ``values`` is ``(month, run)``."""
    look = style.scenario_look(position)
    low, lower, middle, upper, high = windows.quantiles(values, (0.05, 0.25, 0.5, 0.75, 0.95))
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


def _legend(dataset: xr.Dataset) -> list[Item]:
    names = choose.names_of(dataset)
    said = names if len(names) > 1 else ["median of the runs"]
    colour = style.scenario_look(0).colour
    bands = [("50 % of runs", _WIDE + _NARROW), ("90 % of runs", _WIDE)]
    return [
        *style.scenario_items(said, lw=1.7, marker=""),
        *(
            style.area_item(text, fc=colour, alpha=alpha, lw=0)
            for text, alpha in bands[: 2 if len(names) <= MOST_WIDE_BANDS else 1]
        ),
    ]


def _interval(dataset: xr.Dataset) -> str:
    bands = "50 % and 90 %" if dataset.sizes["scenario"] <= MOST_WIDE_BANDS else "50 %"
    return (
        f"Lines: medians; bands: the middle {bands} of runs "
        "(for counts and shares of runs: mean and its 90 % interval)."
    )


def _title(dataset: xr.Dataset, names: Sequence[str], select: Mapping[str, Sequence[str]]) -> str:
    if len(names) == 1:
        return windows.titled(dataset[names[0]], select)
    reference, *others = choose.names_of(dataset)
    return f"{', '.join(others)} against {reference}" if others else reference


def _said(months: int | None) -> str:
    if months:
        return f"Over the {months} months up to each month; flows and counts per year."
    return "Monthly values."


_LEVELS = (0.25, 0.5, 0.75)
_SUBTITLE = (
    "Below each name: the mean paired difference ({unit}) over {when}, ± its 90 % interval; bold "
    "where the interval is clear of zero."
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
    usual = windows.most_moved(dataset, choose.headline(dataset), 1)
    named = choose.outcomes(dataset, outcome, usual)
    if len(named) > 1:
        raise UserError("this picture shows one outcome in all scenarios; name only one")
    chosen, variable = choose.selection(select), dataset[named[0]]
    choose.check_selection([variable], chosen)
    series = windows.reduce(variable, chosen)
    months = smooth or (12 if dataset.sizes["month"] > 24 else 1)
    bands = _Bands(series, months)
    names = choose.names_of(dataset)
    columns = 4 if len(names) > 7 else min(3, len(names) - 1)
    rows, wide = ceil((len(names) - 1) / columns), 5.9 / columns
    heads = [wrap(name, wide - 0.12, style.FOOT, bold=True) for name in names[1:]]
    lines = max(map(len, heads)) + 1
    layout = Layout(
        body=(1.05 + 0.14 * lines) * rows + 0.5,
        title=title or f"{windows.titled(variable, chosen)}: every scenario against {names[0]}",
        subtitle=_SUBTITLE.format(
            unit=windows.unit_of(series, windowed=True), when=_windows(dataset)
        ),
        legend=_scenarios_legend(names[0]),
        foot=panels.foot(dataset, bands.said),
    )
    for index, ax in enumerate(layout.panels(rows, columns, len(names) - 1)):
        bands.draw(ax, 0, style.REFERENCE)
        bands.draw(ax, index + 1, style.scenario_look(1))
        bands.frame(ax, dataset, wide, index % columns == 0, index + columns >= len(names) - 1)
        _events(ax, dataset, names[index + 1])
        _head(ax, dataset, series, index + 1, heads[index])
    return layout.figure


def _windows(dataset: xr.Dataset) -> str:
    """Return the months that the differences of the scenarios are taken over."""
    pairs = [windows.window_of(dataset, None, name) for name in choose.names_of(dataset)[1:]]
    (first, *others), end = sorted({start for start, _ in pairs}), month_text(pairs[0][1])
    if not others:
        return f"{month_text(first)} to {end}"
    starts = f"{month_text(first)} at the earliest, {month_text(others[-1])} at the latest"
    return f"the months from its first difference ({starts}) to {end}"


class _Bands:
    """Median and middle half of the runs of each scenario, or the share of runs for yes or no."""

    def __init__(self, series: xr.DataArray, months: int) -> None:
        self.share, self.mean = yes_or_no(series), windows.rare(series)
        rolled = windows.lasting(series if self.share else windows.smooth(series, months))
        self.when = windows.years(rolled["month"].values)
        unit = (
            windows.smooth_unit(series) if months > 1 else windows.unit_of(series, windowed=False)
        )
        self.unit = "share of runs" if self.share else unit
        self.values = np.stack([self._of(one) for one in rolled.values.astype(float)])
        factor, self.unit = windows.scaled(self.values, self.unit)
        self.values = self.values / factor
        middle = "means" if self.share or self.mean else "medians and the middle 50 % of the runs"
        self.said = f"Lines and bands: {middle}"
        if months > 1 and not self.share:
            self.said += f", over the {months} months up to each"
        self.said += "."

    def _of(self, values: Floats) -> Floats:
        """Return low, middle and high ``(3, month)`` of ``(month, run)``."""
        if self.share or self.mean:
            return np.stack([values.mean(axis=1)] * 3)
        return windows.quantiles(values, _LEVELS)

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
        panels.time_axis(ax, dataset, wide, bottom=bottom)
        panels.shade_projection(ax, dataset, wide, named=False)
        ax.tick_params(labelleft=left, labelsize=style.FOOT)
        ax.set_ylabel("\n".join(wrap(self.unit, 1.0, style.FOOT)) if left else "", size=style.FOOT)


def _events(ax: Axes, dataset: xr.Dataset, name: str) -> None:
    """Draw thin lines at the events that this scenario has and the reference has not."""
    for mark in panels.event_markers(
        dataset.sel(scenario=[choose.names_of(dataset)[0], name]), True
    ):
        if mark.owners == (name,):
            ax.axvline(mark.year, color=style.QUIET, lw=0.6, ls=(0, (1, 1.5)), zorder=1.5)


def _head(
    ax: Axes, dataset: xr.Dataset, series: xr.DataArray, scenario: int, lines: list[str]
) -> None:
    """Write the name of a panel's scenario and, below it, the mean paired difference."""
    name = choose.names_of(dataset)[scenario]
    pair = series.isel(scenario=[0, scenario])
    reference, other = windows.over(pair, windows.window_of(dataset, None, name)).values
    apart = choose.gap(reference, other)
    mean, low, high = windows.paired(apart)
    factor, _ = windows.scaled(np.array([mean]), "")
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


def _scenarios_legend(reference: str) -> list[Item]:
    look = style.scenario_look(1)
    return [
        style.line_item(reference, color=style.REFERENCE.colour, lw=0.9),
        style.line_item("the scenario named", color=look.colour, lw=1.6),
        style.area_item("middle 50 % of the runs", fc=style.QUIET, alpha=0.25, lw=0),
        style.line_item("its own events", color=style.QUIET, lw=0.6, ls=(0, (1, 1.5))),
        style.area_item("projection", fc=style.PROJECTION, lw=0),
    ]
