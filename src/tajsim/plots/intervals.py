"""The forest of paired differences: a row per outcome, standardised, with the value printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.results.select as choose
from tajsim.errors import UserError, unknown
from tajsim.plots.style import Layout
from tajsim.results.effect import mean_interval
from tajsim.results.numbers import month_text, number, width, with_interval, wrap
from tajsim.results.select import gap
from tajsim.results.window import (
    Floats,
    at_places,
    most_moved,
    over,
    scaled,
    titled,
    unit_of,
    window_of,
    yes_or_no,
)

_LINE = 0.16  # inches of one printed value
_GAP = 0.08  # inches between rows
_NAMES, _PANEL = 2.0, 2.9  # inches of the column of names and of the panel


@dataclass(frozen=True)
class Difference:
    """One outcome: per scenario the paired differences ``(run,)`` and the reference's spread.

    ``spreads`` are standard deviations over the reference's runs and ``scale`` the largest of its
    values, in the unit of the values.
    """

    label: str
    unit: str
    values: list[Floats]
    spreads: list[float]
    scale: float

    @property
    def moves(self) -> bool:
        """Whether any run of any scenario differs, beyond the rounding of stored values."""
        return any(bool(np.any(np.abs(v) > 1e-6 * self.scale)) for v in self.values)

    @property
    def size(self) -> float:
        """The largest mean difference of a scenario, in standard deviations of the reference."""
        sizes = [
            abs(mean_interval(v)[0]) / s
            for v, s in zip(self.values, self.spreads, strict=True)
            if s > 0
        ]
        return max(sizes, default=0.0)

    @property
    def printed(self) -> tuple[float, str]:
        """What the printed means are divided by, and the unit then."""
        return scaled(np.array([mean_interval(values)[0] for values in self.values]), self.unit)

    @property
    def height(self) -> float:
        """The inches of its row."""
        lines = max(len(self.values), len(wrap(self.label, _NAMES, style.SMALL)))
        return lines * _LINE + _GAP


def forest_height(rows: Sequence[Difference]) -> float:
    """Return the inches of a forest with its axis."""
    return sum(row.height for row in rows) + 0.75 if rows else 0.6


def forest(ax: Axes, rows: Sequence[Difference], reference: str) -> None:
    """Draw a row per outcome; a scenario whose interval covers zero is hollow and grey."""
    ax.axvline(0, color=style.INK, lw=0.9, zorder=2)
    at, middles = 0.0, []
    for one in rows:
        middles.append(at - one.height / 2)
        first = middles[-1] + _LINE * (len(one.values) - 1) / 2
        for index in range(len(one.values)):
            _scenario(ax, one, index, first - index * _LINE)
        at -= one.height
        ax.axhline(at, color=style.GRID, lw=0.6, zorder=1)
    names = ["\n".join(wrap(one.label, _NAMES, style.SMALL)) for one in rows]
    ax.set_ylim(at or -1.0, 0)
    ax.set_yticks(middles, names, size=style.SMALL)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    _value_axis(ax, reference, any(spread > 0.0 for one in rows for spread in one.spreads))
    if not rows:
        ax.text(0.5, 0.5, "no outcome differs in any run", transform=ax.transAxes, ha="center")
        return
    ax.annotate(
        "mean difference [90 % interval]", (1, 1), xycoords="axes fraction", xytext=(8, 3),
        textcoords="offset points", va="bottom", size=7.5, color=style.QUIET,
    )  # fmt: skip


def _value_axis(ax: Axes, reference: str, spread: bool) -> None:
    if not spread and ax.get_ylim()[0] < -1.0:
        ax.set_xticks([])
        ax.set_xlabel("\n".join(wrap("no spread over the runs to measure by", _PANEL, 8.5)))
        return
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, -0.1, -0.1 * high), max(high, 0.1, -0.1 * low))
    style.plain_numbers(ax.xaxis, 1.4 * _PANEL)
    label = f"paired difference (standard deviations of the runs of {reference})"
    ax.set_xlabel("\n".join(wrap(label, _PANEL, 8.5)))


def _scenario(ax: Axes, one: Difference, index: int, height: float) -> None:
    """Draw mean, interval and spread of one scenario's differences, and print them."""
    look = style.scenario_look(index + 1)
    values, spread = one.values[index], one.spreads[index]
    mean, low, high = mean_interval(values)
    sure = low > 0.0 or high < 0.0
    if spread > 0.0:
        runs = np.quantile(values[np.isfinite(values)], [0.05, 0.95]) / spread
        ax.plot(runs, [height] * 2, color=look.colour, lw=0.8, alpha=0.75, zorder=2.5)
        ax.plot(
            np.array([low, high]) / spread, [height] * 2, color=look.colour, lw=4.2,
            solid_capstyle="butt", zorder=3,
        )  # fmt: skip
        ax.plot(
            [mean / spread], [height], marker=look.marker, ms=4.5, mew=1.1, zorder=4,
            color=look.colour if sure else "white", mec=look.colour,
        )  # fmt: skip
    factor, unit = one.printed
    text = f"{with_interval(mean / factor, low / factor, high / factor)} {unit}"
    if not np.any(values):
        text = "no difference in any run"
    elif spread <= 0.0:
        text += " (no spread)"
    ax.annotate(
        text, (1, height),
        xycoords=ax.get_yaxis_transform(), xytext=(8, 0), textcoords="offset points",
        va="center", size=7.5, color=look.colour if sure else style.QUIET,
    )  # fmt: skip


