"""Which portfolio of levers does well whatever the uncertainties are, and where it fails."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tajsim.axes import Array
from tajsim.display import Printed
from tajsim.errors import UserError, unknown
from tajsim.results.effect import counts_of_runs
from tajsim.results.numbers import percent, table_number, text_table
from tajsim.sweeps.read import Sweep, column_of, opened

WAYS = ("high", "low")
_LEVEL = re.compile(r"\s*(.+?)\s*(>=|<=)\s*([-+0-9.eE_]+)\s*")


@dataclass(frozen=True)
class Goal:
    """A column that shall be high (``sign`` 1) or low (-1)."""

    column: str
    sign: int

    @property
    def way(self) -> str:
        """``high`` or ``low``."""
        return WAYS[0] if self.sign > 0 else WAYS[1]


def read_goals(sweep: Sweep, given: Mapping[str, str]) -> list[Goal]:
    """Return goals from names and ways.

    Raises:
        UserError: without a goal, for an unknown name or way.
    """
    if not given:
        raise UserError("no goal; expected one or more such as heroin_seized=high")
    goals = []
    for name, way in given.items():
        if way not in WAYS:
            raise UserError(f"goal {name}={way}: expected high or low")
        goals.append(Goal(column_of(sweep, name), 1 if way == "high" else -1))
    return goals


def split_goal(text: str) -> tuple[str, str]:
    """Return name and way of ``heroin_seized=high``; the name itself may hold an equals sign.

    Raises:
        ValueError: if there is no equals sign.
    """
    name, equals, way = text.rpartition("=")
    if not equals or not name:
        raise ValueError(f"'{text}' is not NAME=high or NAME=low")
    return name.strip(), way.strip()


@dataclass(frozen=True)
class Level:
    """A level that a column is to reach: at least (``sign`` 1) or at most (-1) ``value``."""

    column: str
    sign: int
    value: float

    @property
    def text(self) -> str:
        """Return it as it is given."""
        return f"{self.column} {'>=' if self.sign > 0 else '<='} {table_number(self.value)}"


def read_levels(sweep: Sweep, given: Sequence[str]) -> list[Level]:
    """Return levels from texts such as ``heroin_seized>=500``.

    Raises:
        UserError: for a text that is none, or an unknown name.
    """
    levels = []
    for text in given:
        parts = _LEVEL.fullmatch(text)
        try:
            value = float(parts[3]) if parts else None
        except ValueError:
            value = None
        if parts is None or value is None:
            raise UserError(f"'{text}': expected a level such as heroin_seized>=500")
        levels.append(Level(column_of(sweep, parts[1]), 1 if parts[2] == ">=" else -1, value))
    return levels


def regret(values: Array, sign: int) -> Array:
    """Return how far each portfolio falls behind the best one of the same state of the world.

    Args:
        values: ``(portfolio, state)`` of one goal.
        sign: 1 if high is good, -1 if low is.

    Returns:
        ``(portfolio, state)``, 0 for the best, in the unit of the values.
    """
    found: Array = (sign * values).max(axis=0) - sign * values
    return found


def together(regrets: list[Array], values: list[Array]) -> Array:
    """Return the largest regret over goals, each in standard deviations of its own values.

    One goal alone stays in its own unit. A goal that never varies causes no regret.
    """
    if len(regrets) == 1:
        return regrets[0]
    sizes = [float(v.std()) for v in values]
    scaled = [r / s if s > 0.0 else 0.0 * r for r, s in zip(regrets, sizes, strict=True)]
    found: Array = np.max(scaled, axis=0)
    return found


def best_by(rule: str, regrets: Array, satisfied: np.ndarray, counts: Array | None = None) -> int:
    """Return the recommended portfolio.

    ``regret`` takes the one with the smallest largest regret (Savage), ``satisfy`` the one that
    reaches the levels in most states; the other figure, then the mean regret, break ties.

    Args:
        rule: ``regret`` or ``satisfy``.
        regrets: ``(portfolio, state)``.
        satisfied: ``(portfolio, state)``.
        counts: ``(state,)`` how often each state counts; those of 0 are left out.
    """
    counts = np.ones(regrets.shape[1]) if counts is None else counts
    largest = regrets[:, counts > 0.0].max(axis=1)
    reached = satisfied @ counts / counts.sum()
    mean = regrets @ counts / counts.sum()
    order = (mean, -reached, largest) if rule == "regret" else (mean, largest, -reached)
    return int(np.lexsort(order)[0])


def undominated(goods: Array) -> np.ndarray:
    """Tell which portfolios no other one equals in all goals and beats in one.

    Args:
        goods: ``(goal, portfolio)``, high is good.
    """
    found = np.ones(goods.shape[1], bool)
    for i in range(goods.shape[1]):
        as_good = (goods >= goods[:, [i]]).all(axis=0)
        better = (goods > goods[:, [i]]).any(axis=0)
        found[i] = not (as_good & better).any()
    return found


#: Roles of factors that somebody decides on.
DECIDED = ("lever", "event")


@dataclass(frozen=True)
class StatesOfTheWorld:
    """Every portfolio in the same states of the world.

    Attributes:
        levers: the factors chosen (``scenario`` may be one of them).
        portfolios: a row a portfolio, its levers.
        table: a row a state: the other factors, ``scenario``, ``run``.
        values: column -> ``(portfolio, state)``.
        missing: states left out because a portfolio has no run there.
    """

    levers: tuple[str, ...]
    portfolios: pd.DataFrame
    table: pd.DataFrame
    values: dict[str, Array]
    missing: int


def states_of_the_world(
    sweep: Sweep, columns: Sequence[str], levers: Sequence[str] | None
) -> StatesOfTheWorld:
    """Return the runs of a sweep by portfolio and state of the world.

    A state is a scenario, a value for every factor that is no lever, and the number of a run: its
    luck and its uncertain parameters, the same at every point.

    Args:
        sweep: the sweep.
        columns: what is judged.
        levers: names of factors, or ``scenario``; by default the factors somebody decides on.

    Raises:
        UserError: for unknown levers, fewer than two portfolios, no state in which all were run.
    """
    factors = [str(name) for name in sweep.factors.index]
    if levers is None:
        levers = [n for n in factors if sweep.factors.loc[n, "role"] in DECIDED]
        if not levers:
            raise UserError(
                "no factor of this sweep is a lever; name with --levers what can be chosen"
            )
    wrong = [unknown("lever", n, [*factors, "scenario"]) for n in levers]
    wrong = [w for n, w in zip(levers, wrong, strict=True) if n not in (*factors, "scenario")]
    if wrong:
        raise UserError(wrong)
    levers = list(dict.fromkeys(levers))
    others = [name for name in ("scenario", *factors) if name not in levers]
    table = sweep.table().dropna(subset=list(columns))
    portfolio = table.groupby(levers, sort=False).ngroup().to_numpy()
    state = table.groupby([*others, "run"], sort=False).ngroup().to_numpy()
    shape = (portfolio.max() + 1, state.max() + 1)
    if shape[0] < 2:
        raise UserError(f"{', '.join(levers)}: only one portfolio was run; there is no choice")
    there = np.zeros(shape, bool)
    there[portfolio, state] = True
    whole = there.all(axis=0)
    if not whole.any():
        raise UserError(
            f"no state of the world has a run of all {shape[0]:,} portfolios of "
            f"{', '.join(levers)}; regret compares them in the same states, so use a grid over "
            "levers and other factors, or levers alone"
        )
    values = {}
    for column in columns:
        cells = np.full(shape, np.nan)
        cells[portfolio, state] = table[column].to_numpy(dtype=float)
        values[column] = cells[:, whole]
    first_of = pd.Series(np.arange(len(table))).groupby(portfolio).first().to_numpy()
    row_of = pd.Series(np.arange(len(table))).groupby(state).first().to_numpy()
    return StatesOfTheWorld(
        levers=tuple(levers),
        portfolios=table.iloc[first_of][levers].reset_index(drop=True),
        table=table.iloc[row_of[whole]][[*others, "run"]].reset_index(drop=True),
        values=values,
        missing=int((~whole).sum()),
    )


RULES = ("regret", "satisfy")
_FEW = 12
_TAIL = 0.10


@dataclass(frozen=True)
class Robustness(Printed):
    """Portfolios over states of the world.

    Attributes:
        sweep: the sweep.
        goals, levels: what they are judged by.
        states: portfolios and states of the world.
        table: a row a portfolio: the levers; for each goal ``mean_`` and ``worst_`` (the tenth of
            states in which it does worst begins there); ``regret_max``, ``regret_90``,
            ``regret_mean``; ``satisfied`` (share of states that reach all levels); ``chosen``
            (share of resampled states in which it would be recommended); ``undominated``.
        regret_unit: of the regrets.
        rule: by which one is recommended; ``recommended`` its row.
        notes: what a reader must know besides.
    """

    sweep: Sweep
    goals: tuple[Goal, ...]
    levels: tuple[Level, ...]
    states: StatesOfTheWorld
    table: pd.DataFrame
    regret_unit: str
    rule: str
    recommended: int
    notes: tuple[str, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table of portfolios."""
        return {"portfolios": self.table}

    def text(self, everything: bool = False) -> str:
        """Return the whole text; twelve portfolios, or all."""
        table = self.table.assign(missed=-self.table["satisfied"])
        order = ["regret_max", "regret_mean"] if self.rule == "regret" else ["missed", "regret_max"]
        table = table.sort_values(order, kind="stable")
        shown = table if everything else table.head(_FEW)
        others = [str(n) for n in self.states.table if n not in ("run", "scenario")]
        if "scenario" in self.states.table and self.states.table["scenario"].nunique() > 1:
            others.append("scenario")
        parts = [
            f"{len(table)} portfolios of {', '.join(self.states.levers)} in the same "
            f"{len(self.states.table):,} states of the world (run numbers"
            f"{' and ' * bool(others)}{', '.join(others)}). "
            f"Wanted: {' and '.join(f'{g.column} {g.way}' for g in self.goals)}. "
            f"Satisfied where {' and '.join(level.text for level in self.levels)}.",
            _portfolios_text(self, shown),
        ]
        if len(shown) < len(table):
            parts[-1] += f"\n... and {len(table) - len(shown)} more; --all shows them."
        parts.append(
            f"Regret: how far behind the best portfolio of the same state ({self.regret_unit}"
            + (", of the worse goal" if len(self.goals) > 1 else "")
            + "). worst: a tenth of states are worse. chosen: share of resampled states in which "
            "it is recommended. *: no other portfolio is better in the mean of every goal."
        )
        return "\n\n".join([*parts, recommendation(self), *self.notes])

    def __str__(self) -> str:
        """Return the text with twelve portfolios."""
        return self.text()


