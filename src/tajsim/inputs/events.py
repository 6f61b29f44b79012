"""The closed list of event kinds: what a scenario may schedule, and the arguments of each.

An event changes state or policy, never an outcome. What follows is decided by the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema
from typing_extensions import TypeAliasType

from tajsim.axes import AGENCIES, COMMANDERS, MOVEMENTS, REPRESSION_STEPS, SECTIONS
from tajsim.errors import unknown
from tajsim.inputs.ledger import load_documents, load_figures
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import load_parameters, shown
from tajsim.inputs.toml import MONTH, Key, Lines, event_month
from tajsim.world import GUARDS

EXPECTATIONS = ("rises", "falls", "unchanged", "between")
COMPARISONS = ("reference", "before", "level")


def settable_parameters() -> list[str]:
    """Return the names of the parameters that a scenario may set: all but the constants."""
    return [p.name for p in load_parameters().values() if p.role != "constant"]


@dataclass(frozen=True)
class OneOf:
    """A string from a closed list. ``offered`` are the names that the schema offers, if fewer."""

    kind: str
    names: Callable[[], Iterable[str]]
    offered: Callable[[], Iterable[str]] | None = None

    def check(self, name: str) -> str:
        """Return the name, or raise pydantic's error with the standard line."""
        valid = list(self.names())
        if name not in valid:
            # A fixed text for the template, because a name may hold braces.
            raise PydanticCustomError(
                "unknown", "{text}", {"text": unknown(self.kind, name, valid)}
            )
        return name

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the string after pydantic has checked that it is one."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """List the names, so that an editor completes them."""
        return {"type": "string", "enum": list((self.offered or self.names)())}


@dataclass(frozen=True)
class TextOf:
    """A string of a pattern that passes a test; ``expected`` describes it to people."""

    pattern: str
    expected: str
    test: Callable[[str], object] = bool

    def check(self, text: str) -> str:
        """Return the text, or raise pydantic's error with what was expected."""
        if not (re.fullmatch(self.pattern, text) and self.test(text)):
            message = f"'{text}' is not valid; expected {self.expected}"
            raise PydanticCustomError("form", "{text}", {"text": message})
        return text

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the string after pydantic has checked that it is one."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Give the pattern and what was expected."""
        return {"type": "string", "pattern": self.pattern, "description": self.expected}


