"""The folder of a sweep: what it is about, who works in it, and whether it can be gone on with."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from tajsim.errors import UserError
from tajsim.files import BEGUN, place_of, telling
from tajsim.inputs.experiment_parts import Experiment
from tajsim.inputs.scenario_parts import Scenario
from tajsim.sweeps.disk import Disk, put, sweep_away
from tajsim.sweeps.shards import FOLDER

MANIFEST, POINTS, DESIGN, LOCK = "sweep.json", "points.csv", "design.csv", "lock"
#: Where shards are put that are damaged or belong to another sweep.
ASIDE = "set-aside"
_OURS = {MANIFEST, POINTS, DESIGN, LOCK, ASIDE, FOLDER}


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Hold the folder for one sweep. The lock is the system's, so no crash leaves it behind.

    Raises:
        UserError: if another sweep holds it.
    """
    with (place / LOCK).open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError:
            file.seek(0)
            who = file.read(20).decode("ascii", "replace").strip()
            process = f" (process {who})" if who else ""
            raise UserError(
                f"{place}: another sweep is at work there{process}; wait for it, or name another "
                "folder"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield


def _lock(number: int) -> None:
    """Lock a file, or raise ``OSError`` if another process has it locked."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def parts_of(experiment: Experiment, model: str) -> dict[str, str]:
    """Return what the numbers of a run depend on, besides its point and its number.

    The keys are words for messages; neither points nor the number of runs are among them.
    """
    parts = {
        "model": model,
        "seed": experiment.seed,
        "first month": experiment.start,
        "last month": experiment.end,
        "mode of the parameters": experiment.parameters,
        "list of what is kept": [
            [k.column, k.outcome, dict(k.where), k.window] for k in experiment.keep
        ],
        "list of series": experiment.series,
        "list of factors": sorted([f.name, f.parameter or ""] for f in experiment.factors),
        "list of events": [dict(template.raw) for template in experiment.events],
    }
    return {name: _digest(part) for name, part in parts.items()}


def scenario_digest(scenario: Scenario) -> str:
    """Return a hash of what a scenario does."""
    events = [[e.month, e.kind, dict(e.arguments)] for e in scenario.events]
    return _digest([scenario.start, dict(scenario.settings), events])


def fingerprints(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return, by scenario, the fingerprint of experiment, seed and model that every shard bears."""
    scenarios = manifest["scenarios"].items()
    return {name: _digest([manifest["parts"], name, digest]) for name, digest in scenarios}


def _digest(part: Any) -> str:
    text = json.dumps(part, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]


def prepare_folder(disk: Disk, out: str | Path) -> Path:
    """Make the folder if it is not there, and refuse one that holds something else.

    Raises:
        UserError: if it cannot be used.
    """
    place = place_of(out)
    with telling(out):
        if place.exists() and not place.is_dir():
            raise UserError(f"{out}: is a file; name a folder")
        held = disk.names(place)
        strange = [n for n in held if n not in _OURS and not n.startswith(BEGUN)]
        if strange and MANIFEST not in held:
            raise UserError(f"{out}: holds '{strange[0]}' and no sweep; name another folder")
        disk.make_folder(place / FOLDER)
    return place


def read_manifest(disk: Disk, place: Path) -> dict[str, Any]:
    """Return what a sweep is about.

    Raises:
        UserError: if the file is not one of tajsim's.
    """
    try:
        manifest: dict[str, Any] = json.loads(disk.read(place / MANIFEST))
        if manifest["tajsim_sweep"] != 1:
            raise KeyError
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(f"{place / MANIFEST}: is not the file of a sweep") from None
    return manifest


def keep_manifest(
    disk: Disk, place: Path, manifest: dict[str, Any], tables: dict[str, str]
) -> None:
    """Write what the sweep is about, after comparing it with what is there.

    Raises:
        UserError: if the folder was made with something else.
        OSError: if it cannot be written.
    """
    if MANIFEST in disk.names(place):
        _compare(place, read_manifest(disk, place), manifest)
    sweep_away(disk, place)
    sweep_away(disk, place / FOLDER)
    for name, text in tables.items():
        _renew(disk, place / name, text.encode())
    # The manifest last: what it names is there by then.
    _renew(disk, place / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())


def _renew(disk: Disk, path: Path, data: bytes) -> None:
    if path.name not in disk.names(path.parent) or disk.read(path) != data:
        put(disk, path, data)


def _compare(place: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Refuse to mix runs that do not belong together."""
    differ = [
        f"another {name}" for name, part in new["parts"].items() if old["parts"].get(name) != part
    ]
    for name, digest in new["scenarios"].items():
        if old["scenarios"].get(name, digest) != digest:
            differ.append(f"another scenario '{name}'")
    if differ:
        said = " and ".join([", ".join(differ[:-1]), differ[-1]] if differ[1:] else differ)
        raise UserError(f"{place}: was made with {said}; name another folder")
