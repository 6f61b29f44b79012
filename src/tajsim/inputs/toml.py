"""Files of inputs in TOML: months as text, the line of each key, all mistakes of a file at once.

The scanner reads keys, tables and brackets and skips values. It is lenient (an open string ends
with its line or the text): whether the text is valid TOML is for ``tomllib`` to say.
"""

import datetime
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from tajsim.errors import UnknownName, UserError, nearest, printable, unknown
from tajsim.files import read_text
from tajsim.inputs import registry

Key = tuple[str | int, ...]

DEEPEST_KEY = 20  # parts of a dotted key; the formats need five

_TOKEN = re.compile(
    r"""(?P<string>"{3}(?:[^\\]|\\.)*?(?:"{3,5}|\Z)|'{3}.*?(?:'{3,5}|\Z)
                 |"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?)
      | (?P<skip>[ \t\r]+|\#[^\n]*)
      | (?P<newline>\n)
      | (?P<mark>[\[\]{}=,.])
      | (?P<word>[^\s\[\]{}=,.\#"']+|.)""",
    re.VERBOSE | re.DOTALL,
)


class Place(NamedTuple):
    """Where a key stands: its path in the parsed file and its line (from 1)."""

    path: Key
    line: int


class _Scanner:
    """Goes through the tokens of a text: kind, text and line of each."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        line = 1
        for match in _TOKEN.finditer(text):
            if match.lastgroup != "skip":
                self.tokens.append((match.lastgroup or "", match.group(), line))
            line += match.group().count("\n")
        self.tokens.append(("end", "", line))
        self.at = 0
        self.places: list[Place] = []
        self._rows: dict[Key, int] = {}

    def _next(self, *texts: str) -> bool:
        """Tell whether one of these comes next; "" is the end."""
        kind, text, _ = self.tokens[self.at]
        return kind != "string" and text in texts

    def _skip_to(self, *texts: str) -> None:
        while not self._next("", *texts):
            self.at += 1

    def run(self) -> list[Place]:
        table: Key = ()
        while not self._next(""):
            before = self.at
            if self._next("["):
                table = self._header()
            elif not self._next("\n"):
                self._entry(table)
            self.at += self.at == before
        return self.places

    def _header(self) -> Key:
        line = self.tokens[self.at][2]
        self.at += 1
        rows = self._next("[")
        self.at += rows
        path: Key = ()
        for part in self._key():
            # A table below an array of tables belongs to the last row of that array.
            path = (*path, self._rows[path], part) if path in self._rows else (*path, part)
        if rows:
            self._rows[path] = self._rows.get(path, -1) + 1
        if path in self._rows:
            path = (*path, self._rows[path])
        self._skip_to("\n")
        self.places.append(Place(path, line))
        return path

    def _key(self) -> list[str]:
        parts: list[str] = []
        while (token := self.tokens[self.at])[0] in ("string", "word"):
            part = token[1]
            if token[0] == "string":
                with suppress(ValueError):
                    part = next(iter(tomllib.loads(f"{part} = 0")))
            parts.append(part)
            self.at += 1
            if not self._next("."):
                break
            if len(parts) > DEEPEST_KEY:
                raise RecursionError
            self.at += 1
        return parts

    def _entry(self, table: Key) -> None:
        line, index = self.tokens[self.at][2], len(self.places)
        path = (*table, *self._key())
        if not self._next("="):
            return
        self.at += 1
        self._value(path)
        self.places.insert(index, Place(path, line))

    def _value(self, path: Key) -> None:
        if not self._next("{", "["):
            self._skip_to(",", "]", "}", "\n")
            return
        closing = "}" if self._next("{") else "]"
        self.at += 1
        row = 0
        while not self._next("", closing):
            before = self.at
            if self._next(",", "\n"):
                self.at += 1
            elif closing == "}":
                self._entry(path)
            else:
                self._value((*path, row))
                row += 1
            self.at += self.at == before
        self.at += not self._next("")


def find_places(text: str) -> list[Place]:
    """Return the place of every key and table header of a TOML text, in the order of the text."""
    return _Scanner(text).run()


#: The registry describes the country in early 2004; nothing is known about a far future.
FIRST_MONTH = "2004-01"
LAST_MONTH = "2050-12"

#: A month as text. Digits are those of ASCII: months are compared and counted as texts.
MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_PART = re.compile(r"([0-9]{3})0s|([0-9]{4})(?:-(0[1-9]|1[0-2]))?(?:-([0-9]{2}))?")


def is_month(text: str) -> bool:
    """Return whether a text is a month such as ``2004-11``."""
    return bool(re.fullmatch(MONTH, text))


def event_month(text: str) -> str | None:
    """Return the month of ``YYYY-MM`` or ``YYYY-MM-DD``, or None if it is neither."""
    if is_month(text):
        return text
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return text[:7] if text == day.isoformat() else None


def months_of(text: str) -> tuple[str, str] | None:
    """Return the first and last month that a date of the ledger covers, or None.

    Reads ``2004``, ``2004-11``, ``2004-11-03``, ``1990s`` and ranges such as ``1997/1998``.
    """
    parts, ends = text.split("/"), []
    for part in (parts[0], parts[-1]):
        if not (found := _PART.fullmatch(part.strip())):
            return None
        decade, year, month, _ = found.groups()
        first, last = (year, year) if year else (f"{decade}0", f"{decade}9")
        ends.append((f"{first}-{month or '01'}", f"{last}-{month or '12'}"))
    return ends[0][0], ends[1][1]


def month_number(month: str) -> int:
    """Return the months since year 0 of a month such as ``2004-11``; the draws are keyed by it."""
    year, _, of_year = month.partition("-")
    return int(year) * 12 + int(of_year) - 1


def month_text(number: int) -> str:
    """Return the month with a number, the reverse of ``month_number``."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def check_month(text: str, key: str) -> str:
    """Return ``text`` if it is a month; else a `UserError` names the setting ``key``."""
    if not is_month(str(text)):
        raise UserError(f"{key}: '{text}' is not a month; expected YYYY-MM, such as 2008-06")
    return str(text)


