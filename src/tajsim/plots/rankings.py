"""Assumptions, factors and bases in the order of their weight: tornado, swings, indices, bases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tajsim.errors import UserError, unknown
from tajsim.plots import panels, style
from tajsim.plots.intervals import AXIS, Bar, Interval, Row, draw_rows, heading, rows_height
from tajsim.results import numbers, select, window

PREFIX, TOGETHER = "assumptions_", "together"
_LOW, _HIGH = "#0072b2", "#d55e00"
_SUBTITLE = (
    "How much of the variance of the paired differences an assumption explains alone, on ranks; "
    "bar: the share, line: its 90 % interval; pale: indistinguishable from chance."
)


def tornado(
    dataset: xr.Dataset, *, outcome: select.Names = None, title: str | None = None
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
    names = select.as_names(outcome) or [TOGETHER]
    there = list(dict.fromkeys(table["outcome"]))
    wrong = [unknown("outcome with a clear difference", n, there) for n in names if n not in there]
    if wrong:
        raise UserError(wrong)
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
    factor, unit = window.scaled(table[["at_low", "at_high"]].to_numpy(dtype=float), unit)
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
