"""What ``validate`` prints: the scoreboard by theme, the baselines, and the trajectories."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.tables import interval, number, percent, text_table

WIDTH = 100
_Z = 1.6449  # half of a 90 % interval of a normal distribution, in standard deviations

_HOW = (
    "Observed with 90 % of what its error leaves open; simulated with 90 % of the runs. 'place' is "
    "the share of predictions (a run with the error added) below what was observed; for a bound "
    "the share of runs on its allowed side, for an event of those that agree. 'off' is the mean "
    "prediction less what was observed, in standard deviations of the predictions. 'score' (lower "
    "is better) is the continuous ranked probability score in standard errors of the figure: for a "
    "sure forecast its distance, for an event twice the squared error of its chance."
)
_BASELINES = (
    "Checked targets against two naive forecasts from earlier figures alone, by score. 'carried' "
    "is the last value carried forward: the latest earlier figure of the same series, no change, "
    "or no event. 'mean' is no change from the fitted mean: that of the fitted figures of the same "
    "series, no change, or the rate at which fitted events of commanders happened."
)


def validation_text(
    table: pd.DataFrame,
    trajectories: pd.DataFrame,
    breaks: pd.DataFrame,
    runs: int,
    parameters: str,
) -> str:
    """Return all tables as text."""
    counts = table["use"].value_counts()
    heading = (
        f"{len(table)} targets, {counts.get('fitted', 0)} fitted and {counts.get('checked', 0)} "
        f"checked, against {runs:,} run{'s' if runs != 1 else ''}, parameters {parameters}"
    )
    told = f"{_HOW} Fitted targets say how well the fit went; only checked ones test the model"
    star = (table["looked_at"] & (table["use"] == "checked")).any()
    told += " (* looked at while ranges were set by hand: a weak test)." if star else "."
    blocks = ["\n".join([heading, *_said(told)])]
    for theme, part in table.groupby("theme", sort=False):
        blocks.append(f"{theme}\n{_scoreboard(part)}")
    blocks += ["\n".join(_said(line)) for line in coverage(table)]
    blocks.append("\n".join([*_said(_BASELINES), "", _against(table), "", *_verdict(table)]))
    for title, part in trajectories.groupby("trajectory", sort=False):
        blocks.append("\n".join([*_said(str(title)), _trajectory(part)]))
    if len(breaks):
        blocks.append(f"When commanders break\n{_breaks(breaks)}")
    return "\n\n".join(blocks)


def _scoreboard(part: pd.DataFrame) -> str:
    header = (
        "target",
        "use",
        "observed",
        "90 %",
        "simulated",
        "90 %",
        "unit",
        "place",
        "off",
        "score",
    )
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
        for row in _rows(part)
    ]
    return text_table(header, rows, left=(0, 1, 6))


def _observed(row: Any) -> tuple[str, str]:
    """Return the observed value, and the interval of its error."""
    if row.kind == "event":
        return ("happened" if row.observed else "did not happen", "")
    if row.kind != "number":
        return (f"{row.kind.replace('_', ' ')} {number(row.observed)}", "")
    reach = _Z * row.error
    if row.scale == "log":
        ends = row.observed * math.exp(-reach), row.observed * math.exp(reach)
    else:
        ends = row.observed - reach, row.observed + reach
    return number(row.observed), interval(*ends)


def _simulated(row: Any) -> tuple[str, str]:
    if row.kind == "event":
        return (f"in {percent(row.median)} of runs", "")
    return number(row.median), interval(row.p05, row.p95)


def coverage(table: pd.DataFrame) -> list[str]:
    """Return sentences on how many intervals cover what was observed, fitted and checked apart."""
    lines = []
    for use, part in table.groupby("use", sort=False):
        told = part["covered"].dropna()
        said = []
        if len(told):
            said.append(
                f"{int(told.sum())} of {len(told)} observed numbers lie within 90 % of the "
                f"predictions ({percent(told.mean())}; 90 % is what it should be)"
            )
        events = part[part["kind"] == "event"]
        if len(events):
            said.append(
                f"{len(events)} events came out as observed in "
                f"{percent(events['percentile'].mean())} of the runs on average"
            )
        bounds = part[~part["kind"].isin(["event", "number"])]
        if len(bounds):
            kept = int((bounds["percentile"] >= 0.5).sum())
            said.append(f"{kept} of {len(bounds)} bounds hold in at least half of the runs")
        lines.append(f"{str(use).capitalize()}: {'; '.join(said)}.")
    return lines


def _against(table: pd.DataFrame) -> str:
    rows = [
        [
            row.target,
            _score(row.score),
            _value(row, row.carried_value),
            _score(row.carried_score),
            _value(row, row.mean_value),
            _score(row.mean_score),
            _winner(row),
        ]
        for row in _rows(table[table["use"] == "checked"])
    ]
    header = ("checked target", "simulated", "carried", "score", "mean", "score", "better")
    return text_table(header, rows, left=(0, 6))


def _value(row: Any, value: float) -> str:
    if math.isnan(value):
        return "-"
    return percent(value) if row.kind == "event" else number(value)


def _winner(row: Any) -> str:
    if math.isnan(row.score):
        return "a bound, no score"
    if math.isnan(row.carried_score) and math.isnan(row.mean_score):
        return "nothing earlier in the ledger"
    names = {"carried": "last value carried forward", "mean": "fitted mean"}
    better = " and ".join(names[name] for name in row.wins.split())
    equal = min(v for v in (row.carried_score, row.mean_score) if not math.isnan(v)) == row.score
    return better or ("neither, the same" if equal else "simulation")


def _verdict(table: pd.DataFrame) -> list[str]:
    """Return, for each baseline, who is better on the targets that both forecast."""
    names = {"carried": "The last value carried forward", "mean": "The fitted mean"}
    lines = []
    checked = table[table["use"] == "checked"]
    for name, title in names.items():
        both = checked.dropna(subset=["score", f"{name}_score"])
        if both.empty:
            lines += _said(f"{title} can be formed for no checked target with a score.")
            continue
        ours, theirs = both["score"].mean(), both[f"{name}_score"].mean()
        wins = [str(t) for t, w in zip(both["target"], both["wins"], strict=True) if name in w]
        word = "worse" if ours > theirs else "better"
        said = (
            f"{title} can be formed for {len(both)} checked targets: mean score {_score(theirs)}, "
            f"of the simulation {_score(ours)}, which is {word}."
        )
        said += f" It beats the simulation on {len(wins)}: {', '.join(wins)}." if wins else ""
        lines += _said(said)
    return lines


def _trajectory(part: pd.DataFrame) -> str:
    yearly = (part["window_start"].str[:4] == part["window_end"].str[:4]).all() and (
        part["window_start"].str[:4].is_unique
    )
    rows = [
        [
            row.window_start[:4] if yearly else f"{row.window_start} to {row.window_end}",
            number(row.median),
            interval(row.p05, row.p95),
            row.observed,
        ]
        for row in _rows(part)
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
        for row in _rows(table)
    ]
    header = ("break", "documented", "met within", "met", "only before", "only after", "never")
    return text_table((*header, "first", "90 % of those"), rows, left=(0, 1, 2))


def _score(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.2f}"


def _rows(table: pd.DataFrame) -> list[Any]:
    """Return the rows with their columns as attributes (of types that pandas does not tell)."""
    return list(table.itertuples())


def _said(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)
