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

pytestmark = pytest.mark.usefixtures("compiled_runs")

#: Rules by ``function`` and by ``file.function``, where two files have one of that name.
RULES = {
    short: (name, rule)
    for name, rule in all_rules().items()
    for short in (name.rpartition(".")[2], name)
}
RUNS = 2000

#: Mechanism, rule (with the place of the result where there are several), argument, sign; by id.
SIGNS = """
M01 gains[0] weight +   M02 gains[1] cover +   M03 gains[0] protected +   M04 threat perceived +
M04 benefit[0] exposure +   M04 size_wished ratio +   M04 worth_its_cost benefit +
M05 worth_its_cost budget +   M05 budget_aim seen +   M06 prices[0] command -
M10 opening[0] guard -   M14 cover on_the_spot +
M18 stands_behind power -   M20 civilian_control_step struck +   M21 resists[4] power +
M26 deterred guarantee -   M26 calm fear -   M27 protest_chance[2] struck_here +
M28 rank_step kompromat +   M28 kompromat_step corruption +   M29 election_near months -
M33 extortion fear +
M34 protest_chance[3] unchecked +   M37 voiced fear -   M38 voiced abroad_share -
M40 idle_step returned +   M40 strain_terms[2] idle +   M41 voiced fear -
M42 cronyism_aim civic_space -   M42 watched civic_space +   M42 hazed civic_space +
M44 insecurity border_weakness +   M45 collusion_aim pay -   M45 predation_aim pay -
M45 pay_weight fed -   M46 collusion_aim bribery_norm +   M47 quality_aim pay_ratio +
M48 collusion_aim watch -   M48 collusion_aim vetted -   M49 strength_change pay_ratio +
M50 quality_aim best_drawn_off -   M51 reported_share theft_share -   M52 collusion_aim bribe +
M54 part_of part +   M54 strain_terms[8] mafia +   M55 fate_of_aid[2] repeats +
M57 instalment_paid free_riding -   M57 instalment_paid weight +
M58 watched donor_coordination +   M58 looked_away donor_coordination -
M58 fate_of_aid[1] watch -   M58 repetition donor_coordination -   M59 volume spread +
M62 detection quality +   M63 quality_aim level +   M64 exit_detection quality +
M65 quality_aim kit +   M66 inland_detection persons +   M67 coordinated bodies -
M68 price_beyond buyers +   M70 reception carried -   M72 insecurity border_weakness +
M76 hardening guard -   M81 barrier_step rents +   M82 barrier_step trade_pressure -
M83 budget_aim seen +   M84 benefit[0] gap +   M85 guarantee alignment +   M87 members_aim anger +
M89 underground_arrested members +   M89 threat_of_ideas members +
M90 underground_arrested effort +   M91 underground_arrested skill -
M93 radicalised creed_ratio +   M94 inside_step[0] reach -   M98 hostility_step transit +
M98 hostility_step militants +   M99 fighters_step pressure +   M100 opening[1] strain +
M103 pressure_from_exile hostility +   M104 conditions_asked rivals -
M104 gains[4] concentration -   M104 better_terms accept +   M105 benefit[2] rival +
M106 benefit[0] threat +   M107 benefit[1] own_use +   M108 benefit[2] rivalry +
M109 prices[2] asked -   M109 better_terms opening +   M111 leverage debt_ratio +
M111 press_chance bite +   M111 expected_harm chance +   M112 reception presence +
M112 leverage remittance_ratio +   M113 mutiny_wins patron -   M113 strain_terms[7] unbacked +
M119 inside_step[0] troops -   M120 prices[3] harm -   M120 concession_aim leverage +
M120 prices[1] reliance -   M123 gains[0] protected +   M126 built_step ramp +
M128 benefit[2] rival +   M130 deterrence base +   M133 migration_flow demand +
P01 absorption seat_share +   P02 shed[0] lost +   P03 absorption seat_share +
P04 radicalised creed_ratio +   P05 grievance_aim ratios +   P06 skill_against_violence creed -
P07 exclusion cronyism +   P08 absorption creed -   P09 threat_parts ratios +
P10 threat_step push +   P11 step_chances[0] threat +   P12 urge_to_strike control +
P13 step_chances[0] outside_cost -   P13 kept_peace standing -   P14 step_chances[1] threat -
P20 control_of_faith step +   P21 exclusion standing -   P22 step_chances[1] outside_cost +
P22 agreement_chance recent +   P23 danger_of_leaving ruler_immunity -
P23 readiness_to_leave danger -   P24 nearness to_go -   P24 settlement succession_process +
P24 doubt_of_after settled -   P24 loyalty_aim[6] doubt -   P24 stands_behind settled +
P24 bargain_chance share_behind +   P25 exclusion opposition +   P26 attack_chance[0] truce -
P26 idle_step returned +   P27 absorption vote_fraud -
S01 fight_chance fear +   S01 dread_of_custody no_way_back +
S02 loyalty.fear_step peers_struck +   S03 break_hazard[1] creed +   S04 trust_step breaks -
S05 broadcast_step defections +   S06 skill_carried quality +   S07 mutiny_wins loyal_force -
S10 rejoining scattered +   S11 named_step breaks +   S12 answer_chances[0] control -
S12 truce_step agreed +   S13 riot_chance hit +   S14 riot_chance strong +
S16 killing_chance beyond +   S17 control_aim control_base +   S17 lost_control[0] garrison -
S18 hazed abused -   S19 coordinated alarm -   S20 coordinated bodies -   S25 forces quality +
S28 deterred no_way_back +   S28 kept_peace standing -   S28 loyalty.fear_step channel_closed +
S29 rejoining grievance +
E01 remittances boom +   E01 hardship[0] better_off -   E02 grievance_aim ratios +
E04 radicalised pull +   E05 output_step corruption -   E06 civil_aid_parts[1] cronyism -
E06 fate_of_aid[0] corruption -   E07 climb[1] income +   E07 shelter_step drug_rents +
E09 collusion_aim bribe +   E10 reported_share collusion -   E10 reported_share gain -
E10 sheltered shelter +   E10 clear[2] sheltered -   E11 sheltered protection +
E11 arrests[0] protection -   E11 volume hit -   E13 price_at_border harvest -
E14 detection terrain -   E15 detection density +   E18 national_output sent +
E19 failure_chance strain +   E20 fate_of_aid[1] corruption +
E21 repetition donor_coordination -   E22 strain_terms[4] unpaid +
O01 cover aid +   O02 equipped_reach kit +   O02 equipped_reach predation +
O03 fate_of_aid[1] corruption +   O04 outside_cost west_priority -
O05 outside_cost condition_weight +   O06 own_condition level +   O06 watched donor_monitoring +
O06 shelter_step aid -   O06 fate_of_aid[1] watch -   O08 benefit[0] threat +
O10 prices[1] reliance -   O10 concentration by_power +   O11 benefit[1] attention +
O12 grievance bloc +   O13 grievance bloc +   O15 reliance dependence +   O17 prices[0] command -
O18 benefit[3] friend +   O18 leverage remittance_ratio +   O18 sweetened refused +
O19 guarantee alignment +   O20 invested strain -   O20 output_gained invested +
O21 outside_cost west_share +   O22 outside_cost moscow_tolerance -   O23 overstatement earned +
O23 overstatement excuse +   O23 believed donor_monitoring -   O23 looked_away told +
O23 as_told told +   O24 quality_aim dialogue +   O24 conditions_asked condition +
O28 benefit[1] own_use +
X01 deterrence guarantee +   X04 inside_step[0] troops -   X04 called inside +
X05 deterrence base +   X06 posture_step strain -   X06 at_border forward +
X06 near_capital forward -   X07 ramp_step held +   X08 inside_step[0] troops -
X09 fighters_step pressure +   X10 fighters_step pressure +   X11 crossing_chance allies +
X12 inside_step[2] inside +   X12 inside_step[2] hardening -   X13 opening[2] friends +
X16 opening[0] guard -   X17 hardening guard -   X19 attack_chance[0] violent +
X19 attack_chance[0] recent +   X19 fear_aim ratios +   X20 opening[1] strain +
X21 patron_word doubt -   X21 offered ratio +   X22 offered ratio +
M13 pay_weight effort_ratio +   M30 rank_step window +   S23 fight_chance men +
"""
WORDS = SIGNS.split()
ROWS = list(zip(WORDS[::4], WORDS[1::4], WORDS[2::4], WORDS[3::4], strict=True))
#: The same of what no statement says in so many words, from the docstrings of the rules.
ALSO = """
purge_hazard[-1] threat +   purge_hazard[-1] power -   purge_hazard[-1] guarantee +
purge_hazard[-1] grudge +   purge_hazard[-1] months_since +   purge_hazard[-1] urge +
resists[-1] guarantee -   hold_on_men growth +   power_of men +   power_of forces -
power_of control -   perceived_threat loyalty -   perceived_threat trust -
perceived_threat doubted +   civilian_control_step breaks -   successor_chance vacant +
price_of_post interest -   loyalty_aim[-1] rent_ratio +   loyalty_aim[-1] shortfall -
loyalty_aim[-1] fear -   loyalty_aim[-1] guarantee +   loyalty_aim[-1] creed -
loyalty_aim[-1] grudge -   following_step rent_ratio +   urge_to_strike clinging +
kept_peace past -   skill_carried defections +   kompromat_step window -
danger_of_leaving disloyal +   danger_of_leaving record +   heir_chance ready +
heir_chance danger -   settlement heir +   doubt_of_after near +   doubt_of_after ready +
claims_step doubt +   stands_behind loyalty +   stands_behind fear -   stands_behind patron +
stands_behind vacant -   dread_of_losing vacant +   dread_of_losing settled -
ranks_behind collusion -   bargain_chance shortfall -   bargain_chance leverage +
corruption.habit_step cleaned -   corruption.habit_step aim +   cronyism_aim unpaid +
cronyism_aim donor_monitoring -   with_clients replaced +   with_clients clientele +
without_staff replaced -   reported_share at_stake +   strength_change wanted +   pay_weight fed -
grievance_aim absorbed -   press_chance grievance +   press_chance cost -   guarantee presence +
claims_step power +   rent_ratio_step received +   killing_chance truce -   deterrence deters +
"""
MORE = ALSO.split()
TRIED = [row[1:] for row in ROWS] + list(zip(MORE[::3], MORE[1::3], MORE[2::3], strict=True))


