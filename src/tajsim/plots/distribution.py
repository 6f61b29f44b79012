"""An outcome over the runs: cumulative curve above, one strip per scenario below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.results.select as choose
from tajsim.plots import panels, style
from tajsim.results.numbers import month_text, number, wrap
from tajsim.results.window import (
    Floats,
    at_places,
    over,
    scaled,
    titled,
    unit_of,
    window_of,
)

_INTERVAL = "Markers: medians; bars: the middle 50 % (thick) and 90 % (thin) of runs."
_NAMES = 1.7  # inches of the names of scenarios


def distribution(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    select: Mapping[str, Any] | choose.Names = None,
    window: str | Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw how an outcome, aggregated over a window of months, is spread over the runs.

    Args:
        dataset: results of one scenario or several.
        outcome: one outcome or several; the first headline one by default.
        select: coordinates, ``{"section": "khorog"}`` or ``"section=khorog"``.
        window: ``"2006-01:2010-12"``; by default from the first difference to the end.
        title: heading; made from the outcome and window by default.

    Raises:
        UserError: for unknown names or a window outside the results.
    """
    names = choose.outcomes(dataset, outcome, choose.headline(dataset)[:1])
    chosen = choose.selection(select)
    choose.check_selection([dataset[name] for name in names], chosen)
    months = window_of(dataset, window)
    alone = len(names) == 1
    columns, curve = (1, 2.1) if alone else (2, 1.5)
    strip = 0.35 + 0.34 * dataset.sizes["scenario"]
    rows = -(-len(names) // columns)
    layout = style.Layout(
        body=(curve + strip + 0.75) * rows,
        title=title or (titled(dataset, names[0], chosen) if alone else "Spread over the runs"),
        subtitle="Each run counts with its value over "
        f"{month_text(months[0])} to {month_text(months[1])}.",
        legend=style.scenario_items(
            choose.names_of(dataset), lw=1.6, ms=6.5, markeredgecolor="white"
        ),
        foot=panels.foot(dataset, _INTERVAL),
    )
    boxes = layout.figure.add_gridspec(2 * rows, columns, height_ratios=[curve, strip] * rows)
    for position, name in enumerate(names):
        row, column = divmod(position, columns)
        upper = layout.figure.add_subplot(boxes[2 * row, column])
        lower = layout.figure.add_subplot(boxes[2 * row + 1, column])
        values = over(at_places(dataset, name, chosen), months).values
        factor, unit = scaled(values, unit_of(dataset[name], windowed=True))
        values = values / factor
        draw_cumulative(upper, list(values), [style.scenario_look(i) for i in range(len(values))])
        upper.tick_params(labelbottom=False)
        _strips(lower, values, choose.names_of(dataset), named=alone)
        upper.sharex(lower)
        lower.margins(x=0.03)
        lower.autoscale_view(scaley=False)
        style.plain_numbers(lower.xaxis, (4.2 if alone else 5.0) / columns)
        if alone:
            label = f"{dataset[name].attrs.get('label', name)} ({unit})"
            lower.set_xlabel("\n".join(wrap(label, 4.0, 8.5)))
        else:
            lower.set_xlabel(unit)
            panels.titled_panel(upper, titled(dataset, name, chosen), 2.3)
    return layout.figure


def draw_cumulative(ax: Axes, rows: Sequence[Floats], looks: Sequence[style.Look]) -> None:
    """Draw the share of runs at or below each value, a curve for each row ``(run,)`` of values."""
    for row, look in zip(rows, looks, strict=True):
        known = np.sort(row[np.isfinite(row)])
        if known.size:
            share = 100 * np.arange(1, known.size + 1) / known.size
            ax.step(np.append(known[0], known), np.append(0.0, share), where="post",
                    color=look.colour, ls=look.line, lw=1.6)  # fmt: skip
            _median(ax, float(np.median(known)), 50.0, look)
    ax.axhline(50, color=style.QUIET, lw=0.6, ls=(0, (1, 2)), zorder=1)
    ax.set_ylim(0, 101)
    ax.set_yticks([0, 25, 50, 75, 100])
    ax.set_ylabel("% of runs\nat or below")


def _strips(ax: Axes, values: Floats, names: Sequence[str], named: bool) -> None:
    """Draw a strip per scenario, its name at the left and its median printed at the right."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    bins = max(10, round(3 * values.shape[-1] ** (1 / 3)))
    edges = np.linspace(low, high, bins + 1) if high > low else np.array([low, low + 1.0])
    for position, row in enumerate(values):
        row = row[np.isfinite(row)]
        if row.size:
            median = number(_strip(ax, row, edges, position))
            colour = style.scenario_look(position).colour
            panels.write_right(ax, 0.1 - position, median, size=style.SMALL, color=colour)
    panels.write_right(ax, 0.8, "median", va="bottom", color=style.QUIET)
    texts = (names if len(names) > 1 else ["runs"]) if named else [""] * len(names)
    texts = ["\n".join(wrap(text, _NAMES, 8.5)[:2]) for text in texts]
    panels.name_rows(ax, [0.1 - position for position in range(len(names))], texts, 8.5)
    ax.set_ylim(-len(names) + 0.65, 0.8)


def _strip(ax: Axes, values: Floats, edges: Floats, position: int) -> float:
    """Draw a histogram on its own base line with intervals and median below; return the median."""
    look, base = style.scenario_look(position), -float(position)
    if edges.size > 2:  # else all values of all scenarios are the same
        counts = np.histogram(values, edges)[0]
        heights = base + 0.66 * counts / max(counts.max(), 1)
        ax.stairs(heights, edges, baseline=base, fill=True, color=look.colour, alpha=0.35, lw=0)
    low, lower, median, upper, high = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
    bar: dict[str, Any] = {"color": look.colour, "solid_capstyle": "butt"}
    ax.plot([low, high], [base - 0.1] * 2, lw=1.0, **bar)
    ax.plot([lower, upper], [base - 0.1] * 2, lw=3.6, **bar)
    _median(ax, float(median), base - 0.1, look)
    return float(median)


def _median(ax: Axes, value: float, height: float, look: style.Look) -> None:
    ax.plot([value], [height], marker=look.marker, color=look.colour, mec="white", ms=6.5, zorder=4)