def robust(
    sweep: Sweep | str | Path,
    goals: Mapping[str, str],
    *,
    satisfy: Sequence[str] = (),
    levers: Sequence[str] | None = None,
    rule: str = "regret",
) -> Robustness:
    """Compare the portfolios of a sweep in every state of the world that it holds.

    Args:
        sweep: a sweep or its folder, finished or not.
        goals: column -> ``high`` or ``low``, what it shall be.
        satisfy: levels to be reached, ``heroin_seized>=500``; by default the median of each goal
            over all portfolios and states.
        levers: what is chosen: names of factors, or ``scenario``; by default the factors that are
            levers or parts of events.
        rule: ``regret`` or ``satisfy``, by which one is recommended.

    Raises:
        UserError: for unknown names, rules or levels, or if portfolios share no state.
    """
    if rule not in RULES:
        raise UserError(unknown("rule", rule, RULES))
    found = opened(sweep)
    wanted, levels = read_goals(found, goals), read_levels(found, satisfy)
    columns = list(dict.fromkeys([g.column for g in wanted] + [level.column for level in levels]))
    states = states_of_the_world(found, columns, levers)
    if not levels:
        levels = [
            Level(g.column, g.sign, float(np.median(states.values[g.column]))) for g in wanted
        ]
    values = [states.values[g.column] for g in wanted]
    regrets = together([regret(v, g.sign) for v, g in zip(values, wanted, strict=True)], values)
    satisfied = _satisfied(states, levels)
    best = best_by(rule, regrets, satisfied)
    table = _table(states, wanted, regrets, satisfied)
    table["chosen"] = _chosen(states, rule, regrets, satisfied, int(found.about["seed"]))
    notes = []
    if states.missing:
        notes.append(f"{states.missing} states are left out: not every portfolio has a run there.")
    unit = str(found.columns.loc[wanted[0].column, "unit"])
    return Robustness(
        sweep=found,
        goals=tuple(wanted),
        levels=tuple(levels),
        states=states,
        table=table,
        regret_unit=unit if len(wanted) == 1 else "standard deviations of the goal",
        rule=rule,
        recommended=best,
        notes=tuple(notes),
    )


