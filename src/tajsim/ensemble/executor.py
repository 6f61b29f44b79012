"""Who simulates jobs: this process, worker processes, or the workers of a cluster.

Runs, sweeps, calibrations and the dashboard hand their jobs to an `Executor` by number and take
the answers. Workers ignore interrupts, which the parent alone answers, and end with the parent
however that goes; one that is lost is replaced.
"""

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

import tajsim.compiled.engine as engines
from tajsim.ensemble.job import FatalError, Job, MonthDone, unheard
from tajsim.errors import UserError, library

#: Seconds to wait for an answer before progress is told again.
PATIENCE = 0.2
#: Simulates a job. Workers import it by name.
Work = Callable[[Job, MonthDone], Any]


def killed(times: int) -> UserError:
    """Return the error of a job that has lost its worker process so often."""
    often = f" {times} times" if times > 1 else ""
    return UserError(
        f"a worker process was killed{often}, perhaps for want of memory; try again with fewer "
        "runs or workers"
    )


class Answer(NamedTuple):
    """What is heard of a job.

    ``kind`` is ``done`` with what the job keeps, ``failed`` with the error, ``stopped``, or
    ``told`` with the months simulated so far, which `Processes` keeps to itself.
    """

    number: int
    kind: str
    content: Any = None


class Executor:
    """Takes jobs by number and gives their answers, in any order.

    ``hands`` are the jobs that are simulated at the same time.
    """

    hands: int = 1

    def wants(self) -> bool:
        """Tell whether another job would be begun soon."""
        raise NotImplementedError

    def submit(self, number: int, job: Job) -> None:
        """Take a job."""
        raise NotImplementedError

    def answers(self, patience: float, month_done: Callable[[], None]) -> list[Answer]:
        """Return what is new, after so many seconds at most if nothing is.

        ``month_done`` is called after each month that is simulated in this process; an exception
        that it raises ends the work.

        Raises:
            UserError: if the work cannot go on.
        """
        raise NotImplementedError

    def under_way(self) -> int:
        """Return how many run-months are known to be simulated in jobs that are not finished."""
        return 0

    def close(self) -> None:
        """Stop at once; what is not finished is lost."""


@contextmanager
def executor(
    work: Work, workers: int = 1, cluster: str | None = None, losses: int = 1
) -> Iterator[Executor]:
    """Give those who simulate, and let them go at the end, however it comes.

    Args:
        workers: processes on this machine.
        cluster: the address of a Dask scheduler, in place of processes.
        losses: how often a job may lose its worker before it counts as failed.

    Raises:
        UserError: if the cluster does not answer.
    """
    found: Executor = _InProcess(work)
    if cluster is not None:
        found = _Cluster(cluster, work)
    elif workers > 1:
        engines.compile_once()  # here, and not in every worker
        found = Processes(workers, work, losses=losses)
    try:
        yield found
    finally:
        found.close()


def finished(
    team: Executor, jobs: Sequence[Job], progress: Callable[[int], None]
) -> Iterator[tuple[int, Any]]:
    """Yield the place of each job and what it keeps, in the order in which they are finished.

    ``progress`` is told how many run-months are done. The error of a job is raised.
    """
    waiting, left, done, told = deque(range(len(jobs))), len(jobs), 0, 0

    def tell() -> None:
        nonlocal told
        now = done + team.under_way()
        if now > told:
            told = now
            progress(now)

    while left:
        while waiting and team.wants():
            place = waiting.popleft()
            team.submit(place, jobs[place])
        for place, kind, content in team.answers(PATIENCE, tell):
            if kind == "failed":
                raise content
            left -= 1
            done += jobs[place].months * len(jobs[place].runs)
            yield place, content
        tell()


