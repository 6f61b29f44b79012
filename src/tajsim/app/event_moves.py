"""Events of a scenario at other months: what is left to extend, and what must be written out.

A scenario file adds events to those of its parent and takes none away. So a file with an event
moved extends the nearest parent that does not schedule the event, and lists all later ones itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tajsim.errors import UserError, unknown
from tajsim.inputs.scenario import Event, Scenario, load_scenario, scenario_names, scenario_path
from tajsim.inputs.scenario_folder import parent_path

#: Stands for the month of an event that is not to happen.
NEVER = "never"


@dataclass(frozen=True)
class WrittenOut:
    """What a scenario file must say for itself.

    Attributes:
        extends: name or path of the parent; "" if none is left.
        period: first and last month, if they are not those of the parent.
        settings: what differs from the parent.
        events: in the order in which the scenario has them.
    """

    extends: str
    period: tuple[str, str] | None = None
    settings: Mapping[str, float] | None = None
    events: tuple[Event, ...] = ()


def event_keys(events: Sequence[Event]) -> list[str]:
    """Return a key for each event: its label in small letters, numbered where it is not alone."""
    found: list[str] = []
    for event in events:
        plain = re.sub(r"[^a-z0-9]+", "-", event.label.lower()).strip("-") or event.kind
        number = 1 + sum(re.sub(r"--[0-9]+$", "", key) == plain for key in found)
        found.append(plain if number == 1 else f"{plain}--{number}")
    return found


def written_out(name: str, moves: Sequence[tuple[str, str]]) -> WrittenOut:
    """Return what a file must say that changes a scenario and moves some of its events.

    Args:
        name: of a shipped scenario, or the path of a file.
        moves: key of an event and its new month, or `NEVER`.

    Raises:
        UserError: for a key that no event of the scenario has.
    """
    if not moves:
        return WrittenOut(_extends(name))
    scenario = load_scenario(name)
    keys = event_keys(scenario.events)
    wrong = [unknown(f"event of {scenario.name}", k, keys) for k, _ in moves if k not in keys]
    if wrong:
        raise UserError(wrong)
    months = dict(moves)
    gone = {e.where for k, e in zip(keys, scenario.events, strict=True) if k in months}
    extends, parent = _parent(name, scenario, gone)
    kept = {e.where for e in parent.events} if parent else set()
    own = [
        _moved(event, months.get(key))
        for key, event in zip(keys, scenario.events, strict=True)
        if event.where not in kept and months.get(key) != NEVER
    ]
    had = parent.settings if parent else {}
    period = (scenario.start, scenario.end)
    return WrittenOut(
        extends,
        None if parent and period == (parent.start, parent.end) else period,
        {k: v for k, v in scenario.settings.items() if had.get(k) != v},
        tuple(own),
    )


def _parent(name: str, scenario: Scenario, gone: set[str]) -> tuple[str, Scenario | None]:
    """Return the nearest parent that schedules none of the events."""
    while scenario.extends:
        path = parent_path(scenario.extends, scenario_path(name))
        beside = path.parent != scenario_path("status-quo").parent
        name = str(path) if beside else path.stem
        scenario = load_scenario(name)
        if not gone & {event.where for event in scenario.events}:
            return _extends(name), scenario
    return "", None


def _extends(name: str) -> str:
    return name if name in scenario_names() else scenario_path(name).resolve().as_posix()


def _moved(event: Event, month: str | None) -> Event:
    """Return an event at another month; the figures that date it speak for its own month only."""
    if month in (None, event.month):
        return event
    return replace(event, month=str(month), figures=())
