"""The calibration: the sampler against known answers, what it keeps on disk, what it leaves."""

import shutil
import tomllib
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest
from conftest import refused
from numpy.typing import NDArray

import docs.generate.sample as module
import tajsim.calibration.calibrate as calibrate_module
import tajsim.calibration.report as tables
import tajsim.calibration.smc as smc
from docs.generate.calibration import filled, rows_of
from tajsim.analysis.assumptions import assumed
from tajsim.calibration.calibrate import Folder, calibrate, checksum, histories, screen
from tajsim.cli.main import main
from tajsim.draws import Draws
from tajsim.ensemble import run
from tajsim.ensemble.fingerprint import uncalibrated_version
from tajsim.files import data_text
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.inputs.targets import load_targets, target_text
from tajsim.inputs.values import ParameterValues, about_posterior, load_posterior

Values = NDArray[np.float64]
ROOT = Path(__file__).parents[1]


def normal(seed: int, *shape: int) -> Values:
    return np.random.default_rng(seed).normal(size=shape)


# --- a toy with a known posterior: y = A x + chance + error, all normal ---------------------------

TIES = np.array([[1.5, 1.5, 0.0], [0.0, 0.4, 0.0]])  # the third parameter does nothing
CHANCE = 0.7


def toy(observed: Values, ties: Values = TIES) -> smc.Simulator:
    def errors(scores: Values, runs: NDArray[np.int64]) -> Values:
        draws = Draws(11, runs)
        chance = draws.normal_each("toy", [str(i) for i in range(len(ties))], 0)
        return ties @ scores + CHANCE * chance - observed[:, None]

    return errors


def gauss(errors: Values) -> Values:
    result: Values = -0.5 * (errors**2).sum(axis=0)
    return result


def answer(observed: Values, ties: Values = TIES) -> tuple[Values, Values]:
    """Return mean and covariance of the posterior by the textbook."""
    variance = 1.0 + CHANCE**2
    spread: Values = np.linalg.inv(np.eye(ties.shape[1]) + ties.T @ ties / variance).astype(float)
    return spread @ ties.T @ observed / variance, spread


def start(
    simulate: smc.Simulator, seed: int, count: int = 1500, parameters: int = 3
) -> smc.Population:
    scores, runs = normal(seed, parameters, count), np.arange(count)
    return smc.Population(scores, runs, simulate(scores, runs))


def finish(state: smc.Population, simulate: smc.Simulator, method: smc.Method) -> smc.Population:
    while not state.finished:
        state = smc.advance(state, simulate, method)
    return state


TOY = smc.Method(particles=1000, moves=3, last_moves=12, seed=3, kernel=gauss)


@pytest.mark.parametrize("observed", [[0.5, 0.0], [6.0, 2.0], [-3.0, 3.0]])
def test_the_sample_has_the_known_mean_and_spread(observed: list[float]) -> None:
    simulate = toy(np.array(observed))
    state = finish(start(simulate, seed=1), simulate, TOY)
    mean, spread = answer(np.array(observed))
    known = np.sqrt(np.diag(spread))
    assert state.scores.mean(axis=1) == pytest.approx(mean, abs=0.15)
    assert state.scores.std(axis=1) == pytest.approx(known, rel=0.1)
    # The two parameters of one sum are told only together.
    together = np.corrcoef(state.scores[0], state.scores[1])[0, 1]
    assert together == pytest.approx(spread[0, 1] / (known[0] * known[1]), abs=0.1)


def test_many_parameters_are_no_obstacle() -> None:
    ties = normal(5, 4, 40) / 3.0
    observed = normal(6, 4) * 2.0
    simulate = toy(observed, ties)
    state = finish(start(simulate, 2, parameters=40), simulate, TOY)
    mean, spread = answer(observed, ties)
    off = (state.scores.mean(axis=1) - mean) / np.sqrt(np.diag(spread))
    assert np.sqrt((off**2).mean()) < 0.15
    ratio = state.scores.std(axis=1) / np.sqrt(np.diag(spread))
    assert ratio.mean() == pytest.approx(1.0, abs=0.06)


