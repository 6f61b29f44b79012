"""Which portfolio of levers does well whatever the uncertainties are: the smallest regret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tajsim.display import Printed
from tajsim.errors import UserError, check_names
from tajsim.results.effect import counts_of_runs
from tajsim.results.numbers import percent, table_number, text_table
from tajsim.results.select import kept_column
from tajsim.sweeps.read import Sweep, opened, value_text

_WAYS = {"high": 1, "low": -1}
#: Roles of factors that somebody decides on.
DECIDED = ("lever", "event")
_FEW, _TAIL = 12, 0.10


def regret(values: np.ndarray, sign: int) -> np.ndarray:
    """Return how far each portfolio falls behind the best one of the same state of the world.

    ``values`` of one goal are ``(portfolio, state)``; ``sign`` is 1 if high is good, -1 if low is.
    """
    return np.asarray((sign * values).max(axis=0) - sign * values)


def together(regrets: list[np.ndarray], values: list[np.ndarray]) -> np.ndarray:
    """Return the largest regret over goals, each in standard deviations of its own values.

    One goal alone stays in its own unit. A goal that never varies causes no regret.
    """
    if len(regrets) == 1:
        return regrets[0]
    sizes = [float(v.std()) or np.inf for v in values]
    scaled = [r / size for r, size in zip(regrets, sizes, strict=True)]
    return np.asarray(np.max(scaled, axis=0))


def least_regret(regrets: np.ndarray, counts: np.ndarray | None = None) -> int:
    """Return the portfolio whose largest regret is the smallest (Savage), then the mean one.

    ``regrets`` are ``(portfolio, state)``; ``counts`` ``(state,)`` say how often each state counts.
    """
    counts = np.ones(regrets.shape[1]) if counts is None else counts
    return int(np.lexsort((regrets @ counts, regrets[:, counts > 0.0].max(axis=1)))[0])


@dataclass(frozen=True)
class Robustness(Printed):
    """Portfolios over states of the world.

    Attributes:
        levers, goals: the factors chosen (or ``scenario``); column -> 1 if high is good, -1 if low.
        table: a row a portfolio: the levers; for each goal ``mean_`` and ``worst_`` (the tenth of
            states in which it does worst begins there); ``regret_max``, ``regret_mean``, in
            ``unit``; ``chosen`` (share of resampled states in which it would be recommended).
        recommended: the row of the portfolio with the smallest largest regret.
        states: how many states of the world; ``missing`` are left out.
    """

    sweep: Sweep
    levers: tuple[str, ...]
    goals: Mapping[str, int]
    table: pd.DataFrame
    unit: str
    recommended: int
    states: int
    missing: int

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table of portfolios."""
        return {"portfolios": self.table}

    def __str__(self) -> str:
        """Return the twelve portfolios of the smallest regret, and which is recommended."""
        table = self.table.sort_values(["regret_max", "regret_mean"], kind="stable")
        wanted = " and ".join(f"{c} {'high' if s > 0 else 'low'}" for c, s in self.goals.items())
        best = self.table.iloc[self.recommended]
        portfolio = ", ".join(f"{name}={value_text(best[name])}" for name in self.levers)
        more = len(table) - _FEW
        numbers = [name for c in self.goals for name in (f"mean_{c}", f"worst_{c}")]
        numbers += ["regret_max", "regret_mean"]
        heads = [head for c in self.goals for head in (f"{c} mean", "worst")]
        head = ["", *self.levers, *heads, "regret max", "mean", "chosen"]
        rows = [
            ["> " if i == self.recommended else ""]
            + [value_text(row[name]) for name in self.levers]
            + [table_number(float(row[name])) for name in numbers]
            + [percent(float(row["chosen"]))]
            for i, row in table.head(_FEW).iterrows()
        ]
        lines = [
            f"{len(table)} portfolios of {', '.join(self.levers)} in the same {self.states:,} "
            f"states of the world. {self.sweep.about['title']}. Wanted: {wanted}.",
            text_table(head, rows) + f"\n... and {more} more" * (more > 0),
            f"Regret: how far behind the best portfolio of the same state ({self.unit}). worst: a "
            "tenth of states are worse. chosen: share of resampled states in which it is "
            "recommended.",
            f"Recommended: {portfolio}, whose largest regret ({table_number(best['regret_max'])}) "
            f"is the smallest, as in {percent(best['chosen'])} of the resamples of states.",
        ]
        if self.missing:
            lines += [f"{self.missing} states are left out: not every portfolio has a run there."]
        return "\n\n".join(lines)


def robust(
    sweep: Sweep | str | Path, goals: Mapping[str, str], *, levers: Sequence[str] | None = None
) -> Robustness:
    """Compare the portfolios of a sweep in every state of the world that it holds.

    A state is a scenario, a value for every factor that is no lever, and the number of a run: its
    luck and its uncertain parameters, the same at every point.

    Args:
        sweep: a sweep or its folder, finished or not.
        goals: column -> ``high`` or ``low``, what it shall be.
        levers: what is chosen: names of factors, or ``scenario``; by default the factors that are
            levers or parts of events.

    Raises:
        UserError: without a goal, for unknown names, or if portfolios share no state.
    """
    found = opened(sweep)
    if not goals:
        raise UserError("no goal; expected one or more such as heroin_seized=high")
    for name, way in goals.items():
        if way not in _WAYS:
            raise UserError(f"goal {name}={way}: expected high or low")
    kept = dict(found.columns["outcome"])
    wanted = {kept_column(kept, name): _WAYS[way] for name, way in goals.items()}
    factors = [str(name) for name in found.factors.index]
    check_names("lever", levers or (), [*factors, "scenario"])
    usual = [name for name in factors if found.factors.loc[name, "role"] in DECIDED]
    if not (chosen := list(dict.fromkeys(usual if levers is None else levers))):
        raise UserError("no factor of this sweep is a lever; name with --levers what can be chosen")
    table, runs, values, missing = _in_states(found, list(wanted), chosen)
    regrets = together([regret(values[c], s) for c, s in wanted.items()], [*values.values()])
    for column, sign in wanted.items():
        tail = _TAIL if sign > 0 else 1.0 - _TAIL
        table[f"mean_{column}"] = values[column].mean(axis=1)
        table[f"worst_{column}"] = np.quantile(values[column], tail, axis=1)
    table["regret_max"], table["regret_mean"] = regrets.max(axis=1), regrets.mean(axis=1)
    numbers, place = np.unique(runs, return_inverse=True)
    counts = counts_of_runs(len(numbers), int(found.about["seed"]))[:, place]
    best = [least_regret(regrets, row) for row in counts]
    table["chosen"] = np.bincount(best, minlength=len(regrets)) / len(best)
    own = str(found.columns.loc[next(iter(wanted)), "unit"])
    unit = own if len(wanted) == 1 else "standard deviations of the worse goal"
    about = found, tuple(chosen), wanted, table, unit
    return Robustness(*about, least_regret(regrets), len(runs), missing)


def _in_states(
    sweep: Sweep, columns: Sequence[str], levers: list[str]
) -> tuple[pd.DataFrame, np.ndarray, dict[str, np.ndarray], int]:
    """Return portfolios, the run of each state, values ``(portfolio, state)``, those missing."""
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
