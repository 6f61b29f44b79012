"""Who holds power and provides security: elite, position of the regime, posts, providers."""

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
from tajsim.axes import AGENCIES, COMMANDERS, TASKS
from tajsim.errors import UserError
from tajsim.plots.border import NOBODY, OTHERS, OWN, Band, draw_stack
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
            text += f", {side}, {shielded} networks"
        else:
            text += ", once called"
        entries.append(style.KeyEntry(text, chr(97 + number)))
    return entries


def _legend() -> list[style.Item]:
    line = style.line_item("mean loyalty in office", color=style.INK, lw=1.2)
    return [*(part.item for part in parts()), line]


ALIGNMENT, DEPENDENCE = "alignment", "dependence"
Box = tuple[float, float, float, float]
_YEAR = 7.5  # points
_QUANTILES = (0.25, 0.5, 0.75)
_POSITION_SUBTITLE = (
    "Yearly means: a point is the median of the runs, a cross the middle 50 % of them, drawn at "
    "some years; hollow points are projection. Across: 1 is full alignment with Moscow, "
    "\N{MINUS SIGN}1 with the West."
)


def position(
    dataset: xr.Dataset, *, window: str | Sequence[str] | None = None, title: str | None = None
) -> Figure:
    """Draw the path of alignment against dependence by year, a panel per scenario.

    Args:
        dataset: results of one scenario or several; the first is drawn thinly behind the others.
        window: ``"2006-01:2010-12"``, of which whole years are drawn; by default all.
        title: heading.

    Raises:
        UserError: for a wrong window, or results without the two outcomes or a whole year.
    """
    choose.outcomes(dataset, [ALIGNMENT, DEPENDENCE], [])
    names = choose.names_of(dataset)
    years, values = _by_year(dataset, window)
    columns = min(len(names), 2)
    rows = -(-len(names) // columns)
    tall = 3.6 if columns == 1 else 2.9
    layout = style.Layout(
        body=tall * rows + 0.4,
        title=title or "The regime between Moscow and the West",
        subtitle=_POSITION_SUBTITLE,
        legend=style.scenario_items(names, ms=4),
        foot=panels.foot(dataset, "Crosses: the middle 50 % of the runs."),
    )
    box = _box(values)
    for index, ax in enumerate(layout.panels(rows, columns, len(names))):
        if index:
            _path(ax, years, values[:, 0], 0)
        behind = values[:, 0, 1] if index else None
        _path(ax, years, values[:, index], index, (box, (5.9 / columns, tall - 0.7)), behind)
        _dress(ax, box, names[index] if len(names) > 1 else "", 5.9 / columns)
        if index % columns == 0:
            ax.set_ylabel("outsiders' share of all security work")
        if index + columns >= len(names):
            ax.set_xlabel("alignment between West and Moscow (index)")
    return layout.figure


def _by_year(
    dataset: xr.Dataset, window: str | Sequence[str] | None
) -> tuple[windows.Floats, windows.Floats]:
    """Return whole years, and ``(alignment or dependence, scenario, quantile, year)``."""
    if window is not None:
        dataset = dataset.isel(month=windows.months_in(dataset, windows.window_of(dataset, window)))
    months = dataset["month"].values.astype("datetime64[M]")
    of_month = months.astype("datetime64[Y]").astype(int) + 1970
    years = np.array([y for y in np.unique(of_month) if (of_month == y).sum() == 12], float)
    if not years.size:
        raise UserError("the picture of the alignment is by year; expected at least one whole year")
    found = []
    for name in (ALIGNMENT, DEPENDENCE):
        series = dataset[name].transpose("scenario", "month", "run").values.astype(float)
        means = np.stack([series[:, of_month == year].mean(axis=1) for year in years], axis=1)
        found.append(np.quantile(means, _QUANTILES, axis=2).transpose(1, 0, 2))
    return years, np.stack(found)


def _box(values: windows.Floats) -> Box:
    """Return left, right, bottom, top of all panels: what is drawn, and some room."""
    ends = []
    for one, least in zip(values, (0.12, 0.06), strict=True):
        low, high = float(one.min()), float(one.max())
        room = max(0.12 * (high - low), (least - (high - low)) / 2)
        ends += [low - room, high + room]
    left, right, bottom, top = ends
    return max(left, -1.03), min(right, 1.03), max(bottom, 0.0), min(top, 1.0)


def _path(
    ax: Axes,
    years: windows.Floats,
    values: windows.Floats,
    index: int,
    frame: tuple[Box, tuple[float, float]] | None = None,
    behind: windows.Floats | None = None,
) -> None:
    """Draw the medians ``(axis, quantile, year)`` as a path, a cross of the middle half at some.

    Without a ``frame``, the box of values and its inches, only a thin line is drawn. Names keep off
    the path and off the medians of another one ``behind`` it.
    """
    look = style.scenario_look(index)
    (left, x, right), (low, y, high) = values
    ax.plot(x, y, color=look.colour, lw=1.3 if frame else 0.7, ls=look.line, zorder=3)
    if not frame:
        return
    box, size = frame
    known = years <= int(windows.DOCUMENTED_UNTIL[:4])
    for part, face in ((known, look.colour), (~known, "white")):
        ax.plot(
            x[part], y[part], ls="", marker=look.marker, ms=4, mfc=face, mec=look.colour, zorder=4
        )
    spots = _inches(np.stack([x, y]), box, size)
    order = list(dict.fromkeys((0, len(x) - 1, *range(1, len(x) - 1))))
    crossed = _apart(spots, order)
    for i in crossed:
        ax.plot([left[i], right[i]], [y[i]] * 2, color=look.colour, lw=0.8, alpha=0.7, zorder=2)
        ax.plot([x[i]] * 2, [low[i], high[i]], color=look.colour, lw=0.8, alpha=0.7, zorder=2)
    names = [f"{year:.0f}" for year in years]
    order = list(dict.fromkeys([*order[:2], *crossed, *(i for i in order if _free(spots, i))]))
    lines = panels.along_line(*spots.T)
    if behind is not None:
        lines = np.concatenate([lines, panels.along_line(*_inches(behind, box, size).T)])
    for i, side in panels.place_labels(spots, names, order, _YEAR, size, lines, always=2).items():
        panels.write_label(ax, float(x[i]), float(y[i]), names[i], side, _YEAR)


def _inches(values: windows.Floats, box: Box, size: tuple[float, float]) -> windows.Floats:
    """Return places ``(year, 2)`` in inches from the lower left corner, of ``(axis, year)``."""
    low, wide = np.array([box[0], box[2]]), np.array([box[1] - box[0], box[3] - box[2]])
    return np.asarray((values.T - low) / wide * np.array(size))


def _free(spots: windows.Floats, i: int) -> bool:
    """Tell whether a point can be told from its neighbours, so that its name is no riddle."""
    away = np.hypot(*(np.delete(spots, i, axis=0) - spots[i]).T)
    return bool(away.min(initial=1.0) > 0.09)


def _apart(spots: windows.Floats, order: Sequence[int]) -> list[int]:
    """Return the points that get a cross: the first, the last, and others well apart."""
    found: list[int] = []
    for i in order:
        apart = [np.abs(spots[i] - spots[j]) for j in found]
        if all(dx > 0.42 or dy > 0.35 for dx, dy in apart):
            found.append(i)
    return found


def _dress(ax: Axes, box: Box, name: str, wide: float) -> None:
    ax.set(xlim=box[:2], ylim=box[2:])
    style.plain_numbers(ax.xaxis, wide)
    style.plain_numbers(ax.yaxis, 2.4)
    panels.titled_panel(ax, name, wide)


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
            right.append(Node(name, label, count, _colour(name), f"{count.mean():.2f} of 8"))
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


EFFORT, OUTSIDE, GAP, PROVISION = "own_effort", "outside_provision", "gap", "provision"
#: So many powers are told apart, if they carry this much of a task on average in some scenario.
MOST_POWERS, WORTH_TELLING = 5, 0.01
_PROVIDERS_SUBTITLE = (
    "The part of each task that powers cover, that the country's own agencies cover beyond them, "
    "and that nobody covers. What several powers duplicate is divided by what each brings."
)
_OWN_EFFORT = {"color": style.INK, "lw": 1.2, "ls": (0, (4, 1.5))}
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
    grid = panels.Grid(
        [t for t in tasks if t in chosen.get("task", tasks)], choose.names_of(dataset)
    )
    found = panels.event_markers(dataset, events)
    above = panels.EventRows(dataset, found, grid.wide)
    shares = shares_of(dataset)
    powers = _told(shares)
    parts = [OWN, *(part_of(p) for p in powers), OTHERS, NOBODY]
    layout = style.Layout(
        body=grid.height * grid.rows + above.room / 72 + 0.65,
        title=title or "Who provides security, by task",
        subtitle=_PROVIDERS_SUBTITLE,
        legend=[
            *(part.item for part in parts),
            style.line_item("the task's share of all own effort", **_OWN_EFFORT),
        ],
        key=panels.events_key(found, grid.scenarios),
        foot=panels.foot(dataset, _INTERVAL),
    )
    shares = windows.lasting(shares)
    for index, ax in enumerate(layout.panels(grid.rows, grid.columns, grid.count)):
        task, scenario = grid.panel(index)
        here = shares.sel(scenario=scenario, task=task)
        _providers_panel(ax, here, windows.years(shares["month"].values), powers, parts)
        grid.dress(ax, dataset, index, above, "share")
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
    parts["effort"] = dataset[EFFORT].astype(float)
    return xr.Dataset({name: values.mean("run") for name, values in parts.items()})


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


def _providers_panel(
    ax: Axes, shares: xr.Dataset, when: windows.Floats, powers: list[str], parts: list[Band]
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
