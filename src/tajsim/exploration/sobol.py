"""Sobol indices of Saltelli's design: shares of the variance of the means of points, from SALib."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.paired import LEVEL
from tajsim.analysis.resample import counts_of_runs
from tajsim.axes import Array
from tajsim.sweeps.design import library

_SAMPLES = 200


def whole_blocks(values: Array, factors: int, second_order: bool) -> np.ndarray:
    """Tell which base rows are complete, ``(base,)``, from the answers in the order of the design.

    A base row is a block of ``2 factors + 2`` rows of the design, ``factors + 2`` without pairs.
    """
    size = 2 * factors + 2 if second_order else factors + 2
    return np.asarray(np.isfinite(values.reshape(-1, size)).all(axis=1))


def sobol_indices(
    problem: dict[str, Any], values: Array, second_order: bool, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the indices of each factor, and those of pairs of factors.

    Args:
        problem: as SALib has it.
        values: ``(row,)`` answers in the order of the design; all known.
        second_order: whether the design has the rows for pairs.
        seed: of the resampling of base rows.

    Returns:
        Long tables with ``factor`` (and ``with`` for pairs), ``index`` (``first``, ``total``,
        ``pair``), ``value``, and ``low`` and ``high``, the bootstrap interval.

    Raises:
        UserError: if SALib is not installed.
    """
    analyze = library("SALib.analyze.sobol").analyze
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = analyze(
            problem,
            values,
            calc_second_order=second_order,
            num_resamples=_SAMPLES,
            conf_level=LEVEL,
            seed=seed % 2**32,
        )
    names = problem["names"]
    rows = [
        [name, index, found[key][i], found[f"{key}_conf"][i]]
        for index, key in (("first", "S1"), ("total", "ST"))
        for i, name in enumerate(names)
    ]
    table = _with_interval(pd.DataFrame(rows, columns=["factor", "index", "value", "half"]))
    pairs = [
        [names[i], names[j], "pair", found["S2"][i, j], found["S2_conf"][i, j]]
        for i in range(len(names) if second_order else 0)
        for j in range(i + 1, len(names))
    ]
    columns = ["factor", "with", "index", "value", "half"]
    return table, _with_interval(pd.DataFrame(pairs, columns=columns))


def _with_interval(table: pd.DataFrame) -> pd.DataFrame:
    table["low"], table["high"] = table["value"] - table["half"], table["value"] + table["half"]
    return table.drop(columns="half")


def first_by_basis(
    problem: dict[str, Any], values: Array, second_order: bool, bases: list[str], seed: int
) -> pd.DataFrame:
    """Return the sums of the first-order indices by basis, and what is left to joint effects.

    The base rows are resampled for all factors together, so that the interval is that of the sum.
    """
    factors = problem["num_vars"]
    size = 2 * factors + 2 if second_order else factors + 2
    blocks = values.reshape(-1, size)
    a, ab, b = blocks[:, 0], blocks[:, 1 : factors + 1], blocks[:, -1]
    counts = np.vstack([np.ones(len(blocks)), counts_of_runs(len(blocks), seed, _SAMPLES)])
    counts = counts / len(blocks)
    middle = float(values.mean())  # as SALib centres them
    parts = counts @ ((b - middle)[:, None] * (ab - a[:, None]))  # (sample, factor)
    pair = np.stack([a, b]) - middle
    variance = (counts @ (pair**2).T).mean(axis=1) - (counts @ pair.T).mean(axis=1) ** 2
    first = np.divide(
        parts, variance[:, None], out=np.zeros_like(parts), where=variance[:, None] > 0.0
    )
    return sums_by_basis(first, bases, "together")


def sums_by_basis(shares: Array, bases: list[str], rest: str) -> pd.DataFrame:
    """Return sums over factors of ``(sample, factor)`` shares by basis; sample 0 is the estimate.

    ``rest`` names what is left of 1.
    """
    tail = (1.0 - LEVEL) / 2.0
    rows = []
    sums: dict[str, Array] = {
        basis: shares[:, [own == basis for own in bases]].sum(axis=1)
        for basis in ("documented", "derived", "assumption", "decision")
        if basis in bases
    }
    sums[rest] = 1.0 - shares.sum(axis=1)
    for basis, sample in sums.items():
        low, high = np.quantile(sample[1:], (tail, 1.0 - tail))
        count = sum(own == basis for own in bases)
        rows.append([basis, count, sample[0], min(low, sample[0]), max(high, sample[0])])
    return pd.DataFrame(rows, columns=["basis", "factors", "share", "low", "high"])
