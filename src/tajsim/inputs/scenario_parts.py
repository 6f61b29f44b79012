"""The scenario format, its files and new ones; a scenario as the model and the analysis see it."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema
from typing_extensions import TypeAliasType

from tajsim.axes import DEALS
from tajsim.display import element, table, whole
from tajsim.errors import UserError, nearest, unknown
from tajsim.files import Shipped, data_text, exists, is_path, write_whole
from tajsim.inputs import deals, events, ledger, outcomes, registry, switches, toml
from tajsim.inputs.events import AnyEvent, Month, OutcomeName, Window, one_of, text_of
from tajsim.inputs.toml import FileTable, Problems, ReadRow, Source, read_source

SCENARIOS = Shipped("scenario")
shipped_scenarios, scenario_path = SCENARIOS.names, SCENARIOS.path
#: So many things taken out are named in the name of a scenario.
_FEW = 4
LONGEST_CHAIN = 32  # files, each of which extends the next

#: Units of a smallest size: what one of each is of the reference level, of its spread over runs,
#: and in the unit of the outcome.
UNITS = {
    "level": (1.0, 0.0, 0.0),
    "spread": (0.0, 1.0, 0.0),
    "points": (0.0, 0.0, 0.01),
    "absolute": (0.0, 0.0, 1.0),
    "count": (0.0, 0.0, 1.0),
}

_document = one_of("document", ledger.load_documents)
DocumentKey = TypeAliasType("DocumentKey", Annotated[str, _document])
_expectation = one_of("expectation", ("rises", "falls", "unchanged", "between"))
Expectation = TypeAliasType("Expectation", Annotated[str, _expectation])
_comparison = one_of("comparison", ("reference", "before", "level"))
Comparison = TypeAliasType("Comparison", Annotated[str, _comparison])
Unit = TypeAliasType("Unit", Annotated[str, one_of("unit", UNITS)])
_MECHANISM = r"^[MPSEOX][0-9]{2,3}$", "a mechanism id such as 'M47' (M01-M133, P, S, E, O, X)"
MechanismId = Annotated[str, text_of(*_MECHANISM, lambda text: text in ledger.load_mechanisms())]
_CLAIM = "lower-case letters, digits and hyphens such as 'seizures-fall'"
ClaimId = Annotated[str, text_of(r"^-*[a-z0-9][a-z0-9-]*$", _CLAIM)]
_SETTINGS: dict[str, Any] = {"type": "object", "description": "parameter = value, full names"}
Settings = Annotated[dict[str, Any], WithJsonSchema(_SETTINGS)]


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


class Hold(FileTable):
    """What neither side ends for the whole of the scenario."""

    deals: list[events.DealName]


class Drop(FileTable):
    """An inherited event does not take place."""

    event: Annotated[str, Field(min_length=1)] = Field(description="the label of the event")


class Move(Drop):
    """An inherited event takes place in another month."""

    date: events.EventDate


class MechanismsTable(FileTable):
    """The ``[mechanisms]`` table: what is taken out of the model."""

    off: list[events.Switchable] = Field([], description="held at what it answered")


class ScenarioFile(FileTable):
    """A scenario file."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    question: Annotated[str, Field(min_length=1)] = Field(description="what the runs should answer")
    label: Annotated[str, Field(min_length=1, max_length=28)] | None = Field(
        None, description="what its line is called in pictures"
    )
    outcomes: list[Annotated[str, Field(min_length=1)]] = Field(
        [],
        description="what the question is about, the gravest first: heroin_seized, "
        "heroin_seized[khorog], or a name of [define]",
        max_length=12,
    )
    window: Window | None = Field(None, description="first and last month of the answer")
    define: dict[str, str] = Field(
        {},
        description="outcomes of one's own: rents_kept[border_troops] / rents_kept, or "
        "first month where protest[rasht] > 0",
        max_length=24,
    )
    extends: str | None = Field(None, description="a shipped scenario, or a path from this file")
    start: Month | None = Field(None, description="first month; inherited where it is absent")
    end: Month | None = Field(None, description="last month; inherited where it is absent")
    settings: Settings = Field({}, alias="set")
    hold: Hold | None = Field(
        None, description="deals that neither side ends, in place of inherited ones"
    )
    move: list[Move] = Field([], description="inherited events in another month")
    drop: list[Drop] = Field([], description="inherited events left out")
    mechanisms: MechanismsTable = Field(default_factory=lambda: MechanismsTable(off=[]))
    events: list[AnyEvent] = Field([])
    claims: list[Claim] = Field([])


