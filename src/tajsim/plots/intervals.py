"""Rows of things with an interval: paired differences, and targets beside what was observed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.errors import UserError
from tajsim.inputs.ledger import load_figures
from tajsim.results import answer, discrepancy, effect, numbers, select as choose, window as windows

_LINE, _GAP, _HEADING = 0.145, 0.05, 0.05  # inches: of a line, between rows, above a heading
AXIS = 0.72  # inches of an axis with its label


@dataclass(frozen=True)
class Interval:
    """A value of a row with its interval; what is ``nan`` or empty is not drawn.

    ``ends`` are those of the interval and ``wider`` those of a second, thinner one. ``line`` and
    ``mark`` say in matplotlib's words how interval and value are drawn. ``text`` stands right of
    the axis, in the colour ``ink``; ``gid`` names the mark in the file.
    """

    value: float = np.nan
    ends: tuple[float, float] | None = None
    wider: tuple[float, float] | None = None
    text: str = ""
    ink: str = style.INK
    line: Mapping[str, Any] = field(default_factory=dict)
    mark: Mapping[str, Any] = field(default_factory=dict)
    gid: str = ""

    def draw(self, ax: Axes, height: float) -> None:
        """Draw it at a height of the axis."""
        flat: dict[str, Any] = {"solid_capstyle": "butt", "lw": 2.2, **self.line}
        if self.wider:
            ax.plot(self.wider, [height] * 2, **{**flat, "lw": 0.8}, alpha=0.75, zorder=2.6)
        if self.ends:
            ax.plot(self.ends, [height] * 2, **flat, zorder=3)
        mark = {"marker": "o", "ms": 5.5, "mew": 1.2, "zorder": 4, "clip_on": False, **self.mark}
        if np.isfinite(self.value):
            ax.plot([self.value], [height], **mark, gid=self.gid)
        if self.text:
            panels.write_right(ax, height, self.text, color=self.ink, linespacing=1.15)


@dataclass(frozen=True)
class Row:
    """A thing with its intervals, one below the other; without any it is a heading.

    ``room`` are the inches for its name.
    """

    name: str
    intervals: Sequence[Interval] = ()
    room: float = 2.3

    @property
    def lines(self) -> list[str]:
        """The lines of its name."""
        if not self.intervals:
            return numbers.wrap(self.name, 6.0, style.SMALL, bold=True)
        return numbers.wrap(self.name, self.room, style.FOOT)

    @property
    def height(self) -> float:
        """The inches that it takes."""
        lines = _LINE * max(len(self.lines), len(self.intervals)) + _GAP
        return lines + (0.0 if self.intervals else _HEADING)


def rows_height(rows: Sequence[Row]) -> float:
    """Return the inches of rows with their axis."""
    return sum(row.height for row in rows) + AXIS


def draw_rows(ax: Axes, rows: Sequence[Row], head: str = "") -> None:
    """Draw rows downwards; one unit of the vertical axis is an inch.

    ``head`` stands above the texts right of the axis.
    """
    at, middles = 0.0, []
    named = [row for row in rows if row.intervals]
    widths = [numbers.width(line, style.FOOT) for row in named for line in row.lines]
    for row in rows:
        middle = at - row.height / 2
        if row.intervals:
            middles.append(middle)
            step = row.height / (len(row.intervals) + 0.4)
            for i, interval in enumerate(row.intervals):
                interval.draw(ax, middle + step * ((len(row.intervals) - 1) / 2 - i))
        else:
            left, across = -72 * max(widths, default=0.0) - 4, ax.get_yaxis_transform()
            look: Any = {"xycoords": across, "size": style.SMALL, "weight": "bold", "va": "center"}
            panels.write_beside(ax, (0, middle), "\n".join(row.lines), (left, 0), **look)
        at -= row.height
        ax.axhline(at, color=style.GRID, lw=0.5, zorder=0.5)
    ax.set_ylim(at or -1.0, 0.0)
    panels.name_rows(ax, middles, ["\n".join(row.lines) for row in named], style.FOOT)
    panels.write_right(ax, 0.0, head, up=3.0, va="bottom", color=style.QUIET)


#: So many outcomes are drawn if none are named; fewer where there are many scenarios.
MOST_ROWS, _PRINTED = 10, 30
_PANEL = 2.9  # inches of the panel of the forest
_INTERVAL = (
    "Marker: mean paired difference; bars: the middle 50 % (thick) and 90 % (thin) of the "
    "histories' differences, the latter printed. Hollow: the 90 % interval of the mean covers "
    "zero, or the mean is smaller than the smallest effect worth the name."
)
_HOLLOW = {"color": style.QUIET, "lw": 1.6, "marker": "o", "mfc": "white", "ms": 5.5, "mew": 1.3}


def difference(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    select: Mapping[str, Any] | choose.Names = None,
    window: str | Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw a forest of paired differences, the largest beside the spread of the runs first.

    By default the ten outcomes that differ most, each scenario over its own window.

    Raises:
        UserError: for unknown names, fewer than two scenarios, or results of several seeds.
    """
    if dataset.sizes["scenario"] < 2:
        raise UserError("differences need a reference and another scenario; the results hold one")
    names, chosen = choose.chosen(dataset, outcome, choose.headline(dataset), select)
    found = _changes(dataset, names, chosen, window)
    moved = {t: row for t, row in found.items() if any(c.verdict not in _STILL for c in row)}
    order = sorted(moved, key=lambda name: -max(map(_size, moved[name])))
    reference, *called = choose.labels_of(dataset).values()
    most = len(moved) if outcome else min(MOST_ROWS, max(3, _PRINTED // len(called)))
    rows = [
        Row(name, [_interval(i, one) for i, one in enumerate(moved[name], 1)], room=2.0)
        for name in order[:most]
    ]
    still = [name for name in found if name not in moved]
    same = f"\nNo difference in any run: {', '.join(still)}." if still else ""
    changes = numbers.against(called, reference)
    changes = changes if len(called) == 1 else f"each scenario against “{reference}”"
    layout = style.Layout(
        body=rows_height(rows) if rows else 0.5,
        title=title or f"What changes: {changes}",
        subtitle=_subtitle(dataset, window, len(moved), most),
        legend=[
            *style.scenario_items(called, 1, ls="-", lw=1.6, ms=5.5),
            style.line_item("hollow: no direction, or too small to matter", **_HOLLOW),
        ][: None if rows else 0],
        foot=panels.foot(dataset, _INTERVAL) + same,
    )
    ax = layout.figure.subplots()
    if not rows:
        ax.set_axis_off()
        ax.text(0.0, 0.5, "No outcome differs in any run.", transform=ax.transAxes, va="center")
        return layout.figure
    draw_rows(ax, rows, "mean [90 % of histories]")
    ax.axvline(0, color=style.INK, lw=0.9, zorder=2)
    label = "no spread over the runs to scale by"
    if any(np.isfinite(one.value) for row in rows for one in row.intervals):
        label = "paired difference (standard deviations of the runs of both)"
        low, high = ax.get_xlim()
        ax.set_xlim(min(low, -0.1, -0.1 * high), max(high, 0.1, -0.1 * low))
        style.plain_numbers(ax.xaxis, 1.4 * _PANEL)
    else:
        ax.set_xticks([])
    ax.set_xlabel("\n".join(numbers.wrap(label, _PANEL, 8.5)))
    return layout.figure


#: Verdicts where no run differs.
_STILL = ("same", "undefined")


def _changes(
    dataset: xr.Dataset, names: Sequence[str], places: Mapping[str, Sequence[str]], window: Any
) -> dict[str, list[answer.OutcomeChange]]:
    """Return outcomes, by their titles, in the pairs of each scenario with the reference."""
    pairs = []
    for other in choose.names_of(dataset)[1:]:
        months, ours = windows.window_of(dataset, window, other), answer.set_by(dataset, other)
        pairs.append((choose.pair_of(dataset, other), months, ours))
    return {
        windows.titled(dataset, n, places): [
            answer.change(pair, n, places, months, False, ours) for pair, months, ours in pairs
        ]
        for n in names
    }


def _size(found: answer.OutcomeChange) -> float:
    """Return the size beside the spread of both sides: a count may be rare in one."""
    size = choose.over_spread(found.found.mean, *found.values)
    return size if np.isfinite(size) else found.size


def _interval(position: int, found: answer.OutcomeChange) -> Interval:
    """Return mean and spread of one scenario's differences; hollow and grey where not told."""
    look, told = style.scenario_look(position), found.told
    ink, face = (look.colour, look.colour) if told else (style.QUIET, "white")
    if found.verdict in _STILL:
        missing = found.verdict == "undefined"
        said = "missing in every run" if missing else "no difference in any run"
        return Interval(text=said, ink=ink)
    text = answer.with_unit(found.found.mean, found.low, found.high, found.unit)
    text += " (set by the scenario)" * (found.verdict == "set")
    spread = choose.spread_over_runs(*found.values)
    if spread <= 1e-6 * abs(found.before):  # the rounding of stored values
        return Interval(text=f"{text} (no spread)", ink=ink)
    ends = effect.quantiles(choose.gap(*found.values), (0.05, 0.25, 0.75, 0.95)) / spread
    least, low, high, most = map(float, ends)
    drawn = found.found.mean / spread, (low, high), (least, most), text, ink
    mark = {"marker": look.marker, "ms": 4.5, "mfc": face, "mec": look.colour}
    return Interval(*drawn, line={"color": look.colour, "lw": 4.2}, mark=mark)


def _subtitle(dataset: xr.Dataset, window: Any, differ: int, shown: int) -> str:
    groups: dict[tuple[str, str], list[str]] = {}
    for name in choose.names_of(dataset)[1:]:
        label = choose.label_of(dataset, name)
        groups.setdefault(windows.window_of(dataset, window, name), []).append(label)
    parts = [
        f"{numbers.month_text(start)} to {numbers.month_text(end)}"
        + (f" ({', '.join(names)})" if len(groups) > 1 else "")
        for (start, end), names in groups.items()
    ]
    text = f"Each run minus the reference's run of the same number, over {'; '.join(parts)}."
    if differ > shown:
        text += f" Shown are the {shown} that differ most, of {differ}."
    return panels.subtitle(dataset, text)


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


def _used(use: str) -> dict[str, Any]:
    """Return the marker of a target by its use: what was fitted is hollow."""
    colour = _INK.get(use, style.INK)
    face = colour if use == "checked" else "white"
    return {"marker": "o", "mfc": face, "mec": colour, "mew": 1.2}


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
        values = np.array([target.p05, target.median, target.p95], float)
        about = target.observed, target.error, target.scale, target.kind
        ends = discrepancy.standard_errors_of(values, *about)
        low, middle, high = (float(end) for end in np.clip(ends, -EDGE, EDGE))
        if abs(ends[1]) > EDGE:
            mark["marker"] = ">" if ends[1] > 0 else "<"
        by, unit = windows.scaled(values, target.unit)
        least, median, most = (numbers.short(value / by) for value in values)
        bound = _BOUNDS.get(target.kind, "") + numbers.plain(float(target.observed) / by)
        said = f"{bound}; {median} [{least}, {most}] {unit}"
    drawn: Any = {"line": {"color": colour, "lw": 1.6}, "mark": mark}
    interval = Interval(middle, (low, high), text=said, gid=f"target-{target.target}", **drawn)
    source = f"{figure.document}:{figure.line}" if figure else target.figure
    return Row(f"{numbers.words(target.target)} ({source})", [interval], room=2.6)
