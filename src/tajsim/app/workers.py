"""The worker processes of the dashboard: a fixed number, replaced when one is lost."""

from __future__ import annotations

import gc
import json
import multiprocessing
import signal
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from tajsim.ensemble.executor import (
    Record,
    build,
    collect,
    interrupts_ignored,
    keep_freed_memory,
    record_of,
)
from tajsim.ensemble.plan import Job, Plan
from tajsim.errors import UserError
from tajsim.inputs.toml import month_number
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import Snapshot, put_back, take

if TYPE_CHECKING:
    from tajsim.app.state import PageState
    from tajsim.inputs.scenario_parts import Scenario


#: Months that one point of a fan stands for: those up to it.
SMOOTH = 12

#: The runs that are simulated first, by all workers together; the size of the chunks after them.
FIRST, MORE = 200, 200
#: A chunk is no smaller than this: a month costs the same for a few runs as for some tens.
_LEAST = 20
#: States are kept at events no closer than this, and at least so often.
_CLOSEST, _OFTEN = 3, 24


@dataclass(frozen=True)
class ViewJob:
    """A job for a worker.

    Attributes:
        key: the same for jobs with the same numbers, whatever their scenarios are called.
        stage: 0 is needed first.
        home: the worker that may hold states of its past; any, if None.
        past: the same for jobs whose numbers differ by their events and their end alone.
        deeds: the events: after how many months each comes, and what it does.
        keep: after so many months the state is kept, for others that differ only later.
        watch: the outcomes to be told of while it runs.
    """

    key: str
    job: Job
    stage: int
    home: int | None = None
    past: str = ""
    deeds: tuple[tuple[int, str], ...] = ()
    keep: tuple[int, ...] = ()
    watch: tuple[str, ...] = ()

    def until(self, months: int) -> tuple[str, ...]:
        """Return what was done in the first months."""
        return tuple(deed for after, deed in self.deeds if after < months)


def spans(runs: int, workers: int) -> list[tuple[int, int, int]]:
    """Return the chunks of runs as ``(first, stop, stage)``.

    The first runs are divided evenly over the workers, so that all of them begin at once; the
    others follow in chunks of one size, as many to a stage as there are workers.
    """
    first = min(FIRST, runs)
    shares = max(1, min(workers, first // _LEAST))
    edges = [first * share // shares for share in range(shares + 1)]
    found = [(a, b, 0) for a, b in pairwise(edges)]
    for number, begin in enumerate(range(first, runs, MORE)):
        found.append((begin, min(begin + MORE, runs), 1 + number // workers))
    return found


def jobs_of(
    plan: Plan, state: PageState, watch: tuple[str, ...], workers: int
) -> list[list[ViewJob]]:
    """Return the tasks of the reference and of the scenario, in the order of their runs."""
    reference, own = plan.scenarios
    stops = {0: _stops(plan, plan.scenarios, ""), 1: ()}
    # A lever that acts from the start changes all that follows: nothing would be shared.
    if state.since or state.moves or not state.levers:
        stops[1] = _stops(plan, [own], state.since if state.levers else "")
    return [
        [
            _task(plan, scenario, span, number % workers, stops[position], watch)
            for number, span in enumerate(spans(plan.runs, workers))
        ]
        for position, scenario in enumerate((reference, own))
    ]


def _stops(plan: Plan, scenarios: Sequence[Scenario], since: str) -> tuple[int, ...]:
    """Return after how many months states are kept: before events, and from time to time."""
    start, last = month_number(plan.start), len(plan.months) - 1
    found = {month_number(since) - start} if since else set()
    found |= set(range(_OFTEN, last, _OFTEN))
    for month in sorted(month_number(e.month) - start for s in scenarios for e in s.events):
        if all(abs(month - other) >= _CLOSEST for other in found):
            found.add(month)
    return tuple(sorted(month for month in found if 0 < month <= last))


def _task(
    plan: Plan,
    scenario: Scenario,
    span: tuple[int, int, int],
    home: int,
    keep: tuple[int, ...],
    watch: tuple[str, ...],
) -> ViewJob:
    first, stop, stage = span
    job = Job(
        scenario=scenario,
        position=plan.scenarios.index(scenario),
        first=first,
        stop=stop,
        seed=plan.seed,
        end=plan.end,
        parameters=plan.parameters,
        outcomes=plan.outcomes,
    )
    start = month_number(plan.start)
    deeds = tuple(
        (month_number(e.month) - start, _text([e.month, e.kind, sorted(e.arguments.items())]))
        for e in scenario.events
        if e.month <= plan.end
    )
    past = _hash(sorted(scenario.settings.items()), scenario.start, first, stop, plan.seed,
                 plan.parameters, plan.outcomes)  # fmt: skip
    return ViewJob(
        key=_hash(past, deeds, plan.end),
        job=job,
        stage=stage,
        home=home,
        past=past,
        deeds=deeds,
        keep=keep,
        watch=() if stage else watch,
    )


def _text(what: Any) -> str:
    return json.dumps(what)


def _hash(*decides: Any) -> str:
    return sha256(_text(decides).encode()).hexdigest()


_Key = tuple[str, tuple[str, ...], int]


class SnapshotCache:
    """The kept states of one worker; those not used for longest go first."""

    def __init__(self, most_bytes: int = 250_000_000) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[_Key, Snapshot] = OrderedDict()

    def latest(self, task: ViewJob, months: int) -> Snapshot | None:
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

    def keep(self, task: ViewJob, model: TajikistanModel) -> None:
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


def follow(
    task: ViewJob, past: SnapshotCache, month_done: Callable[[TajikistanModel], None]
) -> Record:
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
    past = SnapshotCache()
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


def _answer(pipe: Connection, number: int, task: ViewJob, past: SnapshotCache) -> tuple[Any, ...]:
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

    def __init__(self, pipe: Connection, number: int, task: ViewJob) -> None:
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


#: Told the worker and what it sent; ``("lost", number)`` if its process has died.
Heard = Callable[[int, tuple[Any, ...]], None]


class WorkerPool:
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

    def start(self, worker: int, task: ViewJob) -> int:
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
