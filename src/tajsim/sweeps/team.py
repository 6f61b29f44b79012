"""Who simulates the batches of a sweep: this process, worker processes, or a cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tajsim.sweeps.task import Task
from tajsim.sweeps.work import Finished, WrongModelError

Simulate = Callable[[Task, Callable[[], None]], Finished]


@dataclass(frozen=True)
class Done:
    """A task is finished. ``finished`` is what is still to be stored, None if it is stored."""

    numbers: NDArray[np.float64]
    finished: Finished | None


@dataclass(frozen=True)
class Failed:
    """A task could not be simulated."""

    cause: str


Answer = Done | Failed


class Team(Protocol):
    """Takes tasks by number and gives their answers, in any order."""

    @property
    def hands(self) -> int:
        """How many tasks are simulated at the same time."""

    def wants(self) -> bool:
        """Tell whether another task would be begun soon."""

    def submit(self, number: int, task: Task) -> None:
        """Take a task."""

    def answers(self, wait: float) -> list[tuple[int, Answer]]:
        """Return what is finished, after waiting so many seconds at most for the first."""

    def under_way(self) -> float:
        """Return how many runs are simulated in tasks that are not finished, in parts."""

    def close(self) -> None:
        """Stop at once; what is not finished is lost."""


class Alone:
    """Simulates in this process.

    Args:
        simulate: how a task is simulated.
        month_done: called after each month; an exception that it raises ends the sweep.
    """

    def __init__(self, simulate: Simulate, month_done: Callable[[], None]) -> None:
        self._simulate = simulate
        self._month_done = month_done
        self._waiting: deque[tuple[int, Task]] = deque()
        self._share = 0.0

    @property
    def hands(self) -> int:
        """One."""
        return 1

    def wants(self) -> bool:
        """One task at a time."""
        return not self._waiting

    def submit(self, number: int, task: Task) -> None:
        """Take a task."""
        self._waiting.append((number, task))

    def answers(self, wait: float) -> list[tuple[int, Answer]]:
        """Simulate the next task."""
        if not self._waiting:
            return []
        number, task = self._waiting.popleft()
        step = len(task.points) / task.months
        stopped: list[Exception] = []

        def month_done() -> None:
            self._share += step
            try:
                self._month_done()
            except Exception as error:  # not the task's failure
                stopped.append(error)
                raise

        try:
            finished = self._simulate(task, month_done)
        except Exception as error:
            if stopped or isinstance(error, WrongModelError):
                raise
            return [(number, Failed(cause_of(error)))]
        finally:
            self._share = 0.0
        return [(number, Done(finished.numbers, finished))]

    def under_way(self) -> float:
        """Return the runs simulated in the task at hand."""
        return self._share

    def close(self) -> None:
        """Forget the tasks."""
        self._waiting.clear()


def cause_of(error: BaseException) -> str:
    """Return one line that says what went wrong."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
