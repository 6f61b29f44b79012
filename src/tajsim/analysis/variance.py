"""How much of a comparison rests on what: found by redrawing, and kept inside the results.

The first runs are simulated again, each time with one group of draws made anew: the uncertain
parameters by their basis, and chance. What that changes is the share of the group.
"""

import textwrap
from collections.abc import Mapping, Sequence
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
from tajsim.inputs import outcomes, registry
from tajsim.inputs.scenario_parts import Scenario
from tajsim.inputs.values import ParameterValues
from tajsim.results import effect, numbers, select
from tajsim.results.window import Cell, Window, cells, window_of

#: So many runs are made again with each group drawn anew; more would cost more than they show.
MOST = 100
#: With fewer runs a share of variance is anybody's guess, and none is given.
FEWEST = 20
CHANCE = "chance"
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


def drawn_again(scenario: Scenario, runs: int, seed: int, mode: str) -> dict[str, Array]:
    """Return ``(parameter, run)`` values: ``""`` as drawn, and for each group with it made anew.

    A group has no entry where nothing in force is uncertain.
    """
    own = scenario.settings, runs, seed, mode
    base = _drawn(*own)
    tables = {group: _drawn(*own, group) for group in registry.REDRAWN if group != CHANCE}
    return {"": base} | {g: t for g, t in tables.items() if not np.array_equal(t, base)}


def kept_outcomes(plan: Plan) -> tuple[str, ...]:
    """Return the outcomes whose variance is divided: the chosen, or of all the headline ones."""
    known = outcomes.load_outcomes()
    everything = len(plan.outcomes) == len(known)
    return outcomes.with_weight(n for n in plan.outcomes if known[n].headline or not everything)


def redraw_differences(
    plan: Plan, dataset: xr.Dataset, window: Window | None = None, progress: Progress | None = None
) -> list[Redrawn]:
    """Simulate the first runs of a comparison again, once with each group of draws made anew.

    Args:
        plan: the plan of the comparison; the first scenario is the reference.

    Returns:
        The differences of every kept outcome at every coordinate, scenario by scenario.
    """
    others = select.names_of(dataset)[1:]
    windows = [window_of(dataset, window, name) for name in others]
    groups, parts = _simulate_again(plan, windows, progress)
    own = dataset[list(kept_outcomes(plan))]
    found: list[Redrawn] = []
    for position, (w, part) in enumerate(zip(windows, parts[1:], strict=True), start=1):
        for cell in cells(own.isel(scenario=[0, position]), w):
            again: dict[str, Array] = {}
            if groups:
                key = (w, cell.outcome, cell.where)
                changes = np.split(part[key] - parts[0][key], len(groups))
                again = dict(zip(groups, changes, strict=True))
            base = cell.values[1] - cell.values[0]
            found.append(Redrawn(plan.scenarios[position].name, cell, w, base, again))
    return found


def _simulate_again(
    plan: Plan, windows: Sequence[Window], progress: Progress | None
) -> tuple[list[str], list[Values]]:
    """Return the groups drawn anew, and the values of all columns for each scenario."""
    runs = min(plan.runs, MOST)
    tables = [drawn_again(s, runs, plan.seed, plan.parameters) for s in plan.scenarios]
    if all(list(table) == [""] for table in tables):
        return [], [{} for _ in tables]
    groups = [g for g in registry.REDRAWN if g == CHANCE or any(g in table for table in tables)]
    needed = [tuple(dict.fromkeys(windows)), *((w,) for w in windows)]
    parts: list[Values] = []
    for first in range(0, len(tables), plan.workers):
        batch = slice(first, first + plan.workers)
        numbers = tuple(r + _ELSEWHERE * (g == CHANCE) for g in groups for r in range(runs))
        again = replace(
            plan,
            scenarios=plan.scenarios[batch],
            runs=len(numbers),
            outcomes=kept_outcomes(plan),
            redraw=(),
            resume=None,
            numbers=numbers,
            settings=tuple(_settings(table, groups) for table in tables[batch]),
        )
        sizes = 1000 * first, 1000 * len(again.scenarios), 1000 * len(tables)
        results = simulate(again, part_of(progress, *sizes))
        for position, own in enumerate(needed[batch]):
            one = results.isel(scenario=[position])  # the months can be let go
            found = ((w, cell) for w in own for cell in cells(one, w))
            parts.append({(w, c.outcome, c.where): c.values[0] for w, c in found})
    return groups, parts


