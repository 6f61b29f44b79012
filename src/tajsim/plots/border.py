"""The border section by section over time, and the events of one run, lane by lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.axes import DIMENSIONS, SECTIONS
from tajsim.errors import UserError, check_names
from tajsim.inputs.ledger import load_kinds
from tajsim.results import chronicle, numbers, select, window

#: The name of the outcome that `with_guard` adds.
GUARD = "russian_guard"
#: Held by the country's own troops from the start (matveeva-2004:157; the Chinese border by
#: assumption).
OWN_FROM_START = ("early_transfer", "murghab")


def with_guard(dataset: xr.Dataset) -> xr.Dataset:
    """Return results with `GUARD`: 1 where Russian troops hold a section; as is without events.

    ``(scenario, section, month, run)``; what is drawn is the share of runs.
    """
    if not chronicle.has_events(dataset) or GUARD in dataset:
        return dataset
    events = chronicle.event_log(dataset)
    events = events.where((events.kind == "handover") & np.isin(events.target, SECTIONS))
    names = [str(name) for name in dataset["scenario"].values]
    runs = {int(run): place for place, run in enumerate(dataset["run"].values)}
    held = np.ones((len(names), len(SECTIONS), dataset.sizes["month"], len(runs)), np.float32)
    held[:, [SECTIONS.index(s) for s in OWN_FROM_START]] = 0.0
    for i in range(len(events)):
        place = names.index(events.scenario[i]), SECTIONS.index(events.target[i])
        after = slice(max(0, int(events.month[i])), None)
        held[(*place, after, runs[int(events.run[i])])] = events.actor[i] == "russian_border_troops"
    attrs = {"label": "Russian troops hold the section", "unit": "share of runs"}
    dimensions = ("scenario", "section", "month", "run")
    coordinates = {name: dataset[name].values for name in dimensions if name != "section"}
    held_by = xr.DataArray(
        held, {**coordinates, "section": list(SECTIONS)}, dimensions, GUARD, attrs
    )
    return dataset.assign({GUARD: held_by})


OUTCOMES = ("heroin_entering", "seizure_probability", GUARD, "arranged_share")
MOST = 4
_MAPS = {"heroin_entering": style.FLOW_MAP, "heroin_seized": style.SEIZED_MAP}
_EVENTS = ("handover",)
_SUBTITLE = (
    "Month by month on one colour scale per row: medians of the runs, for the guard the share of "
    "runs; grey: not defined. The Afghan line from Ishkashim in the east to the Uzbek border in "
    "the west, then the Chinese one."
)


def border(
    dataset: xr.Dataset,
    *,
    outcome: select.Names = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw heat maps of section against month: a row per outcome, a column per scenario.

    Args:
        dataset: results of one scenario or several.
        outcome: up to four outcomes by section; by default flow, probability of seizure, who
            guards (``russian_guard``, from the events of the runs) and bought passage.
        events: whether to mark the handovers; or the kinds of event to mark.
        title: heading.

    Raises:
        UserError: for unknown names, or an outcome that has no sections.
    """
    dataset = with_guard(dataset)
    names = select.outcomes(dataset, outcome, OUTCOMES)[:MOST]
    lost = [n for n in names if select.own_dimensions(dataset[n]) != ["section"]]
    if lost:
        raise UserError(
            [f"outcome '{n}' is not by section; the border picture needs that" for n in lost]
        )
    scenarios = select.names_of(dataset)
    found = panels.event_markers(dataset, events, _EVENTS)
    frame = _Frame(dataset, found, 4.6 / len(scenarios))
    layout = style.Layout(
        body=1.42 * len(names) + frame.room / 72 + 0.4,
        title=title or "The border, section by section",
        subtitle=_SUBTITLE,
        key=panels.events_key(found, scenarios),
        foot=panels.foot(dataset, "No interval is shown."),
    )
    grid = layout.figure.subplots(len(names), len(scenarios), squeeze=False)
    for row, name in enumerate(names):
        series = _ordered(dataset[name])
        when, sections = (
            window.years(series["month"].values),
            list(map(str, series["section"].values)),
        )
        extent = (float(when[0]), float(when[-1]) + 1 / 12, len(sections) - 0.5, -0.5)
        shown = _colours(series)
        for column, ax in enumerate(grid[row]):
            ax.set_facecolor("#d9d9d9")  # what is not defined stays grey
            ax.imshow(
                np.ma.masked_invalid(series.values[column]), cmap=shown.cmap, norm=shown.norm,
                aspect="auto", interpolation="nearest", extent=extent,
            )  # fmt: skip
            frame.dress(ax, row == 0, row == len(names) - 1, column, sections)
        unit = window.unit_of(series, windowed=False)
        label = f"{series.attrs.get('label', name)} ({unit})"
        placed = {"location": "right", "shrink": 0.95, "aspect": 11, "pad": 0.01}
        panels.colour_bar(shown, list(grid[row]), label, 1.2, **placed)
    return layout.figure


