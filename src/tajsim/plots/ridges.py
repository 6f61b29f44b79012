"""An outcome of a sweep over points and runs: a ridge, or a cumulative curve, for each group."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import gaussian_kde

import tajsim.plots.style as style
import tajsim.plots.swept as swept
import tajsim.plots.swept_groups as groups
from tajsim.plots.choose import Names
from tajsim.plots.labels import number, wrap
from tajsim.plots.page import Page
from tajsim.plots.pen import Item
from tajsim.plots.series import scaled
from tajsim.plots.swept import Floats, Kept, Swept
from tajsim.plots.swept_groups import Group

_STEPS = 256
_OVERLAP = 1.7  # how high a ridge may rise, in distances of base lines
_SHADES = "viridis"


def ridges(
    sweep: Swept,
    *,
    outcome: Names = None,
    by: Names = None,
    scenarios: Names = None,
    title: str | None = None,
) -> Figure:
    """Draw the distribution of an outcome over points and runs, a ridge for each group of points.

    Args:
        sweep: the tables of a sweep.
        outcome: a kept column.
        by: the factor that parts the points (or ``scenario``); by default the one whose ranks go
            with the outcome most.
        scenarios: only these.
        title: heading.

    Raises:
        UserError: for unknown names.
    """
    what = _what(sweep, outcome, by, scenarios)
    found, factor = what.found, what.factor
    page = Page(
        body=0.85 + 0.42 * (len(found) + 0.8),
        title=title or what.kept.heading,
        subtitle=f"Runs of all points, {what.kept.months}, parted by {what.parting}.",
        foot=f"Bar: median; band: the middle 50 % of runs. {what.kept.foot()}",
    )
    ax = page.panels(1, 1, 1)[0]
    low, high = _limits(found)
    grid = np.linspace(low, high, _STEPS)
    colours = _colours(len(found))
    top = max((_density(g.values, grid).max() for g in found), default=1.0) or 1.0
    for i, group in enumerate(found):
        base = float(len(found) - 1 - i)
        _ridge(ax, group.values, grid, base, _OVERLAP / top, colours[i], 2.0 + i)
        middle = number(float(np.median(group.values)) / factor)
        ax.annotate(middle, (1, base), xycoords=ax.get_yaxis_transform(), xytext=(6, 2),
                    textcoords="offset points", size=style.SMALL, color=style.QUIET)  # fmt: skip
    ax.annotate("median", (1, len(found) - 0.45), xycoords=ax.get_yaxis_transform(), xytext=(6, 2),
                textcoords="offset points", size=7.5, color=style.QUIET)  # fmt: skip
    ax.set_yticks(range(len(found) - 1, -1, -1), [g.name for g in found])
    ax.set_ylim(-0.25, len(found) - 1 + _OVERLAP + 0.1)
    ax.set_xlim(low, high)
    ax.set_ylabel("\n".join(wrap(what.parting, 0.3 + 0.4 * len(found), 8.5)))
    ax.spines["left"].set_visible(False)
    _values(ax, factor, what.unit)
    return page.figure


def curves(
    sweep: Swept,
    *,
    outcome: Names = None,
    by: Names = None,
    scenarios: Names = None,
    title: str | None = None,
) -> Figure:
    """Draw the share of runs at or below each value of an outcome, a curve for each group.

    The arguments are those of `ridges`.

    Raises:
        UserError: for unknown names.
    """
    what = _what(sweep, outcome, by, scenarios)
    found, factor = what.found, what.factor
    colours = _colours(len(found))
    looks = [style.scenario_look(i).line for i in range(len(found))]
    legend: list[Item] = [
        (Line2D([], [], color=c, ls=line, lw=1.7), g.name)
        for c, line, g in zip(colours, looks, found, strict=True)
    ]
    page = Page(
        body=3.4,
        title=title or what.kept.heading,
        subtitle=f"Share of runs at or below each value, {what.kept.months}, "
        f"parted by {what.parting}.",
        legend=legend,
        foot=what.kept.foot(),
    )
    ax = page.panels(1, 1, 1)[0]
    for group, colour, line in zip(found, colours, looks, strict=True):
        known = np.sort(group.values)
        share = 100.0 * np.arange(1, known.size + 1) / known.size
        ax.step(np.append(known[0], known), np.append(0.0, share), where="post",
                color=colour, ls=line, lw=1.7)  # fmt: skip
    ax.axhline(50, color=style.QUIET, lw=0.6, ls=(0, (1, 2)), zorder=1)
    ax.set_ylim(0, 101)
    ax.set_yticks([0, 25, 50, 75, 100])
    ax.set_ylabel("% of runs at or below")
    _values(ax, factor, what.unit)
    return page.figure


@dataclass(frozen=True)
class _What:
    """A column, what parts it into groups, the groups, what values are divided by, and unit."""

    kept: Kept
    parting: str
    found: list[Group]
    factor: float
    unit: str


def _what(sweep: Swept, outcome: Names, by: Names, scenarios: Names) -> _What:
    kept = swept.kept(sweep, outcome, scenarios)
    parting = groups.parting(sweep, kept.table, kept.name, swept.factors(sweep, by, 1))
    found = [g for g in groups.groups(kept.table, kept.name, parting) if g.values.size]
    factor, unit = scaled(np.concatenate([g.values for g in found]), kept.unit)
    return _What(kept, swept.axis_text(sweep, parting), found, factor, unit)


def _limits(found: list[Group]) -> tuple[float, float]:
    """Return an axis wide enough for all ridges."""
    values = np.concatenate([g.values for g in found])
    room = 0.02 * float(np.ptp(values)) or max(0.1 * abs(float(values[0])), 0.5)
    reaches = [_reach(g.values) for g in found]
    return min(low for low, _ in reaches) - room, max(high for _, high in reaches) + room


def _reach(values: Floats) -> tuple[float, float]:
    """Return where a ridge ends: half a standard deviation beyond the outermost runs."""
    beyond = 0.5 * float(values.std())
    return float(values.min()) - beyond, float(values.max()) + beyond


def _density(values: Floats, grid: Floats) -> Floats:
    """Return a smooth density; of equal values a narrow peak."""
    if np.ptp(values) <= 1e-9 * max(1.0, float(np.abs(values).max())):
        width = (grid[-1] - grid[0]) / 80.0
        return np.asarray(
            np.exp(-0.5 * ((grid - values[0]) / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
        )
    return np.asarray(gaussian_kde(values)(grid), dtype=float)


def _ridge(
    ax: Axes, values: Floats, grid: Floats, base: float, scale: float, colour: str, order: float
) -> None:
    low, high = _reach(values)
    if high > low:
        grid = np.linspace(low, high, _STEPS)
    height = base + scale * _density(values, grid)
    ax.fill_between(grid, base, height, color=style.lighter(colour, 0.55), lw=0, zorder=order)
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    inner = (grid >= low) & (grid <= high)
    ax.fill_between(
        grid, base, height, where=inner.tolist(), color=style.lighter(colour, 0.15), lw=0,
        zorder=order + 0.1,
    )  # fmt: skip
    ax.plot(grid, height, color="white", lw=2.2, zorder=order + 0.2)
    ax.plot(grid, height, color=colour, lw=1.1, zorder=order + 0.3)
    top = float(np.interp(middle, grid, height))
    ax.plot([middle] * 2, [base, top], color=style.INK, lw=1.3, zorder=order + 0.4)
    ax.axhline(base, color=style.GRID, lw=0.6, zorder=order - 0.1)


def _colours(count: int) -> list[str]:
    """Return colours from dark to light, so that their order can be seen."""
    shades = mpl.colormaps[_SHADES](np.linspace(0.05, 0.85, max(count, 2)))
    return [mpl.colors.to_hex(shade) for shade in shades[:count]]


def _values(ax: Axes, factor: float, unit: str) -> None:
    """Label the axis of values, in the scaled unit."""
    if factor != 1.0:
        ax.xaxis.set_major_formatter(lambda value, place: number(value / factor))
    else:
        style.plain_numbers(ax.xaxis, 5.0)
    ax.set_xlabel(unit)
