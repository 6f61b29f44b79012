"""Who simulates the batches of a sweep: this process, worker processes, or a cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tajsim.ensemble.executor import interrupts_ignored
from tajsim.errors import UserError
from tajsim.files import reason
from tajsim.sweeps.design import library
from tajsim.sweeps.store import Disk, write_runs
from tajsim.sweeps.task import Finished, Task, WrongModelError

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


#: Tasks sent for each thread of the cluster, so that no worker waits for the next one.
_AHEAD = 2
_CONNECT = "10s"


def _no_months() -> None:
    """Nobody is told of months."""


def _work(simulate: Simulate, task: Task) -> Finished | Failed:
    """Simulate a task on a worker; what fails there comes back as an answer, not as an error."""
    try:
        return simulate(task, _no_months)
    except WrongModelError:
        raise
    except Exception as error:
        return Failed(cause_of(error))


class ClusterTeam:
    """The workers of a Dask scheduler.

    Args:
        address: of the scheduler, such as ``tcp://127.0.0.1:8786``.
        simulate: how a task is simulated; a function that workers can import by name.

    Raises:
        UserError: if dask.distributed is missing, or nobody answers at the address.
    """

    def __init__(self, address: str, simulate: Simulate) -> None:
        if Path(address).suffix == ".json":
            raise UserError(f"--cluster {address}: expected an address such as tcp://host:8786")
        distributed = library("distributed", "cluster")
        try:
            self._client: Any = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise UserError(
                f"--cluster {address}: no Dask scheduler answers ({cause_of(error)})"
            ) from None
        self._address, self._simulate = address, simulate
        self._killed = distributed.scheduler.KilledWorker
        self._lost = distributed.client.FutureCancelledError
        self._futures: dict[int, tuple[Any, Task]] = {}
        self._size, self._looked = 1, -inf

    def wants(self) -> bool:
        """Send ahead for every thread of the cluster."""
        return len(self._futures) < _AHEAD * self.hands

    @property
    def hands(self) -> int:
        """The threads of the cluster, whose workers may come and go."""
        if monotonic() - self._looked > 2.0:
            try:
                threads = sum(self._client.nthreads().values())
            except (OSError, TimeoutError):
                raise self._scheduler_gone() from None
            self._size, self._looked = max(1, threads), monotonic()
        return self._size

    def submit(self, number: int, task: Task) -> None:
        """Send a task."""
        future = self._client.submit(_work, self._simulate, task, pure=False, retries=2)
        self._futures[number] = (future, task)

    def answers(self, wait: float) -> list[tuple[int, Answer]]:
        """Return what is finished."""
        until = monotonic() + wait
        while not (ready := [n for n, (f, _) in self._futures.items() if f.done()]):
            if monotonic() > until:
                break
            sleep(0.01)
        return [(number, self._answer(number)) for number in ready]

    def _answer(self, number: int) -> Answer:
        future, _ = self._futures.pop(number)
        try:
            found = future.result()
        except self._killed:
            return Failed("its workers were killed one after the other")
        except WrongModelError as error:
            raise UserError(f"--cluster {self._address}: {error}") from None
        except self._lost:
            raise self._scheduler_gone() from None
        finally:
            future.release()
        return found if isinstance(found, Failed) else Done(found.numbers, found)

    def _scheduler_gone(self) -> UserError:
        return UserError(
            f"--cluster {self._address}: the scheduler is gone; what is finished is kept, the same "
            "command goes on"
        )

    def under_way(self) -> float:
        """Nothing is known of tasks that are not finished."""
        return 0.0

    def close(self) -> None:
        """Take back what is not finished and leave the cluster."""
        for future, _ in self._futures.values():
            future.cancel()
        self._client.close()
