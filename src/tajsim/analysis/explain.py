"""``explain``: one run as a story, or where two scenarios first differ and what followed."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.display import Printed, rows_of
from tajsim.ensemble.dataset import load_results
from tajsim.errors import UserError
from tajsim.inputs import ledger, registry, toml
from tajsim.results import chronicle, numbers, select
from tajsim.results.chronicle import Change, Occurrence, Pair, changes, decided, scheduled, sentence
from tajsim.results.effect import effect
from tajsim.results.numbers import interval, month_text, percent, table_number, text_table
from tajsim.results.window import Window, cells, whole_period

Results = xr.Dataset | str | Path


@dataclass(frozen=True)
class Explanation(Printed):
    """A story, the events behind it as a table, and the model that they are of."""

    text: str
    table: pd.DataFrame
    model: str

    def __str__(self) -> str:
        """Return the story."""
        return self.text

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table of events."""
        return {"events": self.table}


def explain(
    results: Results,
    other: Results | None = None,
    *,
    run: int | None = None,
    scenario: str | None = None,
    against: str | None = None,
    everything: bool = False,
) -> Explanation:
    """Tell one run as a dated story, or the first difference between two scenarios.

    Args:
        results: results, or the file or folder that holds them.
        other: results of a second scenario with the same seed and parameters.
        run: the number of the run; without it two scenarios are compared over all their runs.
        scenario: the scenario whose story it is, or that is B of two.
        against: the scenario that it is compared with, A of two.

    Returns:
        The text and a table: the events of the run, its differing events, or the first difference
        of every run.

    Raises:
        UserError: for anything the caller can mend.
    """
    first = _loaded(results)
    if other is not None:
        return _difference(
            chronicle.pair_of(first, _loaded(other), against, scenario), run, everything
        )
    if against is not None:
        return _difference(chronicle.pair_in(first, against, scenario), run, everything)
    chronicle.check_chronicle(first)
    if run is None:
        last = int(first["run"].values.max())
        raise UserError(
            f"which run? --run N shows one (0 to {last}); "
            "--against SCENARIO or a second file compares two scenarios over all runs"
        )
    text = chronicle.story(first, run, scenario, everything)
    name = scenario or select.names_of(first)[0]
    told = [sentence(event) for event in chronicle.occurrences(first, name, run)]
    table = chronicle.event_table(first, name, run).assign(told=told)
    return Explanation(text, table, str(first.attrs.get("model", "unknown")))


def _loaded(results: Results) -> xr.Dataset:
    return load_results(results) if isinstance(results, str | Path) else results


def _difference(pair: Pair, run: int | None, everything: bool) -> Explanation:
    models = ", ".join(
        dict.fromkeys(str(d.attrs.get("model")) for d in (pair.results_a, pair.results_b))
    )
    mixed = f"\n\n{said}" if (said := select.mixture([pair.results_a, pair.results_b])) else ""
    if run is not None:
        text = difference_story(pair, run, everything) + mixed
        return Explanation(text, differences_table(pair, run), models)
    first, kinds = first_differences(pair), frequencies(pair)
    return Explanation(summary_text(pair, first, kinds, everything) + mixed, first, models)


#: How many differing events, scheduled events and outcomes are shown unless all are asked for.
MOST_EVENTS, MOST_SCHEDULED, MOST_OUTCOMES = 15, 6, 8
_SIDES = {"A": "A only", "B": "B only", "both": "moved"}


def difference_story(pair: Pair, run: int, everything: bool = False) -> str:
    """Tell the first event in which a run differs between two scenarios, and the chain after it.

    Args:
        everything: give all differing events, not the most important alone.

    Raises:
        UserError: if one of them does not hold the run.
    """
    for results in (pair.results_a, pair.results_b):
        chronicle.check_run(results, run)
    a, b = _of_run(pair, run)
    orders, found = changes(scheduled(a), scheduled(b)), changes(decided(a), decided(b))
    lines = [f"Run {run}: A {pair.scenario_a}, B {pair.scenario_b}"]
    lines += _orders(orders, everything)
    if not found:
        return "\n".join([*lines, "", "Nothing else differs between the two runs."])
    since = f", {_months_after(found[0], orders)}" if orders else ""
    lines += ["", f"First difference in what happens: {month_text(found[0].month)}{since}"]
    lines += _line(found[0])
    chain = (found if everything else chronicle.most_telling(found, MOST_EVENTS))[1:]
    if chain:
        rest = len(found) - 1
        which = f"the {len(chain)} most important of {rest}" if len(chain) < rest else f"{rest}"
        lines += ["", f"What followed ({which} differing events):", *_chain(chain)]
    window = found[0].month, whole_period(pair.results_a)[1]
    return "\n".join([*lines, "", *_outcomes(pair, run, window)])


def differences_table(pair: Pair, run: int) -> pd.DataFrame:
    """Return every differing event of a run as a table: month, side, months moved, sentence."""
    rows = [
        (c.month, c.side, c.moved, c.event.cause == "scenario", sentence(c.event))
        for c in changes(*_of_run(pair, run))
    ]
    return pd.DataFrame(rows, columns=["month", "side", "months_moved", "scheduled", "told"])


def _of_run(pair: Pair, run: int) -> tuple[list[Occurrence], list[Occurrence]]:
    return (
        chronicle.occurrences(pair.results_a, pair.scenario_a, run),
        chronicle.occurrences(pair.results_b, pair.scenario_b, run),
    )


def _months_after(first: Change, orders: Sequence[Change]) -> str:
    months = toml.month_number(first.month) - toml.month_number(orders[0].month)
    if months == 0:
        return "in the month of the scenarios' own first difference"
    return f"{months} month{'s' if months > 1 else ''} after the scenarios' own first difference"


