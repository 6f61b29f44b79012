"""Results of the shape that tajsim writes, with plausible random numbers, for tests of pictures."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tajsim.axes import DIMENSIONS
from tajsim.inputs.ledger import load_kinds

_SERIES = Path(__file__).with_name("data") / "series.txt"
#: The usual two scenarios.
PAIR = ("status-quo", "russian-border-withdrawal")


def _row(line: str) -> tuple[str, str, tuple[str, ...], str, int, float, float]:
    label, unit, places, aggregate, headline, level, varies = line.split(" | ")
    own = tuple(places.split())
    return label, unit, own, aggregate, int(headline), float(level), float(varies)


#: name -> label, unit, dimensions, aggregate, headline, mean level, share of the level that varies
_LINES = (line.split(" | ", 1) for line in _SERIES.read_text("utf-8").splitlines())
SERIES = {name: _row(rest) for name, rest in _LINES}

_HANDOVERS = [
    *(("2004-11", "khorog"), ("2004-11", "ishkashim"), ("2004-12", "kalaikhumb")),
    *(("2005-03", "moskovskii"), ("2005-06", "pianj")),
]


def _event(month: str, kind: str, label: str, **arguments: Any) -> dict[str, Any]:
    return {"month": month, "kind": kind, "label": label, "figures": [], "arguments": arguments}


SHARED = [
    _event("2005-02", "set", "Parliamentary election", parameter="x", value=1),
    _event("2006-11", "set", "Presidential election", parameter="x", value=1),
    _event("2014-12", "set", "Rouble collapses; remittances fall", parameter="x", value=1),
]
WITHDRAWAL = [
    _event("2004-10", "set", "Accord on the withdrawal of the border troops", parameter="y"),
    *(
        _event(month, "handover", f"{section.capitalize()} passes to Tajik troops", section=section)
        for month, section in _HANDOVERS
    ),
    _event("2006-01", "withdraw_agency", "Handover complete; Russian border troops leave"),
]
CROWDED = [
    _event(f"20{year:02d}-{month:02d}", "set", f"Event of {month:02d} {year:02d}, of some length")
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
        attrs = {"label": label, "unit": unit, "aggregate": aggregate, "headline": headline}
        own = tuple(len(DIMENSIONS[d]) for d in dimensions)
        shape = (*own, months, runs)
        base = _series(random, shape, level, varies) if level else _failures(random, months, runs)
        base = base if level or not own else np.zeros(shape)
        values = [base]
        for position in range(1, len(scenarios)):
            ramp = np.clip((np.arange(months) - 10) / 24, 0, 1)[:, None]
            far = 0.35 * position if level else 0
            shift = 1 + far * ramp * random.normal(0.6, 0.3, (*own, 1, 1))
            values.append(base * shift * (1 + 0.02 * random.normal(size=shape) * ramp))
        array = np.stack(values).astype(np.float32)
        if name == "state_failed":
            array = np.round(array)
        if name == "commander_state":
            array = np.stack([_falls(random, own[0], months, runs)] * len(scenarios))
        if name == "deals_in_force":
            array = np.stack([_deals(random, own[0], months, runs) for _ in scenarios])
        if name == "strength":
            array[:, 0] = 30_000
        told = {**attrs, "meaning": label}
        variables[name] = (("scenario", *dimensions, "month", "run"), array, told)
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
            **{"tajsim_version": "0.1.0", "model": "0.1.0+0", "parameters_mode": "prior"},
            **{"seed": str(seed), "runs": runs},
            "reference": scenarios[0] if scenarios[1:] else "",
            "events": json.dumps(events if events is not None else table),
        },
    ).pipe(_with_chronicle)


@cache
def two() -> xr.Dataset:
    """Return six runs of the usual two scenarios; not to be changed."""
    return results(scenarios=PAIR, runs=6)


def _falls(random: Any, count: int, months: int, runs: int) -> Any:
    """Return states ``(commander, month, run)``: each serves, then is in one of the others."""
    when = random.uniform(20, 600, (count, 1, runs))
    state = random.integers(1, 6, (count, 1, runs))
    return np.where(np.arange(months)[:, None] > when, state, 0).astype(np.float32)


def _deals(random: Any, count: int, months: int, runs: int) -> Any:
    """Return 1 while each deal is in force ``(deal, month, run)``: from one month to another."""
    begins, lasts = random.uniform(-100, 200, (2, count, 1, runs))
    when = np.arange(months)[:, None]
    return ((when > begins) & (when < begins + abs(lasts))).astype(np.float32)


def _with_chronicle(dataset: xr.Dataset) -> xr.Dataset:
    """Add the handovers in each scenario but the reference, as the ensemble keeps events."""
    kinds, names = load_kinds(), ["", "border_troops", *DIMENSIONS["section"]]
    months = [str(m) for m in dataset["month"].values.astype("datetime64[M]")]
    handovers = [(months.index(m), names.index(s)) for m, s in _HANDOVERS if m in months]
    pairs = np.ndindex(dataset.sizes["scenario"], dataset.sizes["run"])
    rows = [(*pair, *handover) for pair in pairs if pair[0] for handover in handovers]
    scenario, run, month, target = np.array(rows, np.int64).reshape(-1, 4).T
    same, when = np.ones(len(rows), np.int64), dataset["month"].values[month]
    columns = {"scenario": scenario, "run": run, "month": when, "target": target, "actor": same}
    columns |= {"kind": same * list(kinds).index("handover"), "cause": 0 * same}
    coordinates: dict[str, Any] = {f"event_{n}": ("event", v) for n, v in columns.items()}
    coordinates |= {
        "event_causes": [""],
        "event_unit": ("event_kinds", [row.unit for row in kinds.values()]),
        "event_scenarios": dataset["scenario"].values,
        "event_kinds": list(kinds),
        "event_names": names,
    }
    return dataset.assign(event_size=("event", 1.0 * same)).assign_coords(coordinates)


def targets_table() -> pd.DataFrame:
    """Return targets as they are held against runs: numbers, bounds, an event, far and near."""
    columns = "target theme use kind figure unit observed error scale median p05 p95 percentile"
    table = """
near  Money  fitted  number   heroin-seized-2008 kg    100 0.2 log     90  60  130 0.4
far   Money  checked number   heroin-seized-2014 kg    100 5   natural 300 200 400 0
bound Money  checked at_least remittances        ratio 1   0.1 natural 2   1   3   1
break Breaks checked event    unknown-figure     runs  1   0.5 natural 0.3 0   1   0.3
"""
    rows = [line.split() for line in table.strip().splitlines()]
    found = pd.DataFrame(rows, columns=columns.split())
    numbers = ["observed", "error", "median", "p05", "p95", "percentile"]
    return found.astype(dict.fromkeys(numbers, float))


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
