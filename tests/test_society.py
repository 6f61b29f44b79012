"""How people answer, and powers: hardship, fear, violence, the ladder; aid, threats, bases."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from conftest import finished
from rule_inputs import as_documented, at

from tajsim.axes import REGIONS, Array, ranks, total
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import Event, load_scenario
from tajsim.inputs.values import parameters_of
from tajsim.model.model import TajikistanModel
from tajsim.rules.grievance import better_off_step, fear_aim, grievance_aim, hardship
from tajsim.rules.purges import mutiny_wins
from tajsim.rules.violence import attack_chance, recent_step

pytestmark = pytest.mark.usefixtures("compiled_runs")


def mean(series: Array, first: int, last: int | None = None) -> float:
    return float(series[..., first:last, :].mean())


def simulated(
    events: Sequence[Event] = (), end: str = "2006-12", **options: Any
) -> dict[str, Array]:
    return finished(runs=12, seed=2, end=end, events=events, **options).record


def odds(aim: Array) -> Array:
    return aim / (1.0 - aim)


@pytest.mark.parametrize("rule", [grievance_aim, fear_aim])
def test_causes_weigh_by_their_rank_and_none_at_gain_zero(rule: Any) -> None:
    """At gain zero, and where all causes are middling, the level is the usual one."""
    count = 6 if rule is grievance_aim else 4
    absorbed = at(0.0) if rule is grievance_aim else []
    usual = np.ones((count, 1))
    gain = "grievance_gain" if rule is grievance_aim else "fear_gain"
    read, deaf = as_documented(rule), as_documented(rule, **{gain: 0.0})
    middling = rule(usual, ranks(usual), *absorbed, **read)
    effects = []
    for cause in range(count):
        more = usual.copy()
        more[cause] = 3.0
        effects.append(float(odds(rule(more, ranks(more), *absorbed, **read)).item()))
        assert rule(more, ranks(more), *absorbed, **deaf) == middling
    assert effects == sorted(effects, reverse=True)
    assert effects[-1] > odds(middling)
    nothing = rule(0.0 * usual, ranks(usual), *absorbed, **read)
    assert 0.0 < nothing < middling


def test_people_get_used_to_a_loss_in_about_five_years() -> None:
    read, worse = as_documented(better_off_step), []
    better = better_off_step(*at(0.0, -0.2), **read)
    for _ in range(120):
        worse.append(float(hardship(better, **as_documented(hardship))[1].item()))
        better = better_off_step(better, *at(0.0), **read)
    assert worse[0] > worse[60] > worse[119] > 1.0
    assert worse[119] < 1.0 + 0.2 * (worse[0] - 1.0)


def test_the_party_answers_each_step_once_and_none_while_it_is_tolerated() -> None:
    model = TajikistanModel(runs=40, end="2016-06", events=load_scenario("irpt-ban").events)
    irpt, before = model.movement["irpt"], 0.0
    for _ in range(150):
        members, seen = irpt.members.copy(), model.movements.parted[0].copy()
        model.step()
        answered = total(irpt.answer)
        assert set(np.unique(irpt.answer)) <= {0.0, 1.0} and (answered <= 1.0).all()
        assert (answered[model.regime.ladder >= 1.0] == 1.0).all()
        never = (model.regime.ladder < 1.0) & (before == 0.0)
        assert (answered[never] == 0.0).all()
        assert ((irpt.credit >= 0.5) & (irpt.credit <= 1.0)).all()
        assert (irpt.members >= 0.0).all()
        # Who leaves in a split leaves the party: nobody is in it and gone at once.
        parts = (model.movements.parted[0] > seen) & (members > 0.0)
        assert (irpt.members[parts] < members[parts]).all()
        before = answered
    assert (answered == 1.0).all(), "all have answered the ban"


def test_an_obedient_party_carries_more_and_sheds_fewer_than_one_whose_leaders_left() -> None:
    step = Event("2004-03", "repression_step", {"step": "restricted"}, label="pressed")

    def after(answer: int) -> dict[str, Array]:
        model = TajikistanModel(runs=12, seed=2, end="2008-12", events=[step])
        while model.months_run < 5:
            model.step()
        chosen = np.zeros_like(model.movements.answer)
        chosen[answer, 0] = 1.0
        model.movements.answer = chosen
        model.run_to_end()
        return model.record

    obeys, abroad, boycotts = after(0), after(2), after(3)
    assert mean(obeys["channel"], 6, 24) > mean(abroad["channel"], 6, 24)
    assert mean(obeys["radicalised"], 6, 48) < mean(abroad["radicalised"], 6, 48)
    assert mean(boycotts["conditions_kept"], 6, 24) > mean(obeys["conditions_kept"], 6, 24)


def test_the_ban_is_feared_first_and_then_feeds_violence_and_fear_fades() -> None:
    ban = [Event("2005-01", "repression_step", {"step": "leaders_arrested"}, label="ban")]
    plain, banned = simulated([], "2011-12"), simulated(ban, "2011-12")
    rise = {
        name: [mean(banned[name], y, y + 12) - mean(plain[name], y, y + 12) for y in (12, 48, 84)]
        for name in ("fear", "violent_members", "underground_members")
    }
    assert rise["fear"][0] > 3.0 * abs(rise["fear"][2])
    assert 0.0 < rise["violent_members"][0] < rise["violent_members"][2]
    assert rise["underground_members"][0] > 0.0
    assert mean(banned["party_members"], 60, 84) < 0.1 * mean(plain["party_members"], 60, 84)
    np.testing.assert_array_equal(plain["grievance"][:, :12], banned["grievance"][:, :12])


def test_an_act_brings_about_as_many_others_as_the_branching_ratio() -> None:
    read, recent, more = as_documented(attack_chance), np.zeros(1), 0.0
    recent = recent_step(recent, np.ones(1), **as_documented(recent_step))
    for _ in range(200):
        more += float(attack_chance(*at(0.0), recent, *at(0.0), **read)[2].item())
        recent = recent_step(recent, np.zeros(1), **as_documented(recent_step))
    assert more == pytest.approx(float(read["burst"].item()), rel=1e-6)


def test_violence_comes_in_bursts() -> None:
    def clustering(burst: float) -> float:
        settings = {"burst": burst, "incident_rate": 0.15}
        model = finished(runs=60, seed=3, end="2015-12", settings=settings, outcomes=["incidents"])
        years = model.record["incidents"].reshape(12, 12, -1).sum(axis=1)
        return float((years.var(axis=0) / np.maximum(years.mean(axis=0), 1e-9)).mean())

    assert clustering(0.8) > 1.3 * clustering(0.0)


def test_who_joins_is_counted_though_he_dies_and_wars_abroad_empty_when_they_end() -> None:
    record = simulated([], "2020-12")
    assert (np.diff(record["fighters_joined"], axis=0) >= 0.0).all()
    assert (record["fighters_joined"][-1] > record["fighters_abroad"][-1]).all()
    fighters = record["fighters_abroad"].mean(axis=-1)
    assert fighters.argmax() > 108, "none before the war"
    assert fighters[-1] < 0.9 * fighters.max()
    # Members of banned movements are arrested and come home.
    assert (record["arrests"][:36] > 0.0).all()
    assert (record["prisoners"][35] > 0.0).all()


def test_regions_differ_by_their_past_and_their_faith() -> None:
    grievance = simulated([], "2006-12", parameters="fixed")["grievance"].mean(axis=(1, 2))
    assert REGIONS[int(grievance.argmax())] == "rasht"
    assert grievance.max() - grievance.min() > 0.03


def test_civil_aid_reaches_people() -> None:
    # People are used to what there was from the start.
    more = Event("2004-06", "set", {"parameter": "civil_aid", "value": 2e8}, label="aid")
    poor, aided = (simulated(events, settings={"civil_aid": 0.0}) for events in ([], [more]))
    assert mean(aided["hardship"], 12) < mean(poor["hardship"], 12)


def test_an_investor_adds_to_output_and_does_not_press() -> None:
    """O20: the ruler's freedom is that of the reference, month by month."""
    none, much = (simulated(settings={"power_investment.china": i}) for i in (0.0, 3e8))
    assert mean(much["output"], 12) > mean(none["output"], 12)
    assert mean(much["hardship"], 12) < mean(none["hardship"], 12)
    for outcome in ("alignment", "reliance_on_patron", "repression_step"):
        assert abs(mean(much[outcome], 12) - mean(none[outcome], 12)) < 0.02


