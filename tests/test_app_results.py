"""What the dashboard simulates and draws, against the ensemble, the analysis and the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tajsim.analysis.paired import compare_results, effect
from tajsim.app.catalogue import catalogue
from tajsim.app.fans import LEVELS, fan_of, paired_by_month
from tajsim.app.follow import Forks, follow
from tajsim.app.gather import dataset_of, series_so_far
from tajsim.app.maps import map_values
from tajsim.app.scenario_file import plan_of
from tajsim.app.shelf import Shelf, size
from tajsim.app.state import State, read_state
from tajsim.app.task import Task, tasks_of
from tajsim.app.view import whole_view
from tajsim.ensemble import run_many
from tajsim.ensemble.chunk import Record, simulate
from tajsim.ensemble.plan import Plan
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.scenario import scenario_names
from tajsim.plots.dates import spans as dates
from tajsim.plots.map import _over
from tajsim.plots.series import reduce, smooth

QUERY = "set=agency_pay.border_troops=40&runs=45&until=2005-06&run=3"


def asked(query: str, folder: Path) -> tuple[State, Plan, list[tuple[Task, ...]]]:
    state = read_state(query, scenario_names())
    plan = plan_of(state, folder)
    return state, plan, list(zip(*tasks_of(plan, state, ("heroin_seized",), 2), strict=True))


def same(a: Record, b: Record) -> None:
    for kind in ("outcomes", "events"):
        ours, theirs = getattr(a, kind), getattr(b, kind)
        assert list(ours) == list(theirs)
        for name, values in theirs.items():
            np.testing.assert_array_equal(ours[name], values, err_msg=name)
    assert a.parameter_names == b.parameter_names
    np.testing.assert_array_equal(a.parameter_values, b.parameter_values)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[State, Plan, Any, Sequence[Record]]:
    """What the tasks of a state give: 45 runs in two chunks, 18 months."""
    state, plan, pairs = asked(QUERY, tmp_path_factory.mktemp("app"))
    forks = Forks()
    records = [follow(task, forks, lambda model: None) for pair in pairs for task in pair]
    return state, plan, pairs, records


def test_a_task_gives_what_the_ensemble_gives(made: Any) -> None:
    for task, record in zip([t for pair in made[2] for t in pair], made[3], strict=True):
        same(record, simulate(task.job, lambda: None))


def test_chunks_together_are_the_results_of_the_command_line(made: Any) -> None:
    _, plan, pairs, records = made
    ours = dataset_of(plan, pairs, records)
    theirs = run_many(plan.scenarios, runs=45, until="2005-06", outcomes=plan.outcomes)
    assert ours.drop_attrs(deep=False).identical(theirs.drop_attrs(deep=False))
    differ = {key for key in theirs.attrs if ours.attrs[key] != theirs.attrs[key]}
    assert differ <= {"created"}


def test_a_fork_is_to_the_bit_what_a_whole_run_gives(tmp_path: Path) -> None:
    forks, months = Forks(), []
    for pay in (40, 60):
        query = f"{QUERY}&from=2004-10".replace("=40", f"={pay}")
        _, _, pairs = asked(query, tmp_path)
        task = pairs[0][1]
        assert task.fork == 9 and pairs[0][0].fork == 0
        months.append([])
        found = follow(task, forks, lambda model: months[-1].append(model.months_run))
        same(found, simulate(task.job, lambda: None))
    assert [len(done) for done in months] == [18, 9], "the second one begins at the fork"


def test_forks_differ_by_all_that_comes_before_and_by_nothing_after(tmp_path: Path) -> None:
    def trunk(query: str) -> tuple[str, str]:
        task = asked(query, tmp_path)[2][0][1]
        return task.trunk, task.key

    a = trunk(f"{QUERY}&from=2004-10")
    b = trunk(f"{QUERY}&from=2004-10".replace("=40", "=60"))
    assert a[0] == b[0] and a[1] != b[1]
    for other in (
        "seed=2",
        "parameters=fixed",
        "scenario=irpt-ban&set=civic_space=1&until=2010-01",
    ):
        assert trunk(f"{QUERY}&from=2004-10&{other}")[0] != a[0]


def test_forks_keep_no_more_than_they_may(made: Any, tmp_path: Path) -> None:
    forks = Forks(most_bytes=1)
    follow(asked(f"{QUERY}&from=2004-10", tmp_path)[2][0][1], forks, lambda model: None)
    assert forks.get(asked(f"{QUERY}&from=2004-10", tmp_path)[2][0][1].trunk) is None


def test_the_name_of_a_scenario_is_no_reason_to_simulate_again(tmp_path: Path) -> None:
    keys = [asked(f"{QUERY}&name={name}", tmp_path)[2][0][1].key for name in ("a", "b")]
    assert keys[0] == keys[1]


def test_what_was_not_asked_for_again_leaves_a_full_shelf(made: Any) -> None:
    record = made[3][0]
    wanted = {"b"}
    shelf = Shelf(2 * size(record), lambda: wanted)
    for key in "abcd":
        shelf.put(key, record)
    assert [key for key in "abcd" if key in shelf] == ["b", "d"]


def test_a_fan_is_that_of_the_picture(made: Any) -> None:
    _, plan, pairs, records = made
    dataset = dataset_of(plan, pairs, records)
    fan = fan_of(dataset["heroin_seized"], "heroin_seized")
    assert fan and fan["unit"] == "kg/year" and fan["kind"] == "bands"
    series = smooth(reduce(dataset["heroin_seized"], {}), 12)
    expected = np.quantile(series.values.astype(float), LEVELS, axis=2).transpose(1, 0, 2)
    np.testing.assert_allclose(fan["lines"], expected, rtol=1e-5)
    one = fan_of(dataset["heroin_seized"], "heroin_seized@section=pianj")
    assert one and one["title"] == "Heroin seized on the line (Pianj)"
    share = fan_of(dataset["state_failed"], "state_failed")
    assert share and (share["kind"], share["unit"]) == ("mean", "% of runs")
    months = [m for m in range(18) if m < 11]
    assert fan_of(dataset["heroin_seized"].isel(month=months), "heroin_seized") is None


def test_the_difference_by_month_is_the_paired_effect(made: Any) -> None:
    values = np.array(
        [[1.0, 2.0, 4.0, np.nan], [0.5, -1.0, 3.0, 2.0], [np.nan, 1.0, np.nan, np.nan]]
    )
    mean, low, high = paired_by_month(values)
    for month, row in enumerate(values):
        one = effect(row)
        np.testing.assert_allclose(
            [mean[month], low[month], high[month]], [one.mean, one.low, one.high]
        )


def test_the_map_is_that_of_the_picture(made: Any) -> None:
    _, plan, pairs, records = made
    dataset = dataset_of(plan, pairs, records)
    found = map_values(dataset, "heroin_seized", "state_control")
    for month in ("2004-05", "2005-03"):
        at = found["months"].index(month)
        for layer in ("border", "land", "leaving"):
            name = found[layer]["outcome"]
            expected = _over(dataset[name], dates(dataset, [month]))[:, :, 0]
            values = [by_month[at] for by_month in found[layer]["values"]]
            np.testing.assert_allclose(values, expected, rtol=2e-5)


def test_the_table_holds_the_numbers_of_compare(made: Any) -> None:
    state, plan, pairs, records = made
    dataset = dataset_of(plan, pairs, records)
    view = whole_view(dataset, state)
    expected = compare_results(dataset)
    rows = view["table"]["rows"]
    assert [row["difference"] for row in rows] == expected["difference"].tolist()
    assert [row["low"] for row in rows] == expected["low"].tolist()
    assert view["runs"] == 45 and "run 3" in view["story"]["story"]
    assert view["table"]["window"] == ["2004-01", "2005-06"]


def test_what_is_there_so_far_ends_where_the_slower_scenario_is(made: Any) -> None:
    _, plan, pairs, records = made
    reference, own = pairs[0]
    series = records[1].outcomes["heroin_seized"][..., :14, :]
    partial = {own.key: (14, {"heroin_seized": series})}
    assert series_so_far(plan, pairs[0], {}, partial) == {}
    found = series_so_far(plan, pairs[0], {reference.key: records[0]}, partial)["heroin_seized"]
    whole = dataset_of(plan, pairs[:1], records[:2])["heroin_seized"]
    xr.testing.assert_equal(found, whole.isel(month=slice(0, 14)).drop_vars("run"))


def test_every_lever_tells_its_range_and_what_it_rests_on() -> None:
    found = catalogue(scenario_names())
    levers = {lever["name"]: lever for lever in found["levers"]}
    known = load_parameters()
    assert set(levers) == {name for name, p in known.items() if p.role == "lever"}
    for name, lever in levers.items():
        assert lever["low"] <= lever["value"] <= lever["high"]
        assert lever["basis"] == known[name].basis.kind
        assert lever["why"][0].startswith(lever["basis"]) and all(lever["why"])
        assert bool(lever["why"][1:]) == bool(known[name].basis.figures)
    paid = levers["agency_pay.border_troops"]["why"][1]
    assert "tajik-border-soldier-pay" in paid and "matveeva-2004:" in paid
