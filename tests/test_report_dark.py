"""Colours of pictures: text is read on white, and what is read on white is read in the dark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tajsim.report
from tajsim.plots.style import INK, QUIET, contrast, families, readable

COLOURS = sorted({colour for family in families().values() for colour in family})
#: hue-rotate(180deg) as the specification of filters has it.
TURN = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])


def parts(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)])


def in_the_dark(colour: str, paper: np.ndarray) -> np.ndarray:
    """Return a colour after invert(1), hue-rotate(180deg) and the blending with the page."""
    turned = np.clip(TURN @ (1.0 - parts(colour)), 0.0, 1.0)
    return 1.0 - (1.0 - turned) * (1.0 - paper)


@pytest.mark.parametrize("colour", [INK, QUIET, "#000000", "#444444", *COLOURS])
def test_what_is_read_on_white_is_read_in_the_dark(colour: str) -> None:
    style = (Path(tajsim.report.__file__).parent / "templates" / "report.css").read_text("utf-8")
    rule = style.split("@media screen and (prefers-color-scheme: dark)", 1)[1]
    assert ".plate img { filter: invert(1) hue-rotate(180deg); mix-blend-mode: screen; }" in rule
    paper = parts(style.split("--paper: ")[2][:7])
    assert in_the_dark("#ffffff", paper) == pytest.approx(paper), "white is the ground of the page"
    if contrast(colour) >= 4.5:
        assert contrast(tuple(in_the_dark(colour, paper)), tuple(paper)) >= 4.5


def test_coloured_text_is_read_on_white() -> None:
    for colour in families()["scenario"]:
        assert contrast(readable(colour)) >= 4.5, colour
    assert readable(INK) == INK and readable("#ffffff") == "#ffffff"
