"""The place where the chunks of an ensemble come together: arrays of the full size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import DIMENSIONS
from tajsim.ensemble.chronicle import Columns, join
from tajsim.ensemble.chunk import Record
from tajsim.ensemble.plan import Job, Plan
from tajsim.inputs.outcomes import load_outcomes
from tajsim.model.snapshot import Snapshot


class Store:
    """Arrays ``(scenario, own dims..., month, run)``; a record goes to the place of its runs."""

    def __init__(self, plan: Plan) -> None:
        scenarios, months = len(plan.scenarios), len(plan.months)
        self.outcomes: dict[str, NDArray[np.float32]] = {}
        for name in plan.outcomes:
            own = tuple(len(DIMENSIONS[d]) for d in load_outcomes()[name].dimensions)
            self.outcomes[name] = np.empty((scenarios, *own, months, plan.runs), dtype=np.float32)
        self.parameter_names: list[str] = []
        self.parameter_values = np.empty((scenarios, 0, plan.runs))
        self.states: list[tuple[int, int, Snapshot]] = []
        self._events: list[tuple[int, int, Columns]] = []

    @property
    def events(self) -> dict[str, NDArray[Any]]:
        """The chronicle of all runs as columns, by scenario, run, month and order."""
        return join(self._events)

    def put(self, job: Job, record: Record) -> None:
        """Copy a record to the runs of its job.

        Raises:
            ValueError: if a series is not of the shape that the registry of outcomes announces.
        """
        if not self.parameter_names:
            scenarios, _, runs = self.parameter_values.shape
            self.parameter_names = record.parameter_names
            self.parameter_values = np.empty((scenarios, len(record.parameter_names), runs))
        self.parameter_values[job.position, :, job.first : job.stop] = record.parameter_values
        if record.state:
            self.states.append((job.first, job.stop, record.state))
        self._events.append((job.position, job.first, record.events))
        for name, values in record.outcomes.items():
            target = self.outcomes[name][job.position, ..., job.first : job.stop]
            if target.shape != values.shape:
                raise ValueError(f"outcome {name} is {values.shape}, expected {target.shape}")
            target[...] = values
