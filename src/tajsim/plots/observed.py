"""Documented values of an outcome: drawn at their time with their error, told with their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

import tajsim.plots.style as style
from tajsim.inputs.figures import printed_in
from tajsim.inputs.targets import Target, load_targets
from tajsim.plots.choose import own_dimensions
from tajsim.plots.key import Entry
from tajsim.plots.labels import plain, words
from tajsim.plots.marks import source
from tajsim.plots.series import year_of

_NINETY = 1.645  # standard errors to each side that hold 90 % of an error
_MARKERS = {"about": "D", "at_least": "^", "at_most": "v"}
_YEAR = 12


@dataclass(frozen=True)
class Observed:
    """A documented value in the unit of the outcome; ``low`` to ``high`` hold 90 % of its error."""

    letter: str
    outcome: str
    when: float
    value: float
    low: float
    high: float
    bound: str
    text: str


def observed(
    dataset: xr.Dataset,
    names: Sequence[str],
    select: Mapping[str, Sequence[str]],
    months: int | None,
) -> list[Observed]:
    """Return the documented values that can stand beside the series of these outcomes.

    ``months`` is the rolling window of the series, or None. A value is left out where it covers
    other coordinates or another span than the series, or other months than the results.
    """
    first, last = (str(m)[:7] for m in dataset["month"].values[[0, -1]])
    found: list[Observed] = []
    for target in load_targets().values():
        if target.outcome not in names or not first <= target.window[0] <= target.window[1] <= last:
            continue
        variable = dataset[target.outcome]
        factor = _factor(target, str(variable.attrs.get("aggregate")), months)
        if factor is None or not _same_scope(target, variable, select):
            continue
        error = _NINETY * target.error
        if target.scale == "log":
            ends = target.observed * exp(-error), target.observed * exp(error)
        else:
            ends = target.observed - error, target.observed + error
        value, low, high = (v * factor for v in (target.observed, *ends))
        bound = {"at_least": "at least ", "at_most": "at most "}.get(target.bound, "")
        text = (
            f"{words(target.id)}: {bound}{plain(target.observed)} {target.unit} "
            f"({source(printed_in([target.figure.id]))})"
        )
        start, end = (year_of(month) for month in target.window)
        # A rolling value stands at the last of its months.
        when = end if months else (start + end + 1 / 12) / 2
        letter = chr(97 + len(found))
        found.append(Observed(letter, target.outcome, when, value, low, high, target.bound, text))
    return found


def _factor(target: Target, aggregate: str, months: int | None) -> float | None:
    """Return what turns the figure into the unit of the series; None if it cannot be compared."""
    if target.is_event or target.divisor or target.measure not in ("level", "sum"):
        return None
    if aggregate in ("mean", "last"):
        return 1.0 / target.times if target.measure == "level" else None
    span = int(np.diff(np.array(target.window, "datetime64[M]").astype(int))[0]) + 1
    if aggregate != "yearly" or span != _YEAR:
        return None
    return 1.0 / target.times / (1 if months else _YEAR)


def _same_scope(
    target: Target, variable: xr.DataArray, select: Mapping[str, Sequence[str]]
) -> bool:
    """Tell whether a figure covers the coordinates that the series does."""
    own = {d: list(select[d]) for d in own_dimensions(variable) if d in select}
    return own == {d: [name] for d, name in target.where.items()}


def draw_observed(ax: Axes, found: Sequence[Observed], factor: float) -> None:
    """Draw documented values at their months, divided by ``factor`` as the panel's values are."""
    for one in found:
        low, high = one.low / factor, one.high / factor
        if max(high, one.value / factor) > ax.get_ylim()[1]:
            ax.set_ylim(top=1.08 * max(high, one.value / factor))
        for width, colour in ((2.8, "white"), (1.0, style.INK)):
            ax.plot([one.when] * 2, [low, high], color=colour, lw=width, zorder=5)
        ax.plot(
            [one.when], [one.value / factor], marker=_MARKERS[one.bound], ms=5.5, mfc="white",
            mec=style.INK, mew=1.2, zorder=6, gid=f"observed-{one.letter}",
        )  # fmt: skip
        ax.annotate(
            one.letter, (one.when, one.value / factor), xytext=(5, 3), textcoords="offset points",
            size=7.5, weight="bold", zorder=6,
            path_effects=[withStroke(linewidth=2.0, foreground="white")],
        )  # fmt: skip


def observed_key(found: Sequence[Observed]) -> list[Entry]:
    """Return the key of documented values."""
    if not found:
        return []
    heading = Entry("Documented values (diamond, with 90 % of their error)")
    return [heading, *(Entry(one.text, one.letter, style.INK) for one in found)]
