"""Questions that people bring, each answered by at most two commands and a file of ten lines."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from conftest import refused
from fake_sweeps import cube, fake_sweep
from matplotlib.figure import Figure
from matplotlib.text import Text
from synthetic import PAIR, results

import tajsim
import tajsim.plots as plots
from tajsim.analysis.comparison import compare_dataset
from tajsim.cli import main
from tajsim.exploration.level import crossings
from tajsim.results.atlas import GROUPS, atlas_table, latex, markdown, wide_table, yearly_table
from tajsim.results.window import with_own

Capture = pytest.CaptureFixture[str]
FEW = ["--runs", "3", "--parameters", "fixed", "--no-pictures", "--no-variance"]


def said(arguments: list[str], capsys: Capture) -> str:
    """Return what a command prints; it must succeed."""
    assert main(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def by_year(out: str, capsys: Capture, *chosen: str) -> pd.DataFrame:
    """Return what ``tajsim table`` prints of results, a row a year."""
    capsys.readouterr()
    table = said(["table", out, *chosen], capsys)
    return pd.read_csv(io.StringIO(table), index_col="year")


def asked(folder: Path, text: str) -> str:
    """Write a scenario file of at most ten lines and return its path."""
    assert len(text.strip().splitlines()) <= 10
    path = folder / "question.toml"
    path.write_text(text)
    return str(path)


# If the Russians leave in 2010 within three months, what is seized?


@pytest.mark.parametrize(("year", "section"), [(2005, "pianj")])
def test_what_is_seized_if_the_russians_leave(
    year: int, section: str, tmp_path: Path, capsys: Capture
) -> None:
    text = f"""
title = "The Russians leave {section} in {year}"
question = "What is seized there?"
extends = "arrangement-of-2004"
[[events]]
date = "{year}-01"
kind = "handover"
section = "{section}"
agency = "border_troops"
"""
    out = str(tmp_path / "out")
    until = ["--until", f"{year}-12", "--outcomes", "heroin_seized"]
    compared = ["compare", "arrangement-of-2004", asked(tmp_path, text), *until, *FEW]
    assert main([*compared, "--out", out]) == 0
    chosen = ["--outcome", "heroin_seized", "--select", f"section={section}", "--stat", "mean"]
    rows = by_year(out, capsys, *chosen)
    before, after = rows.loc[year - 1], rows.loc[year]
    assert before.iloc[0] == pytest.approx(before.iloc[1]), "alike until they leave"
    assert after.iloc[1] < 0.8 * after.iloc[0], "less is seized once they have left"


# Which wage keeps half of the seizures?


@pytest.mark.parametrize("level", ["50%of:status-quo", "400"])
def test_the_wage_that_keeps_so_much_of_the_seizures(
    level: str, tmp_path: Path, capsys: Capture
) -> None:
    text = """
