"""The pictures of a report: which, with what options, as SVG that needs nothing outside.

On a dark page the style sheet inverts them; here only coloured text is made dark enough for white.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr

from tajsim.analysis.variance import ASSUMPTIONS, keep_table
from tajsim.errors import UserError
from tajsim.plots import KINDS, figure
from tajsim.plots.style import look, settled
from tajsim.report import gather, wording
from tajsim.report.facts import Facts
from tajsim.results.select import attribute, headline
from tajsim.results.window import is_spread, most_moved, window_of

#: Only texts stand in groups that have a colour.
_TEXT = re.compile(r'(?<=<g style="fill: )#[0-9a-fA-F]{6}(?=[";])')
#: The contrast that a text needs (AA), and below which it was made for another ground than white.
_READ, _NOT_ON_WHITE = 4.5, 2.0


@lru_cache(maxsize=1024)
def readable(colour: str) -> str:
    """Return the colour ``#rrggbb`` of a text so dark that it can be read on white.

    A colour that was never meant for a white ground stays: it stands on a dark field.
    """
    rgb = np.array([int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)])
    if contrast_on_white(rgb) < _NOT_ON_WHITE or contrast_on_white(rgb) >= _READ:
        return colour
    while contrast_on_white(rgb) < _READ:
        rgb = rgb * 0.97
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb.tolist())


def contrast_on_white(rgb: np.ndarray) -> float:
    """Return the contrast of a colour ``(3,)`` on white, 1 to 21 (WCAG 2.1)."""
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 1.05 / (float(linear @ np.array([0.2126, 0.7152, 0.0722])) + 0.05)


#: More scenarios than this make a picture of many panels unreadable.
MOST_SCENARIOS = 4
#: With more scenarios than this against the reference, each has a small panel of its own.
MANY = 2
#: With more claims than this their tables say it better than a picture.
MOST_CLAIMS = 40
#: A vector picture larger than this (bytes) is put in as PNG.
LARGEST = 1_200_000
_OUTSIDE = re.compile(rb"<metadata>.*?</metadata>|<!DOCTYPE.*?>", re.DOTALL)
_POINTS = re.compile(rb' d="[^"]*"')
_DECIMALS = re.compile(rb"(\.[0-9]{2})[0-9]+")


@dataclass(frozen=True)
class Shot:
    """One picture to be made: its kind, heading and options."""

    kind: str
    heading: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """A finished picture: ``source`` is a data URI, ``text`` says what it shows."""

    heading: str
    source: str
    text: str
    width: int
    height: int


def pictures(facts: Facts) -> list[Picture]:
    """Return every picture for which the results hold what it needs."""
    shots = (*_overview(facts), *_country(facts))
    return [picture for shot in shots if (picture := _if_drawn(facts, shot))]


def _overview(facts: Facts) -> Iterator[Shot]:
    shown = headline(facts.dataset)
    window = {"window": facts.asked} if facts.asked else {}
    if facts.others:
        yield Shot("difference", "Paired differences", window)
    if len(facts.others) > MANY:
        most = most_moved(facts.dataset, shown, 1)
        yield Shot("scenarios", "Scenario by scenario", {"outcome": most})
    moved = most_moved(facts.dataset, shown, 6, facts.asked)
    smooth = {"smooth": 12} if facts.dataset.sizes["month"] > 24 else {}
    yield Shot("fan", "Outcomes over time", {"outcome": moved, **smooth})
    spread = [name for name in shown if is_spread(facts.dataset, name)]
    chosen = most_moved(facts.dataset, spread, 4, facts.asked)
    yield Shot("distribution", "Spread over the runs", {"outcome": chosen, **window})


def _country(facts: Facts) -> Iterator[Shot]:
    few = {"scenarios": facts.names[:MOST_SCENARIOS]}
    whole = {**few, "window": facts.asked} if facts.asked else few
    yield Shot("providers", "Who provides security", few)
    yield Shot("border", "The border, section by section", few)
    yield Shot("map", "Border and regions", few)
    yield Shot("money", "Who gets the money", whole)
    yield Shot("position", "Between Moscow and the West", whole)
    if _about_commanders(facts):
        yield Shot("elite", "Commanders", few)


def _about_commanders(facts: Facts) -> bool:
    """Tell whether a scenario schedules what befalls a commander."""
    events = attribute(facts.dataset, "events")
    kinds = {event["kind"] for name in facts.names for event in events.get(name, ())}
    return bool(kinds & {"dismiss", "arrest", "appoint"})


def run_picture(facts: Facts, scenario: str, run: int) -> Picture | None:
    """Return the picture of one run's events; ``None`` if this version cannot draw it."""
    names = list(dict.fromkeys([facts.reference, scenario]))
    return _if_drawn(facts, Shot("lanes", f"Run {run}", {"run": run, "scenarios": names}))


