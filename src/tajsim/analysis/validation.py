"""``validate``: what the documents observed against the distribution that is simulated."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtr

import tajsim.analysis.targets as measured
from tajsim.axes import Array
from tajsim.display import Printed, rows_of
from tajsim.ensemble.fingerprint import uncalibrated_version
from tajsim.ensemble.run import Progress, ScenarioLike, Without, prepare, simulate
from tajsim.inputs import registry, toml
from tajsim.inputs.targets import Target, load_targets
from tajsim.inputs.values import about_posterior
from tajsim.results import select
from tajsim.results.effect import quantiles
from tajsim.results.numbers import WIDTH, interval, percent, table_number, text_table

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
    earlier = [t for t in _series(target, targets) if t.window[1] < target.window[0]]
    return _numbers(target, sorted(earlier, key=lambda t: t.window[1])[-1:])


def fitted_mean(target: Target, targets: Iterable[Target]) -> Baseline | None:
    """Return the forecast of no change from the fitted mean, `None` where it cannot be formed."""
    targets = tuple(targets)
    if target.is_event:
        rate = commander_rate(targets)
        if OF_COMMANDERS not in target.where or math.isnan(rate):
            return None
        chance = 1.0 - math.exp(-rate * len(toml.month_names(*target.window)))
        return _chance(target, chance, "rate of the fitted events of commanders")
    return _numbers(target, [t for t in _series(target, targets) if t.use == "fitted"])


def commander_rate(targets: Iterable[Target]) -> float:
    """Return the fitted events of commanders that happened, by month watched; `nan` without any."""
    fitted = [t for t in targets if t.use == "fitted" and t.is_event and OF_COMMANDERS in t.where]
    months = sum(len(toml.month_names(*t.window)) for t in fitted)
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


def _numbers(target: Target, from_: Sequence[Target]) -> Baseline | None:
    """Return a normal forecast around the mean of others, of a change around none."""
    still = target.measure in NO_CHANGE
    if target.bound != "about" or not (from_ or still):
        return None
    observed = [0.0] if still else [t.observed for t in from_]
    middle = float(measured.standard_errors(target, np.array(observed)).mean())
    doubt = 0.0 if still else sum((t.error / target.error) ** 2 for t in from_) / len(from_) ** 2
    mean = np.exp(np.log(observed).mean()) if target.scale == "log" else np.mean(observed)
    source = "no change" if still else ", ".join(t.figure.id for t in from_)
    return Baseline(float(mean), score_of_normal(middle, math.sqrt(1.0 + doubt), 0.0), source)


_Z = 1.6449  # half of a 90 % interval of a normal distribution, in standard deviations

_HOW = (
    "Observed: with the 90 % interval of its error; simulated: with 90 % of the runs. 'place' is "
    "the share of predictions (a run with the error added) below what was observed; for a bound "
    "the share of runs on its allowed side, for an event of those that agree. 'off' is the mean "
    "prediction less what was observed, in standard deviations of the predictions. 'score' (lower "
    "is better) is the continuous ranked probability score in standard errors of the figure: for a "
    "sure forecast its distance, for an event twice the squared error of its chance."
)
#: Name in the table of targets -> what a naive forecast is called.
_FORECASTS = {"carried": "last value carried forward", "mean": "fitted mean"}
_BASELINES = (
    "Checked targets against two naive forecasts from earlier figures alone, by score. 'carried' "
    "is the last value carried forward: the latest earlier figure of the same series, no change, "
    "or no event. 'mean' is no change from the fitted mean: that of the fitted figures of the same "
    "series, no change, or the rate at which fitted events of commanders happened."
)


def _scoreboard(part: pd.DataFrame) -> str:
    header = (
        "target", "use", "observed", "90 %", "simulated", "90 %", "unit", "place", "off", "score",
    )  # fmt: skip
    rows = [
        [
            row.target,
            "checked *" if row.looked_at and row.use == "checked" else row.use,
            *_observed(row),
            *_simulated(row),
            "" if row.kind == "event" else row.unit,
            percent(row.percentile),
            "-" if math.isnan(row.error_sd) else f"{round(row.error_sd, 1) + 0.0:+.1f}",
            _score(row.score),
        ]
        for row in rows_of(part)
    ]
    return text_table(header, rows, left=(0, 1, 6))


def _observed(row: Any) -> tuple[str, str]:
    """Return the observed value, and the interval of its error."""
    if row.kind == "event":
        return ("happened" if row.observed else "did not happen", "")
    if row.kind != "number":
        return (f"{row.kind.replace('_', ' ')} {table_number(row.observed)}", "")
    reach = _Z * row.error
    if row.scale == "log":
        ends = row.observed * math.exp(-reach), row.observed * math.exp(reach)
    else:
        ends = row.observed - reach, row.observed + reach
    return table_number(row.observed), interval(*ends)


def _simulated(row: Any) -> tuple[str, str]:
    if row.kind == "event":
        return (f"in {percent(row.median)} of runs", "")
    return table_number(row.median), interval(row.p05, row.p95)


def coverage(table: pd.DataFrame) -> list[str]:
    """Return sentences on how many intervals cover what was observed; given ones do not count."""
    lines = []
    for use, part in table[table["use"] != "given"].groupby("use", sort=False):
        covered = part["covered"].dropna()
        parts = []
        if len(covered):
            parts.append(
                f"{int(covered.sum())} of {len(covered)} observed numbers lie within 90 % of the "
                f"predictions ({percent(covered.mean())}; 90 % is what it should be)"
            )
        events = part[part["kind"] == "event"]
        if len(events):
            parts.append(
                f"{len(events)} events came out as observed in "
                f"{percent(events['percentile'].mean())} of the runs on average"
            )
        bounds = part[~part["kind"].isin(["event", "number"])]
        if len(bounds):
            kept = int((bounds["percentile"] >= 0.5).sum())
            parts.append(f"{kept} of {len(bounds)} bounds hold in at least half of the runs")
        lines.append(f"{str(use).capitalize()}: {'; '.join(parts)}.")
    return lines


def _against(table: pd.DataFrame) -> str:
    """Return the scores of the simulation and of both naive forecasts, target by target."""
    rows = [
        [row.target, *map(_score, (row.score, row.carried_score, row.mean_score)), _winner(row)]
        for row in rows_of(table[table["use"] == "checked"])
    ]
    header = ("checked target", "simulated", "carried", "mean", "better")
    return text_table(header, rows, left=(0, 4))


def _winner(row: Any) -> str:
    known = [v for v in (row.carried_score, row.mean_score) if not math.isnan(v)]
    if math.isnan(row.score) or not known:
        return "a bound, no score" if math.isnan(row.score) else "nothing earlier in the ledger"
    better = " and ".join(_FORECASTS[name] for name in row.wins.split())
    return better or ("neither, the same" if min(known) == row.score else "simulation")


def _verdict(table: pd.DataFrame) -> list[str]:
    """Return, for each baseline, who is better on the targets that both forecast."""
    lines = []
    checked = table[table["use"] == "checked"]
    for name, title in _FORECASTS.items():
        both = checked.dropna(subset=["score", f"{name}_score"])
        ours, theirs = both["score"].mean(), both[f"{name}_score"].mean()
        wins = [row.target for row in rows_of(both) if name in row.wins]
        line = (
            f"The {title}, on {len(both)} checked targets: mean score {_score(theirs)}, of the "
            f"simulation {_score(ours)}, which is {'worse' if ours > theirs else 'better'}."
        )
        line += f" It beats the simulation on {len(wins)}: {', '.join(wins)}." if wins else ""
        lines.append(
            _folded(line if len(both) else f"The {title} can be formed for no checked target.")
        )
    return lines


def _trajectory(part: pd.DataFrame) -> str:
    yearly = (part["window_start"].str[:4] == part["window_end"].str[:4]).all() and (
        part["window_start"].str[:4].is_unique
    )
    rows = [
        [
            row.window_start[:4] if yearly else f"{row.window_start} to {row.window_end}",
            table_number(row.median),
            interval(row.p05, row.p95),
            row.observed,
        ]
        for row in rows_of(part)
    ]
    unit = str(part["unit"].iloc[0])
    return text_table(("period", unit, "90 % of the runs", "observed"), rows, left=(0, 3))


def _breaks(table: pd.DataFrame) -> str:
    rows = [
        [
            row.target,
            row.documented,
            f"{row.window_start} to {row.window_end}",
            *(percent(share) for share in (row.in_window, row.before, row.after, row.never)),
            row.median or "-",
            f"{row.p05} to {row.p95}" if row.median else "-",
        ]
        for row in rows_of(table)
    ]
    header = ("break", "documented", "met within", "met", "only before", "only after", "never")
    return text_table((*header, "first", "90 % of those"), rows, left=(0, 1, 2))


def _score(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.2f}"


def _folded(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


#: The scenario that applies everything documented.
DOCUMENTED = "history"
OLD_SAMPLE = (
    "The calibrated sample was fitted to another version of this model; python -m "
    "tajsim.calibration FOLDER fits it again."
)
#: The share of predictions that an interval is to cover.
NOMINAL = 0.90
#: Theme -> the outcomes whose targets belong to it.
THEMES: Mapping[str, Sequence[str]] = {
    "Seizures and the drug trade": (
        "heroin_seized_reported", "heroin_seized_by", "heroin_entering", "weapons_seized",
        "drug_income_share",
    ),
    "Money and people": ("instalment_paid", "remittances_share", "remittances", "migrants"),
    "Fighters abroad": ("fighters_joined", "fighters_abroad"),
    "Control of territory and violence": (
        "country_control", "state_failed", "incursions", "incidents", "protest", "arrests",
        "killings", "riots",
    ),
    "Breaks of commanders": ("bargains", "purges", "mutinies", "defections"),
}  # fmt: skip
OTHER = "Other"


@dataclass(frozen=True)
class Validation(Printed):
    """The scoreboard.

    Attributes:
        table: one row per target, see `scoreboard`.
        trajectories: series by period, see `tajsim.analysis.targets`.
        breaks: when commanders break, see `tajsim.analysis.targets`.
        runs: the number of runs.
        parameters: where the uncertain parameters came from.
        old_sample: whether they came from a sample that was fitted to another model.
        without: what the model was without.
        dataset: the results that were held against the targets.
    """

    table: pd.DataFrame
    trajectories: pd.DataFrame
    breaks: pd.DataFrame
    runs: int
    parameters: str
    old_sample: bool = False
    without: tuple[str, ...] = ()
    dataset: xr.Dataset | None = None

    def plot(self) -> Figure:
        """Return the picture of the targets, observed against simulated."""
        from tajsim.plots import figure

        return figure("targets", [] if self.dataset is None else self.dataset, table=self.table)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the scoreboard, the series by period and the breaks of commanders."""
        return {"targets": self.table, "trajectories": self.trajectories, "breaks": self.breaks}

    def __str__(self) -> str:
        """Return all tables as text."""
        table, counts = self.table, self.table["use"].value_counts()
        heading = (
            f"{len(table)} targets, {counts.get('fitted', 0)} fitted, "
            f"{counts.get('checked', 0)} checked and {counts.get('given', 0)} given, "
            f"against {self.runs:,} "
            f"run{'s' if self.runs != 1 else ''}, parameters {self.parameters}"
            + (f", without {', '.join(self.without)}" if self.without else "")
        )
        how = f"{_HOW} Fitted targets say how well the fit went; only checked ones test the model"
        star = (table["looked_at"] & (table["use"] == "checked")).any()
        how += " (* looked at while ranges were set by hand: a weak test)." if star else "."
        blocks = [f"{heading}\n{_folded(how)}"]
        for theme, part in table.groupby("theme", sort=False):
            blocks.append(f"{theme}\n{_scoreboard(part)}")
        blocks += map(_folded, coverage(table))
        blocks.append("\n".join([_folded(_BASELINES), "", _against(table), "", *_verdict(table)]))
        for title, part in self.trajectories.groupby("trajectory", sort=False):
            blocks.append(f"{_folded(str(title))}\n{_trajectory(part)}")
        if len(self.breaks):
            blocks.append(f"When commanders break\n{_breaks(self.breaks)}")
        return "\n\n".join([*blocks, OLD_SAMPLE] if self.old_sample else blocks)


