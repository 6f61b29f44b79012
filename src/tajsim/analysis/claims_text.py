"""The table of claims that ``run``, ``compare`` and ``claims`` print."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd

from tajsim.analysis.claims import FAILS, HOLDS, NOT_TESTED, UNDECIDED
from tajsim.analysis.tables import interval, number, percent, text_table

CLAIMS_HEADER = (
    "verdict",
    "in runs",
    "mean effect",
    "90 % interval",
    "expected",
    "claim and source",
)

_RULE = (
    "A direction holds where the interval of the mean effect is clear of zero on that side,"
    "\n'between' where the median lies between; 'in runs' says in how many runs it holds by itself."
)


def claims_text(claims: pd.DataFrame, untested: bool = True) -> str:
    """Return a table of the claims for each scenario; ``""`` if there are none."""
    if claims.empty:
        return ""
    blocks = []
    for scenario, part in claims.groupby("scenario", sort=False):
        tested, others = (part[(part["verdict"] == NOT_TESTED) == skip] for skip in (False, True))
        lines = []
        if len(tested):
            lines.append(f"Claims of {scenario}{_reference(part)}: {counts(tested)}.")
            rows = [claim_cells(row) for row in tested.itertuples()]
            lines.append(text_table(CLAIMS_HEADER, rows, (0, 4, 5)))
            lines.append(_RULE)
        if untested and len(others):
            lines += _not_tested(str(scenario), others)
        if lines:
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def totals_text(claims: pd.DataFrame, runs: int) -> str:
    """Return how many claims hold, fail, and are undecided at this number of runs."""
    tested = claims[claims["verdict"] != NOT_TESTED]
    parts = [(len(claims), "claim"), (claims["scenario"].nunique(), "scenario"), (runs, "run")]
    number_of = [f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in parts]
    said = f"{number_of[0]} of {number_of[1]}, {number_of[2]} each: {counts(tested) or 'none'}"
    others = len(claims) - len(tested)
    return f"{said}, {others} not tested." if others else f"{said}."


def _reference(part: pd.DataFrame) -> str:
    """Name the reference, where the table does."""
    name = part["reference"].iloc[0] if "reference" in part else ""
    return f" against {name}" if name else ""


def counts(tested: pd.DataFrame) -> str:
    """Return how many claims hold, fail and are undecided: ``11 hold, 1 fail``."""
    counts = tested["verdict"].value_counts()
    words = {HOLDS: "hold", FAILS: "fail", UNDECIDED: "undecided"}
    return ", ".join(f"{counts[v]} {word}" for v, word in words.items() if v in counts.index)


def claim_cells(row: Any) -> list[str]:
    """Return the cells of a tested claim, under `CLAIMS_HEADER`."""
    return [
        row.verdict,
        percent(row.share),
        _effect(row),
        interval(row.low, row.high, signed=row.signed),
        row.expect,
        f"{row.claim} ({row.document}:{row.line})",
    ]


def _effect(row: Any) -> str:
    """Return the mean effect, with the median where it decides."""
    said = f"{number(row.effect, signed=row.signed)} {row.unit}"
    if row.expect.startswith(("between", "unchanged")):
        said += f", median {number(row.median, signed=row.signed)}"
    return said


def _not_tested(scenario: str, others: pd.DataFrame) -> list[str]:
    """Name the claims that could not be tested, once for each reason."""
    lines = []
    for reason, rows in others.groupby("reason", sort=False):
        said = f"Not tested for {scenario}, {reason}: {', '.join(rows['claim'])}."
        lines += textwrap.wrap(said, 100, break_on_hyphens=False)
    return lines
