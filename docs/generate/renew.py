"""Renews what is generated, in order: ``python3 dev.py renew``, or with ``--all`` everything.

What is made in seconds is made each time and compared. The tutorial and the gallery take minutes,
so ``docs/renewed.json`` notes a digest of what each was made from and of what came out; comments
and docstrings of code do not count.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tajsim.ensemble.fingerprint import code_of, model_version

ROOT = Path(__file__).parents[2]
NOTED = "docs/renewed.json"
#: All that can move what a command of the tutorial or the gallery writes.
_MODEL = ("src/tajsim", "scenarios", "experiments")


@dataclass(frozen=True)
class Item:
    """Something generated: ``made_from`` and ``writes`` are files and folders of the project.

    Without ``made_from`` it is made each time. ``into`` is the file that takes what the command
    prints, if it writes none itself.
    """

    name: str
    command: tuple[str, ...]
    writes: tuple[str, ...]
    made_from: tuple[str, ...] = ()
    into: str = ""


#: Each is made from what stands above it.
ITEMS = (
    Item(
        "schemas and list of families",
        ("-m", "docs.generate.schemas"),
        (
            "src/tajsim/data/scenario.schema.json",
            "src/tajsim/data/experiment.schema.json",
            "src/tajsim/inputs/families.py",
        ),
    ),
    Item("golden numbers and texts", ("tests/test_golden.py",), ("tests/golden",)),
    Item(
        "mechanisms",
        ("-m", "docs.generate.mechanisms"),
        ("docs/mechanisms.md",),
        into="docs/mechanisms.md",
    ),
    Item(
        "confirmation of the calibrated sample",
        ("-m", "docs.generate.sample", "--confirm"),
        ("src/tajsim/data/posterior.toml",),
    ),
    Item(
        "tables of the calibration",
        ("-m", "docs.generate.calibration", "docs/calibration.md"),
        ("docs/calibration.md",),
    ),
    Item(
        "tutorial",
        ("-m", "docs.tutorial"),
        ("docs/tutorial.md", "docs/tutorial.ipynb"),
        (*_MODEL, "docs/tutorial.py"),
    ),
    Item(
        "gallery",
        ("-m", "docs.generate.gallery"),
        ("docs/gallery.md", "docs/pictures", "docs/tables/atlas.csv"),
        (*_MODEL, "docs/generate/gallery.py", "docs/generate/gallery_shown.py"),
    ),
)


def digest(root: Path, item: Item) -> str:
    """Return sixteen digits of a hash of what an item is made from and of what it has written."""
    found = sha256()
    for places, read in ((item.made_from, _meant), (item.writes, Path.read_bytes)):
        for path in sorted({file for place in places for file in _files(root / place)}):
            found.update(path.relative_to(root).as_posix().encode() + read(path))
    return found.hexdigest()[:16]


def _meant(path: Path) -> bytes:
    return code_of(path.read_bytes()) if path.suffix == ".py" else path.read_bytes()


def _files(place: Path) -> list[Path]:
    every = [*place.rglob("*")] if place.is_dir() else [place]
    return [path for path in every if path.is_file() and path.suffix != ".pyc"]


def renew(root: Path, items: Sequence[Item], everything: bool = False) -> int:
    """Make what is stale, one line an item; stop at the first that fails and return 1."""
    noted_in = root / NOTED
    noted = json.loads(noted_in.read_text(encoding="utf-8")) if noted_in.exists() else {}
    for item in items:
        print(f"{item.name}: ", end="", flush=True)
        before, begin = digest(root, item), time.monotonic()
        if item.made_from and noted.get(item.name) == before and not everything:
            print("current")
            continue
        done = subprocess.run(
            [sys.executable, *item.command], cwd=root, capture_output=True, text=True
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["no reason given"]
            print(f"FAILED: {'; '.join(said[-3:])}")
            return 1
        if item.into:
            (root / item.into).write_text(done.stdout, encoding="utf-8")
        after = digest(root, item)
        if item.made_from:
            noted[item.name] = after
            noted_in.write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")
        changed = "renewed" if after != before else "as it was"
        print(f"{changed} ({time.monotonic() - begin:.0f} s)")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="dev.py renew", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--all", action="store_true", help="what is current too")
    sys.exit(renew(ROOT, ITEMS, parser.parse_args().all))


#: Tables that stay as they were made, for comparison.
KEPT_TABLES = ("signs-first-edition.csv",)


def stale_tables(folder: Path) -> list[str]:
    """Return the names of the tables (CSV) in a folder that do not say they are of this model."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            models = {row.get("model", "none told") for row in csv.DictReader(file)}
        if path.name not in KEPT_TABLES and models - {model_version()}:
            found.append(path.name)
    return found
