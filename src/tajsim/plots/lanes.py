"""One run told as lanes: what each actor did or suffered, month by month, from the chronicle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

import tajsim.plots.badges as badges
import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.axes import DIMENSIONS
from tajsim.errors import UserError, unknown
from tajsim.inputs.chronicle import load_kinds
from tajsim.plots.key import Entry, badge
from tajsim.plots.labels import month_text
from tajsim.plots.noted import Noted, noted
from tajsim.plots.page import Page
from tajsim.plots.sentences import scheduled_labels, short_sentence
from tajsim.plots.series import years

#: So many numbers are told in the key: those of the events that weigh most.
MOST_TOLD = 40
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
    "arrest_order": "Commanders",
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
    scenario = choose.names_of(dataset)[-1]
    runs = dataset["run"].values
    run = int(runs[0]) if run is None else run
    if run not in runs:
        raise UserError(
            f"run {run}: there is no such run; these results hold {runs.min()} to {runs.max()}"
        )
    found = noted(dataset)
    found = found.where((found.scenario == scenario) & (found.run == run) & (found.month >= 0))
    if events is not True:
        found = found.where(np.isin(found.kind, _kinds(events)))
    weights = np.array([load_kinds()[kind].weight for kind in found.kind], int)
    rows = np.array([lane_of(found, i) for i in range(len(found))], int)
    groups = _groups(weights, rows, found)
    chosen = [i for group in groups for i in group]
    page = Page(
        body=_LANE * len(LANES) + 0.6,
        title=title or f"Run {run} of {scenario}",
        subtitle=f"The {len(groups)} numbered ones, those that weigh most, are told below.",
        legend=_legend(),
        key=_key(dataset, found, groups, scenario),
        foot=timeline.foot(dataset, f"One run, number {run}: no interval; others differ."),
    )
    ax = page.figure.subplots()
    when = years(dataset["month"].values)
    _frame(ax, dataset)
    for weight in (1, 2, 3):
        here = np.flatnonzero((weights == weight) & ~np.isin(np.arange(len(rows)), chosen))
        ax.plot(
            when[found.month[here]], rows[here], ls="", marker="o", ms=1.6 + 1.6 * weight,
            mfc=_tint(weight), mec="white", mew=0.4, zorder=3 + weight, gid=f"weight-{weight}",
        )  # fmt: skip
    _numbers(ax, [(float(when[found.month[i]]), int(rows[i])) for i, *_ in groups])
    return page.figure


def lane_of(events: Noted, place: int) -> int:
    """Return the lane of an event: that of its kind, or of the actor who does or suffers it."""
    own = _OWN.get(str(events.kind[place]))
    if own:
        return list(LANES).index(own)
    for name in (str(events.actor[place]), str(events.target[place])):
        for row, dimensions in enumerate(LANES.values()):
            if name and any(name == d or name in DIMENSIONS.get(d, ()) for d in dimensions):
                return row
    return 0


def _kinds(events: bool | Sequence[str]) -> list[str]:
    """Return the kinds of event asked for.

    Raises:
        UserError: for each that there is not.
    """
    if events is False:
        return []
    names = choose.as_names(None if events is True else events)
    wrong = [unknown("kind of event", n, load_kinds()) for n in names if n not in load_kinds()]
    if wrong:
        raise UserError(wrong)
    return names


def _groups(weights: NDArray[np.int64], rows: NDArray[np.int64], found: Noted) -> list[list[int]]:
    """Return the events that are told, those of one lane and month together, in order of time.

    Where there are too many of a weight, what a scenario schedules gives way to the run's own.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for i in np.flatnonzero(weights > 1):
        groups.setdefault((int(found.month[i]), int(rows[i])), []).append(int(i))

    def rank(group: list[int]) -> tuple[int, bool, int]:
        top = [i for i in group if weights[i] == max(weights[group])]
        return -max(weights[group]), all(found.kind[i] in _SCHEDULED for i in top), group[0]

    order = sorted(groups.values(), key=rank)
    told = [[i for i in group if weights[i] == max(weights[group])] for group in order]
    return sorted(told[:MOST_TOLD])


def _key(
    dataset: xr.Dataset, found: Noted, groups: Sequence[Sequence[int]], scenario: str
) -> list[Entry]:
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    labels = scheduled_labels(dataset, scenario)
    entries = []
    for number, group in enumerate(groups, start=1):
        said = "; ".join(dict.fromkeys(short_sentence(found, i, labels) for i in group))
        text = f"{month_text(months[found.month[group[0]]])}: {said}"
        entries.append(Entry(text, str(number), style.INK))
    return entries


def _frame(ax: Axes, dataset: xr.Dataset) -> None:
    """Draw the lanes with their names, the axis of years and the projection."""
    ax.set_ylim(len(LANES) - 0.5, -0.5)
    ax.set_yticks(range(len(LANES)), list(LANES))
    ax.grid(axis="y", visible=False)
    for row in range(0, len(LANES), 2):
        ax.axhspan(row - 0.5, row + 0.5, color="#f3f5f7", lw=0, zorder=0.1)
    timeline.time_axis(ax, dataset, 5.4, cells=True)
    if timeline.has_projection(dataset):
        timeline.bracket(ax, 5.4)


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
            places = badges.apart(wished, step, start + step / 2, end - step / 4)
            for (number, year), place in zip(half, places, strict=True):
                ax.plot([year, place], [row, row + shift], color=style.QUIET, lw=0.6, zorder=3)
                ax.plot([year], [row], marker="o", ms=2.6, color=style.INK, zorder=4)
                ax.text(place, row + shift, str(number), zorder=8, **badge(style.INK))


def _tint(weight: int) -> str:
    return {1: style.lighter(style.QUIET, 0.35), 2: style.QUIET, 3: style.INK}[weight]


def _legend() -> list[tuple[Artist, str]]:
    names = {3: "break or turn", 2: "decision", 1: "what happens often"}
    return [
        (Line2D([], [], ls="", marker="o", ms=1.6 + 1.6 * w, mfc=_tint(w), mec="white"), name)
        for w, name in names.items()
    ]
