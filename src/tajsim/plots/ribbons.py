"""Columns of nodes and the ribbons between them; lengths in inches, no two labels over another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

import tajsim.plots.style as style
from tajsim.plots.labels import number
from tajsim.plots.series import Floats

BAR = 0.14  # inches, width of a node
_LABEL = 0.29  # inches, height of a label of two lines
_GAP = 0.05


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
class Place:
    """A node and the upper end of its bar, in inches below the top of its column."""

    node: Node
    top: float


def amount(values: Floats) -> str:
    """Return the median over runs and the range of 90 % of them: ``8.5 [3.2 to 14.1]``."""
    low, median, high = (_short(v) for v in np.quantile(values, [0.05, 0.5, 0.95]))
    return median if low == high else f"{median} [{low} to {high}]"


def _short(value: float) -> str:
    return number(float(value), decimals=0 if abs(value) >= 20 else 1)


def _slot(node: Node, scale: float) -> float:
    return max(node.mean * scale, _LABEL) + _GAP


def column_height(nodes: Sequence[Node], scale: float) -> float:
    """Return the inches that a column takes."""
    return sum(_slot(node, scale) for node in nodes)


def place(nodes: Sequence[Node], scale: float) -> dict[str, Place]:
    """Return where each node of a column stands, from the top down."""
    found, at = {}, 0.0
    for node in nodes:
        slot, tall = _slot(node, scale), node.mean * scale
        found[node.name] = Place(node, at - (slot - _GAP - tall) / 2)
        at -= slot
    return found


def draw_nodes(
    ax: Axes, places: dict[str, Place], x: float, scale: float, text_right: bool = True
) -> None:
    """Draw the bars of a column with their labels beside them."""
    for spot in places.values():
        tall = spot.node.mean * scale
        ax.add_patch(
            Rectangle(
                (x, spot.top - tall),
                BAR,
                max(tall, 0.006),
                fc=spot.node.colour,
                ec=style.INK,
                lw=0.3,
                zorder=4,
            )
        )
        at, align = (x + BAR + 0.06, "left") if text_right else (x - 0.06, "right")
        text = "\n".join(spot.node.lines)
        ax.text(
            at, spot.top - tall / 2, text, size=6.8, ha=align, va="center", linespacing=1.1,
            zorder=6,
        )  # fmt: skip


def draw_ribbons(
    ax: Axes,
    flows: Sequence[Flow],
    left: tuple[dict[str, Place], float],
    right: tuple[dict[str, Place], float],
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
