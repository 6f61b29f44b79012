"""The assumptions that matter for a comparison, and what every number is tied to at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import chdtrc, ndtr, ndtri
from scipy.stats import false_discovery_control, rankdata

from tajsim.axes import Array
from tajsim.draws import AT_START, Draws
from tajsim.ensemble.plan import argument_errors
from tajsim.ensemble.run import Progress, prepare, simulate
from tajsim.errors import refuse
from tajsim.inputs.outcomes import with_weight
from tajsim.inputs.registry import Parameter, load_parameters
from tajsim.inputs.scenario_parts import load_scenario, shipped_scenarios
from tajsim.inputs.values import load_posterior, prior_quantile
from tajsim.results import effect, select
from tajsim.results.numbers import display_name, frame_text, percent
from tajsim.results.window import DOCUMENTED_UNTIL, Cell, cells, window_of

#: Parameters stand out at this expected share of false ones among them.
FALSE_SHARE = 0.10
_ORDERS = 60


@dataclass(frozen=True)
class Influence:
    """How far each parameter goes with some rows (outcomes) taken together.

    Attributes:
        correlations: ``(parameter, row)`` rank correlations.
        share: ``(parameter,)`` the mean of their squares over rows, by weight, less what chance
            alone gives at this number of runs; not below 0.
        low, high: ``(parameter,)`` its 90 % interval by Fisher's transformation of its root.
        stands_out: ``(parameter,)`` whether it is beyond chance.
    """

    correlations: Array
    share: Array
    low: Array
    high: Array
    stands_out: np.ndarray


def influence(parameters: Array, outcomes: Array, weights: Array, seed: int) -> Influence:
    """Find the parameters that go with outcomes.

    Whether one stands out is judged by its p-value against the same outcomes in random orders,
    with the expected share of false ones among them held to `FALSE_SHARE` (Benjamini and
    Hochberg 1995): under pure noise none stands out in nine of ten cases.

    Args:
        parameters: ``(parameter, run)`` values `ranked`, each drawn independently.
        outcomes: ``(row, run)`` values `ranked`.
        weights: ``(row,)`` adding to 1.
        seed: seed of the orders.
    """
    x, y = parameters, outcomes
    runs = x.shape[1]
    correlations = x @ y.T / runs
    raw = correlations**2 @ weights
    orders = effect.orders(runs, seed, _ORDERS)
    null = np.sort(np.concatenate([(x @ y[:, o].T / runs) ** 2 @ weights for o in orders]))
    p = (1.0 + null.size - np.searchsorted(null, raw, side="left")) / (1.0 + null.size)
    share = _beyond(raw, 1, runs)
    root = np.arctanh(np.minimum(np.sqrt(share), 1.0 - 1e-12))
    half = ndtri(0.5 + effect.LEVEL / 2.0) / np.sqrt(max(runs - 3.0, 1.0))
    low, high = np.tanh(np.maximum(root - half, 0.0)) ** 2, np.tanh(root + half) ** 2
    return Influence(correlations, share, low, high, false_discovery_control(p) <= FALSE_SHARE)


def ranked(values: Array) -> Array:
    """Return ranks ``(row, run)`` with mean 0 and standard deviation 1.

    Equal values share their mean rank; a missing one counts as in the middle; a row that does not
    vary is all 0.
    """
    known = np.isfinite(values)
    ranks = rankdata(np.where(known, values, np.inf), axis=1)
    middle = (known.sum(axis=1, keepdims=True) + 1.0) / 2.0
    ranks = np.where(known, ranks - middle, 0.0)
    size = np.sqrt((ranks**2).mean(axis=1, keepdims=True))
    return np.asarray(np.divide(ranks, size, out=np.zeros_like(ranks), where=size > 0.0))


#: So many assumptions are named for each comparison, and for each of its outcomes.
NAMED = 5
#: The name, in the column ``outcome``, of all outcomes with a clear difference taken together.
TOGETHER = "together"

ASSUMPTION_COLUMNS = (
    "scenario", "outcome", "where", "label", "rank", "parameter", "share", "low", "high",
    "correlation", "stands_out", "sets", "most_in", "value", "range_low", "range_high",
    "posterior_low", "posterior_high", "unit", "meaning", "reason",
)  # fmt: skip


def assumptions_of_runs(dataset: xr.Dataset, comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the `NAMED` assumptions that matter most, by scenario, from the runs of a comparison.

    Args:
        dataset: results of a reference and others, with the parameters of each run.
        comparison: the table of `compare_results` on them.

    Returns:
        The first rows of a scenario, ``outcome`` being `TOGETHER`, are for the outcomes that a
        comparison shows first with a clear sign, each counting once; the others are for each of
        these outcomes. ``share`` is the share of variance (of ranks) that goes with the parameter
        alone, with its 90 % interval, ``correlation`` has its direction (in the outcome ``most_in``
        that it goes with most), ``stands_out`` says whether it is beyond chance, ``sets`` the
        number of parameter sets. ``posterior_low`` and ``posterior_high`` hold 90 % of the
        calibrated sample, if it is in use. Empty where the results hold no parameters, or none is
        drawn.
    """
    reference, *others = select.names_of(dataset)
    rows: list[dict[str, Any]] = []
    for scenario in others if "parameter_value" in dataset else ():
        rows += _of(dataset, comparison, reference, scenario)
    return pd.DataFrame(rows, columns=list(ASSUMPTION_COLUMNS))


