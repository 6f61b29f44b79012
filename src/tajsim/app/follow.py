"""Simulate one task month by month, so that it can be watched, stopped and forked.

The numbers are those of `tajsim.ensemble.chunk.simulate`, which a test holds to the bit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from tajsim.app.task import Task
from tajsim.ensemble.chunk import Record, build, keep_freed_memory, record_of, release
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import Snapshot, put_back, take


class Forks:
    """States kept at the month from which levers act; the oldest go first."""

    def __init__(self, most_bytes: int = 150_000_000) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()

    def get(self, trunk: str) -> Snapshot | None:
        """Return the state of a trunk, if it is kept."""
        if trunk in self._kept:
            self._kept.move_to_end(trunk)
        return self._kept.get(trunk)

    def put(self, trunk: str, state: Snapshot) -> None:
        """Keep a state, and let others go until all fit."""
        self._kept[trunk] = state
        while self._kept and sum(map(_size, self._kept.values())) > self.most_bytes:
            self._kept.popitem(last=False)


def _size(state: Snapshot) -> int:
    return sum(a.nbytes for a in [*state.arrays, *state.record.values()])


def follow(task: Task, forks: Forks, month_done: Callable[[TajikistanModel], None]) -> Record:
    """Simulate a task from the start, or from the kept state of its trunk.

    Args:
        task: what to simulate.
        forks: where states are kept.
        month_done: called with the model after every month; what it raises ends the simulation.
    """
    keep_freed_memory()
    model = build(task.job)
    try:
        state = forks.get(task.trunk) if task.fork else None
        if state:
            put_back(model, state)
        while model.months_run < model.month_count:
            model.step()
            if task.fork == model.months_run and not state:
                forks.put(task.trunk, take(model))
            month_done(model)
        return record_of(model, task.job)
    finally:
        release(model)
