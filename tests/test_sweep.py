"""Sweeps of the model: points beside each other equal points alone; failures, precision, tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import refused
from sweep_helpers import EXPERIMENT, quick, small_experiment

import tajsim
from tajsim.cli import main
from tajsim.ensemble.job import Job, MonthDone
from tajsim.results.window import at_places, over
from tajsim.sweeps import Sweep, load_sweep, sweep
from tajsim.sweeps.design import LARGEST, divide, make_points
from tajsim.sweeps.store import Numbers

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("all_soon")
COLLUSION = "collusion[agency=border_troops]"
BY_HAND = """title = "By hand"\nquestion = "?"\nextends = "status-quo"
    [[events]]\ndate = "{}"\nkind = "set"\nparameter = "agency_pay.border_troops"\nvalue = {}\n"""
ONE_MONTH = ('["2004-02", "2004-04"]', '["2004-02"]')


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, all_soon: None) -> Path:
    """The small experiment, simulated by the model in one process."""
    folder = tmp_path_factory.mktemp("swept")
    sweep(small_experiment(folder), folder / "out")
    return folder / "out"


def test_points_side_by_side_equal_each_point_alone(swept: Path, tmp_path: Path) -> None:
    """A point of the sweep is the scenario one would write by hand, run by run, to the bit."""
    found = load_sweep(swept)
    for point, row in found.points.iterrows():
        path = tmp_path / f"{point}.toml"
        path.write_text(BY_HAND.format(row["month"], row["pay"]))
        assert alone(path, "collusion", agency="border_troops") == made(found, point, COLLUSION)


def alone(path: Path, outcome: str, chosen: dict[str, float] | None = None, **at: str) -> list[Any]:
    """Return an outcome over all months, by run, of a scenario that is simulated by itself."""
    how: dict[str, Any] = {"runs": 4, "seed": 7, "until": "2004-06", "outcomes": [outcome]}
    results = tajsim.run(path, overrides=chosen or {}, **how).isel(scenario=0)
    found: list[Any] = over(at_places(results, outcome, at), ("2004-01", "2004-06")).values.tolist()
    return found


def made(found: Sweep, point: object, column: str) -> list[Any]:
    """Return what a sweep kept of the runs of a point."""
    return found.results[found.results["point"] == point].sort_values("run")[column].to_list()


def test_results_do_not_depend_on_batches(
    swept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor on workers: tests of killed ones hold the model's results in two against one."""
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 7)
    sweep(small_experiment(tmp_path), tmp_path / "out")
    same_results(swept, tmp_path / "out")


def same_results(one: Path, other: Path) -> Sweep:
    """Hold that two sweeps have the same results, to the bit; return one."""
    found = load_sweep(one)
    pd.testing.assert_frame_equal(found.results, load_sweep(other).results, check_exact=True)
    return found


def test_the_tables_name_points_factors_and_columns(swept: Path) -> None:
    found = load_sweep(swept)
    assert list(found.points.columns) == ["scenario", "pay", "month"]
    assert list(found.columns.index) == [COLLUSION, "seized"]
    assert found.columns.loc["seized", "unit"] == "kg/year"
    assert found.factors.loc["pay", "unit"] == "USD/month"
    assert found.kind == "grid" and found.about["seed"] == 7
    assert found.problem["names"] == ["pay", "month"]
    assert found.means.shape == (6, 2)
    assert found.answers("seized").tolist() == found.means["seized"].tolist()
    data = found.dataset()
    assert data["seized"].dims == ("point", "run") and data["seized"].attrs["unit"] == "kg/year"
    table = found.table()
    assert list(table.columns) == ["point", "scenario", "pay", "month", "run", COLLUSION, "seized"]
    refused("did you mean 'seized'", found.answers, "seised")


def failing(bad: Callable[[str, int], bool]) -> Callable[..., Numbers]:
    def simulate(job: Job, month_done: MonthDone) -> Numbers:
        if any(bad(p, int(r)) for p, r in zip(job.points, job.runs, strict=True)):
            raise ZeroDivisionError("no\nguards")
        return quick(job, month_done)

    return simulate


def test_a_failed_point_is_recorded_and_ends_nothing(tmp_path: Path) -> None:
    experiment = small_experiment(tmp_path, ONE_MONTH)
    out = tmp_path / "out"
    points, calls = [point.id for point in make_points(experiment).points], []
    model = failing(lambda p, r: p == points[1])

    def counted(job: Job, month_done: MonthDone) -> Numbers:
        calls.append(job)
        return model(job, month_done)

    report = sweep(experiment, out, simulate=counted)
    assert (report.computed, report.failed) == (8, 4)
    assert len(calls) <= 8  # the point is found by bisection and not tried run by run
    failures = load_sweep(out).failures
    assert set(failures["point"]) == {points[1]} and len(failures) == 4
    assert set(failures["cause"]) == {"ZeroDivisionError: no guards"}
    again = sweep(experiment, out, simulate=quick)
    assert (again.computed, again.failed) == (0, 4)
    mended = sweep(experiment, out, simulate=quick, retry=True)
    assert (mended.computed, mended.failed) == (4, 0)
    assert load_sweep(out).failures.empty


