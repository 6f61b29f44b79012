"""An outcome over time, as median and bands of the runs; and how it is spread over the runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.evidence as evidence
import tajsim.plots.intervals as intervals
import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.results.select as choose
import tajsim.results.window as windows
from tajsim.errors import UserError
from tajsim.results import discrepancy, effect, numbers
from tajsim.results.answer import label_of, labels_of

#: With more scenarios than this only the band of 50 % is drawn.
MOST_WIDE_BANDS = 3
#: So many outcomes are drawn if none are named.
MOST_PANELS = 6
#: With more scenarios than this lines are named in a legend, not at their ends.
MOST_NAMED = 4
_ROOM = 0.95  # inches right of a panel for the names of its lines
_WIDE, _NARROW = 0.10, 0.27  # how opaque the bands of 90 % and 50 % are


def fan(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    select: Mapping[str, Any] | choose.Names = None,
    smooth: int | None = None,
    events: bool | Sequence[str] = True,
    title: str | None = None,
) -> Figure:
    """Draw one panel per outcome, all scenarios in each; by default six that differ most.

    Outcomes that are 0 or 1 in each run are drawn as the share of runs.

    Raises:
        UserError: for unknown names.
    """
    usual = windows.most_moved(dataset, choose.headline(dataset), MOST_PANELS)
    names, chosen = choose.chosen(dataset, outcome, usual, select)
    months = _usual_months(dataset) if smooth is None else smooth
    scenarios, found = choose.names_of(dataset), panels.event_markers(dataset, events)
    seen = evidence.observed(dataset, names, chosen, months)
    named, bands = 1 < len(scenarios) <= MOST_NAMED, len(scenarios) <= MOST_WIDE_BANDS
    columns, tall, whole = (1, 3.0, 6.0) if len(names) == 1 else (2, 1.45, 2.62)
    rows, wide = -(-len(names) // columns), whole - _ROOM if named else whole
    above = panels.Events(dataset, found, wide, apart=False)
    titles = [windows.titled(dataset, name, chosen) for name in names]
    heads = [numbers.wrap(text, whole, style.BODY, bold=True) for text in titles]
    heads = heads if len(names) > 1 else [[]]  # nothing above a single panel
    lines = sum(max(map(len, heads[i : i + columns])) for i in range(0, len(heads), columns))
    reference, *others = labels_of(dataset).values()
    versus = numbers.against(others, reference) if others else reference
    over = f"Over the {months} months up to each month; flows and counts per year."
    layout = style.Layout(
        body=tall * rows + 0.45 + above.room / 72 + 0.17 * lines,
        title=title or (titles[0] if len(names) == 1 else versus),
        subtitle=panels.subtitle(
            dataset, over if months else "Monthly values.", 0 if outcome else len(names)
        ),
        legend=_legend([] if named else [reference, *others], bands),
        key=evidence.observed_key(seen) + panels.events_key(found, dataset, bool(seen)),
        foot=panels.foot(dataset, _notes(names, len(scenarios), bands)),
    )
    for position, ax in enumerate(layout.panels(rows, columns, len(names))):
        series = Series(windows.at_places(dataset, names[position], chosen), months or None)
        _panel(ax, series, bands)
        evidence.draw_observed(ax, seen, names[position], series.factor)
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


def _notes(names: Sequence[str], scenarios: int, bands: bool) -> str:
    """Return what lines and bands are, and what is said of the discrepancy of the model."""
    said = (
        f"Lines: medians; bands: the middle {'50 % and 90 %' if bands else '50 %'} of runs "
        "(for counts and shares of runs: mean and its 90 % interval). "
    )
    if scenarios > 1:
        return said + discrepancy.PAIRED
    said += "Dashed: 90 % with the discrepancy of the model"
    unjudged = [name for name in names if not discrepancy.judged(name)]
    alone = "" if len(unjudged) == len(names) else f" ({len(unjudged)} of {len(names)})"
    return said + (f"; {discrepancy.UNJUDGED}{alone}." if unjudged else ".")


def _legend(names: Sequence[str], bands: bool) -> list[style.Item]:
    """Return the legend: the lines that are not named at their ends, and the bands."""
    said = names if len(names) != 1 else ["median of the runs"]
    shades = [("50 % of runs", _WIDE + _NARROW), ("90 % of runs", _WIDE)][: 1 + bands]
    colour = style.scenario_look(0).colour
    areas = [style.area_item(text, fc=colour, alpha=alpha, lw=0) for text, alpha in shades]
    return [*style.scenario_items(said, lw=1.7, marker=""), *areas]


def _usual_months(dataset: xr.Dataset) -> int:
    """Return the rolling window where none is named: twelve months, 0 of short results."""
    return 12 if dataset.sizes["month"] > 24 else 0


def _name_lines(ax: Axes, series: "Series", dataset: xr.Dataset, tall: float) -> None:
    """Write the name of each line beside its end, none over another, in its colour."""
    ends, (low, high) = series.lines[:, 2, -1], ax.get_ylim()
    texts = [
        numbers.wrap(label_of(dataset, name), _ROOM - 0.1, 7.0, bold=True)
        for name in choose.names_of(dataset)
    ]
    order = [int(i) for i in np.argsort(ends, kind="stable") if np.isfinite(ends[i])]
    line = 0.115 / tall * (high - low)  # the height of a line of text in units of the axis
    step = max(map(len, texts)) * line
    places = panels.apart([float(ends[i]) for i in order], step, low + step / 2, high - step / 2)
    for i, place in zip(order, places, strict=True):
        panels.write_right(
            ax, place, "\n".join(texts[i]), size=7.0, weight="bold", linespacing=1.05,
            color=style.scenario_look(i).colour,
        )  # fmt: skip


class Series:
    """An outcome over time as it is drawn: ``lines`` are ``(scenario, 5, month)``.

    They are the quantiles 5, 25, 50, 75 and 95 % of the runs. Of what is 0 or 1 in each run, and of
    counts that most runs have none of, they are the mean with the ends of its 90 % interval, twice
    each. Values are divided by ``factor`` and then in ``unit``.

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
        self.when, values = windows.years(series["month"].values), series.values.astype(np.float64)
        if self.mean:
            found = (effect.share_interval if self.share else effect.mean_interval)(values)
            lines = found.clip(min=0.0)[[1, 1, 0, 2, 2]]
        else:
            lines = effect.quantiles(values, (0.05, 0.25, 0.5, 0.75, 0.95))
        self.factor, self.unit = windows.scaled(lines, self.unit)
        # Differences have no discrepancy, and with several scenarios these are what is looked at.
        alone = len(values) == 1 and not self.mean and values.shape[-1] > 1
        self.ends = (
            discrepancy.band(values, str(series.name))[:, 0] / self.factor if alone else None
        )
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
            ax.plot(series.when, end, color=style.QUIET, lw=0.9, ls=(0, (3, 2)), zorder=2.3)
    ax.set_ylabel(f"{series.unit}\n(mean)" if series.mean and not series.share else series.unit)
    if not np.any(series.lines < 0.0):
        ax.set_ylim(bottom=0.0)
    if not np.any(series.lines):
        ax.set_ylim(top=1.0)
    if series.share:
        ax.set_ylim(top=max(ax.get_ylim()[1], 5.0))


