"""The assumptions that matter most for a comparison, each with its range and its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tajsim.analysis.choose_rows import first_of_comparison
from tajsim.analysis.influence import Influence, column_weights, influence, ranked
from tajsim.analysis.redrawn import Differences
from tajsim.axes import Array
from tajsim.draws import Draws
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.posterior import load_posterior
from tajsim.inputs.values import ParameterValues

if TYPE_CHECKING:
    from tajsim.ensemble.plan import Plan
    from tajsim.inputs.scenario import Scenario

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
        shown = _clearest([d for d in found if d.scenario == scenario.name], part)
        if not shown:
            continue
        places = [names.index(name) for name in _assumed((plan.scenarios[0], scenario))]
        sets = ranked(np.concatenate([base[places], again[places][:, :redrawn]], axis=1))
        values = ranked(np.stack([np.concatenate([d.base, d.again[GROUP]]) for d in shown]))
        weights = column_weights([d.cell.outcome for d in shown])
        labels = [d.cell.title for d in shown]
        told = [names[place] for place in places]

        def find(values: Array, weights: Array, sets: Array = sets) -> Influence:
            return influence(sets, values, weights, runs, plan.seed, NAMED)

        together = find(values, weights)
        mark = {"scenario": scenario.name, "outcome": TOGETHER, "where": "", "label": ""}
        rows += _rows(mark, together, told, labels, plan.parameters)
        for d, own in zip(shown, values, strict=True):
            cell = d.cell
            mark = {"outcome": cell.outcome, "where": cell.where, "label": cell.title}
            alone = find(own[np.newaxis], np.ones(1))
            rows += _rows(
                {"scenario": scenario.name, **mark}, alone, told, [cell.title], plan.parameters
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _drawn(plan: Plan, redraw: tuple[str, ...]) -> Array:
    """Return ``(parameter, run)`` values as drawn, whatever the scenarios set."""
    draws = Draws(plan.seed, np.arange(plan.runs))
    return ParameterValues(draws, {}, plan.parameters, redraw).table()[1]


def _assumed(pair: Sequence[Scenario]) -> list[str]:
    """Return the assumptions that are drawn in at least one scenario of a pair."""
    return [
        name
        for name, p in load_parameters().items()
        if p.role == "uncertainty" and p.basis.kind == GROUP and p.high > p.low
        if any(name not in scenario.settings for scenario in pair)
    ]


def _clearest(found: Sequence[Differences], comparison: pd.DataFrame) -> list[Differences]:
    """Return the differences shown first that have a sign, or else those that vary at all."""
    shown = first_of_comparison(comparison)
    signed = shown[shown["direction"] != ""]
    varying = shown[shown["share_tied"] < 1.0]
    chosen = signed if len(signed) else varying
    wanted = set(zip(chosen["outcome"], chosen["where"], strict=True))
    return [d for d in found if (d.cell.outcome, d.cell.where) in wanted]


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
