"""Processes killed in the middle of a sweep: workers, the parent, and both by Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import refused
from sweep_helpers import EXPERIMENT, MONTHS, deadly, endless, number_of, slow, small_experiment
from test_sweep import same_results

from tajsim.cli import main
from tajsim.ensemble.executor import Answer, Processes
from tajsim.ensemble.job import Job
from tajsim.errors import UserError
from tajsim.files import BEGUN
from tajsim.sweeps import load_sweep, sweep

LONG = ("runs = 4", "runs = 20")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes by signals")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 5)
    monkeypatch.setattr("tajsim.sweeps.design.SMALLEST", 1)


def test_a_worker_that_is_killed_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teams: list[Processes] = []
    start = Processes.__init__

    def remember(self: Processes, *arguments: object, **options: object) -> None:
        teams.append(self)
        start(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Processes, "__init__", remember)
    sweeps_on_when_killed(tmp_path, lambda: teams[0]._workers[0].process.pid, workers=2)


def sweeps_on_when_killed(folder: Path, worker: Callable[[], int | None], **where: Any) -> None:
    """Kill a worker in the middle of a sweep; hold that all runs are there all the same."""
    killed: list[int] = []

    def tell(done: int, total: int) -> None:
        if done / MONTHS >= 10 and not killed:
            killed.append(worker() or 0)
            os.kill(killed[0], signal.SIGKILL)

    experiment = small_experiment(folder, LONG)
    report = sweep(experiment, folder / "out", simulate=slow, progress=tell, **where)
    assert killed and (report.computed, report.failed) == (120, 0)
    results = load_sweep(folder / "out").results
    expected = [number_of(p, int(r)) for p, r in zip(results["point"], results["run"], strict=True)]
    assert results["collusion[agency=border_troops]"].to_list() == expected


def test_a_run_that_kills_its_worker_is_found_and_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 2)
    month = ('["2004-02", "2004-04"]', '["2004-02"]')
    pay = ("[1, 10, 40]", "[1]")
    report = sweep(
        small_experiment(tmp_path, month, pay), tmp_path / "out", workers=2, simulate=deadly
    )
    assert (report.computed, report.failed) == (3, 1)
    failures = load_sweep(tmp_path / "out").failures
    assert failures["run"].to_list() == [2]
    assert "killed 3 times" in failures["cause"][0]


def test_a_worker_tells_on_the_way_stops_and_is_replaced() -> None:
    job = Job("x", (0,), 1, "2004-01", "2004-06", "fixed", ())
    team = Processes(1, endless, losses=2)
    try:

        def hear(kind: str) -> Answer:
            until = time.monotonic() + 120.0
            while time.monotonic() < until:
                for answer in team.answers(0.2):
                    if answer.kind == kind:
                        return answer
            raise AssertionError(f"nothing is {kind}")

        def kill() -> None:
            pid = team._workers[0].process.pid
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda: (team.answers(0.2), team._workers[0].process.pid != pid)[1])

        def under_way() -> None:
            wait_for(lambda: (team.answers(0.2), team.under_way())[1])

        team.give(0, 1, job)
        under_way()
        team.stop(0)
        assert hear("stopped").number == 1
        team.give(0, 2, job)
        under_way()
        kill()
        under_way()  # it is begun again in a new process
        os.kill(team._workers[0].process.pid, signal.SIGKILL)
        assert "killed 2 times" in str(hear("failed").content)
        team.give(0, 3, replace(job, runs=(2,)))
        error = hear("failed").content
        assert isinstance(error, UserError) and error.messages == ["one", "two"]
    finally:
        team.close()


def begun(
    folder: Path, environment: dict[str, str]
) -> tuple[subprocess.Popen[str], list[str], Path]:
    """Begin a sweep of a longer experiment; return it once a shard is there, command and folder."""
    text = EXPERIMENT.replace('"2004-06"', '"2005-06"').replace("runs = 4", "runs = 12")
    (folder / "pay.toml").write_text(text)
    command = ["sweep", str(folder / "pay.toml"), "--out", str(folder / "out"), "--workers"]
    ends = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    call = [sys.executable, "-m", "tajsim", *command, "2"]
    process = subprocess.Popen(call, env=environment, **ends)
    shards = folder / "out" / "shards"
    wait_for(lambda: [*shards.glob("runs-*.csv")] or process.poll() is not None)
    return process, command, folder / "out"


def wait_for(found: Callable[[], object], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it was quicker than we
        return []
    return [int(child) for child in listed]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
def test_a_killed_parent_takes_its_workers_along_and_the_command_goes_on(
    tmp_path: Path,
    environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 36)
    process, command, out = begun(tmp_path, environment)
    workers = children(process.pid)
    process.kill()
    process.communicate()
    wait_for(lambda: not any(map(alive, workers)), 20.0)
    kept = len(load_sweep(out).results)
    # The same command, here and alone: how many workers there are makes no difference.
    assert main([*command, "1"]) == 0
    assert f"72 runs: {kept} were there, {72 - kept} computed" in capsys.readouterr().out
    assert sweep(tmp_path / "pay.toml", tmp_path / "one").computed == 72
    same_results(tmp_path / "one", out)


def test_ctrl_c_ends_a_sweep_at_once_and_cleanly(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    process, _, out = begun(tmp_path, environment)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - began < 5.0
    assert "what is finished is kept" in error and "Traceback" not in error
    assert not [path for path in out.rglob("*") if path.name.startswith(BEGUN)]
    assert load_sweep(out).unfit == () and len(load_sweep(out).results) > 0


def test_a_script_without_guard_is_told_so(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "pay.toml").write_text(EXPERIMENT)
    script = tmp_path / "script.py"
    # Told after one stillborn worker, usually after three; where there are threads none is a copy.
    few = "import threading as t\nimport tajsim.ensemble.executor as made\nmade._STILLBORN = 1\n"
    few += "t.Thread(target=t.Event().wait, daemon=True).start()\n"
    script.write_text(f"import tajsim\n{few}tajsim.sweep('pay.toml', 'out', workers=2)\n")
    options = {"env": environment, "cwd": tmp_path, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, str(script)], **options, timeout=120)  # type: ignore[call-overload]
    assert done.returncode != 0
    assert "if __name__ == '__main__'" in done.stderr


# A Dask cluster on loopback: real processes, one of them killed, results equal to the bit.


distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler and two workers of one thread, each a process of its own."""
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options, processes=True, silence_logs=50) as started:
        yield started


