"""The border as a strip: section by section over time, what passes, what is caught, who guards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

import tajsim.plots.panels as badges
import tajsim.plots.panels as marks
import tajsim.plots.panels as timeline
import tajsim.plots.style as style
import tajsim.results.select as choose
import tajsim.results.select as select
from tajsim.axes import DIMENSIONS, SECTIONS
from tajsim.errors import UserError, unknown
from tajsim.inputs.ledger import load_kinds
from tajsim.plots.style import GUARD, KeyEntry, Layout, badge, with_guard
from tajsim.results.chronicle import EventLog, event_log, scheduled_labels, short_sentence
from tajsim.results.numbers import display_name, month_text, wrap
from tajsim.results.window import Floats, unit_of, years

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
    outcome: select.Names = None,
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
    names = select.outcomes(dataset, outcome, OUTCOMES)[:MOST]
    lost = [n for n in names if select.own_dimensions(dataset[n]) != ["section"]]
    if lost:
        raise UserError(
            [f"outcome '{n}' is not by section; the border picture needs that" for n in lost]
        )
    scenarios = select.names_of(dataset)
    frame = _Frame(dataset, marks.marks(dataset, events, _EVENTS), 4.6 / len(scenarios))
    page = Layout(
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
        self.names = select.names_of(dataset)
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
    names = [display_name(str(s)) if first else "" for s in series["section"].values]
    ax.set_yticks(range(len(names)), names, size=style.FOOT)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


#: So many numbers are told in the key: those of the events that weigh most.
MOST_TOLD = 40
_LANE = 0.46  # inches
#: Lanes from the top: who has them, and the dimensions of the actors in them.
LANES: dict[str, tuple[str, ...]] = {
    "Outside world": ("",),
    "Powers": ("power",),
    "Regime and state": ("regime",),
    "Commanders": ("commander",),
    "Agencies": ("agency",),
    "Traffickers": ("network",),
    "Movements": ("movement",),
    "People and regions": ("region",),
    "Militants": ("militant_group",),
}
_OWN = {
    "attack": "Movements", "party_closed": "Movements", "repression_step": "Movements",
    "migrants_return": "People and regions", "protest": "People and regions",
    "operation": "People and regions", "riot": "People and regions",
    "killing": "People and regions", "setting": "Outside world", "seats": "Movements",
    "slump": "Outside world", "slump_over": "Outside world", "dismissal_order": "Commanders",
    "arrest_order": "Commanders",
}  # fmt: skip
#: What a scenario schedules, the same in every run.
_SCHEDULED = ("setting", "handover", "withdrawal", "seats", "dismissal_order", "arrest_order")


def lanes(
    dataset: xr.Dataset,
    *,
    run: int | None = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw the events of one run of the last scenario, a lane per group of actors.

    Args:
        dataset: results with their chronicle; of several scenarios the last one counts.
        run: the number of the run; by default the first.
        events: kinds of event of the chronicle to draw; by default all.
        title: heading.

    Raises:
        UserError: for results without events, a run that they do not hold, or an unknown kind.
    """
    scenario = choose.names_of(dataset)[-1]
    runs = dataset["run"].values
    run = int(runs[0]) if run is None else run
    if run not in runs:
        raise UserError(
            f"run {run}: there is no such run; these results hold {runs.min()} to {runs.max()}"
        )
    found = event_log(dataset)
    found = found.where((found.scenario == scenario) & (found.run == run) & (found.month >= 0))
    if events is not True:
        found = found.where(np.isin(found.kind, _kinds(events)))
    weights = np.array([load_kinds()[kind].weight for kind in found.kind], int)
    rows = np.array([lane_of(found, i) for i in range(len(found))], int)
    groups = _groups(weights, rows, found)
    chosen = [i for group in groups for i in group]
    page = Layout(
        body=_LANE * len(LANES) + 0.6,
        title=title or f"Run {run} of {scenario}",
        subtitle=_subtitle(len(groups), len(found)),
        legend=_legend(),
        key=_key(dataset, found, groups, scenario),
        foot=timeline.foot(dataset, f"One run, number {run}: no interval; others differ."),
    )
    ax = page.figure.subplots()
    when = years(dataset["month"].values)
    _frame(ax, dataset)
    for weight in (1, 2, 3):
        here = np.flatnonzero((weights == weight) & ~np.isin(np.arange(len(rows)), chosen))
        ax.plot(
            when[found.month[here]], rows[here], ls="", marker="o", ms=1.6 + 1.6 * weight,
            mfc=_tint(weight), mec="white", mew=0.4, zorder=3 + weight, gid=f"weight-{weight}",
        )  # fmt: skip
    _numbers(ax, [(float(when[found.month[i]]), int(rows[i])) for i, *_ in groups])
    return page.figure


def _subtitle(told: int, events: int) -> str:
    if not events:
        return "Nothing is noted of this run in these months."
    numbered = f"The {told} numbered, those that weigh most, are told below."
    return numbered if told > 1 else "What is numbered is told below." if told else ""


def lane_of(events: EventLog, place: int) -> int:
    """Return the lane of an event: that of its kind, or of the actor who does or suffers it."""
    own = _OWN.get(str(events.kind[place]))
    if own:
        return list(LANES).index(own)
    for name in (str(events.actor[place]), str(events.target[place])):
        for row, dimensions in enumerate(LANES.values()):
            if name and any(name == d or name in DIMENSIONS.get(d, ()) for d in dimensions):
                return row
    return 0


