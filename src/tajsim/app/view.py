"""From results to what the page is sent: fans, table of differences, map, story."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import xarray as xr

from tajsim.analysis.basis import basis_statement
from tajsim.analysis.choose_rows import first_of_comparison
from tajsim.analysis.explain import explain
from tajsim.analysis.paired import compare_results
from tajsim.analysis.tables import interval, number, percent
from tajsim.app.fans import fan_of
from tajsim.app.gather import Side
from tajsim.app.maps import map_values
from tajsim.app.numbers import plain
from tajsim.app.state import State

_RAW = ("reference_median", "median", "difference", "low", "high", "share_sign")


#: What is sent of complete runs, one message each, in this order.
PARTS = ("fans", "table", "map", "story")


def fans_of(sides: Sequence[Side], state: State) -> list[dict[str, Any]]:
    """Return what is drawn of the outcomes that are there and have months enough."""
    found = []
    for spec in state.show:
        name = spec.partition("@")[0]
        fan = fan_of([side[name] for side in sides if name in side], spec)
        found += [fan] if fan and name in sides[0] else []
    return found


def part_of_view(part: str, dataset: xr.Dataset, state: State) -> dict[str, Any]:
    """Return one part of what the page shows of complete runs, other than the fans."""
    if part == "table":
        table = table_of(compare_results(dataset))
        return {"table": table, "rests": basis_statement(dataset)}
    if part == "map":
        return {"map": map_values(dataset, state.border, state.land)}
    return {"story": story_of(dataset, state)}


def table_of(compared: pd.DataFrame) -> dict[str, Any]:
    """Return the rows of a comparison: the texts that ``tajsim compare`` prints, and the numbers.

    ``first`` marks the rows that the command line prints without ``--all``.
    """
    first = set(first_of_comparison(compared).index)
    rows: list[Any] = list(compared.itertuples())
    return {
        "window": [rows[0].window_start, rows[0].window_end],
        "rows": [
            {
                "spec": _spec(row.outcome, row.where),
                "label": row.label,
                "unit": row.unit,
                "first": row.Index in first,
                "same": row.share_tied == 1.0,
                "direction": row.direction,
                "texts": [
                    number(row.reference_median),
                    number(row.median),
                    number(row.difference, signed=True),
                    interval(row.low, row.high, signed=True),
                    percent(row.share_sign),
                ],
                **{name: plain(getattr(row, name)) for name in _RAW},
            }
            for row in rows
        ],
    }


def _spec(outcome: str, where: str) -> str:
    """Return how a link names a row; the sum over a dimension is the outcome itself."""
    return f"{outcome}@{where}" if where and not where.endswith("=all") else outcome


def story_of(dataset: xr.Dataset, state: State) -> dict[str, Any]:
    """Return the story of one run, and where it parts from the same run of the reference."""
    if state.run >= dataset.sizes["run"]:
        return {"run": state.run, "story": "", "difference": ""}
    reference, own = (str(name) for name in dataset["scenario"].values)
    return {
        "run": state.run,
        "story": explain(dataset, run=state.run, scenario=own).text,
        "difference": explain(dataset, run=state.run, scenario=own, against=reference).text,
    }
