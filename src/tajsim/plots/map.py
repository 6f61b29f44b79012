"""The map: border sections and regions coloured by outcomes, exits and garrisons.

One panel for each scenario and date, all on the same scales of colour.
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from math import ceil, cos, radians
from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.errors import UserError, refuse
from tajsim.results import numbers, select, window

Place = tuple[float, float]

CREDIT = (
    "Shapes: Natural Earth 4.1, public domain; de facto lines, older than the latest border "
    "agreements; sections and Rasht are cut by the model's own division."
)
#: Where the names of the neighbours stand.
NEIGHBOURS: dict[str, Place] = {
    "Uzbekistan": (66.75, 39.95),
    "Kyrgyzstan": (72.6, 40.15),
    "China": (74.55, 39.75),
    "Afghanistan": (69.6, 36.55),
    "Pakistan": (73.1, 36.4),
}
#: Where the name of a town stands from it, in points, where the usual place is taken.
LABEL_AT = {
    "Kurgan-Tyube": (-4.0, -2.5),
    "Kulyab": (-4.0, 3.0),
    "Moskovskii": (-4.0, -4.0),
    "Pianj": (3.5, -7.0),
    "Khorog": (4.0, -2.0),
    "Ishkashim": (4.0, -7.0),
}

#: Where a way out is drawn beside what stands at its place: planes and migrants leave the capital.
EXIT_AT = {"air_migrants": (68.45, 38.82)}


@cache
def geography() -> SimpleNamespace:
    """Return the shapes that the package carries, in degrees east and north.

    Lines ``(point, 2)``: of a list in ``country``, ``neighbour_lines`` and ``rivers``, by name in
    ``sections``, as rings by name in ``regions``. ``places`` and ``exits`` are points by name,
    ``garrisons`` names of places, ``box`` is west, south, east, north; ``aspect`` the height of a
    degree of latitude over the width of one of longitude, mid-map.
    """
    data = json.loads((files("tajsim") / "data" / "map.json").read_text(encoding="utf-8"))
    for name in ("country", "neighbour_lines", "rivers"):
        data[name] = list(map(np.array, data[name]))
    data["regions"] = {n: list(map(np.array, rings)) for n, rings in data["regions"].items()}
    data["sections"] = {n: np.array(line) for n, line in data["sections"].items()}
    _, south, _, north = data["box"]
    return SimpleNamespace(**data, aspect=1.0 / cos(radians((south + north) / 2)))


#: What is drawn where nothing is named: on the border, in the regions.
DEFAULT = ("heroin_seized", "state_control")
MOST_PANELS = 8
_SAID = {"section": "Border", "region": "Regions"}
_MAPS = {"section": style.SEIZED_MAP, "region": "GnBu"}
_EDGED: dict[str, Any] = {"ls": "", "mec": "white", "mew": 0.6}
_SQUARE = {**_EDGED, "marker": "s", "ms": 4, "mfc": style.INK}
_TRIANGLE = {**_EDGED, "marker": "^", "ms": 5, "mfc": style.DRUGS}
_LEGEND = {"garrison of the Russian base": _SQUARE, "way out for drugs": _TRIANGLE}
_LAND, _SEA = "#f4f2ec", "#e7e5de"


def map_of(
    dataset: xr.Dataset,
    *,
    outcome: select.Names = None,
    at: select.Names = None,
    title: str | None = None,
) -> Figure:
    """Draw the country with what the runs hold, at one date or as small multiples over years.

    Of a comparison it shows what each scenario changes, against the first of the results.

    Args:
        outcome: one outcome by section and one by region, or one of them; by default heroin
            seized, and control of the centre.
        at: years (``2008``: the calendar year) or months (``2008-06``: the year up to it); by
            default the last year of the results.

    Raises:
        UserError: for unknown names or dimensions, two of one kind, other dates, many panels.
    """
    names = _by_dimension(dataset, select.outcomes(dataset, outcome, DEFAULT))
    dates = window.spans(dataset, select.as_names(at))
    reference, *others = called = [*select.labels_of(dataset).values()]
    shown = others or called
    if (count := len(shown) * len(dates)) > MOST_PANELS:
        raise UserError(
            f"the map would have {count} panels, {numbers.counted(len(shown), 'scenario')} at "
            f"{numbers.counted(len(dates), 'date')}; expected at most {MOST_PANELS}: choose with "
            "--scenarios and --at"
        )
    layers = {d: _Layer(dataset[n], dates, d) for d, n in names.items()}
    columns = min(count, 2)
    rows, wide = ceil(count / columns), min(6.7 / columns, 5.0)
    each = [(scenario, date) for scenario in range(len(shown)) for date in range(len(dates))]
    texts = [f"{shown[s]}, {dates[d].label}" if shown[1:] else dates[d].label for s, d in each]
    heads = [numbers.wrap(text, wide - 0.2, style.BODY, bold=True) for text in texts]
    change = f"“{others[0]}”: change" if len(others) == 1 else "Change"
    kind = "Mean paired differences" if others else "Medians of the runs"
    labels = [f"{_SAID[d]}: {dataset[names[d]].attrs.get('label')}." for d in _SAID if d in names]
    west, south, east, north = geography().box
    shape = (north - south) * geography().aspect / (east - west)
    layout = style.Layout(
        body=(wide * shape + 0.05 + 0.18 * max(map(len, heads))) * rows + 0.46 * len(layers),
        title=title or (f"{change} against “{reference}”" if others else "Border and regions"),
        subtitle=" ".join(labels),
        legend=[style.line_item(text, **drawn) for text, drawn in _LEGEND.items()],
        foot=f"{panels.foot(dataset, f'{kind}; no interval.')} {CREDIT}",
    )
    grid = layout.panels(rows, columns, count)
    for ax, at_panel, head in zip(grid, each, heads, strict=True):
        _ground(ax)
        for layer in layers.values():
            layer.draw(ax, *at_panel, wide)
        _places(ax)
        ax.set_title("\n".join(head), pad=3)
    for layer in layers.values():
        layer.bar(grid)
    return layout.figure


def _by_dimension(dataset: xr.Dataset, names: Sequence[str]) -> dict[str, str]:
    """Return the outcomes by what they colour: ``section`` or ``region``."""
    found: dict[str, str] = {}
    wrong = []
    for name in names:
        own = select.own_dimensions(dataset[name])
        if len(own) != 1 or own[0] not in _MAPS:
            wrong.append(f"outcome '{name}' is not by section or by region; the map needs that")
        elif own[0] in found:
            wrong.append(f"outcome '{name}': the map shows one outcome by {own[0]}, not two")
        else:
            found[own[0]] = name
    refuse(wrong)
    return found


class _Layer:
    """One outcome on all panels, with one scale of colour; of several scenarios its changes."""

    def __init__(
        self, variable: xr.DataArray, dates: Sequence[window.Span], dimension: str
    ) -> None:
        self.variable, self.dimension = variable, dimension
        self.names = list(map(str, variable[dimension].values))
        self.changes = variable.sizes["scenario"] > 1
        levels = window.over_dates(variable.isel(scenario=[0]), dates)
        if self.changes:
            self.values = window.over_dates(variable, dates, changes=True)
            # What is small beside the level is pale: the darkest is at least a twentieth of it.
            least = 0.05 * float(np.nanmax(np.abs(levels), initial=0.0))
            most = max(float(np.nanmax(np.abs(self.values), initial=0.0)), least) or 1.0
            self.picture = ScalarMappable(Normalize(-most, most), style.more_or_less())
        else:
            self.values = levels
            low, top = (float(f(levels, initial=0.0)) for f in (np.nanmin, np.nanmax))
            top = 1.0 if variable.attrs.get("unit") == "share" and top > 0.5 else top or 1.0
            self.picture = ScalarMappable(Normalize(low, top), _MAPS[dimension])

    def draw(self, ax: Axes, scenario: int, date: int, wide: float) -> None:
        """Colour the regions, or draw the sections as thick lines with a dark edge."""
        for name, value in zip(self.names, self.values[scenario, :, date], strict=True):
            colour = self.picture.to_rgba(value) if np.isfinite(value) else "#d9d9d9"
            if self.dimension == "region":
                for ring in geography().regions.get(name, ()):
                    ax.fill(*ring.T, facecolor=colour, edgecolor="white", lw=0.7, zorder=2)
            elif name in geography().sections:
                line = geography().sections[name]
                heavy = min(1.1 * wide + 0.6, 5.0)
                ax.plot(*line.T, color=style.INK, lw=heavy + 1.4, zorder=4, solid_capstyle="butt")
                ax.plot(*line.T, color=colour, lw=heavy, zorder=4.1, solid_capstyle="butt")

    def bar(self, grid: list[Axes]) -> None:
        """Put the scale of colours beneath the panels."""
        label = self.variable.attrs.get("label", self.variable.name)
        label = f"{label}: change" if self.changes else label
        text = f"{label} ({window.unit_of(self.variable, windowed=True)})"
        placed = {"location": "bottom", "shrink": 0.6, "aspect": 45, "pad": 0.015}
        panels.colour_bar(self.picture, grid, text, 3.6, **placed)


def _ground(ax: Axes) -> None:
    """Draw what is the same on every panel: land, lines, rivers, names of neighbours."""
    shapes = geography()
    west, south, east, north = shapes.box
    ax.set(xlim=(west, east), ylim=(south, north), aspect=shapes.aspect, facecolor=_SEA)
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    for ring in shapes.country:
        ax.fill(*ring.T, facecolor=_LAND, edgecolor=style.QUIET, lw=0.7, zorder=1.5)
    for line in shapes.neighbour_lines:
        ax.plot(*line.T, color="#a8a39a", lw=0.6, zorder=1)
    for line in shapes.rivers:
        ax.plot(*line.T, color="#8fb3cc", lw=0.5, zorder=1.2)
    for name, (x, y) in NEIGHBOURS.items():
        ax.text(x, y, name, size=7, color=style.QUIET, style="italic", zorder=3, clip_on=True)


def _places(ax: Axes) -> None:
    """Draw the ways out, and the towns and garrisons with their names."""
    shapes = geography()
    halo = style.halo(1.6)
    for name, place in shapes.exits.items():
        x, y = EXIT_AT.get(name) or place
        ax.plot(x, y, zorder=6, gid=f"exit-{name}", **_TRIANGLE)
    for name, (x, y) in shapes.places.items():
        town = _SQUARE if name in shapes.garrisons else {**_SQUARE, "marker": "o", "ms": 2.4}
        ax.plot(x, y, zorder=7, **town)
        right, up = LABEL_AT.get(name, (3.5, 2.5))
        look = {"size": 6.5, "color": style.INK, "ha": "left" if right > 0 else "right"}
        panels.write_beside(ax, (x, y), name, (right, up), **look, zorder=7, path_effects=halo)
