"""The scenario format as pydantic models: the tables and keys of a file, and their types."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, WithJsonSchema

from tajsim.errors import UserError, nearest
from tajsim.files import exists, read_text
from tajsim.inputs.events import (
    EVENT_KINDS,
    AnyEvent,
    Comparison,
    DocumentKey,
    EventRow,
    Expectation,
    Month,
    OutcomeName,
    Problems,
    TextOf,
    likely_kind,
)
from tajsim.inputs.toml import Key, Lines, Place, find_places, repeated

#: Rows of the mechanism table by the letter of their ids: M01 to M133, P01 to P27, and so on.
MECHANISM_ROWS = {"M": 133, "P": 27, "S": 29, "E": 22, "O": 28, "X": 24}
_MECHANISM = r"^[MPSEOX][0-9]{2,3}$"


def is_mechanism(text: str) -> bool:
    """Return whether a text is the id of a row of the mechanism table, such as ``M47``."""
    known = re.fullmatch(_MECHANISM, text)
    return bool(known) and 1 <= int(text[1:]) <= MECHANISM_ROWS[text[0]]


MechanismId = Annotated[
    str,
    TextOf(_MECHANISM, "a mechanism id such as 'M47' (M01-M133, P, S, E, O, X)", is_mechanism),
]
ClaimId = Annotated[
    str,
    TextOf(
        r"^-*[a-z0-9][a-z0-9-]*$",
        "lower-case letters, digits and hyphens such as 'seizures-fall'",
    ),
]
Window = Annotated[list[Month], Field(min_length=2, max_length=2)]
Settings = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "description": "parameter = value, full names"}),
]


class ClaimRow(BaseModel):
    """A ``[[claims]]`` table: what a document says about an effect, testable on runs."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: ClaimId
    statement: Annotated[str, Field(min_length=1)] = Field(description="in our own words")
    document: DocumentKey
    line: Annotated[int, Field(ge=1)]
    mechanisms: list[MechanismId] = []
    outcome: OutcomeName
    where: dict[str, str] = Field({}, description="dimension = name, e.g. section = 'khorog'")
    window: Window = Field(description="first and last month over which the outcome is taken")
    expect: Expectation
    against: Comparison = "reference"
    before: Window | None = Field(None, description="the window compared with; against = before")
    relative: bool = Field(False, description="the difference in per cent of what it is against")
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)


