"""The answer in at most five sentences, chosen from the results and no stronger than they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tajsim.report.facts import Facts, counts, rows
from tajsim.report.wording import capital, effects_sentence, in_runs, level_sentence, told
from tajsim.results.effect import effect
from tajsim.results.select import NOTICEABLE, first_of_comparison, first_of_summary, gap, is_whole
from tajsim.results.window import yes_or_no

MOST = 5
#: With fewer pairs of runs than this no direction is stated in the answer.
FEWEST = 5
#: So many effects share a sentence.
TOGETHER = 2
#: Differences of two outcomes that go together beyond this say the same thing twice.
_ALIKE = 0.9


def answer(facts: Facts) -> list[str]:
    """Return at most `MOST` sentences with numbers and intervals.

    For a comparison: differences that have a direction, those that the scenario's claims are about
    in their order before the largest others, none that another implies; then in how many runs a
    yes-or-no outcome comes true; then for how much no direction can be told. For one scenario:
    levels. With fewer than `FEWEST` runs no direction is stated.
    """
    if not facts.others:
        return _levels(facts)[:MOST]
    if facts.runs < FEWEST:
        pairs = f"{facts.runs} pairs of runs" if facts.runs > 1 else "one pair of runs"
        return [
            f"With {pairs} no direction is stated: what so few show may be luck (at least {FEWEST} "
            "are needed, some hundreds are usual)."
        ]
    chosen = _most_moved(facts)
    each = max(1, (MOST - 2) // len(chosen))
    said: list[str] = []
    for name in chosen:
        said += _effects(facts, name, leading(facts, name)[: each * TOGETHER])
    if len(facts.others) == 1 and not facts.equal(facts.others[0]):
        said += _yes_or_no(facts, facts.others[0])
    return [*said[: MOST - 1], *counts(facts, len(facts.others) - len(chosen))]


def _most_moved(facts: Facts) -> list[str]:
    """Return the scenarios that are told of: all, or those whose first difference is largest."""
    if len(facts.others) < MOST:
        return facts.others
    sizes = {}
    for name in facts.others:
        first = leading(facts, name)[:1]
        sizes[name] = max((_size(facts, name, *key) for key in first), default=0.0)
    return sorted(facts.others, key=lambda name: -sizes[name])[: MOST - 1]


def leading(facts: Facts, scenario: str) -> list[tuple[str, str]]:
    """Return the differences to be told first, as outcome and coordinate, each saying its own."""
    part = facts.comparison[facts.comparison["scenario"] == scenario]
    shown = first_of_comparison(part)
    shown = shown[(shown["direction"] != "") & (shown["unit"] != "0 or 1")]
    claimed = facts.claimed(scenario)
    added = set(part[is_whole(part)]["outcome"])  # the others have no whole, only places
    order = []
    for row, alone in zip(rows(shown), is_whole(shown), strict=True):
        key = (row.outcome, row.where)
        whole = alone or row.outcome not in added
        # A claim about one place is told of the whole where there is one, else of that place.
        told = alone or key in claimed
        place = [i for i, claim in enumerate(claimed) if told and claim[0] == row.outcome]
        rank = (0, not alone, place[0]) if place else (1, not whole, 0)
        order.append((rank, -_size(facts, scenario, *key), key))
    return _distinct(facts, scenario, [key for *_, key in sorted(order)])


def _size(facts: Facts, scenario: str, outcome: str, where: str) -> float:
    """Return the mean difference in standard deviations of the reference's runs."""
    a, b = facts.cell(scenario, outcome, where).values
    spread = float(np.nanstd(a))
    return abs(float(np.nanmean(gap(a, b)))) / spread if spread > 0.0 else 0.0


def _distinct(
    facts: Facts, scenario: str, keys: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Leave out what a difference before it implies: the same outcome, or one that goes with it."""
    kept: list[tuple[str, str]] = []
    values: list[np.ndarray] = []
    for outcome, where in keys:
        a, b = facts.cell(scenario, outcome, where).values
        own = gap(a, b)
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
    if facts.equal(scenario):
        return [
            f"Nothing differs between {scenario} and {facts.reference}: every outcome is the same "
            f"{in_runs(facts.runs, facts.runs)}."
        ]
    found = []
    for key in keys:
        cell = facts.cell(scenario, *key)
        a, b = cell.values
        known = np.isfinite(b - a)
        means = float(a[known].mean()), float(b[known].mean())
        found.append((facts.spoken(*key), cell.unit, effect(gap(a, b)), means))
    groups = [found[i : i + TOGETHER] for i in range(0, len(found), TOGETHER)]
    if not groups:
        return [
            f"No headline outcome of {scenario} differs by as much as {100 * NOTICEABLE:g} % with "
            "an interval clear of zero."
        ]
    return [effects_sentence(scenario, group) for group in groups]


def _yes_or_no(facts: Facts, scenario: str) -> list[str]:
    """Return one sentence on the outcome that is 0 or 1 at the end of a run."""
    for outcome in _flags(facts):
        cell = facts.cell(scenario, outcome, "")
        a, b = cell.values
        found = effect(gap(a, b))
        name = capital(facts.spoken(outcome, ""))
        said = (
            f"“{name}” comes true {in_runs(int(b.sum()), b.size)} of {scenario} and "
            f"{in_runs(int(a.sum()), a.size)} of {facts.reference}"
        )
        if found.runs < 2 or found.share_tied == 1.0:
            return [f"{said}."]
        ends = told(found.mean, found.low, found.high, "0 or 1")[1]
        doubt = "" if found.direction else ", which covers zero, so that no direction can be told"
        return [f"{said} (90 % interval of the difference {ends} percentage points{doubt})."]
    return []


def _flags(facts: Facts) -> list[str]:
    """Return the headline outcomes that are 0 or 1 in each run at the end."""
    return [
        str(name)
        for name, v in facts.dataset.data_vars.items()
        if yes_or_no(v, windowed=True)
        and v.attrs.get("headline")
        and set(map(str, v.dims)) == {"scenario", "month", "run"}
    ]


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
