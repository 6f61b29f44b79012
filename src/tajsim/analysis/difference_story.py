"""Two runs told side by side: the first event in which they differ, and what followed."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import groupby

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.aggregate import cells
from tajsim.analysis.first_difference import Change, changes, decided, most_telling, scheduled
from tajsim.analysis.pairs import Pair
from tajsim.analysis.sentence import sentence
from tajsim.analysis.story import MONTHS, WIDTH, happenings
from tajsim.analysis.tables import number, text_table
from tajsim.analysis.windows import Window, whole_period
from tajsim.inputs.chronicle_names import spoken
from tajsim.inputs.dates import month_number

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
    a = happenings(pair.results_a, pair.scenario_a, run)
    b = happenings(pair.results_b, pair.scenario_b, run)
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
    a = happenings(pair.results_a, pair.scenario_a, run)
    b = happenings(pair.results_b, pair.scenario_b, run)
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
        told += f" (in A: {spoken(change.elsewhere)})"
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
        [[row[2], row[3], number(row[4]), number(row[5])] for row in shown],
        left=(0, 1),
    )
    return [f"What moved most, {window[0]} to {window[1]} (against the spread of A's runs):", text]


def _bare(dataset: xr.Dataset) -> xr.Dataset:
    """Return the outcomes alone."""
    return dataset[[name for name, v in dataset.data_vars.items() if "month" in v.dims]]
