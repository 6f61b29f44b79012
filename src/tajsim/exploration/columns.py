"""Which of the kept columns and scenarios of a sweep are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tajsim.errors import UserError, unknown
from tajsim.sweeps.read import Sweep, load_sweep


def opened(sweep: Sweep | str | Path) -> Sweep:
    """Return a sweep, read from its folder if need be.

    Raises:
        UserError: if there is none, or none of its runs is finished.
    """
    found = sweep if isinstance(sweep, Sweep) else load_sweep(sweep)
    if found.results.empty:
        raise UserError(f"{found.folder}: no run of this sweep is finished")
    return found


def columns_of(sweep: Sweep, names: Sequence[str] | None) -> list[str]:
    """Return the columns that are meant: by their own names, or all of an outcome.

    Raises:
        UserError: for each name that is neither.
    """
    if not names:
        return [str(name) for name in sweep.columns.index]
    found: list[str] = []
    wrong: list[str] = []
    for name in names:
        own = [name] if name in sweep.columns.index else []
        outcomes = sweep.columns["outcome"]
        matching = own or [str(c) for c in outcomes.index[outcomes == name]]
        valid = [*sweep.columns.index, *outcomes]
        if not matching:
            wrong.append(unknown("outcome", name, dict.fromkeys(valid)))
        found += [column for column in matching if column not in found]
    if wrong:
        raise UserError(wrong)
    return found


def column_of(sweep: Sweep, name: str) -> str:
    """Return the one column that is meant.

    Raises:
        UserError: if there is none, or more than one.
    """
    found = columns_of(sweep, [name])
    if len(found) > 1:
        raise UserError(f"'{name}' is kept as {', '.join(found)}; name one of these columns")
    return found[0]


def scenarios_of(sweep: Sweep, scenario: str | None) -> list[str]:
    """Return the scenarios that are meant: the one named, or all.

    Raises:
        UserError: for an unknown one.
    """
    names = [str(name) for name in dict.fromkeys(sweep.points["scenario"])]
    if scenario is None:
        return names
    if scenario not in names:
        raise UserError(unknown("scenario", scenario, names))
    return [scenario]


def row_of(sweep: Sweep, column: str) -> pd.Series[Any]:
    """Return what is known of a column: outcome, where, window, unit, label, ..."""
    row: pd.Series[Any] = sweep.columns.T[column]
    return row


def label_of(row: pd.Series[Any]) -> str:
    """Return what a column is, and where. ``row`` is of `Sweep.columns`."""
    places = [part.partition("=")[::2] for part in row["where"].split(";") if part]
    texts = [f"all {d}s" if n == "all" else n for d, n in places]
    return f"{row['label']} ({', '.join(texts).replace('_', ' ')})" if texts else str(row["label"])


def heading(sweep: Sweep, column: str) -> str:
    """Return a column as a heading: what it is, where, over which months, in which unit."""
    row = row_of(sweep, column)
    months = f"{row['window_start']} to {row['window_end']}"
    return f"{column}: {label_of(row)}, {months} ({row['unit']})"
