"""Over all runs: which events differ first, how soon, and which kinds come more or less often."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.chronicle_table import chronicle_table
from tajsim.analysis.first_difference import Change, changes, decided, scheduled
from tajsim.analysis.paired import effect
from tajsim.analysis.pairs import Pair
from tajsim.analysis.sentence import Happening, sentence
from tajsim.analysis.story import of_rows
from tajsim.analysis.tables import interval, number, percent, text_table
from tajsim.analysis.windows import attribute
from tajsim.inputs.chronicle import load_kinds
from tajsim.inputs.chronicle_names import labels_of
from tajsim.inputs.dates import month_number

#: How many rows of each table are printed unless all are asked for.
MOST = 12

FIRST = ("run", "month", "months_after", "side", "kind", "told")
KINDS = ("kind", "noun", "mean_a", "mean_b", "difference", "low", "high", "direction", "share_sign")


def first_differences(pair: Pair) -> pd.DataFrame:
    """Return, for each run, the first event that differs and that no scenario schedules.

    Columns: ``run``, ``month`` (empty where nothing differs), ``months_after`` the scenarios' own
    first difference, ``side`` (A, B, both where an event moved, other where its target differs),
    ``kind``, ``told``.
    """
    a, b = _by_run(pair, "a"), _by_run(pair, "b")
    rows: list[dict[str, Any]] = []
    for run in pair.runs:
        ours, theirs = a.get(run, []), b.get(run, [])
        orders = changes(scheduled(ours), scheduled(theirs))
        found = changes(decided(ours), decided(theirs))
        rows.append({"run": run, **_first(found, orders)})
    return pd.DataFrame(rows, columns=list(FIRST))


def _first(found: list[Change], orders: list[Change]) -> dict[str, Any]:
    if not found:
        return {"month": "", "months_after": np.nan, "side": "", "kind": "", "told": ""}
    change = found[0]
    after = month_number(change.month) - month_number(orders[0].month) if orders else np.nan
    return {
        "month": change.month,
        "months_after": after,
        "side": "other" if change.elsewhere else change.side,
        "kind": change.event.kind,
        "told": sentence(replace(change.event, size=float("nan"))),
    }


def frequencies(pair: Pair) -> pd.DataFrame:
    """Return, for each kind of event, how many a run has and the paired difference, B less A.

    Events that a scenario schedules are left out. The interval is the 90 % t interval of the mean
    paired difference; columns are `KINDS`.
    """
    counts = []
    for side in ("a", "b"):
        table = _table(pair, side)
        table = table[table["cause"] != "scenario"]
        counted = table.groupby(["kind", "run"]).size().unstack("run", fill_value=0)
        counts.append(counted.reindex(columns=pair.runs, fill_value=0))
    rows = []
    for kind, row in load_kinds().items():
        a, b = (
            c.loc[kind].to_numpy(float) if kind in c.index else np.zeros(len(pair.runs))
            for c in counts
        )
        if not (a.any() or b.any()):
            continue
        found = effect(b - a)
        sign = found.direction, found.share_sign
        values = a.mean(), b.mean(), found.mean, found.low, found.high
        rows.append(dict(zip(KINDS, (kind, row.noun, *values, *sign), strict=True)))
    return pd.DataFrame(rows, columns=list(KINDS))


def _table(pair: Pair, side: str) -> pd.DataFrame:
    if side == "a":
        return chronicle_table(pair.results_a, pair.scenario_a)
    return chronicle_table(pair.results_b, pair.scenario_b)


def _by_run(pair: Pair, side: str) -> dict[int, list[Happening]]:
    """Return the events of every run of one side."""
    results, scenario = _side(pair, side)
    labels = labels_of(attribute(results, "events").get(scenario, ()))
    runs = _table(pair, side).groupby("run")
    return {run: of_rows(runs.get_group(run), labels) for run in pair.runs if run in runs.groups}


def _side(pair: Pair, side: str) -> tuple[Any, str]:
    first = side == "a"
    return (pair.results_a, pair.scenario_a) if first else (pair.results_b, pair.scenario_b)


def summary_text(
    pair: Pair, first: pd.DataFrame, kinds: pd.DataFrame, everything: bool = False
) -> str:
    """Return both tables as text."""
    differ = first[first["month"] != ""]
    share = len(differ) / len(first)
    lines = [
        f"A {pair.scenario_a}, B {pair.scenario_b}: {len(first):,} paired runs",
        f"Events that no scenario schedules differ in {percent(share)} of the runs.",
    ]
    if not len(differ):
        return "\n".join(lines)
    after = differ["months_after"].dropna()
    if len(after):
        low, middle, high = np.quantile(after, (0.05, 0.5, 0.95))
        lines.append(
            f"The first differs {number(middle)} months after the scenarios' own first difference "
            f"(median; {number(low)} to {number(high)} in 90 % of these runs)."
        )
    return "\n".join(
        [*lines, "", _first_text(differ, len(first)), "", _kinds_text(kinds, everything)]
    )


def _first_text(differ: pd.DataFrame, runs: int) -> str:
    """Return the table of first differences by kind."""
    rows = []
    for kind, count in Counter(differ["kind"]).most_common(MOST):
        part = differ[differ["kind"] == kind]
        said = part["told"].str.partition(", because")[0]
        ((told, side), often), *_ = Counter(zip(said, part["side"], strict=True)).most_common(1)
        where = {"A": "A only", "B": "B only", "both": "moved", "other": "other"}[side]
        noun = load_kinds()[kind].noun
        median = number(part["months_after"].median())
        told = f"{where}: {told} ({often} run{'s' if often > 1 else ''})"
        rows.append([noun, percent(count / runs), median, told])
    header = ("what differs first", "in runs", "months after", "most often")
    return text_table(header, [_cut(row) for row in rows], left=(0, 3))


def _cut(row: list[str], width: int = 60) -> list[str]:
    return [*row[:-1], textwrap.shorten(row[-1], width, placeholder=" …")]


def _kinds_text(kinds: pd.DataFrame, everything: bool) -> str:
    """Return the table of frequencies, the clearest differences first."""
    clear = kinds[kinds["direction"] != ""] if not everything else kinds
    width = (clear["high"] - clear["low"]).clip(lower=1e-300)
    order = (clear["difference"].abs() / width).sort_values(ascending=False, kind="stable").index
    shown = clear.loc[order].head(len(kinds) if everything else MOST)
    rows = [
        [
            row.noun,
            number(row.mean_a),
            number(row.mean_b),
            number(row.difference, signed=True),
            interval(row.low, row.high, signed=True),
            row.direction,
            percent(row.share_sign),
        ]
        for row in _rows(shown)
    ]
    if not rows:
        return "No kind of event is clearly more or less frequent."
    header = ("events a run", "A", "B", "difference", "90 % interval", "sign", "in runs")
    left = len(kinds) - len(shown)
    note = (
        f"\n{left} more kinds, most without a clear difference; --all shows them." if left else ""
    )
    return text_table(header, rows) + note


def _rows(table: pd.DataFrame) -> list[Any]:
    return list(table.itertuples())
