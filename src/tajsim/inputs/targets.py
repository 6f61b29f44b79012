"""The targets: figures that runs of ``history`` are held against, fitted or only checked."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from tajsim.axes import DIMENSIONS
from tajsim.errors import UserError, unknown
from tajsim.inputs.ledger import Figure, load_figures
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.toml import is_month

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


FILE_NAME = "targets.toml"
#: Standard errors that a 90 % interval of a normal distribution spans.
_INTERVAL = 2 * 1.6449

Window = tuple[str, str]


@dataclass(frozen=True)
class Target:
    """One target; `docs/calibration.md` and the head of ``data/targets.toml`` explain the fields.

    ``observed`` is in the unit of the figure (1 or 0 for an event), ``error`` one standard error
    on ``scale`` (of the logarithm, for "log").
    """

    id: str
    figure: Figure
    use: str
    looked_at: bool
    reason: str
    series: str
    outcome: str
    where: Mapping[str, str]
    window: Window
    measure: str
    base: Window | None
    divisor: str | None
    times: float
    bound: str
    scale: str
    observed: float
    error: float
    error_reason: str

    @property
    def is_event(self) -> bool:
        """Whether the target is something that happened or not."""
        return self.measure in EVENTS

    @property
    def unit(self) -> str:
        """The unit of ``observed`` and of the simulated values."""
        return "0 or 1" if self.is_event else self.figure.unit


@dataclass(frozen=True)
class TargetFile:
    """The targets by id, and why other ``target`` figures of the ledger cannot be compared."""

    targets: Mapping[str, Target]
    not_comparable: Mapping[str, str]


def target_text() -> str:
    """Return the file as text; its checksum stands beside a calibrated sample."""
    return files("tajsim").joinpath(f"data/{FILE_NAME}").read_text(encoding="utf-8")


@cache
def load_targets() -> Mapping[str, Target]:
    """Return all targets by id, in the order of the file."""
    return read_targets(target_text()).targets


def fitted() -> tuple[Target, ...]:
    """Return the targets that the calibration fits."""
    return tuple(t for t in load_targets().values() if t.use == "fitted")


def checked() -> tuple[Target, ...]:
    """Return the targets that only check."""
    return tuple(t for t in load_targets().values() if t.use == "checked")


def read_targets(text: str) -> TargetFile:
    """Read and check a file of targets.

    Raises:
        UserError: all mistakes at once, a line each: unknown keys, figures, outcomes, dimensions
            and words, windows that are reversed, missing values and errors.
    """
    try:
        table = tomllib.loads(text)
    except ValueError as broken:
        raise UserError(f"{FILE_NAME}: {broken}") from None
    wrong = mistakes(table)
    if wrong:
        raise UserError(f"{FILE_NAME}: {line}" for line in wrong)
    error = float(table["event"]["error"])
    return TargetFile(
        MappingProxyType({i: _target(i, row, error) for i, row in table["targets"].items()}),
        MappingProxyType(dict(table.get("not_comparable", {}))),
    )


def _target(identity: str, row: dict[str, Any], event_error: float) -> Target:
    figure = load_figures()[row["figure"]]
    scale, measure = row.get("scale", "natural"), row["measure"]
    if measure in EVENTS:
        observed, error = float(measure == "happened"), event_error
        reason = "as for every event"
    else:
        observed, spread = _from_ledger(figure, scale)
        error = float(row.get("error", spread))
        reason = row.get("error_reason", "the printed range, read as a 90 % interval")
    return Target(
        id=identity,
        figure=figure,
        use=row["use"],
        looked_at=row.get("looked_at", False),
        reason=row["reason"],
        series=row.get("series", ""),
        outcome=row["outcome"],
        where=dict(row.get("where", {})),
        window=(row["window"][0], row["window"][1]),
        measure=measure,
        base=(row["base"][0], row["base"][1]) if "base" in row else None,
        divisor=row.get("divisor"),
        times=float(row.get("times", 1.0)),
        bound=row.get("bound", "about"),
        scale=scale,
        observed=observed,
        error=error,
        error_reason=reason,
    )


def _from_ledger(figure: Figure, scale: str) -> tuple[float, float]:
    """Return the observed value and, where the ledger prints a range, its standard error.

    Without a value the middle of the range on the scale is taken.
    """
    low, high, value = figure.low, figure.high, figure.value
    if low is None or high is None:
        return float(value or 0.0), math.nan
    if scale == "log":
        middle, spread = math.sqrt(low * high), math.log(high / low) / _INTERVAL
    else:
        middle, spread = (low + high) / 2.0, (high - low) / _INTERVAL
    return middle if value is None else value, spread
