"""The border by section and month: what enters, what is seized, how likely seizure is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

import tajsim.plots.badges as badges
import tajsim.plots.choose as choose
import tajsim.plots.marks as marks
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.axes import SECTIONS
from tajsim.errors import UserError
from tajsim.plots.labels import spoken, wrap
from tajsim.plots.page import Page
from tajsim.plots.series import unit_of, years

OUTCOMES = ("heroin_entering", "heroin_seized", "seizure_probability")
_MAPS = (style.FLOW_MAP, style.SEIZED_MAP, style.SHARE_MAP)
_EVENTS = ("handover",)
_SUBTITLE = (
    "Median of the runs, month by month, on one colour scale per column. The Afghan border from "
    "east to west, then the Chinese border."
)


def border(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw heat maps of section against month: a column per outcome, a row per scenario.

    Args:
        dataset: results of one scenario or several.
        outcome: up to three outcomes by section; entering, seized, seizure probability by default.
        events: whether to mark the handovers; or the kinds of event to mark.
        title: heading.

    Raises:
        UserError: for unknown names, or an outcome that has no sections.
    """
    names = choose.outcomes(dataset, outcome, OUTCOMES)[:3]
    lost = [n for n in names if choose.own_dimensions(dataset[n]) != ["section"]]
    if lost:
        raise UserError(
            [f"outcome '{n}' is not by section; the border picture needs that" for n in lost]
        )
    scenarios = choose.names_of(dataset)
    frame = _Frame(dataset, marks.marks(dataset, events, _EVENTS), 4.9 / len(names))
    page = Page(
        body=(1.5 + frame.room / 72) * len(scenarios) + 1.05,
        title=title or "The border by section",
        subtitle=_SUBTITLE,
        key=marks.key(frame.found, scenarios),
        foot=timeline.foot(dataset, "Colours: medians of the runs; no interval is shown."),
    )
    panels = page.figure.subplots(len(scenarios), len(names), squeeze=False)
    for column, name in enumerate(names):
        series = _ordered(dataset[name]).median("run", skipna=True)
        colours = _Colours(series, _MAPS[column])
        for row, ax in enumerate(panels[:, column]):
            colours.draw(ax, row)
            frame.dress(ax, row, list(map(str, series["section"].values)))
            label = str(series.attrs.get("label", name)) if row == 0 else ""
            ax.set_title("\n".join(wrap(label, frame.wide, style.BODY, True)), pad=frame.above(row))
            _rows(ax, series, column == 0, scenarios[row] if len(scenarios) > 1 else "")
        bar = page.figure.colorbar(
            colours.picture, ax=list(panels[:, column]), location="bottom",
            shrink=0.9, aspect=22, pad=0.03,
        )  # fmt: skip
        style.plain_numbers(bar.ax.xaxis, frame.wide)
        bar.set_label(unit_of(series, windowed=False))
        bar.outline.set_visible(False)
    return page.figure


def _ordered(variable: xr.DataArray) -> xr.DataArray:
    """Put the sections in the order of the border, from east to west."""
    there = [section for section in SECTIONS if section in variable["section"].values]
    kept = variable.sel(section=there).transpose("scenario", "section", "month", "run")
    return kept.assign_attrs(variable.attrs)


class _Colours:
    """The heat maps of one outcome, ``(scenario, section, month)``, on one scale of colours."""

    def __init__(self, series: xr.DataArray, colours: str) -> None:
        self.values = np.ma.masked_invalid(series.values)
        when = years(series["month"].values)
        sections = series.sizes["section"]
        self.extent = (float(when[0]), float(when[-1]) + 1 / 12, sections - 0.5, -0.5)
        self.scale = Normalize(0.0, float(self.values.max() or 0.0) or 1.0)
        self.picture = ScalarMappable(self.scale, colours)

    def draw(self, ax: Axes, row: int) -> None:
        """Draw one scenario; what is not defined stays grey."""
        ax.set_facecolor("#d9d9d9")
        ax.grid(visible=False)
        ax.imshow(
            self.values[row], cmap=self.picture.cmap, norm=self.scale, aspect="auto",
            interpolation="nearest", extent=self.extent,
        )  # fmt: skip


class _Frame:
    """What stands around the maps of each scenario: years, events, projection."""

    def __init__(self, dataset: xr.Dataset, found: list[marks.Mark], wide: float) -> None:
        names = choose.names_of(dataset)
        self.dataset, self.found, self.wide = dataset, found, wide
        self.own = [[mark for mark in found if name in mark.owners] for name in names]
        self.places = [badges.spots(own, dataset, wide) for own in self.own]
        self.lift = 12.0 if timeline.has_projection(dataset) else 0.0
        self.room = max(self.above(row) for row in range(len(names)))

    def above(self, row: int) -> float:
        """Return the points kept free above the maps of a scenario."""
        return badges.head_room(self.places[row]) + self.lift + 4.0

    def dress(self, ax: Axes, row: int, sections: list[str]) -> None:
        """Give a map its axis of years, its events in their sections, and the projection."""
        timeline.time_axis(ax, self.dataset, self.wide, bottom=row == len(self.own) - 1, cells=True)
        for mark in self.own[row]:
            hit = [sections.index(s) for s in mark.sections if s in sections]
            for place in hit or range(len(sections)):
                ax.plot(
                    [mark.year] * 2, [place - 0.42, place + 0.42], color=style.INK, lw=1.3,
                    path_effects=[withStroke(linewidth=2.6, foreground="white")],
                    solid_capstyle="butt", gid=f"event-{mark.number}",
                )  # fmt: skip
        badges.draw_badges(ax, self.own[row], self.places[row], self.lift)
        if self.lift:
            _bracket(ax, self.wide)


def _bracket(ax: Axes, inches: float) -> None:
    """Show by a line above the map which months are projection; shading would falsify colours."""
    start, end = ax.get_xlim()
    ax.plot(
        [max(start, timeline.PROJECTION_FROM), end], [1.03, 1.03], color=style.QUIET, lw=1.6,
        transform=ax.get_xaxis_transform(), clip_on=False, solid_capstyle="butt", gid="projection",
    )  # fmt: skip
    timeline.name_projection(ax, inches, 5.0)


def _rows(ax: Axes, series: xr.DataArray, first: bool, scenario: str) -> None:
    """Name the sections and the scenario beside the first column."""
    names = [spoken(str(s)) if first else "" for s in series["section"].values]
    ax.set_yticks(range(len(names)), names, size=style.SMALL)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    if first and scenario:
        ax.set_ylabel("\n".join(wrap(scenario, 1.4, 8.5, bold=True)), weight="bold")
