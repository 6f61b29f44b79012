"""Sensitivity: known functions give their known indices; chance is told apart; errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fake_sweeps import changed, cube, fake_sweep

import tajsim.errors as errors
from tajsim.cli import main
from tajsim.errors import UserError
from tajsim.exploration import sensitivity
from tajsim.exploration.sensitivity import divide
from tajsim.sweeps.read import Sweep

UNIT = [0.0, 1.0]


def ishigami(places: np.ndarray) -> np.ndarray:
    """Ishigami and Homma's function on the unit cube; its indices are known exactly."""
    x = (2.0 * places - 1.0) * np.pi
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def problem(count: int) -> dict[str, Any]:
    return {
        "num_vars": count,
        "names": [f"x{i + 1}" for i in range(count)],
        "bounds": [UNIT] * count,
    }


def saltelli(base: int, second: bool = True, **more: Any) -> Sweep:
    sampler = pytest.importorskip("SALib.sample.sobol")
    places = sampler.sample(problem(3), base, calc_second_order=second, seed=5)
    options = {"base": base, "second_order": second}
    return fake_sweep("sobol", places, {"height": ishigami}, options=options, **more)


def walks(count: int, answer: Any, factors: int = 4, **more: Any) -> Sweep:
    sampler = pytest.importorskip("SALib.sample.morris")
    places = np.concatenate(
        [sampler.sample(problem(factors), 1, num_levels=4, seed=k) for k in range(count)]
    )
    options = {"trajectories": count, "levels": None}
    return fake_sweep("morris", places, {"height": answer}, options=options, **more)


def of(found: Any, index: str) -> dict[str, float]:
    table = found.indices[found.indices["index"] == index]
    return dict(zip(table["factor"], table["value"], strict=True))


@pytest.mark.parametrize("second", [True, False])
def test_sobol_indices_of_ishigami(second: bool) -> None:
    found = sensitivity(saltelli(2048, second, bases=["documented", "assumption", "assumption"]))
    assert found.method == "Sobol indices"
    first, total = of(found, "first"), of(found, "total")
    exact = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
    for name, (alone, whole) in exact.items():
        assert first[name] == pytest.approx(alone, abs=0.03)
        assert total[name] == pytest.approx(whole, abs=0.03)
    inside = (found.indices["low"] <= found.indices["value"]) & (
        found.indices["value"] <= found.indices["high"]
    )
    assert inside.all()
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
    values[rng.random(values.shape) < 0.15] = np.nan
    gaps = divide(values)
    assert gaps.factors == pytest.approx(found.factors, abs=0.08)


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


def test_morris_says_which_effect_is_chance() -> None:
    found = sensitivity(walks(60, lambda p: 5.0 * p[:, 0], runs=4, apart=1.0))
    table = found.indices[found.indices["index"] == "mu_star"].set_index("factor")
    idle = table.loc[["x2", "x3", "x4"]]
    assert idle["value"].to_numpy() == pytest.approx(idle["chance"].to_numpy(), rel=0.4)
    assert table.loc["x1", "value"] > 4 * table.loc["x1", "chance"]


def test_other_designs_get_rank_regression_and_say_so() -> None:
    places = cube(200, 3)

    def answer(p: np.ndarray) -> np.ndarray:
        return np.exp(3.0 * p[:, 0]) - 2.0 * p[:, 1]

    found = sensitivity(fake_sweep("latin-hypercube", places, {"height": answer}))
    slopes = of(found, "coefficient")
    assert slopes["x1"] > 0.9
    assert -0.4 < slopes["x2"] < -0.05
    assert abs(slopes["x3"]) < 0.05
    assert "no indices of its own" in str(found)
    few = fake_sweep("latin-hypercube", places[:12], {"height": answer})
    with pytest.raises(UserError, match="12 points are too few for 3 factors; rank"):
        sensitivity(few)


def test_incomplete_base_rows_are_left_out_and_counted() -> None:
    whole = saltelli(16, second=False)
    gone = whole.points.index[[0, 7]]
    part = changed(whole, results=whole.results[~whole.results["point"].isin(gone)])
    found = sensitivity(part)
    assert found.chance["points"][0] == 14 * 5
    assert any("10 of 80 points are left out" in note for note in found.notes)


def test_a_constant_outcome_and_no_factor() -> None:
    with pytest.raises(UserError, match="same mean at every point"):
        sensitivity(fake_sweep("latin-hypercube", cube(30, 2), {"flat": lambda p: 0.0 * p[:, 0]}))
    bare = fake_sweep("latin-hypercube", cube(30, 2), {"flat": lambda p: p[:, 0]})
    with pytest.raises(UserError, match="no factors"):
        sensitivity(changed(bare, factors=bare.factors.iloc[:0]))


def test_without_salib_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = saltelli(16)

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(errors, "import_module", missing)
    with pytest.raises(UserError) as told:
        sensitivity(sweep)
    assert told.value.messages == [
        "SALib is not installed; install it with: pip install 'tajsim[analysis]'"
    ]


def test_names_and_folders_that_are_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    sweep = saltelli(16)
    with pytest.raises(UserError, match="did you mean 'height'"):
        sensitivity(sweep, ["heigth"])
    with pytest.raises(UserError, match="unknown scenario 'quo'"):
        sensitivity(sweep, scenario="quo")
    assert main(["sensitivity", "no-such-folder"]) == 2
    assert "no sweep is there" in capsys.readouterr().err
