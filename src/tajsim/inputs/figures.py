"""The ledger of figures: each number or date printed in a source document, with its place."""

from __future__ import annotations

import csv
import difflib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import zip_longest
from textwrap import wrap

from tajsim.errors import UserError


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


def _figure(row: dict[str, str]) -> Figure:
    texts = row["value"], row["low"], row["high"]
    dated = row["unit"] == "date"
    value, low, high = (float(text) if text and not dated else None for text in texts)
    return Figure(
        id=row["id"],
        value=value,
        text=row["value"],
        low=low,
        high=high,
        earliest=row["low"] if dated else "",
        latest=row["high"] if dated else "",
        unit=row["unit"],
        as_of=row["as_of"],
        role=row["role"],
        subject=row["subject"],
        what=row["what"],
        document=row["document"],
        line=int(row["line"]),
        conflict=row["conflict"],
    )


@lru_cache
def load_figures() -> dict[str, Figure]:
    """Return the ledger by id, in the order of the file."""
    text = files("tajsim").joinpath("data/figures.csv").read_text(encoding="utf-8")
    return {row["id"]: _figure(row) for row in csv.DictReader(text.splitlines())}


@lru_cache
def load_documents() -> dict[str, Document]:
    """Return the source documents by key, in the order of the file."""
    text = files("tajsim").joinpath("data/documents.toml").read_text(encoding="utf-8")
    return {key: Document(key, **table) for key, table in tomllib.loads(text).items()}


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


def format_figures(figures: Iterable[Figure], width: int = 100) -> str:
    """Return a table of at most ``width`` characters a line (72 or more), no final line end.

    The columns are id, value with range and unit, date, role and source; what the figure says
    stands beneath its row.
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
        lines += _lines(row, widths) + _lines(("", f.what), (2, max(width, 72) - 4))
    return "\n".join(lines)


def format_figure(f: Figure) -> str:
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
    }
    return "\n".join(line for k, v in fields.items() if v for line in _lines((k, v), (8, 90)))
