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
#: By key: how many months are done, and the series of them, ``(own dims..., month, run)``.
Partial = dict[str, tuple[int, Mapping[str, Series]]]


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


def series_so_far(
    plan: Plan, pair: tuple[Task, ...], records: Mapping[str, Record], partial: Partial
) -> dict[str, xr.DataArray]:
    """Return what is watched of the first runs, up to the month that both scenarios have reached.

    Empty, if one of them has nothing yet.
    """
    found: list[tuple[int, Mapping[str, Series]]] = []
    for task in pair:
        if task.key in records:
            found.append((len(plan.months), records[task.key].outcomes))
        elif task.key in partial:
            found.append(partial[task.key])
        else:
            return {}
    count = min(months for months, _ in found)
    names = [name for name in found[0][1] if all(name in series for _, series in found)]
    return {
        name: _labelled(name, [series[name][..., :count, :] for _, series in found], plan)
        for name in names
    }


def _labelled(name: str, values: Sequence[Series], plan: Plan) -> xr.DataArray:
    outcome = load_outcomes()[name]
    stacked = np.stack(values)
    return xr.DataArray(
        stacked,
        dims=("scenario", *outcome.dimensions, "month", "run"),
        coords={
            "scenario": [scenario.name for scenario in plan.scenarios],
            "month": month_dates(plan.months[: stacked.shape[-2]]),
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