class ScenarioFile(BaseModel):
    """A scenario file."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)

    title: Annotated[str, Field(min_length=1, max_length=120)]
    question: Annotated[str, Field(min_length=1)] = Field(description="what the runs shall answer")
    extends: str | None = Field(None, description="a shipped scenario, or a path from this file")
    start: Month | None = Field(None, description="first month; inherited where it is absent")
    end: Month | None = Field(None, description="last month; inherited where it is absent")
    settings: Settings = Field({}, alias="set")
    events: list[AnyEvent] = []
    claims: list[ClaimRow] = []


def scenario_folder() -> Path:
    """Return the folder of the shipped scenarios: in the package, or in the repository."""
    installed = Path(str(files("tajsim"))) / "scenarios_files"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "scenarios"


def shipped_scenarios() -> list[str]:
    """Return the names of the shipped scenarios, the reference first."""
    names = sorted(path.stem for path in scenario_folder().glob("*.toml"))
    return sorted(names, key=lambda name: name != "status-quo")


def shown_path(path: Path) -> str:
    """Return a path as messages show it: shipped files from their folder, others as given."""
    shipped = path.resolve().parent == scenario_folder().resolve()
    return f"scenarios/{path.name}" if shipped else str(path)


def is_path(text: str) -> bool:
    """Return whether a text is meant as a path and not as the name of a shipped scenario."""
    return text.endswith(".toml") or "/" in text or "\\" in text


def scenario_path(name: str | Path) -> Path:
    """Return the path of a scenario given by the name of a shipped one or by its path.

    Raises:
        UserError: if there is none; the line names the nearest shipped scenario.
    """
    if isinstance(name, str) and name in shipped_scenarios():
        return scenario_folder() / f"{name}.toml"
    path = Path(name)
    if str(name) and exists(path):
        return path
    what = "no such file" if is_path(str(name)) else "no such scenario"
    hint = nearest(path.stem, shipped_scenarios())
    shown = str(name) or "''"
    raise UserError(f"{shown}: {what}; expected a .toml file or a shipped scenario{hint}")


def parent_path(name: str, child: Path) -> Path:
    """Return the path of the scenario that the file ``child`` extends.

    A path counts from the folder of the child. A name is a file beside the child, or else a
    shipped scenario; a child may extend the shipped scenario of its own name.

    Raises:
        UserError: if there is none.
    """
    beside = child.parent / (name if is_path(name) else f"{name}.toml")
    shipped = scenario_folder() / f"{name}.toml"
    if exists(beside):
        own = beside.resolve() == child.resolve()
        if not (own and name in shipped_scenarios()):
            return beside
    if not is_path(name) and exists(shipped):
        return shipped
    hint = nearest(Path(name).stem, shipped_scenarios())
    expected = "expected a shipped scenario or a path from this file"
    raise UserError(f"no scenario '{name}' to extend; {expected}{hint}")


DEEPEST_KEY = 20  # parts of a dotted key; the format needs five
Model = TypeVar("Model")
_LARGE = "a whole number is too large; expected one of 64 bits"
_LONG = re.compile(r"[0-9][0-9_]{4000,}")
_AT = re.compile(r"\s*\(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)")


@dataclass(frozen=True)
class FileRow(Generic[Model]):
    """A table of ``[[events]]`` or ``[[claims]]``; ``model`` is None if it does not fit."""

    index: int
    raw: dict[str, Any]
    model: Model | None


@dataclass
class Source:
    """One file of a chain: its keys that fit the format (``top``), its rows, its ``problems``."""

    path: Path
    text: str
    problems: Problems
    top: dict[str, Any] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)
    events: list[FileRow[EventRow]] = field(default_factory=list)
    claims: list[FileRow[ClaimRow]] = field(default_factory=list)


def read_source(path: Path) -> Source:
    """Return the tables of one file, with what is wrong with them.

    Raises:
        UserError: if the file cannot be read or is not TOML.
    """
    text, tables, problems = read_toml(path, shown_path(path))
    source = Source(path, text, problems)
    check_tables(tables, source)
    return source


def read_toml(path: Path, shown: str) -> tuple[str, dict[str, Any], Problems]:
    """Return the text of a file that may be anything, its tables, and the keys that stand twice.

    Raises:
        UserError: if it is no text of moderate size, or not TOML.
    """
    text = read_text(path, shown)
    if not text.strip():
        raise UserError(f"{shown}: is empty; 'tajsim new FILE --from status-quo' writes one")
    tables, places, twice = parsed(text, shown)
    problems = Problems(shown, Lines(places))
    for name, first, later in twice:
        text_twice = f"stands twice, first on line {first.line}; expected once"
        problems.add((name,), text_twice, later.line)
    return text, tables, problems


def parsed(
    text: str, shown: str
) -> tuple[dict[str, Any], list[Place], list[tuple[str, Place, Place]]]:
    """Return the tables, the places of their keys, and the keys that stand twice.

    Raises:
        UserError: if the text is not TOML.
    """
    try:
        places = find_places(text)
        if any(len(place.path) > DEEPEST_KEY for place in places):
            raise RecursionError
        twice = repeated(places)
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            # TOML stops at the first repeated key: without them the rest can be checked too.
            rest = text.split("\n")
            for _, _, later in twice:
                rest[later.line - 1 : later.last_line] = [""] * (later.last_line + 1 - later.line)
            tables = tomllib.loads("\n".join(rest))
        if large := next(_too_large(tables, ()), None):
            raise UserError(f"{shown}:{Lines(places).of(large)}: not valid TOML: {_LARGE}")
        return tables, places, twice
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line, column = (found.groups() if found else (None, None)) or (None, None)
        line = line or str(text.count("\n") + 1)
        what = _AT.sub("", str(error))
        at = f"column {column}: " if column else ""
        raise UserError(f"{shown}:{line}: {at}not valid TOML: {what}") from None
    except ValueError as error:  # Python reads no decimal number of thousands of digits
        digits = _LONG.search(text)
        line = text.count("\n", 0, digits.start()) + 1 if digits else 1
        what = _LARGE if digits else str(error)
        raise UserError(f"{shown}:{line}: not valid TOML: {what}") from None
    except RecursionError:
        raise UserError(f"{shown}: brackets or keys are nested too deeply; expected less") from None


def _too_large(value: Any, path: Key) -> Iterator[Key]:
    """Yield where whole numbers stand that TOML does not allow; no library prints them either."""
    parts = value.items() if isinstance(value, dict) else []
    for key, part in enumerate(value) if isinstance(value, list) else parts:
        yield from _too_large(part, (*path, key))
    if isinstance(value, int) and value.bit_length() > 63:
        yield path


def check_tables(tables: dict[str, Any], source: Source) -> None:
    """Check the file against the format, each row by itself so that all errors are found."""
    rows = {key: tables[key] for key in ("events", "claims") if isinstance(tables.get(key), list)}
    try:
        ScenarioFile.model_validate({**tables, **{key: [] for key in rows}})
    except ValidationError as error:
        source.problems.add_invalid((), error, ScenarioFile)
        source.wrong = {str(detail["loc"][0]) for detail in error.errors()}
    source.top = {key: value for key, value in tables.items() if key not in source.wrong}
    source.events = [_event(i, raw, source) for i, raw in enumerate(rows.get("events", []))]
    source.claims = [_claim(i, raw, source) for i, raw in enumerate(rows.get("claims", []))]


def _event(i: int, raw: Any, source: Source) -> FileRow[EventRow]:
    try:
        return FileRow(i, raw, TypeAdapter[EventRow](AnyEvent).validate_python(raw))
    except ValidationError as error:
        kind = raw.get("kind") if isinstance(raw, dict) else None
        kind = kind if isinstance(kind, str) else ""
        model = EVENT_KINDS.get(kind, EventRow)
        source.problems.add_invalid(("events", i), error, model, kind)
        if isinstance(raw, dict) and kind not in EVENT_KINDS:
            _check_as(likely_kind(kind, raw), i, raw, source)
        return FileRow(i, raw if isinstance(raw, dict) else {}, None)


def _check_as(kind: str, i: int, raw: dict[str, Any], source: Source) -> None:
    """Tell the other mistakes of an event whose kind is wrong, if it is clear what is meant."""
    if not kind:
        return
    try:
        EVENT_KINDS[kind].model_validate({**raw, "kind": kind})
    except ValidationError as error:
        source.problems.add_invalid(("events", i), error, EVENT_KINDS[kind])


def _claim(i: int, raw: Any, source: Source) -> FileRow[ClaimRow]:
    try:
        return FileRow(i, raw, ClaimRow.model_validate(raw))
    except ValidationError as error:
        source.problems.add_invalid(("claims", i), error, ClaimRow)
        return FileRow(i, raw if isinstance(raw, dict) else {}, None)


def read_chain(path: Path) -> tuple[list[Source], list[str]]:
    """Return the files of a chain, the oldest parent first, and messages about unreadable ones.

    A missing parent, or a cycle, is a problem of the file that names it.

    Raises:
        UserError: if the first file itself cannot be read.
    """
    chain = [read_source(path)]
    messages: list[str] = []
    while "extends" in chain[0].top:
        child = chain[0]
        try:
            parent = parent_path(child.top["extends"], child.path)
        except UserError as error:
            child.problems.add(("extends",), str(error))
            break
        seen = [source.path.resolve() for source in reversed(chain)]
        if parent.resolve() in seen:
            names = [p.stem for p in seen[seen.index(parent.resolve()) :]]
            cycle = " -> ".join([*names, parent.stem])
            child.problems.add(("extends",), f"the chain is cyclic: {cycle}; expected an end")
            break
        try:
            chain.insert(0, read_source(parent))
        except UserError as error:
            messages += error.messages
            break
    return chain, messages
