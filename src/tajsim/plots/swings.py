"""The tornado of a sweep: how far an outcome swings from the low to the high end of each factor."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import tajsim.plots.style as style
from tajsim.plots.labels import number, wrap
from tajsim.plots.page import Page
from tajsim.plots.series import scaled

_LOW, _HIGH = "#0072b2", "#d55e00"
_MOST, _COLUMNS = 10, 2
_ROW, _PANEL = 0.25, 0.9


def swings(
    table: pd.DataFrame, headings: Sequence[tuple[str, str, str, str]], title: str, foot: str
) -> Figure:
    """Draw a bar for each factor, from the mean where it is low to the mean where it is high.

    Args:
        table: rows of ``scenario, column, factor, at_low, at_high, middle, swing, low, high``.
        headings: for each panel: scenario, column, what stands above it, unit of the outcome.
        title: of the picture.
        foot: of the picture.
    """
    most = min(_MOST, table["factor"].nunique())
    columns = 1 if len(headings) == 1 else _COLUMNS
    rows = -(-len(headings) // columns)
    page = Page(
        body=rows * (_PANEL + _ROW * most),
        title=title,
        subtitle="Mean over the points in the lowest and in the highest quarter of each factor's "
        "range; line: mean of all. Pale: the interval of the swing covers zero.",
        legend=[(Patch(color=_LOW), "factor low"), (Patch(color=_HIGH), "factor high")],
        foot=foot,
    )
    panels = page.panels(rows, columns, len(headings))
    for ax, (scenario, column, text, unit) in zip(panels, headings, strict=True):
        mine = table[(table["scenario"] == scenario) & (table["column"] == column)]
        _panel(ax, mine, unit, most, columns)
        room = 4.6 if columns == 1 else 1.75
        ax.set_title("\n".join(wrap(text, room, style.BODY, True)))
    return page.figure


def _panel(ax: Axes, table: pd.DataFrame, unit: str, most: int, columns: int) -> None:
    order = table["swing"].abs().sort_values(ascending=False, kind="stable").index
    table = table.reindex(order).head(most)
    factor, unit = scaled(table[["at_low", "at_high"]].to_numpy(dtype=float), unit)
    middle = float(table["middle"].iloc[0]) / factor
    for i, row in enumerate(table.to_dict("records")):
        sure = row["low"] > 0.0 or row["high"] < 0.0
        for end, colour in (("at_low", _LOW), ("at_high", _HIGH)):
            shade = colour if sure else style.lighter(colour, 0.6)
            ax.barh(-i, row[end] / factor - middle, left=middle, height=0.62, lw=0, color=shade)
        _beside(ax, number(row["swing"] / factor, signed=True), -i, sure)
    _beside(ax, "swing", 0.72, False)
    ax.axvline(middle, color=style.INK, lw=0.9)
    ax.set_yticks([-i for i in range(len(table))], list(table["factor"]), size=style.SMALL)
    ax.set_ylim(-most + 0.4, 0.6)
    ax.margins(x=0.08)
    ax.grid(axis="y", visible=False)
    style.plain_numbers(ax.xaxis, 3.6 / columns)
    ax.set_xlabel(unit)


def _beside(ax: Axes, text: str, height: float, sure: bool) -> None:
    """Write at the right of a bar."""
    colour = style.INK if sure else style.QUIET
    ax.annotate(text, (1, height), xycoords=ax.get_yaxis_transform(), xytext=(4, 0),
                textcoords="offset points", va="center", size=7.5, color=colour)  # fmt: skip
