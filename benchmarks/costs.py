"""What a sweep costs: by points, runs and months (fitted exponents), and the store's own part."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ratio import one_core, seconds
from benchmarks.sweeping import experiment, swept
from tajsim.axes import DIMENSIONS
from tajsim.ensemble.job import Job, MonthDone, simulate as simulate_job
from tajsim.sweeps import sweep
from tajsim.sweeps.store import Numbers

#: What is varied -> points, runs, last month; the smallest is large enough to fill a batch.
SIZES = {
    "points": [(100, 2, "2005-12"), (200, 2, "2005-12"), (400, 2, "2005-12")],
    "runs": [(50, 4, "2005-12"), (50, 8, "2005-12"), (50, 16, "2005-12")],
    "months": [(100, 2, "2004-12"), (100, 2, "2006-12"), (100, 2, "2009-12")],
}


def report(repetitions: int = 2, cluster: bool = True) -> None:
    """Print the exponent of the cost for each size, the time of the store and of a cluster."""
    print("\nCost of a sweep, one core: seconds go with size to the power of")
    with tempfile.TemporaryDirectory() as folder, one_core():
        _timed(Path(folder), *SIZES["points"][0])  # loads libraries, registry and scenario
        for name, sizes in SIZES.items():
            amounts = [_amount(name, size) for size in sizes]
            times = [min(_timed(Path(folder), *size) for _ in range(repetitions)) for size in sizes]
            power = float(np.polyfit(np.log(amounts), np.log(times), 1)[0])
            cells = ", ".join(f"{a:g}: {t:.2f} s" for a, t in zip(amounts, times, strict=True))
            print(f"  {name:<8}{power:5.2f}   ({cells})", flush=True)
        networks = len(DIMENSIONS.get("network", ())) or 40
        print(f"  networks   -     (their number is fixed at {networks}: no size to vary)")
        _store(Path(folder))
    if cluster:
        _cluster()


def _amount(name: str, size: tuple[int, int, str]) -> float:
    points, runs, end = size
    months = 12 * (int(end[:4]) - 2004) + int(end[5:])
    return float({"points": points, "runs": runs, "months": months}[name])


def _timed(folder: Path, points: int, runs: int, end: str) -> float:
    one = experiment(folder, points, runs, end)
    with tempfile.TemporaryDirectory(dir=folder) as out:
        return seconds(lambda: swept(one, Path(out) / "out"))


def _store(folder: Path) -> None:
    """Print how much of a sweep's time is not the simulation itself."""
    spent = 0.0

    def simulate(job: Job, month_done: MonthDone) -> Numbers:
        nonlocal spent
        start = time.perf_counter()
        finished: Numbers = simulate_job(job, month_done)
        spent += time.perf_counter() - start
        return finished

    one = experiment(folder, 200, 5, "2006-12")
    with tempfile.TemporaryDirectory(dir=folder) as out:
        whole = seconds(lambda: swept(one, Path(out) / "out", simulate=simulate))
    share = 100.0 * (whole - spent) / spent
    print(
        f"\nStore, batches and design: {share:.1f} % on top of {spent:.2f} s of simulation "
        "(1,000 runs)"
    )


def _cluster() -> None:
    """Print how much longer a Dask cluster of one worker takes than one process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.costs", "cluster"],
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if done.returncode:
        print("Cluster: not measured (pip install 'tajsim[cluster]')")
        return
    found = json.loads(done.stdout.splitlines()[-1])
    share = 100.0 * (found["cluster"] / found["alone"] - 1.0)
    print(
        f"Cluster of one worker: {share:+.1f} % against a local process "
        f"({found['cluster']:.2f} s, {found['alone']:.2f} s, 1,000 runs)"
    )


def measure_cluster() -> dict[str, float]:
    """Sweep with one local process and with a scheduler and worker on loopback; seconds of each.

    Both are measured a second time, when everything is loaded.
    """
    distributed: Any = importlib.import_module("distributed")
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        one = experiment(Path(folder), 200, 5, "2006-12")
        small = experiment(Path(folder), 20, 5, "2004-02")
        with distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=True, host="127.0.0.1",
            dashboard_address=None,
        ) as cluster:  # fmt: skip
            address = cluster.scheduler_address
            sweep(small, Path(folder) / "warm", cluster=address)
            found["cluster"] = seconds(
                lambda: swept(one, Path(folder) / "cluster", cluster=address)
            )
        sweep(small, Path(folder) / "warm too")
        found["alone"] = seconds(lambda: swept(one, Path(folder) / "alone"))
    return found


if __name__ == "__main__":
    if sys.argv[1:] == ["cluster"]:
        print(json.dumps(measure_cluster()))
    else:
        report()
