"""How panels are laid out: axes, events above them, names beside points, scales, the foot line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.transforms import offset_copy

import tajsim.plots.style as style
from tajsim.inputs.ledger import printed_in
from tajsim.results import select
from tajsim.results.numbers import display_name, month_text, width, words, wrap
from tajsim.results.window import DOCUMENTED_UNTIL, year_of, years

#: Years of results whose axis is lettered by months.
_SHORT = 2.0
PROJECTION_FROM = year_of(DOCUMENTED_UNTIL) + 1 / 12


def time_axis(
    ax: Axes, dataset: xr.Dataset, inches: float, bottom: bool = True, cells: bool = False
) -> None:
    """Give a panel of so many inches its axis of years; only the bottom one is lettered.

    With ``cells`` the last month has a width, as in a heat map; else it is a point.
    """
    when = years(dataset["month"].values)
    start, end = float(when[0]), float(when[-1]) + (1 / 12 if cells or len(when) == 1 else 0.0)
    ax.set_xlim(start, end)
    ax.tick_params(labelbottom=bottom)
    if end - start <= _SHORT:
        _month_ticks(ax, start, end, inches)
        if bottom:
            ax.set_xlabel("month")
        return
    step = next((s for s in (1, 2, 5, 10) if (end - start) / s <= inches / 0.40), 20)
    room = 0.14 / inches * (end - start)  # half a lettered year
    first = int(np.ceil(start / step)) * step
    ticks = [year for year in range(first, int(end) + 1, step) if year <= end - room]
    ax.set_xticks(ticks, [str(year) for year in ticks])
    if bottom:
        ax.set_xlabel("year")


def _month_ticks(ax: Axes, start: float, end: float, inches: float) -> None:
    """Letter months, as many as fit; the first of them, and each January, with its year."""
    first, last = round(12 * start), round(12 * end)
    step = next((s for s in (1, 2, 3, 6) if (last - first) / s <= inches / 0.62), 12)
    months = [m for m in range(first, last) if m % step == 0] or [first]
    texts = [month_text(f"{m // 12}-{m % 12 + 1:02d}") for m in months]
    kept = [m == months[0] or m % 12 == 0 for m in months]
    texts = [text if whole else text[:3] for text, whole in zip(texts, kept, strict=True)]
    ax.set_xticks([m / 12 for m in months], texts)


def has_projection(dataset: xr.Dataset) -> bool:
    """Tell whether months after the documented ones are among the results."""
    return float(years(dataset["month"].values)[-1]) >= PROJECTION_FROM


def shade_projection(ax: Axes, dataset: xr.Dataset, inches: float, named: bool = True) -> None:
    """Shade the projection of a panel and, if ``named``, say so in room kept at the top."""
    if not has_projection(dataset):
        return
    start, end = ax.get_xlim()
    band = ax.axvspan(max(PROJECTION_FROM, start), end, color=style.PROJECTION, lw=0, zorder=0)
    band.set_gid("projection")
    if named:
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.13 * (high - low))
        name_projection(ax, inches, -3.0)


def name_projection(ax: Axes, inches: float, points: float) -> None:
    """Write 'projection' over its months, so many points from the top of the panel.

    ``inches`` is the width of the panel; where the word does not fit it is left to the foot line.
    """
    start, end = ax.get_xlim()
    band = (end - max(start, PROJECTION_FROM)) / (end - start) * inches
    if width("projection", 7.5) > band + 0.05:
        return
    ax.annotate(
        "projection", ((max(start, PROJECTION_FROM) + end) / 2, 1.0),
        xycoords=ax.get_xaxis_transform(), xytext=(0, points), textcoords="offset points",
        ha="center", va="top" if points < 0 else "bottom", size=7.5, style="italic",
        color=style.QUIET, zorder=5, annotation_clip=False,
    )  # fmt: skip


def bracket(ax: Axes, inches: float) -> None:
    """Show by a line above a panel which months are projection, where shading would falsify."""
    start, end = ax.get_xlim()
    above = offset_copy(ax.get_xaxis_transform(), cast(Figure, ax.figure), y=3.0, units="points")
    ax.plot(
        [max(start, PROJECTION_FROM), end], [1.0, 1.0], color=style.QUIET, lw=1.6,
        transform=above, clip_on=False, solid_capstyle="butt", gid="projection",
    )  # fmt: skip
    name_projection(ax, inches, 5.0)


_MODES = {
    "posterior": "parameters from the calibrated sample",
    "prior": "parameters drawn from their ranges in each run",
    "wide": "fixed assumptions drawn too",
    "fixed": "parameters fixed",
}
#: With fewer runs than this the foot line warns.
ENOUGH = 30
#: Attribute of results: of how many scenarios those in the picture are the first.
GIVEN = "scenarios_given"


def foot(dataset: xr.Dataset, interval: str) -> str:
    """Return the foot line: runs, interval, seed, how parameters were taken, projection."""
    attrs = dataset.attrs
    runs = dataset.sizes["run"]
    parts = [
        f"{runs:,} run{'s' if runs != 1 else ''} per scenario",
        f"seed {attrs.get('seed', 'not stated')}",
    ]
    if "," in str(attrs.get("runs_given", "")):
        parts[0] += f" (those that all results hold; given were {attrs['runs_given']})"
    if attrs.get("parameters_mode") in _MODES:
        parts.append(_MODES[attrs["parameters_mode"]])
    text = f"{'; '.join(parts)}. {interval if runs > 1 else 'One run: no interval.'}"
    text += few(runs)
    if GIVEN in attrs:
        text += (
            f" Only the first {dataset.sizes['scenario']} of {attrs[GIVEN]} scenarios have room; "
            "tajsim plot --scenarios draws others."
        )
    if has_projection(dataset):
        text += " Months after December 2015 are projection."
    if different := select.mixture([dataset]):
        text += f" {different}"
    version = attrs.get("tajsim_version")
    return f"{text} tajsim\N{NO-BREAK SPACE}{version}." if version else text


def few(runs: int) -> str:
    """Return the warning of the foot line where there are few runs, else nothing."""
    return f" Fewer than {ENOUGH} runs: results are rough." if 1 < runs < ENOUGH else ""


def subtitle(dataset: xr.Dataset, text: str, shown: int = 0) -> str:
    """Return the question that the results answer and, on a line below, what is drawn.

    ``shown`` is the number of headline outcomes chosen to stand for all, 0 if they were named.
    """
    choice = select.told(dataset, shown) if shown else ""
    return "\n".join(filter(None, [select.question(dataset), f"{choice} {text}".strip()]))


def label_of(dataset: xr.Dataset, scenario: str) -> str:
    """Return the short label of a scenario, or its name as words."""
    own = select.attribute(dataset, "labels").get(scenario)
    return str(own or words(scenario.replace("_", "-")))


def titled_panel(ax: Axes, text: str, inches: float, **placed: Any) -> None:
    """Write a heading above a panel of so many inches, on as many lines as it takes."""
    ax.set_title("\n".join(wrap(text, inches, style.BODY, bold=True)), **placed)


def write_right(ax: Axes, height: float, text: str, up: float = 0.0, **written: Any) -> None:
    """Write a text right of a panel at a height of its vertical axis, ``up`` by some points."""
    ax.annotate(
        text, (1, height), xycoords=ax.get_yaxis_transform(), xytext=(6, up),
        textcoords="offset points", **{"size": style.FOOT, "va": "center", **written},
    )  # fmt: skip


def name_rows(
    ax: Axes, places: Sequence[float], names: Sequence[str], size: float = style.SMALL
) -> None:
    """Name what stands at places of the vertical axis, with no grid across and no line beside."""
    ax.set_yticks(list(places), list(names), size=size, linespacing=1.15)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)


def colour_bar(
    shown: ScalarMappable, panels: Axes | Sequence[Axes], label: str, inches: float, **placed: Any
) -> Colorbar:
    """Put a named scale of colours of so many inches beside panels of one picture."""
    first = panels if isinstance(panels, Axes) else panels[0]
    where = placed if "cax" in placed else {"ax": panels, **placed}
    bar = cast(Figure, first.figure).colorbar(shown, **where)
    across = bar.orientation == "horizontal"
    style.plain_numbers(bar.ax.xaxis if across else bar.ax.yaxis, inches)
    bar.set_label("\n".join(wrap(label, inches, style.SMALL)), size=style.SMALL)
    bar.outline.set_visible(False)
    return bar


@dataclass(frozen=True)
class EventMarker:
    """One or more events of a month, under one number; ``owners`` are the scenarios with them."""

    number: int
    month: str
    text: str
    owners: tuple[str, ...]
    colour: str
    sections: tuple[str, ...] = ()

    @property
    def year(self) -> float:
        """The month as a decimal year."""
        return year_of(self.month)


def event_markers(
    dataset: xr.Dataset, events: bool | Sequence[str], usual: Sequence[str] | None = None
) -> list[EventMarker]:
    """Return the events of the scenarios by date, those of one month and owner under one number.

    ``events`` are the kinds of event to keep; ``False`` keeps none, ``True`` the ``usual`` kinds
    of the picture (``None`` for all).
    """
    if events is False:
        return []
    kinds = usual if events is True else [events] if isinstance(events, str) else events
    names = select.names_of(dataset)
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    table = select.attribute(dataset, "events")
    owners: dict[tuple[str, str, str, str], list[str]] = {}
    for name in names:
        for event in table.get(name, []):
            if (kinds is None or event["kind"] in kinds) and event["month"] in months:
                arguments = event.get("arguments", {})
                section, held = str(arguments.get("section", "")), arguments.get("change") == "hold"
                places = event.get("sources") or printed_in(event.get("figures", ()))
                label = "Deals held by both sides" if held else event["label"]
                what = (event["month"], label, section, source(places))
                holders = owners.setdefault(what, [])
                if name not in holders:
                    holders.append(name)
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, str, str]]] = {}
    for (month, *part), holders in owners.items():
        groups.setdefault((month, tuple(holders)), []).append((part[0], part[1], part[2]))
    found = []
    for number, ((month, who), parts) in enumerate(sorted(groups.items()), start=1):
        text = _joined([(label, where) for label, _, where in parts])
        sections = tuple(dict.fromkeys(section for _, section, _ in parts if section))
        found.append(EventMarker(number, month, text, who, _colour(names, who), sections))
    return found


def source(places: Sequence[str]) -> str:
    """Return documents with their lines, ``icg-2016:35, 83``, of ``document:line``; "" of none."""
    lines: dict[str, list[str]] = {}
    for document, _, line in (place.rpartition(":") for place in dict.fromkeys(places)):
        lines.setdefault(document, []).append(line)
    return "; ".join(f"{name}:{', '.join(found)}" for name, found in lines.items())


def _joined(parts: Sequence[tuple[str, str]]) -> str:
    """Return labels with their sources, a source that several share once, after the last."""
    groups: dict[str, list[str]] = {}
    for label, where in dict.fromkeys(parts):
        groups.setdefault(where, []).append(label)
    said = (
        f"{'; '.join(own)} ({where})" if where else "; ".join(own) for where, own in groups.items()
    )
    return "; ".join(said)


def _colour(names: Sequence[str], owners: Sequence[str]) -> str:
    """Return the colour of the only scenario with an event; grey for one that several share."""
    own = len(owners) == 1 and len(names) > 1 and owners[0] != names[0]
    return style.scenario_look(names.index(owners[0])).colour if own else style.QUIET


def events_key(
    found: Sequence[EventMarker], names: Sequence[str], headed: bool = False
) -> list[style.KeyEntry]:
    """Return the key of the events, under a heading per set of scenarios if there are several.

    ``headed`` gives those of a single scenario a heading too.
    """
    entries: list[style.KeyEntry] = []
    for owners in dict.fromkeys(mark.owners for mark in found):
        own = [mark for mark in found if mark.owners == owners]
        if len(names) > 1:
            where = "all scenarios" if len(owners) == len(names) else ", ".join(owners)
            entries.append(style.KeyEntry(f"Events in {where}", colour=own[0].colour))
        elif headed:
            entries.append(style.KeyEntry("Events"))
        entries += [
            style.KeyEntry(f"{month_text(m.month)}: {m.text}", str(m.number), m.colour) for m in own
        ]
    return entries


_ROW = 11.0  # points from one row of numbers to the next


@dataclass(frozen=True)
class MarkerPlace:
    """Where the number of an event stands: near its month, ``points`` above the panel."""

    year: float
    points: float


def marker_places(
    found: Sequence[EventMarker], dataset: xr.Dataset, inches: float
) -> list[MarkerPlace]:
    """Return a place for each number, near its month and in its order, such that none touch.

    ``inches`` is the (least) length of the axis on paper. Events that are too many for one row of
    numbers are dealt out over several.
    """
    if not found:
        return []
    when = years(dataset["month"].values)
    per_year = inches / (float(when[-1]) + 1 / 12 - float(when[0]))
    gap = (width("0" * len(str(found[-1].number)), 6.5, bold=True) + 0.085) / per_year
    length = inches / per_year
    rows = int(np.ceil(gap * (len(found) - 1) / length)) if len(found) > 1 else 1
    step = gap / max(rows, 1)
    start, end = float(when[0]), float(when[0]) + length
    places = apart([mark.year for mark in found], step, start, end)
    pushed = max(abs(p - mark.year) for p, mark in zip(places, found, strict=True)) * per_year
    least = 12.0 + min(14.0, 18.0 * pushed)  # a line to a number far aside must not lie flat
    return [MarkerPlace(year, least + i % max(rows, 1) * _ROW) for i, year in enumerate(places)]


def apart(wanted: Sequence[float], step: float, start: float, end: float) -> list[float]:
    """Return ascending places at least ``step`` apart, as near as can be to those wanted.

    Neighbours that are too close form a block about the mean of their wishes.
    """
    blocks: list[list[float]] = []  # sum of (wish - own offset), count
    for i, wish in enumerate(wanted):
        blocks.append([wish - i * step, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    free = [total / count for total, count in blocks for _ in range(int(count))]
    last = end - (len(wanted) - 1) * step
    return [max(start, min(place, last)) + i * step for i, place in enumerate(free)]


def head_room(places: Sequence[MarkerPlace]) -> float:
    """Return the points that the numbers of events need above a panel."""
    return max((place.points + 8.0 for place in places), default=0.0)


def draw_event_lines(ax: Axes, found: Sequence[EventMarker]) -> None:
    """Draw a thin line at each event."""
    for mark in found:
        line = ax.axvline(mark.year, color=mark.colour, lw=0.8, ls=(0, (1, 1.5)), zorder=1.5)
        line.set_gid(f"event-{mark.number}")


def draw_event_numbers(
    ax: Axes, found: Sequence[EventMarker], places: Sequence[MarkerPlace], lift: float = 0.0
) -> None:
    """Write the numbers of the events above a panel, each tied to its month by a thin line.

    ``lift`` raises them by so many points.
    """
    top = ax.get_xaxis_transform()
    for mark, place in zip(found, places, strict=True):
        lifted = offset_copy(top, cast(Figure, ax.figure), y=place.points + lift, units="points")
        arrow = {"arrowstyle": "-", "color": mark.colour, "lw": 0.6, "shrinkA": 0, "shrinkB": 0}
        ax.annotate(
            "", xy=(mark.year, 1.0), xycoords=top, xytext=(place.year, 1.0), textcoords=lifted,
            annotation_clip=False, zorder=2.9, arrowprops=arrow,
        )  # fmt: skip
        written = style.numbered(mark.colour)
        ax.text(place.year, 1.0, str(mark.number), transform=lifted, zorder=6, **written)


class EventRows:
    """The events above panels of one scenario each, with the line that shows the projection.

    ``inches`` is the least length of a panel's axis of time; ``room`` the points that all of this
    needs above a panel.
    """

    def __init__(self, dataset: xr.Dataset, found: Sequence[EventMarker], inches: float) -> None:
        self.inches = inches
        names = select.names_of(dataset)
        self.own = {name: [mark for mark in found if name in mark.owners] for name in names}
        self._places = {n: marker_places(own, dataset, inches) for n, own in self.own.items()}
        self._lift = 12.0 if has_projection(dataset) else 0.0
        self.room = max(map(head_room, self._places.values()), default=0.0) + self._lift

    def draw(self, ax: Axes, scenario: str) -> None:
        """Write the numbers of a scenario's events above a panel, and the line below them."""
        draw_event_numbers(ax, self.own[scenario], self._places[scenario], self._lift)
        if self._lift:
            bracket(ax, self.inches)


