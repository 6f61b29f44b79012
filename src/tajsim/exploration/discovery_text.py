"""The text of boxes: a sentence for each, and the table of its limits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from tajsim.analysis.tables import number, percent, text_table
from tajsim.exploration.boxes import DOUBT, FoundBox
from tajsim.exploration.discovery import Discovery

_HEAD = ("box", "limit", "chance", "happens in", "elsewhere", "cases", "held out", "elsewhere",
         "cases")  # fmt: skip


def discovery_text(found: Discovery) -> str:
    """Return the whole text."""
    cases = found.cases
    parts = [
        f"{found.happening.text}: in {percent(cases.share)} of {cases.weight.sum():,.0f} runs. "
        f"Sought in {cases.values.shape[1]:,} rows over {len(cases.names)} inputs.",
        *boxes_text(found.happening.text, found.boxes),
        *found.notes,
    ]
    return "\n\n".join(parts)


def boxes_text(what: str, boxes: Sequence[FoundBox], noun: str = "runs") -> list[str]:
    """Return the sentences and the table of some boxes."""
    if not boxes:
        return ["No box is better than the whole: the inputs do not tell where it happens."]
    first = [f"Box 1. {sentence(what, boxes[0], noun)}"]
    lines = first + [
        f"Box {k}. In what is left, {sentence(what, box, noun)}"
        for k, box in enumerate(boxes[1:], 2)
    ]
    foot = (
        "cases: share of all cases that lie in the box. held out: on fifths of the points that had "
        "no part in making the box. chance: of a limit, the quasi-p-value; limits above "
        f"{DOUBT:g} may be chance."
    )
    return ["\n".join(lines), text_table(_HEAD, _rows(boxes), left=(0, 1)), foot]


def sentence(what: str, box: FoundBox, noun: str = "runs") -> str:
    """Return one plain sentence: what happens in how many runs, where, against how many."""
    where = _joined([limit.text for limit in box.limits])
    text = (
        f"{what} in {percent(box.density)} of {noun} where {where}, against "
        f"{percent(box.elsewhere)} elsewhere; {percent(box.coverage)} of all cases lie there."
    )
    if math.isnan(box.chance):
        text += " Too few points to hold some out: take it as a hint."
    if box.chance > DOUBT:
        text += (
            f" Chance explains this box: held out, {percent(box.chance)} of random orders do as "
            "well. Do not rely on it."
        )
    doubtful = [limit.name for limit in box.limits if limit.chance > DOUBT]
    if doubtful and not box.chance > DOUBT:
        text += f" Chance may explain the limit of {_joined(doubtful)}."
    return text


def box_table(boxes: Sequence[FoundBox]) -> pd.DataFrame:
    """Return a row for each limit of each box, with the figures of the box."""
    rows = []
    for k, box in enumerate(boxes, 1):
        for i, limit in zip(box.box.inputs, box.limits, strict=True):
            rows.append(
                {
                    "box": k,
                    "input": limit.name,
                    "low": box.box.low.get(i),
                    "high": box.box.high.get(i),
                    "limit": limit.text,
                    "limit_chance": limit.chance,
                    "density": box.density,
                    "elsewhere": box.elsewhere,
                    "coverage": box.coverage,
                    "support": box.support,
                    "held_density": box.held_density,
                    "held_elsewhere": box.held_elsewhere,
                    "held_coverage": box.held_coverage,
                    "box_chance": box.chance,
                }
            )
    return pd.DataFrame(rows)


def _rows(boxes: Sequence[FoundBox]) -> list[list[str]]:
    rows = []
    for k, box in enumerate(boxes, 1):
        figures: list[float] = [box.density, box.elsewhere, box.coverage]
        figures += (box.held_density, box.held_elsewhere, box.held_coverage)
        cells = [percent(figure) for figure in figures]
        for j, limit in enumerate(box.limits):
            own = [str(k)] if j == 0 else [""]
            rows.append([*own, limit.text, number(limit.chance), *(cells if j == 0 else [""] * 6)])
    return rows


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
