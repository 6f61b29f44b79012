"""Portfolios against each other: what is gained on one goal and given up on another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import tajsim.plots.beside as beside
import tajsim.plots.style as style
from tajsim.plots.labels import wrap
from tajsim.plots.page import Page
from tajsim.plots.pen import Item
from tajsim.plots.series import Floats, scaled

_SHADES = "viridis"
_NAMED, _NAME = 4, 7.5  # names at most, and the points of their letters
_PANEL = (5.3, 3.7)  # inches, about


def tradeoff(
    table: pd.DataFrame,
    names: Sequence[str],
    axes: Sequence[tuple[str, str, str, str]],
    recommended: int,
    title: str,
    subtitle: str,
    foot: str,
) -> Figure:
    """Draw every portfolio at its means on two goals, shaded by how often it satisfies.

    Args:
        table: a row a portfolio, with the columns that ``axes`` name, ``satisfied`` and
            ``undominated``.
        names: of the portfolios.
        axes: across and up: column of the mean, column where its worst tenth begins ("" for none),
            label, unit.
        recommended: row of the recommended portfolio.
        title: of the picture.
        subtitle: of the picture.
        foot: of the picture.
    """
    legend: list[Item] = [
        (Line2D([], [], marker="*", ls="", color=style.INK, ms=12), "recommended"),
        (Line2D([], [], color=style.INK, lw=1.0), "no portfolio is better in both"),
        (Line2D([], [], color=style.QUIET, lw=0.7), "to where the worst tenth of worlds begins"),
    ]
    page = Page(body=4.4, title=title, subtitle=subtitle, legend=legend, foot=foot)
    ax = page.panels(1, 1, 1)[0]
    x, across = _side(table, axes[0])
    y, up = _side(table, axes[1])
    front = np.flatnonzero(table["undominated"].to_numpy(dtype=bool))
    if len(front) > 1:
        front = front[np.argsort(x[0][front], kind="stable")]
        ax.plot(x[0][front], y[0][front], color=style.INK, lw=1.0, zorder=2)
    if axes[0][1]:
        ax.hlines(
            y[0][front], x[0][front], x[1][front], color=style.QUIET, lw=0.5, alpha=0.6, zorder=1.5
        )
    if axes[1][1]:
        ax.vlines(
            x[0][front], y[0][front], y[1][front], color=style.QUIET, lw=0.5, alpha=0.6, zorder=1.5
        )
    shares = 100.0 * table["satisfied"].to_numpy(dtype=float)
    dots = ax.scatter(x[0], y[0], c=shares, cmap=_SHADES, vmin=0, vmax=100, s=44,
                      edgecolors="white", linewidths=0.6, zorder=3)  # fmt: skip
    ax.plot([x[0][recommended]], [y[0][recommended]], marker="*", ms=16, color=style.INK,
            mec="white", zorder=4)  # fmt: skip
    ax.margins(0.12)
    ax.autoscale_view()
    _name_some(ax, x[0], y[0], names, front.tolist(), recommended)
    ax.set_xlabel("\n".join(wrap(across, _PANEL[0], 8.5)))
    ax.set_ylabel("\n".join(wrap(up, _PANEL[1], 8.5)))
    style.plain_numbers(ax.xaxis, _PANEL[0])
    style.plain_numbers(ax.yaxis, 2.6)
    bar = page.figure.colorbar(dots, ax=ax, pad=0.02, aspect=35)
    bar.set_label("% of worlds in which it satisfies")
    return page.figure


def _side(
    table: pd.DataFrame, axis: tuple[str, str, str, str]
) -> tuple[tuple[Floats, Floats], str]:
    """Return means and worst tenths on one axis, and its label."""
    mean, worst, label, unit = axis
    values = table[mean].to_numpy(dtype=float)
    factor, unit = scaled(values, unit)
    tail = table[worst].to_numpy(dtype=float) if worst else values
    return (values / factor, tail / factor), f"{label} ({unit})" if unit else label


def _name_some(
    ax: Axes, x: Floats, y: Floats, names: Sequence[str], front: Sequence[int], recommended: int
) -> None:
    """Write the names of the recommended portfolio, the ends of the front and others with room."""
    left, right = ax.get_xlim()
    low, high = ax.get_ylim()
    spots = np.stack(
        [(x - left) / (right - left) * _PANEL[0], (y - low) / (high - low) * _PANEL[1]], axis=1
    )
    order = list(dict.fromkeys([recommended, *map(int, [*front[:1], *front[-1:], *front])]))
    lines = beside.along(*spots[list(front)].T) if len(front) > 1 else None
    found = beside.sides(spots, names, order, _NAME, _PANEL, lines, always=1)
    for i in list(found)[:_NAMED]:
        beside.write(ax, float(x[i]), float(y[i]), names[i], found[i], _NAME)
