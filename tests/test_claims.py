"""Claims: what makes one hold, fail, stay undecided or go untested."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tajsim.analysis import evaluate_claims
from tajsim.analysis.claims import claims_text
from tajsim.analysis.verdicts import SAID
from tajsim.ensemble import run_many
from tajsim.inputs.scenario_parts import load_scenario, shipped_scenarios

Maker = Callable[..., xr.Dataset]
REFERENCE_RUNS = [10.0, 20.0, 30.0, 40.0]
RISE, FALL = [11.0, 21.5, 31.0, 41.0], [9.0, 18.5, 29.0, 39.0]
MIXED = [11.0, 19.0, 31.0, 39.0]


def claim(**fields: Any) -> dict[str, Any]:
    """Return a claim against the reference over two years."""
    usual = {"id": "c", "statement": "It does.", "document": "d", "line": 1, "mechanisms": ["M01"]}
    usual |= {"outcome": "level", "where": {}, "window": ["2004-01", "2005-12"], "expect": "rises"}
    bounds = {"low": None, "high": None, "smallest": 1.0, "unit": "absolute"}
    return {**usual, **bounds, "against": "reference", **fields}


def row(make: Maker, runs: list[float], **fields: Any) -> Any:
    """Evaluate one claim of a scenario that has these runs."""
    return evaluate_claims(make([REFERENCE_RUNS, runs], claims=[claim(**fields)])).iloc[0]


def test_direction_and_bounds_of_a_difference(by_hand: Maker) -> None:
    for runs, expect, verdict, share in (
        (RISE, "rises", "holds", 1.0),
        (FALL, "rises", "fails", 0.0),
        (MIXED, "rises", "undecided", 0.5),
        (RISE, "falls", "fails", 0.0),
        (FALL, "falls", "holds", 1.0),
    ):
        found = row(by_hand, runs, expect=expect)
        assert (found["verdict"], found["share"]) == (verdict, share), (runs, expect)
    # Differences 1, 1.5, 1, 1: median 1, 90 % interval of the mean 0.83 to 1.42.
    cases = [(0.5, 1.5, "holds"), (5.0, 9.0, "fails"), (1.05, 9.0, "undecided")]
    for low, high, verdict in [*cases, (None, 0.0, "fails")]:
        assert row(by_hand, RISE, expect="between", low=low, high=high)["verdict"] == verdict, low
    double = [20.0, 40.0, 60.0, 80.0]
    found = row(by_hand, double, expect="between", low=99.0, high=101.0, relative=True)
    assert (found["verdict"], found["effect"], found["unit"]) == ("holds", 100.0, "%")


def test_an_effect_too_small_or_that_turns_after_the_window(by_hand: Maker) -> None:
    # The mean of the reference is 25, its spread 12.9; the mean effect 1.125.
    assert row(by_hand, RISE, smallest=0.04, unit="level")["verdict"] == "holds"
    assert row(by_hand, RISE, smallest=0.05, unit="level")["verdict"] == "right sign but negligible"
    default = row(by_hand, RISE, smallest=None, unit=None)
    assert (default["verdict"], default["smallest"]) == ("right sign but negligible", 1.25)
    relative = row(by_hand, RISE, smallest=0.04, unit="level", relative=True)
    assert (relative["verdict"], relative["smallest"]) == ("holds", 4.0)
    data = by_hand([REFERENCE_RUNS, RISE], claims=[claim(window=["2004-01", "2004-06"])])
    assert evaluate_claims(data).iloc[0]["verdict"] == "holds"
    data["level"][1, 6:] = data["level"][0, 6:] - 5.0
    assert evaluate_claims(data).iloc[0]["verdict"] == "turns later"


def test_unchanged_level_and_against_an_earlier_window(by_hand: Maker) -> None:
    assert row(by_hand, REFERENCE_RUNS, expect="unchanged")["verdict"] == "holds"
    assert row(by_hand, RISE, expect="unchanged", low=-2.0, high=2.0)["verdict"] == "holds"
    assert row(by_hand, RISE, expect="unchanged", low=-0.1, high=0.1)["verdict"] == "fails"
    found = row(by_hand, RISE, expect="between", against="level", low=20.0, high=30.0)
    assert (found["verdict"], found["share"]) == ("holds", 0.25)
    windows = {"before": ["2004-01", "2004-06"], "window": ["2005-01", "2005-06"]}
    data = by_hand([REFERENCE_RUNS], claims=[claim(expect="falls", against="before", **windows)])
    data["level"][0, 12:] *= 0.5
    found = evaluate_claims(data).iloc[0]
    assert (found["verdict"], found["effect"]) == ("holds", -12.5)


def test_relative_to_zero_is_no_number_and_one_run_decides_nothing(by_hand: Maker) -> None:
    data = by_hand([[0.0, 1.0, 1.0], [5.0, 2.0, 2.0]], claims=[claim(relative=True)])
    found = evaluate_claims(data).iloc[0]
    assert (found["runs"], found["effect"]) == (2, 100.0)
    data = by_hand([[1.0], [2.0]], claims=[claim(), claim(expect="between", low=0.0, high=5.0)])
    assert list(evaluate_claims(data)["verdict"]) == ["undecided", "undecided"]


@pytest.mark.parametrize(
    "fields", [{"window": ["2004-01", "2006-01"]}, {"outcome": "not_recorded"}]
)
def test_what_cannot_be_tested_says_why(by_hand: Maker, fields: dict[str, Any]) -> None:
    found = row(by_hand, RISE, **fields)
    assert found["verdict"] == "not tested" and found["reason"]
    alone = evaluate_claims(by_hand([REFERENCE_RUNS], claims=[claim()]))
    assert "reference" in alone["reason"].iloc[0]
    assert "Not tested" in claims_text(alone)


def test_coordinates_of_a_claim(pair: xr.Dataset) -> None:
    one = pair.copy()
    fields = {"outcome": "heroin_seized", "window": ["2004-01", "2004-12"]}
    fields |= {"expect": "between", "against": "level", "low": 0.0}
    claims = [claim(**fields, where={"section": "pianj"}), claim(**fields)]
    one.attrs["claims"] = json.dumps({"status-quo": claims})
    found = evaluate_claims(one)
    seized = pair["heroin_seized"].sel(scenario="status-quo", month="2004").sum("month")
    expected = [seized.sel(section="pianj").mean().item(), seized.sum("section").mean().item()]
    np.testing.assert_allclose(found["effect"], expected, rtol=1e-5)
    assert list(found["verdict"]) == ["holds", "holds"]


@pytest.mark.parametrize("name", shipped_scenarios())
def test_claims_of_shipped_scenarios_can_be_read(name: str, pair: xr.Dataset) -> None:
    """Each one is either tested on the small pair or says why not."""
    data = pair.copy()
    claims = [claim.model_dump() for claim in load_scenario(name).claims]
    data.attrs["claims"] = json.dumps({"russian-border-withdrawal": claims})
    table = evaluate_claims(data)
    assert len(table) == len(claims)
    if claims:
        assert set(table["verdict"]) <= {*SAID, "not tested"}


def test_a_claim_is_about_the_scenario_that_its_own_extends(soon: None) -> None:
    outer, parent, child = "status-quo", "russian-border-withdrawal", "withdrawal-with-western-aid"
    found = run_many([outer, parent, child], runs=6, seed=1, until="2010-01")
    pair = found.sel(scenario=[parent, child])
    mine = evaluate_claims(found).query("scenario == @child").set_index("claim")
    alone = evaluate_claims(pair).query("scenario == @child").set_index("claim")
    name = "outsiders-fill-vacuum"
    assert mine.loc[name, "effect"] == alone.loc[name, "effect"]
    claim = evaluate_claims(found.sel(scenario=[outer, child])).set_index("claim").loc[name]
    said = f"as they are against {parent}, which is not among the results"
    assert (claim.verdict, claim.reason) == ("not tested", said)
