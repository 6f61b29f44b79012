"""Wholes over time and their parts: who carries each task, who gets the money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.axes import TASKS
from tajsim.errors import UserError, refuse
from tajsim.plots.fan import Series, over_months, usual_months
from tajsim.results import numbers, select as choose, window as windows


@dataclass(frozen=True)
class Band:
    """One part of a whole: its name for the legend, its colours, and a hatch."""

    name: str
    colour: str
    hatch: str = ""

    @property
    def ink(self) -> str:
        """The colour of the hatch: seen on the area in colour and in grey."""
        white = style.ink_on(self.colour) == "white"
        return style.lighter(self.colour, 0.55) if white else style.darker(self.colour, 0.35)

    @property
    def item(self) -> style.Item:
        """The entry of a legend."""
        edge, thick = (self.ink, 0.0) if self.hatch else (style.QUIET, 0.4)
        return style.area_item(self.name, fc=self.colour, ec=edge, hatch=self.hatch, lw=thick)


#: What the country does by itself, what nobody does, and what is too small to be told apart.
OWN = Band("own agencies", "#cdc8bd")
NOBODY = Band("nobody", "#ffffff", "..")
OTHERS = Band("others", style.OTHERS, "xx")


def draw_stack(
    ax: Axes, when: windows.Floats, values: Sequence[windows.Floats], parts: Sequence[Band]
) -> None:
    """Draw areas ``(month,)`` from the bottom up, a white line between any two."""
    base = np.zeros_like(when)
    for one, part in zip(values, parts, strict=True):
        top = base + np.nan_to_num(one)
        if np.any(top > base):
            look: Any = {"hatch": part.hatch or None, "fc": part.colour, "lw": 0, "zorder": 2}
            look["edgecolor"] = part.ink if part.hatch else "none"
            area = ax.fill_between(when, base, top, **look)
            area.set_gid(f"part-{part.name}")
            ax.plot(when, top, color="white", lw=0.4, zorder=2.5)
        base = top


def _largest(sizes: pd.Series[Any], most: int, least: float) -> list[str]:
    """Return the names of at most so many sizes above the least, in their usual order."""
    large = sizes[sizes > least].sort_values(ascending=False, kind="stable").index[:most]
    return [str(name) for name in sizes.index if name in large]


def _divided(whole: xr.DataArray, dimension: str, told: Sequence[str]) -> list[windows.Floats]:
    """Return the series of the names told apart, and that of all others together."""
    single = [whole.sel({dimension: name}).values for name in told]
    rest = whole.sum(dimension).values - sum(single, np.zeros(whole.sizes["month"]))
    return [*single, np.maximum(rest, 0.0)]


#: What agencies take from the drug trade and from people, and where it goes.
MONEY = ("tolls", "extortion", "rents_kept", "rents_to_commander", "rents_to_regime")
#: So many places are told apart.
MOST_PLACES = 6
Draw = Callable[[Axes, str, str], None]


def stacks(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    select: Mapping[str, Any] | choose.Names = None,
    title: str | None = None,
) -> Figure:
    """Draw outcomes over time as stacks of what each agency, power, ... has of them.

    By default the money that agencies take, and where it goes.

    Args:
        outcome: outcomes whose values at places add up, all of one dimension.

    Raises:
        UserError: for unknown names, or outcomes that have no parts or are of several dimensions.
    """
    names, chosen = choose.chosen(dataset, outcome, MONEY, select)
    own = {name: choose.own_dimensions(dataset[name]) for name in names}
    wrong = [n for n in names if len(own[n]) != 1 or windows.places_of(dataset[n]) != "sum"]
    refuse(f"outcome '{name}' has no parts that add up" for name in wrong)
    if len({d for d, *_ in own.values()}) > 1:
        raise UserError(f"{', '.join(names)}: are divided differently; name outcomes of one kind")
    dimension, months = own[names[0]][0], usual_months(dataset)
    bands, draw, unit = _places(dataset, names, chosen, dimension, months)
    things = {n: str(dataset[n].attrs.get("label", n)) for n in names}
    called = [numbers.small(name) for name in things.values()]
    usual = f"{numbers.capital(numbers.listed(called, 3))}, by {dimension.replace('_', ' ')}"
    usual = usual if outcome else "What agencies take, and where it goes"
    reference, *others = choose.labels_of(dataset).values()
    versus = f": {numbers.against(others, reference)}" if others else ""
    layout, _ = panels.draw_grid(
        dataset,
        things,
        draw,
        "Areas: means over the runs; no interval is shown.",
        heights=(1.2, 0.85),
        unit=unit,
        across=2,
        inches=4.4,
        title=title or usual + versus,
        subtitle=over_months(months),
        legend=[band.item for band in bands],
    )
    return layout.figure


def _places(
    dataset: xr.Dataset,
    names: Sequence[str],
    chosen: Mapping[str, Sequence[str]],
    dimension: str,
    months: int,
) -> tuple[list[Band], Draw, str]:
    """Return the places told apart, what draws them, and the unit."""
    means, unit = dict[str, xr.DataArray](), ""
    there = list(map(str, dataset[dimension].values))
    for name in names:
        series = dataset[name].sel({dimension: chosen.get(dimension, there)})
        unit = windows.smooth_unit(series) if months else windows.unit_of(series, windowed=False)
        series = windows.smooth(series, months) if months else series
        means[name] = windows.lasting(series).mean("run")
    joint = xr.concat(list(means.values()), "outcome").sum("outcome")
    sizes = joint.mean("month").max("scenario").to_series()
    told = _largest(sizes, MOST_PLACES, 0.0)
    bands = [part_of(dimension, place) for place in told]
    whole = max(float(m.sum(dimension).max()) for m in means.values())
    factor, unit = windows.scaled(np.array([whole]), unit)
    if len(told) < len(sizes):
        bands.append(OTHERS)

    def draw(ax: Axes, name: str, scenario: str) -> None:
        own = means[name].sel(scenario=scenario) / factor
        parts = _divided(own, dimension, told)[: len(bands)]
        draw_stack(ax, windows.years(own["month"].values), parts, bands)
        ax.set_ylim(0.0, whole / factor or 1.0)
        style.plain_numbers(ax.yaxis, 1.0)

    return bands, draw, unit


OUTSIDE, GAP, PROVISION = "outside_provision", "gap", "provision"
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
#: In a comparison a task is drawn if what carries it differs by this much on average.
WORTH_DRAWING = 0.01
_SUBTITLE = (
    "Above: the part of each task that the country's own agencies, each power and nobody covers; "
    "what several powers duplicate is divided by what each brings. Below: the price."
)
_PRICE_TALL = 0.95  # inches of a panel of the price


def providers(
    dataset: xr.Dataset,
    *,
    select: Mapping[str, Any] | choose.Names = None,
    title: str | None = None,
) -> Figure:
    """Draw who carries each task over time, and what the regime pays.

    Args:
        select: tasks; by default all, in a comparison those that are carried otherwise than in the
            reference.

    Raises:
        UserError: for unknown tasks, or results without provision and what is uncarried.
    """
    choose.outcomes(dataset, [GAP, PROVISION, *PRICE], [])
    _, chosen = choose.chosen(dataset, OUTSIDE, [], select)
    tasks = [task for task in TASKS if task in dataset[OUTSIDE]["task"].values]
    shares = shares_of(dataset)
    differing = [task for task in tasks if _apart(shares.sel(task=task)) > WORTH_DRAWING] or tasks
    differing = differing if dataset.sizes["scenario"] > 1 else tasks
    alike = [t for t in tasks if t not in differing and "task" not in chosen]
    unseen = numbers.listed([numbers.display_name(task).lower() for task in alike])
    tasks = [task for task in tasks if task in chosen.get("task", differing)]
    scenarios, carried = choose.names_of(dataset), shares["by_power"]
    sizes = carried.mean("month").max(("scenario", "task")).to_series()
    powers = _largest(sizes, MOST_POWERS, WORTH_TELLING)
    parts = [OWN, *(part_of("power", p) for p in powers), OTHERS, NOBODY]
    shares = windows.lasting(shares)
    when = windows.years(shares["month"].values)

    def stack(ax: Axes, task: str, scenario: str) -> None:
        one = shares.sel(scenario=scenario, task=task)
        by_power = _divided(one["by_power"], "power", powers)
        draw_stack(ax, when, [one["own"].values, *by_power, one["gap"].values], parts)
        ax.set_ylim(0, 1)
        ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])

    said = [*choose.labels_of(dataset).values()] if len(scenarios) > 1 else ["the price"]
    things = {task: numbers.display_name(task) for task in tasks}
    layout, below = panels.draw_grid(
        dataset,
        things,
        stack,
        "Areas: means over the runs. Lines of the price: medians, with 50 % of the runs.",
        heights=(1.3, 0.85),
        unit="share",
        below=2 * _PRICE_TALL + 0.35,
        title=title or "Who provides security, and for what price",
        subtitle=_SUBTITLE + (f" Carried alike, and not drawn: {unseen}." if alike else ""),
        legend=[*(p.item for p in parts), *style.scenario_items(said, lw=1.7, marker="")],
    )
    _price(layout.figure, below.subgridspec(2, 3), dataset)
    return layout.figure


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


def _apart(shares: xr.Dataset) -> float:
    """Return how far what carries a task differs from the reference, as a share of the task."""
    apart = [abs(shares[name] - shares[name].isel(scenario=0)) for name in shares]
    return max(float(one.mean("month").max()) for one in apart)


def part_of(dimension: str, name: str) -> Band:
    """Return how a power, an agency, ... is drawn in a stack."""
    look = style.actor_look(dimension, name)
    return Band(numbers.display_name(name), look.colour, look.hatch)


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