title = "Pay"
question = "Which wage keeps so much?"
scenarios = ["russian-border-withdrawal"]
runs = 3
end = "2006-06"
factors = [{ parameter = "agency_pay.border_troops", low = 1, high = 40, steps = 2 }]
keep = [{ outcome = "heroin_seized", where = { section = "all" }, window = ["2006-01", "2006-06"] }]
design = { kind = "grid" }
parameters = "fixed"
"""
    file = asked(tmp_path, text)
    picture, out = tmp_path / "seek.svg", tmp_path / "found"
    arguments = ["seek", file, "--outcome", "heroin_seized", "--level", level]
    told = said([*arguments, "--picture", str(picture), "--out", str(out)], capsys)
    assert level in told and "in the median history" in told
    values = pd.read_csv(out / "values.csv")
    assert values["median"].is_monotonic_increasing, "better paid guards take more"
    assert picture.read_text().count("<title>") == 1
    assert main(["check", file]) == 0
    for more, told in (
        (["--level", "half"], "or such as 50%of:"),
        (["--runs", "-1"], "at least 1"),
    ):
        assert main([*arguments, *more]) == 2 and told in capsys.readouterr().err


def test_each_history_meets_its_level_on_the_lines_between_values() -> None:
    values = np.array([0.0, 1.0, 3.0])
    apart = np.array([[-1.0, 1.0, -4.0], [1.0, 2.0, -2.0], [2.0, 3.0, 2.0]])
    found = crossings(values, apart)
    assert found[[0, 2]].tolist() == [0.5, 2.0]
    assert np.isnan(found[1])


# All scenarios on six outcomes; at a glance


@pytest.fixture(scope="module")
def many() -> xr.Dataset:
    return results(scenarios=(*PAIR, "irpt-ban", "elite-purge"), runs=12, months=48)


def test_the_atlas_tells_what_passes_the_smallest_effect(many: xr.Dataset) -> None:
    moved = many.copy(deep=True)
    moved["grievance"] = moved["grievance"].copy(data=moved["grievance"].values)
    base = moved["grievance"].isel(scenario=0).values
    for place, size in enumerate((0.0, 0.3, 1e-5), start=1):
        moved["grievance"].values[place] = base + size
    table = atlas_table(moved, ["grievance", "violent_members"]).set_index(["scenario", "outcome"])
    told = table.xs("grievance", level="outcome")
    assert told["direction"].to_dict() == {PAIR[1]: "", "irpt-ban": "rises", "elite-purge": ""}
    assert told.loc["irpt-ban", "shown"] == "+30"
    assert (told.loc[["elite-purge", PAIR[1]], "shown"] == "").all()
    assert told.index[0] == "irpt-ban", "what changes most comes first"
    assert table["group"].unique().tolist() == ["Society"]
    drawn = plots.figure("atlas", moved, outcome="grievance").findobj(Text)
    words = " ".join(t.get_text() for t in drawn).split("No change can be told here of:")
    assert "Elite purge" in words[1] and "Elite purge" not in words[0]


def test_the_atlas_marks_what_a_scenario_sets_itself(many: xr.Dataset) -> None:
    settings = json.dumps({PAIR[0]: {}, "irpt-ban": {"debt_to_russia": 9.0}})
    debt = many["grievance"].isel(region=0, drop=True).copy()
    debt = debt.rename("foreign_debt").assign_attrs(unit="USD", aggregate="last")
    debt.values[1:] *= 3.0
    marked = many.assign(foreign_debt=debt).assign_attrs(settings=settings)
    table = atlas_table(marked, ["foreign_debt", "grievance"])
    ours = table[table["set"]]
    assert ours[["scenario", "outcome", "direction", "shown"]].to_numpy().tolist() == [
        ["irpt-ban", "foreign_debt", "", "set"]
    ]
    assert "| set |" in markdown(table)
    words = " ".join(t.get_text() for t in plots.figure("atlas", marked).findobj(Text))
    assert "“set”: the scenario sets it itself" in words.replace("\n", " ")


@pytest.fixture
def held(many: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> str:
    """Stand in for the file of the made-up results; return its name."""
    monkeypatch.setattr(tajsim, "load_results", lambda name: many)
    return "held"


def test_the_atlas_in_all_its_forms(held: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "atlas"
    six = "heroin_seized,alignment,grievance,violent_members,collusion,state_failed"
    told = said(["atlas", held, "--outcomes", six, "--out", str(out)], capsys)
    names = {path.name for path in out.iterdir()}
    assert names >= {"atlas.csv", "atlas.md", "atlas.tex", "atlas.svg", "atlas.png"}
    table = pd.read_csv(out / "atlas.csv", keep_default_na=False)
    assert len(table) == 3 * 6 and (out / "atlas.md").read_text() in told + "\n"
    wide = wide_table(table)
    assert wide.shape == (3, 6) and markdown(table).count("\n") == 4
    assert r"\toprule" in latex(table) and "%" not in latex(table).replace(r"\%", "")
    svg = (out / "atlas.svg").read_text()
    assert all(text in svg for text in wide.to_numpy().ravel() if text)
    assert main(["atlas", held, "--outcomes", "grievence"]) == 2
    assert "did you mean 'grievance'" in capsys.readouterr().err


def test_a_cell_leads_where_it_is_told(many: xr.Dataset, tmp_path: Path) -> None:
    plots.draw("atlas", many, tmp_path / "atlas.svg", links="card-{scenario}.svg")
    svg = (tmp_path / "atlas.svg").read_text()
    assert svg.count('xlink:href="card-irpt-ban.svg"') >= sum(g in svg for g in GROUPS)


# Who gets the rents by year; annual medians for a paper; the drug agency's fall


def test_tables_by_year(many: xr.Dataset, held: str, tmp_path: Path, capsys: Capture) -> None:
    table = yearly_table(many, "tolls", each="agency", chosen=PAIR[0], stat="mean")
    assert list(table.index) == ["2004", "2005", "2006", "2007"] and table.shape[1] == 8
    customs = next(c for c in table.columns if "Customs" in c)
    year = many["tolls"].sel(agency="customs", scenario=PAIR[0], month=slice("2006-01", "2006-12"))
    assert table.loc["2006", customs] == pytest.approx(float(year.sum("month").mean("run")))
    medians = ["table", held, "--outcome", "grievance", "--format", "md"]
    medians += ["--scenarios", PAIR[1], "--stat", "spread"]
    told, kept = said(medians, capsys), tmp_path / "spread.md"
    said([*medians[:4], *medians[6:], "--out", str(kept)], capsys)
    assert kept.read_text("utf-8") in told, "as its name ends"
    assert told.splitlines()[0] == "| year | Grievance (mean over regions) (index) |"
    assert " to " in told.splitlines()[2]
    kept = tmp_path / "agency.csv"
    one = ["table", held, "--outcome", "collusion", "--by", "month", "--out", str(kept)]
    said([*one, "--select", "agency=drug_control_agency"], capsys)
    assert len(pd.read_csv(kept)) == 48
    for wrong, message in (
        (["--each", "agnecy"], "did you mean 'agency'"),
        (["--outcome", "toll"], "did you mean 'tolls'"),
    ):
        assert main(["table", held, *wrong]) == 2
        assert message in capsys.readouterr().err


# Where does the program say anything about ...?


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("remittances", ["Outcomes", "Parameters", "Mechanisms", "Figures"]),
        ("irpt-ban", ["Scenarios and experiments"]),
        ("BRIBE", ["Outcomes"]),
    ],
)
def test_find_searches_names_labels_and_meanings(
    word: str, lines: list[str], capsys: Capture
) -> None:
    told = said(["find", word], capsys)
    assert all(any(line.startswith(kind) for line in told.splitlines()) for kind in lines)
    assert word.casefold() in told.casefold()


def test_a_name_that_is_found_comes_first(capsys: Capture) -> None:
    told = said(["find", "grievance"], capsys)
    outcomes = told[told.index("Outcomes") :].splitlines()
    assert outcomes[1].strip().startswith("grievance ")


# pictures from Python


def test_results_of_three_kinds_draw_themselves(many: xr.Dataset) -> None:
    swept = fake_sweep("latin-hypercube", cube(20, 2), {"height": lambda p: p[:, 0]})
    pair = many.isel(scenario=[0, 1])
    compared = compare_dataset(pair)
    found = [swept.plot(), compared.plot(), compared.plot("fan", outcome="grievance")]
    assert all(isinstance(picture, Figure) for picture in found)
    refused("did you mean 'fan'", compare_dataset(pair).plot, "fann")


# Migrants back in one year: which region protests first?


@pytest.mark.parametrize(("year", "region"), [(2005, "gbao"), (2006, "rasht")])
def test_which_region_protests_first(
    year: int, region: str, tmp_path: Path, capsys: Capture
) -> None:
    text = f"""
