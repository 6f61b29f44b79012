"""The ledger of figures: each number or date printed in a source document, with its place."""

import csv
import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from tajsim.errors import UserError, unknown
from tajsim.files import data_text


@dataclass(frozen=True)
class Figure:
    """One row of ``data/figures.csv``.

    ``value``, ``low`` and ``high`` are numbers in ``unit``, or None where the document gives none
    and for dates. ``text`` is the raw value of the row: for the unit ``date`` a year, month, day,
    decade (``1990s``) or ``from/to``. ``earliest`` and ``latest`` bound a date, ``""`` if unused.
    """

    id: str
    value: float | None
    text: str
    low: float | None
    high: float | None
    earliest: str
    latest: str
    unit: str
    as_of: str
    role: str
    subject: str
    what: str
    document: str
    line: int
    conflict: str  # id of the figure that contradicts this one, or ""


@dataclass(frozen=True)
class Document:
    """One source document; ``date`` is as far as known, ``citation`` is the line to print."""

    key: str
    title: str
    author: str
    date: str
    citation: str


def _rows(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(data_text(name).splitlines())


def _figure(row: dict[str, str]) -> Figure:
    names, dated = ("value", "low", "high"), row["unit"] == "date"
    numbers = {name: float(row[name]) if row[name] and not dated else None for name in names}
    earliest, latest = (row["low"], row["high"]) if dated else ("", "")
    dates = {"text": row["value"], "earliest": earliest, "latest": latest}
    fields: dict[str, Any] = {**row, **numbers, **dates, "line": int(row["line"])}
    return Figure(**fields)


@lru_cache
def load_figures() -> dict[str, Figure]:
    """Return the ledger by id, in the order of the file."""
    return {row["id"]: _figure(row) for row in _rows("figures.csv")}


@lru_cache
def load_documents() -> dict[str, Document]:
    """Return the source documents by key, in the order of the file."""
    tables = tomllib.loads(data_text("documents.toml"))
    return {key: Document(key, **table) for key, table in tables.items()}


def figure(identity: str) -> Figure:
    """Return one figure.

    Raises:
        UserError: if there is none of that id; the line names the nearest one.
    """
    figures = load_figures()
    if identity not in figures:
        plain = identity.lower().replace("_", "-")
        near = difflib.get_close_matches(plain, figures, n=1, cutoff=0.0)
        raise UserError(f"unknown figure '{identity}'; did you mean '{near[0]}'?")
    return figures[identity]


def printed_in(identities: Iterable[str]) -> list[str]:
    """Return ``document:line`` of figures, each place once; unknown ids are left out."""
    known = load_figures()
    found = (known[identity] for identity in identities if identity in known)
    return list(dict.fromkeys(f"{row.document}:{row.line}" for row in found))


def select(subject: str | None = None, role: str | None = None) -> list[Figure]:
    """Return the figures of a subject, of a role, of both, or all, in the order of the file.

    Raises:
        UserError: for an unknown subject or role, with the valid names (a line for each).
    """
    figures, errors = list(load_figures().values()), []
    for kind, wanted in (("subject", subject), ("role", role)):
        valid = sorted({getattr(f, kind) for f in load_figures().values()})
        if wanted is not None and wanted not in valid:
            errors.append(f"unknown {kind} '{wanted}'; valid are: {', '.join(valid)}")
        figures = [f for f in figures if wanted in (None, getattr(f, kind))]
    if errors:
        raise UserError(errors)
    return figures


def _value(f: Figure) -> str:
    """Return the value with its range and unit, ``350,000 (300,000 to 400,000) persons``."""
    if f.unit == "date":
        return f.text
    value, low, high = ("" if x is None else f"{x:,.12g}" for x in (f.value, f.low, f.high))
    span = f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    if not low and not high:
        span = value
    elif value and value not in (low, high):
        span = f"{value} ({span})"
    return f"{span} {f.unit}"


def _lines(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return one row of a table: each cell wrapped in its column of that many characters."""
    wrapped = [wrap(cell, w) for cell, w in zip(cells, widths, strict=True)]
    rows = zip_longest(*wrapped, fillvalue="")
    return ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows]


def format_figures(
    figures: Iterable[Figure], width: int = 100, uses: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Return a table of at most ``width`` characters a line (72 or more), no final line end.

    The columns are id, value with range and unit, date, role and source; what the figure says
    stands beneath its row, and with ``uses`` (by id) what in the model uses it.
    """
    heads = ("id", "value", "date", "role", "source")
    figures = list(figures)
    rows = [(f.id, _value(f), f.as_of, f.role, f"{f.document}:{f.line}") for f in figures]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    room = max(width, 72) - sum(widths[2:]) - 2 * (len(widths) - 1)
    if sum(widths[:2]) > room:  # too wide: id and value share what is left
        # An id is copied from the table to a command: broken only where nothing else helps.
        least = 14 if room - widths[0] >= 14 else room * 2 // 5
        widths[1] = min(widths[1], max(room - widths[0], least))
        widths[0] = room - widths[1]
    lines = _lines(heads, widths)
    for f, row in zip(figures, rows, strict=True):
        said = [f.what, f"used by: {listed_uses(uses, f.id)}"] if uses is not None else [f.what]
        lines += _lines(row, widths)
        for text in said:
            lines += _lines(("", text), (2, max(width, 72) - 4))
    return "\n".join(lines)


def listed_uses(uses: Mapping[str, Sequence[str]] | None, identity: str) -> str:
    """Return what uses a figure, as text."""
    return ", ".join((uses or {}).get(identity, ())) or "nothing but the reader"


def format_figure(f: Figure, uses: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return all fields of one figure, a line each, with the full citation of its document."""
    clash = load_figures()[f.conflict] if f.conflict else None
    fields = {
        "id": f.id,
        "value": _value(f),
        "range": f"{f.earliest} to {f.latest}" if f.earliest or f.latest else "",
        "as of": f.as_of,
        "role": f.role,
        "subject": f.subject,
        "what": f.what,
        "source": f"{f.document}:{f.line}",
        "document": load_documents()[f.document].citation,
        "conflict": f"{clash.id}: {_value(clash)}, {clash.what}" if clash else "none",
        "used by": listed_uses(uses, f.id) if uses is not None else "",
    }
    return "\n".join(line for k, v in fields.items() if v for line in _lines((k, v), (8, 90)))


#: What may become of a mechanism.
STATUSES = (
    "modelled",  # at least one function names it in its docstring
    "in a scenario",  # a scenario file names it, in a claim or a comment
    "left out",  # on purpose; the reason is given
    "open",  # not yet; the reason says what is missing
)
#: How a mechanism is in the model.
GRADES = (
    "choice",  # an actor decides it, for reasons that the rule weighs
    "rule",  # it follows from a rule without a decision
    "by omission",  # no rule carries it; what is left out or given does not contradict it
    "label",  # it is only named, or computed with no effect that can be measured
)


@dataclass(frozen=True)
class Mechanism:
    """One row of ``data/mechanisms.csv``: a statement of the documents in our own words.

    ``sources`` are ``document:line`` or ``document:first-last``. ``reason`` stands where the grade
    is neither choice nor rule, ``scenario`` (a file stem) where it is in a scenario, else both are
    "". Which functions carry a modelled row is worked out from their docstrings. ``shown`` names
    what shows a choice or rule in the model as a whole where no sign or claim cites it: a sign, a
    claim, a target or an uncertain parameter tied to an outcome.
    """

    id: str
    sources: tuple[str, ...]
    statement: str
    status: str
    grade: str
    shown: str
    reason: str
    scenario: str


@lru_cache
def load_mechanisms() -> dict[str, Mechanism]:
    """Return the table by id, in the order of the file."""
    return {
        row["id"]: Mechanism(**{**row, "sources": tuple(row["sources"].split())})  # type: ignore[arg-type]
        for row in _rows("mechanisms.csv")
    }


_ID = re.compile(r"\b[MPSEOX][0-9]{2,3}\b")


def ids_in(text: str) -> list[str]:
    """Return the ids of mechanisms that a text names, each once, in the order of the text."""
    return list(dict.fromkeys(found for found in _ID.findall(text) if found in load_mechanisms()))


def mechanism(identity: str) -> Mechanism:
    """Return one mechanism.

    Raises:
        UserError: if there is none of that id; the line names the nearest one.
    """
    table = load_mechanisms()
    if identity.upper() not in table:
        raise UserError(unknown("mechanism", identity, table))
    return table[identity.upper()]


def with_status(status: str | None) -> list[Mechanism]:
    """Return the mechanisms of a status, or all, in the order of the file.

    Raises:
        UserError: for an unknown status.
    """
    if status is not None and status not in STATUSES:
        raise UserError(unknown("status", status, STATUSES))
    return [m for m in load_mechanisms().values() if status in (None, m.status)]


@dataclass(frozen=True)
class Kind:
    """A kind of event.

    Attributes:
        text: the sentence, with ``{actor}``, ``{target}`` and ``{size}`` where they stand.
        unit: unit of the size; "" where it has none, "parameter" where the target's own.
        noun: what many of them are called in a table.
        weight: how telling one is: 3 breaks and turns, 2 decisions, 1 what happens often.
    """

    text: str
    unit: str
    noun: str
    weight: int


#: A gradual quantity becomes an event where it rises past the first number or falls to the second.
#: Between the two nothing is noted, so that a value that wavers gives no noise.
THRESHOLDS: dict[str, tuple[float, float]] = {
    "backing": (0.6, 0.4),  # Moscow's backing of the ruler, 0 to 1
    "alignment": (0.7, 0.5),  # position between the West (-1) and Moscow (1)
    "collusion": (0.5, 0.4),  # share of an agency that works with traffickers
    "control": (0.4, 0.3),  # the centre's control of a region
    "alliance": (250.0, 100.0),  # troops of called allies against militants inside
    "slump": (0.95, 0.8),  # work for migrants over its usual
    "return": (0.02, 0.005),  # share of all migrants who come home in a month
    "guard": (0.5, 0.02),  # people of a foreign guard over those of the start
}


#: A network's main way is another once the other carries so many times as much, ratio.
WAY_MOVES = 1.3

#: A harvest is told where it is beyond these, ratio to the last one.
LARGE_HARVEST, SMALL_HARVEST = 1.35, 0.7


@lru_cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(data_text("chronicle.toml"))


@lru_cache
def load_kinds() -> dict[str, Kind]:
    """Return the kinds of events by name, in the order of the file (that of the month)."""
    return {name: Kind(**row) for name, row in _lists()["kinds"].items()}


@lru_cache
def load_causes() -> dict[str, str]:
    """Return the causes by name with the words that tell them; the first, "", is none."""
    return {"": "", **_lists()["causes"]}


def load_display_names() -> dict[str, str]:
    """Return names of the closed lists that are read otherwise than they are written."""
    names: dict[str, str] = _lists()["names"]
    return names
