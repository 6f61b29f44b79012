"""The experiment format: tables and keys of a file, and the same as the sweep sees them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypeAliasType

from tajsim.errors import UserError
from tajsim.files import Shipped, exists, read_text
from tajsim.inputs import events, registry, scenario_parts, source, toml
from tajsim.inputs.events import (
    Month,
    OutcomeName,
    ParameterName,
    Quantity,
    Window,
    one_of,
    text_of,
)

EXPERIMENTS = Shipped("experiment")
experiment_names = EXPERIMENTS.names

#: Kind of design -> its options, the first of which a file must give.
OPTIONS: dict[str, tuple[str, ...]] = {
    "grid": (),
    "points": (),
    "latin-hypercube": ("points", "blocks"),
    "sobol": ("base", "second_order"),
    "morris": ("trajectories", "levels"),
}
#: Columns that the results of every sweep have.
TAKEN = ("point", "run", "scenario")
SPREADS = ("uniform", "log", "prior")
ROLES = ("uncertainty", "fixed", "lever")
BASES = ("documented", "derived", "assumption")

DesignKind = TypeAliasType("DesignKind", Annotated[str, one_of("kind of design", OPTIONS)])
Spread = TypeAliasType("Spread", Annotated[str, one_of("spread", SPREADS)])
Role = TypeAliasType("Role", Annotated[str, one_of("role", ROLES)])
BasisKind = TypeAliasType("BasisKind", Annotated[str, one_of("basis", BASES)])
Mode = TypeAliasType("Mode", Annotated[str, one_of("mode of the parameters", registry.MODES)])
FactorName = Annotated[
    str,
    text_of(
        r"^_*[a-z0-9][a-z0-9_]*$", "lower-case letters, digits and underscores such as 'border_pay'"
    ),
]
ColumnName = Annotated[
    str,
    text_of(
        r"^_*[A-Za-z0-9][A-Za-z0-9_]*$",
        "letters, digits and underscores such as 'seized_on_pianj'",
        lambda text: text not in TAKEN,
    ),
]


class Design(source.FileTable):
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
    second_order: bool = Field(False, description="sobol: also pairs of factors")
    trajectories: Annotated[int, Field(ge=2, le=10_000)] | None = Field(
        None, description="morris: walks through the factors; more can be added later"
    )
    levels: Annotated[int, Field(ge=4, le=100)] = Field(
        4, description="morris: levels of each factor, an even number"
    )

    @property
    def options(self) -> dict[str, Any]:
        """The options of the kind (see `OPTIONS`) and their values."""
        return {name: getattr(self, name) for name in OPTIONS[self.kind]}


class FactorRow(source.FileTable):
    """A ``[[factors]]`` table: what differs from point to point."""

    name: FactorName | None = Field(None, description="how events, tables and plots call it")
    parameter: ParameterName | None = Field(None, description="the parameter that it sets")
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
    basis: BasisKind | None = Field(None, description="every: only those of this basis")


class KeepRow(source.FileTable):
    """A ``[[keep]]`` table: an outcome of which one number a run is kept, or one for each place."""

    outcome: OutcomeName
    where: dict[str, str] = Field({}, description="dimension = name, or all for the sum over it")
    window: Window | None = Field(None, description="first and last month (all if absent)")
    name: ColumnName | None = Field(None, description="the name of the column")


class ExperimentFile(source.FileTable):
    """An experiment file."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    question: Annotated[str, Field(min_length=1)] = Field(
        description="what the points should answer"
    )
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
    points: list[dict[str, Any]] = Field([], description="kind = 'points': a value for each factor")
    events: list[dict[str, Any]] = Field(
        [], description="as in a scenario; an argument may be { factor = 'name' }"
    )
    keep: Annotated[list[KeepRow], Field(min_length=1)]
    series: list[OutcomeName] = Field([], description="outcomes of which every month is stored")


def experiment_path(name: str | Path) -> Path:
    """Return the path of an experiment given by the name of a shipped one or by its path.

    Raises:
        UserError: if there is none; the line names the nearest shipped experiment.
    """
    if name in scenario_parts.shipped_scenarios() and not exists(Path(name)):
        raise UserError(f"{name}: is a scenario; 'tajsim run' simulates one")
    return EXPERIMENTS.path(name)


def is_experiment(name: str) -> bool:
    """Return whether a name or path given to ``check`` is that of an experiment."""
    if name in scenario_parts.shipped_scenarios():
        return False
    if name in experiment_names():
        return True
    with suppress(UserError, RecursionError):  # whoever reads it in earnest says what is wrong
        return any(
            place.path == ("design",) for place in toml.find_places(read_text(Path(name), name))
        )
    return False


#: Lists of a file, whose rows are read one by one.
LISTS = {"factors": FactorRow, "keep": KeepRow, "points": dict, "events": dict}


FactorValue = float | int | str
#: Arguments that may differ between runs simulated together; all others make a model of its own.
TRAVELLING = (("set", "value"), ("seats", "seats"))
#: Arguments that are whole numbers of months.
WHOLE = ("date", "months")


class FactorReference(source.FileTable):
    """The value of a factor: times * factor + plus; months after 'from' in a date."""

    factor: str
    times: float = Field(1.0, allow_inf_nan=False)
    plus: float = Field(0.0, allow_inf_nan=False)
    begin: Month | None = Field(None, alias="from")


def is_reference(value: Any) -> bool:
    """Return whether an argument stands for a factor: a table with the key ``factor``."""
    return isinstance(value, Mapping) and "factor" in value


@dataclass(frozen=True)
class EventTemplate:
    """A row of ``[[events]]``: ``raw`` is the table of the file, with references in it."""

    raw: Mapping[str, Any]
    where: str = ""

    @property
    def references(self) -> dict[str, Mapping[str, Any]]:
        """Return argument -> reference, for the arguments that stand for a factor."""
        return {key: value for key, value in self.raw.items() if is_reference(value)}

    @property
    def travelling(self) -> str | None:
        """Return the argument whose values differ between runs of one model, if there is one."""
        for kind, argument in TRAVELLING:
            if self.raw.get("kind") == kind and argument in self.references:
                return argument
        return None

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
        return scenario_parts.Event.of(
            events.EVENT_KINDS[filled["kind"]].model_validate(filled), self.where
        )


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
    """A checked experiment. ``runs`` are the replicates of every point; ``rows`` explicit points.

    ``series`` are outcomes of which every month is stored too; ``parameters`` is the mode of the
    uncertain parameters that are no factors.
    """

    name: str
    title: str
    question: str
    scenarios: tuple[scenario_parts.Scenario, ...]
    factors: tuple[Factor, ...]
    design: Design
    events: tuple[EventTemplate, ...]
    keep: tuple[Keep, ...]
    series: tuple[str, ...]
    runs: int
    seed: int
    parameters: str
    start: str
    end: str
    rows: tuple[Mapping[str, FactorValue], ...] = ()
    text: str = ""


def unit_of_uses(uses: Sequence[tuple[EventTemplate, str]]) -> str:
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
    return units.pop() if len(units) == 1 and isclose(parts, 1.0) else ""
