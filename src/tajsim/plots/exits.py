"""The ways out of the country on the map: triangles, their areas by the heroin that leaves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

import tajsim.plots.choose as choose
import tajsim.plots.style as style
from tajsim.plots.dates import Span, medians_over
from tajsim.plots.geography import EXIT_AT, geography
from tajsim.plots.labels import number
from tajsim.plots.pen import Item
from tajsim.plots.series import unit_of

#: The outcome that sizes the triangles, where results hold it.
LEAVING = "heroin_leaving"


class Exits:
    """The ways out, sized by what leaves there."""

    def __init__(self, dataset: xr.Dataset, dates: Sequence[Span]) -> None:
        there = LEAVING in dataset and choose.own_dimensions(dataset[LEAVING]) == ["exit"]
        self.values = medians_over(dataset[LEAVING], dates) if there else None
        self.names = list(map(str, dataset["exit"].values)) if there else []
        self.largest = float(np.nanmax(self.values)) if self.values is not None else 0.0
        self.unit = unit_of(dataset[LEAVING], windowed=True) if there else ""

    def legend(self, wide: float) -> list[Item]:
        """Return what the areas of the triangles say, by two round amounts."""
        if not self.largest > 0.0:
            return []
        top = 10.0 ** np.floor(np.log10(self.largest))
        top *= max(step for step in (1, 2, 5) if step * top <= self.largest)
        texts = (f"way out: {number(top)} {self.unit} of heroin leave", number(top / 5))
        marks = (self._mark(value, wide) for value in (top, top / 5))
        return list(zip(marks, texts, strict=True))

    def _mark(self, value: float, wide: float) -> Line2D:
        size = float(np.sqrt(self._area(value, wide)))
        return Line2D([], [], ls="", marker="^", ms=size, mfc=style.DRUGS, mec="white", mew=0.7)

    def _area(self, value: float, wide: float) -> float:
        """Return the area of a triangle in square points."""
        return 22.0 * wide * max(value / self.largest, 0.02) if self.largest > 0.0 else 0.0

    def draw(self, ax: Axes, scenario: int, date: int, wide: float) -> None:
        """Draw a triangle at each way out; its area goes with the flow."""
        if self.values is None:
            return
        for name, value in zip(self.names, self.values[scenario, :, date], strict=True):
            x, y = EXIT_AT.get(name) or geography().exits[name]
            ax.scatter(
                [x], [y], s=self._area(value, wide), marker="^", color=style.DRUGS,
                zorder=6, linewidths=0.7, edgecolors="white", gid=f"exit-{name}",
            )  # fmt: skip
