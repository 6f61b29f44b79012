"""Made-up payments for pictures: who pays whom, so that every purse balances."""

from __future__ import annotations

import xarray as xr

from tajsim.axes import AGENCIES, COMMANDERS

_HEADED = dict(zip(COMMANDERS, AGENCIES, strict=False))


def with_purses(dataset: xr.Dataset) -> xr.Dataset:
    """Add what follows from the tolls, extortion and aid of made-up results, without any draw."""
    tolls, extortion, lost = (dataset[n] for n in ("tolls", "extortion", "aid_diverted"))
    resale = 0.2 * tolls
    illicit = tolls + extortion + resale
    up = 0.15 * illicit
    to_regime = 0.2 * (illicit - up)
    fees = _of_commanders(0.5 * tolls)
    fees_regime = 0.3 * tolls.sum("agency")
    freed = 0.4 * dataset["aid_delivered"].sum("power")
    income = to_regime.sum("agency") + fees_regime + lost.sum("power") + freed
    patronage = _of_commanders(0.3 * up) + income / (4 * len(COMMANDERS))
    found = {
        "resale": resale,
        "network_margin": 8.0 * tolls.sum("agency"),
        "rents_to_commander": up,
        "rents_to_regime": to_regime,
        "rents_kept": illicit - up - to_regime,
        "fees_commander": fees,
        "fees_regime": fees_regime,
        "patronage": patronage,
        "rents_commander": _of_commanders(up) + fees + patronage,
        "rents_regime": income,
        "regime_kept": income - patronage.sum("commander"),
        "aid_freed": freed,
    }
    attrs = {**tolls.attrs, "headline": 0}
    rows = {
        name: v.transpose("scenario", ..., "month", "run").assign_attrs(attrs, label=name)
        for name, v in found.items()
    }
    return dataset.assign(rows)


def _of_commanders(values: xr.DataArray) -> xr.DataArray:
    """Let each of the first commanders head one agency, and the others none."""
    nothing = 0.0 * values.isel(agency=0, drop=True)
    rows = [
        values.sel(agency=_HEADED[name], drop=True) if name in _HEADED else nothing
        for name in COMMANDERS
    ]
    return xr.concat(rows, "commander").assign_coords(commander=list(COMMANDERS))
