"""The jobs of a sweep and what is kept of them; its folder: shards of runs, lock, manifest."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from tajsim.compiled.engine import chosen, compile_once, used
from tajsim.ensemble.job import Job
from tajsim.errors import UserError
from tajsim.files import BEGUN, csv_text, place_of, telling, whole
from tajsim.inputs import events as kinds, outcomes, toml
from tajsim.inputs.experiment import Experiment, Keep
from tajsim.results import numbers, window
from tajsim.sweeps.design import Point, Points

#: Of the manifest, and what mends a file of a sweep.
FORMAT, _AGAIN = 2, "the same command of 'tajsim sweep' writes it anew"
MANIFEST, POINTS, DESIGN, LOCK = "sweep.json", "points.csv", "design.csv", "lock"
#: The folder of the shards, and where those are put that are damaged or of another sweep.
FOLDER, ASIDE = "shards", "set-aside"
_OURS = {MANIFEST, POINTS, DESIGN, LOCK, ASIDE, FOLDER}
#: Kinds of shards.
RUNS, FAILED = "runs", "failed"
_KEY = ("point", "run")

Numbers = np.ndarray


def make_job(
    experiment: Experiment,
    points: Sequence[Point],
    runs: Sequence[int] | np.ndarray,
    model: str,
    fingerprint: str,
) -> Job:
    """Return the job of runs ``(run,)`` of points ``(run,)``, all of one variant.

    ``model`` is the version that must simulate it, ``fingerprint`` the mark that its shards bear.
    """
    scenario = next(s for s in experiment.scenarios if s.name == points[0].scenario)
    values = [point.values for point in points]
    settings: dict[str, Any] = dict(scenario.settings)
    own = []
    for template in experiment.events:
        event = template.event(values[0])
        if name := template.travelling:  # its numbers become ``(run,)``
            numbers = np.array([float(template.filled(v)[name]) for v in values])
            arguments: dict[str, Any] = {**event.arguments, name: numbers}
            event = replace(event, arguments=arguments)
        own.append(event)
    events = sorted([*scenario.events, *own], key=lambda event: event.month)
    for factor in experiment.factors:
        if factor.parameter is not None:
            settings[factor.parameter] = np.array([float(v[factor.name]) for v in values])
    return Job(
        scenario=scenario.name,
        runs=tuple(int(run) for run in runs),
        seed=experiment.seed,
        start=experiment.start,
        end=experiment.end,
        parameters=experiment.parameters,
        outcomes=outcomes.with_weight(keep.outcome for keep in experiment.keep),
        settings=settings,
        events=tuple(event for event in events if event.month <= experiment.end),
        points=tuple(point.id for point in points),
        keep=Summaries(experiment.keep, experiment.start, fingerprint),
        model=model,
        without=scenario.without,
    )


def one(record: Any, keep: Keep) -> Numbers:
    """Return one column ``(run,)``: an outcome at one place, aggregated over its window."""
    where = {d: name for d, name in keep.where.items() if name != kinds.ALL}
    found = window.over(window.at_places(record, keep.outcome, where), keep.window)
    return np.asarray(found.values)


@dataclass(frozen=True)
class Summaries:
    """What is kept of a job: the columns of an experiment, which its mark is of."""

    columns: tuple[Keep, ...]
    start: str
    fingerprint: str

    def __call__(self, model: Any) -> Numbers:
        """Return the kept numbers ``(run, column)`` of a finished model."""
        first, months = toml.month_number(self.start), next(iter(model.record.values())).shape[-2]
        names = [toml.month_text(first + place) for place in range(months)]
        record = window.labelled(model.record, names)
        return np.stack([one(record, keep) for keep in self.columns], axis=-1)


class Disk:
    """How files are written. Every method may raise ``OSError``."""

    def write(self, path: Path, data: bytes) -> None:
        """Write a file, which may be torn or lost until `sync`."""
        path.write_bytes(data)

    def sync(self, path: Path) -> None:
        """Wait until the content of a file, or the names in a folder, are on the disk."""
        if path.is_dir() and os.name != "posix":  # elsewhere a folder cannot be opened
            return
        # Windows wants a file to be open for writing, Linux a folder not to be.
        number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(number)
        finally:
            os.close(number)

    def rename(self, path: Path, to: Path) -> None:
        """Rename a file, replacing what is there; may be lost until `sync` of the folder."""
        path.replace(to)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink(missing_ok=True)


#: What tests put another in the place of.
disk = Disk()


def put(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all (`OSError`), and stays after this."""
    with whole(path, disk.rename, disk.remove) as begun:
        disk.write(begun, data)
        disk.sync(begun)
    disk.sync(path.parent)