LINE = 0.135  # inches of a line
_BOARD_GAP = 0.06


@dataclass(frozen=True)
class Row:
    """A row: text left of the axis and right of it; a heading has neither place nor text right."""

    label: str
    right: str = ""
    heading: bool = False
    room: float = 2.3
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        size, room = (style.SMALL, 6.0) if self.heading else (style.FOOT, self.room)
        object.__setattr__(self, "lines", wrap(self.label, room, size, bold=self.heading))

    @property
    def height(self) -> float:
        """Inches that the row takes."""
        lines = max(len(self.lines), len(self.right.split("\n")))
        return LINE * lines + _BOARD_GAP + (0.05 if self.heading else 0.0)


@dataclass(frozen=True)
class Board:
    """Rows and, for each, the entry of a table that it shows; ``None`` for a heading."""

    rows: Sequence[Row]
    found: Sequence[Any]

    @property
    def height(self) -> float:
        """The inches of the board with its axis."""
        return sum(row.height for row in self.rows) + 0.7

    def draw(self, ax: Axes, head: str) -> list[tuple[float, Any]]:
        """Write the texts beside an axis; return the entries with the middle of their rows."""
        middles = draw_rows(ax, self.rows, head)
        pairs = zip(middles, self.found, strict=True)
        return [(middle, one) for middle, one in pairs if one is not None]


def board(groups: Iterable[tuple[str, pd.DataFrame]], row_of: Callable[[Any], Row]) -> Board:
    """Return a board of groups of a table: a heading, then a row for each entry.

    Args:
        groups: heading and entries of each group.
        row_of: the row of an entry, whose columns are its attributes.
    """
    rows: list[Row] = []
    found: list[Any] = []
    for heading, part in groups:
        rows.append(Row(heading, heading=True))
        found.append(None)
        for one in part.itertuples():
            rows.append(row_of(one))
            found.append(one)
    return Board(rows, found)


def draw_rows(ax: Axes, rows: Sequence[Row], head: str = "") -> list[float]:
    """Write the texts of a board beside an axis; return the middle of each row, in inches down."""
    at, middles = 0.0, []
    for row in rows:
        middle = at - row.height / 2
        middles.append(middle)
        if row.heading:
            ax.annotate(
                "\n".join(row.lines), (0, middle), xycoords=ax.get_yaxis_transform(),
                xytext=(-72 * rows_room(rows) - 4, 0), textcoords="offset points", va="center",
                weight="bold", size=style.SMALL,
            )  # fmt: skip
        else:
            ax.annotate(
                row.right, (1, middle), xycoords=ax.get_yaxis_transform(), xytext=(8, 0),
                textcoords="offset points", va="center", size=style.FOOT, linespacing=1.15,
            )  # fmt: skip
        at -= row.height
        ax.axhline(at, color=style.GRID, lw=0.5, zorder=0.5)
    ax.set_ylim(at or -1.0, 0)
    told = [(m, row) for m, row in zip(middles, rows, strict=True) if not row.heading]
    ax.set_yticks([m for m, _ in told], ["\n".join(row.lines) for _, row in told], size=style.FOOT)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    ax.annotate(
        head, (1, 1), xycoords="axes fraction", xytext=(8, 3), textcoords="offset points",
        va="bottom", size=style.FOOT, color=style.QUIET,
    )  # fmt: skip
    return middles


