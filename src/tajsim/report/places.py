"""Where a setting or event stands in the texts of a scenario, and which documents it names."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tajsim.inputs.dates import event_month
from tajsim.inputs.figures import load_documents, load_figures, printed_in

_FILE = re.compile(r"^# (\S+\.toml)$")


@dataclass(frozen=True)
class Place:
    """One event of a scenario file.

    Attributes:
        where: file and line, ``scenarios/x.toml:17``.
        month, kind, label: those of the event.
        remark: the comment above it, which says why, as one line.
    """

    where: str
    month: str
    kind: str
    label: str
    remark: str


def split(text: str) -> list[tuple[str, str]]:
    """Return path and text of each file of a chain of scenarios, parents first."""
    parts: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        found = _FILE.match(line)
        if found:
            parts.append((found[1], []))
        elif parts:
            parts[-1][1].append(line)
    return [(path, "\n".join(lines)) for path, lines in parts]


def title_of(text: str) -> str:
    """Return the title that the last file of a chain of scenarios gives, "" if it gives none."""
    for _, part in reversed(split(text)):
        try:
            return str(tomllib.loads(part).get("title", ""))
        except ValueError:
            return ""
    return ""


@lru_cache(maxsize=64)
def event_places(text: str) -> tuple[Place, ...]:
    """Return every event of a chain of scenario files with its place; what is no TOML has none."""
    found: list[Place] = []
    for path, part in split(text):
        try:
            tables = tomllib.loads(part).get("events", [])
        except ValueError:
            continue
        lines = part.splitlines()
        starts = [i for i, line in enumerate(lines) if line.strip().startswith("[[events]]")]
        if len(starts) != len(tables):
            continue
        for start, table in zip(starts, tables, strict=True):
            date = str(table.get("date", ""))
            found.append(
                Place(
                    f"{path}:{start + 1}",
                    event_month(date) or date,
                    str(table.get("kind", "")),
                    str(table.get("label", "")),
                    _above(lines, start),
                )
            )
    return tuple(found)


def setting_remark(text: str, origin: str) -> str:
    """Return the comment above the line ``path:line`` of a chain of scenario files."""
    path, _, line = origin.rpartition(":")
    if not re.fullmatch("[0-9]{1,7}", line):
        return ""
    for own, part in split(text):
        lines = part.splitlines()
        if own == path and int(line) <= len(lines):
            return _above(lines, int(line) - 1)
    return ""


def _above(lines: Sequence[str], place: int) -> str:
    """Return the comment lines that end right above a line, as one line."""
    kept: list[str] = []
    for line in reversed(lines[:place]):
        text = line.strip()
        if not text.startswith("#") or text.startswith("#:"):
            break
        kept.append(text.lstrip("# "))
    return " ".join(reversed(kept))


def cited(remark: str, figures: Sequence[str] = ()) -> list[str]:
    """Return ``document:line`` of everything that a remark or figure ids cite, each once."""
    return list(dict.fromkeys([*printed_in(figures), *_in_text(remark)]))


def _in_text(remark: str) -> Iterator[str]:
    """Yield the places that a text names: ``icg-2016:131, 141`` and ids of figures."""
    keys = "|".join(re.escape(key) for key in load_documents())
    for found in re.finditer(rf"({keys}):([0-9]+(?:, [0-9]+)*)", remark):
        for line in found[2].split(", "):
            yield f"{found[1]}:{line}"
    ledger = load_figures()
    for word in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", remark):
        if word in ledger:
            yield f"{ledger[word].document}:{ledger[word].line}"
