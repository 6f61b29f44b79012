"""The factors of an experiment: names, bounds and values, checked against the registry."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from tajsim.axes import DIMENSIONS
from tajsim.errors import nearest, unknown
from tajsim.inputs.experiment_file import ExperimentSource, FactorRow, KeepRow
from tajsim.inputs.experiment_parts import (
    WHOLE,
    EventTemplate,
    Factor,
    FactorValue,
    Keep,
    unit_of_uses,
)
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import Parameter, load_parameters, read_quantity, shown
from tajsim.inputs.scenario_parts import check_value
from tajsim.inputs.toml import Key

#: Columns that the results of every sweep have.
TAKEN = ("point", "run", "scenario")


def file_factors(
    source: ExperimentSource, events: tuple[EventTemplate, ...], kind: str
) -> list[Factor]:
    """Return the factors of a file for a kind of design; errors go to the source's problems."""
    found: dict[str, Factor] = {}
    named: set[str] = set()
    # Rows of their own first: they win over a row that stands for all parameters of a role.
    for row in sorted(source.factors, key=lambda row: bool(row.model and row.model.every)):
        if row.model is None:
            continue
        key: Key = ("factors", row.index)
        name = row.model.name or row.model.parameter or ""
        if name in named:
            source.problems.add(key, f"the factor '{name}' stands twice; expected once")
            continue
        named |= {name} - {""}
        for factor in _factors(source, key, row.model, events, kind):
            found.setdefault(factor.name, factor)
    return list(found.values())


def _factors(
    source: ExperimentSource,
    key: Key,
    row: FactorRow,
    events: tuple[EventTemplate, ...],
    kind: str,
) -> list[Factor]:
    """Return the factors of one row: one, or one for every parameter of a role."""
    if row.every is not None:
        return _every(source, key, row)
    if row.basis is not None:
        source.problems.add((*key, "basis"), "expected only with every = 'uncertainty'")
    name = row.name or row.parameter
    if name is None:
        source.problems.add(key, "missing; expected the key 'parameter', 'name' or 'every'")
        return []
    if name in TAKEN:
        text = f"'{name}' is a column of every result; expected another name"
        source.problems.add((*key, "name"), text)
        return []
    uses = [(t, key_) for t in events for key_, r in t.references.items() if r["factor"] == name]
    if row.parameter is None and not uses:
        text = f"no event uses the factor '{name}'; expected the key 'parameter', or {{ factor = "
        source.problems.add(key, f"{text}'{name}' }} in an event")
        return []
    registry = _registry_row(row, uses)
    whole = any(argument in WHOLE for _, argument in uses)
    given = _given(source, key, row, registry, whole, kind)
    if given is None:
        return []
    uncertain = registry is not None and registry.role == "uncertainty"
    return [
        Factor(
            name=name,
            parameter=row.parameter,
            spread=row.spread,
            steps=row.steps,
            whole=whole,
            unit=registry.unit if registry else unit_of_uses(uses),
            role=registry.role if registry and row.parameter else "event",
            basis=registry.basis.kind if registry and uncertain else "decision",
            **given,
        )
    ]


def _every(source: ExperimentSource, key: Key, row: FactorRow) -> list[Factor]:
    """Return a factor for every parameter of a role (and basis) that has a range."""
    for name in ("name", "parameter", "low", "high", "values", "steps"):
        if name not in row.model_fields_set:
            continue
        source.problems.add((*key, name), "does not go with the key 'every'; expected one of them")
    chosen = [
        p
        for p in load_parameters().values()
        if p.role == row.every and p.low < p.high and row.basis in (None, p.basis.kind)
    ]
    if not chosen:
        source.problems.add(key, f"no parameter is of role '{row.every}' and this basis")
    return [
        Factor(
            name=p.name,
            parameter=p.name,
            low=p.low,
            high=p.high,
            spread=row.spread,
            unit=p.unit,
            role=p.role,
            basis=p.basis.kind if p.role == "uncertainty" else "decision",
        )
        for p in chosen
    ]