def test_a_threat_is_overstated_for_gain_and_doubted_by_who_looks() -> None:
    naive, alert = (simulated(settings={"donor_monitoring": m}) for m in (0.0, 0.9))
    assert mean(naive["threat_overstated"], 12) > 5.0 * mean(alert["threat_overstated"], 12) > 0.0
    true, told = (simulated(settings={"overstatement_limit": limit}) for limit in (0.1, 0.7))
    assert mean(told["threat_overstated"], 12) > mean(true["threat_overstated"], 12)


def test_a_movement_without_borders_is_feared_more_than_arms() -> None:
    """M89: a member counts for more than a fighter, over all of both ranges."""
    assert load_parameters()["idea_fear"].low >= load_parameters()["arms_fear"].high


def test_a_handover_hardens_the_neighbours() -> None:
    handover = {"section": "pianj", "agency": "border_troops"}
    plain, weak = simulated(), simulated([Event("2004-06", "handover", handover, label="h")])
    assert mean(weak["hardening"], 12) > mean(plain["hardening"], 12)


def test_a_base_does_nothing_against_enemies_inside() -> None:
    """What decides a mutiny reads no base, and the backing of mandate nought helps nobody."""
    assert not {"base", "deterrence"} & set(parameters_of(mutiny_wins))
    order = Event("2004-02", "arrest", {"commander": "mirzoev"}, label="arrest")
    none = dict.fromkeys(("internal_backing", "guarantee_reward", "base_for_terms"), 0.0)
    few, many = (
        simulated([order], "2004-02", settings={**none, "power_base.russia": base})
        for base in (0.0, 12000.0)
    )
    np.testing.assert_array_equal(few["state_failed"], many["state_failed"])
