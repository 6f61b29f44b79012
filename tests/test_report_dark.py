"""Colours of figures on a dark page: read as well as on a light one, in the same order."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

import tajsim.report
from tajsim.plots.style import INK, QUIET, families
from tajsim.report.pictures import PAPER, dark_colour, darkened, for_both, readable

COLOURS = sorted({colour for family in families().values() for colour in family})


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_white_is_the_ground_of_the_page() -> None:
    style = (Path(tajsim.report.__file__).parent / "templates" / "report.css").read_text("utf-8")
    dark = style.split("prefers-color-scheme: dark", 1)[1]
    assert f"--paper: {PAPER};" in dark
    assert dark_colour("#ffffff") == dark_colour("#FFFFFF") == PAPER


@pytest.mark.parametrize("colour", [INK, QUIET, "#000000", "#444444"])
def test_text_is_read_on_the_dark_ground(colour: str) -> None:
    assert contrast(dark_colour(colour), PAPER) >= 7.0


@pytest.mark.parametrize("colour", COLOURS)
def test_what_is_read_on_white_is_read_in_the_dark(colour: str) -> None:
    """No colour loses: what text may have on white it may have in the dark (AA, 4.5)."""
    if contrast(colour, "#ffffff") >= 3.9:
        assert contrast(dark_colour(colour), PAPER) >= 4.5
    assert contrast(dark_colour(colour), PAPER) >= 0.7 * contrast(colour, "#ffffff") ** 0.75


def test_coloured_text_is_read_on_white() -> None:
    for colour in families()["scenario"]:
        assert contrast(readable(colour), "#ffffff") >= 4.5, colour
    assert readable(INK) == INK and readable("#ffffff") == "#ffffff"
    text = for_both('<svg><defs></defs><g style="fill: #d55e00" transform=""></g></svg>')
    assert f'g[style*="fill: #d55e00"]{{fill:{readable("#d55e00")}!important}}' in text


def test_the_order_of_greys_is_turned_about() -> None:
    greys = np.repeat(np.linspace(0.0, 1.0, 30)[:, np.newaxis], 3, axis=1)
    turned = darkened(greys)
    assert (np.diff(turned[:, 0]) <= 1e-6).all()
    assert np.ptp(turned, axis=1).max() < 0.01, "grey stays grey"


def picture() -> str:
    buffer = io.BytesIO()
    matplotlib.image.imsave(buffer, np.array([[[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]]), format="png")
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<defs></defs><path d="M 0 0" style="fill: #222222; stroke: #d55e00"/>'
        f'<image xlink:href="data:image/png;base64,{data}" id="a" width="2" height="1"/>'
        '<rect fill="#ffffff"/></svg>'
    )


def test_a_picture_has_a_rule_for_each_colour_and_each_image_twice() -> None:
    text = for_both(picture())
    rules = re.search(r"@media \(prefers-color-scheme:dark\)\{(.*)\}</style>", text)
    assert rules
    for rule in (
        f'[style*="fill: #222222"]{{fill:{dark_colour("#222222")}!important}}',
        f'[style*="stroke: #d55e00"]{{stroke:{dark_colour("#d55e00")}!important}}',
        f'[fill="#ffffff"]{{fill:{PAPER}}}',
    ):
        assert rule in rules[1]
    images = re.findall(r'<image class="(on-light|on-dark)"[^>]*base64,([^"]*)"', text)
    assert [kind for kind, _ in images] == ["on-light", "on-dark"]
    light, dark = (
        matplotlib.image.imread(io.BytesIO(base64.b64decode(data)))[0, :, 0] for _, data in images
    )
    assert light[0] > light[1] and dark[0] < dark[1]
    assert text.count('id="a"') == 1
    # Without the rule it is the picture as it was.
    assert 'style="fill: #222222; stroke: #d55e00"' in text