def ends_of(name: str, rule_name: str, like: Array) -> tuple[Array, Array]:
    """Return the argument at the low and at the high end of its range, in its own shape."""
    rule = RULES[rule_name][1]
    if name not in parameters_of(rule):
        low, high = state_range(rule, name)
    else:
        rows = [p for p in load_parameters().values() if p.family == load_families()[name].name]
        low, high = min(p.low for p in rows), max(p.high for p in rows)
    return np.full_like(like, low), np.full_like(like, high)


@pytest.mark.parametrize(("place", "argument", "sign"), TRIED)
def test_the_rule_moves_as_the_statement_says(place: str, argument: str, sign: str) -> None:
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


def test_the_rules_tried_carry_their_rows() -> None:
    places = {(row[0], RULES[row[1].partition("[")[0]][0]) for row in ROWS}
    assert [p for p in places if f"rules.{p[1]}" not in mechanism_index()[p[0]]] == []


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
    """O16: of what deals promise, the delivered share arrives."""
    half, all_of_it = (
        simulated("2004-02", settings={"delivery": share, "delivery_moscow": share}).record
        for share in (0.5, 1.0)
    )
    assert (all_of_it["aid_delivered"] > 0.0).any()
    first = 0.5 * all_of_it["aid_delivered"][:, 0]
    np.testing.assert_allclose(half["aid_delivered"][:, 0], first, rtol=1e-3)


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