def _settings(tables: Mapping[str, Array], groups: Sequence[str]) -> dict[str, Array]:
    """Return ``(column,)`` values by parameter, the runs of one group after those of another."""
    values = np.concatenate([tables.get(group, tables[""]) for group in groups], axis=1)
    return dict(zip(registry.load_parameters(), values, strict=True))


_ENDS = ("", "_low", "_high")

COLUMNS = (
    *("scenario", "outcome", "where", "label", "window_start", "window_end"),
    *(f"{group}{end}" for group in registry.REDRAWN for end in _ENDS),
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

    A group without uncertain parameters has the share 0; where no parameter is uncertain at all,
    chance has the share 1. ``runs`` is the number of runs made again with each group. The
    intervals are percentiles over resampled runs. Redrawn that are the same in every run have
    ``nan``.
    """
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    groups = list(found[0].again)
    runs = len(found[0].again[groups[0]]) if groups else len(found[0].base)
    about = [(d.scenario, d.cell.outcome, d.cell.where, d.cell.title, *d.window) for d in found]
    table: dict[str, Any] = dict(zip(COLUMNS, zip(*about, strict=True), strict=False))
    table["runs"] = runs
    base = np.stack([d.base[:runs] for d in found])
    if groups:
        again = np.stack([[d.again[group] for d in found] for group in groups])
        shares = dict(zip(groups, _with_intervals(base, again, seed), strict=True))
        none = np.where(np.isnan(shares[groups[0]]), np.nan, 0.0)
    else:
        varies = np.array([len(np.unique(row[np.isfinite(row)])) > 1 for row in base])
        none = np.where(varies, [[0.0]] * 3, np.nan)
        shares = {CHANCE: 1.0 + none}
    for group in registry.REDRAWN:
        ends = shares.get(group, none)
        table |= {f"{group}{end}": ends[place] for place, end in enumerate(_ENDS)}
    return pd.DataFrame(table, columns=list(COLUMNS))


def within_bounds(shares: Array, variances: Array) -> Array:
    """Keep estimated shares within what shares can be: each at most 1, together at least 1.

    What is missing to 1 is given to the groups by the variance of their estimates, so that a
    share that is known well stays as it is.

    Args:
        shares: ``(group, row, sample)``.
        variances: ``(group, row)``.
    """
    whole = variances.sum(axis=0)
    parts = np.divide(variances, whole, out=np.zeros_like(variances), where=whole > 0.0)
    missing = np.maximum(1.0 - shares.sum(axis=0), 0.0)
    result: Array = np.minimum(shares + parts[:, :, np.newaxis] * missing, 1.0)
    return result


def _with_intervals(base: Array, again: Array, seed: int) -> Array:
    """Return ``(group, end, row)``: the shares and both ends of their intervals."""
    runs = base.shape[1]
    counts = np.concatenate([np.ones((1, runs)), effect.counts_of_runs(runs, seed)])
    shares = np.stack([total_shares(base, own, counts) for own in again])
    shares[:, np.isnan(shares[:, :, 0]).any(axis=0)] = np.nan
    shares[:, np.isnan(shares).any(axis=0)] = np.nan
    known = np.isfinite(shares[0, :, 0])
    result = np.full((len(again), 3, len(base)), np.nan)
    part = shares[:, known]
    bounded = within_bounds(part, np.nanvar(part[:, :, 1:], axis=2))
    tail, found = (1.0 - effect.LEVEL) / 2.0, bounded[:, :, 0]
    low, high = np.nanquantile(bounded[:, :, 1:], (tail, 1.0 - tail), axis=2)
    result[:, :, known] = np.stack([found, np.minimum(low, found), np.maximum(high, found)], 1)
    return result


#: The tables that results hold, each as variables ``NAME_column`` over the dimension ``NAME_row``.
VARIANCE, ASSUMPTIONS = "variance", "assumptions"


def with_rests(
    plan: Plan, dataset: xr.Dataset, window: Window | None = None, progress: Progress | None = None
) -> xr.Dataset:
    """Return the results of a comparison together with how much of it rests on what.

    Simulates the first runs again with each group of draws made anew, see `redraw_differences`;
    with fewer than `FEWEST` runs nothing is done, as too few say nothing.

    The arguments are those of `redraw_differences`.
    """
    if plan.runs < FEWEST:
        return dataset
    found = redraw_differences(plan, dataset, window, progress)
    comparison = effect.compare_results(dataset[list(kept_outcomes(plan))], window)
    kept = keep_table(dataset, VARIANCE, variance_shares(found, plan.seed))
    return keep_table(kept, ASSUMPTIONS, assumptions_that_matter(found, comparison, plan))


def keep_table(dataset: xr.Dataset, name: str, table: pd.DataFrame) -> xr.Dataset:
    """Return the Dataset with the columns of a table as variables; nothing for an empty one."""
    if table.empty:
        return dataset
    whole = table.astype(dict.fromkeys(table.select_dtypes("bool"), np.int8))
    return dataset.assign({f"{name}_{c}": ((f"{name}_row",), whole[c].to_numpy()) for c in whole})


def kept_table(dataset: xr.Dataset, name: str) -> pd.DataFrame:
    """Return a table that `keep_table` put there; empty if there is none."""
    row = f"{name}_row"
    own = [str(v) for v in dataset.data_vars if dataset[v].dims == (row,)]
    return pd.DataFrame({v.removeprefix(f"{name}_"): dataset[v].values for v in own})


def assumptions_that_matter(
    found: Sequence[Redrawn], comparison: pd.DataFrame, plan: Plan
) -> pd.DataFrame:
    """Return the `NAMED` assumptions that matter most, by scenario.

    The first rows of a scenario, ``outcome`` being `TOGETHER`, are for the outcomes that a
    comparison shows first with a clear sign, each counting once; the others are for each of these
    outcomes. ``share`` is the share of variance that goes with the parameter alone, with its 90 %
    interval, ``correlation`` has its direction (in the outcome ``most_in`` that it goes with most),
    ``stands_out`` says whether it is beyond chance, ``sets`` the number of parameter sets.
    ``posterior_low`` and ``posterior_high`` hold 90 % of the calibrated sample, if it is in use.
    """
    rows: list[dict[str, Any]] = []
    if not found or assumptions.GROUP not in found[0].again:
        return pd.DataFrame(columns=list(assumptions.ASSUMPTION_COLUMNS))
    base, again = (  # whatever the scenarios set
        _drawn({}, plan.runs, plan.seed, plan.parameters, *redraw)
        for redraw in ((), (assumptions.GROUP,))
    )
    redrawn = len(found[0].again[assumptions.GROUP])
    runs = np.concatenate([np.arange(plan.runs), np.arange(redrawn)])
    names = list(registry.load_parameters())
    for scenario in plan.scenarios[1:]:
        part = comparison[comparison["scenario"] == scenario.name]
        own = [d for d in found if d.scenario == scenario.name]
        both = [(d.cell, np.concatenate([d.base, d.again[assumptions.GROUP]])) for d in own]
        shown = assumptions.clearest(both, part)
        settings = [one.settings for one in (plan.scenarios[0], scenario)]
        places = [names.index(name) for name in assumptions.assumed(*settings)]
        sets = np.concatenate([base[places], again[places][:, :redrawn]], axis=1)
        those = [names[place] for place in places]
        rows += assumptions.assumption_rows(
            scenario.name, shown, those, sets, runs, plan.seed, plan.parameters
        )
    return pd.DataFrame(rows, columns=list(assumptions.ASSUMPTION_COLUMNS))


def _drawn(settings: Mapping[str, float], runs: int, seed: int, mode: str, *redraw: str) -> Array:
    """Return ``(parameter, run)`` values under some settings, with groups of draws made anew."""
    draws = Draws(seed, np.arange(runs))
    return ParameterValues(draws, settings, mode, redraw).table()[1]


_PREFACE = (
    "Share of the variance of the paired difference over runs due to each group of "
    "draws, with its 90 % interval. From{} {:,} runs, repeated with one group "
    "renewed: uncertain parameters by their basis, and chance, which is every other draw."
)
_HEADS = ("documented", "derived", "assumed", "chance")


def rests_text(
    dataset: xr.Dataset,
    comparison: pd.DataFrame,
    variance: pd.DataFrame,
    named: pd.DataFrame,
    everything: bool = False,
) -> str:
    """Return, scenario by scenario, the shares of variance and the assumptions that matter most.

    One row for each headline outcome that differs clearly, or every row that varies. Empty where
    it was left out; a sentence where there were too few runs.
    """
    runs = int(dataset.sizes["run"])
    if variance.empty:
        few = f"Sources of variance are estimated only with {FEWEST} runs or more."
        return few if runs < FEWEST else ""
    blocks = []
    for scenario, part in variance.groupby("scenario", sort=False):
        own = comparison[comparison["scenario"] == scenario]
        title = f"Sources of variance: {scenario} against {own['reference'].iloc[0]}"
        shown = part.dropna(subset="chance") if everything else _first(part, own)
        again = int(part["runs"].iloc[0])
        preface = _PREFACE.format("" if again == runs else " the first", again)
        blocks.append("\n".join([title, *textwrap.wrap(preface, numbers.WIDTH)]))
        blocks.append(_shares(shown) if len(shown) else "Nothing differs clearly.")
        mine = named[named["scenario"] == scenario] if len(named) else named
        blocks.append(
            _most(mine[mine["outcome"] == assumptions.TOGETHER]) if len(mine) else _none(dataset)
        )
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


def _shares(shown: pd.DataFrame) -> str:
    rows = [
        [row.label, *(share_text(row, group) for group in registry.REDRAWN)]
        for row in rows_of(shown)
    ]
    groups = zip(_HEADS, registry.REDRAWN, strict=True)
    idle = [head for head, group in groups if (shown[f"{group}_high"] == 0.0).all()]
    notes = "Joint effects of several groups count for each of them, so that a row "
    notes += "may add up to more than 100 %."
    if idle:
        notes += f" No share goes with {' or '.join(idle)} parameters: those in force are held, or "
        notes += "do not matter here."
    table = numbers.text_table(("outcome", *_HEADS), rows, left=(0,))
    return "\n".join([table, *textwrap.wrap(notes, numbers.WIDTH)])


def share_text(row: Any, group: str) -> str:
    """Return the share of a group in a row of `variance_shares`, with its interval."""
    share, low, high = (float(getattr(row, f"{group}{end}")) for end in _ENDS)
    ends = f"{100.0 * low:.0f}", f"{100.0 * high:.0f}"
    return numbers.percent(share) + (f" ({' to '.join(ends)})" if ends[0] != ends[1] else "")


def _most(rows: pd.DataFrame) -> str:
    """Return the numbered list of assumptions: range, share, direction and reason."""
    standing = int(rows["stands_out"].astype(bool).sum())
    sets = int(rows["sets"].iloc[0])
    title = f"The {assumptions.NAMED} assumptions that matter most"
    if not standing:  # none is called important where none stands out from chance
        title = f"The {len(rows)} assumptions most tied to the differences in these runs"
    note = (
        f"{title}, of all that were drawn: the share of the "
        "variance (of ranks) due to the parameter alone, on average over the outcomes that "
        f"differ clearly, with its 90 % interval; from {sets:,} parameter sets."
    )
    if rows["posterior_low"].notna().any():
        note += " A calibrated one counts for those that move with it in the calibrated sample too."
    if not standing:
        note += " None of them stands out from chance at this number of runs: more runs may name"
        note += " others."
    elif standing < len(rows):
        note += f" Only {standing} of {len(rows)} stand out from chance at this number of runs"
        note += f" (at most {numbers.percent(assumptions.FALSE_SHARE)} false ones expected)."
    lines = textwrap.wrap(note, numbers.WIDTH)
    for row in rows_of(rows):
        lines += _assumption(row)
    return "\n".join(lines)


def range_text(row: Any) -> str:
    """Return the value of an assumption, the range it is drawn from, and its calibrated one."""
    unit = "" if row.unit in ("number", "ratio", "index") else f" {row.unit}"
    range_ = numbers.interval(row.range_low, row.range_high)
    drawn = f"{numbers.table_number(row.value)}{unit}, drawn from {range_}"
    if np.isnan(row.posterior_low):
        return drawn
    calibrated = numbers.interval(row.posterior_low, row.posterior_high)
    return f"{drawn}; 90 % of the calibrated sample is {calibrated}"


def _assumption(row: Any) -> list[str]:
    way = f"a higher value moves the difference {'up' if row.correlation > 0 else 'down'}"
    doubt = "" if row.stands_out else " It may be chance."
    head = f"{row.rank}. {row.parameter}: {row.meaning}"
    body = (
        f"{range_text(row)}. Share {numbers.percent(row.share)} "
        f"({100.0 * row.low:.0f} to {100.0 * row.high:.0f}); "
        f"most in {row.most_in} (correlation {row.correlation:+.2f}: {way}).{doubt}"
    )
    lines = textwrap.wrap(head, numbers.WIDTH, subsequent_indent="   ")
    for part in (body, f"Assumed: {row.reason}"):
        lines += numbers.hanging("   ", part)
    return lines


def _none(dataset: xr.Dataset) -> str:
    if dataset.attrs.get("parameters_mode") == "fixed":
        return "All parameters were held at their values, so that all variance is chance."
    return "No difference varies over the runs, so that no assumption can be named."
