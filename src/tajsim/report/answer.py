"""The answer in at most five sentences, chosen from the results and no stronger than they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.choose_rows import NOTICEABLE, first_of_comparison, first_of_summary, is_whole
from tajsim.analysis.paired import effect
from tajsim.report.facts import Facts, rows
from tajsim.report.wording import (
    capital,
    effects_sentence,
    in_runs,
    level_sentence,
    listed,
    span,
)

MOST = 5
#: So many effects share a sentence.
TOGETHER = 2
#: Differences of two outcomes that go together beyond this say the same thing twice.
_ALIKE = 0.9


def answer(facts: Facts) -> list[str]:
    """Return at most `MOST` sentences with numbers and intervals.

    For a comparison: differences that have a direction, those that the scenario's claims are about
    in their order before the largest others, none that another implies; then in how many runs a
    yes-or-no outcome comes true; then for how much no direction can be told. For one scenario:
    levels.
    """
    if not facts.others:
        return _levels(facts)[:MOST]
    each = max(1, (MOST - 2) // len(facts.others))
    said: list[str] = []
    for name in facts.others[: MOST - 1]:
        said += _effects(facts, name, leading(facts, name)[: each * TOGETHER])
    if len(facts.others) == 1:
        said += _yes_or_no(facts, facts.others[0])
    left = max(0, len(facts.others) - (MOST - 1))
    said = said[: MOST - 1]
    return [*said, _undecided(facts, left)]


def leading(facts: Facts, scenario: str) -> list[tuple[str, str]]:
    """Return the differences to be told first, as outcome and coordinate, each saying its own."""
    part = facts.comparison[facts.comparison["scenario"] == scenario]
    shown = first_of_comparison(part)
    shown = shown[(shown["direction"] != "") & (shown["unit"] != "0 or 1")]
    claimed = facts.claimed(scenario)
    order = []
    for row, whole in zip(rows(shown), is_whole(shown), strict=True):
        key = (row.outcome, row.where)
        # A claim about one place is told of the whole where there is one, else of that place.
        told = whole or key in claimed
        place = [i for i, claim in enumerate(claimed) if told and claim[0] == row.outcome]
        rank = (0, place[0]) if place else (1, 0) if whole else (2, 0)
        order.append((rank, not whole, -_size(facts, scenario, *key), key))
    return _distinct(facts, scenario, [key for *_, key in sorted(order)])


def _size(facts: Facts, scenario: str, outcome: str, where: str) -> float:
    """Return the mean difference in standard deviations of the reference's runs."""
    a, b = facts.cell(scenario, outcome, where).values
    spread = float(np.nanstd(a))
    return abs(float(np.nanmean(b - a))) / spread if spread > 0.0 else 0.0