def _registry_row(row: FactorRow, uses: list[tuple[EventTemplate, str]]) -> Parameter | None:
    """Return the parameter behind a factor: its own, or that which events set to its value."""
    if row.parameter is not None:
        return load_parameters()[row.parameter]
    plain = [t for t, argument in uses if argument == "value" and len(t.references["value"]) == 1]
    names = {str(t.raw.get("parameter")) for t in plain}
    if len(plain) != len(uses) or len(names) != 1:
        return None
    return load_parameters().get(names.pop())


def _given(
    source: ExperimentSource,
    key: Key,
    row: FactorRow,
    registry: Parameter | None,
    whole: bool,
    kind: str,
) -> dict[str, Any] | None:
    """Return the bounds or the values of a factor, or None where something is wrong."""
    if kind == "points":
        if row.values is not None:
            source.problems.add(
                (*key, "values"), "does not go with kind = 'points'; see [[points]]"
            )
        return {}
    if row.values is not None:
        return _values(source, key, row, registry, whole)
    bounds: dict[str, float] = {}
    for name in ("low", "high"):
        value = getattr(row, name)
        if value is None and registry is not None:
            bounds[name] = registry.low if name == "low" else registry.high
        elif value is None:
            text = f"missing; expected the key '{name}', or 'values'"
            source.problems.add(key, text)
            return None
        else:
            number = check_number(source, (*key, name), value, row.parameter, registry, whole)
            if number is None:
                return None
            bounds[name] = number
    return bounds if _bounds_fit(source, key, row, bounds, registry, kind) else None


def _bounds_fit(
    source: ExperimentSource,
    key: Key,
    row: FactorRow,
    bounds: dict[str, float],
    registry: Parameter | None,
    kind: str,
) -> bool:
    low, high = bounds["low"], bounds["high"]
    wrong = ""
    if low >= high:
        wrong = f"low = {low:g} is not below high = {high:g}; expected a range"
    elif row.spread == "log" and low <= 0.0:
        wrong = f"low = {low:g} does not go with spread = 'log'; expected a number above 0"
    elif row.spread == "prior" and (registry is None or {"low", "high"} & row.model_fields_set):
        wrong = "spread = 'prior' takes the range of the registry; expected no low and high"
    elif kind == "grid" and row.steps is None:
        wrong = "missing; expected the key 'values' or 'steps' with kind = 'grid'"
    elif kind != "grid" and row.steps is not None:
        wrong = f"steps does not go with kind = '{kind}'; expected with 'grid'"
    if wrong:
        source.problems.add(key, wrong)
    return not wrong


def _values(
    source: ExperimentSource, key: Key, row: FactorRow, registry: Parameter | None, whole: bool
) -> dict[str, Any] | None:
    extra = [name for name in ("low", "high", "steps") if name in row.model_fields_set]
    for name in extra:
        source.problems.add((*key, name), "does not go with the key 'values'; expected one of them")
    values: list[FactorValue] = []
    for i, value in enumerate(row.values or ()):
        place = (*key, "values", i)
        if isinstance(value, str) and registry is None:
            values.append(value)
            continue
        number = check_number(source, place, value, row.parameter, registry, whole)
        if number is None:
            return None
        values.append(int(number) if whole else number)
    if len(set(values)) < len(values):
        source.problems.add((*key, "values"), "a value stands twice; expected once")
        return None
    if len({isinstance(value, str) for value in values}) > 1:
        source.problems.add((*key, "values"), "texts and numbers are mixed; expected one kind")
        return None
    numbers = [value for value in values if not isinstance(value, str)]
    bounds = {"low": min(numbers), "high": max(numbers)} if numbers else {"low": 0.0, "high": 1.0}
    return {"values": tuple(values), **bounds}


