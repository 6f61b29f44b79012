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
from tajsim.axes import AGENCIES, COMMANDERS
from tajsim.errors import UserError
from tajsim.plots.border import Band, draw_stack
from tajsim.plots.sankey import BAR, Flow, Node, column_height, draw_bars, draw_ribbons, place_nodes
from tajsim.results import chronicle, numbers
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
    grid = panels.Grid(
        names, choose.names_of(dataset), tall=0.95, low=0.86, across=2, heads=_heads(names)
    )
    found = panels.event_markers(dataset, events, _EVENTS)
    above = panels.EventRows(dataset, found, grid.wide)
    layout = style.Layout(
        body=(grid.height + (0.2 if grid.alone else 0.0)) * grid.rows + above.room / 72 + 0.6,
        title=title or "The elite: who serves, who is bought off, who falls",
        subtitle=_SUBTITLE,
        legend=_legend(),
        key=[*_first_posts(names), *panels.events_key(found, grid.scenarios, headed=True)],
        foot=panels.foot(dataset, "Areas: shares of the runs; no interval is shown."),
    )
    for index, ax in enumerate(layout.panels(grid.rows, grid.columns, grid.count)):
        name, scenario = grid.panel(index)
        here = windows.lasting(dataset[[STATE, LOYALTY]]).sel(commander=name, scenario=scenario)
        _lane(ax, here[STATE], here[LOYALTY], windows.years(here["month"].values))
        grid.dress(ax, dataset, index, above, "share of runs" if grid.alone else "share")
    return layout.figure


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


#: What a commander without a post is, by the number of his state.
FATES = {
    2: "dismissed or arrested",
    3: "in mutiny",
    4: "gone over to the enemy",
    5: "killed",
    6: "not called yet",
    7: "left office",
}
#: Every place, in the order of their numbers in `standing`.
PLACES = (*AGENCIES, *FATES.values())


def standing(dataset: xr.Dataset, scenario: str, month: int) -> np.ndarray:
    """Return the place of each commander at a month, ``(commander, run)`` of rows of `PLACES`.

    The post is that of early 2004, or the last one that the chronicle notes as given.

    Raises:
        UserError: for results without events.
    """
    runs = [int(run) for run in dataset["run"].values]
    place = np.full((len(COMMANDERS), len(runs)), -1)
    for name in FIRST_COMMANDERS:
        place[COMMANDERS.index(name)] = AGENCIES.index(COMMANDER_FACTS[name].post)
    events = chronicle.event_log(dataset)
    given = np.isin(events.kind, ("post_given", "bargain")) & np.isin(events.target, AGENCIES)
    mine = (events.scenario == scenario) & (events.month <= month)
    events = events.where(given & mine & np.isin(events.actor, COMMANDERS))
    for i in range(len(events)):
        row, column = COMMANDERS.index(events.actor[i]), runs.index(int(events.run[i]))
        place[row, column] = AGENCIES.index(events.target[i])
    state = dataset["commander_state"].sel(scenario=scenario, commander=list(COMMANDERS))
    states = np.round(state.transpose("commander", "month", "run").values[:, month]).astype(int)
    for code, fate in FATES.items():
        place[states == code] = PLACES.index(fate)
    # Who serves without a post that is noted holds that of his facts.
    home = np.array([AGENCIES.index(COMMANDER_FACTS[name].post) for name in COMMANDERS])
    return np.where(place < 0, home[:, np.newaxis], place)


MOST_PANELS = 6
_SCALE = 0.24  # inches of all runs of one commander
_NETWORK_SUBTITLE = (
    "The width of a ribbon is the share of the runs in which a commander is where it leads: at "
    "the head of an agency, or out of office. Left: how many of the largest networks he protects. "
    "Right: the average number of commanders there."
)


