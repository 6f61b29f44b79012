"""The picture of a sweep: how an outcome responds to one factor, or to two.

A sweep is the tables that `tajsim.load_sweep` returns: points, results, columns, factors, about.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.errors import UserError, check_names, unknown
from tajsim.files import check_file
from tajsim.inputs.registry import load_parameters
from tajsim.results import effect, numbers, select, window


class _Kept:
    """A kept column of the runs drawn: ``table`` has a row a run with scenario and factors.

    Args:
        sweep: the tables of a sweep.
        outcome: a kept column, or an outcome kept once; the first column by default.
        scenarios: those kept; by default all.

    Raises:
        UserError: for unknown names, more than one column, or without a finished run.
    """

    def __init__(self, sweep: Any, outcome: select.Names, scenarios: select.Names) -> None:
        self.sweep, self.name = sweep, _column(sweep, select.as_names(outcome))
        there = list(dict.fromkeys(map(str, sweep.points["scenario"])))
        kept = select.as_names(scenarios) or there
        check_names("scenario", kept, there)
        table = sweep.results.join(sweep.points, on="point").dropna(subset=[self.name])
        self.table: pd.DataFrame = table[table["scenario"].isin(kept)]
        if self.table.empty:
            raise UserError("no run of this sweep is finished")
        self.scenarios = list(dict.fromkeys(map(str, self.table["scenario"])))
        about = sweep.columns.T[self.name]
        self.unit = str(about["unit"])
        first, last = (numbers.month_text(about[f"window_{end}"]) for end in ("start", "end"))
        self.months = first if first == last else f"{first} to {last}"
        places = [part.partition("=")[::2] for part in str(about["where"]).split(";") if part]
        texts = [
            f"all {d.replace('_', ' ')}s" if n == "all" else numbers.display_name(n)
            for d, n in places
        ]
        self.heading = ": ".join(filter(None, (str(about["label"]), ", ".join(texts))))

    def varying(self, but: Sequence[str] = ()) -> list[str]:
        """Return the factors that vary, besides some."""
        names = map(str, self.sweep.factors.index)
        return [n for n in names if n not in but and self.table[n].nunique() > 1]

    def averaged(self, text: str, but: Sequence[str]) -> str:
        """Return a sentence on the factors that vary besides some; "" where none does."""
        others = [numbers.parameter_name(name) for name in self.varying(but)]
        return f" {text.format(numbers.listed(others, 4))}" if others else ""

    def factors(self, by: select.Names) -> list[str]:
        """Return the factors asked for, or that whose ranks go with the column's most.

        Raises:
            UserError: for unknown names, more than two, or if no factor varies.
        """
        several = self.sweep.points["scenario"].nunique() > 1
        names = select.as_names(by)
        check_names("factor", names, [*map(str, self.sweep.factors.index), *["scenario"][:several]])
        if len(names) > 2 or len({*names}) < len(names):
            raise UserError(f"--by {','.join(names)}: expected one factor, or two different ones")
        if names:
            return names
        if not self.varying():
            raise UserError("the sweep has no factor that varies, so there is nothing to draw by")
        means = self.table.groupby("point", sort=False)[self.name].mean().rank()
        points = self.sweep.points.loc[means.index]
        strength = {f: _along(points[f], means) for f in self.varying()}
        return [max(strength, key=lambda f: strength[f])]

    def called(self, scenario: str) -> str:
        """Return what a scenario is called beside a line."""
        labels = self.sweep.about.get("labels", {})
        return str(labels.get(scenario) or numbers.words(scenario))

    def axis(self, factor: str) -> str:
        """Return the text of an axis of a factor, with its unit."""
        unit = "" if factor == "scenario" else str(self.sweep.factors.loc[factor, "unit"])
        name = numbers.capital(numbers.parameter_name(factor))
        return f"{name} ({unit})" if unit else name

    @property
    def together(self) -> str:
        """The names of the scenarios as a list."""
        return numbers.listed([self.called(name) for name in self.scenarios], 4)

    def foot(self, more: str = "") -> str:
        """Return the foot line: points, runs, seed, scenarios."""
        points, runs = int(self.table["point"].nunique()), len(self.table)
        text = (
            f"{more} {self.sweep.about['title']}. {self.together}; {points:,} points, "
            f"{runs:,} runs, seed {self.sweep.about['seed']}."
        )
        return text.strip() + panels.few(runs)


def _column(sweep: Any, names: Sequence[str]) -> str:
    """Return the column to draw."""
    kept = [str(c) for c in sweep.columns.index]
    if len(names) > 1:
        raise UserError(f"{', '.join(names)}: this picture shows one outcome; name one")
    if not names or names[0] in kept:
        return names[0] if names else kept[0]
    matching = [c for c in kept if sweep.columns.loc[c, "outcome"] == names[0]]
    if not matching:
        raise UserError(unknown("outcome", names[0], [*kept, *sweep.columns["outcome"]]))
    if len(matching) > 1:
        raise UserError(f"'{names[0]}' is kept as {', '.join(matching)}; name one of these")
    return matching[0]


def _along(factor: pd.Series[Any], ranks: pd.Series[Any]) -> float:
    """Return how far ranks go with a factor: by correlation, or between the texts of it."""
    if pd.api.types.is_numeric_dtype(factor):
        found = abs(float(factor.rank().corr(ranks)))
    else:
        between = ranks.groupby(factor).transform("mean").std()
        found = float(between / ranks.std()) if float(ranks.std()) > 0.0 else 0.0
    return found if np.isfinite(found) else 0.0


def _value_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    factor, word = window.scaled(np.array([float(value)]), "")
    return numbers.plain(float(value) / factor) + f" {word}".rstrip()


#: More groups than this are not told apart in one picture.
MOST_GROUPS = 12
_SHADES = "YlGnBu"


def _cells(values: pd.Series[Any]) -> tuple[np.ndarray, list[str]]:
    """Return the group of each run by its value of a factor, and the texts of the groups in order.

    Numbers of more than `MOST_GROUPS` values are put into bands of equally many of them.
    """
    numeric = pd.api.types.is_numeric_dtype(values)
    codes, found = pd.factorize(values, sort=numeric)
    if not numeric or len(found) <= MOST_GROUPS:
        return codes, list(map(_value_text, found))
    bands = int(np.clip(np.sqrt(len(found) / 5.0), 3, 7))
    edges = np.quantile(found, np.linspace(0.0, 1.0, bands + 1))
    codes = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, bands - 1)
    return codes, [f"{_value_text(low)}\nto {_value_text(high)}" for low, high in pairwise(edges)]


def _levers(what: _Kept, pair: Sequence[str], title: str | None) -> Figure:
    """Draw the mean over the runs at each pair of values of two factors, across and up.

    The mean is taken over several scenarios, and over all other factors.
    """
    of = [what.table[f].map(what.called) if f == "scenario" else what.table[f] for f in pair]
    (columns, across), (rows, up) = map(_cells, of)
    wide = what.table[what.name].groupby([rows, columns]).mean().unstack()
    means = wide.reindex(index=range(len(up)), columns=range(len(across))).to_numpy(dtype=float)
    factor, unit = window.scaled(means, what.unit)
    averaged = what.averaged("Mean also over {}.", pair)
    if len(what.scenarios) > 1 and "scenario" not in pair:
        averaged += f" Taken together: {what.together}."
    layout = style.Layout(
        body=1.0 + 0.42 * max(6, len(up)),
        title=title or what.heading,
        subtitle=f"Mean over the runs, {what.months} ({unit}).{averaged}",
        foot=what.foot("Lines: equal values, between the means of cells."),
    )
    ax = layout.figure.subplots()
    _draw_cells(ax, means / factor)
    fits = sum(max(map(len, text.split("\n"))) for text in across) < 60
    turned: dict[str, Any] = (
        {"rotation": 0, "ha": "center"} if fits else {"rotation": 30, "ha": "right"}
    )
    ax.set_xticks(range(len(across)), across, **turned)
    ax.set_yticks(range(len(up)), up)
    ax.set_xlabel(what.axis(pair[0]))
    ax.set_ylabel(what.axis(pair[1]))
    panels.colour_bar(ax.images[0], ax, unit, 3.0, pad=0.02, aspect=30)
    return layout.figure


def _draw_cells(ax: Axes, means: window.Floats) -> None:
    """Draw cells with their means printed, and contours where every cell has one."""
    shown = ax.imshow(means, origin="lower", aspect="auto", cmap=_SHADES)
    for (row, column), mean in np.ndenumerate(means):
        known = np.isfinite(mean)
        shade = to_hex(tuple(shown.to_rgba(means)[row, column])) if known else "#ffffff"
        ax.text(
            column, row, numbers.number(float(mean)) if known else "no run", ha="center",
            va="center", size=style.FOOT, zorder=4, color=style.ink_on(shade),
            bbox={"facecolor": shade, "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip
    if np.isfinite(means).all() and min(means.shape) > 1 and np.ptp(means) > 0.0:
        levels = np.linspace(means.min(), means.max(), 7)[1:-1]
        ax.contour(means, levels=levels, colors="white", linewidths=2.0, alpha=0.7)
        ax.contour(means, levels=levels, colors=style.INK, linewidths=0.8)
    ax.grid(visible=False)


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
    factors are taken together, and the picture says so. Over two factors the means are drawn as a
    map, with lines of equal values.

    Raises:
        UserError: for unknown names, more than two factors, or none that varies.
    """
    what = _Kept(sweep, outcome, scenarios)
    factor, *second = what.factors(by)
    if second:
        return _levers(what, [factor, *second], title)
    more = what.averaged("At all values of {} together.", [factor])
    known = None
    if factor != "scenario":
        known = load_parameters().get(str(sweep.factors.loc[factor, "parameter"]))
    return response_of(
        [_answers(what, factor, s) for s in (what.scenarios if factor != "scenario" else [""])[:4]],
        what.unit,
        axis=what.axis(factor),
        title=title or what.heading,
        subtitle=f"Each history counts with its value over {what.months}.{more}",
        foot=what.foot(),
        usual=known.value if known else None,
    )


