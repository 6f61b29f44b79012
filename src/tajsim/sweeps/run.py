"""``sweep``: simulate the points of an experiment and keep what is finished, whatever happens."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import tajsim.sweeps.design as design
import tajsim.sweeps.store as store
from tajsim.ensemble.executor import PATIENCE, Executor, Work, cause_of, executor
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.job import FatalError, Job, MonthDone, simulate
from tajsim.ensemble.plan import count_errors
from tajsim.errors import UserError
from tajsim.files import reason
from tajsim.inputs.experiment import load_experiment
from tajsim.inputs.experiment_file import Experiment
from tajsim.inputs.toml import month_number
from tajsim.sweeps.read import LEAST_RUNS, Spread


@dataclass(frozen=True)
class Progress:
    """Points and runs settled (finished or failed) and wanted; speed; seconds left.

    ``rate`` are runs per second since this sweep was started, 0 while nothing is known; ``left``
    is None then.
    """

    points_done: int
    points: int
    runs_done: float
    runs: int
    rate: float
    left: float | None

    def __str__(self) -> str:
        """Return one line: ``12/40 points, 1,200/2,000 runs, 251 runs/s, 0:03 left``."""
        parts = [f"{self.points_done:,}/{self.points:,} points"]
        parts.append(f"{self.runs_done:,.0f}/{self.runs:,} runs")
        if self.left is not None:
            parts += [f"{self.rate:,.3g} runs/s", f"{_clock(self.left)} left"]
        return ", ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class SweepState:
    """Runs of every point: finished or failed, both ``(point, run)``, and their ``spread``."""

    def __init__(self, points: design.Points, columns: Sequence[str], runs: int) -> None:
        self.number = {point.id: i for i, point in enumerate(points.points)}
        self.columns = list(columns)
        shape = (len(points.points), runs)
        self.done = np.zeros(shape, dtype=bool)
        self.failed = np.zeros(shape, dtype=bool)
        self.spread = Spread(shape[0], len(columns))

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Runs that need no work, ``(point, run)``."""
        return self.done | self.failed

    def add(
        self, points: NDArray[np.int64], runs: NDArray[np.int64], numbers: NDArray[np.float64]
    ) -> int:
        """Take note of finished runs; return how many of them are new."""
        wanted = runs < self.done.shape[1]
        points, runs, numbers = points[wanted], runs[wanted], numbers[wanted]
        new = ~self.done[points, runs]
        self.done[points[new], runs[new]] = True
        self.spread.add(points[new], numbers[new])
        return int(new.sum())

    def fail(self, points: NDArray[np.int64], runs: NDArray[np.int64]) -> None:
        """Take note of failed runs."""
        wanted = runs < self.failed.shape[1]
        self.failed[points[wanted], runs[wanted]] = True

    def read(
        self, disk: store.Disk, place: Path, fingerprints: Mapping[str, str], retry: bool
    ) -> list[str]:
        """Take note of what the shards hold, and return a line for each that is set aside.

        Those are damaged or of another sweep than ``fingerprints``, by scenario, say; they are
        moved, never deleted. With ``retry`` failures are forgotten.
        """
        said = []
        for name, shard in store.shards(disk, place, fingerprints):
            if isinstance(shard, store.UnfitError):
                said.append(f"{store.FOLDER}/{name}: {shard}")
                _put_aside(disk, place, name)
                continue
            failed = shard[0]["kind"] == store.FAILED
            if retry and failed:
                disk.remove(place / store.FOLDER / name)
            else:
                self._take(shard[1], failed)
        return said

    def _take(self, table: pd.DataFrame, failed: bool) -> None:
        place = table["point"].map(self.number)
        table = table[place.notna()]  # points that this design no longer has stay where they are
        points = np.asarray(place[place.notna()], dtype=np.int64)
        runs = np.asarray(table["run"], dtype=np.int64)
        if failed:
            self.fail(points, runs)
        else:
            self.add(points, runs, table[self.columns].to_numpy(dtype=float))


def _put_aside(disk: store.Disk, place: Path, name: str) -> None:
    """Move a shard, and its series, to where they are not read."""
    disk.make_folder(place / store.ASIDE)
    for path in (store.series_path(place / store.FOLDER / name), place / store.FOLDER / name):
        with suppress(FileNotFoundError):
            disk.rename(path, place / store.ASIDE / path.name)


Tell = Callable[[Progress], None]
#: So often a job may lose its worker before it counts as failed.
_LOSSES = 3


