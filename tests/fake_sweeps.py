"""Sweeps made of a known function, for tests of what is found in them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tajsim.sweeps.read import Sweep

#: Takes places ``(row, factor)`` from 0 to 1, gives ``(row,)``.
Answer = Callable[[np.ndarray], np.ndarray]


def fake_sweep(
    kind: str,
    places: np.ndarray,
    answers: dict[str, Answer],
    *,
    runs: int = 1,
    alike: float = 0.0,
    apart: float = 0.0,
    options: dict[str, Any] | None = None,
    bases: Sequence[str] | None = None,
    role: str = "uncertainty",
    names: Sequence[str] | None = None,
    seed: int = 1,
) -> Sweep:
    """Return a sweep whose rows are ``places``; luck has these standard deviations."""
    rng = np.random.default_rng(seed)
    factors = list(names or [f"x{i + 1}" for i in range(places.shape[1])])
    keys = [tuple(row) for row in places]
    order = list(dict.fromkeys(keys))
    ids = {key: f"p{i:04d}" for i, key in enumerate(order)}
    unique = np.array(order)
    points = pd.DataFrame(unique, columns=factors, index=pd.Index(ids.values(), name="point"))
    points.insert(0, "scenario", "status-quo")
    luck = rng.standard_normal(runs) * alike
    rows = []
    for run in range(runs):
        table = pd.DataFrame({"point": list(ids.values()), "run": run})
        for column, answer in answers.items():
            own = rng.standard_normal(len(unique)) * apart
            table[column] = answer(unique) + luck[run] + own
        rows.append(table)
    design = pd.DataFrame(places, columns=factors)
    design.insert(0, "point", [ids[key] for key in keys])
    design.insert(0, "scenario", "status-quo")
    kinds = list(bases or ["assumption"] * len(factors))
    told = {"parameter": "", "unit": "share", "low": 0.0, "high": 1.0, "values": None}
    told |= {"spread": "uniform", "role": role, "basis": kinds}
    about = pd.DataFrame(told, index=pd.Index(factors, name="factor"))
    kept = {"outcome": list(answers), "where": "", "unit": "index"}
    kept |= {"window_start": "2006-01", "window_end": "2010-12"}
    kept["label"] = [f"The {name}" for name in answers]
    columns = pd.DataFrame(kept, index=pd.Index(list(answers), name="column"))
    results = pd.concat(rows, ignore_index=True)
    failures = pd.DataFrame({"point": [], "run": [], "cause": []})
    told = {"title": "Fake", "question": "?", "seed": 1, "parameters": "fixed", "runs": runs}
    tables = Path("fake"), points, results, failures, columns, about
    sweep = Sweep(*tables, kind, options or {}, told, unfit=())
    vars(sweep)["design"] = design  # which is read on demand
    return sweep


def changed(sweep: Sweep, **parts: Any) -> Sweep:
    """Return a sweep with other parts; the design goes with it."""
    found = replace(sweep, **parts)
    vars(found)["design"] = sweep.design
    return found


def cube(rows: int, factors: int, seed: int = 3) -> np.ndarray:
    """Return an even spread over the unit cube."""
    from scipy.stats import qmc

    return qmc.LatinHypercube(d=factors, seed=seed).random(rows)
