"""Most of the month the ordinary Mesa way, part by part, against the same with arrays over runs.

The scalar models of market, deals, commanders and purses each simulate their part, given the rest;
together they take what an ordinary model of these parts would. Their sum stands against one model
of the same parts with the package's own rules (`benchmarks.array_market.TwinnedMonth`).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any

from benchmarks.array_market import ALL_OUTCOMES, BorderMarket, TwinnedMonth
from benchmarks.ratio import Kind, bare, core_seconds, one_core, ordinary
from benchmarks.recorded import OneRun, Recording, ScalarPart
from benchmarks.scalar_bargain import ScalarBargain
from benchmarks.scalar_elite import ScalarElite
from benchmarks.scalar_market import ScalarMarket
from benchmarks.scalar_purses import ScalarPurses
from benchmarks.sources import RunsOf
from tajsim.compiled import engine, tracer
from tajsim.compiled.traced import ELEMENTWISE, RUNS, Shape
from tajsim.model.model import TajikistanModel

SCENARIO = "status-quo"
TWINS: dict[str, type[ScalarPart]] = {
    "deals": ScalarBargain,
    "commanders": ScalarElite,
    "purses": ScalarPurses,
}


def report(array_runs: int, scalar_runs: int, repetitions: int, months: int) -> None:
    """Print what share of the month scalar models cover, and the ratio of that part."""
    end = f"{2004 + (months - 1) // 12}-{(months - 1) % 12 + 1:02d}"
    market = RunsOf(BorderMarket(runs=scalar_runs, seed=1, end=end, outcomes=()), keyed=False)
    parts: dict[str, tuple[Kind, Callable[[int], Any]]] = {"market": (ScalarMarket, market)}
    for name, twin in TWINS.items():
        parts[name] = (twin, source_of(twin, months, scalar_runs))
    ours, whole = arithmetic(TwinnedMonth), arithmetic(TajikistanModel)
    print(f"\nMarket, deals, commanders and purses, {months} months, processor time on one core")
    with one_core():
        shorter = array_seconds(TwinnedMonth, array_runs, end, ())
        full = array_seconds(TajikistanModel, array_runs, end, ())
        compiled_seconds(TwinnedMonth, 8, end)  # which makes the program
        rounds = [_round(parts, array_runs, scalar_runs, months, end) for _ in range(repetitions)]
    print(
        f"  scalar models cover {ours / whole:.0%} of the month's arithmetic"
        f" ({ours:,} of {whole:,} operations a run)"
        f" and {shorter / full:.0%} of numpy's time"
    )
    print(f"  milliseconds of a run, median of {repetitions} rounds in turn")
    for name in rounds[0]:
        cost = statistics.median(found[name] for found in rounds)
        print(f"    {name:34}{1e3 * cost:10.2f}")
    for ending in ("mesa.batch_run", "plain loop"):
        for name in ("numpy", engine.chosen()):
            ratios = sorted(_all(found, ending) / found[f"arrays, {name}"] for found in rounds)
            print(
                f"  ratio to {ending}, {name:<9}{statistics.median(ratios):7.1f}"
                f" ({ratios[0]:.1f} to {ratios[-1]:.1f} over rounds)"
            )


def _all(found: dict[str, float], ending: str) -> float:
    return sum(cost for name, cost in found.items() if name.endswith(ending))


def _round(
    parts: dict[str, tuple[Kind, Callable[[int], Any]]],
    array_runs: int,
    scalar_runs: int,
    months: int,
    end: str,
) -> dict[str, float]:
    """Return seconds of a run, each way in turn."""
    found = {
        "arrays, numpy": array_seconds(TwinnedMonth, array_runs, end, ALL_OUTCOMES) / array_runs,
        f"arrays, {engine.chosen()}": compiled_seconds(TwinnedMonth, array_runs, end) / array_runs,
    }
    for name, (kind, source) in parts.items():
        for way, work in (("mesa.batch_run", ordinary), ("plain loop", bare)):
            seconds = core_seconds(partial(work, kind, source, scalar_runs, months))
            found[f"{name}, {way}"] = seconds / scalar_runs
    return found


def source_of(twin: type[ScalarPart], months: int, runs: int) -> Callable[[int], OneRun]:
    """Return what gives a twin the rest of each month, made before anything is timed."""
    recording = Recording(twin, SCENARIO, months, runs, seed=1, keyed=False)
    found = {run: recording(run) for run in range(runs)}
    for one in found.values():
        for _, moments in one.months:
            for moment in moments.values():
                moment.after.clear()
    return found.__getitem__


def array_seconds(
    kind: type[TajikistanModel], runs: int, end: str, outcomes: tuple[str, ...]
) -> float:
    """Return seconds of numpy, end to end."""

    def work() -> None:
        kind(runs=runs, seed=1, end=end, outcomes=outcomes).run_to_end()

    return core_seconds(work)


def compiled_seconds(kind: type[TajikistanModel], runs: int, end: str) -> float:
    """Return seconds of the chosen engine, end to end, as `ratio.report` takes them."""

    def work() -> None:
        model = kind(runs=runs, seed=1, end=end, outcomes=ALL_OUTCOMES, settled=False)
        program = engine.program_for(model, engine.chosen())
        engine.settle(model, program)
        engine.advance(model, program, model.month_count)

    return core_seconds(work)


def arithmetic(kind: type[TajikistanModel]) -> int:
    """Return how many operations of arithmetic a month of one run takes, by its graph."""
    count = 0
    for node in tracer.trace(kind(runs=2, outcomes=())).nodes():
        if node.op in (*ELEMENTWISE, "power", "where", "ndtri"):
            count += _numbers(node.shape)
        elif node.op.endswith(("reduce", "accumulate")) or node.op.startswith("arg"):
            count += _numbers(node.args[0].shape)
    return count


def _numbers(shape: Shape) -> int:
    """Return how many numbers of a run an array holds, none if it is the same in all runs."""
    return prod(shape[:-1]) if shape and shape[-1] == RUNS else 0
