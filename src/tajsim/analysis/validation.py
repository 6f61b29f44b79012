"""``validate``: what the documents observed against the distribution that is simulated."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtr

import tajsim.analysis.observed as observed
import tajsim.analysis.targets as measured
from tajsim.analysis.observed import score_of_chance, score_of_runs
from tajsim.axes import Array
from tajsim.display import Printed, rows_of
from tajsim.ensemble.fingerprint import uncalibrated_version
from tajsim.ensemble.run import Progress, ScenarioLike, Without, prepare, simulate
from tajsim.inputs import registry
from tajsim.inputs.targets import Target, load_targets
from tajsim.inputs.values import about_posterior
from tajsim.results import select
from tajsim.results.effect import quantiles
from tajsim.results.numbers import WIDTH, interval, percent, table_number, text_table

_Z = 1.6449  # half of a 90 % interval of a normal distribution, in standard deviations

_HOW = (
    "Observed: with the 90 % interval of its error; simulated: with 90 % of the runs. 'place' is "
    "the share of predictions (a run with the error added) below what was observed; for a bound "
    "the share of runs on its allowed side, for an event of those that agree. 'off' is the mean "
    "prediction less what was observed, in standard deviations of the predictions. 'score' (lower "
    "is better) is the continuous ranked probability score in standard errors of the figure: for a "
    "sure forecast its distance, for an event twice the squared error of its chance."
)
_SERIES = (
    "Series of years. 'covered': share of the years observed that lie within 90 % of the runs; "
    "'width': of that band, over what was observed; 'rank': mean share of runs below it, 0.5 "
    "without bias. Then the mean continuous ranked probability score from the second year on, in "
    "the unit of the outcome: of the runs, of the last value observed carried forward, and of the "
    "mean of all earlier ones. The naive forecasts know the years before; the runs do not."
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
        runs: the number of runs.
        parameters: where the uncertain parameters came from.
        old_sample: whether they came from a sample that was fitted to another model.
        without: what the model was without.
        series: scores of series over years, see `tajsim.analysis.observed.series_scores`.
    """

    table: pd.DataFrame
    runs: int
    parameters: str
    old_sample: bool = False
    without: tuple[str, ...] = ()
    series: pd.DataFrame = field(default_factory=pd.DataFrame)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the scoreboard and the scores of series."""
        return {
            "targets": self.table,
            "series": self.series,
        }

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
        if len(self.series):
            blocks.append(f"{_folded(_SERIES)}\n\n{observed.series_text(self.series)}")
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
    against: str | Path | None = None,
) -> Validation:
    """Simulate what is documented and hold it against every target, fitted or checked.

    Args:
        scenario: by default the scenario that applies everything documented.
        against: a CSV file of series of the user's own (`tajsim.analysis.observed`), scored in
            place of those of the documents.
        runs: the number of runs; the other arguments are those of `tajsim.ensemble.run_many`.

    Raises:
        UserError: for anything the caller can mend.
    """
    targets = tuple(load_targets().values())
    own = observed.read_observations(against) if against else observed.documented(targets)
    series, last = observed.needed(own)
    kept = sorted({*measured.target_outcomes(targets), *series})
    chosen = (max(last, measured.last_month(targets)), kept, workers)
    plan = prepare([scenario], runs, seed, parameters, *chosen, without=without)
    return validate_dataset(simulate(plan, progress), targets, own)


def validate_dataset(
    dataset: xr.Dataset,
    targets: Sequence[Target],
    series: Sequence[observed.Observation] = (),
) -> Validation:
    """Hold results that are there against targets and series; the first scenario counts."""
    simulated = measured.target_values(dataset, targets).simulated
    runs, mode = int(dataset.sizes["run"]), str(dataset.attrs.get("parameters_mode", ""))
    return Validation(
        scoreboard(targets, simulated),
        runs,
        mode,
        mode in ("posterior", "wide") and about_posterior()["model"] != uncalibrated_version(),
        tuple(select.attribute(dataset, "without").get(select.names_of(dataset)[0], ())),
        observed.series_scores(dataset, series),
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
        standard deviations of the predictions. ``score`` (lower is better) is in standard errors
        of the target. A bound has no score.
    """
    rows = []
    for target, values in zip(targets, simulated, strict=True):
        known = values[np.isfinite(values)]
        low, median, high = quantiles(known)
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
                "score": _score_of(target, known),
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
