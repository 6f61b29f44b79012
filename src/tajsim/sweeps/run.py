"""``sweep``: simulate the points of an experiment and keep what is finished, whatever happens."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic

import numpy as np

import tajsim.sweeps.design as design
import tajsim.sweeps.store as store
from tajsim.ensemble.executor import PATIENCE, Executor, Work, cause_of, executor
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.job import FatalError, Job, MonthDone, simulate
from tajsim.ensemble.plan import count_errors
from tajsim.errors import refuse
from tajsim.files import reason, telling
from tajsim.inputs.experiment import Experiment, load_experiment
from tajsim.inputs.toml import month_number

#: So often a job may lose its worker before it counts as failed.
_LOSSES = 3


class Engine:
    """Works off the runs of an experiment that are missing in a folder.

    Attributes:
        done, failed: runs of every point that are finished or failed, ``(point, run)``.
        marks: the fingerprints of experiment, seed and model, by scenario.
        progress: told how far the sweep is; an exception that it raises ends the sweep.
        computed: runs that were made.
    """

    def __init__(
        self,
        experiment: Experiment,
        points: design.Points,
        runs: int,
        place: Path,
        tell: Callable[[int, int], None],
    ) -> None:
        self.experiment, self.place, self.progress = experiment, place, tell
        self.points, self.model = points.points, model_version()
        self.done = np.zeros((len(self.points), runs), dtype=bool)
        self.failed = np.zeros_like(self.done)
        self.computed = 0
        self.marks = store.keep_manifest(place, experiment, points, self.model, runs)
        self._under_way: dict[int, tuple[design.Batch, Job]] = {}
        self._next = 0
        self._failing: set[int] = set()

    @property
    def settled(self) -> np.ndarray:
        """Runs that need no work, ``(point, run)``."""
        return self.done | self.failed

    def read(self, retry: bool) -> list[str]:
        """Take note of what the shards hold, and return a line for each that is set aside.

        Those are damaged or of another sweep; they are moved, never deleted. With ``retry``
        failures are forgotten.
        """
        said = []
        number = {point.id: i for i, point in enumerate(self.points)}
        for path, shard in store.shards(self.place, self.marks):
            if isinstance(shard, store.UnfitError):
                said.append(f"{store.FOLDER}/{path.name}: {shard}")
                aside = self.place / store.ASIDE
                aside.mkdir(exist_ok=True)
                with suppress(FileNotFoundError):
                    store.disk.rename(path, aside / path.name)
                continue
            kind, table = shard
            if retry and kind == store.FAILED:
                store.disk.remove(path)
                continue
            at = table["point"].map(number)
            # Points that this design no longer has, and more runs than wanted, stay where they are.
            mine = at.notna() & (table["run"] < self.done.shape[1])
            cells = at[mine].to_numpy(dtype=np.int64), table["run"][mine].to_numpy(dtype=np.int64)
            (self.failed if kind == store.FAILED else self.done)[cells] = True
        return said

    def work_off(self, batches: Iterable[design.Batch], team: Executor) -> None:
        """Simulate and store every batch. Raises `OSError` if the results cannot be stored."""
        queue = deque(batches)
        while queue or self._under_way:
            while queue and team.wants():
                self._submit(queue.popleft(), team)
            for number, kind, content in team.answers(PATIENCE, lambda: self.tell(team)):
                batch, job = self._under_way.pop(number)
                if kind == "done":
                    if content is not None:  # no worker has stored it
                        store.write_shard(self.place, job, content)
                    self.computed += len(batch)
                    self.done[batch.points, batch.runs] = True
                else:
                    self._failed(batch, cause_of(content), queue)
            self.tell(team)

    def _submit(self, batch: design.Batch, team: Executor) -> None:
        if self._failing:
            batch = batch.part(~np.isin(batch.points, list(self._failing)))
        if len(batch):
            job = self._job(batch)
            self._under_way[self._next] = (batch, job)
            team.submit(self._next, job)
            self._next += 1

    def _job(self, batch: design.Batch) -> Job:
        chosen = [self.points[i] for i in batch.points]
        mark = self.marks[chosen[0].scenario]
        return store.make_job(self.experiment, chosen, batch.runs, self.model, mark)

    def _failed(self, batch: design.Batch, cause: str, queue: deque[design.Batch]) -> None:
        """Search the run that fails by halves; a point of which two fail and none is done fails."""
        if instead := batch.halves():
            queue.extendleft(reversed(instead))
            return
        point = int(batch.points[0])
        if self.failed[point].any() and not self.done[point].any():
            self._failing.add(point)
            runs = np.flatnonzero(~self.settled[point])
            batch = design.Batch(np.full(len(runs), point), runs)
        store.write_shard(self.place, self._job(batch), cause)
        self.failed[batch.points, batch.runs] = True

    def tell(self, team: Executor) -> None:
        """Say how far the sweep is, in run-months."""
        settled = self.settled
        months = month_number(self.experiment.end) - month_number(self.experiment.start) + 1
        self.progress(int(settled.sum()) * months + team.under_way(), settled.size * months)


@dataclass(frozen=True)
class Report:
    """What a sweep did.

    ``runs`` are wanted in all, ``kept`` of them were there, ``computed`` were made now, ``failed``
    have failed now or before, ``aside`` names shards that are damaged or of another sweep, were
    set aside and computed again.
    """

    folder: Path
    points: int
    runs: int
    kept: int
    computed: int
    failed: int
    aside: tuple[str, ...]
    seconds: float


def sweep(
    experiment: Experiment | str | Path,
    out: str | Path,
    *,
    runs: int | None = None,
    workers: int = 1,
    cluster: str | None = None,
    retry: bool = False,
    progress: Callable[[int, int], None] | None = None,
    without: str | Sequence[str] = (),
    simulate: Work = simulate,
) -> Report:
    """Simulate what is missing of an experiment and keep it in a folder as it is finished.

    Args:
        experiment: a shipped experiment, the path of a file, or a loaded one.
        out: the folder; if it holds a part of this experiment, the sweep goes on there.
        runs: replicates of every point, in place of those of the file.
        workers, cluster: processes on this machine, or the address of a Dask scheduler.
        retry: try again what failed before.
        progress: told the run-months that are settled, and all of them.
        without, simulate: what is taken out of the model; what simulates a job, for tests.

    Raises:
        UserError: for anything the caller can mend.
    """
    began = monotonic()
    loaded = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    held = tuple(scenario.holding(without) for scenario in loaded.scenarios)
    loaded = replace(loaded, scenarios=held)
    wanted = loaded.runs if runs is None else runs
    wrong = count_errors(runs=wanted, workers=workers)
    if cluster is not None and workers > 1:
        wrong.append("workers and cluster exclude each other; the cluster has its own workers")
    refuse(wrong)
    points, place = design.make_points(loaded), store.prepare_folder(out)
    tell = progress or (lambda done, total: None)
    kept_so_far = "; what is finished is kept, the same command goes on"
    with telling(place, kept_so_far), store.locked(place):
        engine = Engine(loaded, points, int(wanted), place, tell)
        aside = engine.read(retry)
        kept = int(engine.done.sum())
        if not engine.settled.all():
            _simulate(engine, workers, cluster, simulate)
    failed = int((engine.failed & ~engine.done).sum())
    counts = (len(engine.points), engine.done.size, kept, engine.computed, failed)
    return Report(place, *counts, tuple(aside), monotonic() - began)


def _simulate(engine: Engine, workers: int, cluster: str | None, simulate: Work) -> None:
    """Work off the runs that are not settled."""
    variant = np.array([point.variant for point in engine.points])
    if workers > 1 and cluster is None:  # others hand what they leave to the engine
        simulate = partial(_simulate_and_store, simulate, engine.place)
    try:
        with executor(simulate, workers, cluster, _LOSSES) as team:
            batches = design.divide(variant, engine.settled, team.hands)
            engine.work_off(batches, team)
    finally:
        with suppress(OSError):  # what a killed worker had begun to write
            store.sweep_away(engine.place / store.FOLDER)


def _simulate_and_store(simulate: Work, place: Path, job: Job, month_done: MonthDone) -> None:
    """Simulate a job in a worker and store what it leaves."""
    left: store.Numbers = simulate(job, month_done)
    try:
        store.write_shard(place, job, left)
    except OSError as error:
        raise FatalError(f"{place}: cannot be written ({reason(error)})") from None