def _satisfied(states: StatesOfTheWorld, levels: Sequence[Level]) -> np.ndarray:
    """Return ``(portfolio, state)`` whether every level is reached."""
    reached = [level.sign * states.values[level.column] >= level.sign * level.value
               for level in levels]  # fmt: skip
    found: np.ndarray = np.logical_and.reduce(reached)
    return found


def _table(
    states: StatesOfTheWorld, goals: Sequence[Goal], regrets: Array, satisfied: np.ndarray
) -> pd.DataFrame:
    table = states.portfolios.copy()
    means = np.stack([g.sign * states.values[g.column].mean(axis=1) for g in goals])
    for g, mean in zip(goals, means, strict=True):
        tail = _TAIL if g.sign > 0 else 1.0 - _TAIL
        table[f"mean_{g.column}"] = g.sign * mean
        table[f"worst_{g.column}"] = np.quantile(states.values[g.column], tail, axis=1)
    table["regret_max"] = regrets.max(axis=1)
    table["regret_90"] = np.quantile(regrets, 0.9, axis=1)
    table["regret_mean"] = regrets.mean(axis=1)
    table["satisfied"] = satisfied.mean(axis=1)
    table["undominated"] = undominated(means)
    return table


def _chosen(
    states: StatesOfTheWorld, rule: str, regrets: Array, satisfied: np.ndarray, seed: int
) -> Array:
    """Return ``(portfolio,)`` how often each is recommended when run numbers are resampled."""
    numbers, place = np.unique(states.table["run"].to_numpy(), return_inverse=True)
    counts = counts_of_runs(len(numbers), seed)[:, place]
    best = [best_by(rule, regrets, satisfied, row) for row in counts]
    found: Array = np.bincount(best, minlength=len(regrets)) / len(best)
    return found


