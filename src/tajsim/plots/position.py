"""The regime between Moscow and the West: its path over dependence and alignment, year by year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import tajsim.plots.beside as beside
import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.errors import UserError
from tajsim.plots.labels import wrap
from tajsim.plots.page import Page
from tajsim.plots.series import DOCUMENTED_UNTIL, Floats

ALIGNMENT, DEPENDENCE = "alignment", "dependence"
MOST_SCENARIOS = 6
Box = tuple[float, float, float, float]
_YEAR = 7.5  # points
_QUANTILES = (0.25, 0.5, 0.75)
_SUBTITLE = (
    "Yearly means: a point is the median of the runs, a cross the middle 50 % of them, drawn at "
    "some years; hollow points are projection. Across: 1 leans on Moscow alone, "
    "\N{MINUS SIGN}1 on the West alone."
)


def position(
    dataset: xr.Dataset, *, window: str | Sequence[str] | None = None, title: str | None = None
) -> Figure:
    """Draw the path of alignment against dependence by year, a panel per scenario.

    Args:
        dataset: results of up to six scenarios; the first is drawn thinly behind the others.
        window: ``"2006-01:2010-12"``, of which whole years are drawn; by default all.
        title: heading.

    Raises:
        UserError: for results without the two outcomes, without a whole year, or of too many
            scenarios.
    """
    choose.outcomes(dataset, [ALIGNMENT, DEPENDENCE], [])
    names = choose.names_of(dataset)
    if len(names) > MOST_SCENARIOS:
        raise UserError(
            f"the picture of the position shows at most {MOST_SCENARIOS} scenarios, the results "
            f"hold {len(names)}: choose with --scenarios"
        )
    years, values = _by_year(dataset, window)
    columns = min(len(names), 2)
    rows = -(-len(names) // columns)
    tall = 3.6 if columns == 1 else 2.9
    page = Page(
        body=tall * rows + 0.4,
        title=title or "The regime between Moscow and the West",
        subtitle=_SUBTITLE,
        legend=_legend(names),
        foot=timeline.foot(dataset, "Crosses: the middle 50 % of the runs."),
    )
    box = _box(values)
    for index, ax in enumerate(page.panels(rows, columns, len(names))):
        if index:
            _path(ax, years, values[:, 0], 0)
        _path(ax, years, values[:, index], index, (box, (5.9 / columns, tall - 0.7)))
        _dress(ax, box, names[index] if len(names) > 1 else "", 5.9 / columns)
        if index % columns == 0:
            ax.set_ylabel("outsiders' part of all security work (share)")
        if index + columns >= len(names):
            ax.set_xlabel("position between West and Moscow (index)")
    return page.figure


def _by_year(dataset: xr.Dataset, window: str | Sequence[str] | None) -> tuple[Floats, Floats]:
    """Return whole years, and ``(alignment or dependence, scenario, quantile, year)``."""
    months = dataset["month"].values.astype("datetime64[M]")
    if window is not None:
        start, end = window.split(":") if isinstance(window, str) else window
        inside = (months >= np.datetime64(start, "M")) & (months <= np.datetime64(end, "M"))
        dataset, months = dataset.isel(month=np.flatnonzero(inside)), months[inside]
    of_month = months.astype("datetime64[Y]").astype(int) + 1970
    years = np.array([y for y in np.unique(of_month) if (of_month == y).sum() == 12], float)
    if not years.size:
        raise UserError("the picture of the position is by year; expected at least one whole year")
    found = []
    for name in (ALIGNMENT, DEPENDENCE):
        series = dataset[name].transpose("scenario", "month", "run").values.astype(float)
        means = np.stack([series[:, of_month == year].mean(axis=1) for year in years], axis=1)
        found.append(np.quantile(means, _QUANTILES, axis=2).transpose(1, 0, 2))
    return years, np.stack(found)


def _box(values: Floats) -> Box:
    """Return left, right, bottom, top of all panels: what is drawn, and some room."""
    ends = []
    for one, least in zip(values, (0.12, 0.06), strict=True):
        low, high = float(one.min()), float(one.max())
        room = max(0.12 * (high - low), (least - (high - low)) / 2)
        ends += [low - room, high + room]
    left, right, bottom, top = ends
    return max(left, -1.03), min(right, 1.03), max(bottom, 0.0), min(top, 1.0)


def _path(
    ax: Axes,
    years: Floats,
    values: Floats,
    index: int,
    frame: tuple[Box, tuple[float, float]] | None = None,
) -> None:
    """Draw the medians ``(axis, quantile, year)`` as a path, a cross of the middle half at some.

    Without a ``frame``, the box of values and its inches, only a thin line is drawn.
    """
    look = style.scenario_look(index)
    (left, x, right), (low, y, high) = values
    ax.plot(x, y, color=look.colour, lw=1.3 if frame else 0.7, ls=look.line, zorder=3)
    if not frame:
        return
    box, size = frame
    known = years <= int(DOCUMENTED_UNTIL[:4])
    for part, face in ((known, look.colour), (~known, "white")):
        ax.plot(
            x[part], y[part], ls="", marker=look.marker, ms=4, mfc=face, mec=look.colour, zorder=4
        )
    spots = np.stack(
        [(x - box[0]) / (box[1] - box[0]) * size[0], (y - box[2]) / (box[3] - box[2]) * size[1]],
        axis=1,
    )
    order = list(dict.fromkeys((0, len(x) - 1, *range(1, len(x) - 1))))
    crossed = _apart(spots, order)
    for i in crossed:
        ax.plot([left[i], right[i]], [y[i]] * 2, color=look.colour, lw=0.8, alpha=0.7, zorder=2)
        ax.plot([x[i]] * 2, [low[i], high[i]], color=look.colour, lw=0.8, alpha=0.7, zorder=2)
    names = [f"{year:.0f}" for year in years]
    order = [*crossed, *(i for i in order if i not in crossed and _free(spots, i))]
    lines = beside.along(*spots.T)
    for i, side in beside.sides(spots, names, order, _YEAR, size, lines, always=2).items():
        beside.write(ax, float(x[i]), float(y[i]), names[i], side, _YEAR)


def _free(spots: Floats, i: int) -> bool:
    """Tell whether a point can be told from its neighbours, so that its name is no riddle."""
    away = np.hypot(*(np.delete(spots, i, axis=0) - spots[i]).T)
    return bool(away.min(initial=1.0) > 0.09)


def _apart(spots: Floats, order: Sequence[int]) -> list[int]:
    """Return the points that get a cross: the first, the last, and others well apart."""
    found: list[int] = []
    for i in order:
        apart = [np.abs(spots[i] - spots[j]) for j in found]
        if all(dx > 0.42 or dy > 0.35 for dx, dy in apart):
            found.append(i)
    return found


def _dress(ax: Axes, box: Box, name: str, wide: float) -> None:
    ax.set(xlim=box[:2], ylim=box[2:])
    style.plain_numbers(ax.xaxis, wide)
    style.plain_numbers(ax.yaxis, 2.4)
    ax.set_title("\n".join(wrap(name, wide, style.BODY, bold=True)))


def _legend(names: Sequence[str]) -> list[tuple[Artist, str]]:
    entries: list[tuple[Artist, str]] = []
    for index, name in enumerate(names):
        look = style.scenario_look(index)
        line = Line2D([], [], color=look.colour, ls=look.line, marker=look.marker, ms=4)
        entries.append((line, name))
    return entries
