"""Paired differences with one group of draws made anew and all others held (pick and freeze)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from tajsim.analysis.aggregate import Cell, cells
from tajsim.analysis.windows import (
    Window,
    check_window,
    default_window,
    scenario_names,
    whole_period,
)
from tajsim.axes import Array
from tajsim.draws import Draws
from tajsim.ensemble.columns import column_plan
from tajsim.ensemble.run import simulate
from tajsim.inputs.modes import REDRAWN
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.values import ParameterValues

if TYPE_CHECKING:
    from tajsim.ensemble.plan import Plan
    from tajsim.ensemble.run import Progress
    from tajsim.inputs.scenario import Scenario

#: So many runs are made again with each group drawn anew; more would cost more than they tell.
MOST = 100
#: With fewer runs a share of variance is anybody's guess, and none is given.
FEWEST = 20
CHANCE = "chance"
#: Added to a run number, gives a run that no ensemble has: all its draws are its own.
_ELSEWHERE = 2**40

#: ``(column,)`` values by window, outcome and coordinate.
Values = dict[tuple[Window, str, str], Array]


@dataclass(frozen=True)
class Differences:
    """The paired difference of one outcome at one coordinate over a window.

    ``base`` ``(run,)`` is the comparison's; ``again`` has, for each group that was drawn anew,
    the ``(n,)`` differences of the first runs with nothing else changed. It is empty where no
    parameter is uncertain: all is chance then.
    """

    scenario: str
    cell: Cell
    window: Window
    base: Array
    again: Mapping[str, Array]


def drawn_again(scenario: Scenario, runs: int, seed: int, mode: str) -> dict[str, Array]:
    """Return ``(parameter, run)`` values: ``""`` as drawn, and for each group with it made anew.

    A group has no entry where nothing in force is uncertain.
    """

    def table(*redraw: str) -> Array:
        draws = Draws(seed, np.arange(runs))
        return ParameterValues(draws, scenario.settings, mode, redraw).table()[1]

    base = table()
    tables = {group: table(group) for group in REDRAWN if group != CHANCE}
    return {"": base} | {g: t for g, t in tables.items() if not np.array_equal(t, base)}


def kept_outcomes(plan: Plan) -> tuple[str, ...]:
    """Return the outcomes whose variance is told: the chosen ones, or of all the headline ones."""
    known = load_outcomes()
    everything = len(plan.outcomes) == len(known)
    return tuple(n for n in plan.outcomes if known[n].headline or not everything)


def redraw_differences(
    plan: Plan, dataset: xr.Dataset, window: Window | None = None, progress: Progress | None = None
) -> list[Differences]:
    """Simulate the first runs of a comparison again, once with each group of draws made anew.

    Args:
        plan: the plan of the comparison; the first scenario is the reference.
        dataset: its results.
        window: the months, as in `compare_results`.
        progress: called with the run-months done and their total.

    Returns:
        The differences of every kept outcome at every coordinate, scenario by scenario.
    """
    windows = _windows(dataset, window)
    groups, parts = _simulate_again(plan, windows, progress)
    own = dataset[list(kept_outcomes(plan))]
    found: list[Differences] = []
    for position, (w, part) in enumerate(zip(windows, parts[1:], strict=True), start=1):
        for cell in cells(own.isel(scenario=[0, position]), w):
            again: dict[str, Array] = {}
            if groups:
                key = (w, cell.outcome, cell.where)
                again = dict(
                    zip(groups, np.split(part[key] - parts[0][key], len(groups)), strict=True)
                )
            base = cell.values[1] - cell.values[0]
            found.append(Differences(plan.scenarios[position].name, cell, w, base, again))
    return found


def _simulate_again(
    plan: Plan, windows: Sequence[Window], progress: Progress | None
) -> tuple[list[str], list[Values]]:
    """Return the groups drawn anew, and the values of all columns for each scenario."""
    runs = min(plan.runs, MOST)
    tables = [drawn_again(s, runs, plan.seed, plan.parameters) for s in plan.scenarios]
    if all(list(table) == [""] for table in tables):
        return [], [{} for _ in tables]
    groups = [g for g in REDRAWN if g == CHANCE or any(g in table for table in tables)]
    needed = [tuple(dict.fromkeys(windows)), *((w,) for w in windows)]
    parts: list[Values] = []
    for first in range(0, len(tables), plan.workers):
        batch = slice(first, first + plan.workers)
        again = column_plan(
            plan,
            plan.scenarios[batch],
            kept_outcomes(plan),
            _numbers(groups, runs),
            [_settings(table, groups) for table in tables[batch]],
        )
        results = simulate(again, _part(progress, first, len(again.scenarios), len(tables)))
        for position, own in enumerate(needed[batch]):
            parts.append(_collect(results.isel(scenario=[position]), own))
    return groups, parts


def _windows(dataset: xr.Dataset, window: Window | None) -> list[Window]:
    """Return the window of each scenario but the reference."""
    period = whole_period(dataset)
    return [
        check_window(period, window or default_window(dataset, name))
        for name in scenario_names(dataset)[1:]
    ]


def _settings(tables: Mapping[str, Array], groups: Sequence[str]) -> dict[str, Array]:
    """Return ``(column,)`` values by parameter, the runs of one group after those of another."""
    values = np.concatenate([tables.get(group, tables[""]) for group in groups], axis=1)
    return dict(zip(load_parameters(), values, strict=True))


def _numbers(groups: Sequence[str], runs: int) -> tuple[int, ...]:
    """Return the run number of each column: chance is drawn anew by a number of its own."""
    return tuple(
        run + (_ELSEWHERE if group == CHANCE else 0) for group in groups for run in range(runs)
    )


def _collect(dataset: xr.Dataset, windows: Sequence[Window]) -> Values:
    """Return ``(column,)`` values by window, outcome and coordinate; the months can be let go."""
    return {
        (window, cell.outcome, cell.where): cell.values[0]
        for window in windows
        for cell in cells(dataset, window)
    }


def _part(
    progress: Progress | None, before: int, now: int, count: int
) -> Callable[[int, int], None] | None:
    """Return a progress that tells the part that some scenarios are of the whole."""
    if progress is None:
        return None
    return lambda done, of: progress(before * (of // now) + done, count * (of // now))