def _ordered(variable: xr.DataArray) -> xr.DataArray:
    """Return medians, the sections in the order of the border, from east to west."""
    there = [section for section in SECTIONS if section in variable["section"].values]
    kept = variable.sel(section=there).transpose("scenario", "section", "month", "run")
    middle = kept.mean("run") if variable.name == GUARD else kept.median("run", skipna=True)
    return middle.assign_attrs(variable.attrs)


def _colours(series: xr.DataArray) -> ScalarMappable:
    """Return the scale of colours of an outcome, ``(scenario, section, month)``."""
    top = float(np.nanmax(series.values)) if np.isfinite(series.values).any() else 0.0
    if series.name == GUARD:
        return ScalarMappable(Normalize(0.0, 1.0), style.guard_map())
    return ScalarMappable(Normalize(0.0, top or 1.0), _MAPS.get(str(series.name), style.SHARE_MAP))


class _Frame:
    """What stands around the maps of each scenario: heading, sections, years, events."""

    def __init__(
        self, dataset: xr.Dataset, found: Sequence[panels.EventMarker], wide: float
    ) -> None:
        self.dataset, self.wide, self.names = dataset, wide, select.names_of(dataset)
        self.events = panels.EventRows(dataset, found, wide)
        heads = self.names if len(self.names) > 1 else []
        self._heads = [numbers.wrap(name, wide, style.BODY, bold=True) for name in heads]
        self.room = self.events.room + 4.0 + 13.0 * max(map(len, self._heads), default=0)

    def dress(self, ax: Axes, top: bool, bottom: bool, column: int, sections: list[str]) -> None:
        """Dress the map of a scenario; the events stand in the rows of their sections."""
        panels.time_axis(ax, self.dataset, self.wide, bottom=bottom, cells=True)
        names = [numbers.display_name(name) if column == 0 else "" for name in sections]
        panels.name_rows(ax, range(len(sections)), names, style.FOOT)
        ax.grid(visible=False)
        ax.spines["bottom"].set_visible(False)
        for mark in self.events.own[self.names[column]]:
            hit = [sections.index(s) for s in mark.sections if s in sections]
            for place in hit or range(len(sections)):
                ax.plot(
                    [mark.year] * 2, [place - 0.42, place + 0.42], color=style.INK, lw=1.3,
                    path_effects=style.halo(2.6),
                    solid_capstyle="butt", gid=f"event-{mark.number}",
                )  # fmt: skip
        if top:
            head = self._heads[column] if self._heads else []
            ax.set_title("\n".join(head), pad=self.events.room + 4.0)
            self.events.draw(ax, self.names[column])


#: So many groups of events are numbered: those of most weight.
MOST_NUMBERED = 40
_LANE = 0.46  # inches
#: Lanes from the top: who has them, and the dimensions of the actors in them.
LANES: dict[str, tuple[str, ...]] = {
    "Outside world": ("",),
    "Powers": ("power",),
    "Regime and state": ("regime",),
    "Commanders": ("commander",),
    "Agencies": ("agency",),
    "Traffickers": ("network",),
    "Movements": ("movement",),
    "People and regions": ("region",),
    "Militants": ("militant_group",),
}
_OWN = {
    "attack": "Movements", "party_closed": "Movements", "repression_step": "Movements",
    "migrants_return": "People and regions", "protest": "People and regions",
    "operation": "People and regions", "riot": "People and regions",
    "killing": "People and regions", "setting": "Outside world", "seats": "Movements",
    "slump": "Outside world", "slump_over": "Outside world", "dismissal_order": "Commanders",
    "arrest_order": "Commanders", "deal_made": "Regime and state",
    "deal_dropped": "Regime and state", "deal_held": "Powers", "deal_ended": "Powers",
}  # fmt: skip
#: What a scenario schedules, the same in every run.
_SCHEDULED = ("setting", "handover", "withdrawal", "seats", "dismissal_order", "arrest_order")


