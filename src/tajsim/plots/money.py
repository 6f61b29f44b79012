"""The money over a window: from the first hands to the top, by ribbons that add up."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.errors import UserError
from tajsim.plots.columns import column_height, draw_bars, draw_boxes, spread
from tajsim.plots.labels import month_text, wrap
from tajsim.plots.page import Page
from tajsim.plots.purses import NEEDED, Book, told_apart
from tajsim.plots.ribbons import BAR, draw_ribbons
from tajsim.plots.windows import over, window_of

MOST_SCENARIOS = 4
_SUBTITLE = (
    "Who pays whom, from the first hands to the top. Heights are to scale, but for what networks "
    "keep, which is cut."
)
_INTERVAL = (
    "Million USD a year: medians, in brackets 90 % of the runs. Heights are means over the runs, "
    "which add up at every bar; medians of parts need not add up to the median of the whole."
)
_ONE_RUN = "Million USD a year."
#: Left edge and width of each column, inches.
_COLUMNS = ((1.18, BAR), (1.96, 1.1), (3.72, 1.0), (5.42, BAR))
_HEADS = ("from", "first into the hands of", "then", "in the end")
_WIDE = style.WIDTH - 0.3
_TALL = 2.3  # inches for the sum of the largest column


def money(
    dataset: xr.Dataset,
    *,
    window: str | Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw payments as ribbons from those who pay to those who keep them, a panel per scenario.

    Args:
        dataset: results of up to four scenarios.
        window: ``"2006-01:2010-12"``; by default from the first difference of a scenario from the
            reference to the end, for one scenario the whole time.
        title: heading.

    Raises:
        UserError: for results without the payments, too many scenarios, or a wrong window.
    """
    _check(dataset)
    scenarios = choose.names_of(dataset)
    months = window_of(dataset, window)
    values = {name: over(dataset[name], months) / 1e6 for name in NEEDED}
    large = told_apart(values)
    books = [Book({n: v.sel(scenario=s) for n, v in values.items()}, large) for s in scenarios]
    largest = max(book.largest for book in books) or 1.0
    scale = _TALL / largest
    heights = [_height(book, scale) for book in books]
    rooms = [height + 0.35 for height in heights]
    inside = dataset.sel(month=slice(*months))
    page = Page(
        body=sum(rooms) + 0.25 * len(books),
        title=title or "Who gets the money of drugs, extortion and aid",
        subtitle=f"{month_text(months[0])} to {month_text(months[1])}. {_SUBTITLE}",
        foot=timeline.foot(inside, _INTERVAL if dataset.sizes["run"] > 1 else _ONE_RUN),
    )
    panels = page.figure.subplots(len(books), 1, squeeze=False, height_ratios=rooms)
    for ax, book, name, tall in zip(panels[:, 0], books, scenarios, heights, strict=True):
        _panel(ax, book, scale, tall)
        _scale_bar(ax, scale, tall)
        if len(books) > 1:
            ax.set_title("\n".join(wrap(name, 6.5, style.BODY, bold=True)), pad=4)
    return page.figure


def _check(dataset: xr.Dataset) -> None:
    """Refuse results that the picture cannot be drawn from.

    Raises:
        UserError: for results without the payments, or too many scenarios.
    """
    there = choose.outcome_names(dataset)
    missing = [name for name in NEEDED if name not in there]
    if missing:
        many = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise UserError(
            f"these results do not hold {', '.join(missing[:3])}{many}, which the picture of money "
            "needs: they come from an older version or --outcomes left it out; simulate them again"
        )
    count = dataset.sizes["scenario"]
    if count > MOST_SCENARIOS:
        raise UserError(
            f"the picture of money shows at most {MOST_SCENARIOS} scenarios, the results hold "
            f"{count}: choose with --scenarios"
        )


def _height(book: Book, scale: float) -> float:
    """Return the inches that the tallest column takes; below the last stands the scale."""
    first, second, third, last = book.columns
    return max(
        column_height(first, scale),
        column_height(second, scale, boxed=True),
        column_height(third, scale, boxed=True),
        column_height(last, scale) + 0.45,
    )


def _panel(ax: Axes, book: Book, scale: float, tall: float) -> None:
    """Draw the four columns of a scenario; one unit of the panel is an inch."""
    ax.set(xlim=(0, _WIDE), ylim=(-tall - 0.05, 0.3))
    ax.set_axis_off()
    rooms = (tall, tall, tall, tall - 0.45)
    places = [
        spread(nodes, scale, room, boxed=wide > BAR)
        for nodes, room, (_, wide) in zip(book.columns, rooms, _COLUMNS, strict=True)
    ]
    for gap, flows in enumerate(book.flows):
        edge = sum(_COLUMNS[gap])
        draw_ribbons(ax, flows, (places[gap], edge), (places[gap + 1], _COLUMNS[gap + 1][0]), scale)
    for spots, (x, wide) in zip(places, _COLUMNS, strict=True):
        if wide > BAR:
            draw_boxes(ax, spots, x, wide, scale)
        else:
            draw_bars(ax, spots, x, scale, text_right=x > _WIDE / 2)
    for head, (x, wide) in zip(_HEADS, _COLUMNS, strict=True):
        ax.text(
            x + wide / 2, 0.1, head, size=style.FOOT, style="italic", color=style.QUIET,
            ha="center", va="bottom",
        )  # fmt: skip


def _scale_bar(ax: Axes, scale: float, tall: float) -> None:
    """Draw how tall a round number of million USD a year is, in the lower right corner."""
    digits = 10.0 ** floor(log10(0.4 / scale))
    size = next(s * digits for s in (5.0, 2.0, 1.0) if s * digits * scale <= 0.4)
    x = _COLUMNS[3][0] + BAR
    ax.plot([x, x], [-tall, size * scale - tall], color=style.INK, lw=1.2, solid_capstyle="butt")
    ax.text(
        x + 0.05, size * scale / 2 - tall, f"{size:g} million\nUSD/year", size=6.5, ha="left",
        va="center", color=style.QUIET,
    )  # fmt: skip
