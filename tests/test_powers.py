"""How powers and militants behave: offers, delivery, guarantee, objection, deterrence."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from tajsim.axes import AGENCIES, POWERS, TASKS, Array
from tajsim.inputs.registry import parameter
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.values import parameters_of
from tajsim.model.model import TajikistanModel
from tajsim.model.stages.partners import hand_over_next
from tajsim.rules.aid import civil_aid_parts, diverted_share, duplication
from tajsim.rules.offers import (
    alarm,
    guarantee,
    hardening,
    hostility_step,
    leverage,
    objection,
    offers,
)
from tajsim.rules.purges import mutiny_wins


@lru_cache
def model() -> TajikistanModel:
    return TajikistanModel(runs=1, parameters="fixed")


def parameters(rule: Any, power: str = "", group: str = "", **changed: float) -> dict[str, Array]:
    """Return a rule's parameters at their values, for one actor where it is named."""
    index = {k: v for k, v in (("power", power), ("militant_group", group)) if v}
    assert set(parameters_of(rule)) >= set(changed)
    return model().values.of(rule, **index) | {n: np.array([v]) for n, v in changed.items()}


def at(*numbers: float) -> list[Array]:
    return [np.array([number]) for number in numbers]


def simulate(end: str = "2006-12", **options: Any) -> dict[str, Array]:
    found = TajikistanModel(runs=12, seed=4, end=end, **options)
    found.run_to_end()
    return found.record


def mean(series: Array, first: int) -> float:
    return float(series[..., first:, :].mean())


# Offers and their delivery.


@pytest.mark.parametrize("power", ["russia", "united_states", "european_union"])
def test_a_vacuum_and_a_rival_raise_offers(power: str) -> None:
    gap, gain, attention = np.full((len(TASKS), 1), 0.3), np.zeros(1), np.ones(1)
    rows = parameters(offers, power)
    usual = offers(gap, gain, attention, **rows).sum()
    assert offers(gap + 0.4, gain, attention, **rows).sum() > usual
    assert offers(gap, gain + 0.5, attention, **rows).sum() > usual
    np.testing.assert_allclose(offers(gap, gain, 2 * attention, **rows).sum(), 2 * usual)


def test_offers_follow_the_powers_own_exposure() -> None:
    gap = np.full((len(TASKS), 1), 0.5)
    found = offers(gap, np.zeros(1), np.ones(1), **parameters(offers, "united_kingdom"))
    assert found.sum(axis=1).argmax() == TASKS.index("drugs")


def test_all_powers_at_once_offer_what_each_would() -> None:
    powers, random = TajikistanModel(runs=3).powers, np.random.default_rng(1)
    gap, gain, attention = (random.uniform(size=(n, 3)) for n in (len(TASKS), 12, 12))
    powers.make_offers(gap, gain, attention)
    for power, gained, attended in zip(powers, gain, attention, strict=True):
        np.testing.assert_array_equal(power.offer, power.apply(offers, gap, gained, attended))


def test_calm_wakes_nobody() -> None:
    calm, crisis = (alarm(*at(s), **parameters(alarm)) for s in (0.2, 0.7))
    assert calm == 1.0
    assert crisis > 1.0


def test_two_donors_duplicate_unless_they_coordinate() -> None:
    money = np.zeros((len(POWERS), len(TASKS), 1))
    money[0] = 1e5
    alone = duplication(money, **parameters(duplication, donor_coordination=0.0))
    money[1] = 1e5
    both = duplication(money, **parameters(duplication, donor_coordination=0.0))
    agreed = duplication(money, **parameters(duplication, donor_coordination=1.0))
    assert (both > alone).all()
    assert not agreed.any()


def test_diversion_grows_with_corruption_and_duplication_and_shrinks_when_watched() -> None:
    usual = diverted_share(*at(0.5, 0.3), **parameters(diverted_share))
    assert diverted_share(*at(0.9, 0.3), **parameters(diverted_share)) > usual
    assert diverted_share(*at(0.5, 0.9), **parameters(diverted_share)) > usual
    assert diverted_share(*at(0.5, 0.3), **parameters(diverted_share, donor_monitoring=0.9)) < usual


def test_civil_aid_reaches_people_or_frees_money() -> None:
    rows = parameters(civil_aid_parts)
    honest, corrupt = (civil_aid_parts(*at(c), **rows) for c in (0.0, 1.0))
    assert honest[0] == 0.0
    assert corrupt[0] > 0.0
    np.testing.assert_allclose(sum(honest), sum(corrupt))
    # People are used to what there was from the start.
    more = Event("2004-06", "set", {"parameter": "civil_aid", "value": 2e8}, label="aid")
    poor, aided = (simulate(settings={"civil_aid": 0.0}, events=events) for events in ([], [more]))
    assert mean(aided["hardship"], 12) < mean(poor["hardship"], 12)


