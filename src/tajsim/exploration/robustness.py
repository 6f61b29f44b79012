"""Which portfolio of levers does well whatever the uncertainties are, and where it fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tajsim.analysis.resample import counts_of_runs
from tajsim.axes import Array
from tajsim.display.html import verbatim
from tajsim.errors import UserError, unknown
from tajsim.exploration.boxes import FoundBox, boxes_of
from tajsim.exploration.cases import Cases, make_cases
from tajsim.exploration.choice import opened
from tajsim.exploration.goals import Goal, Level, read_goals, read_levels
from tajsim.exploration.regret import best_by, regret, together, undominated
from tajsim.exploration.worlds import Worlds, make_worlds
from tajsim.sweeps.read import Sweep

RULES = ("regret", "satisfy")
#: So many worlds are needed to seek where a portfolio fails.
ENOUGH = 20
_TAIL = 0.10


@dataclass(frozen=True)
class Robustness:
    """Portfolios over worlds.

    Attributes:
        sweep: the sweep.
        goals, levels: what they are judged by.
        worlds: portfolios and worlds.
        table: a row a portfolio: the levers; for each goal ``mean_`` and ``worst_`` (the tenth of
            worlds in which it does worst begins there); ``regret_max``, ``regret_90``,
            ``regret_mean``; ``satisfied`` (share of worlds that reach all levels); ``chosen``
            (share of resampled worlds in which it would be recommended); ``undominated``.
        regret_unit: of the regrets.
        rule: by which one is recommended; ``recommended`` its row.
        fails: ``(world,)`` where the recommended portfolio misses a level.
        boxes: the conditions under which it does, sought in ``cases`` (None if they cannot be).
        notes: what a reader must know besides.
    """

    sweep: Sweep
    goals: tuple[Goal, ...]
    levels: tuple[Level, ...]
    worlds: Worlds
    table: pd.DataFrame
    regret_unit: str
    rule: str
    recommended: int
    fails: np.ndarray
    boxes: tuple[FoundBox, ...]
    cases: Cases | None
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """Return the tables as text."""
        from tajsim.exploration.robustness_text import robustness_text

        return robustness_text(self)

    def _repr_html_(self) -> str:
        """Return the text as a notebook shows it."""
        return verbatim(str(self))


def robust(
    sweep: Sweep | str | Path,
    goals: Mapping[str, str],
    *,
    satisfy: Sequence[str] = (),
    levers: Sequence[str] | None = None,
    rule: str = "regret",
) -> Robustness:
    """Compare the portfolios of a sweep in every world that it holds.

    Args:
        sweep: a sweep or its folder, finished or not.
        goals: column -> ``high`` or ``low``, what it shall be.
        satisfy: levels to be reached, ``heroin_seized>=500``; by default the median of each goal
            over all portfolios and worlds.
        levers: what is chosen: names of factors, or ``scenario``; by default the factors that are
            levers or parts of events.
        rule: ``regret`` or ``satisfy``, by which one is recommended.

    Raises:
        UserError: for unknown names, rules or levels, or if portfolios do not share worlds.
    """
    if rule not in RULES:
        raise UserError(unknown("rule", rule, RULES))
    found = opened(sweep)
    wanted, levels = read_goals(found, goals), read_levels(found, satisfy)
    columns = list(dict.fromkeys([g.column for g in wanted] + [level.column for level in levels]))
    worlds = make_worlds(found, columns, levers)
    if not levels:
        levels = [
            Level(g.column, g.sign, float(np.median(worlds.values[g.column]))) for g in wanted
        ]
    values = [worlds.values[g.column] for g in wanted]
    regrets = together([regret(v, g.sign) for v, g in zip(values, wanted, strict=True)], values)
    satisfied = _satisfied(worlds, levels)
    best = best_by(rule, regrets, satisfied)
    table = _table(worlds, wanted, regrets, satisfied)
    table["chosen"] = _chosen(worlds, rule, regrets, satisfied, int(found.about["seed"]))
    fails = ~satisfied[best]
    cases, boxes, note = _where_it_fails(found, worlds, fails)
    notes = [note] if note else []
    if worlds.missing:
        notes.append(f"{worlds.missing} worlds are left out: not every portfolio has a run there.")
    unit = str(found.columns.loc[wanted[0].column, "unit"])
    return Robustness(
        sweep=found,
        goals=tuple(wanted),
        levels=tuple(levels),
        worlds=worlds,
        table=table,
        regret_unit=unit if len(wanted) == 1 else "standard deviations of the goal",
        rule=rule,
        recommended=best,
        fails=fails,
        boxes=boxes,
        cases=cases,
        notes=tuple(notes),
    )


def _satisfied(worlds: Worlds, levels: Sequence[Level]) -> np.ndarray:
    """Return ``(portfolio, world)`` whether every level is reached."""
    reached = [level.sign * worlds.values[level.column] >= level.sign * level.value
               for level in levels]  # fmt: skip
    found: np.ndarray = np.logical_and.reduce(reached)
    return found


def _table(
    worlds: Worlds, goals: Sequence[Goal], regrets: Array, satisfied: np.ndarray
) -> pd.DataFrame:
    table = worlds.portfolios.copy()
    means = np.stack([g.sign * worlds.values[g.column].mean(axis=1) for g in goals])
    for g, mean in zip(goals, means, strict=True):
        tail = _TAIL if g.sign > 0 else 1.0 - _TAIL
        table[f"mean_{g.column}"] = g.sign * mean
        table[f"worst_{g.column}"] = np.quantile(worlds.values[g.column], tail, axis=1)
    table["regret_max"] = regrets.max(axis=1)
    table["regret_90"] = np.quantile(regrets, 0.9, axis=1)
    table["regret_mean"] = regrets.mean(axis=1)
    table["satisfied"] = satisfied.mean(axis=1)
    table["undominated"] = undominated(means)
    return table


def _chosen(worlds: Worlds, rule: str, regrets: Array, satisfied: np.ndarray, seed: int) -> Array:
    """Return ``(portfolio,)`` how often each is recommended when run numbers are resampled."""
    numbers, place = np.unique(worlds.worlds["run"].to_numpy(), return_inverse=True)
    counts = counts_of_runs(len(numbers), seed)[:, place]
    best = [best_by(rule, regrets, satisfied, row) for row in counts]
    found: Array = np.bincount(best, minlength=len(regrets)) / len(best)
    return found


def _where_it_fails(
    sweep: Sweep, worlds: Worlds, fails: np.ndarray
) -> tuple[Cases | None, tuple[FoundBox, ...], str]:
    """Return the worlds as cases, boxes in which it fails, and a line where none can be sought."""
    if not 0.0 < fails.mean() < 1.0:
        return None, (), ""
    if len(fails) < ENOUGH:
        return (
            None,
            (),
            f"{len(fails)} worlds are too few to seek where it fails; {ENOUGH} are needed.",
        )
    others = [name for name in worlds.worlds.columns if name != "run"]
    inputs = worlds.worlds.join(sweep.drawn(), on="run").drop(columns="run")
    inputs = inputs.loc[:, inputs.nunique() > 1]
    if inputs.empty:
        return (
            None,
            (),
            "The worlds differ in nothing but chance, so no condition tells where it fails.",
        )
    point = worlds.worlds.groupby(others, sort=False).ngroup().to_numpy()
    run = worlds.worlds["run"].to_numpy()
    cases = make_cases(inputs, fails.astype(float), np.ones(len(fails)), list(point), list(run))
    return cases, tuple(boxes_of(cases, int(sweep.about["seed"]), most=2)), ""
