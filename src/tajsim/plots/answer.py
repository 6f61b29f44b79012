"""The answer card as a picture: the finding, the outcome that matters most, numbers beside it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.errors import UserError
from tajsim.results import answer as answers, effect, numbers, select as choose, window as windows

_WIDE = 9.6  # inches: the picture is also a page of slides
_CHART = 5.3  # inches of it for the chart with its axis
_BLOCK, _SQUARES = 0.66, 0.72  # inches of a number, and of the squares below it
_BEFORE = 36  # months shown before those of the answer
_LIGHT = "#dcdcdc"
_AGAINST = style.scenario_look(0).colour
_OWN = style.darker(style.scenario_look(1).colour, 0.14)  # so dark that it can be read as text
_OTHER_ONLY = "#8fb3cf"


def answer(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    window: str | windows.Window | None = None,
    title: str | None = None,
) -> Figure:
    """Draw the answer card of a scenario.

    Args:
        dataset: results of two scenarios or more, the first being the reference. Of several others
            the one that differs most is shown.
        outcome: what the question is about; by default what the scenario's file names.
        window: first and last month of the numbers, see `tajsim.results.window.window_of`.

    Raises:
        UserError: if there is nothing to compare, or a name is unknown.
    """
    if dataset.sizes["scenario"] < 2:
        raise UserError("answer: compares with a reference; one scenario is given")
    wanted = choose.outcomes(dataset, outcome, ()) if outcome else []
    months = windows.window_of(dataset, window) if window else None
    names = choose.names_of(dataset)[1:]
    found = [answers.card(dataset, name, months, wanted) for name in names]
    card = max(found, key=lambda one: max((c.rank for c in one.told), default=0.0))
    pair = choose.pair_of(dataset, card.scenario)
    blocks = card.numbers or card.rows(answers.NUMBERS)
    tall = sum(_BLOCK + _SQUARES * (c.kind == "yes") for c in blocks)
    body = max(3.6, tall + 0.35)
    layout = style.Layout(
        body=body,
        title=title or f"{card.finding}.",
        subtitle="\n".join(filter(None, [answers.most_sentence(found), f"{card.about}."])),
        foot=" ".join(
            [*card.notes, panels.foot(pair, "Lines: means; bands: nine in ten histories.")]
        ),
        wide=_WIDE,
    )
    figure = layout.figure
    high = figure.get_size_inches()[1]
    figure.set_layout_engine(None)
    top = (layout.below + body) / high
    if card.chart:
        edge = (0.55, layout.below + 0.42, _CHART - 0.55, body - 0.95)
        ax = figure.add_axes(tuple(np.array(edge) / (_WIDE, high, _WIDE, high)))
        chart(ax, pair, card, card.chart, _CHART - 0.55, body - 0.95)
    _numbers(figure, blocks, card, top - 0.16 / high, high)
    return figure


def charts(
    dataset: xr.Dataset,
    card: answers.Card,
    changes: Sequence[answers.OutcomeChange],
    wide: float,
    tall: float,
) -> Figure:
    """Return charts of changes of a card side by side, all together of so many inches."""
    figure = Figure(figsize=(wide, tall))
    pair, each = choose.pair_of(dataset, card.scenario), wide / len(changes)
    with style.look():
        for place, change in enumerate(changes):
            edge = ((place * each + 0.55) / wide, 0.3 / tall, (each - 0.65) / wide, 1 - 0.68 / tall)
            chart(figure.add_axes(edge), pair, card, change, each - 0.65, tall - 0.68)
    return figure


def chart(
    ax: Axes,
    pair: xr.Dataset,
    card: answers.Card,
    change: answers.OutcomeChange,
    inches: float,
    tall: float,
) -> None:
    """Draw an outcome over time: means and nine in ten histories, lines named at their ends.

    The panel is ``inches`` wide and ``tall``; the own events of the ``card`` are named.
    """
    places = dict(part.split("=") for part in change.where.split(";") if part)
    first = windows.months_in(pair, card.window).start
    pair = pair.isel(month=slice(max(0, first - _BEFORE), None))
    series = windows.at_places(pair, change.outcome, places)
    unit, share = str(series.attrs.get("unit", "")), windows.yes_or_no(series)
    if windows.counted(series) and series.sizes["month"] > 24:
        unit, series = windows.smooth_unit(series), windows.smooth(series, 12)
    series = windows.lasting(series)
    values = series.values.astype(np.float64)
    means, bands = effect.mean_interval(values)[0], effect.quantiles(values, (0.05, 0.95))
    by, unit = (100.0, "% of histories") if share else answers.scale(unit, float(np.nanmax(means)))
    when = windows.years(series["month"].values)
    for position, colour in ((0, _AGAINST), (1, _OWN)):
        if not share:
            low, high = bands[:, position] * by
            ax.fill_between(when, low, high, color=colour, alpha=0.13, lw=0, zorder=2)
        ax.plot(when, means[position] * by, color=colour, lw=2.2, zorder=3 + position)
    if not np.any(series.values < 0.0):
        ax.set_ylim(bottom=0.0)
    style.plain_numbers(ax.yaxis, tall)
    panels.time_axis(ax, pair, inches)
    ax.set_xlabel("")
    panels.shade_projection(ax, pair, inches)
    room = 0.30 * (ax.get_ylim()[1] - ax.get_ylim()[0])
    ax.set_ylim(top=ax.get_ylim()[1] + room * bool(card.events))
    head = f"{numbers.capital(change.label)}, {unit or series.attrs.get('unit', 'number')}"
    ax.set_title("\n".join(numbers.wrap(head, inches, style.BODY, bold=True)), pad=6)
    _name_lines(ax, when, means * by, (card.other, card.label), (inches, tall))
    _name_events(ax, card, inches)


def _name_lines(
    ax: Axes,
    when: windows.Floats,
    lines: windows.Floats,
    names: tuple[str, str],
    size: tuple[float, float],
) -> None:
    """Write the names near the ends of lines, the lower between them if there is no room below."""
    (start, end), (low, high), (wide, tall) = ax.get_xlim(), ax.get_ylim(), size
    places = [int(share * (len(when) - 1)) for share in (0.84, 0.7, 0.55, 0.4, 0.25)]
    upper = int(lines[1, places[0]] > lines[0, places[0]])
    scale = tall / (high - low)
    below = [(lines[1 - upper, p] - low) * scale > 0.24 for p in places]
    between = [(lines[upper, p] - lines[1 - upper, p]) * scale > 0.34 for p in places]
    free = next((i for i in range(len(places)) if below[i] or between[i]), len(places) - 1)
    for position, colour in ((0, _AGAINST), (1, _OWN)):
        place = places[0 if position == upper else free]
        up = 5.0 if position == upper or not below[free] else -5.0
        half = numbers.width(names[position], style.BODY, bold=True) / wide * (end - start) / 2
        at = min(when[place], end - half)
        here = lines[position, np.abs(when - at) <= half]
        height, side = (here.max(), "bottom") if up > 0.0 else (here.min(), "top")
        look = {"color": colour, "weight": "bold", "size": style.BODY, "ha": "center", "va": side}
        look |= {"zorder": 6, "path_effects": style.halo(2.5)}
        panels.write_beside(ax, (at, height), names[position], (0, up), **look)


def _name_events(ax: Axes, card: answers.Card, inches: float) -> None:
    """Mark the scenario's own events, and name them in rows at the top as far as there is room."""
    start, end = ax.get_xlim()
    months = [(windows.year_of(month), label) for month, label in card.events]
    months = [(year, label) for year, label in months if start <= year <= end]
    for year in {year for year, _ in months}:
        ax.axvline(year, ymax=0.86, color=_OWN, lw=0.8, ls=(0, (2, 2)), zorder=1.5)
    shown = months if len(months) <= 3 else [months[0], months[-1]]
    rows: list[float] = []
    for year, label in shown:
        date = f"{int(year)}"
        text = label if date in label else f"{label}, {date}"
        wide = numbers.width(text, style.FOOT) / inches * (end - start)
        right = year + wide < end
        row = next((i for i, taken in enumerate(rows) if taken < year), len(rows))
        if row > 2:
            continue
        rows[row : row + 1] = [year + wide * 1.05 if right else end]
        side, by = ("left", 3) if right else ("right", -3)
        look = {"ha": side, "va": "top", "color": style.QUIET, "path_effects": style.halo(2.0)}
        panels.write_top(ax, year, text, (by, -16.0 - 11.0 * row), **look)


