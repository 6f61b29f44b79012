"""Paired comparison: run 17 of a scenario against run 17 of the reference."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtri, stdtr, stdtrit

from tajsim.axes import Array
from tajsim.display import rows_of
from tajsim.draws import AT_START, Draws
from tajsim.errors import UserError
from tajsim.inputs import conditioned, scenario_parts
from tajsim.inputs.deals import load_deals, load_packages
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.values import load_posterior
from tajsim.results.numbers import listed, month_text, parameter_name, percent, words
from tajsim.results.select import attribute, gap, names_of, over_spread, pair_of, title_of
from tajsim.results.window import Cell, Window, cells, months_in, own_events, window_of

Values = Array
LEVEL, SAMPLES = 0.90, 400


@dataclass(frozen=True)
class Effect:
    """The mean of a quantity over runs with its 90 % interval, and the signs of the runs."""

    mean: float
    low: float
    high: float
    median: float
    runs: int
    direction: str
    share_up: float
    share_down: float
    share_tied: float

    @property
    def share_sign(self) -> float:
        """The share of runs with the sign of the direction; ``nan`` without a direction."""
        if not self.direction:
            return np.nan
        return self.share_up if self.direction == "rises" else self.share_down


def mean_interval(values: Values) -> Values:
    """Return mean, low and high, ``(3, ...)``, of values ``(..., run)``: the 90 % t interval.

    Mean ± t · s / √n with n - 1 degrees of freedom. Runs without a finite value are left out; the
    interval is nan where fewer than two have one, the mean where none has.
    """
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    some = np.maximum(count, 1)
    filled = np.where(known, values, 0.0)
    mean = filled.sum(axis=-1) / some
    squares = np.where(known, (filled - mean[..., np.newaxis]) ** 2, 0.0).sum(axis=-1)
    more = np.maximum(count - 1, 1)
    t = stdtrit(more, 0.5 + LEVEL / 2.0)  # standard errors in half of the interval
    half = np.where(count > 1, t * np.sqrt(squares / more / some), np.nan)
    mean = np.where(count > 0, mean, np.nan)
    return np.stack([mean, mean - half, mean + half])


def share_interval(values: Values) -> Values:
    """Return the share of runs with 1, low and high, ``(3, ...)``: Wilson's 90 % interval."""
    known = np.isfinite(values)
    runs = np.maximum(known.sum(axis=-1), 1)
    share, z = np.where(known, values, 0.0).sum(axis=-1) / runs, float(ndtri(0.5 + LEVEL / 2.0))
    middle = (share + z**2 / (2 * runs)) / (1 + z**2 / runs)
    half = z / (1 + z**2 / runs) * np.sqrt(share * (1 - share) / runs + z**2 / (4 * runs**2))
    return np.stack([share, np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)])


def effect(values: Values) -> Effect:
    """Summarise differences ``(run,)``; runs without a finite value are left out.

    The interval is that of `mean_interval`. ``direction`` is ``"rises"`` or ``"falls"``, and ``""``
    where the interval covers zero or is undefined.
    """
    known = values[np.isfinite(values)]
    mean, low, high = map(float, mean_interval(values))
    signs = (known > 0.0, known < 0.0, known == 0.0)
    shares = [float(np.mean(test)) if known.size else np.nan for test in signs]
    median = float(quantiles(known, (0.5,))[0])
    direction = "rises" if low > 0.0 else "falls" if high < 0.0 else ""
    return Effect(mean, low, high, median, known.size, direction, *shares)


#: The smallest effect where none is given, see `smallest_effect`.
OF_LEVEL, OF_SPREAD, LEAST_OF_LEVEL = 0.05, 0.2, 0.01


def smallest_effect(level: Values, size: float | None = None, unit: str = "") -> float:
    """Return the smallest effect worth the name, in the unit of the outcome.

    By default the lower of 5 % of the reference level and a fifth of its spread over runs, so that
    an effect is negligible only where it is small by both; but at least 1 % of the level, which
    decides where runs hardly differ.

    Args:
        level: the reference ``(run,)``. Its level is the mean of its absolute values, its spread
            their standard deviation over runs.
        size: how many of ``unit``; signed, as a bound may be below zero.
        unit: ``level``, ``spread``, ``points`` (hundredths), ``absolute`` or ``count``.
    """
    known = level[np.isfinite(level)]
    mean = float(np.abs(known).mean()) if known.size else 0.0
    spread = float(known.std(ddof=1)) if known.size > 1 else 0.0
    if size is None:
        return max(min(OF_LEVEL * mean, OF_SPREAD * spread), LEAST_OF_LEVEL * mean)
    of_level, of_spread, own = scenario_parts.UNITS[unit]
    return size * (of_level * mean + of_spread * spread + own)


