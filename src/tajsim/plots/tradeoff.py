"""Portfolios against each other: what is gained on one goal and given up on another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

import tajsim.plots.style as style
from tajsim.plots.labels import wrap
from tajsim.plots.page import Page
from tajsim.plots.pen import Item
from tajsim.plots.series import Floats, scaled

_SHADES = "viridis"
_NAMED = 3


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
    _name_some(ax, x[0], y[0], names, [recommended, *front[[0, -1]], *front])
    ax.set_xlabel(across)
    ax.set_ylabel("\n".join(wrap(up, 3.6, 8.5)))
    style.plain_numbers(ax.xaxis, 5.0)
    style.plain_numbers(ax.yaxis, 4.0)
    ax.margins(0.12)
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


def _name_some(ax: Axes, x: Floats, y: Floats, names: Sequence[str], rows: Sequence[int]) -> None:
    """Write the names of a few portfolios beside them, those that stand apart."""
    spans = (float(np.ptp(x)) or 1.0, float(np.ptp(y)) or 1.0)
    named: list[int] = []
    for row in dict.fromkeys(int(r) for r in rows):
        apart = [
            abs(x[row] - x[k]) / spans[0] > 0.25 or abs(y[row] - y[k]) / spans[1] > 0.07
            for k in named
        ]
        if all(apart) and len(named) < _NAMED:
            right = x[row] < x.min() + 0.6 * spans[0]
            ax.annotate(names[row], (x[row], y[row]), xytext=(8 if right else -8, 6),
                        textcoords="offset points", size=7.5, color=style.INK,
                        ha="left" if right else "right", zorder=5,
                        path_effects=[withStroke(linewidth=2.5, foreground="white")])  # fmt: skip
            named.append(row)
