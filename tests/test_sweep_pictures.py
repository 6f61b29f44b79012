"""Pictures of sweeps on grids, hypercubes and texts; labelled axes; the verbs whole."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_sweeps import changed, cube, fake_sweep
from sweep_helpers import quick, small_experiment
from test_plots import words

import tajsim.plots.style as style
from tajsim.cli import main
from tajsim.errors import UserError
from tajsim.plots.sweep import sweep_figure
from tajsim.sweeps import sweep
from tajsim.sweeps.read import Sweep

Capture = pytest.CaptureFixture[str]


def height(places: np.ndarray) -> np.ndarray:
    return 1e6 * (places[:, 0] + 0.3 * places[:, 1])


def spread() -> Sweep:
    return fake_sweep("latin-hypercube", cube(60, 3), {"height": height}, runs=3, apart=1e5)


def grid() -> Sweep:
    """A factor of three texts and one of two numbers."""
    places = np.array([[a, b] for a in (0.0, 1.0, 2.0) for b in (0.0, 1.0)])
    found = fake_sweep("grid", places, {"height": height}, runs=5, apart=1e5)
    months = found.points["x1"].map({0.0: "2005-01", 1.0: "2010-01", 2.0: "2015-01"})
    return changed(found, points=found.points.assign(x1=months))


@pytest.mark.parametrize("made", [spread, grid])
def test_a_response_has_labelled_axes_and_writes_a_file(made: object, tmp_path: Path) -> None:
    swept = made()  # type: ignore[operator]
    with style.look():
        picture = sweep_figure(swept)
        picture.draw_without_rendering()
    (panel,) = picture.axes
    assert panel.get_xlabel() and panel.get_ylabel() == "million index"
    for again in ("a.svg", "b.svg"):
        style.save(sweep_figure(swept), tmp_path / again)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_response_is_the_median_at_each_value_in_the_bands_of_the_runs() -> None:
    swept = grid()
    table = swept.results.join(swept.points, on="point")
    for by, values in (("x1", ["2005-01", "2010-01", "2015-01"]), ("x2", [0.0, 1.0])):
        panel = sweep_figure(swept, by=by).axes[0]
        expected = [table["height"][table[by] == v].median() / 1e6 for v in values]
        assert np.allclose(panel.lines[0].get_ydata(), expected)
        assert panel.get_ylabel() == "million index"
        wide = panel.collections[0].get_paths()[0].get_extents()
        assert wide.y0 < min(expected) and wide.y1 > max(expected)
    assert "At all values of x1 together" in words(sweep_figure(swept, by="x2"))


def test_scenarios_are_lines_of_their_own() -> None:
    made = spread()
    points = made.points.assign(scenario=["a", "b"] * (len(made.points) // 2))
    two = changed(made, points=points)
    panel = sweep_figure(two, by="x1").axes[0]
    assert len([line for line in panel.lines if len(line.get_xdata()) > 2]) == 2
    assert len(sweep_figure(two, by="x1", scenarios="a").axes[0].lines) == 1


def test_nothing_finished_is_said() -> None:
    empty = spread()
    with pytest.raises(UserError, match="no run of this sweep is finished"):
        sweep_figure(changed(empty, results=empty.results.iloc[:0]))


def test_the_verbs_on_a_folder(tmp_path: Path, capsys: Capture) -> None:
    months = ", ".join(f'"2004-{m:02d}"' for m in range(1, 7))
    changes = (('values = ["2004-02", "2004-04"]', f"values = [{months}]"),)
    folder = tmp_path / "swept"
    sweep(small_experiment(tmp_path, *changes), folder, simulate=quick)
    for arguments, made in (
        (["sensitivity", str(folder)], {"indices.csv", "chance.csv"}),
        (["discover", str(folder), "--outcome", "seized"], {"boxes.csv"}),
        (["robust", str(folder), "--goal", "seized=high"], {"portfolios.csv"}),
    ):
        out = tmp_path / arguments[0]
        assert main([*arguments, "--out", str(out)]) == 0, capsys.readouterr().err
        assert made <= {path.name for path in out.iterdir()}
        assert "Traceback" not in capsys.readouterr().err
    table = pd.read_csv(tmp_path / "robust" / "portfolios.csv")
    assert len(table) == 18
    picture = tmp_path / "map.png"
    chosen = ["--kind", "response", "--by", "pay", "--out", str(picture)]
    assert main(["plot", str(folder), *chosen]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert main(["plot", str(folder), str(folder), *chosen, "--overwrite"]) == 2
    assert "shows one sweep" in capsys.readouterr().err
