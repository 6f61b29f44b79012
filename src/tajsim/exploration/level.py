"""Which value of one factor of an experiment gives a level, and how that varies by history."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from tajsim.display import Printed
from tajsim.ensemble.plan import count_errors
from tajsim.ensemble.run import Progress, run
from tajsim.errors import UserError, check_names, refuse
from tajsim.inputs import outcomes, registry
from tajsim.inputs.experiment import Design, Experiment, Factor, FactorValue, Keep, load_experiment
from tajsim.results import effect, numbers as say, select
from tajsim.sweeps import load_sweep, sweep
from tajsim.sweeps.read import value_text
from tajsim.sweeps.store import one as one_number

_LEVEL = re.compile(r"([-+0-9.eE]+)(?:\s*%\s*of\s*:\s*(.+))?")
#: Where the range of a factor is looked at first, and how near to a value the search ends.
_FIRST, _NEAR, _MOST = 5, 0.01, 12


@dataclass(frozen=True)
class Sought(Printed):
    """What was found.

    Attributes:
        experiment: what was simulated: one scenario, and one outcome at its place and window.
        factor: what was varied; ``fixed`` are the values at which other factors were held.
        level: what is to be reached, ``(run,)``; ``asked`` as it was given.
        values: of the factor, in order; ``answers`` the outcome ``(value, run)``.
        value: where half of the histories reach their level; ``nan`` if that is not in the range.
        crossings: where each history meets its level, ``(run,)``, ``nan`` where it does not.
    """

    experiment: Experiment
    factor: Factor
    fixed: Mapping[str, FactorValue]
    asked: str
    level: np.ndarray
    values: np.ndarray
    answers: np.ndarray
    value: float
    crossings: np.ndarray

    @property
    def outcome(self) -> outcomes.Outcome:
        """The outcome, as the registry has it."""
        return outcomes.load_outcomes()[self.experiment.keep[0].outcome]

    @property
    def runs(self) -> str:
        """How many runs there are, in words."""
        return f"{self.answers.shape[1]} paired runs at each value, seed {self.experiment.seed}"

    @property
    def spread(self) -> tuple[float, float]:
        """The ends of 90 % of the values of the histories that meet the level."""
        low, high = effect.quantiles(self.crossings, (0.05, 0.95))
        return float(low), float(high)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return a row a value: ``p05``, ``median``, ``mean``, ``p95``, ``at_least`` (share)."""
        low, middle, high = effect.quantiles(self.answers)
        columns = {"p05": low, "median": middle, "mean": self.answers.mean(axis=1), "p95": high}
        columns["at_least"] = (self.answers >= self.level).mean(axis=1)
        return {"values": pd.DataFrame({self.factor.name: self.values, **columns})}

    def __str__(self) -> str:
        """Return the answer, how it varies over histories, and the table of values."""
        (keep,), (scenario,) = self.experiment.keep, self.experiment.scenarios
        places = [say.display_name(name) for name in keep.where.values() if name != "all"]
        what = ", ".join([self.outcome.label, *places])
        held = ", ".join(f"{name} = {value_text(value)}" for name, value in self.fixed.items())
        held = f" ({held})" if held else ""
        own, of = self.outcome.window_unit, f" {self.factor.unit}".rstrip()
        values = self.tables()["values"].to_numpy().tolist()
        rows = [[*map(say.table_number, row[:-1]), say.percent(row[-1])] for row in values]
        head = (self.factor.name, "5 %", "median", "mean", "95 %", "at or above the level")
        mean = say.table_number(float(self.level.mean()))
        name, (low, high) = self.factor.name, map(say.table_number, self.spread)
        met = float(np.isfinite(self.crossings).mean())
        first, last = map(say.table_number, self.values[[0, -1]])
        middle = np.median(self.answers, axis=1)
        least, most = map(say.table_number, (middle.min(), middle.max()))
        lines = [
            f"{what}, {' to '.join(keep.window)}, in {scenario.name}{held}: the level {self.asked} "
            f"is {mean} {own}" + " on average." * bool(np.ptp(self.level)),
            f"{name} = {say.table_number(self.value)}{of} gives it in the median history."
            if np.isfinite(self.value)
            else f"No value of {name} from {first} to {last}{of} gives it in the median history: "
            f"the median lies between {least} and {most}.",
        ]
        if met > 0.0:
            nine = ", 9 in 10 of these" if met < 1.0 else ": 9 in 10"
            share = f"Of the histories {say.percent(met)} meet it within that range"
            lines.append(f"{share}{nine} between {low} and {high}{of}.")
        table = say.text_table(head, rows, left=())
        return "\n".join([*lines, "", table, f"{self.runs}; the outcome in {own}."])

    def plot(self) -> Any:
        """Return the picture of the response with the level and the values that give it."""
        import tajsim.plots.sweep as pictures

        unit = f" ({self.factor.unit})" if self.factor.unit else ""
        answers, level, asked = self.answers, float(self.level.mean()), self.asked
        of, name = self.outcome.window_unit, say.parameter_name(self.factor.name)
        (keep,), (scenario,) = self.experiment.keep, self.experiment.scenarios
        share, per_cent, other = self.asked.partition("%")
        if per_cent:
            other = f"% of “{say.words(other.partition(':')[2].strip())}”"
            asked = f"{share} {other}"
        if np.ptp(self.level) > 0.0:  # each history beside its own level
            level, of = float(share), other
            answers = level * answers / np.where(self.level > 0.0, self.level, np.nan)
        return pictures.response_of(
            [pictures.Answers(scenario.name, list(self.values), list(answers))],
            of,
            axis=f"{say.capital(name)}{unit}",
            title=f"{self.outcome.label}: which {name} gives {asked}?",
            subtitle=f"{self.experiment.title}; {scenario.label or scenario.title}, "
            f"{' to '.join(map(say.month_text, keep.window))}.",
            foot=f"{self.runs}.",
            met=pictures.Met(level, asked, self.value, self.spread),
        )


