"""Results files: whole or absent, readable without tajsim, refused in one line if damaged."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import xarray as xr
from conftest import refused

import tajsim.files as files
from tajsim.analysis.verify import verify
from tajsim.cli import main
from tajsim.ensemble import load_results, save
from tajsim.errors import UserError
from tajsim.inputs.scenario_parts import load_scenario


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


def test_other_tools_find_names_units_and_months(pair: xr.Dataset, tmp_path: Path) -> None:
    save(pair, tmp_path / "results.nc")
    with netCDF4.Dataset(tmp_path / "results.nc") as file:
        seized, month = file["heroin_seized"], file["month"]
        assert (seized.units, seized.long_name) == ("kg/month", "Heroin seized on the line")
        assert (seized.cell_methods, file["collusion"].units) == ("month: sum", "1")
        assert (file.Conventions, month.axis, month.bounds) == ("CF-1.11", "T", "month_bounds")
        first, last = netCDF4.num2date(file[month.bounds][-1], month.units)
        assert (str(first)[:10], str(last)[:10]) == ("2005-06-01", "2005-07-01")
        numbers = [v for at in (file, seized) for v in map(at.getncattr, at.ncattrs())]
        assert not [v for v in numbers if getattr(v, "dtype", None) == np.int64]
    assert "month_bounds" not in load_results(tmp_path).variables
    assert "axis" not in pair["month"].attrs


def test_nothing_is_overwritten_unasked(pair: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "results.nc"
    path.write_text("mine")
    refused("exists already", save, pair, path)
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


@pytest.mark.filterwarnings("ignore:.*was not written by this version")
def test_damaged_or_foreign_files(pair: xr.Dataset, tmp_path: Path) -> None:
    whole = save(pair, tmp_path / "whole.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "flipped.nc").write_bytes(whole[:100_000] + bytes(30_000) + whole[130_000:])
    (tmp_path / "empty.nc").write_bytes(b"")
    (tmp_path / "text.nc").write_text("not a results file")
    xr.Dataset({"x": ("y", [1.0])}).to_netcdf(tmp_path / "foreign.nc", engine="netcdf4")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.nc")
    names = "cut.nc flipped.nc empty.nc text.nc foreign.nc folder none.nc pipe.nc"
    for name in names.split():
        with pytest.raises(UserError) as error:
            load_results(tmp_path / name)
        assert len(error.value.messages) == 1
        assert name in error.value.messages[0]
        assert "\n" not in error.value.messages[0]


def test_a_file_of_another_tool_is_read_with_a_warning(pair: xr.Dataset, tmp_path: Path) -> None:
    pair.to_netcdf(tmp_path / "rewritten.nc", engine="netcdf4")
    with pytest.warns(UserWarning, match="rewritten.nc: was not written by this version"):
        assert load_results(tmp_path / "rewritten.nc").equals(pair)
    # Versions before 0.2 left the memory that the library had asked for at the end.
    whole = (tmp_path / "rewritten.nc").read_bytes()
    room = -len(whole) % 2**16
    (tmp_path / "old.nc").write_bytes(whole + bytes(room))
    with pytest.warns(UserWarning, match="old.nc: was not written by this version"):
        assert load_results(tmp_path / "old.nc").equals(pair)
    (tmp_path / "longer.nc").write_bytes(whole + b"x" * room)
    refused("or a damaged one", load_results, tmp_path / "longer.nc")


def test_a_place_that_cannot_be_written(pair: xr.Dataset, tmp_path: Path) -> None:
    refused("cannot be written", save, pair, tmp_path / "missing" / "results.nc")


def test_results_are_verified_also_from_an_archive(tmp_path: Path, capsys: Any) -> None:
    folder, other = tmp_path / "r", tmp_path / "s"
    for place in (folder, other):
        command = ["run", "irpt-ban", "--runs", "5", "--until", "2004-04", "--out", str(place)]
        assert main([*command, "--no-pictures", "--set", "agency_pay.army=9"]) == 0
    for path in folder.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes(), path.name
    for zipped in ("a.zip", "b.zip"):
        assert main(["archive", str(folder), "--out", str(tmp_path / zipped)]) == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    capsys.readouterr()
    for place in (folder, tmp_path / "a.zip"):
        assert main(["verify", str(place), "--runs", "2"]) == 0
        assert "equal to the bit: 2 runs simulated again, 0 to 4" in capsys.readouterr().out
    with zipfile.ZipFile(tmp_path / "a.zip") as archived:
        crate = json.loads(archived.read("ro-crate-metadata.json"))["@graph"]
        assert {p["@id"] for p in crate[1]["hasPart"]} == {*archived.namelist()} - {
            "ro-crate-metadata.json"
        }
        assert b"--until 2004-04" in archived.read("README.txt")
        archived.extract("scenarios/irpt-ban.toml", tmp_path)
        archived.extract("scenarios/status-quo.toml", tmp_path)
    assert load_scenario(tmp_path / "scenarios" / "irpt-ban.toml")

    data = load_results(folder)
    near, far = data.copy(deep=True), data.copy(deep=True).assign_attrs(model="0.1.0+other")
    near["collusion"][:] *= np.float32(1.00001)
    far["collusion"][:] *= 2.0
    assert verify(near, runs=2).verdict == "equal within tolerance"
    save(far, tmp_path / "far.nc")
    assert main(["verify", str(tmp_path / "far.nc"), "--runs", "2"]) == 2
    told = capsys.readouterr().err
    assert "not equal" in told and "model 0.1.0+other, now" in told
