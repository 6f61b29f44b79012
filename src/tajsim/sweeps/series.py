"""Monthly series that an experiment asked to store."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import xarray as xr

from tajsim.axes import DIMENSIONS
from tajsim.ensemble.months import month_dates
from tajsim.errors import UserError, unknown
from tajsim.inputs.dates import month_number, month_text
from tajsim.inputs.outcomes import load_outcomes
from tajsim.sweeps.disk import Disk
from tajsim.sweeps.folder import fingerprints, read_manifest
from tajsim.sweeps.shards import FOLDER, RUNS, UnfitError, read_shard, series_path, shard_names


def read_series(folder: Path, outcome: str, start: str, points: list[str]) -> xr.DataArray:
    """Return an outcome ``(cell, own dimensions..., month)``; shards that do not fit are left out.

    Raises:
        UserError: if the series is not there.
    """
    disk, parts, names, runs = Disk(), [], [], []
    marks = fingerprints(read_manifest(disk, folder))
    stored: set[str] = set()
    for name in shard_names(disk, folder / FOLDER):
        path = folder / FOLDER / name
        if not (name.startswith(RUNS) and series_path(path).exists()):
            continue
        try:
            table = read_shard(disk, path, marks).table
        except UnfitError:
            continue
        with np.load(io.BytesIO(disk.read(series_path(path)))) as arrays:
            stored |= set(arrays.files)
            if outcome in arrays.files:
                wanted = table["point"].isin(points).to_numpy()
                parts.append(np.moveaxis(arrays[outcome], -1, 0)[wanted])
                names += table["point"][wanted].to_list()
                runs += table["run"][wanted].to_list()
    if not parts:
        raise UserError(unknown("stored series", outcome, sorted(stored)))
    registry = load_outcomes()[outcome]
    values = np.concatenate(parts)
    first = month_number(start)
    months = month_dates([month_text(first + i) for i in range(values.shape[-1])])
    return xr.DataArray(
        values,
        dims=("cell", *registry.dimensions, "month"),
        coords={
            "point": ("cell", names),
            "run": ("cell", runs),
            "month": months,
            **{d: list(DIMENSIONS[d]) for d in registry.dimensions},
        },
        attrs={"label": registry.label, "unit": registry.unit, "aggregate": registry.aggregate},
        name=outcome,
    )
