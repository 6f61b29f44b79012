"""What the page draws of one outcome: the fans of both scenarios and the paired difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from scipy.special import stdtrit

from tajsim.app.numbers import rounded
from tajsim.app.state import split_spec
from tajsim.plots.series import Floats, rare, reduce, scaled, smooth, smooth_unit, titled, unit_of
from tajsim.plots.windows import mean_interval, quantiles, share_interval, yes_or_no

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
SMOOTH = 12


def fan_of(variable: xr.DataArray, spec: str) -> dict[str, Any] | None:
    """Return fans and difference of an outcome, as `tajsim.plots.fan` draws them smoothed by year.

    Args:
        variable: ``(scenario, own..., month, run)`` of reference and scenario.
        spec: ``outcome`` or ``outcome@section=khorog``.

    Returns:
        ``lines`` by scenario: five quantiles over the runs, or mean, low and high where ``kind``
        is ``mean`` (shares of runs, rare counts); ``difference``: the mean paired difference with
        its 90 % interval. All ``(line, month)`` in ``unit``. None while there are too few months.
    """
    _, where = split_spec(spec)
    select = {dimension: [name] for dimension, name in where.items()}
    series = reduce(variable, select)
    binary = not rare(series) and yes_or_no(series.values)
    if series.sizes["month"] < SMOOTH:
        return None
    unit = unit_of(series, windowed=False)
    if not binary:
        unit, series = smooth_unit(series), smooth(series, SMOOTH)
    factor, unit = (0.01, "% of runs") if binary else scaled(series.values, unit)
    mean = binary or rare(series)
    values = [np.asarray(part, np.float64) for part in series.values]
    lines = [_lines(part, mean, binary) / factor for part in values]
    return {
        "spec": spec,
        "title": titled(variable, select),
        "unit": f"{unit} (mean)" if rare(series) else unit,
        "kind": "mean" if mean else "bands",
        "months": [str(m) for m in series["month"].values.astype("datetime64[M]")],
        "lines": [rounded(part) for part in lines],
        "difference": rounded(paired_by_month(values[1] - values[0]) / factor),
    }


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
