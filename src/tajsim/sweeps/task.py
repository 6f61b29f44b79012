"""The jobs of a sweep: runs of points of one variant, and what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tajsim.ensemble.job import Job
from tajsim.inputs import outcomes, toml
from tajsim.inputs.events import ALL
from tajsim.inputs.experiment_file import Experiment, FactorValue, Keep
from tajsim.inputs.scenario_parts import Event, Scenario
from tajsim.results.window import at_places, labelled, over
from tajsim.sweeps.design import Point

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel

#: Number of a point and of a run, for each run of a batch.
Cells = NDArray[np.int64]


def make_job(
    experiment: Experiment,
    points: Sequence[Point],
    runs: Sequence[int] | Cells,
    model: str,
    fingerprint: str,
) -> Job:
    """Return the job of runs ``(run,)`` of points ``(run,)``, all of one variant.

    Args:
        experiment, points, runs: what is simulated.
        model: the version of the model that must simulate it.
        fingerprint: the mark of the sweep that the shards of this scenario bear.
    """
    scenario = next(s for s in experiment.scenarios if s.name == points[0].scenario)
    values = [point.values for point in points]
    settings: dict[str, Any] = dict(scenario.settings)
    for factor in experiment.factors:
        if factor.parameter is not None:
            settings[factor.parameter] = np.array([float(v[factor.name]) for v in values])
    kept = (*(keep.outcome for keep in experiment.keep), *experiment.series)
    return Job(
        scenario=scenario.name,
        runs=tuple(int(run) for run in runs),
        seed=experiment.seed,
        start=experiment.start,
        end=experiment.end,
        parameters=experiment.parameters,
        outcomes=outcomes.with_weight(kept),
        settings=settings,
        events=_events(experiment, scenario, values),
        points=tuple(point.id for point in points),
        keep=Summaries(experiment.keep, experiment.series, experiment.start, fingerprint),
        model=model,
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
    first, months = toml.month_number(start), next(iter(record.values())).shape[-2]
    whole = labelled(record, [toml.month_text(first + place) for place in range(months)])
    return np.stack([one(whole, k) for k in keep], axis=-1)


def one(record: xr.Dataset, keep: Keep) -> Numbers:
    """Return one column ``(run,)``: an outcome at one place, aggregated over its window."""
    where = {d: name for d, name in keep.where.items() if name != ALL}
    return np.asarray(over(at_places(record, keep.outcome, where), keep.window).values)


@dataclass(frozen=True)
class Finished:
    """What a job leaves: kept numbers ``(run, column)``, and series ``(..., month, run)``."""

    numbers: NDArray[np.float64]
    series: dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Summaries:
    """What is kept of a job: columns and series of an experiment, which its mark is of."""

    columns: tuple[Keep, ...]
    series: tuple[str, ...]
    start: str
    fingerprint: str

    def __call__(self, model: TajikistanModel) -> Finished:
        """Return what is kept of a finished model."""
        numbers = summarise(model.record, self.columns, self.start)
        return Finished(numbers, {name: model.record[name] for name in self.series})
