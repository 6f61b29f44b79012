"""Scores of a forecast that says how sure it is: the continuous ranked probability score.

The score is the integral of the squared gap between the forecast's distribution function and the
step at what was observed (Gneiting and Raftery 2007, Journal of the American Statistical
Association 102, 359-378). It has the unit of the forecast, is 0 for a sure and right one, and
nothing is gained in expectation by forecasting what one does not believe. For a sure forecast it
is the plain distance; for an event, the squared difference between its chance and 1 or 0.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr

from tajsim.axes import Array

_ROOT = math.sqrt(2.0 * math.pi)
#: So many runs are compared with all others at a time, to bound the memory.
_BLOCK = 500


def score_of_runs(values: Array, spread: float, observed: float) -> float:
    """Return the score of runs that each forecast a normal distribution.

    E|X - y| - E|X - X'| / 2, with X and X' drawn from the mixture of the runs' normals (Grimit and
    others 2006, Quarterly Journal of the Royal Meteorological Society 132, 2925-2942).

    Args:
        values: ``(run,)`` the middles, without missing ones; `nan` is returned if there are none.
        spread: standard deviation of each, in their unit; 0 for sure values.
        observed: what was observed, in their unit.
    """
    if not values.size:
        return math.nan
    distance = _mean_size(values - observed, spread).mean()
    within = 0.0
    for first in range(0, values.size, _BLOCK):
        gaps = values[first : first + _BLOCK, np.newaxis] - values
        within += float(_mean_size(gaps, math.sqrt(2.0) * spread).sum())
    return float(distance) - within / (2.0 * values.size**2)


def score_of_normal(middle: float, spread: float, observed: float) -> float:
    """Return the score of one normal distribution (`score_of_runs` of a single run)."""
    return score_of_runs(np.array([middle]), spread, observed)


def score_of_chance(chance: float, happened: float) -> float:
    """Return the score of the chance of an event that happened (1) or not (0): its square error."""
    return (chance - happened) ** 2


def _mean_size(middle: Array, spread: float) -> Array:
    """Return the mean of the absolute value of a normal quantity."""
    if spread <= 0.0:
        return np.abs(middle)
    z = middle / spread
    result: Array = spread * (2.0 * np.exp(-0.5 * z**2) / _ROOT + z * (2.0 * ndtr(z) - 1.0))
    return result