def lanes(
    dataset: xr.Dataset,
    *,
    run: int | None = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw the events of one run of the last scenario, a lane per group of actors.

    Args:
        dataset: results with their chronicle; of several scenarios the last one counts.
        run: the number of the run; by default the first.
        events: kinds of event of the chronicle to draw; by default all.
        title: heading.

    Raises:
        UserError: for results without events, a run that they do not hold, or an unknown kind.
    """
    scenario = select.names_of(dataset)[-1]
    runs = dataset["run"].values
    run = int(runs[0]) if run is None else run
    if run not in runs:
        raise UserError(
            f"run {run}: there is no such run; these results hold {runs.min()} to {runs.max()}"
        )
    found = chronicle.event_log(dataset)
    found = found.where((found.scenario == scenario) & (found.run == run) & (found.month >= 0))
    if events is not True:
        kinds = [] if events is False else select.as_names(events)
        check_names("kind of event", kinds, load_kinds())
        found = found.where(np.isin(found.kind, kinds))
    weights = np.array([load_kinds()[kind].weight for kind in found.kind], int)
    rows = np.array([lane_of(found, i) for i in range(len(found))], int)
    groups = _groups(weights, rows, found)
    chosen = [i for group in groups for i in group]
    layout = style.Layout(
        body=_LANE * len(LANES) + 0.6,
        title=title or f"Run {run} of {scenario}",
        subtitle=_subtitle(len(groups), len(found)),
        legend=_legend(),
        key=_key(dataset, found, groups, scenario),
        foot=panels.foot(dataset, f"One run, number {run}: no interval; others differ."),
    )
    ax = layout.figure.subplots()
    when = window.years(dataset["month"].values)
    ax.set_ylim(len(LANES) - 0.5, -0.5)
    panels.name_rows(ax, range(len(LANES)), list(LANES), 8.5)
    for row in range(0, len(LANES), 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#f3f5f7", lw=0, zorder=0.1)
    panels.time_axis(ax, dataset, 5.4, cells=True)
    if panels.has_projection(dataset):
        panels.bracket(ax, 5.4)
    for weight in (1, 2, 3):
        here = np.flatnonzero((weights == weight) & ~np.isin(np.arange(len(rows)), chosen))
        ax.plot(
            when[found.month[here]], rows[here], ls="", marker="o", ms=1.6 + 1.6 * weight,
            mfc=_tint(weight), mec="white", mew=0.4, zorder=3 + weight, gid=f"weight-{weight}",
        )  # fmt: skip
    _numbers(ax, [(float(when[found.month[i]]), int(rows[i])) for i, *_ in groups])
    return layout.figure


def _subtitle(numbered: int, events: int) -> str:
    if not events:
        return "No event is recorded for this run in these months."
    return f"The {numbered} most important are numbered and listed below." if numbered else ""


def lane_of(events: chronicle.EventLog, place: int) -> int:
    """Return the lane of an event: that of its kind, or of the actor who does or suffers it."""
    own = _OWN.get(str(events.kind[place]))
    if own:
        return list(LANES).index(own)
    for name in (str(events.actor[place]), str(events.target[place])):
        for row, dimensions in enumerate(LANES.values()):
            if name and any(name == d or name in DIMENSIONS.get(d, ()) for d in dimensions):
                return row
    return 0


def _groups(weights: np.ndarray, rows: np.ndarray, found: chronicle.EventLog) -> list[list[int]]:
    """Return the events that are numbered, those of one lane and month together, in order of time.

    Where there are too many of a weight, what a scenario schedules gives way to the run's own.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for i in np.flatnonzero(weights > 1):
        groups.setdefault((int(found.month[i]), int(rows[i])), []).append(int(i))

    def rank(group: list[int]) -> tuple[int, bool, int]:
        top = [i for i in group if weights[i] == max(weights[group])]
        return -max(weights[group]), all(found.kind[i] in _SCHEDULED for i in top), group[0]

    order = sorted(groups.values(), key=rank)
    numbered = [[i for i in group if weights[i] == max(weights[group])] for group in order]
    return sorted(numbered[:MOST_NUMBERED])


def _key(
    dataset: xr.Dataset, found: chronicle.EventLog, groups: Sequence[Sequence[int]], scenario: str
) -> list[style.KeyEntry]:
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    labels = chronicle.scheduled_labels(dataset, scenario)
    entries = []
    for number, group in enumerate(groups, start=1):
        said = "; ".join(dict.fromkeys(chronicle.short_sentence(found, i, labels) for i in group))
        text = f"{numbers.month_text(months[found.month[group[0]]])}: {said}"
        entries.append(style.KeyEntry(text, str(number), style.INK))
    return entries


def _numbers(ax: Axes, spots: Sequence[tuple[float, int]]) -> None:
    """Write the numbers in their lanes in two rows, tied to their months, none over another."""
    start, end = ax.get_xlim()
    step = (end - start) / 5.3 * 0.22
    for row in sorted({lane for _, lane in spots}):
        own = [(number, year) for number, (year, lane) in enumerate(spots, 1) if lane == row]
        for half, shift in ((own[::2], -0.24), (own[1::2], 0.24)):
            if not half:
                continue
            wished = [year for _, year in half]
            places = panels.apart(wished, step, start + step / 2, end - step / 4)
            for (number, year), place in zip(half, places, strict=True):
                ax.plot([year, place], [row, row + shift], color=style.QUIET, lw=0.6, zorder=3)
                ax.plot([year], [row], marker="o", ms=2.6, color=style.INK, zorder=4)
                ax.text(place, row + shift, str(number), zorder=8, **style.numbered(style.INK))


def _tint(weight: int) -> str:
    return {1: style.lighter(style.QUIET, 0.35), 2: style.QUIET, 3: style.INK}[weight]


def _legend() -> list[style.Item]:
    names = {3: "break or realignment", 2: "decision", 1: "frequent event"}
    return [
        style.line_item(name, ls="", marker="o", ms=1.6 + 1.6 * w, mfc=_tint(w), mec="white")
        for w, name in names.items()
    ]


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
    ax: Axes, when: window.Floats, values: Sequence[window.Floats], parts: Sequence[Band]
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
