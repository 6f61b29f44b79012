"""Deals: the closed list, what a decision may change, pressure, and what scenarios say of deals."""

from pathlib import Path

import numpy as np
import pytest
from conftest import finished, refused

import tajsim
from tajsim.agents.deals import BASE, FORGOES, GUARDS, IN_PACKAGE, OF_TASK, TASK_OF, Deals
from tajsim.axes import DEALS, POWERS, PRESSURES, TASKS, total
from tajsim.inputs.deals import load_deals, load_forms, load_packages
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.model import TajikistanModel
from tajsim.model.stages.deals import scene_of
from tajsim.results.answer import card
from tajsim.results.numbers import percent

pytestmark = pytest.mark.usefixtures("compiled_runs")

RUNS = 6


@pytest.fixture(scope="module")
def model() -> TajikistanModel:
    return finished(runs=RUNS, end="2006-12", parameters="prior")


def test_the_list_is_closed_and_documented() -> None:
    deals = load_deals()
    assert tuple(deals) == DEALS
    assert {deal.form for deal in deals.values()} == set(load_forms())
    assert all(0 < deal.size < 1 and deal.line > 0 for deal in deals.values())
    # Offers for order and for control of the elite exist, so that refusal can be seen.
    offered = {(deal.task, deal.condition > 0.5) for deal in deals.values()}
    assert ("internal_order", True) in offered
    assert any(task == "elite_control" for task, _ in offered)


def test_only_offers_are_taken_and_only_what_is_free_is_dropped(model: TajikistanModel) -> None:
    scene_free = TajikistanModel(runs=RUNS, end="2004-12", parameters="prior", seed=3)
    deals = scene_free.deals
    deals.fixed = np.ones_like(deals.fixed)
    before = deals.held.copy()
    scene_free.run_to_end()
    assert ((held := scene_free.deals.held) >= before).all()  # what is held is never given up
    assert (held * (1.0 - before) <= scene_free.deals.offered).all()
    assert set(np.unique(model.deals.held)) <= {0.0, 1.0}
    locked = (model.deals.locked > 0.0) & (model.deals.closed < 0.5)
    assert (model.deals.held[locked] == 1.0).all(), "nobody ends a deal within its term"


def test_the_guard_follows_its_deal() -> None:
    model = TajikistanModel(runs=2, end="2007-12", parameters="fixed")
    deals = model.deals
    for name, value in (("held", 0.0), ("closed", 1.0), ("locked", 0.0)):
        changed = getattr(deals, name).copy()
        changed[GUARDS] = value
        setattr(deals, name, changed)
    model.run_to_end()
    guard = model.agency["russian_border_troops"]
    assert (guard.strength == 0.0).all()  # nobody is left, not a part of a person
    assert (total(guard.guarded_km) == 0.0).all()
    assert (total(model.agency["border_troops"].guarded_km) > 1000.0).all()


def test_a_turn_to_the_west_is_feared() -> None:
    def run(**settings: float) -> tuple[float, float]:
        options = {"parameters": "prior", "until": "2009-12", "overrides": settings}
        found = tajsim.run("status-quo", 40, **options)
        late = found.sel(month=slice("2007-01", "2009-12"))
        return float(late["alignment"].mean()), float(found["pressing"].sum("month").mean())

    base, turned, unafraid = run(), run(lean_west=1), run(lean_west=1, fear_of_pressure=0)
    assert turned[0] < base[0] - 0.1
    assert unafraid[0] < turned[0] - 0.1  # levers work mostly by being feared
    assert turned[1] > base[1]


def file(tmp_path: Path, text: str, parent: str = "history") -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(f'title = "t"\nquestion = "q"\nextends = "{parent}"\n{text}', "utf-8")
    return path


def test_a_scenario_holds_deals(tmp_path: Path) -> None:
    path = file(tmp_path, '[hold]\ndeals = ["russian_base"]\n', "russian-border-withdrawal")
    held = [e for e in load_scenario(path).events if e.holds]
    assert [(e.month, e.arguments["change"]) for e in held] == [("2004-01", "hold")]
    found = tajsim.run(path, 10, parameters="prior", until="2008-12")
    assert (found["deals_in_force"].sel(deal="russian_base") == 1.0).all()


def test_what_is_not_in_force_cannot_be_held_from_the_start(tmp_path: Path) -> None:
    hold = '[hold]\ndeals = ["nato_transit"]\n'
    refused(r"mine\.toml:5: .* not in force in 2004-01", load_scenario, file(tmp_path, hold))
    begun = '[[events]]\ndate = "2004-01"\nkind = "deal"\ndeal = "nato_transit"\nchange = "begin"'
    assert load_scenario(file(tmp_path, hold + begun, "status-quo")).events[0].holds


