"""Sensitivity: known functions give their known indices; chance is told apart; errors."""

import re
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import refused
from fake_sweeps import changed, cube, fake_sweep

import tajsim.exploration.discovery as discovery
from tajsim.errors import UserError
from tajsim.exploration import discover, robust, sensitivity
from tajsim.exploration.robustness import least_regret, regret, together
from tajsim.exploration.sensitivity import divide
from tajsim.sweeps.design import salib_problem
from tajsim.sweeps.read import Sweep


def ishigami(places: np.ndarray) -> np.ndarray:
    """Ishigami and Homma's function on the unit cube; its indices are known exactly."""
    x = (2.0 * places - 1.0) * np.pi
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def saltelli(base: int, **more: Any) -> Sweep:
    sampler = pytest.importorskip("SALib.sample.sobol")
    problem = salib_problem(["x1", "x2", "x3"])
    places = sampler.sample(problem, base, calc_second_order=False, seed=5)
    options = {"base": base}
    return fake_sweep("sobol", places, {"height": ishigami}, options=options, **more)


def walks(count: int, answer: Any, factors: int = 4, **more: Any) -> Sweep:
    sampler = pytest.importorskip("SALib.sample.morris")
    problem = salib_problem([f"x{i + 1}" for i in range(factors)])
    walks = [sampler.sample(problem, 1, num_levels=4, seed=k) for k in range(count)]
    places = np.concatenate(walks)
    options = {"trajectories": count}
    return fake_sweep("morris", places, {"height": answer}, options=options, **more)


def of(found: Any, index: str) -> dict[str, float]:
    table = found.indices[found.indices["index"] == index]
    return dict(zip(table["factor"], table["value"], strict=True))


def test_sobol_indices_of_ishigami() -> None:
    found = sensitivity(saltelli(2048, bases=["documented", "assumption", "assumption"]))
    assert found.method == "Sobol indices"
    first, total = of(found, "first"), of(found, "total")
    exact = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
    for name, (alone, whole) in exact.items():
        assert first[name] == pytest.approx(alone, abs=0.03)
        assert total[name] == pytest.approx(whole, abs=0.03)
    table = found.indices
    assert table["value"].between(table["low"], table["high"]).all()
    assert set(found.indices["basis"]) == {"documented", "assumption"}


def test_luck_alike_at_every_point_is_in_no_index_and_luck_apart_is_told() -> None:
    calm = sensitivity(saltelli(256))
    alike = sensitivity(saltelli(256, runs=4, alike=50.0))
    assert of(alike, "total") == pytest.approx(of(calm, "total"), abs=1e-6)
    assert alike.chance["alike"][0] > 0.9
    assert alike.chance["floor"][0] < 1e-6
    noisy = sensitivity(saltelli(256, runs=4, apart=4.0))
    # 16 of variance beside Ishigami's 13.84, a quarter of it in the mean of four runs.
    assert noisy.chance["apart"][0] == pytest.approx(16 / 29.84, abs=0.05)
    assert noisy.chance["floor"][0] == pytest.approx(4 / 17.84, abs=0.04)
    assert calm.chance["factors"].isna().all(), "one run a point tells nothing about luck"
    assert "cannot be separated" in str(calm)


def test_the_division_of_variance_is_that_of_a_balanced_table() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(40, 1)) * 3 + rng.normal(size=(1, 6)) * 2 + rng.normal(size=(40, 6))
    mean_p, mean_r = values.mean(1), values.mean(0)
    left = values - mean_p[:, None] - mean_r + values.mean()
    apart = (left**2).sum() / (39 * 5)
    points, runs = mean_p.var(ddof=1) - apart / 6, mean_r.var(ddof=1) - apart / 40
    found = divide(values)
    whole = apart + points + runs
    expected = (points / whole, runs / whole, apart / whole)
    assert (found.factors, found.alike, found.apart) == pytest.approx(expected, rel=1e-6)
    assert found.floor == pytest.approx(apart / 6 / mean_p.var(ddof=1), rel=1e-6)
    with_a_gap = np.hstack([values, np.where(np.arange(40)[:, None] == 3, np.nan, values[:, :1])])
    assert divide(with_a_gap).floor == pytest.approx(found.floor), "over the runs that all have"


def test_morris_finds_size_sign_and_bends() -> None:
    def answer(p: np.ndarray) -> np.ndarray:
        return 10.0 * p[:, 0] - 4.0 * p[:, 1] + 8.0 * p[:, 2] * (p[:, 0] - 0.5)

    found = sensitivity(walks(40, answer, bases=["derived", "assumption", "assumption", "derived"]))
    assert found.method == "Morris screening"
    star, mu, sigma = (of(found, index) for index in ("mu_star", "mu", "sigma"))
    assert star["x2"] == pytest.approx(4.0)
    assert mu["x2"] == pytest.approx(-4.0)
    assert sigma["x2"] == pytest.approx(0.0, abs=1e-9)
    assert star["x4"] == 0.0
    assert sigma["x3"] > 1.0, "it acts with x1 alone"
    # Which effect is chance is told too.
    found = sensitivity(walks(60, lambda p: 5.0 * p[:, 0], runs=4, apart=1.0))
    table = found.indices[found.indices["index"] == "mu_star"].set_index("factor")
    idle = table.loc[["x2", "x3", "x4"]]
    assert idle["value"].to_numpy() == pytest.approx(idle["chance"].to_numpy(), rel=0.4)
    assert table.loc["x1", "value"] > 4 * table.loc["x1", "chance"]


