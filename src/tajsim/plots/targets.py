"""The targets scoreboard: what was observed against what is simulated, in errors of the figure."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.errors import UserError
from tajsim.inputs.figures import load_figures
from tajsim.plots.board import Row, board_height, draw_rows, entries
from tajsim.plots.labels import plain, short, words
from tajsim.plots.page import Page

#: Standard errors beyond which the axis ends, and that hold 90 % of an error.
EDGE, NINETY = 6.0, 1.645
_INK = {"checked": "#0072b2", "fitted": style.QUIET}
_SUBTITLE = (
    "Across: simulated less observed, in standard errors of the observed figure (zero is a perfect "
    "fit; so is the allowed side of a bound); point: median of the runs, line: 90 % of them, "
    "arrow: beyond the axis. Bars: runs that agree with what happened or did not, on the upper "
    "axis. Only checked targets test the model."
)


def targets(dataset: xr.Dataset, *, table: pd.DataFrame, title: str | None = None) -> Figure:
    """Draw a row per target: observed figure with its source, and the simulated range beside it.

    Args:
        dataset: the results that were held against the targets.
        table: the targets, as `tajsim.analysis.validation.scoreboard` returns them; the file that
            ``tajsim validate --out`` writes holds the same.
        title: heading.

    Raises:
        UserError: if there is no target.
    """
    if table.empty:
        raise UserError("there are no targets to draw")
    rows: list[Row] = []
    found: list[Any] = []
    for theme, part in table.groupby("theme", sort=False):
        rows.append(Row(str(theme), heading=True))
        found.append(None)
        for target in entries(part):
            rows.append(Row(f"{words(target.target)} ({_source(target.figure)})", _said(target)))
            found.append(target)
    uses = table["use"].value_counts()
    page = Page(
        body=board_height(rows),
        title=title or f"{choose.names_of(dataset)[0]} against what was observed",
        subtitle=_SUBTITLE,
        legend=_legend(uses),
        foot=timeline.foot(dataset, "Lines: 90 % of the runs."),
    )
    ax = page.figure.subplots()
    ax.axvspan(-NINETY, NINETY, color="#e3ecf4", lw=0, zorder=0.3)
    ax.axvline(0, color=style.INK, lw=0.9, zorder=1)
    middles = draw_rows(ax, rows, "observed; simulated [90 %]")
    for middle, target in zip(middles, found, strict=True):
        if target is not None:
            _draw(ax, target, middle)
    ax.set_xlim(-EDGE, EDGE)
    style.plain_numbers(ax.xaxis, 4.0)
    ax.set_xlabel("standard errors of the figure (number)")
    if (table["kind"] == "event").any():
        _upper_axis(ax)
    return page.figure


def _upper_axis(ax: Axes) -> None:
    """Give the bars of agreement an axis of their own."""
    upper = ax.secondary_xaxis("top", functions=(_to_share, _from_share))
    upper.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    upper.set_xlabel("bars: runs that agree (share)", size=style.FOOT)


def _to_share(place: Any) -> Any:
    return (place + EDGE) / (2 * EDGE)


def _from_share(share: Any) -> Any:
    return share * 2 * EDGE - EDGE


def _draw(ax: Axes, target: Any, middle: float) -> None:
    """Draw one target: a range and its median, or for an event a bar of agreement."""
    colour = _INK.get(target.use, style.INK)
    face = colour if target.use == "checked" else "white"
    if target.kind == "event":
        share = float(target.percentile)
        at = -EDGE + 2 * EDGE * share
        ax.plot([-EDGE, at], [middle] * 2, color=colour, lw=3.2, alpha=0.3, solid_capstyle="butt")
        ax.plot([at], [middle], marker="|", ms=8, mew=1.6, color=colour, zorder=4)
        return
    ends = [_errors(target, float(v)) for v in (target.p05, target.median, target.p95)]
    low, mid, high = np.clip(ends, -EDGE, EDGE)
    ax.plot([low, high], [middle] * 2, color=colour, lw=1.6, zorder=3)
    beyond = abs(ends[1]) > EDGE
    marker = (">" if ends[1] > 0 else "<") if beyond else "o"
    ax.plot(
        [mid], [middle], marker=marker, ms=5.5, mfc=face, mec=colour, mew=1.2, zorder=4,
        clip_on=False, gid=f"target-{target.target}",
    )  # fmt: skip


def _errors(target: Any, value: float) -> float:
    """Return a value less the observed one in standard errors of the target, on its scale."""
    if target.scale == "log":
        off = log(max(value / target.observed, 1e-4)) / float(target.error)
    else:
        off = (value - float(target.observed)) / float(target.error)
    if target.kind == "at_least":
        return min(off, 0.0)
    return max(off, 0.0) if target.kind == "at_most" else off


def _said(target: Any) -> str:
    if target.kind == "event":
        happened = "happened" if target.observed else "did not happen"
        return f"{happened}; {100 * target.percentile:.0f} % of runs agree"
    bound = {"at_least": "at least ", "at_most": "at most "}.get(target.kind, "")
    middle, low, high = (short(float(v)) for v in (target.median, target.p05, target.p95))
    return f"{bound}{plain(float(target.observed))}; {middle} [{low}, {high}] {target.unit}"


def _source(figure: str) -> str:
    found = load_figures().get(figure)
    return f"{found.document}:{found.line}" if found else figure


def _legend(uses: pd.Series) -> list[tuple[Artist, str]]:
    entries: list[tuple[Artist, str]] = []
    for use, colour in _INK.items():
        face = colour if use == "checked" else "white"
        line = Line2D([], [], color=colour, lw=1.6, marker="o", mfc=face, mec=colour, mew=1.2)
        entries.append((line, f"{use} ({uses.get(use, 0)})"))
    entries.append((Patch(fc="#e3ecf4", lw=0), "within 90 % of the figure's own error"))
    return entries
