"""What was observed beside the runs: the targets."""

from math import log
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.errors import UserError
from tajsim.inputs.ledger import load_figures
from tajsim.plots.intervals import Interval, Row, draw_rows, rows_height
from tajsim.results import numbers, select as choose

_BOUNDS = {"at_least": "at least ", "at_most": "at most "}
#: Standard errors beyond which the axis ends, and that hold 90 % of an error.
EDGE, NINETY = 6.0, 1.645
_OWN_ERROR = "#e3ecf4"
_INK = {"checked": "#0072b2", "fitted": style.QUIET, "given": style.QUIET}
_SUBTITLE = (
    "Above: simulated less observed, in standard errors of the observed figure (zero is a perfect "
    "fit; so is the allowed side of a bound); point: median of the runs, line: 90 % of them, "
    "arrow: beyond the axis. Below: in how many runs what happened, or did not, comes out so. Only "
    "checked targets test the model."
)


def targets(dataset: xr.Dataset, *, table: pd.DataFrame, title: str | None = None) -> Figure:
    """Draw a row per target: observed figure with its source, and the simulated range beside it.

    Args:
        dataset: the results that were held against the targets.
        table: the targets, as `tajsim.analysis.validation.scoreboard` returns them; the file that
            ``tajsim validate --out`` writes holds the same.

    Raises:
        UserError: if there is no target.
    """
    if table.empty:
        raise UserError("there are no targets to draw")
    events = table["kind"] == "event"
    boards = [_by_theme(part) for part in (table[~events], table[events])]
    uses = table["use"].value_counts()
    legend: list[style.Item] = [
        style.line_item(f"{use} ({uses.get(use, 0)})", color=_INK[use], lw=1.6, **_used(use))
        for use in _INK
        if use in uses
    ]
    legend.append(style.area_item("within 90 % of the figure's own error", fc=_OWN_ERROR, lw=0))
    heights = [rows_height(rows) for rows in boards if rows]
    layout = style.Layout(
        body=sum(heights) + 0.2,
        title=title
        or f"{choose.label_of(dataset, choose.names_of(dataset)[0])} against what was observed",
        subtitle=_SUBTITLE,
        legend=legend,
        foot=panels.foot(dataset, "Lines: 90 % of the runs."),
    )
    ratios = {"height_ratios": heights}
    shown = iter(layout.panels(len(heights), 1, len(heights), **ratios))
    if boards[0]:
        ax = next(shown)
        ax.axvspan(-NINETY, NINETY, color=_OWN_ERROR, lw=0, zorder=0.3)
        ax.axvline(0, color=style.INK, lw=0.9, zorder=1)
        draw_rows(ax, boards[0], "observed; simulated [90 %]")
        ax.set_xlim(-EDGE, EDGE)
        style.plain_numbers(ax.xaxis, 4.0)
        ax.set_xlabel("standard errors of the figure (number)")
    if boards[1]:
        ax = next(shown)
        draw_rows(ax, boards[1], "what happened")
        ax.set_xlim(0, 1)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
        ax.set_xlabel("runs that agree (%)")
    return layout.figure


def _used(use: str) -> dict[str, Any]:
    """Return the marker of a target by its use: what was fitted is hollow."""
    colour = _INK.get(use, style.INK)
    return {
        "marker": "o",
        "mfc": colour if use == "checked" else "white",
        "mec": colour,
        "mew": 1.2,
    }


def _by_theme(table: pd.DataFrame) -> list[Row]:
    """Return a row for each target, those of a theme under a heading."""
    rows: list[Row] = []
    for name, part in table.groupby("theme", sort=False):
        rows += [Row(str(name)), *map(_target, part.itertuples())]
    return rows


def _target(target: Any) -> Row:
    """Return the row of a target: a range and its median, or for an event a bar of agreement."""
    mark, colour = _used(target.use), _INK.get(target.use, style.INK)
    figure = load_figures().get(target.figure)
    if target.kind == "event":
        low, middle, high = 0.0, *[float(target.percentile)] * 2
        happened = "happened" if target.observed else "did not happen"
        said = f"{happened}; so in {100 * middle:.0f} % of runs"
    else:
        values = [float(v) for v in (target.p05, target.median, target.p95)]
        ends = [_errors(target, value) for value in values]
        low, middle, high = (float(end) for end in np.clip(ends, -EDGE, EDGE))
        if abs(ends[1]) > EDGE:
            mark["marker"] = ">" if ends[1] > 0 else "<"
        least, median, most = map(numbers.short, values)
        bound = _BOUNDS.get(target.kind, "") + numbers.plain(float(target.observed))
        said = f"{bound}; {median} [{least}, {most}] {target.unit}"
    interval = Interval(
        middle, (low, high), text=said, line={"color": colour, "lw": 1.6}, mark=mark,
        gid=f"target-{target.target}",
    )  # fmt: skip
    source = f"{figure.document}:{figure.line}" if figure else target.figure
    return Row(f"{numbers.words(target.target)} ({source})", [interval], room=2.6)


def _errors(target: Any, value: float) -> float:
    """Return a value less the observed one in standard errors of the target, on its scale."""
    if target.scale == "log":
        off = log(max(value / target.observed, 1e-4)) / float(target.error)
    else:
        off = (value - float(target.observed)) / float(target.error)
    if target.kind == "at_least":
        return min(off, 0.0)
    return max(off, 0.0) if target.kind == "at_most" else off
