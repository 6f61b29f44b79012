"""``explain``: the story of a run, and where two runs part."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import tajsim.results.chronicle as chronicle
from tajsim.analysis.explain import difference_story, differences_table, explain
from tajsim.cli import main
from tajsim.ensemble import run_many, save
from tajsim.ensemble.dataset import chronicle_variables
from tajsim.inputs.ledger import load_causes, load_kinds
from tajsim.inputs.registry import name_codes
from tajsim.results.numbers import month_text
from tajsim.results.window import first_difference

NAN = float("nan")
A, B = "arrangement-of-2004", "russian-border-withdrawal"


@pytest.fixture(scope="module")
def pair() -> xr.Dataset:
    """Six paired runs of the withdrawal and of the arrangement that it ends, 18 months."""
    return run_many([A, B], runs=6, seed=1, until="2005-06")


#: Month, kind, actor, target, cause, size of the events of one run.
Row = tuple[int, str, str, str, str, float]
TINY: list[Row] = [
    (0, "dismissal_order", "regime", "mirzoev", "scenario", NAN),
    (0, "bargain", "mirzoev", "drug_control_agency", "too_strong", 2912.0),
    (5, "setting", "", "power_guarantee.russia", "scenario", 0.8),
    (5, "protest", "gbao", "", "anger", 0.31),
    (7, "entry_moved", "network_01", "pianj", "losses", 61.2),
    (7, "entry_moved", "network_04", "pianj", "losses", 20.1),
    (7, "arrest_order", "regime", "mirzoev", "safe_blow", 0.456),
    (7, "arrested", "mirzoev", "", "", 2904.0),
    (14, "protest", "gbao", "", "anger", 0.3),
    (14, "protest", "rasht", "", "anger", 0.3),
]


def results(*runs: Sequence[Row]) -> xr.Dataset:
    """Return results of two years that hold nothing but events."""
    codes = {
        "kind": {name: i for i, name in enumerate(load_kinds())},
        "actor": name_codes(),
        "target": name_codes(),
        "cause": {name: i for i, name in enumerate(load_causes())},
    }
    rows = [(run, *row) for run, events in enumerate(runs) for row in events]
    table = pd.DataFrame(rows, columns=["run", "month", *codes, "size"])
    columns = {name: table[name].map(known).to_numpy() for name, known in codes.items()}
    columns |= {name: table[name].to_numpy() for name in ("run", "month", "size")}
    months = [f"{2004 + i // 12}-{i % 12 + 1:02d}" for i in range(24)]
    variables, coordinates = chronicle_variables(
        {"scenario": np.zeros(len(rows), np.int16), **columns}, ["tiny"], months
    )
    dates = np.array(months, "datetime64[M]").astype("datetime64[ns]")
    coordinates |= {"scenario": ["tiny"], "month": dates, "run": np.arange(len(runs))}
    attrs = {
        "tajsim_version": "0",
        "model": "0+0",
        "seed": 1,
        "parameters_mode": "fixed",
        "questions": '{"tiny": "What happens to Mirzoev?"}',
        "events": '{"tiny": [{"month": "2004-01", "kind": "dismiss", "label": "Dismissal tried",'
        ' "arguments": {"commander": "mirzoev"}}, {"month": "2004-06", "kind": "set", "label":'
        ' "Word given at Sochi", "arguments": {"parameter": "power_guarantee.russia"}}]}',
    }
    return xr.Dataset(variables, coordinates, attrs)


def test_a_story_reads_as_it_should() -> None:
    known = Path(__file__).with_name("golden") / "story.txt"
    assert chronicle.story(results(TINY), 0) + "\n" == known.read_text(encoding="utf-8")


def test_everything_is_dated_on_request() -> None:
    text = chronicle.story(results(TINY), 0, everything=True)
    assert text.count("People take to the streets in Badakhshan (voiced discontent 0.3") == 2
    assert "Besides" not in text


def test_a_run_without_events() -> None:
    assert "No event changed the course" in chronicle.story(results(TINY, []), 1)


def test_every_kind_makes_a_sentence() -> None:
    for name, kind in load_kinds().items():
        for size in (1234.5, NAN):
            who = "russian_base" if "{power}" in kind.text else "regime"
            event = chronicle.Occurrence("2004-01", name, (who,), "irpt", "", size)
            said = chronicle.sentence(event)
            assert "{" not in said
            assert "nan" not in said
            assert "  " not in said
            assert said[0].isupper() or name == "setting", kind
            assert "()" not in said
    one = chronicle.Occurrence("2004-01", "successor", ("mirzoev",), "", "", 1.2)
    assert "(1 person behind him)" in chronicle.sentence(one)


# --- Two runs ------------------------------------------------------------------------------------


def event(month: str, kind: str, actor: str = "mirzoev", target: str = "") -> chronicle.Occurrence:
    return chronicle.Occurrence(month, kind, (actor,), target, "", 1.0)


def test_changes_name_sides_and_moves() -> None:
    a = [event("2005-01", "arrested"), event("2006-01", "mutiny", "ziyoyev")]
    b = [event("2004-06", "crossing", "khudaiberdiev"), event("2005-03", "arrested")]
    found = chronicle.changes(a, b)
    for there, others, sides, moved in ((a, b, "BA", 2), (b, a, "AB", -2)):
        told = [(c.side, c.month, c.moved) for c in chronicle.changes(there, others)]
        first, last = (sides[0], "2004-06", 0), (sides[1], "2006-01", 0)
        assert told == [first, ("both", "2005-01", moved), last]
    assert [c.event.kind for c in chronicle.most_telling(found, 2)] == ["crossing", "arrested"]


def test_the_same_event_is_no_change_and_far_apart_it_is_two() -> None:
    one, other = event("2005-01", "protest", "gbao"), event("2009-01", "protest", "gbao")
    same = chronicle.Occurrence("2005-01", "protest", ("gbao",), "", "anger", 9.0)
    assert chronicle.changes([one], [same]) == []
    assert [c.side for c in chronicle.changes([one], [other])] == ["A", "B"]


def test_identical_scenarios_do_not_differ() -> None:
    twins = run_many(["status-quo"], runs=3, until="2007-12")
    same = chronicle.Pair(twins, "status-quo", "status-quo")
    assert "Nothing else differs" in difference_story(same, 1)


def test_nothing_differs_before_the_scenarios_do(pair: xr.Dataset) -> None:
    month = first_difference(pair, B)
    assert month is not None
    tables = [differences_table(chronicle.pair_in(pair, A, None), run) for run in range(6)]
    assert any(not table["scheduled"].all() for table in tables)
    for table in tables:
        assert (table["month"] >= month).all()
        assert table["month"].is_monotonic_increasing


def test_one_run_of_two_scenarios_is_told(pair: xr.Dataset) -> None:
    told = {run: explain(pair, against=A, run=run) for run in range(6)}
    run, one = next((n, t) for n, t in told.items() if not t.table["scheduled"].all())
    assert f"Run {run}: A {A}, B {B}" in one.text
    first = one.table[~one.table["scheduled"]]["month"].iloc[0]
    assert f"First difference in what happens: {month_text(first)}" in one.text
    assert "Largest changes" in one.text


# --- The command ----------------------------------------------------------------------------------


def test_the_command_keeps_the_events(pair: xr.Dataset, tmp_path: Path) -> None:
    held, out = save(pair, tmp_path / "results.nc"), tmp_path / "events.csv"
    assert main(["explain", str(held), "--scenario", B, "--run", "2", "--out", str(out)]) == 0
    assert list(pd.read_csv(out)["run"].unique()) == [2]