def pairing_factor(reference: Values, scenario: Values) -> float:
    """Return (var(a) + var(b)) / var(a - b): how many times more runs unpaired would need.

    ``inf`` where all differences are the same, ``nan`` where nothing varies or n < 2.
    """
    known = np.isfinite(reference) & np.isfinite(scenario)
    a, b = reference[known], scenario[known]
    if a.size < 2:
        return np.nan
    separate = float(a.var(ddof=1) + b.var(ddof=1))
    paired = float(gap(a, b).var(ddof=1))
    if paired == 0.0:
        return np.inf if separate > 0.0 else np.nan
    return separate / paired


def compare_results(dataset: xr.Dataset, window: Window | None = None) -> pd.DataFrame:
    """Compare every scenario of a Dataset with the first, the reference, run by run.

    Args:
        dataset: results of two scenarios or more.
        window: first and last month; by default, for each scenario, from the first month in
            which its settings or events differ from the reference to the end.

    Returns:
        One row per scenario, outcome and coordinate: both medians; ``difference``, the mean
        paired difference, with ``low`` and ``high``, its 90 % interval (the t interval of the
        mean paired difference, undefined for one run); ``direction``, empty where the interval
        covers zero or is undefined; ``share_sign``, the share of runs with that sign;
        ``share_up``, ``share_down`` and ``share_tied``; ``pairing``, the factor by which
        pairing cut the variance; ``size``, the difference in standard deviations of the reference.

    Raises:
        UserError: with fewer than two scenarios, or for a window outside the results.
    """
    reference, *others = names_of(dataset)
    if not others:
        raise UserError("a comparison needs two scenarios or more; these results hold one")
    rows: list[dict[str, Any]] = []
    for scenario in others:
        months = window_of(dataset, window, scenario)
        for cell in cells(pair_of(dataset, scenario), months):
            rows.append({"scenario": scenario, "reference": reference, **_row(cell, months)})
    return pd.DataFrame(rows)


_OF_EFFECT = ("low", "high", "direction", "share_sign", "share_up", "share_down", "share_tied")


def _row(cell: Cell, window: Window) -> dict[str, Any]:
    a, b = cell.values
    found = effect(gap(a, b))
    return {
        **{name: getattr(cell, name) for name in ("outcome", "where", "unit")},
        "reference_median": float(quantiles(a, (0.5,))[0]),
        "median": float(quantiles(b, (0.5,))[0]),
        "difference": found.mean,
        **{name: getattr(found, name) for name in _OF_EFFECT},
        "pairing": pairing_factor(a, b),
        "size": over_spread(found.mean, a),
        "runs": found.runs,
        **dict(zip(("window_start", "window_end"), window, strict=True)),
        "label": cell.title,
        "headline": cell.headline,
    }


def _uniform(process: str, length: int, seed: int, samples: int) -> Array:
    places = [f"place {number}" for number in range(length)]
    return Draws(seed, np.arange(samples)).uniform_each(process, places, AT_START)


@lru_cache(maxsize=2)
def counts_of_runs(runs: int, seed: int) -> Array:
    """Return ``(sample, run)``: how often each run is in a sample of ``runs`` with replacement."""
    chosen = (_uniform("resampled run", runs, seed, SAMPLES) * runs).astype(np.intp)
    counts = np.stack([np.bincount(own, minlength=runs) for own in chosen.T]).astype(float)
    counts.flags.writeable = False
    return counts


@lru_cache(maxsize=2)
def orders(length: int, seed: int, samples: int) -> np.ndarray:
    """Return ``(sample, length)`` random orders of 0 to ``length - 1``."""
    order = np.argsort(_uniform("random order", length, seed, samples), axis=0).T
    order.flags.writeable = False
    return order


