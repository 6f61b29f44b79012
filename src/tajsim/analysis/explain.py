"""``explain``: one run as a story, or where two scenarios first differ and what followed."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.display import Printed
from tajsim.ensemble.dataset import load_results
from tajsim.errors import UserError
from tajsim.inputs import ledger, registry, toml
from tajsim.results import chronicle, numbers, select
from tajsim.results.chronicle import Change, Occurrence, Pair, changes, decided, scheduled, sentence
from tajsim.results.effect import effect
from tajsim.results.numbers import counted, frame_text, intervals, month_text, percent, table_number
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
        second = _loaded(other)
        if reason := select.why_no_pairs([first, second]):
            raise UserError(reason)
        against = chronicle.one_scenario(select.names_of(first), against, "--against")
        first = select.join([first.sel(scenario=[against]), second])
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
    model = str(pair.results.attrs.get("model", "unknown"))
    mixed = f"\n\n{said}" if (said := select.mixture([pair.results])) else ""
    if run is not None:
        text = difference_story(pair, run, everything) + mixed
        return Explanation(text, differences_table(pair, run), model)
    first, kinds = first_differences(pair), frequencies(pair)
    return Explanation(summary_text(pair, first, kinds, everything) + mixed, first, model)


#: How many differing events and outcomes are shown unless all are asked for.
MOST_EVENTS, MOST_OUTCOMES = 15, 8
_SIDES = {"A": "A only", "B": "B only", "both": "moved", "other": "other"}


def difference_story(pair: Pair, run: int, everything: bool = False) -> str:
    """Tell the first event in which a run differs between two scenarios, and the chain after it.

    Args:
        everything: give all differing events, not the most important alone.

    Raises:
        UserError: if the results do not hold the run.
    """
    chronicle.check_run(pair.results, run)
    a, b = _of_run(pair, run)
    orders, found = changes(scheduled(a), scheduled(b)), changes(decided(a), decided(b))
    lines = [f"Run {run}: A {pair.a}, B {pair.b}"]
    lines += ["Scheduled differently:", *_chain(orders)] if orders else []
    if not found:
        return "\n".join([*lines, "", "Nothing else differs between the two runs."])
    lines += ["", f"First difference in what happens: {month_text(found[0].month)}"]
    if orders:
        months = toml.month_number(found[0].month) - toml.month_number(orders[0].month)
        lines[-1] += f", {counted(months, 'month')} after the scenarios' own first difference"
    lines += _line(found[0])
    chain = (found if everything else chronicle.most_telling(found, MOST_EVENTS))[1:]
    if chain:
        which = f"What followed ({len(chain)} of {len(found) - 1} differing events):"
        lines += ["", which, *_chain(chain)]
    window = found[0].month, whole_period(pair.results)[1]
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
        chronicle.occurrences(pair.results, pair.a, run),
        chronicle.occurrences(pair.results, pair.b, run),
    )


def _chain(found: Sequence[Change]) -> list[str]:
    lines = []
    for year, group in groupby(found, key=lambda change: change.month[:4]):
        lines.append(year)
        for change in group:
            lines += _line(change)
    return lines


def _line(change: Change) -> list[str]:
    side = _SIDES["other" if change.elsewhere else change.side]
    begin = f"  {month_text(change.month)[:3]}  {side:6}  "
    told = sentence(change.event)
    if change.elsewhere:
        told += f" (in A: {numbers.actor_name(change.elsewhere)})"
    elif change.side == "both":
        later, other = ("B", "A") if change.moved > 0 else ("A", "B")
        count = abs(change.moved)
        told += f" ({other} now, {later} {count} month{'s' if count > 1 else ''} later)"
    return numbers.hanging(begin, f"{told}.")


def _outcomes(pair: Pair, run: int, window: Window) -> list[str]:
    """Return the outcomes that moved most, against the spread of A's runs."""
    results_b = pair.results.sel(scenario=[pair.b], run=[run])
    b = {(cell.outcome, cell.where): cell.values[0, 0] for cell in cells(results_b, window)}
    place = list(pair.results["run"].values).index(run)
    rows = []
    for cell in cells(pair.results.sel(scenario=[pair.a]), window):
        ours, theirs = cell.values[0, place], b.get((cell.outcome, cell.where), np.nan)
        spread = np.nanstd(cell.values[0]) if cell.values.shape[1] > 2 else abs(ours)
        moved = abs(theirs - ours) / spread if spread > 0.0 else np.nan
        if cell.headline and moved > 0.0:
            rows.append((moved, cell.outcome, cell.title, cell.unit, ours, theirs))
    names = ["moved", "name", "outcome", "unit", "A", "B"]
    table = pd.DataFrame(rows, columns=names).sort_values("moved", ascending=False, kind="stable")
    shown = table.drop_duplicates("name").head(MOST_OUTCOMES)
    if shown.empty:
        return ["No outcome has moved."]
    title = f"Largest changes, {window[0]} to {window[1]} (by the spread of A's runs):"
    return [title, frame_text(shown, "outcome", "unit", "A", "B")]


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
    a, b = _by_run(pair.results, pair.a), _by_run(pair.results, pair.b)
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
        side = "other" if change.elsewhere else change.side
        told = sentence(replace(change.event, size=float("nan")))
        rows.append((run, change.month, after, side, change.event.kind, told))
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
    for name in (pair.a, pair.b):
        table = chronicle.event_table(pair.results, name)
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
    lines = [
        f"A {pair.a}, B {pair.b}: {counted(len(first), 'paired run')}",
        f"Events that no scenario schedules differ in {percent(len(differ) / len(first))} of the "
        "runs.",
    ]
    if not len(differ):
        return "\n".join(lines)
    if len(after := differ["months_after"].dropna()):
        low, middle, high = map(table_number, np.quantile(after, (0.05, 0.5, 0.95)))
        lines.append(
            f"The first differs {middle} months after the scenarios' own first difference "
            f"(median; {low} to {high} in 90 % of these runs)."
        )
    return "\n".join(
        [*lines, "", _first_text(differ, len(first)), "", _kinds_text(kinds, everything)]
    )


