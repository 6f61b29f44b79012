"""The page of a report: whole, well formed, offline, with words for every picture."""

import base64
import html
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import synthetic
import xarray as xr
from conftest import refused
from html_reader import Page

import tajsim
import tajsim.report
from tajsim.cli.main import main
from tajsim.ensemble import load_results, run_many, save
from tajsim.plots.style import FAMILIES, INK, QUIET, contrast, readable
from tajsim.report import report, write_report
from tajsim.report.facts import Facts, changes, gather
from tajsim.report.page import POLICY, template
from tajsim.report.tables import BAND, commands, levels, recipe, theme
from tajsim.results import discrepancy, select
from tajsim.results.window import kept_window


@pytest.fixture(scope="module")
def text(report_page: Path) -> str:
    return report_page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_the_page_is_well_formed(page: Page) -> None:
    assert page.wrong == []
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in page.elements:
        assert attrs.get("aria-labelledby", ids[0]) in ids
    assert {a["href"].removeprefix("#") for a in page.of("a")} <= set(ids)


def test_landmarks_and_headings(page: Page) -> None:
    tags = [tag for tag, _ in page.elements]
    for once in ("html", "header", "nav", "main", "footer", "h1", "title"):
        assert tags.count(once) == 1, once
    assert page.of("html")[0]["lang"] == "en"
    assert page.skipped == []
    assert all(t.get("scope") in ("col", "row") for t in page.of("th"))


def test_every_part_is_there(page: Page) -> None:
    ids = {attrs.get("id") for attrs in page.of("section")}
    assert ids == {"answer", "evidence", "limits", "appendix"}
    words = " ".join(" ".join(page.words).split())
    for said in (
        "What happens to trafficking, bribery and own effort",
        "Khorog handed over",
        "matveeva-2004:159",
        "scenarios/russian-border-withdrawal.toml:15",
        discrepancy.statement(),
        *("There are only 6 runs", "parameters in force", "seed 1", "numpy"),
        "Eurasia Daily Monitor",
    ):
        assert said in words, said


def test_nothing_outside_is_referred_to(page: Page, text: str) -> None:
    for tag, attrs in page.elements:
        assert tag not in ("script", "iframe", "object", "embed", "base", "form", "video", "audio")
        for name in ("src", "href", "data", "action", "poster", "srcset", "xlink:href"):
            if name in attrs:
                assert attrs[name].startswith(("#", "data:")), attrs[name][:80]
        assert not [name for name in attrs if name.startswith("on")]
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert not re.search(r"url\(|@import|expression", "".join(style))
    assert re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert POLICY.startswith("default-src 'none'")


def test_pictures_carry_nothing_from_outside(page: Page) -> None:
    pictures = page.of("img")
    assert len(pictures) >= 4
    for picture in pictures:
        kind, _, data = picture["src"].partition(";base64,")
        content = base64.b64decode(data, validate=True)
        assert kind == "data:image/svg+xml"
        svg = content.decode("utf-8")
        assert "<script" not in svg and "<metadata" not in svg and "<!DOCTYPE" not in svg
        places = re.findall(r'(?:\bsrc|href)="([^"]*)"', svg) + re.findall(r"url\(([^)]*)\)", svg)
        assert [place for place in places if not place.startswith(("#", "data:"))] == []


def test_every_picture_says_what_it_shows(page: Page) -> None:
    for picture in page.of("img"):
        assert len(picture["alt"]) > 60
        assert "6 runs of “Status quo” and “Russians leave”" in picture["alt"]
        assert int(picture["width"]) > 0 and int(picture["height"]) > 0
    assert page.of("svg") == []


#: Enough for every part of a page, and few pictures to draw.
FEW = ["heroin_seized", "collusion", "grievance", "own_effort", "outside_provision"]


def test_levels_are_told_with_the_discrepancy_of_the_model(soon: None, pair: xr.Dataset) -> None:
    table = levels(Facts(run_many(["history"], runs=8, until="2004-12", outcomes=["collusion"])))
    middle, low, high, least, most = (float(t.split()[0]) for t in table.rows[0][1:])
    assert table.heads[-2].startswith(BAND) and least < low < middle < high < most
    told = theme(Facts(pair), select.names_of(pair)[1], "traffic")
    assert told and told.heads[4].startswith(BAND) and " to " in told.rows[0][4]


