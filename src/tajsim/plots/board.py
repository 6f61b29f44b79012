"""Boards: a row per claim, target or assumption: its name, its place on an axis, its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

import tajsim.plots.style as style
from tajsim.plots.labels import wrap

LINE = 0.135  # inches of a line
_GAP = 0.06


@dataclass(frozen=True)
class Row:
    """A row: text left of the axis and right of it; a heading has neither place nor text right."""

    label: str
    right: str = ""
    heading: bool = False
    room: float = 2.3
    lines: list[str] = field(init=False)

    def __post_init__(self) -> None:
        size, room = (style.SMALL, 6.0) if self.heading else (style.FOOT, self.room)
        object.__setattr__(self, "lines", wrap(self.label, room, size, bold=self.heading))

    @property
    def height(self) -> float:
        """Inches that the row takes."""
        lines = max(len(self.lines), len(self.right.split("\n")))
        return LINE * lines + _GAP + (0.05 if self.heading else 0.0)


@dataclass(frozen=True)
class Board:
    """Rows and, for each, the entry of a table that it shows; ``None`` for a heading."""

    rows: Sequence[Row]
    found: Sequence[Any]

    @property
    def height(self) -> float:
        """The inches of the board with its axis."""
        return sum(row.height for row in self.rows) + 0.7

    def draw(self, ax: Axes, head: str) -> list[tuple[float, Any]]:
        """Write the texts beside an axis; return the entries with the middle of their rows."""
        middles = draw_rows(ax, self.rows, head)
        pairs = zip(middles, self.found, strict=True)
        return [(middle, one) for middle, one in pairs if one is not None]


def board(groups: Iterable[tuple[str, pd.DataFrame]], row_of: Callable[[Any], Row]) -> Board:
    """Return a board of groups of a table: a heading, then a row for each entry.

    Args:
        groups: heading and entries of each group.
        row_of: the row of an entry, whose columns are its attributes.
    """
    rows: list[Row] = []
    found: list[Any] = []
    for heading, part in groups:
        rows.append(Row(heading, heading=True))
        found.append(None)
        for one in part.itertuples():
            rows.append(row_of(one))
            found.append(one)
    return Board(rows, found)


def draw_rows(ax: Axes, rows: Sequence[Row], head: str = "") -> list[float]:
    """Write the texts of a board beside an axis; return the middle of each row, in inches down."""
    at, middles = 0.0, []
    for row in rows:
        middle = at - row.height / 2
        middles.append(middle)
        if row.heading:
            ax.annotate(
                "\n".join(row.lines), (0, middle), xycoords=ax.get_yaxis_transform(),
                xytext=(-72 * rows_room(rows) - 4, 0), textcoords="offset points", va="center",
                weight="bold", size=style.SMALL,
            )  # fmt: skip
        else:
            ax.annotate(
                row.right, (1, middle), xycoords=ax.get_yaxis_transform(), xytext=(8, 0),
                textcoords="offset points", va="center", size=style.FOOT, linespacing=1.15,
            )  # fmt: skip
        at -= row.height
        ax.axhline(at, color=style.GRID, lw=0.5, zorder=0.5)
    ax.set_ylim(at or -1.0, 0)
    told = [(m, row) for m, row in zip(middles, rows, strict=True) if not row.heading]
    ax.set_yticks([m for m, _ in told], ["\n".join(row.lines) for _, row in told], size=style.FOOT)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    ax.annotate(
        head, (1, 1), xycoords="axes fraction", xytext=(8, 3), textcoords="offset points",
        va="bottom", size=style.FOOT, color=style.QUIET,
    )  # fmt: skip
    return middles


def rows_room(rows: Sequence[Row]) -> float:
    """Return the inches of the column of names."""
    return max((row.room for row in rows if not row.heading), default=0.0)
