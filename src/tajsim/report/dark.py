"""One picture for light and for dark pages: every colour with its counterpart on a dark ground.

Lightness is turned about in the space Oklab (Björn Ottosson 2020, "A perceptual color space for
image processing"), hue and order of lightness stay: what is read against the ground in one is read
against it in the other, a scale from pale to strong goes from faint to strong in both. The picture
stays an ordinary one, with a rule added that a reader in the dark follows and others pass over.
"""

from __future__ import annotations

import base64
import io
import re
from functools import lru_cache
from typing import Any

import matplotlib.image
import numpy as np

from tajsim.axes import Array

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
