"""The picture of a sweep: how an outcome responds to one factor.

A sweep is the tables that `tajsim.load_sweep` returns: points, results, columns, factors, about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.errors import UserError, check_names
from tajsim.inputs.registry import load_parameters
from tajsim.results import effect, numbers, select, window


def _column(sweep: Any, names: Sequence[str]) -> str:
    """Return the column to draw: a kept one, or that of an outcome kept once; else the first."""
    if len(names) > 1:
        raise UserError(f"{', '.join(names)}: this picture shows one outcome; name one")
    kept = dict(sweep.columns["outcome"])
    return select.kept_column(kept, names[0]) if names else next(iter(kept))


def _strength(factor: pd.Series[Any], ranks: pd.Series[Any]) -> float:
    """Return how far ranks go with a factor: by correlation, or between the texts of it."""
    if pd.api.types.is_numeric_dtype(factor):
        found = abs(float(factor.rank().corr(ranks)))
    else:
        found = float(ranks.groupby(factor).transform("mean").std() / ranks.std())
    return found if np.isfinite(found) else 0.0


#: Numbers of more values than this are put into bands of equally many.
MOST_VALUES = 12
_PANEL = (5.2, 3.2)  # inches of the panel, about
_BANDS = ((0.05, 0.95, 0.12), (0.25, 0.75, 0.28))  # ends as shares of the runs, and how opaque
_DOTS, _DASHES = (0, (1, 1.5)), (0, (5, 2))
_THIN: dict[str, Any] = {"color": style.QUIET, "lw": 1.0}
_FOUND = "#a11d2c"


class Met(NamedTuple):
    """A level, and the values of a factor that give it: in the median history and in 90 %."""

    level: float
    text: str
    value: float
    spread: tuple[float, float]


class Answers(NamedTuple):
    """The outcomes of one scenario, ``(run,)`` each, at values of a factor in order."""

    scenario: str
    values: Sequence[Any]
    runs: Sequence[window.Floats]

    @property
    def texts(self) -> bool:
        """Whether the values are texts, which stand side by side, and not numbers."""
        return any(isinstance(value, str) for value in self.values)

    @property
    def places(self) -> window.Floats:
        """Where the values stand on the axis."""
        return np.array(range(len(self.values)) if self.texts else self.values, dtype=float)


def response(
    sweep: Any,
    *,
    outcome: select.Names = None,
    by: select.Names = None,
    scenarios: select.Names = None,
    title: str | None = None,
) -> Figure:
    """Draw an outcome over one factor: its median over histories in bands, a line per scenario.

    The factor is by default the one whose ranks go with the outcome most. A dotted line marks the
    value that the model has where no experiment changes it; runs at several values of other
    factors are taken together, and the picture says so.

    Raises:
        UserError: for unknown names, several outcomes, if no factor varies or no run is finished.
    """
    column, about = _column(sweep, select.as_names(outcome)), sweep.about
    there = list(dict.fromkeys(map(str, sweep.points["scenario"])))
    kept = select.as_names(scenarios) or there
    check_names("scenario", kept, there)
    table = sweep.results.join(sweep.points, on="point").dropna(subset=[column])
    table = table[table["scenario"].isin(kept)]
    if table.empty:
        raise UserError("no run of this sweep is finished")
    varying = [f for f in map(str, sweep.factors.index) if table[f].nunique() > 1]
    named = select.as_names(by)
    check_names("factor", named, sweep.factors.index)
    if len(named) > 1:
        raise UserError(f"{', '.join(named)}: this picture shows one factor; name one")
    if not named and not varying:
        raise UserError("the sweep has no factor that varies, so there is nothing to draw by")
    means = table.groupby("point", sort=False)[column].mean().rank()
    points = sweep.points.loc[means.index]
    chosen = named or [max(varying, key=lambda factor: _strength(points[factor], means))]
    others = [numbers.parameter_name(f) for f in varying if f not in chosen]
    more = f" At all values of {numbers.listed(others, 4)} together." if others else ""
    of, factor = sweep.columns.T[column], sweep.factors.T[chosen[0]]
    months = dict.fromkeys(numbers.month_text(of[f"window_{end}"]) for end in ("start", "end"))
    labels = about.get("labels", {})
    drawn = list(dict.fromkeys(map(str, table["scenario"])))
    called = [str(labels.get(name) or numbers.words(name)) for name in drawn]
    unit, known = str(factor["unit"]), load_parameters().get(str(factor["parameter"]))
    foot = (
        f"{about['title']}. {numbers.listed(called, 4)}; {table['point'].nunique():,} points, "
        f"{len(table):,} runs, seed {about['seed']}."
    )
    return response_of(
        [
            _answers(table[table["scenario"] == name], column, chosen[0], label)
            for name, label in list(zip(drawn, called, strict=True))[:4]
        ],
        str(of["unit"]),
        axis=numbers.capital(numbers.parameter_name(chosen[0])) + (f" ({unit})" if unit else ""),
        title=title or _heading(of),
        subtitle=f"Each history counts with its value over {' to '.join(months)}.{more}",
        foot=foot + panels.few(len(table)),
        usual=known.value if known else None,
    )


def _heading(column: pd.Series[Any]) -> str:
    """Return the label of a kept column, with its place."""
    places = [part.partition("=")[::2] for part in str(column["where"]).split(";") if part]
    names = [
        f"all {d.replace('_', ' ')}s" if n == "all" else numbers.display_name(n) for d, n in places
    ]
    return ": ".join(filter(None, (str(column["label"]), ", ".join(names))))


def _answers(table: pd.DataFrame, column: str, by: str, label: str) -> Answers:
    """Return the answers of a scenario; numbers drawn at random are put into equal bands."""
    numeric, own = pd.api.types.is_numeric_dtype(table[by]), table[by]
    if numeric and own.nunique() > MOST_VALUES:
        own = own.groupby(pd.qcut(own, 10)).transform("median")
    runs = {value: part.to_numpy() for value, part in table[column].groupby(own, sort=numeric)}
    return Answers(label, list(runs), list(runs.values()))


def response_of(
    lines: Sequence[Answers],
    unit: str,
    *,
    axis: str,
    title: str,
    subtitle: str,
    foot: str,
    usual: float | None = None,
    met: Met | None = None,
) -> Figure:
    """Draw the median of each line over its factor, in the bands of 50 and 90 % of histories.

    Args:
        lines: the answers of one scenario each.
        unit: of the answers.
        axis, title, subtitle, foot: what stands below, above and at the foot.
        usual: a value of the factor that is marked.
        met: a level across, and the values that give it.
    """
    whole = np.concatenate([row for line in lines for row in line.runs])
    factor, unit = window.scaled(whole, unit)
    names = [line.scenario for line in lines] if len(lines) > 1 else ["median of the histories"]
    legend = style.scenario_items(names, lw=1.7, ms=5)
    shown = usual is not None and min(lines[0].places) <= usual <= max(lines[0].places)
    if shown:
        legend.append(style.line_item("value in the model", ls=_DOTS, **_THIN))
    if met:
        legend.append(style.line_item(met.text, ls=_DASHES, **_THIN))
        found = {"color": _FOUND, "marker": "D", "ms": 6}
        legend.append(style.line_item("where 90 % of histories meet it", **found))
    bands = f"Bands: the middle 50 % and 90 % of histories. {foot}"
    layout = style.Layout(_PANEL[1] + 0.5, title, subtitle, legend, foot=bands)
    ax = layout.figure.subplots()
    for place, line in enumerate(lines):
        rows, look = [row / factor for row in line.runs], style.scenario_look(place)
        for low, high, opaque in _BANDS if len(lines) < 3 else _BANDS[1:]:
            ends = np.stack([effect.quantiles(row, (low, high)) for row in rows], axis=1)
            ax.fill_between(line.places, *ends, color=look.colour, alpha=opaque, lw=0, zorder=2)
        drawn = {"color": look.colour, "ls": look.line, "marker": look.marker, "mec": "white"}
        ax.plot(line.places, [np.nanmedian(row) for row in rows], lw=1.7, ms=5, zorder=4, **drawn)
    _factor_axis(ax, lines[0], axis)
    if shown and usual is not None:
        ax.axvline(usual, zorder=1.5, ls=_DOTS, **_THIN)
    if met:
        _meet(ax, met, factor)
    low, high = ax.get_ylim()
    if np.nanmin(whole) >= 0.0 and low <= 0.4 * high:
        ax.set_ylim(bottom=0.0)
    ax.set_ylabel(unit)
    style.plain_numbers(ax.yaxis, _PANEL[1])
    return layout.figure


def _factor_axis(ax: Axes, line: Answers, text: str) -> None:
    ax.set_xlabel("\n".join(numbers.wrap(text, _PANEL[0], 8.5)))
    ax.margins(x=0.03)
    if line.texts:
        step = -(-len(line.values) // 9)
        ax.set_xticks(line.places[::step], list(line.values)[::step])
        return
    factor, word = window.scaled(line.places, "")
    style.plain_numbers(ax.xaxis, _PANEL[0])
    if word:
        ax.xaxis.set_major_formatter(lambda value, place: numbers.plain(value / factor))
        ax.set_xlabel(f"{ax.get_xlabel()}, {word.strip()}")


def _meet(ax: Axes, met: Met, factor: float) -> None:
    """Draw a level and, on it, the values that give it."""
    height = met.level / factor
    ax.axhline(height, ls=_DASHES, zorder=1.5, **_THIN)
    for colour, thick in (("white", 4.5), (_FOUND, 2.5)):
        ax.plot(met.spread, [height] * 2, color=colour, lw=thick, solid_capstyle="butt", zorder=5)
    ax.plot([met.value], [height], marker="D", ms=7, color=_FOUND, mec="white", zorder=6)
    ax.set_ylim(top=max(ax.get_ylim()[1], 1.08 * height))


OPTIONS = ("outcome", "by", "scenarios", "title")


def sweep_figure(sweep: Any, **chosen: Any) -> Figure:
    """Return the picture of a sweep as a matplotlib Figure.

    Args:
        sweep: the tables of a sweep (`tajsim.load_sweep`).
        chosen: ``outcome``, ``by`` (a factor), ``scenarios``, ``title``; see `response`.

    Raises:
        UserError: for an unknown option, factor, scenario or outcome.
    """
    check_names("option of response", chosen, OPTIONS)
    with style.look():
        return style.make_readable(response(sweep, **chosen))
