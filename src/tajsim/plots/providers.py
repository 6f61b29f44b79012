"""The bargain: who carries which task, what deals come and go, and what the regime pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.results.select as choose
import tajsim.results.window as windows
from tajsim.axes import TASKS
from tajsim.inputs.deals import load_deals
from tajsim.plots.border import NOBODY, OTHERS, OWN, Band, draw_stack
from tajsim.plots.fan import Series
from tajsim.results import numbers

OUTSIDE, GAP, PROVISION, DEALS = "outside_provision", "gap", "provision", "deals_in_force"
#: What the regime pays and gets, and the name of each above its panel.
PRICE = {
    "autonomy": "Autonomy of the regime",
    "alignment": "Alignment (1: Moscow)",
    "expected_pressure": "Pressure it expects",
    "conditions_borne": "Conditions it bears",
    "concessions": "Concessions to Moscow",
    "price_received": "Paid to it by powers",
}
#: So many powers are told apart, if they carry this much of a task on average in some scenario.
MOST_POWERS, WORTH_TELLING = 5, 0.01
#: So many deals of each task are named, if they come and go so often in a run.
MOST_DEALS, WORTH_NAMING = 1, 0.05
#: In a comparison a task is drawn if what carries it differs by this much on average.
WORTH_DRAWING = 0.01
_SUBTITLE = (
    "Above: the part of each task that the country's own agencies, each power and nobody covers; "
    "what several powers duplicate is divided by what each brings. Below: the price."
)
_FOOT = "Areas: means over the runs. Lines of the price: medians, with 50 % of the runs."
_PRICE_TALL = 0.95  # inches of a panel of the price


def providers(
    dataset: xr.Dataset,
    *,
    select: Mapping[str, Any] | choose.Names = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw who carries each task over time, and what the regime pays; name the deals that change.

    Args:
        dataset: results of one scenario or several.
        select: tasks, ``{"task": ["border", "drugs"]}`` or ``"task=border"``; by default all, in a
            comparison those that are carried otherwise than in the reference.
        events: whether to mark the events; or the kinds of event to mark.
        title: heading.

    Raises:
        UserError: for unknown tasks, or results without provision, deals and what is uncarried.
    """
    choose.outcomes(dataset, [OUTSIDE, GAP, PROVISION, DEALS, *PRICE], [])
    chosen = choose.selection(select)
    choose.check_selection([dataset[OUTSIDE]], chosen)
    tasks = [task for task in TASKS if task in dataset[OUTSIDE]["task"].values]
    shares, found = shares_of(dataset), panels.event_markers(dataset, events)
    differing = [task for task in tasks if _apart(shares.sel(task=task)) > WORTH_DRAWING] or tasks
    alike = [t for t in tasks if t not in differing and "task" not in chosen]
    if dataset.sizes["scenario"] == 1:
        differing, alike = tasks, []
    tasks = [task for task in tasks if task in chosen.get("task", differing)]
    heads = {t: f"{chr(97 + i)}  {numbers.display_name(t)}" for i, t in enumerate(tasks)}
    grid = panels.Grid(tasks, choose.names_of(dataset), tall=1.3, low=0.85, heads=heads)
    powers = _told(shares)
    parts = [OWN, *(part_of(p) for p in powers), OTHERS, NOBODY]
    shares = windows.lasting(shares)
    when = windows.years(shares["month"].values)

    def stack(ax: Axes, task: str, scenario: str) -> None:
        _stack(ax, shares.sel(scenario=scenario, task=task), when, powers, parts)

    key = panels.events_key(found, grid.scenarios, headed=True)
    layout, below = panels.draw_grid(
        dataset,
        grid,
        found,
        stack,
        "share",
        below=2 * _PRICE_TALL + 0.35,
        title=title or "Who provides security, and for what price",
        subtitle=_SUBTITLE + _said_alike(alike),
        legend=_legend(parts, grid.scenarios),
        key=[*_deals_key(moves_of(dataset), tasks), *key],
        foot=panels.foot(dataset, _FOOT),
    )
    _price(layout.figure, below.subgridspec(2, 3), dataset)
    return layout.figure


def _legend(parts: Sequence[Band], scenarios: Sequence[str]) -> list[style.Item]:
    said = scenarios if len(scenarios) > 1 else ["the price"]
    return [*(part.item for part in parts), *style.scenario_items(said, lw=1.7, marker="")]


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
    return xr.Dataset({name: values.mean("run") for name, values in parts.items()})


