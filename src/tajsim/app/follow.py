"""Simulate one task month by month, so that it can be watched, stopped and begun in the middle.

The numbers are those of `tajsim.ensemble.chunk.simulate`, which a test holds to the bit.
"""

from __future__ import annotations

from collections.abc import Callable

from tajsim.app.past import Past
from tajsim.app.task import Task
from tajsim.ensemble.chunk import Record, build, keep_freed_memory, record_of
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import put_back


def follow(task: Task, past: Past, month_done: Callable[[TajikistanModel], None]) -> Record:
    """Simulate a task from the start, or from the latest kept state of the same past.

    Args:
        task: what to simulate.
        past: where states are kept.
        month_done: called with the model after every month, first after the months of a kept
            state; what it raises ends the simulation.
    """
    keep_freed_memory()
    model = build(task.job)
    state = past.latest(task, model.month_count)
    if state:
        put_back(model, state)
        month_done(model)
    while model.months_run < model.month_count:
        model.step()
        if model.months_run in task.keep:
            past.keep(task, model)
        month_done(model)
    return record_of(model, task.job)
