"""A scenario as the model and the analysis see it: settings, events and claims, all checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from tajsim.axes import DIMENSIONS
from tajsim.display.html import Html, element, short, table, whole
from tajsim.errors import UserError, nearest, unknown
from tajsim.inputs.events import EventRow, SetEvent
from tajsim.inputs.ledger import load_figures
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import load_families, load_parameters, read_quantity
from tajsim.inputs.scenario_file import ClaimRow, FileRow, Source, read_chain, scenario_path
from tajsim.inputs.toml import FIRST_MONTH, LAST_MONTH, Key, event_month, is_month, months_of


@dataclass(frozen=True)
class Event:
    """A dated change of state or policy; ``arguments`` are those of its kind (event_kinds)."""

    month: str
    kind: str
    arguments: Mapping[str, str | float]
    label: str
    figures: tuple[str, ...] = ()
    where: str = ""

    def same_as(self, other: Event) -> bool:
        """Return whether both do the same in the same month, whatever their labels."""
        return (self.month, self.kind, self.arguments) == (
            other.month,
            other.kind,
            other.arguments,
        )


@dataclass(frozen=True)
class Claim:
    """What a document says about an effect, as a test on runs.

    ``against`` says what the outcome over ``window`` is compared with: the ``reference`` scenario
    in the same run, the same run over the window ``before``, or nothing (``level``). ``low`` and
    ``high`` bound the difference (in per cent where ``relative``) or the level.
    """

    id: str
    statement: str
    document: str
    line: int
    mechanisms: tuple[str, ...]
    outcome: str
    where: Mapping[str, str]
    window: tuple[str, str]
    expect: str
    low: float | None
    high: float | None
    against: str
    before: tuple[str, str] | None = None
    relative: bool = False


@dataclass(frozen=True)
class Scenario:
    """A checked scenario with everything that it inherits.

    ``settings`` holds what differs from the registry, ``origins`` the place from which every
    parameter and the start and end come. ``events`` are in the order of their months, those of a
    parent first; ``claims`` are the scenario's own. ``text`` is the TOML of the chain of files,
    parents first.
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

    def _repr_html_(self) -> str:
        """Return the scenario as a notebook shows it."""
        return scenario_html(self)


COMMAND_LINE = "command line"


def check_value(name: str, value: Any) -> float:
    """Return the value of a parameter in its unit.

    Raises:
        ValueError: for an unknown parameter, a constant, a wrong type or unit, or a value outside
            the range; the text of the error says what was expected.
    """
    if name not in load_parameters():
        family = load_families().get(name)
        if family is not None:
            names = ", ".join(p.name for p in family.parameters[:4])
            raise ValueError(f"'{name}' is set for each {family.dimension}; expected e.g. {names}")
        raise ValueError(unknown("parameter", name, load_parameters()))
    row = load_parameters()[name]
    if row.role == "constant":
        raise ValueError(f"'{name}' is a constant; expected a lever or an uncertain parameter")
    number = read_quantity(value, row.unit)
    if not row.low <= number <= row.high:
        allowed = f"{row.low:.10g} to {row.high:.10g} {row.unit}"
        raise ValueError(f"{number:.10g} is out of range; expected {allowed}")
    return number


