"""Verdicts by hand and by property; signs: the shipped file, its mistakes, a small run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, strategies as st

import tajsim.analysis.signs as signs_run
import tajsim.analysis.verdicts as verdicts
from tajsim.analysis.signs import signs, signs_text
from tajsim.analysis.verdicts import FAILS, HOLDS, NEGLIGIBLE, TURNS, UNDECIDED
from tajsim.inputs.scenario_parts import Scenario
from tajsim.inputs.signs import Contrast, Sign, load_signs, read_signs

UP = [1.0, 2.0, 3.0]  # mean 2, 90 % interval 0.31 to 3.69
AROUND = [-1.0, 0.0, 1.0]  # mean 0, 90 % interval -1.69 to 1.69


@pytest.mark.parametrize(
    ("values", "sense", "smallest", "whole", "expected"),
    [
        (UP, "higher", 2.0, None, HOLDS),
        (UP, "higher", 2.0, UP, HOLDS),
        (UP, "higher", 2.1, None, NEGLIGIBLE),
        (UP, "higher", 2.0, [-1.0, -2.0, -3.0], TURNS),
        (UP, "higher", 2.0, AROUND, HOLDS),
        (UP, "lower", 0.1, None, FAILS),
        (AROUND, "higher", 1.0, None, UNDECIDED),
        (AROUND, "higher", 1.7, None, FAILS),  # no room for an effect of 1.7
        ([0.0, 0.0, 0.0], "higher", 0.0, None, FAILS),
        ([2.0], "higher", 1.0, None, UNDECIDED),
        (UP, "same", 2.0, None, HOLDS),
        (UP, "same", 1.0, None, UNDECIDED),
        (UP, "same", 0.3, None, FAILS),
        (UP, "at_least", 2.0, None, HOLDS),
        (UP, "at_least", 3.0, None, UNDECIDED),
        (UP, "at_most", 2.0, None, HOLDS),
        (UP, "at_most", -0.1, None, FAILS),
        ([np.nan, *UP], "higher", 2.0, None, HOLDS),
    ],
)
def test_verdict_by_hand(
    values: list[float], sense: str, smallest: float, whole: list[float] | None, expected: str
) -> None:
    horizon = None if whole is None else np.array(whole)
    assert verdicts.verdict(np.array(values), sense, smallest, horizon) == expected


def test_smallest_effect_by_hand() -> None:
    level = np.array([8.0, 10.0, 12.0])  # mean 10, spread 2
    # A fifth of the spread; 5 % of the level; 1 % of it.
    for values, least in ((level, 0.4), (level * [1, 0, 2], 1.6 / 3), (np.full(3, 10.0), 0.1)):
        assert verdicts.smallest_effect(values) == pytest.approx(least)
        assert verdicts.smallest_effect(-values) == pytest.approx(least)
    sizes = {"level": 5.0, "spread": 1.0, "points": 0.005, "absolute": 0.5, "count": 0.5}
    for unit, expected in sizes.items():
        assert verdicts.smallest_effect(level, 0.5, unit) == pytest.approx(expected)


RUNS = st.lists(st.integers(-50, 50), min_size=2, max_size=12)
OTHER = {"higher": "lower", "lower": "higher"}


@given(RUNS, RUNS, st.sampled_from(sorted(OTHER)), st.integers(0, 30), st.sampled_from([0.5, 4.0]))
def test_verdicts_keep_order_and_scale(
    runs: list[int], whole: list[int], sense: str, smallest: int, scale: float
) -> None:
    values, horizon = np.array(runs, dtype=float), np.array(whole, dtype=float)
    found = verdicts.verdict(values, sense, smallest, horizon)
    scaled = verdicts.verdict(scale * values, sense, scale * smallest, scale * horizon)
    assert found == scaled
    assert found == verdicts.verdict(-values, OTHER[sense], smallest, -horizon)
    if found == HOLDS:
        assert verdicts.verdict(values, OTHER[sense], smallest) == FAILS
        assert verdicts.verdict(values, "at_least", smallest) == HOLDS or sense == "lower"
        assert verdicts.verdict(values, sense, smallest / 2, horizon) == HOLDS
    if found in (FAILS, NEGLIGIBLE):
        assert verdicts.verdict(values, sense, smallest + 1, horizon) not in (HOLDS, TURNS)


def test_shipped_signs() -> None:
    shipped = load_signs()
    assert len(shipped.signs) >= 90
    for sign in shipped.signs.values():
        assert sign.level or shipped.pairs[sign.change].reference is not None
    withdrawn = shipped.pairs["backing-withdrawn"]
    assert (withdrawn.first, withdrawn.window([6, 65])) == ("2008-01", ("2008-07", "2013-06"))
    assert shipped.size(shipped.signs["migrants-home-strain"]) == (0.25, "level")
    assert shipped.signs["bad-years-failure"].asked == 1000


GOOD = (Path(__file__).with_name("data") / "signs.toml").read_text(encoding="utf-8")


def paired(data: xr.Dataset, other: bool = False, **keys: Any) -> list[list[float]]:
    """Return effect, effect over the horizon and level of a sign on results made by hand."""
    fields = {"id": "s", "change": "c", "outcome": "pay", "sense": "higher", "line": 1}
    fields |= {"document": "icg-2016", "mechanisms": ["M47"], "window": [0, 5]}
    sign = Sign.model_validate({**fields, **keys}).model_copy(update={"outcome": "level"})
    names = ("before", "after", "third")
    before, after, third = (Scenario(n, "t", "q", None, "2004-01", "2005-12") for n in names)
    beyond = Contrast(third, before, "2004-01") if other else None
    trial = signs_run._Trial(sign, Contrast(after, before, "2004-01"), beyond, 2)
    sides = [side.name for side in trial.sides]
    measured = {("s", n): signs_run._measure(data.sel(scenario=[n]), trial) for n in sides}
    return [part.tolist() for part in signs_run._paired(trial, measured)]


def test_the_quantity_of_a_sign_by_hand(by_hand: Callable[..., xr.Dataset]) -> None:
    data = by_hand([[10.0, 20.0], [13.0, 24.0], [11.0, 22.0]])
    data["level"][1, 12:] -= 10.0  # the effect of 3 and 4 turns to -7 and -6 after a year
    assert paired(data) == [[3.0, 4.0], [-2.0, -1.0], [10.0, 20.0]]
    assert paired(data, passing=True)[1] == [3.0, 4.0]
    assert paired(data, other=True)[0] == [2.0, 2.0]
    later = {"window": [12, 23], "since": [0, 11]}
    assert paired(data, **later)[0] == [-10.0, -10.0]
    assert paired(data, **later, level=True)[::2] == [[-10.0, -10.0], [13.0, 24.0]]
    assert paired(data, above=13.0) == [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]


def test_a_sign_is_simulated_in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(signs_run, "load_signs", lambda: read_signs(GOOD))
        table = signs(runs=2)
    row = table.iloc[0]
    assert (row["verdict"], row["window"], row["runs"]) == (HOLDS, "2004-03 to 2004-05", 2)
    assert row["effect"] > 5.0
    assert "1 signs: 1 hold." in signs_text(table)


def test_a_sign_near_its_smallest_size_has_more_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs_run, "RUNS_OF_YES_OR_NO", 220)
    size = 5.0
    for runs in (200, 220):
        near = GOOD.replace("smallest = 5", f"smallest = {size}")
        monkeypatch.setattr(signs_run, "load_signs", lambda text=near: read_signs(text))
        row = signs().iloc[0]
        assert row["runs"] == runs
        size = row["effect"]
