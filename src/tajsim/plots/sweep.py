"""Pictures of sweeps and of what was found in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from scipy.stats import gaussian_kde

import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.plots.sweep_table as tables
from tajsim.errors import UserError, check_names
from tajsim.files import check_file
from tajsim.plots.fan import draw_cumulative
from tajsim.plots.sweep_table import Group, Kept, SweepTables, value_text
from tajsim.results.numbers import number, wrap
from tajsim.results.select import Names
from tajsim.results.window import Floats, scaled

_SHADES = "YlGnBu"


@dataclass(frozen=True)
class Chosen:
    """What is drawn of a sweep.

    ``outcome`` is a kept column, ``by`` the factors that divide the points, ``scenarios`` those
    that are kept, ``title`` the heading.
    """

    outcome: Names = None
    by: Names = None
    scenarios: Names = None
    title: str | None = None


def levers(sweep: SweepTables, chosen: Chosen) -> Figure:
    """Draw the mean of an outcome over the runs at each pair of values of two factors.

    They stand across and up; by default the two whose ranks go with the outcome most. The mean is
    taken over several scenarios, and over all other factors.

    Raises:
        UserError: for unknown names, or fewer than two factors that vary.
    """
    what = tables.kept(sweep, chosen.outcome, chosen.scenarios)
    table, pair = what.table, what.strongest(chosen.by, 2)
    if len(pair) < 2 or pair[0] == pair[1]:
        raise UserError("a map needs two different factors that vary; this sweep has one")
    across, up = pair
    bands = [int(np.clip(np.sqrt(table[f].nunique() / 5.0), 3, 7)) for f in pair]
    columns, across_texts = tables.cells(table[across], bands[0])
    rows, up_texts = tables.cells(table[up], bands[1])
    across_texts, up_texts = (
        [text.replace(" to ", "\nto ") for text in texts] for texts in (across_texts, up_texts)
    )
    cells = table[what.name].groupby([rows, columns]).mean().unstack()
    cells = cells.reindex(index=range(len(up_texts)), columns=range(len(across_texts)))
    means = cells.to_numpy(dtype=float)
    factor, unit = scaled(means, what.unit)
    others = [f for f in sweep.factors.index if f not in pair and table[f].nunique() > 1]
    averaged = f" Mean also over {', '.join(map(str, others[:4]))}" if others else ""
    averaged += f" and {len(others) - 4} more" if len(others) > 4 else ""
    averaged = (f"{averaged}." if averaged else "") + what.pooled(pair)
    layout = style.Layout(
        body=1.0 + 0.42 * max(6, len(up_texts)),
        title=chosen.title or what.heading,
        subtitle=f"Mean over the runs, {what.months} ({unit}).{averaged}",
        foot=what.foot("Lines: equal values, between the means of cells."),
    )
    ax = layout.figure.subplots()
    _draw(ax, means / factor)
    ax.set_xticks(range(len(across_texts)), across_texts, rotation=0 if _fits(across_texts) else 30,
                  ha="center" if _fits(across_texts) else "right")  # fmt: skip
    ax.set_yticks(range(len(up_texts)), up_texts)
    ax.set_xlabel(tables.axis_text(sweep, across))
    ax.set_ylabel(tables.axis_text(sweep, up))
    panels.colour_bar(ax.images[0], ax, unit, 3.0, pad=0.02, aspect=30)
    return layout.figure


def _fits(texts: list[str]) -> bool:
    return sum(max(map(len, text.split("\n"))) for text in texts) < 60


def _draw(ax: Axes, means: Floats) -> None:
    """Draw cells with their means printed, and contours where every cell has one."""
    known = means[np.isfinite(means)]
    low, high = float(known.min()), float(known.max())
    norm, shades = mpl.colors.Normalize(low, high), mpl.colormaps[_SHADES]
    ax.imshow(means, origin="lower", aspect="auto", cmap=shades, norm=norm)
    for (row, column), mean in np.ndenumerate(means):
        if np.isnan(mean):
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


_STEPS = 256
_OVERLAP = 1.7  # how high a ridge may rise, in distances of base lines
_ORDER_SHADES = "viridis"


def ridges(sweep: SweepTables, chosen: Chosen) -> Figure:
    """Draw the distribution of an outcome over points and runs, a ridge for each group of points.

    Groups are by one factor or by ``scenario``; by default by scenario if there are several, else
    by the factor whose ranks go with the outcome most.

    Raises:
        UserError: for unknown names.
    """
    what = _groups(sweep, chosen)
    found, factor = what.found, what.factor
    layout = style.Layout(
        body=0.85 + 0.42 * (len(found) + 0.8),
        title=chosen.title or what.kept.heading,
        subtitle=f"Runs of all points, {what.kept.months}, by {what.by}.{what.pooled}",
        foot=f"Line: median; dark: the middle 50 % of runs. A ridge ends with its outermost runs. "
        f"{what.kept.foot()}",
    )
    ax = layout.figure.subplots()
    densities = [_density(group.values) for group in found]
    top = max((float(height.max()) for _, height in densities if height.size > 1), default=1.0)
    places = range(len(found) - 1, -1, -1)
    for i, (group, base) in enumerate(zip(found, places, strict=True)):
        _ridge(ax, group.values, *densities[i], base, _OVERLAP / top, _colours(len(found))[i])
        middle = number(float(np.median(group.values)) / factor)
        panels.write_right(ax, base, middle, up=6.0, size=style.SMALL, color=style.QUIET)
    panels.write_right(ax, len(found) - 0.45, "median", up=6.0, color=style.QUIET)
    panels.name_rows(ax, places, [group.name for group in found], 8.5)
    values = np.concatenate([group.values for group in found])
    low, high = float(values.min()), float(values.max())
    room = 0.03 * (high - low) or max(0.1 * abs(low), 0.5)
    ax.set_ylim(-0.25, len(found) - 1 + _OVERLAP + 0.1)
    ax.set_xlim(low - room if low < 0.0 else max(low - room, 0.0), high + room)
    ax.set_ylabel("\n".join(wrap(what.by, 0.3 + 0.4 * len(found), 8.5)))
    _values(ax, factor, what.unit)
    return layout.figure


def curves(sweep: SweepTables, chosen: Chosen) -> Figure:
    """Draw the share of runs at or below each value of an outcome, a curve for each group.

    Groups are those of `ridges`.

    Raises:
        UserError: for unknown names.
    """
    what = _groups(sweep, chosen)
    found, factor = what.found, what.factor
    looks = [
        style.Look(colour, style.scenario_look(i).line, marker=style.scenario_look(i).marker)
        for i, colour in enumerate(_colours(len(found)))
    ]
    layout = style.Layout(
        body=3.4,
        title=chosen.title or what.kept.heading,
        subtitle=f"Runs of all points, {what.kept.months}, by {what.by}.{what.pooled}",
        legend=[
            style.line_item(group.name, color=look.colour, ls=look.line, lw=1.7)
            for look, group in zip(looks, found, strict=True)
        ],
        foot=what.kept.foot("Markers: medians."),
    )
    ax = layout.figure.subplots()
    draw_cumulative(ax, [group.values for group in found], looks)
    _values(ax, factor, what.unit)
    return layout.figure


@dataclass(frozen=True)
class _Groups:
    """A column of a sweep in groups of runs.

    ``by`` is what divides the runs, with its unit; values are divided by ``factor`` and then in
    ``unit``; ``pooled`` says which scenarios are taken together.
    """

    kept: Kept
    by: str
    found: list[Group]
    factor: float
    unit: str
    pooled: str


def _groups(sweep: SweepTables, chosen: Chosen) -> _Groups:
    kept = tables.kept(sweep, chosen.outcome, chosen.scenarios)
    factor_by = tables.dividing_factor(
        sweep, kept.table, kept.name, tables.factors(sweep, chosen.by, 1)
    )
    found = [g for g in tables.groups(kept.table, kept.name, factor_by) if g.values.size]
    factor, unit = scaled(np.concatenate([g.values for g in found]), kept.unit)
    text = tables.axis_text(sweep, factor_by)
    return _Groups(kept, text, found, factor, unit, kept.pooled([factor_by]))


def _density(values: Floats) -> tuple[Floats, Floats]:
    """Return places from the least to the largest value and the density there.

    It ends with the outermost runs, so that no value is shown that no run has. What the kernels
    lay beyond is folded back. Equal values are one place.
    """
    low, high = float(values.min()), float(values.max())
    if high - low <= 1e-9 * max(1.0, abs(low), abs(high)):
        return np.array([low]), np.array([1.0])
    grid, kernel = np.linspace(low, high, _STEPS), gaussian_kde(values)
    return grid, np.asarray(kernel(grid) + kernel(2 * low - grid) + kernel(2 * high - grid))


def _ridge(
    ax: Axes, values: Floats, grid: Floats, density: Floats, base: int, scale: float, colour: str
) -> None:
    """Draw a ridge over its base line; one of equal values is a stroke."""
    order = 20.0 - base
    ax.axhline(base, color=style.GRID, lw=0.6, zorder=order - 0.1)
    if grid.size == 1:
        ax.plot([grid[0]] * 2, [base, base + 1.0], color=colour, lw=2.2, zorder=order)
        return
    height = base + scale * density
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    inner = ((grid >= low) & (grid <= high)).tolist()
    ax.fill_between(grid, base, height, color=style.lighter(colour, 0.55), lw=0, zorder=order)
    ax.fill_between(grid, base, height, where=inner, color=style.lighter(colour, 0.15), lw=0,
                    zorder=order + 0.1)  # fmt: skip
    for thick, shade, above in ((2.2, "white", 0.2), (1.1, colour, 0.3)):
        ax.plot(grid, height, color=shade, lw=thick, zorder=order + above)
    top = float(np.interp(middle, grid, height))
    ax.plot([middle] * 2, [base, top], color=style.INK, lw=1.3, zorder=order + 0.4)


def _colours(count: int) -> list[str]:
    """Return colours from dark to light, so that their order can be seen."""
    shades = mpl.colormaps[_ORDER_SHADES](np.linspace(0.05, 0.85, max(count, 2)))
    return [mpl.colors.to_hex(shade) for shade in shades[:count]]


def _values(ax: Axes, factor: float, unit: str) -> None:
    """Label the axis of values, in the scaled unit."""
    if factor != 1.0:
        ax.xaxis.set_major_formatter(lambda value, place: number(value / factor))
    else:
        style.plain_numbers(ax.xaxis, 5.0)
    ax.set_xlabel(unit)


_SCATTER_MOST, _USUAL = 6, 4
_SCATTER_SHADES = "viridis_r"


def scatter(sweep: SweepTables, chosen: Chosen) -> Figure:
    """Draw a matrix of factors, every point coloured by the mean of an outcome.

    On the diagonal each factor stands against the outcome itself. Up to six factors; by default
    the four whose ranks go with the outcome most.

    Raises:
        UserError: for unknown names, or too many factors.
    """
    what = tables.kept(sweep, chosen.outcome, chosen.scenarios)
    names = what.strongest(chosen.by, _USUAL, exactly=False)
    if len(names) > _SCATTER_MOST:
        raise UserError(f"{len(names)} factors; a picture shows at most {_SCATTER_MOST}")
    means = what.table.groupby("point", sort=False)[what.name].mean()
    points = sweep.points.loc[means.index]
    factor, unit = scaled(means.to_numpy(dtype=float), what.unit)
    values = means.to_numpy(dtype=float) / factor
    count = len(names)
    layout = style.Layout(
        body=1.62 * count + 0.35,
        title=chosen.title or what.heading,
        subtitle=f"Every point with its mean over the runs, {what.months} ({unit}); "
        f"on the diagonal the factor against the outcome.{what.pooled(())}",
        foot=what.foot(),
    )
    grid = layout.panels(count, count, count * count)
    logs = [name for name in names if _log(sweep, name)]
    norm = mpl.colors.Normalize(float(values.min()), float(values.max()))
    for empty in (grid[i * count + j] for i in range(count) for j in range(i + 1, count)):
        empty.remove()
    for i, up in enumerate(names):
        for j, across in enumerate(names):
            ax = grid[i * count + j]
            if j > i:
                continue
            _panel(ax, points[across], None if i == j else points[up], values, norm,
                   3 if count < 4 else 2)  # fmt: skip
            _label(ax, sweep, across, up, unit, i, j, count)
            _log_sides(ax, across in logs, up in logs and i != j)
    _bar(grid, count, mpl.cm.ScalarMappable(norm, _SCATTER_SHADES), unit)
    return layout.figure


def _bar(grid: Sequence[Axes], count: int, shades: mpl.cm.ScalarMappable, unit: str) -> None:
    """Put the scale of colours into the empty corner, or beside a single panel."""
    if count < 2:
        panels.colour_bar(shades, grid[0], unit, 2.0, aspect=35)
        return
    figure, box = cast(Figure, grid[0].figure), cast(GridSpec, grid[0].get_gridspec())
    corner = figure.add_subplot(box[0, max(1, count - 2) :])
    corner.set_axis_off()
    place = corner.inset_axes((0.08, 0.62, 0.9, 0.1))
    wide = 1.5 if count < 3 else 3.0
    panels.colour_bar(shades, corner, unit, wide, cax=place, orientation="horizontal")


def _log(sweep: SweepTables, name: str) -> bool:
    """Tell whether a factor is to stand on a logarithmic axis: sampled so, or a wide list."""
    if name not in sweep.factors.index or not pd.api.types.is_numeric_dtype(sweep.points[name]):
        return False
    row = sweep.factors.T[name]
    wide = bool(row["values"]) and float(row["low"]) > 0.0 and row["high"] / row["low"] > 30.0
    return row["spread"] == "log" or wide


def _log_sides(ax: Axes, across: bool, up: bool) -> None:
    for axis, wanted, scale in ((ax.xaxis, across, ax.set_xscale), (ax.yaxis, up, ax.set_yscale)):
        if wanted:
            scale("log")
            axis.set_major_formatter(lambda value, place: value_text(value))
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
    ax.scatter(x[order], y[order], c=values[order], norm=norm, cmap=_SCATTER_SHADES, s=size,
               edgecolors="white" if size > 12 else "none", linewidths=0.3)  # fmt: skip
    ax.margins(0.07)


def _numbers(ax: Axes, values: pd.Series[float], side: str, ticks: int) -> Floats:
    """Return numbers, or the places of texts, and set the ticks of that side."""
    axis = ax.xaxis if side == "x" else ax.yaxis
    if pd.api.types.is_numeric_dtype(values):
        found: Floats = np.asarray(values, dtype=np.float64)
        axis.set_major_locator(MaxNLocator(ticks, prune="both" if ticks < 3 else None))
        axis.set_major_formatter(lambda value, place: value_text(value))
        return found
    texts = list(dict.fromkeys(values))
    axis.set_ticks(range(len(texts)), [str(text) for text in texts])
    return np.array([texts.index(value) for value in values], dtype=float)


def _label(
    ax: Axes, sweep: SweepTables, across: str, up: str, unit: str, row: int, column: int, count: int
) -> None:
    """Write the names of factors at the outer edges, and the outcome's unit on the diagonal."""
    room = 5.6 / count
    if row == count - 1:
        ax.set_xlabel("\n".join(wrap(tables.axis_text(sweep, across), room, 8.0)), size=8.0)
    else:
        ax.tick_params(labelbottom=False)
    if row == column:
        ax.set_ylabel(unit, size=8.0)
    elif column == 0:
        ax.set_ylabel("\n".join(wrap(tables.axis_text(sweep, up), room, 8.0)), size=8.0)
    else:
        ax.tick_params(labelleft=False)
    ax.tick_params(labelsize=7.5)


