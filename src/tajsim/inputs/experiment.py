"""Experiments, their format and files: factors, design, points, events and what is kept."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypeAliasType

from tajsim.axes import DIMENSIONS
from tajsim.errors import UnknownName, UserError
from tajsim.files import Shipped, exists, is_path, read_text
from tajsim.inputs import events, outcomes, registry, scenario_parts, toml
from tajsim.inputs.events import Month, OutcomeName, Quantity, Window, one_of, text_of
from tajsim.inputs.registry import Parameter
from tajsim.inputs.scenario_parts import Period, Scenario, load_scenario, scenario_path
from tajsim.inputs.toml import FileTable, Source, Wrong

EXPERIMENTS = Shipped("experiment")
experiment_names = EXPERIMENTS.names

#: Kind of design -> its options, the first of which a file must give.
OPTIONS: dict[str, tuple[str, ...]] = {
    "grid": (),
    "latin-hypercube": ("points", "blocks"),
    "sobol": ("base",),
    "morris": ("trajectories",),
}
#: Columns that the results of every sweep have.
TAKEN = ("point", "run", "scenario")
SPREADS = ("uniform", "log", "prior")
ROLES = ("uncertainty", "fixed", "lever")

DesignKind = TypeAliasType("DesignKind", Annotated[str, one_of("kind of design", OPTIONS)])
Spread = TypeAliasType("Spread", Annotated[str, one_of("spread", SPREADS)])
Role = TypeAliasType("Role", Annotated[str, one_of("role", ROLES)])
Mode = TypeAliasType("Mode", Annotated[str, one_of("mode of the parameters", registry.MODES)])
_FACTOR = "lower-case letters, digits and underscores such as 'border_pay'"
FactorName = Annotated[str, text_of(r"^_*[a-z0-9][a-z0-9_]*$", _FACTOR)]
_COLUMN = "letters, digits and underscores such as 'seized_on_pianj'"
_column = text_of(r"^_*[A-Za-z0-9][A-Za-z0-9_]*$", _COLUMN, lambda text: text not in TAKEN)
ColumnName = Annotated[str, _column]


class Design(FileTable):
    """The ``[design]`` table: how points are chosen."""

    kind: DesignKind
    points: Annotated[int, Field(ge=2, le=1_000_000)] | None = Field(
        None, description="latin-hypercube: points in a block"
    )
    blocks: Annotated[int, Field(ge=1, le=1000)] = Field(
        1, description="latin-hypercube: independent blocks; more can be added later"
    )
    base: Annotated[int, Field(ge=2, le=1_048_576)] | None = Field(
        None, description="sobol: base sample, a power of two; can be doubled later"
    )
    trajectories: Annotated[int, Field(ge=2, le=10_000)] | None = Field(
        None, description="morris: walks through the factors; more can be added later"
    )

    @property
    def options(self) -> dict[str, Any]:
        """The options of the kind (see `OPTIONS`) and their values."""
        return {name: getattr(self, name) for name in OPTIONS[self.kind]}


class FactorRow(FileTable):
    """A ``[[factors]]`` table: what differs from point to point."""

    name: FactorName | None = Field(None, description="how events, tables and plots call it")
    parameter: events.ParameterName | None = Field(None, description="the parameter that it sets")
    low: Quantity | None = Field(None, description="lower bound (that of the registry if absent)")
    high: Quantity | None = Field(None, description="upper bound (that of the registry if absent)")
    values: Annotated[list[Quantity], Field(min_length=1)] | None = Field(
        None, description="the values themselves: numbers, or texts such as months"
    )
    steps: Annotated[int, Field(ge=2, le=10_000)] | None = Field(
        None, description="grid: this many values from low to high"
    )
    spread: Spread = "uniform"
    every: Role | None = Field(None, description="a factor for every parameter of this role")


class KeepRow(FileTable):
    """A ``[[keep]]`` table: an outcome of which one number a run is kept, or one for each place."""

    outcome: OutcomeName
    where: dict[str, str] = Field({}, description="dimension = name, or all for the sum over it")
    window: Window | None = Field(None, description="first and last month (all if absent)")
    name: ColumnName | None = Field(None, description="the name of the column")


class ExperimentFile(FileTable):
    """An experiment file."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    question: str = Field(min_length=1, description="what the points should answer")
    scenarios: Annotated[list[str], Field(min_length=1)] = Field(
        description="shipped scenarios, or paths from this file"
    )
    runs: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        description="replicates of every point; the same number means the same draws"
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    parameters: Mode = Field(
        registry.DEFAULT_MODE, description="uncertain parameters that are not factors"
    )
    end: Month | None = Field(None, description="last month (that of the scenarios if absent)")
    mechanisms: scenario_parts.MechanismsTable = Field(
        default_factory=lambda: scenario_parts.MechanismsTable(off=[]),
        description="in every scenario",
    )
    design: Design
    factors: list[FactorRow] = Field([])
    events: list[dict[str, Any]] = Field(
        [], description="as in a scenario; an argument may be { factor = 'name' }"
    )
    keep: Annotated[list[KeepRow], Field(min_length=1)]


