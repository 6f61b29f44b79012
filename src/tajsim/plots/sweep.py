"""Pictures of sweeps: how an outcome responds to one factor, and to two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.plots.sweep_table as tables
from tajsim.errors import UserError, check_names
from tajsim.files import check_file
from tajsim.inputs.registry import load_parameters
from tajsim.plots.sweep_table import Kept, SweepTables
from tajsim.results.effect import quantiles
from tajsim.results.numbers import number, plain, wrap
from tajsim.results.select import Names
from tajsim.results.window import Floats, scaled

_SHADES = "YlGnBu"


@dataclass(frozen=True)
class Chosen:
    """What is drawn of a sweep.

    ``outcome`` is a kept column, ``by`` the factors that divide the points, ``scenarios`` those
    that are kept, ``title`` the heading.
    """

    outcome: Names = None
    by: Names = None
    scenarios: Names = None
    title: str | None = None


def levers(sweep: SweepTables, chosen: Chosen) -> Figure:
    """Draw the mean of an outcome over the runs at each pair of values of two factors.

    They stand across and up; by default the two whose ranks go with the outcome most. The mean is
    taken over several scenarios, and over all other factors.

    Raises:
        UserError: for unknown names, or fewer than two factors that vary.
    """
    what = tables.kept(sweep, chosen.outcome, chosen.scenarios)
    table, pair = what.table, what.strongest(chosen.by, 2)
    if len(pair) < 2 or pair[0] == pair[1]:
        raise UserError("a map needs two different factors that vary; this sweep has one")
    across, up = pair
    bands = [int(np.clip(np.sqrt(table[f].nunique() / 5.0), 3, 7)) for f in pair]
    columns, across_texts = tables.cells(table[across], bands[0])
    rows, up_texts = tables.cells(table[up], bands[1])
    across_texts, up_texts = (
        [text.replace(" to ", "\nto ") for text in texts] for texts in (across_texts, up_texts)
    )
    cells = table[what.name].groupby([rows, columns]).mean().unstack()
    cells = cells.reindex(index=range(len(up_texts)), columns=range(len(across_texts)))
    means = cells.to_numpy(dtype=float)
    factor, unit = scaled(means, what.unit)
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
    ax.set_xlabel(tables.axis_text(sweep, across))
    ax.set_ylabel(tables.axis_text(sweep, up))
    panels.colour_bar(ax.images[0], ax, unit, 3.0, pad=0.02, aspect=30)
    return layout.figure


def _fits(texts: list[str]) -> bool:
    return sum(max(map(len, text.split("\n"))) for text in texts) < 60


def _draw(ax: Axes, means: Floats) -> None:
    """Draw cells with their means printed, and contours where every cell has one."""
    known = means[np.isfinite(means)]
    low, high = float(known.min()), float(known.max())
    norm, shades = mpl.colors.Normalize(low, high), mpl.colormaps[_SHADES]
    ax.imshow(means, origin="lower", aspect="auto", cmap=shades, norm=norm)
    for (row, column), mean in np.ndenumerate(means):
        if np.isnan(mean):
            text, shade = "no run", "#ffffff"
        else:
            text, shade = number(float(mean)), mpl.colors.to_hex(shades(norm(float(mean))))
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
    what = tables.kept(sweep, chosen.outcome, chosen.scenarios)
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
        axis=tables.axis_text(sweep, by),
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
    runs: Sequence[Floats]

    @property
    def places(self) -> Floats:
        """Where the values stand on the axis: numbers at themselves, texts side by side."""
        texts = any(isinstance(value, str) for value in self.values)
        return np.array(range(len(self.values)) if texts else self.values, dtype=float)


def _answers(what: Kept, by: str, scenario: str) -> Answers:
    mine = what.table[what.table["scenario"] == scenario] if scenario else what.table
    numeric = pd.api.types.is_numeric_dtype(mine[by])
    if numeric and mine[by].nunique() > tables.MOST_GROUPS:  # drawn at random: equal bands
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
    factor, unit = scaled(np.concatenate([row for line in lines for row in line.runs]), unit)
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
    ax.set_xlabel("\n".join(wrap(text, _PANEL[0], 8.5)))
    ax.margins(x=0.03)
    if all(isinstance(value, str) for value in line.values):
        step = -(-len(line.values) // 9)
        ax.set_xticks(line.places[::step], list(line.values)[::step])
        return
    factor, word = scaled(line.places, "")
    style.plain_numbers(ax.xaxis, _PANEL[0])
    if word:
        ax.xaxis.set_major_formatter(lambda value, place: plain(value / factor))
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
