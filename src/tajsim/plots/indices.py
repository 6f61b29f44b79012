"""Indices of sensitivity with their intervals, a panel for each outcome, coloured by basis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

import tajsim.plots.style as style
from tajsim.plots.factor_rows import MOST, FactorPanels, Heading
from tajsim.plots.labels import wrap
from tajsim.plots.page import Page
from tajsim.plots.pen import Item

#: Basis -> colour: what rests on a document is dark, an assumption is warm, a decision is grey.
BASIS = {
    "documented": "#26456e",
    "derived": "#3a8a8a",
    "assumption": "#d55e00",
    "decision": "#8c8c8c",
}
_REST = {"together": "joint effects", "unexplained": "unexplained"}
_SAID = {
    "total": "total index (with joint effects)",
    "first": "first-order index (alone)",
    "mu_star": "mu* (mean size of an effect)",
    "mu": "mu",
    "sigma": "sigma (how far effects differ)",
    "coefficient": "rank coefficient",
}


def indices(table: pd.DataFrame, headings: Sequence[Heading], title: str, foot: str) -> Figure:
    """Draw the leading index of each factor with its 90 % interval, and a second one as a ring.

    Args:
        table: rows of ``scenario, column, factor, basis, index, value, low, high, chance``.
        headings: for each panel: scenario, column, what stands above it, unit of the outcome.
        title: of the picture.
        foot: of the picture.
    """
    lead = next(i for i in ("total", "mu_star", "coefficient") if i in set(table["index"]))
    second = {"total": "first", "mu_star": "sigma", "coefficient": ""}[lead]
    names = list(dict.fromkeys(table["factor"]))
    grid = FactorPanels(headings, names, min(MOST, len(names)))
    found = [basis for basis in BASIS if basis in set(table["basis"])]
    page = Page(
        body=grid.height,
        title=title,
        subtitle=f"Dot and bar: {_SAID[lead]}, 90 % interval."
        + (f" Ring: {_SAID[second]}." if second else "")
        + " Dotted line: what chance alone shows.",
        legend=[_dot(BASIS[basis], basis) for basis in found],
        foot=foot,
    )
    panels = page.panels(grid.rows, grid.columns, len(headings))
    for ax, (scenario, column, text, unit) in zip(panels, headings, strict=True):
        mine = table[(table["scenario"] == scenario) & (table["column"] == column)]
        grid.dress(ax, text, _panel(ax, mine, lead, second, grid.most))
        size = _SAID[lead].partition(" (")[0]
        ax.set_xlabel(f"{size} ({unit})" if lead == "mu_star" else size)
    return page.figure


def _dot(colour: str, text: str) -> Item:
    return Line2D([], [], marker="o", ls="", color=colour, ms=6), text


def _panel(ax: Axes, table: pd.DataFrame, lead: str, second: str, most: int) -> list[str]:
    """Draw a panel and return the factors of its rows."""
    main = table[table["index"] == lead]
    main = main.reindex(main["value"].abs().sort_values(ascending=False, kind="stable").index)
    main = main.head(most)
    other = table[table["index"] == second].set_index("factor")["value"]
    for i, row in enumerate(main.to_dict("records")):
        colour = BASIS[row["basis"]]
        ax.plot([row["low"], row["high"]], [-i, -i], color=colour, lw=2.2, solid_capstyle="butt")
        ax.plot([row["value"]], [-i], marker="o", color=colour, mec="white", ms=6.5, zorder=4)
        if row["factor"] in other.index:
            ax.plot([other[row["factor"]]], [-i], marker="o", mfc="none", mec=colour, ms=6.0)
    ax.axvline(0, color=style.INK, lw=0.8)
    floor = float(main["chance"].iloc[0])
    for side in (1.0, -1.0) if lead == "coefficient" else (1.0,):
        if np.isfinite(floor):
            ax.axvline(side * floor, color=style.QUIET, lw=1.0, ls=(0, (1, 1.5)))
    return list(main["factor"])


def bases(table: pd.DataFrame, headings: Sequence[Heading], title: str, foot: str) -> Figure:
    """Draw the sums of the indices by basis, a bar for each outcome.

    Args:
        table: rows of ``scenario, column, basis, share``; shares below 0 count as 0.
        headings: for each bar: scenario, column, what stands beside it, unit.
        title: of the picture.
        foot: of the picture.
    """
    colours = {**BASIS, **dict.fromkeys(_REST, style.GRID)}
    found = [basis for basis in colours if basis in set(table["basis"])]
    legend: list[Item] = [(Patch(color=colours[b]), _REST.get(b, b)) for b in found]
    page = Page(
        body=0.75 + 0.36 * len(headings),
        title=title,
        subtitle="Share of the variance that goes with the factors of each basis.",
        legend=legend,
        foot=foot,
    )
    ax = page.panels(1, 1, 1)[0]
    for i, (scenario, column, _, _) in enumerate(headings):
        mine = table[(table["scenario"] == scenario) & (table["column"] == column)]
        shares = mine.set_index("basis")["share"].clip(lower=0.0)
        start, whole = 0.0, max(float(shares.sum()), 1e-9)
        for basis in (b for b in found if b in shares.index):
            size = float(shares[basis]) / whole
            ax.barh(-i, size, left=start, height=0.66, color=colours[basis], ec="white", lw=0.8)
            if size > 0.06:
                ax.text(start + size / 2, -i, f"{100 * size:.0f} %", ha="center", va="center",
                        size=style.SMALL, color=style.ink_on(colours[basis]))  # fmt: skip
            start += size
    texts = ["\n".join(wrap(text, 2.2, style.SMALL)) for _, _, text, _ in headings]
    ax.set_yticks([-i for i in range(len(headings))], texts, size=style.SMALL)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda value, place: f"{100 * value:.0f} %")
    ax.set_xlabel("share of the variance")
    ax.grid(axis="y", visible=False)
    return page.figure