def basis_counts(dataset: xr.Dataset) -> Counter[str]:
    """Count the parameters in force by basis: documented, derived, assumption, scenario.

    A parameter that any of the scenarios sets counts as ``scenario``, whatever its basis was.
    """
    chosen = {name for settings in attribute(dataset, "settings").values() for name in settings}
    pairs = zip(dataset["parameter"].values, dataset["basis"].values, strict=True)
    return Counter("scenario" if str(name) in chosen else str(basis) for name, basis in pairs)


def basis_statement(dataset: xr.Dataset) -> str:
    """Return one or two sentences on what the parameters in force rest on."""
    counts = basis_counts(dataset)
    parts = [
        f"{counts['documented']} are documented",
        f"{counts['derived']} derived from documented figures",
        f"{counts['assumption']} assumed",
    ]
    if counts["scenario"]:
        parts.append(f"{counts['scenario']} set by a scenario")
    uncertain = int((dataset["role"].values == "uncertainty").sum())
    drawn = {
        "posterior": "Each run used one row of the calibrated sample, and what was not calibrated "
        f"of the {uncertain} uncertain ones was drawn from its range.",
        "wide": "Each run used one row of the calibrated sample; all else that has a range, fixed "
        "assumptions too, was drawn from it.",
        "prior": f"The {uncertain} uncertain ones were drawn for each run from their ranges.",
        conditioned.MODE: conditioned_statement(dataset),
    }.get(str(dataset.attrs.get("parameters_mode")), "All were held at their values.")
    return f"Of {sum(counts.values())} parameters in force {listed(parts)}. {drawn}"


def conditioned_statement(dataset: xr.Dataset, brief: bool = False) -> str:
    """Return which documented events conditioned runs meet, or how many; "" for other results."""
    if dataset.attrs.get("parameters_mode") != conditioned.MODE:
        return ""
    told = "Conditioned runs test nothing: they had the chance, of several tried, that met most."
    after = str(dataset["month"].values[-1].astype("datetime64[M]") + 1)
    settings, events = attribute(dataset, "settings"), attribute(dataset, "events")
    for name in names_of(dataset):
        month = min(conditioned.parted(settings.get(name, {}), events.get(name, ())), after)
        met = conditioned.met_before(month, dataset.sizes["run"], int(dataset.attrs["seed"]))
        parts = [f"{words(event)} in {percent(share)}" for event, share in met.items()]
        what = f"{len(met)} documented events" if brief and met else listed(parts)
        until = f" before {month_text(month)}, when it parts from history" * (month < after)
        told += f" “{title_of(dataset, name)}” meets {what or 'no documented event'}{until}."
    return told


COLUMNS = (
    "scenario", "outcome", "where", "unit", "median", "p05", "p95", "mean", "runs", "window_start",
    "window_end", "label", "headline",
)  # fmt: skip


