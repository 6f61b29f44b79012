"""Checks of the file of targets: one line for every mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tajsim.axes import DIMENSIONS
from tajsim.errors import unknown
from tajsim.inputs.dates import is_month
from tajsim.inputs.figures import load_figures
from tajsim.inputs.outcomes import load_outcomes

USES = ("fitted", "checked")
EVENTS = ("happened", "absent")
MEASURES = ("level", "sum", "change", "difference", "ratio", *EVENTS)
BOUNDS = ("about", "at_least", "at_most")
SCALES = ("natural", "log")

_TABLES = ("event", "targets", "not_comparable")
_WORDS = {"use": USES, "measure": MEASURES, "bound": BOUNDS, "scale": SCALES}
_TEXTS = ("figure", "reason", "series", "outcome", "divisor", "error_reason", *_WORDS)
_NUMBERS = ("times", "error")
_KEYS = (*_TEXTS, *_NUMBERS, "looked_at", "where", "window", "base")
_NEEDED = ("figure", "use", "reason", "outcome", "window", "measure")
#: Measures that need a further key, and the key.
_ALSO = {"change": "base", "difference": "base", "ratio": "divisor"}


def mistakes(table: Mapping[str, Any]) -> list[str]:
    """Return one line for every mistake in a parsed file of targets."""
    wrong = [unknown("table", name, _TABLES) for name in table if name not in _TABLES]
    if not _is_positive(table.get("event", {}).get("error")):
        wrong.append("event.error: expected a number above 0")
    rows = table.get("targets", {})
    for identity, row in rows.items():
        wrong += [f"targets.{identity}: {line}" for line in _row(row)]
    used = {row.get("figure") for row in rows.values()}
    for identity, reason in table.get("not_comparable", {}).items():
        if identity not in load_figures():
            wrong.append(unknown("figure", identity, load_figures(), "not_comparable: "))
        elif identity in used:
            wrong.append(f"not_comparable: '{identity}' is the figure of a target; expected once")
        if not (isinstance(reason, str) and reason):
            wrong.append(f"not_comparable: '{identity}' has no reason")
    return wrong


def _row(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the mistakes of one target; what hangs on a wrong key is not looked at."""
    wrong = [unknown("key", key, _KEYS) for key in row if key not in _KEYS]
    wrong += [f"missing; expected the key '{key}'" for key in _NEEDED if key not in row]
    wrong += [_type(key, row[key]) for key in row if key in _KEYS and _type(key, row[key])]
    yield from wrong
    if wrong:
        return
    for key, words in _WORDS.items():
        if key in row and row[key] not in words:
            yield unknown(key, row[key], words)
    if row["figure"] not in load_figures():
        yield unknown("figure", row["figure"], load_figures())
        return
    for key in ("outcome", "divisor"):
        if key in row and row[key] not in load_outcomes():
            yield unknown("outcome", row[key], load_outcomes())
    yield from _where(row)
    yield from _windows(row)
    yield from _fit(row)


def _type(key: str, value: Any) -> str:
    """Return what is wrong with the type of a value; ``""`` if nothing is."""
    if key in _TEXTS and not (isinstance(value, str) and value):
        return f"{key}: expected a text"
    if key == "error" and not _is_positive(value):
        return "error: expected a number above 0"
    if key == "times" and (isinstance(value, bool) or not isinstance(value, int | float)):
        return "times: expected a number"
    if key == "looked_at" and not isinstance(value, bool):
        return "looked_at: expected true or false"
    if key == "where" and not isinstance(value, dict):
        return "where: expected a table such as { section = 'khorog' }"
    if key in ("window", "base") and not (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(m, str) and is_month(m) for m in value)
    ):
        return f"{key}: expected two months such as ['2008-01', '2008-12']"
    return ""


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _where(row: Mapping[str, Any]) -> Iterator[str]:
    for key in ("outcome", "divisor"):
        outcome = load_outcomes().get(row.get(key, ""))
        for dimension, name in row.get("where", {}).items() if outcome else ():
            if dimension not in (outcome.dimensions if outcome else ()):
                have = ", ".join(outcome.dimensions if outcome else ()) or "none"
                yield f"where: '{row[key]}' has no dimension '{dimension}'; it has: {have}"
            elif name not in DIMENSIONS[dimension]:
                yield unknown(dimension, str(name), DIMENSIONS[dimension], "where: ")


def _windows(row: Mapping[str, Any]) -> Iterator[str]:
    for key in ("window", "base"):
        if key in row and row[key][0] > row[key][1]:
            yield f"{key}: {row[key][0]} is after {row[key][1]}; expected the first month first"


def _fit(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield keys that do not go together: with the measure, and with what the ledger prints."""
    measure, needed = row["measure"], _ALSO.get(row["measure"])
    if needed and needed not in row:
        yield f"missing; expected the key '{needed}' with measure = '{measure}'"
    for key in ("base", "divisor"):
        if key in row and key != needed:
            yield f"{key}: does not fit measure = '{measure}'"
    figure = load_figures()[row["figure"]]
    if measure in EVENTS:
        for key in ("error", "scale", "bound", "times"):
            if key in row:
                yield f"{key}: does not fit measure = '{measure}'; events share [event]"
        return
    ranged = figure.low is not None and figure.high is not None
    if figure.value is None and not ranged:
        yield f"figure: '{figure.id}' is no number; expected measure 'happened' or 'absent'"
    if not ranged and "error" not in row:
        yield "missing; expected the key 'error': the ledger prints no range"
    if ("error" in row) != ("error_reason" in row):
        yield "expected 'error' and 'error_reason' together"
    bottom = figure.low if ranged else figure.value
    if row.get("scale") == "log" and bottom is not None and bottom <= 0:
        yield "scale: the figure is not above 0; expected 'natural'"
