"""Saved states: continued equals uninterrupted, one history forks, what does not fit is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tajsim
import tajsim.ensemble.dataset as saved
import tajsim.ensemble.fingerprint as fingerprint
from tajsim.cli.main import main
from tajsim.ensemble.dataset import load_state
from tajsim.ensemble.fingerprint import code_of
from tajsim.ensemble.run import prepare, simulate
from tajsim.errors import UserError
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import packed, put_back, take, unpacked

UNTIL, END, RUNS = "2004-10", "2005-08", 4


def same(a, b):
    assert set(a.data_vars) == set(b.data_vars)
    for name in a.data_vars:
        floats = a[name].dtype.kind == "f"
        assert np.array_equal(a[name].values, b[name].values, equal_nan=floats), name


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    path = tmp_path_factory.mktemp("state") / "october.npz"
    plan = prepare(["status-quo"], runs=RUNS, seed=2, until=UNTIL, parameters="prior", chunk=3)
    simulate(plan, save_to=path)
    return path


@pytest.mark.parametrize(("name", "cut"), [("history", "2008-02"), ("irpt-ban", "2015-09")])
def test_continued_model_equals_uninterrupted_one(name, cut):
    scenario = load_scenario(name)
    end = str(np.datetime64(cut, "M") + 8)

    def model(last):
        events = [event for event in scenario.events if event.month <= last]
        return TajikistanModel(
            runs=[3, 8], seed=5, start=scenario.start, end=last, settings=scenario.settings,
            events=events,
        )  # fmt: skip

    whole, first, second = model(end), model(cut), model(end)
    whole.run_to_end()
    first.run_to_end()
    arrays = {name: array.copy() for name, array in packed(take(first)).items()}
    put_back(second, unpacked(arrays))
    second.run_to_end()
    for outcome, series in whole.record.items():
        assert np.array_equal(series, second.record[outcome], equal_nan=True), outcome
    for name, column in whole.chronicle.columns().items():
        assert np.array_equal(column, second.chronicle.columns()[name], equal_nan=True), name


def test_taking_a_state_changes_nothing_and_shares_nothing():
    model = TajikistanModel(runs=2, end="2004-06")
    model.step()
    before = take(model)
    kept = [array.copy() for array in before.arrays]
    model.run_to_end()
    assert all(np.array_equal(a, b) for a, b in zip(kept, before.arrays, strict=True))


@pytest.mark.parametrize("scenario", ["status-quo", "donors-coordinate"])
def test_one_history_forks_into_futures_to_the_bit(state, scenario):
    resumed = simulate(prepare([scenario], until=END, resume=load_state(state)))
    whole = simulate(prepare([scenario], runs=RUNS, seed=2, until=END, parameters="prior"))
    same(whole, resumed)


def test_lever_changed_on_the_way_holds_from_then_on(state):
    lever = {"agency_pay.border_troops": 90.0}
    plan = prepare(["status-quo"], until=END, overrides=lever, resume=load_state(state))
    resumed, plain = simulate(plan), simulate(replace(plan, resume=None))
    past = slice(None, UNTIL)
    unchanged = simulate(prepare(["status-quo"], until=END, resume=load_state(state)))
    both = (data["collusion"].sel(month=past) for data in (resumed, unchanged))
    np.testing.assert_array_equal(*both)
    assert not resumed["collusion"].equals(unchanged["collusion"])
    assert not resumed["collusion"].equals(plain["collusion"])


def test_what_does_not_continue_the_history_is_refused(state):
    loaded = load_state(state)
    with pytest.raises(UserError, match="not after the state"):
        prepare(["status-quo"], until="2004-06", resume=loaded)
    uncertain = {"base_half": 3000}
    with pytest.raises(UserError, match="sets base_half, which is no lever"):
        prepare(["status-quo"], overrides=uncertain, resume=loaded)
    scenario = load_scenario("russian-border-withdrawal")
    moved = replace(
        scenario, events=(replace(scenario.events[0], month="2004-03"), *scenario.events[1:])
    )
    with pytest.raises(UserError, match="has an event that the state has not: 2004-03"):
        prepare([moved], resume=loaded)
    with pytest.raises(UserError, match="lacks an event of the state"):
        head = {**loaded.head, "events": [["2004-02", "set", {"parameter": "x", "value": 1.0}]]}
        prepare(["status-quo"], resume=replace(loaded, head=head))


def test_state_of_another_model_or_a_damaged_one_is_refused(state, tmp_path, monkeypatch):
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(state.read_bytes()[:-2000])
    with pytest.raises(UserError, match="damaged"):
        load_state(damaged)
    with pytest.raises(UserError, match="no such file"):
        load_state(tmp_path / "absent.npz")
    (tmp_path / "text.npz").write_text("no state")
    with pytest.raises(UserError, match="not a saved state"):
        load_state(tmp_path / "text.npz")
    monkeypatch.setattr(saved, "model_version", lambda: "9.9.9+0")
    with pytest.raises(UserError, match=r"this is 9\.9\.9\+0"):
        load_state(state)


def test_file_holds_plain_arrays(state):
    with np.load(state, allow_pickle=False) as file:
        head = json.loads(file["head"].tobytes())
        assert all(file[name].dtype.kind in "fiub" for name in file.files)
    assert (head["scenario"], head["until"], head["runs"]) == ("status-quo", UNTIL, RUNS)
    assert head["parts"] == [[0, 3], [3, 4]]


def test_command_line_saves_and_goes_on(tmp_path, capsys):
    path = str(tmp_path / "state.npz")
    quick = ["--outcomes", "collusion", "--until"]
    run = ["run", "status-quo", "--runs", "2", "--parameters", "prior", "--save", path]
    assert main([*run, *quick, "2004-02"]) == 0
    assert main(["run", "irpt-ban", "--from", path, *quick, "2004-04"]) == 0
    assert "2 runs" in capsys.readouterr().out
    assert main(["run", "status-quo", "--from", path, "--runs", "7", *quick, "2004-04"]) == 2
    assert "--runs 7: the state" in capsys.readouterr().err
    assert main([*run, *quick, "2004-02"]) == 2
    assert "exists already" in capsys.readouterr().err
    other = ["run", "status-quo", "--from", path, "--outcomes", "grievance", "--until", "2004-04"]
    assert main(other) == 2
    assert "outcome 'grievance' was not kept" in capsys.readouterr().err


def test_comments_and_docstrings_make_no_other_model():
    plain = b"def f(x):\n    return x + 1\n"
    told = b'"""Of f."""\n\n\ndef f(x):\n    """Add one."""\n    # why\n    return x + 1\n'
    other = b"def f(x):\n    return x + 2\n"
    assert code_of(plain) == code_of(told)
    assert code_of(plain) != code_of(other)
    # A mark of a comment within a string, and a text that is no docstring, count.
    assert code_of(b"x = '# one'\n") != code_of(b"x = '# two'\n")
    assert code_of(b'x = """one"""\n') != code_of(b'x = """two"""\n')


def test_the_fingerprint_moves_with_code_and_numbers_and_not_with_labels(monkeypatch):
    paths = {path.relative_to(Path(tajsim.__file__).parent) for path in fingerprint.sources()}
    folders = {"agents", "model", "rules"}
    here = Path(tajsim.__file__).parent
    inside = {p.relative_to(here) for name in folders for p in (here / name).rglob("*.py")}
    assert inside < paths and {Path("draws.py"), Path("axes.py"), Path("world.py")} < paths
    assert not {path.parts[0] for path in paths} & {"plots", "report", "analysis", "cli", "app"}

    def with_rows(name, change):
        holder = fingerprint if hasattr(fingerprint, name) else fingerprint.registry
        loaded = getattr(holder, name)()
        first = next(iter(loaded))
        rows = {**loaded, first: replace(loaded[first], **change(loaded[first]))}
        with monkeypatch.context() as patch:
            patch.setattr(holder, name, lambda: rows)
            return fingerprint.uncalibrated_version.__wrapped__()

    now = fingerprint.uncalibrated_version()
    assert with_rows("load_parameters", lambda row: {"high": row.high * 1.0001}) != now
    assert with_rows("load_outcomes", lambda row: {"aggregate": "maximum"}) != now
    assert with_rows("load_parameters", lambda row: {"meaning": "other words"}) == now
    assert with_rows("load_outcomes", lambda row: {"label": "Other", "meaning": "words"}) == now