def validate(
    scenario: ScenarioLike = DOCUMENTED,
    *,
    runs: int = 200,
    seed: int = 1,
    parameters: str = registry.DEFAULT_MODE,
    workers: int = 1,
    progress: Progress | None = None,
    without: Without = (),
) -> Validation:
    """Simulate what is documented and hold it against every target, fitted or checked.

    Args:
        scenario: by default the scenario that applies everything documented.
        runs: the number of runs; the other arguments are those of `tajsim.ensemble.run_many`.

    Raises:
        UserError: for anything the caller can mend.
    """
    targets = tuple(load_targets().values())
    series = {t.outcome for t in measured.TRAJECTORIES}
    kept = sorted({*measured.target_outcomes(targets), *series, *measured.BREAKS})
    chosen = (measured.last_month(targets), kept, workers)
    plan = prepare([scenario], runs, seed, parameters, *chosen, without=without)
    return validate_dataset(simulate(plan, progress), targets)


def validate_dataset(dataset: xr.Dataset, targets: Sequence[Target]) -> Validation:
    """Hold results that are there against targets; the first scenario counts."""
    simulated = measured.target_values(dataset, targets).simulated
    runs, mode = int(dataset.sizes["run"]), str(dataset.attrs.get("parameters_mode", ""))
    return Validation(
        scoreboard(targets, simulated),
        measured.trajectories(dataset, targets),
        measured.breaks(dataset, targets),
        runs,
        mode,
        mode == "posterior" and about_posterior()["model"] != uncalibrated_version(),
        tuple(select.attribute(dataset, "without").get(select.names_of(dataset)[0], ())),
        dataset,
    )


