"""Names in scenario files that come from a closed list: section, agency, parameter, figure, ...

Each type is an ordinary string for pydantic that must be one of the names of its list. The lists
are asked for when a file is checked or the schema is written, never at import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import TypeAliasType

from tajsim.axes import AGENCIES, COMMANDERS, MOVEMENTS, REPRESSION_STEPS, SECTIONS
from tajsim.errors import unknown
from tajsim.inputs.dates import MONTH, event_month
from tajsim.inputs.figures import load_documents, load_figures
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.parameters import load_parameters
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
