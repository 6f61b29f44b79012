"""The results of a report: one file, or several whose runs are pairs, put side by side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.analysis.variance import ASSUMPTIONS, FEWEST, VARIANCE, keep_table, kept_table
from tajsim.ensemble.files import FILE_NAME, load_results
from tajsim.errors import UserError
from tajsim.results.select import names_of, why_no_pairs
from tajsim.results.window import Window

TABLES = (VARIANCE, ASSUMPTIONS)


def with_tables(joined: xr.Dataset, datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return joined results with the tables of all that were compared with the same reference.

    What one file found against another reference says nothing here and is left out.
    """
    reference, *others = names_of(joined)
    for name in TABLES:
        parts = []
        for dataset, own in _owners(datasets, reference, others):
            table = kept_table(dataset, name)
            parts.append(table[table["scenario"].isin(own)] if len(table) else table)
        held = [part for part in parts if len(part)]
        if held:
            joined = keep_table(joined, name, pd.concat(held, ignore_index=True))
    return joined


def _owners(
    datasets: Sequence[xr.Dataset], reference: str, others: Sequence[str]
) -> list[tuple[xr.Dataset, list[str]]]:
    """Return the results that compare with the reference, each with the scenarios it has tables on.

    A scenario that several hold counts for the first that has a table on it.
    """
    left, found = list(others), []
    for dataset in datasets:
        if names_of(dataset)[0] != reference:
            continue
        table = kept_table(dataset, VARIANCE)
        held = set(table["scenario"]) if len(table) else set()
        own = [name for name in left if name in held]
        left = [name for name in left if name not in own]
        found.append((dataset, own))
    return found


def without(dataset: xr.Dataset, name: str) -> xr.Dataset:
    """Return results without one of the tables."""
    return dataset.drop_dims(f"{name}_row", errors="ignore")


def fitting(table: pd.DataFrame, windows: dict[str, Window]) -> pd.DataFrame:
    """Return the rows of shares that are over the window of their scenario."""
    if table.empty:
        return table
    own = zip(table["window_start"].astype(str), table["window_end"].astype(str), strict=True)
    same = [
        windows.get(str(name)) == window
        for name, window in zip(table["scenario"], own, strict=True)
    ]
    return table[np.array(same, bool)]


def why_not(table: pd.DataFrame, reference: str, scenario: str, runs: int) -> str:
    """Say why the shares of variance of a scenario are missing, and what would give them.

    Args:
        table: the shares that the results hold, of any window.
        reference, scenario: the names.
        runs: the number of runs.
    """
    lead = f"The decomposition of variance for each difference of {scenario}"
    if runs < FEWEST:
        return f"{lead} is estimated only with {FEWEST} runs or more."
    own = table[table["scenario"] == scenario] if len(table) else table
    if len(own):
        start, end = own["window_start"].iloc[0], own["window_end"].iloc[0]
        return (
            f"{lead} was estimated over {start} to {end}, which is not the window of this report: "
            f"tajsim compare with the same --window estimates it."
        )
    return (
        f"{lead} is not in these results: it needs runs repeated with one group of "
        f"draws renewed, which tajsim compare {reference} {scenario} does (without "
        "--no-variance) and tajsim run does not."
    )


#: Attributes that hold a table (JSON) with an entry for each scenario.
_BY_SCENARIO = (
    "questions", "settings", "origins", "events", "claims", "extends", "scenario_text",
)  # fmt: skip
#: What a folder of a sweep holds.
SWEEP_FILE = "sweep.json"


@dataclass(frozen=True)
class Given:
    """Results with where they come from: ``files`` holds (name, SHA-256) of each file read."""

    dataset: xr.Dataset
    files: tuple[tuple[str, str], ...] = ()


def gather(results: Sequence[xr.Dataset | str | Path]) -> Given:
    """Read results and put them side by side.

    The first scenario of the first is the reference. A scenario that several hold with the same
    values stands once.

    Args:
        results: datasets, result files, or folders that hold one.

    Raises:
        UserError: if there is none, one cannot be read, or their runs are no pairs.
    """
    if not results:
        raise UserError("no results to report on; give at least one")
    files = tuple(
        (_called(item), _checksum(_file(item)))
        for item in results
        if not isinstance(item, xr.Dataset)
    )
    datasets = [item if isinstance(item, xr.Dataset) else _load(item) for item in results]
    names = [
        f"results {number}" if isinstance(item, xr.Dataset) else str(item)
        for number, item in enumerate(results, start=1)
    ]
    return Given(join(datasets, names), files)


def _load(place: str | Path) -> xr.Dataset:
    """Read results; a folder of another kind is named for what it is."""
    if (Path(place) / SWEEP_FILE).is_file():
        raise UserError(
            f"{place}: is a sweep; a report needs the results of tajsim run or compare; a sweep "
            "is read by tajsim plot, sensitivity, discover and robust"
        )
    return load_results(place)


