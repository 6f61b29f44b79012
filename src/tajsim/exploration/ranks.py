"""Standardised rank regression: for designs without indices of their own, such as a hypercube."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tajsim.analysis.influence import ranked
from tajsim.analysis.paired import LEVEL
from tajsim.analysis.resample import counts_of_runs
from tajsim.axes import Array
from tajsim.exploration.sobol import sums_by_basis

_SAMPLES = 200
#: So many points more than factors are needed.
SPARE = 10


def rank_regression(
    names: list[str], places: Array, values: Array, bases: list[str], seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Regress the ranks of the answers on the ranks of the factors, all standardised.

    Args:
        names: of the factors.
        places: ``(point, factor)`` each point once.
        values: ``(point,)`` answers, all known.
        bases: of the factors.
        seed: of the resampling of points.

    Returns:
        A long table (``factor``, ``index`` = ``coefficient``, ``value``, ``low``, ``high``), and
        the shares of the variance of ranks by basis (coefficient times correlation, summed; they
        add up to R squared, the rest is what no straight line in ranks explains).
    """
    x, y = ranked(places.T), ranked(values[None, :])[0]
    points = len(y)
    counts = np.vstack([np.ones(points), counts_of_runs(points, seed, _SAMPLES)])
    samples = [_regress(x, y, row / points) for row in counts]
    slopes = np.stack([slope for slope, _ in samples])
    shares = np.stack([slope * along for slope, along in samples])
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(slopes[1:], (tail, 1.0 - tail), axis=0)
    table = pd.DataFrame(
        {
            "factor": names,
            "index": "coefficient",
            "value": slopes[0],
            "low": np.minimum(low, slopes[0]),
            "high": np.maximum(high, slopes[0]),
        }
    )
    return table, sums_by_basis(shares, bases, "unexplained")


def _regress(x: Array, y: Array, weight: Array) -> tuple[Array, Array]:
    """Return coefficients and correlations ``(factor,)`` under weights that add to 1."""
    x = x - (x @ weight)[:, None]
    y = y - float(y @ weight)
    sizes = np.sqrt((x**2) @ weight)
    size = float(np.sqrt((y**2) @ weight))
    x = np.divide(x, sizes[:, None], out=np.zeros_like(x), where=sizes[:, None] > 1e-12)
    y = y / size if size > 1e-12 else np.zeros_like(y)
    along = (x * weight) @ y
    found = np.linalg.lstsq((x * weight) @ x.T, along, rcond=1e-10)
    return np.asarray(found[0], dtype=float), along