def test_coverage_by_simulation_based_calibration() -> None:
    # Truths drawn from the prior stand at even ranks in their posteriors (Talts et al. 2018).
    method = smc.Method(particles=200, moves=3, last_moves=8, seed=5, kernel=gauss)
    ranks = []
    for i in range(60):
        truth = normal(100 + i, 3)
        noise = normal(500 + i, 2) * np.sqrt(1.0 + CHANCE**2)
        simulate = toy(TIES @ truth + noise)
        state = finish(start(simulate, 900 + i, count=300), simulate, method)
        ranks.append((state.scores < truth[:, None]).mean(axis=1))
    table = np.array(ranks)  # (replicate, parameter)
    for part in table.T:
        counts = np.histogram(part, bins=5, range=(0.0, 1.0))[0]
        assert ((counts - 12.0) ** 2 / 12.0).sum() < 18.5  # chi-squared of 4: 0.1 %
    inside = ((table > 0.05) & (table < 0.95)).mean()
    assert inside == pytest.approx(0.9, abs=0.07)


def test_one_target_that_cannot_be_met_does_not_spoil_the_others() -> None:
    def simulate(scores: Values, runs: NDArray[np.int64]) -> Values:
        return np.array([(scores[0] - 1.0) / 0.2, np.full(len(runs), 30.0) + scores[1]])

    method = smc.Method(particles=500, moves=3, last_moves=6)
    state = finish(start(simulate, 4, count=800, parameters=2), simulate, method)
    assert (state.power, np.median(state.scores[0])) == (1.0, pytest.approx(1.0, abs=0.1))
    assert abs(state.scores[1].mean()) < 0.4  # its say is small, 30 standard errors off


def test_the_same_call_gives_the_same_sample_and_another_seed_another() -> None:
    simulate = toy(np.array([1.0, 1.0]))
    small = smc.Method(particles=100, moves=2, last_moves=2, kernel=gauss)
    methods = (small, small, replace(small, seed=1))
    first, second, other = (finish(start(simulate, 1, 200), simulate, m).scores for m in methods)
    np.testing.assert_array_equal(first, second)
    assert (other != first).any()


# --- its parts ------------------------------------------------------------------------------------


def test_the_kernel_is_students_and_bounds_what_a_missing_value_says() -> None:
    from scipy.stats import t

    errors = np.array([[0.0, 1.0, -3.0, np.nan], [0.0, 2.0, 0.0, 0.0]])
    known = np.where(np.isnan(errors), 5.0, errors)
    expected = t(4).logpdf(known).sum(axis=0)
    found = smc.log_kernel(errors)
    assert found - found[0] == pytest.approx(expected - expected[0])


def test_steps_leave_the_reference_as_it_is() -> None:
    ref = smc.reference(normal(1, 2, 50) * np.array([[0.3], [2.0]]) + 1.0)
    drawn = ref.mean + ref.root @ normal(2, 2, 200_000)
    for step in (0.1, 0.7, 1.0):
        moved = smc.propose(drawn, normal(3, 2, 200_000), step, ref)
        assert moved.mean(axis=1) == pytest.approx(ref.mean[:, 0], abs=0.03)
        assert np.cov(moved) == pytest.approx(ref.root @ ref.root.T, abs=0.1)


def test_prior_over_reference() -> None:
    from scipy.stats import multivariate_normal

    ref, points = smc.reference(normal(1, 2, 50) + 1.0), normal(2, 2, 5)
    prior = multivariate_normal([0, 0], np.eye(2)).logpdf(points.T)
    spread = ref.root @ ref.root.T
    over = np.asarray(prior - multivariate_normal(ref.mean[:, 0], spread).logpdf(points.T))
    found = smc.log_prior_over(ref, points)
    assert found - found[0] == pytest.approx(over - over[0])


def test_screening_finds_what_moves_a_target_and_can_be_seen() -> None:
    # 2,000 tests of nothing: as good as nothing is found.
    assert screen(normal(1, 200, 400), normal(2, 10, 400)).informed.sum() <= 1
    scores = normal(3, 20, 800)
    errors = np.array([np.exp(3.0 * scores[4]), 0.01 * scores[7], np.zeros(800)])
    errors[0, :5] = np.nan
    found = screen(scores, errors)
    assert np.flatnonzero(found.informed).tolist() == [4]
    # Parameter 7 moves its target, but far less than that target's error.
    assert abs(found.correlations[7, 1]) > 0.95 and found.gains[7, 1] < 0.001
    assert not found.correlations[:, 2].any()


def test_candidates_are_assumptions_and_not_what_the_scenario_sets() -> None:
    names, registry = assumed(()), load_parameters()
    assert len(names) > 100
    assert {registry[n].basis.kind for n in names} == {"assumption"}
    assert {registry[n].role for n in names} == {"uncertainty"}
    assert names[0] not in assumed([names[0]])


