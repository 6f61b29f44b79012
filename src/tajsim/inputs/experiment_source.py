"""Read one experiment file: from bytes to tables whose keys, types and names are checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tajsim.inputs.experiment_folder import shown_experiment
from tajsim.inputs.experiment_format import DesignTable, ExperimentFile, FactorRow, KeepRow
from tajsim.inputs.scenario_messages import Problems
from tajsim.inputs.scenario_source import Row, read_toml

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
    factors: list[Row[FactorRow]] = field(default_factory=list)
    keep: list[Row[KeepRow]] = field(default_factory=list)
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


def _row(source: ExperimentSource, key: str, i: int, raw: Any, model: type[_Table]) -> Row[_Table]:
    table = _table(source, (key, i), raw, model)
    return Row(i, raw if isinstance(raw, dict) else {}, table)


def _table(
    source: ExperimentSource, key: tuple[str | int, ...], raw: Any, model: type[_Table]
) -> _Table | None:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        source.problems.add_invalid(key, error, model)
        return None
