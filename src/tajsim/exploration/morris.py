"""Morris screening: elementary effects over walks through the factors, from SALib."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.paired import LEVEL
from tajsim.analysis.resample import counts_of_runs
from tajsim.axes import Array
from tajsim.exploration.sobol import sums_by_basis
from tajsim.sweeps.design import library

_SAMPLES = 200


def whole_walks(values: Array, factors: int) -> np.ndarray:
    """Tell which walks are complete, ``(walk,)``; a walk is ``factors + 1`` rows of the design."""
    return np.asarray(np.isfinite(values.reshape(-1, factors + 1)).all(axis=1))


def morris_indices(
    problem: dict[str, Any], places: Array, values: Array, levels: int, seed: int
) -> pd.DataFrame:
    """Return mu*, mu and sigma of each factor, in the unit of the answers over its whole range.

    Args:
        problem: as SALib has it.
        places: ``(row, factor)`` the design, 0 to 1.
        values: ``(row,)`` answers, all known.
        levels: of the design.
        seed: of the resampling of walks.

    Returns:
        A long table: ``factor``, ``index`` (``mu_star``, ``mu``, ``sigma``), ``value``, ``low`` and
        ``high``, the bootstrap interval (of ``mu_star`` alone).

    Raises:
        UserError: if SALib is not installed.
    """
    found = library("SALib.analyze.morris").analyze(
        problem,
        places,
        values,
        num_resamples=_SAMPLES,
        conf_level=LEVEL,
        num_levels=levels,
        seed=seed % 2**32,
    )
    rows = []
    for i, name in enumerate(problem["names"]):
        star, half = float(found["mu_star"][i]), float(found["mu_star_conf"][i])
        rows.append([name, "mu_star", star, max(star - half, 0.0), star + half])
        rows.append([name, "mu", float(found["mu"][i]), np.nan, np.nan])
        rows.append([name, "sigma", float(found["sigma"][i]), np.nan, np.nan])
    return pd.DataFrame(rows, columns=["factor", "index", "value", "low", "high"])


def effects(places: Array, values: Array) -> Array:
    """Return the elementary effects ``(walk, factor)`` of a design whose steps move one factor."""
    factors = places.shape[1]
    steps = np.diff(places.reshape(-1, factors + 1, factors), axis=1)  # (walk, step, factor)
    rises = np.diff(values.reshape(-1, factors + 1), axis=1)
    moved = np.abs(steps).argmax(axis=2)  # (walk, step)
    sizes = np.take_along_axis(steps, moved[:, :, None], axis=2)[:, :, 0]
    found = np.zeros((len(rises), factors))
    np.put_along_axis(found, moved, rises / sizes, axis=1)
    return found


def squares_by_basis(places: Array, values: Array, bases: list[str], seed: int) -> pd.DataFrame:
    """Return the shares of the squared mu* by basis.

    Where effects are straight and add up, the square of mu* is in proportion to the variance that
    a factor causes; with bends or joint effects it is a rough measure, good for screening.
    """
    found = np.abs(effects(places, values))
    counts = np.vstack([np.ones(len(found)), counts_of_runs(len(found), seed, _SAMPLES)])
    stars = (counts @ found / len(found)) ** 2
    whole = stars.sum(axis=1, keepdims=True)
    shares = np.divide(stars, whole, out=np.zeros_like(stars), where=whole > 0.0)
    table = sums_by_basis(shares, bases, "rest")
    return table[table["basis"] != "rest"].reset_index(drop=True)


def chance_in_effects(spread: float, levels: int) -> float:
    """Return the mu* that a factor without any effect has by chance.

    ``spread`` is the standard deviation of chance in the mean of a point; an effect is the
    difference of two such means over the step of the design.
    """
    step = levels / (2.0 * (levels - 1.0))
    return float(spread * np.sqrt(2.0) / step * np.sqrt(2.0 / np.pi))
