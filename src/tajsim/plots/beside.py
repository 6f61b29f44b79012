"""Names beside points, where they cover neither a point nor a line nor another name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

import tajsim.plots.style as style
from tajsim.plots.labels import width
from tajsim.plots.series import Floats

_DOT = 0.05  # inches around the middle of a point that its mark takes
_GAP = np.array([-0.05, 0.05, 0.0, 0.0])  # inches between names beside each other


@dataclass(frozen=True)
class Side:
    """A side of a point: how far the name stands from it, in points, and how it is aligned."""

    right: float
    up: float
    ha: Literal["left", "center", "right"]
    va: Literal["bottom", "center", "top"]

    def box(self, spot: Floats, wide: float, tall: float) -> Floats:
        """Return left, right, bottom, top in inches of a name of so many inches at a spot."""
        x, y = spot[0] + self.right / 72, spot[1] + self.up / 72
        left = x - {"left": 0.0, "center": wide / 2, "right": wide}[self.ha]
        low = y - {"bottom": 0.0, "center": tall / 2, "top": tall}[self.va]
        return np.array([left, left + wide, low, low + tall])


SIDES = (
    Side(5, 4, "left", "bottom"),
    Side(-5, 4, "right", "bottom"),
    Side(5, -4, "left", "top"),
    Side(-5, -4, "right", "top"),
    Side(8, 0, "left", "center"),
    Side(-8, 0, "right", "center"),
    Side(0, 7, "center", "bottom"),
    Side(0, -7, "center", "top"),
)


def sides(
    spots: Floats,
    names: Sequence[str],
    order: Sequence[int],
    size: float,
    frame: tuple[float, float],
    lines: Floats | None = None,
    always: int = 0,
) -> dict[int, Side]:
    """Return on which side of its point each name stands; those without room are left out.

    Args:
        spots: of all points, ``(point, 2)`` in inches from the lower left corner of the panel.
        names: of all points.
        order: the points to be named, the most important first.
        size: of the letters, in points.
        frame: width and height of the panel in inches.
        lines: places on lines that names should not cover, ``(place, 2)`` in inches.
        always: so many of the first are named wherever there is least in the way.
    """
    tall = 1.05 * size / 72
    found: dict[int, Side] = {}
    boxes: list[Floats] = []
    for rank, i in enumerate(order):
        wide = width(names[i], size)
        best: tuple[float, int] | None = None
        for k, side in enumerate(SIDES):
            box = side.box(spots[i], wide, tall)
            cost = 4.0 * _inside(box, spots, _DOT) + 20.0 * sum(_meet(box, b) for b in boxes)
            cost += 50.0 * (box[0] < 0 or box[2] < 0 or box[1] > frame[0] or box[3] > frame[1])
            if lines is not None:
                cost += 0.4 * _inside(box, lines, 0.01)
            if best is None or cost < best[0]:
                best = cost, k
        if best is not None and (best[0] < 4.0 or rank < always):
            found[i] = SIDES[best[1]]
            boxes.append(SIDES[best[1]].box(spots[i], wide, tall) + _GAP)
    return found


def _inside(box: Floats, spots: Floats, room: float) -> int:
    """Return how many spots lie in a box or so near to it."""
    across = (spots[:, 0] > box[0] - room) & (spots[:, 0] < box[1] + room)
    return int((across & (spots[:, 1] > box[2] - room) & (spots[:, 1] < box[3] + room)).sum())


def _meet(one: Floats, other: Floats) -> bool:
    return bool(one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3])


def along(x: Floats, y: Floats) -> Floats:
    """Return places close to each other on the line through some points, ``(place, 2)``."""
    steps = np.linspace(0.0, 1.0, 24, endpoint=False)
    return np.stack([(v[:-1, None] + np.diff(v)[:, None] * steps).ravel() for v in (x, y)], axis=1)


def write(ax: Axes, x: float, y: float, name: str, side: Side, size: float) -> None:
    """Write a name beside a point, with a white edge."""
    ax.annotate(
        name, (x, y), xytext=(side.right, side.up), textcoords="offset points", size=size,
        ha=side.ha, va=side.va, color=style.INK, zorder=6,
        path_effects=[withStroke(linewidth=2.0, foreground="white")],
    )  # fmt: skip
