"""The claims scoreboard: what documents say of cause and effect, and in how many runs it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.errors import UserError
from tajsim.plots.board import Row, board_height, draw_rows, entries
from tajsim.plots.labels import decimals_for, number, words
from tajsim.plots.page import Page
from tajsim.plots.series import scaled

#: Verdict -> marker, colour, whether it is filled, and what it is called.
VERDICTS: dict[str, tuple[str, str, bool, str]] = {
    "holds": ("o", "#0072b2", True, "holds"),
    "fails": ("X", "#d55e00", True, "fails"),
    "undecided": ("D", style.QUIET, False, "undecided at this number of runs"),
    "not tested": ("_", style.QUIET, False, "not tested"),
}
_SUBTITLE = (
    "Across: the share of runs in which a claim holds by itself. The verdict rests on the mean: it "
    "holds where the 90 % interval is clear of zero on the side that the document names."
)


def claims(dataset: xr.Dataset, *, table: pd.DataFrame, title: str | None = None) -> Figure:
    """Draw a row per claim: verdict, share of runs, mean effect with its interval, and source.

    Args:
        dataset: results that the claims were tested on.
        table: the claims, as `tajsim.analysis.claims.evaluate_claims` returns them; ``claims.csv``
            holds the same.
        title: heading.

    Raises:
        UserError: if there is no claim.
    """
    if not table.empty:
        table = table[table["scenario"].isin(choose.names_of(dataset))]
    if table.empty:
        raise UserError("these scenarios make no claims; there is nothing to draw")
    rows: list[Row] = []
    found: list[Any] = []
    for scenario, part in table.groupby("scenario", sort=False):
        rows.append(Row(str(scenario), heading=True))
        found.append(None)
        for claim in entries(part):
            rows.append(Row(f"{words(claim.claim)} ({claim.document}:{claim.line})", _said(claim)))
            found.append(claim)
    page = Page(
        body=board_height(rows),
        title=title or _title(table),
        subtitle=_SUBTITLE,
        legend=_legend(table),
        foot=timeline.foot(dataset, "In brackets: the 90 % interval of the mean effect."),
    )
    ax = page.figure.subplots()
    for middle, claim in zip(draw_rows(ax, rows, "mean effect [90 %]"), found, strict=True):
        if claim is None:
            continue
        marker, colour, filled, _ = VERDICTS[claim.verdict]
        share = float(getattr(claim, "share", 0.0) or 0.0) if claim.verdict != "not tested" else 0.0
        ax.plot([0, share], [middle] * 2, color=colour, lw=1.0, alpha=0.6, zorder=2)
        ax.plot(
            [share], [middle], marker=marker, ms=6, mfc=colour if filled else "white", mec=colour,
            mew=1.2, zorder=4, clip_on=False, gid=f"claim-{claim.claim}",
        )  # fmt: skip
    ax.set_xlim(-0.03, 1.03)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    ax.set_xlabel("runs in which it holds (share)")
    return page.figure


def _said(claim: Any) -> str:
    """Return the mean effect with its interval and unit, to the digits that it warrants."""
    if claim.verdict == "not tested":
        return "not tested"
    factor, unit = scaled(np.array([claim.effect]), str(claim.unit))
    half = (claim.high - claim.low) / 2 / factor
    decimals = decimals_for(half or claim.effect / factor, 2, least=-6)
    signed = bool(claim.signed)
    mean, low, high = (
        number(float(v) / factor, signed=signed, decimals=decimals)
        for v in (claim.effect, claim.low, claim.high)
    )
    return f"{mean} [{low}, {high}] {unit}"


def _title(table: pd.DataFrame) -> str:
    counts = table["verdict"].value_counts()
    parts = [f"{counts[v]} {name}" for v, name in _COUNTED.items() if v in counts]
    return f"Claims of the documents: {', '.join(parts)}"


_COUNTED = {"holds": "hold", "fails": "fail", "undecided": "undecided", "not tested": "not tested"}


def _legend(table: pd.DataFrame) -> list[tuple[Artist, str]]:
    there = [verdict for verdict in VERDICTS if (table["verdict"] == verdict).any()]
    entries: list[tuple[Artist, str]] = []
    for marker, colour, filled, name in (VERDICTS[v] for v in there):
        face = colour if filled else "white"
        line = Line2D([], [], ls="", marker=marker, ms=6, mfc=face, mec=colour, mew=1.2)
        entries.append((line, name))
    return entries
