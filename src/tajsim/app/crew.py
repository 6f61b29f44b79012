"""The worker processes of the dashboard: a fixed number, replaced when one is lost."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from tajsim.app.task import Task
from tajsim.app.worker import work
from tajsim.ensemble.interrupts import interrupts_ignored

#: Told the worker and what it sent; ``("lost", number)`` if its process has died.
Heard = Callable[[int, tuple[Any, ...]], None]


class Crew:
    """Processes that simulate. ``heard`` is called from threads, one for each worker."""

    def __init__(self, workers: int, heard: Heard) -> None:
        self._heard = heard
        self._context = multiprocessing.get_context("spawn")
        self._number = 0
        self._tasks: list[int] = [0] * workers
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []
        self._closed = False
        for worker in range(workers):
            pipe, process = self._spawn(worker)
            self._pipes.append(pipe)
            self._processes.append(process)

    def start(self, worker: int, task: Task) -> int:
        """Send a task to a worker that has none; return its number."""
        self._number += 1
        self._tasks[worker] = self._number
        self._send(worker, ("task", self._number, task))
        return self._number

    def stop(self, worker: int) -> None:
        """Ask a worker to leave its task; it answers when the month is over."""
        self._send(worker, ("stop", self._tasks[worker]))

    def replace(self, worker: int) -> None:
        """Start a new process in the place of one that was lost."""
        if not self._closed:
            self._pipes[worker], self._processes[worker] = self._spawn(worker)

    def close(self) -> None:
        """End all processes."""
        self._closed = True
        for process, pipe in zip(self._processes, self._pipes, strict=True):
            process.terminate()
            pipe.close()
        for process in self._processes:
            process.join(5)

    def _send(self, worker: int, message: tuple[Any, ...]) -> None:
        try:
            self._pipes[worker].send(message)
        except OSError:  # the process is gone; its thread has noticed or will
            return

    def _spawn(self, worker: int) -> tuple[Connection, Any]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=work, args=(theirs,), daemon=True)
        with interrupts_ignored():
            process.start()
        theirs.close()
        thread = threading.Thread(target=self._listen, args=(worker, ours), daemon=True)
        thread.start()
        return ours, process

    def _listen(self, worker: int, pipe: Connection) -> None:
        while True:
            try:
                message = pipe.recv()
            except (EOFError, OSError):
                break
            self._heard(worker, message)
        if not self._closed:
            self._heard(worker, ("lost", self._tasks[worker]))
