"""The chronicle: decisions that change a course, kept sparsely, run by run.

Nothing is kept for a run in which nothing happens, and a month without any event costs one test
of an array a call. What is kept depends on each run alone, so that it is the same whatever runs
are simulated beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import Array
from tajsim.inputs.chronicle import load_causes, load_kinds
from tajsim.inputs.chronicle_names import name_codes

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
        self._kinds = {name: i for i, name in enumerate(load_kinds())}
        self._causes = {name: i for i, name in enumerate(load_causes())}
        self._names = name_codes()

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
