"""Keyed random draws: the only source of chance in the package.

A draw is a pure function of (seed, process, actor, month, run). Nothing is streamed, so run 17
of a thousand equals run 17 alone, a larger ensemble keeps the runs it had, and an actor who draws
nothing disturbs nobody. The generator is counter-based: a run key and a hashed counter are mixed
twice by a 64-bit finaliser (Stafford's variant 13, as in splitmix64). The counter itself is
hashed (BLAKE2b), because adding a plain counter to the key would make runs shifted copies of one
stream.
"""

import operator
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from tajsim.axes import Array

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)

#: The month number of draws made before the first month (parameters, start values).
AT_START = -1


class ReusedDrawError(RuntimeError):
    """A (process, actor, month) was drawn twice: the second draw would copy the first."""


def seed_errors(value: Any, name: str = "seed") -> list[str]:
    """Return one line if a value is no seed: a whole number, numpy's included, of 63 bits."""
    try:
        if not isinstance(value, bool) and abs(operator.index(value)) < 2**63:
            return []
    except TypeError:
        pass
    return [f"{name} must be a whole number of at most 63 bits, not {value!r}"]


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix 64 bits so that each input bit changes each output bit with probability one half."""
    x = x + _GOLDEN
    x ^= x >> _S30
    x *= _MIX_1
    x ^= x >> _S27
    x *= _MIX_2
    x ^= x >> _S31
    return x


def _counter(process: str, actor: str, month: int) -> np.uint64:
    """Hash one key to 64 bits. The separator keeps ('a', 'bc') apart from ('ab', 'c')."""
    digest = blake2b(f"{process}\x1f{actor}\x1f{month}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


class Draws:
    """Draws for the runs of one chunk of an ensemble.

    Args:
        seed: the seed of the ensemble, any integer.
        runs: the numbers of the runs, ``(run,)``; results depend on these numbers alone.
        again: make every draw anew, independent of those without it.

    Raises:
        ReusedDrawError: from every method, if a key is drawn again, or an earlier month of it.
    """

    def __init__(
        self, seed: int, runs: Sequence[int] | NDArray[np.int64], again: bool = False
    ) -> None:
        self.seed = int(seed)
        self.runs = np.asarray(runs, dtype=np.int64)
        word = "seed again" if again else "seed"
        seed_digest = blake2b(f"{word}\x1f{self.seed}".encode(), digest_size=8).digest()
        seed_bits = np.uint64(int.from_bytes(seed_digest, "little"))
        self._run_key = _mix(_mix(self.runs.astype(np.uint64)) ^ seed_bits)
        self._last_month: dict[tuple[str, str], int] = {}
        #: Where it is not None, only these processes have events (the spin-up).
        self.lively: frozenset[str] | None = None

    def uniform(self, process: str, actor: str, month: int) -> Array:
        """Return ``(run,)`` uniform draws in the open interval (0, 1)."""
        result: Array = self.uniform_each(process, (actor,), month)[0]
        return result

    def uniform_each(self, process: str, actors: Sequence[str], month: int) -> Array:
        """Return ``(actor, run)`` uniform draws, each actor's the same as drawn for it alone.

        All are just below 1 where the process has no events now: nothing short of certain happens.
        """
        if self.lively is not None and process not in self.lively:
            return np.full((len(actors), len(self.runs)), 1.0 - 0.5 * 2.0**-52)
        return self._uniform_each(process, actors, month)

    def _uniform_each(self, process: str, actors: Sequence[str], month: int) -> Array:
        for actor in actors:
            key = (process, actor)
            if self._last_month.get(key, AT_START - 1) >= month:
                raise ReusedDrawError(f"draw {key} was already made for month {month} or later")
            self._last_month[key] = month
        counters = np.array([_counter(process, actor, month) for actor in actors])
        bits = _mix(_mix(self._run_key ^ counters[:, None]))
        # The half step keeps 0 and 1 out, so logarithms and normal quantiles stay finite. With one
        # bit more it would round, and reach 1.
        result: Array = ((bits >> _S12).astype(np.float64) + 0.5) * 2.0**-52
        return result

    def normal(self, process: str, actor: str, month: int) -> Array:
        """Return ``(run,)`` standard normal draws (the quantile of one uniform draw each)."""
        result: Array = self.normal_each(process, (actor,), month)[0]
        return result

    def normal_each(self, process: str, actors: Sequence[str], month: int) -> Array:
        """Return ``(actor, run)`` standard normal draws."""
        result: Array = ndtri(self._uniform_each(process, actors, month))
        return result

    def happens(self, process: str, actor: str, month: int, probability: Array | float) -> Array:
        """Return ``(run,)`` ones where an event of the given probability happens, else zeros."""
        return (self.uniform(process, actor, month) < probability).astype(np.float64)
