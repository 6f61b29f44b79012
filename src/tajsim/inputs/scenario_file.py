"""The scenario format: tables and keys of a file, the shipped files, and chains of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema
from typing_extensions import TypeAliasType

from tajsim.errors import UserError, nearest
from tajsim.files import Shipped, exists, is_path
from tajsim.inputs.events import (
    AnyEvent,
    Month,
    OneOf,
    OutcomeName,
    TextOf,
    Window,
    read_event,
)
from tajsim.inputs.ledger import load_documents, load_mechanisms
from tajsim.inputs.source import FileTable, Source, read_source

SCENARIOS = Shipped("scenario")
shipped_scenarios, scenario_path = SCENARIOS.names, SCENARIOS.path
LONGEST_CHAIN = 32  # files, each of which extends the next

EXPECTATIONS = ("rises", "falls", "unchanged", "between")
COMPARISONS = ("reference", "before", "level")
#: Units of a smallest size: what one of each is of the reference level, of its spread over runs,
#: and in the unit of the outcome.
UNITS = {
    "level": (1.0, 0.0, 0.0),
    "spread": (0.0, 1.0, 0.0),
    "points": (0.0, 0.0, 0.01),
    "absolute": (0.0, 0.0, 1.0),
    "count": (0.0, 0.0, 1.0),
}

DocumentKey = TypeAliasType("DocumentKey", Annotated[str, OneOf("document", load_documents)])
Expectation = TypeAliasType(
    "Expectation", Annotated[str, OneOf("expectation", lambda: EXPECTATIONS)]
)
Comparison = TypeAliasType("Comparison", Annotated[str, OneOf("comparison", lambda: COMPARISONS)])
Unit = TypeAliasType("Unit", Annotated[str, OneOf("unit", lambda: UNITS)])
MechanismId = Annotated[
    str,
    TextOf(
        r"^[MPSEOX][0-9]{2,3}$",
        "a mechanism id such as 'M47' (M01-M133, P, S, E, O, X)",
        lambda text: text in load_mechanisms(),
    ),
]
ClaimId = Annotated[
    str,
    TextOf(
        r"^-*[a-z0-9][a-z0-9-]*$",
        "lower-case letters, digits and hyphens such as 'seizures-fall'",
    ),
]
Settings = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "description": "parameter = value, full names"}),
]


class Claim(FileTable):
    """A ``[[claims]]`` table: what a document says about an effect, as a test on runs.

    ``against`` says what the outcome over ``window`` is compared with: the ``reference`` scenario
    in the same run, the same run over the window ``before``, or nothing (``level``). ``low`` and
    ``high`` bound the difference (in per cent where ``relative``) or the level.
    """

    id: ClaimId
    statement: Annotated[str, Field(min_length=1)] = Field(description="in our own words")
    document: DocumentKey
    line: Annotated[int, Field(ge=1)]
    mechanisms: tuple[MechanismId, ...] = Field((), strict=False)
    outcome: OutcomeName
    where: dict[str, str] = Field({}, description="dimension = name, e.g. section = 'khorog'")
    window: Window = Field(description="first and last month over which the outcome is taken")
    expect: Expectation
    against: Comparison = "reference"
    before: Window | None = Field(None, description="the window compared with; against = before")
    relative: bool = Field(False, description="the difference in per cent of what it is against")
    low: float | None = Field(None, allow_inf_nan=False)
    high: float | None = Field(None, allow_inf_nan=False)
    smallest: float | None = Field(None, ge=0, description="the smallest effect, in the unit")
    unit: Unit | None = Field(None, description="of the smallest effect")


class ScenarioFile(FileTable):
    """A scenario file."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    question: Annotated[str, Field(min_length=1)] = Field(description="what the runs should answer")
    extends: str | None = Field(None, description="a shipped scenario, or a path from this file")
    start: Month | None = Field(None, description="first month; inherited where it is absent")
    end: Month | None = Field(None, description="last month; inherited where it is absent")
    settings: Settings = Field({}, alias="set")
    events: list[AnyEvent] = Field([])
    claims: list[Claim] = Field([])


def parent_path(name: str, child: Path) -> Path:
    """Return the path of the scenario that the file ``child`` extends.

    A path counts from the folder of the child. A name is a file beside the child, or else a
    shipped scenario; a child may extend the shipped scenario of its own name.

    Raises:
        UserError: if there is none.
    """
    beside = child.parent / (name if is_path(name) else f"{name}.toml")
    shipped = SCENARIOS.folder / f"{name}.toml"
    if exists(beside):
        own = beside.resolve() == child.resolve()
        if not (own and name in shipped_scenarios()):
            return beside
    if not is_path(name) and exists(shipped):
        return shipped
    hint = nearest(Path(name).stem, shipped_scenarios())
    expected = "expected a shipped scenario or a path from this file"
    raise UserError(f"no scenario '{name}' to extend; {expected}{hint}")


def _read(path: Path) -> Source:
    """Return one file of a chain.

    Raises:
        UserError: if it cannot be read or is not TOML.
    """
    lists = {"events": read_event, "claims": lambda p, key, raw: p.fit(key, Claim, raw)}
    return read_source(path, SCENARIOS.shown(path), ScenarioFile, lists)


def read_chain(path: Path) -> tuple[list[Source], list[str]]:
    """Return the files of a chain, the oldest parent first, and messages about unreadable ones.

    A missing parent, or a cycle, is a problem of the file that names it.

    Raises:
        UserError: if the first file itself cannot be read.
    """
    chain = [_read(path)]
    messages: list[str] = []
    while "extends" in chain[0].top:
        child = chain[0]
        try:
            parent = parent_path(child.top["extends"], child.path)
        except UserError as error:
            child.problems.add(("extends",), str(error))
            break
        seen = [source.path.resolve() for source in reversed(chain)]
        if len(seen) == LONGEST_CHAIN:
            text = f"the chain of scenarios is too long; expected at most {LONGEST_CHAIN} files"
            child.problems.add(("extends",), text)
            break
        if parent.resolve() in seen:
            names = [p.stem for p in seen[seen.index(parent.resolve()) :]]
            cycle = " -> ".join([*names, parent.stem])
            child.problems.add(("extends",), f"the chain is cyclic: {cycle}; expected an end")
            break
        try:
            chain.insert(0, _read(parent))
        except UserError as error:
            messages += error.messages
            break
    return chain, messages