def _of(
    dataset: xr.Dataset, comparison: pd.DataFrame, reference: str, scenario: str
) -> list[dict[str, Any]]:
    part = comparison[comparison["scenario"] == scenario]
    shown = _clearest(select.pair_of(dataset, scenario), part) if len(part) else []
    settings = select.attribute(dataset, "settings")
    own = {name: settings.get(name, {}) for name in (reference, scenario)}
    held = set(dataset["parameter"].values.astype(str))
    names = [name for name in assumed(*own.values()) if name in held]
    values = dataset["parameter_value"]
    drawn = {s: values.sel(scenario=s, parameter=names).values for s in own}
    at_reference = np.array([name not in own[reference] for name in names], bool)
    sets = np.where(at_reference[:, np.newaxis], drawn[reference], drawn[scenario])
    varies = np.ptp(sets, axis=1) > 0.0 if sets.size else np.zeros(0, bool)
    names = [name for name, moves in zip(names, varies, strict=True) if moves]
    if not (shown and names):
        return []
    ranks = ranked(sets[varies])
    found = ranked(np.stack([cell.values[1] - cell.values[0] for cell in shown]))
    outcomes = [cell.outcome for cell in shown]  # each counts once, whatever its coordinates
    weights = np.array([1.0 / outcomes.count(name) for name in outcomes])
    seed = int(dataset.attrs.get("seed", 0))
    drawn_from = dataset.attrs.get("parameters_mode")
    sample = load_posterior() if drawn_from not in ("prior", "fixed", None) else {}
    rows = []
    for chosen in (slice(None), *(slice(i, i + 1) for i in range(len(shown)))):
        mine = influence(ranks, found[chosen], weights[chosen] / weights[chosen].sum(), seed)
        (cell, *_), own_titles = shown[chosen], [one.title for one in shown[chosen]]
        whole = chosen == slice(None)
        about = (TOGETHER, "", "") if whole else (cell.outcome, cell.where, cell.title)
        mark = dict(zip(ASSUMPTION_COLUMNS, (scenario, *about), strict=False))
        rows += [{**mark, **row} for row in _rows(mine, names, own_titles, sample)]
    return [{**row, "sets": ranks.shape[1]} for row in rows]


def assumed(*settings: Collection[str]) -> list[str]:
    """Return the uncertain assumptions that are drawn with at least one of these settings."""
    return [
        name
        for name, p in load_parameters().items()
        if p.role == "uncertainty" and p.basis.kind == "assumption" and p.high > p.low
        if any(name not in one for one in settings)
    ]


def _clearest(pair: xr.Dataset, comparison: pd.DataFrame) -> list[Cell]:
    """Return the differences shown first that have a sign, or else those that vary at all."""
    shown = select.first_of_comparison(comparison)
    signed = shown[shown["direction"] != ""]
    chosen = signed if len(signed) else shown[shown["share_tied"] < 1.0]
    wanted = set(zip(chosen["outcome"], chosen["where"], strict=True))
    window = str(comparison["window_start"].iloc[0]), str(comparison["window_end"].iloc[0])
    rest = set(select.outcome_names(pair)) - {*with_weight(chosen["outcome"])}
    found = cells(pair.drop_vars(rest), window)
    return [cell for cell in found if (cell.outcome, cell.where) in wanted]


