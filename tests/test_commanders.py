"""Commanders side by side: what is worked out for all at once is what each would have alone."""

from __future__ import annotations

import numpy as np
import pytest

from tajsim.agents.commander import ARRESTED, BOUGHT_OFF, NO_POST
from tajsim.axes import AGENCIES, COMMANDERS, NETWORKS
from tajsim.model.ledger import Ledger
from tajsim.model.model import TajikistanModel
from tajsim.model.stages.money import political_heads
from tajsim.world import COMMANDER_FACTS, NETWORK_PATRON

pytestmark = pytest.mark.usefixtures("compiled_runs")

RUNS = 40


@pytest.fixture(scope="module")
def model() -> TajikistanModel:
    """Return a model after some years, so that some have fallen and some hold others' posts."""
    made = TajikistanModel(runs=RUNS, seed=7, end="2008-12", parameters="prior")
    made.run_to_end()
    assert 0.05 < (made.commanders.status > BOUGHT_OFF).mean() < 0.9
    return made


def test_heads_are_those_in_place_in_their_posts(model: TajikistanModel) -> None:
    heads = model.commanders.heads
    for a in range(len(AGENCIES)):
        for i, commander in enumerate(model.commanders):
            np.testing.assert_array_equal(heads[i, a], (commander.post == a) * commander.in_place)


def test_a_political_head_is_not_of_the_trade(model: TajikistanModel) -> None:
    found = political_heads(model)
    for a in range(len(AGENCIES)):
        away = [(c.post == a) & (c.in_place > 0.5) & (c.outsider > 0.5) for c in model.commanders]
        np.testing.assert_array_equal(found[a] > 0.5, np.any(away, axis=0))
    assert found.any()


def test_sums_over_the_sides_are_of_their_own_people(model: TajikistanModel) -> None:
    values = np.arange(len(COMMANDERS))[:, None] + np.zeros(RUNS)
    own, other = model.commanders.by_side(values)
    past = [COMMANDER_FACTS[name].opposition for name in COMMANDERS]
    for i, side in enumerate(past):
        kin = sum(j for j, theirs in enumerate(past) if theirs == side)
        assert (own[i] == kin).all()
        assert (other[i] == sum(range(len(past))) - kin).all()


def test_removal_takes_the_post_where_it_happens_and_nowhere_else(model: TajikistanModel) -> None:
    commanders = model.commanders
    before, held = commanders.status, commanders.post
    where = np.zeros((len(COMMANDERS), RUNS))
    where[2, ::3] = 1.0
    try:
        commanders.remove(where, ARRESTED)
        gone = where > 0.5
        assert (commanders.status[gone] == ARRESTED).all()
        assert (commanders.post[gone] == NO_POST).all()
        np.testing.assert_array_equal(commanders.status[~gone], before[~gone])
        np.testing.assert_array_equal(commanders.post[~gone], held[~gone])
    finally:
        commanders.status, commanders.post = before, held


def test_networks_add_up_by_their_patron(model: TajikistanModel) -> None:
    values = np.random.default_rng(1).random((len(NETWORKS), RUNS))
    found = model.networks.by_patron(values)
    for i, name in enumerate(COMMANDERS):
        mine = [n for n, network in enumerate(NETWORKS) if NETWORK_PATRON[network] == name]
        np.testing.assert_allclose(found[i], values[mine].sum(axis=0))


def test_payments_in_turn_are_single_payments_to_the_bit() -> None:
    chance, names = np.random.default_rng(2), ("a", "b", "c")
    once, singly = (Ledger(["purse", *names], RUNS) for _ in range(2))
    once.balance[:] = singly.balance[:] = chance.random(once.balance.shape)
    amount = chance.random((3, RUNS))
    once.pay_in_turn("purse", names, amount)
    for name, part in zip(names, amount, strict=True):
        singly.move("purse", name, part)
    np.testing.assert_array_equal(once.balance, singly.balance)
