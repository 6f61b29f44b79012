"""The factors of a sweep against each other, every point coloured by an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

import tajsim.plots.style as style
import tajsim.plots.swept as swept
from tajsim.errors import UserError
from tajsim.plots.choose import Names
from tajsim.plots.labels import wrap
from tajsim.plots.page import Page
from tajsim.plots.series import scaled
from tajsim.plots.swept import Floats, Swept

_MOST, _USUAL = 6, 4
_SHADES = "viridis_r"


def scatter(
    sweep: Swept,
    *,
    outcome: Names = None,
    by: Names = None,
    scenarios: Names = None,
    title: str | None = None,
) -> Figure:
    """Draw a matrix of factors, every point coloured by the mean of an outcome.

    On the diagonal each factor stands against the outcome itself.

    Args:
        sweep: the tables of a sweep.
        outcome: a kept column.
        by: two to six factors; by default the four whose ranks go with the outcome most.
        scenarios: only these.
        title: heading.

    Raises:
        UserError: for unknown names, or too many factors.
    """
    name = swept.column(sweep, outcome)
    table = swept.chosen(sweep, scenarios).dropna(subset=[name])
    names = swept.factors(sweep, by) or swept.leading(sweep, table, name, _USUAL)
    if len(names) > _MOST:
        raise UserError(f"{len(names)} factors; a picture shows at most {_MOST}")
    means = table.groupby("point", sort=False)[name].mean()
    points = sweep.points.loc[means.index]
    factor, unit = scaled(means.to_numpy(dtype=float), str(sweep.columns.loc[name, "unit"]))
    values = means.to_numpy(dtype=float) / factor
    count = len(names)
    page = Page(
        body=1.62 * count + 0.35,
        title=title or swept.heading(sweep, name),
        subtitle=f"Every point with its mean over the runs, {swept.window(sweep, name)} ({unit}); "
        "on the diagonal the factor against the outcome.",
        foot=swept.foot(sweep, table),
    )
    panels = page.panels(count, count, count * count)
    logs = [name for name in names if _log(sweep, name)]
    norm = mpl.colors.Normalize(float(values.min()), float(values.max()))
    for empty in (panels[i * count + j] for i in range(count) for j in range(i + 1, count)):
        empty.remove()
    for i, up in enumerate(names):
        for j, across in enumerate(names):
            ax = panels[i * count + j]
            if j > i:
                continue
            _panel(ax, points[across], None if i == j else points[up], values, norm,
                   3 if count < 4 else 2)  # fmt: skip
            _label(ax, sweep, across, up, unit, i, j, count)
            _log_sides(ax, across in logs, up in logs and i != j)
    _bar(panels, count, mpl.cm.ScalarMappable(norm, _SHADES), unit)
    return page.figure


def _bar(panels: Sequence[Axes], count: int, shades: mpl.cm.ScalarMappable, unit: str) -> None:
    """Put the scale of colours into the empty corner, or beside a single panel."""
    figure, grid = cast(Figure, panels[0].figure), panels[0].get_gridspec()
    if count < 2 or grid is None:
        figure.colorbar(shades, ax=panels[0], aspect=35).set_label(unit)
        return
    corner = figure.add_subplot(grid[0, max(1, count - 2) :])
    corner.set_axis_off()
    place = corner.inset_axes((0.08, 0.62, 0.9, 0.1))
    bar = figure.colorbar(shades, cax=place, orientation="horizontal")
    style.plain_numbers(bar.ax.xaxis, 1.5 if count < 3 else 3.0)
    bar.set_label(unit)
    bar.outline.set_visible(False)


def _log(sweep: Swept, name: str) -> bool:
    """Tell whether a factor is to stand on a logarithmic axis: sampled so, or a wide list."""
    if name not in sweep.factors.index or not swept.numeric(sweep, [name]):
        return False
    row = sweep.factors.T[name]
    wide = bool(row["values"]) and float(row["low"]) > 0.0 and row["high"] / row["low"] > 30.0
    return row["spread"] == "log" or wide


def _log_sides(ax: Axes, across: bool, up: bool) -> None:
    for axis, wanted, scale in ((ax.xaxis, across, ax.set_xscale), (ax.yaxis, up, ax.set_yscale)):
        if wanted:
            scale("log")
            axis.set_major_formatter(lambda value, place: swept.said(value))
            axis.set_minor_formatter(lambda value, place: "")


def _panel(
    ax: Axes,
    across: pd.Series[float],
    up: pd.Series[float] | None,
    values: Floats,
    norm: mpl.colors.Normalize,
    ticks: int,
) -> None:
    """Draw one factor against another, or against the outcome."""
    x = _numbers(ax, across, "x", ticks)
    y = values if up is None else _numbers(ax, up, "y", 3)
    if up is None:
        style.plain_numbers(ax.yaxis, 1.2)
    order = np.argsort(values, kind="stable")
    size = float(np.clip(900.0 / len(values), 4.0, 26.0))
    ax.scatter(x[order], y[order], c=values[order], norm=norm, cmap=_SHADES, s=size,
               edgecolors="white" if size > 12 else "none", linewidths=0.3)  # fmt: skip
    ax.margins(0.07)


def _numbers(ax: Axes, values: pd.Series[float], side: str, ticks: int) -> Floats:
    """Return numbers, or the places of texts, and set the ticks of that side."""
    axis = ax.xaxis if side == "x" else ax.yaxis
    if pd.api.types.is_numeric_dtype(values):
        found: Floats = np.asarray(values, dtype=np.float64)
        axis.set_major_locator(MaxNLocator(ticks, prune="both" if ticks < 3 else None))
        axis.set_major_formatter(lambda value, place: swept.said(value))
        return found
    texts = list(dict.fromkeys(values))
    axis.set_ticks(range(len(texts)), [str(text) for text in texts])
    return np.array([texts.index(value) for value in values], dtype=float)


def _label(
    ax: Axes, sweep: Swept, across: str, up: str, unit: str, row: int, column: int, count: int
) -> None:
    """Write the names of factors at the outer edges, and the outcome's unit on the diagonal."""
    room = 5.6 / count
    if row == count - 1:
        ax.set_xlabel("\n".join(wrap(swept.axis_text(sweep, across), room, 8.0)), size=8.0)
    else:
        ax.tick_params(labelbottom=False)
    if row == column:
        ax.set_ylabel(unit, size=8.0)
    elif column == 0:
        ax.set_ylabel("\n".join(wrap(swept.axis_text(sweep, up), room, 8.0)), size=8.0)
    else:
        ax.tick_params(labelleft=False)
    ax.tick_params(labelsize=7.5)
