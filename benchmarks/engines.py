"""The two engines side by side: compiled months against numpy, in turn, on one core."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import tajsim
from benchmarks.close_calls import close_calls
from benchmarks.ensembles import FEW, SCENARIO
from benchmarks.ratio import core_seconds, one_core, seconds
from tajsim.compiled import engine, program

#: Runs, and the least that the compiled engine is to be faster.
GOALS = {1: 40.0, 200: 8.0, 1000: 5.0}
#: From one tile on the cost is to grow as the runs do.
SIZES = (64, 256, 1024)


def report(end: str, repetitions: int = 3, runs: Sequence[int] = tuple(GOALS)) -> None:
    """Print seconds of both engines, their ratio, and how the cost of the compiled one grows."""
    if engine.chosen() != engine.COMPILED:
        print("\nEngines: not measured (pip install 'tajsim[fast]')")
        return
    print(f"\nEngines, whole model, {SCENARIO}, processor time on one core, best of {repetitions}")
    with one_core():
        _compiling()
        for engine_ in engine.ENGINES:
            _timed(1, "2004-01", engine_)  # loads libraries, registry, scenario and program
        print("    runs   numpy s  compiled s    ratio    goal")
        for count in runs:
            rounds = [
                [_timed(count, end, name) for name in ("numpy", "compiled")]
                for _ in range(repetitions)
            ]
            numpy, compiled = (min(column) for column in zip(*rounds, strict=True))
            ratio = statistics.median(slow / fast for slow, fast in rounds)
            goal = f"{GOALS[count]:7.0f}" if count in GOALS else ""
            print(f"{count:8d}  {numpy:8.3f}  {compiled:10.3f}  {ratio:7.1f} {goal}", flush=True)
        by_runs = _least([(size, end) for size in SIZES], repetitions)
        years = (2006, 2009, 2012, 2016, 2020)
        by_months = _least([(256, f"{year}-12") for year in years], repetitions)
    months = [12 * (year - 2004 + 1) + 24 for year in years]  # with those of the spin-up
    each, once = np.polyfit(months, by_months, 1)
    print(f"  cost grows with runs to the power of {_power(SIZES, by_runs):.2f}", end=", ")
    print(f"with months, those before the start among them, of {_power(months, by_months):.2f},")
    rest = [time - once for time in by_months]
    print(
        f"  without the {once:.3f} s that 256 runs take once of {_power(months, rest):.2f}",
        end="; ",
    )
    print(f"{each / 256 * 1e6:.1f} µs for a month of a run")
    rounds = [
        [seconds(partial(_run, 4000, end, "compiled", n)) for n in (1, 2)]
        for _ in range(repetitions)
    ]
    one, two = (min(column) for column in zip(*rounds, strict=True))
    print(f"  two processes on 4,000 runs: {one / two:.2f} times one (their start included)")
    _agreement(runs[-1], end)
    _compare(end)


def _timed(runs: int, end: str, name: str) -> float:
    return core_seconds(partial(_run, runs, end, name))


def _least(sizes: Sequence[tuple[int, str]], repetitions: int) -> list[float]:
    """Return the least processor time of each size, measured in turn."""
    rounds = [[_timed(*size, "compiled") for size in sizes] for _ in range(repetitions)]
    return [min(column) for column in zip(*rounds, strict=True)]


def _run(runs: int, end: str, name: str, workers: int = 1) -> None:
    tajsim.run(SCENARIO, runs=runs, until=end, outcomes=FEW, engine=name, workers=workers)


def _agreement(runs: int, end: str) -> None:
    """Print in how many runs the engines part, and in how many a draw was close enough for that."""
    outcomes = {}
    with close_calls() as calls:
        for name in engine.ENGINES:
            found = tajsim.run(SCENARIO, runs=runs, until=end, outcomes=FEW, engine=name)
            outcomes[name] = [found[outcome].values for outcome in FEW]
    apart = np.zeros(runs, bool)
    for ours, theirs in zip(*outcomes.values(), strict=True):
        far = ~np.isclose(ours, theirs, rtol=1e-6, atol=1e-6, equal_nan=True)
        apart |= far.reshape(-1, runs).any(axis=0)
    print(
        f"  outcomes of {apart.sum()} of {runs} runs differ; a draw is within {calls.within:g} of "
        f"its threshold in {len(calls.runs)} ({calls.compared:,} comparisons watched)"
    )


def _compare(end: str) -> None:
    """Print how long the command that compares two scenarios takes with either engine."""
    times: dict[str, float] = {}
    for name in (*engine.ENGINES, *engine.ENGINES):
        with TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "tajsim", "compare", SCENARIO, "irpt-ban"]
            command += ["--runs", "200", "--workers", "1", "--until", end, "--engine", name]
            begun = time.perf_counter()
            out = ["--out", str(Path(folder, "out"))]
            subprocess.run([*command, *out], check=True, stdout=subprocess.DEVNULL)
            times[name] = min(time.perf_counter() - begun, times.get(name, inf))
    ours, theirs = times.values()
    print(
        "  tajsim compare, two scenarios, 200 runs, variance shares and pictures: "
        f"{ours:.1f} s compiled, {theirs:.1f} s numpy, ratio {theirs / ours:.2f}"
    )


def _power(sizes: Sequence[int], times: Sequence[float]) -> float:
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def _compiling() -> None:
    """Print how long the program takes to make, and to take from the cache."""
    about = text = None

    def write() -> None:
        nonlocal about, text
        about, text = program.written(tajsim.TajikistanModel(runs=2, settled=False))

    trace = seconds(write)
    assert about and text
    code = b""

    def compile_() -> None:
        nonlocal code
        code = program.compiled(text)

    made = seconds(compile_)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.month"
        program.keep(path, "x", about, code)

        def take() -> None:
            found = program.read(path, "x")
            assert found
            program.linked(*found)

        kept = seconds(take)
    print(
        f"  {about.lanes} runs side by side; traced and laid out {trace:.1f} s, "
        f"compiled {made:.1f} s ({len(code) // 1024} KB), from the cache {kept:.2f} s"
    )