def month_names(start: str, end: str) -> list[str]:
    """Return the months from ``start`` to ``end``, both included, as ``YYYY-MM``."""
    return [month_text(n) for n in range(month_number(start), month_number(end) + 1)]


def month_dates(months: list[str]) -> np.ndarray:
    """Return the first day of each month, ``(month,)`` of datetime64 in nanoseconds."""
    return np.array(months, dtype="datetime64[M]").astype("datetime64[ns]")


def month_of(date: np.datetime64) -> str:
    """Return the month ``YYYY-MM`` of a date of a Dataset."""
    return str(date.astype("datetime64[M]"))


class FileTable(BaseModel):
    """A table of a file and, once it has been checked, the part that the program uses."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Model = TypeVar("Model", bound=FileTable)

MOST_MESSAGES = 50  # about one file
MOST_KEYS, MOST_ROWS = 60_000, 5_000  # in one file, and in one of its lists

_EXPECTED = {
    "string_type": "a text in quotes",
    **dict.fromkeys(("int_type", "int_from_float"), "a whole number"),
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    **dict.fromkeys(("list_type", "tuple_type"), "a list [...]"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a table"),
}
_LENGTHS = {
    "string_too_short": "is empty; expected a text",
    "string_too_long": "is too long; expected at most {max_length} characters",
    "too_short": "too few entries ({actual_length}); expected at least {min_length}",
    "too_long": "too many entries ({actual_length}); expected at most {max_length}",
}


class Wrong(ValueError):
    """What is wrong below a key: the text or error, then the rest of the key."""

    def __init__(self, said: object, *below: str | int) -> None:
        super().__init__(said)
        self.below = below


class Problems:
    """The messages about one file, in the order of its lines; ``places`` are those of its keys."""

    def __init__(self, shown_path: str, places: Iterable[Place]) -> None:
        self.shown_path = shown_path
        self._lines: dict[Key, int] = {}
        for path, line in places:
            # A dotted key (a.b.c) also gives the place of the tables it opens (a, a.b).
            for length in range(1, len(path) + 1):
                self._lines.setdefault(path[:length], line)
        self._found: list[tuple[int, str, object]] = []

    def line(self, key: Key) -> int:
        """Return the line of a key, or of the nearest table around it, or 1."""
        while key and key not in self._lines:
            key = key[:-1]
        return self._lines.get(key, 1)

    def add(self, key: Key, text: object) -> None:
        """Add one message about a key.

        ``text`` is a text, an error or a function that returns one. What takes time, such as the
        nearest name, is worked out for the messages that are shown only.
        """
        name = ".".join(part for part in key if isinstance(part, str))
        self._found.append((self.line(key), name, text))

    @contextmanager
    def told(self, *key: str | int) -> Iterator[None]:
        """Let the error that ends a block be a message about a key, or one below it."""
        try:
            yield
        except (ValueError, UserError) as error:
            self.add((*key, *error.below) if isinstance(error, Wrong) else key, error)

    def fit(self, key: Key, model: type[Model], table: Any) -> Model | None:
        """Return the table at ``key`` as a model, or None; what does not fit is a problem."""
        try:
            return model.model_validate(table)
        except ValidationError as error:
            self.add_invalid(key, error.errors(include_url=False), model)
            return None

    def add_invalid(self, base: Key, details: Sequence[Any], model: type[FileTable]) -> None:
        """Add what pydantic found in the table at ``base``."""
        for detail in details:
            key = (*base, *(part for part in detail["loc"] if part != "[key]"))
            known = _fields_at(detail["loc"], model)
            if detail["type"] == "missing" and misspelt(str(key[-1]), detail["input"], known):
                continue  # the message on the unknown key says so
            if detail["type"] == "unknown":
                kind, names = detail["ctx"]["kind"], detail["ctx"]["names"]
                self.add(key, UnknownName(kind, detail["input"], names()))
            else:
                self.add(key, partial(_text, detail, known))

    def missing(
        self, key: Key, table: Mapping[str, Any], known: Collection[str], text: str
    ) -> None:
        """Add that a key of a table is missing, or which unknown one is misspelt for it."""
        *above, name = key
        if other := misspelt(str(name), table, known):
            self.add((*above, other), unknown("key", other, known))
        else:
            self.add(key, f"missing; {text}")

    def where(self, key: Key) -> str:
        """Return ``path:line`` of a key."""
        return f"{self.shown_path}:{self.line(key)}"

    def messages(self) -> list[str]:
        """Return the lines, each once, in the order of the file; a last one counts the rest."""
        told: dict[str, None] = {}
        found = sorted(dict.fromkeys(self._found), key=lambda row: row[0])
        for i, (line, name, text) in enumerate(found):
            if len(told) == MOST_MESSAGES:
                rest = f"{self.shown_path}: {len(found) - i:,} further mistakes are not listed"
                return [*told, printable(rest)]
            words = f"{name}: " * bool(name) + str(text() if callable(text) else text)
            # Names in a file may hold line ends and control characters.
            told[printable(" ".join(f"{self.shown_path}:{line}: {words}".split()))] = None
        return list(told)


def _tables_in(annotation: Any) -> Iterator[type[FileTable]]:
    """Yield the tables that a field may hold, as they are, in a list or among others."""
    if isinstance(annotation, type) and issubclass(annotation, FileTable):
        yield annotation
    for part in get_args(annotation):
        yield from _tables_in(part)


def keys_of(model: type[FileTable]) -> dict[str, FieldInfo]:
    """Return the fields of a table by the keys that files have for them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def misspelt(name: str, table: Mapping[str, Any], known: Collection[str]) -> str:
    """Return the unknown key of a table of which ``name`` is the nearest known one; "" if none."""
    strange = islice((key for key in table if key not in known), MOST_MESSAGES)
    return next((key for key in strange if f"'{name}'" in nearest(key, known)), "")


