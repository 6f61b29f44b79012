"""Makes the picture of simulation-based calibration: ``python -m docs.generate.sbc FOLDER N``.

Makes N replicates (those in FOLDER are kept, so that it goes on where it was ended), writes
``docs/tables/sbc.csv`` and draws ``docs/pictures/sbc.svg`` from it. Workers may follow N.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import binom

import tajsim.plots.style as style
from tajsim.calibration.sbc import FILE_NAME, sbc, verdict
from tajsim.inputs.registry import load_parameters

ROOT = Path(__file__).parents[2]
TABLE, PICTURE = ROOT / "docs/tables/sbc.csv", ROOT / "docs/pictures/sbc.svg"
#: Bins of a parameter, and of all together.
FEW, MANY, COLUMNS = 5, 20, 4


def picture(table: pd.DataFrame) -> Figure:
    """Draw the ranks of each parameter, and of all, each with what even ranks give in 99 %."""
    ranks = table.drop(columns="model")
    names = [str(name) for name in ranks]
    rows = -(-len(names) // COLUMNS)
    layout = style.Layout(
        body=1.5 + 0.62 * rows,
        title="Simulation-based calibration: are the posteriors right?",
        subtitle=verdict(ranks.to_numpy()),
        foot="Rank of the true value among the particles of its posterior, from lowest to highest; "
        "small panels alike; grey: where even ranks lie in 99 % of cases. "
        f"Model {table['model'].iloc[0]}.",
    )
    grid = layout.figure.add_gridspec(rows + 2, COLUMNS)
    whole = layout.figure.add_subplot(grid[:2, :])
    _histogram(whole, ranks.to_numpy().ravel(), MANY)
    whole.set_title("All parameters together", size=9, loc="left")
    whole.set_ylabel("true values (number)", size=8)
    whole.set_xlabel("rank (share)", size=8, labelpad=1)
    for place, name in enumerate(names):
        ax = layout.figure.add_subplot(grid[2 + place // COLUMNS, place % COLUMNS])
        _histogram(ax, ranks[name].to_numpy(), FEW)
        ax.set_title(load_parameters()[name].name, size=6.5, weight="normal", pad=2)
        ax.set_xticks([])
        ax.set_yticks([])
    return layout.figure


def _histogram(ax: Axes, ranks: np.ndarray, bins: int) -> None:
    counts, edges = np.histogram(ranks, bins, (0.0, 1.0))
    low, high = (float(binom.ppf(p, len(ranks), 1.0 / bins)) for p in (0.005, 0.995))
    ax.axhspan(low, high, color=style.GRID, lw=0)
    ax.bar(edges[:-1], counts, 1.0 / bins, align="edge", fc="#4477aa", ec="white", lw=0.6)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, 1.2 * max(high, counts.max()))


if __name__ == "__main__":
    folder, *counts = sys.argv[1:]
    print(sbc(folder, *map(int, counts), progress=lambda *told: print(*told, flush=True)))
    TABLE.write_text(Path(folder, FILE_NAME).read_text(encoding="utf-8"), encoding="utf-8")
    style.save(picture(pd.read_csv(TABLE)), PICTURE)
