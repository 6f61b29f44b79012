"""Results in files: NetCDF that any reader of NetCDF opens, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import xarray as xr

from tajsim.ensemble.chronicle import TABLES
from tajsim.errors import UserError

#: The name of the results in a folder made by the command line.
FILE_NAME = "results.nc"


def save(dataset: xr.Dataset, path: str | Path, overwrite: bool = False) -> Path:
    """Write a Dataset as NetCDF (compressed HDF5) and return its path.

    The file appears complete or not at all: it is written beside its place and then renamed, and
    an interrupt or an error removes what was begun.

    Raises:
        UserError: if the file exists and ``overwrite`` is false, or it cannot be written.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise UserError(f"{path}: exists already; overwrite=True replaces it")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({_reason(error)})") from None
    temporary = Path(name)
    try:
        dataset.to_netcdf(temporary, engine="h5netcdf", encoding=_encoding(dataset))
        temporary.chmod(0o666 & ~umask())
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({_reason(error)})") from None
    finally:
        temporary.unlink(missing_ok=True)
    return path


def load_results(path: str | Path) -> xr.Dataset:
    """Read results into memory from a file, or from ``results.nc`` of a folder.

    Raises:
        UserError: if there is no such file, or it is damaged, incomplete or not made by tajsim.
    """
    path = Path(path)
    if path.is_dir():
        if not (path / FILE_NAME).is_file():
            what = "a sweep and no" if (path / "sweep.json").is_file() else "no"
            raise UserError(f"{path}: the folder holds {what} {FILE_NAME}")
        path = path / FILE_NAME
    if not path.exists():
        raise UserError(f"{path}: no such file or folder")
    try:
        dataset = xr.load_dataset(path, engine="h5netcdf")
    except PermissionError:
        raise UserError(f"{path}: cannot be read (permission denied)") from None
    except Exception:  # h5py and xarray raise many kinds for a file that is cut or foreign
        raise UserError(f"{path}: not a results file, or a damaged one") from None
    if "tajsim_version" not in dataset.attrs:
        raise UserError(f"{path}: not a results file of tajsim")
    needed = {"scenario", "month", "run"}
    if "event_kind" in dataset.variables:  # old versions kept no events: all of them or none
        needed |= {*TABLES, *TABLES.values(), "event_run", "event_month", "event_size"}
    if missing := sorted(needed - set(map(str, dataset.variables))):
        raise UserError(f"{path}: incomplete, it holds no '{missing[0]}'; simulate again")
    return dataset


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Compress the arrays lightly: level 1 is nearly as small as level 9 and much faster."""
    light = {"zlib": True, "complevel": 1, "shuffle": True}
    large = {name: v for name, v in dataset.variables.items() if v.size > 1000}
    return {str(name): dict(light) for name, v in large.items() if v.dtype.kind in "fiuM"}


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def umask() -> int:
    """Return the mask of permissions (it can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
