"""A job: runs that are simulated together in one model, whoever asks for them and wherever."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import tajsim.compiled.engine as engines
from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.toml import month_number
from tajsim.inputs.values import Setting

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel
    from tajsim.model.snapshot import Snapshot

#: Told after each month how many are simulated, or None.
MonthDone = Callable[[Any], None]


def unheard(_told: Any = None) -> None:
    """Do nothing."""


class FatalError(UserError):
    """What ends the whole work, and is not the failure of one job."""


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


def record_of(model: TajikistanModel) -> Record:
    """Return what a finished model has recorded."""
    names, values = model.parameter_values
    return Record(dict(model.record), list(names), values, model.chronicle.columns())


def record_and_state(model: TajikistanModel) -> Record:
    """Return what a finished model has recorded, with its state."""
    from tajsim.model.snapshot import take

    return replace(record_of(model), state=take(model))


@dataclass(frozen=True)
class Job:
    """Runs of one scenario in one model; most attributes are arguments of `TajikistanModel`.

    Attributes:
        scenario: its name.
        runs: the number of each run, which fixes its draws; a number may stand there twice.
        settings: full parameter name -> a number for all runs, or ``(run,)``.
        position, first: where the runs stand in the results: which scenario, from which column.
        points: of what point of a sweep each run is.
        resume: the state to go on from, with the ``changed`` parameters in force from then on.
        keep: makes what is kept out of the finished model; a function that can be imported.
        model: the version of the model that is to simulate it; any, if empty.
        without: what is taken out of the model.
        stops: after how many months the state may be of use to other jobs.
        engine: what simulates it, compiled or numpy; the numbers of a run are the same but for
            the last digits of single precision.
    """

    scenario: str
    runs: tuple[int, ...]
    seed: int
    start: str
    end: str
    parameters: str
    outcomes: tuple[str, ...]
    settings: Mapping[str, Setting] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    redraw: tuple[str, ...] = ()
    position: int = 0
    first: int = 0
    points: tuple[str, ...] = ()
    resume: Snapshot | None = None
    changed: Mapping[str, float] = field(default_factory=dict)
    keep: Callable[[TajikistanModel], Any] = record_of
    model: str = ""
    without: tuple[str, ...] = ()
    stops: tuple[int, ...] = ()
    engine: str = field(default_factory=engines.chosen)

    @property
    def stop(self) -> int:
        """The column of the results after the last one of this job."""
        return self.first + len(self.runs)

    @property
    def months(self) -> int:
        """How many months are simulated."""
        done = self.resume.months if self.resume else 0
        return month_number(self.end) - month_number(self.start) + 1 - done


class WrongModelError(FatalError):
    """Whoever is to simulate has another version of the model than whoever asks."""


def build(job: Job, settled: bool = True) -> TajikistanModel:
    """Return the model of a job, at its start or at the state from which it goes on.

    Without ``settled`` the months before the start are left out where it is at its start.

    Raises:
        WrongModelError: if the model is not the one that the job was made for.
    """
    # Imported here because it brings Mesa: mistakes of the user are told without that wait.
    from tajsim.model.model import TajikistanModel
    from tajsim.model.snapshot import put_back

    if job.model not in ("", here := model_version()):
        raise WrongModelError(f"this work is of model {job.model}, here is {here}")
    keep_freed_memory()
    model = TajikistanModel(
        runs=job.runs,
        seed=job.seed,
        start=job.start,
        end=job.end,
        settings=dict(job.settings),
        events=job.events,
        parameters=job.parameters,
        outcomes=job.outcomes,
        redraw=job.redraw,
        settled=False,
        without=job.without,
    )
    if settled and not job.resume:
        engines.settle(model, engines.program_for(model, job.engine))
    if job.resume:
        put_back(model, job.resume)
        for name, value in job.changed.items():
            model.values.set(name, value)
    return model


def keep_freed_memory() -> None:
    """Let the C library keep the memory of large arrays that are let go.

    glibc gives arrays of some hundred KB back to the system at once and asks for them again a
    moment later; having freed one large array it stops doing so. A tenth of the time at 1,000
    runs; the numbers do not depend on it.
    """
    np.empty(31 << 20, np.uint8)


def simulate(job: Job, month_done: MonthDone = unheard) -> Any:
    """Simulate a job and return what it keeps.

    ``month_done`` is told the months simulated after each; what it raises ends the simulation.
    """
    model = build(job)
    begun = model.months_run
    try:
        program = engines.program_for(model, job.engine)
        engines.advance(
            model, program, model.month_count, lambda months: month_done(months - begun)
        )
        return job.keep(model)
    finally:
        del model
        gc.collect()  # a model and its agents refer to each other
