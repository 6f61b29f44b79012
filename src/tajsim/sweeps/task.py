"""One batch of work: runs of points of one variant, with all that simulates them anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.inputs.dates import month_number
from tajsim.inputs.experiment_parts import Experiment, FactorValue, Keep
from tajsim.inputs.scenario_parts import Event, Scenario
from tajsim.sweeps.points import Point

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
        return tuple(dict.fromkeys([*(keep.outcome for keep in self.keep), *self.series]))


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
