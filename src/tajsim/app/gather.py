"""The results of reference and scenario, as far as they are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tajsim.app.task import Task
from tajsim.axes import DIMENSIONS
from tajsim.ensemble.chunk import Record
from tajsim.ensemble.dataset import build_dataset
from tajsim.ensemble.months import month_dates
from tajsim.ensemble.plan import Plan
from tajsim.ensemble.store import Store
from tajsim.inputs.outcomes import load_outcomes

Series = NDArray[np.float32]
#: The months done, by outcome: ``(own dims..., month, run)``.
Months = Mapping[str, Series]
#: What there is of one scenario, by outcome: ``(scenario 1, own dims..., month, run)``.
Side = dict[str, xr.DataArray]


def longer(had: Months, new: Months, first: int) -> Months:
    """Return the months done, with those from ``first`` on that a worker has told of now."""
    if not first:
        return new
    return {name: np.concatenate([had[name][..., :first, :], new[name]], axis=-2) for name in new}


def dataset_of(
    plan: Plan, pairs: Sequence[tuple[Task, ...]], records: Sequence[Record]
) -> xr.Dataset:
    """Return the labelled results of chunks that are complete, as `run_many` would.

    Args:
        plan: the plan of all runs.
        pairs: the tasks of each chunk, of the reference and the scenario, from run 0 on.
        records: the record of each task, in that order.
    """
    jobs = [replace(t.job, position=i) for pair in pairs for i, t in enumerate(pair)]
    part = replace(plan, runs=max(job.stop for job in jobs))
    store = Store(part)
    for job, record in zip(jobs, records, strict=True):
        store.put(job, record)
    return build_dataset(part, store)


def sides_so_far(
    plan: Plan,
    pairs: Sequence[tuple[Task, ...]],
    records: Mapping[str, Record],
    partial: Mapping[str, Months],
    names: Sequence[str],
) -> tuple[Side, Side]:
    """Return outcomes of reference and scenario, each up to the month that all its chunks reached.

    A side is empty while one of its chunks has nothing yet.
    """
    found = []
    for position, scenario in enumerate(plan.scenarios):
        keys = [pair[position].key for pair in pairs]
        chunks = [records[k].outcomes if k in records else partial.get(k, {}) for k in keys]
        there = [name for name in names if all(name in chunk for chunk in chunks)]
        found.append(
            {
                name: _labelled(name, [c[name] for c in chunks], scenario.name, plan)
                for name in there
            }
        )
    return found[0], found[1]


def months_of(side: Side) -> int:
    """Return how many months there are of a side."""
    return min((series.sizes["month"] for series in side.values()), default=0)


def _labelled(name: str, chunks: Sequence[Series], scenario: str, plan: Plan) -> xr.DataArray:
    outcome = load_outcomes()[name]
    count = min(chunk.shape[-2] for chunk in chunks)
    values = np.concatenate([chunk[..., :count, :] for chunk in chunks], axis=-1)
    return xr.DataArray(
        values[None],
        dims=("scenario", *outcome.dimensions, "month", "run"),
        coords={
            "scenario": [scenario],
            "month": month_dates(plan.months[:count]),
            **{d: list(DIMENSIONS[d]) for d in outcome.dimensions},
        },
        name=name,
        attrs={
            "label": outcome.label,
            "unit": outcome.unit,
            "aggregate": outcome.aggregate,
            "window_unit": outcome.window_unit,
        },
    )
