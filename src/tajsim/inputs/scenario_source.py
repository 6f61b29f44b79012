"""Read one scenario file: from bytes to tables whose keys, types and names are checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from tajsim.errors import UserError
from tajsim.files import read_text
from tajsim.inputs.event_kinds import EVENT_KINDS, AnyEvent, EventRow, likely_kind
from tajsim.inputs.scenario_folder import shown_path
from tajsim.inputs.scenario_format import ClaimRow, ScenarioFile
from tajsim.inputs.scenario_messages import Problems
from tajsim.inputs.toml_lines import Key, Lines, Place, find_places, repeated

DEEPEST_KEY = 20  # parts of a dotted key; the format needs five
Model = TypeVar("Model")
_LARGE = "a whole number is too large; expected one of 64 bits"
_LONG = re.compile(r"[0-9][0-9_]{4000,}")
_AT = re.compile(r"\s*\(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)")


@dataclass(frozen=True)
class Row(Generic[Model]):
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
    events: list[Row[EventRow]] = field(default_factory=list)
    claims: list[Row[ClaimRow]] = field(default_factory=list)


def read_source(path: Path) -> Source:
    """Return the tables of one file, with what is wrong with them.

    Raises:
        UserError: if the file cannot be read or is not TOML.
    """
    text, tables, problems = read_toml(path, shown_path(path))
    source = Source(path, text, problems)
    _check_tables(tables, source)
    return source


def read_toml(path: Path, shown: str) -> tuple[str, dict[str, Any], Problems]:
    """Return the text of a file that may be anything, its tables, and the keys that stand twice.

    Raises:
        UserError: if it is no text of moderate size, or not TOML.
    """
    text = read_text(path, shown)
    if not text.strip():
        raise UserError(f"{shown}: is empty; 'tajsim new FILE --from status-quo' writes one")
    tables, places, twice = _parsed(text, shown)
    problems = Problems(shown, Lines(places))
    for name, first, later in twice:
        text_twice = f"stands twice, first on line {first.line}; expected once"
        problems.add((name,), text_twice, later.line)
    return text, tables, problems


def _parsed(
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


def _check_tables(tables: dict[str, Any], source: Source) -> None:
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


def _event(i: int, raw: Any, source: Source) -> Row[EventRow]:
    try:
        return Row(i, raw, TypeAdapter[EventRow](AnyEvent).validate_python(raw))
    except ValidationError as error:
        kind = raw.get("kind") if isinstance(raw, dict) else None
        kind = kind if isinstance(kind, str) else ""
        model = EVENT_KINDS.get(kind, EventRow)
        source.problems.add_invalid(("events", i), error, model, kind)
        if isinstance(raw, dict) and kind not in EVENT_KINDS:
            _check_as(likely_kind(kind, raw), i, raw, source)
        return Row(i, raw if isinstance(raw, dict) else {}, None)


def _check_as(kind: str, i: int, raw: dict[str, Any], source: Source) -> None:
    """Tell the other mistakes of an event whose kind is wrong, if it is clear what is meant."""
    if not kind:
        return
    try:
        EVENT_KINDS[kind].model_validate({**raw, "kind": kind})
    except ValidationError as error:
        source.problems.add_invalid(("events", i), error, EVENT_KINDS[kind])


def _claim(i: int, raw: Any, source: Source) -> Row[ClaimRow]:
    try:
        return Row(i, raw, ClaimRow.model_validate(raw))
    except ValidationError as error:
        source.problems.add_invalid(("claims", i), error, ClaimRow)
        return Row(i, raw if isinstance(raw, dict) else {}, None)
