"""The money as a Sankey diagram: columns of those who pay or receive, with ribbons between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.axes import DIMENSIONS
from tajsim.errors import UserError
from tajsim.results import numbers, select
from tajsim.results.answer import labels_of
from tajsim.results.window import Floats, at_places, over, window_of

#: What the picture reads, each summed over the window by year.
NEEDED = (
    "network_margin", "tolls", "resale", "extortion", "fees_commander", "fees_regime",
    "rents_to_commander", "rents_to_regime", "rents_kept", "rents_commander", "patronage",
    "aid_delivered", "aid_diverted", "aid_freed",
)  # fmt: skip
#: Part of all payments below which a power, an agency or a commander joins the others.
SMALL = 0.02
_NOTHING = 1e-6  # million USD a year: what rounding leaves of nothing
_OTHERS = {"agency": "Other agencies", "power": "Other powers", "commander": "Other commanders"}
#: Who is no single agency, power or commander: the label and the colour.
_PURSES = {
    "people": ("People, extorted", style.PEOPLE),
    "buyers": ("Buyers of drugs\nthat officers seized", style.lighter(style.DRUGS, 0.35)),
    "networks": ("Drug networks pay", style.DRUGS),
    "civilian": ("Civilian aid, in part", style.QUIET),
    "fees": ("Protection fees", style.DRUGS),
    "freed": ("Own funds it frees", style.QUIET),
    "diverted": ("Aid diverted", style.LOST),
    "used": ("Aid put to use", style.QUIET),
    "saved": ("Saved by the circle", style.INK),
    "kept": ("Kept by officers", style.OTHERS),
    "takings": ("Received by\ncommanders", style.COMMANDERS),
    "circle": ("Ruling circle", style.INK),
    "rest": ("Kept by the\nruling circle", style.INK),
}


@dataclass(frozen=True)
class Node:
    """A payer or receiver: its label and what it pays or receives in each run ``(run,)``."""

    name: str
    label: str
    values: Floats
    colour: str
    more: str = ""

    @property
    def mean(self) -> float:
        """The mean over runs, the length of the bar; no bar is shorter than nothing."""
        return max(float(np.mean(self.values)), 0.0)

    @property
    def lines(self) -> list[str]:
        """The lines of the label, the amount below the name, ``more`` last."""
        return "\n".join(filter(None, (self.label, amount(self.values), self.more))).split("\n")


class Flow(NamedTuple):
    """A mean payment from one node to another."""

    source: str
    target: str
    size: float


class NodePlace(NamedTuple):
    """A node and the upper end of its bar, in inches below the top of its column."""

    node: Node
    top: float


def amount(values: Floats) -> str:
    """Return the median over runs and the range of 90 % of them: ``8.5 [3.2 to 14.1]``."""
    low, median, high = (
        numbers.number(float(v), decimals=0 if abs(v) >= 20 else 1)
        for v in np.quantile(values, [0.05, 0.5, 0.95])
    )
    return median if low == high else f"{median} [{low} to {high}]"


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
        self.flows: tuple[list[Flow], ...] = ([], [], [])
        into: list[dict[str, list[Floats]]] = [{}, {}, {}, {}]
        out: list[dict[str, list[Floats]]] = [{}, {}, {}, {}]
        for gap, source, target, paid in self._paid():
            out[gap].setdefault(source, []).append(paid)
            into[gap].setdefault(source, [])
            into[gap + 1].setdefault(target, []).append(paid)
            if (size := float(np.mean(paid))) > _NOTHING:
                self.flows[gap].append(Flow(source, target, size))
        self.columns = tuple(
            [
                node
                for name, received in into[column].items()
                if (node := self._node(name, sum(received or out[column][name], np.zeros(1)))).mean
                > _NOTHING
            ]
            for column in range(4)
        )

    def _node(self, name: str, values: Floats) -> Node:
        """Return a purse, or an agency, power or commander with its name and colour."""
        if name in _PURSES:
            more = ""
            if name == "networks":
                more = f"and keep {amount(self._whole('network_margin') - values)}"
            elif name == "circle":
                more = f"pays patronage\n{amount(self._whole('patronage'))}"
            return Node(name, _PURSES[name][0], values, _PURSES[name][1], more)
        dimension = next(d for d in _OTHERS if name in (*DIMENSIONS[d], _OTHERS[d]))
        colour = style.OTHERS if name == _OTHERS[dimension] else ""
        colour = style.COMMANDERS if dimension == "commander" else colour
        label = numbers.display_name(name) + ", aid" * (dimension == "power")
        return Node(name, label, values, colour or style.actor_look(dimension, name).colour)

    def _parts(self, name: str) -> dict[str, Floats]:
        """Return an outcome by name along its dimension, the small ones together."""
        values = self._values[name]
        (dimension,) = (str(d) for d in values.dims if d != "run")
        large = self._large[dimension]
        parts = {n: np.asarray(values.sel({dimension: n})) for n in large}
        if rest := [n for n in map(str, values[dimension].values) if n not in large]:
            parts[_OTHERS[dimension]] = np.asarray(at_places(self._values, name, {dimension: rest}))
        return parts

    def _whole(self, name: str) -> Floats:
        return np.asarray(at_places(self._values, name))

    def _paid(self) -> Iterator[tuple[int, str, str, Floats]]:
        """Yield the payments: the column of the payer, who pays whom, and how much, ``(run,)``."""
        for source, outcome in (
            ("people", "extortion"),
            ("buyers", "resale"),
            ("networks", "tolls"),
        ):
            yield from ((0, source, agency, paid) for agency, paid in self._parts(outcome).items())
        for target, outcome in (
            ("kept", "kept"),
            ("takings", "to_commander"),
            ("circle", "to_regime"),
        ):
            for agency, paid in self._parts(f"rents_{outcome}").items():
                yield 1, agency, target, paid
        fees = {"takings": self._whole("fees_commander"), "circle": self._whole("fees_regime")}
        yield 0, "networks", "fees", sum(fees.values(), np.zeros(1))
        yield from ((1, "fees", target, paid) for target, paid in fees.items())
        yield 0, "civilian", "freed", self._whole("aid_freed")
        yield 1, "freed", "circle", self._whole("aid_freed")
        lost = self._parts("aid_diverted")
        for power, given in self._parts("aid_delivered").items():
            yield 0, power, "diverted", lost[power]
            yield 0, power, "used", given - lost[power]
        yield 1, "diverted", "circle", self._whole("aid_diverted")
        patronage = self._parts("patronage")
        for commander, received in self._parts("rents_commander").items():
            yield 2, "takings", commander, received - patronage[commander]
            yield 2, "circle", commander, patronage[commander]
        # The circle keeps what it does not pay its clients, or lives on what it saved.
        income = ("rents_to_regime", "fees_regime", "aid_diverted", "aid_freed")
        rest = sum(map(self._whole, income), np.zeros(1)) - self._whole("patronage")
        if rest.mean() >= 0.0:
            yield 2, "circle", "rest", rest
        else:
            yield 1, "saved", "circle", -rest


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
    means = {d: v.mean("run").max("scenario").to_series() for d, v in sizes.items()}
    least = SMALL * sum(float(mean.sum()) for mean in means.values())
    found = {}
    for dimension, mean in means.items():
        some = mean[mean > 0.0]
        small = int((some < least).sum())
        # One alone needs no other name.
        found[dimension] = list(map(str, some.index[(some >= least) | (small == 1)]))
    return found


BAR = 0.14  # inches, width of a node
_LETTERS, _LINE = 6.8, 0.108  # points of a label, inches of a line of it
_GAP = 0.07  # inches between nodes
_EDGE = 0.04  # inches, width of the coloured edge of a box
#: Head, left edge and width in inches of each column.
_COLUMNS = (
    ("from", 1.18, BAR), ("first recipient", 1.96, 1.1), ("then", 3.72, 1.0),
    ("final recipient", 5.42, BAR),
)  # fmt: skip
_WIDE = style.WIDTH - 0.3
_TALL = 2.3  # inches for the sum of the largest column


def _slot(node: Node, scale: float, boxed: bool) -> float:
    """Return the inches of a node with its label, which stands above a box too low for it."""
    bar, text = node.mean * scale, len(node.lines) * _LINE
    return bar + text if boxed and bar < text else max(bar, text)


def column_height(nodes: Sequence[Node], scale: float, boxed: bool) -> float:
    """Return the inches that a column takes at least."""
    return sum(_slot(node, scale, boxed) + _GAP for node in nodes)


def place_nodes(
    nodes: Sequence[Node], scale: float, tall: float, boxed: bool
) -> dict[str, NodePlace]:
    """Return where each node of a column stands, from the top down, over so many inches or more."""
    found, at = {}, 0.0
    spare = max(tall - column_height(nodes, scale, boxed), 0.0) / max(len(nodes) - 1, 1)
    for node in nodes:
        slot = _slot(node, scale, boxed)
        found[node.name] = NodePlace(node, at - (slot - node.mean * scale) / (1 if boxed else 2))
        at -= slot + _GAP + spare
    return found


def _draw_ribbons(
    ax: Axes,
    flows: Sequence[Flow],
    left: Mapping[str, NodePlace],
    right: Mapping[str, NodePlace],
    ends: tuple[float, float],
    scale: float,
) -> None:
    """Draw a ribbon per flow from one column to the next; ``ends`` are where they begin and end."""
    rank = {name: i for i, name in enumerate([*left, *right])}
    start, stop = ({name: spot.top for name, spot in side.items()} for side in (left, right))
    begins: dict[Flow, float] = {}
    for flow in sorted(flows, key=lambda f: (rank[f.source], rank[f.target])):
        begins[flow] = start[flow.source]
        start[flow.source] -= flow.size * scale
    x0, x1 = ends
    middle = (x0 + x1) / 2
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    for flow in sorted(flows, key=lambda f: (rank[f.target], rank[f.source])):
        a, b, tall = begins[flow], stop[flow.target], flow.size * scale
        stop[flow.target] -= tall
        points = [
            (x0, a), (middle, a), (middle, b), (x1, b),
            (x1, b - tall), (middle, b - tall), (middle, a - tall), (x0, a - tall), (x0, a),
        ]  # fmt: skip
        colour = left[flow.source].node.colour
        look = {"fc": colour, "ec": colour, "alpha": 0.5, "lw": 0.3}
        ax.add_patch(PathPatch(Path(points, codes), zorder=3, **look))


def _draw_nodes(
    ax: Axes, places: Mapping[str, NodePlace], x: float, wide: float, scale: float
) -> None:
    """Draw a column: boxes with their labels inside or above, bars with theirs beside them."""

    def rectangle(left: float, breadth: float, colour: str) -> None:
        ax.add_patch(Rectangle((left, top - tall), breadth, max(tall, 0.006), fc=colour,
                               ec=style.INK, lw=0.3, zorder=4))  # fmt: skip

    for node, top in places.values():
        tall, text = node.mean * scale, len(node.lines) * _LINE
        middle, align = top - tall / 2, "center"
        if wide > BAR:
            rectangle(x, wide, style.lighter(node.colour, 0.75))
            for edge in (x, x + wide - _EDGE):
                rectangle(edge, _EDGE, node.colour)
            at, middle = x + wide / 2, middle if tall >= text else top + text / 2
        else:
            rectangle(x, wide, node.colour)
            right = x > _WIDE / 2
            at, align = (x + wide + 0.05, "left") if right else (x - 0.05, "right")
        ax.text(at, middle, "\n".join(node.lines), size=_LETTERS, ha=align, va="center",
                linespacing=1.1, zorder=6)  # fmt: skip


_SUBTITLE = "Who pays whom, from the source to the top. Heights are to scale."
_INTERVAL = (
    "Million USD a year: medians, in brackets 90 % of the runs. Heights are means over the runs, "
    "which add up at every bar; medians of parts need not add up to the median of the whole."
)


def money(
    dataset: xr.Dataset, *, window: str | Sequence[str] | None = None, title: str | None = None
) -> Figure:
    """Draw payments as ribbons from those who pay to those who keep them, a panel per scenario.

    Raises:
        UserError: for results without the payments, or a wrong window.
    """
    if missing := [name for name in NEEDED if name not in select.outcome_names(dataset)]:
        raise UserError(
            f"these results do not hold {numbers.listed(missing, 3)}, which the picture of money "
            "needs: they come from an older version or --outcomes left it out; simulate them again"
        )
    scenarios = select.names_of(dataset)
    months = window_of(dataset, window)
    values = {name: over(dataset[name], months) / 1e6 for name in NEEDED}
    large = told_apart(values)
    found = [Payments({n: v.sel(scenario=s) for n, v in values.items()}, large) for s in scenarios]
    sums = [sum(node.mean for node in column) for one in found for column in one.columns]
    scale = _TALL / (max(sums) or 1.0)
    heights = [
        max(column_height(nodes, scale, wide > BAR)
            for nodes, (_, _, wide) in zip(one.columns, _COLUMNS, strict=True))
        for one in found
    ]  # fmt: skip
    rooms = [height + 0.35 for height in heights]
    layout = style.Layout(
        body=sum(rooms) + 0.25 * len(found),
        title=title or "Who gets the money from drugs, extortion and aid",
        subtitle=f"{numbers.month_text(months[0])} to {numbers.month_text(months[1])}. {_SUBTITLE}",
        foot=panels.foot(
            dataset.sel(month=slice(*months)),
            _INTERVAL if dataset.sizes["run"] > 1 else "Million USD a year.",
        ),
    )
    grid = layout.panels(len(found), 1, len(found), height_ratios=rooms)
    for ax, payments, name, tall in zip(
        grid, found, labels_of(dataset).values(), heights, strict=True
    ):
        _panel(ax, payments, scale, tall)
        if len(found) > 1:
            panels.titled_panel(ax, name, 6.5, pad=4)
    return layout.figure


def _panel(ax: Axes, payments: Payments, scale: float, tall: float) -> None:
    """Draw the four columns of a scenario; one unit of the panel is an inch."""
    ax.set(xlim=(0, _WIDE), ylim=(-tall - 0.05, 0.3))
    ax.set_axis_off()
    places = [
        place_nodes(nodes, scale, tall, wide > BAR)
        for nodes, (_, _, wide) in zip(payments.columns, _COLUMNS, strict=True)
    ]
    for gap, flows in enumerate(payments.flows):
        ends = sum(_COLUMNS[gap][1:]), _COLUMNS[gap + 1][1]
        _draw_ribbons(ax, flows, places[gap], places[gap + 1], ends, scale)
    for spots, (head, x, wide) in zip(places, _COLUMNS, strict=True):
        _draw_nodes(ax, spots, x, wide, scale)
        ax.text(x + wide / 2, 0.1, head, size=style.FOOT, style="italic", color=style.QUIET,
                ha="center", va="bottom")  # fmt: skip
