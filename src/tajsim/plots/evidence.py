"""What documents say beside the runs: claims and targets."""

from collections.abc import Callable
from math import log
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.results.select as choose
from tajsim.errors import UserError
from tajsim.inputs.ledger import load_figures
from tajsim.plots.intervals import Interval, Row, draw_rows, rows_height
from tajsim.results import numbers, window

#: Verdict -> marker, colour, whether it is filled, and what it is called.
VERDICTS: dict[str, tuple[str, str, bool, str]] = {
    "holds": ("o", "#0072b2", True, "holds"),
    "right sign but negligible": ("o", "#56b4e9", False, "right sign but negligible"),
    "turns later": ("v", "#cc79a7", True, "turns later"),
    "fails": ("X", "#d55e00", True, "fails"),
    "undecided": ("D", style.QUIET, False, "undecided at this number of runs"),
    "not tested": ("_", style.QUIET, False, "not tested"),
}
_SUBTITLE = (
    "Across: the share of runs in which a claim holds by itself. The verdict is about the mean: it "
    "holds where the 90 % interval is clear of zero on the side that the document names and the "
    "mean is not negligible."
)


def claims(dataset: xr.Dataset, *, table: pd.DataFrame, title: str | None = None) -> Figure:
    """Draw a row per claim: verdict, share of runs, mean effect with its interval, and source.

    Args:
        dataset: results that the claims were tested on.
        table: the claims, as `tajsim.analysis.claims.evaluate_claims` returns them; ``claims.csv``
            holds the same.

    Raises:
        UserError: if there is no claim.
    """
    if not table.empty:
        table = table[table["scenario"].isin(choose.names_of(dataset))]
    if table.empty:
        raise UserError("these scenarios make no claims; there is nothing to draw")
    called = table["scenario"].map(lambda name: choose.title_of(dataset, name))
    rows = _under_headings(table.assign(scenario=called), "scenario", _claim)
    counts = table["verdict"].value_counts()
    parts = [f"{counts[v]} {_SEVERAL.get(v, v)}" for v in VERDICTS if v in counts]
    layout = style.Layout(
        body=rows_height(rows),
        title=title or f"Claims of the documents: {', '.join(parts)}",
        subtitle=_SUBTITLE,
        legend=[
            style.line_item(VERDICTS[v][3], ls="", ms=6, **_mark(*VERDICTS[v][:3]))
            for v in VERDICTS
            if v in counts
        ],
        foot=panels.foot(dataset, "In brackets: the 90 % interval of the mean effect."),
    )
    ax = layout.figure.subplots()
    draw_rows(ax, rows, "mean effect [90 %]")
    ax.set_xlim(-0.03, 1.03)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    ax.set_xlabel("runs in which it holds (share)")
    return layout.figure


def _mark(marker: str, colour: str, filled: bool) -> dict[str, Any]:
    """Return how a marker is drawn, hollow if it is not filled."""
    return {"marker": marker, "mfc": colour if filled else "white", "mec": colour, "mew": 1.2}


def _claim(claim: Any) -> Row:
    marker, colour, filled, _ = VERDICTS[claim.verdict]
    share = float(getattr(claim, "share", 0.0) or 0.0) if claim.verdict != "not tested" else 0.0
    interval = Interval(
        share, (0.0, share), text=_said(claim), line={"color": colour, "lw": 1.0, "alpha": 0.6},
        mark={"ms": 6, **_mark(marker, colour, filled)}, gid=f"claim-{claim.claim}",
    )  # fmt: skip
    text = f"{claim.statement.rstrip('.')} ({claim.document}:{claim.line})"
    return Row(text, [interval], room=3.0)


def _said(claim: Any) -> str:
    """Return the mean effect with its interval and unit, to the digits that it warrants."""
    if claim.verdict == "not tested":
        return "not tested"
    factor, unit = window.scaled(np.array([claim.effect]), str(claim.unit))
    values = [float(v) / factor for v in (claim.effect, claim.low, claim.high)]
    decimals = numbers.decimals_for((values[2] - values[1]) / 2 or values[0], 2, least=-6)
    mean, low, high = (numbers.number(v, bool(claim.signed), decimals) for v in values)
    return f"{mean} [{low}, {high}] {unit}"


#: What is said of several with one verdict, where it is not the verdict itself.
_SEVERAL = {"holds": "hold", "fails": "fail", "turns later": "turn later"}


_BOUNDS = {"at_least": "at least ", "at_most": "at most "}
#: Standard errors beyond which the axis ends, and that hold 90 % of an error.
EDGE, NINETY = 6.0, 1.645
_OWN_ERROR = "#e3ecf4"
_INK = {"checked": "#0072b2", "fitted": style.QUIET, "given": style.QUIET}
_TARGETS_SUBTITLE = (
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
    boards = [_under_headings(part, "theme", _target) for part in (table[~events], table[events])]
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
        subtitle=_TARGETS_SUBTITLE,
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


def _under_headings(table: pd.DataFrame, column: str, row: Callable[[Any], Row]) -> list[Row]:
    """Return a row for each of a table, those with one value of a column under a heading."""
    rows: list[Row] = []
    for name, part in table.groupby(column, sort=False):
        rows += [Row(str(name)), *map(row, part.itertuples())]
    return rows


def _used(use: str) -> dict[str, Any]:
    """Return the marker of a target by its use: what was fitted is hollow."""
    return _mark("o", _INK.get(use, style.INK), use == "checked")


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