def _kinds(events: bool | Sequence[str]) -> list[str]:
    """Return the kinds of event asked for.

    Raises:
        UserError: for each that there is not.
    """
    if events is False:
        return []
    names = choose.as_names(None if events is True else events)
    wrong = [unknown("kind of event", n, load_kinds()) for n in names if n not in load_kinds()]
    if wrong:
        raise UserError(wrong)
    return names


def _groups(
    weights: NDArray[np.int64], rows: NDArray[np.int64], found: EventLog
) -> list[list[int]]:
    """Return the events that are told, those of one lane and month together, in order of time.

    Where there are too many of a weight, what a scenario schedules gives way to the run's own.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for i in np.flatnonzero(weights > 1):
        groups.setdefault((int(found.month[i]), int(rows[i])), []).append(int(i))

    def rank(group: list[int]) -> tuple[int, bool, int]:
        top = [i for i in group if weights[i] == max(weights[group])]
        return -max(weights[group]), all(found.kind[i] in _SCHEDULED for i in top), group[0]

    order = sorted(groups.values(), key=rank)
    told = [[i for i in group if weights[i] == max(weights[group])] for group in order]
    return sorted(told[:MOST_TOLD])


def _key(
    dataset: xr.Dataset, found: EventLog, groups: Sequence[Sequence[int]], scenario: str
) -> list[KeyEntry]:
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    labels = scheduled_labels(dataset, scenario)
    entries = []
    for number, group in enumerate(groups, start=1):
        said = "; ".join(dict.fromkeys(short_sentence(found, i, labels) for i in group))
        text = f"{month_text(months[found.month[group[0]]])}: {said}"
        entries.append(KeyEntry(text, str(number), style.INK))
    return entries


def _frame(ax: Axes, dataset: xr.Dataset) -> None:
    """Draw the lanes with their names, the axis of years and the projection."""
    ax.set_ylim(len(LANES) - 0.5, -0.5)
    ax.set_yticks(range(len(LANES)), list(LANES))
    ax.grid(axis="y", visible=False)
    for row in range(0, len(LANES), 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#f3f5f7", lw=0, zorder=0.1)
    timeline.time_axis(ax, dataset, 5.4, cells=True)
    if timeline.has_projection(dataset):
        timeline.bracket(ax, 5.4)


def _numbers(ax: Axes, spots: Sequence[tuple[float, int]]) -> None:
    """Write the numbers in their lanes in two rows, tied to their months, none over another."""
    start, end = ax.get_xlim()
    step = (end - start) / 5.3 * 0.22
    for row in sorted({lane for _, lane in spots}):
        own = [(number, year) for number, (year, lane) in enumerate(spots, 1) if lane == row]
        for half, shift in ((own[::2], -0.24), (own[1::2], 0.24)):
            if not half:
                continue
            wished = [year for _, year in half]
            places = badges.apart(wished, step, start + step / 2, end - step / 4)
            for (number, year), place in zip(half, places, strict=True):
                ax.plot([year, place], [row, row + shift], color=style.QUIET, lw=0.6, zorder=3)
                ax.plot([year], [row], marker="o", ms=2.6, color=style.INK, zorder=4)
                ax.text(place, row + shift, str(number), zorder=8, **badge(style.INK))


def _tint(weight: int) -> str:
    return {1: style.lighter(style.QUIET, 0.35), 2: style.QUIET, 3: style.INK}[weight]


def _legend() -> list[tuple[Artist, str]]:
    names = {3: "break or turn", 2: "decision", 1: "what happens often"}
    return [
        (Line2D([], [], ls="", marker="o", ms=1.6 + 1.6 * w, mfc=_tint(w), mec="white"), name)
        for w, name in names.items()
    ]


@dataclass(frozen=True)
class Band:
    """One part of a whole: its name for the legend, its colours, and a hatch."""

    name: str
    colour: str
    hatch: str = ""

    @property
    def ink(self) -> str:
        """The colour of the hatch: seen on the area in colour and in grey."""
        white = style.ink_on(self.colour) == "white"
        return style.lighter(self.colour, 0.55) if white else style.darker(self.colour, 0.35)

    def patch(self) -> tuple[Artist, str]:
        """Return the entry of a legend."""
        edge = self.ink if self.hatch else style.QUIET
        return Patch(fc=self.colour, ec=edge, hatch=self.hatch, lw=0.0 if self.hatch else 0.4), (
            self.name
        )


#: What the country does by itself, what nobody does, and what is too small to be told apart.
OWN = Band("own agencies", "#cdc8bd")
NOBODY = Band("nobody", "#ffffff", "..")
OTHERS = Band("others", style.OTHERS, "xx")


def draw_stack(ax: Axes, when: Floats, values: Sequence[Floats], parts: Sequence[Band]) -> None:
    """Draw areas ``(month,)`` from the bottom up, a white line between any two."""
    base = np.zeros_like(when)
    for one, part in zip(values, parts, strict=True):
        top = base + np.nan_to_num(one)
        if np.any(top > base):
            area = ax.fill_between(
                when, base, top, facecolor=part.colour, lw=0, zorder=2,
                hatch=part.hatch or None, edgecolor=part.ink if part.hatch else "none",
            )  # fmt: skip
            area.set_gid(f"part-{part.name}")
            ax.plot(when, top, color="white", lw=0.4, zorder=2.5)
        base = top
