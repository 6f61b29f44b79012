"""One chunk of runs: build a model, simulate it, take its record, let it go."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.ensemble.plan import Job
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import Snapshot, put_back, take


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
