"""One batch of work: runs of points of one variant, with all that simulates them anywhere."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tajsim.ensemble.fingerprint import model_version
from tajsim.inputs.events import ALL
from tajsim.inputs.experiment_parts import Experiment, FactorValue, Keep
from tajsim.inputs.outcomes import with_weight
from tajsim.inputs.scenario_parts import Event, Scenario
from tajsim.inputs.toml import month_number, month_text
from tajsim.results.window import at_places, labelled, over
from tajsim.sweeps.design import Point

#: Number of a point and of a run, for each run of a batch.
Cells = NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """The runs of a batch: ``points`` and ``runs`` are (run,), settings numbers or (run,)."""

    scenario: str
    start: str
    end: str
    seed: int
    parameters: str
    points: tuple[str, ...]
    runs: NDArray[np.int64]
    settings: Mapping[str, Any]
    events: tuple[Event, ...]
    keep: tuple[Keep, ...]
    series: tuple[str, ...]
    model: str
    fingerprint: str

    @property
    def months(self) -> int:
        """How many months are simulated."""
        return month_number(self.end) - month_number(self.start) + 1

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes to record."""
        return with_weight([*(keep.outcome for keep in self.keep), *self.series])


def make_task(
    experiment: Experiment,
    points: Sequence[Point],
    runs: Sequence[int] | Cells,
    model: str,
    fingerprint: str,
) -> Task:
    """Return the task of runs ``(run,)`` of points ``(run,)``, all of one variant."""
    scenario = next(s for s in experiment.scenarios if s.name == points[0].scenario)
    values = [point.values for point in points]
    settings: dict[str, Any] = dict(scenario.settings)
    for factor in experiment.factors:
        if factor.parameter is not None:
            settings[factor.parameter] = np.array([float(v[factor.name]) for v in values])
    return Task(
        scenario=scenario.name,
        start=experiment.start,
        end=experiment.end,
        seed=experiment.seed,
        parameters=experiment.parameters,
        points=tuple(point.id for point in points),
        runs=np.asarray(runs, dtype=np.int64),
        settings=settings,
        events=_events(experiment, scenario, values),
        keep=experiment.keep,
        series=experiment.series,
        model=model,
        fingerprint=fingerprint,
    )


def _events(
    experiment: Experiment, scenario: Scenario, values: Sequence[Mapping[str, FactorValue]]
) -> tuple[Event, ...]:
    """Return the events of the variant, months in order; travelling numbers become ``(run,)``."""
    own = []
    for template in experiment.events:
        event = template.event(values[0])
        if template.travelling:
            numbers = np.array([float(template.filled(v)[template.travelling]) for v in values])
            arguments: dict[str, Any] = {**event.arguments, template.travelling: numbers}
            event = replace(event, arguments=arguments)
        own.append(event)
    events = sorted([*scenario.events, *own], key=lambda event: event.month)
    return tuple(event for event in events if event.month <= experiment.end)


Numbers = NDArray[np.float64]
Series = NDArray[np.float32]


def summarise(record: Mapping[str, Series], keep: Sequence[Keep], start: str) -> Numbers:
    """Return the kept numbers ``(run, column)`` of series ``(own dims..., month, run)``."""
    first, months = month_number(start), next(iter(record.values())).shape[-2]
    whole = labelled(record, [month_text(first + place) for place in range(months)])
    return np.stack([one(whole, k) for k in keep], axis=-1)


def one(record: xr.Dataset, keep: Keep) -> Numbers:
    """Return one column ``(run,)``: an outcome at one place, aggregated over its window."""
    where = {d: [name] for d, name in keep.where.items() if name != ALL}
    return np.asarray(over(at_places(record, keep.outcome, where), keep.window).values)


@dataclass(frozen=True)
class Finished:
    """What a task leaves: kept numbers ``(run, column)``, and series ``(..., month, run)``."""

    task: Task
    numbers: NDArray[np.float64]
    series: dict[str, NDArray[np.float32]]


class WrongModelError(Exception):
    """A worker has another version of the model than the sweep."""


def simulate_task(task: Task, month_done: Callable[[], None]) -> Finished:
    """Simulate the runs of a task; ``month_done`` is called after every month.

    Raises:
        WrongModelError: if the model is not the one that the task was made for.
    """
    from tajsim.ensemble.executor import collect, keep_freed_memory
    from tajsim.model.model import TajikistanModel

    if task.model != model_version():
        raise WrongModelError(f"this sweep is of model {task.model}, here is {model_version()}")
    keep_freed_memory()
    model = TajikistanModel(
        runs=task.runs.tolist(),
        seed=task.seed,
        start=task.start,
        end=task.end,
        settings=dict(task.settings),
        events=task.events,
        parameters=task.parameters,
        outcomes=task.outcomes,
    )
    try:
        model.run_to_end(progress=lambda _month: month_done())
        numbers = summarise(model.record, task.keep, task.start)
        return Finished(task, numbers, {name: model.record[name] for name in task.series})
    finally:
        del model
        collect()


def read_table(text: str, texts: Collection[str] = ("point", "scenario")) -> pd.DataFrame:
    """Return a table; a column is of whole numbers, of numbers, or (also those named) of texts.

    Raises:
        ValueError: if there is no header, or a row is of another length.
    """
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if not header:
        raise ValueError("the table has no header")
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    if len(columns) != len(header):
        raise ValueError("a row is too short or too long")
    values = {
        name: list(column) if name in texts else _numbers(column)
        for name, column in zip(header, columns, strict=True)
    }
    return pd.DataFrame(values)


def _numbers(column: Sequence[str]) -> Any:
    for kind in (np.int64, np.float64):
        try:
            return np.array([int(v) if kind is np.int64 else float(v) for v in column], dtype=kind)
        except (ValueError, OverflowError):
            continue
    return list(column)
