"""Two runs told side by side: the first event in which they differ, and what followed."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.inputs.ledger import load_kinds
from tajsim.inputs.registry import actor_name, labels_of
from tajsim.inputs.toml import month_number
from tajsim.results.chronicle import (
    Change,
    Occurrence,
    Pair,
    changes,
    decided,
    event_table,
    most_telling,
    occurrences,
    of_rows,
    scheduled,
    sentence,
)
from tajsim.results.effect import basis_statement, effect
from tajsim.results.numbers import (
    MONTHS,
    WIDTH,
    factor,
    interval,
    percent,
    table_number,
    text_table,
)
from tajsim.results.select import attribute, first_of_comparison, first_of_summary
from tajsim.results.window import Window, cells, whole_period

#: How many differing events, scheduled events and outcomes are told unless all are asked for.
MOST_EVENTS, MOST_SCHEDULED, MOST_OUTCOMES = 15, 6, 8
_SIDES = {"A": "A only", "B": "B only", "both": "moved"}


def difference_story(pair: Pair, run: int, everything: bool = False) -> str:
    """Tell the first event in which a run differs between two scenarios, and the chain after it.

    Args:
        pair: the two scenarios.
        run: the number of the run.
        everything: tell all differing events, not the most telling alone.

    Raises:
        UserError: if one of them does not hold the run.
    """
    pair.check_run(run)
    a = occurrences(pair.results_a, pair.scenario_a, run)
    b = occurrences(pair.results_b, pair.scenario_b, run)
    orders, found = changes(scheduled(a), scheduled(b)), changes(decided(a), decided(b))
    lines = [f"Run {run}: A {pair.scenario_a}, B {pair.scenario_b}"]
    lines += _orders(orders, everything)
    if not found:
        return "\n".join([*lines, "", "Nothing else differs between the two runs."])
    since = f", {_months_after(found[0], orders)}" if orders else ""
    lines += ["", f"First difference in what happens: {_said(found[0].month)}{since}"]
    lines += _line(found[0])
    chain = (found if everything else most_telling(found, MOST_EVENTS))[1:]
    if chain:
        rest = len(found) - 1
        which = f"the {len(chain)} most telling of {rest}" if len(chain) < rest else f"{rest}"
        lines += ["", f"What followed ({which} differing events):", *_chain(chain)]
    window = found[0].month, whole_period(pair.results_a)[1]
    return "\n".join([*lines, "", *_outcomes(pair, run, window)])


def differences_table(pair: Pair, run: int) -> pd.DataFrame:
    """Return every differing event of a run as a table: month, side, months moved, sentence."""
    a = occurrences(pair.results_a, pair.scenario_a, run)
    b = occurrences(pair.results_b, pair.scenario_b, run)
    found = changes(a, b)
    return pd.DataFrame(
        {
            "month": [change.month for change in found],
            "side": [change.side for change in found],
            "months_moved": [change.moved for change in found],
            "scheduled": [change.event.cause == "scenario" for change in found],
            "told": [sentence(change.event) for change in found],
        }
    )


def _months_after(first: Change, orders: Sequence[Change]) -> str:
    months = month_number(first.month) - month_number(orders[0].month)
    if months == 0:
        return "in the month of the scenarios' own first difference"
    return f"{months} month{'s' if months > 1 else ''} after the scenarios' own first difference"


def _orders(orders: Sequence[Change], everything: bool) -> list[str]:
    """Return what the scenarios schedule differently."""
    if not orders:
        return ["The two schedule the same events."]
    shown = orders if everything else orders[:MOST_SCHEDULED]
    left = len(orders) - len(shown)
    more = [f"  and {left} more, the last in {_said(orders[-1].month)}"] if left else []
    return ["Scheduled differently:", *_chain(shown), *more]


def _chain(found: Sequence[Change]) -> list[str]:
    lines = []
    for year, group in groupby(found, key=lambda change: change.month[:4]):
        lines.append(year)
        for change in group:
            lines += _line(change)
    return lines


def _line(change: Change) -> list[str]:
    """Return the lines of one differing event."""
    side = "other" if change.elsewhere else _SIDES[change.side]
    begin = f"  {MONTHS[int(change.month[5:7]) - 1]}  {side:6}  "
    told = sentence(change.event)
    if change.elsewhere:
        told += f" (in A: {actor_name(change.elsewhere)})"
    elif change.side == "both":
        later, other = ("B", "A") if change.moved > 0 else ("A", "B")
        count = abs(change.moved)
        told += f" ({other} now, {later} {count} month{'s' if count > 1 else ''} later)"
    return textwrap.wrap(
        f"{told}.", WIDTH, initial_indent=begin, subsequent_indent=" " * len(begin)
    )


def _said(month: str) -> str:
    return f"{MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def _outcomes(pair: Pair, run: int, window: Window) -> list[str]:
    """Return the outcomes that moved most, against the spread of A's runs."""
    results_a = pair.results_a.sel(scenario=[pair.scenario_a])
    results_b = pair.results_b.sel(scenario=[pair.scenario_b], run=[run])
    b = {(cell.outcome, cell.where): cell.values[0, 0] for cell in cells(_bare(results_b), window)}
    place = list(pair.results_a["run"].values).index(run)
    rows = []
    for cell in cells(_bare(results_a), window):
        ours, theirs = cell.values[0, place], b.get((cell.outcome, cell.where), np.nan)
        spread = np.nanstd(cell.values[0]) if cell.values.shape[1] > 2 else abs(ours)
        moved = abs(theirs - ours) / spread if spread > 0.0 else np.nan
        if cell.headline and np.isfinite(moved) and moved > 0.0:
            rows.append((moved, cell.outcome, cell.title, cell.unit, ours, theirs))
    best: dict[str, tuple[float, str, str, str, float, float]] = {}
    for row in sorted(rows, key=lambda row: -row[0]):
        best.setdefault(row[1], row)
    shown = list(best.values())[:MOST_OUTCOMES]
    if not shown:
        return ["No outcome has moved."]
    text = text_table(
        ("outcome", "unit", "A", "B"),
        [[row[2], row[3], table_number(row[4]), table_number(row[5])] for row in shown],
        left=(0, 1),
    )
    return [f"What moved most, {window[0]} to {window[1]} (against the spread of A's runs):", text]


