"""The runs of a sweep in groups: by the values of a factor, or in bands of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from tajsim.errors import UserError
from tajsim.plots.swept import Floats, Swept, leading, said

#: More groups than this are not told apart in one picture.
MOST_GROUPS = 12
_BANDS = 5


@dataclass(frozen=True)
class Group:
    """Some runs under one name; ``values`` are of one column."""

    name: str
    values: Floats


def parting(sweep: Swept, table: pd.DataFrame, name: str, by: Sequence[str]) -> str:
    """Return what parts the runs into groups: as asked, or the scenario if there are several.

    Otherwise it is the factor whose ranks go with the outcome most.
    """
    if by:
        return by[0]
    several = table["scenario"].nunique() > 1
    return "scenario" if several else leading(sweep, table, name, 1)[0]


def groups(table: pd.DataFrame, name: str, by: str) -> list[Group]:
    """Return the runs in groups: by the values of a factor, or in five bands of equally many.

    Raises:
        UserError: if the factor has more texts than a picture tells apart.
    """
    known = table.dropna(subset=[name])
    values = known[by]
    found = list(dict.fromkeys(values))
    if len(found) <= MOST_GROUPS:
        if pd.api.types.is_numeric_dtype(values):
            found = sorted(found)
        parts = [(said(value), values == value) for value in found]
    elif not pd.api.types.is_numeric_dtype(values):
        raise UserError(f"{by} has {len(found)} values; a picture tells {MOST_GROUPS} apart")
    else:
        parts = _bands(values)
    return [Group(text, known[name][rows].to_numpy(dtype=float)) for text, rows in parts]


def _bands(values: pd.Series[Any]) -> list[tuple[str, pd.Series[bool]]]:
    """Return five bands of a factor with equally many points."""
    edges = np.quantile(values.drop_duplicates(), np.linspace(0.0, 1.0, _BANDS + 1))
    parts = []
    for i, (low, high) in enumerate(pairwise(edges)):
        inside = (values >= low) & ((values < high) if i < _BANDS - 1 else (values <= high))
        parts.append((f"{said(low)} to {said(high)}", inside))
    return parts
