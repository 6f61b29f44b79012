"""What the workers of the dashboard simulate: chunks of two scenarios, with the past they share."""

import gc
import json
import mmap
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import pairwise
from math import prod
from operator import itemgetter
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary, finalize

import numpy as np
from numpy.typing import NDArray

import tajsim.compiled.engine as engines
from tajsim.app.state import PageState, loaded_scenario
from tajsim.axes import DIMENSIONS
from tajsim.ensemble.job import Job, MonthDone, Record, build, record_of
from tajsim.ensemble.plan import Plan
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_parts import Scenario
from tajsim.inputs.toml import month_number
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import Snapshot, put_back, take

#: The runs that are simulated first, by all workers together; the size of the chunks after them.
FIRST, MORE = 100, 200
#: So many months of single runs are told of as a whole alone: first fans would come no sooner.
AT_ONCE = 60_000
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
        slot: where its outcomes come to stand; None if its record is sent with them.
    """

    key: str
    job: Job
    stage: int
    home: int | None = None
    slot: "Slot | None" = None


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


def months_left(plan: Plan, state: PageState) -> int:
    """Return how many months a move changes: those from what it moves on, or all."""
    was = {e.label: e.month for e in loaded_scenario(state.scenario).events}
    now = {e.label: e.month for e in plan.scenarios[1].events}
    moved = [
        m for one, other in ((was, now), (now, was)) for n, m in one.items() if other.get(n) != m
    ]
    start = plan.start if state.levers and not state.since else min(moved, default=plan.start)
    return month_number(plan.end) - month_number(start) + 1


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
class Place:
    """Where in memory that processes share the outcomes of all runs of a scenario stand.

    It is what a job keeps: the record, without the outcomes.
    """

    path: str
    size: int  # of the memory, bytes
    start: int
    runs: int

    def __call__(self, model: TajikistanModel) -> Record:
        """Return the record of a model without its outcomes."""
        return replace(record_of(model), outcomes={})

    def columns(self, job: Job) -> dict[str, NDArray[np.float32]]:
        """Return the outcomes of the runs of a job, to be written; none without the memory."""
        try:
            memory = _mapped(self.path, self.size)
        except OSError:
            return {}
        found = _series(memory, self.start, job.outcomes, job.months, self.runs)
        return {name: series[..., job.first : job.stop] for name, series in found.items()}


@cache
def _mapped(path: str, size: int) -> mmap.mmap:
    with Path(path).open("r+b") as file:
        return mmap.mmap(file.fileno(), size)


def _series(
    memory: mmap.mmap, start: int, outcomes: Sequence[str], months: int, runs: int
) -> dict[str, NDArray[np.float32]]:
    """Return outcomes ``(own dims..., month, run)`` that stand one after another."""
    own = (load_outcomes()[name].dimensions for name in outcomes)
    shapes = [(*(len(DIMENSIONS[d]) for d in dims), months, runs) for dims in own]
    whole = np.frombuffer(memory, np.float32, sum(map(prod, shapes)), start)
    parts = np.split(whole, np.cumsum([*map(prod, shapes)])[:-1])
    return {n: part.reshape(s) for n, part, s in zip(outcomes, parts, shapes, strict=True)}


class Slot:
    """The outcomes of all runs of a scenario, ``series`` by name, and their `Place`."""

    def __init__(self, place: Place, series: dict[str, NDArray[np.float32]]) -> None:
        self.place, self.series = place, series

    def whole(self, job: Job, record: Record) -> Record:
        """Return the record of a job with the outcomes that its worker has written here."""
        if record.outcomes:
            return record
        part = {name: series[..., job.first : job.stop] for name, series in self.series.items()}
        return replace(record, outcomes=part)

    def holds(self, record: Record) -> bool:
        """Tell whether the outcomes of a record stand here."""
        return all(np.may_share_memory(a, self.series[n]) for n, a in record.outcomes.items())


class SharedMemory:
    """Memory that the workers write outcomes to, where the system has it.

    A slot is free again when nobody holds an array of it.

    Args:
        size: bytes; those that nothing is written to cost nothing.
    """

    def __init__(self, size: int) -> None:
        self._slots = WeakValueDictionary[str, Slot]()
        self._taken: list[tuple[int, int]] = []
        self._memory, self._size, self._path = None, size, ""
        with suppress(AttributeError, OSError):  # Linux has it
            file = os.memfd_create("tajsim")
            finalize(self, os.close, file)
            os.ftruncate(file, size)
            self._memory = mmap.mmap(file, size)
            self._path = f"/proc/{os.getpid()}/fd/{file}"

    def placed(self, jobs: Sequence[ScheduledJob], plan: Plan) -> list[ScheduledJob]:
        """Return the jobs of a scenario with a slot for the outcomes, if there is room for one."""
        key = _hash(plan.runs, [job.key for job in jobs])
        slot = self._slots.get(key) or self._new(plan)
        if slot is None:
            return list(jobs)
        self._slots[key] = slot
        return [replace(j, job=replace(j.job, keep=slot.place), slot=slot) for j in jobs]

    def _new(self, plan: Plan) -> Slot | None:
        # Whole pages, so that no two scenarios share one.
        start, size = 0, -(-plan.bytes_needed() // len(plan.scenarios) // 4096) * 4096
        for begin, end in sorted(self._taken):
            if start + size <= begin:
                break
            start = end
        if self._memory is None or start + size > self._size:
            return None
        place = Place(self._path, self._size, start, plan.runs)
        series = _series(self._memory, start, plan.outcomes, len(plan.months), plan.runs)
        whole = next(iter(series.values())).base
        self._taken.append((start, start + size))
        finalize(whole, self._taken.remove, self._taken[-1])
        return Slot(place, series)


_Key = tuple[str, tuple[str, ...], int]


class SnapshotCache:
    """The kept states of one worker; those not used for longest go first."""

    def __init__(self, most_bytes: int = 250_000_000) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[_Key, tuple[Snapshot, int]] = OrderedDict()  # and its own bytes

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
    shared = job.keep.columns(job) if isinstance(job.keep, Place) else {}
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
    model = TajikistanModel(runs=2)
    model.step()
    engines.program_for(model, engines.chosen())
    del model
    gc.collect()
    gc.freeze()  # what stays for good need not be gone through after every job
