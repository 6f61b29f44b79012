"""The experiment format: tables and keys of a file, and the files that ship."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypeAliasType

from tajsim.errors import UserError
from tajsim.files import Shipped, exists, is_path, read_text
from tajsim.inputs import registry, source
from tajsim.inputs.events import (
    Month,
    OneOf,
    OutcomeName,
    ParameterName,
    Quantity,
    TextOf,
    Window,
)
from tajsim.inputs.scenario_file import scenario_path, shipped_scenarios

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
ROLES = ("uncertainty", "lever")
BASES = ("documented", "derived", "assumption")

DesignKind = TypeAliasType("DesignKind", Annotated[str, OneOf("kind of design", lambda: OPTIONS)])
Spread = TypeAliasType("Spread", Annotated[str, OneOf("spread", lambda: SPREADS)])
Role = TypeAliasType("Role", Annotated[str, OneOf("role", lambda: ROLES)])
BasisKind = TypeAliasType("BasisKind", Annotated[str, OneOf("basis", lambda: BASES)])
Mode = TypeAliasType(
    "Mode", Annotated[str, OneOf("mode of the parameters", lambda: registry.MODES)]
)
FactorName = Annotated[
    str,
    TextOf(
        r"^_*[a-z0-9][a-z0-9_]*$",
        "lower-case letters, digits and underscores such as 'border_pay'",
    ),
]
ColumnName = Annotated[
    str,
    TextOf(
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
    if name in shipped_scenarios() and not exists(Path(name)):
        raise UserError(f"{name}: is a scenario; 'tajsim run' simulates one")
    return EXPERIMENTS.path(name)


def is_experiment(name: str) -> bool:
    """Return whether a name or path given to ``check`` is that of an experiment."""
    if name in shipped_scenarios():
        return False
    if name in experiment_names():
        return True
    try:
        text = read_text(Path(name), name)
    except UserError:
        return False
    try:
        return "design" in tomllib.loads(text)
    except (ValueError, RecursionError):  # whoever reads it in earnest says what is wrong
        return any(line.strip() == "[design]" for line in text.splitlines())


def scenario_of(name: str, experiment: Path) -> Path:
    """Return the path of a scenario that an experiment names: shipped, or from its folder.

    Raises:
        UserError: if there is none.
    """
    if is_path(name):
        return scenario_path(experiment.parent / name)
    return scenario_path(name)


def read_experiment(path: Path) -> source.Source:
    """Return the tables of one file, with what is wrong with them.

    Raises:
        UserError: if the file cannot be read or is not TOML.
    """
    lists = {
        "factors": lambda p, key, raw: p.fit(key, FactorRow, raw),
        "keep": lambda p, key, raw: p.fit(key, KeepRow, raw),
        "points": lambda _, __, raw: raw,
        "events": lambda _, __, raw: raw,
    }
    return source.read_source(path, EXPERIMENTS.shown(path), ExperimentFile, lists)
