"""The scenario format as pydantic models: the tables and keys of a file, and their types."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from tajsim.inputs.closed_lists import (
    Comparison,
    DocumentKey,
    Expectation,
    Month,
    OutcomeName,
    TextOf,
)
from tajsim.inputs.event_kinds import AnyEvent

#: Rows of the mechanism table by the letter of their ids: M01 to M133, P01 to P27, and so on.
MECHANISM_ROWS = {"M": 133, "P": 27, "S": 29, "E": 22, "O": 28, "X": 24}
_MECHANISM = r"^[MPSEOX][0-9]{2,3}$"


def is_mechanism(text: str) -> bool:
    """Return whether a text is the id of a row of the mechanism table, such as ``M47``."""
    known = re.fullmatch(_MECHANISM, text)
    return bool(known) and 1 <= int(text[1:]) <= MECHANISM_ROWS[text[0]]


MechanismId = Annotated[
    str,
    TextOf(_MECHANISM, "a mechanism id such as 'M47' (M01-M133, P, S, E, O, X)", is_mechanism),
]
ClaimId = Annotated[
    str,
    TextOf(
        r"^-*[a-z0-9][a-z0-9-]*$",
        "lower-case letters, digits and hyphens such as 'seizures-fall'",
    ),
]
Window = Annotated[list[Month], Field(min_length=2, max_length=2)]
Settings = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "description": "parameter = value, full names"}),
]


class ClaimRow(BaseModel):
    """A ``[[claims]]`` table: what a document says about an effect, testable on runs."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: ClaimId
    statement: Annotated[str, Field(min_length=1)] = Field(description="in our own words")
    document: DocumentKey
    line: Annotated[int, Field(ge=1)]
    mechanisms: list[MechanismId] = []
    outcome: OutcomeName
    where: dict[str, str] = Field({}, description="dimension = name, e.g. section = 'khorog'")
    window: Window = Field(description="first and last month over which the outcome is taken")
    expect: Expectation
    against: Comparison = "reference"
    before: Window | None = Field(None, description="the window compared with; against = before")
    relative: bool = Field(False, description="the difference in per cent of what it is against")
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)


class ScenarioFile(BaseModel):
    """A scenario file."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)

    title: Annotated[str, Field(min_length=1, max_length=120)]
    question: Annotated[str, Field(min_length=1)] = Field(description="what the runs shall answer")
    extends: str | None = Field(None, description="a shipped scenario, or a path from this file")
    start: Month | None = Field(None, description="first month; inherited where it is absent")
    end: Month | None = Field(None, description="last month; inherited where it is absent")
    settings: Settings = Field({}, alias="set")
    events: list[AnyEvent] = []
    claims: list[ClaimRow] = []
