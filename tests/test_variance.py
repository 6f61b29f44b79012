"""How much rests on what: shares of variance against known ones, and honest rankings."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import tajsim
import tajsim.analysis.assumptions as ties
import tajsim.analysis.variance as variance
from tajsim.analysis.assumptions import TOGETHER, influence, ranked
from tajsim.analysis.variance import GROUPS
from tajsim.cli.main import main
from tajsim.draws import AT_START, Draws
from tajsim.ensemble import load_results, save
from tajsim.ensemble.run import prepare, simulate
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.values import prior_quantile
from tajsim.results.effect import compare_results, counts_of_runs
from tajsim.results.select import join, keep_table
from tajsim.results.window import Cell, cells

Array = np.ndarray
pytestmark = pytest.mark.usefixtures("all_soon")
WINDOW = ("2004-01", "2004-12")


def noise(rows: int, runs: int, seed: int = 1) -> Array:
    """Return ``(row, run)`` normal numbers, each row its own."""
    return Draws(seed, np.arange(runs)).normal_each("test", [str(i) for i in range(rows)], AT_START)


def toy(effect: Callable[..., Array], runs: int = 4000) -> variance.Redrawn:
    """Return differences of a function of two groups, each with one normal number a run."""
    first, second = noise(2, runs, 1), noise(2, runs, 2)
    drawn = dict(zip(GROUPS, first, strict=True))
    again = {g: effect(**drawn | {g: second[i]}) for i, g in enumerate(GROUPS)}
    cell = Cell("level", "Level", "", "share", True, np.zeros((2, runs)))
    return variance.Redrawn("after", cell, WINDOW, effect(**drawn), again)


def row_of(*found: variance.Redrawn) -> Any:
    return variance.variance_shares(found, seed=1).iloc[0]


def test_shares_of_an_additive_function_are_those_of_its_parts() -> None:
    row = row_of(toy(lambda assumption, chance: 3 * assumption + 4 * chance))
    known = np.array([9, 16]) / 25
    assert [row[g] for g in GROUPS] == pytest.approx(known, abs=0.03)
    inside = [row[f"{g}_low"] < k < row[f"{g}_high"] for g, k in zip(GROUPS, known, strict=True)]
    assert sum(inside) >= 1  # of two 90 % intervals
    assert all(row[f"{g}_high"] - row[f"{g}_low"] < 0.08 for g in GROUPS)
    assert row["runs"] == 4000
    # What both do together counts for each: of a c + 2 a the variance is 5, 1 of it with c.
    row = row_of(toy(lambda assumption, chance, **_: assumption * chance + 2 * assumption))
    assert row["assumption"] == pytest.approx(1.0, abs=0.02)
    assert row["chance"] == pytest.approx(0.2, abs=0.03)


def test_the_interval_covers_the_known_share_about_as_often_as_it_says() -> None:
    covered = []
    for trial in range(60):
        a, b, c = noise(3, 100, trial)
        base, again = np.stack([a + b]), np.stack([a + c])  # half of the variance
        shares = variance.total_shares(base, again, counts_of_runs(100, trial))[0]
        low, high = np.quantile(shares, (0.05, 0.95))
        covered.append(low < 0.5 < high)
    assert 0.78 <= np.mean(covered) <= 0.99


def test_total_share_by_hand() -> None:
    # Pairs (1, 3) and (5, 7): mean 4, squares of change 4 + 4, around the mean 9 + 1 + 1 + 9.
    base, again, same = np.array([[[1.0, 5.0, np.nan]], [[3.0, 7.0, 2.0]], [[1.0, 1.0, 1.0]]])
    assert variance.total_shares(base, again, same)[0, 0] == pytest.approx(8.0 / 20.0)
    assert np.isnan(variance.total_shares(same, same, same)[0, 0])


def test_no_uncertain_parameter_leaves_all_to_chance() -> None:
    full = toy(lambda chance, **_: chance, runs=50)
    row = row_of(variance.Redrawn("after", full.cell, WINDOW, full.base, {}))
    assert [row[g] for g in GROUPS] == [0.0, 1.0]
    still = row_of(variance.Redrawn("after", full.cell, WINDOW, 0.0 * full.base, {}))
    assert np.isnan([still[g] for g in GROUPS]).all()


def test_the_same_runs_give_the_same_shares_to_the_bit() -> None:
    found = toy(lambda assumption, chance, **_: assumption + chance, runs=80)
    one, same, other = (variance.variance_shares([found], seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert other["chance"].iloc[0] == pytest.approx(one["chance"].iloc[0], abs=2e-3)
    assert other["chance_low"].iloc[0] != one["chance_low"].iloc[0]


def assumed_additive(plan: Any) -> xr.Dataset:
    """Simulate instead: the sum of two parameters and of one draw a run, in the scenario only."""
    numbers = plan.numbers or range(plan.runs)
    if plan.settings:
        values: Mapping[str, Array] = plan.settings[-1]
    else:
        names = list(load_parameters())
        table = variance.drawn_again(plan.scenarios[0], plan.runs, plan.seed, plan.parameters)[0]
        values = dict(zip(names, table, strict=True))
    chance = Draws(plan.seed, numbers).uniform("luck", "", AT_START)
    level = sum(WEIGHTS[n] * values[n] for n in WEIGHTS) + LUCK * chance
    series = np.stack([0.0 * level if s.name == "status-quo" else level for s in plan.scenarios])
    months = np.array(plan.months, "datetime64[M]").astype("datetime64[ns]")
    labels = {"aggregate": "mean", "headline": 1, "label": "Strain"}
    over_months = np.repeat(series[:, np.newaxis], len(months), axis=1)
    table = np.stack([[values[n] for n in values]] * len(plan.scenarios))
    return xr.Dataset(
        {
            "strain": (("scenario", "month", "run"), over_months, labels),
            "parameter_value": (("scenario", "parameter", "run"), table),
        },
        {
            "scenario": [s.name for s in plan.scenarios],
            "month": months,
            "run": np.arange(plan.runs),
            "parameter": list(values),
        },
        {"seed": 1, "parameters_mode": plan.parameters},
    )


#: One derived parameter, two assumptions; weights that make their spreads alike.
WEIGHTS = {"radicalisation_rate": 2.0e4, "terrain_guard": 2.0}
LUCK = 4.0


def variance_of(name: str) -> float:
    """Return the variance of a prior, from a fine grid of quantiles."""
    u = (np.arange(200_000) + 0.5) / 200_000
    return float(prior_quantile(load_parameters()[name], u).var())


def test_a_fake_ensemble_with_known_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variance, "simulate", lambda plan, progress: assumed_additive(plan))
    monkeypatch.setattr(variance, "MOST", 1500)
    pair = ["status-quo", "irpt-ban"]
    plan = prepare(pair, 1500, 1, "prior", until="2004-03", outcomes=["strain"])
    dataset = assumed_additive(plan)
    found = variance.redraw_differences(plan, dataset)
    row = row_of(*found)
    own = {name: weight**2 * variance_of(name) for name, weight in WEIGHTS.items()}
    luck = LUCK**2 / 12.0
    whole = sum(own.values()) + luck
    known = [sum(own.values()) / whole, luck / whole]
    assert [row[g] for g in GROUPS] == pytest.approx(known, abs=0.03)
    assert min(known) > 0.05  # both groups matter in this test

    table = ties.assumptions_of_runs(dataset, compare_results(dataset))
    top = table[(table["outcome"] == TOGETHER)]
    assert list(top["stands_out"]) == [True, True, False, False, False]
    shares = dict(zip(top["parameter"][:2], top["share"], strict=False))  # of ranks
    assert shares == pytest.approx({name: one / whole for name, one in own.items()}, abs=0.08)
    assert (top["correlation"][:2] > 0).all()
    assert (top["low"] <= top["share"]).all() and (top["share"] <= top["high"]).all()

    told = variance.variance_shares(found, 1)
    assert "2 of 5 stand" in variance.rests_text(compare_results(dataset), told, table)


def test_a_calibrated_row_counts_as_assumption(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = {n: load_parameters()[n].value * np.linspace(0.5, 1.5, 40) for n in WEIGHTS}
    for module in ("tajsim.inputs.values", "tajsim.analysis.assumptions"):
        monkeypatch.setattr(f"{module}.load_posterior", lambda: sample)
    monkeypatch.setattr(variance, "simulate", lambda plan, progress: assumed_additive(plan))
    monkeypatch.setattr(variance, "MOST", 600)
    plan = prepare(["status-quo", "irpt-ban"], 600, 1, "posterior", "2004-03", ["strain"])
    dataset = assumed_additive(plan)
    found = variance.redraw_differences(plan, dataset)
    # One row holds both: they rise together, so that their spreads add before they are squared.
    spread = sum(weight * sample[n].std() for n, weight in WEIGHTS.items())
    whole = spread**2 + LUCK**2 / 12.0
    assert row_of(*found)["assumption"] == pytest.approx(spread**2 / whole, abs=0.05)
    table = ties.assumptions_of_runs(dataset, compare_results(dataset))
    top = table.set_index("parameter").loc["terrain_guard"].iloc[0]
    ends = np.quantile(sample["terrain_guard"], (0.05, 0.95))
    assert (top["posterior_low"], top["posterior_high"]) == pytest.approx(tuple(ends))
    assert "90 % of the calibrated sample is" in variance.range_text(top)


def test_each_scenario_has_its_own_window_and_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variance, "simulate", lambda plan, progress: assumed_additive(plan))
    names = ["status-quo", "irpt-ban", "abrupt-withdrawal"]
    plan = prepare(names, 30, 1, "prior", "2004-06", ["strain"], workers=2)
    found = variance.redraw_differences(plan, assumed_additive(plan), ("2004-02", "2004-04"))
    assert [(d.scenario, d.window) for d in found] == [
        (n, ("2004-02", "2004-04")) for n in names[1:]
    ]
    # The toy gives both scenarios the same numbers, whatever the batches were.
    for group, values in found[0].again.items():
        assert np.array_equal(values, found[1].again[group])


def test_pure_noise_is_told_as_noise() -> None:
    found = 0
    for trial in range(40):
        x, y = ranked(noise(100, 60, trial)), ranked(noise(3, 60, 1000 + trial))
        result = influence(x, y, np.full(3, 1 / 3), trial)
        found += bool(result.stands_out.any())
        assert result.share.max() < 0.25
    assert found <= 9  # one in ten is expected, and nine or more of forty once in a hundred times


def test_a_share_by_rank_is_that_of_the_correlation() -> None:
    x, e = noise(2, 3000)
    result = influence(ranked(np.stack([x, e])), ranked(np.stack([-x])), np.ones(1), 1)
    assert result.share == pytest.approx([1.0, 0.0], abs=0.005)
    assert result.correlations[0, 0] == pytest.approx(-1.0)
    assert list(result.stands_out) == [True, False]
    ranks = ranked(np.array([[3.0, 1.0, np.nan, 1.0], [2.0, 2.0, 2.0, 2.0]]))
    # Known ranks 3, 1.5, 1.5 around 2; the missing one in the middle.
    expected = np.array([1.0, -0.5, 0.0, -0.5]) / np.sqrt(1.5 / 4)
    assert ranks[0] == pytest.approx(expected)
    assert (ranks[1] == 0.0).all()


def test_tables_are_kept_in_results() -> None:
    table = pd.DataFrame({"name": ["a", "b"], "share": [0.5, np.nan], "stands_out": [True, False]})
    dataset = keep_table(xr.Dataset(), "variance", table)
    back = variance.kept_table(dataset, "variance")
    pd.testing.assert_frame_equal(back.astype({"stands_out": bool}), table)
    assert variance.kept_table(xr.Dataset(), "variance").empty
    assert keep_table(xr.Dataset(), "variance", table[:0]).equals(xr.Dataset())


PAIR = ["status-quo", "russian-border-withdrawal"]


def test_columns_are_the_runs_of_an_ensemble_with_a_group_drawn_anew() -> None:
    options: dict[str, Any] = {"until": "2005-02", "outcomes": ["strain", "heroin_entering"]}
    plan = prepare(PAIR, 3, 1, "prior", **options)
    dataset = simulate(plan)
    found = variance.redraw_differences(plan, dataset)
    window = found[0].window
    assert tuple(found[0].again) == GROUPS
    again = simulate(prepare(PAIR, 3, 1, "prior", redraw=variance.BASES, **options))
    known = {(c.outcome, c.where): c.values[1] - c.values[0] for c in cells(again, window)}
    for d in found:
        assert np.array_equal(d.again["assumption"], known[d.cell.outcome, d.cell.where])
    assert any((d.again["chance"] != d.base).any() for d in found)


def test_compare_tells_what_it_rests_on(tmp_path: Any) -> None:
    kept = ["heroin_seized", "collusion", "own_effort", "strain"]
    one = tajsim.compare(*PAIR, runs=20, until="2004-12", outcomes=kept)
    told = one.variance.dropna(subset="chance")
    assert len(told) > 10 and (told["assumption"] > 0.0).all()
    assert "Sources of variance: russian-border-withdrawal against status-quo" in one.full_text()
    assert "of 5 stand" in one.full_text()

    path = save(one.dataset, tmp_path / "results.nc")
    # Results with tables of different lengths can still be drawn together.
    other = one.dataset.isel(variance_row=slice(3), assumptions_row=slice(2))
    assert "strain" in join([one.dataset, other])

    read = variance.kept_table(load_results(path), "assumptions")
    assert list(read["parameter"]) == list(one.assumptions["parameter"])


def test_it_can_be_left_out_and_needs_runs() -> None:
    plan = prepare(PAIR, 19, 1, until="2004-02", outcomes=["strain"])
    dataset = simulate(plan)
    assert variance.with_rests(plan, dataset) is dataset
    few: dict[str, Any] = {"runs": 20, "outcomes": ["strain"]}
    left = tajsim.compare(*PAIR, **few, until="2004-02", variance=False)
    assert left.variance.empty and "Sources of variance" not in left.full_text()
    held = tajsim.compare(*PAIR, **few, until="2004-12", parameters="fixed")
    assert list(held.variance["chance"]) == [1.0] and held.assumptions.empty
    assert "No assumption was drawn" in held.full_text()


def test_command_writes_the_tables(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    common = ["compare", *PAIR, "--runs", "20", "--until", "2005-01", "--no-pictures"]
    common += ["--outcomes", "own_effort,heroin_seized"]
    assert main([*common, "--out", str(tmp_path / "a")]) == 0
    assert {"variance.csv,", "assumptions.csv."} <= set(capsys.readouterr().out.split())
    rows = pd.read_csv(tmp_path / "a" / "variance.csv")
    assert {"outcome", "where", *GROUPS, "chance_low", "chance_high", "runs"} <= set(rows.columns)
    assert main([*common, "--no-variance", "--out", str(tmp_path / "b")]) == 0
    assert "Sources of variance" not in capsys.readouterr().out
    assert not (tmp_path / "b" / "variance.csv").exists()


def test_ties_that_rise_turn_or_widen_are_seen_and_noise_is_not() -> None:
    x = noise(5, 800, 31)
    hidden = noise(4, 800, 32)
    tied = x[0] + hidden[0], x[1] ** 2 + hidden[1], x[2] * hidden[2]
    outcomes = np.array([*tied, hidden[3], np.zeros(800)])
    outcomes[0, :7] = np.nan
    p, share = ties.tests(x, outcomes)
    best = share.argmax(axis=0)  # (parameter, outcome)
    assert [ties.KINDS[best[i, i]] for i in range(3)] == list(ties.KINDS)
    found = ties.combined(p.transpose(1, 0, 2).reshape(5, -1))
    assert (found[:3] < 1e-6).all() and (found[3:] > 0.01).all()
    assert share[0, 0, 0] == pytest.approx(0.5, abs=0.08)
    assert not share[..., 4].any() and (p[..., 4] == 1.0).all()


def test_ties_are_looked_for_in_levels_and_pairs_and_draw_what_is_fixed() -> None:
    table = ties.ties(runs=8, seed=3, scenarios=["irpt-ban"])
    assert set(table["parameter"]) == {p.name for p in ties.varying()}
    assert set(table["role"]) == {"uncertainty", "fixed"}
    assert set(table["scenario"]) <= {"history", "irpt-ban"}
    assert table["q"].between(0.0, 1.0).all() and table["share"].between(0.0, 1.0).all()
    assert "of role 'fixed'" in ties.ties_text(table)
