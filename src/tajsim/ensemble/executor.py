"""Chunks simulated in several processes.

A worker writes its record to an uncompressed file and the parent joins the files: sending full
histories between processes would cost more than the second process brings.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.ensemble.plan import Job
from tajsim.errors import UserError
from tajsim.files import telling
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import Snapshot, packed, put_back, take, unpacked


@dataclass(frozen=True)
class Record:
    """What a chunk leaves: outcomes ``(own dims..., month, run)``, parameters ``(name, run)``.

    ``events`` are the columns of its chronicle, ``(event,)``, with runs counted from its first;
    ``state`` is that after the last month, if it was asked for.
    """

    outcomes: dict[str, NDArray[np.float32]]
    parameter_names: list[str]
    parameter_values: NDArray[np.float64]
    events: dict[str, NDArray[Any]] = field(default_factory=dict)
    state: Snapshot | None = None


def simulate(job: Job, month_done: Callable[[], None]) -> Record:
    """Simulate the runs of a job; ``month_done`` is called after every month.

    An exception that ``month_done`` raises ends the simulation.
    """
    keep_freed_memory()
    model = build(job)
    model.run_to_end(progress=lambda _month: month_done())
    return record_of(model, job)


def build(job: Job) -> TajikistanModel:
    """Return the model of a job, at its start or at the state from which it goes on."""
    model = TajikistanModel(
        runs=job.numbers or range(job.first, job.stop),
        seed=job.seed,
        start=job.scenario.start,
        end=job.end,
        settings={**job.scenario.settings, **job.settings},
        events=[event for event in job.scenario.events if event.month <= job.end],
        parameters=job.parameters,
        outcomes=job.outcomes,
        redraw=job.redraw,
    )
    if job.resume:
        put_back(model, job.resume)
        for name, value in job.changed.items():
            model.values.set(name, value)
    return model


def record_of(model: TajikistanModel, job: Job) -> Record:
    """Return what the model of a job leaves."""
    names, values = model.parameter_values
    outcomes = {name: model.record[name] for name in job.outcomes}
    state = take(model) if job.keep_state else None
    return Record(outcomes, list(names), values, model.chronicle.columns(), state)


def keep_freed_memory() -> None:
    """Let the C library keep the memory of large arrays that are let go.

    glibc gives arrays of some hundred KB back to the system at once and asks for them again a
    moment later; having freed one large array it stops doing so. A tenth of the time at 1,000
    runs; the numbers do not depend on it.
    """
    np.empty(31 << 20, np.uint8)


def collect() -> None:
    """Free models that are no longer needed now: a model and its agents refer to each other."""
    gc.collect()


class StopRequestedError(Exception):
    """The parent asked the workers to stop."""


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Start processes that ignore an interrupt from their first instruction (they inherit it)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


_PARAMETERS = "parameter_values"
_NAMES = "parameter_names"
_OUTCOME = "outcome:"
_EVENT = "event:"
_STATE = "at_end:"

#: In a worker: the count of run-months done by all workers, and the request to stop.
_shared: dict[str, Any] = {}


def _start_worker(done: Any, stop: Any) -> None:
    """Prepare a worker. The parent alone answers an interrupt, and tells the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _shared.update(done=done, stop=stop)


def _simulate_to_file(job: Job, path: str) -> None:
    """Simulate a job in a worker and write its record."""

    def month_done() -> None:
        if _shared["stop"].is_set():
            raise StopRequestedError
        with _shared["done"].get_lock():
            _shared["done"].value += job.stop - job.first

    record = simulate(job, month_done)
    arrays: dict[str, Any] = {_OUTCOME + name: array for name, array in record.outcomes.items()}
    arrays.update({_EVENT + name: column for name, column in record.events.items()})
    if record.state:
        arrays.update({_STATE + name: array for name, array in packed(record.state).items()})
    arrays[_PARAMETERS] = record.parameter_values
    arrays[_NAMES] = np.array(record.parameter_names)
    np.savez(path, **arrays)
    del record, arrays
    collect()


def _read(path: Path) -> Record:
    """Read the record of a worker and remove its file."""
    with np.load(path) as arrays:
        outcomes, events, state = (
            {key.removeprefix(part): arrays[key] for key in arrays.files if key.startswith(part)}
            for part in (_OUTCOME, _EVENT, _STATE)
        )
        names = [str(name) for name in arrays[_NAMES]]
        kept = unpacked(state) if state else None
        record = Record(outcomes, names, arrays[_PARAMETERS], events, kept)
    path.unlink()
    return record


def simulate_in_processes(
    jobs: list[Job], workers: int, run_months: Callable[[int], None]
) -> Generator[tuple[Job, Record], None, None]:
    """Yield every job with its record, in the order in which they are finished.

    Args:
        jobs: the chunks.
        workers: how many processes.
        run_months: told from time to time how many run-months are done in all.

    Raises:
        UserError: if a worker was killed from outside.
    """
    context = multiprocessing.get_context("spawn")
    done, stop = context.Value("q", 0), context.Event()
    with (
        telling(f"temporary files in {tempfile.gettempdir()}"),
        tempfile.TemporaryDirectory(prefix="tajsim-") as folder,
        ProcessPoolExecutor(workers, context, _start_worker, (done, stop)) as pool,
    ):
        try:
            files: dict[Future[None], tuple[Job, Path]] = {}
            with interrupts_ignored():
                for number, job in enumerate(jobs):
                    path = Path(folder, f"chunk-{number}.npz")
                    files[pool.submit(_simulate_to_file, job, str(path))] = (job, path)
            while files:
                finished, _ = wait(files, timeout=0.2, return_when=FIRST_COMPLETED)
                run_months(done.value)
                for future in finished:
                    future.result()
                    job, path = files.pop(future)
                    yield job, _read(path)
        except BrokenProcessPool:
            raise UserError(
                "a worker process was killed, perhaps for want of memory; nothing was saved; "
                "try again with fewer workers or runs (a script that asks for workers must do so "
                "under: if __name__ == '__main__':)"
            ) from None
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
