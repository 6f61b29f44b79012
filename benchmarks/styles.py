"""Two styles for a rule: numpy with masks, or a scalar function compiled over the run axis.

``python -m benchmarks.styles`` times route choice, clearing and learning in both. numba is only
needed here; without it the numpy side is printed alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.speed import machine
from tajsim.axes import Array
from tajsim.rules.border_guard import clear
from tajsim.rules.drug_market import learn, way_shares

SIZES, WAYS, NETWORKS, BLOCK = (1, 100, 1000), 6, 40, 8
Kernel = Callable[..., tuple[Array, Array, Array, Array]]


def with_masks(
    old: Array,
    belief: Array,
    toll: Array,
    detection: Array,
    collusion: Array,
    bought: Array,
    access: Array,
    luck: Array,
    sensitivity: Array,
    season: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return shares, arranged, seized, beliefs, by the rules of the package."""
    one = np.ones_like(belief)
    slope = np.zeros_like(sensitivity)
    pull = {"route_sensitivity": sensitivity, "terrain_cross": slope, "clock_season": season}
    share = way_shares(old, one, one, belief, toll, **pull).shares
    load = bought * share
    nobody = np.zeros_like(access)
    _, arranged, seized = clear(load, detection, collusion, access, luck, nobody)
    return share, arranged, seized, learn(belief, load, seized, clock_season=season)


def scalar_rule(
    old: Any,
    belief: Any,
    toll: Any,
    detection: Any,
    collusion: Any,
    bought: float,
    access: float,
    luck: float,
    sensitivity: float,
    season: float,
    share: Any,
    arranged: Any,
    seized: Any,
    new: Any,
) -> None:
    """Fill the four results ``(way,)`` of one run, with plain ifs."""
    usual, whole = 0.0, 0.0
    for w in range(len(old)):
        usual += (belief[w] + toll[w]) / len(old)
    for w in range(len(old)):
        share[w] = math.exp(-sensitivity * (belief[w] + toll[w]) / (usual + 1e-9))
        whole += share[w]
    for w in range(len(old)):
        share[w] = old[w] + (share[w] / whole - old[w]) / season
        load = bought * share[w]
        chance = detection[w] * luck
        if chance > 1.0:
            chance = 1.0
        arranged[w] = load * collusion[w] * access
        seized[w] = (load - arranged[w]) * chance
        new[w] = belief[w] + (seized[w] / max(load, 1e-9) - belief[w]) / season


def over_runs(compiler: Any) -> Kernel:
    """Return the scalar rule compiled over the run axis (numba's ``njit``)."""
    one = compiler(scalar_rule, inline="always", error_model="numpy")

    def loop(
        old: Any, belief: Any, toll: Any, detection: Any, collusion: Any, bought: Any, access: Any,
        luck: Any, sensitivity: Any, season: Any,
    ) -> Any:  # fmt: skip
        share, arranged = np.empty_like(old), np.empty_like(old)
        seized, new = np.empty_like(old), np.empty_like(old)
        for r in range(old.shape[-1]):
            one(
                old[:, r], belief[:, r], toll[:, r], detection[:, r], collusion[:, r], bought[r],
                access[r], luck[r], sensitivity[r], season[r], share[:, r], arranged[:, r],
                seized[:, r], new[:, r],
            )  # fmt: skip
        return share, arranged, seized, new

    kernel: Kernel = compiler(loop, error_model="numpy")
    return kernel


def inputs(runs: int, *networks: int) -> list[Array]:
    """Return random inputs of the kernel for one network, or for many side by side."""
    random = np.random.default_rng(1)
    by_way = [random.uniform(0.0, 1.0, (WAYS, *networks, runs)) for _ in range(5)]
    by_way[0] /= by_way[0].sum(axis=0)
    by_run = [random.uniform(0.1, 2.0, (*networks, runs)) for _ in range(3)]
    return [*by_way, *by_run, random.uniform(0.1, 1.0, runs), random.uniform(2.0, 5.0, runs)]


def microseconds(kernel: Kernel, arguments: list[Array]) -> float:
    """Return the best time of a call out of several rounds."""
    calls = max(3, int(0.05 / _once(kernel, arguments)))
    rounds = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(calls):
            kernel(*arguments)
        rounds.append((time.perf_counter() - start) / calls)
    return min(rounds) * 1e6


def _once(kernel: Kernel, arguments: list[Array]) -> float:
    kernel(*arguments)
    start = time.perf_counter()
    kernel(*arguments)
    return time.perf_counter() - start


def compiled() -> tuple[Kernel, str] | None:
    """Return the compiled kernel and what compiling cost, or None without numba."""
    start = time.perf_counter()
    try:
        import numba
    except ImportError:
        return None
    loaded = time.perf_counter()
    kernel = over_runs(numba.njit)
    kernel(*inputs(2))
    cost = f"import {loaded - start:.1f} s, compile {time.perf_counter() - loaded:.1f} s"
    return kernel, f"numba {numba.__version__}: {cost}"


def main() -> None:
    """Print microseconds for 40 networks a month in each style."""
    found = compiled()
    # Once so much was freed, glibc keeps what later calls free: styles are timed, not page faults.
    np.empty(31 << 20, np.uint8)
    print(f"machine: {machine()}")
    print(found[1] if found else "numba is not installed: numpy alone")
    print(f"microseconds for route choice, clearing and learning of {NETWORKS} networks;")
    print("numpy with masks for so many networks a call, and a compiled scalar rule")
    blocks = (1, BLOCK, NETWORKS)
    titles = [*(f"{block} a call" for block in blocks), "compiled", "best numpy/compiled"]
    print("    runs" + "".join(f"  {title:>10}" for title in titles))
    for runs in SIZES:
        times = [
            NETWORKS // block * microseconds(with_masks, inputs(runs, block)) for block in blocks
        ]
        line = f"{runs:8d}" + "".join(f"  {value:10.0f}" for value in times)
        if found:
            kernel, one = found[0], inputs(runs)
            for ours, theirs in zip(with_masks(*one), kernel(*one), strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-12)
            fast = NETWORKS * microseconds(kernel, one)
            line += f"  {fast:10.0f}  {min(times) / fast:19.2f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
