"""The signs: what must be seen in the whole model when one thing is changed, and by how much.

``data/signs.toml`` explains its keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from tajsim.errors import UserError, unknown
from tajsim.files import data_text
from tajsim.inputs import events, scenario_parts, toml
from tajsim.inputs.events import Month, one_of
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_parts import ClaimId, DocumentKey, MechanismId, Scenario, Unit
from tajsim.inputs.source import FileRow, FileTable, Problems, Source, read_toml

FILE_NAME = "signs.toml"
SENSES = ("higher", "lower", "same", "at_least", "at_most")
#: Runs of a sign whose outcome is yes or no, and of any other.
RUNS_OF_YES_OR_NO, RUNS = 1000, 200

Text = Annotated[str, Field(min_length=1)]
Line = Annotated[int, Field(ge=1)]
#: Dates, or months after the change.
Months = Annotated[list[Month] | list[int], Field(min_length=2, max_length=2)]
Where = dict[str, str | list[str]]


class Adjective(FileTable):
    """A word of a document as a smallest size."""

    size: float
    unit: Unit
    document: DocumentKey
    line: Line
    said: Text


class ChangeRow(FileTable):
    """What is changed: a scenario against the one it extends, or what is laid over a scenario."""

    title: Text
    extends: Annotated[str, one_of("scenario", scenario_parts.shipped_scenarios)]
    reference: str = ""
    settings: dict[str, Any] = Field({}, alias="set")
    events: list[dict[str, Any]] = Field([])


class Sign(FileTable):
    """One assertion about a change; see the head of the file for its keys."""

    id: ClaimId
    change: str
    outcome: str
    where: Where = Field({})
    than: Where | None = None
    window: Months
    since: Months | None = None
    beyond: str = ""
    above: float | None = None
    level: bool = False
    sense: Annotated[str, one_of("sense", SENSES)]
    smallest: float | str | None = None
    unit: Unit | None = None
    why: str = ""
    document: DocumentKey
    line: Line
    mechanisms: Annotated[list[MechanismId], Field(min_length=1)]
    passing: bool = False
    runs: Annotated[int, Field(ge=2)] | None = None

    @property
    def yes_or_no(self) -> bool:
        """Whether the outcome is 1 or 0 in each run."""
        known = load_outcomes().get(self.outcome)
        return self.above is not None or (known is not None and known.unit == "0 or 1")

    @property
    def asked(self) -> int:
        """The number of runs that it asks for."""
        return self.runs or (RUNS_OF_YES_OR_NO if self.yes_or_no else RUNS)


class SignsFile(FileTable):
    """A file of signs."""

    adjectives: dict[str, Adjective] = Field({})
    changes: dict[str, ChangeRow] = Field({})
    signs: list[Sign] = Field([])


@dataclass(frozen=True)
class Contrast:
    """A change as scenarios: the changed one, its reference (if any) and its first month."""

    scenario: Scenario
    reference: Scenario | None
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


def read_signs(text: str, shown: str = FILE_NAME) -> Signs:
    """Read and check a file of signs.

    Raises:
        UserError: all mistakes at once, a line each with file, line and key.
    """
    tables, problems = read_toml(text, shown)
    file = problems.fit((), SignsFile, tables) or SignsFile.model_validate({})
    changed = {n: s for n, c in file.changes.items() if (s := _changed(n, c, problems))}
    pairs = {n: _pair(n, file.changes[n], changed, problems) for n in changed}
    signs: dict[str, Sign] = {}
    for i, sign in enumerate(file.signs):
        key: toml.Key = ("signs", i)
        if sign.id in signs:
            problems.add((*key, "id"), f"'{sign.id}' appears twice; expected once")
        for name, said in _misfits(sign, file):
            problems.add((*key, name), said)
        known = sign.outcome in load_outcomes()
        for part, where in (("where", sign.where), ("than", sign.than or {})) if known else ():
            for dimension, names in where.items():
                for place in [names] if isinstance(names, str) else names:
                    events.check_places(problems, (*key, part), sign.outcome, {dimension: place})
        if pair := pairs.get(sign.change):
            _check_months(sign, key, pair, problems)
        signs[sign.id] = sign
    if messages := problems.messages():
        raise UserError(messages)
    return Signs(file.adjectives, file.changes, pairs, signs)


def _changed(name: str, change: ChangeRow, problems: Problems) -> Scenario | None:
    """Return the changed scenario, under an own name where something is laid over one."""
    base = scenario_parts.load_scenario(change.extends)
    if not (change.settings or change.events):
        return base
    key: toml.Key = ("changes", name)
    if name in scenario_parts.shipped_scenarios():
        problems.add(key, "is the name of a shipped scenario; expected a name of its own")
    settings = {
        parameter: events.check_setting(problems, (*key, "set", parameter), parameter, value)
        for parameter, value in change.settings.items()
    }
    rows = [
        FileRow(at, raw, events.read_event(problems, at, raw))
        for at, raw in (((*key, "events", i), raw) for i, raw in enumerate(change.events))
    ]
    source = Source(Path(name), "", problems, {}, rows={"events": rows})
    own = scenario_parts.file_events(source, (base.start, base.end), base.events)
    known = {parameter: value for parameter, value in settings.items() if value is not None}
    if len(known) < len(settings) or any(row.model is None for row in rows):
        return None
    return replace(
        base,
        name=name,
        extends=change.extends,
        settings={**base.settings, **known},
        events=tuple(sorted([*base.events, *own], key=lambda event: event.month)),
        claims=(),
    )


def _pair(
    name: str, change: ChangeRow, changed: Mapping[str, Scenario], problems: Problems
) -> Contrast:
    scenario, reference = changed[name], None
    named = change.reference or scenario.extends or ""
    if named in changed:
        reference = changed[named]
    elif named in scenario_parts.shipped_scenarios():
        reference = scenario_parts.load_scenario(named)
    elif named:
        text = unknown("scenario or change", named, [*changed, *scenario_parts.shipped_scenarios()])
        problems.add(("changes", name, "reference"), text)
    if reference is None or reference.settings != scenario.settings:
        return Contrast(scenario, reference, scenario.start)
    ours, theirs = (
        {(e.month, e.kind, tuple(sorted(e.arguments.items()))) for e in side.events}
        for side in (scenario, reference)
    )
    first = min((month for month, *_ in ours ^ theirs), default=scenario.start)
    return Contrast(scenario, reference, first)


def _check_months(sign: Sign, key: toml.Key, pair: Contrast, problems: Problems) -> None:
    if not (sign.level or pair.reference):
        problems.add((*key, "level"), "expected true: the change has no reference")
    period = (pair.scenario.start, pair.scenario.end)
    for name, months in (("window", sign.window), ("since", sign.since)):
        if months is not None:
            window = pair.window(months)
            events.check_months(problems, (*key, name), window, period, "scenario")


def _misfits(sign: Sign, file: SignsFile) -> Iterator[tuple[str, str]]:
    """Yield key and text for names that are not there, and a smallest size that does not fit."""
    for name in filter(None, (sign.change, sign.beyond)):
        if name not in file.changes:
            yield "change", unknown("change", name, file.changes)
    if sign.outcome not in load_outcomes():
        yield "outcome", unknown("outcome", sign.outcome, load_outcomes())
    if isinstance(sign.smallest, str):
        if sign.smallest not in file.adjectives:
            yield "smallest", unknown("adjective", sign.smallest, file.adjectives)
        if sign.unit:
            yield "unit", "expected none beside an adjective"
    elif (sign.smallest is None) != (sign.unit is None):
        yield "smallest", "expected 'smallest' and 'unit' together"
    elif sign.smallest is not None and not sign.why:
        yield "smallest", "expected the key 'why': where the size comes from"
    elif sign.smallest is None and sign.sense not in ("higher", "lower"):
        yield "smallest", f"missing; expected with sense = '{sign.sense}'"