@pytest.mark.parametrize(
    ("largest", "runs", "bad"),
    [
        (500, 9, [(0, 5), (2, 8)]),
        # Batches of one run of each point: a failing first run says little about the point.
        (3, 4, [(0, 0), (1, 0), (1, 1), (1, 2), (1, 3)]),
    ],
)
def test_a_failed_run_does_not_take_its_point_along(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    largest: int,
    runs: int,
    bad: list[tuple[int, int]],
) -> None:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", largest)
    experiment = small_experiment(tmp_path, ONE_MONTH, ("runs = 4", f"runs = {runs}"))
    points = [point.id for point in make_points(experiment).points]
    wrong = {(points[point], run) for point, run in bad}
    report = sweep(experiment, tmp_path / "out", simulate=failing(lambda p, r: (p, r) in wrong))
    failures = load_sweep(tmp_path / "out").failures
    assert {(row["point"], row["run"]) for _, row in failures.iterrows()} == wrong
    assert (report.computed, report.failed) == (3 * runs - len(bad), len(bad))


def test_an_error_of_the_caller_is_no_failed_point(tmp_path: Path) -> None:
    def tell(done: int, total: int) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        sweep(small_experiment(tmp_path), tmp_path / "out", simulate=quick, progress=tell)
    assert not list((tmp_path / "out" / "shards").iterdir())


def test_the_verb_sweeps_goes_on_and_writes_tables(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "pay.toml"
    file.write_text(EXPERIMENT)
    out, tidy = str(tmp_path / "out"), tmp_path / "runs.csv"
    assert main(["sweep", str(file), "--out", out, "--runs", "1", "--progress"]) == 0
    first = capsys.readouterr()
    assert "6 points, 6 runs: 0 were there, 6 computed" in first.out
    assert "simulating" in first.err
    assert main(["sweep", str(file), "--out", out, "--runs", "2", "--tidy", str(tidy)]) == 0
    assert "6 points, 12 runs: 6 were there, 6 computed" in capsys.readouterr().out
    assert len(pd.read_csv(tidy)) == 12


def test_a_missing_library_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks = ('kind = "grid"', 'kind = "morris"\ntrajectories = 2')
    experiment = small_experiment(tmp_path, walks, ("values = [1, 10, 40]", "low = 1\nhigh = 40"))
    monkeypatch.setitem(__import__("sys").modules, "SALib.sample.morris", None)
    said = r"SALib is not installed; .*tajsim\[analysis\]"
    refused(said, sweep, experiment, tmp_path / "out", simulate=quick)


def test_factors_that_are_parameters_equal_overrides(tmp_path: Path) -> None:
    """A lever and an uncertain parameter, different in every point of one batch."""
    pay, limit = (f'parameter = "{name}"' for name in ("agency_pay.army", "detection_limit"))
    experiment = small_experiment(
        tmp_path,
        ('name = "pay"\nvalues = [1, 10, 40]', f"{limit}\nlow = 0.03\nsteps = 2"),
        ('name = "month"\nvalues = ["2004-02", "2004-04"]', f"{pay}\nsteps = 2"),
        ('date = { factor = "month" }', 'date = "2004-02"'),
        ('value = { factor = "pay" }', "value = 10"),
    )
    sweep(experiment, tmp_path / "out")
    found = load_sweep(tmp_path / "out")
    (hand := tmp_path / "hand.toml").write_text(BY_HAND.format("2004-02", 10))
    for point, row in found.points.iterrows():
        chosen = {name: float(row[name]) for name in ("detection_limit", "agency_pay.army")}
        assert alone(hand, "heroin_seized", chosen) == made(found, point, "seized")


def test_seats_travel_along_the_runs_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = ('kind = "set"', 'kind = "seats"'), ("value = {", "seats = {")
    of = 'parameter = "agency_pay.border_troops"', 'movement = "irpt"'
    kept = 'outcome = "collusion"\nwhere = { agency = "border_troops" }', 'outcome = "channel"'
    values = "[1, 10, 40]", "[0, 4, 20]"
    experiment = small_experiment(tmp_path, ONE_MONTH, values, *event, of, kept)
    sweep(experiment, tmp_path / "together")
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 3)
    sweep(experiment, tmp_path / "apart")
    assert same_results(tmp_path / "together", tmp_path / "apart").means["channel"].nunique() == 3


@pytest.mark.parametrize(
    ("variants", "points", "runs", "hands"),
    [(1, 3, 900, 1), (1, 700, 2, 1), (4, 9, 40, 1), (4, 9, 40, 3), (7, 7, 6, 2), (1, 1, 1, 8)],
)
def test_batches_hold_every_missing_run_once(
    variants: int, points: int, runs: int, hands: int
) -> None:
    variant = np.arange(points) % variants
    settled = (np.arange(points * runs).reshape(points, runs) * 7919) % 5 == 0
    batches = divide(variant, settled, hands)
    cells = [(p, r) for b in batches for p, r in zip(b.points, b.runs, strict=True)]
    assert sorted(cells) == sorted(zip(*np.nonzero(~settled), strict=True))
    assert all(len(b) <= LARGEST and len(set(variant[b.points])) == 1 for b in batches)
    assert divide(variant, np.ones_like(settled), hands) == []