def scoreboard(targets: Sequence[Target], simulated: Array) -> pd.DataFrame:
    """Return one row per target: observed, simulated, and how well they agree.

    Args:
        targets: what was observed, with its error.
        simulated: ``(target, run)`` in the unit of each figure.

    Returns:
        ``looked_at`` says whether ranges were set by hand with an eye on the figure.
        ``median``, ``p05``, ``p95`` are over runs (for an event ``median`` is the share of runs
        with it). A prediction is a run with the target's error added; ``percentile`` is the share
        of predictions below what was observed, for a bound the share on its allowed side, for an
        event the share of runs that agree; ``covered`` says of a number whether it lies within
        90 % of the predictions. ``error_sd`` is the mean prediction less what was observed, in
        standard deviations of the predictions. ``score`` (lower is better)
        is in standard errors of the target, and so are those of the two
        baselines, for checked targets; ``wins`` names the better ones. A bound has no score.
    """
    rows = []
    for target, values in zip(targets, simulated, strict=True):
        known = values[np.isfinite(values)]
        low, median, high = quantiles(known)
        score = _score_of(target, known)
        rows.append(
            {
                "target": target.id,
                "theme": theme(target),
                "use": target.use,
                "looked_at": target.looked_at,
                "kind": _kind(target),
                "figure": target.figure.id,
                "window_start": target.window[0],
                "window_end": target.window[1],
                "unit": target.unit,
                "observed": target.observed,
                "error": target.error,
                "scale": target.scale,
                "median": float(known.mean()) if target.is_event and known.size else median,
                "p05": low,
                "p95": high,
                **_agreement(target, known),
                "score": score,
                **_against_baselines(target, targets, score),
                "runs": known.size,
            }
        )
    table = pd.DataFrame(rows)
    order = {name: place for place, name in enumerate([*THEMES, OTHER])}
    return table.sort_values("theme", key=lambda t: t.map(order), kind="stable", ignore_index=True)