_BOX_SHADES = "YlOrRd"
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
    shades = mpl.colormaps[_BOX_SHADES]
    layout = style.Layout(
        body=sum(above) + _MAP + 0.25,
        title=title,
        subtitle="Bars: the part of each input's range that lies in the box. Below: the rows, "
        "shaded by how often it happens, and the first box.",
        legend=[
            style.area_item("in the box", color=_colour(False)),
            style.area_item("range of the input", color=style.GRID),
            style.line_item("happens", marker="o", ls="", color=shades(0.95)),
            style.line_item("does not", marker="o", ls="", color=shades(0.12), mec="#999999"),
        ],
        foot=foot,
    )
    grid = layout.figure.add_gridspec(len(found) + 1, 1, height_ratios=[*above, _MAP])
    for k, box in enumerate(found):
        ax = layout.figure.add_subplot(grid[k, 0])
        _bars(ax, box, names, values, texts)
        panels.titled_panel(ax, f"Box {k + 1}: {box.text}", 4.9)
    _cases(layout.figure.add_subplot(grid[len(found), 0]), found[0], shown, names, values, texts,
           happens)  # fmt: skip
    return layout.figure


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
            ax.text(place, -row - 0.26, value_text(value), ha=side, va="top", size=7.0,
                    color=style.INK if limited else style.QUIET,
                    weight="bold" if limited else "normal")  # fmt: skip
    labels = ["\n".join(wrap(names[i], 2.1, style.SMALL)) for i in box.inputs]
    panels.name_rows(ax, [-row for row in range(len(labels))], labels)
    ax.set(xlim=(0, 1), ylim=(-len(labels) + 0.35, 0.3), xticks=[])
    ax.spines["bottom"].set_visible(False)


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
    ax.scatter(values[first][order], values[second][order], c=happens[order], cmap=_BOX_SHADES,
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
            axis.set_major_formatter(lambda value, place: value_text(value))
    ax.set_xlabel(names[first])
    ax.set_ylabel("\n".join(wrap(names[second], _MAP - 0.5, 8.5)))


_TRADEOFF_SHADES = "viridis"
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
    legend = [
        style.line_item("recommended", marker="*", ls="", color=style.INK, ms=12),
        style.line_item("no portfolio is better in both", color=style.INK, lw=1.0),
        style.line_item("to the start of the worst tenth of states", color=style.QUIET, lw=0.7),
    ]
    layout = style.Layout(body=4.4, title=title, subtitle=subtitle, legend=legend, foot=foot)
    ax = layout.figure.subplots()
    x, across = _side(table, axes[0])
    y, up = _side(table, axes[1])
    front = np.flatnonzero(table["undominated"].to_numpy(dtype=bool))
    if len(front) > 1:
        front = front[np.argsort(x[0][front], kind="stable")]
        ax.plot(x[0][front], y[0][front], color=style.INK, lw=1.0, zorder=2)
    thin: dict[str, Any] = {"color": style.QUIET, "lw": 0.5, "alpha": 0.6, "zorder": 1.5}
    if axes[0][1]:
        ax.hlines(y[0][front], x[0][front], x[1][front], **thin)
    if axes[1][1]:
        ax.vlines(x[0][front], y[0][front], y[1][front], **thin)
    shares = 100.0 * table["satisfied"].to_numpy(dtype=float)
    dots = ax.scatter(x[0], y[0], c=shares, cmap=_TRADEOFF_SHADES, vmin=0, vmax=100, s=44,
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
    panels.colour_bar(dots, ax, "% of states in which it is satisfied", 3.5, pad=0.02, aspect=35)
    return layout.figure


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
    lines = panels.along_line(*spots[list(front)].T) if len(front) > 1 else None
    found = panels.place_labels(spots, names, order, _NAME, _PANEL, lines, always=1)
    for i in list(found)[:_NAMED]:
        panels.write_label(ax, float(x[i]), float(y[i]), names[i], found[i], _NAME)


#: Name of each kind of picture of a sweep -> the function that makes it.
SWEEP_KINDS = {"ridges": ridges, "curves": curves, "levers": levers, "scatter": scatter}
OPTIONS = tuple(option.name for option in fields(Chosen))


def sweep_figure(kind: str, sweep: SweepTables, **chosen: Any) -> Figure:
    """Return one picture of a sweep as a matplotlib Figure.

    Args:
        kind: one of `SWEEP_KINDS`.
        sweep: the tables of a sweep (`tajsim.load_sweep`).
        chosen: ``outcome``, ``by``, ``scenarios``, ``title``; see `Chosen`.

    Raises:
        UserError: for an unknown kind, option, factor, scenario or outcome.
    """
    check_names("kind of picture", [kind], SWEEP_KINDS)
    check_names(f"option of {kind}", chosen, OPTIONS)
    with style.look():
        return SWEEP_KINDS[kind](sweep, Chosen(**chosen))


def draw_sweep(kind: str, sweep: SweepTables, path: str | Path, **chosen: Any) -> list[Path]:
    """Write one picture of a sweep; the suffix of ``path`` decides between PNG, SVG and PDF.

    Raises:
        UserError: as `sweep_figure`; for another suffix; if the file cannot be written.
    """
    check_file(Path(path), overwrite=True, endings=style.SUFFIXES)
    style.save(sweep_figure(kind, sweep, **chosen), Path(path))
    return [Path(path)]