def _fields_at(place: Sequence[int | str], model: type[FileTable]) -> dict[str, FieldInfo]:
    """Return the fields, by key, of the table in which pydantic found something."""
    for name in place[:-1]:
        field = next((f for n, f in model.model_fields.items() if name in (n, f.alias)), None)
        model = next(_tables_in(field.annotation), model) if field else model
    return keys_of(model)


def _text(detail: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> str:
    """Return one error of pydantic, in a table with these fields, in the words of a user."""
    kind, got, context = detail["type"], detail["input"], detail.get("ctx", {})
    last = str(detail["loc"][-1]) if detail["loc"] else ""
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
    if kind in _LENGTHS:
        return _LENGTHS[kind].format(**context)
    for name, words in (("ge", "at least"), ("le", "at most"), ("gt", "above")):
        if name in context:
            return f"{registry.shown(got)} is out of range; expected {words} {context[name]:g}"
    return str(detail["msg"])


#: What makes a row of a list out of its table, or None where it does not fit: a model, a function,
#: or ``dict`` for the table as it is.
ReadRow = type | Callable[[Problems, Key, dict[str, Any]], Any]


@dataclass(frozen=True)
class FileRow(Generic[Model]):
    """A table of a list: its ``key``, the ``raw`` table, and the ``model`` if it fits."""

    key: Key
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

    def models(self, name: str) -> Iterator[tuple[Key, Any]]:
        """Yield key and model of the rows of a list that fit."""
        return ((row.key, row.model) for row in self.rows[name] if row.model is not None)


def read_source(
    path: Path, shown_path: str, model: type[FileTable], lists: Mapping[str, ReadRow]
) -> Source:
    """Return the tables of one file, with what is wrong with them; `UserError` if it is no TOML.

    ``lists`` of tables in it are checked row by row, so that one wrong row hides no other.
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
        if len(rows := apart.get(key, [])) > MOST_ROWS:
            told = f"has {len(rows):,} rows; expected at most {MOST_ROWS:,}"
            raise UserError(f"{problems.where((key, MOST_ROWS))}: {key}: {told}")
        source.rows[key] = []
        for i, raw in enumerate(rows):
            fits, place = None, (key, i)
            if not isinstance(raw, dict):
                problems.add(place, f"{registry.shown(raw)} is not valid here; expected a table")
                raw = {}
            elif isinstance(read, type):
                fits = raw if read is dict else problems.fit(place, read, raw)
            else:
                fits = read(problems, place, raw)
            source.rows[key].append(FileRow(place, raw, fits))
    return source


_LARGE = "a whole number is too large; expected one of 64 bits"
_LONG = re.compile(r"[0-9][0-9_]{4000,}")
_AT = re.compile(r"\s*\(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)")


def read_toml(text: str, shown_path: str) -> tuple[dict[str, Any], Problems]:
    """Return the tables of a text, and where problems are noted; `UserError` if it is no TOML."""
    try:
        places = find_places(text)
        if any(len(place.path) > DEEPEST_KEY for place in places):
            raise RecursionError
        if len(places) > MOST_KEYS:
            told = f"has {len(places):,} keys; expected at most {MOST_KEYS:,}"
            raise UserError(f"{shown_path}:{places[MOST_KEYS].line}: {told}")
        problems = Problems(shown_path, places)
        tables = tomllib.loads(text)
        if large := next(_too_large(tables, ()), None):
            raise UserError(f"{problems.where(large)}: not valid TOML: {_LARGE}")
        return tables, problems
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line, column = (found.groups() if found else (None, None)) or (None, None)
        line = line or str(text.count("\n") + 1)
        what = _AT.sub("", str(error)).replace("Cannot overwrite a value", "the key appears twice")
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


def _too_large(value: Any, path: Key) -> Iterator[Key]:
    """Yield where whole numbers stand that TOML does not allow; no library prints them either."""
    parts = value.items() if isinstance(value, dict) else []
    for key, part in enumerate(value) if isinstance(value, list) else parts:
        yield from _too_large(part, (*path, key))
    if isinstance(value, int) and value.bit_length() > 63:
        yield path
