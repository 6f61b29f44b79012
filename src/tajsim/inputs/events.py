"""The closed list of event kinds: what a scenario may schedule, and the arguments of each.

An event changes state or policy, never an outcome. What follows is decided by the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Literal, get_args

import pydantic as pd
from pydantic import Field
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import TypeAliasType

import tajsim.axes as axes
from tajsim.errors import nearest, unknown
from tajsim.inputs import ledger, outcomes, registry, switches, toml
from tajsim.inputs.source import FileTable, Problems
from tajsim.world import GUARDS


def settable_parameters() -> list[str]:
    """Return the names of the parameters that a scenario may set: all but the constants."""
    return [p.name for p in registry.load_parameters().values() if p.role != "constant"]


@dataclass(frozen=True)
class _Restricted:
    """A string that passes ``check`` after pydantic has checked that it is one."""

    def check(self, text: str) -> str:
        """Return the text, or raise pydantic's error with what was expected."""
        raise NotImplementedError

    def about(self) -> dict[str, Any]:
        """Return the keys of a JSON schema that say what is allowed."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(
        self, source: Any, handler: pd.GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return pydantic's schema of the string with the check behind it."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: pd.GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the JSON schema, from which an editor completes names."""
        return {"type": "string", **self.about()}


@dataclass(frozen=True)
class OneOf(_Restricted):
    """A string from a closed list. ``offered`` are the names that the schema offers, if fewer."""

    kind: str
    names: Callable[[], Collection[str]]
    offered: Callable[[], Collection[str]] | None = None

    def check(self, text: str) -> str:
        """Return a text of the list."""
        if text not in self.names():
            # The nearest name is looked for when the message is printed.
            context = {"kind": self.kind, "names": self.names}
            raise PydanticCustomError("unknown", "is in no closed list", context)
        return text

    def about(self) -> dict[str, Any]:
        """Return the names."""
        return {"enum": list((self.offered or self.names)())}


@dataclass(frozen=True)
class Switchable(_Restricted):
    """The name of something that can be taken out of the model, see `tajsim.inputs.switches`."""

    def check(self, text: str) -> str:
        """Return a name that can be held."""
        if text not in switches.switchable():  # a nearest name is looked for when it is printed
            context = {"kind": "mechanism, rule or theme", "names": switches.switchable}
            raise PydanticCustomError("unknown", "is in no closed list", context)
        if reason := switches.why_not(text):
            raise PydanticCustomError("form", "{text}", {"text": reason})
        return text

    def about(self) -> dict[str, Any]:
        """Return what may be named."""
        told = "a mechanism (M47), a theme (militants) or a rule (drug_market.volume)"
        return {"description": told}


@dataclass(frozen=True)
class TextOf(_Restricted):
    """A string of a pattern that passes a test; ``expected`` describes it to people."""

    pattern: str
    expected: str
    test: Callable[[str], object] = bool

    def check(self, text: str) -> str:
        """Return a text of the form."""
        if not (re.fullmatch(self.pattern, text) and self.test(text)):
            # A fixed template, because the text may hold braces.
            message = f"'{text}' is not valid; expected {self.expected}"
            raise PydanticCustomError("form", "{text}", {"text": message})
        return text

    def about(self) -> dict[str, Any]:
        """Return the pattern and what was expected."""
        return {"pattern": self.pattern, "description": self.expected}


# Aliases rather than plain Annotated types: each list then stands once in the JSON Schema.
Section = TypeAliasType("Section", Annotated[str, OneOf("section", lambda: axes.SECTIONS)])
Agency = TypeAliasType("Agency", Annotated[str, OneOf("agency", lambda: axes.AGENCIES)])
Guard = TypeAliasType("Guard", Annotated[str, OneOf("border guard", lambda: GUARDS)])
ForeignAgency = TypeAliasType(  # Russia's border troops are the only agency that others run
    "ForeignAgency", Annotated[str, OneOf("foreign-run agency", lambda: GUARDS[:1])]
)
Commander = TypeAliasType("Commander", Annotated[str, OneOf("commander", lambda: axes.COMMANDERS)])
Movement = TypeAliasType("Movement", Annotated[str, OneOf("movement", lambda: axes.MOVEMENTS)])
DealName = TypeAliasType("DealName", Annotated[str, OneOf("deal", lambda: axes.DEALS)])
Step = TypeAliasType(
    "Step", Annotated[str, OneOf("repression step", lambda: axes.REPRESSION_STEPS)]
)
ParameterName = TypeAliasType(
    "ParameterName",
    Annotated[str, OneOf("parameter", registry.load_parameters, settable_parameters)],
)
OutcomeName = TypeAliasType("OutcomeName", Annotated[str, OneOf("outcome", outcomes.load_outcomes)])
FigureId = TypeAliasType("FigureId", Annotated[str, OneOf("figure", ledger.load_figures)])
Month = TypeAliasType(
    "Month", Annotated[str, TextOf(f"^{toml.MONTH}$", "a month such as '2004-11'")]
)
EventDate = TypeAliasType(
    "EventDate",
    Annotated[
        str,
        TextOf(
            f"^{toml.MONTH}(-[0-9]{{2}})?$",
            "a date such as '2004-11' or '2004-11-15'",
            toml.event_month,
        ),
    ],
)


#: A number, or a text with number and unit; checked against the unit of its parameter later.
Quantity = Annotated[
    Any,
    pd.PlainValidator(lambda value: value),
    pd.WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]
