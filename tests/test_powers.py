"""How powers and militants behave: offers, delivery, guarantee, objection, deterrence."""

from typing import Any

import numpy as np
import pytest
from conftest import finished

from tajsim.axes import Array
from tajsim.inputs.registry import parameter
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.values import parameters_of
from tajsim.rules.purges import mutiny_wins

pytestmark = pytest.mark.usefixtures("compiled_runs")


def simulate(end: str = "2006-12", **options: Any) -> dict[str, Array]:
    return finished(runs=12, seed=4, end=end, **options).record


def mean(series: Array, first: int) -> float:
    return float(series[..., first:, :].mean())


def test_civil_aid_reaches_people() -> None:
    # People are used to what there was from the start.
    more = Event("2004-06", "set", {"parameter": "civil_aid", "value": 2e8}, label="aid")
    poor, aided = (simulate(settings={"civil_aid": 0.0}, events=events) for events in ([], [more]))
    assert mean(aided["hardship"], 12) < mean(poor["hardship"], 12)


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
    assert mean(told["threat_overstated"], 12) > mean(true["threat_overstated"], 12)


def test_a_movement_without_borders_is_feared_more_than_arms() -> None:
    """M89: a member counts for more than a fighter, over all of both ranges."""
    assert parameter("idea_fear").low >= parameter("arms_fear").high


def test_a_handover_hardens_the_neighbours() -> None:
    handover = {"section": "pianj", "agency": "border_troops"}
    plain, weak = simulate(), simulate(events=[Event("2004-06", "handover", handover, label="h")])
    assert mean(weak["hardening"], 12) > mean(plain["hardening"], 12)


def test_a_base_does_nothing_against_enemies_inside() -> None:
    """What decides a mutiny reads no base, and the backing of mandate nought helps nobody."""
    assert not {"base", "deterrence"} & set(parameters_of(mutiny_wins))
    order = Event("2004-02", "arrest", {"commander": "mirzoev"}, label="arrest")
    none = dict.fromkeys(("internal_backing", "guarantee_reward", "base_for_terms"), 0.0)
    few, many = (
        simulate("2004-02", settings={**none, "power_base.russia": base}, events=[order])
        for base in (0.0, 12000.0)
    )
    np.testing.assert_array_equal(few["state_failed"], many["state_failed"])