def join(datasets: Sequence[xr.Dataset], names: Sequence[str] = ()) -> xr.Dataset:
    """Put the scenarios of several results along one axis.

    Args:
        datasets: the results.
        names: what each is called in messages.

    Raises:
        UserError: if they differ in seed, mode, version, months, runs or outcomes, or hold
            different results under one name.
    """
    called = names or [f"results {number}" for number in range(1, len(datasets) + 1)]
    first = datasets[0]
    if reason := why_no_pairs(datasets):
        raise UserError(reason)
    parts = [first]
    for other, place in zip(datasets[1:], called[1:], strict=True):
        _check_axes(first, other, f"{called[0]} and {place} are no pairs")
        held = {name: part for part in parts for name in names_of(part)}
        new = []
        for name in names_of(other):
            if name not in held:
                new.append(name)
            elif not _equal(held[name].sel(scenario=name), other.sel(scenario=name)):
                raise UserError(f"{place}: holds other values for {name} than a file before it")
        if new:
            parts.append(other.sel(scenario=new))
    if len(parts) == 1:
        return first
    shared = [n for n in first.data_vars if "scenario" in first[n].dims]
    joined = xr.concat(
        [part[shared] for part in parts], dim="scenario", join="override", combine_attrs="override"
    )
    joined = joined.drop_vars([n for n in joined.coords if str(n).startswith("event")])
    joined = joined.assign(_events(parts)).assign_attrs(_attributes(datasets))
    return with_tables(joined, datasets)


def _check_axes(first: xr.Dataset, other: xr.Dataset, lead: str) -> None:
    for axis in ("month", "run"):
        if not np.array_equal(first[axis].values, other[axis].values):
            sizes = " and ".join(f"{d.sizes[axis]:,}" for d in (first, other))
            raise UserError(f"{lead}: they do not hold the same {axis}s ({sizes})")
    if set(first.data_vars) ^ set(other.data_vars) and not _outcomes(first) == _outcomes(other):
        raise UserError(f"{lead}: they do not hold the same outcomes")


def _outcomes(dataset: xr.Dataset) -> set[str]:
    return {str(n) for n, v in dataset.data_vars.items() if "month" in v.dims}


def _equal(one: xr.Dataset, other: xr.Dataset) -> bool:
    names = sorted(_outcomes(one))
    return bool(one[names].drop_vars("scenario").equals(other[names].drop_vars("scenario")))


def _attributes(datasets: Sequence[xr.Dataset]) -> dict[str, Any]:
    """Return the attributes of the first with the entries of all scenarios."""
    merged: dict[str, Any] = {}
    for name in _BY_SCENARIO:
        tables = [json.loads(d.attrs.get(name) or "{}") for d in datasets]
        whole: dict[str, Any] = {}
        for table in tables:
            whole = {**table, **whole}
        merged[name] = json.dumps(whole)
    commands = dict.fromkeys(str(d.attrs.get("command", "")) for d in datasets)
    made = dict.fromkeys(str(d.attrs.get("created", "")) for d in datasets)
    windows = {str(d.attrs.get("window", "")) for d in datasets}
    merged["window"] = windows.pop() if len(windows) == 1 else ""
    saved = dict.fromkeys(str(d.attrs.get("continued_from", "")) for d in datasets)
    merged["continued_from"] = "\n".join(line for line in saved if line)
    return {**merged, "command": "\n".join(commands), "created": ", ".join(made)}


def _events(parts: Sequence[xr.Dataset]) -> dict[str, Any]:
    """Return the chronicle of all parts, the scenario of each event counted over all of them."""
    if not all("event_kind" in part.variables for part in parts):
        return {}
    names = [name for part in parts for name in names_of(part)]
    columns: dict[str, list[np.ndarray]] = {}
    for part in parts:
        held = [str(n) for n in part["event_scenarios"].values]
        own = names_of(part)
        code = part["event_scenario"].values
        keep = np.isin(code, [held.index(name) for name in own])
        place = np.array([names.index(n) if n in own else -1 for n in held], np.int16)
        for name, values in part.variables.items():
            if values.dims == ("event",):
                kept = place[code[keep]] if name == "event_scenario" else values.values[keep]
                columns.setdefault(str(name), []).append(np.asarray(kept))
    first = parts[0]
    tables = ("event_kinds", "event_unit", "event_text", "event_causes", "event_names")
    return {
        **{name: ("event", np.concatenate(values)) for name, values in columns.items()},
        **{name: first[name].variable for name in tables if name in first.variables},
        "event_scenarios": ("event_scenarios", np.array(names)),
    }


def _file(place: str | Path) -> Path:
    path = Path(place)
    return path / FILE_NAME if path.is_dir() else path


def _called(place: str | Path) -> str:
    """Return the name of a file, with that of its folder where the folder was given."""
    path = Path(place)
    return f"{path.resolve().name}/{FILE_NAME}" if path.is_dir() else path.name


def _checksum(path: Path) -> str:
    """Return the SHA-256 of a file, "" if it cannot be read (reading it says why)."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