def rows_room(rows: Sequence[Row]) -> float:
    """Return the inches of the column of names."""
    return max((row.room for row in rows if not row.heading), default=0.0)


#: What stands above a panel: scenario, column, text, unit of the outcome.
Heading = tuple[str, str, str, str]

MOST = 10
_ROW, _BROKEN, _AROUND, _FACTOR_ROWS_LINE = 0.25, 0.34, 0.62, 0.165  # inches
_NAME = 1.35  # inches of a name before it is broken


@dataclass(frozen=True)
class FactorPanels:
    """The panels of a picture: how many factors each shows, and how they are laid out."""

    headings: Sequence[Heading]
    factors: Sequence[str]
    most: int
    head: float = 0.0

    @property
    def columns(self) -> int:
        """Panels in a row."""
        return 1 if len(self.headings) == 1 else 2

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return -(-len(self.headings) // self.columns)

    @property
    def wide(self) -> float:
        """Inches of a panel with the names of its factors."""
        return (style.WIDTH - 0.3) / self.columns - 0.1

    @property
    def height(self) -> float:
        """Inches of all panels."""
        broken = any("\n" in row_name(name) for name in self.factors)
        lines = max(len(self._head(text)) for _, _, text, _ in self.headings)
        each = (
            _AROUND
            + _FACTOR_ROWS_LINE * lines
            + self.head / 72
            + (_BROKEN if broken else _ROW) * self.most
        )
        return self.rows * each

    def dress(self, ax: Axes, text: str, names: Sequence[str], right: float = 0.0) -> None:
        """Name the rows of a panel and write above them, from their left end, what it shows.

        ``right`` is what the numbers beside the rows take, in inches.
        """
        labels = [row_name(name) for name in names]
        ax.set_yticks([-i for i in range(len(names))], labels, size=style.SMALL, linespacing=1.15)
        ax.set_ylim(-self.most + 0.4, 0.6)
        ax.grid(axis="y", visible=False)
        lines = [line for label in labels for line in label.split("\n")]
        left = max(width(line, style.SMALL) for line in lines) + 0.06
        ax.annotate(
            "\n".join(self._head(text)), (0, 1), xycoords="axes fraction",
            xytext=(-72 * left, 5 + self.head), textcoords="offset points", va="bottom",
            size=style.BODY, weight="bold",
        )  # fmt: skip
        style.plain_numbers(ax.xaxis, self.wide - left - right)

    def _head(self, text: str) -> list[str]:
        return wrap(text, self.wide - 0.1, style.BODY, True)


def row_name(name: str) -> str:
    """Return the name of a factor, broken after its dot where it is long."""
    first, dot, rest = name.partition(".")
    return f"{first}.\n{rest}" if dot and width(name, style.SMALL) > _NAME else name


#: About so many printed values are shown if no outcomes are named.
_LINES = 30
_ORDERS = ("size", "registry")
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
    if order not in _ORDERS:
        raise UserError(unknown("order", order, _ORDERS))
    check_pairs(dataset)
    names, extra = _names(dataset, choose.as_names(outcome), detail, window)
    chosen = choose.selection(select)
    choose.check_selection([dataset[name] for name in [*names, *extra]], chosen)
    found = [d for name in names for d in _rows(dataset, name, chosen, window)]
    moved = [d for d in found if d.moves]
    if order == "size":
        moved.sort(key=lambda one: one.size, reverse=True)
    tall = forest_height(moved)
    page = Layout(
        body=tall + (2.2 if extra else 0.0),
        title=title or _title(dataset),
        subtitle=_subtitle(dataset, window, "" if outcome else choose.told(dataset, len(names))),
        legend=_legend(dataset),
        foot=_foot(dataset, [d.label for d in found if not d.moves]),
    )
    reference = choose.names_of(dataset)[0]
    if not extra:
        forest(page.figure.subplots(), moved, reference)
        return page.figure
    parts = page.figure.subfigures(2, 1, height_ratios=[tall, 2.2], squeeze=False)
    forest(parts[0, 0].subplots(), moved, reference)
    whole = _difference(dataset, extra[0], chosen, window)
    _histogram(parts[1, 0].subplots(), dataset, whole)
    return page.figure


def _names(
    dataset: xr.Dataset, named: list[str], detail: str | None, window: Any
) -> tuple[list[str], list[str]]:
    """Return the outcomes of the forest, and that of the histogram, if there is one."""
    most = max(3, _LINES // (dataset.sizes["scenario"] - 1))
    usual = most_moved(dataset, choose.headline(dataset), most, window)
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
    parts = [_difference(dataset, name, one, window) for one in chosen]
    moved = [part for part in parts if part.moves]
    return moved or [whole]


def _difference(
    dataset: xr.Dataset,
    name: str,
    select: Mapping[str, Sequence[str]],
    window: Any,
) -> Difference:
    """Return the paired differences of an outcome at the chosen places."""
    series = at_places(dataset, name, select)
    values, spreads, scale = [], [], 0.0
    for position, scenario in list(enumerate(choose.names_of(dataset)))[1:]:
        months = window_of(dataset, window, scenario)
        reference, other = over(series.isel(scenario=[0, position]), months).values
        values.append(gap(reference, other))
        known = reference[np.isfinite(reference)]
        spreads.append(float(known.std(ddof=1)) if known.size > 1 else 0.0)
        scale = max(scale, float(np.abs(known).max(initial=0.0)))
    spreads = [spread if spread > 1e-6 * scale else 0.0 for spread in spreads]
    narrowed = any(dimension in select for dimension in choose.own_dimensions(dataset[name]))
    label = titled(dataset, name, select) if narrowed else str(series.attrs.get("label", name))
    unit = unit_of(series, windowed=True)
    if unit == "0 or 1":
        unit = f"share of {'runs' if yes_or_no(series, windowed=True) else 'months'}"
    return Difference(label, unit, values, spreads, scale)


def _histogram(ax: Axes, dataset: xr.Dataset, one: Difference) -> None:
    """Draw the paired differences of one outcome, with mean and share of runs above zero."""
    factor, unit = scaled(np.concatenate(one.values), one.unit)
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
    ax.set_xlabel("\n".join(wrap(f"paired difference: {one.label} ({unit})", 6.0, 8.5)))


def _bars(ax: Axes, values: Floats, edges: Floats, look: style.Look) -> None:
    counts = np.histogram(values, edges)[0]
    ax.stairs(counts, edges, fill=True, color=look.colour, alpha=0.3, lw=0)
    ax.stairs(counts, edges, color=look.colour, lw=1.0)
    ax.axvline(mean_interval(values)[0], color=look.colour, lw=1.6, ls=look.line)


def _signs(name: str, values: Floats) -> str:
    up, down = (100 * float(np.mean(test)) for test in (values > 0, values < 0))
    mean = number(mean_interval(values)[0], signed=True)
    text = f"mean {mean}; higher in {up:.0f} %, lower in {down:.0f} % of runs"
    if up + down < 99.5:
        text += f", equal in {100 - up - down:.0f} %"
    return f"{name}: {text}" if name else text


def _legend(dataset: xr.Dataset) -> list[tuple[Artist, str]]:
    entries: list[tuple[Artist, str]] = []
    for index, name in enumerate(choose.names_of(dataset)[1:]):
        look = style.scenario_look(index + 1)
        entries.append(
            (Line2D([], [], color=look.colour, lw=1.6, marker=look.marker, ms=5.5), name)
        )
    hollow = Line2D([], [], color=style.QUIET, lw=1.6, marker="o", mfc="white", ms=5.5, mew=1.3)
    entries.append((hollow, "hollow: the interval covers zero"))
    return entries


def _title(dataset: xr.Dataset) -> str:
    reference, *others = choose.names_of(dataset)
    return (
        f"What changes in {others[0] if len(others) == 1 else 'each scenario'} against {reference}"
    )


def _subtitle(dataset: xr.Dataset, window: Any, choice: str) -> str:
    windows: dict[tuple[str, str], list[str]] = {}
    for name in choose.names_of(dataset)[1:]:
        windows.setdefault(window_of(dataset, window, name), []).append(name)
    parts = [
        f"{month_text(start)} to {month_text(end)}"
        + (f" ({', '.join(names)})" if len(windows) > 1 else "")
        for (start, end), names in windows.items()
    ]
    text = f"Each run minus the reference's run of the same number, over {'; '.join(parts)}."
    return "\n".join(filter(None, [choose.question(dataset), f"{choice} {text}".strip()]))


def _foot(dataset: xr.Dataset, still: Sequence[str]) -> str:
    text = panels.foot(dataset, _INTERVAL)
    if not still:
        return text
    return f"{text}\nNo difference in any run: {', '.join(still)}."
