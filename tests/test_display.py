"""What a notebook shows: complete, escaped, without colours of its own and without the network."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from fake_sweeps import fake_sweep
from html_reader import Page

from tajsim.analysis.comparison import compare_dataset
from tajsim.analysis.explain import explain
from tajsim.analysis.validation import Validation
from tajsim.display import Html, element, table, table_csv, text, whole
from tajsim.exploration.discovery import Discovery
from tajsim.exploration.robustness import Robustness
from tajsim.exploration.sensitivity import Sensitivity
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_parts import Event, Scenario, load_scenario
from tajsim.results.numbers import factor, interval, percent, table_number, text_table
from tajsim.results.select import first_of_comparison, headline

EVIL = "<script>alert('1')</script> & \"more\""


def shown(value: Any) -> Page:
    """Return what a notebook would show of a value, checked for what no display may have."""
    html = value._repr_html_()
    seen = Page(html)
    assert seen.wrong == []
    assert not {tag for tag, _ in seen.elements} & {"script", "link", "img", "iframe", "object"}
    assert {name for _, attributes in seen.elements for name in attributes} <= {"class"}
    assert not re.search(r"https?:|url\(|@import", html)
    return seen


def words(seen: Page) -> str:
    return " ".join(seen.words)


def test_text_is_escaped_once() -> None:
    escaped = "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; &quot;more&quot;"
    assert text(EVIL) == text(text(EVIL)) == escaped
    assert element("p", EVIL, element("b", "x<y")) == f"<p>{text(EVIL)}<b>x&lt;y</b></p>"
    assert isinstance(table((EVIL,), [[EVIL]]), Html)
    assert "<script" not in whole(EVIL, table((EVIL,), [[EVIL]]), element("p", "", look=EVIL))


def test_it_has_no_colours_of_its_own() -> None:
    style = whole().split("</style>")[0]
    colours = re.findall(r"(?:color|background|border-bottom):\s*([^;]+);", style)
    assert colours
    own = {c for c in colours if c.split()[0] not in ("inherit", "transparent")}
    assert own == {"1px solid rgba(128, 128, 128, 0.4)"}
    rules = [line for line in style.splitlines() if "{" in line]
    assert all(line.startswith(".tajsim-display") for line in rules)


def test_a_scenario_shows_settings_events_and_claims_with_their_origins() -> None:
    scenario = load_scenario("russian-border-withdrawal", ["agency_pay.border_troops=40"])
    seen = shown(scenario)
    for said in (scenario.title, scenario.question, f"extends {scenario.extends}", scenario.end):
        assert said in words(seen)
    assert ["agency_pay.border_troops", "40", "command line"] in seen.rows
    (khorog,) = [row for row in seen.rows if row[1] == "Khorog handed over"]
    assert khorog[::2] == ["2004-11", "border-handover-start"]
    assert re.search(r"russian-border-withdrawal\.toml:\d+$", khorog[3])
    assert len(seen.rows) == 4 + len(scenario.events) + len(scenario.claims)  # and three heads


def test_a_scenario_made_by_hand_is_escaped() -> None:
    event = Event("2005-01", "set", {"parameter": EVIL, "value": 3.0, "months": 2}, EVIL, (EVIL,))
    made = Scenario(EVIL, EVIL, EVIL, EVIL, "2004-01", "2005-12", {EVIL: 2.0}, (event,))
    assert words(shown(made)).count(EVIL) >= 6
    assert shown(Scenario("a", "b", "c", None, "2004-01", "2005-12")).rows == []


def test_a_comparison_shows_the_answer_and_folds_its_tables(pair: xr.Dataset) -> None:
    few = ["heroin_seized", "collusion", "strength", "grievance", "own_effort"]
    found = compare_dataset(pair.drop_vars([n for n in load_outcomes() if n not in few]))
    seen, (card,) = shown(found), found.cards
    assert card.finding in words(seen) and card.sure in words(seen)
    head, *rows = seen.rows
    assert head[2:4] == ["Status quo", "Russians leave"] and rows
    assert "russian-border-withdrawal against status-quo" in words(seen)
    assert " assumed" in words(seen)
    own = found.table[found.table["outcome"] == "own_effort"].set_index("where")["headline"]
    assert not own.pop("task=all") and own.all() and "own_effort" not in headline(found.dataset)


def with_basis(dataset: xr.Dataset) -> xr.Dataset:
    """Add what results say about parameters."""
    return dataset.assign_coords(
        parameter=["a"], basis=("parameter", ["assumption"]), role=("parameter", ["lever"])
    )


def test_a_comparison_in_which_nothing_differs_says_so(by_hand: Callable[..., xr.Dataset]) -> None:
    found = compare_dataset(with_basis(by_hand([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])))
    seen = shown(found)
    assert "Nothing to show differs." in words(seen)
    assert seen.rows == []


def test_names_in_results_are_escaped(by_hand: Callable[..., xr.Dataset]) -> None:
    claim = {
        **{"id": EVIL, "statement": "b", "document": EVIL, "line": 3, "outcome": "level"},
        **{"window": ["2004-01", "2004-12"], "expect": "rises", "against": "reference"},
    }
    dataset = with_basis(by_hand([[1.0, 2.0, 3.0], [2.0, 3.1, 4.2]], claims=[claim]))
    dataset["level"].attrs["label"] = EVIL
    found = compare_dataset(dataset)
    seen = shown(found)
    assert EVIL in [row[0] for row in seen.rows]
    assert "Claims" in words(seen) and f"{EVIL}:3" in " ".join(words(seen).split())


def test_texts_keep_their_layout(pair: xr.Dataset) -> None:
    told = explain(pair, run=2, scenario="status-quo")
    assert str(told) in words(shown(told))
    board = Validation(pd.DataFrame(), 3, EVIL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Validation, "__str__", lambda self: EVIL)
        assert EVIL in words(shown(board))


def test_a_sweep_shows_how_far_it_is_and_what_came_of_it() -> None:
    places = np.array([[0.0, 0.5], [0.5, 0.0], [1.0, 1.0]])
    sweep = fake_sweep("points", places, {"level": lambda x: 100.0 * x[:, 0]}, runs=2)
    failed = pd.DataFrame({"point": ["p0000"], "run": [1], "cause": ["no guards"]})
    made = replace(sweep, failures=failed, about={**sweep.about, "title": EVIL})
    assert EVIL in words(shown(made))
    assert "points of 3 points, 3 of them with runs; 6 runs, 1 failed" in str(made)
    assert re.search(r"level +index +0 +x1=0 x2=0.5 +100 +x1=1 x2=1", str(made))
    assert re.search(r"level +index +-", str(replace(sweep, results=sweep.results.iloc[:0])))


def test_what_a_sweep_tells_shows_as_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (Sensitivity, Discovery, Robustness):
        monkeypatch.setattr(kind, "__str__", lambda self: EVIL)
        assert EVIL in words(shown(object.__new__(kind)))


# Numbers and tables as a reader sees them.


def test_numbers_have_three_significant_digits() -> None:
    values = (0.0, 12345.6, 123.4, 1.0, 0.03214, -0.5, 0.000012, -2.2e-16, np.nan, np.inf)
    said = "0 12,346 123 1 0.0321 -0.5 1.2e-05 0 - inf"
    assert [table_number(value) for value in values] == said.split()


def test_signs_intervals_shares_and_factors() -> None:
    assert table_number(2.0, signed=True) == "+2"
    assert interval(-1.0, 2.5, signed=True) == "-1 to +2.5"
    assert interval(np.nan, 1.0) == "-"
    shares = [percent(s) for s in (0.0, 0.001, 0.5, 0.999, 1.0, np.nan)]
    assert shares == ["0 %", "<1 %", "50 %", ">99 %", "100 %", "-"]
    assert [factor(f) for f in (1.04, 33.33, np.inf, np.nan)] == ["1", "33.3", ">1e6", "-"]


def rows(**columns: list[object]) -> pd.DataFrame:
    """Return headline rows of outcome x."""
    count = len(next(iter(columns.values())))
    return pd.DataFrame({"outcome": ["x"] * count, "headline": [True] * count, **columns})


def test_a_comparison_starts_with_clear_and_noticeable_differences() -> None:
    table = rows(
        where=["a=all", "a=1", "a=2", "a=3", "a=4", "a=5", "a=6"], reference_median=[10.0] * 7,
        median=[10.0] * 7, difference=[1.0, 5.0, 0.01, 2.0, 3.0, 4.0, 5.0],
        low=[-1.0, -1.0, 0.009, 1.0, 2.0, 3.0, 4.0], high=[3.0, 11.0, 0.011, 3.0, 4.0, 5.0, 6.0],
        direction=["", "", "rises", "rises", "rises", "rises", "rises"],
    )  # fmt: skip
    assert list(first_of_comparison(table)["where"]) == ["a=all", "a=4", "a=5", "a=6"]


def test_a_table_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ("heroin seized on the line", "12", "34", "who says so, and where")
    head = ("outcome", "low", "high", "source")
    monkeypatch.setenv("COLUMNS", "40")
    whole = text_table(head, [row], left=(0, 3)).splitlines()
    assert len(whole) == 3, "files and pipes get whole rows"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    assert len(text_table(head, [row], left=(0, 3)).splitlines()) == 3
    monkeypatch.setenv("COLUMNS", "40")
    assert text_table(head, [row], left=(0, 3)).splitlines() == [
        "outcome",
        "low  high  source",
        "---  ----  ----------------------",
        "heroin seized on the line",
        " 12    34  who says so, and where",
    ]
    monkeypatch.setenv("COLUMNS", "38")
    named = text_table(head, [("seized", *row[1:])], left=(0, 3)).splitlines()
    assert named[-2:] == ["seized    12    34", "    who says so, and where"]


def test_tables_read_alike_everywhere() -> None:
    table = pd.DataFrame({"a": [0.0, 1.5, np.nan], "n": [1, 2, 3], "b": [True, False, True]})
    said = ["a,n,b,model", "0.0,1,true,0.1+x", "1.5,2,false,0.1+x", ",3,true,0.1+x"]
    assert table_csv(table, "0.1+x").splitlines() == said
    assert table_csv(table.assign(model="other"), "0.1+x").splitlines()[1] == "0.0,1,true,other"
