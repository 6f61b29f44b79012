"""The pictures of a report: which, with what options, as SVG that needs nothing outside."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from tajsim.analysis.rests import ASSUMPTIONS, keep_table
from tajsim.analysis.windows import attribute
from tajsim.errors import UserError
from tajsim.plots import KINDS, figure
from tajsim.plots.choose import headline
from tajsim.plots.save import settled
from tajsim.plots.style import look
from tajsim.plots.windows import is_spread, most_moved
from tajsim.report.alternatives import alternative
from tajsim.report.dark import for_both
from tajsim.report.facts import Facts
from tajsim.report.rests import without

#: More scenarios than this make a picture of many panels unreadable.
MOST_SCENARIOS = 4
#: With more scenarios than this against the reference, each has a small panel of its own.
MANY = 2
#: With more claims than this their tables say it better than a picture.
MOST_CLAIMS = 40
#: A vector picture larger than this (bytes) is put in as PNG.
LARGEST = 1_200_000
_METADATA = re.compile(rb"<metadata>.*?</metadata>", re.DOTALL)
_POINTS = re.compile(rb' d="[^"]*"')
_DECIMALS = re.compile(rb"(\.[0-9]{2})[0-9]+")
_DOCTYPE = re.compile(rb"<!DOCTYPE.*?>", re.DOTALL)


@dataclass(frozen=True)
class Shot:
    """One picture to be made: its kind, heading, options, and the outcomes it shows."""

    kind: str
    heading: str
    options: dict[str, Any] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A finished picture: ``source`` is a data URI, ``text`` says what it shows, with numbers."""

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
        most = _most(facts)
        yield Shot("scenarios", "Scenario by scenario", {"outcome": list(most)}, most)
    moved = most_moved(facts.dataset, shown, 6, facts.asked)
    smooth = {"smooth": 12} if facts.dataset.sizes["month"] > 24 else {}
    yield Shot("fan", "Outcomes over time", {"outcome": moved, **smooth}, tuple(moved))
    spread = [name for name in shown if is_spread(facts.dataset, name)]
    chosen = most_moved(facts.dataset, spread, 4, facts.asked)
    yield Shot("distribution", "Spread over the runs", {"outcome": chosen, **window}, tuple(chosen))


def _most(facts: Facts) -> tuple[str, ...]:
    """Return the outcome that the small multiples show."""
    return tuple(most_moved(facts.dataset, headline(facts.dataset), 1))


def _country(facts: Facts) -> Iterator[Shot]:
    few = {"scenarios": facts.names[:MOST_SCENARIOS]}
    window = {"window": facts.asked} if facts.asked else {}
    yield Shot("providers", "Who provides security", few, _SHOWN["providers"])
    yield Shot("border", "The border, section by section", few, _SHOWN["border"])
    yield Shot("map", "Border and regions", few, _SHOWN["map"])
    yield Shot("money", "Who gets the money", {**few, **window}, _SHOWN["money"])
    yield Shot("position", "Between Moscow and the West", {**few, **window}, _SHOWN["position"])
    if _about_commanders(facts):
        yield Shot("elite", "Commanders", few, _SHOWN["elite"])


#: The outcomes that a kind of picture shows whatever its options are.
_SHOWN = {
    "providers": ("own_effort", "outside_provision", "gap"),
    "border": ("heroin_entering", "seizure_probability", "arranged_share"),
    "map": ("heroin_seized", "state_control"),
    "money": (
        "network_margin",
        "tolls",
        "fees_commander",
        "fees_regime",
        "resale",
        "extortion",
        "rents_kept",
        "aid_delivered",
        "aid_diverted",
        "aid_freed",
        "rents_commander",
        "rents_regime",
        "patronage",
    ),
    "position": ("alignment", "dependence"),
    "elite": ("commander_loyalty",),
}


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
    bare = without(facts.dataset, ASSUMPTIONS)
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
        data, kind = for_both(_bare(buffer.getvalue()).decode("utf-8")).encode("utf-8"), "svg+xml"
        if len(data) > LARGEST:
            buffer = io.BytesIO()
            drawn.savefig(buffer, format="png", metadata={"Software": None}, dpi=200)
            data, kind = buffer.getvalue(), "png"
    return Picture(
        shot.heading,
        f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}",
        alternative(facts, shot.kind, _held(facts, shot), shot.options.get("scenarios")),
        round(96 * wide),
        round(96 * high),
    )


def _held(facts: Facts, shot: Shot) -> list[str]:
    """Return the outcomes of a picture that the results hold."""
    return [name for name in shot.outcomes if name in facts.dataset]


def _bare(svg: bytes) -> bytes:
    """Return a picture without the parts that name addresses on the network.

    Points of lines are told to a hundredth of 1/72 inch: more cannot be seen.
    """
    text = _DOCTYPE.sub(b"", _METADATA.sub(b"", svg))
    return _POINTS.sub(lambda found: _DECIMALS.sub(rb"\1", found[0]), text)
