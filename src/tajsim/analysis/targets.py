"""What runs say about each target: simulated values beside the observed one and its error."""

from collections.abc import Iterable, Sequence

import numpy as np
import xarray as xr

from tajsim.axes import Array
from tajsim.errors import refuse
from tajsim.inputs.targets import Target
from tajsim.results.discrepancy import standard_errors_of
from tajsim.results.numbers import listed
from tajsim.results.window import at_places, months_in, over, whole_period


def target_outcomes(targets: Iterable[Target]) -> tuple[str, ...]:
    """Return the outcomes that must be recorded for these targets, sorted."""
    return tuple(sorted({n for t in targets for n in (t.outcome, t.divisor) if n}))


def last_month(targets: Iterable[Target]) -> str:
    """Return the last month that any of these targets looks at."""
    return max(month for t in targets for month in _months(t))


def _months(target: Target) -> list[str]:
    return [*target.window, *(target.base or ())]


def target_values(dataset: xr.Dataset, targets: Sequence[Target]) -> Array:
    """Measure targets in the runs of the first scenario of results.

    Returns:
        ``(target, run)`` in the unit of each figure, nan where a change or a ratio is relative to
        zero; events are 1 where the outcome was above zero, else 0.

    Raises:
        UserError: if outcomes are not in the results, a line for each, or months, in one line.
    """
    first, last = whole_period(dataset)
    wrong = [
        f"target '{target.id}' needs the outcome '{name}', which the results do not hold"
        for target in targets
        for name in target_outcomes([target])
        if name not in dataset
    ]
    beyond = [f"'{t.id}'" for t in targets if min(_months(t)) < first or max(_months(t)) > last]
    what = f"target {beyond[0]} looks" if len(beyond) == 1 else f"targets {listed(beyond, 3)} look"
    refuse(wrong + [f"{what} beyond the results ({first} to {last})"] * bool(beyond))
    runs = dataset.isel(scenario=0)
    return np.array([_simulated(runs, t) for t in targets])


def _simulated(runs: xr.Dataset, target: Target) -> Array:
    """Return one target's value ``(run,)`` in the unit of its figure."""
    series = at_places(runs, target.outcome, target.where)
    if target.is_event:
        part = series.isel(month=months_in(series, target.window))
        return np.asarray((part > 0).any("month").values, dtype=np.float64)
    if target.measure == "sum":
        part = series.isel(month=months_in(series, target.window))
        values = np.asarray(part.sum("month", dtype=np.float64).values)
    else:
        values = over(series, target.window).values
    if target.base:
        before = over(series, target.base).values
        values = values - before
        if target.measure == "change":
            values = quotient(100.0 * values, before)
    if target.divisor:
        below = at_places(runs, target.divisor, target.where)
        values = quotient(values, over(below, target.window).values)
    return values * target.times


def quotient(values: Array, divisor: Array) -> Array:
    """Return a quotient; nan where the divisor is zero."""
    result: Array = np.full_like(values, np.nan)
    np.divide(values, divisor, out=result, where=divisor != 0.0)
    return result


def standard_errors(target: Target, simulated: Array) -> Array:
    """Return simulated less observed in standard errors of the target, on its scale.

    Zero on the allowed side of a bound; nan where there is no simulated value.
    """
    about = target.observed, target.error, target.scale, target.bound
    return standard_errors_of(simulated, *about)
