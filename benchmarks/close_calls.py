"""Counts the runs in which a draw meets its threshold within a distance.

In those alone may the two engines part: their numbers differ by rounding, and a draw between the
two thresholds happens in one of them and not in the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tajsim.draws import Draws

_COMPARISONS = (np.less, np.less_equal, np.greater, np.greater_equal)


class CloseCalls:
    """What was seen in numpy's engine: how many comparisons of draws, and the runs that were close.

    Attributes:
        within: the distance.
        compared: how often draws were held against thresholds.
        runs: the places of runs, in their chunk, of which a draw was that close.
    """

    def __init__(self, within: float) -> None:
        self.within, self.compared, self.runs = within, 0, set[int]()

    def see(self, a: Any, b: Any) -> None:
        """Look at draws beside their thresholds, ``(..., run)``."""
        self.compared += 1
        close = np.abs(a - b) <= self.within
        if close.any():
            self.runs |= {*np.nonzero(close.reshape(-1, close.shape[-1]).any(axis=0))[0].tolist()}


class _Drawn(np.ndarray):
    """Uniform draws that tell what they are compared with; worked with, they are plain numbers."""

    calls: CloseCalls | None = None

    def __array_finalize__(self, made_of: Any) -> None:
        self.calls = getattr(made_of, "calls", None)

    def __array_ufunc__(self, ufunc: Any, method: str, *given: Any, **more: Any) -> Any:
        plain = [np.asarray(part) for part in given]
        if ufunc in _COMPARISONS and self.calls:
            self.calls.see(*plain)
        return getattr(ufunc, method)(*plain, **more)


@contextmanager
def close_calls(within: float = 1e-9) -> Iterator[CloseCalls]:
    """Watch the draws of models that numpy simulates in this process."""
    found, usual = CloseCalls(within), Draws.uniform_each

    def watched(self: Draws, process: str, *asked: Any) -> Any:
        drawn = usual(self, process, *asked)
        if self.lively is not None and process not in self.lively:
            return drawn  # no draw: nothing happens
        seen: Any = drawn.view(_Drawn)
        seen.calls = found
        return seen

    Draws.uniform_each = watched  # type: ignore[assignment, method-assign]
    try:
        yield found
    finally:
        Draws.uniform_each = usual  # type: ignore[method-assign]