def test_one_run_of_one_scenario_twice(soon: None) -> None:
    alone = run_many(["irpt-ban"], runs=1, seed=2, until="2004-06", outcomes=FEW)
    text = report(alone)
    assert report(alone) == text
    assert Page(text).wrong == []
    assert "Paired differences" not in text and "In one run" not in text
    assert "There is only one run:" in text


def test_results_without_parameters_and_events(by_hand: Callable[..., xr.Dataset]) -> None:
    page = Page(report(by_hand([[1.0, 2.0, 3.0], [2.0, 3.0, 5.0]])))
    assert page.wrong == []
    words = " ".join(" ".join(page.words).split())
    assert "The results do not hold their parameters." in words
    assert "story" not in {attrs.get("id") for attrs in page.of("section")}


def test_text_from_results_cannot_become_markup(by_hand: Callable[..., xr.Dataset]) -> None:
    dataset = by_hand([[1.0, 2.0], [2.0, 3.0]])
    evil = "<script>alert(1)</script>"
    dataset.attrs["questions"] = json.dumps({"after": evil})
    dataset["level"].attrs["label"] = f"Level {evil}"
    text = report(dataset)
    assert "<script" not in text and "&lt;script&gt;" in text


def test_changes_name_document_and_line(pair: xr.Dataset) -> None:
    found = changes(Facts(pair), "russian-border-withdrawal")
    *own, held = found
    assert held.sentence.startswith("From Jan 2004: 17 deals are held by both sides: ")
    assert all("handed over" in change.sentence for change in own)
    first = own[0]
    assert first.sentence == "Nov 2004: Khorog handed over."
    assert first.sources == "matveeva-2004:159"
    assert first.where == "scenarios/russian-border-withdrawal.toml:15"


def test_settings_of_the_command_line_are_told() -> None:
    scenario = "status-quo"
    dataset = run_many([scenario], runs=1, until="2004-02", overrides=["agency_pay.army=9"])
    (found, *_) = changes(Facts(dataset), scenario)
    assert found.sentence == (
        "Agency pay, army: 9 USD/month instead of 1 (monthly pay of one person in the ranks, at "
        "revenue and incomes as at the start)."
    )
    assert found.where == "command line" and not found.sources


def test_results_of_two_files_are_put_side_by_side(
    pair: xr.Dataset, tmp_path: Path, soon: None
) -> None:
    names = [str(name) for name in pair["scenario"].values]
    whole = run_many(names, runs=2, seed=4, until="2004-12")
    parts = [run_many([name], runs=2, seed=4, until="2004-12") for name in names]
    files = [save(part, tmp_path / f"{i}.nc") for i, part in enumerate(parts)]
    joined, read = gather(files)
    assert [name for name, _ in read] == ["0.nc", "1.nc"]
    for name in ("heroin_seized", "parameter_value"):
        assert np.array_equal(joined[name].values, whole[name].values)
    one, other = Facts(joined), Facts(whole)
    assert one.cards[names[1]].changes == other.cards[names[1]].changes
    assert changes(one, names[1]) == changes(other, names[1])


def test_results_are_put_side_by_side_if_their_runs_are_pairs(pair: xr.Dataset) -> None:
    assert gather([pair, pair.isel(run=slice(0, 3))])[0].sizes["run"] == 3
    other = pair.copy(deep=True)
    other["parameter_value"].values[:, (pair["role"] == "uncertainty").values] += 1.0
    for wrong, said in (
        (pair.assign_attrs(seed=2), "no pairs: the seed of the one is 1, of the other 2"),
        (pair.assign_attrs(parameters_mode="fixed"), "mode of the parameters of the one is"),
        (pair.isel(month=slice(1, None)), "different months"),
        (other, "different values"),
    ):
        refused(said, gather, [pair, wrong])
    refused("run in common", gather, [pair.sel(run=[0]), pair.sel(run=[1])])


def test_many_scenarios_stand_in_one_table_and_the_rest_is_folded() -> None:
    names = ("status-quo", "one", "two", "three", "four", "five")
    dataset = synthetic.results(scenarios=names, runs=6, months=14)
    text = report(dataset[FEW])
    page = Page(text)
    assert page.wrong == page.skipped == []
    words = " ".join(" ".join(page.words).split())
    assert "5 scenarios against Status quo" in words
    assert "Three: 6 paired histories are too few for an answer" in words
    folds = [attrs for attrs in page.of("details") if attrs.get("class") == "fold"]
    assert len(folds) > len(names)


