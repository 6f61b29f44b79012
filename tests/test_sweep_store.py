"""The store of a sweep: killed at every step of the disk, it loses nothing and repeats nothing."""

import shutil
import tracemalloc
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path

import pandas as pd
import pytest
from conftest import refused
from sweep_helpers import MONTHS, FailingDisk, PowerCutError, number_of, quick, small_experiment

import tajsim.sweeps.read as read
import tajsim.sweeps.store as store
from tajsim.ensemble.job import Job, MonthDone
from tajsim.errors import UserError
from tajsim.files import BEGUN
from tajsim.inputs.experiment import Experiment
from tajsim.sweeps import load_sweep, sweep
from tajsim.sweeps.store import Numbers


class Counting:
    """Stands in for the model and counts how often each run is simulated."""

    def __init__(self) -> None:
        self.runs: Counter[tuple[str, int]] = Counter()

    def __call__(self, job: Job, month_done: MonthDone) -> Numbers:
        self.runs.update(zip(job.points, map(int, job.runs), strict=True))
        return quick(job, month_done)


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 5)  # of a batch
    return small_experiment(tmp_path)


def complete(out: Path, runs: int = 24) -> None:
    """Check that every run of the small experiment is there, and is what it should be."""
    found = load_sweep(out)
    assert len(found.results) == runs
    assert found.unfit == () and found.failures.empty
    for _, row in found.results.iterrows():
        expected = number_of(row["point"], int(row["run"]))
        assert row["collusion[agency=border_troops]"] == expected
        assert row["seized"] == expected * 2.0
    assert not [path for path in out.rglob("*") if path.name.startswith(BEGUN)]


@pytest.mark.parametrize("how", ["full", "cut", "late cut"])
def test_a_failure_at_any_step_loses_nothing_and_repeats_nothing(
    experiment: Experiment, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, failed = 0, 0
    while True:
        step += 1
        out = tmp_path / f"{how} {step}"
        told: list[float] = [0.0]

        def tell(done: int, total: int, told: list[float] = told) -> None:
            told[0] = done / MONTHS

        disk, first, again = FailingDisk(step, how), Counting(), Counting()
        with monkeypatch.context() as patch:
            patch.setattr(store, "disk", disk)
            try:
                sweep(experiment, out, simulate=first, progress=tell)
            except (PowerCutError, UserError):
                failed += 1
        if disk.steps < step:
            break
        report = sweep(experiment, out, simulate=again)
        complete(out)
        assert report.aside == ()
        assert report.kept + report.computed == 24
        assert sum(again.runs.values()) == report.computed  # what is there is not repeated
        assert set(again.runs.values()) <= {1}
        # At most the batch that was under way is lost; runs told to be done are there.
        assert sum(first.runs.values()) - report.kept <= 5
        assert report.kept >= told[0] - 5
    assert failed > 30


def test_the_same_command_again_does_nothing(experiment: Experiment, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert sweep(experiment, out, simulate=quick).computed == 24
    tables = [pd.read_csv(path, skiprows=1) for path in (out / "shards").glob("*.csv")]
    assert sum(len(table) for table in tables) == 24  # anybody can read them
    assert set(pd.concat(tables)["point"]) == set(pd.read_csv(out / "points.csv")["point"])
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.csv")}
    counting = Counting()
    report = sweep(experiment, out, simulate=counting)
    assert (report.kept, report.computed, len(counting.runs)) == (24, 0, 0)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.csv")} == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-20],
        lambda data: data[:-10] + bytes([data[-10] ^ 1]) + data[-9:],
        lambda data: b"",
        lambda data: b"\xff\xfe what is this\n",
    ],
)
def test_a_damaged_shard_is_found_named_and_computed_again(
    experiment: Experiment, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    out = tmp_path / "out"
    sweep(experiment, out, simulate=quick)
    shard = sorted((out / "shards").glob("runs-*.csv"))[1]
    shard.write_bytes(damage(shard.read_bytes()))
    assert [line.split(":")[0] for line in load_sweep(out).unfit] == [shard.name]
    report = sweep(experiment, out, simulate=quick)
    assert len(report.aside) == 1 and shard.name in report.aside[0]
    assert 0 < report.computed <= 5
    complete(out)


def test_a_second_sweep_is_refused_and_a_crash_leaves_no_lock(
    experiment: Experiment, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    said: list[str] = []

    def second(job: Job, month_done: MonthDone) -> Numbers:
        with pytest.raises(UserError, match="another sweep is at work") as caught:
            sweep(experiment, out, simulate=quick)
        said.extend(caught.value.messages)
        raise PowerCutError

    with pytest.raises(PowerCutError):
        sweep(experiment, out, simulate=second)
    assert len(said) == 1 and "process" in said[0]
    assert sweep(experiment, out, simulate=quick).computed == 24


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed = 7", "seed = 8", "another seed"),
        ('end = "2004-06"', 'end = "2004-07"', "another last month"),
        ('name = "seized"', 'name = "kilos"', "another list of what is kept"),
        ('"agency_pay.border_troops"', '"agency_pay.army"', "another list of events"),
    ],
)
def test_runs_that_do_not_belong_together_are_not_mixed(
    experiment: Experiment, tmp_path: Path, old: str, new: str, said: str
) -> None:
    out = tmp_path / "out"
    sweep(experiment, out, simulate=quick)
    refused(said, sweep, small_experiment(tmp_path, (old, new)), out, simulate=quick)
    complete(out)


