"""A map of two factors of a sweep against an outcome, with contours."""

from __future__ import annotations

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.style as style
import tajsim.plots.swept as swept
from tajsim.errors import UserError
from tajsim.plots.choose import Names
from tajsim.plots.labels import number
from tajsim.plots.page import Page
from tajsim.plots.series import scaled
from tajsim.plots.swept import Floats, Swept

#: More values than this on one side are put into so many bands.
_MOST = 12
_SHADES = "YlGnBu"


def levers(
    sweep: Swept,
    *,
    outcome: Names = None,
    by: Names = None,
    scenarios: Names = None,
    title: str | None = None,
) -> Figure:
    """Draw the mean of an outcome over the runs at each pair of values of two factors.

    Args:
        sweep: the tables of a sweep.
        outcome: a kept column.
        by: two factors, across and up; by default the two whose ranks go with the outcome most.
        scenarios: only these; the mean is taken over several, and over all other factors.
        title: heading.

    Raises:
        UserError: for unknown names, or fewer than two factors that vary.
    """
    name = swept.column(sweep, outcome)
    table = swept.chosen(sweep, scenarios).dropna(subset=[name])
    pair = swept.factors(sweep, by, 2) or swept.leading(sweep, table, name, 2)
    if len(pair) < 2 or pair[0] == pair[1]:
        raise UserError("a map needs two different factors that vary; this sweep has one")
    across, up = pair
    columns, across_texts = _cells(table[across])
    rows, up_texts = _cells(table[up])
    means, counts = _means(table[name], columns, rows, len(across_texts), len(up_texts))
    factor, unit = scaled(means, str(sweep.columns.loc[name, "unit"]))
    others = [f for f in sweep.factors.index if f not in pair and table[f].nunique() > 1]
    averaged = f" Mean also over {', '.join(map(str, others[:4]))}" if others else ""
    averaged += f" and {len(others) - 4} more" if len(others) > 4 else ""
    page = Page(
        body=1.0 + 0.42 * max(6, len(up_texts)),
        title=title or swept.heading(sweep, name),
        subtitle=f"Mean over the runs, {swept.window(sweep, name)} ({unit})."
        f"{averaged}{'.' if averaged else ''}",
        foot=swept.foot(sweep, table, "Lines: equal values, between the means of cells."),
    )
    ax = page.panels(1, 1, 1)[0]
    _draw(ax, means / factor, counts)
    ax.set_xticks(range(len(across_texts)), across_texts, rotation=0 if _fits(across_texts) else 30,
                  ha="center" if _fits(across_texts) else "right")  # fmt: skip
    ax.set_yticks(range(len(up_texts)), up_texts)
    ax.set_xlabel(swept.axis_text(sweep, across))
    ax.set_ylabel(swept.axis_text(sweep, up))
    bar = page.figure.colorbar(ax.images[0], ax=ax, pad=0.02, aspect=30)
    bar.set_label(unit)
    bar.outline.set_visible(False)
    return page.figure


def _fits(texts: list[str]) -> bool:
    return sum(max(map(len, text.split("\n"))) for text in texts) < 60


def _cells(values: pd.Series[float]) -> tuple[np.ndarray, list[str]]:
    """Return the cell of each run on one side, and the texts of the cells in order."""
    found = list(dict.fromkeys(values))
    if not pd.api.types.is_numeric_dtype(values):
        return values.map(found.index).to_numpy(), [str(v) for v in found]
    found = sorted(found)
    if len(found) <= _MOST:
        place = {value: i for i, value in enumerate(found)}
        return values.map(place).to_numpy(), [swept.said(v) for v in found]
    bands = int(np.clip(np.sqrt(len(found) / 5.0), 3, 7))  # about five points in each cell
    edges = np.quantile(found, np.linspace(0.0, 1.0, bands + 1))
    cell = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, bands - 1)
    texts = [f"{swept.said(a)}\nto {swept.said(b)}" for a, b in pairwise(edges)]
    return cell, texts


def _means(
    values: pd.Series[float], columns: np.ndarray, rows: np.ndarray, wide: int, high: int
) -> tuple[Floats, Floats]:
    sums, counts = np.zeros((high, wide)), np.zeros((high, wide))
    np.add.at(sums, (rows, columns), values.to_numpy(dtype=float))
    np.add.at(counts, (rows, columns), 1.0)
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0), counts


def _draw(ax: Axes, means: Floats, counts: Floats) -> None:
    """Draw cells with their means printed, and contours where every cell has one."""
    known = means[np.isfinite(means)]
    low, high = float(known.min()), float(known.max())
    norm, shades = mpl.colors.Normalize(low, high), mpl.colormaps[_SHADES]
    ax.imshow(means, origin="lower", aspect="auto", cmap=shades, norm=norm)
    for (row, column), mean in np.ndenumerate(means):
        if not counts[row, column]:
            text, shade = "no run", "#ffffff"
        else:
            text, shade = number(float(mean)), mpl.colors.to_hex(shades(norm(float(mean))))
        ax.text(
            column, row, text, ha="center", va="center", size=style.FOOT, zorder=4,
            color=style.ink_on(shade), bbox={"facecolor": shade, "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip
    if np.isfinite(means).all() and min(means.shape) > 1 and high > low:
        levels = np.linspace(low, high, 7)[1:-1]
        ax.contour(means, levels=levels, colors="white", linewidths=2.0, alpha=0.7)
        ax.contour(means, levels=levels, colors=style.INK, linewidths=0.8)
    ax.grid(visible=False)
