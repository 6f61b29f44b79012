"""Robustness: regret and satisficing by hand, portfolios in the same worlds, where they fail."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from fake_sweeps import changed, cube, fake_sweep

from tajsim.cli import main
from tajsim.errors import UserError
from tajsim.exploration import robust
from tajsim.exploration.robustness import best_by, regret, split_goal, together
from tajsim.sweeps.read import Sweep

#: Two portfolios and a third in three worlds.
VALUES = np.array([[10.0, 2.0, 6.0], [8.0, 5.0, 6.0], [1.0, 9.0, 0.0]])


def test_regret_by_hand() -> None:
    assert regret(VALUES, 1).tolist() == [[0, 7, 0], [2, 4, 0], [9, 0, 6]]
    assert regret(VALUES, -1).tolist() == [[9, 0, 6], [7, 3, 6], [0, 7, 0]]


def test_rules_by_hand() -> None:
    regrets = regret(VALUES, 1)
    satisfied = VALUES >= 6.0  # in 2, 2 and 1 of the worlds
    assert best_by("regret", regrets, satisfied) == 1  # 4 against 7 and 9
    assert best_by("satisfy", regrets, satisfied) == 1  # a draw, and the smaller regret
    assert best_by("regret", regrets, satisfied, np.array([1.0, 0.0, 2.0])) == 0
    assert best_by("satisfy", regrets, VALUES >= 9.0) == 0


def test_several_goals_count_in_their_own_spread() -> None:
    flat = np.full_like(VALUES, 3.0)
    regrets = [regret(VALUES, 1), regret(flat, 1)]
    scaled = together(regrets, [VALUES, flat])
    assert scaled == pytest.approx(regret(VALUES, 1) / VALUES.std())
    assert together(regrets[:1], [VALUES]) is regrets[0]


def grid() -> Sweep:
    """A lever of three values and one uncertain factor of five, all crossed."""
    places = np.array(list(product([0.0, 0.5, 1.0], [0.0, 0.25, 0.5, 0.75, 1.0])))

    def good(p: np.ndarray) -> np.ndarray:
        return 10.0 * p[:, 0] - 12.0 * p[:, 0] ** 2 * p[:, 1]

    sweep = fake_sweep("grid", places, {"good": good, "cost": lambda p: p[:, 0]}, runs=6,
                       names=["pay", "threat"], alike=0.5)  # fmt: skip
    sweep.factors.loc["pay", "role"] = "lever"
    return sweep


def test_portfolios_meet_in_the_same_worlds() -> None:
    found = robust(grid(), {"good": "high"}, satisfy=["good >= 1"])
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
    assert "the other rule" in str(found) or "But pay=0.5 satisfies more often" in str(found)


def test_the_rule_decides_what_is_recommended() -> None:
    found = robust(grid(), {"good": "high"}, satisfy=["good>=1"], rule="satisfy")
    assert found.table["pay"][found.recommended] == 0.5
    calm = robust(grid(), {"good": "high"}, satisfy=["good>=2.9"])
    assert calm.table["pay"][calm.recommended] == 1.0


def test_two_goals_count_together() -> None:
    found = robust(grid(), {"good": "high", "cost": "low"})
    assert found.unit == "standard deviations of the worse goal"
    levels = [level.text for level in found.levels]
    assert levels[0].startswith("good >= ")
    assert levels[1].startswith("cost <= ")


@pytest.mark.parametrize(
    ("goals", "chosen", "words"),
    [
        ({}, {}, "no goal"),
        ({"good": "up"}, {}, "expected high or low"),
        ({"goood": "high"}, {}, "did you mean 'good'"),
        ({"good": "high"}, {"satisfy": ["good=3"]}, "expected a level"),
        ({"good": "high"}, {"satisfy": ["good>=x"]}, "expected a level"),
        ({"good": "high"}, {"levers": ["pai"]}, "did you mean 'pay'"),
        ({"good": "high"}, {"rule": "regrets"}, "did you mean 'regret'"),
        ({"good": "high"}, {"levers": ["scenario"]}, "only one portfolio"),
    ],
)
def test_what_cannot_be_asked(goals: dict[str, str], chosen: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        robust(grid(), goals, **chosen)  # type: ignore[arg-type]


def test_portfolios_that_share_no_world_are_refused() -> None:
    scattered = fake_sweep("latin-hypercube", cube(30, 2), {"good": lambda p: p[:, 0]})
    with pytest.raises(UserError, match="no state of the world has a run of all 30 portfolios"):
        robust(scattered, {"good": "high"}, levers=["x1"])
    assert len(robust(scattered, {"good": "high"}, levers=["x1", "x2"]).table) == 30
    with pytest.raises(UserError, match="no factor of this sweep is a lever"):
        robust(scattered, {"good": "high"})


def test_worlds_that_are_not_complete_are_left_out() -> None:
    sweep = grid()
    part = changed(sweep, results=sweep.results.drop(index=[3, 40]))
    found = robust(part, {"good": "high"})
    assert found.states == 28
    assert "2 states are left out" in str(found)


def test_goals_are_read_from_the_right() -> None:
    assert split_goal("own_effort[task=border]=high") == ("own_effort[task=border]", "high")
    with pytest.raises(ValueError, match="is not NAME=high"):
        split_goal("good")


def test_the_command_line_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["robust", "no-such"], "--goal"),
        (["robust", "no-such", "--goal", "good"], "is not NAME=high"),
        (["robust", "no-such", "--goal", "good=high"], "no sweep is there"),
    ):
        assert main(arguments) == 2
        assert words in capsys.readouterr().err