def _numbers(
    figure: Figure, blocks: list[answers.OutcomeChange], card: answers.Card, top: float, high: float
) -> None:
    """Write the numbers in a column, before and after, with their spread; of yes or no squares."""
    left, at = (_CHART + 0.45) / _WIDE, top
    room = _WIDE - _CHART - 0.6

    def write(text: str, down: float, x: float = left, **look: Any) -> None:
        figure.text(x, at - down / high, text, va="top", in_layout=False, **look)

    for change in blocks:
        name = numbers.wrap(numbers.capital(change.label), room, style.BODY, bold=True)
        write(name[0] if len(name) == 1 else f"{name[0]} …", 0.0, weight="bold", size=style.BODY)
        before, after = change.levels
        unit = f" {change.unit_text}" if change.unit_text else ""
        lead = f"{before} → "
        write(lead, 0.17, size=13, color=_AGAINST)
        own = left + numbers.width(lead, 13) / _WIDE
        write(f"{after}{unit}", 0.17, own, size=13, weight="bold", color=_OWN)
        if change.spread:
            said = f"in 9 of 10 histories {change.spread}"
            write(said, 0.40, size=style.SMALL, color=style.QUIET)
        at -= _BLOCK / high
        if change.kind == "yes":
            _squares(figure, change, left, at + 0.22 / high, room, high, card)
            at -= _SQUARES / high


def _squares(
    figure: Figure,
    change: answers.OutcomeChange,
    left: float,
    top: float,
    room: float,
    high: float,
    card: answers.Card,
) -> None:
    """Draw a hundred squares: in which histories it is so in both, in one, in none."""
    counts = change.counts
    colours = [_AGAINST] * counts[0] + [_OWN] * counts[1] + [_OTHER_ONLY] * counts[2]
    side = room / 25 / _WIDE
    for number in range(100):
        row, column = divmod(number, 25)
        colour = colours[number] if number < len(colours) else _LIGHT
        corner = left + column * side, top - (row + 1) * side * _WIDE / high
        size = 0.82 * side, 0.82 * side * _WIDE / high
        square = Rectangle(corner, *size, color=colour, lw=0, transform=figure.transFigure)
        figure.add_artist(square)
    parts = ["dark: either way", f"orange: only with “{card.label}”"]
    parts += [f"blue: only with “{card.other}”"] if counts[2] else []
    text = "; ".join(parts[: 1 + bool(counts[1])] + parts[2:])
    lines = numbers.wrap(text, room, style.FOOT)[:2]
    look: Any = {"va": "top", "size": style.FOOT, "color": style.QUIET, "in_layout": False}
    figure.text(left, top - (4.3 * side * _WIDE) / high, "\n".join(lines), **look)
