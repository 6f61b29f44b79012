"""The closed list of event kinds: what a scenario may schedule, and the arguments of each.

An event changes state or policy, never an outcome. What follows is decided by the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic as pd
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import TypeAliasType

import tajsim.axes as axes
from tajsim.errors import nearest, unknown
from tajsim.inputs import ledger, outcomes, registry, switches, toml
from tajsim.inputs.toml import FileTable, Problems
from tajsim.world import FOREIGN_RUN, GUARDS


@dataclass(frozen=True)
class Restricted:
    """A string that passes ``check``; ``about`` tells a JSON schema what is allowed."""

    check: Callable[[str], str]
    about: Callable[[], dict[str, Any]]

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


Names = Collection[str] | Callable[[], Collection[str]]


def _listed(kind: str, names: Names, text: str) -> None:
    if text not in (names() if callable(names) else names):
        # The nearest name is looked for when the message is printed.
        context = {"kind": kind, "names": names if callable(names) else lambda: names}
        raise PydanticCustomError("unknown", "is in no closed list", context)


def one_of(kind: str, names: Names, offered: Names | None = None) -> Restricted:
    """Return what takes a text of a closed list; the schema offers all of them, or fewer."""

    def check(text: str) -> str:
        _listed(kind, names, text)
        return text

    shown = offered or names
    return Restricted(check, lambda: {"enum": [*(shown() if callable(shown) else shown)]})


def text_of(pattern: str, expected: str, test: Callable[[str], object] = bool) -> Restricted:
    """Return what takes a text of a pattern that passes a test; people are told the expected."""

    def check(text: str) -> str:
        if not (re.fullmatch(pattern, text) and test(text)):
            # A fixed template, because the text may hold braces.
            message = f"'{text}' is not valid; expected {expected}"
            raise PydanticCustomError("form", "{text}", {"text": message})
        return text

    return Restricted(check, lambda: {"pattern": pattern, "description": expected})


def _check_switchable(text: str) -> str:
    _listed("mechanism, rule or theme", switches.switchable, text)
    if reason := switches.why_not(text):
        raise PydanticCustomError("form", "{text}", {"text": reason})
    return text


#: What can be taken out of the model, see `tajsim.inputs.switches`.
_HELD = "a mechanism (M47), a theme (militants) or a rule (drug_market.volume)"
Switchable = Annotated[str, Restricted(_check_switchable, lambda: {"description": _HELD})]


# Aliases rather than plain Annotated types: each list then stands once in the JSON Schema.
Section = TypeAliasType("Section", Annotated[str, one_of("section", axes.SECTIONS)])
Agency = TypeAliasType("Agency", Annotated[str, one_of("agency", axes.AGENCIES)])
Guard = TypeAliasType("Guard", Annotated[str, one_of("border guard", GUARDS)])
_foreign = one_of("foreign-run agency", FOREIGN_RUN)
ForeignAgency = TypeAliasType("ForeignAgency", Annotated[str, _foreign])
Commander = TypeAliasType("Commander", Annotated[str, one_of("commander", axes.COMMANDERS)])
Movement = TypeAliasType("Movement", Annotated[str, one_of("movement", axes.MOVEMENTS)])
DealName = TypeAliasType("DealName", Annotated[str, one_of("deal", axes.DEALS)])
PackageName = TypeAliasType("PackageName", Annotated[str, one_of("package", axes.PACKAGES)])
_change = one_of("change", ("begin", "end", "close", "hold", "free"))
Step = TypeAliasType("Step", Annotated[str, one_of("repression step", axes.REPRESSION_STEPS)])
_parameter = one_of(
    "parameter",
    registry.load_parameters,
    lambda: [p.name for p in registry.load_parameters().values() if p.role != "constant"],
)
ParameterName = TypeAliasType("ParameterName", Annotated[str, _parameter])
_outcome = one_of("outcome", outcomes.load_outcomes)
OutcomeName = TypeAliasType("OutcomeName", Annotated[str, _outcome])
FigureId = TypeAliasType("FigureId", Annotated[str, one_of("figure", ledger.load_figures)])
_month = text_of(f"^{toml.MONTH}$", "a month such as '2004-11'")
Month = TypeAliasType("Month", Annotated[str, _month])
_DATE = f"^{toml.MONTH}(-[0-9]{{2}})?$", "a date such as '2004-11' or '2004-11-15'"
EventDate = TypeAliasType("EventDate", Annotated[str, text_of(*_DATE, toml.event_month)])


#: A number, or a text with number and unit; checked against the unit of its parameter later.
Quantity = Annotated[
    Any,
    pd.PlainValidator(lambda value: value),
    pd.WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
]
Months = Annotated[int, pd.Field(ge=1, le=600)]
#: Two months, a list in the file.
Window = Annotated[
    tuple[str, str],
    pd.GetPydanticSchema(
        lambda _, handler: handler(
            Annotated[
                list[Month],
                pd.Field(min_length=2, max_length=2, strict=False),
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
    label: Annotated[str, pd.Field(min_length=1, max_length=60)] | None = pd.Field(
        None, description="short text for plots"
    )
    figures: tuple[FigureId, ...] = pd.Field(
        (), strict=False, description="ledger ids that document the event"
    )

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the kind, by name."""
        return {name: getattr(self, name) for name in argument_names(type(self))}


