"""Conditioned histories: rows with chance that met what happened; the sampler on the model."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from conftest import refused

import docs.generate.sample as sample_made
import docs.generate.sbc as sbc
import tajsim
import tajsim.inputs.conditioned as conditioned
from tajsim.calibration.calibrate import SCENARIO, histories
from tajsim.calibration.smc import Method
from tajsim.cli.main import main as command
from tajsim.ensemble.fingerprint import model_version
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.inputs.targets import fitted, load_targets
from tajsim.inputs.values import about_posterior, load_posterior
from tajsim.results.effect import basis_statement

RUNS = 12


def test_the_luck_that_ships_is_of_this_model_and_sample() -> None:
    luck = conditioned.load_luck()
    assert luck.model == model_version(), "python -m docs.generate.sample --luck"
    assert len(luck.runs) == len(next(iter(load_posterior().values())))
    assert set(luck.met) == {t.id for t in load_targets().values() if t.is_event}


def test_history_passes_through_the_events_that_are_told() -> None:
    found = tajsim.run("history", RUNS, until="2009-12", parameters="conditioned", seed=4)
    rows = conditioned.rows_of(4, range(RUNS))
    assert len({*rows.tolist()}) == RUNS
    for name, target in load_targets().items():
        if not target.is_event or target.window[1] > "2009-12":
            continue
        series = found[target.outcome].isel(scenario=0).sel(target.where)
        series = series.sum([d for d in series.dims if d not in ("month", "run")])
        window = series.sel(month=slice(*target.window))
        seen = (window > 0).any("month").values == target.observed
        assert seen.tolist() == conditioned.load_luck().met[name][rows].tolist(), name
    assert found.attrs["parameters_mode"] == "conditioned"
    said = basis_statement(found)
    assert "test nothing" in said and "Mirzoev bargains in" in said
    # Far more of them meet what happened than of those whose chance is any.
    usual = tajsim.run("history", 60, until="2004-12", outcomes=["bargains"])["bargains"]
    early = usual.sel(commander="mirzoev", month=slice("2004-01", "2004-03"))
    share = float((early > 0).any("month").mean())
    assert conditioned.load_luck().met["mirzoev-bargains"].mean() > share + 0.2


def test_a_run_is_its_row_with_the_chance_of_its_number() -> None:
    kept = ["heroin_entering"]
    found = tajsim.run("history", 3, until="2005-06", parameters="conditioned", outcomes=kept)
    seed, numbers, settings = conditioned.drawn(1, range(3))
    assert seed == about_posterior()["seed"] and min(numbers) >= 2 * 10**9
    values = found["parameter_value"].isel(scenario=0).sel(parameter=list(settings)).values
    assert np.array_equal(values, np.stack([*settings.values()]))
    again = tajsim.run("history", 1, until="2005-06", parameters="conditioned", outcomes=kept)
    ours, theirs = (made["heroin_entering"].values[..., 0] for made in (again, found))
    assert np.array_equal(ours, theirs)


def test_another_scenario_is_told_the_events_before_it_parts() -> None:
    history = load_scenario("history")
    events = [{"month": e.month, "kind": e.kind, "arguments": e.arguments} for e in history.events]
    assert conditioned.parted(history.settings, events) == "9999-12"
    late = [e for e in events if e["month"] < "2010"]
    month = conditioned.parted(history.settings, late)
    assert month >= "2010-01"
    met = conditioned.met_before(month, 20, 1)
    assert "ziyoyev-fights" in met and "khorog-fighting" not in met
    assert conditioned.parted({"rivalry": 0.0}, events) == history.start
    assert conditioned.met_before(history.start, 20, 1) == {}


def test_what_conditioned_runs_cannot_do_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mode = {"parameters": "conditioned"}
    refused("test nothing", tajsim.validate, runs=2, **mode)
    few = {"runs": 20, "until": "2004-02", "parameters": "conditioned"}
    found = tajsim.compare("status-quo", "irpt-ban", **few)
    assert found.variance.empty and "banned” meets no documented" in found.cards[0].text(999)
    assert command(["signs", "--parameters", "conditioned", "--runs", "900"]) == 2
    assert "expected at most 500 runs" in capsys.readouterr().err
    other = conditioned.load_luck()
    old = conditioned.Luck("0.0+other", other.runs, other.met)
    monkeypatch.setattr(conditioned, "load_luck", lambda: old)
    refused(r"made with model 0\.0\+other", tajsim.run, "history", 1, **mode)


def test_the_worth_of_a_history_is_its_events_and_then_its_numbers() -> None:
    names = ("mirzoev-bargains", "no-incursion-2004", "instalment-paid")
    targets = [load_targets()[name] for name in names]
    simulated = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [2.4, 9.0, 2.4]])
    both, far, one = sample_made.worth(targets, simulated)
    assert 2.0 < far < both < 3.0 and 1.0 < one < 2.0


def test_luck_is_found_for_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {n: load_targets()[n] for n in ("mirzoev-bargains", "instalment-paid")}
    monkeypatch.setattr(sample_made, "load_targets", lambda: few)
    sample = {name: values[:6] for name, values in load_posterior().items()}
    monkeypatch.setattr(sample_made, "load_posterior", lambda: sample)
    told: list[int] = []
    text = sample_made.luck_text(tries=5, progress=lambda what, done, total: told.append(done))
    head, *rows = text.splitlines()
    assert head == "model,run,mirzoev-bargains" and told == [1, 2, 3, 4, 5]
    assert all(row.split(",")[0] == model_version() for row in rows)
    # With five tries at even odds nearly every row has met it, and what is told comes out again.
    met = [int(row.split(",")[2]) for row in rows]
    assert sum(met) >= 5
    runs = np.array([int(row.split(",")[1]) for row in rows], np.int64)
    target, seed = few["mirzoev-bargains"], about_posterior()["seed"]
    with histories(load_scenario(SCENARIO), [target], seed) as found:
        assert found(sample, runs)[0].tolist() == met


TINY = Method(particles=30, moves=1, last_moves=1)


def test_simulation_based_calibration_goes_on_and_ends_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = tuple(t for t in fitted() if t.window[1] < "2004-12" and not t.base)
    monkeypatch.setattr(sbc.targets, "fitted", lambda: early)
    told: list[str] = []
    made = partial(sbc.sbc, method=TINY, prior_runs=40)
    made(tmp_path / "a", 1)
    said = made(tmp_path / "a", 2, progress=lambda what, *_: told.append(what))
    assert told == ["replicate 2"] and said.startswith("2 replicates: 90 % intervals hold")
    made(tmp_path / "b", 2)
    one, two = ((tmp_path / name / sbc.FILE_NAME).read_text() for name in "ab")
    assert one == two and one.splitlines()[0].split(",") == [*load_posterior(), "model"]
    refused("another particles", made, tmp_path / "a", 3, method=Method(particles=31))


def test_uneven_ranks_are_told() -> None:
    even = np.tile((np.arange(100.0)[:, np.newaxis] + 0.5) / 100.0, (1, 4))
    assert "the ranks of 0 of 4 parameters are uneven" in sbc.verdict(even)
    even[:, 1] = 0.4 + 0.2 * even[:, 1]  # as of posteriors that are too wide
    assert "the ranks of 1 of 4 parameters are uneven" in sbc.verdict(even)
    assert "90 % intervals hold 92 %" in sbc.verdict(even)


@pytest.mark.parametrize("wrong", [[], ["x"], ["x", "0"], ["x", "2", "3", "4"], ["x", "two"]])
def test_wrong_arguments_say_how(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert sbc.main(wrong) == 2
    assert "FOLDER N [WORKERS]" in capsys.readouterr().err
