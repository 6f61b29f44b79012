"""Load and check experiments: factors, design, points, events and what is kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import Any

from tajsim.axes import DIMENSIONS
from tajsim.errors import UnknownName, UserError, messages_of
from tajsim.files import is_path
from tajsim.inputs import events, experiment_file, outcomes, toml
from tajsim.inputs.experiment_file import Experiment, Factor, FactorRow, FactorValue, KeepRow
from tajsim.inputs.registry import (
    DEFAULT_MODE,
    Parameter,
    check_value,
    load_parameters,
    read_quantity,
    shown,
)
from tajsim.inputs.scenario_parts import Period, Scenario, load_scenario, scenario_path
from tajsim.inputs.source import Source, Wrong, read_source

Template = experiment_file.EventTemplate
#: So many combinations of extreme values are tried for each event.
_TRIALS = 200
#: Where a factor stands: the event, and the name of its argument.
Use = tuple[Template, str]


def load_experiment(name_or_path: str | Path) -> Experiment:
    """Return an experiment by the name of a shipped one or by the path of its file.

    Raises:
        UserError: with one message for each error in the file and in its scenarios.
    """
    path = experiment_file.experiment_path(name_or_path)
    shown_path = experiment_file.EXPERIMENTS.shown(path)
    source = read_source(path, shown_path, experiment_file.ExperimentFile, experiment_file.LISTS)
    top = source.top
    design = experiment_file.Design.model_validate(top["design"]) if "design" in top else None
    scenarios, messages = _scenarios(source)
    period = _period(source, scenarios)
    templates = file_templates(source)
    factors = FactorList(source, list(templates.values()), design.kind if design else "")
    rows = factors.points() if design else []
    if design:
        check_design(source, design)
        whole = bool(factors.found) and all(len(row) == len(factors.found) for row in rows)
        for key, template in templates.items():
            factors.check_event(key, template, rows if whole else [], period)
    keep = file_keep(source, period)
    for name in factors.found.keys() & keep.keys():
        text = f"'{name}' is a factor and a kept column; expected another name for one of them"
        source.problems.add(("keep",), text)
    messages += source.problems.messages()
    off = top.get("mechanisms", {}).get("off", ())
    if messages or design is None:
        raise UserError(messages)
    return Experiment(
        name=source.path.stem,
        title=top["title"],
        question=top["question"],
        scenarios=tuple(scenario.holding(off, renamed=False) for scenario in scenarios),
        factors=tuple(factors.found.values()),
        design=design,
        events=tuple(templates.values()),
        keep=tuple(keep.values()),
        series=tuple(dict.fromkeys(top.get("series", ()))),
        runs=top["runs"],
        seed=top.get("seed", 1),
        parameters=top.get("parameters", DEFAULT_MODE),
        start=period[0],
        end=period[1],
        rows=tuple(rows),
        text=source.text,
    )


def check_experiment(name_or_path: str | Path) -> list[str]:
    """Return every message about a file and its scenarios, one line each; none if all is well."""
    return messages_of(load_experiment, name_or_path)


def _scenarios(source: Source) -> tuple[list[Scenario], list[str]]:
    """Return the scenarios that could be loaded, and the messages about files of the others."""
    found: dict[str, Scenario] = {}
    messages: list[str] = []
    for i, name in enumerate(source.top.get("scenarios", [])):
        with source.problems.told("scenarios", i):
            path = scenario_path(source.path.parent / name if is_path(name) else name)
            if path.stem in found:
                text = f"a scenario named '{path.stem}' appears twice; expected once"
                raise ValueError(text)
            try:
                found[path.stem] = load_scenario(path)
            except UserError as error:
                messages += error.messages
    starts = sorted({scenario.start for scenario in found.values()})
    if len(starts) > 1:
        text = f"they start in different months: {', '.join(starts)}"
        source.problems.add(("scenarios",), text)
    return list(found.values()), messages


def _period(source: Source, scenarios: list[Scenario]) -> Period:
    """Return the first and the last month, empty where unknown."""
    start = scenarios[0].start if scenarios else ""
    latest = min((scenario.end for scenario in scenarios), default="")
    end: str = source.top.get("end", latest)
    if latest and not start <= end <= latest:
        text = f"{end} is outside the scenarios; expected a month from {start} to {latest}"
        source.problems.add(("end",), text)
        return start, latest
    return start, end


def file_templates(source: Source) -> dict[toml.Key, Template]:
    """Return the rows of ``[[events]]`` by key whose references to factors are well formed."""
    found = {}
    for key, raw in source.models("events"):
        fit = True
        for argument, reference in raw.items():
            if not experiment_file.is_reference(reference):
                continue
            place = (*key, argument)
            fit &= (
                source.problems.fit(place, experiment_file.FactorReference, reference) is not None
            )
            if argument != "date" and "from" in reference:
                source.problems.add((*place, "from"), "expected only in a date")
                fit = False
        if fit:
            found[key] = Template(raw, source.problems.where(key))
    return found


def check_design(source: Source, design: experiment_file.Design) -> None:
    """Check that the options go with the kind, and that there are factors."""
    problems, allowed = source.problems, experiment_file.OPTIONS[design.kind]
    for name in sorted(design.model_fields_set - {"kind", *allowed}):
        owner = next(kind for kind, options in experiment_file.OPTIONS.items() if name in options)
        text = f"does not go with kind = '{design.kind}'; expected with '{owner}'"
        problems.add(("design", name), text)
    if allowed and getattr(design, allowed[0]) is None:
        hint = experiment_file.Design.model_fields[allowed[0]].description
        problems.add(("design",), f"missing; expected the key '{allowed[0]}' ({hint})")
    if design.base is not None and design.base & (design.base - 1):
        text = f"{design.base} is no power of two; expected e.g. {1 << design.base.bit_length()}"
        problems.add(("design", "base"), text)
    if design.levels % 2:
        problems.add(("design", "levels"), f"{design.levels} is odd; expected an even number")
    if not source.rows["factors"]:
        problems.add(("factors",), "missing; expected at least one table [[factors]]")


class FactorList:
    """The factors of a file for a kind of design; errors go to the source's problems.

    ``found`` are those that are right, by name. ``declared`` are the names of all: what is wrong
    with one is told at its own table, and not once more where it is used.
    """

    def __init__(self, source: Source, templates: Iterable[Template], kind: str) -> None:
        self.source, self.problems, self.kind = source, source.problems, kind
        self.found: dict[str, Factor] = {}
        self.declared: dict[str, None] = {}
        self._nameless = False
        self._uses: dict[str, list[Use]] = {}
        for template in templates:
            for argument, reference in template.references.items():
                self._uses.setdefault(reference["factor"], []).append((template, argument))
        rows = source.rows["factors"]
        # Rows of their own first: they win over a row that stands for all parameters of a role.
        for row in sorted(rows, key=lambda row: bool(row.model and row.model.every)):
            given = row.raw.get("name") or row.raw.get("parameter") or ""
            name = given if isinstance(given, str) else ""
            if row.model is None:
                self._nameless |= not name
            elif name in self.declared:
                self.problems.add(row.key, f"the factor '{name}' appears twice; expected once")
            else:
                for factor in self._factors(row.key, row.model, name):
                    self.found.setdefault(factor.name, factor)
            if name:
                self.declared[name] = None

    def _unknown(self, key: toml.Key, name: str) -> None:
        if not (name in self.declared or name in self.found or self._nameless):
            self.problems.add(key, UnknownName("factor", name, self.declared or self.found))

    def _factors(self, key: toml.Key, row: FactorRow, name: str) -> list[Factor]:
        """Return the factors of one row: one, or one for every parameter of a role."""
        if row.every is not None:
            self._refuse(key, row, ("name", "parameter", "low", "high", "values", "steps"), "every")
            chosen = [
                p
                for p in load_parameters().values()
                if p.role == row.every and p.low < p.high and row.basis in (None, p.basis.kind)
            ]
            if not chosen:
                self.problems.add(key, f"no parameter is of role '{row.every}' and this basis")
            return [
                Factor(
                    **{name: getattr(p, name) for name in ("name", "low", "high", "unit", "role")},
                    parameter=p.name,
                    spread=row.spread,
                    basis=_basis(p),
                )
                for p in chosen
            ]
        if row.basis is not None:
            self.problems.add((*key, "basis"), "expected only with 'every'")
        uses = self._uses.get(name, [])
        with self.problems.told(*key):
            if not name:
                raise ValueError("missing; expected the key 'parameter', 'name' or 'every'")
            if name in experiment_file.TAKEN:
                taken = f"'{name}' is a column of every result; expected another name"
                raise Wrong(taken, "name")
            if row.parameter is None and not uses:
                use = f"{{ factor = '{name}' }} in an event"
                unused = (
                    f"no event uses the factor '{name}'; expected the key 'parameter', or {use}"
                )
                raise ValueError(unused)
            registry = _registry_row(row, uses)
            whole = any(argument in experiment_file.WHOLE for _, argument in uses)
            factor = Factor(
                name=name,
                parameter=row.parameter,
                spread=row.spread,
                steps=row.steps,
                whole=whole,
                unit=registry.unit if registry else experiment_file.unit_of_uses(uses),
                role=registry.role if registry and row.parameter else "event",
                basis=_basis(registry),
            )
            return [replace(factor, **self._given(key, row, registry, whole))]
        return []

    def _refuse(self, key: toml.Key, row: FactorRow, names: Iterable[str], other: str) -> None:
        text = f"does not go with the key '{other}'; expected one of them"
        for name in row.model_fields_set.intersection(names):
            self.problems.add((*key, name), text)

    def _given(
        self, key: toml.Key, row: FactorRow, registry: Parameter | None, whole: bool
    ) -> dict[str, Any]:
        """Return the bounds or the values of a factor.

        Raises:
            Wrong: if there is something wrong with them.
        """
        if self.kind == "points":
            if row.values is not None:
                raise Wrong("does not go with kind = 'points'; see [[points]]", "values")
            return {}
        if row.values is not None:
            self._refuse(key, row, ("low", "high", "steps"), "values")
            values = [
                value
                if isinstance(value, str) and registry is None
                else _number(value, registry, whole, "values", i)
                for i, value in enumerate(row.values)
            ]
            numbers = [value for value in values if not isinstance(value, str)]
            if len(set(values)) < len(values):
                raise Wrong("a value appears twice; expected once", "values")
            if numbers and len(numbers) < len(values):
                raise Wrong("texts and numbers are mixed; expected one kind", "values")
            low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
            return {"values": tuple(values), "low": low, "high": high}
        bounds: dict[str, float] = {}
        for name in ("low", "high"):
            value = getattr(row, name)
            if value is None and registry is None:
                raise Wrong(f"missing; expected the key '{name}', or 'values'")
            value = getattr(registry, name) if value is None else value
            bounds[name] = float(_number(value, registry, whole, name))
        if wrong := _misfit(row, registry, self.kind, **bounds):
            raise Wrong(wrong)
        return bounds

    def points(self) -> list[dict[str, FactorValue]]:
        """Return the explicit points of the file, each with its values that are right."""
        rows = list(self.source.models("points"))
        if self.kind != "points":
            if rows:
                text = f"does not go with kind = '{self.kind}'; expected with kind = 'points'"
                self.problems.add(("points",), text)
            return []
        if not rows:
            self.problems.add(("points",), "missing; expected at least one table [[points]]")
        return [self._point(key, raw) for key, raw in rows]

    def _point(self, key: toml.Key, raw: Mapping[str, Any]) -> dict[str, FactorValue]:
        point: dict[str, FactorValue] = {}
        for name in raw:
            self._unknown((*key, name), name)
        for name, factor in self.found.items():
            value = raw.get(name)
            with self.problems.told(*key):
                if value is None:
                    raise ValueError(f"missing; expected a value of the factor '{name}'")
                if not isinstance(value, str) or factor.parameter is not None:
                    registry = load_parameters().get(factor.parameter or "")
                    value = _number(value, registry, factor.whole, name)
                point[name] = value
        return point

    def check_event(
        self, key: toml.Key, template: Template, rows: list[dict[str, FactorValue]], period: Period
    ) -> None:
        """Check an event at the extreme values of its factors, or at the explicit points."""
        used = {argument: str(r["factor"]) for argument, r in template.references.items()}
        for argument, name in used.items():
            self._unknown((*key, argument), name)
        if not set(used.values()) <= self.found.keys():  # tell what else is wrong with it
            rest = {name: value for name, value in template.raw.items() if name not in used}
            events.read_event(self.problems, key, dict(template.raw), used)
            events.check_event(self.problems, key, rest, period, "experiment")
            return
        for values in self._trials(used.values(), rows):
            with self.problems.told(*key):
                _check_values(template, values)
                filled = template.filled(values)
                events.read_event(self.problems, key, filled)
                events.check_event(self.problems, key, filled, period, "experiment")

    def _trials(
        self, names: Iterable[str], rows: list[dict[str, FactorValue]]
    ) -> Iterator[Mapping[str, FactorValue]]:
        """Yield values to try: the explicit points, or the extremes of each factor together."""
        if rows:
            yield from islice(rows, _TRIALS)
            return
        mine = [self.found[name] for name in dict.fromkeys(names)]
        axes = [factor.values or (factor.low, factor.high) for factor in mine]
        for values in islice(product(*axes), _TRIALS):
            yield dict(zip([factor.name for factor in mine], values, strict=True))


def _check_values(template: Template, values: Mapping[str, FactorValue]) -> None:
    """Refuse a text that is to be scaled, and a number that stands where a date is needed.

    Raises:
        Wrong: below the argument.
    """
    for argument, reference in template.references.items():
        about = f"the factor '{reference['factor']}'"
        text = isinstance(values[reference["factor"]], str)
        if text and len(reference) > 1:
            raise Wrong(f"{about} is a text; expected a number to scale", argument)
        if not text and argument == "date" and "from" not in reference:
            raise Wrong(f"{about} is a number; expected the key 'from' too", argument)


def _registry_row(row: FactorRow, uses: list[Use]) -> Parameter | None:
    """Return the parameter behind a factor: its own, or that which events set to its value."""
    if row.parameter is not None:
        return load_parameters()[row.parameter]
    plain = [t for t, argument in uses if argument == "value" and len(t.references["value"]) == 1]
    names = {str(t.raw.get("parameter")) for t in plain}
    if len(plain) != len(uses) or len(names) != 1:
        return None
    return load_parameters().get(names.pop())


def _basis(registry: Parameter | None) -> str:
    ours = registry is not None and registry.role in ("uncertainty", "fixed")
    return registry.basis.kind if registry and ours else "decision"


def _misfit(row: FactorRow, registry: Parameter | None, kind: str, low: float, high: float) -> str:
    """Return what does not go together in a row with bounds; "" if all does."""
    if low >= high:
        return f"low = {low:g} is not below high = {high:g}; expected a range"
    if row.spread == "log" and low <= 0.0:
        return f"low = {low:g} does not go with spread = 'log'; expected a number above 0"
    if row.spread == "prior" and (registry is None or {"low", "high"} & row.model_fields_set):
        return "spread = 'prior' takes the range of the registry; expected no low and high"
    if kind == "grid" and row.steps is None:
        return "missing; expected the key 'values' or 'steps' with kind = 'grid'"
    if kind != "grid" and row.steps is not None:
        return f"steps does not go with kind = '{kind}'; expected with 'grid'"
    return ""


def _number(value: Any, registry: Parameter | None, whole: bool, *key: str | int) -> float | int:
    """Return a number of a factor in its unit.

    Raises:
        Wrong: if it is none, below the key.
    """
    try:
        if registry is None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ValueError(f"{shown(value)} is not valid here; expected a number")
        number = check_value(registry.name, value) if registry else read_quantity(value, "")
        if whole and not number.is_integer():
            raise ValueError(f"{shown(value)} is not valid here; expected whole months")
    except ValueError as error:
        raise Wrong(error, *key) from None
    return int(number) if whole else number


def file_keep(source: Source, period: Period) -> dict[str, experiment_file.Keep]:
    """Return the kept numbers of a file by column; errors go to the source's problems.

    ``period`` are the months in force, empty where unknown. A dimension that ``where`` does not
    name gives a column for each of its names; where an outcome that adds up has one dimension,
    also one for their sum.
    """
    problems = source.problems
    columns: dict[str, experiment_file.Keep] = {}
    for key, row in source.models("keep"):
        if row.window is not None:
            events.check_months(problems, (*key, "window"), row.window, period, "experiment")
        if not events.check_places(problems, (*key, "where"), row.outcome, row.where, sums=True):
            continue
        for keep in _columns(row, row.window or period):
            if keep.column in columns:
                text = f"the column '{keep.column}' appears twice; expected another key 'name'"
                problems.add(key, text)
            columns.setdefault(keep.column, keep)
    return columns


def _columns(row: KeepRow, window: Period) -> Iterator[experiment_file.Keep]:
    outcome = outcomes.load_outcomes()[row.outcome]
    free = [d for d in outcome.dimensions if d not in row.where]
    places = [
        dict(zip(free, names, strict=True)) for names in product(*(DIMENSIONS[d] for d in free))
    ]
    if len(outcome.dimensions) == len(free) == 1 and outcome.places == "sum":
        places.insert(0, {free[0]: events.ALL})
    for place in places:
        where = {d: {**row.where, **place}[d] for d in outcome.dimensions}
        shown_where = place if row.name else where
        at = f"[{';'.join(f'{d}={n}' for d, n in shown_where.items())}]" if shown_where else ""
        yield experiment_file.Keep(f"{row.name or row.outcome}{at}", row.outcome, where, window)
