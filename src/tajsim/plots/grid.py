"""Panels by thing and scenario: three things in a row for one scenario, else a row for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import xarray as xr
from matplotlib.axes import Axes

import tajsim.plots.badges as badges
import tajsim.plots.style as style
import tajsim.plots.timeline as timeline
from tajsim.plots.labels import spoken, wrap
from tajsim.plots.marks import Mark


@dataclass(frozen=True)
class Grid:
    """The panels of things (tasks, commanders) and scenarios, and how large they are, in inches."""

    things: Sequence[str]
    scenarios: Sequence[str]
    tall: float = 1.5
    low: float = 0.95
    across: int = 3
    heads: Mapping[str, str] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether there is one scenario only."""
        return len(self.scenarios) == 1

    @property
    def columns(self) -> int:
        """Panels in a row."""
        return min(self.across, len(self.things)) if self.alone else len(self.scenarios)

    @property
    def count(self) -> int:
        """All panels."""
        return len(self.things) * len(self.scenarios)

    @property
    def rows(self) -> int:
        """Rows of panels."""
        return -(-self.count // self.columns)

    @property
    def wide(self) -> float:
        """Inches of a panel's axis, at least."""
        return 5.6 / self.columns

    @property
    def height(self) -> float:
        """Inches of a panel's other axis."""
        return self.tall if self.alone else self.low

    def panel(self, index: int) -> tuple[str, str]:
        """Return thing and scenario of a panel."""
        if self.alone:
            return self.things[index], self.scenarios[0]
        row, column = divmod(index, self.columns)
        return self.things[row], self.scenarios[column]

    def places(self, dataset: xr.Dataset, found: Sequence[Mark]) -> dict[str, list[badges.Spot]]:
        """Return where the badges of the events stand above the first row, by scenario."""
        own = {name: [m for m in found if name in m.owners] for name in self.scenarios}
        return {name: badges.spots(marks, dataset, self.wide) for name, marks in own.items()}

    def dress(
        self, ax: Axes, dataset: xr.Dataset, index: int, found: Sequence[Mark], unit: str
    ) -> None:
        """Give a panel its axes, heading, projection and events."""
        row, column = divmod(index, self.columns)
        thing, scenario = self.panel(index)
        places = self.places(dataset, found)
        room = max(map(badges.head_room, places.values()), default=0.0)
        bottom = index + self.columns >= self.count
        timeline.time_axis(ax, dataset, self.wide, bottom=bottom)
        said = self.heads.get(thing, spoken(thing))
        head = said if self.alone else scenario if row == 0 else ""
        lines = wrap(head, self.wide, style.BODY, bold=True)
        lift = 11.0 if row == 0 and timeline.has_projection(dataset) else 0.0
        ax.set_title("\n".join(lines), pad=room + lift + 4 if row == 0 else 4)
        if lift:
            timeline.bracket(ax, self.wide)
        ax.tick_params(labelleft=column == 0)
        if column == 0:
            name = [] if self.alone else wrap(said, self.height, 8.5)
            ax.set_ylabel("\n".join([*name, f"({unit})"]) if name else unit)
        here = [mark for mark in found if scenario in mark.owners]
        badges.draw_marks(ax, here)
        if index < self.columns:
            badges.draw_badges(ax, here, places[scenario], lift)

    def room(self, dataset: xr.Dataset, found: Sequence[Mark]) -> float:
        """Return the inches that the first row needs above its panels for badges and brackets."""
        points = max(map(badges.head_room, self.places(dataset, found).values()), default=0.0)
        return (points + (11.0 if timeline.has_projection(dataset) else 0.0)) / 72
