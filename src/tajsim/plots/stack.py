"""Areas on top of each other over time: what adds up to a whole, told apart by colour and hatch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

import tajsim.plots.style as style
from tajsim.plots.series import Floats


@dataclass(frozen=True)
class Part:
    """One part of a whole: its name for the legend, its colours, and a hatch."""

    name: str
    colour: str
    hatch: str = ""

    @property
    def ink(self) -> str:
        """The colour of the hatch: seen on the area in colour and in grey."""
        white = style.ink_on(self.colour) == "white"
        return style.lighter(self.colour, 0.55) if white else style.darker(self.colour, 0.35)

    def patch(self) -> tuple[Artist, str]:
        """Return the entry of a legend."""
        edge = self.ink if self.hatch else style.QUIET
        return Patch(fc=self.colour, ec=edge, hatch=self.hatch, lw=0.0 if self.hatch else 0.4), (
            self.name
        )


#: What the country does by itself, what nobody does, and what is too small to be told apart.
OWN = Part("own agencies", "#cdc8bd")
NOBODY = Part("nobody", "#ffffff", "..")
OTHERS = Part("others", style.OTHERS, "xx")


def draw_stack(ax: Axes, when: Floats, values: Sequence[Floats], parts: Sequence[Part]) -> None:
    """Draw areas ``(month,)`` from the bottom up, a white line between any two."""
    base = np.zeros_like(when)
    for one, part in zip(values, parts, strict=True):
        top = base + np.nan_to_num(one)
        if np.any(top > base):
            area = ax.fill_between(
                when, base, top, facecolor=part.colour, lw=0, zorder=2,
                hatch=part.hatch or None, edgecolor=part.ink if part.hatch else "none",
            )  # fmt: skip
            area.set_gid(f"part-{part.name}")
            ax.plot(when, top, color="white", lw=0.4, zorder=2.5)
        base = top
