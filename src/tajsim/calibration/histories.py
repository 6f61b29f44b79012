"""Histories of particles: the scenario ``history`` simulated with parameters that differ by run."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tajsim.analysis.targets import last_month, target_outcomes, target_values
from tajsim.ensemble.interrupts import StopRequestedError, interrupts_ignored
from tajsim.ensemble.plan import Plan
from tajsim.errors import UserError

if TYPE_CHECKING:
    from tajsim.inputs.scenario import Scenario
    from tajsim.inputs.targets import Target

Values = NDArray[np.float64]
Runs = NDArray[np.int64]
#: Told how many runs of this call are done, and how many there are.
Progress = Callable[[int, int], None]

#: In a worker: the request to stop.
_shared: dict[str, Any] = {}


@dataclass(frozen=True)
class Task:
    """What a worker simulates: ``settings`` and ``runs`` are ``(run,)``."""

    scenario: Scenario
    targets: tuple[Target, ...]
    settings: Mapping[str, Values]
    runs: Runs
    seed: int
    parameters: str


def simulated_targets(task: Task, month_done: Callable[[], None] = lambda: None) -> Values:
    """Return the targets of each run, ``(target, run)``, in the units of their figures."""
    # Imported here because they bring Mesa: mistakes are told without that wait.
    from tajsim.ensemble.chunk import collect, simulate
    from tajsim.ensemble.dataset import build_dataset
    from tajsim.ensemble.store import Store

    scenario, until = task.scenario, last_month(task.targets)
    outcomes, count = target_outcomes(task.targets), len(task.runs)
    plan = Plan(
        (scenario,), count, task.seed, task.parameters, scenario.start, until, outcomes, 1, count
    )
    numbers = tuple(int(run) for run in task.runs)
    job = replace(plan.jobs()[0], numbers=numbers, settings=task.settings)
    store = Store(plan)
    store.put(job, simulate(job, month_done))
    values = target_values(build_dataset(plan, store), task.targets).simulated
    del store
    collect()
    return values


def _start_worker(stop: Any) -> None:
    """Prepare a worker. The parent alone answers an interrupt, and tells the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _shared["stop"] = stop


def _in_worker(task: Task) -> Values:
    def month_done() -> None:
        if _shared["stop"].is_set():
            raise StopRequestedError

    return simulated_targets(task, month_done)


@dataclass
class Histories:
    """Simulates particles, in this process or in several that live as long as the context.

    ``parameters`` is the mode of what the settings do not hold.
    """

    scenario: Scenario
    targets: Sequence[Target]
    seed: int
    workers: int = 1
    chunk: int = 1000
    parameters: str = "prior"
    progress: Progress | None = None
    _pool: ProcessPoolExecutor | None = field(default=None, repr=False)

    def __call__(self, settings: Mapping[str, Values], runs: Runs) -> Values:
        """Return the targets of each particle ``(target, particle)``; all arrays are by particle.

        The results do not depend on the number of workers.

        Raises:
            UserError: if a worker was killed from outside.
        """
        parts = max(ceil(len(runs) / self.chunk), self.workers)
        tasks = [
            Task(
                self.scenario,
                tuple(self.targets),
                {name: values[part] for name, values in settings.items()},
                runs[part],
                self.seed,
                self.parameters,
            )
            for part in np.array_split(np.arange(len(runs)), parts)
            if len(part)
        ]
        found = self._in_pool(tasks) if self._pool else self._here(tasks)
        return np.concatenate(found, axis=1)

    def _here(self, tasks: Sequence[Task]) -> list[Values]:
        done, total = 0, sum(len(task.runs) for task in tasks)
        found = []
        for task in tasks:
            # Also after every month, so that an interrupt is seen.
            found.append(simulated_targets(task, partial(self._tell, done, total)))
            done += len(task.runs)
            self._tell(done, total)
        return found

    def _in_pool(self, tasks: Sequence[Task]) -> list[Values]:
        assert self._pool is not None
        total = sum(len(task.runs) for task in tasks)
        try:
            with interrupts_ignored():
                futures: dict[Future[Values], Task] = {
                    self._pool.submit(_in_worker, task): task for task in tasks
                }
            waiting = set(futures)
            while waiting:
                _, waiting = wait(waiting, timeout=0.2)
                self._tell(total - sum(len(futures[future].runs) for future in waiting), total)
            return [future.result() for future in futures]
        except BrokenProcessPool:
            raise UserError(
                "a worker process was killed, perhaps for want of memory; what was finished "
                "before is kept; try again with fewer workers"
            ) from None

    def _tell(self, done: int, total: int) -> None:
        if self.progress:
            self.progress(done, total)


@contextmanager
def histories(
    scenario: Scenario,
    targets: Sequence[Target],
    seed: int,
    workers: int = 1,
    parameters: str = "prior",
) -> Iterator[Histories]:
    """Give a simulator of particles; its processes end with the context."""
    if workers == 1:
        yield Histories(scenario, targets, seed, parameters=parameters)
        return
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(workers, context, _start_worker, (stop,))
    try:
        yield Histories(scenario, targets, seed, workers, parameters=parameters, _pool=pool)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
