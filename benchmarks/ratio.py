"""The border and bribery market with arrays over runs against the ordinary Mesa way."""

from __future__ import annotations

import contextlib
import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import mesa

from benchmarks.array_market import OUTCOMES, BorderMarket
from benchmarks.scalar_market import ScalarMarket
from benchmarks.sources import RunsOf
from tajsim.compiled import engine

Kind = type[mesa.Model]


def ordinary(kind: Kind, source: Callable[[int], Any], runs: int, months: int) -> None:
    """Simulate runs as most do, with the series collected."""
    mesa.batch_run(
        kind,
        {"source": [source], "run": range(runs), "months": months},
        number_processes=1,
        data_collection_period=1,
        max_steps=months,
        display_progress=False,
    )


def bare(kind: Kind, source: Callable[[int], Any], runs: int, months: int) -> None:
    """Simulate runs in a plain loop, with nothing collected."""
    for run in range(runs):
        model = kind(source, run=run, months=months, collect=False)
        while model.running:
            model.step()


def report(array_runs: int, scalar_runs: int, repetitions: int, end: str) -> None:
    """Print runs per second both ways, measured in turn on one core, and their ratio."""
    values = BorderMarket(runs=scalar_runs, seed=1, end=end, outcomes=())
    source, months = RunsOf(values, keyed=False), values.month_count

    def array() -> None:
        model = BorderMarket(runs=array_runs, seed=1, end=end, outcomes=OUTCOMES)
        model.run_to_end()

    def compiled() -> None:
        model = BorderMarket(runs=array_runs, seed=1, end=end, outcomes=OUTCOMES, settled=False)
        program = engine.program_for(model, engine.chosen())
        engine.settle(model, program)
        engine.advance(model, program, months)

    given = (ScalarMarket, source, scalar_runs, months)
    print(f"\nBorder and bribery market, {months} months, one core, {repetitions} rounds in turn")
    with one_core():
        compiled()  # which makes the program
        rounds = [
            (
                array_runs / core_seconds(array),
                array_runs / core_seconds(compiled),
                scalar_runs / core_seconds(partial(ordinary, *given)),
                scalar_runs / core_seconds(partial(bare, *given)),
            )
            for _ in range(repetitions)
        ]
    fast, fastest, slow, loop = (statistics.median(column) for column in zip(*rounds, strict=True))
    timed = f"{scalar_runs} runs a round, {scalar_runs * repetitions} in all"
    print(f"  arrays, {array_runs} runs at once     {fast:9.1f} runs/second")
    print(f"  the same, {engine.chosen():<16} {fastest:9.1f} runs/second")
    print(f"  scalar, mesa.batch_run     {slow:9.1f} runs/second ({timed})")
    print(f"  scalar, nothing collected  {loop:9.1f} runs/second (plain loop, for comparison)")
    for place, name in enumerate(("numpy", engine.chosen())):
        ratios = sorted(round_[place] / round_[2] for round_ in rounds)
        print(
            f"  ratio to mesa.batch_run, {name:<9}{statistics.median(ratios):7.1f}"
            f" ({ratios[0]:.1f} to {ratios[-1]:.1f} over rounds)"
        )
        plain = statistics.median(round_[place] / round_[3] for round_ in rounds)
        print(f"  ratio to the plain loop, {name:<9}{plain:7.1f}")


def seconds(work: Callable[[], None], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how long a piece of work takes, starting from a clean heap."""
    gc.collect()
    start = clock()
    work()
    return clock() - start


def core_seconds(work: Callable[[], None]) -> float:
    """Return the processor time of this process, which others on the machine change little."""
    return seconds(work, time.process_time)


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core where the system allows it (Linux)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
