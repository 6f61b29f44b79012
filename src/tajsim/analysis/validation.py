"""``validate``: what the documents observed against the distribution that is simulated."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtr

import tajsim.analysis.targets as measured
from tajsim.axes import DIMENSIONS, Array
from tajsim.display import Printed, rows_of
from tajsim.ensemble.fingerprint import uncalibrated_version
from tajsim.ensemble.run import Sampling, ScenarioLike, prepare, simulate
from tajsim.errors import UserError, refuse, unknown
from tajsim.files import read_text
from tajsim.inputs import conditioned, outcomes, registry, toml
from tajsim.inputs.targets import Target, load_targets
from tajsim.inputs.values import about_posterior
from tajsim.results import discrepancy, effect, numbers, select, window

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROOT = math.sqrt(2.0 * math.pi)
#: So many runs are compared with all others at a time, to bound the memory.
_BLOCK = 500


def score_of_runs(values: Array, spread: float, observed: float) -> float:
    """Return the score of runs that each forecast a normal distribution.

    E|X - y| - E|X - X'| / 2, with X and X' drawn from the mixture of the runs' normals (Grimit and
    others 2006, Quarterly Journal of the Royal Meteorological Society 132, 2925-2942).

    Args:
        values: ``(run,)`` the middles, without missing ones; `nan` is returned if there are none.
        spread: standard deviation of each, in their unit; 0 for sure values.
        observed: what was observed, in their unit.
    """
    if not values.size:
        return math.nan
    distance = _mean_size(values - observed, spread).mean()
    within = 0.0
    for first in range(0, values.size, _BLOCK):
        gaps = values[first : first + _BLOCK, np.newaxis] - values
        within += float(_mean_size(gaps, math.sqrt(2.0) * spread).sum())
    return float(distance) - within / (2.0 * values.size**2)


def score_of_chance(chance: float, happened: float) -> float:
    """Return the score of the chance of an event that happened (1) or not (0): its square error."""
    return (chance - happened) ** 2


def _mean_size(middle: Array, spread: float) -> Array:
    """Return the mean of the absolute value of a normal quantity."""
    if spread <= 0.0:
        return np.abs(middle)
    z = middle / spread
    return np.asarray(spread * (2.0 * np.exp(-0.5 * z**2) / _ROOT + z * (2.0 * ndtr(z) - 1.0)))


#: The columns of a user's file.
SERIES_COLUMNS = ("outcome", "place", "year", "value", "unit", "source")
#: The columns of the scores of series.
SCORED = (
    "outcome", "place", "years", "coverage", "width", "rank", "score", "persistence", "flat",
    "wins", "unit", "source",
)  # fmt: skip
#: A place of a user's series that stands for the whole country.
WHOLE = ("", "all")


class Observation(NamedTuple):
    """What was observed in one year, in the outcome's unit over a window."""

    outcome: str
    place: str
    year: int
    value: float
    source: str

    @property
    def where(self) -> dict[str, str]:
        """Return the places by dimension: ``pianj`` is found in the outcome's own."""
        return _places(self.outcome, self.place)


def _places(outcome: str, text: str) -> dict[str, str]:
    """Return the places of ``pianj`` or ``section=pianj;agency=army`` by dimension; none of all."""
    own, found = outcomes.load_outcomes()[outcome].dimensions, dict[str, str]()
    for part in map(str.strip, text.split(";") if text not in WHOLE else ()):
        named, _, name = part.rpartition("=")
        dimension = next((d for d in own if name in DIMENSIONS[d] and named in ("", d)), "")
        if not dimension:
            known = [f"{d}={n}" if named else n for d in own for n in DIMENSIONS[d]]
            hint = unknown("place", part, [*known, "all"]) if own else f"'{part}'; expected none"
            raise ValueError(f"place: {hint}")
        if other := found.get(dimension):
            raise ValueError(f"place: '{other}' and '{name}'; expected one {dimension} in a line")
        found[dimension] = name
    return {d: found[d] for d in own if d in found}