#: How the scenario of a panel is drawn.
_NAMED = style.Look(style.scenario_look(1).colour)
_OWN_EVENT: dict[str, Any] = {"color": style.QUIET, "lw": 0.6, "ls": (0, (1, 1.5))}
_SUBTITLE = (
    "Below each name: the mean paired difference ({unit}) over {when}, ± its 90 % interval; bold "
    "where the interval is clear of zero."
)


def scenarios(
    dataset: xr.Dataset,
    *,
    outcome: choose.Names = None,
    select: Mapping[str, Any] | choose.Names = None,
    smooth: int | None = None,
    title: str | None = None,
) -> Figure:
    """Draw one outcome, by default that which differs most, in a small panel per scenario.

    Raises:
        UserError: for unknown names, several outcomes, or fewer than two scenarios.
    """
    intervals.check_pairs(dataset)
    usual = windows.most_moved(dataset, choose.headline(dataset), 1)
    named, chosen = choose.chosen(dataset, outcome, usual, select)
    if len(named) > 1:
        raise UserError("this picture shows one outcome in all scenarios; name only one")
    series = windows.at_places(dataset, named[0], chosen)
    months = smooth or _usual_months(dataset) or None
    shown = Series(series, months)
    reference, *names = labels_of(dataset).values()
    columns = 4 if len(names) > 6 else min(3, len(names))
    rows, wide = -(-len(names) // columns), 5.9 / columns
    heads = [numbers.wrap(name, wide - 0.12, style.FOOT, bold=True) for name in names]
    middle = "means and their 90 % intervals" if shown.mean else "medians and 50 % of the runs"
    over = f", over the {months} months up to each" if months and not shown.share else ""
    heading, unit = windows.titled(dataset, named[0], chosen), windows.unit_of(series, True)
    layout = style.Layout(
        body=(1.19 + 0.14 * max(map(len, heads))) * rows + 0.5,
        title=title or f"{heading}: every scenario against “{reference}”",
        subtitle=_SUBTITLE.format(unit=unit, when=_windows(dataset)),
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
    for index, ax in enumerate(layout.panels(rows, columns, len(names))):
        shown.draw(ax, 0, style.REFERENCE, 0.9, 0.2)
        shown.draw(ax, index + 1, _NAMED, 1.6, 0.2)
        ax.set_ylim(0.0 if 0 <= low <= 0.4 * high else low - room, high + room)
        style.plain_numbers(ax.yaxis, 1.0)
        panels.time_axis(ax, dataset, wide, bottom=index + columns >= len(names))
        panels.shade_projection(ax, dataset, wide, named=False)
        left = index % columns == 0
        ax.tick_params(labelleft=left, labelsize=style.FOOT)
        lines = numbers.wrap(shown.unit, 1.0, style.FOOT) if left else []
        ax.set_ylabel("\n".join(lines), size=style.FOOT)
        for event in windows.own_events(dataset, names[index]):
            ax.axvline(windows.year_of(str(event["month"])), zorder=1.5, **_OWN_EVENT)
        ax.set_title("\n".join(heads[index]), size=style.FOOT, pad=13)
        _print_difference(ax, dataset, series, index + 1)
    return layout.figure


def _windows(dataset: xr.Dataset) -> str:
    """Return the months that the differences of the scenarios are taken over."""
    pairs = [windows.window_of(dataset, None, name) for name in choose.names_of(dataset)[1:]]
    (first, *others), end = sorted({start for start, _ in pairs}), numbers.month_text(pairs[0][1])
    if not others:
        return f"{numbers.month_text(first)} to {end}"
    last = numbers.month_text(others[-1])
    starts = f"{numbers.month_text(first)} at the earliest, {last} at the latest"
    return f"the months from its first difference ({starts}) to {end}"


def _print_difference(ax: Axes, dataset: xr.Dataset, series: xr.DataArray, scenario: int) -> None:
    """Write the mean paired difference below the name of a panel's scenario."""
    months = windows.window_of(dataset, None, choose.names_of(dataset)[scenario])
    apart = choose.gap(*windows.over(series.isel(scenario=[0, scenario]), months).values)
    mean, low, high = effect.mean_interval(apart)
    factor, word = windows.scaled(np.array([mean]), "")
    text = "no difference in any run"
    if np.any(apart):
        half = (high - low) / 2 / factor
        decimals = numbers.decimals_for(half or mean / factor, 2)
        text = numbers.number(mean / factor, True, decimals)
        text += f" ± {numbers.number(half, decimals=decimals)} {word}".rstrip()
    sure = low > 0.0 or high < 0.0
    said = ax.annotate(
        text, (0, 1), xycoords="axes fraction", xytext=(0, 3), textcoords="offset points",
        size=7.0, weight="bold" if sure else "normal", va="bottom",
        color=style.INK if sure else style.QUIET,
    )  # fmt: skip
    said.set_in_layout(False)


_SPREAD_FOOT = "Markers: medians; bars: the middle 50 % (thick) and 90 % (thin) of runs."
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

    By default that outcome whose runs differ, and which differs most between scenarios.

    Raises:
        UserError: for unknown names or a window outside the results.
    """
    spread = [n for n in choose.headline(dataset) if windows.is_spread(dataset, n)]
    usual = windows.most_moved(dataset, spread, 1, window)
    names, chosen = choose.chosen(dataset, outcome, usual, select)
    scenarios, months = choose.names_of(dataset), windows.window_of(dataset, window)
    alone = len(names) == 1
    columns, curve = (1, 2.1) if alone else (2, 1.5)
    strip = 0.35 + 0.34 * len(scenarios)
    rows = -(-len(names) // columns)
    titles = [windows.titled(dataset, name, chosen) for name in names]
    first, last = map(numbers.month_text, months)
    layout = style.Layout(
        body=(curve + strip + 0.75) * rows,
        title=title or (titles[0] if alone else "Spread over the runs"),
        subtitle=f"Each run counts with its value over {first} to {last}.",
        legend=style.scenario_items([*labels_of(dataset).values()], lw=1.6, ms=6.5, mec="white"),
        foot=panels.foot(dataset, _SPREAD_FOOT),
    )
    boxes = layout.figure.add_gridspec(2 * rows, columns, height_ratios=[curve, strip] * rows)
    for position, name in enumerate(names):
        row, column = divmod(position, columns)
        upper = layout.figure.add_subplot(boxes[2 * row, column])
        lower = layout.figure.add_subplot(boxes[2 * row + 1, column], sharex=upper)
        values = windows.over(windows.at_places(dataset, name, chosen), months).values
        factor, unit = windows.scaled(values, windows.unit_of(dataset[name], windowed=True))
        values = values / factor
        _draw_cumulative(upper, values)
        upper.tick_params(labelbottom=False)
        _strips(lower, values, scenarios, named=alone)
        lower.margins(x=0.03)
        lower.autoscale_view(scaley=False)
        style.plain_numbers(lower.xaxis, (4.2 if alone else 5.0) / columns)
        label = f"{dataset[name].attrs.get('label', name)} ({unit})" if alone else unit
        lower.set_xlabel("\n".join(numbers.wrap(label, 4.0, 8.5)))
        if not alone:
            panels.titled_panel(upper, titles[position], 2.3)
    return layout.figure


def _draw_cumulative(ax: Axes, values: windows.Floats) -> None:
    """Draw the share of runs at or below each value ``(scenario, run)``."""
    for position, row in enumerate(values):
        known, look = np.sort(row[np.isfinite(row)]), style.scenario_look(position)
        if known.size:
            share = 100 * np.arange(1, known.size + 1) / known.size
            ax.step(np.append(known[0], known), np.append(0.0, share), where="post",
                    color=look.colour, ls=look.line, lw=1.6)  # fmt: skip
            _median(ax, float(np.median(known)), 50.0, look)
    ax.axhline(50, color=style.QUIET, lw=0.6, ls=(0, (1, 2)), zorder=1)
    ax.set_ylim(0, 101)
    ax.set_yticks([0, 25, 50, 75, 100])
    ax.set_ylabel("% of runs\nat or below")


def _strips(ax: Axes, values: windows.Floats, names: Sequence[str], named: bool) -> None:
    """Draw a histogram per scenario, its name at the left and its median printed at the right."""
    known = values[np.isfinite(values)]
    bins = max(10, round(3 * values.shape[-1] ** (1 / 3)))
    edges = np.histogram_bin_edges(known, bins) if known.size and np.ptp(known) else np.zeros(0)
    for position, row in enumerate(values):
        row, base, look = row[np.isfinite(row)], -float(position), style.scenario_look(position)
        if not row.size:
            continue
        if edges.size:  # else all values of all scenarios are the same
            counts = np.histogram(row, edges)[0]
            heights = base + 0.66 * counts / max(counts.max(), 1)
            ax.stairs(heights, edges, baseline=base, fill=True, color=look.colour, alpha=0.35, lw=0)
        low, lower, median, upper, high = np.quantile(row, [0.05, 0.25, 0.5, 0.75, 0.95])
        for ends, thick in (((low, high), 1.0), ((lower, upper), 3.6)):
            ax.plot(ends, [base - 0.1] * 2, color=look.colour, lw=thick, solid_capstyle="butt")
        _median(ax, float(median), base - 0.1, look)
        panels.write_right(ax, 0.1 + base, numbers.number(float(median)), size=style.SMALL,
                           color=look.colour)  # fmt: skip
    panels.write_right(ax, 0.8, "median", va="bottom", color=style.QUIET)
    texts = (names if len(names) > 1 else ["runs"]) if named else [""] * len(names)
    texts = ["\n".join(numbers.wrap(text, _NAMES, 8.5)[:2]) for text in texts]
    panels.name_rows(ax, [0.1 - position for position in range(len(names))], texts, 8.5)
    ax.set_ylim(-len(names) + 0.65, 0.8)


def _median(ax: Axes, value: float, height: float, look: style.Look) -> None:
    ax.plot([value], [height], marker=look.marker, color=look.colour, mec="white", ms=6.5, zorder=4)
