"""A picture of every kind of sweeps and explorations, from made-up tables, for comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from fake_sweeps import changed, cube, fake_sweep
from matplotlib.figure import Figure

import tajsim.plots.style as style
from tajsim.plots.intervals import bases, indices, swings
from tajsim.plots.sweep import SWEEP_KINDS, DrawnBox, boxes, sweep_figure, tradeoff
from tajsim.sweeps.read import Sweep

FACTORS = ("detection_limit", "agency_pay.border_troops", "heroin_supply", "toll_rate")
HEADINGS = [
    ("a", "seized", "Heroin seized on the line (all sections)", "kg/year"),
    ("a", "tolls", "Tolls taken from traffickers (border troops)", "USD/year"),
    ("a", "rare", "What hardly any factor moves", "share"),
]
FOOT = "Made up. a; 60 points, means over runs, seed 1."


def _spread() -> Sweep:
    """Three factors drawn, one of them over orders of magnitude."""
    found = fake_sweep("latin-hypercube", cube(60, 3), {"seized": _height}, runs=3, apart=60.0)
    points = found.points.assign(x3=10.0 ** (3 * found.points["x3"]))
    kinds = found.factors.assign(spread=["uniform", "uniform", "log"])
    return changed(found, points=points, factors=kinds)


def _grid() -> Sweep:
    """Dates against amounts of millions."""
    places = np.array([[a, b] for a in (0.0, 0.5, 1.0) for b in (0.0, 0.3, 0.6, 1.0)])
    found = fake_sweep("grid", places, {"seized": _height}, runs=5, apart=40.0)
    months = found.points["x1"].map({0.0: "2005-01", 0.5: "2010-01", 1.0: "2015-01"})
    return changed(found, points=found.points.assign(x1=months, x2=found.points["x2"] * 27.6e6))


def _height(places: np.ndarray) -> np.ndarray:
    return 200.0 + 800.0 * places[:, 0] * (0.4 + places[:, 1])


def _indices() -> pd.DataFrame:
    rows = []
    for c, (_, column, _, _) in enumerate(HEADINGS):
        for i, factor in enumerate(FACTORS):
            total = 0.0 if column == "rare" else 0.6 / (1 + (i + c) % 4)
            for index, value in (("total", total), ("first", 0.8 * total - 0.02)):
                rows.append(
                    {"scenario": "a", "column": column, "factor": factor, "index": index,
                     "basis": ("assumption", "decision", "documented", "derived")[i],
                     "value": value, "low": value - 0.06, "high": value + 0.08, "chance": 0.05}
                )  # fmt: skip
    return pd.DataFrame(rows)


def _bases() -> pd.DataFrame:
    shares = {"assumption": 0.55, "decision": 0.25, "documented": 0.05, "together": 0.15}
    return pd.DataFrame(
        [
            {"scenario": "a", "column": column, "basis": basis, "share": share * (1 + c * i % 3)}
            for c, (_, column, _, _) in enumerate(HEADINGS)
            for i, (basis, share) in enumerate(shares.items())
        ]
    )


def _swings() -> pd.DataFrame:
    rows = []
    for c, (_, column, _, _) in enumerate(HEADINGS):
        size = {"seized": 160.0, "tolls": 1.3e6, "rare": 2e-5}[column]
        for i, factor in enumerate(FACTORS):
            swing = size * (-1) ** (i + c) / (1 + i)
            rows.append(
                {"scenario": "a", "column": column, "factor": factor, "middle": 2 * size,
                 "at_low": 2 * size - swing / 2, "at_high": 2 * size + swing / 2, "swing": swing,
                 "low": swing - size / 3, "high": swing + size / 3}
            )  # fmt: skip
    return pd.DataFrame(rows)


def _boxes() -> Figure:
    values = np.vstack([cube(80, 2).T * [[1.0], [40.0]], np.arange(80) % 3])
    inside = (values[0] < 0.5) & (values[1] < 15.0)
    happens = np.where(inside, 1.0, (np.arange(80) % 7 == 0) / 2)
    found = [
        DrawnBox({}, {0: 0.5, 1: 15.0}, {}, [0, 1], "76 % inside against 12 % elsewhere"),
        DrawnBox({1: 9.0}, {}, {2: frozenset({0, 1})}, [2, 1], "29 % inside (chance)", True),
    ]
    names = ["detection_limit (share)", "agency_pay.border_troops (USD/month)", "month"]
    texts = {2: ("2005-01", "2010-01", "2015-01")}
    return boxes(names, values, texts, happens, found, "Seized at most 152 kg/year", FOOT)


def _tradeoff() -> Figure:
    pay, aid = (a.ravel() for a in np.meshgrid([1.0, 10.0, 40.0], [0.0, 9.2, 27.6]))
    seized, lost = 240.0 + 160.0 * np.sqrt(pay) / 2, 8e6 + 0.5e6 * aid
    table = pd.DataFrame(
        {"seized": seized + aid, "lost": lost, "worst_seized": 0.7 * seized,
         "worst_lost": 1.4 * lost, "satisfied": np.linspace(0.0, 1.0, 9),
         "undominated": pay == 40.0}
    )  # fmt: skip
    names = [f"pay {p:g}, aid {a:g} million" for p, a in zip(pay, aid, strict=True)]
    axes = [
        ("seized", "worst_seized", "Heroin seized (all sections): high is wanted", "kg/year"),
        ("lost", "worst_lost", "Aid diverted (all powers): low is wanted", "USD/year"),
    ]
    return tradeoff(table, names, axes, 2, "Portfolios of pay, aid", "It satisfies.", FOOT)


def _of_sweep(kind: str) -> Callable[[], Figure]:
    sweep: dict[str, tuple[Callable[[], Sweep], dict[str, Any]]] = {
        "ridges": (_grid, {}),
        "curves": (_spread, {"by": "x1"}),
        "levers": (_grid, {}),
        "scatter": (_spread, {}),
    }
    make, options = sweep[kind]
    return lambda: sweep_figure(kind, make(), **options)


#: Name of a picture -> what draws it. The first are those of ``tajsim plot``.
FIGURES: dict[str, Callable[[], Figure]] = {
    **{kind: _of_sweep(kind) for kind in SWEEP_KINDS},
    "indices": lambda: indices(_indices(), HEADINGS, "Sobol indices", FOOT),
    "bases": lambda: bases(_bases(), HEADINGS, "Sobol indices by basis", FOOT),
    "swings": lambda: swings(_swings(), HEADINGS, "From the low to the high end", FOOT),
    "boxes": _boxes,
    "tradeoff": _tradeoff,
}


def figure_of(name: str) -> Figure:
    """Draw one of the pictures."""
    with style.look():
        return FIGURES[name]()
