"""Camps in a valley, men who go on, drug money for fighters, and where the base stands."""

from __future__ import annotations

import numpy as np

from tajsim.axes import MILITANT_GROUPS, REGIONS, Array
from tajsim.inputs.scenario_parts import Event
from tajsim.model.country import Country
from tajsim.model.model import TajikistanModel
from tajsim.model.stages.force import drive_out, go_on

NORTH = MILITANT_GROUPS.index("northern_afghanistan")


def country(**settings: float) -> TajikistanModel:
    """Return a country three months in, without chance in the parameters."""
    model = TajikistanModel(runs=1, end="2004-12", parameters="fixed", settings=settings)
    for _ in range(3):
        model.step()
    return model


def foothold(control: float, months: int = 12) -> dict[str, Array]:
    """Let 300 men in, half of them on their way, into a valley held so far; return what follows."""
    model, went = country(), np.zeros(1)
    model.militants_inside, model.passing = np.array([300.0]), np.array([150.0])
    start = model.hostility.copy()
    for _ in range(months):
        model.regions[REGIONS.index("rasht")].control = np.array([control])
        drive_out(model, np.zeros(1))
        go_on(model)
        went = went + model.now["militants_onward"]
    return {
        "camps": model.camps,
        "inside": model.militants_inside,
        "passing": model.passing,
        "went": went,
        "anger": model.hostility - start,
    }


def test_a_valley_that_is_not_held_gives_camps_and_raids() -> None:
    held, loose = foothold(0.95), foothold(0.1)
    for name in ("camps", "inside", "went", "anger"):
        assert (loose[name] > held[name]).all(), name
    assert (held["went"] > 0.0).all()
    assert (held["anger"] > 0.0).all()


def test_nobody_goes_on_who_is_not_there() -> None:
    for control in (0.1, 0.95):
        found = foothold(control)
        assert (found["went"] <= 150.0).all()
        assert (found["passing"] <= found["inside"] + 1e-9).all()
        assert (found["passing"] >= 0.0).all()


def pay_double(country: Country) -> None:
    country.outside.buyers = np.full(1, 2.0 if country.months_run else 1.0)


class DearAbroad(TajikistanModel):
    month = (*TajikistanModel.month[:1], ("buyers", pay_double), *TajikistanModel.month[1:])


def fighters(**settings: float) -> Array:
    """Return the fighters of each group after three years of a doubled drug price abroad."""
    model = DearAbroad(runs=1, end="2006-12", parameters="fixed", settings=settings, outcomes=())
    model.run_to_end()
    assert (model.drug_money > 1.0).all()
    return np.stack([group.fighters for group in model.militants])


def test_drug_money_keeps_fighters_on_the_routes_only() -> None:
    without, paid = fighters(drug_finance=0.0), fighters(drug_finance=0.5)
    assert (paid[NORTH] > without[NORTH]).all()
    np.testing.assert_allclose(paid[1 - NORTH], without[1 - NORTH], rtol=0.05)


def test_a_strained_state_draws_the_base_to_the_capital() -> None:
    calm = country()
    assert 0.0 < float(calm.forward[0]) < 1.0
    before = calm.forward.copy()
    calm.regime.strain = np.ones(1)
    calm.step()
    assert (calm.forward < before).all()


def test_a_base_near_the_border_deters_more_than_one_at_the_capital() -> None:
    surge = {"parameter": "militant_pressure.northern_afghanistan", "value": 5.0}
    events = [Event("2004-01", "set", surge, label="surge")]
    attempts = []
    for forward in (0.0, 1.0):
        model = TajikistanModel(
            runs=100,
            end="2008-12",
            events=events,
            settings={"base_forward": forward},
            outcomes=("incursions",),
        )
        model.run_to_end()
        attempts.append(float(model.record["incursions"][NORTH].sum()))
    assert attempts[1] < attempts[0]