_RAMP = (Months, pd.Field(1, description="length of a linear ramp; 1 = at once"))
_LENGTH = (Months, pd.Field(1, description="length of the withdrawal; 1 = at once"))
_COMMANDER, _AGENCY = {"commander": (Commander, ...)}, {"agency": (Agency, ...)}
#: What each kind of event does, and its arguments: type, and ``...`` where it must be given.
_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "set": (
        "A lever or an uncertain parameter takes a new value, at once or over some months.",
        {"parameter": (ParameterName, ...), "value": (Quantity, ...), "months": _RAMP},
    ),
    "handover": (
        "The guard of a border section passes to an agency that guards borders.",
        {"section": (Section, ...), "agency": (Guard, ...)},
    ),
    "appoint": ("A commander is given the head's post of an agency.", _COMMANDER | _AGENCY),
    "dismiss": (
        "The regime tries to dismiss a commander; what follows is decided by rules.",
        _COMMANDER,
    ),
    "arrest": (
        "The regime orders the arrest of a commander; what follows is decided by rules.",
        _COMMANDER,
    ),
    "repression_step": ("The regime takes a step on the repression ladder.", {"step": (Step, ...)}),
    "seats": (
        "A movement holds so many seats of the 63 in the lower house (lower-house-seats).",
        {"movement": (Movement, ...), "seats": (Annotated[float, pd.Field(ge=0, le=63)], ...)},
    ),
    "withdraw_agency": (
        "A foreign-run agency winds down over some months.",
        {"agency": (ForeignAgency, ...), "months": _LENGTH},
    ),
    "deal": (
        "A deal begins or ends as documented; a power closes it for good; or it is held, or freed.",
        {"deal": (DealName, ...), "change": (Annotated[str, _change], ...)},
    ),
    "package": (
        "Deals of one power are agreed as a whole: it writes off debt and forgoes levers for them.",
        {"package": (PackageName, ...)},
    ),
}
EVENT_KINDS: dict[str, type[EventRow]] = {
    name: pd.create_model(
        f"{name.title().replace('_', '')}Event",
        __base__=EventRow,
        __doc__=doc,
        **{**arguments, "kind": (Literal[name], ...)},
    )
    for name, (doc, arguments) in _KINDS.items()
}
#: The keys of a row, of whatever kind.
_KEYS = {name: None for row in EVENT_KINDS.values() for name in row.model_fields}
if TYPE_CHECKING:
    AnyEvent = EventRow
else:
    AnyEvent = Annotated[reduce(or_, EVENT_KINDS.values()), pd.Field(discriminator="kind")]


def argument_names(kind: type[EventRow]) -> list[str]:
    """Return the names of the arguments that a kind has besides date, kind, label, figures."""
    return [name for name in kind.model_fields if name not in EventRow.model_fields]


def read_event(problems: Problems, key: toml.Key, raw: dict[str, Any]) -> EventRow | None:
    """Return the row of an event if it fits its kind; what does not fit is a problem."""
    kind = raw.get("kind")
    if isinstance(kind, str) and kind in EVENT_KINDS:
        return problems.fit(key, EVENT_KINDS[kind], raw)
    if kind is None:
        listed = f"expected one of {', '.join(EVENT_KINDS)}"
        problems.missing((*key, "kind"), raw, _KEYS, listed)
    else:
        problems.add((*key, "kind"), unknown("event kind", str(kind), EVENT_KINDS))
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
    with problems.told(*key):
        return registry.check_value(name, value)
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
    known, wrong = outcomes.load_outcomes()[outcome].dimensions, {}
    for dimension, name in where.items():
        names = (*axes.DIMENSIONS.get(dimension, ()), *([ALL] if sums else ()))
        if dimension not in known:
            have, hint = ", ".join(known) or "none", nearest(dimension, known)
            wrong[dimension] = f"unknown dimension '{dimension}'; '{outcome}' has: {have}{hint}"
        elif isinstance(name, str) and name not in names:
            wrong[dimension] = unknown(dimension, name, names)
    for dimension, text in wrong.items():
        problems.add((*key, dimension), text)
    return not wrong