@pytest.mark.parametrize("whose", ["seed", "model", "old"])
def test_shards_of_another_sweep_are_set_aside_and_computed(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    out, other, checksum = tmp_path / "out", tmp_path / "other", store._checksum

    def nameless(header: dict[str, object], body: str) -> str:
        header.pop("experiment")
        return checksum(header, body)

    with monkeypatch.context() as patch:
        if whose == "model":
            patch.setattr("tajsim.sweeps.run.model_version", lambda: "0.0.0+other")
        if whose == "old":
            patch.setattr(store, "_checksum", nameless)
        seed = [("seed = 7", "seed = 8")] if whose == "seed" else []
        sweep(small_experiment(tmp_path, *seed), other, simulate=quick)
    if whose == "model":
        refused(r"a sweep of model 0\.0\.0\+other, and this is", load_sweep, other)
        monkeypatch.setattr(read.select, "mixed", ContextVar("mixed", default=True))
        assert load_sweep(other).about["title"].endswith("(made by another model, 0.0.0+other)")
        assert load_sweep(other).unfit == ()
    sweep(experiment, out, simulate=quick)
    own = {path.name for path in (out / "shards").iterdir()}
    for path in (out / "shards").iterdir():
        path.unlink()
    foreign = {path.name for path in (other / "shards").iterdir()}
    shutil.copytree(other / "shards", out / "shards", dirs_exist_ok=True)
    assert load_sweep(out).results.empty and len(load_sweep(out).unfit) == len(foreign)
    report = sweep(experiment, out, simulate=quick, retry=True)
    assert (report.kept, report.computed) == (0, 24)
    said = "does not say which" if whose == "old" else "another experiment, seed or model"
    assert len(report.aside) == len(foreign) and all(said in line for line in report.aside)
    assert {path.name for path in (out / "set-aside").iterdir()} == foreign
    assert {path.name for path in (out / "shards").iterdir()} == own
    complete(out)


def test_runs_and_points_are_added_without_changing_what_is_there(
    experiment: Experiment, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    sweep(experiment, out, simulate=quick, runs=2)
    first = load_sweep(out)
    assert sweep(experiment, out, simulate=quick, runs=4).computed == 12
    more = (("[1, 10, 40]", "[1, 10, 25, 40]"), ("runs = 4", "runs = 5"))
    larger = small_experiment(tmp_path, *more)
    report = sweep(larger, out, simulate=quick)
    assert (report.kept, report.computed, report.points) == (24, 16, 8)
    both = first.results.merge(load_sweep(out).results, how="left", on=["point", "run"])
    assert (both["seized_x"] == both["seized_y"]).all()
    smaller = load_sweep(out) if sweep(experiment, out, simulate=quick).computed == 0 else None
    assert smaller is not None and len(smaller.points) == 6


def test_a_folder_that_holds_something_else_is_refused(
    experiment: Experiment, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("all of it")
    with pytest.raises(UserError, match=r"holds 'thesis.txt' and no sweep"):
        sweep(experiment, tmp_path / "full", simulate=quick)
    (tmp_path / "file").write_text("")
    refused("is a file", sweep, experiment, tmp_path / "file", simulate=quick)
    refused("no sweep is there", load_sweep, tmp_path / "full")


def test_a_disk_that_stays_full_says_so(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        if "runs-" in path.name:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.disk, "sync", full)
    with pytest.raises(UserError, match=r"no space left on device.*the same command goes on"):
        sweep(experiment, tmp_path / "out", simulate=quick)
    assert not list((tmp_path / "out" / "shards").iterdir())


def test_memory_does_not_grow_with_the_number_of_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 200)
    experiment = small_experiment(tmp_path, ('["2004-02", "2004-04"]', '["2004-02"]'))
    peaks = []
    sweep(experiment, tmp_path / "first", simulate=quick)  # what is loaded once is loaded now
    for runs in (400, 8000):
        tracemalloc.start()
        assert sweep(experiment, tmp_path / str(runs), simulate=quick, runs=runs).failed == 0
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The plan of what is missing takes some 30 bytes for each of 22,800 runs more; a table of their
    # results would take several times that.
    assert peaks[1] - peaks[0] < 1_000_000
