"""Experiment files: those that ship can run, every mistake is told with line and nearest name."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from conftest import refused
from sweep_helpers import EXPERIMENT, small_experiment

import tajsim.inputs.experiment as experiments
from docs.generate.schemas import experiment_schema
from tajsim.cli import main
from tajsim.exploration.sensitivity import salib_indices
from tajsim.inputs.experiment import load_experiment
from tajsim.inputs.registry import load_parameters
from tajsim.sweeps import load_sweep, sweep
from tajsim.sweeps.design import DesignPoints, make_design, make_points, salib_problem

ROOT = Path(__file__).parents[1]
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("name", experiments.experiment_names())
def test_shipped_experiments_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, soon: None
) -> None:
    """The last row of the design, one run of it; all others are checked as they are read."""
    experiment = load_experiment(name)
    if experiment.design.kind in ("sobol", "morris"):
        pytest.importorskip("SALib")

    def last(experiment: experiments.Experiment) -> DesignPoints:
        design = make_design(experiment)
        return DesignPoints(design.rows[-1:], design.units[-1:])

    monkeypatch.setattr("tajsim.sweeps.design.make_design", last)
    report = sweep(experiment, tmp_path / "out", runs=1)
    found = load_sweep(tmp_path / "out")
    assert report.failed == 0 and report.computed == report.points >= 1
    numbers = found.results[list(found.columns.index)].to_numpy(dtype=float)
    assert np.isfinite(numbers).all()


def _used(*references: tuple[str, dict[str, object]], parameter: str) -> str:
    rows = [{"parameter": parameter, name: {"factor": "x", **more}} for name, more in references]
    names = [name for name, _ in references]
    return experiments.unit_of_uses(
        [*zip(map(experiments.EventTemplate, rows), names, strict=True)]
    )


def test_factors_of_events_have_the_unit_of_what_they_are_divided_over() -> None:
    pay, parts = "agency_pay.border_troops", [("value", {"times": 0.75, "plus": 3}), ("value", {})]
    assert _used(("value", {}), parameter=pay) == "USD/month"
    assert _used(parts[0], ("value", {"times": 0.25}), parameter=pay) == "USD/month"
    assert _used(*parts, parameter=pay) == ""  # more than the whole
    assert _used(("value", {"times": 1000}), parameter=pay) == ""
    after = ("date", {"from": "2004-11", "times": 0.1})
    assert _used(("months", {}), after, parameter="") == "months"
    assert _used(("date", {}), parameter="") == ""  # a month by its name
    units = {f.name: f.unit for f in load_experiment("border-pay-or-aid").factors}
    assert units == {"border_pay": "USD/month", "aid_a_year": "USD/year"}


@pytest.mark.parametrize("name", experiments.experiment_names())
def test_shipped_experiments_fit_the_schema(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    text = experiments.EXPERIMENTS.path(name).read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(experiment_schema()).validate(tomllib.loads(text))
    assert text.startswith("#:schema ../src/tajsim/data/experiment")


def test_an_event_of_an_experiment_may_give_a_unit(tmp_path: Path) -> None:
    event = '\n[[events]]\nkind = "set"\ndate = "2004-05"\nparameter = "agency_pay.army"\n'
    text = EXPERIMENT + event + 'value = "3 USD/month"\n'
    path = tmp_path / "unit.toml"
    path.write_text(text)
    template = load_experiment(path).events[-1]
    assert template.event({}).arguments["value"] == 3.0
    path.write_text(text.replace("3 USD/month", "3 kg"))
    refused("the unit 'kg' is wrong here; expected 'USD/month'", load_experiment, path)


def test_all_mistakes_of_a_file_come_at_once(tmp_path: Path, capsys: Capture) -> None:
    text = EXPERIMENT.replace("runs = 4", "runs = -4").replace("[1, 10, 40]", "[1, 10, 400]")
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace('"heroin_seized"', '"heroin_sized"'))
    assert main(["check", str(path), "status-quo"]) == 2
    lines = [int(line.split(":")[2]) for line in capsys.readouterr().err.splitlines()]
    assert len(lines) == 3 and lines == sorted(lines)


RANGE = ("values = [1, 10, 40]", "low = 1\nhigh = 40")


def ids(experiment: experiments.Experiment) -> list[str]:
    return [point.id for point in make_points(experiment).points]


def variants(experiment: experiments.Experiment) -> int:
    return len({point.variant for point in make_points(experiment).points})


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ('"latin-hypercube"\npoints = 8', '"latin-hypercube"\npoints = 8\nblocks = 3'),
        ('"sobol"\nbase = 4', '"sobol"\nbase = 8'),
        ('"morris"\ntrajectories = 3', '"morris"\ntrajectories = 5'),
    ],
)
def test_designs_can_be_enlarged_without_losing_a_point(
    tmp_path: Path, small: str, large: str
) -> None:
    if "latin" not in small:
        pytest.importorskip("SALib")
    first = ids(small_experiment(tmp_path, RANGE, ('"grid"', small)))
    more = ids(small_experiment(tmp_path, RANGE, ('"grid"', large)))
    assert set(first) < set(more)
    assert first == ids(small_experiment(tmp_path, RANGE, ('"grid"', small)))


def test_a_hypercube_has_a_point_in_every_slice(tmp_path: Path) -> None:
    kind = ('"grid"', '"latin-hypercube"\npoints = 10')
    design = make_design(small_experiment(tmp_path, RANGE, kind))
    slices = np.sort((design.units * 10.0).astype(int), axis=0)
    assert (slices == np.arange(10)[:, None]).all()
    pays = [float(row["pay"]) for row in design.rows]
    assert min(pays) < 5.0 and max(pays) > 36.0


def test_salib_finds_its_own_design_again(tmp_path: Path) -> None:
    """Morris's and Saltelli's analyses of a known function, through ids that may repeat."""
    pytest.importorskip("SALib")
    problem = salib_problem(["pay", "month"])
    for kind, options in (("morris", "trajectories = 6"), ("sobol", "base = 64")):
        experiment = small_experiment(tmp_path, RANGE, ('"grid"', f'"{kind}"\n{options}'))
        design = make_design(experiment)
        answer = np.array([float(row["pay"]) for row in design.rows])
        table = salib_indices(kind, problem, design.units, answer, seed=1)
        found = table.pivot(index="index", columns="factor", values="value")[["pay", "month"]]
        if kind == "morris":
            assert np.allclose(found.loc["mu_star"], [39.0, 0.0])
        else:
            assert np.allclose(found.loc[["first", "total"]], [1.0, 0.0], atol=0.1)


def test_every_uncertain_parameter_becomes_a_factor() -> None:
    for name, role in (("screening", "uncertainty"), ("fixed-assumptions", "fixed")):
        experiment = load_experiment(name)
        expected = {p.name: p.basis.kind for p in load_parameters().values() if p.role == role}
        assert {factor.name: factor.basis for factor in experiment.factors} == expected


def test_a_logarithmic_spread(tmp_path: Path) -> None:
    steps = 'low = 1\nhigh = 100\nspread = "log"\nsteps = 3'
    log = small_experiment(tmp_path, ("values = [1, 10, 40]", steps))
    assert np.allclose([row["pay"] for row in make_design(log).rows][::2], [1.0, 10.0, 100.0])


def test_months_are_whole_numbers_and_make_variants() -> None:
    experiment = load_experiment("handover-speed")
    points = make_points(experiment)
    assert [point.values["months"] for point in points.points] == [1, 6, 12, 24, 36, 60]
    assert variants(experiment) == 6
    assert variants(load_experiment("border-pay-or-aid")) == 1


def test_the_experiment_that_the_page_shows_is_sound(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    text = page.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "shown.toml"
    path.write_text(text)
    experiment = load_experiment(path)
    assert (len(ids(experiment)), variants(experiment)) == (18, 2)
    for kind in ("grid", "latin-hypercube", "sobol", "morris"):
        assert f"| `{kind}` |" in page
    for key in ("points.csv", "design.csv", "sweep.json"):
        assert f"| `{key}` |" in page


def test_scenarios_are_found_beside_the_experiment(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'title = "Mine"\nquestion = "?"\nextends = "status-quo"\nend = "2006-12"\n'
    )
    both = small_experiment(tmp_path, ('["status-quo"]', '["status-quo", "./mine.toml"]'))
    assert [scenario.name for scenario in both.scenarios] == ["status-quo", "mine"]
    assert both.end == "2004-06"
    assert len(ids(both)) == 12
    twice = EXPERIMENT.replace('["status-quo"]', '["status-quo", "status-quo"]')
    (tmp_path / "twice.toml").write_text(twice)
    refused("named 'status-quo' appears twice", load_experiment, tmp_path / "twice.toml")
    (tmp_path / "mine.toml").write_text('title = "Mine"\nquestion = "?"\nextends = "status-que"\n')
    (tmp_path / "broken.toml").write_text(EXPERIMENT.replace('"status-quo"', '"./mine.toml"'))
    messages = refused("", load_experiment, tmp_path / "broken.toml")
    assert any("mine.toml:3: extends" in message for message in messages)