def read_observations(path: str | Path) -> list[Observation]:
    """Read a user's series: a CSV file with the columns of `SERIES_COLUMNS`.

    Raises:
        UserError: a line for each mistake, with file, line, key and what was expected.
    """
    table = csv.DictReader(read_text(Path(path), str(path), "a .csv file").splitlines())
    have = list(table.fieldnames or ())
    if missing := [name for name in SERIES_COLUMNS if name not in have]:
        expected = f"expected {', '.join(SERIES_COLUMNS)}, found {', '.join(have) or 'none'}"
        raise UserError(f"{path}:1: no column '{missing[0]}'; {expected}")
    found: dict[tuple[str, str, int], tuple[int, Observation]] = {}
    wrong: list[str] = []
    for row in table:
        try:
            if None in row or None in row.values():
                raise ValueError(f"too many or too few cells; expected {len(have)}, between commas")
            one = _observation({name: (row[name] or "").strip() for name in SERIES_COLUMNS})
            if same := found.get(one[:3]):
                raise ValueError(f"year: {one.year} stands in line {same[0]} too")
            found[one[:3]] = table.line_num, one
        except ValueError as error:
            wrong.append(f"{path}:{table.line_num}: {error}")
    if wrong or not found:
        raise UserError(wrong or [f"{path}: holds no row; expected one for each year observed"])
    return [one for _, one in found.values()]


def _observation(row: Mapping[str, str]) -> Observation:
    known = outcomes.load_outcomes()
    if row["outcome"] not in known:
        raise ValueError(f"outcome: {unknown('outcome', row['outcome'], known)}")
    outcome = known[row["outcome"]]
    place = ";".join(_places(outcome.name, row["place"]).values())
    if row["unit"] != outcome.window_unit:
        expected = f"expected '{outcome.window_unit}'"
        raise ValueError(f"unit: '{row['unit']}' is not that of {outcome.name}; {expected}")
    if not toml.is_month(f"{row['year']}-01"):
        raise ValueError(f"year: '{row['year']}' is no year; expected one such as 2008")
    first, last = toml.FIRST_MONTH[:4], toml.LAST_MONTH[:4]
    if not first <= row["year"] <= last:
        raise ValueError(f"year: {row['year']} is not simulated; expected {first} to {last}")
    try:
        value = registry.read_quantity(row["value"], "")
    except ValueError:
        raise ValueError(f"value: '{row['value']}' is not a finite number") from None
    year = registry.whole_number(row["year"])
    return Observation(outcome.name, place, year, value, row["source"])


def documented(targets: Iterable[Target]) -> list[Observation]:
    """Return the figures of the targets that are a level or sum of one calendar year or month."""
    found: dict[tuple[str, str, int], Observation] = {}
    for t in targets:
        plain = t.measure in ("level", "sum") and not (t.base or t.is_event) and t.bound == "about"
        year = t.window[0][:4]
        if plain and year == t.window[1][:4] and t.use != "given":
            place = ";".join(f"{d}={name}" for d, name in t.where.items())
            one = Observation(t.outcome, place, int(year), t.observed / t.times, t.figure.id)
            found.setdefault(one[:3], one)
    return [*found.values()]


def series_scores(
    dataset: xr.Dataset, observations: Iterable[Observation], documented_too: bool = True
) -> pd.DataFrame:
    """Score each series over its years; the first scenario of the results counts.

    Args:
        documented_too: whether the series may be targets, by which their theme must not be judged.

    Returns:
        One row a series (outcome and place): ``years`` in which some run has the outcome, the only
        ones that count; ``coverage``, the share of them observed within the 90 % band (runs with
        the discrepancy of the model; of documented series as the other themes have it), and
        ``width``, the mean width of that band over the mean size of what was observed; ``rank``,
        the mean share of runs below the observed value and half of those equal to it (0.5 without
        bias); and over the years after the first, in the outcome's unit, the mean continuous ranked
        probability score of the runs (``score``), of the last observed value carried forward
        (``persistence``) and of the mean of all earlier ones (``flat``); ``wins`` names the naive
        forecasts with the lower score. Both know what was observed before; the runs do not. What is
        undefined is nan.

    Raises:
        UserError: for a year that was not simulated.
    """
    rows, (first, last) = [], window.whole_period(dataset)
    listed = sorted(observations, key=lambda o: o[:3])
    beyond = [o for o in listed if not first <= f"{o.year}-01" <= f"{o.year}-12" <= last]
    expected = f"not simulated; expected {first} to {last}"
    refuse(f"{o.outcome}, {o.year}: {expected}" for o in beyond)
    for (outcome, place), group in groupby(listed, key=lambda o: (o.outcome, o.place)):
        years = [*group]
        series = window.at_places(dataset.isel(scenario=0), outcome, years[0].where)
        theme = discrepancy.theme_of(outcome)
        scale = discrepancy.scale_of(theme, left_out=documented_too).value
        form = outcomes.load_outcomes()[outcome].scale
        levels = [window.over(series, (f"{o.year}-01", f"{o.year}-12")).values for o in years]
        finite = [values[np.isfinite(values)] for values in levels]
        runs = [discrepancy.spread_runs(values, form, scale) for values in finite]
        every = np.array([o.value for o in years])
        there = [n for n, values in enumerate(runs) if values.size]
        count, seen = len(there) or np.nan, every[there]
        low, _, high = np.array([effect.quantiles(values) for values in runs])[there].T
        inside = (low <= seen) & (seen <= high)
        width = (high - low).sum() / (np.abs(seen).sum() or np.nan)
        ranks = [(runs[n] < every[n]).mean() + (runs[n] == every[n]).mean() / 2 for n in there]
        scores = np.array(
            [
                (score_of_runs(v, 0.0, new), abs(new - old[-1]), abs(new - old.mean()))
                for v, new, old in ((runs[n], every[n], every[:n]) for n in there if n)
            ]
        ).reshape(-1, 3)
        ours, carried, flat = scores.sum(axis=0) / (len(scores) or np.nan)
        wins = [n for n, naive in (("persistence", carried), ("flat", flat)) if naive < ours]
        source = "; ".join(dict.fromkeys(o.source for o in years if o.source))
        unit = outcomes.load_outcomes()[outcome].window_unit
        band = inside.sum() / count, width, sum(ranks) / count
        found = ours, carried, flat, " ".join(wins), unit, source
        rows.append((outcome, place, len(there), *band, *found))
    return pd.DataFrame(rows, columns=list(SCORED))


