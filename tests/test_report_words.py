"""The sentences of a report claim no more than the runs show."""

import io
import json
import re
from collections.abc import Callable

import numpy as np
import pytest
import synthetic
import xarray as xr
from hypothesis import given, settings, strategies as st

from tajsim.cli.main import _Clean
from tajsim.inputs.events import EVENT_KINDS
from tajsim.inputs.outcomes import STAKES, load_outcomes
from tajsim.inputs.registry import load_families
from tajsim.report.facts import Facts
from tajsim.report.tables import checks, claims_sentence, out_of_range
from tajsim.results.answer import ENOUGH, Card, card, cards, is_plural, several_text, with_unit
from tajsim.results.effect import turning
from tajsim.results.numbers import MINUS, small

DIRECTION = re.compile(r"\b(rises?|falls?|doubles?|triples?|halves?|later|earlier|instead of)\b")
BOUNDLESS = re.compile(r"\b(never|always|certainly|proves?|impossible|no run)\b", re.IGNORECASE)


def facts(dataset: xr.Dataset) -> Facts:
    return Facts(dataset)


NAMES = ("status-quo", "one", "two", "three", "four", "five", "six")


@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("runs", [1, 12, 40])
def test_cards_fit_a_terminal(count: int, runs: int) -> None:
    found = cards(synthetic.results(scenarios=NAMES[:count], runs=runs, months=30))
    lines = several_text(found).splitlines()
    assert len(lines) <= 42 and max(map(len, lines)) <= 80
    text, stream = several_text(found, 80, True), io.StringIO()
    _Clean(stream).write(text + "\033[2J\033[33m")  # what is not ours is no colour
    assert ("\033[1m" in text) == (count < 7) and stream.getvalue() == f"{text}?[2J?[33m"
    for one in found:
        assert not BOUNDLESS.search(one.finding) and not one.finding.endswith(".")
        assert len(one.numbers) <= 6 and len(one.rows()) <= 12
        assert runs >= ENOUGH or not (one.told or DIRECTION.search(one.finding))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(-30.0, 30.0),
    st.sampled_from(("kg/month", "share", "index", "USD/month", "number")),
)
def test_a_direction_is_told_only_where_it_is_clear_and_large(
    seed: int, size: float, unit: str
) -> None:
    rng = np.random.default_rng(seed)
    base = rng.normal(100.0, 10.0, ENOUGH)
    dataset = make([base, base + rng.normal(size, 4.0, ENOUGH)])
    dataset["level"].attrs["unit"] = unit
    one = card(dataset)
    (change,) = one.changes
    clear = change.found.low > 0.0 or change.found.high < 0.0
    large = abs(change.found.mean) >= min(0.05 * base.mean(), 0.2 * base.std(ddof=1))
    assert change.told == (clear and large)
    assert bool(DIRECTION.search(one.finding)) == change.told
    if change.told:
        up = change.found.mean > 0.0
        assert ("rises" if up else "falls") in one.finding
        assert change.levels[0] != change.levels[1]
        texts = [float(text.replace(",", "").replace(MINUS, "-")) for text in change.levels]
        assert (texts[1] > texts[0]) == up
        # The spread is that of the histories and holds the interval of the mean.
        assert change.low <= change.found.mean <= change.high
        assert change.high - change.low > change.found.high - change.found.low
    else:
        assert "worth the name" in one.finding


@pytest.mark.parametrize(
    ("after", "said"),
    [
        *((104.0, "rises by 4 %"), (520.0, "rises 5.2-fold"), (40.0, "falls by 60 %")),
        *((197.0, "doubles"), (260.0, "more than doubles"), (310.0, "triples")),
        *((350.0, "more than triples"), (49.0, "halves")),
    ],
)
def test_a_size_in_words(after: float, said: str) -> None:
    base = np.linspace(99.0, 101.0, 40)
    dataset = make([base, base + (after - 100.0)])
    (change,) = card(dataset).changes
    assert change.clause() == f"level {said}" and change.striking == (abs(after - 100.0) >= 5.0)
    share = dataset.assign(level=dataset["level"].assign_attrs(unit="share") / 1000.0)
    share["level"].attrs = {**dataset["level"].attrs, "unit": "share"}
    (change,) = card(share).changes
    assert ("slightly" in change.clause()) != change.striking


