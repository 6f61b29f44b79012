"""Histories of particles: the scenario ``history`` simulated with parameters that differ by run."""

from __future__ import annotations

import json
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

from tajsim.analysis.targets import last_month, target_outcomes, target_values
from tajsim.calibration.smc import Population
from tajsim.ensemble.executor import StopRequestedError, interrupts_ignored
from tajsim.ensemble.plan import Plan
from tajsim.errors import UserError
from tajsim.files import telling, whole, write_whole
from tajsim.inputs.outcomes import with_weight

if TYPE_CHECKING:
    from tajsim.inputs.scenario_parts import Scenario
    from tajsim.inputs.targets import Target


Values = NDArray[np.float64]
Runs = NDArray[np.int64]
#: Told how many runs of this call are done, and how many there are.
Progress = Callable[[int, int], None]

#: In a worker: the request to stop.
_shared: dict[str, Any] = {}


@dataclass(frozen=True)
class HistoryJob:
    """What a worker simulates: ``settings`` and ``runs`` are ``(run,)``."""

    scenario: Scenario
    targets: tuple[Target, ...]
    settings: Mapping[str, Values]
    runs: Runs
    seed: int
    parameters: str


def simulated_targets(task: HistoryJob, month_done: Callable[[], None] = lambda: None) -> Values:
    """Return the targets of each run, ``(target, run)``, in the units of their figures."""
    # Imported here because they bring Mesa: mistakes are told without that wait.
    from tajsim.ensemble.dataset import Store, build_dataset
    from tajsim.ensemble.executor import collect, simulate

    scenario, until = task.scenario, last_month(task.targets)
    outcomes, count = with_weight(target_outcomes(task.targets)), len(task.runs)
    plan = Plan(
        (scenario,), count, task.seed, task.parameters, scenario.start, until, outcomes, 1, count
    )
    numbers = tuple(int(run) for run in task.runs)
    job = replace(plan.jobs()[0], numbers=numbers, settings=task.settings)
    store = Store(plan)
    store.put(job, simulate(job, month_done))
    values = target_values(build_dataset(plan, store), task.targets).simulated
    del store
    collect()
    return values


