"""Corruption in three, pay from what there is, claims on habit: signs, edges, ways down."""

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from conftest import finished

from tajsim.axes import AGENCIES, DEALS, Array
from tajsim.inputs.scenario_parts import Event, load_scenario

pytestmark = pytest.mark.usefixtures("compiled_runs")

NAMES = ("border_troops", "interior_ministry", "drug_control_agency")
BORDER, POLICE, DRUGS = map(AGENCIES.index, NAMES)


def simulate(events: tuple[Event, ...] = (), end: str = "2012-12") -> Any:
    return finished(runs=40, seed=3, end=end, events=events, parameters="prior")


@pytest.fixture(scope="module")
def plain() -> Any:
    """The reference, nine years."""
    return simulate()


def late(series: Array, place: int) -> float:
    return float(series[place, -12:].mean())


def test_a_unit_that_meets_no_trafficker_does_not_collude() -> None:
    model = simulate(end="2006-12")
    # Only those who come over from a guard have the habit: 2e-5 in one run of 40.
    assert (model.agency["army"].collusion < 1e-4).all()
    assert np.isnan(model.record["collusion"][AGENCIES.index("army")]).all(), "missing, not zero"
    assert (model.agency["army"].predation > 0.2).all(), "its recruits are preyed on all the same"


def test_pay_keeps_pace_and_the_vetted_stay_while_it_does(plain: Any) -> None:
    """The documented pay of January 2004 grows with revenue, a donor's part as its deal stands."""
    model = plain
    pay = model.record["pay"]
    assert pay[POLICE, 0].mean() == pytest.approx(20.0, rel=0.02)
    assert pay[BORDER, 0].mean() == pytest.approx(1.0, rel=0.02)
    grown = model.revenue.mean()
    assert pay[POLICE, -1].mean() == pytest.approx(20.0 * grown, rel=0.4)
    paid = model.record["deals_in_force"][DEALS.index("us_drug_agency")].min(axis=0) > 0.0
    vetted = model.agency["drug_control_agency"].vetted
    assert (vetted[paid] > 0.8).all() and vetted[~paid].mean() < vetted[paid].mean() - 0.1
    for place in (POLICE, BORDER, DRUGS):
        assert 0.05 < late(model.record["collusion"], place) < 0.95


def test_the_top_up_that_ends_shows_over_years(plain: Any) -> None:
    lower = {"parameter": "agency_pay.drug_control_agency", "value": 100.0}
    ended = simulate((Event("2006-01", "set", lower, label="less"),)).record["collusion"]
    gap = (ended - plain.record["collusion"])[DRUGS].mean(axis=-1)
    assert gap[24] == 0.0 or gap[24] < gap[36] < gap[-1]
    assert gap[-1] > 0.05


def test_open_crossings_feed_fewer(plain: Any) -> None:
    free = simulate(load_scenario("uzbek-border-opens").events)
    assert (free.barrier <= plain.barrier).all()
    assert free.barrier.mean() < plain.barrier.mean() - 0.1
    for place in (BORDER, AGENCIES.index("customs")):
        taken = [late(m.record["extortion"], place) for m in (free, plain)]
        assert taken[0] < taken[1]


def test_an_emptied_force_is_empty() -> None:
    model = simulate(load_scenario("russian-border-withdrawal").events, "2006-12")
    strength = model.record["strength"][AGENCIES.index("russian_border_troops")]
    assert ((strength >= 1.0) | (strength == 0.0)).all()
    assert (strength[-1] == 0.0).all()


OWN = [i for i, name in enumerate(AGENCIES) if name != "russian_border_troops"]
RUSSIAN = AGENCIES.index("russian_border_troops")


@lru_cache
def record(**settings: float) -> dict[str, Array]:
    """Return two years of a few runs."""
    model = finished(runs=6, seed=4, end="2005-12", settings=settings, parameters="prior")
    return {name: series.astype(float) for name, series in model.record.items()}


def test_reported_is_what_is_met_times_willingness_times_honesty() -> None:
    found = record()
    product = found["heroin_met"] * found["seizure_willingness"] * found["seizure_honesty"]
    product = np.where(np.isnan(product), 0.0, product)  # an agency without people reports nothing
    np.testing.assert_allclose(product, found["heroin_seized_reported"], rtol=1e-4, atol=1e-3)
    for name in ("seizure_willingness", "seizure_honesty"):
        assert np.nanmin(found[name]) >= 0.0
        assert np.nanmax(found[name]) <= 1.0 + 1e-6
    assert (found["seizure_willingness"][AGENCIES.index("border_troops")] < 1.0).all()


def test_orders_from_above_bind_the_country_s_agencies_alone() -> None:
    """Where those above shelter the trade, own agencies seize less of what they meet."""
    none, full = record(shelter_strength=0.0), record(shelter_strength=1.0)
    first = "seizure_willingness"
    busy = [i for i in OWN if none["heroin_met"][i, 1].all()]
    assert len(busy) > 3
    assert (full[first][busy, 0] <= none[first][busy, 0]).all()
    assert (full[first][busy, 0].mean(axis=-1) < none[first][busy, 0].mean(axis=-1)).all()
    # The months before the start differ too: but for them, no order reaches a guard of Russia's.
    np.testing.assert_allclose(full[first][RUSSIAN, 0], none[first][RUSSIAN, 0], rtol=1e-3)


def test_resold_drugs_are_income_of_those_who_sell_them() -> None:
    honest, thieves = record(theft_share=0.2), record(theft_share=0.95)
    assert (thieves["heroin_resold"] > honest["heroin_resold"]).all()
    assert (thieves["drug_rents"][0] > honest["drug_rents"][0]).all()
