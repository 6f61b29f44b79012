"""The money over a window: who pays, into whose hands it comes first, and what reaches the top."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.errors import UserError
from tajsim.plots.labels import month_text, spoken, wrap
from tajsim.plots.page import Page
from tajsim.plots.ribbons import Flow, Node, column_height, draw_nodes, draw_ribbons, place
from tajsim.plots.series import Floats
from tajsim.plots.windows import over, window_of

TOLLS, EXTORTION, AID, DIVERTED = "tolls", "extortion", "aid_delivered", "aid_diverted"
COMMANDERS, CIRCLE = "rents_commander", "rents_regime"
#: Part of all money shown below which a power, an agency or a commander joins the others.
SMALL = 0.015
#: Million USD a year that are not worth a place of their own.
NOTHING = 0.05
MOST_SCENARIOS = 4
_SUBTITLE = (
    "Left, by ribbons: what traffickers pay for passage, what people are made to pay, and aid, "
    "with the hands it comes into first. Right, on the same scale: what commanders and the ruling "
    "circle receive; it also holds protection fees and resold drugs, which do not pass by the "
    "middle, and what the circle passes on to commanders counts for both."
)
_INTERVAL = (
    "Million USD a year: means over the runs, so that ribbons add up; in brackets 90 % of the runs."
)


def money(
    dataset: xr.Dataset,
    *,
    window: str | Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw payments as ribbons from those who pay to those who receive, a panel per scenario.

    Args:
        dataset: results of up to four scenarios.
        window: ``"2006-01:2010-12"``; by default from the first difference of a scenario from the
            reference to the end, for one scenario the whole time.
        title: heading.

    Raises:
        UserError: for results without the payments, too many scenarios, or a wrong window.
    """
    choose.outcomes(dataset, [TOLLS, EXTORTION, AID, DIVERTED, COMMANDERS, CIRCLE], [])
    scenarios = choose.names_of(dataset)
    if len(scenarios) > MOST_SCENARIOS:
        raise UserError(
            f"the picture of money shows at most {MOST_SCENARIOS} scenarios, the results hold "
            f"{len(scenarios)}: choose with --scenarios"
        )
    months = window_of(dataset, window)
    values = {n: over(dataset[n], months) / 1e6 for n in _ALL}
    large = _large(values)
    books = [_Book({n: v.sel(scenario=s) for n, v in values.items()}, large) for s in scenarios]
    largest = max(book.largest for book in books) or 1.0
    scale = 2.5 / largest
    heights = [book.height(scale) + 0.3 for book in books]
    page = Page(
        body=sum(heights) + 0.25,
        title=title or "Who gets the money of drugs, extortion and aid",
        subtitle=f"{month_text(months[0])} to {month_text(months[1])}. {_SUBTITLE}",
        foot=timeline.foot(dataset, _INTERVAL),
    )
    panels = page.figure.subplots(len(books), 1, squeeze=False, height_ratios=heights)
    for ax, book, name, tall in zip(panels[:, 0], books, scenarios, heights, strict=True):
        _panel(ax, book, scale, tall)
        if len(books) > 1:
            ax.set_title("\n".join(wrap(name, 6.5, style.BODY, bold=True)), pad=4)
    return page.figure


class _Book:
    """The payments of one scenario in million USD a year, as nodes and flows."""

    def __init__(self, values: dict[str, xr.DataArray], large: dict[str, list[str]]) -> None:
        rows = {name: _rows(v) for name, v in values.items() if name != CIRCLE}
        tolls, squeezed = (
            _grouped(rows[n], large["agency"], "agencies") for n in (TOLLS, EXTORTION)
        )
        aid, lost = (_grouped(rows[n], large["power"], "powers") for n in (AID, DIVERTED))
        self.flows = self._flows(tolls, squeezed, aid, lost)
        self.left = self._left(tolls, squeezed, aid)
        self.middle = self._middle(tolls, squeezed, aid, lost)
        rents = _grouped(rows[COMMANDERS], large["commander"], "commanders")
        self.right = [Node("circle", "Ruling circle", values[CIRCLE].values, style.INK)]
        self.right += [Node(n, spoken(n), v, style.COMMANDERS) for n, v in rents.items()]
        columns = (self.left, self.middle, self.right)
        self.largest = max(sum(node.mean for node in column) for column in columns)

    def _flows(
        self,
        tolls: dict[str, Floats],
        squeezed: dict[str, Floats],
        aid: dict[str, Floats],
        lost: dict[str, Floats],
    ) -> list[Flow]:
        flows = [Flow("Traffickers", n, float(v.mean()), style.DRUGS) for n, v in tolls.items()]
        flows += [Flow("People", n, float(v.mean()), style.PEOPLE) for n, v in squeezed.items()]
        for name, sent in aid.items():
            colour, stray = _colour("power", name), lost.get(name, np.zeros(1))
            flows.append(Flow(name, _SPENT, float((sent - stray).mean()), colour))
            flows.append(Flow(name, _STRAY, float(stray.mean()), colour))
        return [flow for flow in flows if flow.size > 0.0]

    def _left(
        self, tolls: dict[str, Floats], squeezed: dict[str, Floats], aid: dict[str, Floats]
    ) -> list[Node]:
        nodes = [
            Node("Traffickers", "Traffickers, for passage", _sum(tolls), style.DRUGS),
            Node("People", "People, extorted", _sum(squeezed), style.PEOPLE),
        ]
        nodes += [Node(n, f"{spoken(n)}, aid", v, _colour("power", n)) for n, v in aid.items()]
        return nodes

    def _middle(
        self,
        tolls: dict[str, Floats],
        squeezed: dict[str, Floats],
        aid: dict[str, Floats],
        lost: dict[str, Floats],
    ) -> list[Node]:
        names = dict.fromkeys([*tolls, *squeezed])
        income = {n: tolls.get(n, 0.0) + squeezed.get(n, np.zeros(1)) for n in names}
        hands = [Node(n, spoken(n), v, _colour("agency", n)) for n, v in income.items()]
        stray, spent = _sum(lost), _sum(aid) - _sum(lost)
        return [
            *[node for node in hands if node.mean > 0.0],
            Node(_STRAY, _STRAY, stray, style.LOST),
            Node(_SPENT, _SPENT, spent, style.QUIET),
        ]

    def height(self, scale: float) -> float:
        """Return the inches that the taller column takes."""
        return max(column_height(c, scale) for c in (self.left, self.middle, self.right))


