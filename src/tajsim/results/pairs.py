"""Whether several results go together at all, and whether their runs of one number are pairs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tajsim.errors import UserError

Values = NDArray[np.float64]

#: What runs of one number must share to be pairs: attribute and what it is called.
_SAME = {"seed": "seed", "parameters_mode": "mode of the parameters", "redraw": "redrawn groups"}


def check_models(datasets: Sequence[xr.Dataset]) -> None:
    """Refuse to put results of different models, or of a model that is not known, side by side.

    Raises:
        UserError: one line that names two of the results.
    """
    models = [str(dataset.attrs.get("model", "")) for dataset in datasets]
    if len(datasets) > 1 and "" in models:
        raise UserError(
            f"{_called(datasets, models.index(''))}: holds no fingerprint of the model that made "
            "it, as versions before kept none; it is shown alone, or simulated again"
        )
    other = next((i for i, model in enumerate(models) if model != models[0]), None)
    if other is not None:
        raise UserError(
            f"{_called(datasets, 0)} and {_called(datasets, other)} were made by different models "
            f"({models[0]} and {models[other]}); simulate one of them again"
        )


def why_no_pairs(datasets: Sequence[xr.Dataset]) -> str:
    """Return why runs of one number are no pairs, in a line; "" if they are.

    They are if model, seed, mode of the parameters, redrawn groups and first month are the same,
    and so are the uncertain parameters that no scenario sets.

    Raises:
        UserError: if they are of different models, see `check_models`.
    """
    check_models(datasets)
    first = datasets[0]
    for place, other in enumerate(datasets[1:], start=1):
        lead = f"{_called(datasets, 0)} and {_called(datasets, place)} are no pairs: "
        for name, said in _SAME.items():
            ours, theirs = (str(d.attrs.get(name, "")) for d in (first, other))
            if ours != theirs:
                return f"{lead}the {said} of the one is {ours or 'none'}, of the other {theirs}"
        if first["month"].values[0] != other["month"].values[0]:
            return f"{lead}they begin in different months"
        if name := _drawn_apart(first, other):
            return f"{lead}they drew different values of {name} for the same run"
    return ""


def gap(reference: Values, other: Values) -> Values:
    """Return ``other - reference`` of paired runs ``(..., run)``, 0 where it is rounding alone.

    Outcomes are kept in float32; adding them up leaves errors besides, of the largest of the runs.
    """
    found = np.asarray(other - reference)
    size = np.maximum(np.abs(reference), np.abs(other))
    largest = float(np.max(size, where=np.isfinite(size), initial=0.0))
    noise = np.finfo(np.float32).eps * size + 1e-12 * largest
    return np.where(np.abs(found) <= noise, 0.0, found)


def _called(datasets: Sequence[xr.Dataset], place: int) -> str:
    """Return the file that results were read from, the folder before it; else their number."""
    source = datasets[place].encoding.get("source")
    return "/".join(Path(source).parts[-2:]) if source else f"results {place + 1}"


def _drawn_apart(first: xr.Dataset, other: xr.Dataset) -> str:
    """Return the first uncertain parameter, set by no scenario, that differs in a run; or ""."""
    if any("parameter_value" not in dataset or "role" not in dataset for dataset in (first, other)):
        return ""
    tables = [json.loads(d.attrs.get("settings") or "{}") for d in (first, other)]
    chosen = {name for table in tables for settings in table.values() for name in settings}
    one, two = (d["parameter_value"].isel(scenario=0, drop=True) for d in (first, other))
    ours, theirs = xr.align(one, two, join="inner")
    differ = (ours["role"] == "uncertainty").values & (ours != theirs).any("run").values
    names = (str(name) for name in ours["parameter"].values[differ])
    return next((name for name in names if name not in chosen), "")
