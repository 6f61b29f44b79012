"""The assumptions that matter most for a comparison, each with its range and its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tajsim.analysis.aggregate import Cell
from tajsim.analysis.choose_rows import first_of_comparison
from tajsim.analysis.influence import Influence, Runs, column_weights, influence, ranked
from tajsim.analysis.redrawn import Differences
from tajsim.axes import Array
from tajsim.draws import Draws
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.posterior import load_posterior
from tajsim.inputs.values import ParameterValues

if TYPE_CHECKING:
    from tajsim.ensemble.plan import Plan

#: So many assumptions are named for each comparison, and for each of its outcomes.
NAMED = 5
#: The name, in the column ``outcome``, of all outcomes with a clear difference taken together.
TOGETHER = "together"
GROUP = "assumption"

COLUMNS = (
    "scenario",
    "outcome",
    "where",
    "label",
    "rank",
    "parameter",
    "share",
    "low",
    "high",
    "correlation",
    "stands_out",
    "sets",
    "most_in",
    "value",
    "range_low",
    "range_high",
    "posterior_low",
    "posterior_high",
    "unit",
    "meaning",
    "reason",
)


#: An outcome at a coordinate, and its paired differences ``(set,)``.
Difference = tuple[Cell, Array]


def assumptions_that_matter(
    found: Sequence[Differences], comparison: pd.DataFrame, plan: Plan
) -> pd.DataFrame:
    """Return the `NAMED` assumptions that matter most, by scenario.

    The first rows of a scenario, ``outcome`` being `TOGETHER`, are for the outcomes that a
    comparison shows first with a clear sign, each counting once; the others are for each of these
    outcomes. ``share`` is the share of variance that goes with the parameter alone, with its 90 %
    interval, ``correlation`` has its direction (in the outcome ``most_in`` that it goes with most),
    ``stands_out`` tells whether it is beyond chance, ``sets`` the number of parameter sets.
    ``posterior_low`` and ``posterior_high`` hold 90 % of the calibrated sample, if it is in use.
    """
    rows: list[dict[str, Any]] = []
    if not found or GROUP not in found[0].again:
        return pd.DataFrame(columns=list(COLUMNS))
    base, again = (_drawn(plan, redraw) for redraw in ((), (GROUP,)))
    redrawn = len(found[0].again[GROUP])
    runs = np.concatenate([np.arange(plan.runs), np.arange(redrawn)])
    names = list(load_parameters())
    for scenario in plan.scenarios[1:]:
        part = comparison[comparison["scenario"] == scenario.name]
        own = [d for d in found if d.scenario == scenario.name]
        both = [(d.cell, np.concatenate([d.base, d.again[GROUP]])) for d in own]
        shown = clearest(both, part)
        settings = [one.settings for one in (plan.scenarios[0], scenario)]
        places = [names.index(name) for name in assumed(*settings)]
        sets = np.concatenate([base[places], again[places][:, :redrawn]], axis=1)
        told = [names[place] for place in places]
        rows += rows_of(scenario.name, shown, told, sets, runs, plan.seed, plan.parameters)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def rows_of(
    scenario: str,
    shown: Sequence[Difference],
    names: Sequence[str],
    sets: Array,
    runs: Runs,
    seed: int,
    mode: str,
) -> list[dict[str, Any]]:
    """Return the rows of one scenario: of all its outcomes together, then of each.

    Args:
        scenario: its name.
        shown: outcomes with their paired differences ``(set,)``.
        names: the parameters.
        sets: ``(parameter, set)`` their values.
        runs: ``(set,)`` the number of the run of each set.
        seed, mode: those of the results.
    """
    if not shown or not names:
        return []
    ranks, values = ranked(sets), ranked(np.stack([own for _, own in shown]))
    labels = [cell.title for cell, _ in shown]
    weights = column_weights([cell.outcome for cell, _ in shown])
    together = influence(ranks, values, weights, runs, seed, NAMED)
    mark = {"scenario": scenario, "outcome": TOGETHER, "where": "", "label": ""}
    rows = _rows(mark, together, names, labels, mode)
    for (cell, _), own in zip(shown, values, strict=True):
        mark = {**mark, "outcome": cell.outcome, "where": cell.where, "label": cell.title}
        alone = influence(ranks, own[np.newaxis], np.ones(1), runs, seed, NAMED)
        rows += _rows(mark, alone, names, [cell.title], mode)
    return rows


def _drawn(plan: Plan, redraw: tuple[str, ...]) -> Array:
    """Return ``(parameter, run)`` values as drawn, whatever the scenarios set."""
    draws = Draws(plan.seed, np.arange(plan.runs))
    return ParameterValues(draws, {}, plan.parameters, redraw).table()[1]


def assumed(*settings: Mapping[str, float]) -> list[str]:
    """Return the assumptions that are drawn with at least one of these settings."""
    return [
        name
        for name, p in load_parameters().items()
        if p.role == "uncertainty" and p.basis.kind == GROUP and p.high > p.low
        if any(name not in one for one in settings)
    ]


def clearest(found: Sequence[Difference], comparison: pd.DataFrame) -> list[Difference]:
    """Return the differences shown first that have a sign, or else those that vary at all."""
    shown = first_of_comparison(comparison)
    signed = shown[shown["direction"] != ""]
    varying = shown[shown["share_tied"] < 1.0]
    chosen = signed if len(signed) else varying
    wanted = set(zip(chosen["outcome"], chosen["where"], strict=True))
    return [one for one in found if (one[0].outcome, one[0].where) in wanted]


def _rows(
    mark: dict[str, Any], found: Influence, names: Sequence[str], labels: Sequence[str], mode: str
) -> list[dict[str, Any]]:
    """Return the rows of the parameters with the largest share."""
    sample = load_posterior() if mode == "posterior" else {}
    rows = []
    for rank, place in enumerate(np.argsort(-found.share, kind="stable")[:NAMED], start=1):
        p = load_parameters()[names[place]]
        most = int(np.argmax(np.abs(found.correlations[place])))
        calibrated = (np.nan, np.nan)
        if p.name in sample:
            calibrated = tuple(np.quantile(sample[p.name], (0.05, 0.95)))
        row = {
            **mark,
            "rank": rank,
            "parameter": p.name,
            "share": found.share[place],
            "low": found.low[place],
            "high": found.high[place],
            "correlation": found.correlations[place, most],
            "stands_out": bool(found.stands_out[place]),
            "sets": found.sets,
            "most_in": labels[most],
            "value": p.value,
            "range_low": p.low,
            "range_high": p.high,
            "posterior_low": calibrated[0],
            "posterior_high": calibrated[1],
            "unit": p.unit,
            "meaning": p.meaning,
            "reason": p.basis.reason,
        }
        rows.append(row)
    return rows