def test_what_a_scenario_ends_is_held_no_longer(tmp_path: Path) -> None:
    reference, withdrawal = "arrangement-of-2004", "russian-border-withdrawal"
    row = '[[events]]\ndate = "2005-06"\nkind = "deal"\ndeal = "{}"\nchange = "{}"\n'
    ends = row.format("french_airfield", "end") + row.format("russian_base", "close")
    mine = file(tmp_path, ends, withdrawal)
    asked = {"parameters": "prior", "outcomes": ["deals_in_force", "strength", "collusion"]}
    others = withdrawal, mine, "status-quo"
    found = tajsim.compare(reference, *others, runs=8, until="2008-12", variance=False, **asked)
    force = found.dataset["deals_in_force"]
    kept = [deal.name for deal in load_deals().values() if deal.in_force]
    assert (force.sel(scenario=reference, deal=kept) == 1.0).all()
    guards = force.sel(deal="russian_border_guards")
    assert (guards.sel(scenario=withdrawal, month=slice("2004-01", "2005-07")) == 1.0).all()
    assert (guards.sel(scenario=withdrawal, month=slice("2005-09", None)) == 0.0).all()
    base = force.sel(scenario="mine", deal="russian_base")
    assert (base.sel(month=slice("2005-07", None)) == 0.0).all()
    men = found.dataset["strength"].sel(scenario=withdrawal, agency="russian_border_troops")
    assert (men.sel(month="2004-10") > 11000.0).all() and (men.sel(month="2005-10") == 0.0).all()
    # What the reference itself does: nothing, where it holds all; a row for each deal of its own.
    told = found.done_by_reference.set_index(["scenario", "deal"])
    assert told.loc[(withdrawal, "russian_border_guards"), "share"] == 0.0
    ended = {"russian_border_guards", "russian_base", "french_airfield"}
    assert {*told.loc["mine"].index} == ended and "status-quo" not in told.index
    # The card counts each agency by its people, as tables do.
    one = card(found.dataset, withdrawal, ("2008-01", "2008-12"), ["collusion"])
    last = found.dataset.sel(scenario=reference, month=slice("2008-01", None))
    people = last["strength"].where(last["collusion"].notnull(), 0.0)
    mean = float(last["collusion"].weighted(people).mean("agency").mean())
    assert one.changes[0].before == pytest.approx(mean, rel=1e-6)
    assert "of the runs of" not in found.full_text(), "what the reference never does is left out"


def test_compare_tells_how_often_the_reference_does_the_same(tmp_path: Path) -> None:
    begins = '[[events]]\ndate = "2005-01"\nkind = "deal"\ndeal = "us_reform"\nchange = "begin"\n'
    mine = file(tmp_path, begins, "status-quo")
    asked = {"parameters": "prior", "outcomes": ["deals_in_force"], "variance": False}
    found = tajsim.compare("status-quo", mine, runs=30, until="2009-12", **asked)
    (row,) = found.done_by_reference.to_dict("records")
    held = found.dataset["deals_in_force"].sel(scenario="status-quo", deal="us_reform")
    later = held.sel(month=slice("2005-01", None)).max("month")
    assert row["share"] == pytest.approx(float(later.mean())) and 0.0 < row["share"] < 1.0
    assert (row["change"], row["first"], row["last"]) == ("begin", "2005-01", "2009-12")
    said = f" begins in {percent(row['share'])} of the runs of "
    assert said in found.full_text() and said in found.cards[0].text().replace("\n", " ")


def test_a_power_attaches_at_least_the_conditions_of_its_lever() -> None:
    name = "us_vehicles"  # without conditions of its own
    lever, options = "power_condition.united_states", {"runs": 2, "end": "2006-12"}
    plain, strict = (
        finished(parameters="prior", settings={lever: v}, **options).deal[name].condition
        for v in (0.0, 0.9)
    )
    assert (plain == 0.0).all() and (strict > 0.3).all()


def test_inherited_events_are_moved_and_dropped(tmp_path: Path) -> None:
    parent = load_scenario("history")
    first, second = parent.events[0].label, parent.events[-1].label
    text = f'[[move]]\nevent = "{first}"\ndate = "2006-03"\n[[drop]]\nevent = "{second}"\n'
    labels = {e.label: e.month for e in load_scenario(file(tmp_path, text)).events}
    assert labels[first] == "2006-03" and second not in labels
    refused("no such", load_scenario, file(tmp_path, '[[drop]]\nevent = "no such thing"\n'))


