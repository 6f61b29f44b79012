"""Series of years, the documents' or a user's own, against the runs and two naive forecasts."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtr

from tajsim.axes import DIMENSIONS, Array
from tajsim.display import rows_of
from tajsim.errors import UserError, unknown
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.targets import Target
from tajsim.results.effect import quantiles
from tajsim.results.numbers import percent, table_number, text_table
from tajsim.results.window import at_places, over, whole_period

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


def score_of_normal(middle: float, spread: float, observed: float) -> float:
    """Return the score of one normal distribution (`score_of_runs` of a single run)."""
    return score_of_runs(np.array([middle]), spread, observed)


def score_of_chance(chance: float, happened: float) -> float:
    """Return the score of the chance of an event that happened (1) or not (0): its square error."""
    return (chance - happened) ** 2


def _mean_size(middle: Array, spread: float) -> Array:
    """Return the mean of the absolute value of a normal quantity."""
    if spread <= 0.0:
        return np.abs(middle)
    z = middle / spread
    result: Array = spread * (2.0 * np.exp(-0.5 * z**2) / _ROOT + z * (2.0 * ndtr(z) - 1.0))
    return result


#: The columns of a user's file.
COLUMNS = ("outcome", "place", "year", "value", "unit", "source")
#: A place of a user's series that stands for the whole country.
WHOLE = ("", "all")


@dataclass(frozen=True)
class Observation:
    """What was observed in one year, in the outcome's unit over a window."""

    outcome: str
    place: str
    year: int
    value: float
    source: str

    @property
    def where(self) -> dict[str, str]:
        """Return the places by dimension: ``pianj`` is found in the outcome's own."""
        if self.place in WHOLE:
            return {}
        parts = self.place.split(";")
        own = load_outcomes()[self.outcome].dimensions
        return {
            next(d for d in own if name in DIMENSIONS[d]): name
            for name in (part.partition("=")[2] or part for part in parts)
        }