def test_other_designs_get_rank_correlations_and_say_so() -> None:
    places = cube(200, 3)
    answer = lambda p: np.exp(3.0 * p[:, 0]) - 2.0 * p[:, 1]  # noqa: E731
    found = sensitivity(fake_sweep("latin-hypercube", places, {"height": answer}))
    known = of(found, "correlation")
    assert known["x1"] > 0.9 and -0.4 < known["x2"] < -0.05 and abs(known["x3"]) < 0.1
    table = found.indices
    assert table["value"].between(table["low"], table["high"], inclusive="neither").all()
    assert "no indices of its own" in str(found)
    few = fake_sweep("latin-hypercube", places[:9], {"height": answer})
    refused("9 points are too few", sensitivity, few)


def test_incomplete_base_rows_are_left_out_and_counted() -> None:
    whole = saltelli(16)
    gone = whole.points.index[[0, 7]]
    part = changed(whole, results=whole.results[~whole.results["point"].isin(gone)])
    found = sensitivity(part)
    assert found.chance["points"][0] == 14 * 5
    assert any("10 of 80 points are left out" in note for note in found.notes)


def test_what_has_no_ranks() -> None:
    with pytest.raises(UserError, match="same mean at every point"):
        sensitivity(fake_sweep("latin-hypercube", cube(30, 2), {"flat": lambda p: 0.0 * p[:, 0]}))
    sweep = fake_sweep("latin-hypercube", cube(30, 2), {"height": lambda p: p[:, 0]})
    refused("no factors", sensitivity, changed(sweep, factors=sweep.factors.iloc[:0]))


# Robustness: regret and satisficing by hand, portfolios in the same worlds, where they fail.


#: Two portfolios and a third in three worlds.
VALUES = np.array([[10.0, 2.0, 6.0], [8.0, 5.0, 6.0], [1.0, 9.0, 0.0]])


def test_regret_and_its_least_by_hand() -> None:
    assert regret(VALUES, 1).tolist() == [[0, 7, 0], [2, 4, 0], [9, 0, 6]]
    assert regret(VALUES, -1).tolist() == [[9, 0, 6], [7, 3, 6], [0, 7, 0]]
    regrets = regret(VALUES, 1)
    assert least_regret(regrets) == 1  # 4 against 7 and 9
    assert least_regret(regrets, np.array([1.0, 0.0, 2.0])) == 0
    flat = np.full_like(VALUES, 3.0)  # several goals count in their own spread
    regrets = [regret(VALUES, 1), regret(flat, 1)]
    scaled = together(regrets, [VALUES, flat])
    assert scaled == pytest.approx(regret(VALUES, 1) / VALUES.std())
    assert together(regrets[:1], [VALUES]) is regrets[0]


def grid() -> Sweep:
    """A lever of three values and one uncertain factor of five, all crossed."""
    places = np.array(list(product([0.0, 0.5, 1.0], [0.0, 0.25, 0.5, 0.75, 1.0])))

    def good(p: np.ndarray) -> np.ndarray:
        return 10.0 * p[:, 0] - 12.0 * p[:, 0] ** 2 * p[:, 1]

    answers = {"good": good, "cost": lambda p: p[:, 0]}
    sweep = fake_sweep("grid", places, answers, runs=6, names=["pay", "threat"], alike=0.5)
    sweep.factors.loc["pay", "role"] = "lever"
    return sweep


def test_portfolios_meet_in_the_same_worlds() -> None:
    found = robust(grid(), {"good": "high"})
    assert found.levers == ("pay",)
    assert found.states == 5 * 6
    table = found.table.set_index("pay")
    # Luck is alike at every point, so it is in no regret: the best is 10 - 12 t or 5 - 3 t or 0.
    threats = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    payoffs = np.array([0.0 * threats, 5.0 - 3.0 * threats, 10.0 - 12.0 * threats])
    expected = (payoffs.max(axis=0) - payoffs).max(axis=1)
    assert table["regret_max"].to_numpy() == pytest.approx(expected)
    assert table.index[found.recommended] == 1.0
    assert found.table["chosen"].sum() == pytest.approx(1.0)
    assert "Recommended: pay=1, whose largest regret (4) is the smallest" in str(found)
    both = robust(grid(), {"good": "high", "cost": "low"})
    assert both.unit == "standard deviations of the worse goal"
    assert both.goals == {"good": 1, "cost": -1}


