"""Which runs are still missing, and their division into batches that are simulated together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: Runs simulated together: enough to be quick, few enough to lose little when all is killed.
LARGEST = 500
SMALLEST = 25
#: Runs that every point gets first, where points are of several variants.
EVEN = 8


@dataclass(frozen=True)
class Batch:
    """Runs of one variant: numbers of points and of runs, both ``(run,)``.

    ``rest`` holds the runs that wait for the fate of this one: it was chosen out of a batch of
    one point that failed, to see whether the point fails as such.
    """

    points: Whole
    runs: Whole
    rest: Batch | None = None
    halves: bool = False

    def __len__(self) -> int:
        return len(self.points)

    def part(self, chosen: slice | Mask, halves: bool = False) -> Batch:
        """Return some of the runs."""
        return Batch(self.points[chosen], self.runs[chosen], halves=halves)


def divide(variant: Whole, settled: Mask, runs: int, hands: int) -> list[Batch]:
    """Divide the runs that are missing below the number ``runs``.

    Args:
        variant: the variant of every point, ``(point,)``.
        settled: which runs are finished or have failed, ``(point, run)``.
        runs: how many runs of every point are wanted.
        hands: how many batches are simulated at the same time.

    Returns:
        Batches, the low run numbers of all points first: wherever the work is stopped, all points
        have about the same number of runs.
    """
    missing = ~settled[:, :runs]
    size = LARGEST
    if hands > 1:
        size = int(np.clip(ceil(missing.sum() / (2 * hands)), SMALLEST, LARGEST))
    batches: list[Batch] = []
    numbers = np.unique(variant)
    # A variant is a model of its own: all get some runs before any gets the rest.
    ends = [0, min(EVEN, runs), runs] if len(numbers) > 1 else [0, runs]
    for number in numbers:
        own = np.flatnonzero(variant == number)
        for first, end in pairwise(ends):
            run, place = np.nonzero(missing[own, first:end].T)
            parts = ceil(run.size / size)
            pieces = zip(_parts(own[place], parts), _parts(run + first, parts), strict=True)
            batches += [Batch(points, numbers) for points, numbers in pieces]
    return sorted(batches, key=lambda batch: int(batch.runs[0]))


def _parts(cells: Whole, parts: int) -> list[Whole]:
    """Return the cells in so many parts of about the same size; none if there are none."""
    return np.array_split(cells, parts) if parts else []


def after_failure(batch: Batch) -> list[Batch]:
    """Return what to try instead of a batch that failed; nothing if it cannot be divided.

    Points are parted first. Of a point alone one run is tried alone: if that fails too, the point
    does; if not, the failing runs are searched for by halves.
    """
    if len(batch) == 1:
        return []
    names = np.unique(batch.points)
    if len(names) > 1:
        low = np.isin(batch.points, names[: len(names) // 2])
        return [batch.part(low), batch.part(~low)]
    if batch.halves:
        return by_halves(batch)
    first = batch.part(slice(0, 1))
    return [Batch(first.points, first.runs, rest=batch.part(slice(1, None)))]


def by_halves(batch: Batch) -> list[Batch]:
    """Return the two halves of the runs of one point."""
    middle = len(batch) // 2
    parts = [batch.part(slice(0, middle), True), batch.part(slice(middle, None), True)]
    return [part for part in parts if len(part)]


def round_ends(runs: int, least: int) -> Sequence[int]:
    """Return the numbers of runs after which precision is looked at: ``least``, half more, ..."""
    ends = [min(least, runs)]
    while ends[-1] < runs:
        ends.append(min(runs, ceil(ends[-1] * 1.5)))
    return ends