def test_scores_are_the_draws_of_the_runs_themselves() -> None:
    names, runs = assumed(())[:40], np.array([3, 17])
    values = smc.to_values(names, smc.drawn_scores(names, 9, runs))
    drawn = ParameterValues(Draws(9, runs), mode="prior")
    for name in names:
        np.testing.assert_allclose(values[name], drawn[name], rtol=1e-9, atol=1e-12)


# --- what is kept ---------------------------------------------------------------------------------


def test_a_calibration_that_is_ended_goes_on_to_the_same_end(tmp_path: Path) -> None:
    simulate = toy(np.array([2.0, 1.0]))
    small = smc.Method(particles=100, moves=2, last_moves=3, kernel=gauss)
    whole = finish(start(simulate, 1, 200), simulate, small)
    folder, calls = Folder(tmp_path / "c", {"seed": 1}), 0

    def ended(scores: Values, runs: NDArray[np.int64]) -> Values:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise KeyboardInterrupt
        return simulate(scores, runs)

    state = start(simulate, 1, 200)
    while not state.finished:
        state = Folder(tmp_path / "c", {"seed": 1}).load() or state
        with suppress(KeyboardInterrupt):
            while not state.finished:
                state = smc.advance(state, ended, small)
                folder.save(state)
    assert calls > 3
    np.testing.assert_array_equal(state.scores, whole.scores)
    np.testing.assert_array_equal(state.runs, whole.runs)
    assert (state.steps, state.power, state.round) == (whole.steps, whole.power, whole.round)
    assert len(list((tmp_path / "c").glob("round-*.npz"))) == 1


def test_another_calibration_damage_and_something_else_are_refused(tmp_path: Path) -> None:
    one = Folder(tmp_path, {"seed": 1})
    one.save(start(toy(np.array([2.0, 1.0])), 1, 50))
    refused("holds a calibration with another seed", Folder, tmp_path, {"seed": 2})
    assert main(["calibrate", "--out", str(tmp_path)]) == 2
    (tmp_path / "round-0000.npz").write_bytes(b"damaged")
    refused("damaged; remove it", one.load)
    (tmp_path / "settings.json").rename(tmp_path / "results.nc")
    (tmp_path / "round-0000.npz").unlink()
    refused(r"holds 'results\.nc' and no calibration", Folder, tmp_path, {"seed": 1})
    assert [path.name for path in tmp_path.iterdir()] == ["results.nc"]


