"""The signs: what must be seen in the whole model when one thing is changed, and by how much.

``data/signs.toml`` explains its keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tajsim.axes import DIMENSIONS
from tajsim.errors import UserError, unknown
from tajsim.inputs import scenario_file
from tajsim.inputs.events import DocumentKey, Month, OneOf, Problems
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_file import ClaimId, MechanismId
from tajsim.inputs.scenario_parts import Scenario, file_events, file_settings, load_scenario
from tajsim.inputs.toml import Key, Lines, Place, month_number, month_text

FILE_NAME = "signs.toml"
SENSES = ("higher", "lower", "same", "at_least", "at_most")
UNITS = ("level", "spread", "points", "absolute", "count")
#: Runs of a sign whose outcome is yes or no, and of any other.
RUNS_OF_YES_OR_NO, RUNS = 1000, 200

Unit = Annotated[str, OneOf("unit", lambda: UNITS)]
Text = Annotated[str, Field(min_length=1)]
Window = tuple[str, str]
#: Dates, or months after the change.
Months = Annotated[list[Month] | list[int], Field(min_length=2, max_length=2)]
Where = dict[str, str | list[str]]
_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class Adjective(BaseModel):
    """A word of a document as a smallest size."""

    model_config = _STRICT
    size: float
    unit: Unit
    document: DocumentKey
    line: Annotated[int, Field(ge=1)]
    said: Text


class Change(BaseModel):
    """What is changed: a scenario against the one it extends, or what is laid over a scenario."""

    model_config = _STRICT
    title: Text
    extends: Text
    reference: str = ""
    settings: dict[str, Any] = Field({}, alias="set")
    events: list[Any] = []
    needs: str = ""


class Sign(BaseModel):
    """One assertion about a change; see the head of the file for its keys."""

    model_config = _STRICT
    id: ClaimId
    change: str
    outcome: str
    where: Where = {}
    than: Where | None = None
    window: Months
    since: Months | None = None
    beyond: str = ""
    above: float | None = None
    level: bool = False
    sense: Annotated[str, OneOf("sense", lambda: SENSES)]
    smallest: float | str | None = None
    unit: Unit | None = None
    why: str = ""
    document: DocumentKey
    line: Annotated[int, Field(ge=1)]
    mechanisms: Annotated[list[MechanismId], Field(min_length=1)]
    passing: bool = False
    runs: Annotated[int, Field(ge=2)] | None = None
    needs: str = ""


@dataclass(frozen=True)
class Pair:
    """A change as scenarios: the changed one, its reference (if any) and its first month."""

    title: str
    scenario: Scenario
    reference: Scenario | None
    first: str

    def window(self, months: list[str] | list[int]) -> Window:
        """Return the first and last month ``YYYY-MM`` of a window of a sign."""
        start = month_number(self.first)
        first, last = (m if isinstance(m, str) else month_text(start + m) for m in months)
        return first, last


@dataclass(frozen=True)
class Signs:
    """A checked file. A change that lacks what it needs is in ``lacking``, with what is missing."""

    adjectives: Mapping[str, Adjective]
    pairs: Mapping[str, Pair]
    lacking: Mapping[str, str]
    signs: Mapping[str, Sign]

    def size(self, sign: Sign) -> tuple[float | None, str]:
        """Return the smallest size of a sign and its unit; ``None`` for the default."""
        if isinstance(sign.smallest, str):
            adjective = self.adjectives[sign.smallest]
            return adjective.size, adjective.unit
        return sign.smallest, sign.unit or ""

    def runs(self, sign: Sign) -> int:
        """Return how many runs a sign asks for."""
        known = load_outcomes().get(sign.outcome)
        yes_or_no = sign.above is not None or (known and known.unit == "0 or 1")
        return sign.runs or (RUNS_OF_YES_OR_NO if yes_or_no else RUNS)

    def missing(self, sign: Sign) -> str:
        """Say what the model lacks that a sign names; ``""`` if nothing."""
        if sign.change in self.lacking:
            return self.lacking[sign.change]
        return "; ".join(f"no {kind} '{name}'" for _, kind, name, _ in _unknown_names(sign))


@cache
def load_signs() -> Signs:
    """Return the shipped signs.

    Raises:
        UserError: see `read_signs`.
    """
    path = files("tajsim").joinpath(f"data/{FILE_NAME}")
    return read_signs(path.read_text(encoding="utf-8"))


def read_signs(text: str, shown: str = FILE_NAME) -> Signs:
    """Read and check a file of signs.

    Raises:
        UserError: all mistakes at once, a line each with file, line and key.
    """
    tables, places, twice = scenario_file.parsed(text, shown)
    problems = Problems(shown, Lines(places))
    for name, first, later in twice:
        problems.add((name,), f"stands twice, first on line {first.line}", later.line)
    for name in tables.keys() - {"adjectives", "changes", "signs"}:
        problems.add((name,), unknown("table", name, ("adjectives", "changes", "signs")))
    adjectives = _models(Adjective, tables.get("adjectives", {}), ("adjectives",), problems)
    changes = _models(Change, tables.get("changes", {}), ("changes",), problems)
    rows = _models(Sign, dict(enumerate(tables.get("signs", []))), ("signs",), problems)
    messages = problems.messages()
    lacking: dict[str, str] = {}
    scenarios = {}
    for name, change in changes.items():
        found = _scenario(name, change, places, shown)
        if isinstance(found, Scenario):
            scenarios[name] = found
        elif change.needs:
            lacking[name] = f"for want of {change.needs}"
        else:
            messages += found
    pairs = {name: _pair(name, changes[name], scenarios, problems) for name in scenarios}
    signs: dict[str, Sign] = {}
    for place, sign in rows.items():
        key: Key = ("signs", place)
        if sign.id in signs:
            problems.add((*key, "id"), f"'{sign.id}' stands twice; expected once")
        _check(sign, key, problems, adjectives, pairs, changes)
        signs[sign.id] = sign
    messages = list(dict.fromkeys([*problems.messages(), *messages]))
    if messages:
        raise UserError(messages)
    return Signs(adjectives, pairs, lacking, signs)


def _models(
    model: type[Any], rows: Mapping[Any, Any], at: Key, problems: Problems
) -> dict[Any, Any]:
    """Return the rows that fit a model; mistakes of the others go to the problems."""
    found = {}
    for name, row in rows.items():
        try:
            found[name] = model.model_validate(row)
        except ValidationError as error:
            problems.add_invalid((*at, name), error, model)
    return found


def _scenario(name: str, change: Change, places: list[Place], shown: str) -> Scenario | list[str]:
    """Return the changed scenario, or what is wrong; what is laid over one has an own name."""
    at = ("changes", name)
    inner = [replace(p, path=p.path[2:]) for p in places if p.path[:2] == at and p.path[2:]]
    source = scenario_file.Source(Path(name), "", Problems(shown, Lines(inner)))
    tables = {"title": change.title, "question": change.title, "extends": change.extends}
    laid = {"set": change.settings, "events": change.events}
    scenario_file.check_tables({**tables, **laid}, source)
    laid_over = bool(change.settings or change.events)
    if laid_over and name in scenario_file.shipped_scenarios():
        source.problems.add((), f"'{name}' is a shipped scenario; expected a name of its own")
    try:
        base = load_scenario(change.extends)
    except UserError as error:
        source.problems.add(("extends",), "; ".join(error.messages))
        return source.problems.messages()
    settings = {key: value for key, (value, _) in file_settings(source).items()}
    events = file_events(source, base.start, base.end, list(base.events))
    if messages := source.problems.messages():
        return messages
    return replace(
        base,
        name=name if laid_over else base.name,
        extends=change.extends if laid_over else base.extends,
        settings={**base.settings, **settings},
        events=tuple(sorted([*base.events, *events], key=lambda event: event.month)),
        claims=(),
    )


def _pair(name: str, change: Change, scenarios: Mapping[str, Scenario], problems: Problems) -> Pair:
    scenario, reference = scenarios[name], None
    named = change.reference or scenario.extends
    if named in scenarios:
        reference = scenarios[named]
    elif named:
        try:
            reference = load_scenario(named)
        except UserError:
            text = unknown("scenario or change", named, scenarios)
            problems.add(("changes", name, "reference"), text)
    if reference is None or reference.settings != scenario.settings:
        return Pair(change.title, scenario, reference, scenario.start)
    ours, theirs = (
        {(e.month, e.kind, tuple(sorted(e.arguments.items()))) for e in side.events}
        for side in (scenario, reference)
    )
    first = min((month for month, *_ in ours ^ theirs), default=scenario.start)
    return Pair(change.title, scenario, reference, first)


def _check(
    sign: Sign,
    key: Key,
    problems: Problems,
    adjectives: Mapping[str, Adjective],
    pairs: Mapping[str, Pair],
    changes: Mapping[str, Change],
) -> None:
    """Add what is wrong with a row whose keys fit by themselves."""
    for part in filter(None, (sign.change, sign.beyond)):
        if part not in changes:
            problems.add((*key, "change"), unknown("change", part, changes))
    if not (sign.needs or getattr(changes.get(sign.change), "needs", "")):
        for part, kind, name, valid in _unknown_names(sign):
            problems.add((*key, part), unknown(kind, name, valid))
    if isinstance(sign.smallest, str):
        if sign.smallest not in adjectives:
            text = unknown("adjective", sign.smallest, adjectives)
            problems.add((*key, "smallest"), text)
        if sign.unit:
            problems.add((*key, "unit"), "expected none beside an adjective")
    elif (sign.smallest is None) != (sign.unit is None):
        problems.add((*key, "smallest"), "expected 'smallest' and 'unit' together")
    elif sign.smallest is not None and not sign.why:
        problems.add((*key, "smallest"), "expected the key 'why': where the size comes from")
    elif sign.smallest is None and sign.sense not in ("higher", "lower"):
        problems.add(key, f"missing; expected the key 'smallest' with sense = '{sign.sense}'")
    pair = pairs.get(sign.change)
    if pair is None:
        return
    if not (sign.level or pair.reference):
        problems.add(key, "the change has no reference; expected level = true")
    for name, months in (("window", sign.window), ("since", sign.since)):
        if months is None:
            continue
        first, last = pair.window(months)
        if not pair.scenario.start <= first <= last <= pair.scenario.end:
            within = f"{pair.scenario.start} to {pair.scenario.end}, the first month first"
            problems.add((*key, name), f"{first} to {last} is not valid; expected {within}")


def _unknown_names(sign: Sign) -> list[tuple[str, str, str, Sequence[str]]]:
    """Return what a sign names and the model does not have: key, kind, name, valid names."""
    outcome = load_outcomes().get(sign.outcome)
    if outcome is None:
        return [("outcome", "outcome", sign.outcome, list(load_outcomes()))]
    wrong: list[tuple[str, str, str, Sequence[str]]] = []
    for part, where in (("where", sign.where), ("than", sign.than or {})):
        for dimension, names in where.items():
            if dimension not in outcome.dimensions:
                wrong.append((part, "dimension", dimension, outcome.dimensions))
                continue
            known = DIMENSIONS[dimension]
            listed = [names] if isinstance(names, str) else names
            wrong += [(part, dimension, name, known) for name in listed if name not in known]
    return wrong