def _start_worker(stop: Any) -> None:
    """Prepare a worker. The parent alone answers an interrupt, and tells the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _shared["stop"] = stop


def _in_worker(task: HistoryJob) -> Values:
    def month_done() -> None:
        if _shared["stop"].is_set():
            raise StopRequestedError

    return simulated_targets(task, month_done)


@dataclass
class Histories:
    """Simulates particles, in this process or in several that live as long as the context.

    ``parameters`` is the mode of what the settings do not hold.
    """

    scenario: Scenario
    targets: Sequence[Target]
    seed: int
    workers: int = 1
    chunk: int = 1000
    parameters: str = "prior"
    progress: Progress | None = None
    _pool: ProcessPoolExecutor | None = field(default=None, repr=False)

    def __call__(self, settings: Mapping[str, Values], runs: Runs) -> Values:
        """Return the targets of each particle ``(target, particle)``; all arrays are by particle.

        The results do not depend on the number of workers.

        Raises:
            UserError: if a worker was killed from outside.
        """
        parts = max(ceil(len(runs) / self.chunk), self.workers)
        tasks = [
            HistoryJob(
                self.scenario,
                tuple(self.targets),
                {name: values[part] for name, values in settings.items()},
                runs[part],
                self.seed,
                self.parameters,
            )
            for part in np.array_split(np.arange(len(runs)), parts)
            if len(part)
        ]
        found = self._in_pool(tasks) if self._pool else self._here(tasks)
        return np.concatenate(found, axis=1)

    def _here(self, tasks: Sequence[HistoryJob]) -> list[Values]:
        done, total = 0, sum(len(task.runs) for task in tasks)
        found = []
        for task in tasks:
            # Also after every month, so that an interrupt is seen.
            found.append(simulated_targets(task, partial(self._tell, done, total)))
            done += len(task.runs)
            self._tell(done, total)
        return found

    def _in_pool(self, tasks: Sequence[HistoryJob]) -> list[Values]:
        assert self._pool is not None
        total = sum(len(task.runs) for task in tasks)
        try:
            with interrupts_ignored():
                futures: dict[Future[Values], HistoryJob] = {
                    self._pool.submit(_in_worker, task): task for task in tasks
                }
            waiting = set(futures)
            while waiting:
                _, waiting = wait(waiting, timeout=0.2)
                self._tell(total - sum(len(futures[future].runs) for future in waiting), total)
            return [future.result() for future in futures]
        except BrokenProcessPool:
            raise UserError(
                "a worker process was killed, perhaps for want of memory; what was finished "
                "before is kept; try again with fewer workers"
            ) from None

    def _tell(self, done: int, total: int) -> None:
        if self.progress:
            self.progress(done, total)


@contextmanager
def histories(
    scenario: Scenario,
    targets: Sequence[Target],
    seed: int,
    workers: int = 1,
    parameters: str = "prior",
) -> Iterator[Histories]:
    """Give a simulator of particles; its processes end with the context."""
    if workers == 1:
        yield Histories(scenario, targets, seed, parameters=parameters)
        return
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(workers, context, _start_worker, (stop,))
    try:
        yield Histories(scenario, targets, seed, workers, parameters=parameters, _pool=pool)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


#: Share of false discoveries allowed among the pairs of parameter and target that are found.
FALSE_SHARE = 0.01
#: Least share of a parameter's prior variance that its best target can be expected to remove.
LEAST_GAIN = 0.01
#: Errors beyond this many standard errors say no more than this many.
_FAR = 5.0


@dataclass(frozen=True)
class Screening:
    """``correlations`` and ``gains`` are ``(parameter, target)``; ``informed`` is ``(parameter,)``.

    A gain is the share of the prior variance of a parameter that a target can be expected to
    remove: its squared rank correlation, times the part of the target's spread over prior runs
    that its own error leaves visible.
    """

    correlations: Values
    gains: Values
    informed: NDArray[np.bool_]


def screen(scores: Values, errors: Values) -> Screening:
    """Find the parameters that at least one target is tied to.

    Args:
        scores: of the parameters, ``(parameter, run)``, drawn from the prior.
        errors: of the targets in the same runs, in standard errors, ``(target, run)``.

    A parameter is informed where its rank correlation with a target stands after control of the
    false discoveries over all pairs (Benjamini and Hochberg 1995), and the gain is at least
    `LEAST_GAIN`. Ties other than rising or falling ones are not found.
    """
    known = np.clip(np.where(np.isfinite(errors), errors, _FAR), -_FAR, _FAR)
    correlations = _standard_ranks(scores) @ _standard_ranks(known).T
    chance = 2.0 * ndtr(-np.abs(correlations) * np.sqrt(scores.shape[1] - 1.0))
    spread = known.var(axis=1)
    gains = correlations**2 * (spread / (1.0 + spread))
    found = discoveries(chance.ravel(), FALSE_SHARE).reshape(chance.shape)
    return Screening(correlations, gains, (found & (gains >= LEAST_GAIN)).any(axis=1))


def _standard_ranks(values: Values) -> Values:
    """Return ranks ``(row, run)`` scaled to mean 0 and length 1; zeros where all are equal."""
    ranks = rankdata(values, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    length = np.sqrt((ranks**2).sum(axis=1, keepdims=True))
    result: Values = ranks / np.where(length > 0.0, length, 1.0)
    return result


def discoveries(chances: Values, share: float) -> NDArray[np.bool_]:
    """Return which of ``(test,)`` are found, with at most this share of false ones expected.

    ``chances`` are the probabilities of a result at least as far out if there were no tie.
    """
    order = np.sort(chances)
    passed = np.flatnonzero(order <= share * np.arange(1, len(order) + 1) / len(order))
    limit = order[passed[-1]] if len(passed) else -1.0
    return chances <= limit


SETTINGS = "settings.json"
_FIRST, _MADE_BY = "prior.npz", "settings"
_ARRAYS = ("scores", "runs", "errors")
_NUMBERS = ("power", "moves_left", "round", "steps", "accepted")


class Folder:
    """The folder of one calibration.

    Raises:
        UserError: if it holds a calibration with other settings, or cannot be written.
    """

    def __init__(self, path: str | Path, settings: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self._settings = dict(settings)
        text = json.dumps(self._settings, indent=1)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = self.path / SETTINGS
            if file.exists():
                _same(self.path, json.loads(file.read_text(encoding="utf-8")), settings)
            else:
                self._check_empty()
                write_whole(file, text)
        except (OSError, ValueError) as error:
            raise UserError(f"{self.path}: cannot be used ({error})") from None

    def _check_empty(self) -> None:
        """Refuse a folder of something else, such as results."""
        held = sorted(each.name for each in self.path.iterdir() if each.name[0] != ".")
        if held:
            raise UserError(f"{self.path}: holds '{held[0]}' and no calibration; name another")

    def save_prior(self, **arrays: Any) -> None:
        """Keep the ensemble that was drawn from the prior."""
        self._write_arrays(_FIRST, arrays)

    def load_prior(self) -> dict[str, Any] | None:
        """Return the arrays of `save_prior`, or None if there are none yet."""
        return self._read(self.path / _FIRST)

    def save(self, state: Population) -> None:
        """Keep a round; the one before it is no longer needed and goes."""
        arrays = {name: getattr(state, name) for name in (*_ARRAYS, *_NUMBERS)}
        self._write_arrays(_name(state.round), arrays)
        (self.path / _name(state.round - 1)).unlink(missing_ok=True)

    def load(self) -> Population | None:
        """Return the last round that was kept, or None."""
        files = sorted(self.path.glob("round-*.npz"))
        found = self._read(files[-1]) if files else None
        if found is None:
            return None
        return Population(
            scores=found["scores"],
            runs=found["runs"],
            errors=found["errors"],
            power=float(found["power"]),
            moves_left=int(found["moves_left"]),
            round=int(found["round"]),
            steps=(float(found["steps"][0]), float(found["steps"][1])),
            accepted=float(found["accepted"]),
        )

    def _read(self, path: Path) -> dict[str, Any] | None:
        """Return arrays that were kept, None if there are none; refuse those of another folder."""
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = dict(file)
            settings = json.loads(str(arrays.pop(_MADE_BY)))
        except KeyError:
            raise UserError(f"{path}: does not say which calibration it is of; remove it") from None
        except (OSError, ValueError, EOFError, BadZipFile):
            raise UserError(f"{path}: damaged; remove it") from None
        _same(path, settings, self._settings)
        return arrays

    def _write_arrays(self, name: str, arrays: Mapping[str, Any]) -> None:
        path, made_by = self.path / name, {_MADE_BY: json.dumps(self._settings)}
        with telling(path), whole(path) as begun, begun.open("wb") as file:
            np.savez_compressed(file, **arrays, **made_by)  # type: ignore[arg-type]


def _name(number: int) -> str:
    return f"round-{number:04d}.npz"


def _same(place: Path, kept: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to go on with a calibration of other settings."""
    other = [key for key in wanted if kept.get(key) != wanted[key]]
    if other:
        raise UserError(
            f"{place}: holds a calibration with another {' and '.join(other)}; "
            "name a new folder, or remove this"
        )