_HOW = (
    "Observed: with the 90 % interval of its error; simulated: the median of the runs, and 90 % of "
    "them with the discrepancy of the model that the other themes show. 'place': share of these "
    "predictions below what was observed (of a bound: on its allowed side; of an event: of runs "
    "that agree). 'off': in standard deviations of the predictions. 'score' (lower is better): "
    "continuous ranked probability score in standard errors of the figure. Fitted targets say how "
    "well the fit went; only checked ones test the model (* looked at while ranges were set by "
    "hand: a weak test)."
)
_SERIES = (
    "Series of years. 'covered': share of years within the 90 % band of the model, 'width' of that "
    "band over what was observed, 'rank': mean share of runs below it and half of those equal, 0.5 "
    "without bias. Then the mean continuous ranked probability score from the second year on: of "
    "the runs, of the last value observed carried forward, and of the mean so far, which know the "
    "years before."
)


def series_text(table: pd.DataFrame) -> str:
    """Return the scores as text, with where a naive forecast is better."""
    better = table["wins"].str.replace(" ", " and ").replace("", "the runs")
    better = better.mask(table["score"] == table[["persistence", "flat"]].min(axis=1), "equal")
    better = better.where(table["score"].notna(), "one year only")
    told = table.assign(
        series=[", ".join(filter(None, [r.outcome, r.place])) for r in rows_of(table)],
        better=better.where(table["years"] > 0, "nothing simulated"),
    )
    scores = "runs=score", "last value=persistence", "mean=flat", "unit", "better"
    first = "series", "years", "covered=%coverage", "width", "rank"
    return numbers.frame_text(told, *first, *scores)


def _scoreboard(part: pd.DataFrame) -> str:
    event, weak = part["kind"] == "event", part["looked_at"] & (part["use"] == "checked")
    seen = [_observed(row) for row in rows_of(part)]
    middles = np.where(
        event,
        [f"in {numbers.percent(share)} of runs" for share in part["median"]],
        [numbers.table_number(number) for number in part["median"]],
    )
    told = part.assign(
        use=part["use"].where(~weak, "checked *"),
        seen=[text for text, _ in seen],
        error=[text for _, text in seen],
        simulated=middles,
        band=numbers.intervals(part["band_low"], part["band_high"]),
        unit=part["unit"].where(~event, ""),
    )
    first = "target", "use", "observed=seen", "90 %=error", "simulated", "90 %=band"
    return numbers.frame_text(told, *first, "unit", "place=%percentile", "+off=error_sd", "score")


def _observed(row: Any) -> tuple[str, str]:
    if row.kind == "event":
        return ("happened" if row.observed else "did not happen", "")
    said, reach = numbers.table_number(row.observed), discrepancy.Z90 * row.error
    if row.kind != "number":
        return f"{row.kind.replace('_', ' ')} {said}", ""
    if row.scale == "log":
        factor = math.exp(reach)
        return said, numbers.interval(row.observed / factor, row.observed * factor)
    return said, numbers.interval(row.observed - reach, row.observed + reach)


