"""The answer in at most five sentences, chosen from the results and no stronger than they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

import tajsim.report.wording as wording
from tajsim.display import rows_of
from tajsim.report.facts import Facts
from tajsim.results import select, window
from tajsim.results.effect import effect

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
    yes-or-no outcome occurs; then for how much no direction can be stated. For one scenario:
    levels. With fewer than `FEWEST` runs no direction is stated.
    """
    if not facts.others:
        return _levels(facts)[:MOST]
    if facts.runs < FEWEST:
        pairs = f"{facts.runs} pairs of runs" if facts.runs > 1 else "one pair of runs"
        return [
            f"With {pairs} no direction is stated: so few may differ by chance (at least {FEWEST} "
            "are needed; some hundreds are usual)."
        ]
    chosen = _most_moved(facts)
    each = max(1, (MOST - 2) // len(chosen))
    lines: list[str] = []
    for name in chosen:
        lines += _effects(facts, name, leading(facts, name)[: each * TOGETHER])
    if len(facts.others) == 1 and not facts.equal(facts.others[0]):
        lines += _yes_or_no(facts, facts.others[0])
    return [*lines[: MOST - 1], *counts(facts, len(facts.others) - len(chosen))]


def _most_moved(facts: Facts) -> list[str]:
    """Return the scenarios in the answer: all, or those whose first difference is largest."""
    if len(facts.others) < MOST:
        return facts.others
    sizes = {}
    for name in facts.others:
        first = leading(facts, name)[:1]
        sizes[name] = max((_size(facts, name, *key) for key in first), default=0.0)
    return sorted(facts.others, key=lambda name: -sizes[name])[: MOST - 1]


def leading(facts: Facts, scenario: str) -> list[tuple[str, str]]:
    """Return the differences to state first, as outcome and coordinate, each saying its own."""
    part = facts.comparison[facts.comparison["scenario"] == scenario]
    shown = select.first_of_comparison(part)
    shown = shown[(shown["direction"] != "") & (shown["unit"] != "0 or 1")]
    claimed = facts.claimed(scenario)
    added = set(part[select.is_whole(part)]["outcome"])  # the others have no whole, only places
    order = []
    for row, alone in zip(rows_of(shown), select.is_whole(shown), strict=True):
        key = (row.outcome, row.where)
        whole = alone or row.outcome not in added
        # A claim about one place stands for the whole where there is one, else of that place.
        fits = alone or key in claimed
        place = [i for i, claim in enumerate(claimed) if fits and claim[0] == row.outcome]
        rank = (0, not alone, place[0]) if place else (1, not whole, 0)
        order.append((rank, -_size(facts, scenario, *key), key))
    return _distinct(facts, scenario, [key for *_, key in sorted(order)])


def _size(facts: Facts, scenario: str, outcome: str, where: str) -> float:
    """Return the mean difference in standard deviations of the reference's runs."""
    a, b = facts.cell(scenario, outcome, where).values
    spread = float(np.nanstd(a))
    return abs(float(np.nanmean(select.gap(a, b)))) / spread if spread > 0.0 else 0.0


def _distinct(
    facts: Facts, scenario: str, keys: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Leave out what a difference before it implies: the same outcome, or one that goes with it."""
    kept: list[tuple[str, str]] = []
    values: list[np.ndarray] = []
    for outcome, where in keys:
        a, b = facts.cell(scenario, outcome, where).values
        own = select.gap(a, b)
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
            f"{wording.in_runs(facts.runs, facts.runs)}."
        ]
    found = []
    for key in keys:
        cell = facts.cell(scenario, *key)
        a, b = cell.values
        known = np.isfinite(b - a)
        means = float(a[known].mean()), float(b[known].mean())
        found.append((facts.in_words(*key), cell.unit, effect(select.gap(a, b)), means))
    groups = [found[i : i + TOGETHER] for i in range(0, len(found), TOGETHER)]
    if not groups:
        return [
            f"No headline outcome of {scenario} differs by as much as "
            f"{100 * select.NOTICEABLE:g} % with an interval clear of zero."
        ]
    return [wording.effects_sentence(scenario, group) for group in groups]


def _yes_or_no(facts: Facts, scenario: str) -> list[str]:
    """Return one sentence on the outcome that is 0 or 1 at the end of a run."""
    for outcome in _flags(facts):
        cell = facts.cell(scenario, outcome, "")
        a, b = cell.values
        found = effect(select.gap(a, b))
        name = wording.capital(facts.in_words(outcome, ""))
        line = (
            f"“{name}” occurs {wording.in_runs(int(b.sum()), b.size)} of {scenario} and "
            f"{wording.in_runs(int(a.sum()), a.size)} of {facts.reference}"
        )
        if found.runs < 2 or found.share_tied == 1.0:
            return [f"{line}."]
        ends = wording.with_interval(found.mean, found.low, found.high, "0 or 1")[1]
        doubt = "" if found.direction else ", which covers zero, so that no direction can be stated"
        return [f"{line} (90 % interval of the difference {ends} percentage points{doubt})."]
    return []


def _flags(facts: Facts) -> list[str]:
    """Return the headline outcomes that are 0 or 1 in each run at the end."""
    return [
        str(name)
        for name, v in facts.dataset.data_vars.items()
        if window.yes_or_no(v, windowed=True)
        and v.attrs.get("headline")
        and set(map(str, v.dims)) == {"scenario", "month", "run"}
    ]


def _levels(facts: Facts) -> list[str]:
    """Return levels of one scenario: the outcomes of its claims first, then an even choice."""
    shown = select.first_of_summary(facts.summary)
    shown = shown[(shown["unit"] != "0 or 1") & shown["median"].notna()]
    named = [outcome for outcome, _ in facts.claimed(facts.reference)]
    claimed = shown[shown["outcome"].isin(named)]
    rest = shown[~shown["outcome"].isin(named) & select.is_whole(shown)]
    rest = rest[rest["p95"] > rest["p05"]]
    places = np.linspace(0, len(rest) - 1, min(len(rest), MOST)).round().astype(int)
    chosen = pd.concat([claimed, rest.iloc[places]]).drop_duplicates("outcome")
    lines = [
        wording.level_sentence(
            _called(facts, row), row.unit, row.median, row.p05, row.p95, row.runs
        )
        for row in rows_of(chosen)[: MOST - 1]
    ]
    for outcome in _flags(facts):
        values = facts.dataset[outcome].isel(scenario=0, month=-1).values
        count = wording.in_runs(int(values.sum()), values.size)
        return [*lines, f"“{wording.capital(facts.in_words(outcome, ''))}” occurs {count}."]
    return lines


def _called(facts: Facts, row: Any) -> str:
    """Return an outcome as it is called, and that its place is the one where it is most."""
    name = facts.in_words(row.outcome, row.where)
    for end in ("highest", "lowest"):
        if str(row.label).endswith(f"({end})"):
            return f"{name.removesuffix(')')}, where it is {end})"
    return name


#: So many outcomes without a direction are named.
NAMED = 4


def counts(facts: Facts, left: int) -> list[str]:
    """Return one sentence on all headline totals; none where nothing differs.

    Args:
        facts: results of a comparison.
        left: how many scenarios the answer leaves out.
    """
    table = facts.comparison
    table = table[table["headline"] & select.is_whole(table)]
    if table.empty or (table["share_tied"] == 1.0).all():
        return []
    same = table["share_tied"] == 1.0
    moves = (table["direction"] != "") & ~same
    unsure = (table["direction"] == "") & ~same & table["low"].notna()
    size = table[["reference_median", "median"]].abs().max(axis=1)
    slight = int((moves & (table["difference"].abs() < select.NOTICEABLE * size)).sum())
    names = [facts.in_words(row.outcome, row.where) for row in rows_of(table[unsure])]
    named = f" ({wording.listed(list(dict.fromkeys(names)), NAMED)})"
    covers = f"an interval that covers zero, so that no direction is stated{named}"
    little = _slight(slight, int(moves.sum()))
    parts = [
        (int(moves.sum()), f"has a clear direction{little}", f"have a clear direction{little}"),
        (int(unsure.sum()), f"has {covers}", f"have {covers}"),
        (int(same.sum()), "is the same in every run", "are the same in every run"),
        (int((~same & ~moves & ~unsure).sum()), "is undefined", "are undefined"),
    ]
    if len(table) == 1:
        if moves.all():
            return []  # the sentence before has said so
        (only,) = (one for count, one, _ in parts if count)
        return [f"The one headline total {only}."]
    shown = [f"{n} {one if n == 1 else several}" for n, one, several in parts if n]
    where = f", over {len(facts.others)} scenarios," if len(facts.others) > 1 else ""
    more = f"; the other {left} scenarios are in the tables" if left else ""
    return [f"Of {len(table)} headline totals{where} {wording.listed(shown)}{more}."]


def _slight(part: int, whole: int) -> str:
    """Return how many of those with a direction hardly move, "" for none."""
    if not part:
        return ""
    who = "" if part == whole == 1 else "all of them " if part == whole else f"{part} of them "
    return f" ({who}by less than {100 * select.NOTICEABLE:g} %)"
