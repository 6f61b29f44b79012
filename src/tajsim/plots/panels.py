"""How panels are laid out: axes, events above them, names beside points, scales, the foot line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

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
from tajsim.results.answer import ENOUGH
from tajsim.results.numbers import month_text, width, wrap
from tajsim.results.window import DOCUMENTED_UNTIL, own_events, year_of, years

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
        first, last = round(12 * start), round(12 * end)
        step = next((s for s in (1, 2, 3, 6) if (last - first) / s <= inches / 0.62), 12)
        months = [m for m in range(first, last) if m % step == 0] or [first]
        texts = [month_text(f"{m // 12}-{m % 12 + 1:02d}") for m in months]
        # The first month and each January have their year.
        texts = [
            t if m in months[:1] or m % 12 == 0 else t[:3]
            for m, t in zip(months, texts, strict=True)
        ]
        ax.set_xticks([m / 12 for m in months], texts)
    else:
        step = next((s for s in (1, 2, 5, 10) if (end - start) / s <= inches / 0.40), 20)
        room = 0.14 / inches * (end - start)  # half a lettered year
        first = int(np.ceil(start / step)) * step
        ticks = [year for year in range(first, int(end) + 1, step) if year <= end - room]
        ax.set_xticks(ticks, [str(year) for year in ticks])
    if bottom:
        ax.set_xlabel("month" if end - start <= _SHORT else "year")


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
    look = {"size": 7.5, "style": "italic", "color": style.QUIET, "annotation_clip": False}
    look |= {"ha": "center", "va": "top" if points < 0 else "bottom"}
    write_top(ax, (max(start, PROJECTION_FROM) + end) / 2, "projection", (0, points), **look)


_MODES = {
    "posterior": "parameters from the calibrated sample",
    "prior": "parameters drawn from their ranges in each run",
    "wide": "fixed assumptions drawn too",
    "fixed": "parameters fixed",
    "conditioned": "conditioned on documented events",
}
#: Attribute of results: of how many scenarios those in the picture are the first.
GIVEN = "scenarios_given"


def foot(dataset: xr.Dataset, interval: str) -> str:
    """Return the foot line: runs, interval, seed, how parameters were taken, projection."""
    attrs = dataset.attrs
    runs = dataset.sizes["run"]
    count = f"{runs:,} run{'s' if runs != 1 else ''} per scenario"
    parts = [count, f"seed {attrs.get('seed', 'not stated')}"]
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
    if different := select.mixture(dataset):
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
    names, whole = select.names_of(dataset), len(select.headline(dataset))
    asked = select.attribute(dataset, "questions").get(names[-1], "") if len(names) <= 2 else ""
    if 0 < shown < whole:
        which = ", those that differ most" if len(names) > 1 else ""
        text = f"{shown} of {whole} headline outcomes{which}. {text}"
    return "\n".join(filter(None, (str(asked), text.strip())))


def titled_panel(ax: Axes, text: str, inches: float, **placed: Any) -> None:
    """Write a heading above a panel of so many inches, on as many lines as it takes."""
    ax.set_title("\n".join(wrap(text, inches, style.BODY, bold=True)), **placed)


def write_beside(
    ax: Axes, place: tuple[float, float], text: str, by: tuple[float, float], **written: Any
) -> None:
    """Write a text so many points from a place, as `annotate` of matplotlib does."""
    usual = {"textcoords": "offset points", "size": style.FOOT}
    ax.annotate(text, place, xytext=by, **{**usual, **written})


def write_top(ax: Axes, year: float, text: str, by: tuple[float, float], **written: Any) -> None:
    """Write a text so many points from the top of a panel at a place of its horizontal axis."""
    across = {"xycoords": ax.get_xaxis_transform(), "zorder": 5}
    write_beside(ax, (year, 1.0), text, by, **{**across, **written})


def write_right(ax: Axes, height: float, text: str, up: float = 0.0, **written: Any) -> None:
    """Write a text right of a panel at a height of its vertical axis, ``up`` by some points."""
    along = {"xycoords": ax.get_yaxis_transform(), "va": "center"}
    write_beside(ax, (1.0, height), text, (6, up), **{**along, **written})


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
    bar = cast(Figure, first.figure).colorbar(shown, ax=panels, **placed)
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


def event_markers(dataset: xr.Dataset) -> list[EventMarker]:
    """Return the events by date, those of one month and owner under one number.

    Of a comparison those that the reference does not have.
    """
    names = select.names_of(dataset)
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    owners: dict[tuple[str, str, str], dict[str, None]] = {}
    for name in names[1:] or names:
        whole = select.attribute(dataset, "events").get(name, ())
        for event in own_events(dataset, name) if names[1:] else whole:
            if event["month"] in months:
                held = event.get("arguments", {}).get("change") == "hold"
                label = "Deals held by both sides" if held else event["label"]
                where = source(event.get("sources") or printed_in(event.get("figures", ())))
                owners.setdefault((event["month"], label, where), {})[name] = None
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, str]]] = {}
    for (month, label, where), holders in owners.items():
        groups.setdefault((month, tuple(holders)), []).append((label, where))
    marks = []
    for number, ((month, who), parts) in enumerate(sorted(groups.items()), start=1):
        own = len(who) == 1 and who[0] in names[1:]  # grey is what several share
        colour = style.scenario_look(names.index(who[0])).colour if own else style.QUIET
        marks.append(EventMarker(number, month, _joined(parts), who, colour))
    return marks


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
    joined = {where: "; ".join(own) for where, own in groups.items()}
    return "; ".join(f"{own} ({where})" if where else own for where, own in joined.items())


def events_key(found: Sequence[EventMarker], dataset: xr.Dataset) -> list[style.KeyEntry]:
    """Return the key of the events, under a heading per set of scenarios if there are several."""
    entries: list[style.KeyEntry] = []
    called = select.labels_of(dataset)
    for owners in dict.fromkeys(mark.owners for mark in found):
        own = [mark for mark in found if mark.owners == owners]
        if len(called) > 1:
            whose = ", ".join(f"“{called[name]}”" for name in owners)
            entries.append(style.KeyEntry(f"Events in {whose}", colour=own[0].colour))
        entries += [
            style.KeyEntry(f"{month_text(m.month)}: {m.text}", str(m.number), m.colour) for m in own
        ]
    return entries


_TO = "\N{EN DASH}"  # between the first and the last number of a badge


class Badge(NamedTuple):
    """What stands above a panel: the numbers of events from a month on, up to ``until``."""

    year: float
    text: str
    colour: str
    until: float


def badges(found: Sequence[EventMarker], dataset: xr.Dataset, inches: float) -> list[Badge]:
    """Return a badge for each event, or one for several too near to stand side by side.

    ``inches`` is the (least) length of the axis of time on paper.
    """
    when = years(dataset["month"].values)
    length = float(when[-1]) + 1 / 12 - float(when[0])
    made = list[Badge]()
    for mark in found:
        year, text, colour = year_of(mark.month), str(mark.number), mark.colour
        if made and year < made[-1].until:
            year, before, theirs, _ = made.pop()
            text = f"{before.split(_TO)[0]}{_TO}{text}"
            colour = colour if colour == theirs else style.QUIET
        wide = width(text, 6.5, bold=True) + 0.1
        made.append(Badge(year, text, colour, year + wide / inches * length))
    return made


def apart(wanted: Sequence[float], step: float, start: float, end: float) -> list[float]:
    """Return ascending places at least ``step`` apart, as near as can be to those wanted.

    Neighbours that are too close form a block about the mean of their wishes.
    """
    from scipy.optimize import isotonic_regression  # which not every picture needs

    offsets = step * np.arange(len(wanted))
    free = isotonic_regression(wanted - offsets).x if len(wanted) else offsets
    last = max(end - step * (len(wanted) - 1), start)
    return [float(place) for place in np.clip(free, start, last) + offsets]


class Events:
    """The events above panels, with the line that shows the projection where shading would falsify.

    Args:
        found: the events.
        inches: the least length of a panel's axis of time.
        apart: whether each panel is of one scenario and shows its own events only.
    """

    def __init__(
        self, dataset: xr.Dataset, found: Sequence[EventMarker], inches: float, apart: bool = True
    ) -> None:
        names = select.names_of(dataset) if apart else [""]
        self.own = {n: [m for m in found if n in (*m.owners, "")] for n in names}
        self._inches = inches
        self._badges = {n: badges(own, dataset, inches) for n, own in self.own.items()}
        self._lift = 12.0 if apart and has_projection(dataset) else 0.0
        #: The points that all of this needs above a panel.
        self.room = 16.0 * any(self.own.values()) + self._lift

    def lines(self, ax: Axes, scenario: str = "") -> None:
        """Draw a thin line at each event."""
        for mark in self.own[scenario]:
            line = ax.axvline(
                year_of(mark.month), color=mark.colour, lw=0.8, ls=(0, (1, 1.5)), zorder=1.5
            )
            line.set_gid(f"event-{mark.number}")

    def above(self, ax: Axes, scenario: str = "") -> None:
        """Write the numbers of the events above a panel."""
        for badge in self._badges[scenario]:
            look = {**style.numbered(badge.colour), "ha": "left", "annotation_clip": False}
            write_top(ax, badge.year, badge.text, (0.0, 9.0 + self._lift), **look, zorder=6)
        if self._lift:
            start, end = ax.get_xlim()
            up = offset_copy(ax.get_xaxis_transform(), cast(Figure, ax.figure), 0, 3.0, "points")
            line: dict[str, Any] = {"color": style.QUIET, "lw": 1.6, "solid_capstyle": "butt"}
            ends = [max(start, PROJECTION_FROM), end]
            ax.plot(ends, [1.0, 1.0], transform=up, clip_on=False, gid="projection", **line)
            name_projection(ax, self._inches, 5.0)


def draw_grid(
    dataset: xr.Dataset,
    things: Mapping[str, str],
    draw: Callable[[Axes, str, str], None],
    interval: str,
    *,
    heights: tuple[float, float],
    unit: str = "",
    across: int = 3,
    inches: float = 5.6,
    below: float = 0.0,
    **around: Any,
) -> tuple[style.Layout, SubplotSpec]:
    """Draw a panel for each thing (task, commander, outcome) in each scenario, with its events.

    A row of panels is a thing, a column a scenario; of one scenario things stand ``across``.

    Args:
        things: their names, and how they are called.
        draw: fills a panel, given its thing and scenario.
        interval: what the foot line says of intervals, see `foot`.
        heights: of a panel in inches, of one scenario and of several.
        unit: of the vertical axes; without one the panels are heat maps, which show no events.
        across: so many panels of one scenario stand in a row.
        inches, below: the width of all panels in a row, and the room kept free below.
        around: title, subtitle and legend.

    Returns:
        The layout, and the room below.
    """
    scenarios = select.names_of(dataset)
    alone, called = len(scenarios) == 1, select.labels_of(dataset)
    columns = min(across, len(things)) if alone else len(scenarios)
    each = [(thing, scenario) for thing in things for scenario in scenarios]
    rows, wide = -(-len(each) // columns), inches / columns
    found = event_markers(dataset) if unit else []
    events = Events(dataset, found, wide)
    around |= {"key": events_key(found, dataset), "foot": foot(dataset, interval)}
    upper = heights[not alone] * rows + events.room / 72 + 0.4
    layout = style.Layout(body=upper + below, **around)
    ratios = [upper, below] if below else None
    boxes = layout.figure.add_gridspec(2 if below else 1, 1, height_ratios=ratios)
    cells = boxes[0].subgridspec(rows, columns)
    for index, (thing, scenario) in enumerate(each):
        row, column = divmod(index, columns)
        ax = layout.figure.add_subplot(cells[row, column])
        draw(ax, thing, scenario)
        time_axis(ax, dataset, wide, bottom=index + columns >= len(each), cells=not unit)
        head = things[thing] if alone else called[scenario] if row == 0 else ""
        titled_panel(ax, head, wide, pad=4 + (events.room if row == 0 else 0.0))
        ax.tick_params(labelleft=column == 0)
        if unit and column == 0 and alone:
            ax.set_ylabel(unit)
        elif unit and column == 0:  # read without turning the head: the panels are low
            name = "\n".join([*wrap(things[thing], 0.95, 8.5), f"({unit})"])
            ax.set_ylabel(name, rotation=0, ha="right", va="center")
        events.lines(ax, scenario)
        if row == 0:
            events.above(ax, scenario)
    return layout, boxes[-1]
