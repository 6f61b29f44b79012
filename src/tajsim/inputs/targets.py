"""The targets: figures that runs of ``history`` are held against: fitted, checked or given."""

import math
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Annotated, Literal

from pydantic import Field

from tajsim.errors import UserError, refuse
from tajsim.files import data_text
from tajsim.inputs import events, ledger, toml

EVENTS = ("happened", "absent")
MEASURES = ("level", "sum", "change", "difference", "ratio", *EVENTS)
#: Measures that need a further key, and the key.
_ALSO = {"change": "base", "difference": "base", "ratio": "divisor"}

FILE_NAME = "targets.toml"
#: Standard errors that a 90 % interval of a normal distribution spans.
_INTERVAL = 2 * 1.6449

Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(gt=0)]


class Target(toml.FileTable):
    """One target; `docs/calibration.md` and the head of ``data/targets.toml`` explain the keys."""

    id: str = ""
    figure_id: events.FigureId = Field(alias="figure")
    use: Annotated[str, events.one_of("use", ("fitted", "checked", "given"))]
    looked_at: bool = False
    reason: Text
    series: str = Field("", min_length=1)
    outcome: events.OutcomeName
    where: dict[str, str] = Field({})
    window: events.Window
    measure: Annotated[str, events.one_of("measure", MEASURES)]
    base: events.Window | None = None
    divisor: events.OutcomeName | None = None
    times: float = 1.0
    bound: Annotated[str, events.one_of("bound", ("about", "at_least", "at_most"))] = "about"
    scale: Annotated[str, events.one_of("scale", ("natural", "log"))] = "natural"
    given_error: Positive | None = Field(None, alias="error")
    error_reason: str = Field("the printed range, read as a 90 % interval", min_length=1)

    @property
    def figure(self) -> ledger.Figure:
        """The figure of the ledger."""
        return ledger.load_figures()[self.figure_id]

    @property
    def is_event(self) -> bool:
        """Whether the target is something that happened or not."""
        return self.measure in EVENTS

    @property
    def unit(self) -> str:
        """The unit of ``observed`` and of the simulated values."""
        return "0 or 1" if self.is_event else self.figure.unit

    @cached_property
    def observed(self) -> float:
        """The value of the figure in its unit, the middle of a range; 1 or 0 for an event."""
        low, high, value = self.figure.low, self.figure.high, self.figure.value
        if self.is_event:
            return float(self.measure == "happened")
        if value is not None or low is None or high is None:
            return float(value or 0.0)
        return math.sqrt(low * high) if self.scale == "log" else (low + high) / 2.0

    @cached_property
    def error(self) -> float:
        """One standard error on ``scale`` (of the logarithm, for "log")."""
        low, high = self.figure.low, self.figure.high
        if self.given_error is not None or low is None or high is None:
            return math.nan if self.given_error is None else self.given_error
        return (math.log(high / low) if self.scale == "log" else high - low) / _INTERVAL


class TargetFile(toml.FileTable):
    """The targets by id, and why other ``target`` figures of the ledger cannot be compared."""

    event: dict[Literal["error"], Positive]
    targets: dict[str, Target] = Field({})
    not_comparable: dict[events.FigureId, Text] = Field({})


def target_text() -> str:
    """Return the file as text; its checksum stands beside a calibrated sample."""
    return data_text(FILE_NAME)


@cache
def load_targets() -> Mapping[str, Target]:
    """Return all targets by id, in the order of the file."""
    return read_targets(target_text()).targets


def fitted() -> tuple[Target, ...]:
    """Return the targets that the calibration fits."""
    return tuple(t for t in load_targets().values() if t.use == "fitted")


def read_targets(text: str) -> TargetFile:
    """Read a file of targets; a `UserError` tells all mistakes at once, a line each.

    They are unknown keys, figures, outcomes, places and words, reversed windows, a missing error.
    """
    tables, problems = toml.read_toml(text, FILE_NAME)
    if (file := problems.fit((), TargetFile, tables)) is None:
        raise UserError(problems.messages())
    targets: dict[str, Target] = {}
    for identity, target in file.targets.items():
        key = ("targets", identity)
        events.check_months(problems, (*key, "window"), target.window, ("", ""), "")
        events.check_places(problems, (*key, "where"), target.outcome, target.where)
        shared = {"given_error": file.event["error"], "error_reason": "as for every event"}
        more = {"id": identity, **(shared if target.is_event else {})}
        targets[identity] = target.model_copy(update=more)
        if (needed := _ALSO.get(target.measure)) and getattr(target, needed) is None:
            said = f"missing; expected the key '{needed}' with measure = '{target.measure}'"
            problems.add(key, said)
        if math.isnan(targets[identity].error):
            problems.add(key, "missing; expected the key 'error': the ledger prints no range")
    refuse(problems.messages())
    return file.model_copy(update={"targets": targets})
