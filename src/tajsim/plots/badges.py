"""Events in a panel over time: a line at the month, and above it a badge that touches no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import offset_copy

from tajsim.plots.key import badge
from tajsim.plots.labels import width
from tajsim.plots.marks import Mark
from tajsim.plots.series import years

_ROW = 11.0  # points from one row of badges to the next


@dataclass(frozen=True)
class Spot:
    """Where the badge of a mark stands: beside its month if need be, ``points`` above the panel."""

    year: float
    points: float


def spots(found: Sequence[Mark], dataset: xr.Dataset, inches: float) -> list[Spot]:
    """Return a place for each badge, near its month and in its order, such that none touch.

    ``inches`` is the (least) length of the axis on paper. Marks that are too many for one row of
    badges are dealt out over several.
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
    least = 12.0 + min(14.0, 18.0 * pushed)  # a line to a badge far aside must not lie flat
    return [Spot(year, least + i % max(rows, 1) * _ROW) for i, year in enumerate(places)]


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


def head_room(places: Sequence[Spot]) -> float:
    """Return the points that the badges need above a panel."""
    return max((spot.points + 8.0 for spot in places), default=0.0)


def draw_marks(ax: Axes, found: Sequence[Mark], places: Sequence[Spot] | None = None) -> None:
    """Draw a thin line at each event and, where ``places`` are given, its badge above the panel."""
    for mark in found:
        line = ax.axvline(mark.year, color=mark.colour, lw=0.8, ls=(0, (1, 1.5)), zorder=1.5)
        line.set_gid(f"event-{mark.number}")
    if places is not None:
        draw_badges(ax, found, places)


def draw_badges(ax: Axes, found: Sequence[Mark], places: Sequence[Spot], lift: float = 0.0) -> None:
    """Write the numbers of the events above a panel, each tied to its month by a thin line.

    ``lift`` raises them by so many points.
    """
    top = ax.get_xaxis_transform()
    for mark, spot in zip(found, places, strict=True):
        lifted = offset_copy(top, cast(Figure, ax.figure), y=spot.points + lift, units="points")
        ax.annotate(
            "",
            xy=(mark.year, 1.0),
            xycoords=top,
            xytext=(spot.year, 1.0),
            textcoords=lifted,
            annotation_clip=False,
            zorder=2.9,
            arrowprops={
                "arrowstyle": "-",
                "color": mark.colour,
                "lw": 0.6,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        ax.text(spot.year, 1.0, str(mark.number), transform=lifted, zorder=6, **badge(mark.colour))
