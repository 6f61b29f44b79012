"""What of the results goes into a picture: datasets joined, names checked against what is there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xarray as xr

from tajsim.errors import UserError, unknown

Names = str | Sequence[str] | None

#: Attributes of results that hold a table (JSON) with an entry per scenario.
_BY_SCENARIO = ("events", "questions", "settings")


def join(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put several results side by side along ``scenario``.

    Runs, months and outcomes that all of them have are kept. A scenario that several hold with
    equal values stands once; with other values it is kept under a numbered name.

    Raises:
        UserError: if there is no dataset, or they have no run, month or outcome in common.
    """
    if not datasets:
        raise UserError("no results to draw; give at least one")
    if len(datasets) == 1:
        return datasets[0]
    shared = [str(n) for n in datasets[0].data_vars if all(n in d for d in datasets)]
    shared = [name for name in shared if "month" in datasets[0][name].dims]
    aligned = list(xr.align(*(d[shared] for d in datasets), join="inner", exclude=["scenario"]))
    if not shared or any(0 in d.sizes.values() for d in aligned):
        raise UserError("the results have no outcome, month or run in common")
    parts = [aligned[0]]
    tables = {attribute: _table(datasets[0], attribute) for attribute in _BY_SCENARIO}
    for part in aligned[1:]:
        for name in map(str, part["scenario"].values):
            one = part.sel(scenario=[name])
            own, known = _new_name(one, name, parts)
            if not known:
                parts.append(one.assign_coords(scenario=[own]))
                for attribute, table in tables.items():
                    if name in _table(part, attribute):
                        table[own] = _table(part, attribute)[name]
    joined = xr.concat(parts, dim="scenario", join="override", combine_attrs="override")
    return joined.assign_attrs(
        {
            **datasets[0].attrs,
            **{attribute: json.dumps(table) for attribute, table in tables.items()},
            **{attribute: _all(datasets, attribute) for attribute in ("seed", "parameters_mode")},
            "overrides": " and ".join(dict.fromkeys(map(_overrides, datasets))),
            "runs_given": ", ".join(dict.fromkeys(str(d.sizes["run"]) for d in datasets)),
            "runs": joined.sizes["run"],
            "reference": str(joined["scenario"].values[0]),
        }
    )


def _all(datasets: Sequence[xr.Dataset], attribute: str) -> str:
    """Return the values of an attribute, each once; one value where all agree."""
    return ", ".join(dict.fromkeys(str(d.attrs.get(attribute, "not stated")) for d in datasets))


def _overrides(dataset: xr.Dataset) -> str:
    """Return what the command line set for all scenarios of some results."""
    origins, settings = _table(dataset, "origins"), _table(dataset, "settings")
    said = {
        f"{key}={value:g}"
        for name, table in settings.items()
        for key, value in table.items()
        if str(origins.get(name, {}).get(key, "")).startswith("command line")
    }
    return ", ".join(sorted(said)) or "nothing"


