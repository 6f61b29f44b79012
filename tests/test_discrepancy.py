"""Bands of levels: their arithmetic, what moves their scale, and where no record judges them."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from scipy.special import logit

import tajsim
import tajsim.results.discrepancy as discrepancy
from tajsim.analysis.validation import spread_target
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.targets import load_targets

FORMS = {"log", "logit", "fisher", "none"}


def forget() -> None:
    for cached in (discrepancy.common, discrepancy.scale_of):
        cached.cache_clear()


@pytest.fixture
def afterwards_forgotten() -> Iterator[None]:
    yield
    forget()


def test_every_outcome_has_a_scale_and_every_theme_known_outcomes() -> None:
    assert {o.scale for o in load_outcomes().values()} == FORMS
    assert all(o.scale != "log" for o in load_outcomes().values() if o.unit in ("share", "0 or 1"))
    named = [name for names in discrepancy.themes().values() for name in names]
    assert len(set(named)) == len(named) and set(named) <= set(load_outcomes())
    numbers = {left.target.outcome for left in discrepancy.residuals()}
    assert numbers <= set(named)


def test_values_move_on_their_scale() -> None:
    values = np.array([0.0, 0.2, 0.9])
    assert discrepancy.moved(values, "log", 1.0) == pytest.approx(values * math.e)
    shares = discrepancy.moved(values, "logit", 1.0)
    assert logit(shares[1:]) == pytest.approx(logit(values[1:]) + 1.0) and shares[0] == 0.0
    assert discrepancy.moved(values, "none", 1.0).tolist() == values.tolist()
    around = discrepancy.moved(np.array([-0.5, 0.5]), "fisher", 3.0)
    assert (np.abs(around) < 1.0).all()
    assert np.arctanh(around[1]) == pytest.approx(np.arctanh(0.5) + 1.5)


def test_a_band_of_sure_runs_is_that_of_the_discrepancy(monkeypatch: pytest.MonkeyPatch) -> None:
    scale = discrepancy.Scale(0.5, True)
    monkeypatch.setattr(discrepancy, "scale_of", lambda theme, left_out=False: scale)
    ends = 100.0 * np.exp(1.64485 * 0.5 * np.array([-1, 1]))  # 43.9 and 227.6
    assert discrepancy.band(np.full(200, 100.0), "output") == pytest.approx(ends, rel=1e-4)
    assert discrepancy._NODES.std() == pytest.approx(1.0)
    assert discrepancy.band(np.zeros(40), "state_failed").tolist() == [0.0, 0.0]
    runs = np.arange(101.0)
    assert discrepancy.band(runs, "my_own_outcome").tolist() == [5.0, 95.0]


def test_what_lasts_averages_out_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    row = discrepancy.data_tables(discrepancy.FILE_NAME)["correlation"]
    assert discrepancy.lasting(0.5) == discrepancy.lasting(1.0) == 1.0
    for rho, years, kept in ((0.8, 2.0, (2 + 2 * 0.8) / 4), (0.0, 50.0, 1 / 50)):
        monkeypatch.setitem(row, "value", rho)
        assert discrepancy.lasting(years) == pytest.approx(kept)


def residual(outcome: str, value: float) -> discrepancy._Residual:
    own = {"outcome": outcome, "id": f"{outcome} {value}"}
    target = load_targets()["heroin-reported-2014"].model_copy(update=own)
    return discrepancy._Residual(target, value, 0.05**2, 1.0, 2000.0 + 1000.0 * value)


def test_the_scale_is_that_of_the_residuals_of_a_theme(
    afterwards_forgotten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget()
    many = np.sqrt(3.0) * np.linspace(-1.0, 1.0, 41)  # standard deviation one
    first, second, third = "heroin_seized", "migrants", "arrests"
    found = [residual(first, 0.2 * v) for v in many] + [residual(second, 1.5 * v) for v in many]
    found += [residual(third, 0.3), residual(third, -0.3)]
    monkeypatch.setattr(discrepancy, "residuals", lambda: tuple(found))
    themes = map(discrepancy.theme_of, (first, second, third))
    small, large, few = map(discrepancy.scale_of, themes)
    assert small.value == pytest.approx(0.2, rel=0.2) and large.value == pytest.approx(1.5, rel=0.2)
    assert small.judged and large.judged and len(small.targets) == 41
    # Two numbers are not enough: the common scale, between the two, that nothing judges.
    assert not few.judged and small.value < few.value < large.value
    assert few.value == discrepancy.scale_of(discrepancy.OTHER).value
    # What is judged has no say in the scale that it is judged with.
    before = discrepancy.scale_of(discrepancy.theme_of(first), left_out=True).value
    forget()
    wide = [residual(first, 4.0 * v) for v in many]
    monkeypatch.setattr(discrepancy, "residuals", lambda: tuple(wide + found[41:]))
    assert discrepancy.scale_of(discrepancy.theme_of(first), left_out=True).value == before


def test_residuals_and_spread_are_of_numbers_that_say_something_of_levels() -> None:
    used = {r.target.id: r for r in discrepancy.residuals()}
    levels = {"heroin-reported-2008", "remittances-over-output", "drug-agency-under-mirzoev"}
    others = "arms-seized-2004 kulyab-directorate mirzoev-bargains migrants-home-2015"
    assert levels <= set(used) and not set(others.split()) & set(used)
    # The two windows of a change share most of their discrepancy.
    assert 0.1 < used["drug-agency-under-mirzoev"].share < 0.5
    # They are spread on the scale of their outcome.
    targets, runs = load_targets(), np.full(50, 40.0)
    shares = spread_target(targets["remittances-over-output"], runs)
    assert 0.0 < shares.min() < 20.0 and 60.0 < shares.max() < 100.0
    assert spread_target(targets["migrants-home-2015"], runs) is runs
    assert spread_target(targets["mirzoev-bargains"], runs) is runs


def test_results_of_history_carry_the_band_of_every_outcome_and_year() -> None:
    found = tajsim.run("history", runs=6, until="2006-01", outcomes=["strain", "output", "polity"])
    assert {"band_low", "band_high", "band_outcome", "band_year"} <= set(found.variables)
    assert sorted({*found["band_year"].values.tolist()}) == [2004, 2005]
    table = discrepancy.yearly_bands(found)
    assert (table["low"] <= table["median"]).all() and (table["median"] <= table["high"]).all()
    output = found["output"].isel(scenario=0, month=slice(12), run=0).sum().item()
    row = table[(table["outcome"] == "output") & (table["year"] == 2004)].iloc[0]
    assert row["low"] < output < row["high"] and not row["judged"]
    assert "band_low" not in tajsim.run("status-quo", runs=2, until="2005-01", outcomes=["strain"])