def _portfolios_text(found: Robustness, table: pd.DataFrame) -> str:
    head = ["", *found.states.levers]
    for goal in found.goals:
        head += [f"{goal.column} mean", "worst"]
    head += ["regret max", "90 %", "mean", "satisfied", "chosen"]
    rows = []
    for i, row in table.iterrows():
        mark = ("> " if i == found.recommended else "") + ("*" if row["undominated"] else "")
        cells = [lever_text(row[name]) for name in found.states.levers]
        for goal in found.goals:
            cells += [table_number(row[f"{kind}_{goal.column}"]) for kind in ("mean", "worst")]
        cells += [table_number(row[f"regret_{kind}"]) for kind in ("max", "90", "mean")]
        rows.append([mark, *cells, percent(row["satisfied"]), percent(row["chosen"])])
    return text_table(head, rows, left=(0,))


def lever_text(value: object) -> str:
    """Return the value of a lever."""
    return table_number(float(value)) if isinstance(value, int | float) else str(value)


def portfolio_text(found: Robustness, row: int) -> str:
    """Return a portfolio as one says it: ``border_pay=40, aid_a_year=0``."""
    levers = found.states.portfolios.iloc[row]
    return ", ".join(f"{name}={lever_text(levers[name])}" for name in found.states.levers)


def recommendation(found: Robustness) -> str:
    """Return the sentence that recommends a portfolio."""
    row = found.table.iloc[found.recommended]
    why = {
        "regret": f"its largest regret, {table_number(row['regret_max'])}, is the smallest of all",
        "satisfy": f"it reaches the levels in most states, {percent(row['satisfied'])}",
    }[found.rule]
    text = (
        f"Recommended: {portfolio_text(found, found.recommended)}, because {why}; it is "
        f"recommended in {percent(row['chosen'])} of resampled states"
    )
    other = found.table["satisfied"] if found.rule == "regret" else -found.table["regret_max"]
    rival = int(other.to_numpy().argmax())
    mine = float(other.iloc[found.recommended])
    if mine >= float(other.iloc[rival]):
        return f"{text}, and the other rule agrees."
    what = "satisfies more often" if found.rule == "regret" else "has the smallest maximum regret"
    return f"{text}. But {portfolio_text(found, rival)} {what}."
