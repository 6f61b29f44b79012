"""What a scenario does to deals, and in how many runs the reference itself does the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.axes import DEALS
from tajsim.display import rows_of
from tajsim.inputs.deals import load_deals
from tajsim.results.numbers import month_text, percent
from tajsim.results.select import names_of
from tajsim.results.window import Window, months_in, own_events, window_of

OUTCOME = "deals_in_force"
COLUMNS = ("scenario", "reference", "deal", "change", "share", "runs", "first", "last")
#: Deals that end as sections are handed over to the country's own guard.
_GUARDS = {"russian_border_troops": "russian_border_guards"}


def done_by_reference(dataset: xr.Dataset, window: Window | None = None) -> pd.DataFrame:
    """Return in what share of its runs the reference does to deals what each scenario does.

    Args:
        dataset: results of two scenarios or more, the first being the reference.
        window: first and last month; by default that over which each scenario is compared.

    Returns:
        One row for each scenario and deal that its own events begin or end (a handed-over section
        ends the deal on the guard): ``share`` of the ``runs`` of the reference in which the deal is
        begun, or ended, in some month from ``first``, that of the event, to ``last``, the end of
        the window. Empty where no event of the kind is a scenario's own, or the results lack
        ``deals_in_force``.
    """
    rows = []
    names = names_of(dataset)
    for name in names[1:] if OUTCOME in dataset else ():
        last = window_of(dataset, window, name)[1]
        for (deal, change), first in _own(own_events(dataset, name)).items():
            if first > last:
                continue
            series = dataset[OUTCOME].sel(scenario=names[0], deal=deal)
            series = series.isel(month=months_in(dataset, (first, last)))
            same = series.transpose("month", "run").values < 0.5
            found = (same if change == "end" else ~same).any(axis=0)
            row = (name, names[0], deal, change, float(np.mean(found)), found.size, first, last)
            rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _own(events: list[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Return the deals that events begin or end, with the first month of each."""
    found: dict[tuple[str, str], str] = {}
    for event in sorted(events, key=lambda event: str(event["month"])):
        for key in _changes(event["kind"], event.get("arguments", {})):
            found.setdefault(key, str(event["month"]))
    return found


def _changes(kind: str, arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    deal, change = arguments.get("deal"), str(arguments.get("change"))
    if kind == "deal" and deal in DEALS and change in ("begin", "end", "close"):
        yield str(deal), "begin" if change == "begin" else "end"
    if kind == "handover":
        for guard, name in _GUARDS.items():
            if arguments.get("agency") != guard:
                yield name, "end"


def reference_sentence(found: pd.DataFrame, scenario: str) -> str:
    """Return one sentence for a scenario on rows of `done_by_reference`; "" without any."""
    rows = found[found["scenario"] == scenario]
    if rows.empty:
        return ""
    deals, words = load_deals(), {"begin": "begins", "end": "ends"}
    said = [
        f"“{deals[row.deal].label}” {words[row.change]} in {percent(row.share)}"
        for row in rows_of(rows)
    ]
    reference, last = rows["reference"].iloc[0], month_text(rows["last"].iloc[0])
    return f"Of the runs of {reference} itself, by {last}: {', '.join(said)}."