def test_a_cluster_gives_the_results_of_one_process(
    cluster: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pay.toml"
    file.write_text(EXPERIMENT)
    out = str(tmp_path / "far")
    assert main(["sweep", str(file), "--out", out, "--cluster", cluster.scheduler_address]) == 0
    assert "24 computed" in capsys.readouterr().out
    sweep(file, tmp_path / "near")
    same_results(tmp_path / "near", tmp_path / "far")


def test_a_worker_of_the_cluster_is_killed_in_the_middle(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 2)
    address = cluster.scheduler_address
    sweeps_on_when_killed(tmp_path, lambda: cluster.workers[0].pid, cluster=address)


def test_a_worker_with_another_model_is_refused(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.sweeps.run.model_version", lambda: "0.0.0+other")
    said, address = r"this work is of model 0\.0\.0\+other, here is", cluster.scheduler_address
    refused(said, sweep, small_experiment(tmp_path), tmp_path / "out", cluster=address)


def test_nobody_at_the_address_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.ensemble.executor._CONNECT", "1s")
    few = small_experiment(tmp_path), tmp_path / "out"
    refused("no Dask scheduler answers", sweep, *few, cluster="tcp://127.0.0.1:1")


def test_a_scheduler_that_goes_away_is_told_in_a_line(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 2)

    def tell(done: int, total: int) -> None:
        if done / MONTHS >= 4:
            cluster.close()

    experiment = small_experiment(tmp_path, LONG)
    how = {"cluster": cluster.scheduler_address, "simulate": slow, "progress": tell}
    said = "the scheduler is gone; what is finished is kept"
    refused(said, sweep, experiment, tmp_path / "out", **how)
    assert len(load_sweep(tmp_path / "out").results) >= 4
