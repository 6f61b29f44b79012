"""Shuffle the stages of a month that could stand in another order: what does the order decide?

Stages read the state at the start of the month and what earlier ones wrote. Where neither of two
neighbours must come first, they are exchanged, and all headline outcomes are compared run by run.
``python -m benchmarks.order`` prints those that move by a fifth of their spread over runs.
"""

from __future__ import annotations

import numpy as np

from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.model import MONTH, TajikistanModel
from tajsim.results.numbers import text_table

RUNS, YEARS = 60, "2008-12"
#: Neighbours of which neither has to come first.
SWAPS = (
    ("offers", "choices"),
    ("agencies", "routes"),
    ("money", "society"),
    ("society", "elite"),
    ("elite", "force"),
    ("force", "state"),
)
FIFTH = 0.2


def levels(month: tuple[object, ...]) -> dict[str, np.ndarray]:
    """Return the mean over months of each headline outcome ``(run,)``, places averaged."""
    scenario = load_scenario("status-quo")
    ordered = type("Ordered", (TajikistanModel,), {"month": month})
    names = [o.name for o in load_outcomes().values() if o.headline]
    model = ordered(
        runs=RUNS, seed=1, end=YEARS, settings=scenario.settings, events=scenario.events,
        outcomes=names,
    )  # fmt: skip
    for _ in range(model.month_count):
        model.step()
    found = {}
    for name, values in model.record.items():
        kept = np.asarray(values, float)
        axes = tuple(range(kept.ndim - 1))
        with np.errstate(all="ignore"):
            found[name] = np.nanmean(kept, axis=axes)
    return found


def exchanged(first: str, second: str) -> tuple[object, ...]:
    """Return the month with two stages exchanged."""
    names = [name for name, _ in MONTH]
    order = list(MONTH)
    one, other = names.index(first), names.index(second)
    order[one], order[other] = order[other], order[one]
    return tuple(order)


def moved() -> list[list[str]]:
    """Return a row for each exchange: how many outcomes move, and the three that move most."""
    plain, rows = levels(MONTH), []
    for first, second in SWAPS:
        other = levels(exchanged(first, second))
        size = {}
        for name, values in plain.items():
            spread = float(np.nanstd(values))
            if spread > 0.0:
                size[name] = abs(float(np.nanmean(other[name] - values))) / spread
        large = sorted((n for n in size if size[n] >= FIFTH), key=size.__getitem__, reverse=True)
        told = ", ".join(f"{name} ({size[name]:.2f})" for name in large[:3]) or "none"
        rows.append([f"{first} and {second}", f"{len(large)} of {len(size)}", told])
    return rows


if __name__ == "__main__":
    head = ("exchanged", "outcomes that move", "most, in spreads over runs")
    print(text_table(head, moved(), left=(0, 1, 2)))