@dataclass(frozen=True)
class Grid:
    """The panels of things (tasks, commanders) and scenarios, and how large they are, in inches."""

    things: Sequence[str]
    scenarios: Sequence[str]
    tall: float = 1.5
    low: float = 0.95
    across: int = 3
    heads: Mapping[str, str] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether there is one scenario only."""
        return len(self.scenarios) == 1

    @property
    def columns(self) -> int:
        """Panels in a row."""
        return min(self.across, len(self.things)) if self.alone else len(self.scenarios)

    @property
    def count(self) -> int:
        """All panels."""
        return len(self.things) * len(self.scenarios)

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return -(-self.count // self.columns)

    @property
    def wide(self) -> float:
        """Inches of a panel's axis, at least."""
        return 5.6 / self.columns

    @property
    def height(self) -> float:
        """Inches of a panel's other axis."""
        return self.tall if self.alone else self.low

    def panel(self, index: int) -> tuple[str, str]:
        """Return thing and scenario of a panel."""
        if self.alone:
            return self.things[index], self.scenarios[0]
        row, column = divmod(index, self.columns)
        return self.things[row], self.scenarios[column]

    def dress(
        self, ax: Axes, dataset: xr.Dataset, index: int, events: EventRows, unit: str
    ) -> None:
        """Give a panel its axes, heading, projection and events."""
        row, column = divmod(index, self.columns)
        thing, scenario = self.panel(index)
        time_axis(ax, dataset, self.wide, bottom=index + self.columns >= self.count)
        said = self.heads.get(thing, display_name(thing))
        head = said if self.alone else scenario if row == 0 else ""
        titled_panel(ax, head, self.wide, pad=4 + (events.room if row == 0 else 0.0))
        ax.tick_params(labelleft=column == 0)
        if column == 0 and self.alone:
            ax.set_ylabel(unit)
        elif column == 0:  # read without turning the head: the panels are low
            name = "\n".join([*wrap(said, 0.95, 8.5), f"({unit})"])
            ax.set_ylabel(name, rotation=0, ha="right", va="center")
        draw_event_lines(ax, events.own[scenario])
        if row == 0:
            events.draw(ax, scenario)


def draw_grid(
    dataset: xr.Dataset,
    grid: Grid,
    found: Sequence[EventMarker],
    draw: Callable[[Axes, str, str], None],
    unit: str,
    below: float = 0.0,
    **around: Any,
) -> tuple[style.Layout, SubplotSpec]:
    """Draw a panel for each thing in each scenario, with its events.

    Args:
        dataset: results.
        grid: the panels.
        found: the events.
        draw: fills a panel, given its thing and scenario.
        unit: of the vertical axes.
        below: inches kept free below the panels.
        around: title, subtitle, legend, key and foot.

    Returns:
        The layout, and the room below.
    """
    above = EventRows(dataset, found, grid.wide)
    upper = grid.height * grid.rows + above.room / 72 + 0.4
    layout = style.Layout(body=upper + below, **around)
    ratios = [upper, below] if below else None
    boxes = layout.figure.add_gridspec(2 if below else 1, 1, height_ratios=ratios)
    cells = boxes[0].subgridspec(grid.rows, grid.columns)
    for index in range(grid.count):
        ax = layout.figure.add_subplot(cells[divmod(index, grid.columns)])
        draw(ax, *grid.panel(index))
        grid.dress(ax, dataset, index, above, unit)
    return layout, boxes[-1]
