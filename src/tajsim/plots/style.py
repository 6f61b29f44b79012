"""The look of all pictures: colours, lines, hatches and markers, and what stands around the panels.

The colours of a family (tasks, agencies, powers, ...) rise in lightness step by step and were
chosen so that any two stay apart with normal sight and with simulated deuteranopia and protanopia;
a test holds both. Line styles, hatches and markers tell the members apart without any colour.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import ColorType

from tajsim.axes import DIMENSIONS
from tajsim.files import check_file, telling, whole, write_whole
from tajsim.results.numbers import MINUS, width, wrap

WIDTH = 7.0  # inches: the text width of an A4 page
DPI = 160

TITLE, BODY, SMALL, FOOT = 11.0, 9.0, 8.0, 7.5  # points

INK = "#222222"
QUIET = "#5c5c5c"
GRID = "#dddddd"
PROJECTION = "#f1efe9"

#: What is no single actor: the drug trade, and the small ones together.
DRUGS, OTHERS = "#7b1fa2", "#9b9b9b"

#: Colour maps for heat maps: light is little, dark is much, also in grey.
FLOW_MAP, SEIZED_MAP, SHARE_MAP = "YlGnBu", "YlOrBr", "PuRd"

LOOK: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": BODY,
    "axes.titlesize": BODY,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "text.color": INK,
    "text.parse_math": False,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#888888",
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.formatter.limits": (-4, 7),
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "hatch.linewidth": 0.7,
    "savefig.dpi": DPI,
    "svg.hashsalt": "tajsim",  # the same picture gives the same file
    "svg.fonttype": "none",  # text stays text
    "pdf.fonttype": 42,
}

#: Less than the reference is blue, more is orange, in light and dark by size.
LESS, ALIKE, MORE = "#0b5a9c", "#f4f4f0", "#b84c00"


def more_or_less() -> Colormap:
    """Return the map of differences: blue less, pale alike, orange more."""
    return LinearSegmentedColormap.from_list("change", [LESS, "#9cc3de", ALIKE, "#f2ba8c", MORE])


@dataclass(frozen=True)
class Look:
    """How one scenario, task or actor is drawn."""

    colour: str
    line: Any = "-"
    hatch: str = ""
    marker: str = "o"


_LINES: tuple[Any, ...] = (
    "-",
    (0, (5, 1.5)),
    (0, (5, 1.5, 1.2, 1.5)),
    (0, (1.2, 1.2)),
    (0, (8, 1.5, 1.2, 1.5, 1.2, 1.5)),
    (0, (2.5, 2.5)),
)
_HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---", "ooo", "+++", "|||", "//..", "**", "\\\\..")
_MARKERS = "osD^vPX<>phd"

#: Colours that stand side by side; the reference is the first scenario: near-black and solid.
FAMILIES: dict[str, tuple[str, ...]] = {
    "scenario": (
        "#333333", "#d55e00", "#0072b2", "#148374", "#764021", "#70a8c4", "#8fa267", "#3f87f9",
    ),
    "task": ("#4b3179", "#ceae37", "#477e76", "#658cf7", "#67591a", "#b8dca5"),
    "agency": (
        "#4642a2", "#8ba3fd", "#26849e", "#6b1d44", "#87966a", "#bde47b", "#84ccc4", "#94540a",
    ),
    "power": (
        "#522b0d", "#3a48a4", "#c5af39", "#b18bf7", "#777110", "#777ca2", "#0e6c5b", "#5a9d61",
        "#c7ceff", "#aff4a2", "#68d2ba", "#3d3f68",
    ),
}  # fmt: skip
_ANY = FAMILIES["agency"]


def look() -> AbstractContextManager[None]:
    """Return a context to make and save pictures in; matplotlib's settings stay as found."""
    return matplotlib.style.context(["default", LOOK])


def _look(colours: Sequence[str], position: int) -> Look:
    kinds = (colours, _LINES, _HATCHES, _MARKERS)
    return Look(*(kind[position % len(kind)] for kind in kinds))


def scenario_look(position: int) -> Look:
    """Return the look of the scenario at a position; 0 is the reference."""
    return _look(FAMILIES["scenario"], position)


#: The reference where it stands behind each of many scenarios.
REFERENCE = Look("#7d7d7d")


