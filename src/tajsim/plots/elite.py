"""Who holds power: what becomes of the commanders, and who holds which post."""

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
from tajsim.axes import COMMANDERS
from tajsim.plots.border import Band, draw_stack
from tajsim.results import numbers
from tajsim.world import COMMANDER_FACTS, FIRST_COMMANDERS, NETWORK_PATRON

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
_SUBTITLE = (
    "Share of the runs in which each commander is in which state, month by month; the line is the "
    "mean loyalty (0 to 1) where he is in office."
)
#: So many commanders are drawn if none are named.
MOST = 8
_REST = f" The {MOST} who fall or are bought off most; --select commander=NAME shows others."


def elite(
    dataset: xr.Dataset,
    *,
    select: Mapping[str, Any] | choose.Names = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw a lane per commander: what becomes of him, in which share of the runs, and his loyalty.

    Args:
        dataset: results of one scenario or several.
        select: commanders, ``{"commander": ["mirzoev"]}`` or ``"commander=mirzoev"``; by default
            the eight who are out of office or bought off most.
        events: whether to mark scheduled dismissals and arrests; or the kinds of event to mark.
        title: heading.

    Raises:
        UserError: for unknown commanders, or results without their states.
    """
    choose.outcomes(dataset, [STATE, LOYALTY], [])
    chosen = choose.selection(select)
    choose.check_selection([dataset[STATE]], chosen)
    there = [name for name in COMMANDERS if name in dataset["commander"].values]
    usual = _falling(dataset, there)
    names = [name for name in there if name in chosen.get("commander", usual)]
    grid = panels.Grid(
        names, choose.names_of(dataset), tall=1.1, low=0.8, across=2, heads=_heads(names)
    )
    found, shown = (
        panels.event_markers(dataset, events, _EVENTS),
        windows.lasting(dataset[[STATE, LOYALTY]]),
    )
    when = windows.years(shown["month"].values)

    def lane(ax: Axes, name: str, scenario: str) -> None:
        here = shown.sel(commander=name, scenario=scenario)
        _lane(ax, here[STATE], here[LOYALTY], when)

    return panels.draw_grid(
        dataset,
        grid,
        found,
        lane,
        "share of runs" if grid.alone else "share",
        title=title or "The elite: who serves, who is bought off, who falls",
        subtitle=_SUBTITLE + ("" if chosen or len(usual) == len(there) else _REST),
        legend=_legend(),
        key=[*_first_posts(names), *panels.events_key(found, grid.scenarios, headed=True)],
        foot=panels.foot(dataset, "Areas: shares of the runs; no interval is shown."),
    )[0].figure


def _falling(dataset: xr.Dataset, names: Sequence[str]) -> list[str]:
    """Return those who, once called, are least often in plain service, at most `MOST`."""
    states = dataset[STATE].round()
    out = ((states > 0) & (states != 6)).mean(("scenario", "month", "run"))
    order = sorted(names, key=lambda name: -float(out.sel(commander=name)))[:MOST]
    return [name for name in names if name in order]


def _lane(ax: Axes, state: xr.DataArray, loyalty: xr.DataArray, when: windows.Floats) -> None:
    """Draw the states ``(month, run)`` as a stack and the loyalty of those in place as a line."""
    states = np.round(state.transpose("month", "run").values)
    draw_stack(ax, when, [(states == code).mean(axis=1) for code in _ORDER], parts())
    held = np.isin(states, _IN_PLACE)
    values = np.where(held, loyalty.transpose("month", "run").values, 0.0)
    count, few = held.sum(axis=1), max(1, states.shape[1] // 20)  # too few runs for a mean
    mean = np.divide(values.sum(axis=1), count, out=np.full(len(count), np.nan), where=count >= few)
    for width, colour in ((2.6, "white"), (1.2, style.INK)):
        ax.plot(when, mean, color=colour, lw=width, zorder=4)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])


def parts() -> list[Band]:
    """Return how the states of a commander are drawn in a stack, from the bottom up."""
    colours = style.families()["state"]
    return [Band(_NAMES[code], colours[code], _HATCHES[code]) for code in _ORDER]


def _heads(names: Sequence[str]) -> dict[str, str]:
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


def _legend() -> list[style.Item]:
    line = style.line_item("mean loyalty in office", color=style.INK, lw=1.2)
    return [*(part.item for part in parts()), line]