def theme(target: Target) -> str:
    """Return the theme of a target."""
    return next((t for t, outcomes in THEMES.items() if target.outcome in outcomes), OTHER)


def _kind(target: Target) -> str:
    if target.is_event:
        return "event"
    return "number" if target.bound == "about" else target.bound


def _agreement(target: Target, known: Array) -> dict[str, Any]:
    """Return the place of what was observed among the predictions."""
    if not known.size:
        return {"percentile": np.nan, "covered": np.nan, "error_sd": np.nan}
    z = measured.standard_errors(target, known)
    off = float(z.mean() / np.sqrt(z.var() + 1.0))
    if target.is_event:
        agree = float((known == target.observed).mean())
        return {"percentile": agree, "covered": np.nan, "error_sd": off}
    if target.bound != "about":
        # Values on the allowed side have no error: those beyond count by their distance.
        allowed = z == 0.0
        return {"percentile": float(allowed.mean()), "covered": np.nan, "error_sd": off}
    below = float(ndtr(-z).mean())
    tail = (1.0 - NOMINAL) / 2.0
    return {"percentile": below, "covered": float(tail <= below <= 1.0 - tail), "error_sd": off}


def _score_of(target: Target, known: Array) -> float:
    """Return the score in standard errors of the target."""
    if target.is_event:
        chance = float(known.mean()) if known.size else np.nan
        return score_of_chance(chance, target.observed) / target.error
    if target.bound != "about":
        return np.nan
    return score_of_runs(measured.standard_errors(target, known), 1.0, 0.0)


def _against_baselines(target: Target, targets: Sequence[Target], score: float) -> dict[str, Any]:
    """Return both baselines of a checked target, and which of them has the lower score."""
    row: dict[str, Any] = {"wins": ""}
    for name, forecast in (("carried", carried), ("mean", fitted_mean)):
        made = forecast(target, targets) if target.use == "checked" else None
        made = made or Baseline(np.nan, np.nan, "")
        row |= {f"{name}_{part}": value for part, value in asdict(made).items()}
        if made.score < score - 1e-9:
            row["wins"] = f"{row['wins']} {name}".strip()
    return row
