"""Boxes of scenario discovery: their limits on each input's range, and the cases they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

import tajsim.plots.style as style
from tajsim.plots.labels import wrap
from tajsim.plots.page import Page
from tajsim.plots.swept import Floats, said

_SHADES = "YlOrRd"
_ROW, _MAP = 0.42, 2.9


@dataclass(frozen=True)
class DrawnBox:
    """A box to draw.

    ``low`` and ``high`` are limits by the number of the input; ``kept`` the codes of a text input
    that are inside; ``inputs`` those that are limited, the surest first; ``text`` the figures of
    the box in one line; ``doubt`` whether chance explains it.
    """

    low: Mapping[int, float]
    high: Mapping[int, float]
    kept: Mapping[int, frozenset[int]]
    inputs: Sequence[int]
    text: str
    doubt: bool = False


def boxes(
    names: Sequence[str],
    values: Floats,
    texts: Mapping[int, Sequence[str]],
    happens: Floats,
    found: Sequence[DrawnBox],
    title: str,
    foot: str,
) -> Figure:
    """Draw each box as bars on the ranges of its inputs, and the first one over the points.

    Args:
        names: of the inputs.
        values: ``(input, row)``.
        texts: input -> texts of its codes.
        happens: ``(row,)`` share of runs in which it happens.
        found: the boxes, the best first.
        title: of the picture.
        foot: of the picture.
    """
    shown = sorted({i for box in found for i in box.inputs})
    above = [0.5 + _ROW * len(box.inputs) for box in found]
    page = Page(
        body=sum(above) + _MAP + 0.25,
        title=title,
        subtitle="Bars: the part of each input's range that lies in the box. Below: the rows, "
        "shaded by how often it happens, and the first box.",
        legend=[
            (Patch(color=_colour(False)), "in the box"),
            (Patch(color=style.GRID), "range of the input"),
            (Line2D([], [], marker="o", ls="", color=mpl.colormaps[_SHADES](0.95)), "happens"),
            (Line2D([], [], marker="o", ls="", color=mpl.colormaps[_SHADES](0.12), mec="#999999"),
             "does not"),
        ],
        foot=foot,
    )  # fmt: skip
    grid = page.figure.add_gridspec(len(found) + 1, 1, height_ratios=[*above, _MAP])
    for k, box in enumerate(found):
        ax = page.figure.add_subplot(grid[k, 0])
        _bars(ax, box, names, values, texts)
        ax.set_title("\n".join(wrap(f"Box {k + 1}: {box.text}", 4.9, style.BODY, True)))
    _cases(page.figure.add_subplot(grid[len(found), 0]), found[0], shown, names, values, texts,
           happens)  # fmt: skip
    return page.figure


def _colour(doubt: bool) -> str:
    return style.lighter("#26456e", 0.55) if doubt else "#26456e"


def _bars(
    ax: Axes,
    box: DrawnBox,
    names: Sequence[str],
    values: Floats,
    texts: Mapping[int, Sequence[str]],
) -> None:
    """Draw the limits of a box on ranges from 0 to 1, with the values printed."""
    for row, i in enumerate(box.inputs):
        ax.barh(-row, 1.0, height=0.42, color=style.GRID, lw=0)
        if i in texts:
            count = len(texts[i])
            for code, text in enumerate(texts[i]):
                if code in box.kept.get(i, frozenset(range(count))):
                    ax.barh(-row, 1.0 / count, left=code / count, height=0.42, ec="white",
                            color=_colour(box.doubt))  # fmt: skip
                ax.text((code + 0.5) / count, -row - 0.26, text, ha="center", va="top", size=7.0)
            continue
        least, most = float(values[i].min()), float(values[i].max())
        low, high = box.low.get(i, least), box.high.get(i, most)
        start, end = ((v - least) / (most - least) for v in (low, high))
        ax.barh(-row, end - start, left=start, height=0.42, color=_colour(box.doubt), lw=0)
        for place, value, side in ((start, low, "left"), (end, high, "right")):
            limited = i in (box.low if side == "left" else box.high)
            ax.text(place, -row - 0.26, said(value), ha=side, va="top", size=7.0,
                    color=style.INK if limited else style.QUIET,
                    weight="bold" if limited else "normal")  # fmt: skip
    labels = ["\n".join(wrap(names[i], 2.1, style.SMALL)) for i in box.inputs]
    ax.set_yticks([-row for row in range(len(labels))], labels, size=style.SMALL)
    ax.set_ylim(-len(labels) + 0.35, 0.3)
    ax.set_xlim(0, 1)
    ax.set_xticks([])
    ax.grid(visible=False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def _cases(
    ax: Axes,
    box: DrawnBox,
    shown: Sequence[int],
    names: Sequence[str],
    values: Floats,
    texts: Mapping[int, Sequence[str]],
    happens: Floats,
) -> None:
    """Draw the rows over the first two inputs of the first box, with its outline."""
    first = box.inputs[0]
    others = [i for i in (*box.inputs, *shown, *range(len(names))) if i != first]
    second = others[0] if others else first
    order = np.argsort(happens, kind="stable")
    ax.scatter(values[first][order], values[second][order], c=happens[order], cmap=_SHADES,
               vmin=-0.1, vmax=1.0, s=float(np.clip(1500 / len(order), 5, 30)),
               edgecolors="#999999", linewidths=0.3, zorder=3)  # fmt: skip
    sides = []
    for i in (first, second):
        least, most = float(values[i].min()), float(values[i].max())
        room = 0.04 * (most - least)
        low, high = box.low.get(i, least - room), box.high.get(i, most + room)
        if i in texts:
            codes = sorted(box.kept.get(i, range(len(texts[i]))))
            low, high = codes[0] - 0.4, codes[-1] + 0.4
        sides.append((low, high))
    (left, right), (bottom, top) = sides
    ax.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False, lw=1.6,
                           ec=_colour(False), zorder=4))  # fmt: skip
    for i, axis in ((first, ax.xaxis), (second, ax.yaxis)):
        if i in texts:
            axis.set_ticks(range(len(texts[i])), list(texts[i]))
        else:
            axis.set_major_formatter(lambda value, place: said(value))
    ax.set_xlabel(names[first])
    ax.set_ylabel("\n".join(wrap(names[second], _MAP - 0.5, 8.5)))
