"""How much of a comparison rests on what: found by redrawing, and kept inside the results.

The first runs are simulated again, each time with one group of draws made anew: the uncertain
parameters, and chance. What that changes is the share of the group.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

import tajsim.analysis.assumptions as assumptions
from tajsim.axes import Array
from tajsim.display import rows_of
from tajsim.draws import Draws
from tajsim.ensemble.plan import Plan
from tajsim.ensemble.run import Progress, part_of, simulate
from tajsim.inputs import conditioned, outcomes, registry, scenario_parts
from tajsim.inputs.values import ParameterValues
from tajsim.results import effect, numbers, select
from tajsim.results.window import Cell, Window, cells, window_of

#: So many runs are made again with each group drawn anew; more would cost more than they show.
MOST = 100
#: With fewer runs a share of variance is anybody's guess, and none is given.
FEWEST = 20
TOO_FEW = f"Sources of variance are estimated only with {FEWEST} runs or more."
#: What is drawn anew: all that is uncertain, which are assumptions, and every other draw.
GROUPS = ("assumption", "chance")
BASES = tuple(name for name in registry.REDRAWN if name != "chance")
#: Added to a run number, gives a run that no ensemble has: all its draws are its own.
_ELSEWHERE = 2**40

#: ``(column,)`` values by window, outcome and coordinate.
Values = dict[tuple[Window, str, str], Array]


@dataclass(frozen=True)
class Redrawn:
    """The paired difference of one outcome at one coordinate over a window.

    ``base`` ``(run,)`` is the comparison's; ``again`` has, for each group that was drawn anew,
    the ``(n,)`` differences of the first runs with nothing else changed. It is empty where no
    parameter is uncertain: all is chance then.
    """

    scenario: str
    cell: Cell
    window: Window
    base: Array
    again: Mapping[str, Array]


def drawn_again(
    scenario: scenario_parts.Scenario, runs: int, seed: int, mode: str
) -> tuple[Array, Array]:
    """Return ``(parameter, run)`` values as drawn, and with all that is uncertain drawn anew."""
    draws = Draws(seed, np.arange(runs))
    base = ParameterValues(draws, scenario.settings, mode).table()[1]
    again = Draws(seed, np.arange(runs))
    return base, ParameterValues(again, scenario.settings, mode, BASES).table()[1]


def kept_outcomes(plan: Plan) -> tuple[str, ...]:
    """Return the outcomes whose variance is divided: the chosen, or of all the headline ones."""
    known = outcomes.load_outcomes()
    everything = len(plan.outcomes) == len(known)
    return outcomes.with_weight(n for n in plan.outcomes if known[n].headline or not everything)


def redraw_differences(
    plan: Plan, dataset: xr.Dataset, window: Window | None = None, progress: Progress | None = None
) -> list[Redrawn]:
    """Simulate the first runs of a comparison again, once with each group of draws made anew.

    Returns:
        The differences of every kept outcome at every coordinate, scenario by scenario.
    """
    names = select.names_of(dataset)
    windows = {name: window_of(dataset, window, name) for name in names[1:]}
    runs = min(plan.runs, MOST)
    tables = [drawn_again(s, runs, plan.seed, plan.parameters) for s in plan.scenarios]
    uncertain = any(not np.array_equal(*table) for table in tables)
    reference: Values = {}
    found: list[Redrawn] = []
    own = dataset[list(kept_outcomes(plan))]
    for position, (scenario, table) in enumerate(zip(plan.scenarios, tables, strict=True)):
        needed = {windows[names[position]]} if position else {*windows.values()}
        tell = part_of(progress, position, len(tables))
        values = _simulate_again(plan, scenario, table, needed, tell) if uncertain else {}
        reference = reference or values
        for w in needed if position else ():
            for cell in cells(select.pair_of(own, scenario.name), w):
                key = (w, cell.outcome, cell.where)
                again = np.split(values[key] - reference[key], len(GROUPS)) if uncertain else []
                base = cell.values[1] - cell.values[0]
                found.append(Redrawn(scenario.name, cell, w, base, dict(zip(GROUPS, again))))  # noqa: B905
    return found


def _simulate_again(
    plan: Plan,
    scenario: scenario_parts.Scenario,
    table: tuple[Array, Array],
    windows: Iterable[Window],
    progress: Progress | None,
) -> Values:
    """Return the values of a scenario, the runs of one group after those of another."""
    base, again = table
    runs = range(base.shape[1])
    numbers = (*runs, *(run + _ELSEWHERE for run in runs))
    values = np.concatenate([again, base], axis=1)
    settings = dict(zip(registry.load_parameters(), values, strict=True))
    again_of: Any = {"numbers": numbers, "runs": len(numbers), "redraw": (), "resume": None}
    again_of |= {"scenarios": (scenario,), "settings": (settings,)}
    plan = replace(plan, outcomes=kept_outcomes(plan), **again_of)
    results = simulate(plan, progress)
    found = ((w, cell) for w in windows for cell in cells(results, w))
    return {(w, c.outcome, c.where): c.values[0] for w, c in found}


_ENDS = ("", "_low", "_high")

COLUMNS = (
    *("scenario", "outcome", "where", "label", "window_start", "window_end"),
    *(f"{group}{end}" for group in GROUPS for end in _ENDS),
    "runs",
)


def total_shares(base: Array, again: Array, counts: Array) -> Array:
    """Return the share of variance that goes with what was drawn anew.

    ``sum (a - b)^2 / sum ((a - m)^2 + (b - m)^2)``, with m the mean of both sides: half the mean
    square of the change over the variance of the pairs themselves. 0 where nothing changed, about
    1 where the two sides have nothing in common.

    Args:
        base: ``(row, run)`` values as drawn.
        again: ``(row, run)`` values with the group drawn anew.
        counts: ``(sample, run)`` how often each run counts; ones for the estimate itself.

    Returns:
        ``(row, sample)`` shares; ``nan`` where nothing varies. Runs without a value on both sides
        are left out.
    """
    known = np.isfinite(base) & np.isfinite(again)
    sizes = np.maximum(known.sum(axis=1, keepdims=True), 1)
    middle = (np.where(known, base + again, 0.0)).sum(axis=1, keepdims=True) / (2.0 * sizes)
    a = np.where(known, base - middle, 0.0)
    b = np.where(known, again - middle, 0.0)
    number = known @ counts.T
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = ((a + b) @ counts.T) / (2.0 * number)
        around = (a**2 + b**2) @ counts.T - 2.0 * number * mean**2
        shares: Array = ((a - b) ** 2 @ counts.T) / around
    shares[~(around > 1e-12 * ((a**2 + b**2) @ counts.T))] = np.nan
    return shares


def variance_shares(found: Sequence[Redrawn], seed: int) -> pd.DataFrame:
    """Return one row per difference: the share of each group, with its 90 % interval.

    Where no parameter is uncertain chance has the share 1. ``runs`` is the number of runs made
    again with each group. The intervals are percentiles over resampled runs. Differences that are
    the same in every run have ``nan``.
    """
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    again = [np.stack([d.again.get(group, d.base) for d in found]) for group in GROUPS]
    runs = again[0].shape[1]
    base = np.stack([d.base[:runs] for d in found])
    shares = _with_intervals(base, np.stack(again), seed)
    if not found[0].again:  # all is chance
        varies = (base != base[:, :1]).any(axis=1)
        shares[:] = np.where(varies, np.array([0.0, 1.0])[:, np.newaxis, np.newaxis], np.nan)
    about = [(d.scenario, d.cell.outcome, d.cell.where, d.cell.title, *d.window) for d in found]
    columns = [*zip(*about, strict=True), *shares.reshape(-1, len(found)), [runs] * len(found)]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _with_intervals(base: Array, again: Array, seed: int) -> Array:
    """Return ``(group, end, row)``: the shares and both ends of their intervals."""
    runs = base.shape[1]
    counts = np.concatenate([np.ones((1, runs)), effect.counts_of_runs(runs, seed)])
    shares = np.minimum(np.stack([total_shares(base, own, counts) for own in again]), 1.0)
    shares[:, np.isnan(shares).any(axis=(0, 2))] = np.nan
    found, tail = shares[:, :, 0], (1.0 - effect.LEVEL) / 2.0
    low, high = effect.quantiles(shares[:, :, 1:], (tail, 1.0 - tail))
    return np.stack([found, np.minimum(low, found), np.maximum(high, found)], 1)


#: The tables that results hold, each as variables ``NAME_column`` over the dimension ``NAME_row``.
VARIANCE, ASSUMPTIONS = "variance", "assumptions"


def with_rests(
    plan: Plan, dataset: xr.Dataset, window: Window | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Return the results of a comparison together with how much of it rests on what.

    Simulates the first runs again with each group of draws made anew, see `redraw_differences`;
    with fewer than `FEWEST` runs nothing is done, as too few say nothing, nor of conditioned ones,
    whose chance is chosen.

    The arguments are those of `redraw_differences`.
    """
    if plan.runs < FEWEST or plan.parameters == conditioned.MODE:
        return dataset
    found = redraw_differences(plan, dataset, window, progress)
    comparison = effect.compare_results(dataset[list(kept_outcomes(plan))], window)
    kept = select.keep_table(dataset, VARIANCE, variance_shares(found, plan.seed))
    named = assumptions.assumptions_of_runs(dataset, comparison)
    return select.keep_table(kept, ASSUMPTIONS, named)


