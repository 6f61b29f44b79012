"""Which portfolio of levers does well whatever the uncertainties are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tajsim.axes import Array
from tajsim.display import Printed
from tajsim.errors import UserError, check_names
from tajsim.results.effect import counts_of_runs
from tajsim.results.numbers import percent, table_number, text_table
from tajsim.sweeps.read import Sweep, column_of, opened

_WAYS = {"high": 1, "low": -1}
_LEVEL = re.compile(r"\s*(.+?)\s*(>=|<=)\s*([-+0-9.eE_]+)\s*")
#: Roles of factors that somebody decides on.
DECIDED = ("lever", "event")
RULES = ("regret", "satisfy")
_FEW, _TAIL = 12, 0.10


@dataclass(frozen=True)
class Goal:
    """A column that shall be high (``sign`` 1) or low (-1); ``level`` is what satisfies."""

    column: str
    sign: int
    level: float = np.nan

    @property
    def text(self) -> str:
        """Return the level as it is given."""
        return f"{self.column} {'>=' if self.sign > 0 else '<='} {table_number(self.level)}"


def split_goal(text: str) -> tuple[str, str]:
    """Return name and way of ``heroin_seized=high``; the name itself may hold an equals sign.

    Raises:
        ValueError: if there is no equals sign.
    """
    name, equals, way = text.rpartition("=")
    if not equals or not name:
        raise ValueError(f"'{text}' is not NAME=high or NAME=low")
    return name.strip(), way.strip()


def read_goals(sweep: Sweep, given: Mapping[str, str]) -> list[Goal]:
    """Return goals from names and ways.

    Raises:
        UserError: without a goal, for an unknown name or way.
    """
    if not given:
        raise UserError("no goal; expected one or more such as heroin_seized=high")
    for name, way in given.items():
        if way not in _WAYS:
            raise UserError(f"goal {name}={way}: expected high or low")
    return [Goal(column_of(sweep, name), _WAYS[way]) for name, way in given.items()]


def read_level(sweep: Sweep, text: str) -> Goal:
    """Return a level from a text such as ``heroin_seized>=500``.

    Raises:
        UserError: for a text that is none, or an unknown name.
    """
    parts = _LEVEL.fullmatch(text)
    if parts is None or np.isnan(value := number_in(parts[3])):
        raise UserError(f"'{text}': expected a level such as heroin_seized>=500")
    return Goal(column_of(sweep, parts[1]), 1 if parts[2] == ">=" else -1, value)


def number_in(text: str) -> float:
    """Return the number that a text is, ``nan`` if it is none."""
    try:
        return float(text)
    except ValueError:
        return np.nan


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
        counts: ``(state,)`` how often each state counts; those of 0 are left out.
    """
    counts = np.ones(regrets.shape[1]) if counts is None else counts
    largest = regrets[:, counts > 0.0].max(axis=1)
    reached = satisfied @ counts / counts.sum()
    mean = regrets @ counts / counts.sum()
    order = (mean, -reached, largest) if rule == "regret" else (mean, largest, -reached)
    return int(np.lexsort(order)[0])