def actor_look(dimension: str, name: str) -> Look:
    """Return the look of a task or actor by its dimension and name in ``tajsim.axes``.

    Raises:
        ValueError: if the dimension has no such name.
    """
    return _look(FAMILIES.get(dimension, _ANY), DIMENSIONS[dimension].index(name))


def lighter(colour: str, share: float, white: float = 1.0) -> str:
    """Return a colour mixed with so much white, or another grey."""
    red, green, blue = (part + (white - part) * share for part in to_rgb(colour))
    return to_hex((red, green, blue))


def darker(colour: str, share: float) -> str:
    """Return a colour mixed with so much black."""
    return lighter(colour, share, 0.0)


def halo(points: float) -> list[withStroke]:
    """Return a white edge so wide, which keeps lines and letters apart from what is below them."""
    return [withStroke(linewidth=points, foreground="white")]


def ink_on(colour: str) -> str:
    """Return white or near-black, whichever is read better on a colour."""
    return max("white", INK, key=lambda ink: contrast(ink, colour))


def contrast(colour: ColorType, ground: ColorType = "white") -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.1)."""
    one, other = sorted((_luminance(colour), _luminance(ground)))
    return (other + 0.05) / (one + 0.05)


def _luminance(colour: ColorType) -> float:
    parts = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in to_rgb(colour))
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


#: The contrast that a text needs (AA); below the other a colour is for another ground than white.
READ, NOT_ON_WHITE = 4.5, 2.0


@lru_cache(maxsize=1024)
def readable(colour: str) -> str:
    """Return the colour of a text so dark that it can be read on white.

    A colour that was never meant for a white ground stays: it stands on a dark field.
    """
    if contrast(colour) < NOT_ON_WHITE:
        return colour
    while contrast(colour) < READ:
        colour = darker(colour, 0.03)
    return colour


def make_readable(picture: Figure) -> Figure:
    """Return a picture whose texts on white all have the contrast that a text needs."""
    for text in picture.findobj(Text):
        if text.get_bbox_patch() is None:
            text.set_color(readable(to_hex(text.get_color())))
    return picture


def plain_numbers(axis: Axis, inches: float) -> None:
    """Give an axis of values of so many inches as many numbers as can be read."""
    each, least = (0.66, 2) if isinstance(axis, XAxis) else (0.32, 3)
    axis.set_major_locator(MaxNLocator(max(least, int(inches / each)), steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(lambda value, place: f"{value:,.10g}".replace("-", MINUS))


SUFFIXES = (".png", ".svg", ".pdf")


def save(picture: Figure, path: Path) -> None:
    """Write a picture; the suffix of ``path`` decides between PNG, SVG and PDF.

    Raises:
        UserError: for another suffix, or if the file cannot be written.
    """
    check_file(path, overwrite=True, endings=SUFFIXES)
    form = path.suffix.lower()[1:]
    stamp = {"png": {"Software": None}, "pdf": {"CreationDate": None}}
    with look(), settled(picture):
        if form == "svg":
            write_whole(path, svg(picture))
            return
        with telling(path), whole(path) as begun:
            picture.savefig(begun, format=form, metadata=stamp[form])


#: What stands in for the font of the pictures where a reader has none: one of nearly its widths.
_FONT, _FONTS = b"'DejaVu Sans'", b"'DejaVu Sans', Verdana, sans-serif"


def svg(picture: Figure) -> bytes:
    """Return a picture as SVG: text as text, with the title and a description for those who listen.

    It is called where `look` and `settled` hold.
    """
    buffer = BytesIO()
    picture.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    said: dict[str, list[str]] = {"title": [], "desc": []}
    for text in picture.texts:
        said.get(str(text.get_label()), []).append(text.get_text())
    head = "".join(f"<{tag}>{escape(' '.join(lines))}</{tag}>" for tag, lines in said.items())
    drawn = buffer.getvalue().replace(_FONT, _FONTS)
    place = drawn.index(b">", drawn.index(b"<svg")) + 1
    return drawn[:place] + head.encode("utf-8") + drawn[place:]


@contextmanager
def settled(picture: Figure) -> Iterator[Figure]:
    """Hold the panels where the layout puts them, rounded, while the picture is written.

    The layout differs in its last bit from time to time, and with the dots an inch of the format;
    places held so give the same bytes each time and the same picture in every format.
    """
    engine, dots = picture.get_layout_engine(), picture.dpi
    if not isinstance(engine, ConstrainedLayoutEngine):  # held already
        yield picture
        return
    picture.set_dpi(DPI)
    engine.execute(picture)
    picture.set_layout_engine(None)  # with any, even "none", it would be drawn twice
    for ax in picture.axes:
        left, low, wide, tall = (
            round(float(part), 5) for part in ax.get_position(original=True).bounds
        )
        ax.set_position((left, low, wide, tall))
    try:
        yield picture
    finally:
        picture.set_layout_engine(engine)
        picture.set_dpi(dots)


EDGE = 0.12  # inches free at every side
LEGEND_ROW = 0.195  # inches
#: Of the parts of a legend, in heights of a letter.
_SPACING: dict[str, Any] = {"borderaxespad": 0.0, "borderpad": 0.0, "columnspacing": 1.4}
_SPACING |= {"handlelength": 2.4, "handletextpad": 0.6}
_LINE = 1.32  # line height over font size

#: One entry of a legend: what is drawn, and its text.
Item = tuple[Artist, str]


def line_item(text: str, **drawn: Any) -> Item:
    """Return the entry of a line or, with ``ls=""``, of a marker, in matplotlib's own words."""
    return Line2D([], [], **drawn), text


