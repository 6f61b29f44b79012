"""The closed list of event kinds: what a scenario may schedule, and the arguments of each.

An event changes state or policy, never an outcome. What follows is decided by the rules.
"""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from tajsim.inputs.closed_lists import (
    Agency,
    Commander,
    EventDate,
    FigureId,
    ForeignAgency,
    Guard,
    Movement,
    ParameterName,
    Section,
    Step,
)

#: A number, or a text with number and unit; checked against the unit of its parameter later.
Quantity = Annotated[
    Any,
    PlainValidator(lambda value: value),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]
Months = Annotated[int, Field(ge=1, le=600)]


class EventRow(BaseModel):
    """What every ``[[events]]`` table holds."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    date: EventDate
    kind: str
    label: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(
        None, description="short text for plots"
    )
    figures: list[FigureId] = Field([], description="ledger ids that document the event")

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the kind, by name."""
        return {name: getattr(self, name) for name in argument_names(type(self))}


class SetEvent(EventRow):
    """A lever or an uncertain parameter takes a new value, at once or over some months."""

    kind: Literal["set"]
    parameter: ParameterName
    value: Quantity
    months: Months = Field(1, description="length of a linear ramp; 1 = at once")


class HandoverEvent(EventRow):
    """The guard of a border section passes to an agency that guards borders."""

    kind: Literal["handover"]
    section: Section
    agency: Guard


class AppointEvent(EventRow):
    """A commander is given the head's post of an agency."""

    kind: Literal["appoint"]
    commander: Commander
    agency: Agency


class DismissEvent(EventRow):
    """The regime tries to dismiss a commander; what follows is decided by rules."""

    kind: Literal["dismiss"]
    commander: Commander


class ArrestEvent(EventRow):
    """The regime orders the arrest of a commander; what follows is decided by rules."""

    kind: Literal["arrest"]
    commander: Commander


class RepressionStepEvent(EventRow):
    """The regime takes a step on the repression ladder."""

    kind: Literal["repression_step"]
    step: Step


class SeatsEvent(EventRow):
    """A movement holds so many seats of the 63 in the lower house (lower-house-seats)."""

    kind: Literal["seats"]
    movement: Movement
    seats: Annotated[float, Field(ge=0, le=63)]


class WithdrawAgencyEvent(EventRow):
    """A foreign-run agency winds down over some months."""

    kind: Literal["withdraw_agency"]
    agency: ForeignAgency
    months: Months = Field(1, description="length of the withdrawal; 1 = at once")


AnyEvent = Annotated[
    SetEvent
    | HandoverEvent
    | AppointEvent
    | DismissEvent
    | ArrestEvent
    | RepressionStepEvent
    | SeatsEvent
    | WithdrawAgencyEvent,
    Field(discriminator="kind"),
]

EVENT_KINDS: dict[str, type[EventRow]] = {
    "set": SetEvent,
    "handover": HandoverEvent,
    "appoint": AppointEvent,
    "dismiss": DismissEvent,
    "arrest": ArrestEvent,
    "repression_step": RepressionStepEvent,
    "seats": SeatsEvent,
    "withdraw_agency": WithdrawAgencyEvent,
}


def argument_names(kind: type[EventRow]) -> list[str]:
    """Return the names of the arguments that a kind has besides date, kind, label, figures."""
    return [name for name in kind.model_fields if name not in EventRow.model_fields]


def likely_kind(kind: str, keys: Collection[str]) -> str:
    """Return the kind that a misnamed event seems to be, by its name or its keys; "" if unclear."""
    close = get_close_matches(kind, EVENT_KINDS, n=1)
    if close:
        return close[0]
    shared = {name: len({*argument_names(row)} & {*keys}) for name, row in EVENT_KINDS.items()}
    best = [name for name, count in shared.items() if count == max(shared.values()) > 0]
    return best[0] if len(best) == 1 else ""
