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
    vote_fraud: float,
) -> float:
    pull = appeal - appeal * creed / 2.0
    representation = 0.5
    if seat_share > 0.0:
        representation += 0.5 / (1.0 + absorption_half_seats / seat_share)
    share = absorption_limit * standing * representation * (1.0 - vote_fraud / 2.0)
    return min(share * pull / ((1.0 + pull) / 2.0), 1.0)


def grievance_aim(
    ratios: list[float],
    rank: list[float],
    absorbed: float,
    *,
    cause_order: float,
    grievance_usual: float,
    grievance_gain: float,
) -> float:
    whole = sum(cause_order**place for place in rank)
    odds = grievance_usual / (1.0 - grievance_usual)
    for ratio, place in zip(ratios, rank, strict=True):
        odds *= (0.5 + 0.5 * ratio) ** (grievance_gain * cause_order**place / whole)
    odds -= odds * absorbed
    return odds / (1.0 + odds)


def step_chances(
    threat: float, step: float, outside_cost: float, *, ladder_rate: float, ladder_gain: float
) -> tuple[float, float]:
    felt = threat**ladder_gain
    up = ladder_rate * felt * (1.0 + step) * (1.0 - outside_cost)
    down = ladder_rate / felt * step * (1.0 + outside_cost) / 2.0
    return (1.0 - exp(-up) if step < 6 else 0.0, 1.0 - exp(-down) if step >= 1 else 0.0)


def crossing_chance(urge: float, few_guards: float, crisis: float, allies: float) -> float:
    return 1.0 - exp(-urge * exp(few_guards) * exp(crisis) * exp(allies))


def inside_step(
    inside: float,
    troops: float,
    reach: float,
    hardening: float,
    *,
    onward: float,
    clock_season: float,
) -> tuple[float, ...]:
    beaten = inside * reach * troops / max(troops + inside, 1.0) / clock_season
    going = (inside - beaten) * onward / (1.0 + hardening) / clock_season
    left = inside - beaten - going
    stays = left if left >= 1.0 else 0.0
    return stays, inside - going - stays, going


WRITTEN_AGAIN = {
    "outsourcing.acceptance_aim": acceptance_aim,
    "outsourcing.effort_aim": effort_aim,
    "grievance.absorption": absorption,
    "grievance.grievance_aim": grievance_aim,
    "violence.step_chances": step_chances,
    "militants.crossing_chance": crossing_chance,
    "militants.inside_step": inside_step,
}


@pytest.mark.parametrize("name", WRITTEN_AGAIN)
def test_array_rule_equals_the_scalar_one(name: str) -> None:
    rule: Rule = all_rules()[name]
    random = np.random.default_rng(11)
    state = states(rule, RUNS, random)
    parameters = between(rule, RUNS, random)
    # A rule with several answers has them in its first axis.
    together = np.asarray(rule(*state.values(), **parameters))
    distinct = set()
    for run in range(RUNS):
        alone = WRITTEN_AGAIN[name](
            *(values[..., run].tolist() for values in state.values()),
            **{key: float(values[run]) for key, values in parameters.items()},
        )
        np.testing.assert_allclose(np.array(together)[..., run], alone, rtol=1e-11, atol=1e-10)
        distinct.add(str(alone))
    assert len(distinct) > RUNS / 10
