"""States kept on the way through a history, so that another with the same past goes on from one.

Two tasks share a state if their numbers differ by nothing but events that come after it. A worker
keeps the states of the tasks that it has simulated; they never leave its process.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from tajsim.app.task import Task
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import Snapshot, take

_Key = tuple[str, tuple[str, ...], int]


class Past:
    """The kept states of one worker; those not used for longest go first."""

    def __init__(self, most_bytes: int = 250_000_000) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[_Key, Snapshot] = OrderedDict()

    def latest(self, task: Task, months: int) -> Snapshot | None:
        """Return the latest kept state, of a history of so many months, that a task can go on from.

        None if there is none.
        """
        fit = [
            key
            for key in self._kept
            if key[0] == task.past and key[2] <= months and key[1] == task.until(key[2])
        ]
        if not fit:
            return None
        best = max(fit, key=lambda key: key[2])
        self._kept.move_to_end(best)
        return self._kept[best]

    def keep(self, task: Task, model: TajikistanModel) -> None:
        """Keep the state of a task's model after the months run so far."""
        done = model.months_run
        key = (task.past, task.until(done), done)
        if key not in self._kept:
            self._kept[key] = _state(model)
            while self._kept and self.bytes() > self.most_bytes:
                self._kept.popitem(last=False)

    def bytes(self) -> int:
        """Return how much is kept; a record that several states show a part of counts once."""
        states = self._kept.values()
        shown = (series.base for s in states for series in s.record.values())
        records = {id(whole): whole.nbytes for whole in shown if whole is not None}
        return sum(a.nbytes for s in states for a in s.arrays) + sum(records.values())


def _state(model: TajikistanModel) -> Snapshot:
    """Return the state; what was recorded is shown, not copied, as no later month changes it."""
    record, model.record = model.record, {}
    try:
        state = take(model)
    finally:
        model.record = record
    done = model.months_run
    return replace(state, record={name: series[..., :done, :] for name, series in record.items()})