# Patron.


def test_a_patron_backs_who_leans_on_it_and_where_it_is() -> None:
    rows = parameters(guarantee, "russia")
    west, east, absent = (guarantee(*at(*s), **rows) for s in ((-1, 0.6), (1, 0.6), (1, 0)))
    assert east > west
    assert east > absent
    assert guarantee(*at(1.0, 1.0), **parameters(guarantee, "china")) < east


def test_objection_begins_at_a_threshold() -> None:
    rows = parameters(objection, bloc_tolerance=0.35)
    below, above = (objection(*at(share), **rows) for share in (0.3, 0.6))
    assert below == 0.0
    assert above > 0.0


def test_debt_and_migrants_are_leverage() -> None:
    rows = parameters(leverage)
    usual = leverage(*at(3e8, 1e6), **rows)
    assert leverage(*at(6e8, 1e6), **rows) > usual > leverage(*at(3e8, 5e5), **rows)


# Partners of the regime's choice.


def test_dependence_pulls_both_ways() -> None:
    """M120 and O10: what the patron can do makes others dearer, unease makes them welcome."""
    cheap, dear = (
        simulate(settings={"search_value": 0.2, "displeasure_price": p, "need_drive": 0.2})
        for p in (0.5, 3.0)
    )
    plain, uneasy = (
        simulate(settings={"search_value": 1.2, "displeasure_price": 0.5, "reliance_tolerance": t})
        for t in (0.3, 0.05)
    )
    west = POWERS.index("united_states")
    assert mean(dear["aid_delivered"][west], 12) < mean(cheap["aid_delivered"][west], 12)
    assert mean(uneasy["aid_delivered"][west], 12) > mean(plain["aid_delivered"][west], 12)
    assert mean(uneasy["search_for_partners"], 12) > mean(plain["search_for_partners"], 12)


def test_a_weak_army_looks_for_donors_and_they_answer() -> None:
    poland = POWERS.index("poland")
    weak, strong = (
        simulate(settings={"quality_conscripts": q, "search_value": 1.2, "need_drive": 0.8})
        for q in (0.16, 0.4)
    )
    defence = TASKS.index("external_defence")
    for record, other in ((weak, strong),):
        assert mean(record["search_for_partners"][defence], 12) > mean(
            other["search_for_partners"][defence], 12
        )
        assert mean(record["aid_delivered"][poland], 12) > mean(other["aid_delivered"][poland], 12)


def test_japan_answers_the_advance_of_china_and_others_do_not() -> None:
    enters = {"parameter": "power_investment.china", "value": 3e8}
    budgets = {f"power_budget.{name}": 1e6 for name in ("japan", "france")}
    settings = {**budgets, "rivalry_response": 1.5}
    plain, advance = (
        simulate(settings=settings, events=[Event("2005-01", "set", enters, label="c")] * n)
        for n in (0, 1)
    )
    japan, france = POWERS.index("japan"), POWERS.index("france")
    first = slice(13, 14)
    before, after = (r["aid_pledged"][:, first].mean(axis=(1, 2)) for r in (plain, advance))
    assert after[japan] > 1.02 * before[japan]
    assert abs(after[france] / before[france] - 1.0) < 1e-3


def test_an_investor_adds_to_output_and_does_not_press() -> None:
    """O20: the ruler's freedom is that of the reference, month by month."""
    none, much = (simulate(settings={"power_investment.china": i}) for i in (0.0, 3e8))
    assert mean(much["output"], 12) > mean(none["output"], 12)
    assert mean(much["hardship"], 12) < mean(none["hardship"], 12)
    for outcome in ("alignment", "reliance_on_patron", "repression_step"):
        assert abs(mean(much[outcome], 12) - mean(none[outcome], 12)) < 0.02


def test_a_threat_is_overstated_for_gain_and_doubted_by_who_looks() -> None:
    naive, alert = (simulate(settings={"donor_monitoring": m}) for m in (0.0, 0.9))
    assert mean(naive["threat_overstated"], 12) > 5.0 * mean(alert["threat_overstated"], 12) > 0.0
    true, told = (simulate(settings={"overstatement_limit": limit}) for limit in (0.1, 0.7))
    west = POWERS.index("united_states")
    assert mean(told["threat_overstated"], 12) > mean(true["threat_overstated"], 12)
    assert mean(told["aid_pledged"][west], 12) != mean(true["aid_pledged"][west], 12)


