"""The border section by section over time."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.axes import SECTIONS
from tajsim.display import rows_of
from tajsim.errors import refuse
from tajsim.results import chronicle, effect, numbers, select, window

#: The name of the outcome that `with_guard` adds.
GUARD = "russian_guard"
#: Held by the country's own troops from the start (matveeva-2004:157; the Chinese border by
#: assumption).
OWN_FROM_START = ("early_transfer", "murghab")


def with_guard(dataset: xr.Dataset) -> xr.Dataset:
    """Return results with `GUARD`: 1 where Russian troops hold a section; as is without events.

    ``(scenario, section, month, run)``; what is drawn is the share of runs.
    """
    if not chronicle.has_events(dataset) or GUARD in dataset:
        return dataset
    events = chronicle.event_table(dataset)
    names = select.names_of(dataset)
    months = dataset["month"].values.astype("datetime64[M]")
    runs = {int(run): place for place, run in enumerate(dataset["run"].values)}
    held = np.ones((len(names), len(SECTIONS), len(months), len(runs)), np.float32)
    held[:, [SECTIONS.index(s) for s in OWN_FROM_START]] = 0.0
    events = events[(events["kind"] == "handover") & events["target"].isin(SECTIONS)]
    for event in rows_of(events[events["scenario"].isin(names) & events["run"].isin(runs)]):
        place = names.index(event.scenario), SECTIONS.index(event.target)
        after = months >= np.datetime64(event.month, "M")
        held[(*place, after, runs[int(event.run)])] = event.actor == "russian_border_troops"
    attrs = {"label": "Russian troops hold the section", "unit": "share of runs"}
    dimensions = ("scenario", "section", "month", "run")
    coordinates = {name: dataset[name].values for name in dimensions if name != "section"}
    coordinates["section"] = np.array(SECTIONS)
    return dataset.assign({GUARD: xr.DataArray(held, coordinates, dimensions, GUARD, attrs)})


OUTCOMES = ("heroin_entering", "seizure_probability", "arranged_share")
MOST = 4
_MAPS = {"heroin_entering": style.FLOW_MAP, "heroin_seized": style.SEIZED_MAP}
_SUBTITLE = (
    "Year by year on one colour scale per row: medians of the runs; grey: not defined. The Afghan "
    "line from Ishkashim in the east to the Uzbek border in the west, then the Chinese one."
)
_BAR: dict[str, Any] = {"location": "right", "shrink": 0.95, "aspect": 11, "pad": 0.01}
_HELD: dict[str, Any] = {"color": style.INK, "lw": 1.4, "solid_capstyle": "butt"}


def border(
    dataset: xr.Dataset, *, outcome: select.Names = None, title: str | None = None
) -> Figure:
    """Draw heat maps of section against year: a row per outcome, a column per scenario.

    A line along a section shows how long Russian troops hold it, from the events of the runs. By
    default flow, probability of seizure and bought passage are drawn.

    Raises:
        UserError: for unknown names, or an outcome that has no sections.
    """
    names = select.outcomes(dataset, outcome, OUTCOMES)[:MOST]
    lost = [n for n in names if select.own_dimensions(dataset[n]) != ["section"]]
    refuse(f"outcome '{n}' is not by section; the border picture needs that" for n in lost)
    dataset = with_guard(dataset)
    scenarios, when = select.names_of(dataset), window.years(dataset["month"].values)
    values = {name: _by_year(dataset[name]) for name in names}
    tops = {name: float(np.nanmax(values[name][0], initial=0.0)) or 1.0 for name in names}

    def draw(ax: Axes, name: str, scenario: str) -> None:
        own, years, sections = values[name]
        ax.set_facecolor("#d9d9d9")  # what is not defined stays grey
        cells = np.ma.masked_invalid(own[scenarios.index(scenario)])
        look: dict[str, Any] = {"cmap": _MAPS.get(name, style.SHARE_MAP), "vmin": 0.0}
        extent = (years[0], years[-1] + 1, len(sections) - 0.5, -0.5)
        look |= {"vmax": tops[name], "aspect": "auto", "interpolation": "nearest"}
        ax.imshow(cells, extent=extent, **look)
        called = list(map(numbers.display_name, sections))
        panels.name_rows(ax, range(len(sections)), called, style.FOOT)
        ax.grid(visible=False)
        ax.spines["bottom"].set_visible(False)
        for place, section in enumerate(sections if GUARD in dataset else ()):
            there = dataset[GUARD].sel(scenario=scenario, section=section).mean("run").values >= 0.5
            held = when[there]
            for part in filter(len, np.split(held, np.flatnonzero(np.diff(held) > 0.1) + 1)):
                ends = part[0], part[-1] + 1 / 12
                ax.plot(ends, [place] * 2, **_HELD, path_effects=style.halo(2.8), zorder=3)

    line = style.line_item("Russian troops hold the section (half of the runs)", **_HELD)
    layout, _ = panels.draw_grid(
        dataset,
        dict.fromkeys(names, ""),
        draw,
        "No interval is shown.",
        heights=(1.5, 1.5),
        across=1,
        inches=4.6,
        title=title or "The border, section by section",
        subtitle=_SUBTITLE,
        legend=[line] if GUARD in dataset else [],
    )
    grid, columns = layout.figure.axes, len(scenarios)
    for row, name in enumerate(names):
        unit = window.unit_of(dataset[name], windowed=True)
        label = f"{dataset[name].attrs.get('label', name)} ({unit})"
        own = grid[row * columns : (row + 1) * columns]
        panels.colour_bar(own[0].images[0], own, label, 1.3, **_BAR)
    return layout.figure


def _by_year(variable: xr.DataArray) -> tuple[window.Floats, list[int], list[str]]:
    """Return medians ``(scenario, section, year)``, the years, and the sections from the east."""
    sections = [section for section in SECTIONS if section in variable["section"].values]
    kept = variable.sel(section=sections).transpose("scenario", "section", "month", "run")
    spans = window.periods(kept, "year")
    values = [effect.quantiles(window.over(kept, span).values, (0.5,))[0] for span in spans]
    return np.stack(values, axis=-1), [int(first[:4]) for first, _ in spans], sections
