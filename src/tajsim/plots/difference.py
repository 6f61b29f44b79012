"""Paired differences: each scenario minus the reference, run by run, for many outcomes at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import tajsim.plots.choose as choose
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.errors import UserError, unknown
from tajsim.plots.forest import Difference, forest, forest_height
from tajsim.plots.labels import month_text, number, wrap
from tajsim.plots.page import Page
from tajsim.plots.series import Floats, reduce, scaled, titled, unit_of
from tajsim.plots.windows import most_moved, over, paired, window_of
from tajsim.results.outcomes import yes_or_no
from tajsim.results.pairs import gap

#: About so many printed values are shown if no outcomes are named.
_LINES = 30
_ORDERS = ("size", "registry")
_INTERVAL = (
    "Thick: 90 % interval of the mean paired difference; thin: the middle 90 % of the runs' "
    "differences. Over sections, agencies and the like flows, counts and stocks are added, "
    "all else is averaged."
)


def difference(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    detail: str | None = None,
    select: Mapping[str, Any] | choose.Names = None,
    window: str | Sequence[str] | None = None,
    order: str = "size",
    title: str | None = None,
) -> Figure:
    """Draw a forest of paired differences and, for a named outcome, their histogram.

    Args:
        dataset: results of two scenarios or more; the first is the reference.
        outcome: outcomes of the forest; by default the headline ones, with many scenarios those
            that differ most. A single one is that of the histogram, and joins the usual ones.
        detail: the outcome of the histogram, where ``outcome`` names several.
        select: coordinates, ``{"section": "khorog"}`` or ``"section=khorog"``.
        window: ``"2006-01:2010-12"``; by default, for each scenario, from its first difference
            to the reference to the end.
        order: ``"size"``, the largest standardised difference first, or ``"registry"``.
        title: heading; made from the scenarios by default.

    Raises:
        UserError: for unknown names, fewer than two scenarios, or results of several seeds.
    """
    if order not in _ORDERS:
        raise UserError(unknown("order", order, _ORDERS))
    check_pairs(dataset)
    names, extra = _names(dataset, choose.as_names(outcome), detail, window)
    chosen = choose.selection(select)
    choose.check_selection([dataset[name] for name in [*names, *extra]], chosen)
    found = [d for name in names for d in _rows(dataset, name, chosen, window)]
    moved = [d for d in found if d.moves]
    if order == "size":
        moved.sort(key=lambda one: one.size, reverse=True)
    tall = forest_height(moved)
    page = Page(
        body=tall + (2.2 if extra else 0.0),
        title=title or _title(dataset),
        subtitle=_subtitle(dataset, window, "" if outcome else choose.told(dataset, len(names))),
        legend=_legend(dataset),
        foot=_foot(dataset, [d.label for d in found if not d.moves]),
    )
    reference = choose.names_of(dataset)[0]
    if not extra:
        forest(page.figure.subplots(), moved, reference)
        return page.figure
    parts = page.figure.subfigures(2, 1, height_ratios=[tall, 2.2], squeeze=False)
    forest(parts[0, 0].subplots(), moved, reference)
    whole = _difference(dataset, extra[0], reduce(dataset[extra[0]], chosen), chosen, window)
    _histogram(parts[1, 0].subplots(), dataset, whole)
    return page.figure


def _names(
    dataset: xr.Dataset, named: list[str], detail: str | None, window: Any
) -> tuple[list[str], list[str]]:
    """Return the outcomes of the forest, and that of the histogram, if there is one."""
    most = max(3, _LINES // (dataset.sizes["scenario"] - 1))
    usual = most_moved(dataset, choose.headline(dataset), most, window)
    if len(named) == 1:
        detail = detail or named[0]
        named = list(dict.fromkeys(named + usual))
    extra = choose.outcomes(dataset, detail, []) if detail else []
    return choose.outcomes(dataset, named, usual), extra


def check_pairs(dataset: xr.Dataset) -> None:
    """Refuse results in which runs of one number are no pairs.

    Raises:
        UserError: for one scenario, runs that are no pairs, or several settings.
    """
    if dataset.sizes["scenario"] < 2:
        raise UserError("differences need a reference and another scenario; the results hold one")
    if reason := dataset.attrs.get("no_pairs"):  # of several results, see `join`
        raise UserError(str(reason))
    if " and " in str(dataset.attrs.get("overrides", "")):
        raise UserError(
            "paired differences need results with the same --set; found "
            f"{dataset.attrs['overrides']}: the settings would be taken for effects"
        )


def _rows(
    dataset: xr.Dataset, name: str, select: Mapping[str, Sequence[str]], window: Any
) -> list[Difference]:
    """Return the row of an outcome, or one for each part if only the whole stays as it is."""
    whole = _difference(dataset, name, reduce(dataset[name], select), select, window)
    own = choose.own_dimensions(dataset[name])
    if whole.moves or len(own) != 1 or own[0] in select:
        return [whole]
    places = [str(place) for place in dataset[own[0]].values]
    chosen = [{**select, own[0]: [place]} for place in places]
    parts = [_difference(dataset, name, reduce(dataset[name], c), c, window) for c in chosen]
    moved = [part for part in parts if part.moves]
    return moved or [whole]


def _difference(
    dataset: xr.Dataset,
    name: str,
    series: xr.DataArray,
    select: Mapping[str, Sequence[str]],
    window: Any,
) -> Difference:
    """Return the paired differences of a series ``(scenario, month, run)`` of an outcome."""
    values, spreads, scale = [], [], 0.0
    for position, scenario in list(enumerate(choose.names_of(dataset)))[1:]:
        months = window_of(dataset, window, scenario)
        reference, other = over(series.isel(scenario=[0, position]), months).values
        values.append(gap(reference, other))
        known = reference[np.isfinite(reference)]
        spreads.append(float(known.std(ddof=1)) if known.size > 1 else 0.0)
        scale = max(scale, float(np.abs(known).max(initial=0.0)))
    spreads = [spread if spread > 1e-6 * scale else 0.0 for spread in spreads]
    narrowed = any(dimension in select for dimension in choose.own_dimensions(dataset[name]))
    label = titled(dataset[name], select) if narrowed else str(series.attrs.get("label", name))
    unit = unit_of(series, windowed=True)
    if unit == "0 or 1":
        unit = f"share of {'runs' if yes_or_no(series, windowed=True) else 'months'}"
    return Difference(label, unit, values, spreads, scale)


def _histogram(ax: Axes, dataset: xr.Dataset, one: Difference) -> None:
    """Draw the paired differences of one outcome, with mean and share of runs above zero."""
    factor, unit = scaled(np.concatenate(one.values), one.unit)
    known = np.concatenate([values[np.isfinite(values)] for values in one.values]) / factor
    low, high = (
        (min(float(known.min()), 0.0), max(float(known.max()), 0.0)) if known.size else (0, 0)
    )
    bins = max(12, round(4 * dataset.sizes["run"] ** (1 / 3)))
    edges = np.linspace(low, high, bins + 1) if high > low else np.array([-0.5, 0.5])
    names = choose.names_of(dataset)[1:]
    for index, (name, row) in enumerate(zip(names, one.values, strict=True)):
        look = style.scenario_look(index + 1)
        values = row[np.isfinite(row)] / factor
        if np.any(values):
            _bars(ax, values, edges, look)
        ax.annotate(
            _signs(name if len(names) > 1 else "", values), (0, 1), xycoords="axes fraction",
            xytext=(0, 4 + 11 * (len(names) - 1 - index)), textcoords="offset points",
            va="bottom", size=style.SMALL, color=look.colour,
        )  # fmt: skip
    ax.axvline(0, color=style.INK, lw=0.9)
    style.plain_numbers(ax.xaxis, 6.0)
    style.plain_numbers(ax.yaxis, 1.6)
    ax.set_ylabel("runs")
    ax.set_xlabel("\n".join(wrap(f"paired difference: {one.label} ({unit})", 6.0, 8.5)))


def _bars(ax: Axes, values: Floats, edges: Floats, look: style.Look) -> None:
    counts = np.histogram(values, edges)[0]
    ax.stairs(counts, edges, fill=True, color=look.colour, alpha=0.3, lw=0)
    ax.stairs(counts, edges, color=look.colour, lw=1.0)
    ax.axvline(paired(values)[0], color=look.colour, lw=1.6, ls=look.line)


def _signs(name: str, values: Floats) -> str:
    up, down = (100 * float(np.mean(test)) for test in (values > 0, values < 0))
    mean = number(paired(values)[0], signed=True)
    text = f"mean {mean}; higher in {up:.0f} %, lower in {down:.0f} % of runs"
    if up + down < 99.5:
        text += f", equal in {100 - up - down:.0f} %"
    return f"{name}: {text}" if name else text


def _legend(dataset: xr.Dataset) -> list[tuple[Artist, str]]:
    entries: list[tuple[Artist, str]] = []
    for index, name in enumerate(choose.names_of(dataset)[1:]):
        look = style.scenario_look(index + 1)
        entries.append(
            (Line2D([], [], color=look.colour, lw=1.6, marker=look.marker, ms=5.5), name)
        )
    hollow = Line2D([], [], color=style.QUIET, lw=1.6, marker="o", mfc="white", ms=5.5, mew=1.3)
    entries.append((hollow, "hollow: the interval covers zero"))
    return entries


def _title(dataset: xr.Dataset) -> str:
    reference, *others = choose.names_of(dataset)
    return (
        f"What changes in {others[0] if len(others) == 1 else 'each scenario'} against {reference}"
    )


def _subtitle(dataset: xr.Dataset, window: Any, choice: str) -> str:
    windows: dict[tuple[str, str], list[str]] = {}
    for name in choose.names_of(dataset)[1:]:
        windows.setdefault(window_of(dataset, window, name), []).append(name)
    parts = [
        f"{month_text(start)} to {month_text(end)}"
        + (f" ({', '.join(names)})" if len(windows) > 1 else "")
        for (start, end), names in windows.items()
    ]
    text = f"Each run minus the reference's run of the same number, over {'; '.join(parts)}."
    return "\n".join(filter(None, [choose.question(dataset), f"{choice} {text}".strip()]))


def _foot(dataset: xr.Dataset, still: Sequence[str]) -> str:
    text = timeline.foot(dataset, _INTERVAL)
    if not still:
        return text
    return f"{text}\nNo difference in any run: {', '.join(still)}."
