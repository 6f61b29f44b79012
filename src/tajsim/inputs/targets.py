"""The targets: figures that runs of ``history`` are held against, fitted or only checked."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from tajsim.errors import UserError
from tajsim.inputs.figures import Figure, load_figures
from tajsim.inputs.target_check import EVENTS, mistakes

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
