"""What a picture shows, in words and numbers, for readers who do not see it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from tajsim.analysis.assumptions import TOGETHER
from tajsim.analysis.claims import NOT_TESTED
from tajsim.analysis.summary import quantiles
from tajsim.analysis.tables import percent
from tajsim.plots.choose import headline, own_dimensions
from tajsim.plots.series import reduce, titled, unit_of
from tajsim.plots.windows import over, paired, window_of
from tajsim.report.facts import Facts, rows
from tajsim.report.wording import coordinate, level, listed, month, small, span, told
from tajsim.results.outcomes import yes_or_no

#: So many rows of a table are told for a picture.
MOST = 12
#: Kinds that show every section, task, ... by itself, and those that show the last year.
_BY_PLACE = ("map", "border", "providers", "elite")
_LAST_YEAR = ("map",)

_SHOWS = {
    "difference": "Forest of the mean paired differences of outcomes, each with its 90 % interval.",
    "fan": "Lines over the months: the median of the runs in bands that hold 50 % and 90 % of "
    "them, a panel for each outcome.",
    "distribution": "Curves of how an outcome over the whole window is spread over the runs, with "
    "median and 90 % of the runs below.",
    "map": "Map of the country in the last year of the results: border sections coloured by the "
    "heroin seized, regions by the control of the centre.",
    "border": "Heat maps of border section against month: heroin entering, the share of loads "
    "seized, who guards, and loads with bought passage.",
    "providers": "Stacked areas over the months, a panel for each security task: the state's own "
    "effort, what each outside power provides, and what nobody carries.",
    "money": "Ribbons from drug networks, people and donors to the agencies that take tolls and "
    "extortion, and from these to officers, commanders and the ruling circle, which pays "
    "commanders and keeps the rest.",
    "position": "Path by year of the position between West and Moscow against dependence.",
    "elite": "A lane for each commander: in which share of the runs he serves, is removed or "
    "breaks away, and his loyalty.",
    "scenarios": "A small panel for each scenario: the median over time of the outcome that "
    "differs most, against the reference.",
    "claims": "A row for each claim of the documents: verdict, share of the runs in which it holds "
    "and mean effect with its 90 % interval.",
    "tornado": "Bars for the assumptions that matter most: the share of the variance of the "
    "differences that goes with each alone.",
    "lanes": "The events of one run on a line of time, a lane for each group of actors; the most "
    "telling are listed beside the figure.",
}


def alternative(
    facts: Facts, kind: str, outcomes: Sequence[str], scenarios: Sequence[str] | None = None
) -> str:
    """Return the text alternative of a picture.

    Args:
        facts: the results.
        kind: the kind of picture.
        outcomes: what it shows; without any, the differences of the comparison.
        scenarios: those it shows; all by default.
    """
    names = list(scenarios or facts.names)
    shows = _SHOWS.get(kind, f"Picture of the kind “{kind}”.")
    own = {"lanes": _events, "claims": _claims, "tornado": _assumptions, "difference": _differences}
    numbers = own[kind](facts, names) if kind in own else _levels(facts, kind, outcomes, names)
    return f"{shows} {numbers}".strip()


def _claims(facts: Facts, names: Sequence[str]) -> str:
    """Return the verdict on every claim and in how many runs it holds."""
    said = [
        f"{row.claim} {row.verdict}"
        + (f" ({percent(row.share)} of the runs)" if row.verdict != NOT_TESTED else "")
        for row in rows(facts.claims)
    ]
    return f"{len(said)} claims: {'; '.join(said)}."


def _assumptions(facts: Facts, names: Sequence[str]) -> str:
    """Return the share of variance that goes with each assumption named."""
    known = facts.assumptions
    said = [
        f"{row.parameter} {percent(row.share)} ({100 * row.low:.0f} to {100 * row.high:.0f})"
        for row in rows(known[known["outcome"] == TOGETHER])
    ]
    return f"Shares with 90 % interval: {'; '.join(said)}."


def _events(facts: Facts, names: Sequence[str]) -> str:
    """Return how many events the runs of the last scenario have."""
    scenario = names[-1]
    codes = facts.dataset["event_scenario"].values == facts.names.index(scenario)
    counts = np.bincount(facts.dataset["event_run"].values[codes], minlength=facts.runs)
    return f"A run of {scenario} has {int(np.median(counts)):,} events in the median."


def _differences(facts: Facts, names: Sequence[str]) -> str:
    """Return the largest differences that the forest shows, with their intervals."""
    said = []
    each = max(4, MOST // max(1, len(facts.others)))
    for place, name in enumerate(facts.others, start=1):
        window = facts.window(name)
        found = []
        for outcome in headline(facts.dataset):
            values = over(reduce(facts.dataset[outcome], {}), window).values
            mean, low, high = paired(values[place] - values[0])
            spread = float(np.nanstd(values[0]))
            if spread > 0.0 and np.isfinite(mean) and mean != 0.0:
                unit = unit_of(facts.dataset[outcome], windowed=True)
                size, ends = told(mean, low, high, unit)
                called = small(titled(facts.dataset[outcome], {}))
                found.append((-abs(mean) / spread, f"{called} {size} ({ends})"))
        shown = [told for _, told in sorted(found)[:each]]
        said.append(f"{name} less {facts.reference}: {'; '.join(shown) or 'nothing differs'}.")
    return f"The largest, in the spread of the reference's runs. {' '.join(said)}"


def _levels(facts: Facts, kind: str, outcomes: Sequence[str], names: Sequence[str]) -> str:
    """Return median and 90 % of the runs of every outcome, by scenario, as the picture has it."""
    window = window_of(facts.dataset, facts.asked)
    if kind in _LAST_YEAR:
        months = facts.dataset["month"].values.astype("datetime64[M]")
        window = str(months[max(0, len(months) - 12)]), str(months[-1])
    brackets = "" if kind in _BY_PLACE else ", with 90 % of the runs in brackets"
    said = [f"Medians over {month(window[0])} to {month(window[1])}{brackets}."]
    for outcome in outcomes:
        variable = facts.dataset[outcome]
        own = own_dimensions(variable) if kind in _BY_PLACE else []
        values = over(reduce(variable, {}, own), window).sel(scenario=list(names))
        unit = unit_of(variable, windowed=True)
        called = titled(variable, {}) if not own else str(variable.attrs.get("label", outcome))
        told = [f"{name} {_of(values.sel(scenario=name), own, unit)}" for name in names]
        said.append(f"{called}: {'; '.join(told)}.")
    return " ".join(said)


def _of(values: xr.DataArray, own: Sequence[str], unit: str) -> str:
    """Return one outcome of one scenario: the whole with its range, or its places."""
    if yes_or_no(values, windowed=True) and not own:
        return f"{level(float(values.mean()), unit)} of the runs"
    if not own:
        low, median, high = quantiles(values.values[np.isfinite(values.values)])
        return f"{level(median, unit)} ({span(low, high, unit)})"
    flat = values.stack(place=list(own)) if len(own) > 1 else values.rename({own[0]: "place"})
    told = []
    for name in flat["place"].values:
        where = ";".join(f"{d}={n}" for d, n in zip(own, np.atleast_1d(name), strict=False))
        median = quantiles(flat.sel(place=name).values)[1]
        told.append(f"{coordinate(where)} {level(median, unit)}")
    left = len(told) - MOST
    return listed([*told[:MOST], f"{left} more"] if left > 0 else told)
