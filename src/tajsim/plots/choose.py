"""What of the results goes into a picture: names checked against what is there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xarray as xr

from tajsim.errors import UserError, unknown

Names = str | Sequence[str] | None


def table(dataset: xr.Dataset, name: str) -> dict[str, Any]:
    """Return an attribute of results that holds a table, by scenario; empty where there is none."""
    found: dict[str, Any] = json.loads(dataset.attrs.get(name) or "{}")
    return found


def names_of(dataset: xr.Dataset) -> list[str]:
    """Return the names of the scenarios; the first is the reference."""
    return [str(name) for name in dataset["scenario"].values]


def question(dataset: xr.Dataset) -> str:
    """Return the question of the scenario compared, or of the only one; "" if there are more."""
    names = names_of(dataset)
    return str(table(dataset, "questions").get(names[-1], "")) if len(names) <= 2 else ""


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
