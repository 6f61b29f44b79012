"""Aggregation and paired comparison against numbers worked out by hand."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import refused
from matplotlib.text import Text

import tajsim
import tajsim.results.window as windows
from tajsim import plots
from tajsim.agents.actors import Actor, Actors, Member
from tajsim.analysis import compare_results, summarise
from tajsim.analysis.claims import evaluate_claims
from tajsim.analysis.comparison import comparison_text
from tajsim.app.figures import fan_of
from tajsim.ensemble import run_many
from tajsim.inputs.experiment import Keep
from tajsim.inputs.outcomes import PLACES, load_outcomes, with_weight
from tajsim.model.country import Country
from tajsim.results.numbers import table_number
from tajsim.results.select import gap
from tajsim.sweeps.store import Summaries

Maker = Callable[..., xr.Dataset]


def test_aggregates_of_a_rise() -> None:
    months = np.arange("2004-01", "2004-07", dtype="datetime64[M]").astype("datetime64[ns]")
    series = xr.DataArray(np.arange(1.0, 7.0)[:, np.newaxis], {"month": months}, ("month", "run"))
    window = ("2004-02", "2004-04")  # values 2, 3, 4
    expected = {"yearly": 36.0, "mean": 3.0, "last": 4.0, "total": 9.0, "maximum": 4.0}
    found = {k: windows.over(series.assign_attrs(aggregate=k), window).item() for k in expected}
    assert found == pytest.approx(expected)


def test_paired_difference_by_hand(by_hand: Maker) -> None:
    # Differences 1, 2, 0: mean 1, standard deviation 1, t(0.95; 2) = 2.919986.
    row = compare_results(by_hand([[1, 2, 3], [2, 4, 3]])).iloc[0]
    assert (row["reference_median"], row["median"], row["difference"]) == (2.0, 3.0, 1.0)
    half = 2.919986 / np.sqrt(3.0)
    assert (row["low"], row["high"]) == pytest.approx((1.0 - half, 1.0 + half))
    assert row["direction"] == ""  # the interval covers zero
    assert np.isnan(row["share_sign"])
    assert [row[f"share_{k}"] for k in ("up", "down", "tied")] == pytest.approx([2 / 3, 0, 1 / 3])
    assert row["pairing"] == pytest.approx((1.0 + 1.0) / 1.0)
    # Runs without a value are left out.
    row = compare_results(by_hand([[1, 2, 3, np.nan], [2, 4, 3, 9]])).iloc[0]
    assert (row["difference"], row["runs"]) == (1.0, 3)


def test_direction_where_the_interval_is_clear_of_zero(by_hand: Maker) -> None:
    reference = np.array([1.0, 2.0, 3.0, 4.0])
    for change, told in (([1.0, 1.1, 0.9, 1.0], "rises"), ([-5.0, -5.0, -4.0, 0.1], "falls")):
        row = compare_results(by_hand([reference, reference + np.array(change)])).iloc[0]
        assert (row["direction"], row["share_sign"]) == (told, 1.0 if told == "rises" else 0.75)


def test_one_run_has_no_interval_and_no_direction(by_hand: Maker) -> None:
    data = by_hand([[1.0], [2.0]])
    row = compare_results(data).iloc[0]
    assert (row["difference"], row["direction"]) == (1.0, "")
    assert np.isnan([row["low"], row["high"], row["share_sign"], row["pairing"]]).all()
    assert "rises" not in comparison_text(data, compare_results(data))


def test_neither_the_same_nor_rounding_is_a_difference(by_hand: Maker) -> None:
    row = compare_results(by_hand([[1.0, 2.0], [1.0, 2.0]])).iloc[0]
    assert (row["direction"], row["share_tied"], row["pairing"]) == ("", 1.0, np.inf)
    assert (row["low"], row["high"]) == (0.0, 0.0)
    below = [1.0, 1000.0, np.float32(0.3), 0.0]
    above = [np.nextafter(np.float32(v), np.float32(2e3)) for v in below[:3]]
    row = compare_results(by_hand([below, [*above, 0.0]])).iloc[0]
    assert (row["difference"], row["low"], row["high"], row["direction"]) == (0.0, 0.0, 0.0, "")
    assert row["share_tied"] == 1.0
    near = np.array([-2.2e-16, 3.0, np.nan])
    np.testing.assert_array_equal(gap(near * 0.0 + 1e-17, near), [0.0, 3.0 - 1e-17, np.nan])
    np.testing.assert_array_equal(gap(np.array([1.0, 1e9]), np.array([1.01, 1e9])), [1.01 - 1, 0])


def test_window_starts_at_the_first_difference(by_hand: Maker) -> None:
    data = by_hand([[1.0, 2.0], [1.0, 3.0]], event_month="2004-07")
    assert windows.first_difference(data, "after") == "2004-07"
    assert windows.window_of(data) == ("2004-07", "2005-12")
    row = compare_results(data).iloc[0]
    assert (row["window_start"], row["window_end"]) == ("2004-07", "2005-12")
    data.attrs["settings"] = '{"after": {"x": 1.0}}'
    assert windows.window_of(data) == ("2004-01", "2005-12")


@pytest.fixture(scope="module")
def handed_over() -> xr.Dataset:
    """Return results in which the Russian border troops leave in the one and stay in the other."""
    return run_many(["status-quo", "russian-border-withdrawal"], runs=4, seed=3, until="2008-12")


def ways(results: xr.Dataset, name: str, window: tuple[str, str]) -> dict[str, float]:
    """Return the whole of an outcome in the reference as everything that tells it has it."""
    whole = dict.fromkeys(load_outcomes()[name].dimensions, "all")
    claim = {"id": "whole", "statement": "", "document": "", "line": 1, "outcome": name}
    claim |= {"window": window, "against": "level", "expect": "between"}
    asked = results.assign_attrs(claims=json.dumps({"status-quo": [claim]}))
    own = results.isel(scenario=0).transpose(..., "month", "run")
    record = {n: own[n].values for n in with_weight([name])}
    keep = Summaries((Keep(name, name, whole, window),), windows.whole_period(results)[0], "")
    kept = keep(SimpleNamespace(record=record))[:, 0]  # type: ignore[arg-type]
    picture = plots.figure("fan", results, outcome=name, smooth=12)
    line = next(one for one in picture.axes[0].lines if one.get_linewidth() == 1.7)
    factor = windows.scaled(windows.smooth(windows.at_places(results, name), 12).values, "")[0]
    fan = fan_of(results, name)
    assert fan is not None
    times = {"million": 1e6, "billion": 1e9}.get(fan["unit"].split()[0], 1.0)
    at = f"{next(iter(whole))}=all"
    row, level = (
        table[(table["outcome"] == name) & (table["where"] == at)].iloc[0]
        for table in (make(results[[*record]], window) for make in (compare_results, summarise))
    )
    return {
        "claim": evaluate_claims(asked)["median"].iloc[0],
        "compare": row["reference_median"],
        "sweep": float(np.median(kept)),
        "picture": float(line.get_ydata()[-1]) * factor,
        "report": level["median"],
        "dashboard": fan["lines"][0][2][-1] * times,
    }


def test_one_answer_to_each_question(handed_over: xr.Dataset) -> None:
    window = ("2008-01", "2008-12")
    single = [o for o in load_outcomes().values() if len(o.dimensions) == 1]
    names = [outcome.name for outcome in single if outcome.aggregate in ("yearly", "mean")]
    assert len(names) > 20 and {load_outcomes()[name].places for name in names} == set(PLACES)
    for name in [*names[::5], "strength", "collusion", "militant_fighters"]:
        found = ways(handed_over, name, window)
        known = found["compare"]
        assert found == pytest.approx(dict.fromkeys(found, known), rel=2e-5, abs=1e-12), name
        assert len({table_number(value) for value in found.values()}) == 1, name


def test_what_is_recorded_of_a_body_without_people_is_missing(handed_over: xr.Dataset) -> None:
    for name, outcome in load_outcomes().items():
        missing = np.isnan(handed_over[name])
        if outcome.missing:
            assert not missing.all(), name  # of what is in office, on offer, seized
        elif outcome.places == "people":
            # Nor has a body collusion that meets no trafficker, or a share of nothing.
            met = ~handed_over["agency"].isin(["army", "presidential_guard"])
            there = (handed_over["strength"] >= 1.0) & (met | (name != "collusion"))
            if name in (of := {"seizure_willingness": "met", "seizure_honesty": "seized_by"}):
                there &= handed_over[f"heroin_{of[name]}"] > 0.0
            np.testing.assert_array_equal(missing, ~there.transpose(*missing.dims))
        else:
            assert not missing.any(), name
    troops = {"agency": ["russian_border_troops"]}
    told = "left in August 2005 in “Russians leave”"
    assert told in windows.titled(handed_over, "collusion", troops)
    assert "left" not in windows.titled(handed_over, "strength", troops)
    table = compare_results(handed_over)
    row = table[table["where"] == "agency=russian_border_troops"].set_index("outcome").loc["pay"]
    assert np.isfinite(row["reference_median"]) and row["runs"] == 0 and told in row["label"]
    assert np.isnan([row["median"], row["difference"], row["low"]]).all()
    assert told in comparison_text(handed_over, table).replace("\n", " ")
    people = handed_over["strength"].where(handed_over["collusion"].notnull(), 0.0)
    mean = (handed_over["collusion"].fillna(0.0) * people).sum("agency") / people.sum("agency")
    found = windows.at_places(handed_over, "collusion")
    np.testing.assert_allclose(found, mean.transpose("scenario", "month", "run"), rtol=1e-5)
    for kind in ("fan", "difference"):
        texts = plots.figure(kind, handed_over, outcome="collusion", select=troops).findobj(Text)
        assert told in " ".join(text.get_text().replace("\n", " ") for text in texts)


def test_no_missing_number_enters_a_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def watched(apply: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, rule: Callable[..., Any], *state: Any, **named: Any) -> Any:
            asked.append(rule.__name__)
            given = [s for s in (*state, *named.values()) if not isinstance(s, dict)]
            assert not any(np.isnan(np.asarray(s, dtype=float)).any() for s in given), rule
            return apply(self, rule, *state, **named)

        return call

    for kind in (Country, Actor, Actors, Member):
        monkeypatch.setattr(kind, "apply", watched(kind.apply))
    events = tajsim.load_scenario("russian-border-withdrawal").events  # which sets nothing
    model = tajsim.TajikistanModel(runs=3, seed=3, end="2008-06", events=events)
    model.run_to_end()
    assert np.isnan(model.record["collusion"]).any() and len(set(asked)) > 50


def test_summary_by_hand(by_hand: Maker) -> None:
    table = summarise(by_hand([np.arange(101.0), np.arange(101.0) * 2.0]))
    assert list(table["scenario"]) == ["before", "after"]
    row = table.iloc[0]
    assert (row["p05"], row["median"], row["p95"], row["mean"]) == (5.0, 50.0, 95.0, 50.0)
    refused("two scenarios", compare_results, by_hand([[1.0]]))


def test_compare_as_a_function() -> None:
    few = {"runs": 3, "until": "2005-03", "outcomes": ["strength"]}
    found = tajsim.compare("status-quo", "russian-border-withdrawal", **few)
    assert set(found.table["outcome"]) == {"strength"}
    assert str(found).startswith("Guards leave in phases: 3 paired histories are too few")
    assert "russian-border-withdrawal against status-quo" in found.full_text()
    assert "parameters in force" in found.full_text()
    refused("at least one other", tajsim.compare, "status-quo", runs=1)
