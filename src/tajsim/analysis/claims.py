"""Claims of the documents about cause and effect, tested on simulated runs.

The quantity of a claim is one number per run: the outcome over the claim's window, less what it
is ``against`` (the same run of the reference, or the same run in an earlier window), or as it
stands (``level``); with ``relative``, in per cent of what it is against.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.aggregate import ADDITIVE, aggregate
from tajsim.analysis.paired import Effect, Values, effect
from tajsim.analysis.windows import Window, attribute, scenario_names, whole_period
from tajsim.results.pairs import gap

HOLDS, FAILS, UNDECIDED, NOT_TESTED = "holds", "fails", "undecided", "not tested"

Claim = dict[str, Any]


def evaluate_claims(dataset: xr.Dataset) -> pd.DataFrame:
    """Test every claim of every scenario of a Dataset.

    Returns:
        One row per claim: ``verdict``, ``share`` (the share of runs in which it holds),
        ``effect`` with its 90 % interval ``low`` to ``high`` (t interval of the mean), ``median``,
        ``unit``, ``runs``, and the claim's own words and place in its document.

        The verdict is ``holds`` where the interval is clear of zero on the expected side (for
        ``between`` and ``unchanged``: where the median lies within the bounds), ``fails`` where
        the interval is clear on the other side (wholly outside the bounds), otherwise
        ``undecided``; with fewer than two runs it is always ``undecided``. ``not tested`` has a
        ``reason``: a claim against the reference needs a pair, a window must lie in the results.
    """
    rows = [
        {"scenario": scenario, **_row(dataset, scenario, claim)}
        for scenario in scenario_names(dataset)
        for claim in attribute(dataset, "claims").get(scenario, ())
    ]
    return pd.DataFrame(rows)


def _row(dataset: xr.Dataset, scenario: str, claim: Claim) -> dict[str, Any]:
    reason = _obstacle(dataset, scenario, claim)
    row = {
        "claim": claim["id"],
        "verdict": NOT_TESTED,
        "reason": reason,
        "statement": claim["statement"],
        "document": claim["document"],
        "line": claim["line"],
        "mechanisms": " ".join(claim.get("mechanisms", ())),
        "outcome": claim["outcome"],
        "where": ";".join(f"{d}={name}" for d, name in claim.get("where", {}).items()),
        "window": " to ".join(claim["window"]),
        "expect": _expectation(claim),
    }
    if reason:
        return row
    values = claim_values(dataset, scenario, claim)
    found = effect(values)
    return {
        **row,
        "verdict": verdict(claim, found),
        "share": _share(claim, values),
        "effect": found.mean,
        "low": found.low,
        "high": found.high,
        "median": found.median,
        "unit": _unit(dataset, claim),
        "signed": claim["against"] != "level",
        "runs": found.runs,
    }


def _obstacle(dataset: xr.Dataset, scenario: str, claim: Claim) -> str:
    """Say why a claim cannot be tested on these results; ``""`` if it can."""
    if claim["outcome"] not in dataset:
        return f"as {claim['outcome']} was not recorded"
    if claim["against"] == "reference" and (missing := _missing_reference(dataset, scenario)):
        return missing
    first, last = whole_period(dataset)
    windows = [claim["window"], claim["before"]] if claim.get("before") else [claim["window"]]
    if any(not first <= month <= last for window in windows for month in window):
        return f"whose window reaches beyond the results ({first} to {last})"
    return ""


def reference_of(dataset: xr.Dataset, scenario: str) -> str:
    """Return the scenario that a claim against the reference is about: the one it extends.

    The first of the results where none is named, as in results of earlier versions.
    """
    return attribute(dataset, "extends").get(scenario) or scenario_names(dataset)[0]


def _missing_reference(dataset: xr.Dataset, scenario: str) -> str:
    reference = reference_of(dataset, scenario)
    if reference == scenario:
        return "for want of a reference"
    if reference not in scenario_names(dataset):
        return f"as they are against {reference}, which is not among the results"
    return ""


def claim_values(dataset: xr.Dataset, scenario: str, claim: Claim) -> Values:
    """Return the quantity of a claim, ``(run,)``; ``nan`` where it is relative to zero."""

    def over(name: str, window: Window) -> Values:
        variable = dataset[claim["outcome"]].sel(scenario=name)
        return _at(aggregate(variable, window), claim.get("where", {}))

    window = (claim["window"][0], claim["window"][1])
    values = over(scenario, window)
    if claim["against"] == "level":
        return values
    if claim["against"] == "before":
        base = over(scenario, (claim["before"][0], claim["before"][1]))
    else:
        base = over(reference_of(dataset, scenario), window)
    if not claim.get("relative"):
        return gap(base, values)
    result: Values = np.full_like(base, np.nan)
    np.divide(100.0 * gap(base, values), np.abs(base), out=result, where=base != 0.0)
    return result


def _at(values: xr.DataArray, where: dict[str, str]) -> Values:
    """Pick the coordinates of a claim; dimensions it does not name are added up or averaged."""
    values = values.sel(where)
    rest = [d for d in values.dims if d != "run"]
    kind = values.attrs.get("aggregate")
    if rest:
        values = values.sum(rest) if kind in ADDITIVE else values.mean(rest)
    return np.asarray(values.values, dtype=np.float64)


def _bounds(claim: Claim) -> tuple[float, float] | None:
    """Return the bounds within which a value must lie; ``None`` for a claim of direction."""
    if claim["expect"] in ("rises", "falls"):
        return None
    low, high = claim.get("low"), claim.get("high")
    if low is None and high is None:
        return 0.0, 0.0
    return -np.inf if low is None else low, np.inf if high is None else high


def verdict(claim: Claim, found: Effect) -> str:
    """Return what the runs say about a claim; see `evaluate_claims`."""
    if found.runs < 2:
        return UNDECIDED
    bounds = _bounds(claim)
    if bounds is None:
        if not found.direction:
            return UNDECIDED
        return HOLDS if found.direction == claim["expect"] else FAILS
    low, high = bounds
    if low <= found.median <= high:
        return HOLDS
    return FAILS if found.low > high or found.high < low else UNDECIDED


def _share(claim: Claim, values: Values) -> float:
    known = values[np.isfinite(values)]
    if not known.size:
        return np.nan
    bounds = _bounds(claim)
    if bounds is not None:
        return float(np.mean((known >= bounds[0]) & (known <= bounds[1])))
    return float(np.mean(known > 0.0 if claim["expect"] == "rises" else known < 0.0))


def _unit(dataset: xr.Dataset, claim: Claim) -> str:
    attrs = dataset[claim["outcome"]].attrs
    return "%" if claim.get("relative") else str(attrs.get("window_unit", attrs.get("unit", "")))


def _expectation(claim: Claim) -> str:
    """Say in words what the claim expects."""
    against = {"reference": "against the reference", "level": ""}.get(
        claim["against"], f"against {' to '.join(claim.get('before') or ())}"
    )
    bounds = _bounds(claim)
    unit = " %" if claim.get("relative") else ""
    link = "and" if claim["expect"] == "between" else "to"
    size = "" if bounds is None else f" {bounds[0]:g} {link} {bounds[1]:g}{unit}"
    return f"{claim['expect']}{size} {against}".strip()