def claims_picture(facts: Facts) -> Picture | None:
    """Return the scoreboard of the claims; ``None`` without claims."""
    if facts.claims.empty or len(facts.claims) > MOST_CLAIMS:
        return None
    return _if_drawn(facts, Shot("claims", "Claims at a glance", {"table": facts.claims}))


def assumptions_picture(facts: Facts) -> Picture | None:
    """Return the assumptions that matter most; ``None`` if the results do not hold them."""
    if facts.assumptions.empty or len(facts.names) > MOST_SCENARIOS:
        return None
    bare = gather.without(facts.dataset, ASSUMPTIONS)
    shot = Shot("tornado", "The assumptions that matter most")
    return _if_drawn(facts, shot, keep_table(bare, ASSUMPTIONS, facts.assumptions))


def _if_drawn(facts: Facts, shot: Shot, dataset: xr.Dataset | None = None) -> Picture | None:
    """Return a picture; ``None`` if this version or these results have no means for it."""
    try:
        return _picture(facts, shot, dataset) if shot.kind in KINDS else None
    except UserError:
        return None


def _picture(facts: Facts, shot: Shot, dataset: xr.Dataset | None) -> Picture:
    drawn = figure(shot.kind, facts.dataset if dataset is None else dataset, **shot.options)
    wide, high = drawn.get_size_inches()
    buffer = io.BytesIO()
    with look(), settled(drawn):
        drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        data, kind = _bare(buffer.getvalue()), "svg+xml"
        if len(data) > LARGEST:
            buffer = io.BytesIO()
            drawn.savefig(buffer, format="png", metadata={"Software": None}, dpi=200)
            data, kind = buffer.getvalue(), "png"
    return Picture(
        shot.heading,
        f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}",
        alternative(facts, shot),
        round(96 * wide),
        round(96 * high),
    )


def _bare(svg: bytes) -> bytes:
    """Return a picture without the parts that name addresses on the network, its text readable.

    Points of lines are written to a hundredth of 1/72 inch: more cannot be seen.
    """
    bare = _POINTS.sub(lambda found: _DECIMALS.sub(rb"\1", found[0]), _OUTSIDE.sub(b"", svg))
    return _TEXT.sub(lambda found: readable(found[0]), bare.decode("utf-8")).encode("utf-8")


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
    "effort, what each outside power provides, and what nobody covers.",
    "money": "Ribbons from drug networks, people and donors to the agencies that take tolls and "
    "extortion, and from these to officers, commanders and the ruling circle, which pays "
    "commanders and keeps the rest.",
    "position": "Path by year of the alignment between West and Moscow against dependence.",
    "elite": "A lane for each commander: in which share of the runs he serves, is removed or "
    "breaks away, and his loyalty.",
    "scenarios": "A small panel for each scenario: the median over time of the outcome that "
    "differs most, against the reference.",
    "claims": "A row for each claim of the documents: verdict, share of the runs in which it holds "
    "and mean effect with its 90 % interval.",
    "tornado": "Bars for the assumptions that matter most: the share of the variance of the "
    "differences that each explains alone.",
    "lanes": "The events of one run on a line of time, a lane for each group of actors; the most "
    "important are listed beside the figure.",
}


def alternative(facts: Facts, shot: Shot) -> str:
    """Return what a picture shows: how, then of which scenarios, outcomes, months and runs."""
    dataset = facts.dataset
    names = shot.options.get("scenarios", facts.names)
    labels = [str(dataset[n].attrs.get("label", n)) for n in shot.options.get("outcome", ())]
    shown = f" shows {wording.listed(labels)};" if labels else ""
    first, last = window_of(dataset, facts.asked)
    runs = f"{facts.runs:,} run{'s' if facts.runs != 1 else ''}"
    return (
        f"{_SHOWS.get(shot.kind, f'Picture of the kind “{shot.kind}”.')} It{shown} holds {runs} of "
        f"{wording.listed(names, MOST_SCENARIOS)}, {wording.month(first)} to "
        f"{wording.month(last)}; the tables of the page have the numbers."
    )
