"""Where gradual quantities stood, so that passing a threshold can be told as an event."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import Array
from tajsim.inputs.chronicle import THRESHOLDS

Where = NDArray[np.bool_]


class Watch:
    """What was seen last, by name; the first look only sees how things stand."""

    def __init__(self) -> None:
        self._above: dict[str, Where] = {}
        self._limit: dict[str, Array] = {}  # the threshold that is passed next
        self._last: dict[str, NDArray[Any]] = {}

    def crossings(self, name: str, values: Array) -> tuple[Where, Where] | None:
        """Return where a quantity has risen past its upper threshold, and fallen to its lower one.

        None where nothing has. At the first look it is above if nearer to the upper threshold.

        Args:
            name: a name of ``THRESHOLDS``.
            values: of any shape, the same at every call.
        """
        up, down = THRESHOLDS[name]
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
        up, down = THRESHOLDS[name]
        self._above[name], self._limit[name] = above, np.where(above, down, up)

    def changes(self, name: str, values: NDArray[Any]) -> tuple[Where, NDArray[Any]]:
        """Return where a value is not what it was at the last look, and what it was."""
        last = self._last.get(name, values)
        self._last[name] = values.copy()
        return values != last, last

    def moves(
        self, name: str, shares: Array, ratio: float
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
        """Return the main ways ``(old, new)``, ``(actor, run)``, or None where none has moved.

        The main way is another once the other carries more than ``ratio`` times as much.

        Args:
            shares: of every way, ``(way, actor, run)``.
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