# --- with the model -------------------------------------------------------------------------------


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Leave only targets of 2004, so that a fit takes seconds."""
    found = {i: t for i, t in load_targets().items() if t.window[1] < "2005" and not t.base}
    monkeypatch.setattr(calibrate_module, "load_targets", lambda: found)
    chosen = tuple(t for t in found.values() if t.use == "fitted")
    monkeypatch.setattr(calibrate_module, "fitted", lambda: chosen)
    return tuple(t.id for t in chosen)


def test_the_model_is_fitted_and_going_on_gives_the_same(
    tmp_path: Path, early: tuple[str, ...], soon: None
) -> None:
    assert {"instalment-paid", "mirzoev-bargains"} <= set(early)
    method = smc.Method(particles=60, moves=1, last_moves=2)
    fit = partial(calibrate, method=method, prior_runs=300)
    whole = fit(tmp_path / "whole")
    assert "survival_weight.border" in whole.fitted
    assert whole.state.power == 1.0 and whole.posterior.shape == (len(whole.targets), 60)

    def ended(what: str, done: int, total: int) -> None:
        if what.startswith("round 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "parts", progress=ended)
    told: list[str] = []
    again = fit(tmp_path / "parts", progress=lambda what, *_: told.append(what))
    assert "prior" not in told and not any(what.startswith("round 1,") for what in told)
    assert tables.sample_text(again) == tables.sample_text(whole)
    tables.write_results(whole, tmp_path)
    assert {"survival_weight.border", "mirzoev-bargains"} <= {*tables.tables_text(tmp_path).split()}


def test_workers_do_not_change_what_is_simulated(early: tuple[str, ...]) -> None:
    targets = [load_targets()[i] for i in early]
    scenario, runs = load_scenario("history"), np.array([5, 5, 2, 8])
    settings = {"survival_weight.border": np.array([0.2, 0.9, 0.5, 0.5])}
    found = []
    for workers in (1, 2):
        with histories(scenario, targets, 1, workers) as simulate:
            found.append(simulate(settings, runs))
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0][:, 0] != found[0][:, 1]).any()  # one run number, two parameter sets


def test_wrong_numbers_are_told_together(tmp_path: Path) -> None:
    wrong = {"method": smc.Method(particles=1), "prior_runs": 1, "workers": 0}
    assert len(refused("must be at least", calibrate, tmp_path / "c", **wrong)) == 3
    assert not (tmp_path / "c").exists()


# --- the sample that ships ------------------------------------------------------------------------


def test_the_shipped_sample_belongs_to_these_targets_and_this_registry() -> None:
    origin = tomllib.loads(data_text(tables.ORIGIN))
    assert origin["targets"] == checksum(target_text()), "the targets changed: calibrate again"
    assert origin["power"] == 1.0
    sample, registry = load_posterior(), load_parameters()
    assert len(sample) == origin["fitted"]
    for name, values in sample.items():
        low, high = registry[name].low, registry[name].high
        assert ((values >= low) & (values <= high)).all(), name


def test_an_ordinary_ensemble_takes_rows_of_the_sample() -> None:
    dataset = run("status-quo", runs=4, until="2004-01", outcomes=["strain"])
    assert dataset.attrs["parameters_mode"] == "posterior"
    sample = load_posterior()
    taken = dataset["parameter_value"].isel(scenario=0).sel(parameter=list(sample)).values
    rows = {tuple(row) for row in np.array(list(sample.values())).T}
    assert {tuple(values) for values in taken.T} <= rows
    assert len({tuple(values) for values in taken.T}) > 1


def test_the_report_names_every_candidate_and_every_target() -> None:
    rows = rows_of(data_text(tables.PARAMETERS))
    sample = list(load_posterior())
    assert [row["parameter"] for row in rows if row["fitted"] == "1"] == sample
    assert sum(row["informed"] == "1" for row in rows) >= 5
    found = rows_of(data_text(tables.TARGETS))
    assert [row["target"] for row in found] == list(load_targets())


def test_the_page_shows_the_tables_of_the_data() -> None:
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert page == filled(page), "python3 dev.py renew"
    assert page.count("<!-- table: ") == 9


# --- and belongs to the model that ships ----------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with as_file(files("tajsim") / "data") as folder:
        for name in (module.TRACE, module.ORIGIN):
            shutil.copy(folder / name, tmp_path / name)
    return tmp_path


def test_the_sample_was_fitted_to_or_confirmed_for_this_model() -> None:
    said = "the code of the model has changed; if no number moved: docs.generate.sample --confirm"
    assert about_posterior()["model"] == uncalibrated_version(), said


def test_the_model_gives_the_traced_numbers_and_another_is_named(data: Path) -> None:
    assert module.differing(data, count=8) == []
    file = data / module.TRACE
    head, first, *rest = file.read_text(encoding="utf-8").splitlines()
    values = first.split(",")
    values[1] = f"{float(values[1]) * 1.0001:.8g}"
    file.write_text("\n".join([head, ",".join(values), *rest]) + "\n", encoding="utf-8")
    assert module.differing(data, count=3) == ["heroin-reported-2014: 1 of 3 runs differ"]


def test_the_origin_is_rewritten_only_when_the_numbers_agree(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "uncalibrated_version", lambda: "0123456789ab")
    monkeypatch.setattr(module, "differing", lambda folder: ["a target: 1 of 100 runs differ"])
    before = (data / module.ORIGIN).read_text(encoding="utf-8")
    refused("fit the sample anew", module.confirm, data)
    assert (data / module.ORIGIN).read_text(encoding="utf-8") == before

    monkeypatch.setattr(module, "differing", lambda folder: [])
    module.confirm(data)
    after = (data / module.ORIGIN).read_text(encoding="utf-8")
    assert 'model = "0123456789ab"' in after and "fitted_with = " in after

    monkeypatch.setattr(module, "current_settings", lambda: {"history": "?", "targets": "?"})
    refused("to other history and targets", module.confirm, data)


@pytest.mark.parametrize(
    "wrong", [[], ["--help"], ["--confirmed"], ["x", "two"], ["--luck", "x"], ["x", "2", "3"]]
)
def test_wrong_arguments_of_the_command_say_how_to_use_it(
    wrong: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "calibrate", lambda *args, **options: pytest.fail("it began"))
    assert module.main(wrong) == 2
    assert "--confirm" in capsys.readouterr().err
