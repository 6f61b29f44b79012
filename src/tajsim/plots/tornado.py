"""The tornado of assumptions: which of them move a difference most, and which way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.errors import UserError, unknown
from tajsim.plots.board import Row, board
from tajsim.plots.labels import plain
from tajsim.plots.page import Page

PREFIX, TOGETHER = "assumptions_", "together"
UP, DOWN = "#d55e00", "#0072b2"
_SUBTITLE = (
    "How much of the variance of the paired differences goes with an assumption alone, on ranks; "
    "bar: the share, line: its 90 % interval; pale: not told from chance."
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
    there = list(dict.fromkeys(table["outcome"]))
    wrong = [unknown("outcome with a clear difference", n, there) for n in names if n not in there]
    if wrong:
        raise UserError(wrong)
    shown = board(_groups(table, names), _row)
    sets = int(table["sets"].iloc[0])
    page = Page(
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
