"""How far the model may be off in levels: the bands that parameters, chance and its form give.

A level is what a run gives, moved on the scale of its outcome by a normal discrepancy that lasts
over years: amounts by a factor (log), shares in their odds (logit); yes or no, codes and what is
given from outside not at all. Its scale is estimated from what the calibrated sample leaves between
simulated and observed targets: for a theme with three or more numbers by its own, starting from
what all others say, elsewhere the common one, which no record judges. What was fitted lies nearer
than what was not, so that the scale is rather too small than too large.

Paired differences have no discrepancy: what the two sides share cancels, and what they do not is
unknown.
"""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import expit, logit, ndtri

from tajsim.axes import Array
from tajsim.files import data_tables, data_text
from tajsim.inputs.outcomes import Outcome, load_outcomes
from tajsim.inputs.targets import Target, load_targets
from tajsim.results import effect, select, window

FILE_NAME, OTHER = "discrepancy.toml", "Other"
#: So many targets of a theme must be numbers for it to have a scale of its own.
ENOUGH = 3
#: What differences leave out.
PAIRED = (
    "Paired differences hold parameters and chance only: where the model errs alike on both sides "
    "it cancels, and where it does not no band shows it."
)
#: Equally likely values of a normal variable, by which runs are spread. The second and the last but
#: one are the ends of its 90 % band; the outermost ones give it its variance.
_NODES: Array = ndtri((np.arange(30) + 0.5) / 30)
_NODES[[0, -1]] *= math.sqrt((30 - (_NODES[1:-1] ** 2).sum()) / 2) / _NODES[-1]
_FLOOR = 1e-4
Z90 = 1.6449  # half of a 90 % interval of a normal distribution, in standard deviations


def themes() -> Mapping[str, Sequence[str]]:
    """Return the outcomes of each theme."""
    found: Mapping[str, Sequence[str]] = data_tables(FILE_NAME)["themes"]
    return found


def theme_of(outcome: str) -> str:
    """Return the theme of an outcome."""
    return next((theme for theme, names in themes().items() if outcome in names), OTHER)


@dataclass(frozen=True)
class Scale:
    """The scale of a theme's discrepancy, a standard deviation in logarithms or logits.

    ``judged`` says whether targets of the theme itself have a say in it; ``targets`` are those.
    """

    value: float
    judged: bool
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Residual:
    """What is left of a target on the scale of its outcome, with its variance without discrepancy.

    ``share`` is the part of the scale's variance that it has, ``year`` when it is.
    """

    target: Target
    value: float
    variance: float
    share: float
    year: float


def moved(values: Array, form: str, by: Array | float) -> Array:
    """Return values moved on the scale ``log``, ``logit``, ``fisher`` or ``none``."""
    if form == "log":
        return np.asarray(values * np.exp(by))
    if form == "fisher":  # between -1 and 1
        return 2.0 * moved((values + 1.0) / 2.0, "logit", by) - 1.0
    if form == "logit":
        with np.errstate(divide="ignore"):
            return np.asarray(expit(logit(np.clip(values, 0.0, 1.0)) + by))
    return np.asarray(values + 0.0 * by)


def _on_scale(value: float, form: str) -> float:
    if form == "log":
        return math.log(max(value, _FLOOR))
    return float(logit(min(max(value, _FLOOR), 1.0 - _FLOOR)))


def lasting(years: float) -> float:
    """Return the share of a year's variance that the mean over so many years keeps."""
    rho = data_tables(FILE_NAME)["correlation"]["value"]
    apart = np.arange(max(1, round(years)))
    return float((rho ** np.abs(apart[:, np.newaxis] - apart)).mean())


def share_of(target: Target) -> float:
    """Return the part of a year's variance that a target has; 0 for one that has no discrepancy.

    The two windows of a change have nearly the same discrepancy, the nearer the more. A difference
    is told in units of its levels, which the fit does not keep, and has none.
    """
    form = load_outcomes()[target.outcome].scale
    if target.is_event or form == "none" or target.measure in ("difference", "ratio"):
        return 0.0
    first, last = map(window.year_of, target.window)
    if target.measure == "change":
        assert target.base
        gap = abs(window.year_of(target.base[0]) - first)
        return 2.0 * (1.0 - float(data_tables(FILE_NAME)["correlation"]["value"] ** gap))
    return lasting(last - first)


def target_form(target: Target) -> tuple[str, float, float]:
    """Return the scale of a target, and what to multiply its numbers by and add to be on it."""
    if target.measure == "change":
        return "log", 0.01, 1.0
    return load_outcomes()[target.outcome].scale, 1.0 / abs(target.times), 0.0


