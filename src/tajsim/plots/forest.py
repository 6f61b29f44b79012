"""The forest of paired differences: a row per outcome, standardised, with the value printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

import tajsim.plots.style as style
from tajsim.plots.labels import with_interval, wrap
from tajsim.plots.series import Floats, scaled
from tajsim.plots.windows import paired

_LINE = 0.16  # inches of one printed value
_GAP = 0.08  # inches between rows
_NAMES, _PANEL = 2.0, 2.9  # inches of the column of names and of the panel


@dataclass(frozen=True)
class Difference:
    """One outcome: per scenario the paired differences ``(run,)`` and the reference's spread.

    ``spreads`` are standard deviations over the reference's runs and ``scale`` the largest of its
    values, in the unit of the values.
    """

    label: str
    unit: str
    values: list[Floats]
    spreads: list[float]
    scale: float

    @property
    def moves(self) -> bool:
        """Whether any run of any scenario differs, beyond the rounding of stored values."""
        return any(bool(np.any(np.abs(v) > 1e-6 * self.scale)) for v in self.values)

    @property
    def size(self) -> float:
        """The largest mean difference of a scenario, in standard deviations of the reference."""
        sizes = [
            abs(paired(v)[0]) / s for v, s in zip(self.values, self.spreads, strict=True) if s > 0
        ]
        return max(sizes, default=0.0)

    @property
    def printed(self) -> tuple[float, str]:
        """What the printed means are divided by, and the unit then."""
        return scaled(np.array([paired(values)[0] for values in self.values]), self.unit)

    @property
    def height(self) -> float:
        """The inches of its row."""
        lines = max(len(self.values), len(wrap(self.label, _NAMES, style.SMALL)))
        return lines * _LINE + _GAP


def forest_height(rows: Sequence[Difference]) -> float:
    """Return the inches of a forest with its axis."""
    return sum(row.height for row in rows) + 0.75 if rows else 0.6


def forest(ax: Axes, rows: Sequence[Difference], reference: str) -> None:
    """Draw a row per outcome; a scenario whose interval covers zero is hollow and grey."""
    ax.axvline(0, color=style.INK, lw=0.9, zorder=2)
    at, middles = 0.0, []
    for one in rows:
        middles.append(at - one.height / 2)
        first = middles[-1] + _LINE * (len(one.values) - 1) / 2
        for index in range(len(one.values)):
            _scenario(ax, one, index, first - index * _LINE)
        at -= one.height
        ax.axhline(at, color=style.GRID, lw=0.6, zorder=1)
    names = ["\n".join(wrap(one.label, _NAMES, style.SMALL)) for one in rows]
    ax.set_ylim(at or -1.0, 0)
    ax.set_yticks(middles, names, size=style.SMALL)
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    _value_axis(ax, reference, any(spread > 0.0 for one in rows for spread in one.spreads))
    if not rows:
        ax.text(0.5, 0.5, "no outcome differs in any run", transform=ax.transAxes, ha="center")
        return
    ax.annotate(
        "mean difference [90 % interval]", (1, 1), xycoords="axes fraction", xytext=(8, 3),
        textcoords="offset points", va="bottom", size=7.5, color=style.QUIET,
    )  # fmt: skip


def _value_axis(ax: Axes, reference: str, spread: bool) -> None:
    if not spread and ax.get_ylim()[0] < -1.0:
        ax.set_xticks([])
        ax.set_xlabel("\n".join(wrap("no spread over the runs to measure by", _PANEL, 8.5)))
        return
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, -0.1, -0.1 * high), max(high, 0.1, -0.1 * low))
    style.plain_numbers(ax.xaxis, 1.4 * _PANEL)
    label = f"paired difference (standard deviations of the runs of {reference})"
    ax.set_xlabel("\n".join(wrap(label, _PANEL, 8.5)))


def _scenario(ax: Axes, one: Difference, index: int, height: float) -> None:
    """Draw mean, interval and spread of one scenario's differences, and print them."""
    look = style.scenario_look(index + 1)
    values, spread = one.values[index], one.spreads[index]
    mean, low, high = paired(values)
    sure = low > 0.0 or high < 0.0
    if spread > 0.0:
        runs = np.quantile(values[np.isfinite(values)], [0.05, 0.95]) / spread
        ax.plot(runs, [height] * 2, color=look.colour, lw=0.8, alpha=0.75, zorder=2.5)
        ax.plot(
            np.array([low, high]) / spread, [height] * 2, color=look.colour, lw=4.2,
            solid_capstyle="butt", zorder=3,
        )  # fmt: skip
        ax.plot(
            [mean / spread], [height], marker=look.marker, ms=4.5, mew=1.1, zorder=4,
            color=look.colour if sure else "white", mec=look.colour,
        )  # fmt: skip
    factor, unit = one.printed
    text = f"{with_interval(mean / factor, low / factor, high / factor)} {unit}"
    if not np.any(values):
        text = "no difference in any run"
    elif spread <= 0.0:
        text += " (no spread)"
    ax.annotate(
        text, (1, height),
        xycoords=ax.get_yaxis_transform(), xytext=(8, 0), textcoords="offset points",
        va="center", size=7.5, color=look.colour if sure else style.QUIET,
    )  # fmt: skip
