"""The signs: what must be seen in the whole model when one thing is changed, and by how much.

``data/signs.toml`` explains its keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any

from pydantic import Field

from tajsim.errors import check_names, refuse
from tajsim.files import data_text
from tajsim.inputs import events, outcomes, registry, scenario_parts, toml
from tajsim.inputs.events import AnyEvent

FILE_NAME = "signs.toml"
SENSES = ("higher", "lower", "same", "at_least", "at_most")
#: Runs of a sign whose outcome is yes or no, and of any other.
RUNS_OF_YES_OR_NO, RUNS = 1000, 200

Text = Annotated[str, Field(min_length=1)]
Line = Annotated[int, Field(ge=1)]
#: Dates, or months after the change.
Months = Annotated[list[events.Month] | list[int], Field(min_length=2, max_length=2)]
Where = dict[str, str | list[str]]


class Adjective(toml.FileTable):
    """A word of a document as a smallest size."""

    size: float
    unit: scenario_parts.Unit
    document: scenario_parts.DocumentKey
    line: Line
    said: Text


class ChangeRow(toml.FileTable):
    """What is changed: a scenario against the one it extends, or what is laid over a scenario."""

    title: Text
    extends: Annotated[str, events.one_of("scenario", scenario_parts.shipped_scenarios)]
    reference: str = ""
    settings: dict[str, Any] = Field({}, alias="set")
    events: list[AnyEvent] = Field([])


class Sign(toml.FileTable):
    """One assertion about a change; see the head of the file for its keys."""

    id: scenario_parts.ClaimId
    change: str
    outcome: events.OutcomeName
    where: Where = Field({})
    than: Where | None = None
    window: Months
    since: Months | None = None
    beyond: str = ""
    above: float | None = None
    level: bool = False
    sense: Annotated[str, events.one_of("sense", SENSES)]
    smallest: float | str | None = None
    unit: scenario_parts.Unit | None = None
    why: str = ""
    document: scenario_parts.DocumentKey
    line: Line
    mechanisms: Annotated[list[scenario_parts.MechanismId], Field(min_length=1)]
    passing: bool = False
    runs: Annotated[int, Field(ge=2)] | None = None

    @property
    def yes_or_no(self) -> bool:
        """Whether the outcome is 1 or 0 in each run."""
        return self.above is not None or outcomes.load_outcomes()[self.outcome].unit == "0 or 1"

    @property
    def asked(self) -> int:
        """The number of runs that it asks for."""
        return self.runs or (RUNS_OF_YES_OR_NO if self.yes_or_no else RUNS)


class SignsFile(toml.FileTable):
    """A file of signs."""

    adjectives: dict[str, Adjective] = Field({})
    changes: dict[str, ChangeRow] = Field({})
    signs: list[Sign] = Field([])


@dataclass(frozen=True)
class Contrast:
    """A change as scenarios: the changed one, its reference (if any) and its first month."""

    scenario: scenario_parts.Scenario
    reference: scenario_parts.Scenario | None
    first: str

    def window(self, months: list[str] | list[int]) -> tuple[str, str]:
        """Return the first and last month ``YYYY-MM`` of a window of a sign."""
        start = toml.month_number(self.first)
        first, last = (m if isinstance(m, str) else toml.month_text(start + m) for m in months)
        return first, last


@dataclass(frozen=True)
class Signs:
    """A checked file; ``pairs`` holds the scenarios of its changes."""

    adjectives: Mapping[str, Adjective]
    changes: Mapping[str, ChangeRow]
    pairs: Mapping[str, Contrast]
    signs: Mapping[str, Sign]

    def size(self, sign: Sign) -> tuple[float | None, str]:
        """Return the smallest size of a sign and its unit; ``None`` for the default."""
        if isinstance(sign.smallest, str):
            adjective = self.adjectives[sign.smallest]
            return adjective.size, adjective.unit
        return sign.smallest, sign.unit or ""


@cache
def load_signs() -> Signs:
    """Return the shipped signs."""
    return read_signs(data_text(FILE_NAME))


def read_signs(text: str) -> Signs:
    """Read a file of signs; a `UserError` tells all mistakes at once with file, line and key."""
    tables, problems = toml.read_toml(text, FILE_NAME)
    file = problems.fit((), SignsFile, tables) or SignsFile.model_validate({})
    changed = {}
    for name, change in file.changes.items():
        with problems.told("changes", name):
            changed[name] = _changed(name, change)
    pairs = {name: _pair(file.changes[name], changed[name], changed) for name in changed}
    for i, sign in enumerate(file.signs):
        with problems.told("signs", i):
            check_names("change", filter(None, (sign.change, sign.beyond)), file.changes)
            if isinstance(sign.smallest, str):
                check_names("adjective", [sign.smallest], file.adjectives)
            elif sign.smallest is None and sign.sense not in ("higher", "lower"):
                raise ValueError(f"expected the key 'smallest' with sense = '{sign.sense}'")
        for part, where in (("where", sign.where), ("than", sign.than or {})):
            for dimension, names in where.items():
                for place in [names] if isinstance(names, str) else names:
                    key = ("signs", i, part)
                    events.check_places(problems, key, sign.outcome, {dimension: place})
    refuse(problems.messages())
    return Signs(file.adjectives, file.changes, pairs, {sign.id: sign for sign in file.signs})


def _changed(name: str, change: ChangeRow) -> scenario_parts.Scenario:
    """Return the changed scenario, under an own name where something is laid over one."""
    base = scenario_parts.load_scenario(change.extends)
    if not (change.settings or change.events):
        return base
    settings = {key: registry.check_value(key, value) for key, value in change.settings.items()}
    own = [scenario_parts.Event.of(row, FILE_NAME) for row in change.events]
    for event in own:
        if event.kind == "set":
            registry.check_value(str(event.arguments["parameter"]), event.arguments["value"])
    return replace(
        base,
        name=name,
        extends=change.extends,
        settings={**base.settings, **settings},
        events=tuple(sorted([*base.events, *own], key=lambda event: event.month)),
        claims=(),
    )


def _pair(
    change: ChangeRow,
    scenario: scenario_parts.Scenario,
    changed: Mapping[str, scenario_parts.Scenario],
) -> Contrast:
    named = change.reference or scenario.extends or ""
    reference = changed.get(named) or (scenario_parts.load_scenario(named) if named else None)
    if reference is None or reference.settings != scenario.settings:
        return Contrast(scenario, reference, scenario.start)
    both = ([event.deed for event in side.events] for side in (scenario, reference))
    return Contrast(scenario, reference, scenario_parts.first_apart(*both) or scenario.start)