def _read(path: Path) -> bytes:
    """Return the content of a file. Raises `OSError` if it is none, or cannot be read."""
    if path.exists() and not path.is_file():  # reading a pipe would wait for its writer
        raise OSError("Not an ordinary file")
    return path.read_bytes()


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def sweep_away(folder: Path) -> None:
    """Remove what others began to write and never finished."""
    for name in _names(folder):
        if name.startswith(BEGUN):
            disk.remove(folder / name)


class DamagedError(UserError):
    """A file of a sweep is not as it was written."""


class UnfitError(Exception):
    """A shard is not what it was when it was written, or is of another sweep."""


#: What a shard holds: its kind, and a table with the columns point, run and the kept numbers or
#: the cause.
Shard = tuple[str, pd.DataFrame]


def write_shard(place: Path, job: Job, left: Numbers | str) -> None:
    """Store what a job left, or the cause of its failure; it lasts after this, or `OSError`."""
    kept: Summaries = cast(Summaries, job.keep)
    cells = " ".join(f"{point}:{run}" for point, run in zip(job.points, job.runs, strict=True))
    name = sha256(f"{kept.fingerprint} {cells}".encode()).hexdigest()[:16]
    header = {
        "tajsim_shard": 1,
        "kind": FAILED if isinstance(left, str) else RUNS,
        "scenario": job.scenario,
        "model": job.model,
        "experiment": kept.fingerprint,
        "rows": len(job.runs),
    }
    if isinstance(left, str):
        columns, values = ["cause"], [[left]] * len(job.runs)
    else:
        columns, values = [keep.column for keep in kept.columns], left.tolist()
    rows = zip(job.points, job.runs, values, strict=True)
    # Floats are written so that they are read back to the bit.
    body = csv_text([*_KEY, *columns], ([point, run, *row] for point, run, row in rows))
    header["sha256"] = _checksum(header, body)
    path = place / FOLDER / f"{header['kind']}-{name}.csv"
    put(path, f"# {json.dumps(header)}\n{body}".encode())


def read_shard(path: Path, marks: Mapping[str, str]) -> Shard:
    """Read one shard, see `shards`.

    Raises:
        UnfitError: if its checksum or its header do not fit, or it is of another experiment, seed
            or model.
    """
    try:
        first, body = _read(path).decode("utf-8").split("\n", 1)
        header = json.loads(first.removeprefix("# "))
        if header.pop("sha256") != _checksum(header, body):
            raise UnfitError("the checksum does not fit")
        mark = header.get("experiment")
        if mark is None:
            raise UnfitError("it does not say which experiment and model it belongs to")
        if mark != marks.get(header["scenario"], mark):
            raise UnfitError("it belongs to another experiment, seed or model")
        return header["kind"], read_table(body, ("point", "cause"))
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UnfitError(f"it cannot be read ({type(error).__name__})") from None


def shards(place: Path, marks: Mapping[str, str]) -> Iterator[tuple[Path, Shard | UnfitError]]:
    """Yield the shards of a sweep with their paths, or why one is not of it.

    ``marks`` are its fingerprints by scenario; one that is not among them the sweep had once.
    """
    for name in _names(place / FOLDER):
        if name.endswith(".csv") and not name.startswith(BEGUN):
            path = place / FOLDER / name
            try:
                yield path, read_shard(path, marks)
            except UnfitError as error:
                yield path, error


