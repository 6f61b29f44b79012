"""The swing of an outcome from the low to the high end of each factor: what a tornado draws."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tajsim.analysis.paired import LEVEL
from tajsim.analysis.resample import counts_of_runs
from tajsim.axes import Array

#: The low end of a factor is its lowest quarter of the way, the high end its highest.
QUARTER = 0.25


def swings(names: list[str], places: Array, values: Array, seed: int) -> pd.DataFrame:
    """Return the mean answer where each factor is low, and where it is high.

    Args:
        names: of the factors.
        places: ``(row, factor)`` 0 to 1.
        values: ``(row,)`` answers, all known.
        seed: of the resampling of rows.

    Returns:
        One row a factor: ``factor``, ``at_low``, ``at_high``, ``middle`` (the mean of all),
        ``swing`` (high less low) with its interval ``low`` to ``high``.
    """
    counts = np.vstack([np.ones(len(values)), counts_of_runs(len(values), seed)])
    low, high = (_means(counts, values, ends) for ends in _ends(places))
    swing = high - low  # (sample, factor)
    tail = (1.0 - LEVEL) / 2.0
    lower, upper = np.nanquantile(swing[1:], (tail, 1.0 - tail), axis=0)
    columns = {"factor": names, "at_low": low[0], "at_high": high[0], "middle": values.mean()}
    return pd.DataFrame({**columns, "swing": swing[0], "low": lower, "high": upper})


def _ends(places: Array) -> tuple[Array, Array]:
    """Return ones where each factor is low, and where it is high, ``(row, factor)``.

    The lowest and the highest value of a factor are always among them.
    """
    low = np.maximum(QUARTER, places.min(axis=0))
    high = np.minimum(1.0 - QUARTER, places.max(axis=0))
    return (places <= low + 1e-9).astype(float), (places >= high - 1e-9).astype(float)


def _means(counts: Array, values: Array, ends: Array) -> Array:
    """Return ``(sample, factor)`` means over the rows at one end."""
    size = counts @ ends
    found: Array = np.divide(
        counts @ (ends * values[:, None]), size, out=np.full(size.shape, np.nan), where=size > 0.0
    )
    return found