@dataclass
class Engine:
    """Works off batches with an executor.

    Attributes:
        experiment, points: what is simulated.
        disk, shards: where it is stored.
        model, fingerprints: of the jobs, by scenario.
        tell_progress: told how far the sweep is; an exception that it raises ends the sweep.
    """

    experiment: Experiment
    points: design.Points
    state: SweepState
    disk: store.Disk
    shards: Path
    model: str
    fingerprints: dict[str, str]
    tell_progress: Tell
    computed: int = 0
    _under_way: dict[int, tuple[design.Batch, Job]] = field(default_factory=dict)
    _next: int = 0
    _failing: set[int] = field(default_factory=set)
    _begun: float = field(default_factory=monotonic)

    def work_off(self, batches: Iterable[design.Batch], team: Executor) -> None:
        """Simulate and store every batch.

        Raises:
            OSError: if the results cannot be stored.
        """
        queue = deque(batches)
        while queue or self._under_way:
            while queue and team.wants():
                self._submit(queue.popleft(), team)
            for number, kind, content in team.answers(PATIENCE, lambda: self.tell(team)):
                batch, job = self._under_way.pop(number)
                if kind == "done":
                    self._done(batch, job, content, queue)
                else:
                    self._failed(batch, cause_of(content), queue)
            self.tell(team)

    def _submit(self, batch: design.Batch, team: Executor) -> None:
        if self._failing and batch.rest is None:
            batch = batch.part(~np.isin(batch.points, list(self._failing)), batch.halves)
        if len(batch):
            job = self._job(batch)
            self._under_way[self._next] = (batch, job)
            team.submit(self._next, job)
            self._next += 1

    def _job(self, batch: design.Batch) -> Job:
        chosen = [self.points.points[i] for i in batch.points]
        fingerprint = self.fingerprints[chosen[0].scenario]
        return store.make_job(self.experiment, chosen, batch.runs, self.model, fingerprint)

    def _done(
        self,
        batch: design.Batch,
        job: Job,
        left: store.Finished | store.Numbers,
        queue: deque[design.Batch],
    ) -> None:
        if isinstance(left, store.Finished):
            store.write_shard(self.disk, self.shards, job, left)
            left = left.numbers
        self.computed += self.state.add(batch.points, batch.runs, left)
        if batch.rest is not None:  # the point as such is sound: search the run that fails
            queue.extendleft(reversed(design.by_halves(batch.rest)))

    def _failed(self, batch: design.Batch, cause: str, queue: deque[design.Batch]) -> None:
        instead = design.after_failure(batch)
        if instead:
            queue.extendleft(reversed(instead))
            return
        point = int(batch.points[0])
        before = int(self.state.failed[point].sum())
        if not self.state.done[point].any() and (batch.rest is not None or before > 0):
            # Two failed and none did not: the point fails, and none of its runs is tried again.
            self._failing.add(point)
            runs = np.flatnonzero(~self.state.settled[point])
            batch = design.Batch(np.full(len(runs), point), runs)
        elif batch.rest is not None:
            queue.extendleft(reversed(design.by_halves(batch.rest)))
        store.write_shard(self.disk, self.shards, self._job(batch), cause)
        self.state.fail(batch.points, batch.runs)

    def tell(self, team: Executor) -> None:
        """Say how far the sweep is."""
        settled = self.state.settled
        first, last = self.experiment.start, self.experiment.end
        part = team.under_way() / (month_number(last) - month_number(first) + 1)
        seconds = monotonic() - self._begun
        rate = (self.computed + part) / seconds if seconds > 0 else 0.0
        done = float(settled.sum()) + part
        left = (settled.size - done) / rate if rate > 0 else None
        whole = int(settled.all(axis=1).sum())
        self.tell_progress(Progress(whole, len(settled), done, settled.size, rate, left))


@dataclass(frozen=True)
class Report:
    """What a sweep did.

    ``runs`` are wanted in all, ``kept`` of them were there, ``computed`` were made now, ``failed``
    have failed now or before, ``aside`` names shards that are damaged or of another sweep, were
    set aside and computed again. ``precise`` says
    whether the precision asked for is reached, None if none was asked for.
    """

    folder: Path
    points: int
    runs: int
    kept: int
    computed: int
    failed: int
    aside: tuple[str, ...]
    precise: bool | None
    seconds: float


