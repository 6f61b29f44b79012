"""What the workers of the dashboard simulate: chunks of two scenarios, with the past they share."""

import gc
import json
import mmap
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from itertools import pairwise
from math import prod
from operator import itemgetter
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

import tajsim.compiled.engine as engines
from tajsim.app.state import PageState
from tajsim.axes import DIMENSIONS
from tajsim.compiled.program import LANES
from tajsim.ensemble.job import Job, MonthDone, Record, build, record_of
from tajsim.ensemble.plan import Plan
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_parts import Scenario
from tajsim.inputs.toml import month_number
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import Snapshot, put_back, take

#: The runs that are simulated first, by all workers together; the size of the chunks after them.
FIRST, MORE = 100, 200
#: A chunk is no smaller than this: a month costs the same for a few runs as for some tens.
_LEAST = 20
#: States are kept at events no closer than this, and at least so often.
_CLOSEST, _OFTEN = 3, 24


@dataclass(frozen=True)
class Past:
    """What the numbers of a job depend on.

    Attributes:
        key: the same for jobs whose numbers differ by their events and their end alone.
        deeds: the events: after how many months each comes, and what it does.
    """

    key: str
    deeds: tuple[tuple[int, str], ...]

    def until(self, months: int) -> tuple[str, ...]:
        """Return what was done in the first months."""
        return tuple(deed for after, deed in self.deeds if after < months)


def past_of(job: Job) -> Past:
    """Return what the numbers of a job depend on; the name of its scenario is no part of it."""
    start = month_number(job.start)
    deeds = tuple(
        (month_number(e.month) - start, json.dumps([e.month, e.kind, sorted(e.arguments.items())]))
        for e in job.events
    )
    settings = sorted(job.settings.items())
    key = _hash(settings, job.start, job.runs, job.seed, job.parameters, job.outcomes, job.without)
    return Past(key, deeds)


def _hash(*decides: Any) -> str:
    return sha256(json.dumps(decides).encode()).hexdigest()


@dataclass(frozen=True)
class ScheduledJob:
    """A job with what the `Scheduler` goes by.

    Attributes:
        key: the same for jobs with the same numbers, whatever their scenarios are called.
        stage: 0 is needed first.
        home: the worker that may hold states of its past; any, if None.
        memory: where its outcomes come to stand; None if its record is sent with them.
    """

    key: str
    job: Job
    stage: int
    home: int | None = None
    memory: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)

    def whole(self, record: Record) -> Record:
        """Return a record with its outcomes, wherever they are."""
        if record.outcomes or self.memory is None or not isinstance(self.job.keep, SharedPlace):
            return record
        return replace(record, outcomes=self.job.keep.series(self.job, self.memory))