def seek(
    experiment: str | Path,
    outcome: str,
    level: str | float,
    *,
    factor: str | None = None,
    scenario: str | None = None,
    at: Mapping[str, FactorValue] | None = None,
    runs: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    without: str | Sequence[str] = (),
) -> Sought:
    """Find the value of one factor at which half of the histories reach a level of an outcome.

    The level may differ by history: ``"50%of:status-quo"`` is half of what the run of the same
    number has in that scenario. Values are tried by Brent's method; each history's own value is
    read off the line through its answers at all values that were tried.

    Args:
        experiment: a shipped experiment or a file.
        outcome: a kept column, an outcome kept once, or any other over the whole period.
        level: a number in the unit of the outcome, or ``"PER_CENT%of:SCENARIO"``.
        factor: which one is varied, a number; by default the first that is.
        scenario: one of the experiment's; by default the first.
        at: values at which other factors are held; by default their first or lowest.
        runs: of each value; by default those of the file.
        progress: told how far each ensemble is, in run-months.
        without: what is taken out of the model, also where the level comes from.

    Raises:
        UserError: for unknown names, a level that cannot be read, or a factor without a range.
    """
    loaded = load_experiment(experiment)
    names = {one.name: one for one in loaded.scenarios}
    check_names("scenario", [scenario := scenario or next(iter(names))], names)
    check_names("factor", [factor] if factor else (), [f.name for f in loaded.factors])
    numeric = [f for f in loaded.factors if not any(isinstance(v, str) for v in f.values)]
    chosen = next((f for f in numeric if factor in (None, f.name) and f.low < f.high), None)
    if chosen is None:
        raise UserError(f"{factor or loaded.name}: expected a factor of numbers with a range")
    refuse(count_errors(runs=loaded.runs if runs is None else runs, workers=workers))
    fixed = _held([f for f in loaded.factors if f != chosen], at or {})
    one = replace(
        loaded,
        scenarios=(names[scenario].holding(without),),
        factors=tuple(replace(f, values=(), steps=None) for f in loaded.factors),
        design=Design.model_validate({"kind": "grid"}),
        keep=(_keep(loaded, outcome),),
        runs=loaded.runs if runs is None else runs,
    )
    wanted = _level(str(level), one, workers, without)
    value, found = _tried(one, chosen, fixed, wanted, workers=workers, progress=progress)
    order = np.array(sorted(found))
    answers = np.stack([found[v] for v in order.tolist()])
    met = crossings(order, answers - wanted)
    return Sought(one, chosen, fixed, str(level), wanted, order, answers, value, met)