def moves_of(dataset: xr.Dataset) -> xr.DataArray:
    """Return deals begun and ended a run, ``(scenario, deal, way)``; in force before: not begun."""
    held = dataset[DEALS].transpose("scenario", "deal", "month", "run").round()
    step = held.diff("month")
    ways = [step.clip(0, None), (-step).clip(0, None)]
    found = xr.concat([way.sum("month").mean("run") for way in ways], "way")
    return found.assign_coords(way=["begun", "ended"]).transpose("scenario", "deal", "way")


def _apart(shares: xr.Dataset) -> float:
    """Return how far what carries a task differs from the reference, as a share of the task."""
    apart = [abs(shares[name] - shares[name].isel(scenario=0)) for name in shares]
    return max(float(one.mean("month").max()) for one in apart)


def _said_alike(tasks: Sequence[str]) -> str:
    names = numbers.listed([numbers.display_name(task).lower() for task in tasks])
    return f" Carried alike, and not drawn: {names}." if tasks else ""


def _told(shares: xr.Dataset) -> list[str]:
    """Return the powers told apart: those that carry most of some task, in their usual order."""
    most = shares["by_power"].mean("month").max(("scenario", "task"))
    names = [str(name) for name in most["power"].values]
    sizes = dict(zip(names, most.values.tolist(), strict=True))
    large = sorted(names, key=lambda name: -sizes[name])[:MOST_POWERS]
    return [name for name in names if name in large and sizes[name] >= WORTH_TELLING]


def part_of(power: str) -> Band:
    """Return how a power is drawn in a stack."""
    look = style.actor_look("power", power)
    return Band(numbers.display_name(power), look.colour, look.hatch)


def _stack(
    ax: Axes, shares: xr.Dataset, when: windows.Floats, powers: list[str], parts: list[Band]
) -> None:
    """Draw the stack of one task, ``(month,)`` each."""
    single = [shares["by_power"].sel(power=power).values for power in powers]
    others = shares["by_power"].sum("power").values - sum(single, np.zeros_like(when))
    layers = [shares["own"].values, *single, np.maximum(others, 0.0), shares["gap"].values]
    draw_stack(ax, when, layers, parts)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])


def _deals_key(moves: xr.DataArray, tasks: Sequence[str]) -> list[style.KeyEntry]:
    """Return which deals come and go most for each task, a column of numbers per scenario."""
    of, names = load_deals(), [str(name) for name in moves["scenario"].values]
    scenarios = "" if len(names) == 1 else f", in {' / '.join(names)}"
    entries = [style.KeyEntry(f"Deals that come and go most, times in a run{scenarios}")]
    for number, task in enumerate(tasks):
        rows = moves.sel(deal=[d for d in moves["deal"].values if of[str(d)].task == task])
        most = rows.sum("way").max("scenario")
        order = [str(d) for d in most.sortby(most, ascending=False)["deal"].values[:MOST_DEALS]]
        told = [_told_of(rows.sel(deal=d)) for d in order if most.sel(deal=d) >= WORTH_NAMING]
        text = "; ".join(told) or "none"
        entries.append(style.KeyEntry(f"{numbers.display_name(task)}: {text}", chr(97 + number)))
    return entries


def _told_of(row: xr.DataArray) -> str:
    """Return a deal with how often it is begun and ended, ``(scenario, way)``."""
    begun, ended = (
        " / ".join(f"{value:.1f}" for value in row.sel(way=way).values)
        for way in ("begun", "ended")
    )
    return f"{numbers.display_name(str(row['deal'].values))}, begun {begun}, ended {ended}"


def _price(figure: Figure, cells: Any, dataset: xr.Dataset) -> None:
    """Draw what the regime pays and gets, all scenarios in each panel."""
    for index, (name, head) in enumerate(PRICE.items()):
        row, column = divmod(index, 3)
        ax = figure.add_subplot(cells[row, column])
        series = Series(windows.at_places(dataset, name, {}), None)
        for place in range(dataset.sizes["scenario"]):
            series.draw(ax, place, style.scenario_look(place), 1.2, 0.2)
        low, high = float(np.nanmin(series.lines[:, 1])), float(np.nanmax(series.lines[:, 3]))
        if 0.0 <= low <= 0.4 * high:
            ax.set_ylim(bottom=0.0)
        panels.titled_panel(ax, head, 1.9)
        style.plain_numbers(ax.yaxis, _PRICE_TALL)
        ax.set_ylabel(series.unit)
        panels.time_axis(ax, dataset, 1.9, bottom=row == 1)
        panels.shade_projection(ax, dataset, 1.9, named=False)