def read_all(
    place: Path, points: Sequence[str], columns: Sequence[str], marks: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return all runs of these points, all failures, and a line for each shard left out."""
    tables: dict[str, list[pd.DataFrame]] = {RUNS: [], FAILED: []}
    unfit: list[str] = []
    for path, shard in shards(place, marks):
        if isinstance(shard, UnfitError):
            unfit.append(f"{path.name}: {shard}")
        else:
            tables[shard[0]].append(shard[1])
    results = _joined(tables[RUNS], points, [*_KEY, *columns])
    failures = _joined(tables[FAILED], points, [*_KEY, "cause"])
    there = pd.MultiIndex.from_frame(results[[*_KEY]])
    failures = failures[~pd.MultiIndex.from_frame(failures[[*_KEY]]).isin(there)]
    return results, failures.reset_index(drop=True), unfit


def _joined(tables: list[pd.DataFrame], points: Sequence[str], columns: list[str]) -> pd.DataFrame:
    """Return tables under each other, each run once, in the order of points and runs."""
    if not tables:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    table = pd.concat(tables, ignore_index=True).drop_duplicates([*_KEY])
    place = table["point"].map({point: i for i, point in enumerate(points)})
    table = table.assign(_place=place).dropna(subset="_place")
    return table.sort_values(["_place", "run"], kind="stable", ignore_index=True)[columns]


def _checksum(header: dict[str, Any], body: str) -> str:
    return sha256(f"{json.dumps(header)}\n{body}".encode()).hexdigest()


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Hold the folder for one sweep, or raise `UserError` if another does.

    The lock is the system's, so no crash leaves it behind.
    """
    with (place / LOCK).open("a+b") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            who = file.read(20).decode("ascii", "replace").strip()
            busy = f"another sweep is at work there{f' (process {who})' if who else ''}"
            raise UserError(f"{place}: {busy}; wait for it, or name another folder") from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


def _marks(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return, by scenario, the fingerprint of experiment, seed and model that every shard bears."""
    scenarios = manifest["scenarios"].items()
    return {name: _digest([manifest["parts"], name, digest]) for name, digest in scenarios}


def _digest(part: Any) -> str:
    text = json.dumps(part, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]


def prepare_folder(out: str | Path) -> Path:
    """Make the folder if it is not there; a `UserError` refuses one that holds something else."""
    place = place_of(out)
    with telling(out):
        if place.exists() and not place.is_dir():
            raise UserError(f"{out}: is a file; name a folder")
        held = _names(place)
        strange = [n for n in held if n not in _OURS and not n.startswith(BEGUN)]
        if strange and MANIFEST not in held:
            raise UserError(f"{out}: holds '{strange[0]}' and no sweep; name another folder")
        (place / FOLDER).mkdir(parents=True, exist_ok=True)
    return place


def read_manifest(place: Path) -> dict[str, Any]:
    """Return what a sweep is about. Raises `UserError` if the file is not one of tajsim's."""
    path = place / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(_read(path))
        told, made = manifest.pop("sha256", None), manifest["tajsim_sweep"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DamagedError(f"{path}: is not the file of a sweep, or damaged") from None
    if made != FORMAT:
        said = f"a sweep of format {str(made)[:20]}, and this version reads {FORMAT}"
        raise UserError(f"{place}: {said}; sweep it again")
    if told != _digest(manifest):
        raise DamagedError(f"{path}: is damaged, its checksum does not fit; {_AGAIN}")
    return {**manifest, "marks": _marks(manifest)}


def read_part(place: Path, manifest: Mapping[str, Any], name: str) -> str:
    """Return the text of the table of points or rows; a `UserError` if it is not the sweep's."""
    try:
        text = _read(place / name).decode()
    except (OSError, ValueError):
        text = ""
    if _digest(text) != manifest["files"][name]:
        raise UserError(f"{place / name}: is missing or damaged; {_AGAIN}")
    return text


def keep_manifest(
    place: Path, experiment: Experiment, points: Points, model: str, runs: int
) -> dict[str, str]:
    """Write what the sweep is about, after comparing it with what is there.

    Returns:
        By scenario, the fingerprint of experiment, seed and model that every shard bears.

    Raises:
        UserError: if the folder was made with something else.
        OSError: if it cannot be written.
    """
    manifest = _manifest(experiment, model, runs)
    if (place / MANIFEST).exists():
        with suppress(DamagedError):  # it is written anew; shards say themselves whose they are
            _compare(place, read_manifest(place), manifest)
    sweep_away(place)
    sweep_away(place / FOLDER)
    names = [factor.name for factor in experiment.factors]
    listed = ([p.id, p.scenario, *(p.values[n] for n in names)] for p in points.points)
    tables = {
        POINTS: csv_text(["point", "scenario", *names], listed),
        DESIGN: csv_text(["scenario", "point", *names], points.rows),
    }
    manifest["files"] = {name: _digest(text) for name, text in tables.items()}
    whole = json.dumps({**manifest, "sha256": _digest(manifest)}, indent=1) + "\n"
    # The manifest last: what it names is there by then.
    for name, text in {**tables, MANIFEST: whole}.items():
        path, data = place / name, text.encode()
        if not path.exists() or _read(path) != data:
            put(path, data)
    return _marks(manifest)


def _compare(place: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    parts, had = new["parts"].items(), old["scenarios"]
    differ = [f"another {name}" for name, part in parts if old["parts"].get(name) != part]
    changed = (name for name, own in new["scenarios"].items() if had.get(name, own) != own)
    differ += [f"another scenario '{name}'" for name in changed]
    if differ:
        raise UserError(f"{place}: was made with {numbers.listed(differ)}; name another folder")


def _manifest(experiment: Experiment, model: str, runs: int) -> dict[str, Any]:
    """Return what describes the sweep, as plain tables; hashes by words for messages."""
    parts = {
        "model": model,
        "seed": experiment.seed,
        "first month": experiment.start,
        "last month": experiment.end,
        "mode of the parameters": experiment.parameters,
        "list of what is kept": [
            [k.column, k.outcome, dict(k.where), k.window] for k in experiment.keep
        ],
        "list of factors": sorted([f.name, f.parameter or ""] for f in experiment.factors),
        "list of events": [dict(template.raw) for template in experiment.events],
    }
    deeds = {}
    for s in experiment.scenarios:
        events = [[e.month, e.kind, dict(e.arguments)] for e in s.events]
        deeds[s.name] = [s.start, dict(s.settings), events, s.without]
    columns = []
    for k in experiment.keep:
        outcome = outcomes.load_outcomes()[k.outcome]
        column = {"column": k.column, "outcome": k.outcome, "unit": outcome.window_unit}
        column["where"] = ";".join(f"{d}={n}" for d, n in k.where.items())
        column |= dict(zip(("window_start", "window_end"), k.window, strict=True))
        about = ("label", "aggregate", "places", "meaning")
        columns.append({**column, **{name: getattr(outcome, name) for name in about}})
    for held in (ways := {bool(s.without) for s in experiment.scenarios}):
        compile_once(held)
    told = ("title", "question", "seed", "parameters", "start", "end")
    factor = ("unit", "low", "high", "values", "spread", "role", "basis")
    return {
        "tajsim_sweep": FORMAT,
        "about": {
            "experiment": experiment.name,
            "labels": {s.name: s.label or s.title for s in experiment.scenarios},
            "model": model,
            "engine": used(chosen(), True in ways),
            "runs": runs,
            **{name: getattr(experiment, name) for name in told},
        },
        "parts": {name: _digest(part) for name, part in parts.items()},
        "scenarios": {name: _digest(done) for name, done in deeds.items()},
        "design": {"kind": experiment.design.kind, "options": dict(experiment.design.options)},
        "factors": [
            {"factor": f.name, "parameter": f.parameter or ""} | {n: getattr(f, n) for n in factor}
            for f in experiment.factors
        ],
        "columns": columns,
        "experiment_text": experiment.text,
        "scenario_text": {s.name: s.text for s in experiment.scenarios},
    }


def read_table(text: str, texts: Collection[str] = ("point", "scenario")) -> pd.DataFrame:
    """Return a table; numbers are read back to the bit, the columns named as texts.

    Raises:
        ValueError: if there is no header, or a row is too long.
    """
    table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    for name in table.columns.difference([*texts]):
        for kind in (np.int64, np.float64):
            try:
                table[name] = table[name].astype(kind)
                break
            except (ValueError, OverflowError):
                continue
    return table
