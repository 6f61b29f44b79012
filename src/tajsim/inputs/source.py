"""One file of inputs: its tables by format, and all its mistakes at once, each with its line."""

import re
import tomllib
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from tajsim.errors import UnknownName, UserError, printable, unknown
from tajsim.files import read_text
from tajsim.inputs import registry, toml


class FileTable(BaseModel):
    """A table of a file and, once it has been checked, the part that the program uses."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Model = TypeVar("Model", bound=FileTable)

MOST_MESSAGES = 50  # about one file
MOST_KEYS, MOST_ROWS = 60_000, 5_000  # in one file, and in one of its lists but that of points

_EXPECTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list [...]",
    "tuple_type": "a list [...]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


class Wrong(ValueError):
    """What is wrong below a key: the text or error, then the rest of the key."""

    def __init__(self, said: object, *below: str | int) -> None:
        super().__init__(said)
        self.below = below


class Problems:
    """The messages about one file, in the order of its lines."""

    def __init__(self, shown_path: str, lines: toml.Lines) -> None:
        self.shown_path = shown_path
        self._lines = lines
        self._found: list[tuple[int, str, object]] = []

    def add(self, key: toml.Key, text: object, line: int | None = None) -> None:
        """Add one message about a key; its line is looked up unless it is given.

        ``text`` is a text, an error or a function that returns one. What takes time, such as the
        nearest name, is worked out for the messages that are shown only.
        """
        name = ".".join(part for part in key if isinstance(part, str))
        self._found.append((line or self._lines.of(key), name, text))

    @contextmanager
    def told(self, *key: str | int) -> Iterator[None]:
        """Let the error that ends a block be a message about a key, or one below it."""
        try:
            yield
        except (ValueError, UserError) as error:
            self.add((*key, *error.below) if isinstance(error, Wrong) else key, error)

    def fit(
        self, key: toml.Key, model: type[Model], table: Any, but: Container[object] = ()
    ) -> Model | None:
        """Return the table at ``key`` as a model, or None; what does not fit is a problem.

        Nothing is told about the keys in ``but``.
        """
        try:
            return model.model_validate(table)
        except ValidationError as error:
            details = [d for d in error.errors(include_url=False) if d["loc"][0] not in but]
            self.add_invalid(key, details, model)
            return None

    def add_invalid(
        self, base: toml.Key, details: list[ErrorDetails], model: type[FileTable]
    ) -> None:
        """Add what pydantic found in the table at ``base``."""
        extra = [detail for detail in details if detail["type"] == "extra_forbidden"]
        missing = any(detail["type"] == "missing" for detail in details)
        hints = "".join(_text(detail, model) for detail in extra[:MOST_MESSAGES] if missing)
        for detail in details:
            key = (*base, *(part for part in detail["loc"] if part != "[key]"))
            if detail["type"] == "missing" and f"'{key[-1]}'?" in hints:
                continue  # misspelt, not missing: the other message says so
            if detail["type"] == "unknown":
                kind, names = detail["ctx"]["kind"], detail["ctx"]["names"]
                self.add(key, UnknownName(kind, detail["input"], names()))
            else:
                self.add(key, partial(_text, detail, model))

    def where(self, key: toml.Key) -> str:
        """Return ``path:line`` of a key."""
        return f"{self.shown_path}:{self._lines.of(key)}"

    def messages(self) -> list[str]:
        """Return the lines, each once, in the order of the file; a last one counts the rest."""
        told: dict[str, None] = {}
        found = sorted(dict.fromkeys(self._found), key=lambda row: row[0])
        for i, (line, name, text) in enumerate(found):
            if len(told) == MOST_MESSAGES:
                rest = f"{self.shown_path}: {len(found) - i:,} further mistakes are not listed"
                return [*told, _one_line(rest)]
            words = text() if callable(text) else text
            at = f"{name}: " if name else ""
            told[_one_line(f"{self.shown_path}:{line}: {at}{words}")] = None
        return list(told)


def _one_line(text: str) -> str:
    """Return a text without line ends and control characters, which names in a file may hold."""
    return printable(" ".join(text.split()))


def _tables_in(annotation: Any) -> Iterator[type[FileTable]]:
    """Yield the tables that a field may hold, as they are, in a list or among others."""
    if isinstance(annotation, type) and issubclass(annotation, FileTable):
        yield annotation
    for part in get_args(annotation):
        yield from _tables_in(part)


def _text(detail: ErrorDetails, model: type[FileTable]) -> str:
    """Return one error of pydantic in the words of a user."""
    kind, got, context = detail["type"], detail["input"], detail.get("ctx", {})
    *above, last = map(str, detail["loc"] or ("",))
    for name in above:
        field = next((f for n, f in model.model_fields.items() if name in (n, f.alias)), None)
        model = next(_tables_in(field.annotation), model) if field else model
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    if kind == "extra_forbidden":
        return unknown("key", last, fields)
    if kind == "missing":
        about = fields[last].description if last in fields else None
        return f"missing; expected the key '{last}'{f' ({about})' if about else ''}"
    if kind in _EXPECTED:
        expected = _EXPECTED[kind]
        if last in fields and next(_tables_in(fields[last].annotation), None):
            expected = f"[[{last}]]" if expected == _EXPECTED["list_type"] else f"[{last}]"
        return f"{registry.shown(got)} is not valid here; expected {expected}"
    if kind == "string_too_short":
        return "is empty; expected a text"
    if kind == "string_too_long":
        return f"is too long; expected at most {context['max_length']} characters"
    if kind in ("too_short", "too_long"):
        need = context.get("min_length", context.get("max_length"))
        return f"has {context['actual_length']} entries; expected {need}"
    for name, words in (("ge", "at least"), ("le", "at most"), ("gt", "above")):
        if name in context:
            return f"{registry.shown(got)} is out of range; expected {words} {context[name]:g}"
    return str(detail["msg"])


#: What makes a row of a list out of its table, or None where it does not fit: a model, a function,
#: or ``dict`` for the table as it is.
ReadRow = type | Callable[[Problems, toml.Key, dict[str, Any]], Any]


@dataclass(frozen=True)
class FileRow(Generic[Model]):
    """A table of a list: its ``key``, the ``raw`` table, and the ``model`` if it fits."""

    key: toml.Key
    raw: dict[str, Any]
    model: Model | None


@dataclass
class Source:
    """One file: its tables, those of its keys that fit the format (``top``), its lists of rows."""

    path: Path
    text: str
    problems: Problems
    tables: dict[str, Any]
    top: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[FileRow[Any]]] = field(default_factory=dict)

    def models(self, name: str) -> Iterator[tuple[toml.Key, Any]]:
        """Yield key and model of the rows of a list that fit."""
        return ((row.key, row.model) for row in self.rows[name] if row.model is not None)


def read_source(
    path: Path, shown_path: str, model: type[FileTable], lists: Mapping[str, ReadRow]
) -> Source:
    """Return the tables of one file, with what is wrong with them.

    ``lists`` are the lists of tables in it, which are checked row by row, so that one wrong row
    hides no other.

    Raises:
        UserError: if the file cannot be read or is not TOML.
    """
    text = read_text(path, shown_path)
    if not text.strip():
        raise UserError(f"{shown_path}: is empty; 'tajsim new FILE --from status-quo' writes one")
    tables, problems = read_toml(text, shown_path)
    source = Source(path, text, problems, tables, dict(tables))
    apart = {key: rows for key in lists if isinstance(rows := tables.get(key), list)}
    try:
        model.model_validate({**tables, **{key: [] for key in apart}})
    except ValidationError as error:
        found = error.errors(include_url=False)
        # A list that is empty only because its rows are checked apart is not too short.
        found = [d for d in found if not (d["type"] == "too_short" and apart.get(str(d["loc"][0])))]
        problems.add_invalid((), found, model)
        for detail in found:
            source.top.pop(str(detail["loc"][0]), None)
    for key, read in lists.items():
        if len(rows := apart.get(key, [])) > MOST_ROWS and key != "points":
            told = f"has {len(rows):,} rows; expected at most {MOST_ROWS:,}"
            raise UserError(f"{problems.where((key, MOST_ROWS))}: {key}: {told}")
        source.rows[key] = [_row(problems, (key, i), raw, read) for i, raw in enumerate(rows)]
    return source


def _row(problems: Problems, key: toml.Key, raw: Any, read: ReadRow) -> FileRow[Any]:
    if isinstance(raw, dict):
        if isinstance(read, type):
            return FileRow(key, raw, raw if read is dict else problems.fit(key, read, raw))
        return FileRow(key, raw, read(problems, key, raw))
    problems.add(key, f"{registry.shown(raw)} is not valid here; expected a table")
    return FileRow(key, {}, None)


_LARGE = "a whole number is too large; expected one of 64 bits"
_LONG = re.compile(r"[0-9][0-9_]{4000,}")
_AT = re.compile(r"\s*\(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)")


def read_toml(text: str, shown_path: str) -> tuple[dict[str, Any], Problems]:
    """Return the tables of a text that may be anything; keys that stand twice are problems.

    Raises:
        UserError: if the text is not TOML.
    """
    try:
        places = toml.find_places(text)
        if any(len(place.path) > toml.DEEPEST_KEY for place in places):
            raise RecursionError
        if len(places) > MOST_KEYS:
            told = f"has {len(places):,} keys; expected at most {MOST_KEYS:,}"
            raise UserError(f"{shown_path}:{places[MOST_KEYS].line}: {told}")
        problems = Problems(shown_path, toml.Lines(places))
        twice = toml.repeated(places)
        for name, first, later in twice:
            again = f"appears twice, first on line {first.line}; expected once"
            problems.add((name,), again, later.line)
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            # TOML stops at the first repeated key: without them the rest can be checked too.
            rest = text.split("\n")
            for _, _, later in twice:
                rest[later.line - 1 : later.last_line] = [""] * (later.last_line + 1 - later.line)
            tables = tomllib.loads("\n".join(rest))
        if large := next(_too_large(tables, ()), None):
            raise UserError(f"{problems.where(large)}: not valid TOML: {_LARGE}")
        return tables, problems
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line, column = (found.groups() if found else (None, None)) or (None, None)
        line = line or str(text.count("\n") + 1)
        what = _AT.sub("", str(error))
        at = f"column {column}: " if column else ""
        raise UserError(f"{shown_path}:{line}: {at}not valid TOML: {what}") from None
    except ValueError as error:  # Python reads no decimal number of thousands of digits
        digits = _LONG.search(text)
        line = text.count("\n", 0, digits.start()) + 1 if digits else 1
        what = _LARGE if digits else str(error)
        raise UserError(f"{shown_path}:{line}: not valid TOML: {what}") from None
    except RecursionError:
        text = "brackets or keys are nested too deeply; expected less"
        raise UserError(f"{shown_path}: {text}") from None


def _too_large(value: Any, path: toml.Key) -> Iterator[toml.Key]:
    """Yield where whole numbers stand that TOML does not allow; no library prints them either."""
    parts = value.items() if isinstance(value, dict) else []
    for key, part in enumerate(value) if isinstance(value, list) else parts:
        yield from _too_large(part, (*path, key))
    if isinstance(value, int) and value.bit_length() > 63:
        yield path
