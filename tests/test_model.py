"""The ensemble axis and the keyed draws, at the level of the whole model."""

from collections.abc import Callable

import numpy as np
import pytest
from conftest import finished, same_record

from tajsim.agents.agency import mean_by_task, over_tasks, shared_out
from tajsim.axes import AGENCIES, COMMANDERS, TASKS, Array
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.inputs.toml import month_number
from tajsim.model.ledger import Ledger
from tajsim.model.model import MONTH, TajikistanModel
from tajsim.model.stages.money import political_heads
from tajsim.world import AGENCY_TASKS

END = "2004-12"
pytestmark = pytest.mark.usefixtures("all_soon")


def simulate(name: str = "status-quo", **options: object) -> TajikistanModel:
    scenario = load_scenario(name)
    options = {"runs": 4, "seed": 3, "end": END, "events": scenario.events} | options
    return finished(**options)  # type: ignore[arg-type]


def test_a_few_runs_in_any_order_equal_those_of_a_thousand() -> None:
    chosen = [999, 17]
    whole, few = simulate("history", runs=1000), simulate("history", runs=chosen)
    same_record(whole, few, chosen)
    np.testing.assert_array_equal(whole.money.balance[:, chosen], few.money.balance)


def test_a_null_change_gives_identical_results() -> None:
    pay = {"agency_pay.border_troops": 1.0}
    same_record(simulate(), simulate(settings=pay))


def test_scenarios_are_identical_until_the_first_differing_event() -> None:
    names = "arrangement-of-2004", "russian-border-withdrawal"
    reference, changed = map(simulate, names)
    own = {(e.month, e.kind, str(e.arguments)) for e in load_scenario(names[1]).events}
    own ^= {(e.month, e.kind, str(e.arguments)) for e in load_scenario(names[0]).events}
    first = month_number(min(own)[0]) - month_number("2004-01")
    assert 0 < first < 12
    differs = False
    for name, series in reference.record.items():
        other = changed.record[name]
        np.testing.assert_array_equal(series[..., :first, :], other[..., :first, :], name)
        differs = differs or not np.array_equal(series[..., first, :], other[..., first, :])
    assert differs


ONES = np.ones(3)
#: Kind of actor, a state of it, and a decision of all of that kind.
DECISIONS: dict[str, tuple[str, Callable[[TajikistanModel], object]]] = {
    "networks": ("protection", lambda m: m.networks.protect(*[m.commanders.zeros()] * 2)),
    "commanders": ("following", lambda m: m.commanders.weigh(ONES, 0 * ONES, ONES, 1e4 * ONES)),
    "regions": ("grievance", lambda m: m.regions.speak(0 * ONES, 0 * ONES)),
    "movements": ("members", lambda m: m.movements.lose_to_arrests(0 * ONES, ONES)),
    "militants": ("fighters", lambda m: m.militants.urge(ONES, ONES, 0 * ONES)),
}


@pytest.mark.parametrize("kind", DECISIONS)
def test_actors_of_a_kind_decide_from_their_own_old_state(kind: str) -> None:
    """Nobody sees what another of the kind does this month, so their order does not matter."""
    plain, other = (TajikistanModel(runs=3, seed=3, end=END) for _ in range(2))
    state, decide = DECISIONS[kind]
    for model in (plain, other):
        model.step()
        actors = getattr(model, kind)
        if model is other:
            setattr(actors[1], state, 0.5 * getattr(actors[1], state))
        decide(model)
    mine, theirs = getattr(plain, kind), getattr(other, kind)
    assert (getattr(mine[1], state) != getattr(theirs[1], state)).any()
    for i in (i for i in range(len(mine)) if i != 1):
        for name, value in mine[i].state().items():
            np.testing.assert_array_equal(value, theirs[i].state()[name], err_msg=name)


def test_the_month_is_the_table_of_thirteen_stages() -> None:
    stages = "offers choices delivery agencies routes border money society elite force state record"
    assert [name for name, _ in MONTH] == ["outside world", *stages.split()]


def test_documented_start_values() -> None:
    """Early 2004 as printed: matveeva-2004 lines 45, 71, 91, 161, 167, 251; icg-2016 line 39."""
    model = TajikistanModel(runs=2, parameters="fixed")
    strength = {a.name: float(a.strength[0]) for a in model.agencies}
    assert strength["interior_ministry"] == 30_000
    assert 6_000 <= strength["army"] <= 7_000
    assert strength["russian_border_troops"] == 11_500
    assert strength["drug_control_agency"] == 350
    assert float(model.agency["russian_border_troops"].pay[0]) == 40
    assert float(model.agency["border_troops"].pay[0]) == 1
    assert 100 <= float(model.agency["drug_control_agency"].pay[0]) <= 400
    assert float(model.movement["irpt"].seats[0]) == 2
    assert float(model.migrants[0]) == 1_000_000
    length = model.values.family("section_length")[:, 0]
    assert length[:6].sum() == pytest.approx(1_400)
    assert length[:3].sum() == pytest.approx(700)


def test_redrawn_group_leaves_the_others_alone():
    base = TajikistanModel(runs=4, end="2004-01")
    again = TajikistanModel(runs=4, end="2004-01", redraw=("documented",))
    names, values = base.parameter_values
    basis = np.array([load_parameters()[n].basis.kind for n in names])
    uncertain = np.array([load_parameters()[n].role == "uncertainty" for n in names])
    moved = (values != again.parameter_values[1]).any(axis=1)
    assert moved[uncertain & (basis == "documented")].all()
    assert not moved[basis != "documented"].any()
    chance = TajikistanModel(runs=4, end="2004-01", redraw=("chance",))
    assert np.array_equal(chance.parameter_values[1], values)


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


def test_transfers_of_many_are_single_transfers_to_the_bit() -> None:
    together, single = ledgers()
    each, between = some(3), some(2, 3)
    together.move_in_turn("abc", "x", each)
    together.pay_in_turn("x", "abc", each)
    together.move_between("abc", "xy", between)
    moves = [(name, "x", part) for name, part in zip("abc", each, strict=True)]
    moves += [("x", name, part) for name, part in zip("abc", each, strict=True)]
    for target, parts in zip("xy", between, strict=True):
        moves += [(source, target, part) for source, part in zip("abc", parts, strict=True)]
    for source, target, part in moves:
        single.move(source, target, part)
    np.testing.assert_array_equal(together.balance, single.balance)
    with pytest.raises(ValueError, match="side by side: a, c"):
        together.pay_each("x", ("a", "c"), some(2))
    np.testing.assert_array_equal(single.accounts("bc"), single.balance[2:4])


@pytest.mark.parametrize("agency", AGENCIES)
def test_what_tasks_get_comes_to_those_who_work_on_them(agency: str) -> None:
    given, row = some(len(TASKS)), AGENCIES.index(agency)
    tasks = AGENCY_TASKS[agency]
    whole = sum(given[TASKS.index(t)] for t in tasks)
    np.testing.assert_array_equal(over_tasks(given)[row], whole)
    part = sum(given[TASKS.index(t)] / len(BY_TASK[t]) for t in tasks)
    np.testing.assert_array_equal(shared_out(given)[row], 0.0 if agency == FOREIGN else part)


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
