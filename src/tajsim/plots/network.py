"""The network of the elite at dates: who holds which post or has fallen, and shields how many."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.axes import AGENCIES, COMMANDERS
from tajsim.errors import UserError
from tajsim.plots.dates import spans
from tajsim.plots.elite import parts
from tajsim.plots.labels import month_text, spoken
from tajsim.plots.page import Page
from tajsim.plots.posts import PLACES, standing
from tajsim.plots.ribbons import BAR, Flow, Node, column_height, draw_nodes, draw_ribbons, place
from tajsim.world import NETWORK_PATRON

MOST_PANELS = 6
_SCALE = 0.24  # inches of all runs of one commander
_SUBTITLE = (
    "A ribbon is as wide as the share of the runs in which a commander stands where it leads: at "
    "the head of an agency, or out of office. Left: how many of the largest networks he shields. "
    "Right: how many commanders stand there on average."
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
    dates = [span.stop for span in spans(dataset, choose.as_names(at))]
    dates = dates if at else [months[0], *dates]
    if len(dates) > MOST_PANELS:
        raise UserError(f"network shows at most {MOST_PANELS} dates; {len(dates)} are given")
    found = [standing(dataset, scenario, int(np.flatnonzero(months == d)[0])) for d in dates]
    panels = [(str(date), *_columns(values)) for date, values in zip(dates, found, strict=True)]
    columns = min(2, len(panels))
    rows = [panels[i : i + columns] for i in range(0, len(panels), columns)]
    tall = [0.25 + max(column_height(c, _SCALE) for p in row for c in p[1:3]) for row in rows]
    page = Page(
        body=sum(tall) + 0.3 * len(rows),
        title=title or f"Who holds which post: {scenario}",
        subtitle=_SUBTITLE,
        foot=timeline.foot(dataset, "Widths: shares of the runs; no interval is shown."),
    )
    grid = page.figure.subplots(len(rows), columns, squeeze=False, height_ratios=tall)
    for position, ax in enumerate(grid.flat):
        row, column = divmod(position, columns)
        if column < len(rows[row]):
            _panel(ax, rows[row][column], tall[row], (style.WIDTH - 0.3) / columns)
        else:
            ax.remove()
    return page.figure


def _columns(values: np.ndarray) -> tuple[list[Node], list[Node], list[Flow]]:
    """Return commanders, places and the flows between them, of ``(commander, run)``."""
    left, flows = [], []
    ones = np.ones(values.shape[1])
    for row, name in enumerate(COMMANDERS):
        shields = sum(patron == name for patron in NETWORK_PATRON.values())
        said = f"shields {shields} networks" if shields else ""
        left.append(Node(name, spoken(name), ones, style.COMMANDERS, said))
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
            label = spoken(name) if name in AGENCIES else f"{name[0].upper()}{name[1:]}"
            right.append(Node(name, label, count, _colour(name), f"{count.mean():.2f} of 8"))
    return left, right, flows


def _colour(name: str) -> str:
    if name in AGENCIES:
        return style.actor_look("agency", name).colour
    colour = next(part.colour for part in parts() if part.name == name)
    return style.GRID if colour == "#ffffff" else colour


def _panel(
    ax: Axes, panel: tuple[str, list[Node], list[Node], list[Flow]], tall: float, wide: float
) -> None:
    """Draw one date; one unit of the panel is an inch."""
    date, left, right, flows = panel
    ax.set(xlim=(0, wide), ylim=(-tall + 0.1, 0.1))
    ax.set_axis_off()
    ax.set_title(month_text(date), pad=3)
    ends = (1.08, wide - 1.42)
    places = place(left, _SCALE), place(right, _SCALE)
    draw_ribbons(ax, flows, (places[0], ends[0] + BAR), (places[1], ends[1]), _SCALE)
    draw_nodes(ax, places[0], ends[0], _SCALE, text_right=False)
    draw_nodes(ax, places[1], ends[1], _SCALE)
