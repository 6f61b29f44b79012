"""Actors that stand side by side: transfers and sums of all at once equal those one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tajsim.agents.agency import mean_by_task, over_tasks, shared_out
from tajsim.axes import AGENCIES, COMMANDERS, TASKS, Array
from tajsim.model.ledger import Ledger
from tajsim.model.model import TajikistanModel
from tajsim.model.stages.money import political_heads
from tajsim.world import AGENCY_TASKS

FOREIGN = "russian_border_troops"
OWN = [name for name in AGENCIES if name != FOREIGN]
BY_TASK = {t: [a for a in OWN if t in AGENCY_TASKS[a]] for t in TASKS}
RUNS = 7


def some(*shape: int) -> Array:
    """Return numbers whose sum depends on the order in the last bit."""
    return np.random.default_rng(3).uniform(-1.0, 1.0, (*shape, RUNS)) * 10.0 ** np.arange(RUNS)


def ledgers() -> tuple[Ledger, Ledger]:
    """Return two ledgers of the same balances."""
    one, other = (Ledger(["a", "b", "c", "x", "y"], RUNS) for _ in range(2))
    one.balance[:] = other.balance[:] = some(6)
    return one, other


def test_transfers_in_turn_are_single_transfers_to_the_bit() -> None:
    together, single = ledgers()
    amount = some(3)
    together.move_in_turn("abc", "x", amount)
    for name, part in zip("abc", amount, strict=True):
        single.move(name, "x", part)
    np.testing.assert_array_equal(together.balance, single.balance)


def test_accounts_apart_are_not_moved_together() -> None:
    ledger, _ = ledgers()
    with pytest.raises(ValueError, match="side by side: a, c"):
        ledger.pay_each("x", ("a", "c"), some(2))
    np.testing.assert_array_equal(ledger.accounts("bc"), ledger.balance[2:4])


def test_transfers_between_many_are_single_transfers_to_the_bit() -> None:
    together, single = ledgers()
    amount = some(2, 3)
    together.move_between("abc", "xy", amount)
    for target, parts in zip("xy", amount, strict=True):
        for source, part in zip("abc", parts, strict=True):
            single.move(source, target, part)
    np.testing.assert_array_equal(together.balance, single.balance)


@pytest.mark.parametrize("agency", AGENCIES)
def test_what_tasks_get_comes_to_those_who_work_on_them(agency: str) -> None:
    given, row = some(len(TASKS)), AGENCIES.index(agency)
    tasks = AGENCY_TASKS[agency]
    whole = sum(given[TASKS.index(t)] for t in tasks)
    np.testing.assert_array_equal(over_tasks(given)[row], whole)
    part = sum(given[TASKS.index(t)] / len(BY_TASK[t]) for t in tasks)
    np.testing.assert_array_equal(shared_out(given)[row], 0.0 if agency == FOREIGN else part)


def test_nothing_shared_out_is_lost_or_made() -> None:
    given = some(len(TASKS))
    np.testing.assert_allclose(shared_out(given).sum(axis=0), given.sum(axis=0), rtol=1e-9)


def test_means_are_over_the_countrys_own_agencies() -> None:
    values = some(len(AGENCIES))
    rows = {name: values[i] for i, name in enumerate(AGENCIES)}
    for found, names in zip(mean_by_task(values), BY_TASK.values(), strict=True):
        np.testing.assert_allclose(found, np.mean([rows[a] for a in names], axis=0))


def test_a_head_is_political_away_from_his_own_trade() -> None:
    model = TajikistanModel(runs=3, end="2004-03")
    mirzoev, drugs = model.commander["mirzoev"], AGENCIES.index("drug_control_agency")
    guard = AGENCIES.index("presidential_guard")
    assert (political_heads(model) == 0.0).all()
    mirzoev.post[1], mirzoev.outsider[1] = drugs, 1.0
    heads = model.commanders.heads[COMMANDERS.index("mirzoev")]
    np.testing.assert_array_equal(heads[drugs], [0.0, 1.0, 0.0])
    np.testing.assert_array_equal(heads[guard], [1.0, 0.0, 1.0])
    np.testing.assert_array_equal(political_heads(model)[drugs], [0.0, 1.0, 0.0])
    # Who is out of office heads nothing.
    mirzoev.status[1] = 2.0
    assert (political_heads(model) == 0.0).all()
