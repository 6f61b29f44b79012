"""Results at hand, by key: what a tab shows is kept, the rest as long as there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from tajsim.ensemble.chunk import Record


class Shelf:
    """Records by key; the ones not used for longest go when there are too many bytes.

    Args:
        most_bytes: the limit for what no session wants; what is wanted stays in any case.
        wanted: returns the keys that some session wants.
    """

    def __init__(self, most_bytes: int, wanted: Callable[[], set[str]]) -> None:
        self.most_bytes, self._wanted = most_bytes, wanted
        self._records: OrderedDict[str, Record] = OrderedDict()

    def __contains__(self, key: str) -> bool:
        """Tell whether a record is at hand."""
        return key in self._records

    def get(self, key: str) -> Record:
        """Return a record.

        Raises:
            KeyError: if it is not at hand.
        """
        self._records.move_to_end(key)
        return self._records[key]

    def put(self, key: str, record: Record) -> None:
        """Keep a record, and let old ones go that nobody wants."""
        self._records[key] = record
        wanted, held = self._wanted(), self.bytes()
        for old in list(self._records):
            if held <= self.most_bytes:
                break
            if old not in wanted and old != key:
                held -= size(self._records.pop(old))

    def bytes(self) -> int:
        """Return how much is kept."""
        return sum(map(size, self._records.values()))


def size(record: Record) -> int:
    """Return the bytes of a record."""
    arrays: list[Any] = [*record.outcomes.values(), *record.events.values()]
    return int(record.parameter_values.nbytes) + sum(int(array.nbytes) for array in arrays)