def flags(shares: tuple[float, float], runs: int = 100) -> xr.Dataset:
    """Results of a yes-or-no outcome that is true in such shares of the histories."""
    values = [np.arange(runs) < round(share * runs) for share in shares]
    dataset = make([v.astype(float) for v in values]).rename(level="state_failed")
    attrs = {"label": "State failed", "unit": "0 or 1", "aggregate": "last", "headline": 1}
    dataset["state_failed"].attrs = attrs
    return dataset


def test_yes_or_no_is_told_in_counts_of_a_hundred() -> None:
    one = card(flags((0.29, 0.36)))
    assert one.finding == "Other: the state fails in 36 of 100 histories instead of 29"
    (change,) = one.numbers
    assert (change.levels, change.spread, change.counts) == (("29", "36"), "", (29, 7, 0))


def test_the_gravest_change_is_never_left_out() -> None:
    rng = np.random.default_rng(3)
    dataset = flags((0.2, 0.26))
    base = rng.normal(100.0, 5.0, 100)
    for number in range(8):  # each by itself, and far larger beside its spread
        both = [base, base + 40.0 + rng.normal(0.0, 4.0, 100)]
        dataset[f"heroin_{number}"] = make(both)["level"].assign_attrs(label=f"Thing {number}")
    one = card(dataset)
    assert len(one.numbers) == 5 and "state_failed" in {c.outcome for c in one.numbers}
    assert "the state fails in 26 of 100" in one.finding


def test_what_a_scenario_sets_is_no_effect() -> None:
    base = np.linspace(1.0, 2.0, 40)
    dataset = make([base, base + 4.0]).rename(level="repression_step")
    event = {"month": "2004-02", "kind": "repression_step", "label": "x", "arguments": {"a": "y"}}
    dataset.attrs["events"] = json.dumps({"base": [], "other": [event]})
    one = card(dataset)
    assert not one.told and "worth the name" in one.finding
    assert one.set_here.startswith("Set by the scenario itself: level (")
    setters = {name for outcome in load_outcomes().values() for name in outcome.set_by}
    assert setters and setters <= {*EVENT_KINDS, *load_families()}


def test_stakes_and_words_of_every_outcome() -> None:
    known = load_outcomes()
    assert {outcome.stake for outcome in known.values()} == set(STAKES)
    plural = {small(o.label) for o in known.values() if o.headline and is_plural(o.label)}
    assert {"fighters abroad", "foreign fighters, all joined", "remittances"} <= plural
    assert {"members of violent groups", "mutinies"} <= plural
    single = {small(o.label) for o in known.values() if o.headline} - plural
    assert {"heroin seized on the line", "share of loads seized", "state failed"} <= single
    assert {"grievance", "loyalty in office", "doubt about the succession"} <= single


def test_the_question_comes_first_and_what_stays_is_told() -> None:
    rng = np.random.default_rng(5)
    base, moved = rng.normal(100.0, 10.0, 60), rng.normal(40.0, 4.0, 60)
    dataset = make([base, base + moved])
    still = make([base, base + 1e-3])["level"].assign_attrs(label="Heroin entering")
    small_one = make([base, base + rng.normal(9.0, 2.0, 60)])["level"].assign_attrs(label="Tolls")
    dataset = dataset.assign(heroin_entering=still, tolls=small_one)
    asks = {"outcomes": ["tolls", "heroin_entering"], "window": ["2004-06", "2005-03"]}
    dataset.attrs["asks"] = json.dumps({"other": asks})
    dataset.attrs["titles"] = json.dumps({"other": "The guards leave"})
    one = card(dataset)
    assert one.window == ("2004-06", "2005-03")
    told = "tolls rise by 9.3 % while heroin entering stays about the same"
    assert one.finding == f"The guards leave: {told}"


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