def standard_errors_of(
    simulated: Array, observed: float, error: float, scale: str, bound: str
) -> Array:
    """Return simulated less observed in standard errors of a target, see `Target`.

    Zero on the allowed side of a bound. On a logarithmic scale values below a ten-thousandth of the
    observed one count as that part of it.
    """
    apart = simulated - observed
    if scale == "log":
        apart = np.log(np.maximum(simulated / observed, _FLOOR))
    low, high = {"at_least": (-np.inf, 0.0), "at_most": (0.0, np.inf)}.get(bound, (-np.inf, np.inf))
    return np.asarray(np.clip(apart, low, high) / error)


def _residual(target: Target, row: Mapping[str, str]) -> _Residual | None:
    """Return what is left of a target, None of one that says nothing on levels."""
    share = share_of(target)
    if target.use == "given" or target.bound != "about" or share == 0.0:
        return None
    form, factor, plus = target_form(target)
    low, middle, high, mean = (
        float(row[name]) * factor + plus for name in ("low", "median", "high", "mean")
    )
    seen = target.observed * factor + plus
    if load_outcomes()[target.outcome].unit == "number":  # few events: chance is that of counts
        chance = 1.0 / max(seen, 1.0)
        middle = max(mean, 0.05)
    else:
        chance = ((_on_scale(high, form) - _on_scale(low, form)) / (2.0 * Z90)) ** 2
    error = target.error
    if target.scale == "natural":  # to first order on the scale of the outcome
        error *= factor / max(seen * (1.0 - seen) if form == "logit" else seen, _FLOOR)
    value = _on_scale(seen, form) - _on_scale(middle, form)
    first, last = map(window.year_of, target.window)
    return _Residual(target, value, error**2 + chance, share, (first + last) / 2.0)


@cache
def residuals() -> tuple[_Residual, ...]:
    """Return what the calibrated sample leaves of each target that is a number."""
    rows = {r["target"]: r for r in csv.DictReader(data_text("posterior_targets.csv").splitlines())}
    found = (_residual(t, rows[t.id]) for t in load_targets().values() if t.id in rows)
    return tuple(r for r in found if r is not None)


def _log_likelihood(chosen: Sequence[_Residual], scales: Array) -> Array:
    """Return the logarithm of the density of residuals for each of some scales."""
    values = np.array([r.value for r in chosen])
    plain = np.diag([r.variance for r in chosen])
    rho = data_tables(FILE_NAME)["correlation"]["value"]

    def together(a: _Residual, b: _Residual) -> float:
        if a is b:
            return a.share
        same = (a.target.outcome, a.target.where) == (b.target.outcome, b.target.where)
        plain = "change" not in (a.target.measure, b.target.measure)
        return float(rho ** abs(a.year - b.year)) if same and plain else 0.0

    shared = np.array([[together(a, b) for b in chosen] for a in chosen])
    found = []
    for scale in scales:
        spread = plain + scale**2 * shared
        _, size = np.linalg.slogdet(spread)
        found.append(-0.5 * (size + values @ np.linalg.solve(spread, values)))
    return np.array(found)


def _estimate(chosen: Sequence[_Residual], middle: float, width: float) -> float:
    """Return the posterior median of a scale whose prior is lognormal."""
    grid = np.exp(np.linspace(math.log(0.02), math.log(5.0), 300))
    logs = -0.5 * ((np.log(grid) - math.log(middle)) / width) ** 2
    if chosen:
        logs = logs + _log_likelihood(chosen, grid)
    weights = np.cumsum(np.exp(logs - logs.max()))
    return float(grid[np.searchsorted(weights, 0.5 * weights[-1])])


@cache
def common(without: str = "") -> float:
    """Return the scale that all themes share, perhaps without the targets of one theme."""
    row = data_tables(FILE_NAME)["scale"]
    width = (math.log(row["high"]) - math.log(row["low"])) / (2.0 * Z90)
    chosen = [r for r in residuals() if theme_of(r.target.outcome) != without]
    return _estimate(chosen, row["value"], width)


@cache
def scale_of(theme: str, left_out: bool = False) -> Scale:
    """Return the scale of a theme; ``left_out`` as the other themes alone say."""
    own = [r for r in residuals() if theme_of(r.target.outcome) == theme]
    if left_out and own:
        return Scale(common(theme), False)
    if theme == OTHER or len(own) < ENOUGH:
        return Scale(common(), False)
    found = _estimate(own, common(theme), data_tables(FILE_NAME)["apart"]["value"])
    return Scale(found, True, tuple(r.target.id for r in own))