def _answers(what: _Kept, by: str, scenario: str) -> Answers:
    mine = what.table[what.table["scenario"] == scenario] if scenario else what.table
    numeric, own = pd.api.types.is_numeric_dtype(mine[by]), mine[by]
    if numeric and own.nunique() > MOST_GROUPS:  # drawn at random: equal bands
        own = own.groupby(pd.qcut(own, 10)).transform("median")
    runs = {value: part.to_numpy() for value, part in mine[what.name].groupby(own, sort=numeric)}
    places = [what.called(v) for v in runs] if by == "scenario" else list(runs)
    return Answers(what.called(scenario) if scenario else "", places, list(runs.values()))


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
    layout = style.Layout(
        body=_PANEL[1] + 0.5, title=title, subtitle=subtitle, legend=legend,
        foot=f"Bands: the middle 50 % and 90 % of histories. {foot}",
    )  # fmt: skip
    ax = layout.figure.subplots()
    for place, line in enumerate(lines):
        rows, look = [row / factor for row in line.runs], style.scenario_look(place)
        for low, high, opaque in _BANDS if len(lines) < 3 else _BANDS[1:]:
            ends = np.stack([effect.quantiles(row, (low, high)) for row in rows], axis=1)
            ax.fill_between(line.places, *ends, color=look.colour, alpha=opaque, lw=0, zorder=2)
        ax.plot(line.places, [float(np.nanmedian(row)) for row in rows], color=look.colour, lw=1.7,
                ls=look.line, marker=look.marker, ms=5, mec="white", zorder=4)  # fmt: skip
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
        chosen: ``outcome``, ``by`` (one factor or two), ``scenarios``, ``title``; see `response`.

    Raises:
        UserError: for an unknown option, factor, scenario or outcome.
    """
    check_names("option of response", chosen, OPTIONS)
    with style.look():
        return style.make_readable(response(sweep, **chosen))


def draw_sweep(sweep: Any, path: str | Path, **chosen: Any) -> list[Path]:
    """Write the picture of a sweep; the suffix of ``path`` decides between PNG, SVG and PDF.

    Raises:
        UserError: as `sweep_figure`; for another suffix; if the file cannot be written.
    """
    check_file(Path(path), overwrite=True, endings=style.SUFFIXES)
    style.save(sweep_figure(sweep, **chosen), Path(path))
    return [Path(path)]
