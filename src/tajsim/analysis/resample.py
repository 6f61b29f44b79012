"""Resampling of runs, from keyed draws: the same ensemble always has the same intervals."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from tajsim.axes import Array
from tajsim.draws import AT_START, Draws

SAMPLES = 400


@lru_cache(maxsize=2)
def counts_of_runs(runs: int, seed: int, samples: int = SAMPLES) -> Array:
    """Return ``(sample, run)``: how often each run is in a sample of ``runs`` with replacement."""
    places = [f"place {number}" for number in range(runs)]
    u = Draws(seed, np.arange(samples)).uniform_each("resampled run", places, AT_START)
    chosen = (u * runs).astype(np.intp)  # (place, sample)
    counts = np.zeros((samples, runs))
    np.add.at(counts, (np.broadcast_to(np.arange(samples), chosen.shape), chosen), 1.0)
    counts.flags.writeable = False
    return counts


@lru_cache(maxsize=2)
def orders(length: int, seed: int, samples: int) -> np.ndarray:
    """Return ``(sample, length)`` random orders of 0 to ``length - 1``."""
    places = [f"place {number}" for number in range(length)]
    u = Draws(seed, np.arange(samples)).uniform_each("random order", places, AT_START)
    order = np.argsort(u, axis=0).T
    order.flags.writeable = False
    return order
