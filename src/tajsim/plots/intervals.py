"""Rows of things with an interval: the forest of paired differences, and rankings by weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.results.select as choose
import tajsim.results.window as windows
from tajsim.errors import UserError, check_names
from tajsim.results import effect, numbers

_LINE, _GAP, _HEADING = 0.145, 0.07, 0.05  # inches: of a line, between rows, above a heading
AXIS = 0.72  # inches of an axis with its label
_SWATCH = 0.1  # inches, half the height of a bar


@dataclass(frozen=True)
class Bar:
    """A bar of a row: where it starts and ends, how it is filled, and what is written in it."""

    start: float
    end: float
    fill: Mapping[str, Any]
    text: str = ""


@dataclass(frozen=True)
class Interval:
    """A value of a row with its interval; what is ``nan`` or empty is not drawn.

    ``ends`` are those of the interval and ``wider`` those of a second, thinner one; ``line`` and
    ``mark`` say in matplotlib's words how interval and value are drawn; ``ring`` is a second value.
    ``text`` stands right of the axis, in the colour ``ink``; ``gid`` names the mark in the file.
    """

    value: float = np.nan
    ends: tuple[float, float] | None = None
    wider: tuple[float, float] | None = None
    ring: float = np.nan
    bars: Sequence[Bar] = ()
    text: str = ""
    ink: str = style.INK
    line: Mapping[str, Any] = field(default_factory=dict)
    mark: Mapping[str, Any] = field(default_factory=dict)
    gid: str = ""

    def draw(self, ax: Axes, height: float, half: float) -> None:
        """Draw it at a height of the axis; ``half`` is half the height of a bar."""
        for bar in self.bars:
            drawn = ax.barh(height, bar.end - bar.start, 2 * half, left=bar.start, zorder=2.5,
                            **{"lw": 0, **bar.fill}, gid=self.gid)  # fmt: skip
            if bar.text:
                shade = drawn[0].get_facecolor()[:3]
                box = {"pad": 1.5, "fc": shade, "lw": 0}
                ax.text((bar.start + bar.end) / 2, height, bar.text, ha="center", va="center",
                        size=style.SMALL, color=style.ink_on(shade), bbox=box)  # fmt: skip
        flat: dict[str, Any] = {"solid_capstyle": "butt", "lw": 2.2, **self.line}
        if self.wider:
            ax.plot(self.wider, [height] * 2, **{**flat, "lw": 0.8}, alpha=0.75, zorder=2.6)
        if self.ends:
            ax.plot(self.ends, [height] * 2, **flat, zorder=3)
        mark = {"marker": "o", "ms": 5.5, "mew": 1.2, "zorder": 4, "clip_on": False, **self.mark}
        if np.isfinite(self.value):
            ax.plot([self.value], [height], **mark, gid=self.gid)
        if np.isfinite(self.ring):
            ax.plot([self.ring], [height], **{**mark, "mfc": "none"})
        if self.text:
            panels.write_right(ax, height, self.text, color=self.ink, linespacing=1.15)


@dataclass(frozen=True)
class Row:
    """A thing with its intervals, one below the other; without any it is a heading.

    ``room`` are the inches for its name, ``tall`` those that it takes at least.
    """

    name: str
    intervals: Sequence[Interval] = ()
    room: float = 2.3
    tall: float = 0.0

    @property
    def lines(self) -> list[str]:
        """The lines of its name."""
        bold = not self.intervals
        return numbers.wrap(self.name, self.room, style.SMALL if bold else style.FOOT, bold)

    @property
    def height(self) -> float:
        """The inches that it takes."""
        beside = sum(one.text.count("\n") + 1 for one in self.intervals)
        lines = _LINE * max(len(self.lines), beside) + _GAP
        return max(lines, self.tall) + (0.0 if self.intervals else _HEADING)


def heading(name: str, room: float = 6.0) -> Row:
    """Return a row that is a heading, of so many inches at most."""
    return Row(name, room=room)


def rows_height(rows: Sequence[Row]) -> float:
    """Return the inches of rows with their axis."""
    return sum(row.height for row in rows) + AXIS


def names_room(rows: Sequence[Row]) -> float:
    """Return the inches that the names of the rows take."""
    lines = [line for row in rows if row.intervals for line in row.lines]
    return max((numbers.width(line, style.FOOT) for line in lines), default=0.0)


def draw_rows(
    ax: Axes, rows: Sequence[Row], head: str = "", tall: float = 0.0, lines: bool = True
) -> None:
    """Draw rows downwards; one unit of the vertical axis is an inch.

    Args:
        ax: the panel.
        rows: what to draw.
        head: stands above the texts right of the axis.
        tall: inches of the rows of the tallest panel, where several stand side by side.
        lines: whether thin lines part the rows; without them a first heading is above the panel.
    """
    at, middles = 0.0, []
    left = -72 * names_room(rows) - 4
    steps = [row.height / (len(row.intervals) + 0.4) for row in rows]
    half = min([_SWATCH, *(0.4 * s for s, row in zip(steps, rows, strict=True) if row.intervals)])
    above = 0.0 if lines or rows[0].intervals else rows[0].height
    for row, step in zip(rows, steps, strict=True):
        middle = at - row.height / 2
        if row.intervals:
            middles.append(middle)
        else:
            place = ax.transAxes if above else ax.get_yaxis_transform()
            ax.annotate(
                "\n".join(row.lines), (0, 1 if above else middle), xycoords=place,
                xytext=(left, 4 if above else 0), textcoords="offset points", weight="bold",
                size=style.SMALL, va="bottom" if above else "center",
            )  # fmt: skip
        first = middle + step * (len(row.intervals) - 1) / 2
        for i, interval in enumerate(row.intervals):
            interval.draw(ax, first - i * step, half)
        at -= row.height
        if lines:
            ax.axhline(at, color=style.GRID, lw=0.5, zorder=0.5)
    ax.set_ylim(min(at, -tall) or -1.0, -above)
    names = ["\n".join(row.lines) for row in rows if row.intervals]
    panels.name_rows(ax, middles, names, style.FOOT)
    panels.write_right(ax, -above, head, up=3.0, va="bottom", color=style.QUIET)


@dataclass(frozen=True)
class Difference:
    """One outcome: per scenario the paired differences ``(run,)`` and the reference's spread.

    ``spreads`` are standard deviations over the reference's runs and ``scale`` the largest of its
    values, in the unit of the values.
    """

    label: str
    unit: str
    values: list[windows.Floats]
    spreads: list[float]
    scale: float

    @property
    def moves(self) -> bool:
        """Whether any run of any scenario differs, beyond the rounding of stored values."""
        return any(bool(np.any(np.abs(v) > 1e-6 * self.scale)) for v in self.values)

    @property
    def size(self) -> float:
        """The largest mean difference of a scenario, in standard deviations of the reference."""
        pairs = zip(self.values, self.spreads, strict=True)
        return max((abs(effect.mean_interval(v)[0]) / s for v, s in pairs if s > 0), default=0.0)

    @property
    def row(self) -> Row:
        """Its row: an interval for each scenario."""
        means = np.array([effect.mean_interval(values)[0] for values in self.values])
        scale = windows.scaled(means, self.unit)
        return Row(self.label, [self._interval(i, *scale) for i in range(len(means))], room=2.0)

    def _interval(self, index: int, factor: float, unit: str) -> Interval:
        """Return mean, interval and spread of one scenario's differences, printed with a unit.

        One whose interval covers zero is hollow and grey.
        """
        look = style.scenario_look(index + 1)
        values, spread = self.values[index], self.spreads[index]
        mean, low, high = effect.mean_interval(values)
        sure = low > 0.0 or high < 0.0
        text = f"{numbers.with_interval(mean / factor, low / factor, high / factor)} {unit}"
        if not np.any(values):
            text = "no difference in any run"
        elif spread <= 0.0:
            text += " (no spread)"
        ink = look.colour if sure else style.QUIET
        known = values[np.isfinite(values)]
        if spread <= 0.0 or not known.size:
            return Interval(text=text if known.size else "missing in every run", ink=ink)
        least, most = np.quantile(known, [0.05, 0.95]) / spread
        face = look.colour if sure else "white"
        return Interval(
            mean / spread, (low / spread, high / spread), (least, most), text=text, ink=ink,
            line={"color": look.colour, "lw": 4.2},
            mark={"marker": look.marker, "ms": 4.5, "mfc": face, "mec": look.colour},
        )  # fmt: skip


#: About so many printed values are shown if no outcomes are named.
_PRINTED = 30
_ORDERS = ("size", "registry")
_HISTOGRAM = 2.2  # inches
_PANEL = 2.9  # inches of the panel of the forest
_INTERVAL = (
    "Thick: 90 % interval of the mean paired difference; thin: the middle 90 % of the runs' "
    "differences. Over sections, agencies and the like flows, counts and stocks are added, "
    "all else is averaged."
)


def difference(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    detail: str | None = None,
    select: Mapping[str, Any] | choose.Names = None,
    window: str | Sequence[str] | None = None,
    order: str = "size",
    title: str | None = None,
) -> Figure:
    """Draw a forest of paired differences and, for a named outcome, their histogram.

    Args:
        dataset: results of two scenarios or more; the first is the reference.
        outcome: outcomes of the forest; by default the headline ones, with many scenarios those
            that differ most. A single one is that of the histogram, and joins the usual ones.
        detail: the outcome of the histogram, where ``outcome`` names several.
        select: coordinates, ``{"section": "khorog"}`` or ``"section=khorog"``.
        window: ``"2006-01:2010-12"``; by default, for each scenario, from its first difference
            to the reference to the end.
        order: ``"size"``, the largest standardised difference first, or ``"registry"``.
        title: heading; made from the scenarios by default.

    Raises:
        UserError: for unknown names, fewer than two scenarios, or results of several seeds.
    """
    check_names("order", [order], _ORDERS)
    check_pairs(dataset)
    names, extra = _names(dataset, choose.as_names(outcome), detail, window)
    chosen = choose.selection(select)
    choose.check_selection([dataset[name] for name in [*names, *extra]], chosen)
    found = [d for name in names for d in _rows(dataset, name, chosen, window)]
    moved = [d for d in found if d.moves]
    if order == "size":
        moved.sort(key=lambda one: one.size, reverse=True)
    rows = [one.row for one in moved]
    heights = [rows_height(rows) if rows else 0.5, *([_HISTOGRAM] if extra and rows else [])]
    layout = style.Layout(
        body=sum(heights),
        title=title or _title(dataset),
        subtitle=_subtitle(dataset, window, 0 if outcome else len(names)),
        legend=_legend(dataset) if rows else [],
        foot=_foot(dataset, [d.label for d in found if not d.moves]),
    )
    parts = layout.figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)
    ax = parts[0, 0].subplots()
    if not rows:
        ax.set_axis_off()
        ax.text(0.0, 0.5, "No outcome differs in any run.", transform=ax.transAxes, va="center")
        return layout.figure
    draw_rows(ax, rows, "mean difference [90 % interval]")
    _value_axis(ax, choose.names_of(dataset)[0], any(any(one.spreads) for one in moved))
    if extra:
        one = _difference(dataset, extra[0], chosen, window)
        _histogram(parts[1, 0].subplots(), dataset, one)
    return layout.figure


def _value_axis(ax: Axes, reference: str, spread: bool) -> None:
    """Draw zero and label the axis of values, which has no scale without a ``spread``."""
    ax.axvline(0, color=style.INK, lw=0.9, zorder=2)
    if not spread:
        ax.set_xticks([])
        ax.set_xlabel("\n".join(numbers.wrap("no spread over the runs to scale by", _PANEL, 8.5)))
        return
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, -0.1, -0.1 * high), max(high, 0.1, -0.1 * low))
    style.plain_numbers(ax.xaxis, 1.4 * _PANEL)
    label = f"paired difference (standard deviations of the runs of {reference})"
    ax.set_xlabel("\n".join(numbers.wrap(label, _PANEL, 8.5)))


def _names(
    dataset: xr.Dataset, named: list[str], detail: str | None, window: Any
) -> tuple[list[str], list[str]]:
    """Return the outcomes of the forest, and that of the histogram, if there is one."""
    most = max(3, _PRINTED // (dataset.sizes["scenario"] - 1))
    usual = windows.most_moved(dataset, choose.headline(dataset), most, window)
    if len(named) == 1:
        detail = detail or named[0]
        named = list(dict.fromkeys(named + usual))
    extra = choose.outcomes(dataset, detail, []) if detail else []
    return choose.outcomes(dataset, named, usual), extra


def check_pairs(dataset: xr.Dataset) -> None:
    """Refuse results in which runs of one number are no pairs.

    Raises:
        UserError: for one scenario, runs that are no pairs, or several settings.
    """
    if dataset.sizes["scenario"] < 2:
        raise UserError("differences need a reference and another scenario; the results hold one")
    if reason := dataset.attrs.get("no_pairs"):  # of several results, see `join`
        raise UserError(str(reason))
    if " and " in str(dataset.attrs.get("overrides", "")):
        raise UserError(
            "paired differences need results with the same --set; found "
            f"{dataset.attrs['overrides']}: the settings would be taken for effects"
        )


def _rows(
    dataset: xr.Dataset, name: str, select: Mapping[str, Sequence[str]], window: Any
) -> list[Difference]:
    """Return the row of an outcome, or one for each part if only the whole stays as it is."""
    whole = _difference(dataset, name, select, window)
    own = choose.own_dimensions(dataset[name])
    if whole.moves or len(own) != 1 or own[0] in select:
        return [whole]
    places = [str(place) for place in dataset[own[0]].values]
    chosen = [{**select, own[0]: [place]} for place in places]
    parts = [_difference(dataset, name, c, window) for c in chosen]
    moved = [part for part in parts if part.moves]
    return moved or [whole]


def _difference(
    dataset: xr.Dataset, name: str, select: Mapping[str, Sequence[str]], window: Any
) -> Difference:
    """Return the paired differences of an outcome in each scenario."""
    series = windows.at_places(dataset, name, select)
    values, spreads, scale = [], [], 0.0
    for position, scenario in list(enumerate(choose.names_of(dataset)))[1:]:
        months = windows.window_of(dataset, window, scenario)
        reference, other = windows.over(series.isel(scenario=[0, position]), months).values
        values.append(choose.gap(reference, other))
        known = reference[np.isfinite(reference)]
        spreads.append(float(known.std(ddof=1)) if known.size > 1 else 0.0)
        scale = max(scale, float(np.abs(known).max(initial=0.0)))
    spreads = [spread if spread > 1e-6 * scale else 0.0 for spread in spreads]
    narrowed = any(dimension in select for dimension in choose.own_dimensions(dataset[name]))
    label = (
        windows.titled(dataset, name, select) if narrowed else str(series.attrs.get("label", name))
    )
    unit = windows.unit_of(series, windowed=True)
    if unit == "0 or 1":
        unit = f"share of {'runs' if windows.yes_or_no(series, windowed=True) else 'months'}"
    return Difference(label, unit, values, spreads, scale)


def _histogram(ax: Axes, dataset: xr.Dataset, one: Difference) -> None:
    """Draw the paired differences of one outcome, with mean and share of runs above zero."""
    factor, unit = windows.scaled(np.concatenate(one.values), one.unit)
    known = np.concatenate([values[np.isfinite(values)] for values in one.values]) / factor
    low, high = (
        (min(float(known.min()), 0.0), max(float(known.max()), 0.0)) if known.size else (0, 0)
    )
    bins = max(12, round(4 * dataset.sizes["run"] ** (1 / 3)))
    edges = np.linspace(low, high, bins + 1) if high > low else np.array([-0.5, 0.5])
    names = choose.names_of(dataset)[1:]
    for index, (name, row) in enumerate(zip(names, one.values, strict=True)):
        look = style.scenario_look(index + 1)
        values = row[np.isfinite(row)] / factor
        if np.any(values):
            _bars(ax, values, edges, look)
        ax.annotate(
            _signs(name if len(names) > 1 else "", values), (0, 1), xycoords="axes fraction",
            xytext=(0, 4 + 11 * (len(names) - 1 - index)), textcoords="offset points",
            va="bottom", size=style.SMALL, color=look.colour,
        )  # fmt: skip
    ax.axvline(0, color=style.INK, lw=0.9)
    style.plain_numbers(ax.xaxis, 6.0)
    style.plain_numbers(ax.yaxis, 1.6)
    ax.set_ylabel("runs")
    ax.set_xlabel("\n".join(numbers.wrap(f"paired difference: {one.label} ({unit})", 6.0, 8.5)))


def _bars(ax: Axes, values: windows.Floats, edges: windows.Floats, look: style.Look) -> None:
    counts = np.histogram(values, edges)[0]
    ax.stairs(counts, edges, fill=True, color=look.colour, alpha=0.3, lw=0)
    ax.stairs(counts, edges, color=look.colour, lw=1.0)
    ax.axvline(effect.mean_interval(values)[0], color=look.colour, lw=1.6, ls=look.line)


def _signs(name: str, values: windows.Floats) -> str:
    if not values.size:
        return f"{name}: missing in every run" if name else "missing in every run"
    up, down = (100 * float(np.mean(test)) for test in (values > 0, values < 0))
    mean = numbers.number(effect.mean_interval(values)[0], signed=True)
    text = f"mean {mean}; higher in {up:.0f} %, lower in {down:.0f} % of runs"
    if up + down < 99.5:
        text += f", equal in {100 - up - down:.0f} %"
    return f"{name}: {text}" if name else text


def _legend(dataset: xr.Dataset) -> list[style.Item]:
    names = choose.names_of(dataset)[1:]
    hollow = {"color": style.QUIET, "lw": 1.6, "marker": "o", "mfc": "white", "ms": 5.5, "mew": 1.3}
    return [
        *style.scenario_items(names, 1, ls="-", lw=1.6, ms=5.5),
        style.line_item("hollow: the interval covers zero", **hollow),
    ]


def _title(dataset: xr.Dataset) -> str:
    reference, *others = choose.names_of(dataset)
    return (
        f"What changes in {others[0] if len(others) == 1 else 'each scenario'} against {reference}"
    )


def _subtitle(dataset: xr.Dataset, window: Any, shown: int) -> str:
    groups: dict[tuple[str, str], list[str]] = {}
    for name in choose.names_of(dataset)[1:]:
        groups.setdefault(windows.window_of(dataset, window, name), []).append(name)
    parts = [
        f"{numbers.month_text(start)} to {numbers.month_text(end)}"
        + (f" ({', '.join(names)})" if len(groups) > 1 else "")
        for (start, end), names in groups.items()
    ]
    text = f"Each run minus the reference's run of the same number, over {'; '.join(parts)}."
    return panels.subtitle(dataset, text, shown)


def _foot(dataset: xr.Dataset, still: Sequence[str]) -> str:
    text = panels.foot(dataset, _INTERVAL)
    if not still:
        return text
    return f"{text}\nNo difference in any run: {', '.join(still)}."


PREFIX, TOGETHER = "assumptions_", "together"
_LOW, _HIGH = "#0072b2", "#d55e00"
_SUBTITLE = (
    "How much of the variance of the paired differences an assumption explains alone, on ranks; "
    "bar: the share, line: its 90 % interval; pale: indistinguishable from chance."
)


def tornado(
    dataset: xr.Dataset, *, outcome: choose.Names = None, title: str | None = None
) -> Figure:
    """Draw the assumptions that matter most for a difference, as kept in results of ``compare``.

    Args:
        dataset: results of a comparison of 20 runs or more, made in one command.
        outcome: outcomes with a clear difference; by default all such outcomes together.
        title: heading.

    Raises:
        UserError: for results without the table, or an outcome that is not in it.
    """
    table = _table(dataset)
    names = choose.as_names(outcome) or [TOGETHER]
    check_names("outcome with a clear difference", names, dict.fromkeys(table["outcome"]))
    rows: list[Row] = []
    for said, part in _groups(table, names):
        rows += [heading(said), *(_assumption(one) for one in part.itertuples())]
    interval = (
        f"Shares from {int(table['sets'].iloc[0]):,} parameter sets, with their 90 % interval."
    )
    layout = style.Layout(
        body=rows_height(rows),
        title=title or "Assumptions that change the difference most",
        subtitle=_SUBTITLE,
        legend=[
            style.area_item("a higher value moves the difference up", **_fill(_HIGH, "")),
            style.area_item("down (where it moves it most)", **_fill(_LOW, "////")),
        ],
        foot=panels.foot(dataset, interval),
    )
    ax = layout.figure.subplots()
    draw_rows(ax, rows, "value (range)")
    ax.set_xlim(0, 1.05 * float(table["high"].max()) or 1.0)
    style.plain_numbers(ax.xaxis, 2.4)
    ax.set_xlabel("of the variance (share)")
    return layout.figure


def _fill(colour: str, hatch: str, pale: float = 0.0) -> dict[str, Any]:
    """Return how a bar is filled: told apart without colour by its hatch."""
    return {"fc": style.lighter(colour, pale), "ec": "white", "hatch": hatch or None, "lw": 0}


def _assumption(one: Any) -> Row:
    """Return the row of an assumption: its share of the variance, its value and range."""
    low, high = numbers.plain(float(one.range_low)), numbers.plain(float(one.range_high))
    unit = "" if one.unit in ("ratio", "share", "index") else f" {one.unit}"
    up = one.correlation > 0
    fill = _fill(*(_HIGH, "") if up else (_LOW, "////"), 0.0 if one.stands_out else 0.72)
    interval = Interval(
        ends=(float(one.low), float(one.high)), bars=[Bar(0.0, float(one.share), fill)],
        line={"color": style.INK, "lw": 0.9}, gid=f"assumption-{one.parameter}",
        text=f"{numbers.plain(float(one.value))} ({low} to {high}){unit}",
    )  # fmt: skip
    return Row(f"{one.meaning[:1].upper()}{one.meaning[1:]} ({one.parameter})", [interval])


def _table(dataset: xr.Dataset) -> pd.DataFrame:
    columns = [str(n) for n in dataset.data_vars if str(n).startswith(PREFIX)]
    if not columns:
        raise UserError(
            "these results do not say which assumptions matter; tajsim compare with 20 runs or "
            "more keeps that, and several results put side by side lose it"
        )
    table = pd.DataFrame({n.removeprefix(PREFIX): dataset[n].values for n in columns})
    there = dataset["scenario"].values.astype(str)
    return table[table["scenario"].astype(str).isin(there)]


def _groups(table: pd.DataFrame, names: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Return what stands above the assumptions of each outcome, and these by rank."""
    several = table["scenario"].nunique() > 1
    for (scenario, name, _), part in table.groupby(["scenario", "outcome", "where"], sort=False):
        if name in names:
            label = next(iter(part["label"])) or "all outcomes that differ clearly"
            yield f"{scenario}: {label}" if several else str(label), part.sort_values("rank")


