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
MOST_DEALS, WORTH_NAMING = 2, 0.05
_SUBTITLE = (
    "Above: the part of each task that the country's own agencies, each power and nobody covers; "
    "what several powers duplicate is divided by what each brings. Bars below it: deals begun (up) "
    "and ended (down) in each year, {tallest} a run at full height; those cut off have their "
    "number beside them. At the bottom: the price."
)
_FOOT = "Areas and bars: means over the runs. Lines of the price: medians, with 50 % of the runs."
_BEGUN, _ENDED = "#2f7d4f", "#b5271b"
#: Height of the bars' strip below a stack, as a share of the stack, and where its middle is.
_STRIP, _MIDDLE = 0.40, -0.22
_PRICE_TALL = 1.12  # inches of a panel of the price


def providers(
    dataset: xr.Dataset,
    *,
    select: Mapping[str, Any] | choose.Names = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw who carries each task over time, the deals begun and ended, and what the regime pays.

    Args:
        dataset: results of one scenario or several.
        select: tasks, ``{"task": ["border", "drugs"]}`` or ``"task=border"``; all by default.
        events: whether to mark the events; or the kinds of event to mark.
        title: heading.

    Raises:
        UserError: for unknown tasks, or results without provision, deals and what is uncarried.
    """
    choose.outcomes(dataset, [OUTSIDE, GAP, PROVISION, DEALS, *PRICE], [])
    chosen = choose.selection(select)
    choose.check_selection([dataset[OUTSIDE]], chosen)
    tasks = [task for task in TASKS if task in dataset[OUTSIDE]["task"].values]
    tasks = [task for task in tasks if task in chosen.get("task", tasks)]
    shares, moves = shares_of(dataset), moves_of(dataset)
    heads = {t: f"{chr(97 + i)}  {numbers.display_name(t)}" for i, t in enumerate(tasks)}
    grid = panels.Grid(tasks, choose.names_of(dataset), tall=1.75, low=1.15, heads=heads)
    found = panels.event_markers(dataset, events)
    above = panels.EventRows(dataset, found, grid.wide)
    powers = _told(shares)
    parts = [OWN, *(part_of(p) for p in powers), OTHERS, NOBODY]
    upper = grid.height * grid.rows + above.room / 72 + 0.35
    lower = 2 * _PRICE_TALL + 0.35
    of_tasks = by_task(moves, tasks)
    # The arrangement of the first months finds its level at once: later years set the scale.
    full = float(of_tasks.isel(year=slice(min(1, of_tasks.sizes["year"] - 1), None)).max())
    layout = style.Layout(
        body=upper + lower,
        title=title or "Who provides security, and for what price",
        subtitle=_SUBTITLE.format(tallest=numbers.number(full, decimals=1)),
        legend=_legend(parts, grid.scenarios),
        key=[*_deals_key(moves, tasks), *panels.events_key(found, grid.scenarios, headed=True)],
        foot=panels.foot(dataset, _FOOT),
    )
    boxes = layout.figure.add_gridspec(2, 1, height_ratios=[upper, lower])
    cells = boxes[0].subgridspec(grid.rows, grid.columns)
    shares = windows.lasting(shares)
    when = windows.years(shares["month"].values)
    for index in range(grid.count):
        ax = layout.figure.add_subplot(cells[divmod(index, grid.columns)])
        task, scenario = grid.panel(index)
        here = {"scenario": scenario, "task": task}
        _stack(ax, shares.sel(here), when, powers, parts)
        _bars(ax, of_tasks.sel(here), full)
        grid.dress(ax, dataset, index, above, "share")
    _price(layout.figure, boxes[1].subgridspec(2, 3), dataset)
    return layout.figure


def _legend(parts: Sequence[Band], scenarios: Sequence[str]) -> list[style.Item]:
    bars = [("deals begun", _BEGUN), ("deals ended", _ENDED)]
    said = scenarios if len(scenarios) > 1 else ["the price"]
    return [
        *(part.item for part in parts),
        *(style.area_item(text, fc=colour, lw=0) for text, colour in bars),
        *style.scenario_items(said, lw=1.7, marker=""),
    ]


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
    """Return deals begun and ended a run, ``(scenario, deal, way, year)``; in force before: no."""
    held = np.round(dataset[DEALS].transpose("scenario", "deal", "month", "run").values)
    step = np.diff(held, axis=2, prepend=held[:, :, :1])
    months = dataset["month"].values.astype("datetime64[Y]").astype(int) + 1970
    years = np.unique(months)
    ways = [np.maximum(step, 0.0).mean(axis=3), np.maximum(-step, 0.0).mean(axis=3)]
    found = np.stack([[way[:, :, months == y].sum(axis=2) for y in years] for way in ways])
    coordinates = {
        "way": ["begun", "ended"],
        "year": years,
        "scenario": choose.names_of(dataset),
        "deal": dataset["deal"].values,
    }
    array = xr.DataArray(found, coordinates, ("way", "year", "scenario", "deal"))
    return array.transpose("scenario", "deal", "way", "year")


def by_task(moves: xr.DataArray, tasks: Sequence[str]) -> xr.DataArray:
    """Add over the deals of each task: ``(scenario, deal, way, year)`` to ``(task, ...)``."""
    of = load_deals()
    sums = [
        moves.sel(deal=[d for d in moves["deal"].values if of[str(d)].task == task]).sum("deal")
        for task in tasks
    ]
    return xr.concat(sums, "task").assign_coords(task=list(tasks))


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
    ax.set_ylim(-_STRIP, 1)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])


def _bars(ax: Axes, moves: xr.DataArray, full: float) -> None:
    """Draw the deals begun and ended each year, ``(way, year)``, in the strip below the stack."""
    room = 0.85 * (_STRIP + _MIDDLE)
    for way, sign, colour in (("begun", 1, _BEGUN), ("ended", -1, _ENDED)):
        for year, value in zip(moves["year"].values, moves.sel(way=way).values, strict=True):
            height = sign * room * min(value / full, 1.0) if full > 0.0 else 0.0
            ax.bar(year + 0.1, height, 0.8, _MIDDLE, align="edge", color=colour, lw=0, zorder=2)
            if value > full:
                ax.text(
                    year + 1.0, _MIDDLE + 0.6 * height, numbers.number(value, decimals=1),
                    size=6.5, va="center", color=colour, path_effects=style.halo(1.6), zorder=5,
                )  # fmt: skip
    ax.axhline(_MIDDLE, color=style.QUIET, lw=0.5, zorder=2.2)


def _deals_key(moves: xr.DataArray, tasks: Sequence[str]) -> list[style.KeyEntry]:
    """Return which deals come and go most for each task, a column of numbers per scenario."""
    often = moves.sum("year")
    of, names = load_deals(), [str(name) for name in moves["scenario"].values]
    scenarios = "" if len(names) == 1 else f", in {' / '.join(names)}"
    entries = [style.KeyEntry(f"Deals that come and go most, times in a run{scenarios}")]
    for number, task in enumerate(tasks):
        rows = often.sel(deal=[d for d in moves["deal"].values if of[str(d)].task == task])
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
