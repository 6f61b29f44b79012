"""Columns: runs that each bring their own number and their own parameters.

Many small ensembles cost far less as columns of one: a month costs mostly the same whatever the
number of runs is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tajsim.axes import Array
from tajsim.ensemble.plan import Job, Plan

if TYPE_CHECKING:
    from tajsim.inputs.scenario import Scenario


@dataclass(frozen=True)
class ColumnPlan(Plan):
    """A plan whose ``runs`` are columns.

    Attributes:
        numbers: the run number of each column, which fixes its draws; a number may come twice.
        settings: for each scenario, full parameter name -> ``(column,)`` values, in place of
            what would be drawn.
    """

    numbers: tuple[int, ...] = ()
    settings: tuple[Mapping[str, Array], ...] = ()

    def jobs(self) -> list[Job]:
        """Divide the columns as a plan divides its runs."""
        return [
            replace(
                job,
                numbers=self.numbers[job.first : job.stop],
                settings={
                    name: values[job.first : job.stop]
                    for name, values in self.settings[job.position].items()
                },
            )
            for job in super().jobs()
        ]


def column_plan(
    plan: Plan,
    scenarios: Sequence[Scenario],
    outcomes: tuple[str, ...],
    numbers: tuple[int, ...],
    settings: Sequence[Mapping[str, Array]],
) -> ColumnPlan:
    """Return the plan of columns of scenarios; seed, period and workers are those of a plan."""
    return ColumnPlan(
        scenarios=tuple(scenarios),
        runs=len(numbers),
        seed=plan.seed,
        parameters=plan.parameters,
        start=plan.start,
        end=plan.end,
        outcomes=outcomes,
        workers=plan.workers,
        chunk=plan.chunk,
        numbers=numbers,
        settings=tuple(settings),
    )
