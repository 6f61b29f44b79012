"""How fast tajsim is on this machine: ``python -m benchmarks [--quick] [--runs 1 100 1000]``."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from pathlib import Path

import mesa
import numpy as np

from benchmarks import c_loop, costs, engines, ensembles, ratio, stages, sweeping, twins

SIZES, QUICK_SIZES = (1, 100, 1000, 10_000), (1, 100, 300)
END, QUICK_END = "2020-12", "2008-12"


def machine() -> str:
    """Return processor and versions in one line."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [row for row in info.read_text().splitlines() if row.startswith("model name")]
        processor = named[0].partition(":")[2].strip() if named else processor
    versions = f"Python {platform.python_version()}, numpy {np.__version__}"
    return f"{processor}; {versions}, Mesa {mesa.__version__}; {platform.system()}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print all measurements."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", metavar="N", help="sizes of the ensembles")
    parser.add_argument("--quick", action="store_true", help="short histories, small ensembles")
    given = parser.parse_args(arguments)
    if given.runs and min(given.runs) < 1:
        parser.error("--runs: an ensemble has at least one run")
    end = QUICK_END if given.quick else END
    print(f"machine: {machine()}")
    print(f"histories from 2004-01 to {end}", flush=True)
    counts = (1, 200) if given.quick else (1, 200, 1000)
    engines.report(end, 1 if given.quick else 3, counts)
    if not given.quick:
        c_loop.report()
    ensembles.report(given.runs or (QUICK_SIZES if given.quick else SIZES), end)
    stages.report((100,) if given.quick else (100, 1000), end)
    stages.report_months(100, end)
    ratio.report(
        array_runs=300 if given.quick else 1000,
        scalar_runs=6 if given.quick else 20,
        repetitions=2 if given.quick else 4,
        end=end,
    )
    twins.report(
        array_runs=200 if given.quick else 1000,
        scalar_runs=2 if given.quick else 10,
        repetitions=1 if given.quick else 3,
        months=60 if given.quick else 204,
    )
    sizes = (100, 4, 4, 2) if given.quick else (500, 20, 20, 5)
    sweeping.report(*sizes, "2006-12" if given.quick else "2010-12")
    costs.report(repetitions=1 if given.quick else 3, cluster=not given.quick)


if __name__ == "__main__":
    main()
