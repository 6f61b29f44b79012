"""Every kind of picture looks as it did when somebody last looked at it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from pictures import BASELINE, FIGURES, PICTURES, draw

from docs.generate import gallery
from tajsim.cli.main import build_parser
from tajsim.cli.present import SWEEP_KINDS
from tajsim.plots import KINDS

sys.path.append(str(Path(__file__).parents[1]))


#: Root mean square of the difference of colours (0 to 1) that other fonts or libraries may cause.
TOLERANCE = 0.02


def distance(first: Path, second: Path) -> float:
    """Return how far two pictures are apart; 1 where their sizes differ."""
    a, b = (imread(path)[..., :3].astype(float) for path in (first, second))
    return float(np.sqrt(np.mean((a - b) ** 2))) if a.shape == b.shape else 1.0


def test_every_kind_has_a_picture_to_compare_with() -> None:
    assert {kind for kind, _, _ in PICTURES.values()} == set(KINDS)
    assert not set(FIGURES) & set(PICTURES) and len([*KINDS, *SWEEP_KINDS]) <= 12
    assert {path.stem for path in BASELINE.glob("*.png")} == {*PICTURES, *FIGURES}


@pytest.mark.parametrize("name", (*PICTURES, *FIGURES))
def test_looks_as_it_did(name: str, tmp_path: Path) -> None:
    made = tmp_path / f"{name}.png"
    draw(name, made)
    far = distance(made, BASELINE / f"{name}.png")
    assert far < TOLERANCE, f"{made} differs by {far:.3f}; python tests/pictures.py renews it"


def test_a_changed_picture_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, make, options = PICTURES["fan"]
    changed = make().copy()
    changed["heroin_seized"] = changed["heroin_seized"] * np.linspace(1.0, 2.0, 204)[:, None]
    monkeypatch.setitem(PICTURES, "changed", (kind, lambda: changed, options))
    draw("changed", tmp_path / "changed.png")
    assert distance(tmp_path / "changed.png", BASELINE / "fan.png") > TOLERANCE


def test_every_kind_has_a_place_in_the_gallery() -> None:
    shown = {shown.kind for shown in (*gallery.SHOWN, *gallery.OF_SWEEPS)}
    assert shown == {*KINDS, *SWEEP_KINDS}
    assert gallery.PAGE.read_text(encoding="utf-8") == gallery.gallery_page()
    assert {path.stem for path in gallery.PICTURES.glob("*.png")} == shown


def test_commands_of_the_gallery_are_understood() -> None:
    for shown in (*gallery.SHOWN, *gallery.OF_SWEEPS):
        options = build_parser().parse_args(shown.command)
        assert options.kind == shown.kind
