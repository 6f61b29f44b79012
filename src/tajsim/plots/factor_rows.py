"""Panels with a row for each factor: their names, what stands above them, their room on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

import tajsim.plots.style as style
from tajsim.plots.labels import width, wrap

#: What stands above a panel: scenario, column, text, unit of the outcome.
Heading = tuple[str, str, str, str]

MOST = 10
_ROW, _BROKEN, _AROUND, _LINE = 0.25, 0.34, 0.62, 0.165  # inches
_NAME = 1.35  # inches of a name before it is broken


@dataclass(frozen=True)
class FactorPanels:
    """The panels of a picture: how many factors each shows, and how they are laid out."""

    headings: Sequence[Heading]
    factors: Sequence[str]
    most: int
    head: float = 0.0

    @property
    def columns(self) -> int:
        """Panels in a row."""
        return 1 if len(self.headings) == 1 else 2

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return -(-len(self.headings) // self.columns)

    @property
    def wide(self) -> float:
        """Inches of a panel with the names of its factors."""
        return (style.WIDTH - 0.3) / self.columns - 0.1

    @property
    def height(self) -> float:
        """Inches of all panels."""
        broken = any("\n" in row_name(name) for name in self.factors)
        lines = max(len(self._head(text)) for _, _, text, _ in self.headings)
        each = _AROUND + _LINE * lines + self.head / 72 + (_BROKEN if broken else _ROW) * self.most
        return self.rows * each

    def dress(self, ax: Axes, text: str, names: Sequence[str], right: float = 0.0) -> None:
        """Name the rows of a panel and write above them, from their left end, what it shows.

        ``right`` is what the numbers beside the rows take, in inches.
        """
        labels = [row_name(name) for name in names]
        ax.set_yticks([-i for i in range(len(names))], labels, size=style.SMALL, linespacing=1.05)
        ax.set_ylim(-self.most + 0.4, 0.6)
        ax.grid(axis="y", visible=False)
        lines = [line for label in labels for line in label.split("\n")]
        left = max(width(line, style.SMALL) for line in lines) + 0.06
        ax.annotate(
            "\n".join(self._head(text)), (0, 1), xycoords="axes fraction",
            xytext=(-72 * left, 5 + self.head), textcoords="offset points", va="bottom",
            size=style.BODY, weight="bold",
        )  # fmt: skip
        style.plain_numbers(ax.xaxis, self.wide - left - right)

    def _head(self, text: str) -> list[str]:
        return wrap(text, self.wide - 0.1, style.BODY, True)


def row_name(name: str) -> str:
    """Return the name of a factor, broken after its dot where it is long."""
    first, dot, rest = name.partition(".")
    return f"{first}.\n{rest}" if dot and width(name, style.SMALL) > _NAME else name
