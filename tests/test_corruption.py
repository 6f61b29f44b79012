"""Corruption in three, pay from what there is, claims on habit: signs, edges, ways down."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_observation import apply

from tajsim.axes import AGENCIES, Array
from tajsim.inputs.scenario_parts import Event, load_scenario
from tajsim.model.model import TajikistanModel
from tajsim.rules import aid, corruption, rents

BORDER, POLICE, DRUGS = (
    AGENCIES.index(name) for name in ("border_troops", "interior_ministry", "drug_control_agency")
)


def simulate(end: str = "2012-12", events: tuple[Event, ...] = (), **settings: Any) -> Any:
    model = TajikistanModel(
        runs=40, seed=3, end=end, settings=settings, events=events, parameters="prior"
    )
    model.run_to_end()
    return model


def set_to(date: str, parameter: str, value: float) -> Event:
    return Event(date, "set", {"parameter": parameter, "value": value}, label=parameter)


def late(series: Array, place: int) -> float:
    return float(series[place, -12:].mean())


def test_no_greed_leaves_everybody_at_the_habits_of_society() -> None:
    for ratio in (0.1, 1.0, 50.0):
        found = apply(corruption.collusion_aim, ratio, 1.0, 1.0, 0.0, greed=0.0, bribery_norm=0.3)
        assert found == pytest.approx(0.3)
    even = apply(corruption.collusion_aim, 30.0, 10.0, 2.0, 0.0, greed=1.3, bribery_norm=0.3)
    assert even == pytest.approx(0.3), "a bribe worth all that is at stake tempts as the norm says"


def test_a_unit_that_meets_no_trafficker_does_not_collude() -> None:
    assert apply(corruption.collusion_aim, 0.0, 1.0, 0.0, 0.0, greed=0.0) == 0.0
    model = simulate(end="2006-12")
    # Only those who come over from a guard have the habit.
    assert (model.agency["army"].collusion < 1e-4).all()
    assert np.isnan(model.record["collusion"][AGENCIES.index("army")]).all(), "missing, not zero"
    assert (model.agency["army"].predation > 0.2).all(), "its recruits are preyed on all the same"


def test_corruption_has_ways_down() -> None:
    """Pay, checks, vetting and a new professional head each take it down."""
    usual = (20.0, 10.0, 1.0, 0.0)
    bought = apply(corruption.collusion_aim, *usual)
    assert apply(corruption.collusion_aim, 20.0, 20.0, 1.0, 0.0) < bought
    assert apply(corruption.collusion_aim, 20.0, 10.0, 3.0, 0.0) < bought
    assert apply(corruption.collusion_aim, 20.0, 10.0, 1.0, 1.0) < bought
    kept = apply(corruption.habit_step, 0.5, 0.5, 0.0)
    assert kept == pytest.approx(0.5)
    assert apply(corruption.habit_step, 0.5, 0.5, 1.0) < kept
    seen = apply(corruption.cronyism_aim, 0.2, donor_monitoring=0.9)
    assert seen < apply(corruption.cronyism_aim, 0.2) < apply(corruption.cronyism_aim, 0.6)
    assert apply(corruption.cronyism_aim, 0.9, hunger=0.0, scrutiny=0.0) == 0.5


def test_a_political_heads_clients_come_and_go_with_him() -> None:
    assert apply(corruption.with_clients, 0.2, 0.0) == 0.2
    assert apply(corruption.with_clients, 0.2, 1.0, clientele=0.0) == 0.2
    assert 0.2 < apply(corruption.with_clients, 0.2, 1.0) < 1.0
    assert apply(aid.without_staff, 0.8, 1.0) < 0.8


def test_pay_keeps_pace_and_the_vetted_stay_while_it_does() -> None:
    """Nothing ends: the documented pay of January 2004 grows with revenue; collusion does not."""
    model = simulate(end="2018-12")
    pay = model.record["pay"]
    assert pay[POLICE, 0].mean() == pytest.approx(20.0, rel=0.02)
    assert pay[BORDER, 0].mean() == pytest.approx(1.0, rel=0.02)
    grown = model.revenue.mean()
    assert pay[POLICE, -1].mean() == pytest.approx(20.0 * grown, rel=0.4)
    assert (model.agency["drug_control_agency"].vetted > 0.8).all()
    for place in (POLICE, BORDER, DRUGS):
        assert 0.05 < late(model.record["collusion"], place) < 0.95


def test_the_top_up_that_ends_shows_over_years() -> None:
    end = (set_to("2006-01", "agency_pay.drug_control_agency", 100.0),)
    plain, ended = (simulate(events=e).record["collusion"] for e in ((), end))
    gap = (ended - plain)[DRUGS].mean(axis=-1)
    assert gap[24] == 0.0 or gap[24] < gap[36] < gap[-1]
    assert gap[-1] > 0.05


def test_who_grows_in_weight_takes_from_the_others_and_who_feeds_himself_gets_less() -> None:
    assert apply(rents.pay_weight, 1.0, 0.3, 0.3) == 1.0
    assert apply(rents.pay_weight, 2.0, 0.3, 0.3) > 1.0
    assert apply(rents.pay_weight, 1.0, 0.9, 0.3) < 1.0
    assert apply(rents.pay_weight, 2.0, 0.9, 0.3, effort_follows=0.0, self_feed=0.0) == 1.0
    assert apply(rents.strained, 0.9, 0.3, consolidate=0.0) == 1.0


def test_claims_rise_within_months_and_fall_over_years() -> None:
    up = apply(rents.claims_step, 100.0, 200.0, 1.0, 1.0, 0.0) - 100.0
    down = 100.0 - apply(rents.claims_step, 100.0, 0.0, 1.0, 1.0, 0.0)
    assert up > 4.0 * down > 0.0
    assert apply(rents.claims_step, 100.0, 100.0, 3.0, 1.0, 0.5, claim=0.0) == 100.0
    assert apply(rents.claims_step, 100.0, 100.0, 3.0, 1.0, 0.0) > 100.0
    assert apply(rents.unpaid, 80.0, 100.0) == pytest.approx(0.2)
    assert apply(rents.unpaid, 120.0, 100.0) == 0.0
    assert apply(rents.unpaid, 0.0, 0.0) == 0.0, "nobody claims anything"


def test_who_is_new_is_used_to_his_first_rents() -> None:
    assert apply(rents.habit_step, 0.0, 50.0, 1.0) == 50.0
    assert 50.0 < apply(rents.habit_step, 50.0, 80.0, 1.0) < 60.0
    assert apply(rents.habit_step, 50.0, 80.0, 0.0) == 0.0
    assert apply(rents.rent_ratio_step, 1.0, 80.0, 0.0) == 1.0
    assert apply(rents.rent_ratio_step, 1.0, 80.0, 50.0) > 1.0


def test_open_crossings_feed_fewer() -> None:
    opened = load_scenario("uzbek-border-opens").events
    plain, free = (simulate(events=e) for e in ((), opened))
    assert (free.barrier <= plain.barrier).all()
    assert free.barrier.mean() < plain.barrier.mean() - 0.1
    for place in (BORDER, AGENCIES.index("customs")):
        taken = [late(m.record["extortion"], place) for m in (free, plain)]
        assert taken[0] < taken[1]
    assert apply(rents.barrier_step, 0.6, 1.0, barrier_start=0.6) == pytest.approx(0.6)
    assert apply(rents.barrier_step, 0.6, 9.0, barrier_lobby=0.0, barrier_start=0.6) == (
        pytest.approx(0.6)
    )


def test_a_force_is_built_over_years_and_an_emptied_one_is_empty() -> None:
    slow = apply(aid.strength_change, 100.0, 200.0, 1.0)
    assert 0.0 < slow < apply(aid.strength_change, 100.0, 200.0, 40.0) < 50.0
    assert apply(aid.strength_change, 200.0, 100.0, 1.0) < -slow
    model = simulate(events=load_scenario("russian-border-withdrawal").events)
    strength = model.record["strength"][AGENCIES.index("russian_border_troops")]
    assert ((strength >= 1.0) | (strength == 0.0)).all()
    assert (strength[-1] == 0.0).all()
