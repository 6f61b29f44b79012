"""The process that simulates: takes a task, tells of its months, stops when it is told to."""

from __future__ import annotations

import signal
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from tajsim.app.follow import Forks, follow
from tajsim.app.task import Task
from tajsim.ensemble.chunk import collect
from tajsim.errors import UserError

#: Seconds between two messages about one task.
EVERY = 0.4


class Stale(Exception):
    """The task is no longer wanted."""


def work(pipe: Connection) -> None:
    """Answer tasks until the parent is gone.

    Takes ``("task", number, Task)`` and ``("stop", number)``; sends ``("ready",)`` once, then
    ``("months", number, count, {outcome: array})`` from time to time, and for every task one of
    ``("done", number, Record)``, ``("stale", number)`` and ``("failed", number, lines)``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent alone answers an interrupt
    forks = Forks()
    try:
        pipe.send(("ready",))
        while True:
            message = pipe.recv()
            if message[0] == "task":
                pipe.send(_answer(pipe, message[1], message[2], forks))
                collect()
    except (EOFError, BrokenPipeError, ConnectionError):
        return


def _answer(pipe: Connection, number: int, task: Task, forks: Forks) -> tuple[Any, ...]:
    told = time.monotonic()

    def month_done(model: Any) -> None:
        nonlocal told
        while pipe.poll():
            if pipe.recv() == ("stop", number):
                raise Stale
        if task.watch and time.monotonic() - told >= EVERY:
            count = model.months_run
            arrays = {name: model.record[name][..., :count, :] for name in task.watch}
            pipe.send(("months", number, count, arrays))
            told = time.monotonic()

    try:
        return ("done", number, follow(task, forks, month_done))
    except Stale:
        return ("stale", number)
    except UserError as error:
        return ("failed", number, error.messages)
    except (EOFError, BrokenPipeError, ConnectionError):
        raise
    except Exception as error:
        traceback.print_exc()
        return ("failed", number, [f"internal error: {type(error).__name__}: {error}"])
