"""The sentences of a report claim no more than the runs show."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
import synthetic
import xarray as xr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tajsim.report.answer import MOST, answer, leading
from tajsim.report.checks import (
    checks,
    out_of_calibration,
    out_of_registry,
    reversal_sentences,
    reversals,
)
from tajsim.report.facts import Facts, Given
from tajsim.report.tables import claims_sentence
from tajsim.report.wording import effects_sentence, in_runs, level_sentence
from tajsim.results.effect import effect
from tajsim.results.numbers import MINUS, digits

DIRECTION = re.compile(
    r"\b(rais|lower|ris|fall|fell|rose|high|increas|decreas|more|less|grow|shrink|up\b|down\b)\w*"
)
BOUNDLESS = re.compile(r"\b(never|always|certainly|proves?|impossible|no run)\b", re.IGNORECASE)
UNITS = ("kg/year", "share", "index", "ratio", "number", "persons", "USD/year", "0 or 1")

differences = st.lists(
    st.floats(-1e6, 1e6, allow_nan=False, width=32), min_size=0, max_size=30
).map(lambda values: np.array(values, dtype=float))


@settings(max_examples=200, deadline=None)
@given(differences, st.sampled_from(UNITS))
def test_no_direction_where_the_interval_covers_zero(values: np.ndarray, unit: str) -> None:
    found = effect(values)
    clear = found.runs > 1 and (found.low > 0.0 or found.high < 0.0)
    effects = [("stock of q", unit, found, (1.0, 2.0))]
    if not clear:
        with pytest.raises(ValueError):
            effects_sentence("scenario-x", effects)
        return
    said = effects_sentence("scenario-x", effects)
    assert said.endswith(".") and not BOUNDLESS.search(said)
    assert DIRECTION.search(said)
    assert ("raises" in said) == (found.mean > 0.0)
    assert ("lowers" in said) == (found.mean < 0.0)
    assert f"{found.runs:,} runs" in said


@given(st.integers(1, 10_000), st.data())
def test_counts_of_runs(runs: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, runs))
    said = in_runs(count, runs)
    assert str(f"{runs:,}") in said or runs == 1
    if count == 0:
        assert said.startswith("in none of ")
    if 0 < count < runs:
        assert said == f"in {count:,} of {runs:,} runs"


def test_none_of_500_runs_is_not_never() -> None:
    assert in_runs(0, 500) == "in none of 500 runs"
    assert in_runs(500, 500) == "in all 500 runs"
    assert in_runs(0, 1) == "in none of 1 run"


def test_numbers_of_a_sentence() -> None:
    found = effect(np.array([-0.02, -0.03, -0.025]))
    said = effects_sentence("x", [("own effort", "share", found, (0.5, 0.475))])
    assert said == (
        "On average x lowers own effort from 50.00 % to 47.50 %, by 2.50 percentage points (90 % "
        "interval 1.66 to 3.34; same sign in all 3 runs)."
    )
    assert level_sentence("y", "share", 0.5, 0.25, 0.75, 10) == (
        "For y the median of 10 runs is 50 %, and 90 % of them lie between 25 and 75 %."
    )


def facts(dataset: xr.Dataset) -> Facts:
    return Facts(Given(dataset))


NAMES = ("status-quo", "one", "two", "three", "four", "five", "six")


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("runs", [1, 2, 12])
def test_at_most_five_sentences(count: int, runs: int) -> None:
    said = answer(facts(synthetic.results(scenarios=NAMES[:count], runs=runs, months=30)))
    assert 1 <= len(said) <= MOST == 5
    for sentence in said:
        assert sentence.endswith(".")
        assert not re.search(r"\. [A-Z]", sentence), sentence
        assert not BOUNDLESS.search(sentence)


@settings(max_examples=30, deadline=None)
@example(327, 0.609375)  # clear of zero, and too small to be told
@given(st.integers(0, 10_000), st.floats(0.0, 2.0))
def test_the_answer_states_only_directions_of_the_table(seed: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    base = rng.normal(100.0, 10.0, 8)
    dataset = make([base, base + rng.normal(size, 1.0, 8)])
    found = facts(dataset)
    clear = bool(found.comparison["direction"].iloc[0])
    said = " ".join(answer(found))
    row = found.comparison.iloc[0]
    noticed = abs(row["difference"]) >= 0.01 * max(row["reference_median"], row["median"])
    assert ("raises" in said or "lowers" in said) == (clear and noticed)
    if not clear:
        assert "no direction is stated" in said


def make(values: list[np.ndarray]) -> xr.Dataset:
    """One outcome, the same in all of 24 months."""
    series = np.repeat(np.asarray(values)[:, None, :], 24, axis=1)
    attrs = {"label": "Level", "unit": "kg/month", "aggregate": "mean", "headline": 1}
    months = (np.datetime64("2004-01", "M") + np.arange(24)).astype("datetime64[ns]")
    return xr.Dataset(
        {"level": (("scenario", "month", "run"), series, attrs)},
        {"scenario": ["base", "other"], "month": months, "run": np.arange(series.shape[2])},
        {"tajsim_version": "0", "model": "0+0", "seed": 1},
    )


def test_equal_results_have_no_effect() -> None:
    same = np.arange(8.0)
    said = answer(facts(make([same, same])))
    assert said == [
        "Nothing differs between other and base: every outcome is the same in all 8 runs."
    ]


def test_few_runs_have_no_direction() -> None:
    for runs, said in ((1, "With one pair of runs"), (4, "With 4 pairs of runs")):
        base = np.arange(float(runs)) + 100.0
        (only,) = answer(facts(make([base, base + 50.0])))
        assert only.startswith(f"{said} no direction is stated")


def test_every_headline_total_is_counted_once() -> None:
    base = 100.0 + np.arange(8.0)
    noise = np.array([1.0, -1.0] * 4)
    dataset = make([base, base + 30.0])
    level = dataset["level"]
    for name, moved in (("slight", base + 0.5), ("unsure", base + noise), ("same", base)):
        other = level.copy(data=level.values.copy())
        other.values[1] = moved
        dataset = dataset.assign({name: other.assign_attrs(label=name.capitalize())})
    said = answer(facts(dataset))[-1]
    assert said == (
        "Of 4 headline totals 2 have a clear direction (1 of them by less than 1 %), 1 has an "
        "interval that covers zero, so that no direction is stated (unsure) and 1 is the same in "
        "every run."
    )


@pytest.mark.parametrize(
    ("mean", "low", "high", "share", "said"),
    [
        (1805.3, 1718.2, 1892.4, False, "1,810 1,720 to 1,890"),
        (0.02541, 0.0241, 0.0267, True, "2.54 2.41 to 2.67"),
        (4.46e6, 0.466e6, 2.39e7, False, "4 0 to 24"),
        (0.04, -0.08, 0.0, False, "0.040 \N{MINUS SIGN}0.080 to 0.000"),
        (5.0, float("nan"), float("nan"), False, "5.00 undefined"),
        (0.0, 0.0, 0.0, False, "0 0 to 0"),
        (-1.3e-10, -6.7e-10, 0.0, True, "0 0 to 0"),
    ],
)
def test_digits(mean: float, low: float, high: float, share: bool, said: str) -> None:
    own = digits(mean, low, high, share)
    assert f"{own(mean)} {own.span(low, high)}" == said


def test_what_goes_together_is_told_once() -> None:
    rng = np.random.default_rng(1)
    base, moved = rng.normal(100.0, 5.0, 40), rng.normal(30.0, 5.0, 40)
    dataset = make([base, base + moved])
    twin = dataset["level"].copy(data=2.0 * dataset["level"].values)
    other = dataset["level"].copy(data=dataset["level"].values.copy())
    other.values[1] = base + rng.normal(20.0, 5.0, 40)
    found = facts(dataset.assign(twin=twin, other=other))
    told = [name for name, _ in leading(found, "other")]
    assert len(told) == 2 and "other" in told


def with_parameter(values: np.ndarray, differences: np.ndarray) -> xr.Dataset:
    """Results whose paired difference depends on one drawn assumption of the registry."""
    base = np.full(len(values), 100.0) + np.arange(len(values)) % 5
    dataset = make([base, base + differences])
    both = np.broadcast_to(values, (2, 1, len(values)))
    coordinates = {"parameter": ["heroin_supply"], "basis": ("parameter", ["assumption"])}
    return dataset.assign(parameter_value=(("scenario", "parameter", "run"), both)).assign_coords(
        {**coordinates, "role": ("parameter", ["uncertainty"])}
    )


def test_an_assumption_that_reverses_the_sign_is_found() -> None:
    values = np.linspace(10_000.0, 16_000.0, 60)
    noise = np.sin(np.arange(60.0))
    found = facts(with_parameter(values, np.where(values > 11_750.0, 40.0, -20.0) + noise))
    (one,) = reversals(found, "other")
    assert (one.whole.direction, one.low.direction, one.high.direction) == (
        "rises",
        "falls",
        "rises",
    )
    said = " ".join(reversal_sentences(found, "other"))
    assert "would reverse" in said and "heroin_supply" in said and "20 of 60 runs" in said
    assert re.search(rf"{MINUS}[\d.]+ kg a month \(90 % interval {MINUS}", said)


def test_no_assumption_that_reverses_is_said_with_the_number_tried() -> None:
    values = np.linspace(10_000.0, 16_000.0, 60)
    found = facts(with_parameter(values, values / 400.0))
    said = reversal_sentences(found, "other")
    assert said[0].startswith("None found at this number of runs: in none of 1 pair")
    few = facts(with_parameter(values[:20], values[:20] / 400.0))
    assert reversal_sentences(few, "other") == [
        "Whether an assumption would reverse a conclusion is judged from 30 runs on."
    ]


def set_to(dataset: xr.Dataset, name: str, value: float) -> xr.Dataset:
    return dataset.assign_attrs(settings=f'{{"base": {{}}, "other": {{"{name}": {value}}}}}')


def test_inputs_outside_a_range_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.linspace(10_000.0, 16_000.0, 40)
    dataset = with_parameter(values, values / 400.0)
    assert out_of_registry(facts(dataset)) == []
    (said,) = out_of_registry(facts(set_to(dataset, "heroin_supply", 99_000.0)))
    assert "99,000" in said and "outside" in said and "9,500 to 17,000" in said
    sample = {"heroin_supply": np.array([10_000.0, 12_000.0])}
    monkeypatch.setattr("tajsim.report.checks.load_posterior", lambda: sample)
    (said,) = out_of_calibration(facts(set_to(dataset, "heroin_supply", 13_000.0)))
    assert "outside the calibrated range of 10,000 to 12,000" in said
    assert out_of_calibration(facts(set_to(dataset, "heroin_supply", 11_000.0))) == []


def test_projection_and_few_runs_are_named(by_hand: Callable[..., xr.Dataset]) -> None:
    early = facts(by_hand([[1.0, 2.0], [2.0, 3.0]]))
    late = facts(by_hand([[1.0, 2.0], [2.0, 3.0]], months=160))
    assert any("only 2 runs" in said for said in checks(early))
    assert not any("projection" in said for said in checks(early))
    assert any("Jan 2016 to Apr 2017 (16 of them) are projection" in said for said in checks(late))
    assert claims_sentence(early) == "No claim of a document is attached to these scenarios."
