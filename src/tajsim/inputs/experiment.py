"""Experiments for the rest of the program: load, check and list them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tajsim.errors import UserError, unknown
from tajsim.inputs.events import EVENT_KINDS, AnyEvent, EventRow, SetEvent
from tajsim.inputs.experiment_file import (
    OPTIONS,
    DesignTable,
    ExperimentSource,
    experiment_names,
    experiment_path,
    is_experiment,
    read_experiment,
    scenario_of,
)
from tajsim.inputs.experiment_parts import (
    REFERENCE_KEYS,
    DesignChoice,
    EventTemplate,
    Experiment,
    Factor,
    FactorValue,
    Keep,
    is_reference,
)
from tajsim.inputs.factors import check_number, file_factors, file_keep, unknown_factor
from tajsim.inputs.registry import DEFAULT_MODE, load_parameters
from tajsim.inputs.scenario_parts import Scenario, check_value, load_scenario
from tajsim.inputs.toml import Key, event_month, is_month

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


#: Options that a file need not give.
_DEFAULTS = {"blocks": 1, "second_order": False, "levels": 4}


def load_experiment(name_or_path: str | Path) -> Experiment:
    """Return an experiment by the name of a shipped one or by the path of its file.

    Raises:
        UserError: with one message for each error in the file and in its scenarios.
    """
    source = read_experiment(experiment_path(name_or_path))
    scenarios, messages = _scenarios(source)
    start, end = _period(source, scenarios)
    events = check_references(source)
    kind = source.design.kind if source.design else ""
    factors = file_factors(source, events, kind)
    rows = file_points(source, kind, factors) if source.design else []
    whole = len(factors) > 0 and all(len(row) == len(factors) for row in rows)
    if source.design:
        check_design(source, source.design, factors)
        check_events(source, events, factors, rows if whole else [], start, end)
    keep = file_keep(source, start, end)
    for name in {factor.name for factor in factors} & {one.column for one in keep}:
        text = f"'{name}' is a factor and a kept column; expected another name for one of them"
        source.problems.add(("keep",), text)
    messages += source.problems.messages()
    if messages or source.design is None:
        raise UserError(messages)
    top = source.top
    return Experiment(
        name=source.path.stem,
        title=top["title"],
        question=top["question"],
        scenarios=tuple(scenarios),
        factors=tuple(factors),
        design=_design(source.design),
        events=events,
        keep=tuple(keep),
        series=tuple(dict.fromkeys(top.get("series", ()))),
        runs=top["runs"],
        seed=top.get("seed", 1),
        parameters=top.get("parameters", DEFAULT_MODE),
        start=start,
        end=end,
        rows=tuple(rows),
        text=source.text,
    )


def check_experiment(name_or_path: str | Path) -> list[str]:
    """Return every message about a file and its scenarios, one line each; none if all is well."""
    try:
        load_experiment(name_or_path)
    except UserError as error:
        return error.messages
    return []


def _design(table: DesignTable) -> DesignChoice:
    options: dict[str, Any] = {}
    for name in OPTIONS[table.kind]:
        given = getattr(table, name)
        options[name] = _DEFAULTS.get(name) if given is None else given
    return DesignChoice(table.kind, options)


def _scenarios(source: ExperimentSource) -> tuple[list[Scenario], list[str]]:
    """Return the scenarios that could be loaded, and the messages about files of the others."""
    found: list[Scenario] = []
    messages: list[str] = []
    names = source.top.get("scenarios", [])
    for i, name in enumerate(names):
        key = ("scenarios", i)
        try:
            path = scenario_of(name, source.path)
        except UserError as error:
            source.problems.add(key, str(error))
            continue
        try:
            scenario = load_scenario(path)
        except UserError as error:
            messages += error.messages
            continue
        if scenario.name in [other.name for other in found]:
            text = f"a scenario named '{scenario.name}' stands twice; expected once"
            source.problems.add(key, text)
        found.append(scenario)
    if len({scenario.start for scenario in found}) > 1:
        starts = ", ".join(sorted({scenario.start for scenario in found}))
        source.problems.add(("scenarios",), f"they start in different months: {starts}")
    return found, messages


def _period(source: ExperimentSource, scenarios: list[Scenario]) -> tuple[str, str]:
    """Return the first and the last month, empty where unknown."""
    start = scenarios[0].start if scenarios else ""
    latest = min((scenario.end for scenario in scenarios), default="")
    end: str = source.top.get("end", latest)
    if latest and not start <= end <= latest:
        text = f"{end} is outside the scenarios; expected a month from {start} to {latest}"
        source.problems.add(("end",), text)
        return start, latest
    return start, end


__all__ = [
    "DesignChoice",
    "Experiment",
    "Factor",
    "Keep",
    "check_experiment",
    "experiment_names",
    "experiment_path",
    "is_experiment",
    "load_experiment",
]