def summarise(dataset: xr.Dataset, window: Window | None = None) -> pd.DataFrame:
    """Return one row per scenario, outcome and coordinate.

    Args:
        window: first and last month; by default from the first month in which any scenario
            differs from the reference to the end, and the whole period for a single scenario.

    Returns:
        A table with the columns `COLUMNS`. ``median``, ``p05``, ``p95`` (5th and 95th
        percentile) and ``mean`` are over runs; ``runs`` counts the runs with a value.
    """
    window = window_of(dataset, window)
    rows: list[tuple[Any, ...]] = []
    shown = list(cells(dataset, window))
    for position, scenario in enumerate(names_of(dataset)):
        for cell in shown:
            values = cell.values[position]
            low, median, high = map(float, quantiles(values))
            mean, runs = float(mean_interval(values)[0]), int(np.isfinite(values).sum())
            about = scenario, cell.outcome, cell.where, cell.unit
            found = median, low, high, mean, runs
            rows.append((*about, *found, *window, cell.title, cell.headline))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def quantiles(values: Values, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> Values:
    """Return quantiles over runs, ``(level, ...)`` of ``(..., run)``; ``nan`` if no run counts.

    Runs without a finite value are left out.
    """
    known = np.isfinite(values)
    if values.size and known.all():
        # As numpy has it, which sorts once more in parts: a third of the time.
        ordered, at = np.sort(values, axis=-1), np.asarray(levels) * (values.shape[-1] - 1)
        low, high = (ordered[..., place.astype(np.intp)] for place in (at, np.ceil(at)))
        part, rise = at % 1.0, high - low
        found = np.where(part < 0.5, low + rise * part, high - rise * (1.0 - part))
        return np.moveaxis(found, -1, 0)
    some = known.any(axis=-1)
    result = np.full((len(levels), *values.shape[:-1]), np.nan)
    if some.any():
        held = np.where(known, values, np.nan)
        result[:, some] = np.nanquantile(held[some], levels, axis=-1)
    return result


IN_FORCE = "deals_in_force"
DONE_COLUMNS = ("scenario", "reference", "deal", "change", "share", "runs", "first", "last")
#: The deal that ends as sections are handed over from the guard to the country's own.
_GUARD, _GUARDED = "russian_border_troops", "russian_border_guards"


def done_by_reference(dataset: xr.Dataset, window: Window | None = None) -> pd.DataFrame:
    """Return in what share of its runs the reference does to deals what each scenario does.

    Args:
        dataset: results of two scenarios or more, the first being the reference.
        window: first and last month; by default that over which each scenario is compared.

    Returns:
        One row for each scenario and deal that its own events begin or end (a handed-over section
        ends the deal on the guard): ``share`` of the ``runs`` of the reference in which the deal is
        begun, or ended, in some month from ``first``, that of the event, to ``last``, the end of
        the window. Empty where no event of the kind is a scenario's own, or the results lack
        ``deals_in_force``.
    """
    rows = []
    names = names_of(dataset)
    for name in names[1:] if IN_FORCE in dataset else ():
        last = window_of(dataset, window, name)[1]
        for (deal, change), first in _own(own_events(dataset, name)).items():
            if first > last:
                continue
            series = dataset[IN_FORCE].sel(scenario=names[0], deal=deal)
            series = series.isel(month=months_in(dataset, (first, last)))
            same = series.transpose("month", "run").values < 0.5
            found = (same if change == "end" else ~same).any(axis=0)
            row = (name, names[0], deal, change, float(np.mean(found)), found.size, first, last)
            rows.append(row)
    return pd.DataFrame(rows, columns=list(DONE_COLUMNS))


def _own(events: list[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Return the deals that events begin or end, with the first month of each."""
    found: dict[tuple[str, str], str] = {}
    for event in sorted(events, key=lambda event: str(event["month"])):
        given, done = event.get("arguments", {}), []
        change = str(given.get("change"))
        if event["kind"] == "deal" and change in ("begin", "end", "close"):
            done = [(str(given["deal"]), "begin" if change == "begin" else "end")]
        elif event["kind"] == "package":
            done = [(deal, "begin") for deal in load_packages()[str(given["package"])].deals[:1]]
        elif event["kind"] == "handover" and given.get("agency") != _GUARD:
            done = [(_GUARDED, "end")]
        for key in done:
            found.setdefault(key, str(event["month"]))
    return found


def reference_sentence(found: pd.DataFrame, scenario: str, title: str = "") -> str:
    """Return one sentence for a scenario on rows of `done_by_reference`; "" where it never does."""
    rows = found[(found["scenario"] == scenario) & (found["share"] > 0.0)]
    if rows.empty:
        return ""
    deals, words = load_deals(), {"begin": "begins", "end": "ends"}
    said = [
        f"the deal “{deals[row.deal].label}” {words[row.change]} in {percent(row.share)}"
        for row in rows_of(rows)
    ]
    reference = f"“{title}”" if title else rows["reference"].iloc[0]
    last = month_text(rows["last"].iloc[0])
    return f"By {last} {listed(said)} of the runs of {reference} too."


#: So many assumptions are tried for each difference.
ASSUMED = 5
#: A third with fewer runs than this says nothing.
FEWEST = 10
#: Chance that any pair at all is told to reverse where none does.
FALSE = 0.10


def turning(dataset: xr.Dataset, reference: Values, scenario: Values) -> str:
    """Return what would turn a difference, as part of a sentence; "" where nothing can be tried.

    Tried are the assumptions whose ranks go with it most. The runs are divided by the value that
    one has in them. If the mean has one sign in all runs and the other in the lowest or highest
    third, beyond what chance gives among so many tried (Bonferroni's bound), the conclusion
    depends on it.

    Args:
        dataset: the results, which hold the drawn parameters.
        reference, scenario: the outcome ``(run,)`` in both.
    """
    differences = gap(reference, scenario)
    whole, thirds = effect(differences), dict[str, list[Effect]]()
    for name, own in _by_rank(dataset, differences).items():
        low, high = np.quantile(own, (1 / 3, 2 / 3))
        parts = differences[own <= low], differences[own >= high]
        if low < high and min(map(len, parts)) >= FEWEST:
            thirds[parameter_name(name)] = list(map(effect, parts))

    def turns(found: Effect) -> bool:
        both = {found.direction, whole.direction} == {"rises", "falls"}
        return both and _p(found) * 2 * len(thirds) < FALSE

    if turned := [name for name, parts in thirds.items() if any(map(turns, parts))]:
        return f"it would turn with another value of {listed(turned[:2])}"
    if faded := [n for n, parts in thirds.items() if "" in (found.direction for found in parts)]:
        return f"it may vanish with another value of {listed(faded[:2])}"
    if len(thirds) == 1:
        return "the one assumption tried would not turn it"
    return f"none of {len(thirds)} assumptions tried would turn it" if thirds else ""


def _p(found: Effect) -> float:
    """Return how often chance alone takes a mean that far to its side of zero."""
    error = (found.mean - found.low) / float(stdtrit(found.runs - 1, 0.5 + LEVEL / 2.0))
    return float(stdtr(found.runs - 1, -abs(found.mean) / error)) if error > 0.0 else 0.0


def _by_rank(dataset: xr.Dataset, differences: Values) -> dict[str, Values]:
    """Return the drawn assumptions whose ranks go with the difference most, with their values."""
    from scipy.stats import rankdata  # which takes half a second to import

    registry, known = load_parameters(), np.isfinite(differences)
    few = len(differences) < 3 * FEWEST or known.sum() < 3
    if few or "parameter_value" not in dataset or np.ptp(differences[known]) == 0.0:
        return {}
    values = dataset["parameter_value"].isel(scenario=0)
    drawn = {
        name: row
        for name, row in zip(map(str, values["parameter"].values), values.values, strict=True)
        if name in registry and registry[name].basis.kind == "assumption"
        if np.ptp(row[known]) > 0.0
    }
    if not drawn:
        return {}
    middle = (known.sum() + 1) / 2.0
    ours = rankdata(differences[known]) - middle
    theirs = rankdata(np.array([*drawn.values()])[:, known], axis=-1) - middle
    tied = np.abs((theirs * ours).sum(axis=-1)) / np.sqrt((theirs**2).sum(axis=-1))
    order = np.argsort(-tied, kind="stable")[:ASSUMED]
    return {name: drawn[name] for name in np.array([*drawn])[order].tolist()}


def inputs_set(dataset: xr.Dataset) -> Iterator[tuple[list[str], str, float]]:
    """Yield scenarios, parameter and value of every setting and every event that sets one."""
    found: dict[tuple[str, float], dict[str, None]] = {}
    for scenario in names_of(dataset):
        settings = list(attribute(dataset, "settings").get(scenario, {}).items())
        for event in attribute(dataset, "events").get(scenario, ()):
            given = event.get("arguments", {})
            if event["kind"] == "set" and "value" in given:
                settings.append((str(given["parameter"]), given["value"]))
        for name, value in settings:
            found.setdefault((name, float(value)), {})[scenario] = None
    for (name, value), scenarios in found.items():
        yield list(scenarios), name, value


def outside_sample(dataset: xr.Dataset) -> list[tuple[list[str], str, float, float, float]]:
    """Return scenarios, parameter, value and range of what is set outside the calibrated sample."""
    try:
        sample = load_posterior()
    except UserError:
        return []
    found = []
    for scenarios, name, value in inputs_set(dataset):
        if name in sample:
            low, high = float(sample[name].min()), float(sample[name].max())
            if not low <= value <= high:
                found.append((scenarios, name, value, low, high))
    return found


def calibrated_note(dataset: xr.Dataset, scenario: str) -> str:
    """Return whether the inputs of a scenario lie in the calibrated range, as part of a sentence.

    Nothing of results that do not say where their parameters come from.
    """
    mode = str(dataset.attrs.get("parameters_mode", ""))
    if mode == "posterior":
        outside = [name for who, name, *_ in outside_sample(dataset) if scenario in who]
        if outside:
            labels = [parameter_name(name) for name in dict.fromkeys(outside)]
            return f"{listed(labels)} is set outside the calibrated range"
        return "what is set lies in the calibrated range"
    return {"prior": "parameters are not calibrated", "fixed": "parameters are held"}.get(mode, "")
