"""Commanders, posts and purges: what the rules answer, and what the stages make of it."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
import pytest
from rule_inputs import all_rules, between, states

from tajsim.agents.commander import (
    ARRESTED,
    BOUGHT_OFF,
    KILLED,
    MUTINIED,
    NO_POST,
    SERVING,
    WAITING,
    Commander,
)
from tajsim.axes import AGENCIES, COMMANDERS, Array
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.values import parameters_of
from tajsim.model.country import Country
from tajsim.model.model import MONTH, TajikistanModel
from tajsim.model.stages.elite import elite, go_over, post_for_bargains
from tajsim.rules.loyalty import following_step
from tajsim.rules.purges import cheapest_post
from tajsim.rules.rents import shortfall

RULES = all_rules()
RUNS = 200

#: Rule, state, and whether the answer rises or falls with it.
DIRECTIONS = [
    ("purges.purge_hazard", "threat", "rises"),
    ("purges.purge_hazard", "power", "falls"),
    ("purges.purge_hazard", "guarantee", "rises"),
    ("purges.purge_hazard", "grudge", "rises"),
    ("purges.purge_hazard", "months_since", "rises"),
    ("purges.deterred", "guarantee", "falls"),
    ("purges.resists", "power", "rises"),
    ("purges.resists", "guarantee", "falls"),
    ("purges.hold_on_men", "growth", "rises"),
    ("purges.power_of", "men", "rises"),
    ("purges.power_of", "rent_ratio", "rises"),
    ("purges.power_of", "control", "falls"),
    ("purges.perceived_threat", "loyalty", "falls"),
    ("purges.perceived_threat", "trust", "falls"),
    ("purges.perceived_threat", "doubted", "rises"),
    ("purges.civilian_control_step", "struck", "rises"),
    ("purges.civilian_control_step", "breaks", "falls"),
    ("purges.trust_step", "defections", "falls"),
    ("loyalty.loyalty_aim", "rent_ratio", "rises"),
    ("loyalty.loyalty_aim", "fear", "falls"),
    ("loyalty.loyalty_aim", "grudge", "falls"),
    ("loyalty.fear_step", "channel_closed", "rises"),
    ("purges.fight_chance", "fear", "rises"),
    ("purges.fight_chance", "following", "rises"),
    ("purges.mutiny_wins", "loyal_force", "falls"),
    ("loyalty.rejoining", "grievance", "rises"),
    ("loyalty.named_step", "breaks", "rises"),
    ("loyalty.skill_carried", "defections", "rises"),
    ("loyalty.election_near", "months", "falls"),
    ("loyalty.kompromat_step", "corruption", "rises"),
    ("loyalty.kompromat_step", "window", "falls"),
    ("loyalty.rank_step", "kompromat", "rises"),
    ("loyalty.rank_step", "window", "rises"),
    ("outsourcing.token_effort", "demand", "rises"),
    ("outsourcing.condition_felt", "demand", "falls"),
    ("outsourcing.condition_felt", "dismay", "rises"),
    ("outsourcing.dismay_step", "head", "rises"),
    ("outsourcing.coordinated", "alarm", "falls"),
    ("outsourcing.coordinated", "bodies", "falls"),
]


@pytest.mark.parametrize(("name", "state", "direction"), DIRECTIONS)
def test_answers_go_the_documented_way(name: str, state: str, direction: str) -> None:
    rule, random = RULES[name], np.random.default_rng(5)
    found, parameters = states(rule, 2000, random), between(rule, 2000, random)
    values = np.sort(np.stack([found[state], states(rule, 2000, random)[state]]), axis=0)
    low = rule(**(found | {state: values[0]}), **parameters)
    high = rule(**(found | {state: values[1]}), **parameters)
    change = (high - low) * (1.0 if direction == "rises" else -1.0)
    assert change.min() >= -1e-12
    assert change.max() > 0.0


def power_of(
    men: float, rent_ratio: float, control: float, *, following_half: float, civilian_check: float
) -> float:
    worth = men * (1.0 + rent_ratio) / 2.0
    return (1.0 - civilian_check * control) * worth / (worth + following_half)


def perceived_threat(
    power: float, loyalty: float, trust: float, distrusted_past: float, doubted: float
) -> float:
    believed = loyalty * trust * (1.0 - 0.3 * distrusted_past) * (1.0 - doubted)
    return power - power * believed


def resists(
    power: float,
    guarantee: float,
    fear: float,
    draw: float,
    *,
    resistance: float,
    guarantee_deters: float,
) -> float:
    chance = min(resistance * power * (1.0 + fear), 1.0)
    chance *= 1.0 - guarantee_deters * guarantee * guarantee
    return 1.0 if draw < chance else 0.0


def hold_on_men(at_home_post: float, growth: float, *, away_hold: float) -> float:
    return sqrt(growth) if at_home_post > 0.5 else away_hold


def rank_step(
    rank: float,
    kompromat: float,
    window: float,
    *,
    security_rank_start: float,
    kompromat_worth: float,
    election_worth: float,
    security_rank_speed: float,
) -> float:
    odds = security_rank_start / (1.0 - security_rank_start)
    odds *= 1.0 + kompromat_worth * kompromat * (1.0 + election_worth * window)
    return (1.0 - security_rank_speed) * rank + security_rank_speed * odds / (1.0 + odds)


WRITTEN_AGAIN: dict[str, Callable[..., float]] = {
    "purges.power_of": power_of,
    "purges.perceived_threat": perceived_threat,
    "purges.resists": resists,
    "purges.hold_on_men": hold_on_men,
    "loyalty.rank_step": rank_step,
}


@pytest.mark.parametrize("name", WRITTEN_AGAIN)
def test_array_rule_equals_the_scalar_one(name: str) -> None:
    rule, random = RULES[name], np.random.default_rng(12)
    state, parameters = states(rule, RUNS, random), between(rule, RUNS, random)
    together = rule(*state.values(), **parameters)
    for run in range(RUNS):
        alone = WRITTEN_AGAIN[name](
            *(float(values[run]) for values in state.values()),
            **{key: float(parameters[key][run]) for key in parameters_of(rule)},
        )
        np.testing.assert_allclose(together[run], alone, rtol=1e-11, atol=1e-14)


def test_nothing_is_owed_where_nobody_claims() -> None:
    assert shortfall(np.array([0.0, 0.0, 1.0]), np.array([0.0, 2.0, 2.0])).tolist() == [0, 1, 0.5]


def test_the_cheapest_post_matters_least_at_home_and_most_abroad() -> None:
    use = np.array([[0.3], [0.03], [0.03], [0.01]])
    abroad = np.array([[0.0], [0.1], [0.6], [0.9]])
    closed = np.array([[0.0], [0.0], [0.0], [1000.0]])
    assert cheapest_post(use, abroad, closed, minister_veto=np.array([0.05])).tolist() == [2]
    closed[2] = 20.0  # a minister whose word counts for more than what is won abroad
    assert cheapest_post(use, abroad, closed, minister_veto=np.array([0.05])).tolist() == [1]


def test_some_of_three_hundred_followers_are_there_after_six_years() -> None:
    men = np.array([300.0])
    for _ in range(72):
        men = following_step(men, np.zeros(1), following_fading=np.array([0.02]))
    assert 10.0 < men[0] < 150.0


def model(runs: int = RUNS, events: tuple[Event, ...] = (), **settings: Any) -> TajikistanModel:
    chosen = {name.replace("__", "."): value for name, value in settings.items()}
    return TajikistanModel(
        runs=runs, seed=3, end="2006-12", settings=chosen, events=events, parameters="prior"
    )


def event(kind: str, commander: str, month: str = "2004-01") -> Event:
    return Event(month, kind, {"commander": commander}, label=f"{kind} {commander}")


def orders(country: Country) -> Array:
    """Return the orders that are out, ``(commander, run)``."""
    return np.stack([np.maximum(c.arrest_order, c.dismissal_order) for c in country.commanders])


def test_one_blow_a_month_against_one_in_reach() -> None:
    tried = model(purge_rate=0.12, purge_pause=3.0)
    before: list[Array] = []
    struck = np.zeros(RUNS)

    def probe(country: Country) -> None:
        nonlocal struck
        new = (orders(country) > 0.5) & (before.pop() < 0.5)
        assert new.sum(axis=0).max() <= 1
        assert not new[:, orders(country).sum(axis=0) > 1].any()
        for i, commander in enumerate(country.commanders):
            assert not (new[i] & (commander.in_place < 0.5)).any()
            # Who has humiliated the regime is arrested, the others are told to go.
            assert (commander.arrest_order[new[i]] == (commander.grudge[new[i]] > 0.0)).all()
        struck += new.sum(axis=0)
        assert (country.regime.months_since_purge[new.any(axis=0)] == 0.0).all()

    stages = list(MONTH)
    place = [name for name, _ in stages].index("choices")
    stages.insert(place + 1, ("probe", probe))
    stages.insert(place, ("before", lambda country: before.append(orders(country))))
    tried.month = tuple(stages)
    tried.run_to_end()
    assert struck.sum() > 20


def after_dismissal(**settings: Any) -> tuple[TajikistanModel, Commander]:
    tried = model(events=(event("dismiss", "mirzoev"),), **settings)
    tried.step()
    return tried, tried.commander["mirzoev"]


def test_a_dismissed_commander_goes_or_is_bought_with_the_drug_agency() -> None:
    tried, mirzoev = after_dismissal()
    bought, gone = mirzoev.status == BOUGHT_OFF, mirzoev.status == ARRESTED
    assert (bought | gone).all()
    assert 0.4 < bought.mean() < 0.95
    drugs = AGENCIES.index("drug_control_agency")
    assert (mirzoev.post[bought] == drugs).mean() > 0.8
    assert (mirzoev.post[gone] == NO_POST).all()
    assert (mirzoev.grudge == bought).all()
    tried.step()
    assert (tried.agency["drug_control_agency"].purged[bought & (mirzoev.post == drugs)] > 0).all()
    successor = tried.commander["first_successor"]
    assert (successor.status == SERVING).all()
    assert (successor.post == AGENCIES.index("presidential_guard")).all()


def test_a_guarantee_deters_resistance_and_makes_arrest_safe() -> None:
    safe = {"power_guarantee__russia": 1.0}
    _, alone = after_dismissal(power_guarantee__russia=0.0)
    _, backed = after_dismissal(**safe)
    assert (backed.status == BOUGHT_OFF).mean() < (alone.status == BOUGHT_OFF).mean() - 0.2
    arrested = []
    for settings in ({"power_guarantee__russia": 0.0}, safe):
        tried = model(events=(event("dismiss", "mirzoev"),), **settings)
        tried.step()
        mirzoev = tried.commander["mirzoev"]
        bought = mirzoev.status == BOUGHT_OFF
        for _ in range(8):
            tried.step()
        arrested.append((mirzoev.status[bought] == ARRESTED).mean())
    assert arrested[1] > arrested[0] + 0.2


def test_no_post_is_given_twice() -> None:
    tried, mirzoev = after_dismissal()
    post = post_for_bargains(tried)
    for commander in tried.commanders:
        assert not (commander.in_place * (commander.post == post)).any()
    assert (mirzoev.in_place > 0).any()
    assert not (post == AGENCIES.index("russian_border_troops")).any()


def test_who_waits_keeps_his_men_and_his_mind() -> None:
    tried = model(runs=50)
    waiting = tried.commander["second_successor"]
    start = {k: v.copy() for k, v in waiting.state().items()}
    for _ in range(24):
        tried.step()
    still = waiting.status == WAITING
    assert still.any()
    for name in ("following", "loyalty", "fear", "rent_ratio"):
        np.testing.assert_array_equal(getattr(waiting, name)[still], start[name][still])


def rebels(**settings: Any) -> TajikistanModel:
    """Return a model in which Ziyoyev was ordered to be arrested and much speaks for a fight."""
    order = (event("arrest", "ziyoyev"),)
    return model(events=order, mutiny_bias=0.5, mutiny_fear=4.0, **settings)


def test_a_mutiny_is_fought_out_and_leaves_traces() -> None:
    tried = rebels()
    trust = tried.regime.trust.copy()
    tried.step()
    ziyoyev = tried.commander["ziyoyev"]
    rose = tried.now["mutinies"][COMMANDERS.index("ziyoyev")] > 0.5
    assert 0.05 < rose.mean() < 0.95
    assert (ziyoyev.status[~rose] == ARRESTED).all()
    won = rose & (ziyoyev.status == MUTINIED)
    assert (ziyoyev.status[rose & ~won] == KILLED).all()
    assert (tried.regime.failed[won] == 1.0).all()
    others = tried.now["mutinies"].sum(axis=0) + tried.now["defections"].sum(axis=0)
    assert (tried.regime.trust[rose] < trust[rose]).all()
    assert (tried.now["deaths"][rose] > 0.0).all()
    beaten = rose & (ziyoyev.status == KILLED)
    kin, stranger = tried.commander["nazarzoda"], tried.commander["kasymov"]
    tried.step()
    # Captives name their own side; its old fighters would join the next rebel of it.
    assert (kin.named[beaten & (others == 1)] > 0.0).all()
    assert not stranger.named[beaten & (others == 1)].any()
    assert (kin.fear[beaten & (others == 1)] > stranger.fear[beaten & (others == 1)]).all()
    assert (kin.rejoining[beaten] > 0.0).all()


def test_old_fighters_lower_the_bar_for_the_next_mutiny() -> None:
    tried = model(runs=20)
    tried.step()
    kin, fear, none = COMMANDERS.index("nazarzoda"), np.full(20, 0.5), np.zeros(20)

    def chance(guarantee: Array) -> Array:
        found: Array = tried.commanders.chance_to_fight(fear, guarantee)[kin]
        return found

    tried.commanders[kin].rejoining = none
    before = chance(none)
    tried.commanders[kin].rejoining = np.full(20, 100.0)
    assert (chance(none) > before).all()
    assert (chance(np.ones(20)) < chance(none)).all()


def test_purges_firm_civilian_control_and_mutinies_loosen_it() -> None:
    tried = model(runs=50, events=(event("dismiss", "mirzoev"),))
    tried.step()
    gone = tried.commander["mirzoev"].status == ARRESTED
    assert (tried.regime.civilian_control[gone] > 0.0).all()
    broken = tried.now["mutinies"].sum(axis=0) + tried.now["defections"].sum(axis=0)
    kept = ~gone & (tried.now["purges"].sum(axis=0) == 0.0) & (broken == 0.0)
    assert not tried.regime.civilian_control[kept].any()


def test_a_defector_appeals_to_others_and_brings_his_skill() -> None:
    tried = model(runs=10)
    tried.step()
    pull, ready = tried.broadcast.copy(), tried.militants[0].readiness.copy()
    tried.now["defections"][:] = 0.0
    tried.now["defections"][COMMANDERS.index("khalimov"), :5] = 1.0
    go_over(tried)
    assert (tried.broadcast[:5] > pull[:5]).all()
    assert (tried.militants[0].readiness[:5] > ready[:5]).all()
    np.testing.assert_array_equal(tried.militants[0].readiness[5:], ready[5:])


def test_donors_are_dismayed_by_a_warlord_and_see_more_than_is_done() -> None:
    tried, mirzoev = after_dismissal()
    tried.step()
    heads = mirzoev.post == AGENCIES.index("drug_control_agency")
    assert heads.any()
    assert (tried.regime.dismay[heads] > 0.0).all()
    assert (tried.regime.dismay[~heads & (mirzoev.in_place == 0.0)] > 0.0).mean() < 0.1
    assert (tried.regime.shown >= tried.regime.effort).all()


def test_orders_do_not_outlive_the_month() -> None:
    tried = rebels()
    stages = dict(MONTH)
    assert stages["elite"] is elite
    tried.month = tuple((name, stage) for name, stage in MONTH if name != "force")
    tried.step()
    assert not orders(tried).any()
