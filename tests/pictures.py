"""One picture of every kind from made-up results, small, for comparison with ``tests/baseline``.

``python tests/pictures.py`` (with the package installed) draws them anew, or those that are named;
look at each before you keep it.
"""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from fake_sweeps import changed, cube, fake_sweep
from PIL import Image
from synthetic import PAIR, results, targets_table, two

import tajsim.plots as plots
import tajsim.plots.style as style
from tajsim.plots.sweep import sweep_figure
from tajsim.sweeps.read import Sweep

BASELINE = Path(__file__).parent / "baseline"
#: Dots an inch: enough to see every line, few enough for small files.
DOTS = 48


@cache
def _many() -> xr.Dataset:
    return results(
        scenarios=(*PAIR, "abrupt-withdrawal", "elite-purge", "western-turn", "irpt-ban"), runs=6
    )


#: Name of a picture -> its kind, what makes its results, and its options.
PICTURES: dict[str, tuple[str, Callable[[], xr.Dataset], dict[str, Any]]] = {
    **{kind: (kind, two, {}) for kind in plots.KINDS},
    "answer": ("answer", lambda: results(scenarios=PAIR, runs=40), {}),
    "fan": ("fan", two, {"outcome": ["heroin_seized", "incidents"], "smooth": 12}),
    "map": ("map", two, {"at": ["2006", "2012"]}),
    "map-alone": ("map", two, {"scenarios": PAIR[1]}),
    "targets": ("targets", two, {"table": targets_table()}),
    "fan-many": ("fan", _many, {"outcome": "grievance"}),
    "providers-alone": ("providers", two, {"scenarios": PAIR[1]}),
}


def _height(places: np.ndarray) -> np.ndarray:
    return 200.0 + 800.0 * places[:, 0] * (0.4 + places[:, 1])


def _spread() -> Sweep:
    """Two factors drawn at random."""
    return fake_sweep("latin-hypercube", cube(60, 2), {"seized": _height}, runs=3, apart=60.0)


def _grid() -> Sweep:
    """Dates against amounts of millions."""
    places = np.array([[a, b] for a in (0.0, 0.5, 1.0) for b in (0.0, 0.3, 0.6, 1.0)])
    found = fake_sweep("grid", places, {"seized": _height}, runs=5, apart=40.0)
    months = found.points["x1"].map({0.0: "2005-01", 0.5: "2010-01", 1.0: "2015-01"})
    return changed(found, points=found.points.assign(x1=months, x2=found.points["x2"] * 27.6e6))


#: Name of a picture of a sweep -> what makes the sweep, and its options.
FIGURES: dict[str, tuple[Callable[[], Sweep], dict[str, Any]]] = {
    "response": (_spread, {}),
    "response-dates": (_grid, {"by": "x1"}),
}


def draw(name: str, path: Path) -> None:
    """Draw one of the pictures."""
    if name in FIGURES:
        sweep, chosen = FIGURES[name]
        picture = sweep_figure(sweep(), **chosen)
    else:
        kind, make, options = PICTURES[name]
        picture = plots.figure(kind, make(), **options)
    with style.look():
        picture.savefig(path, dpi=DOTS, metadata={"Software": None})
    with Image.open(path) as whole:
        few = whole.convert("RGB").quantize(48, method=Image.Quantize.FASTOCTREE)
    few.save(path, optimize=True)


def renew(names: list[str]) -> None:
    """Draw those named anew, or all, and remove those that are no more."""
    BASELINE.mkdir(exist_ok=True)
    for old in BASELINE.glob("*.png"):
        if old.stem not in (*PICTURES, *FIGURES):
            old.unlink()
    for name in names or (*PICTURES, *FIGURES):
        draw(name, BASELINE / f"{name}.png")


if __name__ == "__main__":
    renew(sys.argv[1:])
    print(f"{len(sys.argv[1:] or [*PICTURES, *FIGURES])} pictures written to {BASELINE}")
