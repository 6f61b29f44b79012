"""A report tells commands that make the same numbers again, from results alone."""

import html
import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import tajsim
from tajsim.cli.main import main
from tajsim.ensemble import load_results, run_many
from tajsim.errors import UserError
from tajsim.report import report
from tajsim.report.facts import Facts, changes, gather
from tajsim.report.tables import commands, recipe
from tajsim.results.window import kept_window

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
    if compared:
        window = ("2004-12", "2005-01")
        dataset = tajsim.compare(
            REFERENCE, SCENARIO, **options, window=window, outcomes=["heroin_seized"]
        ).dataset
        assert kept_window(dataset) == window
    else:
        dataset = run_many(
            [REFERENCE, SCENARIO],
            **options,
            overrides={"agency_pay.army": 3.0},
            outcomes=["heroin_seized"],
        )
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
    with pytest.raises(UserError, match="holds a sweep and no results"):
        gather([tmp_path])


@pytest.mark.usefixtures("without_pictures")
def test_a_continued_history_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    state = ["run", REFERENCE, "--runs", "2", "--until", "2004-03", "--save", "s.npz"]
    state += ["--outcomes", "heroin_seized,grievance"]
    assert main(state) == 0
    assert main(["run", REFERENCE, "--from", "s.npz", "--until", "2004-06", "--no-pictures",
                 "--outcomes", "heroin_seized,grievance", "--out", "on"]) == 0  # fmt: skip
    text = report("on")
    assert "The months up to Mar 2004 are those of a saved history of “Status quo”" in text
    assert "continue s.npz, a saved state of status-quo up to 2004-03" in text