def kept_table(dataset: xr.Dataset, name: str) -> pd.DataFrame:
    """Return a table that `tajsim.results.select.keep_table` put there; empty if there is none."""
    row = f"{name}_row"
    own = [str(v) for v in dataset.data_vars if dataset[v].dims == (row,)]
    return pd.DataFrame({v.removeprefix(f"{name}_"): dataset[v].values for v in own})


_PREFACE = (
    "Share of the variance of the paired difference over runs due to each group of draws, with its "
    "90 % interval, from {:,} runs repeated with one group renewed: what is assumed, and chance, "
    "which is every other draw. What both do together counts for each."
)
_MOST = (
    "The assumptions most tied to the differences that are clear: share of the variance (of ranks) "
    "due to the parameter alone, with its 90 % interval, from {:,} parameter sets. {} of {} stand "
    "out from chance."
)


def rests_text(comparison: pd.DataFrame, variance: pd.DataFrame, named: pd.DataFrame) -> str:
    """Return, scenario by scenario, the shares of variance and the assumptions that matter most.

    One row for each headline outcome that differs clearly; empty where nothing was drawn anew.
    """
    blocks = []
    for scenario, part in variance.groupby("scenario", sort=False) if len(variance) else ():
        own = comparison[comparison["scenario"] == scenario]
        shown = _first(part, own)
        rows = [
            [r.label, *(_with_ends(*(getattr(r, name + end) for end in _ENDS)) for name in GROUPS)]
            for r in rows_of(shown)
        ]
        told = numbers.text_table(("outcome", *GROUPS), rows, left=(0,))
        title = f"Sources of variance: {scenario} against {own['reference'].iloc[0]}"
        preface = _PREFACE.format(int(part["runs"].iloc[0]))
        blocks += [title, numbers.wrapped(preface), told]
        mine = named[named["scenario"] == scenario] if len(named) else named
        mine = mine[mine["outcome"] == assumptions.TOGETHER] if len(mine) else mine
        blocks.append(_most(mine) if len(mine) else "No assumption was drawn.")
    return "\n\n".join(blocks)


