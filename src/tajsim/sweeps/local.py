"""Worker processes on this machine: each simulates a task, stores it itself and says so.

A worker that is killed is replaced and its task given out again; the others do not notice. A
worker whose parent is gone ends itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from typing import Any

from tajsim.ensemble.interrupts import interrupts_ignored
from tajsim.errors import UserError
from tajsim.files import reason
from tajsim.sweeps.disk import Disk
from tajsim.sweeps.shards import write_runs
from tajsim.sweeps.task import Task
from tajsim.sweeps.team import Answer, Done, Failed, Simulate, cause_of
from tajsim.sweeps.work import WrongModelError

#: So often a task may lose its worker before it counts as failed.
_LOSSES = 3
#: So many seconds between two messages of a worker about its progress.
_PAUSE = 0.3


def _serve(connection: Connection, folder: str, simulate: Simulate) -> None:
    """Work in a process of its own until the parent closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent alone answers Ctrl-C
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    connection.send(("ready", None))
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(_answer(task, Path(folder), simulate, _teller(connection, task)))


def _end_with_parent() -> None:
    """End this process when its parent is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _teller(connection: Connection, task: Task) -> Callable[[], None]:
    """Return a function to call after every month, which tells the parent from time to time."""
    months, told = 0, monotonic()

    def month_done() -> None:
        nonlocal months, told
        months += 1
        if monotonic() - told > _PAUSE:
            told = monotonic()
            connection.send(("months", months / task.months))

    return month_done


def _answer(
    task: Task, folder: Path, simulate: Simulate, month_done: Callable[[], None]
) -> tuple[str, Any]:
    try:
        finished = simulate(task, month_done)
    except WrongModelError as error:
        return "stop", str(error)
    except Exception as error:
        return "failed", cause_of(error)
    try:
        write_runs(Disk(), folder, finished)
    except OSError as error:
        return "stop", f"{folder}: cannot be written ({reason(error)})"
    return "done", finished.numbers


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    ready: bool = False
    number: int | None = None
    share: float = 0.0


class LocalTeam:
    """Worker processes.

    Args:
        workers: how many.
        folder: where they store the shards.
        simulate: how a task is simulated; a function that can be imported by name.
    """

    def __init__(self, workers: int, folder: Path, simulate: Simulate) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._folder, self._simulate = folder, simulate
        self._tasks: dict[int, Task] = {}
        self._waiting: deque[int] = deque()
        self._losses: dict[int, int] = {}
        self._stillborn = 0
        self._workers: list[_Worker] = []
        with interrupts_ignored():
            for _ in range(workers):
                self._workers.append(self._start())

    @property
    def pids(self) -> list[int]:
        """The numbers of the worker processes."""
        return [worker.process.pid or 0 for worker in self._workers]

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(theirs, str(self._folder), self._simulate), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    @property
    def hands(self) -> int:
        """The workers."""
        return len(self._workers)

    def wants(self) -> bool:
        """Keep every worker busy and one task at hand."""
        return len(self._tasks) <= len(self._workers)

    def submit(self, number: int, task: Task) -> None:
        """Take a task."""
        self._tasks[number] = task
        self._waiting.append(number)
        self._give()

    def _give(self) -> None:
        for worker in self._workers:
            if worker.ready and worker.number is None and self._waiting:
                worker.number = self._waiting.popleft()
                worker.share = 0.0
                with suppress(OSError):  # it is dead; `answers` will find out
                    worker.connection.send(self._tasks[worker.number])

    def answers(self, wait_for: float) -> list[tuple[int, Answer]]:
        """Return what is finished."""
        found: list[tuple[int, Answer]] = []
        by_connection = {worker.connection: worker for worker in self._workers}
        for ready in wait(list(by_connection), wait_for):
            worker = by_connection[ready]  # type: ignore[index]
            try:
                kind, said = worker.connection.recv()
            except (EOFError, OSError):
                found += self._lost(worker)
                continue
            if kind == "stop":
                raise UserError(said)
            if kind == "ready":
                worker.ready = True
            elif kind == "months":
                worker.share = said
            elif worker.number is not None:
                number, worker.number = worker.number, None
                del self._tasks[number]
                found.append((number, Done(said, None) if kind == "done" else Failed(said)))
        self._give()
        return found

    def _lost(self, worker: _Worker) -> list[tuple[int, Answer]]:
        """Replace a worker that is gone; its task is given out again, or has failed."""
        worker.connection.close()
        worker.process.join()
        self._stillborn = 0 if worker.ready else self._stillborn + 1
        if self._stillborn >= _LOSSES:
            raise UserError(
                "worker processes cannot be started; a script that calls sweep() needs the guard "
                "if __name__ == '__main__'"
            )
        with interrupts_ignored():
            self._workers[self._workers.index(worker)] = self._start()
        number = worker.number
        if number is None:
            return []
        self._losses[number] = self._losses.get(number, 0) + 1
        if self._losses[number] < _LOSSES:
            self._waiting.appendleft(number)
            return []
        del self._tasks[number]
        return [(number, Failed(f"its worker process was killed {_LOSSES} times"))]

    def under_way(self) -> float:
        """Return the runs simulated so far in unfinished tasks."""
        busy = (worker for worker in self._workers if worker.number is not None)
        return sum(
            w.share * len(self._tasks[w.number].points) for w in busy if w.number in self._tasks
        )

    def close(self) -> None:
        """End the workers at once; a shard that one is writing is whole or not there."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()