def read_observations(path: str | Path) -> list[Observation]:
    """Read a user's series: a CSV file with the columns of `COLUMNS`.

    Raises:
        UserError: a line for each mistake, with file, line, key and what was expected.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from None
    table = csv.DictReader(text.splitlines())
    missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        have = ", ".join(table.fieldnames or ()) or "none"
        expected = ", ".join(COLUMNS)
        raise UserError(f"{path}:1: no column '{missing[0]}'; expected {expected}, found {have}")
    found: list[Observation] = []
    wrong: list[str] = []
    seen: dict[tuple[str, str, int], int] = {}
    for row in table:
        line = table.line_num
        try:
            one = _observation({name: (row[name] or "").strip() for name in COLUMNS})
        except ValueError as error:
            wrong.append(f"{path}:{line}: {error}")
            continue
        key = (one.outcome, one.place, one.year)
        if key in seen:
            wrong.append(f"{path}:{line}: year: {one.year} stands in line {seen[key]} too")
        seen[key] = line
        found.append(one)
    if wrong or not found:
        raise UserError(wrong or [f"{path}: holds no row; expected one for each year observed"])
    return found


def _observation(row: Mapping[str, str]) -> Observation:
    known = load_outcomes()
    if row["outcome"] not in known:
        raise ValueError(f"outcome: {unknown('outcome', row['outcome'], known)}")
    outcome = known[row["outcome"]]
    places = [name for d in outcome.dimensions for name in DIMENSIONS[d]]
    for part in row["place"].split(";") if row["place"] not in WHOLE else ():
        name = part.partition("=")[2] or part
        if name not in places:
            hint = unknown("place", name, [*places, "all"])
            raise ValueError(f"place: {hint}" if places else f"place: '{name}'; expected none")
    if row["unit"] != outcome.window_unit:
        expected = f"expected '{outcome.window_unit}'"
        raise ValueError(f"unit: '{row['unit']}' is not that of {outcome.name}; {expected}")
    if not (row["year"].isascii() and row["year"].isdigit() and len(row["year"]) == 4):
        raise ValueError(f"year: '{row['year']}' is no year; expected one such as 2008")
    try:
        value = float(row["value"])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"value: '{row['value']}' is not a finite number")
    return Observation(outcome.name, row["place"], int(row["year"]), value, row["source"])


def documented(targets: Iterable[Target]) -> list[Observation]:
    """Return the figures of the targets that are a level or sum of one calendar year or month."""
    found: dict[tuple[str, str, int], Observation] = {}
    for t in targets:
        plain = t.measure in ("level", "sum") and not (t.base or t.is_event) and t.bound == "about"
        year = t.window[0][:4]
        if plain and year == t.window[1][:4] and t.use != "given":
            place = ";".join(f"{d}={name}" for d, name in t.where.items())
            one = Observation(t.outcome, place, int(year), t.observed / t.times, t.figure.id)
            found.setdefault((one.outcome, one.place, one.year), one)
    return [*found.values()]


def needed(observations: Iterable[Observation]) -> tuple[set[str], str]:
    """Return the outcomes of some observations, and the last month that they need."""
    listed = [*observations]
    return {o.outcome for o in listed}, f"{max(o.year for o in listed)}-12"


def series_scores(dataset: xr.Dataset, observations: Iterable[Observation]) -> pd.DataFrame:
    """Score each series over its years; the first scenario of the results counts.

    Returns:
        One row a series (outcome and place): ``years``; ``coverage``, the share of years observed
        within 90 % of the runs, and ``width``, the mean width of that band over the mean size of
        what was observed; ``rank``, the mean share of runs below the observed value (0.5 without
        bias); and over the years after the first, in the outcome's unit, the mean continuous ranked
        probability score of the runs (``score``), of the last observed value carried forward
        (``persistence``) and of the mean of all earlier ones (``flat``); ``wins`` names the naive
        forecasts with the lower score. Both know what was observed before; the runs do not.

    Raises:
        UserError: for a year that was not simulated.
    """
    rows, (first, last) = [], whole_period(dataset)
    listed = sorted(observations, key=lambda o: (o.outcome, o.place, o.year))
    if beyond := [o for o in listed if not first <= f"{o.year}-01" <= f"{o.year}-12" <= last]:
        raise UserError(
            [f"{o.outcome}, {o.year}: not simulated; expected {first} to {last}" for o in beyond]
        )
    for (outcome, place), group in groupby(listed, key=lambda o: (o.outcome, o.place)):
        years = [*group]
        series = at_places(dataset.isel(scenario=0), outcome, years[0].where)
        runs = [over(series, (f"{o.year}-01", f"{o.year}-12")).values for o in years]
        seen = np.array([o.value for o in years])
        bands = np.array([quantiles(values) for values in runs])
        width = (bands[:, 2] - bands[:, 0]).mean() / max(np.abs(seen).mean(), 1e-300)
        inside = (bands[:, 0] <= seen) & (seen <= bands[:, 2])
        scores = np.array([*_scores(runs, seen)]).reshape(-1, 3)
        ours, carried, flat = scores.mean(axis=0) if len(scores) else np.full(3, np.nan)
        wins = [n for n, naive in (("persistence", carried), ("flat", flat)) if naive < ours]
        rows.append(
            {
                "outcome": outcome,
                "place": place,
                "years": len(years),
                "coverage": float(inside.mean()),
                "width": float(width),
                "rank": float(np.mean([np.mean(v < s) for v, s in zip(runs, seen, strict=True)])),
                "score": ours,
                "persistence": carried,
                "flat": flat,
                "wins": " ".join(wins),
                "unit": load_outcomes()[outcome].window_unit,
                "source": "; ".join(dict.fromkeys(o.source for o in years if o.source)),
            }
        )
    return pd.DataFrame(rows)


def _scores(runs: list[Array], seen: Array) -> Iterator[tuple[float, float, float]]:
    """Yield the scores of runs, of the last value and of the mean so far, from the second year."""
    for place in range(1, len(seen)):
        known = runs[place][np.isfinite(runs[place])]
        yield (
            score_of_runs(known, 0.0, seen[place]),
            abs(seen[place] - seen[place - 1]),
            abs(seen[place] - seen[:place].mean()),
        )


def series_text(table: pd.DataFrame) -> str:
    """Return the scores as text, with where a naive forecast is better."""
    rows = [
        [
            ", ".join(filter(None, [row.outcome, row.place])),
            str(row.years),
            percent(row.coverage),
            f"{row.width:.2f}",
            f"{row.rank:.2f}",
            *map(_number, (row.score, row.persistence, row.flat)),
            row.unit,
            _better(row.wins, row.score),
        ]
        for row in rows_of(table)
    ]
    head = (
        "series", "years", "covered", "width", "rank", "runs", "last value", "mean", "unit",
        "better",
    )  # fmt: skip
    return text_table(head, rows, left=(0, 8, 9))


def _number(value: float) -> str:
    return "-" if math.isnan(value) else table_number(value)


def _better(wins: str, score: float) -> str:
    if math.isnan(score):
        return "one year only"
    return wins.replace(" ", " and ") or "the runs"