class _InProcess(Executor):
    """Simulates in this process, one job at a time."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._waiting: deque[tuple[int, Job]] = deque()
        self._under_way = 0

    def wants(self) -> bool:
        return not self._waiting

    def submit(self, number: int, job: Job) -> None:
        self._waiting.append((number, job))

    def answers(self, patience: float, month_done: Callable[[], None]) -> list[Answer]:
        if not self._waiting:
            return []
        number, job = self._waiting.popleft()
        ended = False
        # What is in memory is spared the garbage collection after a job: as long as one run takes.
        if ours := not gc.get_freeze_count():  # not by whoever calls, nor already
            gc.freeze()

        def hear(months: int) -> None:
            nonlocal ended
            self._under_way, ended = months * len(job.runs), True
            month_done()
            ended = False

        try:
            return [Answer(number, "done", self._work(job, hear))]
        except Exception as error:
            if ended or isinstance(error, FatalError):  # not the failure of the job
                raise
            return [Answer(number, "failed", error)]
        finally:
            self._under_way = 0
            if ours:
                gc.unfreeze()

    def under_way(self) -> int:
        return self._under_way


def cause_of(error: BaseException) -> str:
    """Return one line that says what went wrong."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


#: So many workers in a row may die before they are ready.
_STILLBORN = 3
#: So many seconds between two messages of a worker about one job.
_PAUSE = 0.2


class _StopError(Exception):
    """The job is no longer wanted."""


def _serve(pipe: Connection, work: Work, prepare: Callable[[], None]) -> None:
    """Work in a process of its own until the parent is gone.

    Takes ``("job", number, job)`` and ``("stop", number, None)``; sends an `Answer` of the kind
    ``ready`` once, then those of each job. ``fatal`` is an error that ends all.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent alone answers Ctrl-C
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    prepare()
    gc.freeze()
    with suppress(EOFError, OSError):
        pipe.send(Answer(0, "ready"))
        while True:
            kind, number, job = pipe.recv()
            if kind == "job":
                pipe.send(_answer(pipe, number, job, work))


def _alone() -> bool:
    """Tell whether a copy of this process is safe: no other thread may hold a lock."""
    return sys.platform == "linux" and threading.active_count() == 1


def _begin(process: BaseProcess) -> None:
    """Start a process that ignores an interrupt from its first instruction: it inherits that."""
    main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN) if main else None
    try:
        process.start()
    finally:
        if main:
            signal.signal(signal.SIGINT, handler)


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Do work beside a block in a copy of this process, or before it where none is safe.

    Its error is raised after the block; if the block is left by an error it ends at once.
    """
    if not _alone():
        work()
        yield
        return
    context: Any = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(theirs, work), daemon=True)
    _begin(process)
    theirs.close()
    error: Exception | None = killed(1)
    try:
        yield
        with suppress(EOFError):
            error = ours.recv()
    finally:
        process.kill()
        process.join()
    if error is not None:
        raise error


