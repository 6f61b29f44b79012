"""What is reported of what passes: flow, detection, bribes and orders, honesty of reports."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from tajsim.axes import AGENCIES, Array
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.values import parameters_of
from tajsim.model.model import TajikistanModel
from tajsim.rules.border_guard import reported_share
from tajsim.rules.rents import commitments_step, shelter_step

OWN = [i for i, name in enumerate(AGENCIES) if name != "russian_border_troops"]
RUSSIAN = AGENCIES.index("russian_border_troops")


@lru_cache
def record(**settings: float) -> dict[str, Array]:
    """Return two years of a few runs."""
    model = TajikistanModel(runs=6, seed=4, end="2005-12", settings=settings, parameters="prior")
    model.run_to_end()
    return {name: series.astype(float) for name, series in model.record.items()}


@lru_cache
def model() -> TajikistanModel:
    return TajikistanModel(runs=1, parameters="fixed")


def apply(rule: Any, *state: float, **changed: float) -> float:
    """Return what a rule answers for one run, at the values of its parameters, some changed."""
    found = {name: model().values.family(name) for name in parameters_of(rule)}
    found |= {name: np.array([value]) for name, value in changed.items()}
    return float(rule(*(np.array([number]) for number in state), **found)[0])


def test_reported_is_what_is_met_times_willingness_times_honesty() -> None:
    found = record()
    product = found["heroin_met"] * found["seizure_willingness"] * found["seizure_honesty"]
    np.testing.assert_allclose(product, found["heroin_seized_reported"], rtol=1e-4, atol=1e-3)
    for name in ("seizure_willingness", "seizure_honesty"):
        assert (found[name] >= 0.0).all()
        assert (found[name] <= 1.0 + 1e-6).all()
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


def test_shelter_follows_what_the_trade_pays_those_above() -> None:
    none, some, much = (apply(shelter_step, 0.2, rents, 1e7, 1e5) for rents in (0.0, 3e6, 1e7))
    assert none < 0.2
    assert none < some < much
    watched = {"donor_monitoring": 1.0}
    assert apply(shelter_step, 0.2, 1e6, 1e7, 1e6, **watched) < apply(
        shelter_step, 0.2, 1e6, 1e7, 0.0, **watched
    )
    assert apply(shelter_step, 0.0, 1e6, 1e6, 0.0, shelter_strength=0.0) == 0.0


def test_officers_report_less_the_more_a_kilogram_is_worth_to_them() -> None:
    assert apply(reported_share, 0.5, 0.0, 50.0) == 1.0
    cheap, dear = (apply(reported_share, 0.5, gain, 50.0) for gain in (5.0, 500.0))
    paid_well = apply(reported_share, 0.5, 500.0, 500.0)
    assert dear < paid_well < 1.0
    assert dear < cheap < 1.0
    assert apply(reported_share, 0.0, 500.0, 50.0) == 1.0, "honest officers hand in all"


def test_resold_drugs_are_income_of_those_who_sell_them() -> None:
    honest, thieves = record(theft_share=0.2), record(theft_share=0.95)
    assert (thieves["heroin_resold"] > honest["heroin_resold"]).all()
    assert (thieves["drug_rents"][0] > honest["drug_rents"][0]).all()


def test_promises_rise_with_revenue_at_once_and_fall_slowly() -> None:
    rate = {"deficit": 0.2, "clock_year": 10.0}
    assert apply(commitments_step, 100.0, 150.0, 1.0, **rate) == 150.0
    assert apply(commitments_step, 100.0, 50.0, 1.0, **rate) == 95.0
    assert apply(commitments_step, 0.0, 100.0, 0.5, **rate) == pytest.approx(110.0)
    assert apply(commitments_step, 0.0, 100.0, 1.5, **rate) == pytest.approx(90.0), (
        "debt that weighs is paid back"
    )


def test_debt_grows_in_a_slump() -> None:
    balanced = record(deficit=0.0)
    slump = {"parameter": "migrants_expelled", "value": 0.6}
    model = TajikistanModel(
        runs=6,
        seed=4,
        end="2005-12",
        settings={"deficit": 0.0},
        events=[Event("2005-01", "set", slump, label="slump")],
        outcomes=("foreign_debt",),
    )
    model.run_to_end()
    assert (model.record["foreign_debt"][-1] > balanced["foreign_debt"][-1]).all()
