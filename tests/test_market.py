"""The drug market as a whole: bounded flow, prices, displacement, protection, names."""

from functools import cache

import numpy as np
import pytest
from conftest import finished

from tajsim.agents.network import ACCUSED, PATRONS
from tajsim.axes import AFGHAN_SECTIONS, COMMANDERS, Array, total
from tajsim.inputs.scenario_parts import Event, load_scenario
from tajsim.model.country import Country
from tajsim.model.model import TajikistanModel

pytestmark = pytest.mark.usefixtures("compiled_runs")

PIANJ = AFGHAN_SECTIONS.index("pianj")
OUTCOMES = (
    "heroin_entering", "heroin_seized", "heroin_price", "network_concentration", "fees_regime",
    "fees_commander",
)  # fmt: skip


def changed(month: str, parameter: str, value: float) -> Event:
    return Event(month, "set", {"parameter": parameter, "value": value}, "x")


def record(
    events: tuple[Event, ...] = (), kind: type[TajikistanModel] = TajikistanModel
) -> dict[str, Array]:
    """Return eight years of fifty runs from the priors, by outcome, in the mean of each year."""
    model = kind(runs=50, seed=2, end="2011-12", events=events, outcomes=OUTCOMES)
    model.run_to_end()
    return {
        name: series.astype(float).reshape(*series.shape[:-2], 8, 12, 50).mean(axis=-2)
        for name, series in model.record.items()
    }


@cache
def plain() -> dict[str, Array]:
    return record()


def ratio(found: dict[str, Array], name: str, year: int) -> float:
    """Return an outcome of a year over that of the plain history, means over runs."""
    there, here = (x[name] for x in (found, plain()))
    there, here = (x.sum(axis=0) if x.ndim > 2 else x for x in (there, here))
    return float(there[year - 2004].mean() / here[year - 2004].mean())


def test_a_record_harvest_raises_a_bounded_flow_and_lowers_the_price() -> None:
    crops = {"2006-01": 1.5, "2008-01": 1.0}
    found = record(tuple(changed(month, "afghan_harvest", crop) for month, crop in crops.items()))
    assert 1.05 < ratio(found, "heroin_entering", 2007) < 1.5
    assert ratio(found, "heroin_price", 2006) < 0.9
    assert ratio(found, "heroin_price", 2008) > 1.0, "what was built up meets the ordinary crop"
    assert ratio(found, "heroin_entering", 2011) == pytest.approx(1.0, abs=0.03)


def test_a_failed_harvest_binds() -> None:
    model = finished(runs=20, end="2004-12", settings={"afghan_harvest": 0.2}, outcomes=())
    there_is = model.values.heroin_supply * model.outside.harvest
    assert (total(model.networks.bought) <= there_is * (1.0 + 1e-9)).all()
    assert (model.price_in <= model.price_out).all(), "nobody pays more than it brings"


def hold_the_crop(country: Country) -> None:
    country.outside.harvest = country.outside.harvest_believed = np.ones(country.run_count)


class SteadyCrop(TajikistanModel):
    month = (*TajikistanModel.month[:1], ("crop", hold_the_crop), *TajikistanModel.month[1:])


def test_without_a_shock_the_trade_neither_grows_nor_shrinks() -> None:
    flow = record(kind=SteadyCrop)["heroin_entering"].sum(axis=0).mean(axis=-1)
    np.testing.assert_allclose(flow[3:], flow[3], rtol=0.03)


def treble(country: Country) -> None:
    if country.months_run >= 24:
        country.agencies.deployment[PIANJ] *= 3.0


class PianjGuarded(TajikistanModel):
    month = tuple(
        part
        for stage in TajikistanModel.month
        for part in ((stage, ("guard", treble)) if stage[0] == "agencies" else (stage,))
    )


def test_a_stronger_guard_moves_the_trade_and_does_not_shrink_it() -> None:
    found = record(kind=PianjGuarded)
    there, here = (x["heroin_entering"] for x in (found, plain()))
    shares = [(x[PIANJ] / x.sum(axis=0))[4].mean() for x in (there, here)]
    assert shares[0] < 0.85 * shares[1]
    assert ratio(found, "heroin_entering", 2008) == pytest.approx(1.0, abs=0.02)


def test_the_guards_leave_less_is_taken_and_part_comes_back() -> None:
    on_line = []
    for name in ("russian-border-withdrawal", "status-quo"):
        found = record(tuple(load_scenario(name).events))
        share = found["heroin_seized"].sum(axis=0) / found["heroin_entering"].sum(axis=0)
        on_line.append(share.mean(axis=-1))
    left = on_line[0] / on_line[1]
    assert left[2] < 0.5
    assert left[2] < left[6] < 1.0


def test_whom_a_crackdown_hits_decides_whom_it_serves() -> None:
    levers = ("crackdown_on_exposed", "crackdown_on_protected")
    exposed, protected = (record((changed("2006-01", lever, 1.0),)) for lever in levers)
    assert ratio(exposed, "network_concentration", 2010) > 1.05, "it grows slowly"
    assert ratio(exposed, "fees_regime", 2008) > 1.0, "it serves those above"
    assert ratio(protected, "fees_regime", 2008) < 0.95


def test_only_whom_a_document_accuses_is_paid_for_protection() -> None:
    paid = plain()["fees_commander"].sum(axis=(1, 2)) > 0.0
    assert [name for name, yes in zip(COMMANDERS, paid, strict=True) if yes] == ["khorog_commander"]


def test_protection_falls_with_patrons_and_not_with_arrests_of_others() -> None:
    model = TajikistanModel(runs=3, end="2004-03", outcomes=())
    model.step()
    net, before = model.networks, model.networks.protection.copy()
    model.commanders.in_place[PATRONS[0]] = 0.0
    fell = np.zeros_like(model.commanders.in_place)
    fell[PATRONS[0]] = 1.0
    net.hit = net.zeros() + 0.5
    net.protect(fell, model.commanders.in_place)
    assert (net.protection[ACCUSED] < 0.5 * before[ACCUSED] + 1e-9).all()
    others = [i for i in range(12) if i not in ACCUSED]
    assert (net.protection[others] > 0.5 * before[others]).all()


def test_without_their_strengths_mechanisms_are_absent() -> None:
    none = dict.fromkeys(("route_sensitivity", "terrain_cross", "scarcity_pull"), 0.0)
    model = finished(runs=3, end="2004-12", settings=none, outcomes=())
    length = model.values.section_length[:6]
    shares = np.broadcast_to((length / total(length))[:, None], (6, 40, 3))
    np.testing.assert_allclose(model.networks.entry_share, shares)
    np.testing.assert_allclose(model.price_in, model.values.price_border)
