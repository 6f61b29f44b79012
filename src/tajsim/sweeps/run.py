"""``sweep``: simulate the points of an experiment and keep what is finished, whatever happens."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError
from tajsim.files import reason
from tajsim.inputs.experiment import load_experiment
from tajsim.inputs.experiment_parts import Experiment
from tajsim.sweeps.design import (
    Batch,
    Points,
    after_failure,
    by_halves,
    divide,
    make_design,
    make_points,
    round_ends,
)
from tajsim.sweeps.executor import Alone, Done, Simulate, Team
from tajsim.sweeps.read import LEAST_RUNS, Spread
from tajsim.sweeps.store import (
    ASIDE,
    FAILED,
    FOLDER,
    Disk,
    UnfitError,
    fingerprints,
    keep_manifest,
    locked,
    manifest_of,
    prepare_folder,
    read_shard,
    series_path,
    shard_names,
    sweep_away,
    tables_of,
    write_failures,
    write_runs,
)
from tajsim.sweeps.task import Task, WrongModelError, make_task, simulate_task


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

    def __init__(self, points: Points, columns: Sequence[str], runs: int) -> None:
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
        self, disk: Disk, place: Path, fingerprints: Mapping[str, str], retry: bool
    ) -> list[str]:
        """Take note of what the shards hold, and return a line for each that is set aside.

        Those are damaged or of another sweep than ``fingerprints``, by scenario, say; they are
        moved, never deleted. With ``retry`` failures are forgotten.
        """
        said = []
        folder = place / FOLDER
        for name in shard_names(disk, folder):
            try:
                shard = read_shard(disk, folder / name, fingerprints)
            except UnfitError as error:
                said.append(f"{FOLDER}/{name}: {error}")
                _put_aside(disk, place, name)
                continue
            failed = shard.header["kind"] == FAILED
            if retry and failed:
                disk.remove(folder / name)
            else:
                self._take(shard.table, failed)
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


def _put_aside(disk: Disk, place: Path, name: str) -> None:
    """Move a shard, and its series, to where they are not read."""
    disk.make_folder(place / ASIDE)
    for path in (series_path(place / FOLDER / name), place / FOLDER / name):
        with suppress(FileNotFoundError):
            disk.rename(path, place / ASIDE / path.name)


Tell = Callable[[Progress], None]
#: Seconds to wait for an answer before progress is told again.
_WAIT = 0.2


class Engine:
    """Works off batches with a team.

    Args:
        experiment, points: what is simulated.
        state: what is finished.
        disk, place: where it is stored.
        model, fingerprints: of the tasks, by scenario.
        tell: told how far the sweep is; an exception that it raises ends the sweep.
    """

    def __init__(
        self,
        experiment: Experiment,
        points: Points,
        state: SweepState,
        disk: Disk,
        place: Path,
        model: str,
        fingerprints: dict[str, str],
        tell: Tell,
    ) -> None:
        self.experiment, self.points, self.state = experiment, points, state
        self.disk, self.shards = disk, place / FOLDER
        self.model, self.fingerprints = model, fingerprints
        self.computed = 0
        self._tell, self._begun = tell, monotonic()
        self._under_way: dict[int, Batch] = {}
        self._next = 0
        self._failing: set[int] = set()

    def work_off(self, batches: Iterable[Batch], team: Team) -> None:
        """Simulate and store every batch.

        Raises:
            OSError: if the results cannot be stored.
        """
        queue = deque(batches)
        while queue or self._under_way:
            while queue and team.wants():
                self._submit(queue.popleft(), team)
            for number, answer in team.answers(_WAIT):
                batch = self._under_way.pop(number)
                if isinstance(answer, Done):
                    self._done(batch, answer, queue)
                else:
                    self._failed(batch, answer.cause, queue)
            self.tell(team)

    def _submit(self, batch: Batch, team: Team) -> None:
        if self._failing and batch.rest is None:
            batch = batch.part(~np.isin(batch.points, list(self._failing)), batch.halves)
        if len(batch):
            self._under_way[self._next] = batch
            team.submit(self._next, self._task(batch))
            self._next += 1

    def _task(self, batch: Batch) -> Task:
        chosen = [self.points.points[i] for i in batch.points]
        fingerprint = self.fingerprints[chosen[0].scenario]
        return make_task(self.experiment, chosen, batch.runs, self.model, fingerprint)

    def _done(self, batch: Batch, answer: Done, queue: deque[Batch]) -> None:
        if answer.finished is not None:
            write_runs(self.disk, self.shards, answer.finished)
        self.computed += self.state.add(batch.points, batch.runs, answer.numbers)
        if batch.rest is not None:  # the point as such is sound: search the run that fails
            queue.extendleft(reversed(by_halves(batch.rest)))

    def _failed(self, batch: Batch, cause: str, queue: deque[Batch]) -> None:
        instead = after_failure(batch)
        if instead:
            queue.extendleft(reversed(instead))
            return
        points, runs = batch.points, batch.runs
        point = int(points[0])
        before = int(self.state.failed[point].sum())
        if not self.state.done[point].any() and (batch.rest is not None or before > 0):
            # Two failed and none did not: the point fails, and none of its runs is tried again.
            self._failing.add(point)
            runs = np.flatnonzero(~self.state.settled[point])
            points = np.full(len(runs), point)
        elif batch.rest is not None:
            queue.extendleft(reversed(by_halves(batch.rest)))
        task = self._task(batch)
        names = [self.points.points[i].id for i in points]
        write_failures(self.disk, self.shards, task, names, [int(r) for r in runs], cause)
        self.state.fail(points, runs)

    def tell(self, team: Team) -> None:
        """Say how far the sweep is."""
        settled = self.state.settled
        part = team.under_way()
        seconds = monotonic() - self._begun
        rate = (self.computed + part) / seconds if seconds > 0 else 0.0
        done = float(settled.sum()) + part
        left = (settled.size - done) / rate if rate > 0 else None
        whole = int(settled.all(axis=1).sum())
        self._tell(Progress(whole, len(settled), done, settled.size, rate, left))


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
    disk: Disk | None = None,
    simulate: Simulate = simulate_task,
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
        disk: the file system.
        simulate: simulates a task; for tests and measurements.

    Raises:
        UserError: for anything the caller can mend.
    """
    began = monotonic()
    loaded = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    wanted = loaded.runs if runs is None else runs
    _check_arguments(wanted, workers, cluster, until_precision)
    points = make_points(loaded, design := make_design(loaded))
    disk, model = disk or Disk(), model_version()
    place = prepare_folder(disk, out)
    tell = progress or (lambda _progress: None)
    state = SweepState(points, [keep.column for keep in loaded.keep], wanted)
    with _storing(place), locked(place):
        tables = tables_of(loaded, points, design)
        keep_manifest(disk, place, manifest := manifest_of(loaded, model, wanted), tables)
        marks = fingerprints(manifest)
        aside = state.read(disk, place, marks, retry)
        kept = int(state.done.sum())
        engine = Engine(loaded, points, state, disk, place, model, marks, tell)
        precise = None
        if not state.settled.all() or until_precision is not None:
            with _team(workers, cluster, place, simulate, engine) as team:
                precise = _rounds(engine, team, points, until_precision)
    failed = int((state.failed & ~state.done).sum())
    counts = (len(points.points), state.done.size, kept, engine.computed, failed)
    return Report(place, *counts, tuple(aside), precise, monotonic() - began)


