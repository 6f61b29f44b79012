"""The middle of the dashboard: tabs on one side, workers on the other, results between them."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from tajsim.app.figures import Months, longer
from tajsim.app.workers import Crew, Task
from tajsim.ensemble.executor import Record
from tajsim.errors import UserError


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


#: How many tabs and downloads are served at once, and the bytes that they may ask for together.
MOST_SESSIONS, MOST_BYTES = 12, 1_500_000_000
_KEPT_BYTES = 400_000_000
_LOST = (
    "a worker process was killed twice over this, perhaps for want of memory; "
    "try again with fewer runs"
)


class Session(Hashable, Protocol):
    """A tab or a download: somebody who waits for tasks."""

    needed: int  #: bytes of the results
    keys: set[str]  #: of the tasks it waits for

    def news(self) -> None:
        """Hear that there is more of its tasks."""

    def failed(self, lines: Sequence[str]) -> None:
        """Hear that a task cannot be simulated."""


class Hub:
    """Owns workers, results and sessions. All of it happens in the thread of the event loop.

    Args:
        offered: the names of the scenarios to choose from.
        workers: how many processes simulate.
        folder: a folder of our own, for scenario files and downloads.
    """

    def __init__(self, offered: Sequence[str], workers: int, folder: Path) -> None:
        self.offered, self.workers, self.folder = list(offered), workers, folder
        self.partial: dict[str, Months] = {}
        self.drawing = ThreadPoolExecutor(1)
        self._sessions: list[Session] = []
        self._tasks: dict[int, tuple[int, Task]] = {}
        self._failed: dict[str, Sequence[str]] = {}
        self._losses: Counter[str] = Counter()
        self._loop = asyncio.get_running_loop()
        self._scheduler = Scheduler(workers, self._start, self._stop, self._known)
        self.shelf = Shelf(_KEPT_BYTES, self._scheduler.wanted)
        self.crew = Crew(workers, self._heard)

    def enter(self, session: Session) -> None:
        """Let a session in.

        Raises:
            UserError: if there are too many.
        """
        if len(self._sessions) >= MOST_SESSIONS:
            raise UserError(
                f"{MOST_SESSIONS} tabs or downloads are open; close one to go on in another"
            )
        self._sessions.append(session)

    def leave(self, session: Session) -> None:
        """Let a session go, with what only it was waiting for."""
        if session in self._sessions:
            self._sessions.remove(session)
        self._scheduler.want(session, [])

    def withdraw(self, session: Session) -> None:
        """Take back the wishes of a session."""
        self._scheduler.want(session, [])

    def want(self, session: Session, tasks: Sequence[Task], needed: int) -> None:
        """Put the wishes of a session in the place of its earlier ones.

        Raises:
            UserError: if the results of all sessions would take too much memory.
        """
        others = sum(other.needed for other in self._sessions if other is not session)
        if others + needed > MOST_BYTES:
            raise UserError(
                f"the results of all tabs would need {(others + needed) / 1e9:.1f} GB, and the "
                f"dashboard keeps {MOST_BYTES / 1e9:.1f} GB; ask for fewer runs or close a tab"
            )
        session.needed, session.keys = needed, {task.key for task in tasks}
        for key in session.keys & set(self._failed):
            del self._failed[key]
        self._scheduler.want(session, tasks)

    def close(self) -> None:
        """End the workers."""
        self.crew.close()
        self.drawing.shutdown(wait=False, cancel_futures=True)

    def _known(self, key: str) -> bool:
        return key in self.shelf or key in self._failed

    def _start(self, worker: int, task: Task) -> None:
        self._tasks[worker] = (self.crew.start(worker, task), task)

    def _stop(self, worker: int) -> None:
        self.crew.stop(worker)

    def _heard(self, worker: int, message: tuple[Any, ...]) -> None:
        """Pass on what a worker sent, from its thread to the loop."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, worker, message)

    def _take(self, worker: int, message: tuple[Any, ...]) -> None:
        kind, *rest = message
        number, task = self._tasks.get(worker, (0, None))
        if kind == "lost":
            self._lost(worker, task)
            return
        if task is None or rest[:1] != [number]:
            return
        if kind == "months":
            first, _, months = rest[1:]
            self.partial[task.key] = longer(self.partial.get(task.key, {}), months, first)
            self._tell(task.key)
            return
        del self._tasks[worker]
        self.partial.pop(task.key, None)
        if kind == "done":
            self.shelf.put(task.key, rest[1])
        elif kind == "failed":
            self._fail(task, rest[1])
        self._scheduler.free(worker)
        self._tell(task.key)

    def _lost(self, worker: int, task: Task | None) -> None:
        """Put a new process in the place of one that died; its task is tried once more."""
        self.crew.replace(worker)
        self._tasks.pop(worker, None)
        if task:
            self.partial.pop(task.key, None)
            self._losses[task.key] += 1
            if self._losses[task.key] > 1:
                self._fail(task, [_LOST])
        self._scheduler.free(worker)

    def _fail(self, task: Task, lines: Sequence[str]) -> None:
        self._failed[task.key] = lines
        for session in list(self._sessions):
            if task.key in session.keys:
                session.failed(lines)

    def _tell(self, key: str) -> None:
        for session in list(self._sessions):
            if key in session.keys:
                session.news()