def _first(part: pd.DataFrame, comparison: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each outcome with a clear sign: the whole, or the clearest coordinate."""
    shown = select.first_of_comparison(comparison)
    shown = shown[shown["direction"] != ""]
    clear = shown["difference"].abs() / (shown["high"] - shown["low"]).clip(lower=1e-300)
    clear = clear.where(~select.is_whole(shown), np.inf)
    best = shown.loc[clear.groupby(shown["outcome"], sort=False).idxmax()]
    wanted = set(zip(best["outcome"], best["where"], strict=True))
    kept = [pair in wanted for pair in zip(part["outcome"], part["where"], strict=True)]
    return part[kept].dropna(subset="chance")


def _with_ends(share: float, low: float, high: float) -> str:
    ends = f"{100.0 * low:.0f}", f"{100.0 * high:.0f}"
    return numbers.percent(share) + (f" ({' to '.join(ends)})" if ends[0] != ends[1] else "")


def _most(rows: pd.DataFrame) -> str:
    """Return the assumptions as a table: range, share, direction, and which may be chance."""
    sure = rows["stands_out"].astype(bool)
    said = rows.assign(
        range=[range_text(row) for row in rows_of(rows)],
        share=[_with_ends(row.share, row.low, row.high) for row in rows_of(rows)],
        sure=np.where(sure, "stands out", "may be chance"),
    )
    columns = ("parameter", "share", "+correlation", "most in=most_in")
    note = _MOST.format(int(rows["sets"].iloc[0]), sure.sum(), len(rows))
    table = numbers.frame_text(said, *columns, "sure", "value and range=range")
    return f"{numbers.wrapped(note)}\n\n{table}"


def range_text(row: Any) -> str:
    """Return the value of an assumption, the range it is drawn from, and its calibrated one."""
    unit = "" if row.unit in ("number", "ratio", "index") else f" {row.unit}"
    range_ = numbers.interval(row.range_low, row.range_high)
    drawn = f"{numbers.table_number(row.value)}{unit}, drawn from {range_}"
    if np.isnan(row.posterior_low):
        return drawn
    calibrated = numbers.interval(row.posterior_low, row.posterior_high)
    return f"{drawn}; 90 % of the calibrated sample is {calibrated}"