def _rounds(engine: Engine, team: Team, points: Points, width: float | None) -> bool | None:
    """Work off the runs, round by round where a precision is asked for; tell if it is reached."""
    state = engine.state
    variant = np.array([point.variant for point in points.points])
    wanted = state.done.shape[1]
    for end in [wanted] if width is None else round_ends(wanted, LEAST_RUNS):
        engine.work_off(divide(variant, state.settled, end, team.hands), team)
        failed = np.asarray(state.failed.any(axis=1))
        if width is not None and state.spread.reached(width, failed):
            return True
    return None if width is None else False


@contextmanager
def _team(
    workers: int, cluster: str | None, place: Path, simulate: Simulate, engine: Engine
) -> Iterator[Team]:
    """Give those who simulate, and let them go at the end, however it comes."""
    team: Team
    if cluster is not None:
        from tajsim.sweeps.executor import ClusterTeam

        team = ClusterTeam(cluster, simulate)
    elif workers > 1:
        from tajsim.sweeps.executor import LocalTeam

        team = LocalTeam(workers, place / FOLDER, simulate)
    else:
        team = Alone(simulate, month_done=lambda: engine.tell(team))
    try:
        yield team
    finally:
        team.close()
        with suppress(OSError):  # what a killed worker had begun to write
            sweep_away(engine.disk, place / FOLDER)


@contextmanager
def _storing(place: Path) -> Iterator[None]:
    """Turn what the file system and the model say into lines for the user."""
    try:
        yield
    except WrongModelError as error:
        raise UserError(f"{place}: {error}") from None
    except OSError as error:
        raise UserError(
            f"{place}: cannot be written ({reason(error)}); what is finished is kept, the same "
            "command goes on"
        ) from None


def _check_arguments(
    runs: int, workers: int, cluster: str | None, until_precision: float | None
) -> None:
    wrong = [
        f"{key} must be a whole number of at least 1, not {value!r}"
        for key, value in (("runs", runs), ("workers", workers))
        if isinstance(value, bool) or not isinstance(value, int) or value < 1
    ]
    if until_precision is not None and not until_precision > 0.0:
        wrong.append(f"until-precision must be a number above 0, not {until_precision!r}")
    if cluster is not None and workers > 1:
        wrong.append("workers and cluster exclude each other; the cluster has its own workers")
    if wrong:
        raise UserError(wrong)
