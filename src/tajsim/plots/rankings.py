"""The tornado of assumptions: which of them move a difference most, and which way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

import tajsim.plots.panels as timeline
import tajsim.plots.style as style
import tajsim.results.select as select
from tajsim.errors import UserError, unknown
from tajsim.plots.intervals import MOST, FactorPanels, Heading, Row, board
from tajsim.plots.style import Item, Layout
from tajsim.results.numbers import number, plain, wrap
from tajsim.results.window import scaled

PREFIX, TOGETHER = "assumptions_", "together"
UP, DOWN = "#d55e00", "#0072b2"
_SUBTITLE = (
    "How much of the variance of the paired differences goes with an assumption alone, on ranks; "
    "bar: the share, line: its 90 % interval; pale: not told from chance."
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
    shown = board(_groups(table, names), _row)
    sets = int(table["sets"].iloc[0])
    page = Layout(
        body=shown.height,
        title=title or "Which assumptions move the difference",
        subtitle=_SUBTITLE,
        legend=_legend(),
        foot=timeline.foot(
            dataset, f"Shares from {sets:,} parameter sets, with their 90 % interval."
        ),
    )
    ax = page.figure.subplots()
    highest = 0.0
    for middle, one in shown.draw(ax, "value (range)"):
        colour = UP if one.correlation > 0 else DOWN
        highest = max(highest, float(one.high))
        ax.barh(
            middle, float(one.share), height=0.11, zorder=3,
            color=colour if one.stands_out else style.lighter(colour),
            hatch="" if one.correlation > 0 else "////", ec="white", lw=0,
            gid=f"assumption-{one.parameter}",
        )  # fmt: skip
        ax.plot([float(one.low), float(one.high)], [middle] * 2, color=style.INK, lw=0.9, zorder=4)
    ax.set_xlim(0, 1.05 * highest or 1.0)
    style.plain_numbers(ax.xaxis, 2.4)
    ax.set_xlabel("of the variance (share)")
    return page.figure


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


def _row(one: Any) -> Row:
    return Row(f"{one.meaning[:1].upper()}{one.meaning[1:]} ({one.parameter})", _said(one))


def _said(one: Any) -> str:
    low, high = plain(float(one.range_low)), plain(float(one.range_high))
    unit = "" if one.unit in ("ratio", "share", "index") else f" {one.unit}"
    return f"{plain(float(one.value))} ({low} to {high}){unit}"


def _legend() -> list[tuple[Artist, str]]:
    return [
        (Patch(fc=UP, lw=0), "a higher value moves the difference up"),
        (Patch(fc=DOWN, ec="white", hatch="////", lw=0), "down (where it moves it most)"),
    ]


_LOW, _HIGH = "#0072b2", "#d55e00"
_SWING = 0.75  # inches of the numbers beside the bars


def swings(table: pd.DataFrame, headings: Sequence[Heading], title: str, foot: str) -> Figure:
    """Draw a bar for each factor, from the mean where it is low to the mean where it is high.

    Args:
        table: rows of ``scenario, column, factor, at_low, at_high, middle, swing, low, high``.
        headings: for each panel: scenario, column, what stands above it, unit of the outcome.
        title: of the picture.
        foot: of the picture.
    """
    names = list(dict.fromkeys(table["factor"]))
    grid = FactorPanels(headings, names, min(MOST, len(names)), head=11.0)
    page = Layout(
        body=grid.height,
        title=title,
        subtitle="Mean over the points in the lowest and in the highest quarter of each factor's "
        "range; line: mean of all. Pale: the 90 % interval of the swing covers zero.",
        legend=[
            (Patch(color=_LOW), "factor low"),
            (Patch(fc=_HIGH, ec="white", hatch="////", lw=0), "factor high"),
        ],
        foot=foot,
    )
    panels = page.panels(grid.rows, grid.columns, len(headings))
    for ax, (scenario, column, text, unit) in zip(panels, headings, strict=True):
        mine = table[(table["scenario"] == scenario) & (table["column"] == column)]
        order = mine["swing"].abs().sort_values(ascending=False, kind="stable").index
        mine = mine.reindex(order).head(grid.most)
        _panel(ax, mine, unit)
        grid.dress(ax, text, list(mine["factor"]), _SWING)
    return page.figure


def _panel(ax: Axes, table: pd.DataFrame, unit: str) -> None:
    factor, unit = scaled(table[["at_low", "at_high"]].to_numpy(dtype=float), unit)
    middle = float(table["middle"].iloc[0]) / factor
    for i, row in enumerate(table.to_dict("records")):
        sure = row["low"] > 0.0 or row["high"] < 0.0
        for end, colour, hatch in (("at_low", _LOW, ""), ("at_high", _HIGH, "////")):
            shade = colour if sure else style.lighter(colour, 0.6)
            ax.barh(-i, row[end] / factor - middle, left=middle, height=0.62, lw=0, color=shade,
                    hatch=hatch, ec="white")  # fmt: skip
        _beside(ax, number(row["swing"] / factor, signed=True), -i, sure)
    _beside(ax, "swing", 0.72, False)
    ax.axvline(middle, color=style.INK, lw=0.9)
    ax.margins(x=0.08)
    ax.set_xlabel(unit)


def _beside(ax: Axes, text: str, height: float, sure: bool) -> None:
    """Write at the right of a bar."""
    colour = style.INK if sure else style.QUIET
    ax.annotate(text, (1, height), xycoords=ax.get_yaxis_transform(), xytext=(4, 0),
                textcoords="offset points", va="center", size=7.5, color=colour)  # fmt: skip


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
    names = list(dict.fromkeys(table["factor"]))
    grid = FactorPanels(headings, names, min(MOST, len(names)))
    found = [basis for basis in BASIS if basis in set(table["basis"])]
    page = Layout(
        body=grid.height,
        title=title,
        subtitle=f"Dot and bar: {_SAID[lead]}, 90 % interval."
        + (f" Hollow: {_SAID[second]}." if second else "")
        + " Dotted line: what chance alone shows.",
        legend=[_dot(basis) for basis in found],
        foot=foot,
    )
    panels = page.panels(grid.rows, grid.columns, len(headings))
    for ax, (scenario, column, text, unit) in zip(panels, headings, strict=True):
        mine = table[(table["scenario"] == scenario) & (table["column"] == column)]
        grid.dress(ax, text, _indices_panel(ax, mine, lead, second, grid.most))
        size = _SAID[lead].partition(" (")[0]
        ax.set_xlabel(f"{size} ({unit})" if lead == "mu_star" else size)
    return page.figure


def _dot(basis: str) -> Item:
    look = BASIS[basis]
    return Line2D([], [], marker=look.marker, ls="", color=look.colour, ms=6), basis


def _indices_panel(ax: Axes, table: pd.DataFrame, lead: str, second: str, most: int) -> list[str]:
    """Draw a panel and return the factors of its rows."""
    main = table[table["index"] == lead]
    main = main.reindex(main["value"].abs().sort_values(ascending=False, kind="stable").index)
    main = main.head(most)
    other = table[table["index"] == second].set_index("factor")["value"]
    for i, row in enumerate(main.to_dict("records")):
        look = BASIS[row["basis"]]
        colour, mark = look.colour, look.marker
        ax.plot([row["low"], row["high"]], [-i, -i], color=colour, lw=2.2, solid_capstyle="butt")
        ax.plot([row["value"]], [-i], marker=mark, color=colour, mec="white", ms=6.5, zorder=4)
        if row["factor"] in other.index:
            ax.plot([other[row["factor"]]], [-i], marker=mark, mfc="none", mec=colour, ms=6.0)
    ax.axvline(0, color=style.INK, lw=0.8)
    floor = float(main["chance"].iloc[0])
    for side in (1.0, -1.0) if lead == "coefficient" else (1.0,):
        if np.isfinite(floor):
            ax.axvline(side * floor, color=style.QUIET, lw=1.0, ls=(0, (1, 1.5)))
    return list(main["factor"])


def bases(table: pd.DataFrame, headings: Sequence[Heading], title: str, foot: str) -> Figure:
    """Draw the sums of the indices by basis, a bar for each outcome.

    Args:
        table: rows of ``scenario, column, basis, share``; shares below 0 count as 0.
        headings: for each bar: scenario, column, what stands beside it, unit.
        title: of the picture.
        foot: of the picture.
    """
    looks = {**BASIS, **dict.fromkeys(_REST, style.Look(style.GRID))}
    found = [basis for basis in looks if basis in set(table["basis"])]
    legend: list[Item] = [(Patch(**_fill(looks[b])), _REST.get(b, b)) for b in found]
    page = Layout(
        body=0.75 + 0.36 * len(headings),
        title=title,
        subtitle="Share of the variance that goes with the factors of each basis.",
        legend=legend,
        foot=foot,
    )
    ax = page.panels(1, 1, 1)[0]
    for i, (scenario, column, _, _) in enumerate(headings):
        mine = table[(table["scenario"] == scenario) & (table["column"] == column)]
        shares = mine.set_index("basis")["share"].clip(lower=0.0)
        start, whole = 0.0, max(float(shares.sum()), 1e-9)
        for basis in (b for b in found if b in shares.index):
            size = float(shares[basis]) / whole
            ax.barh(-i, size, left=start, height=0.66, **_fill(looks[basis]))
            if size > 0.06:
                shade = looks[basis].colour
                ax.text(start + size / 2, -i, f"{100 * size:.0f} %", ha="center", va="center",
                        size=style.SMALL, color=style.ink_on(shade), bbox={"pad": 1.5, "fc": shade,
                                                                          "lw": 0})  # fmt: skip
            start += size
    texts = ["\n".join(wrap(text, 2.2, style.SMALL)) for _, _, text, _ in headings]
    ax.set_yticks([-i for i in range(len(headings))], texts, size=style.SMALL)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda value, place: f"{100 * value:.0f} %")
    ax.set_xlabel("share of the variance")
    ax.grid(axis="y", visible=False)
    return page.figure


def _fill(look: style.Look) -> dict[str, Any]:
    """Return how a bar of a basis is filled: seen without colour by its hatch."""
    return {"fc": look.colour, "ec": "white", "lw": 0.8, "hatch": look.hatch or None}
