"""Bad input: one clear line for each mistake, exit status 2, nothing left behind."""

import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import xarray as xr

from tajsim import plots
from tajsim.cli import lists, main
from tajsim.cli.verb import result_folder, table_file
from tajsim.ensemble import save

Capture = pytest.CaptureFixture[str]
RUN = ["run", "status-quo", "--runs", "1", "--until", "2004-02"]
COMPARE = ["compare", "status-quo", "irpt-ban", "--runs", "1", "--until", "2004-02"]


def refused(arguments: list[str], capsys: Capture, *words: str) -> list[str]:
    """Check that a command is refused with status 2, clear lines and no output; return them."""
    capsys.readouterr()
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines and all(line.startswith("tajsim: ") for line in lines)
    for word in words:
        assert word in said.err
    return lines


def test_names_and_places_that_cannot_be_read_or_written(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, said in (("a\0b.toml", "byte zero"), (f"{'x' * 300}/{'y' * 300}", "no such file")):
        assert len(refused(["check", name], capsys, said)) == 1
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    for command in (RUN, COMPARE):
        refused([*command, "--out", "file"], capsys, "file: is a file")
        refused([*command, "--out", "file/below"], capsys, "file/below")
        refused([*command, "--out", "full"], capsys, "--overwrite")
        refused([*command, "--out", "full", "--overwrite"], capsys, "mine.txt")
        refused([*command, "--out", "."], capsys, "current folder")
        refused([*command, "--out", "/proc/tajsim/out"], capsys, "cannot be written")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "full"}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_permission(capsys: Capture, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    refused([*RUN, "--out", str(tmp_path / "out")], capsys, "permission denied")


def test_damaged_results(capsys: Capture, tmp_path: Path, pair: xr.Dataset) -> None:
    whole = save(pair, tmp_path / "results.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(whole[: len(whole) // 3])
    arguments = ["plot", str(tmp_path / "cut.nc"), "--kind", "fan", "--out", f"{tmp_path}/x.png"]
    assert len(refused(arguments, capsys, "cut.nc")) == 1
    pair.drop_vars("event_size").to_netcdf(tmp_path / "part.nc", engine="netcdf4")
    arguments[1] = str(tmp_path / "part.nc")
    refused(arguments, capsys, "part.nc: incomplete", "'event_size'")
    (tmp_path / "swept").mkdir()
    (tmp_path / "swept" / "sweep.json").write_text("{}")
    arguments[1] = str(tmp_path / "swept")
    refused(arguments, capsys, "holds a sweep and no results.nc")
    arguments[1] = str(tmp_path)
    refused([*arguments, "--outcome", "polityy"], capsys, "'polity'")
    arguments[-1] = str(tmp_path / "no" / "x.png")
    refused(arguments, capsys, "there is no folder")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_of_files_need_not_be_utf8(
    command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    few = ("--outcomes", "polity", "--no-pictures")
    done = command(*RUN, *few, "--out", str(tmp_path / "o\udcff"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "o\\udcff: results.nc" in done.stdout.replace("\n", " ")


def test_a_full_disk_leaves_the_old_results(capsys: Capture, tmp_path: Path, soon: None) -> None:
    out, table, state = tmp_path / "out", tmp_path / "t.csv", tmp_path / "state.npz"
    run = [*RUN, "--outcomes", "polity", "--out", str(out), "--save", str(state)]
    claims = ["claims", "abrupt-withdrawal", "--runs", "1", "--out", str(table)]
    assert main(run) == 0 and main(claims) == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.suffix for path in before} == {".nc", ".csv", ".png", ".npz"}
    largest = max(len(data) for data in before.values())
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:  # as on a disk that is full
        for size in (largest - 1, len(before[out / "results.nc"]) - 1, 0):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
            refused([*run, "--overwrite"], capsys, "cannot be written (file too large)")
        refused([*claims, "--overwrite"], capsys, "cannot be written (file too large)")
        refused(["new", str(tmp_path / "n.toml")], capsys, "n.toml: cannot be written")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "state.npz", "t.csv"]


def test_output_that_cannot_be_written_is_one_line(environment: dict[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "tajsim", "parameters"]
        ends = {"stdout": full, "stderr": subprocess.PIPE, "text": True}
        done = subprocess.run(command, env=environment, **ends)
    assert (done.returncode, done.stderr) == (2, "tajsim: no space left on device\n")


def test_permissions_follow_the_umask(tmp_path: Path, pair: xr.Dataset) -> None:
    before = os.umask(0o027)
    try:
        with result_folder(str(tmp_path / "out"), overwrite=False) as folder:
            save(pair, folder / "results.nc")
            plots.draw("fan", pair, folder / "d.svg", outcome=["polity"])
            with table_file(str(folder / "t.csv"), overwrite=False) as file:
                pair["run"].to_dataframe().to_csv(file)
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes.pop("out") == 0o750
    assert modes == dict.fromkeys(("results.nc", "d.svg", "t.csv"), 0o640)


def test_pictures_that_fail_do_not_cost_the_results(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(dataset: xr.Dataset, folder: Path) -> list[Path]:
        raise ZeroDivisionError("no picture")

    monkeypatch.setattr(plots, "standard_pictures", broken)
    assert main([*RUN, "--outcomes", "polity", "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert "no picture" in said.err
    assert "results.nc" in said.out
    assert (tmp_path / "out" / "results.nc").exists()


def test_mistakes_in_the_program_are_one_line(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(options: object) -> int:
        raise ZeroDivisionError("so\nit goes")

    monkeypatch.setattr(lists.figures, "call", broken)
    assert main(["figures"]) == 1
    assert capsys.readouterr().err == (
        "tajsim: internal error: ZeroDivisionError: so it goes; run again with --debug\n"
    )
    assert main(["figures", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("workers", "number", "status", "told"),
    [("2", signal.SIGINT, 130, "interrupted"), ("1", signal.SIGHUP, 143, "terminated")],
)
def test_interrupt_in_the_middle_leaves_nothing(
    environment: dict[str, str], tmp_path: Path, workers: str, number: int, status: int, told: str
) -> None:
    command = ["run", "status-quo", "--runs", "3000", "--outcomes", "polity", "--progress"]
    call = [sys.executable, "-m", "tajsim", *command, "--workers", workers, "--out", "out"]
    ends = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    # Whoever calls the tests may ignore it (nohup), and children inherit that.
    heed = partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)
    process = subprocess.Popen(call, env=environment, cwd=tmp_path, preexec_fn=heed, **ends)
    assert process.stderr is not None
    said = b""
    while not re.search(rb"[1-9]\d? %", said) and (piece := os.read(process.stderr.fileno(), 4096)):
        said += piece
    # A terminal tells parent and workers; Python's own tracker of semaphores dies loudly of SIGHUP.
    (os.kill if number == signal.SIGHUP else os.killpg)(process.pid, number)
    out, rest = process.communicate(timeout=60)
    assert process.returncode == status, rest
    assert out == b""
    last = re.split(rb"[\r\n]+", rest.strip())[-1].decode()
    assert last == f"tajsim: {told}; nothing half written was left behind"
    assert b"Traceback" not in said + rest
    assert list(tmp_path.iterdir()) == []


def test_reader_that_goes_away(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tajsim", "figures"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, **pipes) as process:  # type: ignore[call-overload]
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == b""
