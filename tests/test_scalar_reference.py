"""The array market against an independent scalar one: the same draws, the same history."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.array_market import BorderMarket
from benchmarks.plain_draws import KeyedDraws
from benchmarks.scalar_market import ScalarMarket
from benchmarks.sources import RunsOf
from tajsim.axes import AFGHAN_SECTIONS, Array
from tajsim.draws import Draws
from tajsim.inputs.scenario_parts import Event

sys.path.append(str(Path(__file__).parents[1]))


MONTHS, RUNS, SEED = 60, 12, 5
COMPARED = (0, 5, 11)
#: What the scalar model counts -> the flow of the array model.
FLOWS = {
    "entering": "heroin_entering",
    "seized": "heroin_seized",
    "met_by": "heroin_met",
    "seized_by": "heroin_seized_by",
    "reported": "heroin_seized_reported",
    "resold": "heroin_resold",
    "leaving": "heroin_leaving",
    "used": "heroin_used",
    "tolls": "tolls",
}
#: What a network is.
NETWORK = ("bought", "protection", "hit", "tolls", "revenue")
#: So that both kinds of arrests happen.
RAIDS = {"crackdown_on_exposed": 1.0, "crackdown_on_protected": 1.0}
HANDOVER = Event("2006-07", "handover", {"section": "pianj", "agency": "border_troops"}, "x")


def series_of(market: BorderMarket) -> dict[str, Array]:
    """Return what the two models have in common, each with ``run`` last."""
    found = {name: market.now[flow] for name, flow in FLOWS.items()}
    found |= {"arranged": market.arranged, "tolls of all": found.pop("tolls")}
    for name in ("entering", "seized", "arranged"):
        found[name] = found[name][: len(AFGHAN_SECTIONS)]
    return found | {
        "price": market.price_in,
        "price_beyond": market.price_out,
        "rent_on_offer": market.agencies.rent_on_offer,
        **{name: getattr(market.networks, name) for name in NETWORK},
    }


def series_of_one(market: ScalarMarket) -> dict[str, object]:
    """Return the same of a scalar run."""
    found: dict[str, object] = {n: getattr(market.tally, n) for n in (*FLOWS, "arranged")}
    found["tolls of all"] = found.pop("tolls")
    return found | {
        "price": market.price,
        "price_beyond": market.exit_price,
        "rent_on_offer": market.rent_on_offer,
        **{name: [getattr(one, name) for one in market.networks] for name in NETWORK},
    }


def months_of(events: tuple[Event, ...] = ()) -> Iterator[tuple[int, BorderMarket]]:
    """Yield the array market after each month."""
    market = BorderMarket(runs=RUNS, seed=SEED, settings=RAIDS, events=events, outcomes=())
    for month in range(MONTHS):
        market.step()
        yield month, market


@pytest.mark.parametrize("run", COMPARED)
@pytest.mark.parametrize("handover", [False, True], ids=["status quo", "handover"])
def test_each_run_equals_a_scalar_model(run: int, handover: bool) -> None:
    source = RunsOf(BorderMarket(runs=RUNS, seed=SEED, settings=RAIDS, outcomes=()))
    changes = {30: ("pianj", "border_troops")} if handover else {}
    alone = ScalarMarket(source, run=run, months=MONTHS, handovers=changes)
    for month, market in months_of((HANDOVER,) if handover else ()):
        out = market.outside
        alone.harvest, alone.believed = out.harvest[run], out.harvest_believed[run]
        alone.buyers = out.buyers[run]
        alone.step()
        expected = series_of_one(alone)
        for name, values in series_of(market).items():
            np.testing.assert_allclose(
                values[..., run],
                np.asarray(expected[name]),
                rtol=1e-9,
                atol=1e-12,
                err_msg=f"{name} in month {month}",
            )
    assert not alone.running


def test_the_comparison_is_not_of_nothing() -> None:
    """Runs differ, drugs flow, and a handover changes the section it is about."""
    plain = [m.now["heroin_seized"][4].copy() for _, m in months_of()]
    handed = [m.now["heroin_seized"][4].copy() for _, m in months_of((HANDOVER,))]
    assert np.std(plain[-1]) > 0.0
    assert np.array_equal(plain[:30], handed[:30])
    assert (handed[-1] != plain[-1]).all()
    *_, (_, market) = months_of()
    assert (market.now["heroin_entering"][:6] > 0.0).all()
    assert (market.now["heroin_entering"][6:] == 0.0).all()


def test_keyed_draws_written_twice_agree() -> None:
    numbers = [0, 1, 17, 10_000]
    draws = Draws(SEED, numbers)
    for month in (-1, 0, 24_048):
        for process, actor in (("seizure", "network_07"), ("harvest", "afghanistan")):
            uniform = draws.uniform(process, actor, month)
            normal = Draws(SEED, numbers).normal(process, actor, month)
            for i, run in enumerate(numbers):
                one = KeyedDraws(SEED, run)
                assert one.uniform(process, actor, month) == uniform[i]
                assert one.normal(process, actor, month) == pytest.approx(normal[i], rel=1e-12)