def parent_path(name: str, child: Path) -> Path:
    """Return the path of the scenario that the file ``child`` extends.

    A path counts from the folder of the child. A name is a file beside the child, or else a
    shipped scenario; a child may extend the shipped one of its own name. `UserError` if none is.
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


def read_chain(path: Path) -> tuple[list[Source], list[str]]:
    """Return the files of a chain, the oldest parent first, and messages about unreadable ones.

    A missing parent, or a cycle, is a problem of the file that names it; a first file that cannot
    be read a `UserError`.
    """
    lists: dict[str, ReadRow] = {"events": events.read_event, "claims": Claim}
    lists |= {"move": Move, "drop": Drop}

    def read(path: Path) -> Source:
        return read_source(path, SCENARIOS.shown(path), ScenarioFile, lists)

    chain = [read(path)]
    while "extends" in chain[0].top:
        child, parent = chain[0], None
        with child.problems.told("extends"):
            found = parent_path(child.top["extends"], child.path)
            seen = [source.path.resolve() for source in reversed(chain)]
            if len(seen) == LONGEST_CHAIN:
                most = f"expected at most {LONGEST_CHAIN} files"
                raise UserError(f"the chain of scenarios is too long; {most}")
            if found.resolve() in seen:
                names = [p.stem for p in seen[seen.index(found.resolve()) :]]
                cycle = " -> ".join([*names, found.stem])
                raise UserError(f"the chain is cyclic: {cycle}; expected an end")
            parent = found
        if parent is None:
            break
        try:
            chain.insert(0, read(parent))
        except UserError as error:
            return chain, error.messages
    return chain, []


def deed(month: str, kind: str, arguments: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what an event does, and when; a wrong value, told elsewhere, may be of any type."""
    return month, kind, repr(sorted(arguments.items()))


def first_apart(ours: Iterable[tuple[str, ...]], theirs: Iterable[tuple[str, ...]]) -> str:
    """Return the first month in which what two scenarios do (`deed`) differs, "" if in none."""
    return min((month for month, *_ in {*ours} ^ {*theirs}), default="")


@dataclass(frozen=True)
class Event:
    """A dated change of state or policy; ``arguments`` are those of its kind (event_kinds)."""

    month: str
    kind: str
    arguments: Mapping[str, str | float]
    label: str
    figures: tuple[str, ...] = ()
    where: str = ""

    @property
    def deed(self) -> tuple[str, str, str]:
        """What it does and when, whatever its label."""
        return deed(self.month, self.kind, self.arguments)

    @property
    def holds(self) -> bool:
        """Whether it has a deal held."""
        return self.kind == "deal" and self.arguments["change"] == "hold"

    @classmethod
    def of(cls, row: events.EventRow, where: str) -> "Event":
        """Return the event that a row of ``[[events]]`` schedules; ``where`` it is written."""
        arguments = row.arguments()
        if row.kind == "set":
            with suppress(ValueError):  # told by `check_event`
                name, value = arguments["parameter"], arguments["value"]
                arguments["value"] = registry.check_value(name, value)
        named = [value for value in arguments.values() if isinstance(value, str)]
        label = row.label or " ".join([row.kind, *named]).replace("_", " ")
        return cls(toml.event_month(row.date) or "", row.kind, arguments, label, row.figures, where)