def is_experiment(name: str) -> bool:
    """Return whether a name or path given to ``check`` is that of an experiment."""
    if name in experiment_names() or name in scenario_parts.shipped_scenarios():
        return name in experiment_names()
    with suppress(UserError, RecursionError):  # whoever reads it in earnest says what is wrong
        places = toml.find_places(read_text(Path(name), name))
        return any({"design", "factors", "keep"} & {*place.path[:1]} for place in places)
    return False


#: Lists of a file, whose rows are read one by one.
LISTS = {"factors": FactorRow, "keep": KeepRow, "events": dict}


FactorValue = float | int | str
#: Arguments that may differ between runs simulated together; all others make a model of its own.
TRAVELLING = {"set": "value", "seats": "seats"}
#: Arguments that are whole numbers of months.
WHOLE = ("date", "months")


class FactorReference(FileTable):
    """The value of a factor: times * factor + plus; months after 'from' in a date."""

    factor: str
    times: float = Field(1.0, allow_inf_nan=False)
    plus: float = Field(0.0, allow_inf_nan=False)
    begin: Month | None = Field(None, alias="from")


@dataclass(frozen=True)
class EventTemplate:
    """A row of ``[[events]]``: ``raw`` is the table of the file, with references in it."""

    raw: Mapping[str, Any]
    where: str = ""

    @property
    def references(self) -> dict[str, Mapping[str, Any]]:
        """Argument -> reference, for the arguments that stand for a factor: tables."""
        return {key: value for key, value in self.raw.items() if isinstance(value, Mapping)}

    @property
    def travelling(self) -> str | None:
        """The argument whose values differ between runs of one model, if there is one."""
        argument = TRAVELLING.get(str(self.raw.get("kind")), "")
        return argument if argument in self.references else None

    def filled(self, values: Mapping[str, FactorValue]) -> dict[str, Any]:
        """Return the table at one point, every reference replaced."""
        filled = dict(self.raw)
        for key, reference in self.references.items():
            found = values[reference["factor"]]
            if not isinstance(found, str):
                found = reference.get("times", 1) * found + reference.get("plus", 0)
                if "from" in reference:
                    found = toml.month_text(toml.month_number(reference["from"]) + round(found))
                elif key in WHOLE:
                    found = round(found)
            filled[key] = found
        return filled

    def event(self, values: Mapping[str, FactorValue]) -> scenario_parts.Event:
        """Return the event at one point; the template has been checked."""
        filled = self.filled(values)
        row = events.EVENT_KINDS[filled["kind"]].model_validate(filled)
        return scenario_parts.Event.of(row, self.where)