def _orders(orders: Sequence[Change], everything: bool) -> list[str]:
    if not orders:
        return ["The two schedule the same events."]
    shown = orders if everything else orders[:MOST_SCHEDULED]
    left = len(orders) - len(shown)
    more = [f"  and {left} more, the last in {month_text(orders[-1].month)}"] if left else []
    return ["Scheduled differently:", *_chain(shown), *more]


def _chain(found: Sequence[Change]) -> list[str]:
    lines = []
    for year, group in groupby(found, key=lambda change: change.month[:4]):
        lines.append(year)
        for change in group:
            lines += _line(change)
    return lines


def _line(change: Change) -> list[str]:
    begin = f"  {month_text(change.month)[:3]}  {_SIDES[change.side]:6}  "
    told = sentence(change.event)
    if change.side == "both":
        later, other = ("B", "A") if change.moved > 0 else ("A", "B")
        count = abs(change.moved)
        told += f" ({other} now, {later} {count} month{'s' if count > 1 else ''} later)"
    return numbers.hanging(begin, f"{told}.")


def _outcomes(pair: Pair, run: int, window: Window) -> list[str]:
    """Return the outcomes that moved most, against the spread of A's runs."""
    results_a = pair.results_a.sel(scenario=[pair.scenario_a])
    results_b = pair.results_b.sel(scenario=[pair.scenario_b], run=[run])
    b = {(cell.outcome, cell.where): cell.values[0, 0] for cell in cells(results_b, window)}
    place = list(pair.results_a["run"].values).index(run)
    rows = []
    for cell in cells(results_a, window):
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
    return [f"Largest changes, {window[0]} to {window[1]} (by the spread of A's runs):", text]


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
    a, b = _by_run(pair.results_a, pair.scenario_a), _by_run(pair.results_b, pair.scenario_b)
    rows: list[tuple[Any, ...]] = []
    for run in pair.runs:
        ours, theirs = a.get(run, []), b.get(run, [])
        orders = changes(scheduled(ours), scheduled(theirs))
        found = changes(decided(ours), decided(theirs))
        if not found:
            rows.append((run, "", np.nan, "", "", ""))
            continue
        change, after = found[0], np.nan
        if orders:
            after = toml.month_number(change.month) - toml.month_number(orders[0].month)
        told = sentence(replace(change.event, size=float("nan")))
        rows.append((run, change.month, after, change.side, change.event.kind, told))
    return pd.DataFrame(rows, columns=list(FIRST))


def _by_run(results: xr.Dataset, scenario: str) -> dict[int, list[Occurrence]]:
    """Return the events of every run that has some."""
    labels = registry.labels_of(select.attribute(results, "events").get(scenario, ()))
    table = chronicle.event_table(results, scenario)
    return {
        int(own["run"].iloc[0]): chronicle.of_rows(own, labels) for _, own in table.groupby("run")
    }


def frequencies(pair: Pair) -> pd.DataFrame:
    """Return, for each kind of event, how many a run has and the paired difference, B less A.

    Events that a scenario schedules are left out. The interval is the 90 % t interval of the mean
    paired difference; columns are `KINDS`.
    """
    counts = []
    for results, name in ((pair.results_a, pair.scenario_a), (pair.results_b, pair.scenario_b)):
        table = chronicle.event_table(results, name)
        table = table[table["cause"] != "scenario"]
        counted = table.groupby(["kind", "run"]).size().unstack("run", fill_value=0)
        counts.append(counted.reindex(list(ledger.load_kinds()), columns=pair.runs, fill_value=0))
    rows = []
    for kind, row in ledger.load_kinds().items():
        a, b = (side.loc[kind].to_numpy(float) for side in counts)
        if not (a.any() or b.any()):
            continue
        found = effect(b - a)
        sign = found.direction, found.share_sign
        values = a.mean(), b.mean(), found.mean, found.low, found.high
        rows.append(dict(zip(KINDS, (kind, row.noun, *values, *sign), strict=True)))
    return pd.DataFrame(rows, columns=list(KINDS))


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
    rows = []
    for kind, count in Counter(differ["kind"]).most_common(MOST):
        part = differ[differ["kind"] == kind]
        said = part["told"].str.partition(", because")[0]
        ((told, side), often), *_ = Counter(zip(said, part["side"], strict=True)).most_common(1)
        where = _SIDES[side]
        noun = ledger.load_kinds()[kind].noun
        median = table_number(part["months_after"].median())
        told = f"{where}: {told} ({often} run{'s' if often > 1 else ''})"
        told = textwrap.shorten(told, 60, placeholder=" …")
        rows.append([noun, percent(count / runs), median, told])
    header = ("what differs first", "in runs", "months after", "most often")
    return text_table(header, rows, left=(0, 3))


def _kinds_text(kinds: pd.DataFrame, everything: bool) -> str:
    """Return the table of frequencies, the clearest differences first."""
    clear = kinds[kinds["direction"] != ""] if not everything else kinds
    width = (clear["high"] - clear["low"]).clip(lower=1e-300)
    order = (clear["difference"].abs() / width).sort_values(ascending=False, kind="stable").index
    shown = clear.loc[order].head(len(kinds) if everything else MOST)
    rows = [
        [row.noun, *map(table_number, (row.mean_a, row.mean_b)),
         table_number(row.difference, signed=True), interval(row.low, row.high, signed=True),
         row.direction, percent(row.share_sign)]
        for row in rows_of(shown)
    ]  # fmt: skip
    if not rows:
        return "No kind of event is clearly more or less frequent."
    header = ("events a run", "A", "B", "difference", "90 % interval", "sign", "in runs")
    left = len(kinds) - len(shown)
    note = f"\n{left} more kinds, most without a clear difference; --all shows them."
    return text_table(header, rows) + note * bool(left)
