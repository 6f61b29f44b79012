"""The middle of the dashboard: tabs on one side, workers on the other, results between them."""

import asyncio
import traceback
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import xarray as xr

import tajsim.app.figures as figures
from tajsim.app.state import PageState, command, plan_of, read_state, scenario_text
from tajsim.app.workers import ScheduledJob, SharedMemory, jobs_of, warm_up, work
from tajsim.ensemble.executor import Answer, Processes
from tajsim.ensemble.job import Record
from tajsim.ensemble.plan import Plan
from tajsim.errors import UserError, refuse


class Scheduler:
    """Gives jobs to a fixed number of workers.

    A session (a tab) has one list of wishes; a new list takes the place of the old one. What runs
    and is wished for by nobody any more is stopped; what two sessions wish for runs once.

    Args:
        start: called with a worker and its job.
        stop: called once with a worker whose job is stale; the worker reports with `free`.
        known: tells whether the results of a key are at hand.
    """

    def __init__(
        self,
        workers: int,
        start: Callable[[int, ScheduledJob], None],
        stop: Callable[[int], None],
        known: Callable[[str], bool],
    ) -> None:
        self._start, self._stop, self._known = start, stop, known
        self.running: list[ScheduledJob | None] = [None] * workers
        self._stopping: set[int] = set()
        self._wishes: dict[Hashable, Sequence[ScheduledJob]] = {}

    def want(self, session: Hashable, jobs: Sequence[ScheduledJob]) -> None:
        """Put the wishes of a session in the place of its earlier ones; none: the session ends."""
        self._wishes.pop(session, None)
        if jobs:  # behind those of other sessions, which have waited longer
            self._wishes[session] = jobs
        wanted = self.wanted()
        for worker, job in enumerate(self.running):
            if job and job.key not in wanted and worker not in self._stopping:
                self._stopping.add(worker)
                self._stop(worker)
        self._fill()

    def free(self, worker: int) -> None:
        """Hear that a worker has finished or stopped its job."""
        self.running[worker] = None
        self._stopping.discard(worker)
        self._fill()

    def wanted(self) -> set[str]:
        """Return the keys that some session wishes for."""
        return {job.key for jobs in self._wishes.values() for job in jobs}

    def _fill(self) -> None:
        for worker in range(len(self.running)):
            if self.running[worker] is None and (job := self._next(worker)):
                self.running[worker] = job
                self._start(worker, job)

    def _next(self, worker: int) -> ScheduledJob | None:
        """Return what is needed first; of one session, what has its past with this worker."""
        stale = self._stopping
        busy = {job.key for number, job in enumerate(self.running) if job and number not in stale}
        waiting = [
            (job.stage, number, job.home not in (None, worker), job)
            for number, jobs in enumerate(self._wishes.values())
            for job in jobs
            if not (job.key in busy or self._known(job.key)) and self._may(worker, job)
        ]
        return min(waiting, key=lambda found: found[:3])[-1] if waiting else None

    def _may(self, worker: int, job: ScheduledJob) -> bool:
        """Tell whether a worker should take a job: its home is here, or is busy for long."""
        if job.home is None or job.home == worker:
            return True
        at_home = self.running[job.home]
        return at_home is not None and job.home not in self._stopping


class ResultCache(OrderedDict[str, Record]):
    """Records by key; the ones not used for longest go when there are too many bytes.

    Args:
        most_bytes: the limit for what no session wants; what is wanted stays in any case.
        wanted: returns the keys that some session wants.
    """

    def __init__(self, most_bytes: int, wanted: Callable[[], set[str]]) -> None:
        super().__init__()
        self.most_bytes, self._wanted = most_bytes, wanted

    def use(self, key: str) -> Record:
        """Return a record that is at hand."""
        self.move_to_end(key)
        return self[key]

    def put(self, key: str, record: Record) -> None:
        """Keep a record, and let old ones go that nobody wants."""
        self[key] = record
        wanted, held = self._wanted() | {key}, self.bytes()
        for old in [old for old in self if old not in wanted]:
            if held <= self.most_bytes:
                break
            held -= size(self.pop(old))

    def bytes(self) -> int:
        """Return how much is kept."""
        return sum(map(size, self.values()))


