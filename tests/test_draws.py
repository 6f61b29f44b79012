"""The consequences of keyed draws, and that they are uniform and independent."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray
from scipy import stats

from tajsim.axes import Array
from tajsim.draws import Draws, ReusedDrawError

SEED, RUNS, MONTH = 7, 20_000, 24_048
KEY = ("seizure", "network_01")

BITS = 52

#: Draws of seed 1, runs 0, 1 and 1,000,000: part of the results of every ensemble.
KNOWN = [0.9848770127567414, 0.9980935811850071, 0.6662232778654282]

#: Each test of chance below fails a good generator this rarely; its seed is fixed.
RARE = 1e-4


def uniform(seed=SEED, runs=RUNS, process=KEY[0], actor=KEY[1], month=MONTH):
    """Return fresh uniform draws of one key."""
    numbers = np.arange(runs) if isinstance(runs, int) else runs
    return Draws(seed, numbers).uniform(process, actor, month)


def bits(values: Array) -> NDArray[np.uint64]:
    """Return the 52 bits that stand before the half step of uniform draws."""
    return (values * 2.0**BITS).astype(np.uint64)


@given(st.integers(-(2**70), 2**70), st.integers(0, 999), st.integers(-1, 50_000))
@settings(max_examples=50, deadline=None)
def test_run_alone_equals_run_of_a_thousand(seed: int, run: int, month: int) -> None:
    alone = uniform(seed, np.array([run]), month=month)
    assert alone[0] == uniform(seed, 1000, month=month)[run]


def test_chunks_and_order_of_runs_change_nothing() -> None:
    order = np.arange(1000)[::-1].copy()
    order[[3, 500]] = order[[500, 3]]
    assert np.array_equal(uniform(runs=order), uniform(runs=1000)[order])
    assert np.array_equal(uniform(runs=np.array([17, 17])), uniform(runs=18)[[17, 17]])
    chunks = [uniform(runs=part) for part in np.array_split(np.arange(1000), 7)]
    assert np.array_equal(np.concatenate(chunks), uniform(runs=1000))


def test_earlier_draws_change_nothing() -> None:
    busy = Draws(SEED, np.arange(100))
    for month in range(5):
        for actor in ("mirzoev", "an inert extra actor"):
            busy.normal("purge", actor, month)
    assert np.array_equal(busy.uniform(*KEY, MONTH), uniform(runs=100))


def test_actors_drawn_together_get_what_they_get_alone() -> None:
    actors = ("network_01", "network_02", "network_03")
    together = Draws(SEED, np.arange(50)).uniform_each("seizure", actors, MONTH)
    assert np.array_equal(together, [uniform(runs=50, actor=actor) for actor in actors])
    fewer = Draws(SEED, np.arange(50)).uniform_each("seizure", actors[1:], MONTH)
    assert np.array_equal(together[1:], fewer)
    normal = Draws(SEED, np.arange(50)).normal_each("seizure", actors, MONTH)
    assert np.array_equal(normal[2], Draws(SEED, np.arange(50)).normal("seizure", actors[2], MONTH))


def test_each_part_of_the_key_changes_every_draw() -> None:
    others: list[dict[str, Any]] = [
        *({"seed": SEED + 1}, {"process": "fight"}, {"actor": "network_02"}),
        *({"month": MONTH + 1}, {"runs": np.arange(RUNS) + RUNS}),
    ]
    for other in others:
        assert not np.any(uniform() == uniform(**other))
    # One text run together, and a month that reads like the end of a name.
    for one, like in ((("ab", "c", 1), ("a", "bc", 1)), (("a", "b1", 1), ("a", "b", 11))):
        draws = Draws(SEED, np.arange(100))
        assert not np.any(draws.uniform(*one) == draws.uniform(*like))
    found = {float(uniform(seed=s, runs=1)[0]) for s in (0, 1, -1, 2**32, 2**64, 2**64 + 1, 2**80)}
    assert len(found) == 7


def test_known_values() -> None:
    """If these numbers change, all results do: say so in the change log under RESULTS."""
    draws = Draws(1, [0, 1, 1_000_000])
    found = draws.uniform("seizure", "network_01", 24_048)
    assert found == pytest.approx(KNOWN, abs=1e-13)


def test_a_reused_key_and_an_earlier_month_raise() -> None:
    draws = Draws(SEED, [0])
    draws.uniform(*KEY, MONTH)
    with pytest.raises(ReusedDrawError, match="network_01"):
        draws.uniform(*KEY, MONTH)
    with pytest.raises(ReusedDrawError, match=str(MONTH - 1)):
        draws.happens(*KEY, MONTH - 1, 0.5)
    with pytest.raises(ReusedDrawError):
        draws.uniform_each(KEY[0], ("network_00", KEY[1]), MONTH)
    with pytest.raises(ReusedDrawError):
        Draws(SEED, [0]).uniform_each(KEY[0], (KEY[1], KEY[1]), MONTH)


def even(counts: NDArray[Any]) -> float:
    """Return the probability of counts at least as uneven (chi-square, equal expectations)."""
    return float(stats.chisquare(counts.ravel()).pvalue)


def test_draws_stay_inside_the_open_interval() -> None:
    values = uniform(runs=1_000_000)
    assert 0.0 < values.min() < 1e-5
    assert 1.0 - 1e-5 < values.max() < 1.0
    assert np.all(np.isfinite(Draws(SEED, np.arange(1_000_000)).normal(*KEY, MONTH)))


@pytest.mark.parametrize("hashed", [0, 2**64 - 1])
def test_the_lowest_and_highest_hash_stay_inside_too(
    hashed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.draws._mix", lambda x: np.full_like(x, hashed))
    assert 0.0 < Draws(SEED, [0]).uniform(*KEY, MONTH)[0] < 1.0


def along(axis: str, count: int) -> Array:
    """Return draws whose keys differ along one axis only, ``(count,)``."""
    if axis == "run":
        return uniform(runs=count)
    draws = Draws(SEED, [3])
    if axis == "month":
        return np.array([draws.uniform(*KEY, month)[0] for month in range(count)])
    names = [f"x{i}" for i in range(count)]
    if axis == "actor":
        return draws.uniform_each("p", names, MONTH)[:, 0]
    if axis == "process":
        return np.array([draws.uniform(name, "a", MONTH)[0] for name in names])
    return np.array([uniform(seed=seed, runs=1)[0] for seed in range(count)])


@pytest.mark.parametrize("axis", ["run", "month", "actor", "process", "seed"])
def test_uniform_and_independent_along_each_part_of_the_key(axis: str) -> None:
    values = along(axis, 20_000)
    assert even(np.histogram(values, bins=100, range=(0, 1))[0]) > RARE
    assert stats.kstest(values, "uniform").pvalue > RARE
    for lag in (1, 2, 8):
        pairs = np.histogram2d(values[:-lag:2], values[lag::2][: len(values[:-lag:2])], bins=20)[0]
        assert even(pairs) > RARE
        assert abs(np.corrcoef(values[:-lag], values[lag:])[0, 1]) < 4 / np.sqrt(len(values))


def assert_random_bits(words: NDArray[np.uint64]) -> None:
    """Hold that words of 52 bits are as random words: each bit, and the highest and lowest six."""
    ones = np.array([((words >> np.uint64(b)) & np.uint64(1)).sum() for b in range(BITS)])
    apart = np.abs(ones - len(words) / 2).max() / np.sqrt(len(words) / 4)
    assert BITS * 2 * stats.norm.sf(apart) > RARE
    for six in (words >> np.uint64(BITS - 6), words & np.uint64(63)):
        assert even(np.bincount(six.astype(int), minlength=64)) > RARE


@pytest.mark.parametrize("bit", [0, 1, 7, 16, 31, 47])
def test_runs_that_differ_in_one_bit_have_unrelated_draws(bit: int) -> None:
    numbers = np.arange(100_000, dtype=np.int64)
    numbers = numbers[(numbers >> bit) & 1 == 0]  # else each pair would be counted twice
    assert_random_bits(bits(uniform(runs=numbers)) ^ bits(uniform(runs=numbers ^ (1 << bit))))


@pytest.mark.parametrize("axis", ["month", "actor", "process", "seed"])
def test_keys_differ_from_each_other_in_random_bits(axis: str) -> None:
    """Keys are combined by exclusive or, so its traces are what must have gone."""
    assert_random_bits(bits(uniform(runs=200_000)))
    text, other = axis in ("actor", "process"), {"actor": "x"} if axis != "actor" else {"month": 1}
    keys: list[Any] = ["a", "b"] if text else [1, 2]
    first, second = (bits(uniform(**{axis: key})) for key in keys)
    third, fourth = (bits(uniform(**{axis: key, **other})) for key in keys)
    for words in (first ^ second, first ^ third, first ^ second ^ third ^ fourth):
        assert_random_bits(words)


def test_normal_draws_are_normal() -> None:
    values = Draws(SEED, np.arange(400_000)).normal(*KEY, MONTH)
    assert stats.kstest(values[:50_000], "norm").pvalue > RARE
    assert abs(np.mean(values**4) - 3) < 4 * np.sqrt(96 / 400_000)


def test_happens_as_often_as_the_probability_says() -> None:
    chance = np.array([0.0, 1.0])
    assert Draws(SEED, [0, 1]).happens(*KEY, MONTH, chance).tolist() == [0.0, 1.0]
    for month, probability in enumerate((0.001, 0.1, 0.5, 0.99)):
        count = Draws(SEED, np.arange(100_000)).happens(*KEY, month, probability).sum()
        assert stats.binomtest(int(count), 100_000, probability).pvalue > RARE


def test_millions_of_keys_collide_no_more_than_chance_would() -> None:
    """Four million draws of 52 bits have 0.002 equal pairs by chance: none is expected."""
    draws = Draws(SEED, np.arange(40_000))
    found = [draws.uniform(p, a, m) for m in range(5) for p in "abcd" for a in "vwxyz"]
    values = np.sort(bits(np.concatenate(found)))
    assert len(values) == 4_000_000
    assert np.all(values[1:] != values[:-1])
