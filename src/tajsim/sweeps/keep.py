"""From the monthly record of a batch to the numbers that are kept of each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import DIMENSIONS, total
from tajsim.inputs.dates import month_number
from tajsim.inputs.experiment_keep import ALL
from tajsim.inputs.experiment_parts import Keep
from tajsim.inputs.outcomes import load_outcomes

Numbers = NDArray[np.float64]
Series = NDArray[np.float32]


def summarise(record: Mapping[str, Series], keep: Sequence[Keep], start: str) -> Numbers:
    """Return the kept numbers ``(run, column)`` of series ``(own dims..., month, run)``.

    Sums are made in float64, along months and along a dimension in the order of its names.
    """
    return np.stack([one(record[k.outcome], k, start) for k in keep], axis=-1)


def one(series: Series, keep: Keep, start: str) -> Numbers:
    """Return one column ``(run,)``: an outcome at one place, aggregated over its window."""
    outcome = load_outcomes()[keep.outcome]
    first = month_number(keep.window[0]) - month_number(start)
    last = month_number(keep.window[1]) - month_number(start)
    values = series[..., first : last + 1, :].astype(np.float64)
    for dimension in outcome.dimensions:  # the first axis is used up each time
        name = keep.where[dimension]
        values = total(values) if name == ALL else values[DIMENSIONS[dimension].index(name)]
    return aggregate(values, outcome.aggregate)


def aggregate(values: Numbers, kind: str) -> Numbers:
    """Aggregate ``(month, run)`` over months as the registry of outcomes says, ``(run,)``."""
    if kind == "last":
        last: Numbers = values[-1]
        return last
    if kind == "maximum":
        highest: Numbers = values.max(axis=0)
        return highest
    whole = total(values)
    if kind == "total":
        return whole
    months = len(values)
    return whole / (months / 12.0 if kind == "yearly" else months)
