"""The verbs of the command line, called in this process."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

import tajsim
import tajsim.plots.sweep as sweep
from tajsim.cli import main
from tajsim.cli.main import VERBS
from tajsim.cli.present import SWEEP_KINDS, TAKES
from tajsim.ensemble import load_results, save
from tajsim.inputs.experiment import experiment_names
from tajsim.inputs.ledger import load_figures
from tajsim.inputs.registry import load_families, load_parameters
from tajsim.inputs.scenario_parts import shipped_scenarios
from tajsim.plots import KINDS, options

pytestmark = pytest.mark.usefixtures("all_soon")
SHORT = ("--runs", "3", "--until", "2005-03")
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_verb_shows_an_example(verb: str, capsys: Capture) -> None:
    assert main([verb, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"example: tajsim {verb} " in said
    assert "--debug" in said


def test_help_and_version(capsys: Capture, environment: dict[str, str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(verb in said for verb in VERBS)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"tajsim {tajsim.__version__}"
    # Help comes at once: nothing heavy is imported for it.
    heavy = {"mesa", "xarray", "matplotlib", "pandas", "scipy", "numpy"}
    code = "import sys; from tajsim.cli import main; main(['--help'])\n"
    code += f"assert not {heavy} & {{*sys.modules}}"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_run_keeps_everything(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "new" / "out"
    few = ["--outcomes", "polity,heroin_seized", "--seed", "5"]
    assert main(["run", "status-quo", *SHORT, *few, "--out", str(out)]) == 0
    assert capsys.readouterr().err == ""
    names = {path.name for path in out.iterdir()}
    assert {"results.nc", "summary.csv"} <= names
    assert any(name.endswith(".png") for name in names)
    data = load_results(out)
    assert data.attrs["command"].startswith("tajsim run status-quo --runs 3")
    assert (data.attrs["seed"], data.sizes["run"], data.sizes["month"]) == (5, 3, 15)
    summary = pd.read_csv(out / "summary.csv")
    assert {"scenario", "outcome", "where", "unit", "median", "p05", "p95"} <= set(summary)
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_compare_keeps_everything(tmp_path: Path) -> None:
    few = ["--no-pictures", "--outcomes", "heroin_seized,polity", "--out", str(tmp_path / "out")]
    assert main(["compare", "status-quo", "russian-border-withdrawal", *SHORT, *few]) == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"results.nc", "summary.csv", "comparison.csv"} <= names
    kept = load_results(tmp_path / "out")["scenario"].values
    assert list(kept) == ["status-quo", "russian-border-withdrawal"]


def test_settings_and_choices_reach_the_model(tmp_path: Path, capsys: Capture) -> None:
    lever = next(p for p in load_parameters().values() if p.role == "lever" and p.high > p.low)
    arguments = ["run", "status-quo", *SHORT, "--out", str(tmp_path / "o"), "--no-pictures"]
    more = ["--set", f"{lever.name}={lever.high}", "--parameters", "fixed", "--outcomes", "polity"]
    assert main([*arguments, *more, "--progress"]) == 0
    assert "simulating" in capsys.readouterr().err
    data = load_results(tmp_path / "o")
    assert data.attrs["parameters_mode"] == "fixed"
    assert json.loads(data.attrs["settings"])["status-quo"] == {lever.name: lever.high}
    assert set(data.data_vars) == {"polity", "parameter_value", "event_size"}
    assert not list((tmp_path / "o").glob("*.png"))


def test_overwriting_is_asked_for(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    arguments = ["run", "status-quo", *SHORT, "--outcomes", "polity", "--no-pictures"]
    assert main([*arguments, "--out", str(out)]) == 0
    first = (out / "results.nc").read_bytes()
    assert main([*arguments, "--out", str(out)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert (out / "results.nc").read_bytes() == first
    assert main([*arguments, "--seed", "9", "--out", str(out), "--overwrite"]) == 0
    assert load_results(out).attrs["seed"] == 9
    (out / "notes.txt").write_text("mine")
    assert main([*arguments, "--out", str(out), "--overwrite"]) == 2
    assert "notes.txt" in capsys.readouterr().err
    assert (out / "notes.txt").read_text() == "mine"


def test_new_then_check_then_run(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    assert main(["new", str(path), "--from", "status-quo"]) == 0
    assert main(["check", str(path)]) == 0
    assert main(["run", str(path), *SHORT, "--outcomes", "polity"]) == 0
    assert main(["new", str(path)]) == 2


def test_plot(pair: xr.Dataset, tmp_path: Path, capsys: Capture) -> None:
    save(pair, tmp_path / "results.nc")
    picture = tmp_path / "fan.png"
    arguments = ["plot", str(tmp_path), "--kind", "fan", "--outcome", "polity"]
    assert main([*arguments, "--out", str(picture)]) == 0
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert main([*arguments, "--out", str(picture)]) == 2
    assert main([*arguments, "--out", str(picture), "--overwrite"]) == 0
    assert "--overwrite" in capsys.readouterr().err


def test_plot_offers_what_the_pictures_take(capsys: Capture) -> None:
    drawn = {kind: set(options(kind)) - {"table", "events", "links"} for kind in KINDS}
    drawn |= {kind: set(sweep.OPTIONS) for kind in SWEEP_KINDS}
    assert {kind: set(takes) for kind, takes in TAKES.items()} == drawn
    arguments = ["plot", "missing", "--kind", "fan", "--out", "x.png"]
    assert main([*arguments, "--window", "2004-01:2004-12", "--at", "2004"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1] for line in said] == [" --at", " --window"]
    assert said[0].endswith("which takes --outcome, --select, --smooth, --scenarios, --title")


def test_what_ships_is_listed(capsys: Capture) -> None:
    assert main(["scenarios"]) == 0
    told = capsys.readouterr().out
    assert all(f"  {name} " in told for name in [*shipped_scenarios(), *experiment_names()])
    figure = next(iter(load_figures().values()))
    assert main(["figures", "--subject", figure.subject, "--role", figure.role]) == 0
    assert figure.id in capsys.readouterr().out
    assert main(["figures"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > len(load_figures())
    assert main(["parameters"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in load_parameters())
    family = next(f for f in load_families().values() if f.dimension)
    assert main(["parameters", family.name]) == 0
    said = capsys.readouterr().out
    assert all(p.name in said for p in family.parameters)
    assert main(["parameters", "--role", "lever", "--basis", "assumption"]) == 0