@dataclass(frozen=True)
class Scenario:
    """A checked scenario with everything that it inherits.

    ``settings`` holds what differs from the registry, ``origins`` the place from which every
    parameter and the start and end come. ``events`` are in the order of their months, those of a
    parent first; ``claims`` are the scenario's own. ``text`` is the TOML of the chain of files,
    parents first. ``without`` names what is taken out of the model (`tajsim.inputs.switches`).
    ``label`` is what its line is called; ``asks`` holds what the question is about: ``outcomes``,
    ``window`` and ``define``, outcomes of one's own.
    """

    name: str
    title: str
    question: str
    extends: str | None
    start: str
    end: str
    settings: Mapping[str, float] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    claims: tuple[Claim, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    without: tuple[str, ...] = ()
    label: str = ""
    asks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parent(self) -> str:
        """Name of the scenario that it extends, "" without any."""
        return Path(self.extends or "").name.removesuffix(".toml")

    def holding(self, names: str | Sequence[str], mark: str | None = None) -> "Scenario":
        """Return the scenario with more taken out; its name ends in ``mark``, or says what.

        Names that cannot be held are a `UserError`.
        """
        more = [name for name in switches.listed(names) if name not in self.without]
        if not more:
            return self
        switches.held_rules(more)
        origins = {**self.origins, **{f"without {name}": COMMAND_LINE for name in more}}
        held, title = replace(self, without=(*self.without, *more), origins=origins), self.title
        if mark is None:
            told = more if len(more) <= _FEW else [*more[:2], f"{len(more) - 2} more"]
            title = f"{self.title}, without {', '.join(told)}"
            mark = f"-without-{'-'.join(told).replace(' ', '-')}"
        extends = self.extends and self.parent + mark
        return replace(held, name=self.name + mark, title=title, extends=extends)

    def _repr_html_(self) -> str:
        """Return the scenario as a notebook shows it."""
        extends = f", extends {self.extends}" if self.extends else ""
        about = f"{self.name}{extends}; {self.start} to {self.end}"
        return whole(
            element("h3", self.title),
            element("p", about, look="quiet"),
            element("p", self.question),
            *([element("p", f"Without {', '.join(self.without)}.")] if self.without else []),
            *(
                part
                for title, head, rows in parts_of(self)
                for part in (element("h4", title), table(head, rows))
            ),
        )


COMMAND_LINE = "command line"
#: A heading, the head of a table and its rows.
Part = tuple[str, tuple[str, ...], list[list[str]]]


def parts_of(scenario: Scenario) -> list[Part]:
    """Return the tables of settings, events and claims, with the line where each is written."""
    origins = scenario.origins
    settings = [[key, f"{v:.10g}", origins.get(key, "")] for key, v in scenario.settings.items()]
    events = [[e.month, e.label, ", ".join(e.figures), e.where] for e in scenario.events]
    claims = [[c.statement, f"{c.document}:{c.line}"] for c in scenario.claims]
    found: list[Part] = [
        ("Settings", ("setting", "value", "from"), settings),
        ("Events", ("month", "event", "figures", "from"), events),
        ("Claims", ("claim", "document"), claims),
    ]
    return [part for part in found if part[2]]


Period = tuple[str, str]


def file_settings(source: Source) -> dict[str, tuple[float, str]]:
    """Return name -> (value, ``path:line``) of one file; errors go to the source's problems."""
    found: dict[str, tuple[float, str]] = {}

    def leaves(table: Mapping[str, Any], above: toml.Key) -> Iterator[tuple[toml.Key, Any]]:
        for key, value in table.items():
            deeper = isinstance(value, dict) and value
            yield from leaves(value, (*above, key)) if deeper else [((*above, key), value)]

    for key, value in leaves(source.top.get("set", {}), ("set",)):
        name = ".".join(str(part) for part in key[1:])
        number = events.check_setting(source.problems, key, name, value)
        if name in found:  # one spelling of it is quoted, else it is no TOML
            source.problems.add(key, f"appears twice, first at {found[name][1]}; expected once")
        elif number is not None:
            found[name] = number, source.problems.where(key)
    return found


Overrides = Mapping[str, float | str] | Sequence[str]


def command_settings(overrides: Overrides) -> tuple[dict[str, float], list[str]]:
    """Return the values of ``key=value`` overrides, and the messages about wrong ones."""
    if isinstance(overrides, Mapping):
        pairs = [(f"{key}={value}", key, value) for key, value in overrides.items()]
    else:
        split = [(text, *text.partition("=")) for text in overrides]
        pairs = [(text, key.strip(), value.strip()) for text, key, _, value in split]
    found: dict[str, float] = {}
    messages = []
    for text, key, value in pairs:
        if "=" not in text or not key:
            row = registry.load_parameters().get(key)
            example = f", e.g. {key}={row.value:.10g}" if row else ""
            messages.append(f"--set {text}: expected key=value{example}")
        elif key in found:
            messages.append(f"--set {text}: {key}: the key appears twice; expected once")
        else:
            try:
                found[key] = registry.check_value(key, value)
            except ValueError as error:
                messages.append(f"--set {text}: {key}: {error}")
    return found, messages


def file_events(source: Source, period: Period, inherited: Sequence[Event]) -> list[Event]:
    """Return the events of one file, none of which may repeat an inherited one.

    Errors go to the source's problems; ``period`` are the months in force, empty where unknown.
    """
    own: list[Event] = []
    seen = {event.deed: event for event in inherited}
    settings: dict[tuple[str, object], Event] = {}
    for row in source.rows["events"]:
        month = events.check_event(source.problems, row.key, row.raw, period, "scenario")
        if month:
            _check_figures(source, row.key, row.raw, month)
        if row.model is None or month is None:
            continue
        event = Event.of(row.model, source.problems.where(row.key))
        setting = (month, event.arguments.get("parameter"))
        if other := seen.get(event.deed):
            source.problems.add(row.key, f"repeats the event of {other.where}; expected once")
        elif event.kind == "set" and (other := settings.get(setting)):
            text = f"{setting[1]} is set twice in {month}, first at {other.where}; expected once"
            source.problems.add(row.key, text)
        seen.setdefault(event.deed, event)
        settings.setdefault(setting, event)
        own.append(event)
    return own


def _check_figures(source: Source, key: toml.Key, raw: Mapping[str, Any], month: str) -> None:
    """Check that the figures that are dates cover the month of the event that they document."""
    figures = raw.get("figures")
    for identity in figures if isinstance(figures, list) else ():
        row = ledger.load_figures().get(identity) if isinstance(identity, str) else None
        dates = [row.text, row.earliest, row.latest] if row and row.unit == "date" else []
        spans = [span for span in map(toml.months_of, filter(None, dates)) if span]
        if row and spans and not min(s[0] for s in spans) <= month <= max(s[1] for s in spans):
            text = f"{month} disagrees with the figure '{identity}'; expected its date {row.text}"
            source.problems.add((*key, "date"), text)


def file_claims(source: Source, period: Period) -> list[Claim]:
    """Return the claims of one file; errors go to the source's problems.

    ``period`` are the months in force, empty where unknown.
    """
    claims: dict[str, Claim] = {}
    for row in source.rows["claims"]:
        for name in ("window", "before"):
            check_span(source.problems, (*row.key, name), row.raw.get(name), period)
        outcome, where = row.raw.get("outcome"), row.raw.get("where")
        if isinstance(where, dict) and str(outcome) in outcomes.load_outcomes():
            events.check_places(source.problems, (*row.key, "where"), str(outcome), where)
        if row.model is None:
            continue
        if row.model.id in claims:
            text = f"the id '{row.model.id}' appears twice; expected once"
            source.problems.add((*row.key, "id"), text)
        for name, text in _bounds(row.model):
            source.problems.add((*row.key, name) if name else row.key, text)
        claims[row.model.id] = row.model
    return list(claims.values())


def check_span(problems: Problems, key: toml.Key, window: Any, period: Period) -> None:
    """Check a first and a last month, if that is what a file gives, against a period."""
    whole = isinstance(window, list) and len(window) == 2
    if whole and all(isinstance(m, str) and toml.is_month(m) for m in window):
        events.check_months(problems, key, window, period, "scenario")


def _bounds(claim: Claim) -> Iterator[tuple[str, str]]:
    """Yield key and text for keys whose presence depends on ``expect`` and ``against``."""
    expect, against, low, high = claim.expect, claim.against, claim.low, claim.high
    for name, value in (("low", low), ("high", high)):
        if expect == "between" and value is None:
            yield "", f"missing; expected the key '{name}' with expect = 'between'"
        if expect in ("rises", "falls") and value is not None:
            yield name, f"does not fit expect = '{expect}'; expected with 'between' or 'unchanged'"
    if low is not None and high is not None and low > high:
        yield "low", f"{low:g} is above high = {high:g}; expected less"
    if (claim.smallest is None) != (claim.unit is None):
        yield "", "expected 'smallest' and 'unit' together"
    if claim.smallest is not None and expect not in ("rises", "falls"):
        yield "smallest", f"does not fit expect = '{expect}'; expected with 'rises' or 'falls'"
    if against == "level" and expect != "between":
        yield "expect", f"'{expect}' does not fit against = 'level'; expected 'between'"
    if against == "level" and claim.relative:
        yield "relative", "expected false with against = 'level'"
    if against == "before" and claim.before is None:
        yield "", "missing; expected the key 'before' with against = 'before'"
    if against != "before" and claim.before is not None:
        yield "before", "expected only with against = 'before'"


def check_window(source: Source, period: Period, inherited: list[Event]) -> list[Event]:
    """Check the months in force (empty: unknown) and return the inherited events within them.

    A child may end before its parent: later events of the parent then never happen. It may not
    start after one, because the state that the event left behind would be missing.
    """
    problems, (start, end), keys = source.problems, period, toml.keys_of(ScenarioFile)
    whole = "extends" not in source.tables and not toml.misspelt("extends", source.tables, keys)
    for key, month in (("start", start), ("end", end)):
        if not month and whole and key not in source.tables:
            text = f"expected {key} = 'YYYY-MM' or extends = 'status-quo'"
            problems.missing((key,), source.tables, keys, text)
        if key in source.top and not toml.FIRST_MONTH <= month <= toml.LAST_MONTH:
            text = f"{month} is out of range; expected {toml.FIRST_MONTH} to {toml.LAST_MONTH}"
            problems.add((key,), text)
    if toml.FIRST_MONTH <= end < start and {"start", "end"} & source.top.keys():
        problems.add(("end",), f"{end} is before the start {start}; expected a later month")
    for event in inherited:
        if start and event.month < start and "start" in source.top:
            text = f"{start} is after the inherited event of {event.month} ({event.where})"
            problems.add(("start",), f"{text}; expected a start no later than that")
    return [event for event in inherited if not end or event.month <= end]


def held_deals(source: Source, start: str, known: Sequence[Event]) -> list[Event]:
    """Return the deals that one file holds, each as an event of the first month.

    One that is neither in force then nor begun by a known event is refused: its absence would hold.
    """
    table, where = source.top.get("hold", {}), source.problems.where(("hold",))
    held = table.get("deals", []) if isinstance(table, dict) else []
    rows, made = deals.load_deals(), [event for event in known if event.month <= start]
    begun = {e.arguments["deal"] for e in made if e.arguments.get("change") == "begin"}
    for name in (str(e.arguments["package"]) for e in made if e.kind == "package"):
        begun |= {*deals.load_packages()[name].deals}
    for place, name in enumerate(held):
        if name in DEALS and name not in begun and not rows[name].in_force:
            text = f"'{name}' is not in force in {start}; expected one that is, or an event that"
            source.problems.add(("hold", "deals", place), f"{text} begins it by then")
    return [
        Event(
            start, "deal", {"deal": name, "change": "hold"}, f"{rows[name].label} held", (), where
        )
        for name in dict.fromkeys(held)
        if name in DEALS
    ]


def moved_events(source: Source, period: Period, inherited: list[Event]) -> list[Event]:
    """Return the inherited events, some in another month, some dropped, as one file says."""
    found, problems = list(inherited), source.problems
    for row in (*source.rows["move"], *source.rows["drop"]):
        label = row.raw.get("event")
        mine = [event for event in found if event.label == label]
        if isinstance(label, str) and not mine:
            labels = [event.label for event in found]
            text = unknown("inherited event", label, labels) if labels else "inherits no event"
            problems.add((*row.key, "event"), text)
        if row.model is None:
            continue
        found = [event for event in found if event.label != label]
        if isinstance(row.model, Move):
            month, where = toml.event_month(row.model.date) or "", problems.where(row.key)
            events.check_months(problems, (*row.key, "date"), (month,), period, "scenario")
            for event in mine:  # the figures that date it speak for its own month only
                figures = event.figures if event.month == month else ()
                found.append(replace(event, month=month, where=where, figures=figures))
    return sorted(found, key=lambda event: event.month)


def _laid_over(under: Scenario, source: Source) -> Scenario:
    """Return a scenario with one file laid over it; what is wrong goes to the source's problems."""
    top, where = source.top, source.problems.where
    period = (top.get("start", under.start), top.get("end", under.end))
    settings = file_settings(source)
    off = top.get("mechanisms", {}).get("off", ())
    origins: dict[str, str] = {key: where((key,)) for key in ("start", "end") if key in top}
    origins |= {name: place for name, (_, place) in settings.items()}
    for i, name in enumerate(off):
        if name not in under.without:
            origins[f"without {name}"] = where(("mechanisms", "off", i))
    inherited = check_window(source, period, list(under.events))
    if "hold" in top:  # in place of those that its parents hold
        inherited = [e for e in inherited if not (e.holds and e.month == period[0])]
    inherited = moved_events(source, period, inherited)
    own = file_events(source, period, inherited)
    own = [*held_deals(source, period[0], [*inherited, *own]), *own]
    texts = under.text, f"# {source.problems.shown_path}\n{source.text}"
    return Scenario(
        name=source.path.stem,
        **{name: top.get(name, "") for name in ("title", "question", "label")},
        extends=top.get("extends"),
        start=period[0],
        end=period[1],
        settings={**under.settings, **{name: value for name, (value, _) in settings.items()}},
        events=tuple(sorted([*inherited, *own], key=lambda event: event.month)),
        claims=tuple(file_claims(source, period)),
        origins={**under.origins, **origins},
        text="\n".join(filter(None, texts)),
        without=tuple(dict.fromkeys([*under.without, *off])),
        asks=question_of(source, period),
    )


def question_of(source: Source, period: Period) -> dict[str, Any]:
    """Return what the question of one file is about; errors go to the source's problems."""
    problems, asks = source.problems, {k: source.top.get(k) for k in ("outcomes", "window")}
    own = source.top.get("define") or {}
    for name, text in own.items() if isinstance(own, dict) else ():
        with problems.told("define", name):
            if not name.isidentifier() or not name.isascii() or name in outcomes.load_outcomes():
                raise UserError(f"'{name}': expected a new name of letters, digits and _")
            outcomes.references(text)
    for place, spec in enumerate(asks["outcomes"] or ()):
        with problems.told("outcomes", place):
            outcomes.split_spec(spec, tuple(own))
    check_span(problems, ("window",), asks["window"], period)
    return {key: value for key, value in {**asks, "define": own}.items() if value}


def single_changes() -> list[str]:
    """Return the shipped scenarios that change one thing of the status quo, by themselves.

    Those that extend the documented history differ from the status quo by all of it.
    """
    others = [name for name in shipped_scenarios() if name != "status-quo"]
    return [name for name in others if "# scenarios/history.toml\n" not in load_scenario(name).text]


def load_scenario(name_or_path: str | Path, overrides: Overrides = ()) -> Scenario:
    """Return a scenario by the name of a shipped one or by the path of its file.

    ``overrides`` are settings on top of the files: ``{"agency_pay.army": 5}`` or
    ``["agency_pay.army=5"]``. A `UserError` has one message for each error in the file, its
    parents and the overrides.
    """
    chain, messages = read_chain(scenario_path(name_or_path))
    registered = dict.fromkeys(registry.load_parameters(), "registry")
    whole = Scenario("", "", "", None, "", "", origins=registered)
    for source in chain:
        whole = _laid_over(whole, source)
        messages += source.problems.messages()
    settings, more = command_settings(overrides)
    if messages or more:
        raise UserError([*messages, *more])
    origins = {**whole.origins, **dict.fromkeys(settings, COMMAND_LINE)}
    return replace(whole, settings={**whole.settings, **settings}, origins=origins)


def schema_path(kind: str = "scenario") -> Path:
    """Return the path of the shipped schema of scenarios or of experiments."""
    return Path(__file__).parents[1] / "data" / f"{kind}.schema.json"


def new_scenario(path: str | Path, parent: str | Path = "status-quo") -> Path:
    """Write a commented scenario file that extends ``parent`` and passes the check as it is.

    A wrong parent, or a file that exists or cannot be written, is a `UserError`.
    """
    path = Path(path)
    if path.suffix != ".toml":
        raise UserError(f"{path}: expected a file name that ends in .toml")
    whole, shipped = load_scenario(parent), str(parent) in shipped_scenarios()
    beside = os.path.relpath(scenario_path(parent).resolve(), path.parent.resolve())
    extends = str(parent) if shipped else Path(beside).as_posix()
    if not shipped and "/" not in extends and not extends.endswith(".toml"):
        extends = f"./{extends}"
    # The first lever of each of the first few families.
    levers = {p.family: p for p in registry.load_parameters().values() if p.role == "lever"}
    text = data_text("new_scenario.txt").format(
        schema=schema_path().resolve().as_uri(),
        file=path,
        parent_argument=parent,
        title=json.dumps(f"{path.stem[:60]}: a variant of {whole.name[:40]}", ensure_ascii=False),
        extends=json.dumps(extends, ensure_ascii=False),
        start=whole.start,
        end=whole.end,
        settings="\n".join(
            f'# {p.name} = "{p.value:.10g} {p.unit}"   # {p.low:.10g} to {p.high:.10g}'
            for p in list(levers.values())[:6]
        ),
        kinds="\n".join(
            f"#   {name} ({', '.join(events.argument_names(kind))}): {kind.__doc__}"
            for name, kind in events.EVENT_KINDS.items()
        ),
    )
    if os.path.lexists(path):
        raise UserError(f"{path}: exists already and is left as it is; expected a new name")
    write_whole(path, text.encode(errors="backslashreplace"))
    return path