def size(record: Record) -> int:
    """Return the bytes of a record."""
    arrays: list[Any] = [*record.outcomes.values(), *record.events.values()]
    return int(record.parameter_values.nbytes) + sum(int(array.nbytes) for array in arrays)


#: How many tabs and downloads are served at once, and the bytes that they may ask for together.
MOST_SESSIONS, MOST_BYTES = 12, 1_500_000_000
_KEPT_BYTES = 400_000_000
#: So often a job may lose its worker before it counts as failed.
_LOSSES = 2
#: Seconds after which workers are looked at again, replaced ones among them.
_LOOK = 0.5


class Listener:
    """A tab or a download that waits for jobs: the bytes of the results, the keys of the jobs."""

    def __init__(self) -> None:
        self.needed, self.keys = 0, set[str]()
        self.lines: Sequence[str] = ()  # why there will be no result

    def news(self) -> None:
        """Hear that there is more of its jobs."""

    def failed(self, lines: Sequence[str]) -> None:
        """Hear that a job cannot be simulated."""
        self.lines = lines


class SessionManager:
    """Owns workers, results and sessions. All of it happens in the thread of the event loop.

    Args:
        folder: a folder of our own, for scenario files and downloads.
    """

    def __init__(self, offered: Sequence[str], workers: int, folder: Path) -> None:
        self.offered, self.workers, self.folder = list(offered), workers, folder
        self.drawing = ThreadPoolExecutor(1)
        self._sessions: list[Listener] = []
        self._jobs: dict[int, tuple[int, ScheduledJob]] = {}  # worker and job of a number
        self._numbers = count()
        self._failed: dict[str, Sequence[str]] = {}
        self._broken: Sequence[str] = ()
        self._team = Processes(workers, work, warm_up, _LOSSES, copies=False)
        self._scheduler = Scheduler(workers, self._start, self._team.stop, self._known)
        self.results = ResultCache(_KEPT_BYTES, self._scheduler.wanted)
        self.memory = SharedMemory(_KEPT_BYTES + 2 * MOST_BYTES)
        self._hearing = asyncio.get_running_loop().create_task(self._hear())

    def enter(self, session: Listener) -> None:
        """Let a session in.

        Raises:
            UserError: if there are too many.
        """
        if len(self._sessions) >= MOST_SESSIONS:
            raise UserError(f"{MOST_SESSIONS} tabs or downloads are open; close one to go on")
        self._sessions.append(session)

    def leave(self, session: Listener) -> None:
        """Let a session go, with what only it was waiting for."""
        if session in self._sessions:
            self._sessions.remove(session)
        self.withdraw(session)

    def withdraw(self, session: Listener) -> None:
        """Take back the wishes of a session."""
        session.needed, session.keys = 0, set()
        self._scheduler.want(session, [])

    def want(self, session: Listener, jobs: Sequence[ScheduledJob], needed: int) -> None:
        """Put the wishes of a session in the place of its earlier ones.

        Raises:
            UserError: if all results would take too much memory, or there is no worker.
        """
        refuse(self._broken)
        others = sum(other.needed for other in self._sessions if other is not session)
        if others + needed > MOST_BYTES:
            raise UserError(
                f"the results of all tabs would need {(others + needed) / 1e9:.1f} GB, and the "
                f"dashboard keeps {MOST_BYTES / 1e9:.1f} GB; ask for fewer runs or close a tab"
            )
        session.needed, session.keys = needed, {job.key for job in jobs}
        for key in session.keys & set(self._failed):
            del self._failed[key]
        self._scheduler.want(session, jobs)

    def has(self, jobs: Sequence[ScheduledJob]) -> bool:
        """Tell whether the results of all of some jobs are at hand."""
        return all(job.key in self.results for job in jobs)

    def close(self) -> None:
        """End the workers."""
        self._hearing.cancel()
        self._team.close()
        self.drawing.shutdown(wait=False, cancel_futures=True)

    def _known(self, key: str) -> bool:
        return key in self.results or key in self._failed

    def _start(self, worker: int, job: ScheduledJob) -> None:
        number = next(self._numbers)
        self._jobs[number] = worker, job
        self._team.give(worker, number, job.job)

    async def _hear(self) -> None:
        """Take what workers say; a thread waits for it, so that the loop need not."""
        try:
            while True:
                messages = await asyncio.to_thread(self._team.receive, _LOOK)
                for answer in self._team.take(messages):
                    self._take(answer)
        except Exception as error:  # no worker can be started, for one; no page must wait for ever
            self._broken = lines_of(error)
            for session in list(self._sessions):
                session.failed(self._broken)

    def _take(self, answer: Answer) -> None:
        number, kind, content = answer
        worker, job = self._jobs[number]
        del self._jobs[number]
        waiting = [session for session in self._sessions if job.key in session.keys]
        if kind == "done":
            self.results.put(job.key, job.whole(content))
        elif kind == "failed":
            self._failed[job.key] = lines_of(content)
            for session in waiting:
                session.failed(self._failed[job.key])
        self._scheduler.free(worker)
        for session in waiting:
            session.news()


