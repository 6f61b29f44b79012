"""The atlas: all scenarios at a glance, a cell for what each changes in each outcome."""

from collections.abc import Sequence
from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.display import rows_of
from tajsim.results import numbers, select as choose
from tajsim.results.atlas import LARGEST, atlas_table, units_text

_WIDE, _TALL, _GAP, _HEAD = 9.6, 0.235, 0.1, 0.62  # inches: all, a row, between groups, heads
_NAMES = 3.0  # inches of the titles
_EMPTY = "#f0f0ec"


def atlas(
    dataset: xr.Dataset, *, outcome: choose.Names = None, title: str | None = None, links: str = ""
) -> Figure:
    """Draw scenarios against outcomes in groups, coloured by size, empty where nothing is told.

    Scenarios of which nothing at all is told have no row and are named below.

    Args:
        outcome: the outcomes; by default fourteen of all themes.
        links: where a cell leads in SVG and PDF, such as ``card-{scenario}.svg``; by default
            nowhere.

    Raises:
        UserError: as `atlas_table`.
    """
    table = atlas_table(dataset, choose.as_names(outcome))
    count = table["scenario"].nunique()
    told = table.groupby("scenario")["shown"].transform(any)
    told |= not told.any()
    silent = "; ".join(dict.fromkeys(table["title"][~told]))
    note = f" No change can be told here of: {silent}." if silent else ""
    table = table[told]
    scenarios = list(dict.fromkeys(table["scenario"]))
    titles = dict(zip(table["scenario"], table["title"], strict=True))
    heads = list(dict.fromkeys(zip(table["group"], table["label"], strict=True)))
    names = choose.names_of(dataset)
    reference = choose.title_of(dataset, names[0])
    parents = choose.attribute(dataset, "extends")
    built = [titles[s] for s in scenarios if parents.get(s) in names[1:]]
    if built:
        note = f" Some build on another and hold its change too: {'; '.join(built)}.{note}"
    several = f"What {count} decisions and shocks change"
    layout = style.Layout(
        body=_TALL * len(scenarios) + _HEAD + 0.1,
        title=title or (several if count > 1 else f"What changes: {titles[scenarios[0]]}"),
        subtitle=f"Reference: {reference}. {units_text()} Orange more, blue less; the darker, the "
        f"larger beside the spread of the reference's histories (darkest: {LARGEST:g} standard "
        "deviations).",
        foot=panels.foot(dataset, f"The table holds the ends of 90 % of histories.{note}"),
        wide=_WIDE,
    )
    groups = len({group for group, _ in heads})
    wide = (_WIDE - 2 * style.EDGE - _NAMES - _GAP * groups) / len(heads)
    ax = layout.figure.subplots()
    left = _grid(ax, heads, len(scenarios), wide)
    for row, scenario in enumerate(scenarios):
        text = _fitted(titles[scenario], _NAMES - 0.1)
        ax.text(-0.08, -(row + 0.5) * _TALL, text, size=style.SMALL, ha="right", va="center")
    place = {name: i for i, name in enumerate(scenarios)}
    shades, scale = style.more_or_less(), Normalize(-LARGEST, LARGEST)
    for cell in rows_of(table):
        column = heads.index((cell.group, cell.label))
        colour = to_hex(shades(scale(float(cell.size)))) if cell.direction else _EMPTY
        link = links.format(scenario=cell.scenario) if links else None
        colour = "white" if cell.set else colour
        _cell(ax, left[column], place[cell.scenario], wide, colour, cell.shown, link)
    return layout.figure


def _grid(ax: Axes, heads: Sequence[tuple[str, str]], rows: int, wide: float) -> list[float]:
    """Give the panel units of an inch and its heads; return where each column begins."""
    groups = list(dict.fromkeys(group for group, _ in heads))
    left = [i * wide + _GAP * groups.index(group) for i, (group, _) in enumerate(heads)]
    end = left[-1] + wide + _GAP
    ax.set(xlim=(-_NAMES, end), ylim=(-rows * _TALL - 0.02, _HEAD), xticks=[], yticks=[])
    ax.set_axis_off()
    for (group, label), start in zip(heads, left, strict=True):
        if group in groups:
            ax.text(start, _HEAD - 0.02, group, size=style.SMALL, weight="bold", va="top")
            groups.remove(group)
        lines = numbers.wrap(label, wide, 6.5)
        look: Any = {"ha": "center", "va": "bottom", "size": 6.3, "linespacing": 1.05}
        ax.text(start + (wide - 0.03) / 2, 0.04, "\n".join(lines), **look)
    return left


def _fitted(text: str, room: float) -> str:
    """Return a title on one line, cut at a word where there is no room for all of it."""
    words = text.split()
    while numbers.width(" ".join(words), style.SMALL) > room and len(words) > 1:
        words = [*words[:-2], f"{words[-2].rstrip(',')}\N{HORIZONTAL ELLIPSIS}"]
    return " ".join(words)


def _cell(
    ax: Axes, left: float, row: int, wide: float, colour: str, text: str, link: str | None
) -> None:
    """Draw a cell: what the scenario sets is framed, not filled."""
    frame = {"ec": style.QUIET, "lw": 0.6} if colour == "white" else {"lw": 0}
    box = Rectangle((left, -(row + 1) * _TALL), wide - 0.03, _TALL - 0.03, fc=colour, **frame)
    box.set_url(link)
    ax.add_patch(box)
    if text:
        look: Any = {"size": 7.0, "ha": "center", "va": "center", "color": style.ink_on(colour)}
        look |= {"url": link, "style": "italic" if colour == "white" else "normal"}
        ax.text(left + (wide - 0.03) / 2, -(row + 0.54) * _TALL, text, **look)
