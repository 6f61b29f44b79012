"""What every picture over time shares: the axis of years, the projection, and the foot line."""

from __future__ import annotations

from typing import cast

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import offset_copy

import tajsim.plots.style as style
from tajsim.plots.labels import month_text, width
from tajsim.plots.series import DOCUMENTED_UNTIL, year_of, years

#: Years of results whose axis is lettered by months.
_SHORT = 2.0
PROJECTION_FROM = year_of(DOCUMENTED_UNTIL) + 1 / 12


def time_axis(
    ax: Axes, dataset: xr.Dataset, inches: float, bottom: bool = True, cells: bool = False
) -> None:
    """Give a panel of so many inches its axis of years; only the bottom one is lettered.

    With ``cells`` the last month has a width, as in a heat map; else it is a point.
    """
    when = years(dataset["month"].values)
    start, end = float(when[0]), float(when[-1]) + (1 / 12 if cells or len(when) == 1 else 0.0)
    ax.set_xlim(start, end)
    ax.tick_params(labelbottom=bottom)
    if end - start <= _SHORT:
        _month_ticks(ax, start, end, inches)
        if bottom:
            ax.set_xlabel("month")
        return
    step = next((s for s in (1, 2, 5, 10) if (end - start) / s <= inches / 0.40), 20)
    room = 0.14 / inches * (end - start)  # half a lettered year
    first = int(np.ceil(start / step)) * step
    ticks = [year for year in range(first, int(end) + 1, step) if year <= end - room]
    ax.set_xticks(ticks, [str(year) for year in ticks])
    if bottom:
        ax.set_xlabel("year")


def _month_ticks(ax: Axes, start: float, end: float, inches: float) -> None:
    """Letter months, as many as fit; the first of them, and each January, with its year."""
    first, last = round(12 * start), round(12 * end)
    step = next((s for s in (1, 2, 3, 6) if (last - first) / s <= inches / 0.62), 12)
    months = [m for m in range(first, last) if m % step == 0] or [first]
    texts = [month_text(f"{m // 12}-{m % 12 + 1:02d}") for m in months]
    kept = [m == months[0] or m % 12 == 0 for m in months]
    texts = [text if whole else text[:3] for text, whole in zip(texts, kept, strict=True)]
    ax.set_xticks([m / 12 for m in months], texts)


def has_projection(dataset: xr.Dataset) -> bool:
    """Tell whether months after the documented ones are among the results."""
    return float(years(dataset["month"].values)[-1]) >= PROJECTION_FROM


def shade_projection(ax: Axes, dataset: xr.Dataset, inches: float, named: bool = True) -> None:
    """Shade the projection of a panel and, if ``named``, say so in room kept at the top."""
    if not has_projection(dataset):
        return
    start, end = ax.get_xlim()
    band = ax.axvspan(max(PROJECTION_FROM, start), end, color=style.PROJECTION, lw=0, zorder=0)
    band.set_gid("projection")
    if named:
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.13 * (high - low))
        name_projection(ax, inches, -3.0)


def name_projection(ax: Axes, inches: float, points: float) -> None:
    """Write 'projection' over its months, so many points from the top of the panel.

    ``inches`` is the width of the panel; where the word does not fit it is left to the foot line.
    """
    start, end = ax.get_xlim()
    band = (end - max(start, PROJECTION_FROM)) / (end - start) * inches
    if width("projection", 7.5) > band + 0.05:
        return
    ax.annotate(
        "projection",
        xy=((max(start, PROJECTION_FROM) + end) / 2, 1.0),
        xycoords=ax.get_xaxis_transform(),
        xytext=(0, points),
        textcoords="offset points",
        ha="center",
        va="top" if points < 0 else "bottom",
        size=7.5,
        style="italic",
        color=style.QUIET,
        zorder=5,
        annotation_clip=False,
    )


def bracket(ax: Axes, inches: float) -> None:
    """Show by a line above a panel which months are projection, where shading would falsify."""
    start, end = ax.get_xlim()
    above = offset_copy(ax.get_xaxis_transform(), cast(Figure, ax.figure), y=3.0, units="points")
    ax.plot(
        [max(start, PROJECTION_FROM), end], [1.0, 1.0], color=style.QUIET, lw=1.6,
        transform=above, clip_on=False, solid_capstyle="butt", gid="projection",
    )  # fmt: skip
    name_projection(ax, inches, 5.0)


def foot(dataset: xr.Dataset, interval: str) -> str:
    """Return the foot line: runs, interval, seed, how parameters were taken, projection."""
    attrs = dataset.attrs
    runs = dataset.sizes["run"]
    parts = [
        f"{runs:,} run{'s' if runs != 1 else ''} per scenario",
        f"seed {attrs.get('seed', 'not stated')}",
    ]
    if "," in str(attrs.get("runs_given", "")):
        parts[0] += f" (those that all results hold; given were {attrs['runs_given']})"
    mode = {
        "posterior": "parameters from the calibrated sample",
        "prior": "parameters drawn from their ranges in each run",
        "fixed": "parameters fixed",
    }
    if attrs.get("parameters_mode") in mode:
        parts.append(mode[attrs["parameters_mode"]])
    text = f"{'; '.join(parts)}. {interval if runs > 1 else 'One run: no interval.'}"
    if has_projection(dataset):
        text += " Months after December 2015 are projection."
    version = attrs.get("tajsim_version")
    return f"{text} tajsim\N{NO-BREAK SPACE}{version}." if version else text