def _table(dataset: xr.Dataset, name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(dataset.attrs.get(name) or "{}")
    return table


def _new_name(one: xr.Dataset, name: str, parts: Iterable[xr.Dataset]) -> tuple[str, bool]:
    """Return a name not taken yet, and whether the very same scenario is there already."""
    own, number = name, 1
    for part in parts:
        for taken in map(str, part["scenario"].values):
            if taken == own:
                if part.sel(scenario=[taken]).equals(one.assign_coords(scenario=[taken])):
                    return own, True
                number += 1
                own = f"{name} ({number})"
    return own, False


def names_of(dataset: xr.Dataset) -> list[str]:
    """Return the names of the scenarios; the first is the reference."""
    return [str(name) for name in dataset["scenario"].values]


def question(dataset: xr.Dataset) -> str:
    """Return the question of the scenario compared, or of the only one; "" if there are more."""
    names = names_of(dataset)
    return str(_table(dataset, "questions").get(names[-1], "")) if len(names) <= 2 else ""


def as_names(names: Names) -> list[str]:
    """Return one name, several or none as a list."""
    if names is None:
        return []
    return [names] if isinstance(names, str) else [str(name) for name in names]


def scenarios(dataset: xr.Dataset, names: Names) -> xr.Dataset:
    """Keep the named scenarios in the order given; without names keep all.

    Raises:
        UserError: for each name that the results do not hold.
    """
    wanted = as_names(names)
    if not wanted:
        return dataset
    there = [str(name) for name in dataset["scenario"].values]
    _refuse([unknown("scenario", name, there) for name in wanted if name not in there])
    return dataset.sel(scenario=wanted)


def outcome_names(dataset: xr.Dataset) -> list[str]:
    """Return every outcome of the results: the variables that have months and runs."""
    return [
        str(name)
        for name, variable in dataset.data_vars.items()
        if {"scenario", "month", "run"} <= set(map(str, variable.dims))
    ]


def headline(dataset: xr.Dataset) -> list[str]:
    """Return the headline outcomes of the results, or the first six where none is marked."""
    names = outcome_names(dataset)
    return [n for n in names if int(dataset[n].attrs.get("headline", 0))] or names[:6]


def told(dataset: xr.Dataset, shown: int) -> str:
    """Say which of the headline outcomes are shown, where not all are."""
    whole = len(headline(dataset))
    if shown >= whole:
        return ""
    which = ", those that differ most" if dataset.sizes["scenario"] > 1 else ""
    return f"{shown} of {whole} headline outcomes{which}."


def outcomes(dataset: xr.Dataset, names: Names, default: Sequence[str]) -> list[str]:
    """Return the outcomes to draw.

    Raises:
        UserError: for each name that the results do not hold, or if nothing is left to draw.
    """
    there = outcome_names(dataset)
    wanted = as_names(names)
    _refuse([unknown("outcome", name, there) for name in wanted if name not in there])
    chosen = wanted or [name for name in default if name in there]
    if not chosen:
        raise UserError("the results hold none of the outcomes that this picture shows")
    return chosen


def selection(select: Mapping[str, Any] | Names) -> dict[str, list[str]]:
    """Return ``{"section": ["khorog"]}`` from a mapping or from ``"section=khorog"`` texts.

    Raises:
        UserError: for a text without an equals sign.
    """
    if isinstance(select, Mapping):
        return {str(key): as_names(value) for key, value in select.items()}
    chosen: dict[str, list[str]] = {}
    for text in as_names(select):
        dimension, equals, name = text.partition("=")
        if not equals:
            raise UserError(f"selection '{text}': expected dimension=name, such as section=khorog")
        chosen.setdefault(dimension.strip(), []).append(name.strip())
    return chosen


def check_selection(variables: Iterable[xr.DataArray], select: Mapping[str, Sequence[str]]) -> None:
    """Check that each selected dimension and name stands in at least one of the outcomes.

    Raises:
        UserError: for each that does not, with the nearest one.
    """
    there: dict[str, list[str]] = {}
    for variable in variables:
        for dimension in own_dimensions(variable):
            there[dimension] = [str(name) for name in variable[dimension].values]
    messages = []
    for dimension, names in select.items():
        if dimension not in there:
            has_none = f"'{dimension}': the outcomes drawn have no dimension to select from"
            messages.append(unknown("dimension", dimension, there) if there else has_none)
            continue
        messages += [
            unknown(dimension, n, there[dimension]) for n in names if n not in there[dimension]
        ]
    _refuse(messages)


def own_dimensions(variable: xr.DataArray) -> list[str]:
    """Return the dimensions of an outcome besides scenario, month and run."""
    return [str(d) for d in variable.dims if d not in ("scenario", "month", "run")]


def _refuse(messages: Sequence[str]) -> None:
    if messages:
        raise UserError(messages)