def spans(runs: int, workers: int) -> list[tuple[int, int, int]]:
    """Return the chunks of runs as ``(first, stop, stage)``.

    The first runs are divided evenly over the workers, but for whole tiles, so that all of them
    begin at once; the others follow in chunks of one size, as many to a stage as there are workers.
    """
    first = min(FIRST, runs)
    shares = max(1, min(workers, first // _LEAST))
    edges = [*(LANES * round(first * n / shares / LANES) for n in range(shares)), first]
    found = [(a, b, 0) for a, b in pairwise(edges)]
    for number, begin in enumerate(range(first, runs, MORE)):
        found.append((begin, min(begin + MORE, runs), 1 + number // workers))
    return found


def jobs_of(plan: Plan, state: PageState, workers: int) -> list[list[ScheduledJob]]:
    """Return the jobs of the reference and of the scenario, in the order of their runs."""
    _, own = plan.scenarios
    stops = [_stops(plan, plan.scenarios, ""), ()]
    # A lever that acts from the start changes all that follows: nothing would be shared.
    if state.since or state.moves or not state.levers:
        stops[1] = _stops(plan, [own], state.since if state.levers else "")
    if state.levers and state.since and not state.moves:  # as does one from the month it acts
        months = month_number(state.since) - month_number(plan.start)
        stops[1] = tuple(stop for stop in stops[1] if stop <= months)
    found: list[list[ScheduledJob]] = [[], []]
    for position, jobs in enumerate(found):
        for number, (first, stop, stage) in enumerate(spans(plan.runs, workers)):
            job = plan.job(position, first, stop)
            job = replace(job, stops=stops[position])
            past = past_of(job)
            key = _hash(past.key, past.deeds, job.end)
            jobs.append(ScheduledJob(key, job, stage, number % workers))
    return found


def _stops(plan: Plan, scenarios: Sequence[Scenario], since: str) -> tuple[int, ...]:
    """Return after how many months states are kept: before events, and from time to time."""
    start, last = month_number(plan.start), len(plan.months) - 1
    found = {month_number(since) - start} if since else set()
    found |= set(range(_OFTEN, last, _OFTEN))
    for month in sorted(month_number(e.month) - start for s in scenarios for e in s.events):
        if all(abs(month - other) >= _CLOSEST for other in found):
            found.add(month)
    return tuple(sorted(month for month in found if 0 < month <= last))


@dataclass(frozen=True)
class SharedPlace:
    """Memory that processes share, from ``start`` on: the outcomes of all runs of a scenario.

    It is what a job keeps: a record without the outcomes, which stand there.
    """

    path: str
    size: int  # of the memory, bytes
    start: int
    runs: int

    def __call__(self, model: TajikistanModel) -> Record:
        """Return the record of a model without its outcomes."""
        return replace(record_of(model), outcomes={})

    def series(self, job: Job, memory: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return the outcomes of the runs of a job, of the memory from ``start`` on."""
        found, at = {}, 0
        for name in job.outcomes:
            own = (len(DIMENSIONS[d]) for d in load_outcomes()[name].dimensions)
            shape = (*own, job.months, self.runs)
            stop = at + prod(shape)
            found[name] = memory[at:stop].reshape(shape)[..., job.first : job.stop]
            at = stop
        return found


class SharedMemory:
    """Memory that the workers write outcomes to, where the system has it.

    A part of it is free again when nobody holds an array of it.

    Args:
        size: bytes; those that nothing is written to cost nothing.
    """

    def __init__(self, size: int) -> None:
        self._taken: list[tuple[int, int]] = []
        self._path, self._memory = "", mmap.mmap(-1, 1)
        with suppress(AttributeError, OSError):  # Linux has it
            file = os.memfd_create("tajsim")
            finalize(self, os.close, file)
            os.ftruncate(file, size)
            self._path, self._memory = f"/proc/{os.getpid()}/fd/{file}", mmap.mmap(file, size)

    def placed(self, jobs: Sequence[ScheduledJob], plan: Plan) -> list[ScheduledJob]:
        """Return the jobs of a scenario with memory for the outcomes, if there is room for them."""
        start, size = 0, plan.bytes_needed() // len(plan.scenarios) // 4096 * 4096 + 4096
        for begin, end in sorted(self._taken):
            if start + size <= begin:
                break
            start = end
        if start + size > len(self._memory):
            return list(jobs)
        memory = np.frombuffer(self._memory, np.float32, size // 4, start)
        self._taken.append((start, start + size))
        finalize(memory, self._taken.remove, self._taken[-1])
        place = SharedPlace(self._path, len(self._memory), start, plan.runs)
        return [replace(j, job=replace(j.job, keep=place), memory=memory) for j in jobs]


@cache
def _mapped(path: str, size: int) -> mmap.mmap:
    with Path(path).open("r+b") as file:
        return mmap.mmap(file.fileno(), size)


class SnapshotCache:
    """The kept states of one worker and their own bytes; those not used for longest go first."""

    def __init__(self, most_bytes: int = 250_000_000) -> None:
        self.most_bytes = most_bytes
        self._kept = OrderedDict[tuple[str, tuple[str, ...], int], tuple[Snapshot, int]]()

    def latest(self, past: Past, months: int) -> Snapshot | None:
        """Return the latest kept state, up to some month, that a job can go on from, or None."""
        ours = [k for k in self._kept if k[0] == past.key and 0 < k[2] <= months]
        key = max((k for k in ours if k[1] == past.until(k[2])), key=itemgetter(2), default=None)
        if key is None:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def keep(self, past: Past, model: TajikistanModel) -> None:
        """Keep the state of a model after the months run so far."""
        done = model.months_run
        key = (past.key, past.until(done), done)
        if key not in self._kept:
            state = _state(model)
            self._kept[key] = state, sum(array.nbytes for array in state.arrays)
            while self._kept and self.bytes() > self.most_bytes:
                self._kept.popitem(last=False)

    def bytes(self) -> int:
        """Return how much is kept; a record that several states show a part of counts once."""
        states = self._kept.values()
        shown = (series.base for state, _ in states for series in state.record.values())
        records = {id(whole): whole.nbytes for whole in shown if whole is not None}
        return sum(own for _, own in states) + sum(records.values())


def _state(model: TajikistanModel) -> Snapshot:
    """Return the state; what was recorded is shown, not copied, as no later month changes it."""
    record, model.record = model.record, {}
    try:
        state = take(model)
    finally:
        model.record = record
    done = model.months_run
    return replace(state, record={name: series[..., :done, :] for name, series in record.items()})


def follow(job: Job, cache: SnapshotCache, month_done: Callable[[], None]) -> Record:
    """Simulate a job from the start, or from the latest kept state of the same past.

    Args:
        month_done: called now and then; what it raises ends the simulation.
    """
    past = past_of(job)
    state = cache.latest(past, job.months)
    begun = state.months if state else 0
    shared = {}
    if isinstance(job.keep, SharedPlace):
        with suppress(OSError):  # it is sent then
            whole = _mapped(job.keep.path, job.keep.size)
            shared = job.keep.series(job, np.frombuffer(whole, np.float32, offset=job.keep.start))
    # What states are kept of has a record of its own: shared memory is used again.
    own = not shared or any(stop > begun for stop in job.stops)
    model = build(job if own else replace(job, outcomes=()), settled=False)
    if not own:
        model.record = shared
    program = engines.program_for(model, job.engine)
    if state:
        put_back(model, state)
    elif not job.resume:
        engines.settle(model, program)
    for edge in sorted({*job.stops, model.month_count}):
        if edge > model.months_run:
            engines.advance(model, program, edge, lambda _months: month_done())
        if edge in job.stops:
            cache.keep(past, model)
    for name, series in model.record.items() if own else ():
        if shared:
            shared[name][...] = series
    return record_of(model) if not shared else job.keep(model)


#: The kept states of this worker.
_cache = SnapshotCache()


def work(job: Job, month_done: MonthDone) -> Record:
    """Simulate a job in a worker."""
    return follow(job, _cache, lambda: month_done(None))


def warm_up() -> None:
    """Read and import everything that the first job would otherwise wait for."""
    model = TajikistanModel(runs=2, settled=False)
    program = engines.program_for(model, engines.chosen())
    engines.settle(model, program)
    engines.advance(model, program, 1)
    del model
    gc.collect()
    gc.freeze()  # what stays for good need not be gone through after every job
