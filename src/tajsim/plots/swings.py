"""The tornado of a sweep: how far an outcome swings from the low to the high end of each factor."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import tajsim.plots.style as style
from tajsim.plots.factor_rows import MOST, FactorPanels, Heading
from tajsim.plots.labels import number
from tajsim.plots.page import Page
from tajsim.plots.series import scaled

_LOW, _HIGH = "#0072b2", "#d55e00"
_SWING = 0.75  # inches of the numbers beside the bars


def swings(table: pd.DataFrame, headings: Sequence[Heading], title: str, foot: str) -> Figure:
    """Draw a bar for each factor, from the mean where it is low to the mean where it is high.

    Args:
        table: rows of ``scenario, column, factor, at_low, at_high, middle, swing, low, high``.
        headings: for each panel: scenario, column, what stands above it, unit of the outcome.
        title: of the picture.
        foot: of the picture.
    """
    names = list(dict.fromkeys(table["factor"]))
    grid = FactorPanels(headings, names, min(MOST, len(names)), head=11.0)
    page = Page(
        body=grid.height,
        title=title,
        subtitle="Mean over the points in the lowest and in the highest quarter of each factor's "
        "range; line: mean of all. Pale: the 90 % interval of the swing covers zero.",
        legend=[
            (Patch(color=_LOW), "factor low"),
            (Patch(fc=_HIGH, ec="white", hatch="////", lw=0), "factor high"),
        ],
        foot=foot,
    )
    panels = page.panels(grid.rows, grid.columns, len(headings))
    for ax, (scenario, column, text, unit) in zip(panels, headings, strict=True):
        mine = table[(table["scenario"] == scenario) & (table["column"] == column)]
        order = mine["swing"].abs().sort_values(ascending=False, kind="stable").index
        mine = mine.reindex(order).head(grid.most)
        _panel(ax, mine, unit)
        grid.dress(ax, text, list(mine["factor"]), _SWING)
    return page.figure


def _panel(ax: Axes, table: pd.DataFrame, unit: str) -> None:
    factor, unit = scaled(table[["at_low", "at_high"]].to_numpy(dtype=float), unit)
    middle = float(table["middle"].iloc[0]) / factor
    for i, row in enumerate(table.to_dict("records")):
        sure = row["low"] > 0.0 or row["high"] < 0.0
        for end, colour, hatch in (("at_low", _LOW, ""), ("at_high", _HIGH, "////")):
            shade = colour if sure else style.lighter(colour, 0.6)
            ax.barh(-i, row[end] / factor - middle, left=middle, height=0.62, lw=0, color=shade,
                    hatch=hatch, ec="white")  # fmt: skip
        _beside(ax, number(row["swing"] / factor, signed=True), -i, sure)
    _beside(ax, "swing", 0.72, False)
    ax.axvline(middle, color=style.INK, lw=0.9)
    ax.margins(x=0.08)
    ax.set_xlabel(unit)


def _beside(ax: Axes, text: str, height: float, sure: bool) -> None:
    """Write at the right of a bar."""
    colour = style.INK if sure else style.QUIET
    ax.annotate(text, (1, height), xycoords=ax.get_yaxis_transform(), xytext=(4, 0),
                textcoords="offset points", va="center", size=7.5, color=colour)  # fmt: skip
