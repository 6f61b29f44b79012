"""Who does what next: the latest wish of every tab, what is needed first, nothing stale.

It knows neither processes nor models, so that a test can play it through with a fake simulator.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from tajsim.app.task import Task


class Scheduler:
    """Gives tasks to a fixed number of workers.

    A session (a tab) has one list of wishes; a new list takes the place of the old one. What runs
    and is wished for by nobody any more is stopped; what two sessions wish for runs once.

    Args:
        workers: how many.
        start: called with a worker and its task.
        stop: called once with a worker whose task is stale; the worker reports with `free`.
        known: tells whether the results of a key are at hand.
    """

    def __init__(
        self,
        workers: int,
        start: Callable[[int, Task], None],
        stop: Callable[[int], None],
        known: Callable[[str], bool],
    ) -> None:
        self._start, self._stop, self._known = start, stop, known
        self._running: list[Task | None] = [None] * workers
        self._stopping: set[int] = set()
        self._wishes: dict[Hashable, Sequence[Task]] = {}
        self._served: dict[Hashable, int] = {}

    def want(self, session: Hashable, tasks: Sequence[Task]) -> None:
        """Put the wishes of a session in the place of its earlier ones; none: the session ends."""
        if tasks:
            self._wishes[session] = tasks
            self._served.setdefault(session, 0)
        else:
            self._wishes.pop(session, None)
            self._served.pop(session, None)
        wanted = self.wanted()
        for worker, task in enumerate(self._running):
            if task and task.key not in wanted and worker not in self._stopping:
                self._stopping.add(worker)
                self._stop(worker)
        self._fill()

    def free(self, worker: int) -> None:
        """Hear that a worker has finished or stopped its task."""
        self._running[worker] = None
        self._stopping.discard(worker)
        self._fill()

    def wanted(self) -> set[str]:
        """Return the keys that some session wishes for."""
        return {task.key for tasks in self._wishes.values() for task in tasks}

    def running(self) -> list[Task | None]:
        """Return the task of each worker."""
        return list(self._running)

    def _fill(self) -> None:
        for worker in range(len(self._running)):
            if self._running[worker] is None:
                found = self._next(worker)
                if found:
                    session, task = found
                    self._served[session] += 1
                    self._running[worker] = task
                    self._start(worker, task)

    def _next(self, worker: int) -> tuple[Hashable, Task] | None:
        """Return what is needed first; among equals, of the session that was served least.

        Of one session's tasks, those that have their past with this worker go before others.
        """
        busy = {
            task.key
            for number, task in enumerate(self._running)
            if task and number not in self._stopping
        }
        waiting = [
            (
                task.stage,
                self._served[session],
                number,
                task.home not in (None, worker),
                session,
                task,
            )
            for number, (session, tasks) in enumerate(self._wishes.items())
            for task in tasks
            if task.key not in busy and not self._known(task.key) and self._may(worker, task)
        ]
        if not waiting:
            return None
        best = min(waiting, key=lambda row: row[:4])
        return best[4], best[5]

    def _may(self, worker: int, task: Task) -> bool:
        """Tell whether a worker should take a task: its home is here, or is busy for long."""
        if task.home is None or task.home == worker:
            return True
        at_home = self._running[task.home]
        return at_home is not None and task.home not in self._stopping
