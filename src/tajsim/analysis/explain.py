"""``explain``: one run as a story, or where two scenarios first differ and what followed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.display import Printed
from tajsim.ensemble.dataset import load_results
from tajsim.errors import UserError
from tajsim.inputs import toml
from tajsim.results import chronicle, numbers, select
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


def explain(
    results: Results,
    *,
    run: int | None = None,
    scenario: str | None = None,
    against: str | None = None,
    everything: bool = False,
) -> Explanation:
    """Tell one run as a dated story, or the first difference between two scenarios in it.

    Args:
        results: results, or the file or folder that holds them.
        run: the number of the run.
        scenario: the scenario whose story it is, or that is B of two.
        against: the scenario that it is compared with, A of two.

    Returns:
        The text and a table: the events of the run, or those in which it differs.

    Raises:
        UserError: for anything the caller can mend.
    """
    held = load_results(results) if isinstance(results, str | Path) else results
    chronicle.check_chronicle(held)
    pair = chronicle.pair_in(held, against, scenario) if against is not None else None
    if run is None:
        raise UserError(f"which run? --run N shows one (0 to {int(held['run'].values.max())})")
    if pair is not None:
        text, table = difference_story(pair, run, everything), differences_table(pair, run)
    else:
        text = chronicle.story(held, run, scenario, everything)
        name = scenario or select.names_of(held)[0]
        told = [chronicle.sentence(event) for event in chronicle.occurrences(held, name, run)]
        table = chronicle.event_table(held, name, run).assign(told=told)
    return Explanation(text, table, str(held.attrs.get("model", "unknown")))


#: How many differing events and outcomes are shown unless all are asked for.
MOST_EVENTS, MOST_OUTCOMES = 15, 8
_SIDES = {"A": "A only", "B": "B only", "both": "moved"}


def difference_story(pair: chronicle.Pair, run: int, everything: bool = False) -> str:
    """Tell the first event in which a run differs between two scenarios, and the chain after it.

    Args:
        everything: give all differing events, not the most important alone.

    Raises:
        UserError: if the results do not hold the run.
    """
    chronicle.check_run(pair.results, run)
    a, b = pair.events(run)
    orders, found = (
        chronicle.changes(*([e for e in s if (e.cause == "scenario") is told] for s in (a, b)))
        for told in (True, False)
    )
    lines = [f"Run {run}: A {pair.a}, B {pair.b}"]
    lines += ["Scheduled differently:", *_chain(orders)] if orders else []
    if not found:
        return "\n".join([*lines, "", "Nothing else differs between the two runs."])
    lines += ["", f"First difference in what happens: {numbers.month_text(found[0].month)}"]
    if orders:
        months = toml.month_number(found[0].month) - toml.month_number(orders[0].month)
        after = numbers.counted(months, "month")
        lines[-1] += f", {after} after the scenarios' own first difference"
    lines += _line(found[0])
    chain = (found if everything else chronicle.most_telling(found, MOST_EVENTS))[1:]
    if chain:
        which = f"What followed ({len(chain)} of {len(found) - 1} differing events):"
        lines += ["", which, *_chain(chain)]
    window = found[0].month, whole_period(pair.results)[1]
    return "\n".join([*lines, "", *_outcomes(pair, run, window)])


def differences_table(pair: chronicle.Pair, run: int) -> pd.DataFrame:
    """Return every differing event of a run as a table: month, side, months moved, sentence."""
    rows = [
        (c.month, c.side, c.moved, c.event.cause == "scenario", chronicle.sentence(c.event))
        for c in chronicle.changes(*pair.events(run))
    ]
    return pd.DataFrame(rows, columns=["month", "side", "months_moved", "scheduled", "told"])


def _chain(found: Sequence[chronicle.Change]) -> list[str]:
    lines = []
    for year, group in groupby(found, key=lambda change: change.month[:4]):
        lines.append(year)
        for change in group:
            lines += _line(change)
    return lines


def _line(change: chronicle.Change) -> list[str]:
    begin = f"  {numbers.month_text(change.month)[:3]}  {_SIDES[change.side]:6}  "
    told = chronicle.sentence(change.event)
    if change.side == "both":
        later, other = ("B", "A") if change.moved > 0 else ("A", "B")
        told += f" ({other} now, {later} {numbers.counted(abs(change.moved), 'month')} later)"
    return numbers.hanging(begin, f"{told}.")


def _outcomes(pair: chronicle.Pair, run: int, window: Window) -> list[str]:
    """Return the outcomes that moved most, against the spread of A's runs."""
    place = list(pair.results["run"].values).index(run)
    rows = []
    for cell in cells(pair.results.sel(scenario=[pair.a, pair.b]), window):
        ours, theirs = cell.values[:, place]
        known = cell.values[0][np.isfinite(cell.values[0])]
        spread = known.std() if known.size > 2 else abs(ours)
        moved = abs(theirs - ours) / spread if spread > 0.0 else np.nan
        if cell.headline and moved > 0.0:
            rows.append((moved, cell.outcome, cell.title, cell.unit, ours, theirs))
    names = ["moved", "name", "outcome", "unit", "A", "B"]
    table = pd.DataFrame(rows, columns=names).sort_values("moved", ascending=False, kind="stable")
    shown = table.drop_duplicates("name").head(MOST_OUTCOMES)
    if shown.empty:
        return ["No outcome has moved."]
    title = f"Largest changes, {window[0]} to {window[1]} (by the spread of A's runs):"
    return [title, numbers.frame_text(shown, "outcome", "unit", "A", "B")]
