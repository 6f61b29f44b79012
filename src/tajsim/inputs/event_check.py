"""Checks of events that need more than one key: window, values, figures, repetitions."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from tajsim.inputs.dates import event_month, months_of
from tajsim.inputs.event_kinds import EventRow, SetEvent
from tajsim.inputs.figures import load_figures
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.scenario_settings import check_value
from tajsim.inputs.scenario_source import Row, Source
from tajsim.inputs.toml_lines import Key


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


def _check_raw(source: Source, row: Row[EventRow], start: str, end: str) -> str | None:
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


def _check_setting(source: Source, row: Row[EventRow]) -> None:
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
