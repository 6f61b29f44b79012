"""Shares stacked over time: who carries each task and for what price; what commanders become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.results.select as choose
import tajsim.results.window as windows
from tajsim.axes import COMMANDERS, TASKS
from tajsim.inputs.deals import load_deals
from tajsim.plots.fan import Series
from tajsim.results import numbers
from tajsim.results.answer import labels_of
from tajsim.world import COMMANDER_FACTS, FIRST_COMMANDERS, NETWORK_PATRON


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
            area = ax.fill_between(
                when, base, top, facecolor=part.colour, lw=0, zorder=2,
                hatch=part.hatch or None, edgecolor=part.ink if part.hatch else "none",
            )  # fmt: skip
            area.set_gid(f"part-{part.name}")
            ax.plot(when, top, color="white", lw=0.4, zorder=2.5)
        base = top


STATE, LOYALTY = "commander_state", "commander_loyalty"
#: The numbers of `STATE` in the order of the stack, from the bottom up.
_ORDER = (0, 1, 6, 7, 2, 4, 3, 5)
_NAMES = (
    "serves", "bought off", "dismissed or arrested", "in mutiny", "gone over to the enemy",
    "killed", "not called yet", "left office",
)  # fmt: skip
_HATCHES = ("", "///", "", "xxx", "...", "", "", "ooo")
_IN_PLACE = (0, 1)
_EVENTS = ("dismiss", "arrest", "appoint")
_ELITE_SUBTITLE = (
    "Share of the runs in which each commander is in which state, month by month; the line is the "
    "mean loyalty (0 to 1) where he is in office."
)
#: So many commanders are drawn if none are named.
MOST_COMMANDERS = 8
_REST = (
    f" The {MOST_COMMANDERS} who fall or are bought off most; --select commander=NAME shows others."
)


def elite(
    dataset: xr.Dataset,
    *,
    select: Mapping[str, Any] | choose.Names = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw a lane per commander: what becomes of him, in which share of the runs, and his loyalty.

    Args:
        select: commanders; by default the eight who are out of office or bought off most.
        events: scheduled dismissals, arrests and appointments, or other kinds of event.

    Raises:
        UserError: for unknown commanders, or results without their states.
    """
    choose.outcomes(dataset, [LOYALTY], [])
    _, chosen = choose.chosen(dataset, STATE, [], select)
    there = [name for name in COMMANDERS if name in dataset["commander"].values]
    # Those who, once called, are least often in plain service.
    states = dataset[STATE].round()
    out = ((states > 0) & (states != 6)).mean(("scenario", "month", "run")).to_series()
    usual = sorted(there, key=lambda name: -out[name])[:MOST_COMMANDERS]
    names = [name for name in there if name in chosen.get("commander", usual)]
    scenarios, found = choose.names_of(dataset), panels.event_markers(dataset, events, _EVENTS)
    shown = windows.lasting(dataset[[STATE, LOYALTY]])
    when = windows.years(shown["month"].values)

    def lane(ax: Axes, name: str, scenario: str) -> None:
        here = shown.sel(commander=name, scenario=scenario)
        _lane(ax, here[STATE], here[LOYALTY], when)

    return panels.draw_grid(
        dataset,
        _lettered(names),
        found,
        lane,
        heights=(1.1, 0.8),
        unit="share of runs" if len(scenarios) == 1 else "share",
        across=2,
        title=title or "The elite: who serves, who is bought off, who falls",
        subtitle=_ELITE_SUBTITLE + ("" if chosen or len(usual) == len(there) else _REST),
        legend=[
            *(part.item for part in fates()),
            style.line_item("mean loyalty in office", color=style.INK, lw=1.2),
        ],
        key=[*_first_posts(names), *panels.events_key(found, dataset, headed=True)],
        foot=panels.foot(dataset, "Areas: shares of the runs; no interval is shown."),
    )[0].figure


def _lane(ax: Axes, state: xr.DataArray, loyalty: xr.DataArray, when: windows.Floats) -> None:
    """Draw the states ``(month, run)`` as a stack and the loyalty of those in place as a line."""
    states = np.round(state.transpose("month", "run").values)
    draw_stack(ax, when, [(states == code).mean(axis=1) for code in _ORDER], fates())
    held = state.round().isin(_IN_PLACE)
    few = max(1, states.shape[1] // 20)  # too few runs for a mean
    mean = loyalty.where(held).mean("run").where(held.sum("run") >= few)
    for width, colour in ((2.6, "white"), (1.2, style.INK)):
        ax.plot(when, mean.values, color=colour, lw=width, zorder=4)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])


