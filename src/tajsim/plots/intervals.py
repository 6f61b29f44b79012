"""Rows of things with an interval: the forest of paired differences, and rankings by weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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

_LINE, _GAP, _HEADING = 0.145, 0.05, 0.05  # inches: of a line, between rows, above a heading
AXIS = 0.72  # inches of an axis with its label
_SWATCH = 0.1  # inches, half the height of a bar


@dataclass(frozen=True)
class Bar:
    """A bar of a row: where it starts and ends, and how it is filled."""

    start: float
    end: float
    fill: Mapping[str, Any]


@dataclass(frozen=True)
class Interval:
    """A value of a row with its interval; what is ``nan`` or empty is not drawn.

    ``ends`` are those of the interval and ``wider`` those of a second, thinner one; ``line`` and
    ``mark`` say in matplotlib's words how interval and value are drawn.
    ``text`` stands right of the axis, in the colour ``ink``; ``gid`` names the mark in the file.
    """

    value: float = np.nan
    ends: tuple[float, float] | None = None
    wider: tuple[float, float] | None = None
    bars: Sequence[Bar] = ()
    text: str = ""
    ink: str = style.INK
    line: Mapping[str, Any] = field(default_factory=dict)
    mark: Mapping[str, Any] = field(default_factory=dict)
    gid: str = ""

    def draw(self, ax: Axes, height: float, half: float) -> None:
        """Draw it at a height of the axis; ``half`` is half the height of a bar."""
        for bar in self.bars:
            ax.barh(height, bar.end - bar.start, 2 * half, left=bar.start, zorder=2.5,
                    **{"lw": 0, **bar.fill}, gid=self.gid)  # fmt: skip
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
        bold = not self.intervals
        return numbers.wrap(self.name, self.room, style.SMALL if bold else style.FOOT, bold)

    @property
    def height(self) -> float:
        """The inches that it takes."""
        beside = sum(one.text.count("\n") + 1 for one in self.intervals)
        lines = _LINE * max(len(self.lines), beside) + _GAP
        return lines + (0.0 if self.intervals else _HEADING)


def heading(name: str) -> Row:
    """Return a row that is a heading."""
    return Row(name, room=6.0)


def rows_height(rows: Sequence[Row]) -> float:
    """Return the inches of rows with their axis."""
    return sum(row.height for row in rows) + AXIS


def names_room(rows: Sequence[Row]) -> float:
    """Return the inches that the names of the rows take."""
    lines = [line for row in rows if row.intervals for line in row.lines]
    return max((numbers.width(line, style.FOOT) for line in lines), default=0.0)


def draw_rows(ax: Axes, rows: Sequence[Row], head: str = "") -> None:
    """Draw rows downwards; one unit of the vertical axis is an inch.

    ``head`` stands above the texts right of the axis.
    """
    at, middles = 0.0, []
    left = -72 * names_room(rows) - 4
    steps = [row.height / (len(row.intervals) + 0.4) for row in rows]
    half = min([_SWATCH, *(0.4 * s for s, row in zip(steps, rows, strict=True) if row.intervals)])
    for row, step in zip(rows, steps, strict=True):
        middle = at - row.height / 2
        if row.intervals:
            middles.append(middle)
        else:
            ax.annotate(
                "\n".join(row.lines), (0, middle), xycoords=ax.get_yaxis_transform(),
                xytext=(left, 0), textcoords="offset points", weight="bold", size=style.SMALL,
                va="center",
            )  # fmt: skip
        first = middle + step * (len(row.intervals) - 1) / 2
        for i, interval in enumerate(row.intervals):
            interval.draw(ax, first - i * step, half)
        at -= row.height
        ax.axhline(at, color=style.GRID, lw=0.5, zorder=0.5)
    ax.set_ylim(at or -1.0, 0.0)
    names = ["\n".join(row.lines) for row in rows if row.intervals]
    panels.name_rows(ax, middles, names, style.FOOT)
    panels.write_right(ax, 0.0, head, up=3.0, va="bottom", color=style.QUIET)


@dataclass(frozen=True)
class Difference:
    """One outcome: per scenario the paired differences ``(run,)`` and the reference ``(run,)``."""

    label: str
    unit: str
    values: list[windows.Floats]
    reference: list[windows.Floats]

    @property
    def spreads(self) -> list[float]:
        """Standard deviations over the reference's runs; 0 where rounding alone makes them."""
        found = []
        for row in self.reference:
            known = row[np.isfinite(row)]
            spread = float(known.std(ddof=1)) if known.size > 1 else 0.0
            scale = float(np.abs(known).max(initial=0.0))
            found.append(spread if spread > 1e-6 * scale else 0.0)
        return found

    @property
    def moves(self) -> bool:
        """Whether any run of any scenario differs, beyond the rounding of stored values."""
        scale = max(float(np.abs(r[np.isfinite(r)]).max(initial=0.0)) for r in self.reference)
        return any(bool(np.any(np.abs(v) > 1e-6 * scale)) for v in self.values)

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
        """Return mean and spread of one scenario's differences, printed with a unit.

        One without a direction, or smaller than the smallest effect, is hollow and grey.
        """
        look = style.scenario_look(index + 1)
        values, spread = self.values[index], self.spreads[index]
        found = effect.effect(values)
        least = effect.smallest_effect(self.reference[index])
        told = bool(found.direction) and abs(found.mean) >= least
        ink = look.colour if told else style.QUIET
        known = values[np.isfinite(values)]
        if not known.size:
            return Interval(text="missing in every run", ink=ink)
        if not np.any(values):
            return Interval(text="no difference in any run", ink=ink)
        ends = np.quantile(known, [0.05, 0.25, 0.75, 0.95])
        text = numbers.with_interval(found.mean / factor, ends[0] / factor, ends[3] / factor)
        if spread <= 0.0:
            return Interval(text=f"{text} {unit} (no spread)", ink=ink)
        least, low, high, most = ends / spread
        face = look.colour if told else "white"
        return Interval(
            found.mean / spread, (low, high), (least, most), text=f"{text} {unit}", ink=ink,
            line={"color": look.colour, "lw": 4.2},
            mark={"marker": look.marker, "ms": 4.5, "mfc": face, "mec": look.colour},
        )  # fmt: skip