def network(dataset: xr.Dataset, *, at: choose.Names = None, title: str | None = None) -> Figure:
    """Draw who stands where at a date or several, for the last scenario of the results.

    Args:
        dataset: results with their chronicle; of several scenarios the last one counts.
        at: years (their last month counts) or months; by default the first and last month.
        title: heading.

    Raises:
        UserError: for results without states or events, a date outside them, or too many dates.
    """
    choose.outcomes(dataset, ["commander_state"], [])
    scenario = choose.names_of(dataset)[-1]
    months = dataset["month"].values.astype("datetime64[M]")
    dates = [span.stop for span in windows.spans(dataset, choose.as_names(at))]
    dates = dates if at else [months[0], *dates]
    if len(dates) > MOST_PANELS:
        raise UserError(f"network shows at most {MOST_PANELS} dates; {len(dates)} are given")
    found = [standing(dataset, scenario, int(np.flatnonzero(months == d)[0])) for d in dates]
    dated = [(str(date), *_columns(values)) for date, values in zip(dates, found, strict=True)]
    columns = min(2, len(dated))
    rows = [dated[i : i + columns] for i in range(0, len(dated), columns)]
    tall = [0.25 + max(column_height(c, _SCALE) for p in row for c in p[1:3]) for row in rows]
    layout = style.Layout(
        body=sum(tall) + 0.3 * len(rows),
        title=title or f"Who holds which post: {scenario}",
        subtitle=_NETWORK_SUBTITLE,
        foot=panels.foot(dataset, "Widths: shares of the runs; no interval is shown."),
    )
    grid = layout.panels(len(rows), columns, len(dated), height_ratios=tall)
    for place, ax in enumerate(grid):
        _posts_panel(ax, dated[place], tall[place // columns], (style.WIDTH - 0.3) / columns)
    return layout.figure


def _columns(values: np.ndarray) -> tuple[list[Node], list[Node], list[Flow]]:
    """Return commanders, places and the flows between them, of ``(commander, run)``."""
    left, flows = [], []
    ones = np.ones(values.shape[1])
    for row, name in enumerate(COMMANDERS):
        shields = sum(patron == name for patron in NETWORK_PATRON.values())
        said = f"protects {shields} networks" if shields else ""
        left.append(Node(name, numbers.display_name(name), ones, style.COMMANDERS, said))
        shares = [float((values[row] == i).mean()) for i in range(len(PLACES))]
        flows += [
            Flow(name, PLACES[i], share, _colour(PLACES[i]))
            for i, share in enumerate(shares)
            if share
        ]
    right = []
    for i, name in enumerate(PLACES):
        count = (values == i).sum(axis=0).astype(float)
        if count.any():
            label = (
                numbers.display_name(name) if name in AGENCIES else f"{name[0].upper()}{name[1:]}"
            )
            right.append(
                Node(name, label, count, _colour(name), f"{count.mean():.2f} of {len(COMMANDERS)}")
            )
    return left, right, flows


def _colour(name: str) -> str:
    if name in AGENCIES:
        return style.actor_look("agency", name).colour
    colour = next(part.colour for part in parts() if part.name == name)
    return style.GRID if colour == "#ffffff" else colour


def _posts_panel(
    ax: Axes, panel: tuple[str, list[Node], list[Node], list[Flow]], tall: float, wide: float
) -> None:
    """Draw one date; one unit of the panel is an inch."""
    date, left, right, flows = panel
    ax.set(xlim=(0, wide), ylim=(-tall + 0.1, 0.1))
    ax.set_axis_off()
    ax.set_title(numbers.month_text(date), pad=3)
    ends = (1.08, wide - 1.42)
    places = place_nodes(left, _SCALE), place_nodes(right, _SCALE)
    draw_ribbons(ax, flows, (places[0], ends[0] + BAR), (places[1], ends[1]), _SCALE)
    draw_bars(ax, places[0], ends[0], _SCALE, text_right=False)
    draw_bars(ax, places[1], ends[1], _SCALE)
