"""Runs per second and peak memory of whole ensembles, each measured in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import tajsim
from tajsim.ensemble.plan import CHUNK

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = "status-quo"
#: What is kept of a large ensemble: its full histories would fill the memory by themselves.
FEW = ("heroin_entering", "heroin_seized", "state_failed")
LARGEST_WITH_ALL = 1000


def report(sizes: Sequence[int], end: str) -> None:
    """Print a line for each size; the largest sizes keep few outcomes."""
    print(f"\nWhole model, scenario {SCENARIO}, one process, chunks of {CHUNK} runs")
    print("    runs  outcomes  seconds  runs/second  peak MB  of it results MB")
    for runs in sizes:
        choices = [True] if runs <= LARGEST_WITH_ALL else []
        choices += [False] if runs >= LARGEST_WITH_ALL else []
        for everything in choices:
            found = in_its_own_process(runs, end, everything)
            print(
                f"{runs:8d}  {'all' if everything else 'few':>8}  {found['seconds']:7.2f}  "
                f"{runs / found['seconds']:11.1f}  {found['peak']:7.0f}  {found['kept']:7.1f}",
                flush=True,
            )
    print(f"    (few: {', '.join(FEW)}; the peak includes Python and libraries;")
    print(f"    the first run of a process takes {found['first']:.1f} s more, to load and check)")


def in_its_own_process(runs: int, end: str, everything: bool) -> dict[str, float]:
    """Return seconds, peak memory and size of the results (MB) of one ensemble."""
    paths = [str(Path(tajsim.__file__).parents[1]), str(ROOT), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ensembles", str(runs), end, str(int(everything))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(runs: int, end: str, everything: bool) -> dict[str, float]:
    """Simulate one ensemble in this process."""
    begin = time.perf_counter()
    tajsim.run(SCENARIO, runs=1, until="2004-01")  # loads libraries, registry and scenario
    start = time.perf_counter()
    results = tajsim.run(SCENARIO, runs=runs, until=end, outcomes=None if everything else FEW)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes
    return {
        "first": start - begin,
        "seconds": seconds,
        "peak": peak * unit / 1e6,
        "kept": results.nbytes / 1e6,
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), sys.argv[2], sys.argv[3] == "1")))