def fates() -> list[Band]:
    """Return how the states of a commander are drawn in a stack, from the bottom up."""
    colours = style.families()["state"]
    return [Band(_NAMES[code], colours[code], _HATCHES[code]) for code in _ORDER]


def _lettered(names: Sequence[str]) -> dict[str, str]:
    """Return how things are called above their panels, by the letters of the key."""
    return {name: f"{chr(97 + i)}  {numbers.display_name(name)}" for i, name in enumerate(names)}


def _first_posts(names: Sequence[str]) -> list[style.KeyEntry]:
    """Return what is true at the start: posts, sides, and networks under protection."""
    entries = [style.KeyEntry("First post, side in the civil war, and networks under protection")]
    for number, name in enumerate(names):
        shielded = sum(patron == name for patron in NETWORK_PATRON.values())
        facts = COMMANDER_FACTS[name]
        text = f"{numbers.display_name(name)}: {numbers.display_name(facts.post)}"
        if name in FIRST_COMMANDERS:
            side = "opposition" if facts.opposition else "government"
            text += f", {side}" + (f", {shielded} networks" if shielded else "")
        else:
            text += ", once called"
        entries.append(style.KeyEntry(text, chr(97 + number)))
    return entries


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
        select: tasks; by default all, in a comparison those that are carried otherwise than in the
            reference.

    Raises:
        UserError: for unknown tasks, or results without provision, deals and what is uncarried.
    """
    choose.outcomes(dataset, [GAP, PROVISION, DEALS, *PRICE], [])
    _, chosen = choose.chosen(dataset, OUTSIDE, [], select)
    tasks = [task for task in TASKS if task in dataset[OUTSIDE]["task"].values]
    shares, found = shares_of(dataset), panels.event_markers(dataset, events)
    differing = [task for task in tasks if _apart(shares.sel(task=task)) > WORTH_DRAWING] or tasks
    differing = differing if dataset.sizes["scenario"] > 1 else tasks
    alike = [t for t in tasks if t not in differing and "task" not in chosen]
    tasks = [task for task in tasks if task in chosen.get("task", differing)]
    scenarios, powers = choose.names_of(dataset), _told(shares)
    parts = [OWN, *(part_of(p) for p in powers), OTHERS, NOBODY]
    shares = windows.lasting(shares)
    when = windows.years(shares["month"].values)

    def stack(ax: Axes, task: str, scenario: str) -> None:
        _stack(ax, shares.sel(scenario=scenario, task=task), when, powers, parts)

    said = [*labels_of(dataset).values()] if len(scenarios) > 1 else ["the price"]
    layout, below = panels.draw_grid(
        dataset,
        _lettered(tasks),
        found,
        stack,
        heights=(1.3, 0.85),
        unit="share",
        below=2 * _PRICE_TALL + 0.35,
        title=title or "Who provides security, and for what price",
        subtitle=_SUBTITLE + _said_alike(alike),
        legend=[*(p.item for p in parts), *style.scenario_items(said, lw=1.7, marker="")],
        key=[
            *_deals_key(moves_of(dataset), tasks, labels_of(dataset)),
            *panels.events_key(found, dataset, headed=True),
        ],
        foot=panels.foot(dataset, _FOOT),
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
    most = shares["by_power"].mean("month").max(("scenario", "task")).to_series()
    large = most[most >= WORTH_TELLING].sort_values(ascending=False, kind="stable")
    return [str(name) for name in most.index if name in large.index[:MOST_POWERS]]


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


def _deals_key(
    moves: xr.DataArray, tasks: Sequence[str], called: Mapping[str, str]
) -> list[style.KeyEntry]:
    """Return which deals come and go most for each task, a column of numbers per scenario."""
    of, names = load_deals(), [str(name) for name in moves["scenario"].values]
    listed = " / ".join(f"“{called[name]}”" for name in names)
    scenarios = "" if len(names) == 1 else f", in {listed}"
    entries = [style.KeyEntry(f"Deals that come and go most, times in a run{scenarios}")]
    for number, task in enumerate(tasks):
        rows = moves.sel(deal=[d for d in moves["deal"].values if of[str(d)].task == task])
        most = rows.sum("way").max("scenario").to_series()
        most = most.sort_values(kind="stable")[::-1][:MOST_DEALS]
        told = []
        for deal in most.index[most >= WORTH_NAMING]:
            begun, ended = (
                " / ".join(f"{v:.1f}" for v in rows.sel(deal=deal, way=way).values)
                for way in ("begun", "ended")
            )
            told.append(f"{numbers.display_name(str(deal))}, begun {begun}, ended {ended}")
        text = f"{numbers.display_name(task)}: {'; '.join(told) or 'none'}"
        entries.append(style.KeyEntry(text, chr(97 + number)))
    return entries


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