_ALL = (TOLLS, EXTORTION, AID, DIVERTED, COMMANDERS, CIRCLE)
_SPENT, _STRAY = "Aid put to use", "Aid in private purses"


def _large(values: dict[str, xr.DataArray]) -> dict[str, list[str]]:
    """Return, by dimension, who is told apart: those who have more than little in some scenario."""
    whole = sum(values[n].mean("run").sum(choose.own_dimensions(values[n])) for n in (TOLLS, AID))
    least = SMALL * float(np.max(whole))
    sizes = {
        "agency": values[TOLLS] + values[EXTORTION],
        "power": values[AID],
        "commander": values[COMMANDERS],
    }
    means = {name: v.mean("run").max("scenario") for name, v in sizes.items()}
    return {
        d: [str(n) for n in v[d].values if float(v.sel({d: n})) >= least] for d, v in means.items()
    }


def _rows(values: xr.DataArray) -> dict[str, Floats]:
    """Return ``(run,)`` by name of the one own dimension."""
    dimension = choose.own_dimensions(values)[0]
    return {str(n): values.sel({dimension: n}).values for n in values[dimension].values}


def _sum(parts: dict[str, Floats]) -> Floats:
    return np.asarray(sum(parts.values()))


def _grouped(values: dict[str, Floats], large: Sequence[str], word: str) -> dict[str, Floats]:
    """Return the large ones by themselves and all others, unless they are next to nothing."""
    kept = {n: v for n, v in values.items() if n in large}
    rest = np.asarray(sum((v for n, v in values.items() if n not in large), np.zeros(1)))
    return {**kept, f"Other {word}": rest} if rest.mean() >= NOTHING else kept


def _colour(dimension: str, name: str) -> str:
    if name.startswith("Other "):
        return style.OTHERS
    return style.actor_look(dimension, name).colour


def _panel(ax: Axes, book: _Book, scale: float, tall: float) -> None:
    """Draw the three columns of a scenario; one unit of the panel is an inch."""
    wide = style.WIDTH - 0.3
    ax.set(xlim=(0, wide), ylim=(-tall + 0.1, 0.2))
    ax.set_axis_off()
    left, middle, right = (place(c, scale) for c in (book.left, book.middle, book.right))
    draw_ribbons(ax, book.flows, (left, 1.62), (middle, 3.0), scale)
    draw_nodes(ax, left, 1.62, scale, text_right=False)
    draw_nodes(ax, middle, 3.0, scale)
    draw_nodes(ax, right, 5.15, scale)
    for x, head in ((1.62, "from"), (3.0, "first into the hands of"), (5.15, "received in all by")):
        ax.text(
            x + (0.06 if head != "from" else 0.14), 0.08, head, size=style.FOOT, style="italic",
            color=style.QUIET, ha="left" if head != "from" else "right", va="bottom",
        )  # fmt: skip
    _scale_bar(ax, scale, book.largest, 4.78)


def _scale_bar(ax: Axes, scale: float, largest: float, x: float) -> None:
    """Draw how tall a round number of million USD a year is."""
    digits = 10.0 ** (ceil(np.log10(largest)) - 1) if largest > 0 else 1.0
    size = digits if digits * scale < 0.7 else digits / 2
    ax.plot([x, x], [-size * scale, 0], color=style.INK, lw=1.2, solid_capstyle="butt")
    ax.text(
        x - 0.05, -size * scale / 2, f"{size:g} million\nUSD/year", size=6.5, ha="right",
        va="center", color=style.QUIET,
    )  # fmt: skip