def test_a_defection_costs_the_partners_of_the_service() -> None:
    model = TajikistanModel(runs=2, seed=4, end="2004-06")
    for _ in range(3):
        model.step()
    police = model.commander["khalimov"]
    model.now["defections"][model.commanders.index(police), 0] = 1.0
    model.step()
    for name in ("united_states", "united_kingdom"):
        burnt = model.power[name].burnt
        assert burnt[0] > 0.0 == burnt[1]
    assert model.power["russia"].burnt[0] < model.power["united_states"].burnt[0]
    model.step()
    assert 0.0 < model.power["united_states"].burnt[0] < burnt_limit(model)


def burnt_limit(model: TajikistanModel) -> float:
    return float(model.values["defection_shock"][0])


def test_equipment_also_serves_abuse() -> None:
    harmless, abused = (simulate(settings={"equipment_abuse": a}) for a in (0.0, 0.5))
    assert mean(abused["extortion"], 12) > mean(harmless["extortion"], 12)
    assert mean(abused["fear"], 12) > mean(harmless["fear"], 12)


def test_the_base_pays_in_kind_for_what_it_does_not_pay_in_rent() -> None:
    none, some = (simulate(settings={"base_rent": r}, end="2004-12") for r in (5.0, 40.0))
    russia = POWERS.index("russia")
    gap = some["aid_pledged"][russia, 0] - none["aid_pledged"][russia, 0]
    np.testing.assert_allclose(gap, 35.0 * parameter("power_base.russia").value, rtol=0.1)


def test_the_regime_asks_for_its_border_and_the_patron_answers() -> None:
    held, let = (simulate(settings={"border_hold": h, "grant_rate": 0.4}) for h in (1.0, 0.0))
    russian = AGENCIES.index("russian_border_troops")
    border = TASKS.index("border")
    np.testing.assert_array_equal(held["strength"][russian, -1], held["strength"][russian, 0])
    assert mean(held["sovereignty_demand"], 0) > 0.0
    assert (let["strength"][russian, -1] < let["strength"][russian, 0]).any()
    assert mean(let["outside_provision"][border], 12) < mean(held["outside_provision"][border], 12)


def test_sections_are_handed_over_one_by_one_with_their_guards() -> None:
    model = TajikistanModel(runs=3, seed=4, end="2004-06")
    model.step()
    guard, own = model.agency["russian_border_troops"], model.agency["border_troops"]
    length, people = guard.guarded_km + own.guarded_km, guard.strength.copy()
    granted = np.array([1.0, 0.0, 1.0])
    for count in range(1, 7):
        hand_over_next(model, granted)
        left = (guard.guarded_km > 0.0).sum(axis=0)
        np.testing.assert_array_equal(left, [max(5 - count, 0), 5, max(5 - count, 0)])
        np.testing.assert_allclose(guard.guarded_km + own.guarded_km, length)
    np.testing.assert_allclose(guard.strength, people * (1.0 - granted), atol=1e-6)


def test_a_movement_without_borders_is_feared_more_than_arms() -> None:
    """M89: a member counts for more than a fighter, over all of both ranges."""
    assert parameter("idea_fear").low >= parameter("arms_fear").high


# Neighbours.


def test_tolerated_militants_and_transit_feed_hostility() -> None:
    rows = parameters(hostility_step)
    usual = hostility_step(*at(0.5, 1.0, 0.0), **rows)
    assert hostility_step(*at(0.5, 2.0, 0.0), **rows) > usual
    assert hostility_step(*at(0.5, 1.0, 1.0), **rows) > usual
    assert hostility_step(*at(0.0, 0.0, 0.0), **rows) >= 0.0


def test_neighbours_harden_where_the_afghan_line_is_weak() -> None:
    weak, strong = (hardening(*at(g, 0.5), **parameters(hardening)) for g in (0.1, 0.9))
    assert weak > strong


def test_a_handover_hardens_the_neighbours() -> None:
    handover = {"section": "pianj", "agency": "border_troops"}
    plain, weak = simulate(), simulate(events=[Event("2004-06", "handover", handover, label="h")])
    assert mean(weak["hardening"], 12) > mean(plain["hardening"], 12)


# Militants.


def test_a_base_does_nothing_against_enemies_inside() -> None:
    """What decides a mutiny reads no base, and the backing of mandate nought helps nobody."""
    assert not {"base", "deterrence"} & set(parameters_of(mutiny_wins))
    few, many = (
        simulate(
            settings={
                "power_base.russia": base,
                "internal_backing": 0.0,
                "guarantee_reward": 0.0,
                "base_for_terms": 0.0,
            },
            events=[Event("2004-02", "arrest", {"commander": "mirzoev"}, label="arrest")],
            end="2004-02",
        )
        for base in (0.0, 12000.0)
    )
    np.testing.assert_array_equal(few["state_failed"], many["state_failed"])