def _first_text(differ: pd.DataFrame, runs: int) -> str:
    """Return what differs first, the commonest kinds, each with its commonest sentence."""
    said = differ["side"].map(_SIDES) + ": " + differ["told"].str.partition(", because")[0]
    rows = [
        (ledger.load_kinds()[kind].noun, len(part) / runs, part["months_after"].median(),
         textwrap.shorten(said[part.index].mode()[0], 60, placeholder=" …"))
        for kind, part in differ.groupby("kind")
    ]  # fmt: skip
    names = ["what differs first", "in runs", "months after", "most often"]
    table = pd.DataFrame(rows, columns=names).sort_values("in runs", ascending=False, kind="stable")
    return frame_text(table.head(MOST), names[0], "%in runs", *names[2:])


def _kinds_text(kinds: pd.DataFrame, everything: bool) -> str:
    """Return the table of frequencies, the clearest differences first."""
    clear = kinds[kinds["direction"] != ""] if not everything else kinds
    width = (clear["high"] - clear["low"]).clip(lower=1e-300)
    order = (clear["difference"].abs() / width).sort_values(ascending=False, kind="stable").index
    shown = clear.loc[order].head(len(kinds) if everything else MOST)
    if shown.empty:
        return "No kind of event is clearly more or less frequent."
    told = shown.assign(interval=intervals(shown["low"], shown["high"], signed=True))
    columns = ("A=mean_a", "B=mean_b", "+difference", "90 % interval=interval", "sign=direction")
    text = frame_text(told, "events a run=noun", *columns, "in runs=%share_sign")
    left = len(kinds) - len(shown)
    return text + f"\n{left} more kinds, most without a clear difference; --all." * bool(left)