title = "Migrants come home in {year}"
question = "When is the first protest in {region}?"
extends = "status-quo"
define = {{ first = "first month where protest[{region}] > 0" }}
[[events]]
date = "{year}-01"
kind = "set"
parameter = "migrants_expelled"
value = "0.6 ratio"
"""
    out = str(tmp_path / "out")
    until = ["--until", f"{year + 1}-12", "--outcomes", "protest"]
    assert main(["compare", "status-quo", asked(tmp_path, text), *until, *FEW, "--out", out]) == 0
    chosen = ["--outcome", "protest", "--each", "region", "--stat", "mean"]
    rows = by_year(out, capsys, *chosen)
    assert len(rows.columns) == 10, "two scenarios, five regions"
    before = rows.loc[year - 1].to_numpy().reshape(5, 2)
    assert (before[:, 0] == before[:, 1]).all(), "alike until they come home"
    held = with_own(tajsim.load_results(out))
    first, protests = held["first"], held["protest"].sel(region=region)
    # It is the month of the first protest there, and missing where there has been none.
    assert (first.notnull() == (protests.cumsum("month") > 0)).all()
    dates = said(["table", out, "--outcome", "first", "--by", "month", "--stat", "mean"], capsys)
    assert all(re.fullmatch(r"(20\d\d-\d\d)?", text) for text in dates.split()[-1].split(",")[1:])


# The party banned or given ministries: how many fight abroad?


@pytest.mark.parametrize(("scenario", "more"), [("irpt-banned-in-2010", True), ("irpt-ban", False)])
def test_who_fights_abroad_where_the_party_is_banned(
    scenario: str, more: bool, tmp_path: Path, capsys: Capture
) -> None:
    out = str(tmp_path / "out")
    three = ["compare", "status-quo", scenario, "ministries-for-opposition"]
    chosen = ["--outcomes", "radicalised,fighters_joined", "--until", "2014-12"]
    assert main([*three, *chosen, *FEW, "--out", out]) == 0
    assert "Posts for the opposition" in capsys.readouterr().out
    rows = by_year(out, capsys, "--outcome", "fighters_joined", "--stat", "mean")
    never, banned, _ = rows.loc[2014]
    # The ban of 2015 has not come.
    assert (banned > never) is more


# The drug agency's fall and its recovery


@pytest.mark.parametrize(("stat", "year"), [("mean", 2004), ("median", 2005)])
def test_the_drug_agency_falls_and_recovers(
    stat: str, year: int, tmp_path: Path, capsys: Capture
) -> None:
    out = str(tmp_path / "out")
    pair = ["compare", "status-quo", "political-head-of-drug-agency", "--until", "2007-12"]
    assert main([*pair, "--outcomes", "heroin_seized_by", *FEW, "--out", out]) == 0
    chosen = ["--outcome", "heroin_seized_by", "--select", "agency=drug_control_agency"]
    rows = by_year(out, capsys, *chosen, "--stat", stat)
    kept = rows.iloc[:, 1] / rows.iloc[:, 0]
    assert kept[year] < 0.85, "it seizes less under a political head"
    assert kept[2007] > kept[year], "and more again once he has gone"


# Debt against autonomy


@pytest.mark.parametrize("outcome", ["autonomy", "dependence"])
def test_debt_against_autonomy(outcome: str, tmp_path: Path, capsys: Capture) -> None:
    text = f"""
title = "Debt"
question = "What does a debt do?"
scenarios = ["status-quo"]
runs = 3
end = "2004-12"
factors = [{{ parameter = "debt_to_russia", low = 0, high = 1e9, steps = 3 }}]
keep = [{{ outcome = "{outcome}", window = ["2004-07", "2004-12"] }}]
design = {{ kind = "grid" }}
parameters = "fixed"
"""
    swept, picture = str(tmp_path / "swept"), tmp_path / "response.svg"
    told = said(["sweep", asked(tmp_path, text), "--out", swept], capsys)
    assert "debt_to_russia" in told
    said(["plot", swept, "--kind", "response", "--outcome", outcome, "--out", str(picture)], capsys)
    drawn = picture.read_text()
    assert "debt" in drawn.casefold() and "<title>" in drawn
