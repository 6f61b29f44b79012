"""Two naive forecasts of a checked target, from earlier figures of the ledger alone.

``carried``: the last value carried forward. For an event: it has not happened before its months,
and goes on not happening. For a change or a difference: none. For any other number: the latest
earlier target of the same ``series``, with its error.

``mean``: no change from the fitted mean. For an event of a commander: the rate a month at which
the fitted events of commanders happened (how many did, over all months of their windows). For a
change or a difference: none. For any other number: the mean of the fitted targets of the same
``series``, on the scale of the target, with the error of that mean.

A bound has no baseline, and neither has a target for which the ledger holds nothing earlier.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tajsim.analysis.scores import score_of_chance, score_of_normal
from tajsim.analysis.targets import standard_errors
from tajsim.ensemble.months import month_names
from tajsim.inputs.targets import Target

NO_CHANGE = ("change", "difference")
OF_COMMANDERS = "commander"


@dataclass(frozen=True)
class Baseline:
    """A naive forecast: a chance for an event, else a number with a spread.

    ``value`` is in the unit of the target (a chance for an event), ``score`` in standard errors
    of the target, as that of the simulation; ``source`` says in words where it comes from.
    """

    value: float
    score: float
    source: str


def carried(target: Target, targets: Iterable[Target]) -> Baseline | None:
    """Return the forecast of the last value carried forward, `None` where it cannot be formed."""
    if target.is_event:
        return _chance(target, 0.0, "it has not happened before")
    if target.bound != "about":
        return None
    if target.measure in NO_CHANGE:
        return _numbers(target, (), "no change")
    earlier = [t for t in _series(target, targets) if t.window[1] < target.window[0]]
    if not earlier:
        return None
    last = max(earlier, key=lambda t: t.window[1])
    return _numbers(target, (last,), last.figure.id)


def fitted_mean(target: Target, targets: Iterable[Target]) -> Baseline | None:
    """Return the forecast of no change from the fitted mean, `None` where it cannot be formed."""
    targets = tuple(targets)
    if target.is_event:
        rate = commander_rate(targets)
        if OF_COMMANDERS not in target.where or math.isnan(rate):
            return None
        chance = 1.0 - math.exp(-rate * len(month_names(*target.window)))
        return _chance(target, chance, "rate of the fitted events of commanders")
    if target.bound != "about":
        return None
    if target.measure in NO_CHANGE:
        return _numbers(target, (), "no change")
    fitted = [t for t in _series(target, targets) if t.use == "fitted"]
    if not fitted:
        return None
    return _numbers(target, fitted, ", ".join(t.figure.id for t in fitted))


def commander_rate(targets: Iterable[Target]) -> float:
    """Return the fitted events of commanders that happened, by month watched; `nan` without any."""
    fitted = [t for t in targets if t.use == "fitted" and t.is_event and OF_COMMANDERS in t.where]
    months = sum(len(month_names(*t.window)) for t in fitted)
    return sum(t.observed for t in fitted) / months if months else math.nan


def _series(target: Target, targets: Iterable[Target]) -> list[Target]:
    """Return the other numbers of a target's series, on the same scale and in the same unit."""
    return [
        t
        for t in targets
        if target.series
        and t.series == target.series
        and t.id != target.id
        and not t.is_event
        and t.bound == "about"
        and t.scale == target.scale
        and t.unit == target.unit
    ]


def _chance(target: Target, chance: float, source: str) -> Baseline:
    return Baseline(chance, score_of_chance(chance, target.observed) / target.error, source)


def _numbers(target: Target, from_: Sequence[Target], source: str) -> Baseline:
    """Return a normal forecast around the mean of others, or around no change."""
    observed = [t.observed for t in from_] or [0.0]
    middle = float(standard_errors(target, np.array(observed)).mean())
    doubt = sum((t.error / target.error) ** 2 for t in from_) / max(len(from_), 1) ** 2
    mean = np.exp(np.log(observed).mean()) if target.scale == "log" else np.mean(observed)
    return Baseline(float(mean), score_of_normal(middle, math.sqrt(1.0 + doubt), 0.0), source)