def coverage(table: pd.DataFrame) -> list[str]:
    """Return sentences on how many intervals cover what was observed; given ones do not count."""
    lines = []
    for use, part in table[table["use"] != "given"].groupby("use", sort=False):
        covered, event = part["covered"].dropna(), part["kind"] == "event"
        bounds = part[~part["kind"].isin(["event", "number"])]["percentile"]
        parts = {
            f"{int(covered.sum())} of {len(covered)} observed numbers lie within 90 % of the "
            f"predictions ({numbers.percent(covered.mean())}; 90 % is what it should be; "
            f"without the model's discrepancy {int(part['covered_by_runs'].sum())})": len(covered),
            f"{event.sum()} events came out as observed in "
            f"{numbers.percent(part[event]['percentile'].mean())} "
            "of the runs on average": event.sum(),
            f"{int((bounds >= 0.5).sum())} of {len(bounds)} bounds hold in at least half of the "
            "runs": len(bounds),
        }
        lines.append(f"{str(use).capitalize()}: {'; '.join(t for t, n in parts.items() if n)}.")
    return lines


OLD_SAMPLE = (
    "The calibrated sample was fitted to another version of this model; in a checkout python -m "
    "docs.generate.sample FOLDER fits it again."
)
#: The share of predictions that an interval is to cover.
NOMINAL = 0.90


