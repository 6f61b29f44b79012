"""The table that boxes are sought in: where something happens, and what differs there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from tajsim.axes import Array

#: With more inputs than this, those are searched that go with what happens most (in ranks).
MOST_INPUTS = 20


@dataclass(frozen=True)
class Cases:
    """Rows, each a point (its runs together) or a run of a point.

    Attributes:
        names: of the inputs.
        values: ``(input, row)`` numbers, or codes of texts.
        texts: input -> the texts of its codes.
        happens: ``(row,)`` share of the runs of a row in which it happens.
        weight: ``(row,)`` how many runs a row stands for.
        point, run: ``(row,)`` numbers from 0: which point and which run a row is of; rows of one
            point share the factors, those of one run its luck. ``run`` is 0 where rows are points.
    """

    names: tuple[str, ...]
    values: Array
    texts: dict[int, tuple[str, ...]]
    happens: Array
    weight: Array
    point: NDArray[np.intp]
    run: NDArray[np.intp]

    @property
    def share(self) -> float:
        """The share of all runs in which it happens."""
        return float(self.happens @ self.weight / self.weight.sum())

    def groups(self, i: int) -> NDArray[np.intp]:
        """Return what an input varies with: the points, or the runs if it is the same in each."""
        if self.run.any():
            first = np.unique(self.run, return_index=True)[1]
            if np.array_equal(self.values[i], self.values[i][first][self.run]):
                return self.run
        return self.point

    def telling(self, rows: np.ndarray) -> list[int]:
        """Return the inputs to search: all, or those whose ranks go with it most in some rows."""
        varying = [i for i, row in enumerate(self.values[:, rows]) if np.ptp(row) > 0.0]
        if len(varying) <= MOST_INPUTS:
            return varying
        ranks = rankdata(self.values[varying][:, rows], axis=1)
        y = rankdata(self.happens[rows])
        x = ranks - ranks.mean(axis=1, keepdims=True)
        along = np.abs(x @ (y - y.mean())) / np.sqrt((x**2).sum(axis=1))
        chosen = np.argsort(-along, kind="stable")[:MOST_INPUTS]
        return sorted(varying[i] for i in chosen)


def make_cases(
    inputs: pd.DataFrame, happens: Array, weight: Array, point: Sequence[object], run: Sequence[int]
) -> Cases:
    """Return the cases of a table of inputs, one row a case; texts become codes."""
    values, texts = np.zeros((inputs.shape[1], len(inputs))), {}
    for i, name in enumerate(inputs.columns):
        column = inputs[name]
        if pd.api.types.is_numeric_dtype(column):
            values[i] = column.to_numpy(dtype=float)
        else:
            said = sorted(map(str, column.unique()))
            texts[i] = tuple(said)
            values[i] = [said.index(str(text)) for text in column]
    return Cases(
        names=tuple(map(str, inputs.columns)),
        values=values,
        texts=texts,
        happens=np.asarray(happens, dtype=float),
        weight=np.asarray(weight, dtype=float),
        point=np.unique(np.asarray(point), return_inverse=True)[1].astype(np.intp),
        run=np.unique(np.asarray(run), return_inverse=True)[1].astype(np.intp),
    )
