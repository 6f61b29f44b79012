"""Results and states in files: NetCDF that any reader of NetCDF opens, and arrays of numpy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import xarray as xr

from tajsim.ensemble.dataset import TABLES
from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.plan import Plan, SavedState, StatePart
from tajsim.errors import UserError
from tajsim.files import check_file, exists, telling, whole, write_whole

#: The name of the results in a folder made by the command line.
FILE_NAME = "results.nc"
_ORDER = "variable_order"


def save(dataset: xr.Dataset, path: str | Path, overwrite: bool = False) -> Path:
    """Write a Dataset as NetCDF (compressed HDF5) and return its path.

    The file appears complete or not at all. HDF5 writes into memory: where it meets a full disk
    it raises errors of many kinds and crashes when the process ends.

    Raises:
        UserError: if the file exists and ``overwrite`` is false, or it cannot be written.
    """
    path = Path(path)
    check_file(path, overwrite, "overwrite=True")
    # In memory the library sorts variables by name: their order is kept beside them.
    ordered = dataset.assign_attrs({_ORDER: " ".join(map(str, dataset.data_vars))})
    write_whole(path, ordered.to_netcdf(engine="netcdf4", encoding=_encoding(dataset)))
    return path


def load_results(path: str | Path) -> xr.Dataset:
    """Read results into memory from a file, or from ``results.nc`` of a folder.

    Raises:
        UserError: if there is no such file, or it is damaged, incomplete or not made by tajsim.
    """
    path = Path(path)
    if exists(path) and path.is_dir():
        if not (path / FILE_NAME).is_file():
            what = "a sweep and no" if (path / "sweep.json").is_file() else "no"
            raise UserError(f"{path}: the folder holds {what} {FILE_NAME}")
        path = path / FILE_NAME
    if not exists(path):
        raise UserError(f"{path}: no such file or folder")
    if not path.is_file():  # reading a pipe would wait for its writer
        raise UserError(f"{path}: is not an ordinary file; expected a results file")
    try:
        dataset = xr.load_dataset(path, engine="netcdf4")
    except PermissionError:
        raise UserError(f"{path}: cannot be read (permission denied)") from None
    except Exception:  # netCDF4 and xarray raise many kinds for a file that is cut or foreign
        raise UserError(f"{path}: not a results file, or a damaged one") from None
    if "tajsim_version" not in dataset.attrs:
        raise UserError(f"{path}: not a results file of tajsim")
    dataset = _in_order(dataset, str(dataset.attrs.pop(_ORDER, "")).split())
    needed = {"scenario", "month", "run"}
    if "event_kind" in dataset.variables:  # old versions kept no events: all of them or none
        needed |= {*TABLES, *TABLES.values(), "event_run", "event_month", "event_size"}
    if missing := sorted(needed - set(map(str, dataset.variables))):
        raise UserError(f"{path}: incomplete, it holds no '{missing[0]}'; simulate again")
    return dataset


def _in_order(dataset: xr.Dataset, order: Sequence[str]) -> xr.Dataset:
    """Return a Dataset with its variables in this order; those not named come last."""
    names = dict.fromkeys([*order, *map(str, dataset.data_vars)])
    variables = {name: dataset.variables[name] for name in names if name in dataset.data_vars}
    found = xr.Dataset(variables, dataset.coords, dataset.attrs)
    found.encoding = dataset.encoding
    return found


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Compress the arrays lightly: level 1 is nearly as small as level 9 and much faster."""
    light = {"zlib": True, "complevel": 1, "shuffle": True}
    large = {name: v for name, v in dataset.variables.items() if v.size > 1000}
    return {str(name): dict(light) for name, v in large.items() if v.dtype.kind in "fiuM"}


#: Of files of states; another is refused.
STATE_FORMAT = 1


def save_state(path: str | Path, plan: Plan, states: Sequence[StatePart]) -> Path:
    """Write the states of all chunks of one scenario; the file appears whole or not at all.

    Raises:
        UserError: if it cannot be written.
    """
    from tajsim.model.snapshot import packed

    path, (scenario,) = Path(path), plan.scenarios
    states = sorted(states, key=lambda part: part.first)
    head = {
        "format": STATE_FORMAT,
        "model": model_version(),
        "scenario": scenario.name,
        "set": dict(scenario.settings),
        "events": [
            (e.month, e.kind, dict(e.arguments)) for e in scenario.events if e.month <= plan.end
        ],
        "start": plan.start,
        "until": plan.end,
        "runs": plan.runs,
        "seed": plan.seed,
        "parameters": plan.parameters,
        "redraw": list(plan.redraw),
        "outcomes": list(plan.outcomes),
        "parts": [(part.first, part.stop) for part in states],
    }
    arrays: dict[str, Any] = {"head": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)}
    for number, part in enumerate(states):
        arrays.update({f"{number}/{name}": array for name, array in packed(part.snapshot).items()})
    with telling(path), whole(path) as begun, begun.open("wb") as file:
        np.savez(file, **arrays)
    return path


def load_state(path: str | Path) -> SavedState:
    """Read a saved state.

    Raises:
        UserError: if there is no such file, it is damaged or no state, or of another model.
    """
    path = Path(path)
    if not (exists(path) and path.is_file()):
        raise UserError(f"{path}: no such file")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        head = json.loads(arrays["head"].tobytes())
        parts = tuple(_part(arrays, i, *span) for i, span in enumerate(head["parts"]))
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        raise UserError(f"{path}: not a saved state of tajsim, or a damaged one") from None
    if head.get("format") != STATE_FORMAT or head.get("model") != model_version():
        raise UserError(
            f"{path}: a state of model {head.get('model', 'unknown')}, and this is "
            f"{model_version()}; only the model that saved a state can continue it: save it again"
        )
    return SavedState(str(path), head, parts)


def _part(arrays: Mapping[str, Any], number: int, first: int, stop: int) -> StatePart:
    from tajsim.model.snapshot import unpacked

    own = f"{number}/"
    named = {n.removeprefix(own): array for n, array in arrays.items() if n.startswith(own)}
    return StatePart(first, stop, unpacked(named))