def _rows(
    found: Influence, names: Sequence[str], labels: Sequence[str], sample: Mapping[str, Array]
) -> list[dict[str, Any]]:
    """Return the parameters with the largest share."""
    rows = []
    for rank, place in enumerate(np.argsort(-found.share, kind="stable")[:NAMED], start=1):
        p = load_parameters()[names[place]]
        most = int(np.argmax(np.abs(found.correlations[place])))
        calibrated = np.quantile(sample[p.name], (0.05, 0.95)) if p.name in sample else [np.nan] * 2
        row: dict[str, Any] = {n: getattr(found, n)[place] for n in ("share", "low", "high")}
        rows.append(
            {
                "rank": rank,
                "parameter": p.name,
                **row,
                "correlation": found.correlations[place, most],
                "stands_out": bool(found.stands_out[place]),
                "most_in": labels[most],
                "range_low": p.low,
                "range_high": p.high,
                "posterior_low": calibrated[0],
                "posterior_high": calibrated[1],
                **{name: getattr(p, name) for name in ("value", "unit", "meaning")},
                "reason": p.basis.reason,
            }
        )
    return rows


#: The scenario whose levels are looked at, and how many times the runs of a pair it gets.
LEVELS, MORE_RUNS = "history", 5
#: Expected share of false ones among the parameters said to be tied (Benjamini and Hochberg 1995).
FALSE_TIES = 0.05
#: A parameter is cut into so many equal groups of runs to see a tie of any shape.
GROUPS = 8
#: So many runs are simulated together, to bound the memory.
_BLOCK = 500
KINDS = ("rises or falls", "turns", "spreads")
TIE_COLUMNS = (
    "parameter", "role", "basis", "tied", "q", "share", "kind", "scenario", "outcome", "where",
)  # fmt: skip


def varying() -> list[Parameter]:
    """Return the parameters that a range is given for and no actor moves: uncertain and fixed."""
    return [p for p in load_parameters().values() if p.role in ("uncertainty", "fixed")]


def tests(parameters: Array, outcomes: Array) -> tuple[Array, Array]:
    """Test each parameter against each outcome by ranks, in three ways (`KINDS`).

    A rank correlation finds ties that rise or fall. Kruskal and Wallis' (1952) H between `GROUPS`
    groups of runs finds those that turn, and H of the distance from the median those that widen or
    narrow. A missing outcome counts as in the middle.

    Args:
        parameters: ``(parameter, run)``, each drawn independently.
        outcomes: ``(outcome, run)``.

    Returns:
        p-values and shares of the variance of ranks beyond chance, ``(kind, parameter, outcome)``.
    """
    runs = parameters.shape[1]
    known = [row[np.isfinite(row)] for row in outcomes]
    middle = np.array([np.median(row) if row.size else 0.0 for row in known])
    levels, distances = ranked(outcomes), ranked(np.abs(outcomes - middle[:, np.newaxis]))
    group = (rankdata(parameters, axis=1, method="ordinal") - 1) * GROUPS // runs
    correlation = (ranked(parameters) @ levels.T / runs) ** 2
    p, share = [2.0 * ndtr(-np.sqrt(correlation * (runs - 1)))], [_beyond(correlation, 1, runs)]
    for ranks in (levels, distances):
        between = np.zeros(correlation.shape)
        for number in range(GROUPS):
            member = group == number
            between += (member @ ranks.T) ** 2 / (runs * member.sum(axis=1, keepdims=True))
        p.append(chdtrc(GROUPS - 1, between * (runs - 1)))
        share.append(_beyond(between, GROUPS - 1, runs))
    return np.stack(p), np.stack(share)


def _beyond(share: Array, degrees: int, runs: int) -> Array:
    """Take from shares of variance what chance alone gives."""
    by_chance = degrees / (runs - 1.0)
    if by_chance >= 1.0:  # too few runs to tell anything
        return np.zeros_like(share)
    return np.asarray(np.clip((share - by_chance) / (1.0 - by_chance), 0.0, 1.0))


def combined(p: Array) -> Array:
    """Return a p-value for each row ``(parameter, test)``, valid for dependent tests (Simes)."""
    steps = np.sort(p, axis=1) * p.shape[1] / np.arange(1, p.shape[1] + 1)
    return np.asarray(np.minimum(steps.min(axis=1), 1.0))


