"""The process that simulates: takes a task, tells of its months, stops when it is told to."""

from __future__ import annotations

import gc
import signal
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from tajsim.app.follow import follow
from tajsim.app.past import Past
from tajsim.app.task import SMOOTH, Task
from tajsim.ensemble.chunk import collect
from tajsim.errors import UserError
from tajsim.model.model import TajikistanModel

#: Between two messages about one task: seconds, and months.
EVERY, LEAST = 0.2, 12


class Stale(Exception):
    """The task is no longer wanted."""


def work(pipe: Connection) -> None:
    """Answer tasks until the parent is gone.

    Takes ``("task", number, Task)`` and ``("stop", number)``; sends ``("ready",)`` once, then
    ``("months", number, first, count, {outcome: array})`` from time to time, with the months from
    ``first`` on of ``count`` that are done, and for every task one of ``("done", number, Record)``,
    ``("stale", number)`` and ``("failed", number, lines)``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent alone answers an interrupt
    past = Past()
    try:
        _warm_up()
        pipe.send(("ready",))
        while True:
            message = pipe.recv()
            if message[0] == "task":
                pipe.send(_answer(pipe, message[1], message[2], past))
                collect()
    except (EOFError, BrokenPipeError, ConnectionError):
        return


def _warm_up() -> None:
    """Read and import everything that the first task would otherwise wait for."""
    model = TajikistanModel(runs=2)
    model.step()
    del model
    gc.collect()
    gc.freeze()  # what stays for good need not be gone through after every task


def _answer(pipe: Connection, number: int, task: Task, past: Past) -> tuple[Any, ...]:
    told = _Telling(pipe, number, task)
    try:
        return ("done", number, follow(task, past, told.month_done))
    except Stale:
        return ("stale", number)
    except UserError as error:
        return ("failed", number, error.messages)
    except (EOFError, BrokenPipeError, ConnectionError):
        raise
    except Exception as error:
        traceback.print_exc()
        return ("failed", number, [f"internal error: {type(error).__name__}: {error}"])


class _Telling:
    """Listens for a stop after every month, and tells of the months now and then."""

    def __init__(self, pipe: Connection, number: int, task: Task) -> None:
        self._pipe, self._number, self._task = pipe, number, task
        self._count, self._when = 0, 0.0

    def month_done(self, model: TajikistanModel) -> None:
        while self._pipe.poll():
            if self._pipe.recv() == ("stop", self._number):
                raise Stale
        done, now = model.months_run, time.monotonic()
        # The first message goes out with the first month that can be drawn.
        due = now - self._when >= EVERY and done - self._count >= LEAST
        if self._task.watch and done >= SMOOTH and due:
            new = slice(self._count, done)
            arrays = {name: model.record[name][..., new, :] for name in self._task.watch}
            self._pipe.send(("months", self._number, self._count, done, arrays))
            self._count, self._when = done, now
