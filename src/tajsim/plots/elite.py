"""The elite: a lane per commander, the share of runs in which he serves, is bought off, falls."""

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
from tajsim.axes import COMMANDERS
from tajsim.plots.grid import Grid
from tajsim.plots.key import Entry
from tajsim.plots.labels import spoken
from tajsim.plots.page import Page
from tajsim.plots.series import Floats, lasting, years
from tajsim.plots.stack import Part, draw_stack
from tajsim.world import COMMANDER_FACTS, FIRST_COMMANDERS, NETWORK_PATRON

STATE, LOYALTY = "commander_state", "commander_loyalty"
#: The numbers of `STATE` in the order of the stack, from the bottom up.
_ORDER = (0, 1, 6, 2, 4, 3, 5)
_NAMES = (
    "serves", "bought off", "dismissed or arrested", "in mutiny", "gone over to the enemy",
    "killed", "not called yet",
)  # fmt: skip
_HATCHES = ("", "///", "", "xxx", "...", "", "")
_IN_PLACE = (0, 1)
_EVENTS = ("dismiss", "arrest", "appoint")
_SUBTITLE = (
    "Share of the runs in which each commander is in which state, month by month; the line is the "
    "mean loyalty (0 to 1) where he is in office."
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
        dataset: results of one scenario or several.
        select: commanders, ``{"commander": ["mirzoev"]}`` or ``"commander=mirzoev"``; all if none.
        events: whether to mark scheduled dismissals and arrests; or the kinds of event to mark.
        title: heading.

    Raises:
        UserError: for unknown commanders, or results without their states.
    """
    choose.outcomes(dataset, [STATE, LOYALTY], [])
    chosen = choose.selection(select)
    choose.check_selection([dataset[STATE]], chosen)
    there = [name for name in COMMANDERS if name in dataset["commander"].values]
    names = [name for name in there if name in chosen.get("commander", there)]
    grid = Grid(names, choose.names_of(dataset), tall=0.95, low=0.86, across=2, heads=_heads(names))
    found = marks.marks(dataset, events, _EVENTS)
    page = Page(
        body=(grid.height + (0.2 if grid.alone else 0.0)) * grid.rows
        + grid.room(dataset, found)
        + 0.6,
        title=title or "The elite: who serves, who is bought off, who falls",
        subtitle=_SUBTITLE,
        legend=_legend(),
        key=[*_posts(names), *_scheduled(found, grid.scenarios)],
        foot=timeline.foot(dataset, "Areas: shares of the runs; no interval is shown."),
    )
    for index, ax in enumerate(page.panels(grid.rows, grid.columns, grid.count)):
        name, scenario = grid.panel(index)
        here = lasting(dataset[[STATE, LOYALTY]]).sel(commander=name, scenario=scenario)
        _lane(ax, here[STATE], here[LOYALTY], years(here["month"].values))
        grid.dress(ax, dataset, index, found, "share of runs" if grid.alone else "share")
    return page.figure


def _lane(ax: Axes, state: xr.DataArray, loyalty: xr.DataArray, when: Floats) -> None:
    """Draw the states ``(month, run)`` as a stack and the loyalty of those in place as a line."""
    states = np.round(state.transpose("month", "run").values)
    draw_stack(ax, when, [(states == code).mean(axis=1) for code in _ORDER], parts())
    held = np.isin(states, _IN_PLACE)
    values = np.where(held, loyalty.transpose("month", "run").values, 0.0)
    count = held.sum(axis=1)
    mean = np.divide(
        values.sum(axis=1), count, out=np.full(len(count), np.nan), where=count >= _few(states)
    )
    for width, colour in ((2.6, "white"), (1.2, style.INK)):
        ax.plot(when, mean, color=colour, lw=width, zorder=4)
    ax.set_ylim(0, 1)
    ax.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])


def _few(states: Floats) -> int:
    """Return the runs below which a mean of loyalty is not drawn: a twentieth of them."""
    return max(1, int(states.shape[1]) // 20)


def parts() -> list[Part]:
    """Return how the states of a commander are drawn in a stack, from the bottom up."""
    colours = style.families()["state"]
    return [Part(_NAMES[code], colours[code], _HATCHES[code]) for code in _ORDER]


def _heads(names: Sequence[str]) -> dict[str, str]:
    return {name: f"{chr(97 + i)}  {spoken(name)}" for i, name in enumerate(names)}


def _posts(names: Sequence[str]) -> list[Entry]:
    """Return what is true at the start: posts, sides, and networks under protection."""
    entries = [Entry("First post, side in the civil war, and networks under protection")]
    for number, name in enumerate(names):
        shielded = sum(patron == name for patron in NETWORK_PATRON.values())
        facts = COMMANDER_FACTS[name]
        text = f"{spoken(name)}: {spoken(facts.post)}"
        if name in FIRST_COMMANDERS:
            side = "opposition" if facts.opposition else "government"
            text += f", {side}, {shielded} networks"
        else:
            text += ", once called"
        entries.append(Entry(text, chr(97 + number)))
    return entries


def _scheduled(found: Sequence[marks.Mark], names: Sequence[str]) -> list[Entry]:
    entries = marks.key(found, names)
    return [Entry("Events"), *entries] if entries and len(names) == 1 else entries


def _legend() -> list[tuple[Artist, str]]:
    line = Line2D([], [], color=style.INK, lw=1.2)
    return [*(part.patch() for part in parts()), (line, "mean loyalty in office")]