def ties(
    runs: int = 200,
    seed: int = 1,
    scenarios: Sequence[str] = (),
    workers: int = 1,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Test every parameter that is uncertain or fixed against what the model is asked for.

    All of them are drawn from their ranges, those fixed too. Looked at are the headline outcomes
    of `LEVELS` up to 2015, at every place, and their paired differences between scenarios and what
    they extend.

    Args:
        runs: of each pair; `LEVELS` gets `MORE_RUNS` times as many.
        scenarios: those compared with what they extend; by default all that ship.

    Returns:
        One row a parameter, the weakest first: ``tied``, with an expected share of `FALSE_TIES`
        false ones among those tied, by the adjusted p-value ``q``; ``share``, of the variance of
        ranks of the outcome that it goes with most, which the other columns name.

    Raises:
        UserError: for a bad number or an unknown scenario.
    """
    refuse(argument_errors(runs, seed, "prior", workers))
    chosen = [load_scenario(name) for name in scenarios or shipped_scenarios()]
    pairs = [(s.extends, s.name) for s in chosen if s.extends]
    rows, done = varying(), 0
    total = runs * (MORE_RUNS + 2 * len(pairs))
    p_values, best = [], [(0.0, "", "", "", "")] * len(rows)
    for names, count in [((LEVELS,), MORE_RUNS * runs), *((pair, runs) for pair in pairs)]:
        drawn, found = _measured([str(n) for n in names], rows, count, seed, workers)
        p, share = tests(drawn, np.stack([cell.values for cell in found]))
        p_values.append(p.transpose(1, 0, 2).reshape(len(rows), -1))
        for i in range(len(rows)):
            kind, place = np.unravel_index(share[:, i].argmax(), share[:, i].shape)
            cell = found[place]
            mine = (float(share[kind, i, place]), KINDS[kind], names[-1], cell.outcome, cell.where)
            best[i] = max(best[i], mine)
        done += count * len(names)
        if progress:
            progress(done, total)
    q = false_discovery_control(combined(np.concatenate(p_values, axis=1)))
    told = [
        (row.name, row.role, row.basis.kind, bool(own < FALSE_TIES), float(own), *most)
        for row, own, most in zip(rows, q, best, strict=True)
    ]
    table = pd.DataFrame(told, columns=list(TIE_COLUMNS))
    return table.sort_values(["tied", "share"], kind="stable", ignore_index=True)


def _measured(
    names: Sequence[str], rows: Sequence[Parameter], runs: int, seed: int, workers: int
) -> tuple[Array, list[Cell]]:
    """Return the drawn parameters ``(parameter, run)``, and levels or differences ``(run,)``."""
    drawn, parts = [], []
    for first in range(0, runs, _BLOCK):
        numbers = np.arange(first, min(first + _BLOCK, runs))
        draws = Draws(seed, numbers)
        shares = {p.name: draws.uniform("parameter", p.name, AT_START) for p in rows}
        values = {p.name: prior_quantile(p, shares[p.name]) for p in rows}
        until = DOCUMENTED_UNTIL if len(names) == 1 else None
        plan = prepare(names, len(numbers), seed, "prior", until, workers=workers)
        numbered = tuple(numbers.tolist())
        results = simulate(replace(plan, numbers=numbered, settings=(values,) * len(names)))
        headline = [cell for cell in cells(results, window_of(results)) if cell.headline]
        drawn.append(np.stack([*values.values()]))
        parts.append(headline)
    joined = []
    for same in zip(*parts, strict=True):
        both = np.concatenate([cell.values for cell in same], axis=1)
        joined.append(replace(same[0], values=both[-1] - both[0] if names[1:] else both[0]))
    return np.concatenate(drawn, axis=1), joined


def ties_text(table: pd.DataFrame) -> str:
    """Return the table as text, and how many of each role are tied."""
    pairs = zip(table["outcome"], map(display_name, table["where"]), strict=True)
    where = [", ".join(filter(None, pair)) for pair in pairs]
    told = table.assign(tied=table["tied"].map({True: "yes", False: "no"}), where=where)
    columns = ("parameter", "role", "tied", "%share", "kind", "scenario", "most tied to=where")
    roles = table.groupby("role")["tied"]
    counted = [f"{int(tied.sum())} of {len(tied)} of role '{role}'" for role, tied in roles]
    return (
        f"{frame_text(told, *columns)}\n\nTied to a headline outcome of "
        f"{LEVELS} or a paired difference: {', '.join(counted)}. Of those said to be tied "
        f"{percent(FALSE_TIES)} are expected to be by chance alone."
    )
