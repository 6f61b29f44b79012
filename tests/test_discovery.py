"""Scenario discovery: a planted box is found, noise is called chance, limits read as they are."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from fake_sweeps import changed, cube, fake_sweep

from tajsim.cli import main
from tajsim.errors import UserError
from tajsim.exploration import discover
from tajsim.exploration.discovery import (
    DOUBT,
    Box,
    Search,
    boxes_of,
    find_box,
    find_boxes,
    make_cases,
)
from tajsim.sweeps.read import Sweep

EVERYTHING = slice(None)


def planted(places: np.ndarray) -> np.ndarray:
    """It happens where x1 is above 0.6 and x3 below 0.5: a fifth of the cube."""
    return ((places[:, 0] > 0.6) & (places[:, 2] < 0.5)).astype(float)


def search(values: np.ndarray, happens: np.ndarray) -> Search:
    return Search(values.T, frozenset(), happens, np.ones(len(happens)))


def with_errors(places: np.ndarray, share: float, seed: int = 4) -> np.ndarray:
    wrong = np.random.default_rng(seed).random(len(places)) < share
    return np.where(wrong, 1.0 - planted(places), planted(places))


def test_a_planted_box_is_found_with_its_limits() -> None:
    places = cube(400, 6)
    found = find_box(search(places, with_errors(places, 0.08)), np.ones(400, bool))
    assert found.inputs == [0, 2]
    assert found.low[0] == pytest.approx(0.6, abs=0.03)
    assert found.high[2] == pytest.approx(0.5, abs=0.03)
    assert 0 not in found.high
    assert 2 not in found.low


def test_two_boxes_by_covering_and_texts_as_sets() -> None:
    places = cube(600, 3)
    codes = np.floor(places[:, 2] * 4.0)
    values = np.column_stack([places[:, :2], codes])
    happens = ((values[:, 0] > 0.8) | ((values[:, 1] < 0.25) & np.isin(codes, [1, 3]))) * 1.0
    rows = Search(values.T, frozenset({2}), happens, np.ones(600))
    both = {tuple(box.inputs): box for box in find_boxes(rows)}
    assert set(both) == {(0,), (1, 2)}
    assert both[(0,)].low[0] == pytest.approx(0.8, abs=0.02)
    assert both[(1, 2)].high[1] == pytest.approx(0.25, abs=0.02)
    assert both[(1, 2)].without[2] == {0, 2}


def test_a_box_without_limits_holds_all_and_limits_are_kept_apart() -> None:
    values = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 1.0]])
    assert Box().holds(values).all()
    box = Box(low={0: 0.5}, high={0: 1.5}, without={1: frozenset({0})})
    assert box.holds(values).tolist() == [False, True, False]
    assert box.free(0).holds(values).tolist() == [False, True, True]


def cases_of(places: np.ndarray, happens: np.ndarray):  # type: ignore[no-untyped-def]
    table = pd.DataFrame(places, columns=[f"x{i + 1}" for i in range(places.shape[1])])
    return make_cases(table, happens, np.ones(len(places)))


def test_held_out_figures_are_near_the_truth_and_the_limits_are_sure() -> None:
    places = cube(400, 6)
    found = boxes_of(cases_of(places, with_errors(places, 0.08)), seed=1)[0]
    assert found.density == pytest.approx(0.92, abs=0.05)
    assert found.held_density == pytest.approx(0.90, abs=0.07)
    assert found.held_elsewhere < 0.15
    assert found.chance < 0.01
    assert all(chance < 0.001 for chance in found.doubts.values())


def test_noise_is_called_chance() -> None:
    """Of boxes in pure noise about one in twenty may pass; of ten here at most two."""
    passed = 0
    for seed in range(10):
        noise = (np.random.default_rng(seed).random(150) < 0.25) * 1.0
        found = boxes_of(cases_of(cube(150, 6, seed), noise), seed=1, most=1)
        passed += bool(found) and found[0].chance <= DOUBT
    assert passed <= 2


def test_too_few_points_to_hold_any_out_are_said() -> None:
    few = fake_sweep("grid", cube(8, 1), {"failed": lambda p: (p[:, 0] > 0.5) * 1.0})
    found = discover(few, "failed")
    assert np.isnan(found.boxes[0].chance)
    assert "Too few points to hold some out" in str(found)
    assert "8 points are few" in str(found)


def swept(runs: int = 3) -> Sweep:
    return fake_sweep("latin-hypercube", cube(200, 4), {"failed": planted}, runs=runs)


def test_discover_says_it_in_a_sentence() -> None:
    found = discover(swept(), "failed")
    text = str(found)
    pattern = (
        r"'The failed' holds in 100 % of runs where x1 is above 0\.\d+ and x3 is below 0\.\d+,"
    )
    assert re.search(pattern, text)
    assert "elsewhere" in text
    table = found.table()
    assert set(table["input"]) == {"x1", "x3"}
    assert table["density"].iloc[0] == pytest.approx(1.0)
    assert table["coverage"].iloc[0] == pytest.approx(1.0, abs=0.05)


def test_thresholds() -> None:
    places = cube(200, 2)
    sweep = fake_sweep("latin-hypercube", places, {"height": lambda p: p[:, 0]})
    usual = discover(sweep, "height")
    assert usual.cases.share == pytest.approx(0.25, abs=0.01)
    assert "(the highest quarter of runs)" in usual.threshold.text
    low = discover(sweep, "height", lowest=0.1)
    assert low.boxes[0].box.high[0] == pytest.approx(0.1, abs=0.03)
    fixed = discover(sweep, "height", above=0.7)
    assert fixed.boxes[0].box.low[0] == pytest.approx(0.7, abs=0.02)
    below = discover(sweep, "height", below=0.4)
    assert below.boxes[0].box.high[0] == pytest.approx(0.4, abs=0.02)


def test_the_scenario_is_an_input_where_there_are_several() -> None:
    one = swept(1)
    other = one.points.assign(scenario="irpt-ban")
    other.index = pd.Index([f"q{p}" for p in other.index], name="point")
    results = one.results.assign(point="q" + one.results["point"], failed=1.0)
    both = changed(
        one,
        points=pd.concat([one.points, other]),
        results=pd.concat([one.results, results], ignore_index=True),
    )
    found = discover(both, "failed")
    assert found.boxes[0].limits == {"scenario": "scenario is irpt-ban"}
    assert "scenario" not in discover(both, "failed", scenario="status-quo").cases.names


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"above": 2.0}, "in no run"),
        ({"below": 1.0}, "in every run"),
        ({"above": 0.5, "highest": 0.1}, "give only one"),
        ({"highest": 1.5}, "between 0 and 1"),
        ({"inputs": ["x9"]}, "unknown input 'x9'"),
        ({"scenario": "quo"}, "unknown scenario"),
    ],
)
def test_what_cannot_be_asked(chosen: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        discover(swept(1), "failed", **chosen)  # type: ignore[arg-type]


def test_the_command_line_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["discover", "no-such"], "--outcome"),
        (["discover", "no-such", "--outcome", "failed"], "no sweep is there"),
        (["discover", "no-such", "--outcome", "failed", "--boxes", "0"], "at least 1"),
        (["discover", "no-such", "--outcome", "failed", "--above", "x"], "'x' is not a number"),
    ):
        assert main(arguments) == 2
        assert words in capsys.readouterr().err


def test_against_the_ema_workbench() -> None:
    """Its PRIM, on the same table, has a box as good as ours on its way."""
    prim = pytest.importorskip("ema_workbench.analysis.prim")
    places = cube(400, 5)
    happens = with_errors(places, 0.1)
    table = pd.DataFrame(places, columns=list("abcde"))
    theirs = prim.Prim(table, happens.astype(bool), threshold=0.5, peel_alpha=0.05).find_box()
    way = theirs.peeling_trajectory
    mine = boxes_of(cases_of(places, happens), seed=1, most=1)[0]
    near = way[(way["coverage"] - mine.coverage).abs() < 0.06]
    assert mine.density >= near["density"].max() - 0.05
