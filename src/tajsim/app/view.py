"""From results to what the page is sent: fans, table of differences, map, story."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import xarray as xr

from tajsim.analysis.basis import basis_statement
from tajsim.analysis.choose_rows import first_of_comparison
from tajsim.analysis.explain import explain
from tajsim.analysis.paired import compare_results
from tajsim.analysis.tables import interval, number, percent
from tajsim.app.fans import fan_of
from tajsim.app.maps import map_values
from tajsim.app.numbers import plain
from tajsim.app.state import State

_RAW = ("reference_median", "median", "difference", "low", "high", "share_sign")


def fans_of(series: Mapping[str, xr.DataArray], state: State) -> list[dict[str, Any]]:
    """Return what is drawn of the outcomes that are there and have months enough."""
    specs = [spec for spec in state.show if spec.partition("@")[0] in series]
    found = (fan_of(series[spec.partition("@")[0]], spec) for spec in specs)
    return [fan for fan in found if fan]


def whole_view(dataset: xr.Dataset, state: State) -> dict[str, Any]:
    """Return everything that the page shows of complete runs."""
    names = [spec.partition("@")[0] for spec in state.show]
    return {
        "runs": dataset.sizes["run"],
        "fans": fans_of({name: dataset[name] for name in names if name in dataset}, state),
        "table": table_of(compare_results(dataset)),
        "map": map_values(dataset, state.border, state.land),
        "story": story_of(dataset, state),
        "rests": basis_statement(dataset),
    }


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