@dataclass(frozen=True)
class Robustness(Printed):
    """Portfolios over states of the world.

    Attributes:
        levers: the factors chosen (``scenario`` may be one of them).
        goals, levels: what the portfolios are judged by.
        table: a row a portfolio: the levers; for each goal ``mean_`` and ``worst_`` (the tenth of
            states in which it does worst begins there); ``regret_max``, ``regret_mean``;
            ``satisfied`` (share of states that reach all levels); ``chosen`` (share of resampled
            states in which it would be recommended).
        unit: of the regrets.
        rule: by which one is recommended; ``recommended`` its row.
        states: how many states of the world; ``missing`` are left out.
    """

    sweep: Sweep
    levers: tuple[str, ...]
    goals: tuple[Goal, ...]
    levels: tuple[Goal, ...]
    table: pd.DataFrame
    unit: str
    rule: str
    recommended: int
    states: int
    missing: int

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table of portfolios."""
        return {"portfolios": self.table}

    def portfolio(self, row: int) -> str:
        """Return a portfolio as one says it: ``border_pay=40, aid_a_year=0``."""
        return ", ".join(f"{name}={_text(self.table[name].iloc[row])}" for name in self.levers)

    def text(self, everything: bool = False) -> str:
        """Return the whole text; twelve portfolios, or all."""
        table = self.table.assign(missed=-self.table["satisfied"])
        order = ["regret_max", "regret_mean"] if self.rule == "regret" else ["missed", "regret_max"]
        table = table.sort_values(order, kind="stable")
        shown = table if everything else table.head(_FEW)
        wanted = " and ".join(f"{g.column} {'high' if g.sign > 0 else 'low'}" for g in self.goals)
        lines = [
            f"{len(table)} portfolios of {', '.join(self.levers)} in the same {self.states:,} "
            f"states of the world. Wanted: {wanted}. Satisfied where "
            f"{' and '.join(level.text for level in self.levels)}.",
            self._portfolios(shown),
            f"Regret: how far behind the best portfolio of the same state ({self.unit}). worst: a "
            "tenth of states are worse. chosen: share of resampled states in which it is "
            "recommended.",
            self._recommendation(),
        ]
        if len(shown) < len(table):
            lines[1] += f"\n... and {len(table) - len(shown)} more; --all shows them."
        if self.missing:
            left = f"{self.missing} states are left out: not every portfolio has a run there."
            lines.append(left)
        return "\n\n".join(lines)

    def __str__(self) -> str:
        """Return the text with twelve portfolios."""
        return self.text()

    def _portfolios(self, table: pd.DataFrame) -> str:
        goals = [(f"mean_{g.column}", f"worst_{g.column}") for g in self.goals]
        numbers = [*(name for pair in goals for name in pair), "regret_max", "regret_mean"]
        heads = [h for g in self.goals for h in (f"{g.column} mean", "worst")]
        head = ["", *self.levers, *heads, "regret max", "mean", "satisfied", "chosen"]
        rows = [
            ["> " if i == self.recommended else ""]
            + [_text(row[name]) for name in self.levers]
            + [table_number(float(row[name])) for name in numbers]
            + [percent(float(row[name])) for name in ("satisfied", "chosen")]
            for i, row in table.iterrows()
        ]
        return text_table(head, rows, left=(0,))

    def _recommendation(self) -> str:
        row = self.table.iloc[self.recommended]
        why = {
            "regret": f"its largest regret, {table_number(row['regret_max'])}, is the smallest",
            "satisfy": f"it reaches the levels in most states, {percent(row['satisfied'])}",
        }[self.rule]
        text = (
            f"Recommended: {self.portfolio(self.recommended)}, because {why}; it is recommended "
            f"in {percent(row['chosen'])} of resampled states"
        )
        other = self.table["satisfied"] if self.rule == "regret" else -self.table["regret_max"]
        rival = int(other.to_numpy().argmax())
        if float(other.iloc[self.recommended]) >= float(other.iloc[rival]):
            return f"{text}, and the other rule agrees."
        what = (
            "satisfies more often" if self.rule == "regret" else "has the smallest maximum regret"
        )
        return f"{text}. But {self.portfolio(rival)} {what}."


def robust(
    sweep: Sweep | str | Path,
    goals: Mapping[str, str],
    *,
    satisfy: Sequence[str] = (),
    levers: Sequence[str] | None = None,
    rule: str = "regret",
) -> Robustness:
    """Compare the portfolios of a sweep in every state of the world that it holds.

    A state is a scenario, a value for every factor that is no lever, and the number of a run: its
    luck and its uncertain parameters, the same at every point.

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
    check_names("rule", [rule], RULES)
    found = opened(sweep)
    wanted, levels = read_goals(found, goals), [read_level(found, text) for text in satisfy]
    columns = list(dict.fromkeys(goal.column for goal in (*wanted, *levels)))
    chosen = _levers(found, levers)
    portfolios, runs, values, missing = _in_states(found, columns, chosen)
    levels = levels or [Goal(g.column, g.sign, float(np.median(values[g.column]))) for g in wanted]
    parts = [values[g.column] for g in wanted]
    regrets = together([regret(v, g.sign) for v, g in zip(parts, wanted, strict=True)], parts)
    reached = [g.sign * values[g.column] >= g.sign * g.level for g in levels]
    satisfied = np.logical_and.reduce(reached)
    table = portfolios.copy()
    for goal in wanted:
        own, tail = values[goal.column], _TAIL if goal.sign > 0 else 1.0 - _TAIL
        table[f"mean_{goal.column}"] = own.mean(axis=1)
        table[f"worst_{goal.column}"] = np.quantile(own, tail, axis=1)
    table["regret_max"], table["regret_mean"] = regrets.max(axis=1), regrets.mean(axis=1)
    table["satisfied"] = satisfied.mean(axis=1)
    numbers, place = np.unique(runs, return_inverse=True)
    counts = counts_of_runs(len(numbers), int(found.about["seed"]))[:, place]
    best = [best_by(rule, regrets, satisfied, row) for row in counts]
    table["chosen"] = np.bincount(best, minlength=len(regrets)) / len(best)
    unit = str(found.columns.loc[wanted[0].column, "unit"])
    return Robustness(
        found, tuple(chosen), tuple(wanted), tuple(levels), table,
        unit if len(wanted) == 1 else "standard deviations of the worse goal",
        rule, best_by(rule, regrets, satisfied), len(runs), missing,
    )  # fmt: skip


def _levers(sweep: Sweep, given: Sequence[str] | None) -> list[str]:
    factors = [str(name) for name in sweep.factors.index]
    if given is not None:
        check_names("lever", given, [*factors, "scenario"])
        return list(dict.fromkeys(given))
    found = [name for name in factors if sweep.factors.loc[name, "role"] in DECIDED]
    if not found:
        raise UserError("no factor of this sweep is a lever; name with --levers what can be chosen")
    return found


def _in_states(
    sweep: Sweep, columns: Sequence[str], levers: list[str]
) -> tuple[pd.DataFrame, Array, dict[str, Array], int]:
    """Return the portfolios, the run of each state, values ``(portfolio, state)``, those missing.

    Raises:
        UserError: for fewer than two portfolios, or no state in which all were run.
    """
    others = [n for n in ("scenario", *map(str, sweep.factors.index)) if n not in levers]
    table = sweep.table().dropna(subset=list(columns)).set_index([*others, "run"])
    wide = {c: table.pivot(columns=levers, values=c) for c in columns}
    cells = next(iter(wide.values()))
    if cells.shape[1] < 2:
        raise UserError(f"{', '.join(levers)}: only one portfolio was run; there is no choice")
    whole = cells.notna().all(axis=1).to_numpy()
    if not whole.any():
        raise UserError(
            f"no state of the world has a run of all {cells.shape[1]:,} portfolios of "
            f"{', '.join(levers)}; regret compares them in the same states, so use a grid over "
            "levers and other factors, or levers alone"
        )
    portfolios = cells.columns.to_frame(index=False).set_axis(levers, axis=1)
    runs = cells.index.get_level_values("run").to_numpy()[whole]
    values = {c: part.to_numpy(dtype=float)[whole].T for c, part in wide.items()}
    return portfolios, runs, values, int((~whole).sum())


def _text(value: object) -> str:
    return str(value) if isinstance(value, str) else table_number(float(str(value)))
