"""Rules move the way that the statements of the documents say they do.

For each row: with everything else drawn anywhere in its range, one argument of a rule goes from
the low to the high end of its range. The result must nowhere move against the sign, and must move
with it in some runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rule_inputs import all_rules, between, parameters_of, state_range, states

from tajsim.analysis.mechanisms import mechanism_index
from tajsim.axes import AGENCIES, TASKS, Array
from tajsim.inputs.registry import load_families, load_parameters, parameter
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.model import TajikistanModel
from tajsim.model.stages.partners import perceived_threats

#: Rules by ``function`` and by ``file.function``, where two files have one of that name.
RULES = {
    short: (name, rule)
    for name, rule in all_rules().items()
    for short in (name.rpartition(".")[2], name)
}
RUNS = 2000

#: Mechanism, rule (with the place of the result where there are several), argument, sign.
SIGNS = """
M03 search weakness +
M06 sovereignty_demand unease +
M06 grant_chance border_hold -
M09 condition_felt demand -
M10 crossing_chance deterrence -
M20 civilian_control_step struck +
M21 resists[4] power +
M26 deterred guarantee -
M27 protest_reasons[1] struck_here +
M29 election_near months -
M28 rank_step kompromat +
M28 kompromat_step corruption +
M31 dismay_step outside_interest +
M31 condition_felt dismay +
M34 protest_reasons[2] unchecked +
M33 extortion fear +
M36 crime_aim policing -
M36 crime_aim gangs +
M36 gangs_step policing -
M37 voiced fear -
M38 voiced abroad_share -
M40 idle_step returned +
M41 voiced fear -
M42 diverted_share civic_space -
M42 watched civic_space +
M42 hazed civic_space +
M43 fear_aim policing +
M44 insecurity border_weakness +
M45 collusion_aim pay -
M58 watched donor_coordination +
M58 looked_away donor_coordination -
M58 condition_felt donor_coordination +
O06 watched donor_monitoring +
M46 collusion_aim bribery_norm +
M47 quality_aim pay_ratio +
M48 collusion_aim supervision -
M49 strength_change pay_ratio +
M50 quality_aim best_drawn_off -
M51 reported_share theft_share -
M52 collusion_aim rent_on_offer +
M54 mafia_step drug_income +
M55 diverted_share duplicated +
M57 instalment_paid free_riding -
M57 instalment_paid weight +
M62 detection quality +
M63 quality_aim agency_quality +
M64 exit_detection quality +
M65 quality_aim aid_per_head +
M66 inland_detection persons +
M67 coordinated bodies -
M70 reception carried -
M72 insecurity border_weakness +
M76 hardening guard -
M81 barrier_step rents +
M82 barrier_step pressure -
M85 guarantee alignment +
M89 underground_arrested members +
M89 threat_of_ideas members +
M90 underground_arrested effort +
M91 underground_arrested skill -
M92 gangs_step informers -
M92 weapons_seized informers +
M92 skill_against_violence underworld -
M92 underworld_step incidents -
M93 radicalised creed +
M94 camps_step control -
M94 reach camps -
M94 moving_on camps +
M95 allies preyed_on +
M98 hostility_step transit +
M98 raided raiders +
M99 fighters_step pressure +
M100 pressure_from_exile strain +
M102 incident_chance fringe +
M103 pressure_from_exile hostility +
M104 condition_felt alternatives -
M111 leverage debt +
M112 reception presence +
M113 mutiny_wins patron -
M114 extradited alignment +
M115 extradited exiles +
M119 second_line presence +
M120 displeasure reliance +
M120 displeasure leverage +
M120 acceptance_aim displeasure -
M123 search weakness +
M123 acceptance_aim search +
M123 courted search +
M128 advance weight +
M128 rival_gain watched +
M130 deterrence base +
M132 fighters_step funds +
M133 migration_flow demand +
P01 absorption seat_share +
P02 shed[0] closed +
P03 absorption seat_share +
P04 radicalised creed +
P05 grievance_aim creed +
P06 skill_against_violence creed -
P07 exclusion corruption +
P08 absorption creed -
P09 rival_threat[0] appeal +
P10 rival_threat[2] uncontrolled +
P11 step_hazard ladder_ratchet +
P13 step_hazard outside_cost -
P15 exclusion step +
P16 shed[2] closed +
P18 fear_aim civic_space -
P19 fear_aim incidents +
P20 control_of_faith step +
P21 exclusion standing -
P22 step_hazard outside_cost -
P12 urge_to_strike control +
P13 kept_peace standing -
P23 danger_of_leaving ruler_immunity -
P23 readiness_to_leave danger -
P24 nearness to_go -
P24 settlement succession_process +
P24 doubt_of_after settled -
P24 loyalty_aim[6] doubt -
P24 stands_behind settled +
P24 bargain_chance share_behind +
M18 stands_behind power -
P25 exclusion opposition +
P26 idle_step reabsorption -
P27 absorption vote_fraud -
S01 fight_chance fear +
S01 dread_of_custody no_way_back +
S28 deterred no_way_back +
S28 kept_peace standing -
S02 loyalty.fear_step peers_struck +
S03 break_hazard[1] creed +
S04 trust_step breaks -
S05 broadcast_step defections +
S06 skill_carried quality +
S07 mutiny_wins loyal_force -
S10 rejoining scattered +
S11 named_step breaks +
S12 operation_chance control -
S13 riot_chance hit +
S14 riot_chance power +
S16 killing_chance income +
S17 control_aim control_base +
S18 hazed conscript -
S19 coordinated alarm -
S19 overload work -
S20 coordinated bodies -
S22 skill_against_violence collusion -
S25 second_line collusion -
S28 loyalty.fear_step channel_closed +
S29 rejoining grievance +
E01 remittances demand +
E02 grievance_aim idle +
E03 grievance_aim exclusion +
E04 radicalised pull +
E05 output_step corruption -
E06 civil_aid_parts[1] corruption -
E07 climb[1] income +
E07 shelter_step drug_rents +
E09 collusion_aim rent_on_offer +
E10 reported_share collusion -
E10 reported_share gain -
E10 sheltered shelter +
E10 clear[2] sheltered -
E11 sheltered protection +
E11 arrests protection -
E13 price_at_border harvest -
E14 detection terrain -
E15 overload work -
E17 cleared_step experts +
E17 farmed cleared +
E18 national_output remittances +
E19 failure_chance strain +
E20 diverted_share corruption +
E21 duplication donor_coordination -
E22 strain_reasons[2] shortfall +
O02 equipped_reach aid_per_head +
O02 equipped_reach collusion +
O03 diverted_share corruption +
O04 outside_cost west_priority -
O05 outside_cost condition_weight +
O06 diverted_share donor_monitoring -
O06 shelter_step aid -
O08 alarm strain +
O10 unease reliance +
O10 search unease +
O11 offers attention +
O12 objection bloc_share +
O15 rent_in_kind base +
O17 acceptance_aim intrusion -
O18 leverage migrants +
O19 guarantee alignment +
O20 invested strain -
O20 output_gained invested +
O21 outside_cost west_share +
O22 outside_cost moscow_tolerance -
O23 overstatement earned +
O23 overstatement excuse +
O23 believed donor_monitoring -
O23 frightened told +
O23 looked_away told +
O24 quality_aim dialogue +
O27 partner_exposure helped +
O27 partner_exposure guards +
O27 burnt_step exposure +
X01 deterrence guarantee +
X04 militants_inside_step[0] force -
X04 alliance_force inside +
X05 deterrence base +
X06 forward_aim strain -
X06 at_border forward +
X06 near_capital forward -
X08 second_line presence +
X09 fighters_step pressure +
X10 fighters_step pressure +
X11 crossing_chance allies +
X12 moving_on passing +
X12 moving_on hardening -
X13 allies disgruntled +
X16 crossing_chance weakness +
X17 hardening guard -
X19 incident_chance violent +
X20 crossing_chance window +
X21 alarm strain +
X21 patron_word doubt -
X22 alarm strain +
"""
WORDS = SIGNS.split()
ROWS = list(zip(WORDS[::4], WORDS[1::4], WORDS[2::4], WORDS[3::4], strict=True))


def ends_of(name: str, rule_name: str, like: Array) -> tuple[Array, Array]:
    """Return the argument at the low and at the high end of its range, in its own shape."""
    rule = RULES[rule_name][1]
    if name not in parameters_of(rule):
        low, high = state_range(rule, name)
    else:
        rows = [p for p in load_parameters().values() if p.family == load_families()[name].name]
        low, high = min(p.low for p in rows), max(p.high for p in rows)
    return np.full_like(like, low), np.full_like(like, high)


@pytest.mark.parametrize(("identity", "place", "argument", "sign"), ROWS)
def test_the_rule_moves_as_the_statement_says(
    identity: str, place: str, argument: str, sign: str
) -> None:
    name, _, index = place.rstrip("]").partition("[")
    _, rule = RULES[name]
    random = np.random.default_rng(7)
    given, read = states(rule, RUNS, random), between(rule, RUNS, random)
    holder = read if argument in read else given
    found = []
    for end in ends_of(argument, name, holder[argument]):
        holder[argument] = end
        result = rule(*given.values(), **read)
        found.append(result[int(index)] if index else result)
    change = (found[1] - found[0]) * (1.0 if sign == "+" else -1.0)
    scale = np.abs(found[1]) + np.abs(found[0])
    assert (change >= -1e-9 * scale).all()
    assert (change > 1e-9 * scale).any()


@pytest.mark.parametrize(("identity", "place"), [row[:2] for row in ROWS])
def test_the_rule_tried_carries_the_row(identity: str, place: str) -> None:
    name = RULES[place.partition("[")[0]][0]
    assert f"rules.{name}" in mechanism_index()[identity]


def test_the_regime_ranks_tasks_by_its_survival() -> None:
    """M08, M53: what partners fear most, drugs and militants from abroad, weighs least at home."""
    weight = {task: parameter(f"survival_weight.{task}") for task in TASKS}
    for home in ("internal_order", "elite_control"):
        for abroad in ("drugs", "militancy"):
            assert weight[home].low > weight[abroad].high


def simulated(end: str, **options: Any) -> TajikistanModel:
    events = load_scenario("russian-border-withdrawal").events
    model = TajikistanModel(runs=2, seed=1, end=end, events=events, **options)
    model.run_to_end()
    return model


def test_what_is_pledged_does_not_all_arrive() -> None:
    """O16: of an offer that is taken, the delivered share arrives."""
    powers = simulated("2004-02").powers
    powers.deliver(power_delivery=0.5)
    half = powers.delivered
    powers.deliver(power_delivery=1.0)
    np.testing.assert_allclose(half, 0.5 * powers.delivered)
    assert (powers.delivered <= powers.offer).all()
    assert (half < powers.offer).any()


def test_what_leaving_guards_hand_over_helps_their_successors() -> None:
    """M75: with a larger exit package the Tajik guards who take over are better."""
    calm = {"purge_rate": 0.0, "break_rate": 0.0}
    quality = [
        simulated("2007-12", settings=calm | {"exit_package": worth}).record["quality"]
        for worth in (parameter("exit_package").low, parameter("exit_package").high)
    ]
    own = AGENCIES.index("border_troops")
    assert (quality[1][own, -1] > quality[0][own, -1]).all()
    np.testing.assert_array_equal(quality[1][own, 0], quality[0][own, 0])


def test_fighters_who_stay_abroad_do_not_alarm_the_regime() -> None:
    """M97: what counts is who is inside; fighters with other aims are left alone."""
    model = simulated("2004-02")
    militancy = TASKS.index("militancy")
    before = perceived_threats(model)
    for group in model.militants:
        group.fighters = group.fighters * 10.0
    np.testing.assert_array_equal(perceived_threats(model), before)
    model.militants_inside = model.militants_inside + 100.0
    assert (perceived_threats(model)[militancy] > before[militancy]).all()


def test_the_table_is_read_in_full() -> None:
    assert len(WORDS) % 4 == 0
    assert {row[3] for row in ROWS} == {"+", "-"}
    assert len(ROWS) > 100
