"""The experiment format as pydantic models: the tables and keys of a file, and their types."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from typing_extensions import TypeAliasType

from tajsim.errors import UserError, nearest
from tajsim.files import exists, read_text
from tajsim.inputs.events import (
    Month,
    OneOf,
    OutcomeName,
    ParameterName,
    Problems,
    Quantity,
    TextOf,
)
from tajsim.inputs.registry import DEFAULT_MODE, MODES
from tajsim.inputs.scenario_file import (
    FileRow,
    Window,
    is_path,
    read_toml,
    scenario_path,
    shipped_scenarios,
)

#: Kind of design -> its options, those it must have first; the number says how many must stand.
OPTIONS: dict[str, tuple[str, ...]] = {
    "grid": (),
    "points": (),
    "latin-hypercube": ("points", "blocks"),
    "sobol": ("base", "second_order"),
    "morris": ("trajectories", "levels"),
}
SPREADS = ("uniform", "log", "prior")
ROLES = ("uncertainty", "lever")
BASES = ("documented", "derived", "assumption")

DesignKind = TypeAliasType(
    "DesignKind", Annotated[str, OneOf("kind of design", lambda: tuple(OPTIONS))]
)
Spread = TypeAliasType("Spread", Annotated[str, OneOf("spread", lambda: SPREADS)])
Role = TypeAliasType("Role", Annotated[str, OneOf("role", lambda: ROLES)])
BasisKind = TypeAliasType("BasisKind", Annotated[str, OneOf("basis", lambda: BASES)])
Mode = TypeAliasType("Mode", Annotated[str, OneOf("mode of the parameters", lambda: MODES)])
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
        lambda text: text not in ("point", "run", "scenario"),
    ),
]
_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class DesignTable(BaseModel):
    """The ``[design]`` table: how points are chosen."""

    model_config = _STRICT

    kind: DesignKind
    points: Annotated[int, Field(ge=2, le=1_000_000)] | None = Field(
        None, description="latin-hypercube: points in a block"
    )
    blocks: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="latin-hypercube: independent blocks; more can be added later"
    )
    base: Annotated[int, Field(ge=2, le=1_048_576)] | None = Field(
        None, description="sobol: base sample, a power of two; can be doubled later"
    )
    second_order: bool | None = Field(None, description="sobol: also pairs of factors")
    trajectories: Annotated[int, Field(ge=2, le=10_000)] | None = Field(
        None, description="morris: walks through the factors; more can be added later"
    )
    levels: Annotated[int, Field(ge=4, le=100)] | None = Field(
        None, description="morris: levels of each factor, an even number (4 if absent)"
    )


class FactorRow(BaseModel):
    """A ``[[factors]]`` table: what differs from point to point."""

    model_config = _STRICT

    name: FactorName | None = Field(None, description="how events, tables and plots call it")
    parameter: ParameterName | None = Field(None, description="the parameter that it sets")
    low: Quantity | None = Field(None, description="lower bound (that of the registry if absent)")
    high: Quantity | None = Field(None, description="upper bound (that of the registry if absent)")
    values: Annotated[list[Quantity], Field(min_length=1)] | None = Field(
        None, description="the values themselves: numbers, or texts such as months"
    )
    steps: Annotated[int, Field(ge=2, le=10_000)] | None = Field(
        None, description="grid: so many values from low to high"
    )
    spread: Spread = "uniform"
    every: Role | None = Field(None, description="a factor for every parameter of this role")
    basis: BasisKind | None = Field(None, description="every: only those of this basis")


class KeepRow(BaseModel):
    """A ``[[keep]]`` table: an outcome of which one number a run is kept, or one for each place."""

    model_config = _STRICT

    outcome: OutcomeName
    where: dict[str, str] = Field({}, description="dimension = name, or all for the sum over it")
    window: Window | None = Field(None, description="first and last month (all if absent)")
    name: ColumnName | None = Field(None, description="the name of the column")


class ExperimentFile(BaseModel):
    """An experiment file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Annotated[str, Field(min_length=1, max_length=120)]
    question: Annotated[str, Field(min_length=1)] = Field(
        description="what the points shall answer"
    )
    scenarios: Annotated[list[str], Field(min_length=1)] = Field(
        description="shipped scenarios, or paths from this file"
    )
    runs: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        description="replicates of every point; the same number means the same draws"
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    parameters: Mode = Field(DEFAULT_MODE, description="uncertain parameters that are no factors")
    end: Month | None = Field(None, description="last month (that of the scenarios if absent)")
    design: DesignTable
    factors: list[FactorRow] = []
    points: list[dict[str, Any]] = Field([], description="kind = 'points': a value for each factor")
    events: list[dict[str, Any]] = Field(
        [], description="as in a scenario; an argument may be { factor = 'name' }"
    )
    keep: Annotated[list[KeepRow], Field(min_length=1)]
    series: list[OutcomeName] = Field([], description="outcomes of which every month is stored")


