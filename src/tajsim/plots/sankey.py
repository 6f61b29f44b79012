"""Sankey diagrams: columns of nodes with ribbons between them, and the money drawn so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.errors import UserError
from tajsim.results import numbers, select
from tajsim.results.window import Floats, at_places, over, window_of

BAR = 0.14  # inches, width of a node
_LETTERS, _LINE = 6.8, 0.108  # points of a label, inches of a line of it
_GAP = 0.07  # inches between nodes
_STUB = 0.22  # inches, at most, of a bar that is cut
_EDGE = 0.04  # inches, width of the coloured edge of a box


@dataclass(frozen=True)
class Node:
    """A payer or receiver: its label and what it pays or receives in each run ``(run,)``.

    ``said`` stands in the label in place of the amount. ``kept`` is what it has besides and keeps
    to itself, ``(run,)``; ``more`` stands at the end of the label.
    """

    name: str
    label: str
    values: Floats
    colour: str
    said: str | None = None
    kept: Floats | None = None
    more: str = ""

    @property
    def mean(self) -> float:
        """The mean over runs, the length of the bar; no bar is shorter than nothing."""
        return max(float(np.mean(self.values)), 0.0)

    @property
    def lines(self) -> list[str]:
        """The lines of the label."""
        said = amount(self.values) if self.said is None else self.said
        return [line for text in (self.label, said, self.more) for line in text.split("\n") if line]


@dataclass(frozen=True)
class Flow:
    """A mean payment from one node to another."""

    source: str
    target: str
    size: float
    colour: str


@dataclass(frozen=True)
class NodePlace:
    """A node and the upper end of its bar, in inches below the top of its column."""

    node: Node
    top: float


def amount(values: Floats) -> str:
    """Return the median over runs and the range of 90 % of them: ``8.5 [3.2 to 14.1]``."""
    low, median, high = (_short(v) for v in np.quantile(values, [0.05, 0.5, 0.95]))
    return median if low == high else f"{median} [{low} to {high}]"


def _short(value: float) -> str:
    return numbers.number(float(value), decimals=0 if abs(value) >= 20 else 1)


def _text(node: Node) -> float:
    """Return the height of a label."""
    return len(node.lines) * _LINE


def _stub(node: Node, scale: float) -> float:
    """Return the inches of what a node keeps, as far as it is drawn."""
    kept = 0.0 if node.kept is None else max(float(np.mean(node.kept)), 0.0)
    return min(kept * scale, _STUB)


def _bar(node: Node, scale: float) -> float:
    return node.mean * scale + _stub(node, scale)


def _slot(node: Node, scale: float, boxed: bool) -> float:
    bar, text = _bar(node, scale), _text(node)
    return bar + text if boxed and bar < text else max(bar, text)


def column_height(nodes: Sequence[Node], scale: float, boxed: bool = False) -> float:
    """Return the inches that a column takes at least."""
    return sum(_slot(node, scale, boxed) + _GAP for node in nodes)


def place_nodes(
    nodes: Sequence[Node], scale: float, tall: float = 0.0, boxed: bool = False
) -> dict[str, NodePlace]:
    """Return where each node of a column stands, from the top down, over at least so many inches.

    The label of a box too low for it stands above the box.
    """
    found, at = {}, 0.0
    spare = max(tall - column_height(nodes, scale, boxed), 0.0) / max(len(nodes) - 1, 1)
    for node in nodes:
        slot, bar = _slot(node, scale, boxed), _bar(node, scale)
        found[node.name] = NodePlace(node, at - (slot - bar) / (1 if boxed else 2))
        at -= slot + _GAP + spare
    return found


def draw_ribbons(
    ax: Axes,
    flows: Sequence[Flow],
    left: tuple[dict[str, NodePlace], float],
    right: tuple[dict[str, NodePlace], float],
    scale: float,
) -> None:
    """Draw a ribbon per flow from the right edge of one column to the left edge of another.

    A flow of nothing, or of less, has no ribbon.
    """
    starts = {name: spot.top for name, spot in left[0].items()}
    ends = {name: spot.top for name, spot in right[0].items()}
    order = {name: i for i, name in enumerate(right[0])}
    sources = {name: i for i, name in enumerate(left[0])}
    drawn = [flow for flow in flows if flow.size > 0.0]
    upper: dict[Flow, float] = {}
    for flow in sorted(drawn, key=lambda f: (sources[f.source], order[f.target])):
        upper[flow] = starts[flow.source]
        starts[flow.source] -= flow.size * scale
    for flow in sorted(drawn, key=lambda f: (order[f.target], sources[f.source])):
        a, b, tall = upper[flow], ends[flow.target], flow.size * scale
        ends[flow.target] -= tall
        ax.add_patch(_ribbon((left[1], a), (right[1], b), tall, flow.colour))


def _ribbon(
    start: tuple[float, float], end: tuple[float, float], tall: float, colour: str
) -> PathPatch:
    (x0, a), (x1, b) = start, end
    middle = (x0 + x1) / 2
    points = [
        (x0, a), (middle, a), (middle, b), (x1, b),
        (x1, b - tall), (middle, b - tall), (middle, a - tall), (x0, a - tall), (x0, a),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path(points, codes), fc=colour, ec=colour, alpha=0.5, lw=0.3, zorder=3)


def draw_bars(
    ax: Axes, places: dict[str, NodePlace], x: float, scale: float, text_right: bool = True
) -> None:
    """Draw the nodes of a column as bars with their labels beside them."""
    for spot in places.values():
        tall = spot.node.mean * scale
        _rectangle(ax, x, spot.top - tall, BAR, tall, spot.node.colour)
        _draw_kept(ax, spot, x, scale)
        at, align = (x + BAR + 0.05, "left") if text_right else (x - 0.05, "right")
        _write(ax, at, spot.top - _bar(spot.node, scale) / 2, spot.node, align)


def draw_boxes(ax: Axes, places: dict[str, NodePlace], x: float, wide: float, scale: float) -> None:
    """Draw the nodes of a column as boxes with their labels inside, or above the low ones."""
    for spot in places.values():
        node, tall, text = spot.node, spot.node.mean * scale, _text(spot.node)
        _rectangle(ax, x, spot.top - tall, wide, tall, style.lighter(node.colour, 0.75))
        for edge in (x, x + wide - _EDGE):
            _rectangle(ax, edge, spot.top - tall, _EDGE, tall, node.colour)
        middle = spot.top - tall / 2 if tall >= text else spot.top + text / 2
        _write(ax, x + wide / 2, middle, node, "center")


def _write(ax: Axes, x: float, y: float, node: Node, align: str) -> None:
    text = "\n".join(node.lines)
    ax.text(x, y, text, size=_LETTERS, ha=align, va="center", linespacing=1.1, zorder=6)


def _rectangle(ax: Axes, x: float, y: float, wide: float, tall: float, colour: str) -> None:
    ax.add_patch(
        Rectangle((x, y), wide, max(tall, 0.006), fc=colour, ec=style.INK, lw=0.3, zorder=4)
    )


def _draw_kept(ax: Axes, spot: NodePlace, x: float, scale: float) -> None:
    """Draw what a node keeps, paler, below its bar; a white stroke says that it is cut."""
    below = _stub(spot.node, scale)
    if below <= 0.0:
        return
    bottom = spot.top - spot.node.mean * scale - below
    _rectangle(ax, x, bottom, BAR, below, style.lighter(spot.node.colour, 0.6))
    if below == _STUB:
        ends, middle = [x - 0.03, x + BAR + 0.03], bottom + below / 2
        for colour, thick in ((style.INK, 3.4), ("white", 2.2)):
            ax.plot(
                ends, [middle - 0.03, middle + 0.03], color=colour, lw=thick, zorder=5,
                solid_capstyle="butt",
            )  # fmt: skip


#: What the picture reads, each summed over the window by year.
NEEDED = (
    "network_margin", "tolls", "resale", "extortion", "fees_commander", "fees_regime",
    "rents_to_commander", "rents_to_regime", "rents_kept", "rents_commander", "patronage",
    "aid_delivered", "aid_diverted", "aid_freed",
)  # fmt: skip
#: Part of all payments below which a power, an agency or a commander joins the others.
SMALL = 0.02
_NOTHING = 1e-6  # million USD a year: what rounding leaves of nothing
_BY = {"agency": "agencies", "power": "powers", "commander": "commanders"}

Parts = dict[str, Floats]


class Payments:
    """The payments of one scenario: four columns of nodes, and the flows between each two.

    What comes into a node of the second or third column goes on to the next one or ends there.
    Amounts are in million USD a year, ``(run,)``; the size of a flow is the mean over runs.

    Args:
        values: the outcomes of `NEEDED` over the window, ``(own dimension, run)``.
        large: by dimension, who is told apart.
    """

    def __init__(
        self, values: Mapping[str, xr.DataArray], large: Mapping[str, Sequence[str]]
    ) -> None:
        self._values, self._large = values, large
        self.columns: tuple[list[Node], ...] = ([], [], [], [])
        self.flows: tuple[list[Flow], ...] = ([], [], [])
        self._to_agencies()
        self._from_networks()
        self._aid()
        self._from_agencies()
        self._circle()
        self.columns = tuple([n for n in c if n.mean > _NOTHING] for c in self.columns)
        drawn = {node.name for column in self.columns for node in column}
        self.flows = tuple(
            [f for f in flows if f.size > _NOTHING and {f.source, f.target} <= drawn]
            for flows in self.flows
        )

    @property
    def largest(self) -> float:
        """Return the sum of the largest column, million USD a year."""
        return max(sum(node.mean for node in column) for column in self.columns)

    def _parts(self, name: str) -> Parts:
        """Return an outcome by name along its dimension, the small ones together."""
        values = self._values[name]
        (dimension,) = (str(d) for d in values.dims if d != "run")
        large = self._large[dimension]
        parts = {n: np.asarray(values.sel({dimension: n})) for n in large}
        rest = [n for n in map(str, values[dimension].values) if n not in large]
        if rest:
            others = at_places(self._values, name, {dimension: rest})
            parts[f"Other {_BY[dimension]}"] = np.asarray(others)
        return parts

    def _whole(self, name: str) -> Floats:
        return np.asarray(at_places(self._values, name))

    def _flow(self, gap: int, source: str, target: str, values: Floats, colour: str) -> None:
        self.flows[gap].append(Flow(source, target, float(np.mean(values)), colour))

    def _node(
        self, column: int, name: str, label: str, values: Floats, colour: str, **more: Any
    ) -> None:
        self.columns[column].append(Node(name, label, values, colour, **more))

    def _to_agencies(self) -> None:
        """People, buyers of seized drugs and networks pay the agencies."""
        for source, outcome, colour in _PAYERS:
            for agency, paid in self._parts(outcome).items():
                self._flow(0, source, agency, paid, colour)
        illicit = _added([self._parts(outcome) for _, outcome, _ in _PAYERS])
        for agency, taken in illicit.items():
            self._node(1, agency, numbers.display_name(agency), taken, _colour("agency", agency))
        self._node(0, "people", "People, extorted", self._whole("extortion"), style.PEOPLE)
        self._node(
            0, "buyers", "Buyers of drugs\nthat officers seized", self._whole("resale"), _RESOLD
        )

    def _from_networks(self) -> None:
        """Networks pay fees for protection and keep most of their margin."""
        to_commanders, to_circle = self._whole("fees_commander"), self._whole("fees_regime")
        fees = to_commanders + to_circle
        paid = self._whole("tolls") + fees
        kept = self._whole("network_margin") - paid
        more = f"and keep {amount(kept)}"
        self._node(0, "networks", "Drug networks pay", paid, style.DRUGS, kept=kept, more=more)
        self._flow(0, "networks", "fees", fees, style.DRUGS)
        self._node(1, "fees", "Protection fees", fees, style.DRUGS)
        self._flow(1, "fees", "takings", to_commanders, style.DRUGS)
        self._flow(1, "fees", "circle", to_circle, style.DRUGS)

    def _aid(self) -> None:
        """Powers give aid: part is diverted, and civilian aid frees own money."""
        freed, lost = self._whole("aid_freed"), self._parts("aid_diverted")
        self._node(0, "civilian", "Civilian aid, in part", freed, style.QUIET)
        self._flow(0, "civilian", "freed", freed, style.QUIET)
        self._flow(1, "freed", "circle", freed, style.QUIET)
        for power, given in self._parts("aid_delivered").items():
            colour = _colour("power", power)
            self._node(0, power, f"{numbers.display_name(power)}, aid", given, colour)
            self._flow(0, power, "diverted", lost[power], colour)
            self._flow(0, power, "used", given - lost[power], colour)
        diverted = self._whole("aid_diverted")
        used = self._whole("aid_delivered") - diverted
        self._flow(1, "diverted", "circle", diverted, style.LOST)
        self._node(1, "freed", "Own funds it frees", freed, style.QUIET)
        self._node(1, "diverted", "Aid diverted", diverted, style.LOST)
        self._node(1, "used", "Aid put to use", used, style.QUIET)

    def _from_agencies(self) -> None:
        """What agencies take is kept, or climbs."""
        for target, outcome in _CLIMBS:
            for agency, paid in self._parts(outcome).items():
                self._flow(1, agency, target, paid, _colour("agency", agency))
        kept, patronage = self._whole("rents_kept"), self._parts("patronage")
        takings = self._whole("rents_commander") - self._whole("patronage")
        self._node(2, "kept", "Kept by officers", kept, style.OTHERS)
        self._node(2, "takings", "Received by\ncommanders", takings, style.COMMANDERS)
        for commander, received in self._parts("rents_commander").items():
            given = patronage[commander]
            self._node(3, commander, numbers.display_name(commander), received, style.COMMANDERS)
            self._flow(2, "takings", commander, received - given, style.COMMANDERS)
            self._flow(2, "circle", commander, given, style.INK)

    def _circle(self) -> None:
        """The ruling circle pays its clients; the rest it keeps, or it lives on what it saved."""
        paid, income = self._whole("patronage"), np.zeros(1)
        for name in ("rents_to_regime", "fees_regime", "aid_diverted", "aid_freed"):
            income = income + self._whole(name)
        rest = income - paid
        if rest.mean() >= 0.0:
            self._node(3, "rest", "Kept by the\nruling circle", rest, style.INK)
            self._flow(2, "circle", "rest", rest, style.INK)
        else:
            income = paid
            self._node(1, "saved", "Saved by the circle", -rest, style.INK)
            self._flow(1, "saved", "circle", -rest, style.INK)
        more = f"pays patronage\n{amount(paid)}"
        self._node(2, "circle", "Ruling circle", income, style.INK, more=more)


_RESOLD = style.lighter(style.DRUGS, 0.35)
#: Who pays agencies -> the outcome, and the colour of the ribbons.
_PAYERS = (
    ("people", "extortion", style.PEOPLE),
    ("buyers", "resale", _RESOLD),
    ("networks", "tolls", style.DRUGS),
)
#: What becomes of it -> the outcome.
_CLIMBS = (("kept", "rents_kept"), ("takings", "rents_to_commander"), ("circle", "rents_to_regime"))


def told_apart(values: Mapping[str, xr.DataArray]) -> dict[str, list[str]]:
    """Return, by dimension, who has more than a small part in some scenario.

    Args:
        values: the outcomes of `NEEDED` over the window, ``(scenario, own dimension, run)``.
    """
    sizes = {
        "agency": values["tolls"] + values["extortion"] + values["resale"],
        "power": values["aid_delivered"],
        "commander": values["rents_commander"],
    }
    means = {d: v.mean("run").max("scenario") for d, v in sizes.items()}
    least = SMALL * sum(float(mean.sum()) for mean in means.values())
    found = {}
    for dimension, mean in means.items():
        names = [str(n) for n in mean[dimension].values]
        small = [n for n in names if 0.0 < float(mean.sel({dimension: n})) < least]
        # One alone needs no other name.
        joined = small if len(small) > 1 else []
        some = [n for n in names if float(mean.sel({dimension: n})) > 0.0]
        found[dimension] = [n for n in some if n not in joined]
    return found


def _added(parts: Sequence[Parts]) -> Parts:
    return {name: np.asarray(sum(part[name] for part in parts)) for name in parts[0]}


def _colour(dimension: str, name: str) -> str:
    if name.startswith("Other "):
        return style.OTHERS
    return style.actor_look(dimension, name).colour


_SUBTITLE = (
    "Who pays whom, from the source to the top. Heights are to scale, except what networks "
    "keep, which is cut short."
)
_INTERVAL = (
    "Million USD a year: medians, in brackets 90 % of the runs. Heights are means over the runs, "
    "which add up at every bar; medians of parts need not add up to the median of the whole."
)
_ONE_RUN = "Million USD a year."
#: Left edge and width of each column, inches.
_COLUMNS = ((1.18, BAR), (1.96, 1.1), (3.72, 1.0), (5.42, BAR))
_HEADS = ("from", "first recipient", "then", "final recipient")
_WIDE = style.WIDTH - 0.3
_TALL = 2.3  # inches for the sum of the largest column


def money(
    dataset: xr.Dataset, *, window: str | Sequence[str] | None = None, title: str | None = None
) -> Figure:
    """Draw payments as ribbons from those who pay to those who keep them, a panel per scenario.

    Args:
        dataset: results of one scenario or several.
        window: ``"2006-01:2010-12"``; by default from the first difference of a scenario from the
            reference to the end, for one scenario the whole time.
        title: heading.

    Raises:
        UserError: for results without the payments, or a wrong window.
    """
    _check(dataset)
    scenarios = select.names_of(dataset)
    months = window_of(dataset, window)
    values = {name: over(dataset[name], months) / 1e6 for name in NEEDED}
    large = told_apart(values)
    found = [Payments({n: v.sel(scenario=s) for n, v in values.items()}, large) for s in scenarios]
    largest = max(payments.largest for payments in found) or 1.0
    scale = _TALL / largest
    heights = [_height(payments, scale) for payments in found]
    rooms = [height + 0.35 for height in heights]
    inside = dataset.sel(month=slice(*months))
    layout = style.Layout(
        body=sum(rooms) + 0.25 * len(found),
        title=title or "Who gets the money from drugs, extortion and aid",
        subtitle=f"{numbers.month_text(months[0])} to {numbers.month_text(months[1])}. {_SUBTITLE}",
        foot=panels.foot(inside, _INTERVAL if dataset.sizes["run"] > 1 else _ONE_RUN),
    )
    grid = layout.panels(len(found), 1, len(found), height_ratios=rooms)
    for ax, payments, name, tall in zip(grid, found, scenarios, heights, strict=True):
        _panel(ax, payments, scale, tall)
        _scale_bar(ax, scale, tall)
        if len(found) > 1:
            panels.titled_panel(ax, name, 6.5, pad=4)
    return layout.figure


def _check(dataset: xr.Dataset) -> None:
    """Refuse results that the picture cannot be drawn from.

    Raises:
        UserError: for results without the payments.
    """
    there = select.outcome_names(dataset)
    missing = [name for name in NEEDED if name not in there]
    if missing:
        many = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise UserError(
            f"these results do not hold {', '.join(missing[:3])}{many}, which the picture of money "
            "needs: they come from an older version or --outcomes left it out; simulate them again"
        )


def _height(payments: Payments, scale: float) -> float:
    """Return the inches that the tallest column takes; below the last stands the scale."""
    first, second, third, last = payments.columns
    return max(
        column_height(first, scale),
        column_height(second, scale, boxed=True),
        column_height(third, scale, boxed=True),
        column_height(last, scale) + 0.45,
    )


def _panel(ax: Axes, payments: Payments, scale: float, tall: float) -> None:
    """Draw the four columns of a scenario; one unit of the panel is an inch."""
    ax.set(xlim=(0, _WIDE), ylim=(-tall - 0.05, 0.3))
    ax.set_axis_off()
    rooms = (tall, tall, tall, tall - 0.45)
    places = [
        place_nodes(nodes, scale, room, boxed=wide > BAR)
        for nodes, room, (_, wide) in zip(payments.columns, rooms, _COLUMNS, strict=True)
    ]
    for gap, flows in enumerate(payments.flows):
        edge = sum(_COLUMNS[gap])
        draw_ribbons(ax, flows, (places[gap], edge), (places[gap + 1], _COLUMNS[gap + 1][0]), scale)
    for spots, (x, wide) in zip(places, _COLUMNS, strict=True):
        if wide > BAR:
            draw_boxes(ax, spots, x, wide, scale)
        else:
            draw_bars(ax, spots, x, scale, text_right=x > _WIDE / 2)
    for head, (x, wide) in zip(_HEADS, _COLUMNS, strict=True):
        ax.text(
            x + wide / 2, 0.1, head, size=style.FOOT, style="italic", color=style.QUIET,
            ha="center", va="bottom",
        )  # fmt: skip


def _scale_bar(ax: Axes, scale: float, tall: float) -> None:
    """Draw how tall a round number of million USD a year is, in the lower right corner."""
    digits = 10.0 ** floor(log10(0.4 / scale))
    size = next(s * digits for s in (5.0, 2.0, 1.0) if s * digits * scale <= 0.4)
    x = _COLUMNS[3][0] + BAR
    ax.plot([x, x], [-tall, size * scale - tall], color=style.INK, lw=1.2, solid_capstyle="butt")
    ax.text(
        x + 0.05, size * scale / 2 - tall, f"{size:g} million\nUSD/year", size=6.5, ha="left",
        va="center", color=style.QUIET,
    )  # fmt: skip