@dataclass(frozen=True)
class Factor:
    """What differs from point to point: a parameter at the start, or a part of events, or both.

    A factor has either ``values`` (numbers, or texts such as months), or bounds ``low`` and
    ``high`` in ``unit``, with ``steps`` of them on a grid. ``spread`` says how a share of the
    way, 0 to 1, becomes a value: ``uniform``, ``log``, or ``prior`` (the quantile of the
    registry's distribution). A ``whole`` factor has whole numbers only. ``basis`` is that of the
    registry for an uncertain parameter, ``decision`` for a lever and for what only events use.
    """

    name: str
    parameter: str | None = None
    values: tuple[FactorValue, ...] = ()
    low: float = 0.0
    high: float = 1.0
    steps: int | None = None
    spread: str = "uniform"
    whole: bool = False
    unit: str = ""
    role: str = "event"
    basis: str = "decision"


@dataclass(frozen=True)
class Keep:
    """One number kept of every run: an outcome at one place, aggregated over a window.

    ``where`` names a coordinate for every dimension of the outcome, or ``all`` for their sum or
    mean, as the outcome says.
    """

    column: str
    outcome: str
    where: Mapping[str, str]
    window: tuple[str, str]


@dataclass(frozen=True)
class Experiment:
    """A checked experiment; ``rows`` are in place of the points of the design.

    ``runs`` are the replicates of every point; ``parameters`` is the mode of the uncertain
    parameters that are no factors.
    """

    name: str
    title: str
    question: str
    scenarios: tuple[Scenario, ...]
    factors: tuple[Factor, ...]
    design: Design
    events: tuple[EventTemplate, ...]
    keep: tuple[Keep, ...]
    runs: int
    seed: int
    parameters: str
    start: str
    end: str
    rows: tuple[Mapping[str, FactorValue], ...] = ()
    text: str = ""


#: So many combinations of extreme values are tried for each event.
_TRIALS = 200
#: Where a factor stands: the event, and the name of its argument.
Use = tuple[EventTemplate, str]


def load_experiment(name_or_path: str | Path) -> Experiment:
    """Return an experiment by the name of a shipped one or by the path of its file.

    A `UserError` has one message for each error in the file and in its scenarios.
    """
    if name_or_path in scenario_parts.shipped_scenarios() and not exists(Path(name_or_path)):
        raise UserError(f"{name_or_path}: is a scenario; 'tajsim run' simulates one")
    path = EXPERIMENTS.path(name_or_path)
    source = toml.read_source(path, EXPERIMENTS.shown(path), ExperimentFile, LISTS)
    top = source.top
    design = Design.model_validate(top["design"]) if "design" in top else None
    scenarios, period, messages = _scenarios(source)
    templates = file_templates(source)
    factors = FactorList(source, list(templates.values()), design.kind if design else "")
    if design:
        check_design(source, design)
        for key, template in templates.items():
            factors.check_event(key, template, period)
    keep = file_keep(source, period)
    for name in factors.found.keys() & keep.keys():
        text = f"'{name}' is a factor and a kept column; expected another name for one of them"
        source.problems.add(("keep",), text)
    messages += source.problems.messages()
    off = top.get("mechanisms", {}).get("off", ())
    if messages or design is None:
        raise UserError(messages)
    return Experiment(
        **{name: top[name] for name in ("title", "question", "runs")},
        name=source.path.stem,
        scenarios=tuple(scenario.holding(off, "") for scenario in scenarios),
        factors=tuple(factors.found.values()),
        design=design,
        events=tuple(templates.values()),
        keep=tuple(keep.values()),
        seed=top.get("seed", 1),
        parameters=top.get("parameters", registry.DEFAULT_MODE),
        start=period[0],
        end=period[1],
        text=source.text,
    )


def _scenarios(source: Source) -> tuple[list[Scenario], Period, list[str]]:
    """Return the scenarios that load, first and last month or "", and messages on the others."""
    found: dict[str, Scenario] = {}
    messages: list[str] = []
    for i, name in enumerate(source.top.get("scenarios", [])):
        with source.problems.told("scenarios", i):
            path = scenario_path(source.path.parent / name if is_path(name) else name)
            if path.stem in found:
                raise ValueError(f"a scenario named '{path.stem}' appears twice; expected once")
            try:
                found[path.stem] = load_scenario(path)
            except UserError as error:
                messages += error.messages
    starts = sorted({scenario.start for scenario in found.values()})
    if len(starts) > 1:
        text = f"they start in different months: {', '.join(starts)}"
        source.problems.add(("scenarios",), text)
    start = next((scenario.start for scenario in found.values()), "")
    latest = min((scenario.end for scenario in found.values()), default="")
    end: str = source.top.get("end", latest)
    if latest and not start <= end <= latest:
        text = f"{end} is outside the scenarios; expected a month from {start} to {latest}"
        source.problems.add(("end",), text)
        end = latest
    return list(found.values()), (start, end), messages