def _leaves(table: Mapping[str, Any], above: Key) -> Iterator[tuple[Key, Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def file_settings(source: Source) -> dict[str, tuple[float, str]]:
    """Return name -> (value, ``path:line``) of one file; errors go to the source's problems."""
    found: dict[str, tuple[float, str]] = {}
    for key, value in _leaves(source.top.get("set", {}), ("set",)):
        name = ".".join(str(part) for part in key[1:])
        try:
            number = check_value(name, value)
        except ValueError as error:
            source.problems.add(key, str(error))
        else:
            found.setdefault(name, (number, source.problems.where(key)))
    return found


def _example(name: str) -> str:
    row = load_parameters().get(name)
    return f", e.g. {name}={row.value:.10g}" if row else ""


def command_settings(
    overrides: Mapping[str, float | str] | Sequence[str],
) -> tuple[dict[str, float], list[str]]:
    """Return the values of ``key=value`` overrides, and the messages about wrong ones."""
    pairs: list[tuple[str, str, Any]] = []
    if isinstance(overrides, Mapping):
        pairs = [(f"{key}={value}", key, value) for key, value in overrides.items()]
    else:
        for text in overrides:
            key, _, value = text.partition("=")
            pairs.append((text, key.strip(), value.strip()))
    found: dict[str, float] = {}
    messages = []
    for text, key, value in pairs:
        where = f"--set {text}: {key}: "
        if "=" not in text or not key:
            messages.append(f"--set {text}: expected key=value{_example(key)}")
        elif key in found:
            messages.append(f"{where}the key stands twice; expected once")
        else:
            try:
                found[key] = check_value(key, value)
            except ValueError as error:
                messages.append(f"{where}{error}")
    return found, messages


def scenario_html(scenario: Scenario) -> str:
    """Return a scenario as HTML; what it inherits is pale."""
    extends = f", extends {scenario.extends}" if scenario.extends else ""
    about = f"{scenario.name}{extends}; {scenario.start} to {scenario.end}"
    return whole(
        element("h3", scenario.title),
        element("p", about, look="quiet"),
        element("p", scenario.question),
        *_settings(scenario),
        *_events(scenario),
        *_claims(scenario.claims),
    )


def _settings(scenario: Scenario) -> list[Html]:
    rows: list[list[str]] = []
    pale: list[int] = []
    for name, value in scenario.settings.items():
        where = scenario.origins.get(name, "")
        known = load_parameters().get(name)
        pale += [len(rows)] if _inherited(scenario, where) else []
        before = f"{known.value:.10g}" if known else ""
        rows.append([name, f"{value:.10g}", before, known.unit if known else "", where])
    if not rows:
        return []
    header = ("parameter", "value", "otherwise", "unit", "written in")
    return [element("h4", "Settings"), table(header, rows, numbers=(1, 2), quiet=pale)]


def _events(scenario: Scenario) -> list[Html]:
    if not scenario.events:
        return [element("p", "No events are scheduled.")]
    rows = [
        [short(event.month), event.label, _change(event), _sources(event.figures), event.where]
        for event in scenario.events
    ]
    pale = [i for i, event in enumerate(scenario.events) if _inherited(scenario, event.where)]
    header = ("month", "event", "change", "documented in", "written in")
    own = len(rows) - len(pale)
    told = element("h4", f"Events: {own} of its own, {len(pale)} inherited")
    return [told, table(header, rows, quiet=pale)]


def _claims(claims: Sequence[Claim]) -> list[Html]:
    rows = [
        [
            claim.statement,
            f"{claim.document}:{claim.line}",
            _test(claim),
            ", ".join(claim.mechanisms),
        ]
        for claim in claims
    ]
    if not rows:
        return []
    header = ("claim", "document", "test", "mechanisms")
    return [element("h4", "Claims"), table(header, rows)]


def _inherited(scenario: Scenario, where: str) -> bool:
    """Tell whether a place (``path:line``) is in the file of a parent."""
    path = PurePath(where.rpartition(":")[0])
    return where != COMMAND_LINE and bool(path.name) and path.stem != scenario.name


def _change(event: Event) -> str:
    """Return what an event does: ``pay_topup.army = 20 USD/month``, ``handover: khorog, ...``."""
    named = dict(event.arguments)
    months = named.get("months", 1)
    ramp = f", over {months:.10g} months" if isinstance(months, float | int) and months > 1 else ""
    if event.kind == "set":
        known = load_parameters().get(str(named["parameter"]))
        value, unit = named["value"], f" {known.unit}" if known else ""
        amount = value if isinstance(value, str) else f"{value:.10g}{unit}"
        return f"{named['parameter']} = {amount}{ramp}"
    said = [
        value if isinstance(value, str) else f"{key} {value:.10g}"
        for key, value in named.items()
        if key != "months"
    ]
    return f"{event.kind}: {', '.join(said)}{ramp}"


def _sources(figures: Sequence[str]) -> str:
    """Return the place of each figure: ``border-handover-start (matveeva-2004:159)``."""
    ledger = load_figures()
    return "; ".join(
        f"{name} ({ledger[name].document}:{ledger[name].line})" if name in ledger else name
        for name in figures
    )


def _test(claim: Claim) -> str:
    where = "".join(f", {dimension}={name}" for dimension, name in claim.where.items())
    ends = [f"{end:.10g}" for end in (claim.low, claim.high) if end is not None]
    bounds = f" {' and '.join(ends)}" if ends else ""
    unit = " %" if claim.relative and ends else ""
    against = {"reference": " against the reference", "level": ""}.get(claim.against)
    if against is None:
        against = f" against {' to '.join(claim.before or ())}"
    window = " to ".join(claim.window)
    return f"{claim.outcome}{where}, {window}: {claim.expect}{bounds}{unit}{against}"


def file_events(source: Source, start: str, end: str, inherited: list[Event]) -> list[Event]:
    """Return the events of one file; errors go to the source's problems.

    ``start`` and ``end`` are the months in force, empty where unknown; ``inherited`` are the
    events of the parents, none of which may be repeated.
    """
    own: list[Event] = []
    for row in source.events:
        month = _check_raw(source, row, start, end)
        if row.model is None or month is None:
            continue
        key = ("events", row.index)
        event = _event(source, row.index, row.model, month)
        for other in [*inherited, *own]:
            if event.same_as(other):
                source.problems.add(key, f"repeats the event of {other.where}; expected once")
            elif other in own and _sets_same(event, other):
                text = f"{event.arguments['parameter']} is set twice in {month}"
                source.problems.add(key, f"{text}, first at {other.where}; expected once")
        own.append(event)
    return own


def _check_raw(source: Source, row: FileRow[EventRow], start: str, end: str) -> str | None:
    """Check what can be checked even if the row does not fit its kind; return its month."""
    date, figures = row.raw.get("date"), row.raw.get("figures", [])
    month = event_month(date) if isinstance(date, str) else None
    _check_setting(source, row)
    if month is None:
        return None
    key = ("events", row.index, "date")
    if (start and month < start) or (end and month > end):
        text = f"{month} is outside the scenario; expected {start or '...'} to {end or '...'}"
        source.problems.add(key, text)
    for identity in figures if isinstance(figures, list) else []:
        if isinstance(identity, str) and identity in load_figures():
            _check_figure(source, key, month, identity)
    return month


def _event(source: Source, i: int, row: EventRow, month: str) -> Event:
    arguments: dict[str, Any] = row.arguments()
    if isinstance(row, SetEvent):
        with suppress(ValueError):  # reported by _check_setting
            arguments["value"] = check_value(row.parameter, row.value)
    named = [str(value) for value in arguments.values() if isinstance(value, str)]
    label = row.label or " ".join([row.kind, *named]).replace("_", " ")
    where = source.problems.where(("events", i))
    return Event(month, row.kind, arguments, label, tuple(row.figures), where)


def _check_setting(source: Source, row: FileRow[EventRow]) -> None:
    name, value = row.raw.get("parameter"), row.raw.get("value")
    if not isinstance(name, str) or name not in load_parameters() or value is None:
        return
    if row.raw.get("kind") == "set":
        try:
            check_value(name, value)
        except ValueError as error:
            source.problems.add(("events", row.index, "value"), str(error))


def _sets_same(event: Event, other: Event) -> bool:
    return (
        event.kind == other.kind == "set"
        and event.month == other.month
        and event.arguments["parameter"] == other.arguments["parameter"]
    )


def _check_figure(source: Source, key: Key, month: str, identity: str) -> None:
    """Check that the date of a figure, where it is a date, covers the month of the event."""
    row = load_figures()[identity]
    dates = [row.text, row.earliest, row.latest] if row.unit == "date" else []
    spans = [span for span in map(months_of, filter(None, dates)) if span]
    if spans:
        first, last = min(s[0] for s in spans), max(s[1] for s in spans)
        if not first <= month <= last:
            text = f"{month} disagrees with the figure '{identity}'; expected its date {row.text}"
            source.problems.add(key, text)


def file_claims(source: Source, start: str, end: str) -> list[Claim]:
    """Return the claims of one file; errors go to the source's problems.

    ``start`` and ``end`` are the months in force, empty where unknown.
    """
    claims: list[Claim] = []
    for row in source.claims:
        key: Key = ("claims", row.index)
        for name in ("window", "before"):
            _check_window(source, (*key, name), row.raw.get(name), start, end)
        _check_where(source, key, row.raw)
        if row.model is None:
            continue
        if row.model.id in [claim.id for claim in claims]:
            text = f"the id '{row.model.id}' stands twice; expected once"
            source.problems.add((*key, "id"), text)
        _check_bounds(source, key, row.model)
        claims.append(_claim(row.model))
    return claims


def _claim(row: ClaimRow) -> Claim:
    return Claim(
        id=row.id,
        statement=row.statement,
        document=row.document,
        line=row.line,
        mechanisms=tuple(row.mechanisms),
        outcome=row.outcome,
        where=dict(row.where),
        window=(row.window[0], row.window[1]),
        expect=row.expect,
        low=row.low,
        high=row.high,
        against=row.against,
        before=(row.before[0], row.before[1]) if row.before else None,
        relative=row.relative,
    )


def _check_window(source: Source, key: Key, window: Any, start: str, end: str) -> None:
    if not isinstance(window, list) or len(window) != 2:
        return  # absent, or reported as a wrong type already
    first, last = window
    if not all(isinstance(month, str) and is_month(month) for month in window):
        return
    if first > last:
        source.problems.add(key, f"{first} is after {last}; expected the first month first")
    elif (start and first < start) or (end and last > end):
        within = f"expected within {start or '...'} to {end or '...'}"
        source.problems.add(key, f"{first} to {last} is outside the scenario; {within}")


def _check_where(source: Source, key: Key, raw: dict[str, Any]) -> None:
    outcome, where = raw.get("outcome"), raw.get("where")
    if not isinstance(outcome, str) or not isinstance(where, dict):
        return
    if outcome not in load_outcomes():
        return
    dimensions = load_outcomes()[outcome].dimensions
    for dimension, name in where.items():
        place = (*key, "where", dimension)
        if dimension not in dimensions:
            have = ", ".join(dimensions) or "none"
            hint = nearest(dimension, dimensions)
            text = f"unknown dimension '{dimension}'; '{outcome}' has: {have}{hint}"
            source.problems.add(place, text)
        elif isinstance(name, str) and name not in DIMENSIONS[dimension]:
            source.problems.add(place, unknown(dimension, name, DIMENSIONS[dimension]))


def _check_bounds(source: Source, key: Key, row: ClaimRow) -> None:
    """Check the keys whose presence depends on ``expect`` and ``against``."""
    bounds = {"low": row.low, "high": row.high}
    for name, value in bounds.items():
        if row.expect == "between" and value is None:
            source.problems.add(key, f"missing; expected the key '{name}' with expect = 'between'")
        if row.expect in ("rises", "falls") and value is not None:
            text = f"does not fit expect = '{row.expect}'; expected with 'between' or 'unchanged'"
            source.problems.add((*key, name), text)
    if row.low is not None and row.high is not None and row.low > row.high:
        source.problems.add(
            (*key, "low"), f"{row.low:g} is above high = {row.high:g}; expected less"
        )
    if row.against == "level" and row.expect != "between":
        text = f"'{row.expect}' does not fit against = 'level'; expected 'between'"
        source.problems.add((*key, "expect"), text)
    if row.against == "level" and row.relative:
        source.problems.add((*key, "relative"), "expected false with against = 'level'")
    if row.against == "before" and row.before is None:
        source.problems.add(key, "missing; expected the key 'before' with against = 'before'")
    if row.against != "before" and row.before is not None:
        source.problems.add((*key, "before"), "expected only with against = 'before'")


def check_window(source: Source, start: str, end: str, inherited: list[Event]) -> list[Event]:
    """Check the months in force (empty: unknown) and return the inherited events within them.

    A child may end before its parent: later events of the parent then never happen. It may not
    start after one, because the state that the event left behind would be missing.
    """
    problems = source.problems
    for key, month in (("start", start), ("end", end)):
        if not month and "extends" not in source.top and key not in source.wrong:
            problems.add((key,), f"missing; expected {key} = 'YYYY-MM' or extends = 'status-quo'")
        if key in source.top and not FIRST_MONTH <= month <= LAST_MONTH:
            text = f"{month} is out of range; expected {FIRST_MONTH} to {LAST_MONTH}"
            problems.add((key,), text)
    if FIRST_MONTH <= end < start and {"start", "end"} & source.top.keys():
        problems.add(("end",), f"{end} is before the start {start}; expected a later month")
    for event in inherited:
        if start and event.month < start and "start" in source.top:
            text = f"{start} is after the inherited event of {event.month} ({event.where})"
            problems.add(("start",), f"{text}; expected a start no later than that")
    return [event for event in inherited if not end or event.month <= end]


def format_origins(scenario: Scenario) -> str:
    """Return a table with name, value, unit and origin: what is set first, then the registry."""
    rows = [(key, getattr(scenario, key), "", scenario.origins[key]) for key in ("start", "end")]
    names = sorted(load_parameters(), key=lambda name: scenario.origins[name] == "registry")
    for name in names:
        parameter = load_parameters()[name]
        value = scenario.settings.get(name, parameter.value)
        rows.append((name, f"{value:.10g}", parameter.unit, scenario.origins[name]))
    rows += [(f"event {event.month}", event.label, "", event.where) for event in scenario.events]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {unit:<{widths[2]}}  {origin}".rstrip()
        for name, value, unit, origin in rows
    )


Overrides = Mapping[str, float | str] | Sequence[str]


@dataclass
class _Whole:
    """What a chain of files adds up to so far."""

    start: str = ""
    end: str = ""
    settings: dict[str, float] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, source: Source) -> None:
        """Lay one file over its parents; what is wrong goes to the source's problems."""
        for key in ("start", "end"):
            if key in source.top:
                setattr(self, key, source.top[key])
                self.origins[key] = source.problems.where((key,))
        for name, (value, where) in file_settings(source).items():
            self.settings[name] = value
            self.origins[name] = where
        self.events = check_window(source, self.start, self.end, self.events)
        own = file_events(source, self.start, self.end, self.events)
        self.events = sorted([*self.events, *own], key=lambda event: event.month)
        self.claims = file_claims(source, self.start, self.end)


