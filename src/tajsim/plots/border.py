"""The border as a strip: section by section over time, what passes, what is caught, who guards."""

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
from tajsim.plots.guards import GUARD, with_guard
from tajsim.plots.labels import spoken, wrap
from tajsim.plots.page import Page
from tajsim.plots.series import unit_of, years

OUTCOMES = ("heroin_entering", "seizure_probability", GUARD, "arranged_share")
MOST = 4
_MAPS = {"heroin_entering": style.FLOW_MAP, "heroin_seized": style.SEIZED_MAP}
_EVENTS = ("handover",)
_SUBTITLE = (
    "Month by month on one colour scale per row: medians of the runs, for the guard the share of "
    "runs; grey is not defined. The Afghan line from Ishkashim in the east to the Uzbek border in "
    "the west, then the Chinese one."
)


def border(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw heat maps of section against month: a row per outcome, a column per scenario.

    Args:
        dataset: results of one scenario or several.
        outcome: up to four outcomes by section; by default flow, probability of seizure, who
            guards (``russian_guard``, from the events of the runs) and bought passage.
        events: whether to mark the handovers; or the kinds of event to mark.
        title: heading.

    Raises:
        UserError: for unknown names, or an outcome that has no sections.
    """
    dataset = with_guard(dataset)
    names = choose.outcomes(dataset, outcome, OUTCOMES)[:MOST]
    lost = [n for n in names if choose.own_dimensions(dataset[n]) != ["section"]]
    if lost:
        raise UserError(
            [f"outcome '{n}' is not by section; the border picture needs that" for n in lost]
        )
    scenarios = choose.names_of(dataset)
    frame = _Frame(dataset, marks.marks(dataset, events, _EVENTS), 4.6 / len(scenarios))
    page = Page(
        body=1.42 * len(names) + frame.room / 72 + 0.4,
        title=title or "The border, section by section",
        subtitle=_SUBTITLE,
        key=marks.key(frame.found, scenarios),
        foot=timeline.foot(dataset, "No interval is shown."),
    )
    panels = page.figure.subplots(len(names), len(scenarios), squeeze=False)
    for row, name in enumerate(names):
        series = _ordered(dataset[name])
        colours = _Colours(series, name)
        for column, ax in enumerate(panels[row]):
            colours.draw(ax, column)
            frame.dress(ax, row, column, list(map(str, series["section"].values)))
            ax.tick_params(labelbottom=row == len(names) - 1)
            if row < len(names) - 1:
                ax.set_xlabel("")
            _sections(ax, series, column == 0)
        colours.bar(page.figure, list(panels[row]), series)
    return page.figure


def _ordered(variable: xr.DataArray) -> xr.DataArray:
    """Return medians, the sections in the order of the border, from east to west."""
    there = [section for section in SECTIONS if section in variable["section"].values]
    kept = variable.sel(section=there).transpose("scenario", "section", "month", "run")
    middle = kept.mean("run") if variable.name == GUARD else kept.median("run", skipna=True)
    return middle.assign_attrs(variable.attrs)


class _Colours:
    """The heat maps of one outcome, ``(scenario, section, month)``, on one scale of colours."""

    def __init__(self, series: xr.DataArray, name: str) -> None:
        self.values = np.ma.masked_invalid(series.values)
        when = years(series["month"].values)
        sections = series.sizes["section"]
        self.extent = (float(when[0]), float(when[-1]) + 1 / 12, sections - 0.5, -0.5)
        top = float(self.values.max() or 0.0) or 1.0
        self.scale = Normalize(0.0, 1.0 if name == GUARD else top)
        colours = style.guard_map() if name == GUARD else _MAPS.get(name, style.SHARE_MAP)
        self.picture = ScalarMappable(self.scale, colours)

    def draw(self, ax: Axes, column: int) -> None:
        """Draw one scenario; what is not defined stays grey."""
        ax.set_facecolor("#d9d9d9")
        ax.grid(visible=False)
        ax.imshow(
            self.values[column], cmap=self.picture.cmap, norm=self.scale, aspect="auto",
            interpolation="nearest", extent=self.extent,
        )  # fmt: skip

    def bar(self, figure: Figure, panels: list[Axes], series: xr.DataArray) -> None:
        """Put the scale of colours to the right of a row, named and with its unit."""
        bar = figure.colorbar(
            self.picture, ax=panels, location="right", shrink=0.95, aspect=11, pad=0.01
        )
        style.plain_numbers(bar.ax.yaxis, 1.2)
        label = str(series.attrs.get("label", series.name))
        text = f"{label} ({unit_of(series, windowed=False)})"
        bar.set_label("\n".join(wrap(text, 1.3, style.FOOT)), size=style.FOOT)
        bar.outline.set_visible(False)


class _Frame:
    """What stands around the maps of each scenario: years, events, projection."""

    def __init__(self, dataset: xr.Dataset, found: list[marks.Mark], wide: float) -> None:
        self.names = choose.names_of(dataset)
        self.dataset, self.found, self.wide = dataset, found, wide
        self.own = [[mark for mark in found if name in mark.owners] for name in self.names]
        self.places = [badges.spots(own, dataset, wide) for own in self.own]
        self.lift = 12.0 if timeline.has_projection(dataset) else 0.0
        heads = max(len(self._head(column)) for column in range(len(self.names)))
        self.room = max(map(badges.head_room, self.places)) + self.lift + 4.0 + 13.0 * heads

    def _head(self, column: int) -> list[str]:
        if len(self.names) < 2:
            return []
        return wrap(self.names[column], self.wide, style.BODY, bold=True)

    def dress(self, ax: Axes, row: int, column: int, sections: list[str]) -> None:
        """Give a map its axis of years, its events in their sections, and the projection."""
        timeline.time_axis(ax, self.dataset, self.wide, cells=True)
        for mark in self.own[column]:
            hit = [sections.index(s) for s in mark.sections if s in sections]
            for place in hit or range(len(sections)):
                ax.plot(
                    [mark.year] * 2, [place - 0.42, place + 0.42], color=style.INK, lw=1.3,
                    path_effects=[withStroke(linewidth=2.6, foreground="white")],
                    solid_capstyle="butt", gid=f"event-{mark.number}",
                )  # fmt: skip
        if row == 0:
            above = max(map(badges.head_room, self.places)) + self.lift + 4.0
            ax.set_title("\n".join(self._head(column)), pad=above)
            badges.draw_badges(ax, self.own[column], self.places[column], self.lift)
            if self.lift:
                timeline.bracket(ax, self.wide)


def _sections(ax: Axes, series: xr.DataArray, first: bool) -> None:
    """Name the sections beside the first column."""
    names = [spoken(str(s)) if first else "" for s in series["section"].values]
    ax.set_yticks(range(len(names)), names, size=style.FOOT)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
