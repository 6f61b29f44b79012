"""Who provides security: own effort and outside provision by task over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

import tajsim.plots.badges as badges
import tajsim.plots.choose as choose
import tajsim.plots.marks as marks
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.axes import TASKS
from tajsim.plots.labels import spoken, wrap
from tajsim.plots.page import Page
from tajsim.plots.series import Floats, unit_of, years

OWN, OUTSIDE = "own_effort", "outside_provision"


def tasks(
    dataset: xr.Dataset,
    *,
    select: Mapping[str, Any] | choose.Names = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw own effort with outside provision stacked on it, a panel per task and scenario.

    Args:
        dataset: results of one scenario or several.
        select: tasks, ``{"task": ["border", "drugs"]}`` or ``"task=border"``; all by default.
        events: whether to mark the events; or the kinds of event to mark.
        title: heading.

    Raises:
        UserError: for unknown tasks, or results without effort and provision.
    """
    choose.outcomes(dataset, [OWN, OUTSIDE], [])
    shown = _tasks(dataset, select)
    found = marks.marks(dataset, events)
    scenarios = choose.names_of(dataset)
    grid = _Grid(shown, scenarios)
    places = {
        name: badges.spots([m for m in found if name in m.owners], dataset, grid.wide)
        for name in scenarios
    }
    room = max(badges.head_room(spots) for spots in places.values())
    page = Page(
        body=grid.tall * grid.rows + room / 72 + 0.65,
        title=title or "Who provides security: own effort and outside provision by task",
        subtitle="Means over the runs, by month; outside provision stands on top of own effort.",
        legend=_legend(),
        key=marks.key(found, scenarios),
        foot=timeline.foot(dataset, "Areas: means over runs; no interval is shown."),
    )
    means = [dataset[name].mean("run", skipna=True) for name in (OWN, OUTSIDE)]
    highest = float(np.nanmax((means[0] + means[1]).sel(task=shown).values)) or 1.0
    for index, ax in enumerate(page.panels(grid.rows, grid.columns, grid.count)):
        task, scenario = grid.panel(index)
        own, outside = (m.sel(scenario=scenario, task=task).values for m in means)
        _areas(ax, years(dataset["month"].values), own, outside, task)
        ax.set_ylim(0, 1.15 * highest)
        _dress(ax, dataset, grid, index, room)
        here = [mark for mark in found if scenario in mark.owners]
        badges.draw_marks(ax, here, places[scenario] if index < grid.columns else None)
    return page.figure


def _tasks(dataset: xr.Dataset, select: Mapping[str, Any] | choose.Names) -> list[str]:
    chosen = choose.selection(select)
    choose.check_selection([dataset[OWN]], chosen)
    there = [task for task in TASKS if task in dataset[OWN]["task"].values]
    return [task for task in there if task in chosen.get("task", there)]


@dataclass(frozen=True)
class _Grid:
    """Panels: three tasks in a row for one scenario; else a row per task, a column per scenario."""

    tasks: Sequence[str]
    scenarios: Sequence[str]

    @property
    def alone(self) -> bool:
        return len(self.scenarios) == 1

    @property
    def columns(self) -> int:
        return min(3, len(self.tasks)) if self.alone else len(self.scenarios)

    @property
    def count(self) -> int:
        return len(self.tasks) * len(self.scenarios)

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def wide(self) -> float:
        return 5.6 / self.columns

    @property
    def tall(self) -> float:
        return 1.6 if self.alone else 0.95

    def panel(self, index: int) -> tuple[str, str]:
        """Return task and scenario of a panel."""
        if self.alone:
            return self.tasks[index], self.scenarios[0]
        row, column = divmod(index, self.columns)
        return self.tasks[row], self.scenarios[column]


def _dress(ax: Axes, dataset: xr.Dataset, grid: _Grid, index: int, room: float) -> None:
    """Give a panel its axes, title and projection."""
    row, column = divmod(index, grid.columns)
    task, scenario = grid.panel(index)
    style.plain_numbers(ax.yaxis, grid.tall - 0.1)
    timeline.time_axis(ax, dataset, grid.wide, bottom=index + grid.columns >= grid.count)
    timeline.shade_projection(ax, dataset, grid.wide, named=False)
    if row == 0 and timeline.has_projection(dataset):
        timeline.name_projection(ax, grid.wide, -2.0)
    head = spoken(task) if grid.alone else scenario if row == 0 else ""
    lines = wrap(head, grid.wide, style.BODY, bold=True)
    ax.set_title("\n".join(lines), pad=room + 4 if row == 0 else 4)
    ax.tick_params(labelleft=column == 0)
    if column == 0:
        unit = unit_of(dataset[OWN], windowed=False)
        name = [] if grid.alone else wrap(spoken(task), 0.8, 8.5)
        ax.set_ylabel("\n".join([*name, f"({unit})"]) if name else unit)


def _areas(ax: Axes, when: Floats, own: Floats, outside: Floats, task: str) -> None:
    look = style.actor_look("task", task)
    own, outside = np.nan_to_num(own), np.nan_to_num(outside)
    ax.fill_between(when, 0, own, color=look.colour, lw=0, zorder=2)
    ax.fill_between(
        when, own, own + outside, facecolor=style.lighter(look.colour),
        edgecolor=style.darker(look.colour, 0.2), hatch="////", lw=0, zorder=2,
    )  # fmt: skip
    ax.plot(when, own + outside, color=style.darker(look.colour), lw=1.0, zorder=3)


def _legend() -> list[tuple[Artist, str]]:
    return [
        (Patch(fc=style.QUIET, lw=0), "own effort (full colour of the task)"),
        (
            Patch(fc=style.lighter(style.QUIET), ec=style.QUIET, hatch="////", lw=0),
            "outside provision (light, hatched)",
        ),
    ]
