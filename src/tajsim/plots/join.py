"""Several results put side by side along ``scenario``, their chronicles and tables with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np
import xarray as xr

from tajsim.errors import UserError
from tajsim.plots.choose import names_of, table
from tajsim.results.pairs import why_no_pairs

#: Attributes of results that hold a table (JSON) with an entry per scenario.
_BY_SCENARIO = ("events", "questions", "settings")
#: Columns of the chronicle that pictures read: codes with the table they point into, and values.
_CODES = {
    "event_kind": "event_kinds",
    "event_actor": "event_names",
    "event_target": "event_names",
}
_VALUES = ("event_run", "event_month", "event_size")


def join(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put several results side by side along ``scenario``.

    Runs, months and outcomes that all of them have are kept, and the chronicle if all have one. A
    scenario that several hold with equal values stands once; with other values it is kept under a
    numbered name.

    Raises:
        UserError: if there is no dataset, they are of different models, or they have no run,
            month or outcome in common.
    """
    if not datasets:
        raise UserError("no results to draw; give at least one")
    if len(datasets) == 1:
        return datasets[0]
    reason = why_no_pairs(datasets)
    shared = [str(n) for n in datasets[0].data_vars if all(n in d for d in datasets)]
    shared = [name for name in shared if "month" in datasets[0][name].dims]
    aligned = list(xr.align(*(d[shared] for d in datasets), join="inner", exclude=["scenario"]))
    if not shared or any(0 in d.sizes.values() for d in aligned):
        raise UserError("the results have no outcome, month or run in common")
    parts: list[xr.Dataset] = []
    taken: dict[str, tuple[int, str]] = {}  # own name -> which of the results, its name there
    for place, part in enumerate(aligned):
        for name in names_of(part):
            one = part.sel(scenario=[name])
            own, known = _new_name(one, name, parts)
            if not known:
                parts.append(one.assign_coords(scenario=[own]))
                taken[own] = place, name
    joined = xr.concat(parts, dim="scenario", join="override", combine_attrs="override")
    return _with_chronicle(joined, datasets, taken).assign_attrs(
        {
            **datasets[0].attrs,
            **{attribute: _tables(datasets, taken, attribute) for attribute in _BY_SCENARIO},
            **{attribute: _all(datasets, attribute) for attribute in ("seed", "parameters_mode")},
            "no_pairs": reason,
            "overrides": " and ".join(dict.fromkeys(map(_overrides, datasets))),
            "runs_given": ", ".join(dict.fromkeys(str(d.sizes["run"]) for d in datasets)),
            "runs": joined.sizes["run"],
            "window": _agreed(datasets, "window"),
            "reference": str(joined["scenario"].values[0]),
        }
    )


def _tables(
    datasets: Sequence[xr.Dataset], taken: dict[str, tuple[int, str]], attribute: str
) -> str:
    """Return the tables of an attribute as one, each scenario under its own name."""
    whole = [table(dataset, attribute) for dataset in datasets]
    return json.dumps({own: whole[i][name] for own, (i, name) in taken.items() if name in whole[i]})


def _with_chronicle(
    joined: xr.Dataset, datasets: Sequence[xr.Dataset], taken: dict[str, tuple[int, str]]
) -> xr.Dataset:
    """Give results the events of every scenario; without those of one there would be gaps."""
    if not all("event_kind" in dataset.variables for dataset in datasets):
        return joined
    tables = {
        name: list(dict.fromkeys(str(row) for d in datasets for row in d[name].values))
        for name in set(_CODES.values())
    }
    columns: dict[str, list[np.ndarray]] = {n: [] for n in ("event_scenario", *_CODES, *_VALUES)}
    for position, (place, name) in enumerate(taken.values()):
        dataset = datasets[place]
        scenarios = [str(row) for row in dataset["event_scenarios"].values]
        mine = np.flatnonzero(dataset["event_scenario"].values == scenarios.index(name))
        columns["event_scenario"].append(np.full(len(mine), position))
        for code, rows in _CODES.items():
            place_of = {row: i for i, row in enumerate(tables[rows])}
            new = np.array([place_of[str(row)] for row in dataset[rows].values], dtype=int)
            columns[code].append(new[dataset[code].values[mine].astype(int)])
        for value in _VALUES:
            columns[value].append(dataset[value].values[mine])
    found = {name: ("event", np.concatenate(parts)) for name, parts in columns.items()}
    size = {"event_size": found.pop("event_size")}
    return joined.assign(size).assign_coords({**found, **tables, "event_scenarios": list(taken)})


def _all(datasets: Sequence[xr.Dataset], attribute: str) -> str:
    """Return the values of an attribute, each once; one value where all agree."""
    return ", ".join(dict.fromkeys(str(d.attrs.get(attribute, "not stated")) for d in datasets))


def _agreed(datasets: Sequence[xr.Dataset], attribute: str) -> str:
    """Return the value of an attribute that all have, "" where they differ."""
    values = {str(d.attrs.get(attribute, "")) for d in datasets}
    return values.pop() if len(values) == 1 else ""


def _overrides(dataset: xr.Dataset) -> str:
    """Return what the command line set for all scenarios of some results."""
    origins, settings = table(dataset, "origins"), table(dataset, "settings")
    said = {
        f"{key}={value:g}"
        for name, row in settings.items()
        for key, value in row.items()
        if str(origins.get(name, {}).get(key, "")).startswith("command line")
    }
    return ", ".join(sorted(said)) or "nothing"


def _new_name(one: xr.Dataset, name: str, parts: Iterable[xr.Dataset]) -> tuple[str, bool]:
    """Return a name not taken yet, and whether the very same scenario is there already."""
    own, number = name, 1
    for part in parts:
        for taken in names_of(part):
            if taken == own:
                if part.sel(scenario=[taken]).equals(one.assign_coords(scenario=[taken])):
                    return own, True
                number += 1
                own = f"{name} ({number})"
    return own, False
