"""What comes from outside: the record, what follows it, and what migrants make of it."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from conftest import finished
from rule_inputs import answer

from tajsim.axes import Array
from tajsim.inputs.ledger import figure, load_figures
from tajsim.inputs.scenario_parts import Event
from tajsim.rules import outside

pytestmark = pytest.mark.usefixtures("compiled_runs")

RUNS = 30
DRIVERS = ("harvest", "harvest_believed", "russian_growth")


@cache
def simulated(end: str = "2018-12", **levers: float) -> dict[str, Array]:
    """Return outcomes of a world without scenario, with levers from the start on."""
    return recorded(end=end, **levers)


def recorded(**options: Any) -> dict[str, Array]:
    series = finished(runs=RUNS, seed=2, **options).record
    return {name: np.array(found, float) for name, found in series.items()}


def after(parameter: str, value: float) -> dict[str, Array]:
    """Return outcomes with a lever set in January 2005."""
    event = Event("2005-01", "set", {"parameter": parameter, "value": value}, "")
    return recorded(end="2008-12", events=[event])


def test_the_record_is_the_same_in_all_runs_and_chance_comes_after_it() -> None:
    found = simulated()
    for name, last in zip(DRIVERS, ("2016-05", "2016-05", "2015-12"), strict=True):
        months = (int(last[:4]) - 2004) * 12 + int(last[5:])
        assert (found[name][:months] == found[name][:months, :1]).all(), name
        assert found[name][months + 12].std() > 0.0, name


def test_drivers_are_the_figures_of_the_ledger() -> None:
    found = simulated()
    usual = np.mean([figure(f"afghan-opium-{year}").value for year in (2003, 2004)])
    for year, published, grown in ((2006, 6100, 5300), (2009, 6900, 4000), (2012, 3700, 3700)):
        december = (year - 2004) * 12 + 11
        assert found["harvest"][december, 0] == pytest.approx(grown / usual)
        assert found["harvest_believed"][december, 0] == pytest.approx(published / usual)
    assert found["russian_growth"][60, 0] == pytest.approx(-0.078)


def test_recalled_figures_say_so_and_drive_no_target() -> None:
    rows = [f for f in load_figures().values() if f.document.startswith(("unodc", "world-bank"))]
    assert len(rows) == 36 and {f.role for f in rows} == {"input"}
    assert sum("unverified" in f.what for f in rows) == 4 + 5 + 16


def test_a_constant_world_stands_still() -> None:
    found = simulated(constant_world=1.0)
    for name in DRIVERS:
        assert (found[name] == found[name][0, 0]).all(), name
    assert found["harvest"][0, 0] == 1.0
    for name in ("migrants", "remittances", "work_abroad"):
        assert np.abs(found[name][-1] / found[name][0] - 1.0).mean() < 0.05, name


def test_what_comes_after_the_record_has_its_mean_and_spread() -> None:
    normal = np.random.default_rng(1).standard_normal((400, 500))
    crops = outside.crop_after_record(
        normal, harvest_mean=np.array([1.3]), harvest_spread=np.array([0.3])
    )
    assert np.mean(crops) == pytest.approx(1.3, rel=0.01)
    assert np.std(np.log(crops)) == pytest.approx(0.3, rel=0.02)


def test_a_boom_wears_off_though_growth_goes_on() -> None:
    trend, boom, seen = np.array([0.05]), np.zeros(1), []
    for _ in range(240):
        boom, trend = answer(outside.boom_step, boom=boom[0], growth=0.1, trend=trend[0])
        seen.append(float(boom[0]))
    assert max(seen) > 0.03 and seen[-1] < 0.2 * max(seen)


def test_expulsion_moves_money_and_not_what_buyers_pay() -> None:
    plain, expelled = simulated(), after("migrants_expelled", 0.6)
    late = slice(24, 48)
    assert expelled["remittances"][late].mean() < 0.6 * plain["remittances"][late].mean()
    assert expelled["hardship"][:, late].mean() > plain["hardship"][:, late].mean()
    assert expelled["idle_returnees"][12:24].mean() > 1e5
    flow = expelled["heroin_entering"][..., late, :].mean()
    assert flow == pytest.approx(plain["heroin_entering"][..., late, :].mean(), rel=0.1)
    for name in DRIVERS:
        np.testing.assert_array_equal(expelled[name], plain[name][:60], name)


def test_a_slump_moves_what_is_sent_and_then_wears_off() -> None:
    plain, slump = simulated(), after("russian_upturn", -0.1)
    assert slump["remittances"][24:48].mean() < 0.9 * plain["remittances"][24:48].mean()
    assert (slump["russian_growth"][12:] < plain["russian_growth"][12:60]).all()


def test_remittances_fall_in_the_slump_of_2009_and_come_back() -> None:
    share = simulated()["remittances_share"].reshape(15, 12, RUNS).mean(axis=(1, 2))
    in_2008, in_2010, in_2013 = share[4], share[6], share[9]
    assert in_2010 < 0.85 * in_2008 and in_2013 > 1.05 * in_2010


def test_the_war_abroad_begins_and_ends() -> None:
    months = ("2011-06", "2015-06", "2019-01")
    pulls = [finished(runs=1, start=m, end=m).outside.war_abroad[0] for m in months]
    assert pulls == [0.0, 1.0, 0.0]
