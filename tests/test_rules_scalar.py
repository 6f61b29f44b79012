"""Second implementations of decisive rules, in plain Python from their docstrings."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from rule_inputs import Rule, all_rules, between, states

RUNS = 400


def logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


def acceptance_aim(
    relief: float,
    guarantee: float,
    weight: float,
    intrusion: float,
    condition: float,
    exposure_to_overthrow: float,
    objection: float,
    search: float,
    displeasure: float,
    *,
    relief_value: float,
    guarantee_value: float,
    autonomy_price: float,
    condition_price: float,
    objection_price: float,
    search_value: float,
    displeasure_price: float,
) -> float:
    worth = relief_value * relief + guarantee_value * guarantee + search_value * search
    price = autonomy_price * intrusion * weight
    price += condition_price * condition * exposure_to_overthrow
    price += objection_price * objection + displeasure_price * displeasure
    return logistic(worth - price)


def effort_aim(weight: list[float], provision: list[float], *, crowding_out: float) -> list[float]:
    wanted = [w * (1.0 - crowding_out * p) for w, p in zip(weight, provision, strict=True)]
    if sum(wanted) <= 0.0:
        return [1.0 / len(wanted)] * len(wanted)
    return [value / sum(wanted) for value in wanted]


def absorption(
    seat_share: float,
    standing: float,
    appeal: float,
    creed: float,
    *,
    absorption_limit: float,
    absorption_half_seats: float,
    sermon_effect: float,
    vote_fraud: float,
    fraud_cost: float,
) -> float:
    appeal -= appeal * sermon_effect * creed
    pull = 2.0 * appeal / (1.0 + appeal)  # the inputs stay where its cap of 1.5 does not bind
    representation = 0.5
    if seat_share > 0.0:
        representation += 0.5 / (1.0 + absorption_half_seats / seat_share)
    counted = 1.0 - vote_fraud * fraud_cost
    return absorption_limit * standing * pull * representation * counted


def grievance_aim(
    hardship: float,
    extortion: float,
    creed: float,
    idle: float,
    exclusion: float,
    insecurity: float,
    absorbed: float,
    *,
    grievance_hardship: float,
    grievance_extortion: float,
    grievance_creed: float,
    grievance_idle: float,
    grievance_exclusion: float,
    grievance_insecurity: float,
) -> float:
    calm = exp(-grievance_hardship * hardship) * exp(-grievance_extortion * extortion)
    calm *= exp(-grievance_creed * creed) * exp(-grievance_idle * idle)
    calm *= exp(-grievance_exclusion * exclusion) * exp(-grievance_insecurity * insecurity)
    return (1.0 - calm) * (1.0 - absorbed)


def step_hazard(
    threat: float,
    step: float,
    outside_cost: float,
    *,
    ladder_rate: float,
    ladder_threshold: float,
    ladder_ratchet: float,
) -> float:
    if step >= 6 or threat <= ladder_threshold:
        return 0.0
    rate = ladder_rate * (threat - ladder_threshold) * (1.0 + ladder_ratchet * step)
    return 1.0 - exp(-rate * (1.0 - outside_cost))


def crossing_chance(
    fighters: float,
    readiness: float,
    weakness: float,
    window: float,
    allies: float,
    deterrence: float,
    *,
    crossing_rate: float,
    ally_effect: float,
) -> float:
    rate = crossing_rate * fighters / 1000.0 * readiness * weakness
    rate *= (1.0 + window) * (1.0 + ally_effect * allies)
    return 1.0 - exp(-rate * (1.0 - deterrence))


WRITTEN_AGAIN = {
    "outsourcing.acceptance_aim": acceptance_aim,
    "outsourcing.effort_aim": effort_aim,
    "grievance.absorption": absorption,
    "grievance.grievance_aim": grievance_aim,
    "violence.step_hazard": step_hazard,
    "militants.crossing_chance": crossing_chance,
}


@pytest.mark.parametrize("name", WRITTEN_AGAIN)
def test_array_rule_equals_the_scalar_one(name: str) -> None:
    rule: Rule = all_rules()[name]
    random = np.random.default_rng(11)
    state = states(rule, RUNS, random)
    parameters = between(rule, RUNS, random)
    together = rule(*state.values(), **parameters)
    distinct = set()
    for run in range(RUNS):
        alone = WRITTEN_AGAIN[name](
            *(values[..., run].tolist() for values in state.values()),
            **{key: float(values[run]) for key, values in parameters.items()},
        )
        np.testing.assert_allclose(together[..., run], alone, rtol=1e-11, atol=1e-14)
        distinct.add(str(alone))
    assert len(distinct) > RUNS / 10