Months = Annotated[int, Field(ge=1, le=600)]
#: Two months, a list in the file.
Window = Annotated[
    tuple[str, str],
    pd.GetPydanticSchema(
        lambda _, handler: handler(
            Annotated[
                list[Month],
                Field(min_length=2, max_length=2, strict=False),
                pd.AfterValidator(tuple),
                pd.PlainSerializer(tuple),
            ]
        )
    ),
]


class EventRow(FileTable):
    """What every ``[[events]]`` table holds."""

    date: EventDate
    kind: str
    label: Annotated[str, Field(min_length=1, max_length=60)] | None = Field(
        None, description="short text for plots"
    )
    figures: tuple[FigureId, ...] = Field(
        (), strict=False, description="ledger ids that document the event"
    )

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


class DealEvent(EventRow):
    """A deal begins or ends as documented; a power closes it for good; or it is held, or freed."""

    kind: Literal["deal"]
    deal: DealName
    change: Literal["begin", "end", "close", "hold", "free"]


AnyEvent = Annotated[
    SetEvent
    | HandoverEvent
    | AppointEvent
    | DismissEvent
    | ArrestEvent
    | RepressionStepEvent
    | SeatsEvent
    | WithdrawAgencyEvent
    | DealEvent,
    Field(discriminator="kind"),
]

EVENT_KINDS: dict[str, type[EventRow]] = {
    get_args(row.model_fields["kind"].annotation)[0]: row for row in get_args(get_args(AnyEvent)[0])
}


def argument_names(kind: type[EventRow]) -> list[str]:
    """Return the names of the arguments that a kind has besides date, kind, label, figures."""
    return [name for name in kind.model_fields if name not in EventRow.model_fields]


def _likely_kind(kind: str, keys: Collection[str]) -> str:
    """Return the kind that a misnamed event seems to be, by its name or its keys; "" if unclear."""
    close = get_close_matches(kind, EVENT_KINDS, n=1)
    if close:
        return close[0]
    shared = {name: len({*argument_names(row)} & {*keys}) for name, row in EVENT_KINDS.items()}
    best = [name for name, count in shared.items() if count == max(shared.values()) > 0]
    return best[0] if len(best) == 1 else ""


def read_event(
    problems: Problems, key: toml.Key, raw: dict[str, Any], unknown_yet: Container[str] = ()
) -> EventRow | None:
    """Return the row of an event if it fits its kind; what does not fit is a problem.

    Arguments that are ``unknown_yet`` are not looked at.
    """
    kind = raw.get("kind")
    if isinstance(kind, str) and kind in EVENT_KINDS:
        return problems.fit(key, EVENT_KINDS[kind], raw, unknown_yet)
    if kind is None:
        problems.add((*key, "kind"), f"missing; expected one of {', '.join(EVENT_KINDS)}")
    else:
        problems.add((*key, "kind"), unknown("event kind", str(kind), EVENT_KINDS))
    # The other mistakes too, if it is clear what is meant.
    if meant := _likely_kind(kind if isinstance(kind, str) else "", raw):
        problems.fit(key, EVENT_KINDS[meant], {**raw, "kind": meant}, unknown_yet)
    return None


def check_event(
    problems: Problems, key: toml.Key, raw: Mapping[str, Any], period: tuple[str, str], of: str
) -> str | None:
    """Check date and setting of an event, even if it does not fit its kind; return its month.

    ``period`` are the months in force (empty: unknown) of a scenario or an experiment (``of``).
    """
    name, value = raw.get("parameter"), raw.get("value")
    setting = raw.get("kind") == "set" and isinstance(name, str) and value is not None
    if setting and name in registry.load_parameters():
        check_setting(problems, (*key, "value"), str(name), value)
    date = raw.get("date")
    month = toml.event_month(date) if isinstance(date, str) else None
    if month:
        check_months(problems, (*key, "date"), (month,), period, of)
    return month


def check_setting(problems: Problems, key: toml.Key, name: str, value: Any) -> float | None:
    """Return the value of a parameter in its unit, or None; what is wrong is a problem."""
    try:
        return registry.check_value(name, value)
    except ValueError as error:
        problems.add(key, error)
        return None


def check_months(
    problems: Problems, key: toml.Key, months: Sequence[str], period: tuple[str, str], of: str
) -> None:
    """Check that one month, or a first and a last one, are within a period (empty: unknown)."""
    first, last, (start, end) = months[0], months[-1], period
    if first > last:
        problems.add(key, f"{first} is after {last}; expected the first month first")
    elif (start and first < start) or (end and last > end):
        window, within = (f"{first} to {last}", "within ") if len(months) > 1 else (first, "")
        span = f"{within}{start or '...'} to {end or '...'}"
        problems.add(key, f"{window} is outside the {of}; expected {span}")


#: The place that stands for all of a dimension: their sum or mean, as the outcome says.
ALL = "all"


def check_places(
    problems: Problems, key: toml.Key, outcome: str, where: Mapping[str, Any], sums: bool = False
) -> bool:
    """Check the names of places at which an outcome is taken; with ``sums`` also `ALL`."""
    found = outcomes.load_outcomes()[outcome]
    fit = True
    for dimension, name in where.items():
        text = ""
        if dimension not in found.dimensions:
            have = ", ".join(found.dimensions) or "none"
            hint = nearest(dimension, found.dimensions)
            text = f"unknown dimension '{dimension}'; '{outcome}' has: {have}{hint}"
        elif isinstance(name, str):
            names = (*axes.DIMENSIONS[dimension], ALL) if sums else axes.DIMENSIONS[dimension]
            text = unknown(dimension, name, names) if name not in names else ""
        if text:
            problems.add((*key, dimension), text)
            fit = False
    return fit