def test_a_page_is_written_whole_and_not_over_another(pair: xr.Dataset, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text("mine")
    refused("exists already", write_report, pair, place)
    refused(r"ends in \.html", write_report, pair, tmp_path / "page.pdf")
    assert place.read_text() == "mine" and list(tmp_path.iterdir()) == [place]


def test_without_jinja2_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    refused(r"jinja2 is not.*pip install 'tajsim\[report\]'", template)


def test_the_command(
    command: Callable[..., subprocess.CompletedProcess[str]],
    by_hand: Callable[..., xr.Dataset],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, place = tmp_path / "results", tmp_path / "page.html"
    folder.mkdir()
    save(by_hand([[1.0, 2.0, 3.0], [2.0, 3.0, 5.0]]), folder / "results.nc")
    done = command("report", str(folder), "--out", str(place))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == str(place)
    # Another process orders its sets otherwise; the page is the same all the same.
    text = report(folder)
    assert place.read_text(encoding="utf-8") == text
    assert "results.nc" in text
    assert main(["report", str(folder), "--out", str(place)]) == 2
    assert capsys.readouterr().err.endswith("exists already; --overwrite replaces it\n")
    assert main(["report", str(tmp_path / "no"), "--out", str(tmp_path / "b.html")]) == 2
    assert "no such file or folder" in capsys.readouterr().err


# The commands of a report make the same numbers again, from results alone.

REFERENCE, SCENARIO = "status-quo", "russian-border-withdrawal"
HELD = "arrangement-of-2004"
#: What differs whenever results are made again.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:+]+|[0-9a-f]{64}")


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tajsim.report.page.pictures", lambda facts: [])
    monkeypatch.setattr("tajsim.report.page.charts_of", lambda facts, card, changes: None)


@pytest.mark.usefixtures("without_pictures")
def test_the_commands_of_a_report_make_the_same_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "own.toml").write_text(
            f'title = "Own"\nquestion = "What if?"\nextends = "{SCENARIO}"\n'
        )
    monkeypatch.chdir(first)
    made = f"compare {REFERENCE} own.toml --runs 6 --seed 3 --until 2005-06 --set agency_pay.army=3"
    made += " --outcomes heroin_seized,collusion,grievance,own_effort,strength"
    window = "--window 2005-01:2005-03"
    assert main([*made.split(), *window.split(), "--no-pictures", "--out", "own"]) == 0
    assert main(["report", "own", "--out", "report.html"]) == 0
    text = (first / "report.html").read_text(encoding="utf-8")
    told = [html.unescape(c) for c in re.findall(r"<pre><code>(tajsim .*?)</code></pre>", text)]
    assert told[0] == f"tajsim {made} {window} --no-pictures --out results"
    assert told[1] == "tajsim report results --window 2005-01:2005-03 --out report.html"
    assert "own.toml does not come with tajsim; its text is given below." in text
    assert "<summary>own.toml</summary><pre><code>title = " in text
    monkeypatch.chdir(second)
    for line in told:
        assert main(shlex.split(line)[1:]) == 0
    again = (second / "report.html").read_text(encoding="utf-8")
    text = text.replace("own/results.nc", "results/results.nc")  # results know no place
    assert MOMENT.sub("", again) == MOMENT.sub("", text)
    table = pd.read_csv(second / "results" / "comparison.csv")
    assert set(table["window_start"]) == {"2005-01"} and set(table["window_end"]) == {"2005-03"}


@pytest.mark.parametrize("compared", [True, False])
def test_the_call_in_python_makes_the_same_results(
    compared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {"runs": 2, "seed": 5, "until": "2005-01", "parameters": "prior"}
    options["outcomes"] = ["heroin_seized"]
    if compared:
        window = ("2004-12", "2005-01")
        dataset = tajsim.compare(REFERENCE, SCENARIO, **options, window=window).dataset
        assert kept_window(dataset) == window
    else:
        dataset = run_many([REFERENCE, SCENARIO], **options, overrides={"agency_pay.army": 3.0})
    step, last = commands(Facts(dataset, kept_window(dataset)))
    monkeypatch.chdir(tmp_path)
    exec(step, {})
    again = load_results("results.nc")
    assert np.array_equal(again["heroin_seized"].values, dataset["heroin_seized"].values)
    assert again.attrs["command"] == dataset.attrs["command"]
    wanted = " --window 2004-12:2005-01" if compared else ""
    assert last == f"tajsim report results.nc{wanted} --out report.html"


def test_results_keep_where_each_event_stands(pair: xr.Dataset) -> None:
    held, *_ = events = json.loads(pair.attrs["events"])[SCENARIO]
    assert held["where"] == f"scenarios/{HELD}.toml:14"
    first = next(event for event in events if event["kind"] == "handover")
    assert first["where"] == f"scenarios/{SCENARIO}.toml:15"
    assert first["sources"] == ["matveeva-2004:159"]
    # Without the texts of the files the places are known all the same.
    bare = pair.assign_attrs(scenario_text="{}")
    found = changes(Facts(bare), SCENARIO)
    change = next(one for one in found if "handed over" in one.sentence)
    assert (change.where, change.sources) == (first["where"], "matveeva-2004:159")


def test_results_of_older_versions_are_read(pair: xr.Dataset) -> None:
    events = json.loads(pair.attrs["events"])
    for event in [event for table in events.values() for event in table]:
        del event["where"], event["sources"]
    left = {n: v for n, v in pair.attrs.items() if n not in ("window", "continued_from")}
    old = pair.copy()
    old.attrs = {**left, "events": json.dumps(events)}
    told, known = (changes(Facts(results), SCENARIO) for results in (old, pair))
    assert [one.sentence for one in told] == [one.sentence for one in known]
    assert recipe(Facts(old))["notes"] == []
    assert kept_window(old) is None


def test_a_folder_that_is_no_result_is_named(tmp_path: Path, pair: xr.Dataset) -> None:
    (tmp_path / "sweep.json").write_text("{}")
    refused("holds a sweep and no results", gather, [tmp_path])


@pytest.mark.usefixtures("without_pictures")
def test_a_continued_history_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    state = ["run", REFERENCE, "--runs", "2", "--until", "2004-03", "--save", "s.npz"]
    state += ["--outcomes", "heroin_seized,grievance"]
    assert main(state) == 0
    on = ["run", REFERENCE, "--from", "s.npz", "--until", "2004-06", "--no-pictures"]
    assert main([*on, "--outcomes", "heroin_seized,grievance", "--out", "on"]) == 0
    text = report("on")
    assert "The months up to Mar 2004 are those of a saved history of “Status quo”" in text
    assert "continue s.npz, a saved state of status-quo up to 2004-03" in text


# Colours

STYLE = (Path(tajsim.report.__file__).parent / "templates" / "report.css").read_text("utf-8")
COLOURS = sorted({colour for family in FAMILIES.values() for colour in family})
#: hue-rotate(180deg) as the specification of filters has it.
TURN = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_stands_out_in_light_and_in_dark(scheme: int) -> None:
    roots = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", roots[scheme]))
    for name in ("ink", "quiet", "accent", "up", "down", "warn"):
        for ground in ("paper", "wash", "warn-wash"):
            assert contrast(colours[name], parts(colours[ground])) >= 4.5, (name, ground)


def parts(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5))


def in_the_dark(colour: str, paper: np.ndarray) -> np.ndarray:
    """Return a colour after invert(1), hue-rotate(180deg) and the blending with the page."""
    turned = np.clip(TURN @ (1.0 - np.array(parts(colour))), 0.0, 1.0)
    return 1.0 - (1.0 - turned) * (1.0 - paper)


def test_what_is_read_on_white_is_read_in_the_dark() -> None:
    rule = STYLE.split("@media screen and (prefers-color-scheme: dark)", 1)[1]
    assert ".plate img { filter: invert(1) hue-rotate(180deg); mix-blend-mode: screen; }" in rule
    paper = np.array(parts(STYLE.split("--paper: ")[2][:7]))
    assert in_the_dark("#ffffff", paper) == pytest.approx(paper), "white is the ground of the page"
    for colour in (INK, QUIET, "#000000", "#444444", *COLOURS):
        if contrast(colour) >= 4.5:
            assert contrast(tuple(in_the_dark(colour, paper)), tuple(paper)) >= 4.5, colour


def test_coloured_text_is_read_on_white() -> None:
    for colour in FAMILIES["scenario"]:
        assert contrast(readable(colour)) >= 4.5, colour
    assert readable(INK) == INK and readable("#ffffff") == "#ffffff"
    assert contrast("#000000") == pytest.approx(21.0)
