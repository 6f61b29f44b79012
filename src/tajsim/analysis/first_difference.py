"""The first event in which two runs differ, and the differing events that followed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tajsim.analysis.sentence import Happening
from tajsim.inputs.chronicle import load_kinds
from tajsim.inputs.dates import month_number, month_text

#: An event that both runs have, further apart than so many months, counts as two events.
SAME_EVENT = 24


@dataclass(frozen=True)
class Change:
    """A differing event: in A only, in B only, or in both but at another time or place.

    ``event`` is B's where B has it; ``moved`` is how many months later B has it than A, else 0;
    ``elsewhere`` is A's target where the two do the same in one month to different targets.
    """

    side: str
    event: Happening
    moved: int = 0
    elsewhere: str = ""

    @property
    def month(self) -> str:
        """The month from which the two runs differ by it."""
        return month_text(month_number(self.event.month) - max(self.moved, 0))

    @property
    def rank(self) -> tuple[str, int]:
        """Its place in time: month, then the order of the month's stages."""
        return self.month, list(load_kinds()).index(self.event.kind)


def scheduled(events: Sequence[Happening]) -> list[Happening]:
    """Return the events that a scenario schedules."""
    return [event for event in events if event.cause == "scenario"]


def decided(events: Sequence[Happening]) -> list[Happening]:
    """Return the events that no scenario schedules."""
    return [event for event in events if event.cause != "scenario"]


def changes(a: Sequence[Happening], b: Sequence[Happening]) -> list[Change]:
    """Return the differing events of two runs in the order in which they make them differ.

    Two events are the same if month, kind, actor and target are: sizes and causes shift with the
    state all the time and say nothing of their own.
    """
    left_a, left_b = _unmatched(a, b), _unmatched(b, a)
    found = _elsewhere(left_a, left_b)
    for key in dict.fromkeys([*left_a, *left_b]):
        ours, theirs = left_a.get(key, []), left_b.get(key, [])
        while ours and theirs:
            months = month_number(theirs[0].month) - month_number(ours[0].month)
            if abs(months) <= SAME_EVENT:
                found.append(Change("both", theirs.pop(0), months))
                ours.pop(0)
            elif months > 0:
                found.append(Change("A", ours.pop(0)))
            else:
                found.append(Change("B", theirs.pop(0)))
        found += [Change("A", event) for event in ours]
        found += [Change("B", event) for event in theirs]
    return sorted(found, key=lambda change: change.rank)


def _elsewhere(
    left_a: dict[tuple[str, ...], list[Happening]], left_b: dict[tuple[str, ...], list[Happening]]
) -> list[Change]:
    """Take out what the same actor does in the same month to another target."""
    waiting: dict[tuple[str, ...], list[Happening]] = defaultdict(list)
    for event in (event for events in left_a.values() for event in events):
        waiting[(event.month, event.kind, *event.actors)].append(event)
    found = []
    for theirs in left_b.values():
        for event in list(theirs):
            alike = waiting[(event.month, event.kind, *event.actors)]
            if event.target and alike:
                ours = alike.pop(0)
                left_a[_what(ours)].remove(ours)
                theirs.remove(event)
                found.append(Change("both", event, elsewhere=ours.target))
    return found


def _unmatched(
    events: Sequence[Happening], others: Sequence[Happening]
) -> dict[tuple[str, ...], list[Happening]]:
    """Return the events that the others do not have in the same month, by what they are."""
    waiting: dict[tuple[str, ...], int] = defaultdict(int)
    for other in others:
        waiting[(other.month, *_what(other))] += 1
    found: dict[tuple[str, ...], list[Happening]] = {}
    for event in events:
        dated = (event.month, *_what(event))
        if waiting[dated]:
            waiting[dated] -= 1
        else:
            found.setdefault(_what(event), []).append(event)
    return found


def _what(event: Happening) -> tuple[str, ...]:
    return (event.kind, event.target, *event.actors)


def most_telling(found: Sequence[Change], most: int) -> list[Change]:
    """Return the first change and the most telling of the rest, in order: breaks before others."""
    rest = sorted(found[1:], key=lambda change: (-change.event.weight, change.rank))
    return sorted([*found[:1], *rest[: most - 1]], key=lambda change: change.rank)
