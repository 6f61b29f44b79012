"""The loop of a sweep: hand out batches, store what comes back, find the runs that fail."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic

import numpy as np

from tajsim.inputs.experiment_parts import Experiment
from tajsim.sweeps.batches import Batch, after_failure, by_halves
from tajsim.sweeps.disk import Disk
from tajsim.sweeps.points import Points
from tajsim.sweeps.progress import Progress
from tajsim.sweeps.shards import FOLDER, write_failures, write_runs
from tajsim.sweeps.state import State
from tajsim.sweeps.task import Task, make_task
from tajsim.sweeps.team import Done, Team

Tell = Callable[[Progress], None]
#: Seconds to wait for an answer before progress is told again.
_WAIT = 0.2


class Engine:
    """Works off batches with a team.

    Args:
        experiment, points: what is simulated.
        state: what is finished.
        disk, place: where it is stored.
        model, fingerprints: of the tasks, by scenario.
        tell: told how far the sweep is; an exception that it raises ends the sweep.
    """

    def __init__(
        self,
        experiment: Experiment,
        points: Points,
        state: State,
        disk: Disk,
        place: Path,
        model: str,
        fingerprints: dict[str, str],
        tell: Tell,
    ) -> None:
        self.experiment, self.points, self.state = experiment, points, state
        self.disk, self.shards = disk, place / FOLDER
        self.model, self.fingerprints = model, fingerprints
        self.computed = 0
        self._tell, self._begun = tell, monotonic()
        self._under_way: dict[int, Batch] = {}
        self._next = 0
        self._failing: set[int] = set()

    def work_off(self, batches: Iterable[Batch], team: Team) -> None:
        """Simulate and store every batch.

        Raises:
            OSError: if the results cannot be stored.
        """
        queue = deque(batches)
        while queue or self._under_way:
            while queue and team.wants():
                self._submit(queue.popleft(), team)
            for number, answer in team.answers(_WAIT):
                batch = self._under_way.pop(number)
                if isinstance(answer, Done):
                    self._done(batch, answer, queue)
                else:
                    self._failed(batch, answer.cause, queue)
            self.tell(team)

    def _submit(self, batch: Batch, team: Team) -> None:
        if self._failing and batch.rest is None:
            batch = batch.part(~np.isin(batch.points, list(self._failing)), batch.halves)
        if len(batch):
            self._under_way[self._next] = batch
            team.submit(self._next, self._task(batch))
            self._next += 1

    def _task(self, batch: Batch) -> Task:
        chosen = [self.points.points[i] for i in batch.points]
        fingerprint = self.fingerprints[chosen[0].scenario]
        return make_task(self.experiment, chosen, batch.runs, self.model, fingerprint)

    def _done(self, batch: Batch, answer: Done, queue: deque[Batch]) -> None:
        if answer.finished is not None:
            write_runs(self.disk, self.shards, answer.finished)
        self.computed += self.state.add(batch.points, batch.runs, answer.numbers)
        if batch.rest is not None:  # the point as such is sound: search the run that fails
            queue.extendleft(reversed(by_halves(batch.rest)))

    def _failed(self, batch: Batch, cause: str, queue: deque[Batch]) -> None:
        instead = after_failure(batch)
        if instead:
            queue.extendleft(reversed(instead))
            return
        points, runs = batch.points, batch.runs
        point = int(points[0])
        before = int(self.state.failed[point].sum())
        if not self.state.done[point].any() and (batch.rest is not None or before > 0):
            # Two failed and none did not: the point fails, and none of its runs is tried again.
            self._failing.add(point)
            runs = np.flatnonzero(~self.state.settled[point])
            points = np.full(len(runs), point)
        elif batch.rest is not None:
            queue.extendleft(reversed(by_halves(batch.rest)))
        task = self._task(batch)
        names = [self.points.points[i].id for i in points]
        write_failures(self.disk, self.shards, task, names, [int(r) for r in runs], cause)
        self.state.fail(points, runs)

    def tell(self, team: Team) -> None:
        """Say how far the sweep is."""
        settled = self.state.settled
        part = team.under_way()
        seconds = monotonic() - self._begun
        rate = (self.computed + part) / seconds if seconds > 0 else 0.0
        done = float(settled.sum()) + part
        left = (settled.size - done) / rate if rate > 0 else None
        whole = int(settled.all(axis=1).sum())
        self._tell(Progress(whole, len(settled), done, settled.size, rate, left))
