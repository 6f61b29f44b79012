"""Checks of claims that need more than one key: windows, dimensions, bounds, repeated ids."""

from __future__ import annotations

from typing import Any

from tajsim.axes import DIMENSIONS
from tajsim.errors import nearest, unknown
from tajsim.inputs.dates import is_month
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_format import ClaimRow
from tajsim.inputs.scenario_parts import Claim
from tajsim.inputs.scenario_source import Source
from tajsim.inputs.toml_lines import Key


def file_claims(source: Source, start: str, end: str) -> list[Claim]:
    """Return the claims of one file; errors go to the source's problems.

    ``start`` and ``end`` are the months in force, empty where unknown.
    """
    claims: list[Claim] = []
    for row in source.claims:
        key: Key = ("claims", row.index)
        for name in ("window", "before"):
            _check_window(source, (*key, name), row.raw.get(name), start, end)
        _check_where(source, key, row.raw)
        if row.model is None:
            continue
        if row.model.id in [claim.id for claim in claims]:
            text = f"the id '{row.model.id}' stands twice; expected once"
            source.problems.add((*key, "id"), text)
        _check_bounds(source, key, row.model)
        claims.append(_claim(row.model))
    return claims


def _claim(row: ClaimRow) -> Claim:
    return Claim(
        id=row.id,
        statement=row.statement,
        document=row.document,
        line=row.line,
        mechanisms=tuple(row.mechanisms),
        outcome=row.outcome,
        where=dict(row.where),
        window=(row.window[0], row.window[1]),
        expect=row.expect,
        low=row.low,
        high=row.high,
        against=row.against,
        before=(row.before[0], row.before[1]) if row.before else None,
        relative=row.relative,
    )


def _check_window(source: Source, key: Key, window: Any, start: str, end: str) -> None:
    if not isinstance(window, list) or len(window) != 2:
        return  # absent, or reported as a wrong type already
    first, last = window
    if not all(isinstance(month, str) and is_month(month) for month in window):
        return
    if first > last:
        source.problems.add(key, f"{first} is after {last}; expected the first month first")
    elif (start and first < start) or (end and last > end):
        within = f"expected within {start or '...'} to {end or '...'}"
        source.problems.add(key, f"{first} to {last} is outside the scenario; {within}")


def _check_where(source: Source, key: Key, raw: dict[str, Any]) -> None:
    outcome, where = raw.get("outcome"), raw.get("where")
    if not isinstance(outcome, str) or not isinstance(where, dict):
        return
    if outcome not in load_outcomes():
        return
    dimensions = load_outcomes()[outcome].dimensions
    for dimension, name in where.items():
        place = (*key, "where", dimension)
        if dimension not in dimensions:
            have = ", ".join(dimensions) or "none"
            hint = nearest(dimension, dimensions)
            text = f"unknown dimension '{dimension}'; '{outcome}' has: {have}{hint}"
            source.problems.add(place, text)
        elif isinstance(name, str) and name not in DIMENSIONS[dimension]:
            source.problems.add(place, unknown(dimension, name, DIMENSIONS[dimension]))


def _check_bounds(source: Source, key: Key, row: ClaimRow) -> None:
    """Check the keys whose presence depends on ``expect`` and ``against``."""
    bounds = {"low": row.low, "high": row.high}
    for name, value in bounds.items():
        if row.expect == "between" and value is None:
            source.problems.add(key, f"missing; expected the key '{name}' with expect = 'between'")
        if row.expect in ("rises", "falls") and value is not None:
            text = f"does not fit expect = '{row.expect}'; expected with 'between' or 'unchanged'"
            source.problems.add((*key, name), text)
    if row.low is not None and row.high is not None and row.low > row.high:
        source.problems.add(
            (*key, "low"), f"{row.low:g} is above high = {row.high:g}; expected less"
        )
    if row.against == "level" and row.expect != "between":
        text = f"'{row.expect}' does not fit against = 'level'; expected 'between'"
        source.problems.add((*key, "expect"), text)
    if row.against == "level" and row.relative:
        source.problems.add((*key, "relative"), "expected false with against = 'level'")
    if row.against == "before" and row.before is None:
        source.problems.add(key, "missing; expected the key 'before' with against = 'before'")
    if row.against != "before" and row.before is not None:
        source.problems.add((*key, "before"), "expected only with against = 'before'")
