"""The line of each key in TOML text, which the standard parser does not tell; and months as text.

The scanner reads keys, tables and brackets and skips values. It is lenient (an open string ends
with its line or the text): whether the text is valid TOML is for ``tomllib`` to say.
"""

import datetime
import re
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tajsim.errors import UserError

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
    """Where a key stands: its path in the parsed file and its first and last line (from 1)."""

    path: Key
    line: int
    last_line: int
    header: bool = False


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
        self.places.append(Place(path, line, line, header=True))
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
        kind, text, last = self.tokens[self.at - 1]
        last += text.count("\n") * (kind == "string")
        self.places.insert(index, Place(path, line, last))

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


class Lines:
    """Look-up of the line on which a key stands."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._lines: dict[Key, int] = {}
        for place in places:
            # A dotted key (a.b.c) also gives the place of the tables it opens (a, a.b).
            for length in range(1, len(place.path) + 1):
                self._lines.setdefault(place.path[:length], place.line)

    def of(self, path: Key) -> int:
        """Return the line of a key, or of the nearest table around it, or 1."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


def repeated(places: Iterable[Place]) -> list[tuple[str, Place, Place]]:
    """Return (name, first place, later place) of keys that stand twice.

    Below ``set`` a dotted and a quoted spelling of one name count as the same key.
    """
    first: dict[Key, Place] = {}
    found = []
    for place in places:
        name = ".".join(part for part in place.path if isinstance(part, str))
        path: Key = ("set", name) if place.path[:1] == ("set",) else place.path
        if not place.header and first.setdefault(path, place) is not place:
            found.append((name, first[path], place))
    return found


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


def _span(part: str) -> tuple[str, str] | None:
    found = _PART.fullmatch(part.strip())
    if not found:
        return None
    decade, year, month, _ = found.groups()
    if decade:
        return f"{decade}0-01", f"{decade}9-12"
    return (f"{year}-{month}",) * 2 if month else (f"{year}-01", f"{year}-12")


def months_of(text: str) -> tuple[str, str] | None:
    """Return the first and last month that a date of the ledger covers, or None.

    Reads ``2004``, ``2004-11``, ``2004-11-03``, ``1990s`` and ranges such as ``1997/1998``.
    """
    spans = [_span(part) for part in text.split("/")]
    first, last = spans[0], spans[-1]
    return None if first is None or last is None else (first[0], last[1])


def month_number(month: str) -> int:
    """Return the months since year 0 of a month such as ``2004-11``; the draws are keyed by it."""
    year, _, of_year = month.partition("-")
    return int(year) * 12 + int(of_year) - 1


def month_text(number: int) -> str:
    """Return the month with a number, the reverse of ``month_number``."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def check_month(text: str, key: str) -> str:
    """Return ``text`` if it is a month; ``key`` names the setting in the error.

    Raises:
        UserError: if it is not of the form YYYY-MM.
    """
    if not is_month(str(text)):
        raise UserError(f"{key}: '{text}' is not a month; expected YYYY-MM, such as 2008-06")
    return str(text)


def month_names(start: str, end: str) -> list[str]:
    """Return the months from ``start`` to ``end``, both included, as ``YYYY-MM``."""
    return [month_text(n) for n in range(month_number(start), month_number(end) + 1)]


def month_dates(months: list[str]) -> NDArray[np.datetime64]:
    """Return the first day of each month, ``(month,)`` of datetime64 in nanoseconds."""
    return np.array(months, dtype="datetime64[M]").astype("datetime64[ns]")


def month_of(date: np.datetime64) -> str:
    """Return the month ``YYYY-MM`` of a date of a Dataset."""
    return str(date.astype("datetime64[M]"))