# Aliases rather than plain Annotated types: each list then stands once in the JSON Schema.
Section = TypeAliasType("Section", Annotated[str, OneOf("section", lambda: SECTIONS)])
Agency = TypeAliasType("Agency", Annotated[str, OneOf("agency", lambda: AGENCIES)])
Guard = TypeAliasType("Guard", Annotated[str, OneOf("border guard", lambda: GUARDS)])
ForeignAgency = TypeAliasType(  # Russia's border troops are the only agency that others run
    "ForeignAgency", Annotated[str, OneOf("foreign-run agency", lambda: GUARDS[:1])]
)
Commander = TypeAliasType("Commander", Annotated[str, OneOf("commander", lambda: COMMANDERS)])
Movement = TypeAliasType("Movement", Annotated[str, OneOf("movement", lambda: MOVEMENTS)])
Step = TypeAliasType("Step", Annotated[str, OneOf("repression step", lambda: REPRESSION_STEPS)])
ParameterName = TypeAliasType(
    "ParameterName", Annotated[str, OneOf("parameter", load_parameters, settable_parameters)]
)
OutcomeName = TypeAliasType("OutcomeName", Annotated[str, OneOf("outcome", load_outcomes)])
FigureId = TypeAliasType("FigureId", Annotated[str, OneOf("figure", load_figures)])
DocumentKey = TypeAliasType("DocumentKey", Annotated[str, OneOf("document", load_documents)])
Expectation = TypeAliasType(
    "Expectation", Annotated[str, OneOf("expectation", lambda: EXPECTATIONS)]
)
Comparison = TypeAliasType("Comparison", Annotated[str, OneOf("comparison", lambda: COMPARISONS)])
Month = TypeAliasType("Month", Annotated[str, TextOf(f"^{MONTH}$", "a month such as '2004-11'")])
EventDate = TypeAliasType(
    "EventDate",
    Annotated[
        str,
        TextOf(f"^{MONTH}(-[0-9]{{2}})?$", "a date such as '2004-11' or '2004-11-15'", event_month),
    ],
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


_EXPECTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list [...]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


class Problems:
    """The messages about one file, in the order of its lines."""

    def __init__(self, shown_path: str, lines: Lines) -> None:
        self.shown_path = shown_path
        self._lines = lines
        self._found: list[tuple[int, str, str]] = []

    def add(self, key: Key, text: str, line: int | None = None) -> None:
        """Add one message about a key; its line is looked up unless it is given."""
        name = ".".join(part for part in key if isinstance(part, str))
        self._found.append((line or self._lines.of(key), name, text))

    def add_invalid(
        self, base: Key, error: ValidationError, model: type[BaseModel], kind: str = ""
    ) -> None:
        """Add every error that pydantic found in the table at ``base``, an event of a ``kind``."""
        details = error.errors()
        hints = "".join(_text(d, model) for d in details if d["type"] == "extra_forbidden")
        for detail in details:
            # pydantic names the kind of an event in the path of a key, the file does not.
            loc = detail["loc"][1:] if detail["loc"][:1] == (kind,) else detail["loc"]
            key = (*base, *loc)
            if detail["type"] == "missing" and f"'{key[-1]}'?" in hints:
                continue  # misspelt, not missing: the other message says so
            if detail["type"] in ("union_tag_not_found", "union_tag_invalid"):
                key = (*key, "kind")
            self.add(key, _text(detail, model))

    def where(self, key: Key) -> str:
        """Return ``path:line`` of a key."""
        return f"{self.shown_path}:{self._lines.of(key)}"

    def messages(self) -> list[str]:
        """Return the lines, each once, in the order of the file."""
        found = sorted(dict.fromkeys(self._found), key=lambda row: row[0])
        return [
            _one_line(f"{self.shown_path}:{line}: {f'{name}: ' if name else ''}{text}")
            for line, name, text in found
        ]


def _one_line(text: str) -> str:
    """Return a text without line ends and control characters, which names in a file may hold."""
    return "".join(c if c.isprintable() else "?" for c in text)


def key_names(model: type[BaseModel]) -> list[str]:
    """Return the keys of a table as they are written in a file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _text(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Return one error of pydantic in the words of a user."""
    kind, got, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown("key", str(detail["loc"][-1]), key_names(model))
    if kind == "union_tag_not_found":
        return f"missing; expected one of {', '.join(EVENT_KINDS)}"
    if kind == "union_tag_invalid":
        return unknown("event kind", str(context["tag"]), EVENT_KINDS)
    if kind == "missing":
        return f"missing; expected {_wanted(str(detail['loc'][-1]), model)}"
    if kind in _EXPECTED:
        return f"{shown(got)} is not valid here; expected {_EXPECTED[kind]}"
    return _limits(kind, got, context) or str(detail["msg"])


def _wanted(key: str, model: type[BaseModel]) -> str:
    field = model.model_fields.get(key)
    hint = f" ({field.description})" if field is not None and field.description else ""
    return f"the key '{key}'{hint}"


def _limits(kind: str, got: Any, context: dict[str, Any]) -> str:
    """Return the text for a value or a length outside its limits, or an empty text."""
    if kind == "string_too_short":
        return "is empty; expected a text"
    if kind == "string_too_long":
        return f"is too long; expected at most {context['max_length']} characters"
    if kind in ("too_short", "too_long"):
        need = context.get("min_length", context.get("max_length"))
        return f"has {context['actual_length']} entries; expected {need}"
    for name, words in (("ge", "at least"), ("le", "at most")):
        if name in context:
            return f"{shown(got)} is out of range; expected {words} {context[name]:g}"
    return ""