def file_templates(source: Source) -> dict[toml.Key, EventTemplate]:
    """Return the rows of ``[[events]]`` by key whose references to factors are well formed."""
    found = {}
    for key, raw in source.models("events"):
        template, fit = EventTemplate(raw, source.problems.where(key)), True
        for argument, reference in template.references.items():
            place = (*key, argument)
            fit &= source.problems.fit(place, FactorReference, reference) is not None
            if argument != "date" and "from" in reference:
                source.problems.add((*place, "from"), "expected only in a date")
                fit = False
        if fit:
            found[key] = template
    return found


def check_design(source: Source, design: Design) -> None:
    """Check that the options go with the kind, and that there are factors."""
    problems, allowed = source.problems, OPTIONS[design.kind]
    for name in sorted(design.model_fields_set - {"kind", *allowed}):
        owner = next(kind for kind, options in OPTIONS.items() if name in options)
        text = f"does not go with kind = '{design.kind}'; expected with '{owner}'"
        problems.add(("design", name), text)
    if allowed and getattr(design, allowed[0]) is None:
        hint = Design.model_fields[allowed[0]].description
        problems.add(("design",), f"missing; expected the key '{allowed[0]}' ({hint})")
    if design.base is not None and design.base & (design.base - 1):
        text = f"{design.base} is no power of two; expected e.g. {1 << design.base.bit_length()}"
        problems.add(("design", "base"), text)
    if not source.rows["factors"]:
        text = "expected at least one table [[factors]]"
        problems.missing(("factors",), source.tables, toml.keys_of(ExperimentFile), text)