def _tell(pipe: Connection, work: Callable[[], object]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        work()
        pipe.send(None)
    except Exception as error:
        pipe.send(_sent(error))


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        wait([parent.sentinel])
        os._exit(1)


def _answer(pipe: Connection, number: int, job: Job, work: Work) -> Answer:
    sent = 0.0

    def month_done(months: int | None) -> None:
        nonlocal sent
        while pipe.poll():
            if pipe.recv()[:2] == ("stop", number):
                raise _StopError
        if months is not None and monotonic() - sent > _PAUSE:
            sent = monotonic()
            pipe.send(Answer(number, "told", months))

    try:
        return Answer(number, "done", work(job, month_done))
    except _StopError:
        return Answer(number, "stopped")
    except Exception as error:
        return Answer(number, "fatal" if isinstance(error, FatalError) else "failed", _sent(error))


def _sent(error: Exception) -> Exception:
    """Return an error as it can be sent, with where it was raised as a note."""
    where = "".join(traceback.format_exception(error))
    try:
        found = pickle.loads(pickle.dumps(error))
    except Exception:  # of a class that cannot be made again
        found = RuntimeError(cause_of(error))
    found.add_note(f"In a worker process:\n{where}")
    return found  # type: ignore[no-any-return]


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    ready: bool = False
    number: int | None = None  # of its job
    months: int = 0  # simulated of it
    stopping: bool = False


class Processes(Executor):
    """Worker processes.

    Jobs are begun in the order in which they are submitted, or given to a worker by whoever
    chooses the order. A job that loses its worker is begun again in the process that replaces it.

    Args:
        prepare: called in each process before its first job.
        losses: how often a job may lose its worker before it counts as failed.
        copies: whether workers may be copies of this process, with all that it has open.
    """

    def __init__(
        self,
        workers: int,
        work: Work,
        prepare: Callable[[], None] = unheard,
        losses: int = 1,
        copies: bool = True,
    ) -> None:
        self._work, self._prepare, self._losses, self._copies = work, prepare, losses, copies
        self._jobs: dict[int, Job] = {}
        self._waiting: deque[int] = deque()
        self._lost: Counter[int] = Counter()
        self._stillborn = 0
        self._workers = [self._start() for _ in range(workers)]
        self.hands = workers

    def wants(self) -> bool:
        """Keep every worker busy and one job at hand."""
        return len(self._jobs) <= self.hands

    def submit(self, number: int, job: Job) -> None:
        """Take a job."""
        self._jobs[number] = job
        self._waiting.append(number)
        self._fill()

    def give(self, place: int, number: int, job: Job) -> None:
        """Give a job to the worker of a place, which has none."""
        self._jobs[number] = job
        self._begin(self._workers[place], number)

    def stop(self, place: int) -> None:
        """Ask a worker to leave its job; the answer comes when the month is over."""
        worker = self._workers[place]
        if worker.number is not None:
            worker.stopping = True
            self._send(worker, ("stop", worker.number, None))

    def receive(self, patience: float) -> list[tuple[_Worker, Answer | None]]:
        """Return the messages of workers, None of one that is gone; `take` must be told them.

        This may run in another thread than the rest.
        """
        by_pipe = {worker.pipe: worker for worker in self._workers}
        found: list[tuple[_Worker, Answer | None]] = []
        for ready in wait(list(by_pipe), patience):
            worker = by_pipe[ready]  # type: ignore[index]
            try:
                found.append((worker, worker.pipe.recv()))
            except (EOFError, OSError):
                found.append((worker, None))
        return found

    def take(self, messages: Sequence[tuple[_Worker, Answer | None]]) -> list[Answer]:
        """Return the answers among messages, replace who is gone, and begin what is waiting."""
        found: list[Answer] = []
        for worker, message in messages:
            if message is None:
                found += self._replace(worker)
            elif message.kind == "fatal":
                raise message.content
            elif message.kind == "ready":
                worker.ready = True
                if worker.number is not None and worker.stopping:
                    found.append(self._over(worker, Answer(worker.number, "stopped")))
                elif worker.number is not None:
                    self._begin(worker, worker.number)
            elif message.number == worker.number and message.kind == "told":
                worker.months = message.content
            elif message.number == worker.number:
                found.append(self._over(worker, message))
        self._fill()
        return found

    def answers(self, patience: float, month_done: Callable[[], None] = unheard) -> list[Answer]:
        """Return what is new."""
        return self.take(self.receive(patience))

    def under_way(self) -> int:
        """Return the run-months told of so far of unfinished jobs."""
        busy = ((w.months, w.number) for w in self._workers if w.number is not None)
        return sum(months * len(self._jobs[number].runs) for months, number in busy)

    def close(self) -> None:
        """End the workers at once; a file that one is writing is whole or not there."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()

    def _start(self) -> _Worker:
        context: Any = multiprocessing.get_context("fork" if self._copies and _alone() else "spawn")
        ours, theirs = context.Pipe()
        given = theirs, self._work, self._prepare
        process = context.Process(target=_serve, args=given, daemon=True)
        _begin(process)
        theirs.close()
        return _Worker(process, ours)

    def _fill(self) -> None:
        for worker in self._workers:
            if worker.ready and worker.number is None and self._waiting:
                self._begin(worker, self._waiting.popleft())

    def _begin(self, worker: _Worker, number: int) -> None:
        worker.number, worker.months = number, 0
        self._send(worker, ("job", number, self._jobs[number]))

    def _send(self, worker: _Worker, message: tuple[str, int, Job | None]) -> None:
        if worker.ready:  # a job is sent to one that is not as soon as it is
            with suppress(OSError):  # it is dead, which `receive` will find
                worker.pipe.send(message)

    def _over(self, worker: _Worker, answer: Answer) -> Answer:
        """Let a worker be free again."""
        del self._jobs[answer.number]
        worker.number, worker.months, worker.stopping = None, 0, False
        return answer

    def _replace(self, worker: _Worker) -> list[Answer]:
        """Replace a worker that is gone; its job is begun again, or has failed."""
        worker.pipe.close()
        worker.process.join()
        self._stillborn = 0 if worker.ready else self._stillborn + 1
        if self._stillborn >= _STILLBORN:
            raise UserError(
                "a worker process was killed as it started, time and again; a script that asks for "
                "workers must do so under: if __name__ == '__main__':"
            )
        fresh = self._workers[self._workers.index(worker)] = self._start()
        number = worker.number
        if number is None:
            return []
        self._lost[number] += worker.ready
        if worker.stopping:
            return [self._over(worker, Answer(number, "stopped"))]
        if self._lost[number] >= self._losses:
            return [self._over(worker, Answer(number, "failed", killed(self._losses)))]
        fresh.number = number
        return []


#: Jobs sent for each thread of the cluster, so that no worker waits for the next one.
_AHEAD = 2
_CONNECT = "10s"


def _far(work: Work, job: Job) -> tuple[str, Any]:
    """Simulate a job on a worker; what fails there comes back as an answer, not as an error."""
    try:
        return "done", work(job, unheard)
    except FatalError:
        raise
    except Exception as error:
        return "failed", _sent(error)


class _Cluster(Executor):
    """The workers of a Dask scheduler at an address such as ``tcp://127.0.0.1:8786``."""

    def __init__(self, address: str, work: Work) -> None:
        if Path(address).suffix == ".json":
            raise UserError(f"--cluster {address}: expected an address such as tcp://host:8786")
        distributed = library("distributed", "cluster")
        try:
            self._client: Any = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            said = f"no Dask scheduler answers ({cause_of(error)})"
            raise UserError(f"--cluster {address}: {said}") from None
        self._address, self._work = address, work
        self._killed = distributed.scheduler.KilledWorker
        self._lost = distributed.client.FutureCancelledError
        self._futures: dict[int, Any] = {}
        self._looked = -inf
        self.wants()  # which counts the threads

    def wants(self) -> bool:
        if monotonic() - self._looked > 2.0:  # workers may come and go
            try:
                self.hands = max(1, sum(self._client.nthreads().values()))
            except (OSError, TimeoutError):
                raise self._scheduler_gone() from None
            self._looked = monotonic()
        return len(self._futures) < _AHEAD * self.hands

    def submit(self, number: int, job: Job) -> None:
        self._futures[number] = self._client.submit(_far, self._work, job, pure=False, retries=2)

    def answers(self, patience: float, month_done: Callable[[], None]) -> list[Answer]:
        until = monotonic() + patience
        while not (ready := [number for number, f in self._futures.items() if f.done()]):
            if monotonic() > until:
                break
            sleep(0.01)
        return [Answer(number, *self._result(self._futures.pop(number))) for number in ready]

    def _result(self, future: Any) -> tuple[str, Any]:
        try:
            found: tuple[str, Any] = future.result()
        except self._killed:
            return "failed", killed(3)  # once, and by both retries
        except FatalError as error:
            raise UserError(f"--cluster {self._address}: {error}") from None
        except self._lost:
            raise self._scheduler_gone() from None
        finally:
            future.release()
        return found

    def _scheduler_gone(self) -> UserError:
        return UserError(
            f"--cluster {self._address}: the scheduler is gone; what is finished is kept, the same "
            "command goes on"
        )

    def close(self) -> None:
        """Take back what is not finished and leave the cluster."""
        for future in self._futures.values():
            future.cancel()
        self._client.close()
