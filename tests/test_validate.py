"""The scoreboard: scores against closed forms, series worked out by hand."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from conftest import refused
from scipy.integrate import quad
from scipy.stats import norm

import tajsim
import tajsim.analysis.validation as validation
import tajsim.results.discrepancy as discrepancy
from tajsim.cli.main import main
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.targets import Target, load_targets, read_targets

HEROIN = 'outcome = "heroin_seized_reported"\nmeasure = "sum"\nscale = "log"\nerror_reason = "x"\n'
#: Targets made up of figures of the ledger: id, use, figure, and the lines that are left.
ROWS = (
    ("early", "fitted", "heroin-seized-2008", HEROIN + 'series = "heroin"\nerror = 0.5', "2008"),
    ("late", "checked", "heroin-seized-2014", HEROIN + 'series = "heroin"\nerror = 0.25', "2014"),
    ("home", "checked", "migrants-returned-2015",
     'looked_at = true\noutcome = "migrants"\nmeasure = "difference"\ntimes = -1\n'
     'base = ["2014-12", "2014-12"]\nwindow = ["2015-12", "2015-12"]', ""),
    ("floor", "checked", "dca-kulyab-heroin-9m-2004",
     HEROIN + 'where = { agency = "drug_control_agency" }\nbound = "at_least"\nerror = 0.25\n'
     'window = ["2004-01", "2004-09"]', ""),
    ("fought", "fitted", "ziyoyev-killed",
     'outcome = "mutinies"\nwhere = { commander = "ziyoyev" }\nmeasure = "happened"', "2009"),
    ("stayed", "fitted", "ziyoyev-killed",
     'outcome = "purges"\nwhere = { commander = "ziyoyev" }\nmeasure = "absent"\n'
     'window = ["2006-01", "2008-12"]', ""),
    ("left", "checked", "khalimov-defection",
     'outcome = "defections"\nwhere = { commander = "khalimov" }\nmeasure = "happened"\n'
     'window = ["2015-01", "2015-06"]', ""),
    ("riot", "checked", "khorog-riot",
     'outcome = "riots"\nwhere = { region = "gbao" }\nmeasure = "happened"', "2014"),
)  # fmt: skip
FILE = "[event]\nerror = 0.5\n" + "".join(
    f'[targets.{name}]\nfigure = "{figure}"\nuse = "{use}"\nreason = "x"\n{lines}\n'
    + (f'window = ["{year}-01", "{year}-12"]\n' if year else "")
    for name, use, figure, lines, year in ROWS
)


@pytest.fixture(scope="module")
def targets() -> dict[str, Target]:
    return dict(read_targets(FILE).targets)


def normal_score(middle: float, spread: float, observed: float) -> float:
    return validation.score_of_runs(np.array([middle]), spread, observed)


def normal_by_closed_form(middle: float, spread: float, observed: float) -> float:
    z = (observed - middle) / spread
    inside = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi)
    return float(spread * inside)


@pytest.mark.parametrize(("middle", "spread"), [(0.0, 1.0), (2.0, 0.5), (-3.0, 4.0)])
def test_score_of_a_normal_is_its_closed_form(middle: float, spread: float) -> None:
    expected = normal_by_closed_form(middle, spread, 0.7)
    assert normal_score(middle, spread, 0.7) == pytest.approx(expected, abs=1e-12)


def test_score_of_sure_runs_by_hand_and_of_a_mixture_by_its_integral() -> None:
    # Runs 1 and 3, observed 2: mean distance 1, mean distance between runs 1.
    assert validation.score_of_runs(np.array([1.0, 3.0]), 0.0, 2.0) == 0.5
    assert normal_score(5.0, 0.0, 2.0) == 3.0  # a sure forecast: its distance
    assert math.isnan(validation.score_of_runs(np.array([]), 1.0, 2.0))
    values, observed = np.array([-1.0, 0.2, 4.0]), 1.0

    def gap(x: float) -> float:
        return float((norm.cdf(x - values).mean() - (x >= observed)) ** 2)

    parts = [quad(gap, *ends)[0] for ends in ((-20, 1.0), (1.0, 20))]
    assert validation.score_of_runs(values, 1.0, observed) == pytest.approx(sum(parts), abs=1e-6)


def test_nothing_is_gained_by_saying_what_one_does_not_believe() -> None:
    truth = norm.ppf((np.arange(400) + 0.5) / 400)

    def mean_score(middle: float, spread: float) -> float:
        return float(np.mean([normal_score(middle, spread, y) for y in truth]))

    best = mean_score(0.0, 1.0)
    others = [mean_score(*forecast) for forecast in ((0.3, 1.0), (0.0, 0.7), (0.0, 1.4))]
    assert best < min(others)
    chances = np.linspace(0, 1, 101)
    expected = 0.3 * np.array([validation.score_of_chance(c, 1.0) for c in chances])
    expected += 0.7 * np.array([validation.score_of_chance(c, 0.0) for c in chances])
    assert chances[expected.argmin()] == pytest.approx(0.3)


@pytest.fixture
def no_discrepancy(monkeypatch: pytest.MonkeyPatch) -> None:
    none = discrepancy.Scale(0.0, False)
    monkeypatch.setattr(discrepancy, "scale_of", lambda theme, left_out=False: none)


def simulated(targets: dict[str, Target], **values: list[float]) -> np.ndarray:
    return np.array([values.get(name, [0.0] * 4) for name in targets])


def test_scoreboard_by_hand(targets: dict[str, Target], no_discrepancy: None) -> None:
    seldom, same = [1.0, 0.0, 0.0, 0.0], [350_000.0] * 4
    told = {"late": [508.0, 508.0, 508 * math.e**0.5, math.nan], "floor": [30.0, 37.0, 50.0, 60.0]}
    values = simulated(targets, **told, left=seldom, stayed=seldom, home=same)
    table = validation.scoreboard(list(targets.values()), values).set_index("target")
    late, floor, left, stayed = (table.loc[n] for n in ("late", "floor", "left", "stayed"))
    z = np.array([0.0, 0.0, 2.0])  # in standard errors of 0.25 on the logarithm
    assert late["percentile"] == pytest.approx(norm.cdf(-z).mean())
    assert late["error_sd"] == pytest.approx(z.mean() / math.sqrt(z.var() + 1))
    assert late["score"] == pytest.approx(validation.score_of_runs(z, 1.0, 0.0))
    assert (late["covered"], late["runs"]) == (1.0, 3)
    assert (floor["kind"], floor["percentile"]) == ("at_least", 0.75)
    assert np.isnan([floor["covered"], floor["score"]]).all()

    assert (left["median"], left["percentile"], left["score"]) == (0.25, 0.25, 2 * 0.75**2)
    assert (stayed["percentile"], stayed["score"]) == (0.75, 2 * 0.25**2)
    # A forecast without any spread but the figure's own error.
    assert table.loc["home", "score"] == pytest.approx(normal_by_closed_form(0.0, 1.0, 0.0))
    assert table.loc["home", "percentile"] == pytest.approx(0.5)


def test_coverage_is_counted_against_what_it_should_be(targets: dict[str, Target]) -> None:
    values = simulated(targets, early=[1450.0] * 4, late=[60_000.0] * 4, home=[350_000.0] * 4)
    values[list(targets).index("floor")] = 100.0
    fitted, checked = validation.coverage(validation.scoreboard(list(targets.values()), values))
    assert "1 of 1 observed numbers lie within 90 %" in fitted
    assert "1 of 2 observed numbers lie within 90 % of the predictions (50 %; 90 % is" in checked
    assert "1 of 1 bounds hold" in checked


def test_coverage_of_a_model_that_is_right(targets: dict[str, Target]) -> None:
    # Observed values drawn from the predictions themselves lie within 90 % of them in 90 %.
    from tajsim.draws import AT_START, Draws

    runs = np.arange(400)
    draws = Draws(1, runs).normal_each("test", ("run", "truth", "error"), AT_START)
    error = targets["home"].error
    values = 350_000 + 2 * error * draws[0]
    seen = 350_000 + 2 * error * draws[1] + error * draws[2]
    home = targets["home"]
    many = [home.model_copy(update={"id": str(i), "observed": y}) for i, y in enumerate(seen)]
    table = validation.scoreboard(many, np.tile(values, (len(many), 1)))
    assert table["covered"].mean() == pytest.approx(0.90, abs=0.05)
    assert table["error_sd"].mean() == pytest.approx(0.0, abs=0.2)


def test_validate_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "validation.csv"
    assert main(["validate", "--runs", "2", "--out", str(out)]) == 0
    table = pd.read_csv(out)
    assert sorted(table["target"]) == sorted(load_targets())
    assert main(["validate", "--runs", "2", "--out", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err
    refused("no-such-scenario: no such scenario", tajsim.validate, "no-such-scenario", runs=1)


def scored(tmp_path: Path, rows: list[str], *values: list[float]) -> pd.DataFrame:
    """Return the scores of rows of a file against runs with such values in each year from 2004."""
    file, outcome = tmp_path / "observed.csv", rows[0].partition(",")[0]
    file.write_text("\n".join(["outcome,place,year,value,unit,source", *rows]), encoding="utf-8")
    months = np.arange("2004-01", f"{2004 + len(values)}-01", dtype="M8[M]").astype("M8[ns]")
    attributes = load_outcomes()[outcome].attributes
    series = (("scenario", "month", "run"), np.repeat([values], 12, axis=1), attributes)
    results = xr.Dataset({outcome: series}, {"month": months, "scenario": ["history"]})
    return validation.series_scores(results, validation.read_observations(file))


def test_series_of_years_are_scored_by_hand(tmp_path: Path, no_discrepancy: None) -> None:
    values = [0.1, 0.2, 0.3], [0.3, 0.4, 0.5]
    late = ["strain,,2006,0.1,share,"]
    refused("2006: not simulated; expected 2004-01 to 2005-12", scored, tmp_path, late, *values)
    rows = ["strain,all,2004,0.15,share,mine", "strain,,2005,0.41,share,"]  # two names of the whole
    table = scored(tmp_path, rows, *values)
    (row,) = table.itertuples()
    assert (row.place, row.years, row.coverage, row.wins) == ("", 2, 1.0, "")
    assert row.rank == pytest.approx((1 / 3 + 2 / 3) / 2)
    # Of 0.3, 0.4, 0.5 around 0.41: their mean distance less half of their mean gap, 0.8 / 9.
    assert row.score == pytest.approx(0.21 / 3 - 0.4 / 9)
    assert row.persistence == row.flat == pytest.approx(0.26)
    assert "the runs" in validation.series_text(table)


def test_series_that_the_runs_tie_with_or_do_not_have(tmp_path: Path) -> None:
    runs = [0.0, 0.0, 0.0, 1.0]
    rows = [f"state_failed,,{2004 + n},{value},0 or 1," for n, value in enumerate(runs)]
    # What was observed are the runs themselves.
    assert scored(tmp_path, rows, *[runs] * 4)["rank"].item() == 0.5
    zeros = [row.replace(",1.0,", ",0,") for row in rows]
    for values, years, better in ((0.0, 3, "equal"), (math.nan, 0, "nothing simulated")):
        table = scored(tmp_path, zeros, [math.nan] * 4, *[[values] * 4] * 3)
        assert table["years"].item() == years and np.isnan(table["width"]).all()
        assert table["coverage"].item() == 1.0 or not years
        assert better in validation.series_text(table)


def test_documented_series_are_numbers_of_one_year() -> None:
    found = validation.documented(load_targets().values())
    assert {(o.outcome, o.year) for o in found} >= {("heroin_seized_reported", 2008)}
    assert all(o.value > 0.0 for o in found)
