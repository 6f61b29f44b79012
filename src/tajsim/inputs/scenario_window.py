"""The months of a scenario, and what becomes of inherited events outside them."""

from __future__ import annotations

from tajsim.inputs.dates import FIRST_MONTH, LAST_MONTH
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.scenario_source import Source


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
