"""What the dashboard simulates and draws, against the ensemble, the analysis and the pictures."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import tajsim.app.figures as figures
import tajsim.app.workers as workers
import tajsim.compiled.engine as engines
from tajsim.app.server import catalogue
from tajsim.app.session import ResultCache, size
from tajsim.app.state import PageState, plan_of, read_state
from tajsim.app.workers import ScheduledJob, SnapshotCache, follow, jobs_of, past_of
from tajsim.ensemble import run_many
from tajsim.ensemble.job import Record, simulate
from tajsim.ensemble.plan import Plan
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import shipped_scenarios
from tajsim.plots.fan import Series
from tajsim.results.answer import card
from tajsim.results.effect import IN_FORCE, compare_results, quantiles
from tajsim.results.window import at_places, over_dates, smooth, spans

QUERY = "set=agency_pay.border_troops=40&runs=45&until=2005-06&run=3"


def asked(query: str, folder: Path) -> tuple[PageState, Plan, list[tuple[ScheduledJob, ...]]]:
    state = read_state(query, shipped_scenarios())
    plan = plan_of(state, folder)
    return state, plan, list(zip(*jobs_of(plan, state, 2), strict=True))


def same(a: Record, b: Record) -> None:
    for kind in ("outcomes", "events"):
        ours, theirs = getattr(a, kind), getattr(b, kind)
        assert list(ours) == list(theirs)
        for name, values in theirs.items():
            np.testing.assert_array_equal(ours[name], values, err_msg=name)
    assert a.parameter_names == b.parameter_names
    np.testing.assert_array_equal(a.parameter_values, b.parameter_values)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[PageState, Plan, Any, Sequence[Record]]:
    """What the tasks of a state give: 45 runs in two chunks, 18 months."""
    state, plan, pairs = asked(QUERY, tmp_path_factory.mktemp("app"))
    past = SnapshotCache()
    records = [follow(task.job, past, lambda: None) for pair in pairs for task in pair]
    return state, plan, pairs, records


def test_chunks_are_the_results_of_the_ensemble_and_the_command_line(made: Any) -> None:
    for task, record in zip([t for pair in made[2] for t in pair], made[3], strict=True):
        same(record, simulate(task.job))
    plan, ours = made[1], figures.dataset_of(*made[1:])
    theirs = run_many(plan.scenarios, runs=45, until="2005-06", outcomes=plan.outcomes)
    assert ours.drop_attrs(deep=False).identical(theirs.drop_attrs(deep=False))
    differ = {key for key in theirs.attrs if ours.attrs[key] != theirs.attrs[key]}
    assert differ <= {"created"}


#: A scenario with events from November 2004 on, five runs of it and of what moves make of it.
EVENTS = "scenario=russian-border-withdrawal&runs=5&until=2005-09"
OPEN, MOVED = "&set=civic_space=", "&move=moskovskii-handed-over@"


@pytest.mark.parametrize(
    ("queries", "months"),
    [
        # A lever that acts later: the months before are simulated once.
        ([f"{OPEN}1&from=2004-10", f"{OPEN}0.2&from=2004-10"], [21, 12]),
        # An event that comes earlier, later, and never: from the first difference on.
        (["", f"{MOVED}2005-06", f"{MOVED}2005-07", f"{MOVED}never"], [21, 6, 4, 3]),
        # Levers from the start change everything; the other event is moved on top of them.
        ([f"{OPEN}1", *(f"{OPEN}1{MOVED}2005-0{n}" for n in (6, 8))], [21, 21, 4]),
        ([f"{OPEN}1{MOVED}2005-08", f"{OPEN}0.2{MOVED}2005-08"], [21, 21]),
    ],
)
def test_a_shared_past_gives_what_a_run_from_the_start_gives(
    queries: list[str], months: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past, took = SnapshotCache(), []
    advance = engines.advance

    def counted(model: Any, program: Any, until: int, tell: Any) -> None:
        took[-1] += until - model.months_run
        advance(model, program, until, tell)

    for query in queries:
        job = asked(EVENTS + query, tmp_path)[2][0][1].job
        took.append(0)
        with monkeypatch.context() as patch:
            patch.setattr(engines, "advance", counted)
            found = follow(job, past, lambda: None)
        same(found, simulate(job))
    assert took == months


def test_the_reference_leaves_its_past_to_the_scenario(tmp_path: Path) -> None:
    events = f"{EVENTS}&reference=arrangement-of-2004"
    reference, own = asked(events, tmp_path)[2][0]
    past = SnapshotCache()
    follow(reference.job, past, lambda: None)
    begun = past.latest(past_of(own.job), 21)
    assert begun and begun.months == 10, "the months before November 2004"
    for other in ("seed=2", "parameters=fixed", "set=civic_space=1"):
        assert past.latest(past_of(asked(f"{events}&{other}", tmp_path)[2][0][1].job), 21) is None
    # A name is no reason to simulate again.
    one, two = (asked(f"{QUERY}&name={name}", tmp_path)[2][0][1].key for name in ("a", "b"))
    assert one == two


@pytest.mark.parametrize("query", ["", f"{OPEN}0.2", f"{OPEN}0.2&from=2004-10"])
@pytest.mark.parametrize("room", [1 << 27, 1])
def test_early_and_final_fans_are_those_of_a_comparison(
    query: str, room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "FIRST", 32)
    workers._mapped.cache_clear()  # the memory of another test had this number
    state = read_state(f"{EVENTS}{query}&runs=45", shipped_scenarios())
    plan, memory, past = plan_of(state, tmp_path), workers.SharedMemory(room), SnapshotCache()
    both = [memory.placed(jobs, plan) for jobs in jobs_of(plan, state, 2)]
    pairs = list(zip(*both, strict=True))
    records = [t.whole(follow(t.job, past, lambda: None)) for pair in pairs for t in pair]
    assert len(memory._taken) == (2 if room > 1 and sys.platform == "linux" else 0)
    for chunks, runs in (1, 32), (2, 45):
        ours = figures.dataset_of(plan, pairs[:chunks], records[: 2 * chunks])
        theirs = run_many(plan.scenarios, runs, until="2005-09", outcomes=plan.outcomes)
        shown = [figures.part_of_view("fans", one, state) for one in (ours, theirs)]
        assert shown[0] == shown[1] and shown[0]["card"]["runs"] == runs
        assert ours["heroin_seized"].identical(theirs["heroin_seized"])
        pair = ours["heroin_seized"].values, records[0].outcomes["heroin_seized"]
        assert np.may_share_memory(*pair) or len(memory._taken) < 2, "nothing is copied"
    del both, pairs, records, ours, theirs, shown, pair
    assert not memory._taken, "what nobody looks at is free"


def test_quantiles_and_rolling_means_are_those_of_numpy_and_xarray(dataset: xr.Dataset) -> None:
    series = at_places(dataset, "heroin_seized")
    values, many = series.values.astype(float), [n / 40 for n in range(41)]
    np.testing.assert_array_equal(quantiles(values, many), np.quantile(values, many, axis=-1))
    yearly = series.rolling(month=12).mean()[:, 11:] * 12.0
    np.testing.assert_array_equal(smooth(series, 12), yearly)


def test_no_more_of_the_past_is_kept_than_there_is_room_for(tmp_path: Path) -> None:
    task = asked(EVENTS, tmp_path)[2][0][1]
    whole = SnapshotCache()
    follow(task.job, whole, lambda: None)
    assert whole.bytes() > 0
    for room in (1, whole.bytes() // 2):
        follow(task.job, past := SnapshotCache(room), lambda: None)
        assert past.bytes() <= room
        assert (past.latest(past_of(task.job), 21) is None) == (room == 1)


def test_what_was_not_asked_for_again_leaves_a_full_shelf(made: Any) -> None:
    record = made[3][0]
    wanted = {"b"}
    shelf = ResultCache(2 * size(record), lambda: wanted)
    for key in "abcd":
        shelf.put(key, record)
    assert [key for key in "abcd" if key in shelf] == ["b", "d"]


@pytest.fixture(scope="module")
def dataset(made: Any) -> xr.Dataset:
    return figures.dataset_of(*made[1:])


def test_a_fan_is_that_of_the_picture(dataset: xr.Dataset) -> None:
    fan = figures.fan_of(dataset, "heroin_seized")
    assert fan and fan["unit"] == "kg/year" and fan["kind"] == "bands"
    series = smooth(at_places(dataset, "heroin_seized"), 12)
    ends = (0.05, 0.25, 0.5, 0.75, 0.95)
    expected = np.quantile(series.values.astype(float), ends, axis=2).transpose(1, 0, 2)
    np.testing.assert_allclose(fan["lines"], expected, rtol=1e-5)
    one = figures.fan_of(dataset, "heroin_seized@section=pianj")
    assert one and one["title"] == "Heroin seized on the line (Pianj)"
    share = figures.fan_of(dataset, "state_failed")
    assert share and (share["kind"], share["unit"]) == ("mean", "% of runs")
    assert share["discrepancy"] == []
    ends = Series(at_places(dataset.isel(scenario=[0]), "heroin_seized"), 12).ends
    assert ends is not None and ends.shape == (2, 7)
    np.testing.assert_allclose(fan["discrepancy"], ends, atol=0.08 * np.ptp(ends, axis=0).min())
    assert (ends[1] > expected[0, -1]).all(), "wider than the runs"
    assert figures.fan_of(dataset.isel(month=slice(0, 11)), "heroin_seized") is None


def test_the_card_says_what_the_reference_does_to_deals_by_itself(tmp_path: Path) -> None:
    state, plan, pairs = asked(EVENTS, tmp_path)
    records = [simulate(task.job) for pair in pairs for task in pair]
    found = figures.dataset_of(plan, pairs, records)
    found[IN_FORCE].loc[{"scenario": "status-quo", "deal": "russian_border_guards", "run": 3}] = 0
    notes = figures.part_of_view("fans", found, state)["card"]["notes"]
    guards = "By Sep 2005 the deal “Russian border guards” ends in 20 % of the runs of"
    assert f"{guards} “Status quo of early 2004” too." in notes
    assert IN_FORCE not in plan_of(read_state("", shipped_scenarios()), tmp_path).outcomes


def test_the_map_is_that_of_the_picture(dataset: xr.Dataset) -> None:
    found = figures.map_values(dataset, "heroin_seized", "state_control")
    for month in ("2004-05", "2005-03"):
        at = found["months"].index(month)
        for layer in ("border", "land", "leaving"):
            name = found[layer]["outcome"]
            expected = over_dates(dataset[name], spans(dataset, [month]))[:, :, 0]
            values = [by_month[at] for by_month in found[layer]["values"]]
            np.testing.assert_allclose(values, expected, rtol=2e-5)


def test_the_table_holds_the_numbers_of_compare(made: Any, dataset: xr.Dataset) -> None:
    state = made[0]
    table = figures.part_of_view("table", dataset, state)["table"]
    expected = compare_results(dataset)
    order = expected["size"].fillna(0.0).sort_values(ascending=False, kind="stable").index
    expected, rows = expected.loc[order], table["rows"]  # by size
    leading = [change.outcome for change in card(dataset).leading][:4]
    shown = figures.part_of_view("fans", dataset, state)
    assert shown["card"] == card(dataset).as_dict()
    assert leading and [fan["spec"] for fan in shown["fans"]][: len(leading)] == leading
    for name in ("difference", "low"):  # what nobody is left to measure in is None
        assert [row[name] for row in rows] == [figures.plain(value) for value in expected[name]]
    assert table["window"] == ["2004-01", "2005-06"]
    assert "run 3" in figures.part_of_view("story", dataset, state)["story"]["story"]


def test_every_lever_tells_its_range_and_what_it_rests_on() -> None:
    found = catalogue(shipped_scenarios())
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
