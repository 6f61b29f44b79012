"""The arrays against independent scalar models: the same draws, the same history."""

from collections.abc import Iterator
from operator import attrgetter

import numpy as np
import pytest

from benchmarks.array_market import BorderMarket
from benchmarks.plain_draws import KeyedDraws
from benchmarks.recorded import Recording, ScalarPart, read
from benchmarks.scalar_bargain import ScalarBargain
from benchmarks.scalar_elite import ScalarElite
from benchmarks.scalar_market import ScalarMarket
from benchmarks.scalar_purses import ScalarPurses
from benchmarks.sources import RunsOf
from tajsim.draws import Draws
from tajsim.inputs.scenario_parts import Event

MONTHS, RUNS, SEED = 60, 12, 5
COMPARED = (0, 5, 11)
#: What the array model has -> what a scalar market calls it.
SERIES = {
    **{f"now.heroin_{n}": f"tally.{n}" for n in ("entering", "seized", "seized_by", "resold")},
    **{f"now.heroin_{n}": f"tally.{n}" for n in ("leaving", "used")},
    **{"now.heroin_met": "tally.met_by", "now.heroin_seized_reported": "tally.reported"},
    **{"now.tolls": "tally.tolls", "arranged": "tally.arranged", "price_in": "price"},
    **{"price_out": "exit_price", "agencies.rent_on_offer": "rent_on_offer"},
}
#: What a network is.
NETWORK = ("bought", "protection", "hit", "tolls", "revenue")
#: What others change of what the scalar parts of the month carry on.
BY_OTHERS = {"home_output", "money.balance", "at_home", "border_troops.strength", "debt_settled"}
BY_OTHERS |= {f"now.{name}" for name in ("purges", "mutinies", "bargains", "defections")}
BY_OTHERS |= {
    f"commanders.{name}"
    for name in ("status", "following", "beaten", "arrest_order", "rent_ratio", "habit")
}
#: So that both kinds of arrests happen.
RAIDS = {"crackdown_on_exposed": 1.0, "crackdown_on_protected": 1.0}
HANDOVER = Event("2006-07", "handover", {"section": "pianj", "agency": "border_troops"}, "x")


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
        expected = {path: attrgetter(name)(alone) for path, name in SERIES.items()}
        for name in NETWORK:
            expected[f"networks.{name}"] = [getattr(one, name) for one in alone.networks]
        for path, value in expected.items():
            # The scalar market has no section besides the Afghan line.
            found = np.atleast_1d(read(market, path)[..., run])[: np.size(value)]
            message = f"{path} in month {month}"
            np.testing.assert_allclose(found, value, rtol=1e-9, atol=1e-12, err_msg=message)
    assert not alone.running


@pytest.mark.parametrize("scenario", ["status-quo", "western-turn"])
@pytest.mark.parametrize("twin", [ScalarBargain, ScalarElite, ScalarPurses])
def test_other_parts_of_the_month_equal_scalar_models(
    twin: type[ScalarPart], scenario: str
) -> None:
    recording = Recording(twin, scenario, MONTHS, 4, SEED)
    for run in range(4):
        alone = twin(recording, run, MONTHS)
        for month, (_, moments) in enumerate(recording(run).months):
            for place in alone.advance():
                assert month == 0 or set(moments[place].changed) <= BY_OTHERS
                for path, value in moments[place].after.items():
                    gap = np.abs(np.subtract(alone.look(path), value))
                    size = np.abs(value)
                    # Of what is nearly nothing beside the others rounding is all there is.
                    near = gap <= 1e-9 * size + 1e-12 * max(1.0, np.max(size))
                    assert np.all(near), f"{path} of run {run} in month {month}"
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
