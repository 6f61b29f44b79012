"""Where the time of a month goes, stage by stage, and how it adds up over months."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from tajsim import load_scenario
from tajsim.model.country import Country
from tajsim.model.model import TajikistanModel

SCENARIO = "status-quo"


def reference_model(runs: int, end: str) -> TajikistanModel:
    """Return a model of the reference scenario."""
    scenario = load_scenario(SCENARIO)
    events = [event for event in scenario.events if event.month <= end]
    return TajikistanModel(runs=runs, seed=1, end=end, settings=scenario.settings, events=events)


def report(sizes: Sequence[int], end: str) -> None:
    """Print seconds and share of the time by stage."""
    columns = [seconds_by_stage(runs, end) for runs in sizes]
    print("\nTime by stage" + "".join(f"{runs:>14d} runs" for runs in sizes))
    wholes = [sum(column.values()) for column in columns]
    for stage in columns[0]:
        cells = "".join(
            f"{column[stage]:10.3f} s {column[stage] / whole:5.0%} "
            for column, whole in zip(columns, wholes, strict=True)
        )
        print(f"  {stage:14}{cells}")
    print(f"  {'all':14}" + "".join(f"{whole:10.3f} s       " for whole in wholes), flush=True)


def seconds_by_stage(runs: int, end: str) -> dict[str, float]:
    """Return seconds spent in building the model and in each stage of all months."""
    found: dict[str, float] = defaultdict(float)
    begin = time.perf_counter()
    model = reference_model(runs, end)
    found["building"] = time.perf_counter() - begin

    def timed(name: str, stage: Callable[[Country], None]) -> Callable[[Country], None]:
        def call(country: Country) -> None:
            start = time.perf_counter()
            stage(country)
            found[name] += time.perf_counter() - start

        return call

    model.month = tuple((name, timed(name, stage)) for name, stage in model.month)
    model.run_to_end()
    return dict(found)


def report_months(runs: int, end: str, parts: int = 4) -> None:
    """Print the time a month takes in each part of the history: the same if linear."""
    model = reference_model(runs, end)
    each = model.month_count // parts
    print(f"\nTime against months, {runs} runs")
    for part in range(parts):
        costs = [milliseconds(model.step) for _ in range(each)]
        print(
            f"  months {part * each + 1:3d} to {(part + 1) * each:3d}: "
            f"{statistics.median(costs):6.2f} ms a month (median)"
        )


def milliseconds(work: Callable[[], None]) -> float:
    """Return how long a piece of work takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3
