"""The one visual language: colours, lines, hatches and markers that mean the same in every picture.

The colours of a family (tasks, agencies, powers, ...) rise in lightness step by step and were
chosen so that any two stay apart with normal sight and with simulated deuteranopia and protanopia;
a test holds both. Line styles, hatches and markers tell the members apart without any colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import matplotlib.style
from matplotlib.axis import Axis, XAxis
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_hex, to_rgb
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from tajsim.axes import DIMENSIONS

WIDTH = 7.0  # inches: the text width of an A4 page
DPI = 160

TITLE, BODY, SMALL, FOOT = 11.0, 9.0, 8.0, 7.5  # points

INK = "#222222"
QUIET = "#5c5c5c"
GRID = "#dddddd"
PROJECTION = "#f1efe9"

#: What is no single actor: the drug trade, the people, what goes astray, the small ones together.
DRUGS, PEOPLE, LOST, OTHERS = "#7b1fa2", "#b0722e", "#a11d2c", "#9b9b9b"
COMMANDERS = "#8c7a5b"

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
    "axes.formatter.use_mathtext": False,
    "axes.formatter.limits": (-4, 7),
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "hatch.linewidth": 0.7,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.dpi": DPI,
    "figure.dpi": 100,
    "svg.hashsalt": "tajsim",  # the same picture gives the same file
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}


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

#: The reference is always the first: near-black and solid.
_SCENARIOS = (
    "#333333",
    "#d55e00",
    "#0072b2",
    "#148374",
    "#764021",
    "#70a8c4",
    "#8fa267",
    "#3f87f9",
)

_COLOURS: dict[str, tuple[str, ...]] = {
    "task": ("#4b3179", "#ceae37", "#477e76", "#658cf7", "#67591a", "#b8dca5"),
    "agency": (
        "#4642a2",
        "#8ba3fd",
        "#26849e",
        "#6b1d44",
        "#87966a",
        "#bde47b",
        "#84ccc4",
        "#94540a",
    ),
    "power": (
        "#522b0d",
        "#3a48a4",
        "#c5af39",
        "#b18bf7",
        "#777110",
        "#777ca2",
        "#0e6c5b",
        "#5a9d61",
        "#c7ceff",
        "#aff4a2",
        "#68d2ba",
        "#3d3f68",
    ),
    # serving, bought off, arrested, in mutiny, defected, killed, waiting
    "state": ("#cdd6b4", "#e0a93b", "#6d86c1", "#b5271b", "#5a2a98", "#111111", "#ffffff"),
}
_ANY = _COLOURS["agency"]
_RUSSIANS = "russian_border_troops"


def look() -> AbstractContextManager[None]:
    """Return a context to make and save pictures in; matplotlib's settings stay as found."""
    return matplotlib.style.context(["default", LOOK])


def scenario_look(position: int) -> Look:
    """Return the look of the scenario at a position; 0 is the reference."""
    return Look(
        _SCENARIOS[position % len(_SCENARIOS)],
        _LINES[position % len(_LINES)],
        _HATCHES[position % len(_HATCHES)],
        _MARKERS[position % len(_MARKERS)],
    )


#: The reference where it stands behind each of many scenarios.
REFERENCE = Look("#7d7d7d")


def actor_look(dimension: str, name: str) -> Look:
    """Return the look of a task or actor by its dimension and name in ``tajsim.axes``.

    Raises:
        ValueError: if the dimension has no such name.
    """
    position = DIMENSIONS[dimension].index(name)
    colours = _COLOURS.get(dimension, _ANY)
    return Look(
        colours[position % len(colours)],
        _LINES[position % len(_LINES)],
        _HATCHES[position % len(_HATCHES)],
        _MARKERS[position % len(_MARKERS)],
    )


def guard_map() -> Colormap:
    """Return the map from the country's own Border Troops (light) to the Russian ones (dark)."""
    own, russian = (actor_look("agency", n).colour for n in ("border_troops", _RUSSIANS))
    return LinearSegmentedColormap.from_list("guard", [lighter(own, 0.7), russian])


def lighter(colour: str, share: float = 0.72) -> str:
    """Return a colour mixed with so much white."""
    red, green, blue = (1.0 - (1.0 - part) * (1.0 - share) for part in to_rgb(colour))
    return to_hex((red, green, blue))


def darker(colour: str, share: float = 0.35) -> str:
    """Return a colour mixed with so much black."""
    red, green, blue = (part * (1.0 - share) for part in to_rgb(colour))
    return to_hex((red, green, blue))


def ink_on(colour: str) -> str:
    """Return white or near-black, whichever is read better on a colour."""
    red, green, blue = to_rgb(colour)
    return "white" if 0.30 * red + 0.59 * green + 0.11 * blue < 0.58 else INK


class _Numbers(ScalarFormatter):
    """Numbers of an axis as the reader writes them: thousands separated, no common factor."""

    def __init__(self) -> None:
        super().__init__(useOffset=False, useMathText=False)
        self.set_scientific(False)
        self._largest = 0.0

    def set_locs(self, locs: Any) -> None:
        super().set_locs(locs)
        self._largest = max((abs(float(place)) for place in locs), default=0.0)

    def __call__(self, x: float, pos: int | None = None) -> str:
        if self._largest < 1000:
            return str(super().__call__(x, pos))
        return f"{x:,.0f}".replace("-", "\N{MINUS SIGN}")


def plain_numbers(axis: Axis, inches: float) -> None:
    """Give an axis of values of so many inches as many numbers as can be read."""
    each, least = (0.66, 2) if isinstance(axis, XAxis) else (0.32, 3)
    axis.set_major_locator(MaxNLocator(max(least, int(inches / each)), steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(_Numbers())


def families() -> dict[str, Sequence[str]]:
    """Return every family of colours that stand side by side in a picture."""
    return {"scenario": _SCENARIOS, **_COLOURS}