def area_item(text: str, **drawn: Any) -> Item:
    """Return the entry of an area, in matplotlib's own words."""
    return Patch(**drawn), text


def scenario_items(names: Sequence[str], first: int = 0, **drawn: Any) -> list[Item]:
    """Return the entries of scenarios: lines in the looks of the places from ``first`` on."""
    looks = [scenario_look(first + place) for place in range(len(names))]
    return [
        line_item(name, **{"color": look.colour, "ls": look.line, "marker": look.marker, **drawn})
        for look, name in zip(looks, names, strict=True)
    ]


def text_height(lines: int, size: float) -> float:
    """Return the inches that so many lines of a size in points take."""
    return lines * size * _LINE / 72.0


def _legend_rows(legend: Sequence[Item], room: float) -> list[list[Item]]:
    """Return the entries of the legend in rows, as many in each as fit."""
    rows: list[list[Item]] = []
    left = 0.0
    for item in legend:
        wide = width(item[1], 8.5) + 0.62
        if wide > left:
            rows, left = [*rows, []], room + 0.2
        rows[-1].append(item)
        left -= wide
    return rows


@dataclass
class LineWriter:
    """Writes lines downwards; ``at`` is the distance from the top in inches."""

    figure: Figure
    wide: float
    height: float
    at: float = 0.0

    def write(
        self,
        lines: Sequence[str],
        size: float,
        colour: str,
        bold: bool = False,
        left: float = EDGE,
        label: str = "",
    ) -> None:
        """Write lines of a size in points, each below the other; ``label`` says what they are."""
        for line in lines:
            place = left / self.wide, 1 - (self.at + size / 72.0) / self.height
            look: Any = {"size": size, "color": colour, "weight": "bold" if bold else "normal"}
            self.figure.text(*place, line, va="baseline", in_layout=False, label=label, **look)
            self.at += text_height(1, size)

    def legend(self, rows: Sequence[Sequence[Item]]) -> None:
        """Draw a legend, a row below the other."""
        for row in rows:
            legend = self.figure.legend(
                *zip(*row, strict=True),
                loc="upper left",
                bbox_to_anchor=(EDGE / self.wide, 1 - self.at / self.height),
                ncols=len(row),
                **_SPACING,
            )
            legend.set_in_layout(False)
            self.at += LEGEND_ROW


@dataclass(frozen=True)
class KeyEntry:
    """One line of the key: a number or letter on a colour, and a text; a heading has no number."""

    text: str
    number: str = ""
    colour: str = QUIET


_BADGE = 0.26  # inches kept for the number before the text of a key entry


def _key_groups(entries: Sequence[KeyEntry], room: float) -> "list[list[list[_Wrapped]]]":
    """Return the key as groups: a heading and one or two columns, read down the first one first."""
    groups: list[list[KeyEntry]] = []
    for entry in entries:
        if not entry.number or not groups:
            groups.append([])
        groups[-1].append(entry)
    result = []
    for group in groups:
        body = [entry for entry in group if entry.number]
        wide = ((room - 0.2) / 2 if len(body) > 1 else room) - _BADGE
        blocks = [(entry, wrap(entry.text, wide, SMALL)) for entry in body]
        heads = [e for e in group if not e.number]
        heading = [(e, wrap(e.text, _SAFE * room, SMALL, bold=True)) for e in heads]
        first = 0
        while first < len(blocks) and 2 * _rows(blocks[:first]) < _rows(blocks):
            first += 1
        result.append([heading, blocks[:first], blocks[first:]])
    return result


