"""A sweep as a notebook shows it: what was varied, how far it is, and what the runs gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tajsim.display.html import Html, element, fold, table, whole

if TYPE_CHECKING:
    from tajsim.sweeps.read import Sweep


def sweep_html(sweep: Sweep) -> str:
    """Return a sweep as HTML; points without a run yet count as open."""
    about = sweep.about
    return whole(
        element("h3", str(about.get("title") or sweep.folder.name)),
        element("p", str(about.get("question") or "")),
        element("p", _state(sweep), look="quiet"),
        element("h4", "What is varied"),
        table(("factor", "unit", "low", "high", "basis"), _factors(sweep), numbers=(2, 3)),
        element("h4", "What was kept: means over the runs of each point"),
        table(
            ("outcome", "unit", "lowest point", "median point", "highest point"),
            _columns(sweep),
            numbers=(2, 3, 4),
        ),
        *_failures(sweep),
    )


def _state(sweep: Sweep) -> str:
    done = sweep.results["point"].nunique()
    parts = [
        f"{sweep.kind} of {len(sweep.points):,} points, {done:,} of them with runs",
        f"{len(sweep.results):,} runs",
    ]
    if len(sweep.failures):
        parts.append(f"{len(sweep.failures):,} failed")
    if sweep.unfit:
        parts.append(f"{len(sweep.unfit):,} files left out that are damaged or of another sweep")
    if "seed" in sweep.about:
        parts.append(f"seed {sweep.about['seed']}")
    return "; ".join(parts)


def _factors(sweep: Sweep) -> list[list[object]]:
    return [
        [name, row["unit"], _figure(row["low"]), _figure(row["high"]), row["basis"]]
        for name, row in sweep.factors.iterrows()
    ]


def _columns(sweep: Sweep) -> list[list[object]]:
    rows: list[list[object]] = []
    for name, row in sweep.columns.iterrows():
        known = sweep.means[str(name)].dropna()
        ends = np.quantile(known, (0.0, 0.5, 1.0)) if len(known) else [np.nan] * 3
        rows.append([str(name), row["unit"], *map(_figure, ends)])
    return rows


def _figure(value: Any) -> str:
    """Return a number in four digits, "-" where there is none, a text as it is."""
    if isinstance(value, str):
        return value
    return "-" if value is None or pd.isna(value) else f"{float(value):,.4g}"


def _failures(sweep: Sweep) -> list[Html]:
    if sweep.failures.empty:
        return []
    causes = sweep.failures["cause"].value_counts()
    rows = [[str(cause), f"{count:,}"] for cause, count in causes.items()]
    return [fold("Why runs failed", table(("cause", "runs"), rows, numbers=(1,)))]