def spread_runs(values: Array, form: str, scale: float) -> Array:
    """Return ``(..., run * node)``: each run with equally likely discrepancies."""
    if form == "none" or scale <= 0.0:
        return values
    found = moved(values[..., np.newaxis], form, scale * _NODES)
    return found.reshape(*values.shape[:-1], -1)


def band(values: Array, outcome: Outcome | str) -> Array:
    """Return ``(2, ...)``: the ends of the 90 % band of levels ``(..., run)``, in their unit.

    It holds parameters, chance and the discrepancy of the model; `judged` says whether a record
    has a say in its width.

    Args:
        values: levels of runs, over a month or a year; what is missing is left out.
        outcome: the outcome, or its name; one's own outcomes have none.
    """
    row = load_outcomes().get(outcome) if isinstance(outcome, str) else outcome
    if row is None:
        return effect.quantiles(values, (0.05, 0.95))
    scale = scale_of(theme_of(row.name)).value
    return effect.quantiles(spread_runs(values, row.scale, scale), (0.05, 0.95))


def judged(outcome: str) -> bool:
    """Tell whether targets of its theme have a say in the band of an outcome, or it has none."""
    row = load_outcomes().get(outcome)
    return row is None or row.scale == "none" or scale_of(theme_of(outcome)).judged


def dashed(outcomes: Sequence[str], whose: str = "") -> str:
    """Return what the dashed ends of bands are in a picture, and where no record judges them."""
    unjudged = [name for name in outcomes if not judged(name)]
    some = f"for {len(unjudged)} of {len(outcomes)} outcomes " * (len(unjudged) < len(outcomes))
    more = f"; {some}no record judges its width, which is the common one" if unjudged else ""
    return f"Dashed: 90 %{whose} with the discrepancy of the model{more}."


def statement() -> str:
    """Return what the bands rest on, in sentences."""
    own = {theme: scale_of(theme) for theme in themes()}
    told = [f"{n} {s.value:.2f} ({len(s.targets)} targets)" for n, s in own.items() if s.judged]
    return (
        "Bands hold parameters, chance and a discrepancy of the model, a standard deviation in "
        f"logarithms or logits: {', '.join(told)}; elsewhere the common {common():.2f}, which no "
        f"record judges. {PAIRED}"
    )


#: The name of the table that results of `history` hold.
TABLE, DOCUMENTED = "band", "history"
COLUMNS = ("outcome", "label", "unit", "year", "median", "low", "high", "theme", "judged")


def yearly_bands(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the band of every outcome, as a whole, in every whole year of `history`.

    Returns:
        The columns `COLUMNS`: ``median`` of the runs, ``low`` and ``high`` of the band, in the
        unit over a year; ``judged``, whether a record has a say in its width.
    """
    one = dataset.sel(scenario=[DOCUMENTED])
    rows = [row for name in select.outcome_names(dataset) for row in _years(one, name)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _years(dataset: xr.Dataset, name: str) -> Iterator[tuple[Any, ...]]:
    row = load_outcomes().get(name)
    months = dataset["month"].values.astype("datetime64[M]").astype(int)
    first = int(-months[0] % 12)
    count = (len(months) - first) // 12
    if row is None or count < 1:
        return
    series = window.at_places(dataset, name)
    values = series.transpose("month", "run", "scenario").values[first : first + 12 * count, :, 0]
    parts = values.reshape(count, 12, -1).astype(np.float64)
    how = {"last": parts[:, -1], "maximum": parts.max(axis=1), "mean": parts.mean(axis=1)}
    found = how.get(row.aggregate, parts.sum(axis=1))
    ends, middles = band(found, row), effect.quantiles(found, (0.5,))[0]
    about = theme_of(name), judged(name)
    for place in range(count):
        year = 1970 + int(months[first]) // 12 + place
        middle, low, high = middles[place], ends[0, place], ends[1, place]
        yield name, row.label, row.window_unit, year, middle, low, high, *about


def with_bands(dataset: xr.Dataset) -> xr.Dataset:
    """Return results that hold `history` with its bands: ``band_low``, ``band_high`` and others.

    They are variables over ``band_row``, beside ``band_outcome`` and ``band_year``.
    """
    if DOCUMENTED not in select.names_of(dataset) or dataset.sizes["month"] < 12:
        return dataset
    return select.keep_table(dataset, TABLE, yearly_bands(dataset))
