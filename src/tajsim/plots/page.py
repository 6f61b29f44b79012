"""The page of a picture: title, legend, panels, key of events and foot line, none over another.

Everything but the panels has a place in inches from the top or bottom; the panels share what lies
between. So a long title or many events make a picture taller, never crowded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

import tajsim.plots.style as style
from tajsim.plots.key import Entry, draw_key, key_lines, key_rows
from tajsim.plots.labels import wrap
from tajsim.plots.pen import EDGE, LEGEND_ROW, Item, Pen, legend_rows, text_height

_SAFE = 0.975  # of the room: letters drawn at few dots an inch are wider than their outlines


@dataclass
class Page:
    """What stands around the panels. ``body`` is the height of the panels in inches."""

    body: float
    title: str
    subtitle: str = ""
    legend: Sequence[Item] = ()
    key: Sequence[Entry] = ()
    foot: str = ""
    wide: float = style.WIDTH
    figure: Figure = field(init=False)

    def __post_init__(self) -> None:
        room = self.wide - 2 * EDGE
        title = wrap(self.title, room, style.TITLE, bold=True)
        subtitle = wrap(self.subtitle, _SAFE * room, style.SMALL) if self.subtitle else []
        foot = wrap(self.foot, _SAFE * room, style.FOOT) if self.foot else []
        legend = legend_rows(self.legend, room)
        key = key_lines(self.key, room)
        head = (
            EDGE
            + text_height(len(title), style.TITLE)
            + (text_height(len(subtitle), style.SMALL) + 0.03 if subtitle else 0.0)
            + (len(legend) * LEGEND_ROW + 0.06 if legend else 0.0)
            + 0.05
        )
        gaps = 0.06 * (len(key) + 1)
        below = text_height(len(foot), style.FOOT) + text_height(key_rows(key), style.SMALL)
        tail = EDGE + below + gaps + 0.04
        height = head + self.body + tail
        self.figure = Figure(figsize=(self.wide, height))
        place = Pen(self.figure, self.wide, height)
        place.down(EDGE)
        place.write(title, style.TITLE, style.INK, bold=True)
        if subtitle:
            place.down(0.03)
            place.write(subtitle, style.SMALL, style.QUIET)
        if legend:
            place.down(0.06)
            place.legend(legend)
        place.at = height - tail + 0.04
        draw_key(place, key, room)
        place.down(0.06)
        place.write(foot, style.FOOT, style.QUIET)
        engine = ConstrainedLayoutEngine(
            rect=(
                EDGE / 2 / self.wide,
                tail / height,
                1 - EDGE / self.wide,
                self.body / height,
            ),
            h_pad=0.05,
            w_pad=0.06,
            hspace=0.03,
            wspace=0.03,
        )
        self.figure.set_layout_engine(engine)

    def panels(self, rows: int, columns: int, count: int) -> list[Axes]:
        """Return so many panels of a grid, row by row; what is left of the grid stays empty."""
        grid = self.figure.subplots(rows, columns, squeeze=False)
        panels: list[Axes] = list(grid.flat)
        for unused in panels[count:]:
            unused.remove()
        return panels[:count]