@dataclass(frozen=True)
class Validation(Printed):
    """The scoreboard.

    Attributes:
        parameters: where the uncertain parameters came from.
        old_sample: whether they came from a sample that was fitted to another model.
        without: what the model was without.
        series: scores of series over years, see `series_scores`.
    """

    table: pd.DataFrame
    runs: int
    parameters: str
    old_sample: bool = False
    without: tuple[str, ...] = ()
    series: pd.DataFrame = field(default_factory=pd.DataFrame)
    dataset: xr.Dataset | None = None

    def plot(self) -> Figure:
        """Return the picture of the targets, observed against simulated."""
        from tajsim.plots import figure

        return figure("targets", [] if self.dataset is None else self.dataset, table=self.table)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the scoreboard and the scores of series."""
        return {"targets": self.table, "series": self.series}

    def __str__(self) -> str:
        """Return all tables as text."""
        uses = self.table["use"].value_counts()
        counted_uses = ", ".join(f"{n} {use}" for use, n in uses.items())
        heading = (
            f"{len(self.table)} targets ({counted_uses}) against "
            f"{numbers.counted(self.runs, 'run')}, parameters {self.parameters}"
        )
        heading += f", without {', '.join(self.without)}" if self.without else ""
        blocks = [f"{heading}\n{numbers.wrapped(_HOW)}"]
        for theme, part in self.table.groupby("theme", sort=False):
            blocks.append(f"{theme}\n{_scoreboard(part)}")
        blocks += map(numbers.wrapped, [*coverage(self.table), discrepancy.statement()])
        if len(self.series):
            blocks.append(f"{numbers.wrapped(_SERIES)}\n\n{series_text(self.series)}")
        return "\n\n".join([*blocks, OLD_SAMPLE] if self.old_sample else blocks)


def validate(
    scenario: ScenarioLike = conditioned.HISTORY,
    *,
    runs: int = 200,
    against: str | Path | None = None,
    **draws: Unpack[Sampling],
) -> Validation:
    """Simulate what is documented and hold it against every target, fitted or checked.

    Args:
        scenario: by default the scenario that applies everything documented.
        against: a CSV file of series of the user's own (`read_observations`), scored in
            place of those of the documents.
        draws: further options of `tajsim.run`.

    Raises:
        UserError: for anything the caller can mend.
    """
    if draws.get("parameters") == conditioned.MODE:
        raise UserError("validate: conditioned runs were chosen by what they met and test nothing")
    targets = tuple(load_targets().values())
    own = read_observations(against) if against else documented(targets)
    last = f"{max(o.year for o in own)}-12"
    kept = sorted({*measured.target_outcomes(targets), *(o.outcome for o in own)})
    until, options = max(last, measured.last_month(targets)), dict[str, Any](draws)
    progress = options.pop("progress", None)
    plan = prepare([scenario], runs, until=until, outcomes=kept, **options)
    return validate_dataset(simulate(plan, progress), targets, own, not against)


def validate_dataset(
    dataset: xr.Dataset,
    targets: Sequence[Target],
    series: Sequence[Observation] = (),
    documented_too: bool = True,
) -> Validation:
    """Hold results that are there against targets and series; the first scenario counts."""
    simulated = measured.target_values(dataset, targets)
    runs, mode = int(dataset.sizes["run"]), str(dataset.attrs.get("parameters_mode", ""))
    return Validation(
        scoreboard(targets, simulated),
        runs,
        mode,
        mode in ("posterior", "wide") and about_posterior()["model"] != uncalibrated_version(),
        tuple(select.attribute(dataset, "without").get(select.names_of(dataset)[0], ())),
        series_scores(dataset, series, documented_too),
        dataset,
    )


def scoreboard(targets: Sequence[Target], simulated: Array) -> pd.DataFrame:
    """Return one row per target: observed, simulated, and how well they agree.

    Args:
        simulated: ``(target, run)`` in the unit of each figure.

    Returns:
        ``looked_at`` says whether ranges were set by hand with an eye on the figure.
        ``median``, ``p05``, ``p95`` are over runs (for an event ``median`` is the share of runs
        with it), ``band_low`` and ``band_high`` with the discrepancy of the model as other themes
        have it. A prediction is a run with discrepancy and the target's error added;
        ``percentile`` is the share of predictions below what was observed, for a bound the share on
        its allowed side, for an event the share of runs that agree; ``covered`` says of a number
        whether it lies within 90 % of the predictions, ``covered_by_runs`` the same without the
        discrepancy. ``error_sd`` is the mean prediction less what was observed, in standard
        deviations of the predictions. ``score`` (lower is better) is in standard errors of the
        target. A bound has no score.
    """
    rows = []
    for target, values in zip(targets, simulated, strict=True):
        known = values[np.isfinite(values)]
        low, median, high = effect.quantiles(known)
        spread, event = spread_target(target, known), target.is_event
        band = effect.quantiles(spread, (0.05, 0.95)) if not event else (np.nan, np.nan)
        rows.append(
            {
                "target": target.id,
                "theme": discrepancy.theme_of(target.outcome),
                "use": target.use,
                "looked_at": target.looked_at,
                "kind": "event" if event else target.bound.replace("about", "number"),
                "figure": target.figure.id,
                **dict(zip(("window_start", "window_end"), target.window, strict=True)),
                **{name: getattr(target, name) for name in ("unit", "observed", "error", "scale")},
                "median": float(known.mean()) if event and known.size else median,
                "p05": low,
                "p95": high,
                "band_low": band[0],
                "band_high": band[1],
                **_agreement(target, spread),
                "covered_by_runs": _agreement(target, known)["covered"],
                "runs": known.size,
            }
        )
    table = pd.DataFrame(rows)
    order = {name: place for place, name in enumerate([*discrepancy.themes(), discrepancy.OTHER])}
    return table.sort_values("theme", key=lambda t: t.map(order), kind="stable", ignore_index=True)


def spread_target(target: Target, known: Array) -> Array:
    """Return the values of a target with the discrepancy of levels, ``(run * node,)``.

    Its scale is that of the other themes, so that what is judged has no say. Events and what is
    told as a difference have none.
    """
    share = discrepancy.share_of(target)
    if share == 0.0:
        return known
    theme = discrepancy.theme_of(target.outcome)
    scale = discrepancy.scale_of(theme, left_out=True).value * math.sqrt(share)
    form, factor, plus = discrepancy.target_form(target)
    found = discrepancy.spread_runs(known * factor + plus, form, scale)
    return (found - plus) / factor


def _agreement(target: Target, known: Array) -> dict[str, float]:
    """Return the place of what was observed among the predictions, and the score."""
    found = dict.fromkeys(("percentile", "covered", "error_sd", "score"), np.nan)
    z = measured.standard_errors(target, known)
    number = target.bound == "about" and not target.is_event
    if number:
        found["score"] = score_of_runs(z, 1.0, 0.0)
    if not known.size:
        return found
    found["error_sd"] = float(z.mean() / np.sqrt(z.var() + 1.0))
    if target.is_event:
        found["percentile"] = float((known == target.observed).mean())
        found["score"] = score_of_chance(float(known.mean()), target.observed) / target.error
    elif number:
        found["percentile"] = below = float(ndtr(-z).mean())
        tail = (1.0 - NOMINAL) / 2.0
        found["covered"] = float(tail <= below <= 1.0 - tail)
    else:  # values on the allowed side have no error: those beyond count by their distance
        found["percentile"] = float((z == 0.0).mean())
    return found
