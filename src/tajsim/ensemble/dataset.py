"""The labelled Dataset of an ensemble."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tajsim.axes import DIMENSIONS
from tajsim.ensemble.chronicle import chronicle_variables
from tajsim.ensemble.months import month_dates
from tajsim.ensemble.plan import Plan
from tajsim.ensemble.provenance import provenance
from tajsim.ensemble.store import Store
from tajsim.inputs.outcomes import Outcome, load_outcomes
from tajsim.inputs.parameters import load_parameters


def build_dataset(plan: Plan, store: Store) -> xr.Dataset:
    """Label the arrays of a finished ensemble; nothing is copied."""
    registry = load_outcomes()
    variables: dict[str, Any] = {}
    for name, values in store.outcomes.items():
        dimensions = ("scenario", *registry[name].dimensions, "month", "run")
        variables[name] = (dimensions, values, _attrs(registry[name]))
    variables["parameter_value"] = (
        ("scenario", "parameter", "run"),
        store.parameter_values,
        {"label": "Parameters in force at the start", "unit": "see the coordinate 'unit'"},
    )
    names = [scenario.name for scenario in plan.scenarios]
    events, columns = chronicle_variables(store.events, names, plan.months)
    coordinates = {**_coordinates(plan, store), **columns}
    return xr.Dataset({**variables, **events}, coordinates, provenance(plan))


def _attrs(outcome: Outcome) -> dict[str, Any]:
    """Describe an outcome so that the Dataset can be read without the registry."""
    return {
        "label": outcome.label,
        "unit": outcome.unit,
        "aggregate": outcome.aggregate,
        "window_unit": outcome.window_unit,
        "headline": int(outcome.headline),
        "meaning": outcome.meaning,
        "mechanisms": " ".join(outcome.mechanisms),
    }


def _coordinates(plan: Plan, store: Store) -> dict[str, Any]:
    used = dict.fromkeys(d for n in plan.outcomes for d in load_outcomes()[n].dimensions)
    parameters = [load_parameters()[name] for name in store.parameter_names]
    coordinates: dict[str, Any] = {
        "scenario": [scenario.name for scenario in plan.scenarios],
        "month": month_dates(plan.months),
        "run": np.arange(plan.runs),
        "parameter": store.parameter_names,
        "unit": ("parameter", [p.unit for p in parameters]),
        "role": ("parameter", [p.role for p in parameters]),
        "basis": ("parameter", [p.basis.kind for p in parameters]),
    }
    coordinates.update({dimension: list(DIMENSIONS[dimension]) for dimension in used})
    return coordinates
