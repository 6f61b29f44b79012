"""What must balance in every run and month, over random parameters within their ranges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tajsim.axes import total
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.model import TajikistanModel

UNCERTAIN = [p for p in load_parameters().values() if p.role != "constant"]


def at_random(seed: int, count: int) -> dict[str, float]:
    """Put some parameters anywhere in their ranges, the corners included."""
    chance = np.random.default_rng(seed)
    chosen = chance.choice(len(UNCERTAIN), size=count, replace=False)
    return {
        UNCERTAIN[i].name: float(
            chance.choice([UNCERTAIN[i].low, UNCERTAIN[i].high])
            if chance.random() < 0.5
            else chance.uniform(UNCERTAIN[i].low, UNCERTAIN[i].high)
        )
        for i in chosen
    }


@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    name=st.sampled_from(["status-quo", "history", "irpt-ban", "abrupt-withdrawal"]),
)
def test_drugs_money_and_people_balance(seed: int, name: str) -> None:
    scenario = load_scenario(name)
    model = TajikistanModel(
        runs=3,
        seed=seed,
        start="2004-01",
        end="2016-12",
        settings=at_random(seed, 60),
        events=scenario.events,
    )
    people = total(model.people.balance)
    for _ in range(model.month_count):
        model.step()
        drugs_balance(model)
        money_balances(model)
        np.testing.assert_allclose(total(model.people.balance), people, atol=1e-3)
        shares_and_stocks(model)


def drugs_balance(model: TajikistanModel) -> None:
    """Entering = kept seizures + leaving + used (resold seizures leave), no more than there is."""
    now = model.now
    kept = total(now["heroin_seized_by"]) - now["heroin_resold"]
    gone = kept + total(now["heroin_leaving"]) + now["heroin_used"]
    np.testing.assert_allclose(total(now["heroin_entering"]), gone, rtol=1e-9, atol=1e-6)
    there_is = model.values.heroin_supply * model.outside.harvest
    assert (total(now["heroin_entering"]) <= there_is * (1.0 + 1e-9)).all()
    # What the guards of the sections take is part of what the agencies take.
    on_line = total(now["heroin_seized"])
    assert (on_line <= total(now["heroin_seized_by"]) + 1e-6).all()
    np.testing.assert_allclose(total(now["heroin_seized"]), on_line)


def money_balances(model: TajikistanModel) -> None:
    """All purses with the rest of the world add to nothing; no purse but the world's is in debt."""
    whole = np.abs(model.money.balance).sum(axis=0).max()
    np.testing.assert_allclose(total(model.money.balance), 0.0, atol=1e-9 * whole + 1e-3)
    for name in model.money.names[1:]:
        assert (model.money[name] >= -1e-3).all(), name


def shares_and_stocks(model: TajikistanModel) -> None:
    """Shares stay in [0, 1], stocks are not negative, everything is finite."""
    shares = [
        *(a.collusion for a in model.agencies),
        *(a.quality for a in model.agencies),
        *(c.loyalty for c in model.commanders),
        *(c.fear for c in model.commanders),
        *(getattr(r, k) for r in model.regions for k in ("grievance", "control", "voice")),
        model.hardship,
        model.fear,
        *(r.truce for r in model.regions),
        model.regime.effort,
        model.regime.task_provision,
        model.regime.trust,
        model.regime.strain,
        model.networks.protection,
        model.networks.access,
        model.barrier,
        *(getattr(model.deals, k) for k in ("held", "ramp", "built", "size", "condition")),
        *(p.provision for p in model.powers),
    ]
    for value in shares:
        assert np.isfinite(value).all()
        assert value.min() >= -1e-9
        assert value.max() <= 1.0 + 1e-9
    assert model.networks.bought.min() >= 0.0
    assert model.people.balance[1:].min() >= -1e-6
    np.testing.assert_allclose(total(model.regime.effort), 1.0)


def test_a_leak_would_be_seen() -> None:
    """The balances can fail: a kg that vanishes breaks them."""
    model = TajikistanModel(runs=2, end="2004-03")
    model.step()
    model.now["heroin_leaving"][0] *= 0.5
    with pytest.raises(AssertionError):
        drugs_balance(model)


def test_forces_hold_the_people_in_their_accounts() -> None:
    model = TajikistanModel(runs=3, end="2006-12", events=load_scenario("history").events)
    model.run_to_end()
    for agency in model.agencies:
        np.testing.assert_allclose(
            agency.strength, np.maximum(model.people[agency.name], 0.0), atol=1e-9
        )
