"""Results of the shape that tajsim writes, with plausible random numbers, for tests of pictures."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from tajsim.axes import DIMENSIONS

#: name -> label, unit, dimensions, aggregate, headline, mean level, share of the level that varies
SERIES: dict[str, tuple[str, str, tuple[str, ...], str, int, float, float]] = {
    "heroin_entering": (
        "Heroin entering over the Afghan border",
        "kg/month",
        ("section",),
        "yearly",
        1,
        900,
        0.25,
    ),
    "heroin_seized": ("Heroin seized", "kg/month", ("section",), "yearly", 1, 70, 0.5),
    "heroin_seized_reported": (
        "Heroin reported as seized",
        "kg/month",
        ("agency",),
        "yearly",
        0,
        60,
        0.5,
    ),
    "seizure_probability": (
        "Probability that a consignment is seized",
        "share",
        ("section",),
        "mean",
        1,
        0.08,
        0.3,
    ),
    "collusion": (
        "Collusion of the agencies with traffickers",
        "share",
        ("agency",),
        "mean",
        1,
        0.4,
        0.2,
    ),
    "strength": ("Strength of the agencies", "persons", ("agency",), "last", 0, 6000, 0.1),
    "own_effort": ("Own effort by task", "share", ("task",), "mean", 0, 0.35, 0.2),
    "outside_provision": ("Outside provision by task", "share", ("task",), "mean", 1, 0.3, 0.3),
    "grievance": ("Grievance", "index", ("region",), "mean", 1, 0.5, 0.2),
    "violent_members": ("Members of violent groups", "persons", (), "last", 1, 700, 0.4),
    "incidents": ("Armed incidents", "number", ("region",), "total", 0, 0.2, 1.0),
    "state_failed": ("State has failed", "0 or 1", (), "last", 1, 0.0, 0.0),
    "state_control": ("Control of the centre", "share", ("region",), "mean", 0, 0.5, 0.2),
    "heroin_leaving": ("Heroin leaving", "kg/month", ("exit",), "yearly", 0, 900, 0.3),
}

_HANDOVERS = [
    ("2004-11", "khorog"),
    ("2004-11", "ishkashim"),
    ("2004-12", "kalaikhumb"),
    ("2005-03", "moskovskii"),
    ("2005-06", "pianj"),
]


def _event(month: str, kind: str, label: str, **arguments: Any) -> dict[str, Any]:
    return {"month": month, "kind": kind, "label": label, "figures": [], "arguments": arguments}


SHARED = [
    _event("2005-02", "set", "Parliamentary election", parameter="x", value=1),
    _event("2006-11", "set", "Presidential election", parameter="x", value=1),
    _event("2014-12", "set", "Rouble collapses; remittances fall", parameter="x", value=1),
]
WITHDRAWAL = [
    _event(
        "2004-10", "set", "Accord on the withdrawal of the border troops", parameter="y", value=1
    ),
    *(
        _event(month, "handover", f"{section.capitalize()} passes to Tajik troops", section=section)
        for month, section in _HANDOVERS
    ),
    _event("2006-01", "withdraw_agency", "Handover complete; Russian border troops leave"),
]
CROWDED = [
    _event(
        f"20{year:02d}-{month:02d}",
        "set",
        f"Event of {month:02d} {year:02d} with a label of some length",
    )
    for year in range(8, 16)
    for month in (2, 3, 9)
]


def results(
    *,
    scenarios: tuple[str, ...] = ("status-quo",),
    runs: int = 60,
    months: int = 204,
    seed: int = 1,
    events: dict[str, list[dict[str, Any]]] | None = None,
) -> xr.Dataset:
    """Return a Dataset as the ensemble makes it; paired runs share most of their noise."""
    random = np.random.default_rng(seed)
    when = np.datetime64("2004-01", "M") + np.arange(months)
    variables: dict[str, Any] = {}
    for name, (label, unit, dimensions, aggregate, headline, level, varies) in SERIES.items():
        attrs = {
            "label": label,
            "unit": unit,
            "aggregate": aggregate,
            "headline": headline,
            "meaning": label,
        }
        own = tuple(len(DIMENSIONS[d]) for d in dimensions)
        shape = (*own, months, runs)
        base = _series(random, shape, level, varies) if level else _failures(random, months, runs)
        values = [base]
        for position in range(1, len(scenarios)):
            ramp = np.clip((np.arange(months) - 10) / 24, 0, 1)[:, None]
            shift = 1 + (0.35 * position if level else 0) * ramp * random.normal(
                0.6, 0.3, (*own, 1, 1)
            )
            values.append(base * shift * (1 + 0.02 * random.normal(size=shape) * ramp))
        array = np.stack(values).astype(np.float32)
        if name == "state_failed":
            array = np.round(array)
        if name == "strength":
            array[:, 0] = 30_000
        variables[name] = (("scenario", *dimensions, "month", "run"), array, attrs)
    table = {name: SHARED + (WITHDRAWAL if i else []) for i, name in enumerate(scenarios)}
    names = list(dict.fromkeys(d for row in SERIES.values() for d in row[2]))
    return xr.Dataset(
        variables,
        {
            "scenario": list(scenarios),
            "month": when.astype("datetime64[ns]"),
            "run": np.arange(runs),
            **{d: list(DIMENSIONS[d]) for d in names},
        },
        {
            "title": " against ".join(reversed(scenarios)),
            "tajsim_version": "0.1.0",
            "seed": str(seed),
            "runs": runs,
            "parameters_mode": "prior",
            "reference": scenarios[0] if scenarios[1:] else "",
            "events": json.dumps(events if events is not None else table),
        },
    )


def _series(random: Any, shape: tuple[int, ...], level: float, varies: float) -> Any:
    """Return positive series around a level: a spread of runs, a slow wave, monthly noise."""
    own, months, runs = shape[:-2], shape[-2], shape[-1]
    place = random.uniform(0.2, 1.8, (*own, 1, 1)) if own else 1.0
    spread = np.exp(varies * random.normal(size=(*own, 1, runs)))
    wave = 1 + 0.3 * np.sin(np.arange(months)[:, None] / 30 + random.uniform(0, 6, (*own, 1, runs)))
    noise = np.exp(0.5 * varies * random.normal(size=shape))
    whole = level * place * spread * wave * noise
    return np.minimum(whole, 1.0) if level < 1 else whole


def _failures(random: Any, months: int, runs: int) -> Any:
    return (np.arange(months)[:, None] > random.uniform(50, 1200, runs)).astype(float)
