"""Outcomes over time, as median and bands of the runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.errors import UserError
from tajsim.results import discrepancy, effect, numbers, select as choose, window as windows

#: With more scenarios than this only the band of 50 % is drawn.
MOST_WIDE_BANDS = 3
#: So many outcomes are drawn if none are named.
MOST_PANELS = 6
#: More scenarios than this, the reference among them, have a small panel each.
MOST_TOGETHER = 5
_ROOM = 0.95  # inches right of a panel for the names of its lines
_WIDE, _NARROW = 0.10, 0.27  # how opaque the bands of 90 % and 50 % are


def fan(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    select: Mapping[str, Any] | choose.Names = None,
    smooth: int | None = None,
    title: str | None = None,
) -> Figure:
    """Draw one panel per outcome, all scenarios in each; by default six that differ most.

    Outcomes that are 0 or 1 in each run are drawn as the share of runs. Of many scenarios one
    outcome is drawn, in a small panel for each beside the reference.

    Raises:
        UserError: for unknown names, or several outcomes of many scenarios.
    """
    many = dataset.sizes["scenario"] > MOST_TOGETHER
    usual = windows.most_moved(dataset, choose.headline(dataset), 1 if many else MOST_PANELS)
    names, chosen = choose.chosen(dataset, outcome, usual, select)
    months = usual_months(dataset) if smooth is None else smooth
    if many:
        return _overview(dataset, names, chosen, months, title)
    scenarios, found = choose.names_of(dataset), panels.event_markers(dataset)
    named, bands = len(scenarios) > 1, len(scenarios) <= MOST_WIDE_BANDS
    columns, tall, whole = (1, 3.0, 6.0) if len(names) == 1 else (2, 1.45, 2.62)
    rows, wide = -(-len(names) // columns), whole - _ROOM if named else whole
    above = panels.Events(dataset, found, wide, apart=False)
    titles = [windows.titled(dataset, name, chosen) for name in names]
    # Nothing stands above a single panel.
    heads = [numbers.wrap(t, whole, style.BODY, bold=True) if names[1:] else [] for t in titles]
    over = sum(max(map(len, heads[i : i + columns])) for i in range(0, len(heads), columns))
    reference, *others = choose.labels_of(dataset).values()
    usual_title = numbers.against(others, reference) if others else reference
    shades = [("50 % of runs", _WIDE + _NARROW), ("90 % of runs", _WIDE)][: 1 + bands]
    grey = style.scenario_look(0).colour
    lines = [] if named else [style.line_item("median of the runs", color=grey, lw=1.7)]
    layout = style.Layout(
        body=tall * rows + 0.45 + above.room / 72 + 0.17 * over,
        title=title or (usual_title if names[1:] else titles[0]),
        subtitle=panels.subtitle(dataset, over_months(months), 0 if outcome else len(names)),
        legend=[*lines, *(style.area_item(text, fc=grey, alpha=a, lw=0) for text, a in shades)],
        key=panels.events_key(found, dataset),
        foot=panels.foot(dataset, _said(dataset, names, chosen, bands)),
    )
    for position, ax in enumerate(layout.panels(rows, columns, len(names))):
        series = Series(windows.at_places(dataset, names[position], chosen), months or None)
        _panel(ax, series, bands)
        ax.set_title("\n".join(heads[position]), pad=4 + above.room * (position < columns))
        style.plain_numbers(ax.yaxis, tall)
        panels.time_axis(ax, dataset, wide, bottom=position >= len(names) - columns)
        panels.shade_projection(ax, dataset, wide)
        above.lines(ax)
        if position < columns:
            above.above(ax)
        if named:
            _name_lines(ax, series, dataset, tall)
    return layout.figure


def _said(dataset: xr.Dataset, names: Sequence[str], chosen: Any, bands: bool) -> str:
    """Return what lines and bands are, and what they do not hold."""
    said = (
        f"Lines: medians; bands: the middle 50 %{' and 90 %' * bands} of runs "
        "(for counts and shares of runs: mean and its 90 % interval). "
    )
    if any(windows.rare(windows.at_places(dataset, name, chosen)) for name in names):
        said += "A count that few runs have in a year moves up and down by chance. "
    return said + (discrepancy.PAIRED if len(dataset.scenario) > 1 else discrepancy.dashed(names))


def over_months(months: int) -> str:
    """Return a sentence on the rolling window of what is drawn."""
    over = f"Over the {months} months up to each month; flows and counts per year."
    return over if months else "Monthly values."


def usual_months(dataset: xr.Dataset) -> int:
    """Return the rolling window where none is named: twelve months, 0 of short results."""
    return 12 if dataset.sizes["month"] > 24 else 0


def _name_lines(ax: Axes, series: "Series", dataset: xr.Dataset, tall: float) -> None:
    """Write the name of each line beside its end, none over another, in its colour."""
    ends, (low, high) = series.lines[:, 2, -1], ax.get_ylim()
    called = choose.labels_of(dataset).values()
    texts = [numbers.wrap(label, _ROOM - 0.1, 7.0, bold=True) for label in called]
    order = [int(i) for i in np.argsort(ends, kind="stable") if np.isfinite(ends[i])]
    line = 0.115 / tall * (high - low)  # the height of a line of text in units of the axis
    step = max(map(len, texts)) * line
    places = panels.apart([float(ends[i]) for i in order], step, low + step / 2, high - step / 2)
    for i, place in zip(order, places, strict=True):
        look: Any = {"size": 7.0, "weight": "bold", "color": style.scenario_look(i).colour}
        panels.write_right(ax, place, "\n".join(texts[i]), linespacing=1.05, **look)


class Series:
    """An outcome over time as it is drawn: ``lines`` are ``(scenario, 5, month)``.

    They are the quantiles 5, 25, 50, 75 and 95 % of the runs. Of what is 0 or 1 in each run, and of
    counts that most runs have none of, they are the mean with the ends of its 90 % interval, twice
    each, divided by ``factor`` and then in ``unit``. ``values``, ``(scenario, month, run)`` of the
    ``months`` drawn, are as they are.

    Args:
        series: ``(scenario, month, run)``.
        months: the rolling window, or None for monthly values.
    """

    def __init__(self, series: xr.DataArray, months: int | None) -> None:
        rare = windows.rare(series)
        self.share = not rare and windows.yes_or_no(series)
        self.mean = rare or self.share
        self.unit = windows.unit_of(series, windowed=False)
        if months is not None and not self.share:
            self.unit, series = windows.smooth_unit(series), windows.smooth(series, months)
        series = windows.lasting(series)
        self.months, self.values = series["month"].values, series.values.astype(np.float64)
        self.when, values = windows.years(self.months), self.values
        if self.mean:
            found = (effect.share_interval if self.share else effect.mean_interval)(values)
            lines = found.clip(min=0.0)[[1, 1, 0, 2, 2]]
        else:
            lines = effect.quantiles(values, (0.05, 0.25, 0.5, 0.75, 0.95))
        self.factor, self.unit = windows.scaled(lines, self.unit)
        # Differences have no discrepancy, and with several scenarios these are what is looked at.
        alone = len(values) == 1 and not self.mean and values.shape[-1] > 1
        self.ends = discrepancy.band(values, str(series.name))[:, 0] if alone else None
        if self.share:
            self.factor, self.unit = 0.01, "% of runs"
        self.lines = lines.swapaxes(0, 1) / self.factor

    def draw(
        self, ax: Axes, scenario: int, look: style.Look, thick: float = 1.7, opaque: float = _NARROW
    ) -> None:
        """Draw the line of a scenario in its narrow band."""
        _, low, middle, high, _ = self.lines[scenario]
        ax.fill_between(self.when, low, high, color=look.colour, alpha=opaque, lw=0, zorder=2.1)
        ax.plot(self.when, middle, color=look.colour, lw=thick, ls=look.line, zorder=3)


def _panel(ax: Axes, series: Series, bands: bool) -> None:
    """Draw the fans of all scenarios; the wide bands are left out where they would hide others."""
    for position, lines in enumerate(series.lines):
        look = style.scenario_look(position)
        if bands and not series.mean:
            when, ends, colour = series.when, lines[[0, -1]], look.colour
            ax.fill_between(when, ends[0], ends[1], color=colour, alpha=_WIDE, lw=0, zorder=2)
            ax.plot(when, ends.T, color=colour, lw=0.6, ls=look.line, alpha=0.7, zorder=2.2)
        series.draw(ax, position, look)
    if bands and series.ends is not None:
        for end in series.ends:
            end = end / series.factor
            ax.plot(series.when, end, color=style.QUIET, lw=0.9, ls=(0, (3, 2)), zorder=2.3)
    ax.set_ylabel(f"{series.unit}\n(mean)" if series.mean and not series.share else series.unit)
    if not np.any(series.lines < 0.0):
        ax.set_ylim(bottom=0.0)
    if not np.any(series.lines):
        ax.set_ylim(top=1.0)
    if series.share:
        ax.set_ylim(top=max(ax.get_ylim()[1], 5.0))


#: How the scenario of a small panel is drawn, and its own events.
_NAMED = style.Look(style.scenario_look(1).colour)
_OWN_EVENT: dict[str, Any] = {"color": style.QUIET, "lw": 0.6, "ls": (0, (1, 1.5))}


def _overview(
    dataset: xr.Dataset,
    outcomes: Sequence[str],
    select: Mapping[str, Sequence[str]],
    months: int,
    title: str | None,
) -> Figure:
    """Draw one outcome, no more, in a small panel for each scenario, beside the reference."""
    if len(outcomes) > 1:
        raise UserError(
            f"of more than {MOST_TOGETHER} scenarios the fan shows one outcome; name only one"
        )
    shown = Series(windows.at_places(dataset, outcomes[0], select), months or None)
    reference, *called = choose.labels_of(dataset).values()
    columns = 4 if len(called) > 6 else 3
    rows, wide = -(-len(called) // columns), 5.9 / columns
    heads = [numbers.wrap(name, wide - 0.12, style.FOOT, bold=True) for name in called]
    middle = "means and their 90 % intervals" if shown.mean else "medians and 50 % of the runs"
    over = f", over the {months} months up to each" if months and not shown.share else ""
    heading = windows.titled(dataset, outcomes[0], select)
    layout = style.Layout(
        body=(1.05 + 0.14 * max(map(len, heads))) * rows + 0.5,
        title=title or f"{heading}: every scenario against “{reference}”",
        legend=[
            style.line_item(reference, color=style.REFERENCE.colour, lw=0.9),
            style.line_item("the scenario named", color=_NAMED.colour, lw=1.6),
            style.area_item("its band", fc=style.QUIET, alpha=0.25, lw=0),
            style.line_item("its own events", **_OWN_EVENT),
            style.area_item("projection", fc=style.PROJECTION, lw=0),
        ],
        foot=panels.foot(dataset, f"Lines and bands: {middle}{over}."),
    )
    low, high = float(np.nanmin(shown.lines[:, 1])), float(np.nanmax(shown.lines[:, 3]))
    room = 0.06 * (high - low) or 0.5
    for index, (ax, name) in enumerate(
        zip(layout.panels(rows, columns, len(called)), choose.names_of(dataset)[1:], strict=True)
    ):
        shown.draw(ax, 0, style.REFERENCE, 0.9, 0.2)
        shown.draw(ax, index + 1, _NAMED, 1.6, 0.2)
        ax.set_ylim(0.0 if 0 <= low <= 0.4 * high else low - room, high + room)
        style.plain_numbers(ax.yaxis, 1.0)
        panels.time_axis(ax, dataset, wide, bottom=index + columns >= len(called))
        panels.shade_projection(ax, dataset, wide, named=False)
        left = index % columns == 0
        ax.tick_params(labelleft=left, labelsize=style.FOOT)
        lines = numbers.wrap(shown.unit, 1.0, style.FOOT) if left else []
        ax.set_ylabel("\n".join(lines), size=style.FOOT)
        for event in windows.own_events(dataset, name):
            ax.axvline(windows.year_of(str(event["month"])), zorder=1.5, **_OWN_EVENT)
        ax.set_title("\n".join(heads[index]), size=style.FOOT, pad=3)
    return layout.figure
