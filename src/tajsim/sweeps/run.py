"""``sweep``: simulate the points of an experiment and keep what is finished, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np

from tajsim.ensemble.fingerprint import model_version
from tajsim.errors import UserError
from tajsim.files import reason
from tajsim.inputs.experiment import load_experiment
from tajsim.inputs.experiment_parts import Experiment
from tajsim.sweeps.batches import divide, round_ends
from tajsim.sweeps.design import make_design
from tajsim.sweeps.disk import Disk, sweep_away
from tajsim.sweeps.engine import Engine, Tell
from tajsim.sweeps.folder import fingerprints, keep_manifest, locked, prepare_folder
from tajsim.sweeps.manifest import manifest_of, tables_of
from tajsim.sweeps.points import Points, make_points
from tajsim.sweeps.precision import LEAST_RUNS
from tajsim.sweeps.shards import FOLDER
from tajsim.sweeps.state import State
from tajsim.sweeps.team import Alone, Simulate, Team
from tajsim.sweeps.work import WrongModelError, simulate_task


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
    state = State(points, [keep.column for keep in loaded.keep], wanted)
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
        from tajsim.sweeps.cluster import ClusterTeam

        team = ClusterTeam(cluster, simulate)
    elif workers > 1:
        from tajsim.sweeps.local import LocalTeam

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
