"""Checks of an experiment that need more than one key: events, explicit points, the design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tajsim.errors import unknown
from tajsim.inputs.dates import event_month, is_month
from tajsim.inputs.event_kinds import EVENT_KINDS, AnyEvent, EventRow, SetEvent
from tajsim.inputs.experiment_events import REFERENCE_KEYS, EventTemplate, FactorValue, is_reference
from tajsim.inputs.experiment_factors import check_number, unknown_factor
from tajsim.inputs.experiment_format import OPTIONS, DesignTable
from tajsim.inputs.experiment_parts import Factor
from tajsim.inputs.experiment_source import ExperimentSource
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.scenario_settings import check_value
from tajsim.inputs.toml_lines import Key

#: So many combinations of extreme values are tried for each event.
_TRIALS = 200


def check_references(source: ExperimentSource) -> tuple[EventTemplate, ...]:
    """Return the rows of ``[[events]]`` whose references to factors are well formed."""
    templates = []
    for i, raw in enumerate(source.events):
        found = [
            _reference(source, ("events", i, k), k, v) for k, v in raw.items() if is_reference(v)
        ]
        if all(found):
            templates.append(EventTemplate(raw, source.problems.where(("events", i))))
    return tuple(templates)


def _reference(source: ExperimentSource, key: Key, argument: str, raw: Mapping[str, Any]) -> bool:
    wrong: list[tuple[Key, str]] = []
    for name, value in raw.items():
        if name not in REFERENCE_KEYS:
            wrong.append(((*key, name), unknown("key", name, REFERENCE_KEYS)))
        elif name == "factor" and not isinstance(value, str):
            wrong.append(((*key, name), "is not valid here; expected a text in quotes"))
        elif name == "from" and argument != "date":
            wrong.append(((*key, name), "expected only in a date"))
        elif name == "from" and not (isinstance(value, str) and is_month(value)):
            wrong.append(((*key, name), f"'{value}' is not valid; expected a month like '2004-11'"))
        elif name in ("times", "plus") and (
            isinstance(value, bool) or not isinstance(value, int | float)
        ):
            wrong.append(((*key, name), "is not valid here; expected a number"))
    for place, text in wrong:
        source.problems.add(place, text)
    return not wrong


def check_events(
    source: ExperimentSource,
    templates: tuple[EventTemplate, ...],
    factors: list[Factor],
    rows: list[dict[str, FactorValue]],
    start: str,
    end: str,
) -> None:
    """Check every event at the extreme values of its factors, and at the explicit points."""
    known = {factor.name: factor for factor in factors}
    for i, raw in enumerate(source.events):
        template = next((t for t in templates if t.raw is raw), None)
        if template is None:
            continue
        used = {key: str(r["factor"]) for key, r in template.references.items()}
        missing = {key: name for key, name in used.items() if name not in known}
        for key, name in missing.items():
            source.problems.add(("events", i, key), unknown_factor(name, factors))
        if missing:
            continue
        mine = [known[name] for name in dict.fromkeys(used.values())]
        for values in _trials(mine, rows):
            if _numbers_fit(source, ("events", i), template, values):
                _check_event(source, ("events", i), template.filled(values), start, end)


def _trials(
    factors: list[Factor], rows: list[dict[str, FactorValue]]
) -> Iterator[Mapping[str, FactorValue]]:
    """Yield values to try: the explicit points, or the extremes of each factor together."""
    if rows:
        yield from islice(rows, _TRIALS)
        return
    axes = [factor.values or (factor.low, factor.high) for factor in factors]
    for values in islice(product(*axes), _TRIALS):
        yield dict(zip([factor.name for factor in factors], values, strict=True))


def _numbers_fit(
    source: ExperimentSource, key: Key, template: EventTemplate, values: Mapping[str, FactorValue]
) -> bool:
    """Report a text that is to be scaled, and a number that stands where a date is needed."""
    fits = True
    for argument, reference in template.references.items():
        text = isinstance(values[reference["factor"]], str)
        wrong = ""
        if text and len(reference) > 1:
            wrong = f"the factor '{reference['factor']}' is a text; expected a number to scale"
        elif not text and argument == "date" and "from" not in reference:
            wrong = f"the factor '{reference['factor']}' is a number; expected the key 'from' too"
        if wrong:
            source.problems.add((*key, argument), wrong)
            fits = False
    return fits


def _check_event(
    source: ExperimentSource, key: Key, filled: dict[str, Any], start: str, end: str
) -> None:
    """Check one event as a scenario's would be."""
    kind = filled.get("kind")
    kind = kind if isinstance(kind, str) else ""
    try:
        row = TypeAdapter[EventRow](AnyEvent).validate_python(filled)
    except ValidationError as error:
        source.problems.add_invalid(key, error, EVENT_KINDS.get(kind, EventRow), kind)
        return
    month = event_month(row.date) or row.date
    if (start and month < start) or (end and month > end):
        text = f"{month} is outside the experiment; expected {start or '...'} to {end or '...'}"
        source.problems.add((*key, "date"), text)
    if isinstance(row, SetEvent):
        try:
            check_value(row.parameter, row.value)
        except ValueError as error:
            source.problems.add((*key, "value"), str(error))