def experiment_folder() -> Path:
    """Return the folder of the shipped experiments: in the package, or in the repository."""
    installed = Path(str(files("tajsim"))) / "experiments_files"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "experiments"


def experiment_names() -> list[str]:
    """Return the names of the shipped experiments."""
    return sorted(path.stem for path in experiment_folder().glob("*.toml"))


def shown_experiment(path: Path) -> str:
    """Return a path as messages show it: shipped files from their folder, others as given."""
    shipped = path.resolve().parent == experiment_folder().resolve()
    return f"experiments/{path.name}" if shipped else str(path)


def experiment_path(name: str | Path) -> Path:
    """Return the path of an experiment given by the name of a shipped one or by its path.

    Raises:
        UserError: if there is none; the line names the nearest shipped experiment.
    """
    if isinstance(name, str) and name in experiment_names():
        return experiment_folder() / f"{name}.toml"
    path = Path(name)
    if str(name) and exists(path):
        return path
    if name in shipped_scenarios():
        raise UserError(f"{name}: is a scenario; 'tajsim run' simulates one")
    what = "no such file" if is_path(str(name)) else "no such experiment"
    hint = nearest(path.stem, experiment_names())
    shown = str(name) or "''"
    raise UserError(f"{shown}: {what}; expected a .toml file or a shipped experiment{hint}")


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


_Table = TypeVar("_Table", bound=BaseModel)
#: Lists of tables that are checked row by row, so that one wrong row hides no other.
_ROWS = ("factors", "points", "events", "keep")


@dataclass
class ExperimentSource:
    """One file: its keys that fit the format (``top``), its rows, its ``problems``."""

    path: Path
    text: str
    problems: Problems
    top: dict[str, Any] = field(default_factory=dict)
    design: DesignTable | None = None
    factors: list[FileRow[FactorRow]] = field(default_factory=list)
    keep: list[FileRow[KeepRow]] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)


def read_experiment(path: Path) -> ExperimentSource:
    """Return the tables of one file, with what is wrong with them.

    Raises:
        UserError: if the file cannot be read or is not TOML.
    """
    text, tables, problems = read_toml(path, shown_experiment(path))
    source = ExperimentSource(path, text, problems)
    _check_tables(tables, source)
    return source


def _check_tables(tables: dict[str, Any], source: ExperimentSource) -> None:
    """Check the file against the format, each row by itself so that all errors are found."""
    rows = {key: tables[key] for key in _ROWS if isinstance(tables.get(key), list)}
    stand_in: dict[str, list[dict[str, Any]]] = {key: [] for key in rows}
    if rows.get("keep"):
        stand_in["keep"] = [{"outcome": "polity"}]
    without = {**tables, **stand_in}
    if isinstance(tables.get("design"), dict):
        source.design = _table(source, ("design",), tables["design"], DesignTable)
        without["design"] = {"kind": "grid"}
    wrong: set[str] = set()
    try:
        ExperimentFile.model_validate(without)
    except ValidationError as error:
        source.problems.add_invalid((), error, ExperimentFile)
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
    source.top = {key: value for key, value in tables.items() if key not in wrong}
    for key in ("points", "events"):
        setattr(source, key, _plain_tables(source, key, rows.get(key, [])))
    for i, raw in enumerate(rows.get("factors", [])):
        source.factors.append(_row(source, "factors", i, raw, FactorRow))
    for i, raw in enumerate(rows.get("keep", [])):
        source.keep.append(_row(source, "keep", i, raw, KeepRow))


def _plain_tables(source: ExperimentSource, key: str, rows: list[Any]) -> list[dict[str, Any]]:
    for i, raw in enumerate(rows):
        if not isinstance(raw, dict):
            source.problems.add((key, i), "is not valid here; expected a table")
    return [raw if isinstance(raw, dict) else {} for raw in rows]


def _row(
    source: ExperimentSource, key: str, i: int, raw: Any, model: type[_Table]
) -> FileRow[_Table]:
    table = _table(source, (key, i), raw, model)
    return FileRow(i, raw if isinstance(raw, dict) else {}, table)


def _table(
    source: ExperimentSource, key: tuple[str | int, ...], raw: Any, model: type[_Table]
) -> _Table | None:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        source.problems.add_invalid(key, error, model)
        return None