def _bare(dataset: xr.Dataset) -> xr.Dataset:
    """Return the outcomes alone."""
    return dataset[[name for name, v in dataset.data_vars.items() if "month" in v.dims]]


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
        return event_table(pair.results_a, pair.scenario_a)
    return event_table(pair.results_b, pair.scenario_b)


def _by_run(pair: Pair, side: str) -> dict[int, list[Occurrence]]:
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
            f"The first differs {table_number(middle)} months after the scenarios' own first "
            f"difference (median; {table_number(low)} to {table_number(high)} in 90 % of these "
            "runs)."
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
        median = table_number(part["months_after"].median())
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
            table_number(row.mean_a),
            table_number(row.mean_b),
            table_number(row.difference, signed=True),
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


COMPARISON_HEADER = (
    "outcome",
    "unit",
    "reference",
    "scenario",
    "difference",
    "90 % interval",
    "sign",
    "in runs",
    "pairing",
)

_OVER = "Over the window: flows by year, counts added, stocks at its end, all else its mean."


def levels_text(dataset: xr.Dataset, summary: pd.DataFrame, everything: bool = False) -> str:
    """Return the table of one scenario: median and 90 % of the runs, headline outcomes or all."""
    scenario = str(dataset["scenario"].values[0])
    shown = summary if everything else first_of_summary(summary)
    rows = [
        [row.label, row.unit, table_number(row.median), interval(row.p05, row.p95)]
        for row in _report_text_rows(shown)
    ]
    table = text_table(("outcome", "unit", "median", "90 % of the runs"), rows, left=(0, 1))
    window = f"{summary['window_start'].iloc[0]} to {summary['window_end'].iloc[0]}"
    return "\n\n".join(
        [
            heading(dataset, scenario, scenario),
            f"{runs_text(dataset)}, {window}",
            "\n".join([table, _OVER, *_left_out(len(summary) - len(shown))]),
        ]
    )


