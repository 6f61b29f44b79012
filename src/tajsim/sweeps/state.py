"""What is finished, what has failed and how precise it is: read from the shards, then kept up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tajsim.sweeps.disk import Disk
from tajsim.sweeps.folder import ASIDE
from tajsim.sweeps.points import Points
from tajsim.sweeps.precision import Spread
from tajsim.sweeps.shards import (
    FAILED,
    FOLDER,
    UnfitError,
    read_shard,
    series_path,
    shard_names,
)


class State:
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
