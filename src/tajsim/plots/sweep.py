"""Pictures of sweeps: how an outcome responds to one factor, and to two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
from tajsim.errors import UserError, check_names, unknown
from tajsim.files import check_file
from tajsim.inputs.registry import load_parameters
from tajsim.results import numbers, select, window
from tajsim.results.effect import quantiles


class SweepTables(Protocol):
    """The tables of a sweep, as `tajsim.load_sweep` returns them."""

    @property
    def points(self) -> pd.DataFrame:
        """One row a point: ``scenario`` and the factors."""

    @property
    def results(self) -> pd.DataFrame:
        """One row a run: ``point``, ``run`` and the kept columns."""

    @property
    def columns(self) -> pd.DataFrame:
        """One row a kept column."""

    @property
    def factors(self) -> pd.DataFrame:
        """One row a factor."""

    @property
    def about(self) -> dict[str, Any]:
        """Title, question, seed and more."""


@dataclass(frozen=True)
class Kept:
    """A kept column of the runs drawn: ``table`` has a row a run with scenario and factors."""

    sweep: SweepTables
    name: str
    table: pd.DataFrame

    @property
    def unit(self) -> str:
        """The unit of the column."""
        return str(self.sweep.columns.loc[self.name, "unit"])

    @property
    def heading(self) -> str:
        """What the column is, and where."""
        row = self.sweep.columns.T[self.name]
        places = [part.partition("=")[::2] for part in str(row["where"]).split(";") if part]
        texts = [
            f"all {d.replace('_', ' ')}s" if n == "all" else numbers.display_name(n)
            for d, n in places
        ]
        return f"{row['label']}: {', '.join(texts)}" if texts else str(row["label"])

    @property
    def months(self) -> str:
        """The months that the column covers."""
        row = self.sweep.columns.T[self.name]
        first, last = numbers.month_text(row["window_start"]), numbers.month_text(row["window_end"])
        return first if first == last else f"{first} to {last}"

    def strongest(self, by: select.Names, count: int, exactly: bool = True) -> list[str]:
        """Return the factors asked for, or those that the column goes with most.

        Raises:
            UserError: for unknown names, or not ``exactly`` so many.
        """
        asked = factors(self.sweep, by, count if exactly else None)
        return asked or leading(self.sweep, self.table, self.name, count)

    @property
    def scenarios(self) -> list[str]:
        """The scenarios of the runs."""
        return list(dict.fromkeys(map(str, self.table["scenario"])))

    def pooled(self, by: Sequence[str]) -> str:
        """Say that the runs of several scenarios are taken together, unless drawn ``by`` them."""
        if len(self.scenarios) < 2 or "scenario" in by:
            return ""
        return f" Taken together: the scenarios {', '.join(self.scenarios)}."

    def foot(self, more: str = "") -> str:
        """Return the foot line: points, runs, seed, scenarios."""
        points, runs = int(self.table["point"].nunique()), len(self.table)
        text = (
            f"{more} {self.sweep.about['title']}. {', '.join(self.scenarios)}; {points:,} points, "
            f"{runs:,} runs, seed {self.sweep.about['seed']}."
        )
        return text.strip() + panels.few(runs)


def kept(sweep: SweepTables, outcome: select.Names, scenarios: select.Names) -> Kept:
    """Return the column to draw, of the runs that have it.

    Raises:
        UserError: for unknown names, or without a finished run.
    """
    name = column(sweep, outcome)
    return Kept(sweep, name, chosen(sweep, scenarios).dropna(subset=[name]))


def column(sweep: SweepTables, outcome: select.Names) -> str:
    """Return the column to draw: a kept one, or that of an outcome kept once; the first by default.

    Raises:
        UserError: for an unknown name, or more than one.
    """
    names = select.as_names(outcome)
    if len(names) > 1:
        raise UserError(f"{', '.join(names)}: this picture shows one outcome; name one")
    if not names:
        return str(sweep.columns.index[0])
    kept = [str(c) for c in sweep.columns.index]
    matching = [c for c in kept if c == names[0] or sweep.columns.loc[c, "outcome"] == names[0]]
    if not matching:
        raise UserError(unknown("outcome", names[0], [*kept, *sweep.columns["outcome"]]))
    if len(matching) > 1 and names[0] not in matching:
        raise UserError(f"'{names[0]}' is kept as {', '.join(matching)}; name one of these")
    return names[0] if names[0] in matching else matching[0]


def factors(sweep: SweepTables, by: select.Names, count: int | None = None) -> list[str]:
    """Return the factors to draw by.

    Raises:
        UserError: for an unknown name, or another number than ``count``.
    """
    there = [str(name) for name in sweep.factors.index]
    if sweep.points["scenario"].nunique() > 1:
        there.append("scenario")
    names = select.as_names(by)
    check_names("factor", names, there)
    if count is not None and names and len(names) != count:
        raise UserError(f"--by {','.join(names)}: expected {count} factors")
    return names


def chosen(sweep: SweepTables, scenarios: select.Names) -> pd.DataFrame:
    """Return one row a run with scenario and factors, of the scenarios named or of all.

    Raises:
        UserError: for an unknown scenario, or without a finished run.
    """
    there = [str(name) for name in dict.fromkeys(sweep.points["scenario"])]
    check_names("scenario", select.as_names(scenarios), there)
    table = sweep.results.join(sweep.points, on="point")
    table = table[table["scenario"].isin(select.as_names(scenarios) or there)]
    if table.empty:
        raise UserError("no run of this sweep is finished")
    return table


def leading(sweep: SweepTables, table: pd.DataFrame, name: str, count: int) -> list[str]:
    """Return the factors whose ranks go with a column most, the first first.

    Raises:
        UserError: if the sweep has no factor that varies.
    """
    varying = [str(f) for f in sweep.factors.index if table[f].nunique() > 1]
    if not varying:
        raise UserError("the sweep has no factor that varies, so there is nothing to draw by")
    means = table.groupby("point", sort=False)[name].mean().rank()
    points = sweep.points.loc[means.index]
    strength = {f: _along(points[f], means) for f in varying}
    return sorted(varying, key=lambda f: -strength[f])[:count]


def _along(factor: pd.Series[Any], ranks: pd.Series[Any]) -> float:
    """Return how far ranks go with a factor: by correlation, or between the texts of it."""
    if pd.api.types.is_numeric_dtype(factor):
        found = abs(float(factor.rank().corr(ranks)))
    else:
        between = ranks.groupby(factor).transform("mean").std()
        found = float(between / ranks.std()) if float(ranks.std()) > 0.0 else 0.0
    return found if np.isfinite(found) else 0.0


def value_text(value: Any) -> str:
    """Return the value of a factor."""
    if isinstance(value, int | float | np.number):
        factor, word = window.scaled(np.array([float(value)]), "")
        return numbers.plain(float(value) / factor) + f" {word}".rstrip()
    return str(value)


def axis_text(sweep: SweepTables, factor: str) -> str:
    """Return the text of an axis of a factor, with its unit."""
    if factor == "scenario":
        return factor
    unit = str(sweep.factors.loc[factor, "unit"])
    return f"{factor} ({unit})" if unit else factor


#: More groups than this are not told apart in one picture.
MOST_GROUPS = 12


def cells(values: pd.Series[Any], bands: int) -> tuple[np.ndarray, list[str]]:
    """Return the group of each run by its value of a factor, and the texts of the groups in order.

    Numbers of more than `MOST_GROUPS` values are put into so many bands of equally many of them.
    """
    found, numeric = list(dict.fromkeys(values)), pd.api.types.is_numeric_dtype(values)
    if not numeric or len(found) <= MOST_GROUPS:
        found = sorted(found) if numeric else found
        place = {value: i for i, value in enumerate(found)}
        return values.map(place).to_numpy(dtype=int), [value_text(value) for value in found]
    edges = np.quantile(found, np.linspace(0.0, 1.0, bands + 1))
    codes = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, bands - 1)
    return codes, [f"{value_text(low)} to {value_text(high)}" for low, high in pairwise(edges)]


_SHADES = "YlGnBu"


@dataclass(frozen=True)
class Chosen:
    """What is drawn of a sweep.

    ``outcome`` is a kept column, ``by`` the factors that divide the points, ``scenarios`` those
    that are kept, ``title`` the heading.
    """

    outcome: select.Names = None
    by: select.Names = None
    scenarios: select.Names = None
    title: str | None = None


def levers(sweep: SweepTables, chosen: Chosen) -> Figure:
    """Draw the mean of an outcome over the runs at each pair of values of two factors.

    They stand across and up; by default the two whose ranks go with the outcome most. The mean is
    taken over several scenarios, and over all other factors.

    Raises:
        UserError: for unknown names, or fewer than two factors that vary.
    """
    what = kept(sweep, chosen.outcome, chosen.scenarios)
    table, pair = what.table, what.strongest(chosen.by, 2)
    if len(pair) < 2 or pair[0] == pair[1]:
        raise UserError("a map needs two different factors that vary; this sweep has one")
    across, up = pair
    bands = [int(np.clip(np.sqrt(table[f].nunique() / 5.0), 3, 7)) for f in pair]
    columns, across_texts = cells(table[across], bands[0])
    rows, up_texts = cells(table[up], bands[1])
    across_texts, up_texts = (
        [text.replace(" to ", "\nto ") for text in texts] for texts in (across_texts, up_texts)
    )
    wide = table[what.name].groupby([rows, columns]).mean().unstack()
    wide = wide.reindex(index=range(len(up_texts)), columns=range(len(across_texts)))
    means = wide.to_numpy(dtype=float)
    factor, unit = window.scaled(means, what.unit)
    others = [f for f in sweep.factors.index if f not in pair and table[f].nunique() > 1]
    averaged = f" Mean also over {', '.join(map(str, others[:4]))}" if others else ""
    averaged += f" and {len(others) - 4} more" if len(others) > 4 else ""
    averaged = (f"{averaged}." if averaged else "") + what.pooled(pair)
    layout = style.Layout(
        body=1.0 + 0.42 * max(6, len(up_texts)),
        title=chosen.title or what.heading,
        subtitle=f"Mean over the runs, {what.months} ({unit}).{averaged}",
        foot=what.foot("Lines: equal values, between the means of cells."),
    )
    ax = layout.figure.subplots()
    _draw(ax, means / factor)
    ax.set_xticks(range(len(across_texts)), across_texts, rotation=0 if _fits(across_texts) else 30,
                  ha="center" if _fits(across_texts) else "right")  # fmt: skip
    ax.set_yticks(range(len(up_texts)), up_texts)
    ax.set_xlabel(axis_text(sweep, across))
    ax.set_ylabel(axis_text(sweep, up))
    panels.colour_bar(ax.images[0], ax, unit, 3.0, pad=0.02, aspect=30)
    return layout.figure


def _fits(texts: list[str]) -> bool:
    return sum(max(map(len, text.split("\n"))) for text in texts) < 60


def _draw(ax: Axes, means: window.Floats) -> None:
    """Draw cells with their means printed, and contours where every cell has one."""
    known = means[np.isfinite(means)]
    low, high = float(known.min()), float(known.max())
    norm, shades = mpl.colors.Normalize(low, high), mpl.colormaps[_SHADES]
    ax.imshow(means, origin="lower", aspect="auto", cmap=shades, norm=norm)
    for (row, column), mean in np.ndenumerate(means):
        if np.isnan(mean):
            text, shade = "no run", "#ffffff"
        else:
            text, shade = numbers.number(float(mean)), mpl.colors.to_hex(shades(norm(float(mean))))
        ax.text(
            column, row, text, ha="center", va="center", size=style.FOOT, zorder=4,
            color=style.ink_on(shade), bbox={"facecolor": shade, "edgecolor": "none", "pad": 1.2},
        )  # fmt: skip
    if np.isfinite(means).all() and min(means.shape) > 1 and high > low:
        levels = np.linspace(low, high, 7)[1:-1]
        ax.contour(means, levels=levels, colors="white", linewidths=2.0, alpha=0.7)
        ax.contour(means, levels=levels, colors=style.INK, linewidths=0.8)
    ax.grid(visible=False)


_PANEL = (5.2, 3.2)  # inches of the panel, about
_BANDS = ((0.05, 0.95, 0.12), (0.25, 0.75, 0.28))  # ends as shares of the runs, and how opaque
_DOTS, _DASHES = (0, (1, 1.5)), (0, (5, 2))
_FOUND = "#a11d2c"


@dataclass(frozen=True)
class Met:
    """A level, and the values of a factor that give it: in the median history and in 90 %."""

    level: float
    text: str
    value: float
    spread: tuple[float, float]


def response(sweep: SweepTables, chosen: Chosen) -> Figure:
    """Draw an outcome over one factor: its median over histories in bands, a line per scenario.

    The factor is by default the one whose ranks go with the outcome most. A dotted line marks the
    value that the model has where no experiment changes it; runs at several values of other
    factors are taken together, and the picture says so.

    Raises:
        UserError: for unknown names, several factors, or none that varies.
    """
    what = kept(sweep, chosen.outcome, chosen.scenarios)
    (by,) = what.strongest(chosen.by, 1)
    others = [str(f) for f in sweep.factors.index if f != by and what.table[f].nunique() > 1]
    more = f" At all values of {', '.join(others[:4])} together." if others else ""
    lines = [
        _answers(what, by, scenario)
        for scenario in (what.scenarios if by != "scenario" else [""])[:4]
    ]
    return response_of(
        lines,
        what.unit,
        axis=axis_text(sweep, by),
        title=chosen.title or what.heading,
        subtitle=f"Each history counts with its value over {what.months}.{more}",
        foot=what.foot(),
        usual=_usual(sweep, by),
    )


@dataclass(frozen=True)
class Answers:
    """The outcomes of one scenario, ``(run,)`` each, at values of a factor in order."""

    scenario: str
    values: Sequence[Any]
    runs: Sequence[window.Floats]

    @property
    def places(self) -> window.Floats:
        """Where the values stand on the axis: numbers at themselves, texts side by side."""
        texts = any(isinstance(value, str) for value in self.values)
        return np.array(range(len(self.values)) if texts else self.values, dtype=float)


def _answers(what: Kept, by: str, scenario: str) -> Answers:
    mine = what.table[what.table["scenario"] == scenario] if scenario else what.table
    numeric = pd.api.types.is_numeric_dtype(mine[by])
    if numeric and mine[by].nunique() > MOST_GROUPS:  # drawn at random: equal bands
        mine = mine.assign(**{by: mine.groupby(pd.qcut(mine[by], 10))[by].transform("median")})
    values = list(dict.fromkeys(mine[by]))
    values = sorted(values) if numeric else values
    return Answers(scenario, values, [mine[what.name][mine[by] == v].to_numpy() for v in values])


def _usual(sweep: SweepTables, by: str) -> float | None:
    """Return the value of a factor that the model has by itself; None of what is no parameter."""
    name = sweep.factors.loc[by, "parameter"] if by in sweep.factors.index else None
    known = load_parameters().get(str(name))
    return known.value if known else None


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
    factor, unit = window.scaled(np.concatenate([row for line in lines for row in line.runs]), unit)
    thin: dict[str, Any] = {"color": style.QUIET, "lw": 1.0, "marker": ""}
    names = [line.scenario for line in lines] if len(lines) > 1 else ["median of the histories"]
    shown = usual is not None and min(lines[0].places) <= usual <= max(lines[0].places)
    layout = style.Layout(
        body=_PANEL[1] + 0.5,
        title=title,
        subtitle=subtitle,
        legend=[
            *style.scenario_items(names, lw=1.7, ms=5),
            *([style.line_item("value in the model", ls=_DOTS, **thin)] if shown else []),
            *([style.line_item(met.text, ls=_DASHES, **thin)] if met else []),
            *([style.line_item("where 90 % of histories meet it", color=_FOUND, marker="D", ms=6)]
              if met else []),
        ],
        foot=f"Bands: the middle 50 % and 90 % of histories. {foot}",
    )  # fmt: skip
    ax = layout.figure.subplots()
    for place, line in enumerate(lines):
        _line(
            ax, line, factor, style.scenario_look(place), _BANDS if len(lines) < 3 else _BANDS[1:]
        )
    _factor_axis(ax, lines[0], axis)
    if shown and usual is not None:
        ax.axvline(usual, zorder=1.5, ls=_DOTS, color=style.QUIET, lw=1.0)
    if met:
        _meet(ax, met, factor)
    low, high = ax.get_ylim()
    least = min(float(np.nanmin(row)) for line in lines for row in line.runs)
    if least >= 0.0 and low <= 0.4 * high:
        ax.set_ylim(bottom=0.0)
    ax.set_ylabel(unit)
    style.plain_numbers(ax.yaxis, _PANEL[1])
    return layout.figure


def _line(
    ax: Axes,
    line: Answers,
    factor: float,
    look: style.Look,
    bands: Sequence[tuple[float, float, float]],
) -> None:
    rows = [row / factor for row in line.runs]
    for low, high, opaque in bands:
        ends = np.stack([quantiles(row, (low, high)) for row in rows], axis=1)
        ax.fill_between(line.places, *ends, color=look.colour, alpha=opaque, lw=0, zorder=2)
    ax.plot(line.places, [float(np.nanmedian(row)) for row in rows], color=look.colour, lw=1.7,
            ls=look.line, marker=look.marker, ms=5, mec="white", zorder=4)  # fmt: skip


def _factor_axis(ax: Axes, line: Answers, text: str) -> None:
    ax.set_xlabel("\n".join(numbers.wrap(text, _PANEL[0], 8.5)))
    ax.margins(x=0.03)
    if all(isinstance(value, str) for value in line.values):
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
    ax.axhline(height, color=style.QUIET, lw=1.0, ls=_DASHES, zorder=1.5)
    for colour, thick in (("white", 4.5), (_FOUND, 2.5)):
        ax.plot(met.spread, [height] * 2, color=colour, lw=thick, solid_capstyle="butt", zorder=5)
    ax.plot([met.value], [height], marker="D", ms=7, color=_FOUND, mec="white", zorder=6)
    ax.set_ylim(top=max(ax.get_ylim()[1], 1.08 * height))


#: Name of each kind of picture of a sweep -> the function that makes it.
SWEEP_KINDS = {"response": response, "levers": levers}
OPTIONS = tuple(option.name for option in fields(Chosen))


def sweep_figure(kind: str, sweep: SweepTables, **chosen: Any) -> Figure:
    """Return one picture of a sweep as a matplotlib Figure.

    Args:
        kind: one of `SWEEP_KINDS`.
        sweep: the tables of a sweep (`tajsim.load_sweep`).
        chosen: ``outcome``, ``by``, ``scenarios``, ``title``; see `Chosen`.

    Raises:
        UserError: for an unknown kind, option, factor, scenario or outcome.
    """
    check_names("kind of picture", [kind], SWEEP_KINDS)
    check_names(f"option of {kind}", chosen, OPTIONS)
    with style.look():
        return style.make_readable(SWEEP_KINDS[kind](sweep, Chosen(**chosen)))


def draw_sweep(kind: str, sweep: SweepTables, path: str | Path, **chosen: Any) -> list[Path]:
    """Write one picture of a sweep; the suffix of ``path`` decides between PNG, SVG and PDF.

    Raises:
        UserError: as `sweep_figure`; for another suffix; if the file cannot be written.
    """
    check_file(Path(path), overwrite=True, endings=style.SUFFIXES)
    style.save(sweep_figure(kind, sweep, **chosen), Path(path))
    return [Path(path)]