def load_scenario(name_or_path: str | Path, overrides: Overrides = ()) -> Scenario:
    """Return a scenario by the name of a shipped one or by the path of its file.

    ``overrides`` are settings on top of the files: ``{"agency_pay.army": 5}`` or
    ``["agency_pay.army=5"]``.

    Raises:
        UserError: with one message for each error in the file, its parents and the overrides.
    """
    chain, messages = read_chain(scenario_path(name_or_path))
    whole = _Whole(origins=dict.fromkeys(load_parameters(), "registry"))
    for source in chain:
        whole.add(source)
        messages += source.problems.messages()
    settings, more = command_settings(overrides)
    if messages or more:
        raise UserError([*messages, *more])
    last = chain[-1]
    return Scenario(
        name=last.path.stem,
        title=last.top["title"],
        question=last.top["question"],
        extends=last.top.get("extends"),
        start=whole.start,
        end=whole.end,
        settings={**whole.settings, **settings},
        events=tuple(whole.events),
        claims=tuple(whole.claims),
        origins={**whole.origins, **dict.fromkeys(settings, COMMAND_LINE)},
        text="\n".join(f"# {source.problems.shown_path}\n{source.text}" for source in chain),
    )


def check_scenario(name_or_path: str | Path) -> list[str]:
    """Return every message about a file and its parents, one line each; none if all is well."""
    try:
        load_scenario(name_or_path)
    except UserError as error:
        return error.messages
    return []