#: What stands above a panel: scenario, column, text, unit of the outcome.
Heading = tuple[str, str, str, str]
#: So many factors are shown of each outcome.
MOST = 10
_NAME = 1.35  # inches of a name before it is broken


def _factors(
    table: pd.DataFrame,
    headings: Sequence[Heading],
    panel: Callable[[Axes, pd.DataFrame, str], Sequence[Interval]],
    head: str = "",
    **around: Any,
) -> Figure:
    """Draw a panel for each heading, a row for each of its factors.

    Args:
        table: rows of ``scenario, column, factor`` and what ``panel`` reads.
        headings: see `swings`.
        panel: dresses a panel and returns the intervals of its factors, given their rows and the
            unit of the outcome.
        head: what stands above the numbers right of the axis.
        around: title, subtitle, legend and foot.
    """
    columns = 1 if len(headings) == 1 else 2
    wide, right = style.WIDTH / columns - 0.25, 0.75 if head else 0.0
    parts = [table[(table["scenario"] == s) & (table["column"] == c)] for s, c, _, _ in headings]
    rows = [
        [
            heading(text, wide - right),
            *(Row(_factor(name), [Interval()]) for name in part["factor"]),
        ]
        for part, (_, _, text, _) in zip(parts, headings, strict=True)
    ]
    tall = max(map(rows_height, rows))
    layout = style.Layout(body=tall * -(-len(rows) // columns), **around)
    shown = layout.panels(-(-len(rows) // columns), columns, len(rows))
    for ax, part, (first, *named), (_, _, _, unit) in zip(
        shown, parts, rows, headings, strict=True
    ):
        found = panel(ax, part, unit)
        own = [first, *(Row(r.name, [i]) for r, i in zip(named, found, strict=True))]
        draw_rows(ax, own, head, tall - AXIS, lines=False)
        ax.xaxis.grid(visible=True)
        names = max(numbers.width(line, style.FOOT) for row in named for line in row.lines)
        style.plain_numbers(ax.xaxis, wide - names - right)
    return layout.figure


def _factor(name: str) -> str:
    """Return the name of a factor, broken after its dot where it is long."""
    first, dot, rest = name.partition(".")
    return f"{first}.\n{rest}" if dot and numbers.width(name, style.FOOT) > _NAME else name


def _leading(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return of each scenario and column the rows of the largest absolute values of a column."""
    order = table[by].abs().sort_values(ascending=False, kind="stable").index
    return table.reindex(order).groupby(["scenario", "column"], sort=False).head(MOST)


def swings(table: pd.DataFrame, headings: Sequence[Heading], title: str, foot: str) -> Figure:
    """Draw a bar for each factor, from the mean where it is low to the mean where it is high.

    Args:
        table: rows of ``scenario, column, factor, at_low, at_high, middle, swing, low, high``.
        headings: for each panel: scenario, column, what stands above it, unit of the outcome.
        title: of the picture.
        foot: of the picture.
    """
    return _factors(
        _leading(table, "swing"),
        headings,
        _swings,
        head="swing",
        title=title,
        subtitle="Mean over the points in the lowest and in the highest quarter of each factor's "
        "range; line: mean of all. Pale: the 90 % interval of the swing covers zero.",
        legend=[
            style.area_item("factor low", **_fill(_LOW, "")),
            style.area_item("factor high", **_fill(_HIGH, "////")),
        ],
        foot=foot,
    )


def _swings(ax: Axes, table: pd.DataFrame, unit: str) -> list[Interval]:
    factor, unit = windows.scaled(table[["at_low", "at_high"]].to_numpy(dtype=float), unit)
    middle = float(table["middle"].iloc[0]) / factor
    ax.axvline(middle, color=style.INK, lw=0.9)
    ax.margins(x=0.08)
    ax.set_xlabel(unit)
    found = []
    for row in table.to_dict("records"):
        sure = row["low"] > 0.0 or row["high"] < 0.0
        bars = [
            Bar(middle, row[end] / factor, _fill(colour, hatch, 0.0 if sure else 0.6))
            for end, colour, hatch in (("at_low", _LOW, ""), ("at_high", _HIGH, "////"))
        ]
        text = numbers.number(row["swing"] / factor, signed=True)
        found.append(Interval(bars=bars, text=text, ink=style.INK if sure else style.QUIET))
    return found


#: Basis -> look: what rests on a document is dark, an assumption is warm, a decision is grey.
BASIS = {
    "documented": style.Look("#26456e", marker="s"),
    "derived": style.Look("#3a8a8a", hatch="...", marker="D"),
    "assumption": style.Look("#d55e00", marker="o"),
    "decision": style.Look("#a6a6a6", hatch="///", marker="^"),
}
_REST = {"together": "joint effects", "unexplained": "unexplained"}
_SAID = {
    "total": "total index (with joint effects)",
    "first": "first-order index (alone)",
    "mu_star": "mu* (mean size of an effect)",
    "mu": "mu",
    "sigma": "sigma (how far effects differ)",
    "coefficient": "rank coefficient",
}


def indices(table: pd.DataFrame, headings: Sequence[Heading], title: str, foot: str) -> Figure:
    """Draw the leading index of each factor with its 90 % interval, and a second one as a ring.

    Args:
        table: rows of ``scenario, column, factor, basis, index, value, low, high, chance``.
        headings: for each panel: scenario, column, what stands above it, unit of the outcome.
        title: of the picture.
        foot: of the picture.
    """
    lead = next(i for i in ("total", "mu_star", "coefficient") if i in set(table["index"]))
    second = {"total": "first", "mu_star": "sigma", "coefficient": ""}[lead]
    found = [basis for basis in BASIS if basis in set(table["basis"])]
    rings = table[table["index"] == second].set_index(["scenario", "column", "factor"])["value"]

    def panel(ax: Axes, part: pd.DataFrame, unit: str) -> list[Interval]:
        ax.axvline(0, color=style.INK, lw=0.8)
        floor = float(part["chance"].iloc[0])
        for side in (1.0, -1.0) if lead == "coefficient" else (1.0,):
            if np.isfinite(floor):
                ax.axvline(side * floor, color=style.QUIET, lw=1.0, ls=(0, (1, 1.5)))
        size = _SAID[lead].partition(" (")[0]
        ax.set_xlabel(f"{size} ({unit})" if lead == "mu_star" else size)
        return [_index(row, rings) for row in part.to_dict("records")]

    return _factors(
        _leading(table[table["index"] == lead], "value"),
        headings,
        panel,
        title=title,
        subtitle=f"Dot and bar: {_SAID[lead]}, 90 % interval."
        + (f" Hollow: {_SAID[second]}." if second else "")
        + " Dotted line: what chance alone shows.",
        legend=[
            style.line_item(b, marker=BASIS[b].marker, ls="", color=BASIS[b].colour, ms=6)
            for b in found
        ],
        foot=foot,
    )


def _index(row: Mapping[Any, Any], rings: pd.Series[float]) -> Interval:
    look = BASIS[row["basis"]]
    ring = rings.get((row["scenario"], row["column"], row["factor"]), np.nan)
    return Interval(
        float(row["value"]), (float(row["low"]), float(row["high"])), ring=float(ring),
        line={"color": look.colour}, mark={"marker": look.marker, "color": look.colour, "ms": 6.0},
    )  # fmt: skip


def bases(table: pd.DataFrame, headings: Sequence[Heading], title: str, foot: str) -> Figure:
    """Draw the sums of the indices by basis, a bar for each outcome.

    Args:
        table: rows of ``scenario, column, basis, share``; shares below 0 count as 0.
        headings: for each bar: scenario, column, what stands beside it, unit.
        title: of the picture.
        foot: of the picture.
    """
    looks = {**BASIS, **dict.fromkeys(_REST, style.Look(style.GRID))}
    fills = {basis: {**_fill(look.colour, look.hatch), "lw": 0.8} for basis, look in looks.items()}
    found = [basis for basis in looks if basis in set(table["basis"])]
    rows = []
    for scenario, column, text, _ in headings:
        mine = table[(table["scenario"] == scenario) & (table["column"] == column)]
        shares = mine.set_index("basis")["share"].clip(lower=0.0)
        shares = shares / max(float(shares.sum()), 1e-9)
        bars: list[Bar] = []
        for basis in (b for b in found if b in shares.index):
            start, size = bars[-1].end if bars else 0.0, float(shares[basis])
            printed = f"{100 * size:.0f} %" if size > 0.06 else ""
            bars.append(Bar(start, start + size, fills[basis], printed))
        rows.append(Row(text, [Interval(bars=bars)], tall=0.36))
    layout = style.Layout(
        body=rows_height(rows),
        title=title,
        subtitle="Share of the variance due to the factors of each basis.",
        legend=[style.area_item(_REST.get(b, b), **fills[b]) for b in found],
        foot=foot,
    )
    ax = layout.figure.subplots()
    draw_rows(ax, rows, lines=False)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda value, place: f"{100 * value:.0f} %")
    ax.set_xlabel("share of the variance")
    return layout.figure
