"""A Dask cluster on loopback: real processes, one of them killed, results equal to the bit."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sweep_helpers import EXPERIMENT, number_of, quick, slow, small_experiment

from tajsim.cli import main
from tajsim.errors import UserError
from tajsim.sweeps import load_sweep, sweep
from tajsim.sweeps.run import Progress

pytest.importorskip("distributed")


class Cluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        tests = str(Path(__file__).parent)
        path = f"{environment['PYTHONPATH']}{os.pathsep}{tests}"
        self._environment = {**environment, "PYTHONPATH": path}
        self._folder = folder
        self._scheduler = self._start("scheduler", "--port", "0", "--no-dashboard")
        self.address = ""
        assert self._scheduler.stderr is not None
        for line in self._scheduler.stderr:
            found = re.search(r"Scheduler at:\s+(tcp://\S+)", line)
            if found:
                self.address = found[1]
                break
        self.workers = [self.add() for _ in range(2)]

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        host = ("--host", "127.0.0.1")
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:], *host],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if arguments[0] == "scheduler" else subprocess.DEVNULL,
            text=True,
        )

    def add(self) -> subprocess.Popen[str]:
        """Start a worker of one thread, without the nanny that would revive it."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        return self._start("worker", self.address, *options)

    def close(self) -> None:
        for process in [*self.workers, self._scheduler]:
            process.kill()
        for process in [*self.workers, self._scheduler]:
            process.wait()
        if self._scheduler.stderr is not None:
            self._scheduler.stderr.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    import tajsim

    source = str(Path(tajsim.__file__).parents[1])
    started = Cluster({**os.environ, "PYTHONPATH": source}, tmp_path_factory.mktemp("dask"))
    try:
        yield started
    finally:
        started.close()


def test_a_cluster_gives_the_results_of_one_process(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pay.toml"
    file.write_text(EXPERIMENT)
    out = str(tmp_path / "far")
    assert main(["sweep", str(file), "--out", out, "--cluster", cluster.address]) == 0
    assert "24 computed" in capsys.readouterr().out
    sweep(file, tmp_path / "near")
    near, far = load_sweep(tmp_path / "near").results, load_sweep(out).results
    pd.testing.assert_frame_equal(near, far, check_exact=True)


def test_a_worker_of_the_cluster_is_killed_in_the_middle(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 2)
    killed: list[int] = []

    def tell(progress: Progress) -> None:
        if progress.runs_done >= 20 and not killed:
            worker = cluster.workers[0]
            os.kill(worker.pid, signal.SIGKILL)
            killed.append(worker.pid)

    experiment = small_experiment(tmp_path, ("runs = 4", "runs = 20"))
    report = sweep(
        experiment, tmp_path / "out", cluster=cluster.address, simulate=slow, progress=tell
    )
    assert killed
    assert (report.computed, report.failed) == (120, 0)
    results = load_sweep(tmp_path / "out").results
    expected = [number_of(p, int(r)) for p, r in zip(results["point"], results["run"], strict=True)]
    assert results["collusion[agency=border_troops]"].to_list() == expected


def test_a_worker_with_another_model_is_refused(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.sweeps.run.model_version", lambda: "0.0.0+other")
    with pytest.raises(UserError, match=r"this work is of model 0\.0\.0\+other, here is"):
        sweep(small_experiment(tmp_path), tmp_path / "out", cluster=cluster.address)


def test_nobody_at_the_address_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.ensemble.executor._CONNECT", "1s")
    with pytest.raises(UserError, match="no Dask scheduler answers"):
        sweep(
            small_experiment(tmp_path),
            tmp_path / "out",
            cluster="tcp://127.0.0.1:1",
            simulate=quick,
        )


def test_a_scheduler_that_goes_away_is_told_in_a_line(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tajsim.sweeps.design.LARGEST", 2)

    def tell(progress: Progress) -> None:
        if progress.runs_done >= 4:
            cluster.close()

    experiment = small_experiment(tmp_path, ("runs = 4", "runs = 20"))
    with pytest.raises(UserError, match="the scheduler is gone; what is finished is kept"):
        sweep(experiment, tmp_path / "out", cluster=cluster.address, simulate=slow, progress=tell)
    assert len(load_sweep(tmp_path / "out").results) >= 4
