"""Every kind of picture as PNG, SVG and PDF: whole files, the same bytes each time."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from matplotlib.figure import Figure
from synthetic import PAIR, assumptions, claims_table, results, targets_table

import tajsim.plots as plots
import tajsim.plots.style as style
from tajsim.plots.style import save, settled

STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@cache
def two() -> xr.Dataset:
    return assumptions(results(scenarios=PAIR, runs=4, months=48))


def table_of(kind: str) -> dict[str, Any]:
    tables = {"claims": claims_table, "targets": targets_table}
    return {"table": tables[kind]()} if kind in tables else {}


#: One kind of each module that draws is a PDF too; the others are made of the same parts. As PNG
#: all are drawn for ``tests/baseline``, so that one shows here how such a file is written.
WHOLE = {draws.__module__: kind for kind, draws in reversed(plots.KINDS.items())}.values()


@pytest.mark.parametrize("kind", plots.KINDS)
def test_every_kind_writes_its_formats_the_same_each_time(kind: str, tmp_path: Path) -> None:
    formats = [".svg", *[".pdf"] * (kind in WHOLE), *[".png"] * (kind == "elite")]
    with style.look(), settled(plots.figure(kind, two(), **table_of(kind))) as picture:
        first = {suffix: file_of(picture, tmp_path, suffix) for suffix in formats}
    for suffix, found in first.items():
        assert found.startswith(STARTS[suffix])
    again = plots.figure(kind, two(), **table_of(kind))
    with style.look(), settled(again):
        for suffix in (".svg", ".pdf") if kind == "map" else (".svg",):
            assert file_of(again, tmp_path, suffix) == first[suffix], f"{suffix} differs"
    assert not list(tmp_path.glob(".*")), "a temporary file was left"


def file_of(picture: Figure, folder: Path, suffix: str) -> bytes:
    path = folder / f"picture{suffix}"
    save(picture, path)
    return path.read_bytes()


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    """Neither addresses in memory nor the seed of hashes nor a foreign backend matter."""
    own, other = ([tmp_path / f"{n}{s}" for s in (".svg", ".pdf")] for n in ("own", "other"))
    for path in own:
        plots.draw("distribution", two(), path, outcome="grievance")
    code = (
        "import sys, tajsim; from test_picture_files import plots, two\n"
        "for path in sys.argv[1:]: plots.draw('distribution', two(), path, outcome='grievance')"
    )
    subprocess.run(
        [sys.executable, "-c", code, *map(str, other)],
        check=True,
        cwd=Path(__file__).parent,
        env={
            "PYTHONHASHSEED": "77",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "MPLBACKEND": "module://of_another_environment.backend_inline",
        },
    )
    for mine, theirs in zip(own, other, strict=True):
        assert mine.read_bytes() == theirs.read_bytes()


def test_saving_leaves_the_picture_as_it_was(tmp_path: Path) -> None:
    picture = plots.figure("elite", two())
    engine, dots = picture.get_layout_engine(), picture.dpi
    save(picture, tmp_path / "a.svg")
    assert (picture.get_layout_engine(), picture.dpi) == (engine, dots)
    save(picture, tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
