"""Simulate one task: the same in this process, in a worker process and on a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tajsim.ensemble.fingerprint import model_version
from tajsim.sweeps.keep import summarise
from tajsim.sweeps.task import Task


@dataclass(frozen=True)
class Finished:
    """What a task leaves: kept numbers ``(run, column)``, and series ``(..., month, run)``."""

    task: Task
    numbers: NDArray[np.float64]
    series: dict[str, NDArray[np.float32]]


class WrongModelError(Exception):
    """A worker has another version of the model than the sweep."""


def simulate_task(task: Task, month_done: Callable[[], None]) -> Finished:
    """Simulate the runs of a task; ``month_done`` is called after every month.

    Raises:
        WrongModelError: if the model is not the one that the task was made for.
    """
    from tajsim.ensemble.chunk import collect, keep_freed_memory
    from tajsim.model.model import TajikistanModel

    if task.model != model_version():
        raise WrongModelError(f"this sweep is of model {task.model}, here is {model_version()}")
    keep_freed_memory()
    model = TajikistanModel(
        runs=task.runs.tolist(),
        seed=task.seed,
        start=task.start,
        end=task.end,
        settings=dict(task.settings),
        events=task.events,
        parameters=task.parameters,
        outcomes=task.outcomes,
    )
    try:
        model.run_to_end(progress=lambda _month: month_done())
        numbers = summarise(model.record, task.keep, task.start)
        return Finished(task, numbers, {name: model.record[name] for name in task.series})
    finally:
        del model
        collect()
