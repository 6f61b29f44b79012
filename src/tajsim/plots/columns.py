"""Columns of bars and of boxes spread over the height of a panel; one unit is an inch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

import tajsim.plots.style as style
from tajsim.plots.ribbons import BAR, Node, Place

_LETTERS = 6.8  # points
_LINE = 0.108  # inches, height of a line of a label
_GAP = 0.07
_STUB = 0.22  # inches, at most, of a bar that is cut
_EDGE = 0.04


def column_height(nodes: Sequence[Node], scale: float, boxed: bool = False) -> float:
    """Return the inches that a column takes at least."""
    return sum(_slot(node, scale, boxed) + _GAP for node in nodes)


def spread(
    nodes: Sequence[Node], scale: float, tall: float, boxed: bool = False
) -> dict[str, Place]:
    """Return where each node of a column stands, from the top down, over so many inches.

    The label of a box too low for it stands above the box.
    """
    found, at = {}, 0.0
    spare = max(tall - column_height(nodes, scale, boxed), 0.0) / max(len(nodes) - 1, 1)
    for node in nodes:
        slot, bar = _slot(node, scale, boxed), _bar(node, scale)
        found[node.name] = Place(node, at - (slot - bar) / (1 if boxed else 2))
        at -= slot + _GAP + spare
    return found


def draw_bars(
    ax: Axes, places: dict[str, Place], x: float, scale: float, text_right: bool = True
) -> None:
    """Draw the nodes of a column as bars with their labels beside them."""
    for spot in places.values():
        tall = spot.node.mean * scale
        _rectangle(ax, x, spot.top - tall, BAR, tall, spot.node.colour)
        _draw_kept(ax, spot, x, scale)
        at, align = (x + BAR + 0.05, "left") if text_right else (x - 0.05, "right")
        _write(ax, at, spot.top - _bar(spot.node, scale) / 2, spot.node, align)


def draw_boxes(ax: Axes, places: dict[str, Place], x: float, wide: float, scale: float) -> None:
    """Draw the nodes of a column as boxes with their labels inside, or above the low ones."""
    for spot in places.values():
        node, tall, text = spot.node, spot.node.mean * scale, _text(spot.node)
        _rectangle(ax, x, spot.top - tall, wide, tall, style.lighter(node.colour, 0.75))
        for edge in (x, x + wide - _EDGE):
            _rectangle(ax, edge, spot.top - tall, _EDGE, tall, node.colour)
        middle = spot.top - tall / 2 if tall >= text else spot.top + text / 2
        _write(ax, x + wide / 2, middle, node, "center")


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


def _write(ax: Axes, x: float, y: float, node: Node, align: str) -> None:
    text = "\n".join(node.lines)
    ax.text(x, y, text, size=_LETTERS, ha=align, va="center", linespacing=1.1, zorder=6)


def _rectangle(ax: Axes, x: float, y: float, wide: float, tall: float, colour: str) -> None:
    ax.add_patch(
        Rectangle((x, y), wide, max(tall, 0.006), fc=colour, ec=style.INK, lw=0.3, zorder=4)
    )


def _draw_kept(ax: Axes, spot: Place, x: float, scale: float) -> None:
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