def test_equal_results_and_few_histories() -> None:
    same = np.arange(8.0)
    assert card(make([same, same])).finding == "Other: nothing differs"
    one = card(make([same + 100.0, same + 150.0]))
    assert one.finding == "Other: 8 paired histories are too few for an answer (at least 30)"
    assert isinstance(one, Card) and one.rows() and not one.numbers


@pytest.mark.parametrize(
    ("mean", "low", "high", "unit", "said"),
    [
        (1805.3, 1718.2, 1892.4, "kg/year", "+1.81 [+1.72, +1.89] t a year"),
        (0.02541, 0.0241, 0.0267, "share", "+2.54 [+2.41, +2.67] points"),
        (4.46e6, 0.466e6, 23.9e6, "USD/year", "+4 [0, +24] million USD a year"),
        (5.0, float("nan"), float("nan"), "number", "+5.00"),
        (0.0, 0.0, 0.0, "index", "0"),
    ],
)
def test_an_effect_with_its_interval(
    mean: float, low: float, high: float, unit: str, said: str
) -> None:
    assert with_unit(mean, low, high, unit) == said
    beside = with_unit(810.0, 743.0, 877.0, "kg/year", beside=2200.0)
    assert beside == "+0.810 [+0.743, +0.877] t a year", "as the levels in its row"


def test_what_goes_together_is_told_once() -> None:
    rng = np.random.default_rng(1)
    base, moved = rng.normal(100.0, 5.0, 40), rng.normal(30.0, 5.0, 40)
    dataset = make([base, base + moved])
    twin = dataset["level"].copy(data=2.0 * dataset["level"].values)
    other = dataset["level"].copy(data=dataset["level"].values.copy())
    other.values[1] = base + rng.normal(20.0, 5.0, 40)
    found = facts(dataset.assign(twin=twin, other=other))
    told = [change.outcome for change in found.cards["other"].leading]
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
    assert found.cards["other"].changes[0].found.direction == "rises"
    assert found.cards["other"].sure.endswith("it would turn with another value of heroin supply.")


def test_no_assumption_that_reverses_is_said_with_the_number_tried() -> None:
    values = np.linspace(10_000.0, 16_000.0, 60)
    found = facts(with_parameter(values, values / 400.0))
    assert "the one assumption tried would not turn it" in found.cards["other"].sure
    few = with_parameter(values[:20], values[:20] / 400.0)
    assert turning(few, *few["level"].isel(month=-1).values) == ""


def set_to(dataset: xr.Dataset, name: str, value: float) -> xr.Dataset:
    return dataset.assign_attrs(settings=f'{{"base": {{}}, "other": {{"{name}": {value}}}}}')


def test_inputs_outside_a_range_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.linspace(14_000.0, 20_000.0, 40)
    dataset = with_parameter(values, values / 400.0)
    monkeypatch.setattr("tajsim.results.effect.load_posterior", lambda: {})
    assert out_of_range(facts(dataset)) == []
    (said,) = out_of_range(facts(set_to(dataset, "heroin_supply", 99_000.0)))
    assert "99,000" in said and "outside" in said and "13,500 to 24,000" in said
    sample = {"heroin_supply": np.array([14_000.0, 16_000.0])}
    monkeypatch.setattr("tajsim.results.effect.load_posterior", lambda: sample)
    (said,) = out_of_range(facts(set_to(dataset, "heroin_supply", 18_000.0)))
    assert "outside the calibrated range of 14,000 to 16,000" in said
    assert out_of_range(facts(set_to(dataset, "heroin_supply", 15_000.0))) == []


def test_projection_and_few_runs_are_named(by_hand: Callable[..., xr.Dataset]) -> None:
    early = facts(by_hand([[1.0, 2.0], [2.0, 3.0]]))
    late = facts(by_hand([[1.0, 2.0], [2.0, 3.0]], months=160))
    assert any("only 2 runs" in said for said in checks(early))
    assert not any("projection" in said for said in checks(early))
    assert any("Jan 2016 to Apr 2017 (16 of them) are projection" in said for said in checks(late))
    assert claims_sentence(early) == "No claim of a document is attached to these scenarios."
