"""The chronicle in the results: events of all runs as columns along the dimension ``event``.

Kinds, causes and names are whole numbers that stand for rows of string tables in the same
Dataset, so that any reader of NetCDF can put them together::

    dataset["event_kinds"][dataset["event_kind"]]
    dataset["event_size"].to_dataframe()

Events are in the order of scenario, run, month, and of what happened first within the month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.ensemble.months import month_dates
from tajsim.inputs.chronicle import load_causes, load_kinds
from tajsim.inputs.chronicle_names import names

Columns = Mapping[str, NDArray[Any]]

#: Column of codes -> the string table that it points into.
TABLES = {
    "event_scenario": "event_scenarios",
    "event_kind": "event_kinds",
    "event_actor": "event_names",
    "event_target": "event_names",
    "event_cause": "event_causes",
}

_LABELS = {
    "event_scenario": "Scenario, as a row of event_scenarios",
    "event_run": "Run",
    "event_month": "Month",
    "event_kind": "Kind of event, as a row of event_kinds",
    "event_actor": "Who acts, as a row of event_names",
    "event_target": "At whom or what, as a row of event_names",
    "event_cause": "What weighed most, as a row of event_causes",
}


def join(parts: Sequence[tuple[int, int, Columns]]) -> dict[str, NDArray[Any]]:
    """Put the columns of chunks together.

    Args:
        parts: for each chunk the position of its scenario, its first run, and its columns with
            ``run`` counted from that, sorted by run, month and order.
    """
    parts = sorted(parts, key=lambda part: part[:2])
    found: dict[str, NDArray[Any]] = {
        "scenario": np.concatenate(
            [np.full(len(columns["run"]), position, np.int16) for position, _, columns in parts]
        )
    }
    for name in parts[0][2]:
        shift = [first if name == "run" else 0 for _, first, _ in parts]
        columns = [part[2][name] for part in parts]
        found[name] = np.concatenate(
            [c + np.asarray(by, c.dtype) for c, by in zip(columns, shift, strict=True)]
        )
    return found


def chronicle_variables(
    columns: Columns, scenarios: Sequence[str], months: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the size of every event as a variable, and the other columns as its coordinates."""
    dates = month_dates(list(months))
    coordinates: dict[str, Any] = {
        f"event_{name}": ("event", values, {"label": _LABELS[f"event_{name}"]})
        for name, values in {**columns, "month": dates[columns["month"]]}.items()
        if name != "size"
    }
    kinds = load_kinds()
    coordinates |= {
        "event_scenarios": list(scenarios),
        "event_kinds": list(kinds),
        "event_unit": ("event_kinds", [kind.unit for kind in kinds.values()]),
        "event_text": ("event_kinds", [kind.text for kind in kinds.values()]),
        "event_causes": list(load_causes()),
        "event_names": list(names()),
    }
    size = {"label": "Size of the event", "unit": "see event_unit of its kind"}
    return {"event_size": ("event", columns["size"], size)}, coordinates