def check_number(
    source: ExperimentSource,
    key: Key,
    value: Any,
    parameter: str | None,
    registry: Parameter | None,
    whole: bool,
) -> float | None:
    """Return a number of a factor in its unit, or None where it is wrong."""
    try:
        if parameter is not None or registry is not None:
            return check_value(parameter or registry.name, value)  # type: ignore[union-attr]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{shown(value)} is not valid here; expected a number")
        number = read_quantity(value, "")
        if whole and not number.is_integer():
            raise ValueError(f"{shown(value)} is not valid here; expected whole months")
        return number
    except ValueError as error:
        source.problems.add(key, str(error))
        return None


def unknown_factor(name: Any, factors: list[Factor]) -> str:
    """Return the line for a name that is no factor."""
    return unknown("factor", str(name), [factor.name for factor in factors])


#: The place that stands for all of a dimension: their sum or mean, as the outcome says.
ALL = "all"


def file_keep(source: ExperimentSource, start: str, end: str) -> list[Keep]:
    """Return the columns of a file; errors go to the source's problems.

    ``start`` and ``end`` are the months in force, empty where unknown. A dimension that ``where``
    does not name gives a column for each of its names; where an outcome that adds up has one
    dimension, also one for their sum.
    """
    columns: dict[str, Keep] = {}
    for row in source.keep:
        if row.model is None:
            continue
        key: Key = ("keep", row.index)
        window = _window(source, (*key, "window"), row.model.window, start, end)
        if not _where_fits(source, (*key, "where"), row.model):
            continue
        for keep in _columns(row.model, window):
            if keep.column in columns:
                text = f"the column '{keep.column}' stands twice; expected another key 'name'"
                source.problems.add(key, text)
            columns.setdefault(keep.column, keep)
    return list(columns.values())


def _columns(row: KeepRow, window: tuple[str, str]) -> list[Keep]:
    outcome = load_outcomes()[row.outcome]
    free = [d for d in outcome.dimensions if d not in row.where]
    places = [
        dict(zip(free, names, strict=True)) for names in product(*(DIMENSIONS[d] for d in free))
    ]
    if len(outcome.dimensions) == len(free) == 1 and outcome.places == "sum":
        places.insert(0, {free[0]: ALL})
    columns = []
    for place in places:
        where = {d: {**row.where, **place}[d] for d in outcome.dimensions}
        column = column_name(row.name or row.outcome, place if row.name else where)
        columns.append(Keep(column, row.outcome, where, window))
    return columns


def column_name(name: str, where: Mapping[str, str]) -> str:
    """Return the name of a column, such as ``heroin_seized[section=pianj]``."""
    if not where:
        return name
    return f"{name}[{';'.join(f'{d}={n}' for d, n in where.items())}]"


def _window(
    source: ExperimentSource, key: Key, window: list[str] | None, start: str, end: str
) -> tuple[str, str]:
    if window is None:
        return start, end
    first, last = window
    if first > last:
        source.problems.add(key, f"{first} is after {last}; expected the first month first")
    elif (start and first < start) or (end and last > end):
        within = f"expected within {start or '...'} to {end or '...'}"
        source.problems.add(key, f"{first} to {last} is outside the experiment; {within}")
    return first, last


def _where_fits(source: ExperimentSource, key: Key, row: KeepRow) -> bool:
    outcome = load_outcomes()[row.outcome]
    fits = True
    for dimension, name in row.where.items():
        place, text = (*key, dimension), ""
        if dimension not in outcome.dimensions:
            have = ", ".join(outcome.dimensions) or "none"
            hint = nearest(dimension, outcome.dimensions)
            text = f"unknown dimension '{dimension}'; '{row.outcome}' has: {have}{hint}"
        elif name != ALL and name not in DIMENSIONS[dimension]:
            text = unknown(dimension, name, (*DIMENSIONS[dimension], ALL))
        if text:
            source.problems.add(place, text)
            fits = False
    return fits