_Wrapped = tuple[KeyEntry, list[str]]


def _rows(block: Sequence[_Wrapped]) -> int:
    return sum(len(lines) for _, lines in block)


def _draw_key(writer: LineWriter, groups: list[list[list[_Wrapped]]], room: float) -> None:
    """Write a key on a picture that is ``room`` inches wide between its edges."""
    for heading, *columns in groups:
        writer.at += 0.06
        for entry, lines in heading:
            writer.write(lines, SMALL, entry.colour, bold=True)
        top = writer.at
        for position, column in enumerate(columns):
            writer.at = top
            left = EDGE + position * (room + 0.2) / 2
            for entry, lines in column:
                height = 1 - (writer.at + SMALL * 0.64 / 72.0) / writer.height
                writer.figure.text(
                    (left + 0.1) / writer.wide, height, entry.number, **numbered(entry.colour)
                )
                writer.write(lines, SMALL, INK, left=left + _BADGE)
        writer.at = top + text_height(max(map(_rows, columns)), SMALL)


def numbered(colour: str) -> dict[str, Any]:
    """Return how the number of an event is written on its colour, in a panel and in the key."""
    box = {"boxstyle": "round,pad=0.22,rounding_size=0.6", "fc": colour, "ec": "none"}
    centred = {"ha": "center", "va": "center", "in_layout": True, "bbox": box}
    return {"size": 6.5, "weight": "bold", "color": ink_on(colour), **centred}


_SAFE = 0.975  # of the room: letters drawn at few dots an inch are wider than their outlines


@dataclass
class Layout:
    """What stands around the panels.

    ``body`` is the height of the panels in inches, ``below`` the inches of what is below them.
    """

    body: float
    title: str
    subtitle: str = ""
    legend: Sequence[Item] = ()
    key: Sequence[KeyEntry] = ()
    foot: str = ""
    wide: float = WIDTH
    figure: Figure = field(init=False)
    below: float = field(init=False)

    def __post_init__(self) -> None:
        room = self.wide - 2 * EDGE
        title = wrap(self.title, room, TITLE, bold=True)
        subtitle = wrap(self.subtitle, _SAFE * room, SMALL) if self.subtitle else []
        foot = wrap(self.foot, _SAFE * room, FOOT) if self.foot else []
        legend, key = _legend_rows(self.legend, room), _key_groups(self.key, room)
        head = EDGE + text_height(len(title), TITLE) + 0.05
        if subtitle:
            head += text_height(len(subtitle), SMALL) + 0.03
        if legend:
            head += len(legend) * LEGEND_ROW + 0.06
        keyed = sum(_rows(heading) + max(map(_rows, columns)) for heading, *columns in key)
        below = text_height(len(foot), FOOT) + text_height(keyed, SMALL)
        tail = EDGE + below + 0.06 * (len(key) + 1) + 0.04
        height, self.below = head + self.body + tail, tail
        self.figure = Figure(figsize=(self.wide, height))
        writer = LineWriter(self.figure, self.wide, height, EDGE)
        writer.write(title, TITLE, INK, bold=True, label="title")
        if subtitle:
            writer.at += 0.03
            writer.write(subtitle, SMALL, QUIET, label="desc")
        if legend:
            writer.at += 0.06
            writer.legend(legend)
        writer.at = height - tail + 0.04
        _draw_key(writer, key, room)
        writer.at += 0.06
        writer.write(foot, FOOT, QUIET, label="desc")
        rect = (EDGE / 2 / self.wide, tail / height, 1 - EDGE / self.wide, self.body / height)
        self.figure.set_layout_engine(
            ConstrainedLayoutEngine(rect=rect, h_pad=0.05, w_pad=0.06, hspace=0.03, wspace=0.03)
        )

    def panels(self, rows: int, columns: int, count: int, **sized: Any) -> list[Axes]:
        """Return so many panels of a grid, row by row; what is left of the grid stays empty."""
        grid = self.figure.subplots(rows, columns, squeeze=False, **sized)
        panels: list[Axes] = list(grid.flat)
        for unused in panels[count:]:
            unused.remove()
        return panels[:count]