def test_portfolios_that_share_no_world_are_refused() -> None:
    scattered = fake_sweep("latin-hypercube", cube(30, 2), {"good": lambda p: p[:, 0]})
    with pytest.raises(UserError, match="no state of the world has a run of all 30 portfolios"):
        robust(scattered, {"good": "high"}, levers=["x1"])
    assert len(robust(scattered, {"good": "high"}, levers=["x1", "x2"]).table) == 30
    refused("no factor of this sweep is a lever", robust, scattered, {"good": "high"})
    sweep = grid()  # worlds that are not complete are left out
    part = changed(sweep, results=sweep.results.drop(index=[3, 40]))
    found = robust(part, {"good": "high"})
    assert found.states == 28
    assert "2 states are left out" in str(found)


# Scenario discovery: a planted box is found, noise is called chance, limits read as they are.


def planted(places: np.ndarray) -> np.ndarray:
    """It happens where x1 is above 0.6 and x3 below 0.5: a fifth of the cube."""
    return ((places[:, 0] > 0.6) & (places[:, 2] < 0.5)).astype(float)


def search(values: np.ndarray, happens: np.ndarray) -> discovery.Search:
    return discovery.Search(values.T, frozenset(), happens, np.ones(len(happens)))


def with_errors(places: np.ndarray, share: float, seed: int = 4) -> np.ndarray:
    wrong = np.random.default_rng(seed).random(len(places)) < share
    return np.where(wrong, 1.0 - planted(places), planted(places))


def test_a_planted_box_is_found_with_its_limits() -> None:
    places = cube(400, 6)
    found = discovery.find_box(search(places, with_errors(places, 0.08)), np.ones(400, bool))
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
    rows = discovery.Search(values.T, frozenset({2}), happens, np.ones(600))
    both = {tuple(box.inputs): box for box in discovery.find_boxes(rows)}
    assert set(both) == {(0,), (1, 2)}
    assert both[(0,)].low[0] == pytest.approx(0.8, abs=0.02)
    assert both[(1, 2)].high[1] == pytest.approx(0.25, abs=0.02)
    assert both[(1, 2)].without[2] == {0, 2}


def test_a_box_without_limits_holds_all_and_limits_are_kept_apart() -> None:
    values = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 1.0]])
    assert discovery.Box().holds(values).all()
    box = discovery.Box(low={0: 0.5}, high={0: 1.5}, without={1: frozenset({0})})
    assert box.holds(values).tolist() == [False, True, False]
    assert box.free(0).holds(values).tolist() == [False, True, True]


def cases_of(places: np.ndarray, happens: np.ndarray):  # type: ignore[no-untyped-def]
    table = pd.DataFrame(places, columns=[f"x{i + 1}" for i in range(places.shape[1])])
    return discovery.make_cases(table, happens, np.ones(len(places)))


def test_held_out_figures_are_near_the_truth_and_the_limits_are_sure() -> None:
    places = cube(400, 6)
    found = discovery.boxes_of(cases_of(places, with_errors(places, 0.08)), seed=1)[0]
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
        found = discovery.boxes_of(cases_of(cube(150, 6, seed), noise), 1, most=1)
        passed += bool(found) and found[0].chance <= discovery.DOUBT
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
    table = found.tables()["boxes"]
    assert set(table["input"]) == {"x1", "x3"}
    assert table["density"].iloc[0] == pytest.approx(1.0)
    assert table["coverage"].iloc[0] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("given", "side", "limit"),
    [({"lowest": 0.1}, "high", 0.1), ({"above": 0.7}, "low", 0.7), ({"below": 0.4}, "high", 0.4)],
)
def test_thresholds(given: dict[str, float], side: str, limit: float) -> None:
    sweep = fake_sweep("latin-hypercube", cube(200, 2), {"height": lambda p: p[:, 0]})
    usual = discover(sweep, "height")
    assert usual.cases.share == pytest.approx(0.25, abs=0.01)
    assert "(the highest quarter of runs)" in usual.threshold.text
    found = discover(sweep, "height", **given)
    assert getattr(found.boxes[0].box, side)[0] == pytest.approx(limit, abs=0.02)


def test_the_scenario_is_an_input_where_there_are_several() -> None:
    one = swept(1)
    other = one.points.assign(scenario="irpt-ban")
    other.index = pd.Index([f"q{p}" for p in other.index], name="point")
    results = one.results.assign(point="q" + one.results["point"], failed=1.0)
    points = pd.concat([one.points, other])
    both = changed(one, points=points, results=pd.concat([one.results, results], ignore_index=True))
    found = discover(both, "failed")
    assert found.boxes[0].limits == {"scenario": "scenario is irpt-ban"}
    assert "scenario" not in discover(both, "failed", scenario="status-quo").cases.names
