"""How narrow the intervals of the kept numbers are, without keeping the numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
#: Runs of every point before precision is judged.
LEAST_RUNS = 8
#: Half width of a 90 % interval of a mean, in standard errors.
_QUANTILE = 1.6448536269514722


class Spread:
    """Counts, means and sums of squares of each point and column, ``(point, column)``.

    Runs are added as they come (Welford's update), so memory does not grow with their number.
    """

    def __init__(self, points: int, columns: int) -> None:
        self.count = np.zeros((points, columns))
        self.mean = np.zeros((points, columns))
        self.squares = np.zeros((points, columns))

    def add(self, points: NDArray[np.int64], numbers: Numbers) -> None:
        """Add runs: the number of the point ``(run,)`` and the kept numbers ``(run, column)``."""
        known = np.isfinite(numbers)
        values = np.where(known, numbers, 0.0)
        shape = self.count.shape
        count, total = np.zeros(shape), np.zeros(shape)
        np.add.at(count, points, known)
        np.add.at(total, points, values)
        mean = total / np.maximum(count, 1.0)
        squares = np.zeros(shape)
        np.add.at(squares, points, np.where(known, (values - mean[points]) ** 2, 0.0))
        whole = np.maximum(self.count + count, 1.0)
        apart = mean - self.mean
        self.squares += squares + apart**2 * self.count * count / whole
        self.mean += apart * count / whole
        self.count += count

    def widths(self) -> Numbers:
        """Return how uncertain the mean of each point is, ``(point, column)``.

        The half width of its 90 % interval over the standard deviation of the column over all
        points and runs; 0 for a column that never varies, infinite below two runs.
        """
        whole = self.count.sum(axis=0)
        centre = (self.count * self.mean).sum(axis=0) / np.maximum(whole, 1.0)
        between = (self.count * (self.mean - centre) ** 2).sum(axis=0)
        scale = np.sqrt((self.squares.sum(axis=0) + between) / np.maximum(whole - 1.0, 1.0))
        variance = self.squares / np.maximum(self.count - 1.0, 1.0)
        half = _QUANTILE * np.sqrt(variance / np.maximum(self.count, 1.0))
        # A column whose rounding errors are all that varies counts as one that does not.
        still = scale <= 1e-12 * np.maximum(np.abs(centre), 1e-300)
        widths = np.where(still, 0.0, half / np.where(still, 1.0, scale))
        return np.where((self.count < 2) & (whole > 0), np.inf, widths)

    def reached(self, width: float, left_out: NDArray[np.bool_]) -> bool:
        """Tell whether all intervals are at most so wide, but for points left out ``(point,)``."""
        return bool((self.widths()[~left_out] <= width).all())
