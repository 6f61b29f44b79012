"""The pictures of a report: which, with what options, as SVG that needs nothing outside."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import matplotlib.image
import numpy as np
import xarray as xr

from tajsim.analysis.variance import ASSUMPTIONS, keep_table
from tajsim.axes import Array
from tajsim.errors import UserError
from tajsim.plots import KINDS, figure
from tajsim.plots.style import look, settled
from tajsim.report.checks import alternative
from tajsim.report.facts import Facts
from tajsim.report.gather import without
from tajsim.results.select import attribute, headline
from tajsim.results.window import is_spread, most_moved

#: The ground of the page in the dark, which white becomes (``--paper`` of report.css).
PAPER = "#17181b"
#: Lightness (Oklab) of that ground and of what is darkest in the light; `_BEND` below 1 lifts the
#: middle, so that coloured text keeps a contrast of 4.5.
_GROUND, _LIGHTEST, _DARKEST, _BEND = 0.209, 0.95, 0.25, 0.85

_TO_CONE = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
#: No name of a program in what is written.
_BARE: dict[str, Any] = {"Software": None}
_COLOUR = re.compile(r"\b(fill|stroke): (#[0-9a-fA-F]{6})\b")
_STYLED = re.compile(r'style="([^"]*)"')
_ATTRIBUTE = re.compile(r' (fill|stroke)="(#[0-9a-fA-F]{6})"')
#: Only texts stand in groups that have a colour.
_TEXT = re.compile(r'<g style="fill: (#[0-9a-fA-F]{6})[";]')
#: The contrast that a text needs (AA), and below which it was made for another ground than white.
_READ, _NOT_ON_WHITE = 4.5, 2.0
_IMAGE = re.compile(r'<image xlink:href="data:image/png;base64,([^"]*)"([^>]*)/>')


def darkened(rgb: Array) -> Array:
    """Return colours ``(..., 3)`` in 0 to 1 as they are on the dark ground."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab = np.cbrt(linear @ _TO_CONE.T) @ _TO_LAB.T
    turned = np.clip((1.0 - lab[..., 0]) / (1.0 - _DARKEST), 0.0, 1.05)
    light = np.minimum(_GROUND + (_LIGHTEST - _GROUND) * turned**_BEND, 0.98)
    return _in_gamut(light, lab[..., 1:])


def _in_gamut(light: Array, hue: Array) -> Array:
    """Return sRGB of a lightness and a hue with as much colour as a screen can show."""
    low, high = np.zeros_like(light), np.ones_like(light)
    for _ in range(12):
        middle = (low + high) / 2.0
        linear = _linear(light, hue * middle[..., np.newaxis])
        inside = ((linear > -1e-6) & (linear < 1.0 + 1e-6)).all(axis=-1)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    linear = np.clip(_linear(light, hue * low[..., np.newaxis]), 0.0, 1.0)
    result: Array = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1.0 / 2.4) - 0.055
    )
    return result


def _linear(light: Array, hue: Array) -> Array:
    lab = np.concatenate([light[..., np.newaxis], hue], axis=-1)
    result: Array = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONE).T
    return result


@lru_cache(maxsize=1024)
def dark_colour(colour: str) -> str:
    """Return a colour ``#rrggbb`` as it is on the dark ground; white is the ground itself."""
    if colour.lower() == "#ffffff":
        return PAPER
    return _named(darkened(_parts(colour)))


def contrast_on_white(rgb: Array) -> float:
    """Return the contrast of a colour ``(3,)`` on white, 1 to 21 (WCAG 2.1)."""
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 1.05 / (float(linear @ np.array([0.2126, 0.7152, 0.0722])) + 0.05)


@lru_cache(maxsize=1024)
def readable(colour: str) -> str:
    """Return the colour of a text so dark that it can be read on white.

    A colour that was never meant for a white ground stays: it stands on a dark field.
    """
    rgb = _parts(colour)
    if contrast_on_white(rgb) < _NOT_ON_WHITE:
        return colour
    while contrast_on_white(rgb) < _READ:
        rgb = rgb * 0.97
    return _named(rgb)


def _parts(colour: str) -> Array:
    return np.array([int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)])


def _named(rgb: Array) -> str:
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in rgb)


def for_both(svg: str) -> str:
    """Return a picture that follows the reader's choice of a light or dark page."""
    named = {found for style in _STYLED.findall(svg) for found in _COLOUR.findall(style)}
    rules = [
        f'[style*="{kind}: {colour}"]{{{kind}:{dark_colour(colour)}!important}}'
        for kind, colour in sorted(named)
    ]
    rules += [
        f'[{kind}="{colour}"]{{{kind}:{dark_colour(colour)}}}'
        for kind, colour in sorted(set(_ATTRIBUTE.findall(svg)))
    ]
    black = f":root{{fill:{dark_colour('#000000')}}}"  # of what names no colour
    images = ".on-light{display:none!important}.on-dark{display:inline!important}"
    texts = sorted(set(_TEXT.findall(svg)))
    light = "".join(
        f'g[style*="fill: {colour}"]{{fill:{readable(colour)}!important}}'
        for colour in texts
        if readable(colour) != colour
    )
    dark = f"{black}{''.join(rules)}{images}"
    style = f"@media not all and (prefers-color-scheme:dark){{{light}}}"
    style += f"@media (prefers-color-scheme:dark){{{dark}}}"
    head, defs, rest = svg.partition("<defs>")
    return f"{head}<style>{style}</style>{defs}{_IMAGE.sub(_twice, rest)}"


def _twice(found: re.Match[str]) -> str:
    """Return an image within a picture for the light, and the same for the dark."""
    pixels = np.asarray(matplotlib.image.imread(io.BytesIO(base64.b64decode(found[1]))), float)
    turned = pixels.copy()
    turned[..., :3] = darkened(pixels[..., :3])
    buffer = io.BytesIO()
    matplotlib.image.imsave(buffer, turned, format="png", metadata=_BARE)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    light = found[0].replace("<image ", '<image class="on-light" ', 1)
    other = re.sub(r' (id|style)="[^"]*"', "", found[2])
    return (
        f'{light}<image class="on-dark" style="display:none" '
        f'xlink:href="data:image/png;base64,{data}"{other}/>'
    )


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
