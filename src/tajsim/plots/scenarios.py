"""All scenarios at once: an outcome over time, a small panel for each beside the reference."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

import tajsim.plots.choose as choose
import tajsim.plots.marks as marks
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.errors import UserError
from tajsim.plots.difference import check_pairs
from tajsim.plots.labels import decimals_for, number, wrap
from tajsim.plots.page import Page
from tajsim.plots.series import (
    Floats,
    lasting,
    rare,
    reduce,
    scaled,
    smooth_unit,
    titled,
    unit_of,
    years,
)
from tajsim.plots.series import smooth as smoothed
from tajsim.plots.windows import most_moved, over, paired, quantiles, window_of
from tajsim.results.outcomes import yes_or_no
from tajsim.results.pairs import gap

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
    series = reduce(dataset[named[0]], chosen)
    months = smooth or (12 if dataset.sizes["month"] > 24 else 1)
    bands = _Bands(series, months)
    names = choose.names_of(dataset)
    columns = 4 if len(names) > 7 else min(3, len(names) - 1)
    rows, wide = ceil((len(names) - 1) / columns), 5.9 / columns
    heads = [wrap(name, wide - 0.12, style.FOOT, bold=True) for name in names[1:]]
    lines = max(map(len, heads)) + 1
    page = Page(
        body=(1.05 + 0.14 * lines) * rows + 0.5,
        title=title or f"{titled(dataset[named[0]], chosen)}: every scenario against {names[0]}",
        subtitle=_SUBTITLE.format(unit=unit_of(series, windowed=True)),
        legend=_legend(names[0]),
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
            return np.stack([values.mean(axis=1)] * 3)
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
    mean, low, high = paired(apart)
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


def _legend(reference: str) -> list[tuple[Artist, str]]:
    look = style.scenario_look(1)
    return [
        (Line2D([], [], color=style.REFERENCE.colour, lw=0.9), reference),
        (Line2D([], [], color=look.colour, lw=1.6), "the scenario named"),
        (Patch(fc=style.QUIET, alpha=0.25, lw=0), "middle 50 % of the runs"),
        (Line2D([], [], color=style.QUIET, lw=0.6, ls=(0, (1, 1.5))), "its own events"),
        (Patch(fc=style.PROJECTION, lw=0), "projection"),
    ]