class FactorList:
    """The factors of a file for a kind of design; errors go to the source's problems.

    ``found`` are those that are right, by name. ``declared`` are the names of all: what is wrong
    with one is told at its own table, and not once more where it is used.
    """

    def __init__(self, source: Source, templates: Sequence[EventTemplate], kind: str) -> None:
        self.problems, self.kind = source.problems, kind
        self.found: dict[str, Factor] = {}
        self.declared: dict[str, None] = {}
        self._nameless = False
        self._uses: dict[str, list[Use]] = {}
        for template in templates:
            for argument, reference in template.references.items():
                self._uses.setdefault(reference["factor"], []).append((template, argument))
        rows = source.rows["factors"]
        named = {str(row.raw.get("name", row.raw.get("parameter"))) for row in rows}
        self._misused = len(templates) < len(source.rows["events"]) or not {*self._uses} <= named
        # Rows of their own first: they win over a row that stands for all parameters of a role.
        for row in sorted(rows, key=lambda row: bool(row.model and row.model.every)):
            given = row.raw.get("name") or row.raw.get("parameter") or ""
            name = given if isinstance(given, str) else ""
            if row.model is None:
                self._nameless |= not name
            elif name in self.declared:
                self.problems.add(row.key, f"the factor '{name}' appears twice; expected once")
            else:
                with self.problems.told(*row.key):
                    for factor in self._factors(row.key, row.model, name):
                        self.found.setdefault(factor.name, factor)
            if name:
                self.declared[name] = None

    def _factors(self, key: toml.Key, row: FactorRow, name: str) -> list[Factor]:
        """Return the factors of one row: one, or one for every parameter of a role."""
        if row.every is not None:
            self._refuse(key, row, ("name", "parameter", "low", "high", "values", "steps"), "every")
            return [
                Factor(p.name, p.name, low=p.low, high=p.high, spread=row.spread, **_about(p))
                for p in registry.load_parameters().values()
                if p.role == row.every and p.low < p.high
            ]
        uses = self._uses.get(name, [])
        if not name:
            raise ValueError("missing; expected the key 'parameter', 'name' or 'every'")
        if name in TAKEN:
            raise Wrong(f"'{name}' is a column of every result; expected another name", "name")
        if row.parameter is None and not uses:
            if self._misused:  # told at the event
                return []
            expected = f"the key 'parameter', or {{ factor = '{name}' }} in an event"
            raise ValueError(f"no event uses the factor '{name}'; expected {expected}")
        known = _registry_row(row, uses)
        whole = any(argument in WHOLE for _, argument in uses)
        about = _about(known) if known else {"unit": unit_of_uses(uses)}
        about |= {"steps": row.steps, "spread": row.spread, "whole": whole}
        if row.parameter is None:
            about["role"] = "event"
        return [Factor(name, row.parameter, **self._given(key, row, known, whole), **about)]

    def _refuse(self, key: toml.Key, row: FactorRow, names: Iterable[str], other: str) -> None:
        text = f"does not go with the key '{other}'; expected one of them"
        for name in row.model_fields_set.intersection(names):
            self.problems.add((*key, name), text)

    def _given(
        self, key: toml.Key, row: FactorRow, known: Parameter | None, whole: bool
    ) -> dict[str, Any]:
        """Return the bounds or the values of a factor."""
        if row.values is not None:
            self._refuse(key, row, ("low", "high", "steps"), "values")
            values: list[FactorValue] = list(row.values)
            for i, value in enumerate(row.values):
                if known or not isinstance(value, str):
                    values[i] = _number(value, known, whole, "values", i)
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
            if value is None and known is None:
                raise Wrong(f"missing; expected the key '{name}', or 'values'")
            value = getattr(known, name) if value is None else value
            bounds[name] = float(_number(value, known, whole, name))
        if wrong := _misfit(row, known, self.kind, **bounds):
            raise Wrong(wrong)
        return bounds

    def check_event(self, key: toml.Key, template: EventTemplate, period: Period) -> None:
        """Check an event at the extreme values of its factors, all together."""
        used = {argument: str(r["factor"]) for argument, r in template.references.items()}
        known = {**self.declared, **self.found}
        for argument, name in used.items():
            if name not in known and not self._nameless:
                unknown = UnknownName("factor", name, self.declared or self.found)
                self.problems.add((*key, argument), unknown)
        if not set(used.values()) <= self.found.keys():
            return
        mine = [self.found[name] for name in dict.fromkeys(used.values())]
        ends = product(*(factor.values or (factor.low, factor.high) for factor in mine))
        for extremes in islice(ends, _TRIALS):
            values = dict(zip([factor.name for factor in mine], extremes, strict=True))
            with self.problems.told(*key):
                for argument, name in used.items():
                    text, reference = isinstance(values[name], str), template.references[argument]
                    wrong = "is a text; expected a number to scale" * (text and len(reference) > 1)
                    if not text and argument == "date" and "from" not in reference:
                        wrong = "is a number; expected the key 'from' too"
                    if wrong:
                        raise Wrong(f"the factor '{name}' {wrong}", argument)
                filled = template.filled(values)
                events.read_event(self.problems, key, filled)
                events.check_event(self.problems, key, filled, period, "experiment")


def _registry_row(row: FactorRow, uses: list[Use]) -> Parameter | None:
    """Return the parameter behind a factor: its own, or that which events set to its value."""
    if row.parameter is not None:
        return registry.load_parameters()[row.parameter]
    plain = [t for t, argument in uses if argument == "value" and len(t.references["value"]) == 1]
    names = {str(t.raw.get("parameter")) for t in plain}
    if len(plain) != len(uses) or len(names) != 1:
        return None
    return registry.load_parameters().get(names.pop())


def _about(known: Parameter) -> dict[str, Any]:
    """Return what a factor has of its parameter: unit, role and basis."""
    basis = known.basis.kind if known.role in ("uncertainty", "fixed") else "decision"
    return {"unit": known.unit, "role": known.role, "basis": basis}


