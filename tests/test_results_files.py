"""Results files: whole or absent, readable without tajsim, refused in one line if damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

import tajsim.files as files
from tajsim.ensemble import load_results, save
from tajsim.errors import UserError
from tajsim.files import SEAL


def test_what_is_saved_is_loaded(pair: xr.Dataset, tmp_path: Path) -> None:
    save(pair, tmp_path / "results.nc")
    for place in (tmp_path, tmp_path / "results.nc"):
        loaded = load_results(place)
        assert loaded.equals(pair)
        assert loaded.attrs == pair.attrs
        assert loaded["heroin_seized"].attrs == pair["heroin_seized"].attrs
    assert [path.name for path in tmp_path.iterdir()] == ["results.nc"]


def test_plain_xarray_opens_it(pair: xr.Dataset, tmp_path: Path) -> None:
    save(pair, tmp_path / "results.nc")
    code = (
        "import sys, xarray\n"
        f"data = xarray.open_dataset({str(tmp_path / 'results.nc')!r})\n"
        "print(data['heroin_seized'].attrs['unit'], data.sizes['run'])\n"
        "print(data.month.dt.year[0].item())\n"
        "print(data.scenario.values[1], 'tajsim' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["kg/month", "6", "2004", "russian-border-withdrawal", "False"]


def test_nothing_is_overwritten_unasked(pair: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "results.nc"
    path.write_text("mine")
    with pytest.raises(UserError, match="exists already"):
        save(pair, path)
    assert path.read_text() == "mine"
    save(pair, path, overwrite=True)
    assert load_results(path).sizes["run"] == 6


def test_an_interrupt_leaves_nothing(
    pair: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pressed(str):
        def encode(self, *_: Any) -> bytes:
            raise KeyboardInterrupt

    monkeypatch.setattr(files, "sealed", lambda data: [bytes(data)[:100], Pressed()])
    with pytest.raises(KeyboardInterrupt):
        save(pair, tmp_path / "results.nc")
    assert list(tmp_path.iterdir()) == []


def test_long_texts_fit(by_hand: Any, tmp_path: Path) -> None:
    data = by_hand([[1.0, 2.0]])
    data.attrs["scenario_text"] = "ä" * 300_000
    save(data, tmp_path / "results.nc")
    assert load_results(tmp_path).attrs["scenario_text"] == data.attrs["scenario_text"]


def test_damaged_or_foreign_files(pair: xr.Dataset, tmp_path: Path) -> None:
    whole = save(pair, tmp_path / "whole.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "flipped.nc").write_bytes(whole[:100_000] + bytes(30_000) + whole[130_000:])
    (tmp_path / "empty.nc").write_bytes(b"")
    (tmp_path / "text.nc").write_text("not a results file")
    xr.Dataset({"x": ("y", [1.0])}).to_netcdf(tmp_path / "foreign.nc", engine="netcdf4")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.nc")
    for name in (
        "cut.nc",
        "flipped.nc",
        "empty.nc",
        "text.nc",
        "foreign.nc",
        "folder",
        "none.nc",
        "pipe.nc",
    ):
        with pytest.raises(UserError) as error:
            load_results(tmp_path / name)
        assert len(error.value.messages) == 1
        assert name in error.value.messages[0]
        assert "\n" not in error.value.messages[0]


def test_a_file_of_another_tool_or_version_is_read_with_a_warning(
    pair: xr.Dataset, tmp_path: Path
) -> None:
    data = save(pair, tmp_path / "results.nc").read_bytes()[:-SEAL]
    load_results(tmp_path).to_netcdf(tmp_path / "rewritten.nc", engine="netcdf4")
    (tmp_path / "old.nc").write_bytes(data + bytes(-len(data) % (1 << 16)))
    for name in ("rewritten.nc", "old.nc"):
        with pytest.warns(UserWarning, match=f"{name}: was not written by this version"):
            assert load_results(tmp_path / name).equals(pair)


def test_a_place_that_cannot_be_written(pair: xr.Dataset, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        save(pair, tmp_path / "missing" / "results.nc")