def check_design(source: ExperimentSource, design: DesignTable, factors: list[Factor]) -> None:
    """Check that the options go with the kind, and the kind with the factors."""
    allowed = OPTIONS[design.kind]
    for name in sorted(design.model_fields_set - {"kind", *allowed}):
        owner = next(kind for kind, options in OPTIONS.items() if name in options)
        text = f"does not go with kind = '{design.kind}'; expected with '{owner}'"
        source.problems.add(("design", name), text)
    if allowed and getattr(design, allowed[0]) is None:
        hint = DesignTable.model_fields[allowed[0]].description
        source.problems.add(("design",), f"missing; expected the key '{allowed[0]}' ({hint})")
    if design.base is not None and design.base & (design.base - 1):
        text = f"{design.base} is no power of two; expected e.g. {1 << design.base.bit_length()}"
        source.problems.add(("design", "base"), text)
    if design.levels is not None and design.levels % 2:
        source.problems.add(
            ("design", "levels"), f"{design.levels} is odd; expected an even number"
        )
    if not factors and not source.factors:
        source.problems.add(("factors",), "missing; expected at least one table [[factors]]")


def file_points(
    source: ExperimentSource, kind: str, factors: list[Factor]
) -> list[dict[str, FactorValue]]:
    """Return the explicit points of a file; errors go to the source's problems."""
    if kind != "points":
        if source.points:
            text = f"does not go with kind = '{kind}'; expected with kind = 'points'"
            source.problems.add(("points",), text)
        return []
    if not source.points:
        source.problems.add(("points",), "missing; expected at least one table [[points]]")
    known = {factor.name: factor for factor in factors}
    return [_point(source, ("points", i), raw, known) for i, raw in enumerate(source.points)]


def _point(
    source: ExperimentSource, key: Key, raw: Mapping[str, Any], known: Mapping[str, Factor]
) -> dict[str, FactorValue]:
    point: dict[str, FactorValue] = {}
    for name in [name for name in raw if name not in known]:
        source.problems.add((*key, name), unknown_factor(name, list(known.values())))
    for name, factor in known.items():
        value = raw.get(name)
        if value is None:
            source.problems.add(key, f"missing; expected a value of the factor '{name}'")
        elif isinstance(value, str) and factor.parameter is None:
            point[name] = value
        else:
            registry = load_parameters().get(factor.parameter or "")
            number = check_number(
                source, (*key, name), value, factor.parameter, registry, factor.whole
            )
            if number is not None:
                point[name] = int(number) if factor.whole else number
    return point