def _misfit(row: FactorRow, known: Parameter | None, kind: str, low: float, high: float) -> str:
    """Return what does not go together in a row with bounds; "" if all does."""
    if low >= high:
        return f"low = {low:g} is not below high = {high:g}; expected a range"
    if row.spread == "log" and low <= 0.0:
        return f"low = {low:g} does not go with spread = 'log'; expected a number above 0"
    if row.spread == "prior" and (known is None or {"low", "high"} & row.model_fields_set):
        return "spread = 'prior' takes the range of the registry; expected no low and high"
    if kind == "grid" and row.steps is None:
        return "missing; expected the key 'values' or 'steps' with kind = 'grid'"
    if kind != "grid" and row.steps is not None:
        return f"steps does not go with kind = '{kind}'; expected with 'grid'"
    return ""


def _number(value: Any, known: Parameter | None, whole: bool, *key: str | int) -> float | int:
    """Return a number of a factor in its unit."""
    wrong = f"{registry.shown(value)} is not valid here; expected"
    if known is None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise Wrong(f"{wrong} a number", *key)
    try:
        number = (
            registry.check_value(known.name, value) if known else registry.read_quantity(value, "")
        )
    except ValueError as error:
        raise Wrong(error, *key) from None
    if whole and not number.is_integer():
        raise Wrong(f"{wrong} whole months", *key)
    return int(number) if whole else number


def file_keep(source: Source, period: Period) -> dict[str, Keep]:
    """Return the kept numbers of a file by column; errors go to the source's problems.

    ``period`` are the months in force, empty where unknown. A dimension that ``where`` does not
    name gives a column for each of its names; where an outcome that adds up has one dimension,
    also one for their sum.
    """
    problems = source.problems
    columns: dict[str, Keep] = {}
    for key, row in source.models("keep"):
        if row.window is not None:
            events.check_months(problems, (*key, "window"), row.window, period, "experiment")
        if not events.check_places(problems, (*key, "where"), row.outcome, row.where, sums=True):
            continue
        outcome = outcomes.load_outcomes()[row.outcome]
        free = [d for d in outcome.dimensions if d not in row.where]
        names = product(*(DIMENSIONS[d] for d in free))
        places = [dict(zip(free, chosen, strict=True)) for chosen in names]
        if len(outcome.dimensions) == len(free) == 1 and outcome.places == "sum":
            places.insert(0, {free[0]: events.ALL})
        for place in places:
            where = {d: {**row.where, **place}[d] for d in outcome.dimensions}
            at = ";".join(f"{d}={n}" for d, n in (place if row.name else where).items())
            column = f"{row.name or row.outcome}{f'[{at}]' if at else ''}"
            if column in columns:
                text = f"the column '{column}' appears twice; expected another key 'name'"
                problems.add(key, text)
                break
            columns.setdefault(column, Keep(column, row.outcome, where, row.window or period))
    return columns


def unit_of_uses(uses: Sequence[Use]) -> str:
    """Return the unit of a factor, "" where its uses do not tell it.

    A factor is in months where it counts them, as a length or from a month; and in the unit of the
    parameters that it is divided over, where the parts that ``times`` gives them make up the whole.
    """
    references = [(template, name, template.references[name]) for template, name in uses]
    if references and all(name in WHOLE for _, name, _ in references):
        counts = [name == "months" or "from" in found for _, name, found in references]
        whole = [float(found.get("times", 1.0)) == 1.0 for _, _, found in references]
        return "months" if all(counts) and any(whole) else ""
    parameters = registry.load_parameters()
    named = [str(template.raw.get("parameter")) for template, name, _ in references]
    if any(name != "value" for _, name, _ in references) or not set(named) <= set(parameters):
        return ""
    units = {parameters[name].unit for name in named}
    parts = sum(float(found.get("times", 1.0)) for _, _, found in references)
    return units.pop() if len(units) == 1 and abs(parts - 1.0) < 1e-9 else ""
