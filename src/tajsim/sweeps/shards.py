"""Shards: small files that hold finished runs, each whole or damaged, never half believed.

A shard is a CSV table below one line of JSON that begins with ``#``: what the shard is, how many
rows it has, the scenario, the model, the fingerprint of the experiment and a checksum of it all.
``pandas.read_csv(path, skiprows=1)`` reads it. Its name is a hash of the runs it holds, so a run
that was computed twice does not stand twice.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tajsim.files import BEGUN
from tajsim.sweeps.disk import Disk, put
from tajsim.sweeps.table import read_table
from tajsim.sweeps.task import Task
from tajsim.sweeps.work import Finished

FOLDER = "shards"
RUNS, FAILED, SERIES = "runs", "failed", "series"
_KEY = ("point", "run")


class UnfitError(Exception):
    """A shard is not what it was when it was written, or is of another sweep."""


@dataclass(frozen=True)
class Shard:
    """What a shard holds: a table with the columns point, run and the kept numbers or the cause."""

    header: dict[str, Any]
    table: pd.DataFrame


def write_runs(disk: Disk, folder: Path, finished: Finished) -> str:
    """Store finished runs and return the name of the shard; it lasts once this has returned.

    Raises:
        OSError: if it cannot be written.
    """
    task, numbers = finished.task, finished.numbers
    columns = [*_KEY, *(keep.column for keep in task.keep)]
    rows: Iterator[list[object]] = (
        [point, int(run), *row]
        for point, run, row in zip(task.points, task.runs, numbers.tolist(), strict=True)
    )
    name, extra = _name(task, task.points, task.runs), {}
    if finished.series:
        data = _packed(finished.series)
        extra = {"series_sha256": sha256(data).hexdigest()}
        # The series first: the table stands for both.
        put(disk, folder / f"{SERIES}-{name}.npz", data)
    path = folder / f"{RUNS}-{name}.csv"
    put(disk, path, _text(_header(RUNS, task, len(task.points), extra), columns, rows))
    return path.name


def write_failures(
    disk: Disk, folder: Path, task: Task, points: Sequence[str], runs: Sequence[int], cause: str
) -> str:
    """Store runs that failed, with their cause, and return the name of the shard.

    Raises:
        OSError: if it cannot be written.
    """
    path = folder / f"{FAILED}-{_name(task, points, runs)}.csv"
    rows: Iterator[list[object]] = ([p, int(r), cause] for p, r in zip(points, runs, strict=True))
    put(disk, path, _text(_header(FAILED, task, len(points), {}), [*_KEY, "cause"], rows))
    return path.name


def read_shard(disk: Disk, path: Path, fingerprints: Mapping[str, str]) -> Shard:
    """Read one shard.

    Args:
        fingerprints: those of the sweep, by scenario; a scenario that is not among them is one
            that the sweep had once.

    Raises:
        UnfitError: if its checksum, its header or its series do not fit, or it is of another
            experiment, seed or model.
    """
    try:
        text = disk.read(path).decode("utf-8")
        first, body = text.split("\n", 1)
        header = json.loads(first.removeprefix("# "))
        told = header.pop("sha256")
        if told != _checksum(header, body):
            raise UnfitError("the checksum does not fit")
        mark = header.get("experiment")
        if mark is None:
            raise UnfitError("it does not say which experiment and model it belongs to")
        if mark != fingerprints.get(header["scenario"], mark):
            raise UnfitError("it belongs to another experiment, seed or model")
        if "series_sha256" in header:
            data = disk.read(series_path(path))
            if header["series_sha256"] != sha256(data).hexdigest():
                raise UnfitError("the checksum of its series does not fit")
        table = read_table(body, ("point", "cause"))
    except UnfitError:
        raise
    except FileNotFoundError as error:
        raise UnfitError(f"{Path(str(error.filename)).name} is missing") from None
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UnfitError(f"it cannot be read ({type(error).__name__})") from None
    return Shard(header, table)


def series_path(path: Path) -> Path:
    """Return the path of the monthly series that belong to a shard of runs."""
    return path.with_name(f"{SERIES}{path.stem.removeprefix(RUNS)}.npz")


def shard_names(disk: Disk, folder: Path) -> list[str]:
    """Return the names of the tables in the folder of shards."""
    return [n for n in disk.names(folder) if n.endswith(".csv") and not n.startswith(BEGUN)]


def read_all(
    disk: Disk,
    place: Path,
    points: Sequence[str],
    columns: Sequence[str],
    fingerprints: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return all runs of these points, all failures, and a line for each shard left out."""
    runs: list[pd.DataFrame] = []
    failed: list[pd.DataFrame] = []
    unfit: list[str] = []
    for name in shard_names(disk, place / FOLDER):
        try:
            shard = read_shard(disk, place / FOLDER / name, fingerprints)
        except UnfitError as error:
            unfit.append(f"{name}: {error}")
            continue
        (failed if shard.header["kind"] == FAILED else runs).append(shard.table)
    results = _joined(runs, points, [*_KEY, *columns])
    failures = _joined(failed, points, [*_KEY, "cause"])
    there = pd.MultiIndex.from_frame(results[list(_KEY)])
    failures = failures[~pd.MultiIndex.from_frame(failures[list(_KEY)]).isin(there)]
    return results, failures.reset_index(drop=True), unfit


def _joined(tables: list[pd.DataFrame], points: Sequence[str], columns: list[str]) -> pd.DataFrame:
    """Return tables under each other, each run once, in the order of points and runs."""
    if not tables:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    table = pd.concat(tables, ignore_index=True).drop_duplicates(list(_KEY))
    order = {point: i for i, point in enumerate(points)}
    place = table["point"].map(order)
    table = table[place.notna()].assign(_place=place).sort_values(["_place", "run"], kind="stable")
    return table[columns].reset_index(drop=True)


def _name(task: Task, points: Sequence[str], runs: Sequence[int] | NDArray[np.int64]) -> str:
    cells = " ".join(f"{p}:{int(r)}" for p, r in zip(points, runs, strict=True))
    return sha256(f"{task.fingerprint} {cells}".encode()).hexdigest()[:16]


def _header(kind: str, task: Task, rows: int, extra: dict[str, str]) -> dict[str, Any]:
    return {
        "tajsim_shard": 1,
        "kind": kind,
        "scenario": task.scenario,
        "model": task.model,
        "experiment": task.fingerprint,
        "rows": rows,
        **extra,
    }


def _text(header: dict[str, Any], columns: list[str], rows: Iterator[list[object]]) -> bytes:
    body = io.StringIO()
    writer = csv.writer(body, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)  # floats are written so that they are read back to the bit
    whole = {**header, "sha256": _checksum(header, body.getvalue())}
    return f"# {json.dumps(whole)}\n{body.getvalue()}".encode()


def _checksum(header: dict[str, Any], body: str) -> str:
    return sha256(f"{json.dumps(header)}\n{body}".encode()).hexdigest()


def _packed(series: dict[str, NDArray[np.float32]]) -> bytes:
    data = io.BytesIO()
    np.savez(data, **series)  # type: ignore[arg-type]
    return data.getvalue()
