"""Draws for one run of the scalar market: keyed ones in plain integers, or a plain stream."""

from __future__ import annotations

import random
from hashlib import blake2b
from statistics import NormalDist
from typing import Protocol

_MASK = 2**64 - 1
_STANDARD = NormalDist()


class OneRunDraws(Protocol):
    """Where a scalar model gets its chance from."""

    def normal(self, process: str, actor: str, month: int) -> float:
        """Return a standard normal draw."""

    def uniform(self, process: str, actor: str, month: int) -> float:
        """Return a uniform draw between 0 and 1."""


def _mix(x: int) -> int:
    """Mix 64 bits (splitmix64's finaliser, Stafford's variant 13)."""
    x = (x + 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


class KeyedDraws:
    """The draws of one run as `tajsim.draws` defines them, written again in plain integers."""

    def __init__(self, seed: int, run: int) -> None:
        self._run_key = _mix(_mix(run) ^ _digest(f"seed\x1f{seed}"))

    def uniform(self, process: str, actor: str, month: int) -> float:
        """Return a uniform draw between 0 and 1."""
        bits = _mix(_mix(self._run_key ^ _digest(f"{process}\x1f{actor}\x1f{month}")))
        return ((bits >> 12) + 0.5) / 2**52

    def normal(self, process: str, actor: str, month: int) -> float:
        """Return a standard normal draw."""
        return _STANDARD.inv_cdf(self.uniform(process, actor, month))


class StreamDraws:
    """Draws as an ordinary modeller makes them: the next numbers of a generator."""

    def __init__(self, seed: int, run: int) -> None:
        stream = random.Random(f"{seed}-{run}")
        self._gauss, self._random = stream.gauss, stream.random

    def normal(self, process: str, actor: str, month: int) -> float:
        """Return a standard normal draw, whatever the key."""
        return self._gauss(0.0, 1.0)

    def uniform(self, process: str, actor: str, month: int) -> float:
        """Return a uniform draw, whatever the key."""
        return self._random()
