"""The middle of the dashboard: tabs on one side, workers on the other, results between them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from tajsim.app.crew import Crew
from tajsim.app.gather import Months, longer
from tajsim.app.scheduler import Scheduler
from tajsim.app.shelf import Shelf
from tajsim.app.task import Task
from tajsim.errors import UserError

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