def comparison_text(dataset: xr.Dataset, table: pd.DataFrame, everything: bool = False) -> str:
    """Return one table per scenario: medians, paired difference, interval, sign, pairing."""
    blocks = []
    for scenario, part in table.groupby("scenario", sort=False):
        reference = str(part["reference"].iloc[0])
        window = f"{part['window_start'].iloc[0]} to {part['window_end'].iloc[0]}"
        blocks += [
            heading(dataset, str(scenario), f"{scenario} against {reference}"),
            f"{runs_text(dataset, 'paired run')}, {window}",
            _comparison_table(part, part if everything else first_of_comparison(part)),
        ]
    return "\n\n".join(blocks)


def _comparison_table(part: pd.DataFrame, shown: pd.DataFrame) -> str:
    """Return the shown rows that differ in any run, and what to know about them."""
    rows = comparison_rows(shown)
    table = text_table(COMPARISON_HEADER, rows, left=(0, 1)) if rows else "Nothing to show differs."
    return "\n".join([table, *notes(part, shown)])


def comparison_rows(shown: pd.DataFrame) -> list[list[str]]:
    """Return the cells, under `COMPARISON_HEADER`, of the rows that differ in any run."""
    return [
        [
            row.label,
            row.unit,
            table_number(row.reference_median),
            table_number(row.median),
            table_number(row.difference, signed=True),
            interval(row.low, row.high, signed=True),
            row.direction,
            percent(row.share_sign),
            factor(row.pairing),
        ]
        for row in _report_text_rows(shown[shown["share_tied"] < 1.0])
    ]


_ELSEWHERE = "with --all, and in the CSV files"


def notes(part: pd.DataFrame, shown: pd.DataFrame, place: str = _ELSEWHERE) -> list[str]:
    """Return the lines below a table: how months become one number, chance, what is left out.

    ``place`` says where the rest of the rows can be seen.
    """
    same = int((part["share_tied"] == 1.0).sum())
    differ = int((shown["share_tied"] < 1.0).sum())
    lines = [_OVER, "Where nothing changes, one interval in ten is clear of zero by chance."]
    lines += [f"The same in every run: {same} row{'s' * (same != 1)}."] if same else []
    gone = part[part["headline"] & (part["runs"] == 0)]["label"]
    text = f"Not compared: {'; '.join(gone)}."
    lines += textwrap.wrap(text, WIDTH, break_on_hyphens=False) if len(gone) else []
    return lines + _left_out(len(part) - same - differ, place)


def _left_out(count: int, place: str = _ELSEWHERE) -> list[str]:
    return [f"{count} more rows {place}."] if count > 0 else []


def closing_text(dataset: xr.Dataset) -> str:
    """Return the sentences on what the result rests on, wrapped."""
    return textwrap.fill(basis_statement(dataset), WIDTH)


def _report_text_rows(table: pd.DataFrame) -> list[Any]:
    """Return the rows with their columns as attributes (of types that pandas does not tell)."""
    return list(table.itertuples())


def heading(dataset: xr.Dataset, scenario: str, title: str) -> str:
    """Return a title with the scenario's question below it, wrapped."""
    question = attribute(dataset, "questions").get(scenario, "")
    return "\n".join([title, *textwrap.wrap(question, WIDTH)])


def runs_text(dataset: xr.Dataset, what: str = "run") -> str:
    """Return the number of runs and the seed: ``200 runs, seed 1``."""
    count = int(dataset.sizes["run"])
    seed = dataset.attrs.get("seed", np.nan)
    return f"{count:,} {what}{'s' if count != 1 else ''}, seed {seed}"