def test_packages_are_documented_and_name_deals_of_one_power_and_levers() -> None:
    for package in load_packages().values():
        rows = [load_deals()[name] for name in package.deals]
        assert len({deal.power for deal in rows}) == 1
        assert len({deal.task for deal in rows}) > 1, "of several tasks"
        assert set(package.forgoes) <= set(PRESSURES) and package.line > 0


def test_a_package_is_taken_whole_and_binds_both_sides() -> None:
    model = TajikistanModel(runs=30, end="2014-12", parameters="prior", seed=5)
    begun = over = np.zeros(30)
    mine, levers = IN_PACKAGE[0][:, 0] > 0.0, FORGOES[0][:, 0] > 0.0
    while model.months_run < 132:
        before, debt, bound = model.deals.held.copy(), model.russian_debt.copy(), model.bound[0] > 0
        pulled = model.pulled.copy()
        model.step()
        fresh = ~bound & (model.bound[0] > 0.0)
        begun, over = np.maximum(begun, fresh), np.maximum(over, model.bound[0] < 0.0)
        assert (fresh * over == 0.0).all(), "not twice"
        held, now = model.deals.held[mine], model.bound[0] > 0.0
        assert (held[:, now] == 1.0).all(), "all of its deals, or none"
        assert (model.deals.locked[BASE][fresh] > 0.0).all()
        written = debt - model.russian_debt - model.debt_paid
        assert written[fresh] == pytest.approx(np.minimum(debt, 242e6)[fresh])
        assert np.abs(written[~fresh]).max() < 1e-3 and (model.russian_debt >= 0.0).all()
        # What Moscow forgoes it does not begin to pull.
        assert (model.pulled[levers][:, bound] <= pulled[levers][:, bound]).all()
        made = model.now["deals_made"].sum(axis=0) - (before < model.deals.held).sum(axis=0)
        assert (made == 0.0).all(), "what is taken with it is counted"
    assert 0.05 < begun.mean() < 0.95 and over.any()


def test_what_a_deal_gives_to_pay_ends_with_it() -> None:
    ends = load_scenario("drug-agency-topup-ends").events
    for more in (0.0, 50.0):  # what the lever adds is paid whatever becomes of the deal
        top_up = {"pay_topup.drug_control_agency": more}
        model = finished(runs=4, end="2007-12", events=ends, settings=top_up)
        agency, now = model.agency["drug_control_agency"], model.earnings
        assert agency.pay == pytest.approx((100.0 + more) * now, rel=0.05)
        assert agency.topup == pytest.approx(more * now, rel=0.01)


def test_access_is_paid_for_and_the_choice_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    model = finished(runs=8, end="2005-12", events=load_scenario("nato-transit").events)
    rent, deal = model.now["access_rent"], model.deal["nato_transit"]
    cost = model.values.task_cost[TASKS.index("external_defence")] * model.values.delivery
    assert rent[POWERS.index("united_states")] == pytest.approx(deal.size * deal.ramp * cost)
    assert (rent[POWERS.index("russia")] == 0.0).all(), "the base pays none"
    assert ((taken := model.now["access_rent_taken"]) > 0.0).all() and (taken < total(rent)).all()
    task = TASK_OF[deal.rank]
    bundle = np.repeat((OF_TASK[task] == deal.rank)[:, None, None], 8, axis=2).astype(float)
    paid = model.deals.worth_of(task, bundle, scene_of(model))[2:4]  # rents and price
    monkeypatch.setattr(Deals, "money", 1.0 - Deals.spot)
    assert (paid > model.deals.worth_of(task, bundle, scene_of(model))[2:4]).all()


def test_who_holds_the_arrangement_is_offered_no_package() -> None:
    events = load_scenario("arrangement-of-2004").events
    model = finished(runs=8, end="2010-12", events=events)
    assert (model.record["package_in_force"] == 0.0).all()


def test_the_package_is_taken_for_debt_and_offered_only_to_whom_moscow_has_no_more_to_ask() -> None:
    def taken(debt: float) -> float:
        model = finished(runs=60, end="2009-12", debt_to_russia=debt)
        return float(model.record["package_in_force"].max(axis=0).mean())

    as_it_was = taken(300e6)
    assert as_it_was > taken(0.0) + 0.1, "without debt to write off it is worth less"
    assert as_it_was > taken(1e9) + 0.1, "who owes more is not let go"