def lines_of(error: Exception) -> Sequence[str]:
    """Return what the page says of an error; one that no user can mend is printed here."""
    if isinstance(error, UserError):
        return error.messages
    traceback.print_exception(error)
    return [f"internal error: {type(error).__name__}: {error}"]


@dataclass(frozen=True)
class Request:
    """A checked state with its plan; ``pairs``: the jobs of both scenarios, by chunk."""

    state: PageState
    plan: Plan
    pairs: tuple[tuple[ScheduledJob, ...], ...]

    @property
    def jobs(self) -> list[ScheduledJob]:
        """All jobs, the first chunk first."""
        return [job for pair in self.pairs for job in pair]

    def complete(self, hub: SessionManager) -> int:
        """Return how many chunks, from the first on, are there, in whole stages."""
        missing = [pair[0].stage for pair in self.pairs if not hub.has(pair)]
        begun = min(missing, default=len(self.pairs))
        return sum(pair[0].stage < begun for pair in self.pairs)

    def records(self, hub: SessionManager, chunks: int) -> list[Record]:
        """Return the records of so many chunks."""
        return [hub.results.use(job.key) for pair in self.pairs[:chunks] for job in pair]

    def dataset(self, records: Sequence[Record]) -> xr.Dataset:
        """Return the labelled results of the first records, and the command that makes them."""
        pairs = self.pairs[: len(records) // 2]
        found = figures.dataset_of(self.plan, pairs, records)
        return found.assign_attrs(command=command(self.state, outcomes=True))


def own_events(plan: Plan) -> list[list[str]]:
    """Return month and label of what the scenario schedules otherwise than the reference."""
    reference, own = plan.scenarios
    theirs = [event.deed for event in reference.events]
    new = [event for event in own.events if event.deed not in theirs and not event.holds]
    return [[event.month, event.label] for event in new]


def request_for(hub: SessionManager, state: PageState) -> Request:
    """Check a state and return what it asks for.

    Raises:
        UserError: all mistakes at once.
    """
    plan = plan_of(state, hub.folder)
    both = jobs_of(plan, state, hub.workers)
    placed = (jobs if hub.has(jobs) else hub.memory.placed(jobs, plan) for jobs in both)
    return Request(state, plan, tuple(zip(*placed, strict=True)))


#: First runs that come within so many seconds are not shown: to draw them would delay the rest.
_SOON = 0.2


class Stream:
    """Follows the simulation of a state: the first runs are told of at once, all in full.

    Attributes:
        number: of the move that asked for the state.
    """

    def __init__(self, number: int, request: Request, hub: SessionManager) -> None:
        self.number, self.request, self._hub = number, request, hub
        self._chunks, self._begun = 0, asyncio.get_running_loop().time()
        self._parts: list[str] = []  # of these chunks, not told yet
        self._dataset = xr.Dataset()

    async def next(self) -> dict[str, Any] | None:
        """Return the next message: a part of what is shown; None if nothing is new."""
        request, chunks = self.request, self.request.complete(self._hub)
        loop = asyncio.get_running_loop()
        drawn = partial(loop.run_in_executor, self._hub.drawing)
        if chunks > self._chunks:
            whole, late = chunks == len(request.pairs), loop.time() > self._begun + _SOON
            self._parts = list(figures.PARTS if whole else figures.PARTS[:late])
            self._chunks = chunks
            if self._parts:
                self._dataset = await drawn(request.dataset, request.records(self._hub, chunks))
        if not self._parts:
            return None
        part = self._parts.pop(0)
        found = await drawn(figures.part_of_view, part, self._dataset, request.state)
        whole = self._chunks == len(request.pairs) and part == figures.PARTS[-1]
        runs = request.pairs[self._chunks - 1][0].job.stop
        return {"kind": "view", "part": part, "runs": runs, "complete": whole, **found}


#: Seconds between the beginnings of the work of two moves.
_SETTLE = 0.03


class Session(Listener):
    """Answers the states that a page sends; only the latest counts."""

    def __init__(self, hub: SessionManager, send: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self.hub, self._send = hub, send
        self._latest: tuple[int, str] | None = None
        self._number, self._begun = 0, -_SETTLE
        self._stream: Stream | None = None
        self._drawing = False
        self._open = True

    def move(self, number: int, query: str) -> None:
        """Take a new state; what came before it and was not begun is forgotten."""
        waiting, loop = self._latest is not None, asyncio.get_running_loop()
        self._latest = (number, query)
        if not waiting:
            loop.call_later(max(0.0, self._begun + _SETTLE - loop.time()), self._begin)

    def close(self) -> None:
        """Forget everything: the page is gone."""
        self._open, self._stream = False, None
        self.hub.leave(self)

    def news(self) -> None:
        """Draw what has come, unless a drawing is under way, which looks again when it is done."""
        if self._stream and not self._drawing:
            self._drawing = True
            asyncio.get_running_loop().create_task(self._draw())

    def failed(self, lines: Sequence[str]) -> None:
        """Tell the page that there is no result."""
        self._stream = None
        self._say("errors", messages=list(lines))

    def _begin(self) -> None:
        if self._latest is None or not self._open:
            return
        (self._number, query), self._latest = self._latest, None
        self._begun = asyncio.get_running_loop().time()
        try:
            state = read_state(query, self.hub.offered)
            request = request_for(self.hub, state)
            self.hub.want(self, request.jobs, request.plan.bytes_needed())
        except UserError as error:
            self.hub.withdraw(self)
            self.failed(error.messages)
            return
        self._stream = Stream(self._number, request, self.hub)
        self._say(
            "asked",
            query=state.query(),
            scenario=scenario_text(state),
            command=command(state),
            names=[scenario.label or scenario.title for scenario in request.plan.scenarios],
            events=own_events(request.plan),
            **{name: getattr(request.plan, name) for name in ("start", "end", "runs")},
        )
        self.news()

    async def _draw(self) -> None:
        """Draw until the page has all that is there."""
        try:
            while self._open and (stream := self._stream):
                message = await stream.next()
                if message and stream is self._stream:
                    self._send({"number": stream.number, **message})
                elif stream is self._stream:
                    return
        except Exception as error:  # the page must not wait for ever
            self.failed(lines_of(error))
        finally:
            self._drawing = False

    def _say(self, kind: str, **more: Any) -> None:
        if self._open:
            self._send({"number": self._number, "kind": kind, **more})
