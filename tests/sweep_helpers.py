"""What the tests of sweeps share: a small experiment, stand-ins for the model, a failing disk."""

import errno
import itertools
import os
import time
from pathlib import Path
from typing import cast

import numpy as np

from tajsim.ensemble.job import Job, MonthDone
from tajsim.errors import UserError
from tajsim.inputs.experiment import Experiment, load_experiment
from tajsim.sweeps.store import Disk, Numbers, Summaries

#: Of a run of the small experiment.
MONTHS = 6
EXPERIMENT = (Path(__file__).with_name("data") / "pay.toml").read_text(encoding="utf-8")


def small_experiment(folder: Path, *changes: tuple[str, str]) -> Experiment:
    """Write the small experiment, some of its text replaced, and load it."""
    text = EXPERIMENT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "pay.toml"
    path.write_text(text, encoding="utf-8")
    return load_experiment(path)


def number_of(point: str, run: int) -> float:
    """Return what the stand-in makes of a run: a function of its point and number alone."""
    return (int(point[1:], 16) % 9973) / 7.0 + np.sin(float(run) + 1.0)


def quick(job: Job, month_done: MonthDone) -> Numbers:
    """Stand in for the model."""
    for month in range(job.months):
        month_done(month + 1)
    kept = cast(Summaries, job.keep)
    one = [number_of(p, r) for p, r in zip(job.points, job.runs, strict=True)]
    return np.stack([np.array(one) * (i + 1.0) for i in range(len(kept.columns))], axis=-1)


def slow(job: Job, month_done: MonthDone) -> Numbers:
    """Stand in for the model, and take long enough to be killed."""
    time.sleep(0.05)
    return quick(job, month_done)


def deadly(job: Job, month_done: MonthDone) -> Numbers:
    """Stand in for a model that brings down the process at run 2."""
    if 2 in job.runs:
        os.kill(os.getpid(), 9)
    return quick(job, month_done)


def endless(job: Job, month_done: MonthDone) -> None:
    """Stand in for a model that never ends, and fails for run 2."""
    if 2 in job.runs:
        raise UserError(["one", "two"])
    for month in itertools.count():
        month_done(month)
        time.sleep(0.01)


class PowerCutError(BaseException):
    """The machine is off."""


class FailingDisk(Disk):
    """A disk that fails at one step.

    ``how`` is ``full`` (that step raises and writes half), ``cut`` (the power fails at that step,
    and everything that was not synced is torn or undone) or ``late cut`` (the same, but renames
    have reached the disk by themselves).
    """

    def __init__(self, step: int, how: str) -> None:
        self.step, self.how, self.steps = step, how, 0
        self._unsynced: set[Path] = set()
        self._renamed: list[tuple[Path, Path, bytes | None]] = []

    def _at(self, path: Path, data: bytes = b"") -> None:
        self.steps += 1
        if self.steps != self.step:
            return
        if data:
            path.write_bytes(data[: len(data) // 2])
            self._unsynced.add(path)
        if self.how == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        self._lose()
        raise PowerCutError

    def _lose(self) -> None:
        for path in self._unsynced:
            if path.exists():
                path.write_bytes(path.read_bytes()[:10])
        for path, to, before in reversed(self._renamed):
            if self.how == "late cut":
                continue
            if to.exists():
                path.write_bytes(to.read_bytes())
            to.unlink(missing_ok=True)
            if before is not None:
                to.write_bytes(before)

    def write(self, path: Path, data: bytes) -> None:
        self._at(path, data)
        super().write(path, data)
        self._unsynced.add(path)

    def sync(self, path: Path) -> None:
        self._at(path)
        self._unsynced.discard(path)
        self._renamed = [row for row in self._renamed if row[1].parent != path]

    def rename(self, path: Path, to: Path) -> None:
        self._at(path)
        before = to.read_bytes() if to.exists() else None
        super().rename(path, to)
        self._renamed.append((path, to, before))
        if path in self._unsynced:
            self._unsynced.remove(path)
            self._unsynced.add(to)

    def remove(self, path: Path) -> None:
        if self.how != "full" and self.steps >= self.step:
            return  # the machine is off
        self._at(path)
        super().remove(path)