#: So many outcomes are drawn if none are named; fewer where there are many scenarios.
MOST_ROWS, _PRINTED = 10, 30
_PANEL = 2.9  # inches of the panel of the forest
_INTERVAL = (
    "Marker: mean paired difference; bars: the middle 50 % (thick) and 90 % (thin) of the "
    "histories' differences, the latter printed. Hollow: the 90 % interval of the mean covers "
    "zero, or the mean is smaller than the smallest effect worth the name."
)


def difference(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    select: Mapping[str, Any] | choose.Names = None,
    window: str | Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw a forest of paired differences, the largest beside the spread of the runs first.

    Args:
        dataset: results of two scenarios or more; the first is the reference.
        outcome: outcomes of the forest; by default the ten headline ones that differ most.
        select: coordinates, ``{"section": "khorog"}`` or ``"section=khorog"``.
        window: ``"2006-01:2010-12"``; by default, for each scenario, from its first difference
            to the reference to the end.
        title: heading; made from the scenarios by default.

    Raises:
        UserError: for unknown names, fewer than two scenarios, or results of several seeds.
    """
    check_pairs(dataset)
    others = dataset.sizes["scenario"] - 1
    names = choose.outcomes(dataset, choose.as_names(outcome), choose.headline(dataset))
    chosen = choose.selection(select)
    choose.check_selection([dataset[name] for name in names], chosen)
    found = [d for name in names for d in _rows(dataset, name, chosen, window)]
    moved = sorted((d for d in found if d.moves), key=lambda one: -one.size)
    most = len(moved) if outcome else min(MOST_ROWS, max(3, _PRINTED // others))
    rows = [one.row for one in moved[:most]]
    layout = style.Layout(
        body=rows_height(rows) if rows else 0.5,
        title=title or _title(dataset),
        subtitle=_subtitle(dataset, window, len(moved) if len(moved) > most else 0, most),
        legend=_legend(dataset) if rows else [],
        foot=_foot(dataset, [d.label for d in found if not d.moves]),
    )
    ax = layout.figure.subplots()
    if rows:
        draw_rows(ax, rows, "mean [90 % of histories]")
        _value_axis(ax, choose.names_of(dataset)[0], any(any(one.spreads) for one in moved[:most]))
    else:
        ax.set_axis_off()
        ax.text(0.0, 0.5, "No outcome differs in any run.", transform=ax.transAxes, va="center")
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
    values, references = [], []
    for position, scenario in list(enumerate(choose.names_of(dataset)))[1:]:
        months = windows.window_of(dataset, window, scenario)
        reference, other = windows.over(series.isel(scenario=[0, position]), months).values
        values.append(choose.gap(reference, other))
        references.append(reference)
    narrowed = any(dimension in select for dimension in choose.own_dimensions(dataset[name]))
    label = (
        windows.titled(dataset, name, select) if narrowed else str(series.attrs.get("label", name))
    )
    unit = windows.unit_of(series, windowed=True)
    if unit == "0 or 1":
        unit = f"share of {'runs' if windows.yes_or_no(series, windowed=True) else 'months'}"
    return Difference(label, unit, values, references)


def _legend(dataset: xr.Dataset) -> list[style.Item]:
    names = choose.names_of(dataset)[1:]
    hollow = {"color": style.QUIET, "lw": 1.6, "marker": "o", "mfc": "white", "ms": 5.5, "mew": 1.3}
    return [
        *style.scenario_items(names, 1, ls="-", lw=1.6, ms=5.5),
        style.line_item("hollow: no direction, or too small to matter", **hollow),
    ]


def _title(dataset: xr.Dataset) -> str:
    reference, *others = choose.names_of(dataset)
    return (
        f"What changes in {others[0] if len(others) == 1 else 'each scenario'} against {reference}"
    )


def _subtitle(dataset: xr.Dataset, window: Any, differ: int, shown: int) -> str:
    groups: dict[tuple[str, str], list[str]] = {}
    for name in choose.names_of(dataset)[1:]:
        groups.setdefault(windows.window_of(dataset, window, name), []).append(name)
    parts = [
        f"{numbers.month_text(start)} to {numbers.month_text(end)}"
        + (f" ({', '.join(names)})" if len(groups) > 1 else "")
        for (start, end), names in groups.items()
    ]
    text = f"Each run minus the reference's run of the same number, over {'; '.join(parts)}."
    if differ:
        text += f" The {shown} that differ most of {differ} that differ; --outcome names others."
    return panels.subtitle(dataset, text)


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
    rows, most = list[Row](), 0.0
    for said, part in _groups(table, names):
        rows += [heading(said), *(_assumption(one) for one in part.itertuples())]
        most = max(most, float(part["high"].max()))
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
    ax.set_xlim(0, 1.05 * most or 1.0)
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
