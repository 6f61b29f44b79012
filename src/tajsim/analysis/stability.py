"""Stability of the model: drift in a constant world, states at an end of their scale, failure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.verdicts import FAILS, HOLDS
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.run import Progress, Without, run
from tajsim.inputs.outcomes import Outcome, load_outcomes, with_weight
from tajsim.inputs.registry import DEFAULT_MODE
from tajsim.inputs.scenario_parts import load_scenario, shipped_scenarios
from tajsim.results.chronicle import event_table
from tajsim.results.effect import effect
from tajsim.results.numbers import percent, table_number, text_table
from tajsim.results.window import Window, at_places, months_in, over

#: Years compared in a constant world: the first two and the ninth and tenth.
EARLY, LATE = ("2004-01", "2005-12"), ("2012-01", "2013-12")
#: A level may drift by so much of itself, or of its standard deviation over runs; and by so many
#: standard errors of the difference.
OF_LEVEL, OF_SPREAD, ERRORS = 0.1, 0.1, 2.0
#: A state is at an end of its scale below or above these, for so many months running.
LOW, HIGH, MONTHS = 0.05, 0.95, 36
#: At most this share of runs may have a state at an end.
AT_END = 0.5
#: Failure by 2020: at most this share of runs; a scenario raises it by at least so much.
MOST_FAIL = {"status-quo": 0.10, "history": 0.15}
RAISED, RAISERS = 0.05, 4


def drift(
    runs: int = 1000,
    seed: int = 1,
    parameters: str = DEFAULT_MODE,
    workers: int = 1,
    progress: Progress | None = None,
    without: Without = (),
) -> pd.DataFrame:
    """Simulate a constant world and compare its ninth and tenth year with its first two.

    All drivers are at their mean of 2003-04 and nothing dated happens. What only accumulates is
    compared by its rate.

    Returns:
        One row per headline outcome: ``early``, ``late`` and ``change``, means over runs;
        ``spread`` of the early level over runs; ``error``, the standard error of the change;
        ``allowed``, the largest drift; ``verdict``; the ``model``.
    """
    chosen = [o for o in load_outcomes().values() if o.headline]
    found = run(
        "status-quo",
        runs,
        seed,
        parameters,
        LATE[1],
        with_weight(o.name for o in chosen),
        workers,
        progress=progress,
        overrides={"constant_world": 1.0},
        without=without,
    )
    return pd.DataFrame([_drift_row(found, o) for o in chosen]).assign(model=model_version())


def _drift_row(found: xr.Dataset, outcome: Outcome) -> dict[str, Any]:
    early, late = (_level(found, outcome, window) for window in (EARLY, LATE))
    change = late - early
    seen = change[np.isfinite(change)]
    level, spread = float(np.nanmean(early)), float(np.nanstd(early, ddof=1))
    error = float(seen.std(ddof=1) / np.sqrt(seen.size)) if seen.size > 1 else np.nan
    allowed = max(OF_LEVEL * abs(level), OF_SPREAD * spread) + ERRORS * error
    moved = float(seen.mean()) if seen.size else np.nan
    return {
        "outcome": outcome.name,
        "unit": outcome.unit,
        "early": level,
        "late": float(np.nanmean(late)),
        "change": moved,
        "spread": spread,
        "error": error,
        "allowed": allowed,
        "verdict": HOLDS if abs(moved) <= allowed else FAILS,
    }


def _level(found: xr.Dataset, outcome: Outcome, window: Window) -> Any:
    """Return the mean level or rate of an outcome over a window, ``(run,)``."""
    series = at_places(found, outcome.name)
    if outcome.cumulative:
        series = series.diff("month", label="upper")
        window = (str(series["month"].values[0]), window[1]) if window is EARLY else window
    values: Any = series.isel(month=months_in(series, window)).mean("month").values[0]
    return values.astype(np.float64)


def ends(
    runs: int = 1000,
    seed: int = 1,
    parameters: str = DEFAULT_MODE,
    workers: int = 1,
    progress: Progress | None = None,
    without: Without = (),
) -> pd.DataFrame:
    """Say in what share of runs of `status-quo` a state lies at an end of its scale for years.

    Shares and indices between 0 and 1 count, place by place; not what is rare by nature, nor what
    nobody in the model decides (``rare`` in ``outcomes.toml``).

    Returns:
        One row per outcome and place: ``low`` and ``high``, shares of runs in which it lies below
        0.05 or above 0.95 for 36 months running; ``mean`` over months and runs; ``verdict``.
    """
    chosen = [o for o in load_outcomes().values() if o.unit == "share" and not o.rare]
    found = run(
        "status-quo",
        runs,
        seed,
        parameters,
        outcomes=[o.name for o in chosen],
        workers=workers,
        progress=progress,
        without=without,
    )
    rows = []
    for o in chosen:
        values = found[o.name].isel(scenario=0).transpose(..., "month", "run").values
        names = [found[d].values for d in o.dimensions]
        for place in np.ndindex(*(len(n) for n in names)):
            here = values[place]
            if not np.isfinite(here).any():
                continue
            low, high = (_stays(side) for side in (here < LOW, here > HIGH))
            rows.append(
                {
                    "outcome": o.name,
                    "place": " ".join(str(n[i]) for n, i in zip(names, place, strict=True)),
                    "mean": float(np.nanmean(here)),
                    "low": low,
                    "high": high,
                    "verdict": FAILS if max(low, high) > AT_END else HOLDS,
                }
            )
    return pd.DataFrame(rows).assign(model=model_version())


def _stays(at_end: Any) -> float:
    """Return the share of runs that are at an end ``(month, run)`` for `MONTHS` running."""
    counted = np.cumsum(np.vstack([np.zeros((1, at_end.shape[1]), int), at_end]), axis=0)
    if len(counted) <= MONTHS:
        return 0.0
    return float((counted[MONTHS:] - counted[:-MONTHS] == MONTHS).any(axis=0).mean())


def failure(
    runs: int = 1000,
    seed: int = 1,
    parameters: str = DEFAULT_MODE,
    workers: int = 1,
    progress: Progress | None = None,
    without: Without = (),
    scenarios: Sequence[str] = (),
) -> pd.DataFrame:
    """Say how often the state fails by 2020, by scenario, and to what that is owed.

    Returns:
        One row per scenario: ``failed``, the share of runs; ``raised`` with its 90 % interval
        ``low`` to ``high``, against `status-quo` run by run; ``cause``, the commonest largest
        cause of failures, and ``of_failures``, the share of them that it has; ``verdict``.
    """
    names = [*dict.fromkeys([*MOST_FAIL, *(scenarios or shipped_scenarios())])]
    failed: dict[str, Any] = {}
    rows = []
    for place, name in enumerate(names):
        tell = _part(progress, place, len(names))
        end = load_scenario(name).end
        found = run(
            name,
            runs,
            seed,
            parameters,
            None,
            ["state_failed"],
            workers,
            progress=tell,
            without=without,
        )
        failed[name] = over(found["state_failed"], (end, end)).values[0]
        log = event_table(found)
        ended = (log["kind"] == "polity") & (log["target"] == "failed")
        causes = log.loc[ended, "cause"].value_counts(normalize=True)
        raised = effect(failed[name] - failed["status-quo"])
        share = float(failed[name].mean())
        most = float(causes.iloc[0]) if len(causes) else 0.0
        rows.append(
            {
                "scenario": name,
                "failed": share,
                "raised": raised.mean,
                "low": raised.low,
                "high": raised.high,
                "cause": str(causes.index[0]) if len(causes) else "",
                "of_failures": most,
                "verdict": HOLDS
                if share < MOST_FAIL.get(name, 1.0) and (most <= 0.5 or name not in MOST_FAIL)
                else FAILS,
            }
        )
    return pd.DataFrame(rows).assign(model=model_version())


def _part(progress: Progress | None, place: int, of: int) -> Progress | None:
    return progress and (lambda done, total: progress(place * total + done, of * total))


def drift_text(table: pd.DataFrame) -> str:
    """Return the drift of a constant world as text."""
    header = ("verdict", "outcome", "years 1-2", "years 9-10", "change", "allowed")
    rows = [
        [r["verdict"], r["outcome"], *map(table_number, (r["early"], r["late"])),
         table_number(r["change"], signed=True), table_number(r["allowed"])]
        for r in table.to_dict("records")
    ]  # fmt: skip
    return f"{text_table(header, rows, (0, 1))}\n\n{_counted(table, 'headline outcomes')}"


def ends_text(table: pd.DataFrame) -> str:
    """Return as text what lies at an end of its scale in more than half of the runs."""
    shown = table[table["verdict"] == FAILS]
    rows = [
        [r["outcome"], r["place"], table_number(r["mean"]), percent(r["low"]), percent(r["high"])]
        for r in shown.to_dict("records")
    ]
    header = ("outcome", "place", "mean", "below 0.05", "above 0.95")
    return f"{text_table(header, rows, (0, 1))}\n\n{_counted(table, 'states')}"


def failure_text(table: pd.DataFrame) -> str:
    """Return the failure of states by scenario as text."""
    header = ("verdict", "scenario", "failed", "raised", "commonest cause", "of failures")
    rows = [
        [r["verdict"], r["scenario"], percent(r["failed"]), percent(r["raised"]), r["cause"],
         percent(r["of_failures"])]
        for r in table.to_dict("records")
    ]  # fmt: skip
    raisers = int((table["raised"] >= RAISED).sum())
    return f"{text_table(header, rows, (0, 1, 4))}\n\n{raisers} raise failure by 5 points or more."


def _counted(table: pd.DataFrame, what: str) -> str:
    held = int((table["verdict"] == HOLDS).sum())
    return f"{held} of {len(table)} {what} hold."


#: What ``tajsim stability`` can measure: how, and how it is told.
MEASURES: dict[str, tuple[Callable[..., pd.DataFrame], Callable[[pd.DataFrame], str]]] = {
    "drift": (drift, drift_text),
    "ends": (ends, ends_text),
    "failure": (failure, failure_text),
}
