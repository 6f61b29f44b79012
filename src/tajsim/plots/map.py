"""The map: border sections and regions coloured by outcomes, exits and garrisons.

One panel for each scenario and date, all on the same scales of colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.errors import UserError
from tajsim.plots.dates import Span, medians_over, spans
from tajsim.plots.exits import Exits
from tajsim.plots.geography import CREDIT, LABEL_AT, NEIGHBOURS, geography
from tajsim.plots.labels import wrap
from tajsim.plots.page import Page
from tajsim.plots.series import unit_of

#: What is drawn where nothing is named: on the border, in the regions.
DEFAULT = ("heroin_seized", "state_control")
MOST_PANELS = 12
_MAPS = {"section": style.SEIZED_MAP, "region": "GnBu"}
_LAND, _SEA = "#f4f2ec", "#e7e5de"


def map_of(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    at: choose.Names = None,
    title: str | None = None,
) -> Figure:
    """Draw the country with what the runs hold, at one date or as small multiples over years.

    Args:
        dataset: results of one scenario or several.
        outcome: one outcome by section and one by region, or one of them; by default heroin
            seized, and control of the centre.
        at: years (``2008``: the calendar year) or months (``2008-06``: the year up to it); by
            default the last year of the results.
        title: heading.

    Raises:
        UserError: for unknown names, an outcome of other dimensions, two of one kind, a date
            outside the results, or more panels than can be read.
    """
    names = _by_dimension(dataset, choose.outcomes(dataset, outcome, DEFAULT))
    dates = spans(dataset, choose.as_names(at))
    scenarios = choose.names_of(dataset)
    count = len(scenarios) * len(dates)
    if count > MOST_PANELS:
        raise UserError(
            f"the map would have {count} panels, {len(scenarios)} scenarios at {len(dates)} dates; "
            f"expected at most {MOST_PANELS}: choose with --scenarios and --at"
        )
    layers = {d: _Layer(dataset[n], dates, d) for d, n in names.items()}
    exits = Exits(dataset, dates)
    columns = _columns(len(scenarios), len(dates))
    rows = ceil(count / columns)
    wide = 6.7 / columns
    page = Page(
        body=(wide * geography().shape + 0.3) * rows + 0.1 + 0.46 * len(layers),
        title=title or "Border and regions",
        subtitle=_subtitle(names, dataset),
        legend=[*exits.legend(wide), (_square(), "garrison of the Russian base")],
        foot=f"{timeline.foot(dataset, 'Medians of the runs; no interval is shown.')} {CREDIT}",
    )
    panels = page.panels(rows, columns, count)
    for position, ax in enumerate(panels):
        scenario, date = divmod(position, len(dates))
        _ground(ax, small=columns > 2)
        for layer in layers.values():
            layer.draw(ax, scenario, date, wide)
        exits.draw(ax, scenario, date, wide)
        _places(ax, wide)
        _name(ax, scenarios, dates, (scenario, date), wide)
    for layer in layers.values():
        layer.bar(page.figure, panels, len(layers))
    return page.figure


def _by_dimension(dataset: xr.Dataset, names: Sequence[str]) -> dict[str, str]:
    """Return the outcomes by what they colour: ``section`` or ``region``."""
    found: dict[str, str] = {}
    wrong = []
    for name in names:
        own = choose.own_dimensions(dataset[name])
        if len(own) != 1 or own[0] not in _MAPS:
            wrong.append(f"outcome '{name}' is not by section or by region; the map needs that")
        elif own[0] in found:
            wrong.append(f"outcome '{name}': the map shows one outcome by {own[0]}, not two")
        else:
            found[own[0]] = name
    if wrong:
        raise UserError(wrong)
    return found


def _columns(scenarios: int, dates: int) -> int:
    """Return the columns of panels: one for each date if they fit, else as near a square."""
    if dates == 1:
        return min(scenarios, 2 if scenarios in (2, 4) else 3)
    return dates if dates <= 4 else 3 if dates % 3 == 0 or dates > 4 else 2


def _subtitle(names: Mapping[str, str], dataset: xr.Dataset) -> str:
    said = []
    if "section" in names:
        said.append(f"Border: {dataset[names['section']].attrs.get('label', names['section'])}.")
    if "region" in names:
        said.append(f"Regions: {dataset[names['region']].attrs.get('label', names['region'])}.")
    return " ".join(said)


def _name(
    ax: Axes, scenarios: list[str], dates: Sequence[Span], at: tuple[int, int], wide: float
) -> None:
    """Head a panel with its date; beside the first of a row, or above it, stands the scenario."""
    scenario, date = scenarios[at[0]], dates[at[1]].label
    if len(dates) > 1 and len(scenarios) > 1:
        ax.set_title(date, pad=3)
        if at[1] == 0:
            ax.set_ylabel("\n".join(wrap(scenario, 1.2, 8.5, bold=True)), weight="bold")
        return
    parts = [scenario, date] if len(scenarios) > 1 else [date]
    ax.set_title("\n".join(wrap(", ".join(parts), wide, style.BODY, bold=True)), pad=3)


class _Layer:
    """One outcome on all panels, with one scale of colour."""

    def __init__(self, variable: xr.DataArray, dates: Sequence[Span], dimension: str) -> None:
        self.variable, self.dimension = variable, dimension
        self.values = medians_over(variable, dates)
        self.names = list(map(str, variable[dimension].values))
        top = float(np.nanmax(self.values)) if np.isfinite(self.values).any() else 0.0
        low = float(np.nanmin(self.values)) if np.isfinite(self.values).any() else 0.0
        share = str(variable.attrs.get("unit")) == "share"
        self.scale = Normalize(min(0.0, low), 1.0 if share and top > 0.5 else top or 1.0)
        self.picture = ScalarMappable(self.scale, _MAPS[dimension])

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

    def bar(self, figure: Figure, panels: list[Axes], count: int) -> None:
        """Put the scale of colours beneath the panels."""
        bar = figure.colorbar(
            self.picture, ax=panels, location="bottom", shrink=0.6, aspect=45, pad=0.015,
        )  # fmt: skip
        style.plain_numbers(bar.ax.xaxis, 3.6)
        label = self.variable.attrs.get("label", self.variable.name)
        unit = unit_of(self.variable, windowed=True)
        bar.set_label(f"{label} ({unit})", size=style.SMALL)
        bar.outline.set_visible(False)


def _square() -> Line2D:
    return Line2D([], [], ls="", marker="s", ms=4, mfc=style.INK, mec="white", mew=0.6)


def _ground(ax: Axes, small: bool) -> None:
    """Draw what is the same on every panel: land, lines, rivers, names of neighbours."""
    shapes = geography()
    west, south, east, north = shapes.box
    ax.set(xlim=(west, east), ylim=(south, north), aspect=shapes.aspect, facecolor=_SEA)
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(False)
    for ring in shapes.country:
        ax.fill(*ring.T, facecolor=_LAND, edgecolor=style.QUIET, lw=0.7, zorder=1.5)
    for line in shapes.neighbour_lines:
        ax.plot(*line.T, color="#a8a39a", lw=0.6, zorder=1)
    for line in shapes.rivers:
        ax.plot(*line.T, color="#8fb3cc", lw=0.5, zorder=1.2)
    for name, (x, y) in {} if small else NEIGHBOURS.items():
        ax.text(x, y, name, size=7, color=style.QUIET, style="italic", zorder=3, clip_on=True)


def _places(ax: Axes, wide: float) -> None:
    """Draw the towns and garrisons; names only where there is room for them."""
    shapes = geography()
    halo = [withStroke(linewidth=1.6, foreground="white")]
    for name, (x, y) in shapes.places.items():
        garrison = name in shapes.garrisons
        if not garrison and wide < 3:
            continue
        ax.plot(
            x, y, marker="s" if garrison else "o", ms=4 if garrison else 2.4, color=style.INK,
            mec="white", mew=0.6, zorder=7,
        )  # fmt: skip
        if wide >= 3:
            right, up = LABEL_AT.get(name, (3.5, 2.5))
            ax.annotate(
                name, (x, y), xytext=(right, up), textcoords="offset points", size=6.5,
                zorder=7, path_effects=halo, color=style.INK, ha="left" if right > 0 else "right",
            )  # fmt: skip
