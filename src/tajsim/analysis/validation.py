"""``validate``: what the documents observed against the distribution that is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtr

from tajsim.analysis.baselines import Baseline, carried, fitted_mean
from tajsim.analysis.scores import score_of_chance, score_of_runs
from tajsim.analysis.summary import quantiles
from tajsim.analysis.targets import last_month, standard_errors, target_outcomes, target_values
from tajsim.analysis.trajectories import breaks, trajectories, trajectory_outcomes
from tajsim.analysis.validation_text import validation_text
from tajsim.axes import Array
from tajsim.display.html import verbatim
from tajsim.ensemble.fingerprint import uncalibrated_version
from tajsim.ensemble.run import prepare, simulate
from tajsim.inputs.modes import DEFAULT_MODE
from tajsim.inputs.posterior import about_posterior
from tajsim.inputs.targets import Target, load_targets

if TYPE_CHECKING:
    from tajsim.ensemble.run import Progress, ScenarioLike

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
        "heroin_seized_reported",
        "heroin_seized_by",
        "heroin_entering",
        "weapons_seized",
        "drug_income_share",
    ),
    "Money and people": ("instalment_paid", "remittances_share", "remittances", "migrants"),
    "Fighters abroad": ("fighters_joined", "fighters_abroad"),
    "Control of territory and violence": (
        "country_control",
        "state_failed",
        "incursions",
        "incidents",
        "protest",
        "arrests",
        "killings",
        "riots",
    ),
    "Breaks of commanders": ("bargains", "purges", "mutinies", "defections"),
}
OTHER = "Other"


@dataclass(frozen=True)
class Validation:
    """The scoreboard; prints as its tables.

    Attributes:
        table: one row per target, see `scoreboard`.
        trajectories: series by period, see `tajsim.analysis.trajectories`.
        breaks: when commanders break, see `tajsim.analysis.trajectories`.
        runs: the number of runs.
        parameters: where the uncertain parameters came from.
        old_sample: whether they came from a sample that was fitted to another model.
    """

    table: pd.DataFrame
    trajectories: pd.DataFrame
    breaks: pd.DataFrame
    runs: int
    parameters: str
    old_sample: bool = False

    def __str__(self) -> str:
        """Return the tables as text."""
        text = validation_text(
            self.table, self.trajectories, self.breaks, self.runs, self.parameters
        )
        return f"{text}\n\n{OLD_SAMPLE}" if self.old_sample else text

    def _repr_html_(self) -> str:
        """Return the text as a notebook shows it."""
        return verbatim(str(self))


def validate(
    scenario: ScenarioLike = DOCUMENTED,
    *,
    runs: int = 200,
    seed: int = 1,
    parameters: str = DEFAULT_MODE,
    workers: int = 1,
    progress: Progress | None = None,
) -> Validation:
    """Simulate what is documented and hold it against every target, fitted or checked.

    Args:
        scenario: by default the scenario that applies everything documented.
        runs: the number of runs; the other arguments are those of `tajsim.ensemble.run_many`.

    Raises:
        UserError: for anything the caller can mend.
    """
    targets = tuple(load_targets().values())
    kept = sorted({*target_outcomes(targets), *trajectory_outcomes()})
    plan = prepare([scenario], runs, seed, parameters, last_month(targets), kept, workers)
    return validate_dataset(simulate(plan, progress), targets)


def validate_dataset(dataset: xr.Dataset, targets: Sequence[Target]) -> Validation:
    """Hold results that are there against targets; the first scenario counts."""
    simulated = target_values(dataset, targets).simulated
    runs, mode = int(dataset.sizes["run"]), str(dataset.attrs.get("parameters_mode", ""))
    return Validation(
        scoreboard(targets, simulated),
        trajectories(dataset, targets),
        breaks(dataset, targets),
        runs,
        mode,
        mode == "posterior" and about_posterior()["model"] != uncalibrated_version(),
    )


def scoreboard(targets: Sequence[Target], simulated: Array) -> pd.DataFrame:
    """Return one row per target: observed, simulated, and how well they agree.

    Args:
        targets: what was observed, with its error.
        simulated: ``(target, run)`` in the unit of each figure.

    Returns:
        ``looked_at`` tells whether ranges were set by hand with an eye on the figure.
        ``median``, ``p05``, ``p95`` are over runs (for an event ``median`` is the share of runs
        with it). A prediction is a run with the target's error added; ``percentile`` is the share
        of predictions below what was observed, for a bound the share on its allowed side, for an
        event the share of runs that agree; ``covered`` tells for a number whether it lies within
        90 % of the predictions. ``error_sd`` is the mean prediction less what was observed, in
        standard deviations of the predictions. ``score`` (lower is better, see
        `tajsim.analysis.scores`) is in standard errors of the target, and so are those of the two
        baselines, for checked targets; ``wins`` names the better ones. A bound has no score.
    """
    rows = []
    for target, values in zip(targets, simulated, strict=True):
        known = values[np.isfinite(values)]
        low, median, high = quantiles(known)
        score = _score(target, known)
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
    z = standard_errors(target, known)
    off = float(z.mean() / np.sqrt(z.var() + 1.0))
    if target.is_event:
        agree = float((known == target.observed).mean())
        return {"percentile": agree, "covered": np.nan, "error_sd": off}
    if target.bound != "about":
        # Values on the allowed side have no error: those beyond are told by their distance.
        allowed = z == 0.0
        return {"percentile": float(allowed.mean()), "covered": np.nan, "error_sd": off}
    below = float(ndtr(-z).mean())
    tail = (1.0 - NOMINAL) / 2.0
    return {"percentile": below, "covered": float(tail <= below <= 1.0 - tail), "error_sd": off}


def _score(target: Target, known: Array) -> float:
    """Return the score in standard errors of the target."""
    if target.is_event:
        chance = float(known.mean()) if known.size else np.nan
        return score_of_chance(chance, target.observed) / target.error
    if target.bound != "about":
        return np.nan
    return score_of_runs(standard_errors(target, known), 1.0, 0.0)


def _against_baselines(target: Target, targets: Sequence[Target], score: float) -> dict[str, Any]:
    """Return both baselines of a checked target, and which of them has the lower score."""
    made: dict[str, Baseline | None] = {"carried": None, "mean": None}
    if target.use == "checked":
        made = {"carried": carried(target, targets), "mean": fitted_mean(target, targets)}
    row: dict[str, Any] = {}
    for name, baseline in made.items():
        row[f"{name}_value"] = baseline.value if baseline else np.nan
        row[f"{name}_score"] = baseline.score if baseline else np.nan
        row[f"{name}_source"] = baseline.source if baseline else ""
    better = [n for n, b in made.items() if b and b.score < score - 1e-9]
    return {**row, "wins": " ".join(better)}
