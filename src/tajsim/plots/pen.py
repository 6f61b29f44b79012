"""Writing down a page line by line, in inches from its top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.figure import Figure

from tajsim.plots.labels import width

EDGE = 0.12  # inches free at every side
LEGEND_ROW = 0.195  # inches
_LINE = 1.32  # line height over font size

#: One entry of a legend: what is drawn, and its text.
Item = tuple[Artist, str]


def text_height(lines: int, size: float) -> float:
    """Return the inches that so many lines of a size in points take."""
    return lines * size * _LINE / 72.0


def legend_rows(legend: Sequence[Item], room: float) -> list[list[Item]]:
    """Return the entries of the legend in rows, as many in each as fit."""
    rows: list[list[Item]] = []
    left = 0.0
    for item in legend:
        wide = width(item[1], 8.5) + 0.62
        if not rows or wide > left:
            rows.append([])
            left = room + 0.2
        rows[-1].append(item)
        left -= wide
    return rows


@dataclass
class Pen:
    """Writes lines downwards; ``at`` is the distance from the top in inches."""

    figure: Figure
    wide: float
    height: float
    at: float = 0.0

    def down(self, inches: float) -> None:
        """Leave so much free."""
        self.at += inches

    def write(
        self, lines: Sequence[str], size: float, colour: str, bold: bool = False, left: float = EDGE
    ) -> None:
        """Write lines of a size in points, each below the other."""
        for line in lines:
            self.figure.text(
                left / self.wide,
                1 - (self.at + size * 1.0 / 72.0) / self.height,
                line,
                size=size,
                color=colour,
                weight="bold" if bold else "normal",
                va="baseline",
                in_layout=False,
            )
            self.down(text_height(1, size))

    def legend(self, rows: Sequence[Sequence[Item]]) -> None:
        """Draw a legend, a row below the other."""
        for row in rows:
            legend = self.figure.legend(
                [handle for handle, _ in row],
                [text for _, text in row],
                loc="upper left",
                bbox_to_anchor=(EDGE / self.wide, 1 - self.at / self.height),
                ncols=len(row),
                borderaxespad=0.0,
                borderpad=0.0,
                handlelength=2.4,
                handletextpad=0.6,
                columnspacing=1.4,
            )
            legend.set_in_layout(False)
            self.down(LEGEND_ROW)