def _held(factors: Sequence[Factor], at: Mapping[str, FactorValue]) -> dict[str, FactorValue]:
    """Return where all other factors are held: as asked, else at their first values."""
    usual = {f.name: f.values[0] if f.values else f.low for f in factors}
    check_names("factor", at, usual)
    for name, value in at.items():
        if isinstance(value, str) and not isinstance(usual[name], str):
            raise UserError(f"at {name}: {value!r} is no number")
    return {**usual, **at}


def _tried(
    one: Experiment,
    chosen: Factor,
    fixed: Mapping[str, FactorValue],
    wanted: np.ndarray,
    **how: Any,
) -> tuple[float, dict[float, np.ndarray]]:
    """Return the value that gives a level (`_search`), and the answers at all values tried."""
    found: dict[float, np.ndarray] = {}

    def make(*values: float) -> None:
        rows = tuple({**fixed, chosen.name: v} for v in dict.fromkeys([*found, *values]))
        sweep(replace(one, rows=rows), place, **how)
        swept = load_sweep(place)
        for point in swept.failures["point"]:
            raise UserError(f"{swept.named(point)}: runs failed")
        kept = swept.results.pivot(index="point", columns="run", values=one.keep[0].column)
        rows_of = kept.loc[swept.points.index].to_numpy(dtype=float)
        found.update(zip(swept.points[chosen.name], rows_of, strict=True))

    with TemporaryDirectory() as place:
        return _search(chosen, wanted, found, make), found


def _keep(experiment: Experiment, name: str) -> Keep:
    columns = {k.column: k for k in experiment.keep}
    kept = {column: k.outcome for column, k in columns.items()}
    if name in {*kept, *kept.values()}:
        return columns[select.kept_column(kept, name)]
    known = outcomes.load_outcomes()
    check_names("outcome", [name], [*kept, *known])
    where = dict.fromkeys(known[name].dimensions, "all")
    return Keep(name, name, where, (experiment.start, experiment.end))


def _level(text: str, experiment: Experiment, workers: int, without: Any = ()) -> np.ndarray:
    """Return the level ``(run,)`` that a text asks for; see `seek`."""
    parts = _LEVEL.fullmatch(text.strip())
    try:
        number = registry.read_quantity(parts and parts[1], "")
    except ValueError:
        said = f"level '{text}': expected a number, or such as 50%of:status-quo"
        raise UserError(said) from None
    if not (parts and parts[2]):
        return np.full(experiment.runs, number)
    (keep,) = experiment.keep
    dataset = run(
        parts[2].strip(),
        experiment.runs,
        seed=experiment.seed,
        parameters=experiment.parameters,
        until=experiment.end,
        outcomes=[keep.outcome],
        workers=workers,
        without=without,
    )
    return number / 100.0 * one_number(dataset.isel(scenario=0), keep)


def _search(
    factor: Factor, level: np.ndarray, found: Mapping[float, np.ndarray], make: Callable[..., None]
) -> float:
    """Return where the median history meets its level, ``nan`` if none; every try is kept."""

    def near(value: float) -> float:
        return float(round(value)) if factor.whole else float(value)

    def at(value: float) -> float:
        if (value := near(value)) not in found:
            make(value)
        return float(np.median(found[value] - level))

    first = [near(v) for v in np.linspace(factor.low, factor.high, _FIRST)]
    make(*dict.fromkeys(first))
    apart = [at(value) for value in first]
    for (low, high), (a, b) in zip(pairwise(first), pairwise(apart), strict=True):
        if a == 0.0 or a * b < 0.0:
            within = _NEAR * (factor.high - factor.low)
            return near(brentq(at, low, high, xtol=within, maxiter=_MOST, disp=False))
    return first[-1] if apart[-1] == 0.0 else float("nan")


def crossings(values: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Return where each run first meets zero ``(run,)``, ``nan`` if it does not.

    That is on the straight lines between answers less levels ``apart`` ``(value, run)`` at
    ``values`` ``(value,)`` in order.
    """
    low, high = apart[:-1], apart[1:]
    meets = (low == 0.0) | (low * high < 0.0) | (high == 0.0)
    first = meets.argmax(axis=0)
    rows = np.arange(apart.shape[1])
    a, b = low[first, rows], high[first, rows]
    share = np.divide(a, a - b, out=np.zeros_like(a), where=a != b)
    found = values[first] + share * (values[first + 1] - values[first])
    return np.where(meets.any(axis=0), found, np.nan)