def _distinct(
    facts: Facts, scenario: str, keys: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Leave out what a difference before it implies: the same outcome, or one that goes with it."""
    kept: list[tuple[str, str]] = []
    values: list[np.ndarray] = []
    for outcome, where in keys:
        a, b = facts.cell(scenario, outcome, where).values
        own = b - a
        if any(outcome == name for name, _ in kept) or any(_together(own, v) for v in values):
            continue
        kept.append((outcome, where))
        values.append(own)
    return kept


def _together(one: np.ndarray, other: np.ndarray) -> bool:
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < 3 or one[known].std() == 0.0 or other[known].std() == 0.0:
        return False
    return abs(float(np.corrcoef(one[known], other[known])[0, 1])) > _ALIKE


def _effects(facts: Facts, scenario: str, keys: Sequence[tuple[str, str]]) -> list[str]:
    """Return sentences on effects, `TOGETHER` in each."""
    found = []
    for key in keys:
        cell = facts.cell(scenario, *key)
        found.append((facts.spoken(*key), cell.unit, effect(cell.values[1] - cell.values[0])))
    groups = [found[i : i + TOGETHER] for i in range(0, len(found), TOGETHER)]
    if not groups:
        least = f"differs by at least {100 * NOTICEABLE:g} %"
        return [f"No headline outcome of {scenario} {least} in a direction beyond its interval."]
    return [effects_sentence(scenario, group) for group in groups]


def _yes_or_no(facts: Facts, scenario: str) -> list[str]:
    """Return one sentence on the outcome that is 0 or 1 at the end of a run."""
    for outcome in _flags(facts):
        cell = facts.cell(scenario, outcome, "")
        a, b = cell.values
        found = effect(b - a)
        name = capital(facts.spoken(outcome, ""))
        said = (
            f"“{name}” comes true {in_runs(int(b.sum()), b.size)} of {scenario} and "
            f"{in_runs(int(a.sum()), a.size)} of {facts.reference}"
        )
        if found.runs < 2 or found.share_tied == 1.0:
            return [f"{said}."]
        ends = span(found.low, found.high, "0 or 1", signed=True)
        doubt = "" if found.direction else ", which covers zero, so that no direction can be told"
        return [f"{said} (90 % interval of the difference {ends} percentage points{doubt})."]
    return []


def _flags(facts: Facts) -> list[str]:
    """Return the headline outcomes that are 0 or 1 in each run at the end."""
    return [
        str(name)
        for name, v in facts.dataset.data_vars.items()
        if v.attrs.get("unit") == "0 or 1"
        and v.attrs.get("aggregate") == "last"
        and v.attrs.get("headline")
        and set(map(str, v.dims)) == {"scenario", "month", "run"}
        and bool(np.isin(v.isel(month=-1).values, (0.0, 1.0)).all())
    ]


def _undecided(facts: Facts, left: int) -> str:
    """Return for how many headline outcomes no direction can be told."""
    table = facts.comparison
    table = table[table["headline"] & is_whole(table)]
    open_ones = table[(table["direction"] == "") & (table["share_tied"] < 1.0)]
    more = f"; {left} more scenarios stand in the tables." if left else "."
    where = "" if len(facts.others) == 1 else " over all scenarios"
    if open_ones.empty:
        moved = int((table["share_tied"] < 1.0).sum())
        every = f"all {moved} headline totals that differ{where}"
        return f"The interval is clear of zero for {every}{more}"
    names = list(dict.fromkeys(facts.spoken(r.outcome, r.where) for r in rows(open_ones)))
    return (
        f"For {len(open_ones)} of {len(table)} headline totals{where} the interval covers zero and "
        f"no direction is stated: {listed(names, 4)}{more}"
    )


def _levels(facts: Facts) -> list[str]:
    """Return levels of one scenario: the outcomes of its claims first, then an even choice."""
    shown = first_of_summary(facts.summary)
    shown = shown[(shown["unit"] != "0 or 1") & shown["median"].notna()]
    named = [outcome for outcome, _ in facts.claimed(facts.reference)]
    claimed = shown[shown["outcome"].isin(named)]
    rest = shown[~shown["outcome"].isin(named) & is_whole(shown)]
    rest = rest[rest["p95"] > rest["p05"]]
    places = np.linspace(0, len(rest) - 1, min(len(rest), MOST)).round().astype(int)
    chosen = pd.concat([claimed, rest.iloc[places]]).drop_duplicates("outcome")
    said = [
        level_sentence(_called(facts, row), row.unit, row.median, row.p05, row.p95, row.runs)
        for row in rows(chosen)[: MOST - 1]
    ]
    for outcome in _flags(facts):
        values = facts.dataset[outcome].isel(scenario=0, month=-1).values
        count = in_runs(int(values.sum()), values.size)
        return [*said, f"“{capital(facts.spoken(outcome, ''))}” comes true {count}."]
    return said


def _called(facts: Facts, row: Any) -> str:
    """Return an outcome as it is called, and that its place is the one where it is most."""
    name = facts.spoken(row.outcome, row.where)
    for end in ("highest", "lowest"):
        if str(row.label).endswith(f"({end})"):
            return f"{name.removesuffix(')')}, where it is {end})"
    return name
