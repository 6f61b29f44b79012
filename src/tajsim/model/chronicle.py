"""The chronicle: decisions that change a course, kept sparsely, run by run.

Nothing is kept for a run in which nothing happens, and a month without any event costs one test
of an array a call. What is kept depends on each run alone, so that it is the same whatever runs
are simulated beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import Array
from tajsim.inputs import ledger, registry

#: Column -> its type in the results.
COLUMNS: dict[str, type[np.generic]] = {
    "run": np.int32,
    "month": np.int16,
    "kind": np.int16,
    "actor": np.int16,
    "target": np.int16,
    "cause": np.int16,
    "size": np.float32,
}

#: After so many notes they are put together, so that a saved state has few arrays.
BLOCK = 256


@dataclass(frozen=True)
class Pick:
    """One of some names in each run: ``names[index]``, index ``(run,)`` of integers.

    The runs are all of the chunk, or, from a function, those that it is called with.
    """

    names: Sequence[str]
    index: NDArray[np.intp]


def largest(names: Sequence[str], parts: Sequence[Array]) -> Pick:
    """Return the name of the largest part in each run; the first named wins a tie."""
    return Pick(names, np.array(parts).argmax(axis=0))


Runs = NDArray[np.intp]
#: A size, a name or a cause. A function is called only if something happened, with the runs in
#: which it did, and answers for those.
Size = Array | float | Callable[[Runs], Array | float]
Name = str | Pick | Callable[[Runs], str | Pick]


class Chronicle:
    """The events of one chunk of runs, in the order in which they were noted."""

    def __init__(self, runs: int) -> None:
        self.runs = runs
        self._blocks: list[Array] = []  # (column, event), of BLOCK notes each
        self._noted: list[Array] = []  # (column, event), one for each note since
        self._kinds = {name: i for i, name in enumerate(ledger.load_kinds())}
        self._causes = {name: i for i, name in enumerate(ledger.load_causes())}
        self._names = registry.name_codes()

    def note(
        self,
        month: int,
        kind: str,
        where: Array | NDArray[np.bool_],
        actor: Name,
        target: Name,
        size: Size,
        cause: Name,
    ) -> None:
        """Keep an event for every run where ``where`` ``(run,)`` is not zero.

        Raises:
            KeyError: for a kind, cause or name that is not in its closed list.
        """
        here = where.nonzero()[0]
        if not here.size:
            return
        rows = np.empty((len(COLUMNS), len(here)))
        rows[0], rows[1], rows[2] = here, month, self._kinds[kind]
        rows[3] = _codes(actor, self._names, here)
        rows[4] = _codes(target, self._names, here)
        rows[5] = _codes(cause, self._causes, here)
        if callable(size):
            rows[6] = size(here)
        else:
            rows[6] = size[here] if isinstance(size, np.ndarray) and size.ndim else size
        self.keep(rows)

    def keep(self, rows: Array) -> None:
        """Keep events as rows ``(column, event)`` of codes, in the order of ``COLUMNS``."""
        self._noted.append(rows)
        if len(self._noted) == BLOCK:
            self._blocks.append(np.concatenate(self._noted, axis=1))
            self._noted = []

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return the events as columns ``(event,)``, by run, month and order within the month."""
        rows = np.concatenate([np.empty((len(COLUMNS), 0)), *self._blocks, *self._noted], axis=1)
        order = np.lexsort((rows[1], rows[0]))
        return {
            name: row[order].astype(kind)
            for (name, kind), row in zip(COLUMNS.items(), rows, strict=True)
        }


def _codes(given: Name, codes: Mapping[str, int], here: Runs) -> list[int] | int:
    """Return the code of a name, or those of a pick in the runs concerned."""
    if isinstance(given, str):
        return codes[given]
    found = given(here) if callable(given) else given
    if isinstance(found, Pick):
        index = found.index if callable(given) else found.index[here]
        return [codes[found.names[i]] for i in index.tolist()]
    return codes[found]


Where = NDArray[np.bool_]


class Watch:
    """What was seen last, by name; the first look only sees how things stand."""

    def __init__(self) -> None:
        self._above: dict[str, Where] = {}
        self._limit: dict[str, Array] = {}  # the threshold that is passed next
        self._last: dict[str, NDArray[Any]] = {}

    def crossings(
        self, name: str, values: Array, look: Array | None = None
    ) -> tuple[Where, Where] | None:
        """Return where a quantity has risen past its upper threshold, and fallen to its lower one.

        None where nothing has. At the first look it is above if nearer to the upper threshold.

        Args:
            name: a name of ``THRESHOLDS``.
            values: of any shape, the same at every call.
            look: the state of the calendar, if any, without which there is no look; it is 1 here.
        """
        up, down = ledger.THRESHOLDS[name]
        above = self._above.get(name)
        if above is None:
            self._stand(name, values > 0.5 * (up + down))
            return None
        now = values > self._limit[name]
        changed = now != above
        if not changed.any():
            return None
        self._stand(name, now)
        return changed & now, changed & above

    def _stand(self, name: str, above: Where) -> None:
        up, down = ledger.THRESHOLDS[name]
        self._above[name], self._limit[name] = above, np.where(above, down, up)

    def changes(self, name: str, values: NDArray[Any]) -> tuple[Where, NDArray[Any]]:
        """Return where a value is not what it was at the last look, and what it was."""
        last = self._last.get(name, values)
        self._last[name] = values.copy()
        return values != last, last

    def moves(
        self, name: str, shares: Array, ratio: float, look: Array | None = None
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
        """Return the main ways ``(old, new)``, ``(actor, run)``, or None where none has moved.

        The main way is another once the other carries more than ``ratio`` times as much.

        Args:
            shares: of every way, ``(way, actor, run)``.
            look: as for `crossings`.
        """
        old = self._last.get(name)
        if old is None:
            self._last[name] = np.argmax(shares, axis=0)
            return None
        # Finding the best way is dear, seeing that none leads is cheap.
        actors, runs = shares.shape[1:]
        main = shares[old, np.arange(actors)[:, None], np.arange(runs)]
        lead = shares.max(axis=0) > ratio * main
        if not lead.any():
            return None
        new = old.copy()
        for actor in np.flatnonzero(lead.any(axis=-1)):
            here = lead[actor].nonzero()[0]
            new[actor, here] = np.argmax(shares[:, actor, here], axis=0)
        self._last[name] = new
        return old, new
