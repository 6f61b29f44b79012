"""What the page draws of one outcome: the fans of both scenarios and the paired difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy.special import stdtrit

from tajsim.app.numbers import rounded
from tajsim.app.state import split_spec
from tajsim.app.task import SMOOTH
from tajsim.plots.series import Floats, counted, rare, reduce, scaled, smooth_unit, titled
from tajsim.plots.windows import mean_interval, quantiles, share_interval
from tajsim.results.outcomes import yes_or_no
from tajsim.results.pairs import gap

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def fan_of(sides: Sequence[xr.DataArray], spec: str) -> dict[str, Any] | None:
    """Return fans and difference of an outcome, as `tajsim.plots.fan` draws them smoothed by year.

    Args:
        sides: of the reference and of the scenario, ``(scenario 1, own..., month, run)``, each as
            far as it is there; the reference alone, if nothing of the scenario is.
        spec: ``outcome`` or ``outcome@section=khorog``.

    Returns:
        ``lines`` by scenario: five quantiles over the runs, or mean, low and high where ``kind``
        is ``mean`` (shares of runs, rare counts); ``difference``: the mean paired difference with
        its 90 % interval, as far as both are there. All ``(line, month)`` in ``unit``. None while
        there are too few months.
    """
    _, where = split_spec(spec)
    select = {dimension: [name] for dimension, name in where.items()}
    if not sides or sides[0].sizes["month"] < SMOOTH:
        return None
    series = [reduce(side, select) for side in sides if side.sizes["month"] >= SMOOTH]
    values = [np.asarray(part.values[0], np.float64) for part in series]
    months = max((part["month"].values for part in series), key=len)
    binary = not rare(series[0]) and yes_or_no(series[0])
    factor, unit = 0.01, "% of runs"
    if not binary:
        yearly = 12.0 if counted(series[0]) else 1.0
        values, months = [_rolled(part) * yearly for part in values], months[SMOOTH - 1 :]
        factor, unit = scaled(np.concatenate([part.ravel() for part in values]),
                              smooth_unit(series[0]))  # fmt: skip
    mean = binary or rare(series[0])
    lines = [rounded(_lines(part, mean, binary) / factor) for part in values]
    both = min(len(part) for part in values) if len(values) == 2 else 0
    difference: Any = [[], [], []]
    if both:
        difference = rounded(paired_by_month(gap(values[0][:both], values[1][:both])) / factor)
    return {
        "spec": spec,
        "title": titled(sides[0], select),
        "unit": f"{unit} (mean)" if rare(series[0]) else unit,
        "kind": "mean" if mean else "bands",
        "months": [str(m) for m in months.astype("datetime64[M]")],
        "lines": lines if len(lines) == 2 else [*lines, [[] for _ in lines[0]]],
        "difference": difference,
    }


def _rolled(values: Floats) -> Floats:
    """Return the mean over the year up to each month of ``(month, run)``, as `plots` smooths.

    This one is several times faster: a fan is drawn a dozen times while it grows.
    """
    count = len(values) - SMOOTH + 1
    added = values[:count].copy()
    for later in range(1, SMOOTH):
        added += values[later : later + count]
    return added / SMOOTH


def _lines(values: Floats, mean: bool, binary: bool) -> Floats:
    if not mean:
        return quantiles(values, LEVELS)
    return np.stack(share_interval(values) if binary else mean_interval(values))


def paired_by_month(differences: Floats) -> Floats:
    """Return mean, low and high of differences ``(month, run)``: the 90 % t interval of the mean.

    Runs without a value are left out; the interval is nan where fewer than two have one.
    """
    known = np.isfinite(differences)
    count = known.sum(axis=1)
    some = np.maximum(count, 1)
    values = np.where(known, differences, 0.0)
    mean = np.where(count > 0, values.sum(axis=1) / some, np.nan)
    squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
    spread = np.sqrt(squares / np.maximum(count - 1, 1))
    half = stdtrit(np.maximum(count - 1, 1), 0.95) * spread / np.sqrt(some)
    half = np.where(count > 1, half, np.nan)
    return np.stack([mean, mean - half, mean + half])