def sweep(
    experiment: Experiment | str | Path,
    out: str | Path,
    *,
    runs: int | None = None,
    workers: int = 1,
    cluster: str | None = None,
    until_precision: float | None = None,
    retry: bool = False,
    progress: Tell | None = None,
    without: str | Sequence[str] = (),
    disk: store.Disk | None = None,
    simulate: Work = simulate,
) -> Report:
    """Simulate what is missing of an experiment and keep it in a folder as it is finished.

    Args:
        experiment: a shipped experiment, the path of a file, or a loaded one.
        out: the folder; if it holds a part of this experiment, the sweep goes on there.
        runs: replicates of every point, in place of those of the file.
        workers: processes on this machine.
        cluster: the address of a Dask scheduler, in place of processes.
        until_precision: stop when, for every point and kept outcome, the half width of the 90 %
            interval of the mean is at most this share of the standard deviation of that outcome
            over all points and runs; ``runs`` is the limit then.
        retry: try again what failed before.
        progress: told how far the sweep is.
        without: what is taken out of the model, see `tajsim.ensemble.run_many`.
        disk: the file system.
        simulate: simulates a job; for tests and measurements.

    Raises:
        UserError: for anything the caller can mend.
    """
    began = monotonic()
    loaded = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    held = tuple(scenario.holding(without) for scenario in loaded.scenarios)
    loaded = replace(loaded, scenarios=held)
    wanted = loaded.runs if runs is None else runs
    _check_arguments(wanted, workers, cluster, until_precision)
    points = design.make_points(loaded, rows := design.make_design(loaded))
    disk, model = disk or store.Disk(), model_version()
    place = store.prepare_folder(disk, out)
    tell = progress or (lambda _progress: None)
    state = SweepState(points, [keep.column for keep in loaded.keep], wanted)
    with _storing(place), store.locked(place):
        manifest = store.manifest_of(loaded, model, int(wanted))
        store.keep_manifest(disk, place, manifest, store.tables_of(loaded, points, rows))
        marks = store.fingerprints(manifest)
        aside = state.read(disk, place, marks, retry)
        kept = int(state.done.sum())
        engine = Engine(loaded, points, state, disk, place / store.FOLDER, model, marks, tell)
        precise = None
        if not state.settled.all() or until_precision is not None:
            precise = _simulate(engine, until_precision, workers, cluster, simulate)
    failed = int((state.failed & ~state.done).sum())
    counts = (len(points.points), state.done.size, kept, engine.computed, failed)
    return Report(place, *counts, tuple(aside), precise, monotonic() - began)


def _simulate(
    engine: Engine, width: float | None, workers: int, cluster: str | None, simulate: Work
) -> bool | None:
    """Work off the runs, round by round where a precision is asked for; tell if it is reached."""
    state = engine.state
    variant = np.array([point.variant for point in engine.points.points])
    wanted = state.done.shape[1]
    if workers > 1 and cluster is None:  # others hand what they leave to the engine
        simulate = partial(_simulate_and_store, simulate, engine.shards)
    try:
        with executor(simulate, workers, cluster, _LOSSES) as team:
            for end in [wanted] if width is None else design.round_ends(wanted, LEAST_RUNS):
                batches = design.divide(variant, state.settled, end, team.hands)
                engine.work_off(batches, team)
                failed = np.asarray(state.failed.any(axis=1))
                if width is not None and state.spread.reached(width, failed):
                    return True
    finally:
        with suppress(OSError):  # what a killed worker had begun to write
            store.sweep_away(engine.disk, engine.shards)
    return None if width is None else False


def _simulate_and_store(
    simulate: Work, folder: Path, job: Job, month_done: MonthDone
) -> NDArray[np.float64]:
    """Simulate a job in a worker and store what it leaves; return its numbers."""
    left: store.Finished = simulate(job, month_done)
    try:
        store.write_shard(store.Disk(), folder, job, left)
    except OSError as error:
        raise FatalError(f"{folder}: cannot be written ({reason(error)})") from None
    return left.numbers


@contextmanager
def _storing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{place}: cannot be written ({reason(error)}); what is finished is kept, the same "
            "command goes on"
        ) from None


def _check_arguments(
    runs: int, workers: int, cluster: str | None, until_precision: float | None
) -> None:
    wrong = count_errors(runs=runs, workers=workers)
    if until_precision is not None and not until_precision > 0.0:
        wrong.append(f"until-precision must be a number above 0, not {until_precision!r}")
    if cluster is not None and workers > 1:
        wrong.append("workers and cluster exclude each other; the cluster has its own workers")
    if wrong:
        raise UserError(wrong)
