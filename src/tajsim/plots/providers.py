"""Who provides security: of each task, the part of own agencies, of each power, and of nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import tajsim.plots.choose as choose
import tajsim.plots.marks as marks
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.axes import TASKS
from tajsim.plots.grid import Grid
from tajsim.plots.labels import spoken
from tajsim.plots.page import Page
from tajsim.plots.series import Floats, lasting, years
from tajsim.plots.stack import NOBODY, OTHERS, OWN, Part, draw_stack

EFFORT, OUTSIDE, GAP, PROVISION = "own_effort", "outside_provision", "gap", "provision"
#: So many powers are told apart, if they carry this much of a task on average in some scenario.
MOST_POWERS, WORTH_TELLING = 5, 0.01
_SUBTITLE = (
    "Of each task the part that powers carry, that the country's own agencies carry beyond them, "
    "and that nobody carries. What several powers do twice is divided by what each brings."
)
_INTERVAL = "Areas: means over the runs, so that they add up; no interval is shown."


def providers(
    dataset: xr.Dataset,
    *,
    select: Mapping[str, Any] | choose.Names = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw who carries each task over time, stacked to the whole; a panel per task and scenario.

    Args:
        dataset: results of one scenario or several.
        select: tasks, ``{"task": ["border", "drugs"]}`` or ``"task=border"``; all by default.
        events: whether to mark the events; or the kinds of event to mark.
        title: heading.

    Raises:
        UserError: for unknown tasks, or results without provision, effort and what is uncarried.
    """
    choose.outcomes(dataset, [OUTSIDE, GAP, PROVISION, EFFORT], [])
    chosen = choose.selection(select)
    choose.check_selection([dataset[OUTSIDE]], chosen)
    tasks = [task for task in TASKS if task in dataset[OUTSIDE]["task"].values]
    grid = Grid([t for t in tasks if t in chosen.get("task", tasks)], choose.names_of(dataset))
    found = marks.marks(dataset, events)
    shares = shares_of(dataset)
    powers = _told(shares)
    parts = [OWN, *(part_of(p) for p in powers), OTHERS, NOBODY]
    page = Page(
        body=grid.height * grid.rows + grid.room(dataset, found) + 0.65,
        title=title or "Who provides security, by task",
        subtitle=_SUBTITLE,
        legend=_legend(parts),
        key=marks.key(found, grid.scenarios),
        foot=timeline.foot(dataset, _INTERVAL),
    )
    shares = lasting(shares)
    for index, ax in enumerate(page.panels(grid.rows, grid.columns, grid.count)):
        task, scenario = grid.panel(index)
        here = shares.sel(scenario=scenario, task=task)
        _panel(ax, here, years(shares["month"].values), powers, parts)
        grid.dress(ax, dataset, index, found, "share")
    return page.figure


def shares_of(dataset: xr.Dataset) -> xr.Dataset:
    """Return means over runs, ``(scenario, task, month)``, of each carrier of a task.

    What outsiders carry together is divided over powers, run by run, by what each brings.
    """
    outside = dataset[OUTSIDE].astype(float)
    brought = dataset[PROVISION].astype(float)
    whole = brought.sum("power")
    by_power = brought * (outside / whole.where(whole > 0.0)).fillna(0.0)
    # A month's gap is what the last month left: the next one belongs to this month's provision.
    gap = dataset[GAP].astype(float)
    gap = xr.concat([gap.isel(month=slice(1, None)), gap.isel(month=[-1])], "month")
    gap = gap.assign_coords(month=dataset["month"].values)
    gap = gap.where(gap < 1.0 - outside, 1.0 - outside)
    parts = {"by_power": by_power, "gap": gap, "own": 1.0 - outside - gap}
    parts["effort"] = dataset[EFFORT].astype(float)
    return xr.Dataset({name: values.mean("run") for name, values in parts.items()})


def _told(shares: xr.Dataset) -> list[str]:
    """Return the powers told apart: those that carry most of some task, in their usual order."""
    most = shares["by_power"].mean("month").max(("scenario", "task"))
    names = [str(name) for name in most["power"].values]
    sizes = dict(zip(names, most.values.tolist(), strict=True))
    large = sorted(names, key=lambda name: -sizes[name])[:MOST_POWERS]
    return [name for name in names if name in large and sizes[name] >= WORTH_TELLING]


def part_of(power: str) -> Part:
    """Return how a power is drawn in a stack."""
    look = style.actor_look("power", power)
    return Part(spoken(power), look.colour, look.hatch)


def _panel(
    ax: Axes, shares: xr.Dataset, when: Floats, powers: list[str], parts: list[Part]
) -> None:
    """Draw the stack of one task, ``(month,)`` each, and the line of own effort."""
    single = [shares["by_power"].sel(power=power).values for power in powers]
    others = shares["by_power"].sum("power").values - sum(single, np.zeros_like(when))
    layers = [shares["own"].values, *single, np.maximum(others, 0.0), shares["gap"].values]
    draw_stack(ax, when, layers, parts)
    for width, colour, line in ((2.6, "white", "-"), (1.2, style.INK, (0, (4, 1.5)))):
        ax.plot(when, shares["effort"].values, color=colour, lw=width, ls=line, zorder=4)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])


def _legend(parts: Sequence[Part]) -> list[tuple[Artist, str]]:
    line = Line2D([], [], color=style.INK, lw=1.2, ls=(0, (4, 1.5)))
    return [*(part.patch() for part in parts), (line, "the task's share of all own effort")]
