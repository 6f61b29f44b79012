"""Saved states: continued equals uninterrupted, one history forks, what does not fit is refused."""

import ast
import inspect
import json
import pkgutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from importlib import import_module
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from conftest import finished, refused, same_record

import tajsim
import tajsim.ensemble.dataset as saved
import tajsim.ensemble.fingerprint as fingerprint
import tajsim.model.stages as stages
from tajsim.agents.actors import Actors, states_of
from tajsim.agents.commander import Commander
from tajsim.axes import AGENCIES, DIMENSIONS, PARTS, REGIONS, TASKS
from tajsim.cli.main import main
from tajsim.ensemble.dataset import load_state
from tajsim.ensemble.fingerprint import code_of
from tajsim.ensemble.run import prepare, simulate
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.country import Country, OutsideWorld
from tajsim.model.model import TajikistanModel
from tajsim.model.record import MEASURES
from tajsim.model.snapshot import packed, put_back, take, unpacked
from tajsim.model.stages.deals import DEALT

UNTIL, END, RUNS = "2004-10", "2005-08", 4
pytestmark = pytest.mark.usefixtures("all_soon", "compiled_runs")


def same(a, b):
    assert set(a.data_vars) == set(b.data_vars)
    for name in a.data_vars:
        floats = a[name].dtype.kind == "f"
        assert np.array_equal(a[name].values, b[name].values, equal_nan=floats), name


@pytest.fixture(scope="module")
def state(tmp_path_factory, all_soon):
    path = tmp_path_factory.mktemp("state") / "october.npz"
    plan = prepare(["status-quo"], runs=RUNS, seed=2, until=UNTIL, parameters="prior")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tajsim.ensemble.plan.CHUNK", 3)  # in several parts
        simulate(plan, save_to=path)
    return path


@pytest.mark.parametrize("name", ["history", "irpt-ban"])
def test_continued_model_equals_uninterrupted_one(name, cut="2006-02"):
    scenario = load_scenario(name)
    end = str(np.datetime64(cut, "M") + 8)

    def model(last):
        events = [event for event in scenario.events if event.month <= last]
        return TajikistanModel(runs=[3, 8], seed=5, end=last, events=events)

    assert not scenario.settings
    whole, first, second = model(end), model(cut), model(end)
    whole.run_to_end()
    first.run_to_end()
    put_back(second, unpacked({name: a.copy() for name, a in packed(take(first)).items()}))
    # The members look at the states that were put back, not at those of the new model.
    assert np.array_equal(second.agency["army"].pay, first.agency["army"].pay)
    second.run_to_end()
    same_record(whole, second)
    for name, column in whole.chronicle.columns().items():
        assert np.array_equal(column, second.chronicle.columns()[name], equal_nan=True), name


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
    loaded, reference = load_state(state), ["status-quo"]
    refused("not after the state", prepare, reference, until="2004-06", resume=loaded)
    uncertain, said = {"base_half": 3000}, "sets base_half, which is no lever"
    refused(said, prepare, reference, overrides=uncertain, resume=loaded)
    scenario = load_scenario("russian-border-withdrawal")
    first, *others = scenario.events
    moved = replace(scenario, events=(replace(first, month="2004-03"), *others))
    refused("has an event that the state has not: 2004-03", prepare, [moved], resume=loaded)
    head = {**loaded.head, "events": [["2004-02", "set", {"parameter": "x", "value": 1.0}]]}
    refused("lacks an event", prepare, reference, resume=replace(loaded, head=head))


def test_state_of_another_model_or_a_damaged_one_is_refused(state, tmp_path, monkeypatch):
    damaged, text = tmp_path / "damaged.npz", tmp_path / "text.npz"
    damaged.write_bytes(state.read_bytes()[:-2000])
    text.write_text("no state")
    refused("damaged", load_state, damaged)
    refused("no such file", load_state, tmp_path / "absent.npz")
    refused("not a saved state", load_state, text)
    monkeypatch.setattr(saved, "model_version", lambda: "9.9.9+0")
    refused(r"this is 9\.9\.9\+0", load_state, state)


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
    on = ["run", "status-quo", "--from", path, "--until", "2004-04"]
    for wrong, said in (
        ([*on, "--runs", "7"], "--runs 7: the state"),
        ([*run, *quick, "2004-02"], "exists already"),
        ([*on, "--outcomes", "grievance"], "outcome 'grievance' was not kept"),
    ):
        assert main(wrong) == 2
        assert said in capsys.readouterr().err


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


KINDS = [name for name in TajikistanModel.kinds if name != "regime"]


def kind_of(model: TajikistanModel, name: str) -> Actors[Commander]:
    found: Actors[Commander] = getattr(model, name)
    return found


def test_one_run_has_the_states_of_many_and_facts_are_no_states() -> None:
    few, more = (TajikistanModel(runs=n, end="2004-02") for n in (1, 3))
    for kind in KINDS:
        one, many = kind_of(few, kind), kind_of(more, kind)
        assert list(one.state()) == list(many.state())
        assert list(one[0].state()) == list(many[0].state()) == list(many.state())
    commanders = few.commanders
    assert "trade" not in commanders.state()
    with pytest.raises(AttributeError, match=r"Commander has no state 'trade'"):
        _ = commanders[0].trade
    with pytest.raises(ValueError, match="read-only"):
        commanders.trade[0] = 1.0


HOLDERS = {"": Country, "outside": OutsideWorld, **Country.kinds}


def test_states_have_unit_and_meaning_and_keep_the_declared_shape_and_an_array_each() -> None:
    model = TajikistanModel(runs=3, end="2004-06")
    for _ in range(3):
        held = [getattr(model, holder) if holder else model for holder in HOLDERS]
        for one, (name, declared) in ((h, d) for h in held for d in h.declared.items()):
            assert declared.unit and declared.meaning, name
            assert not (declared.outcome and (declared.own_unit or declared.over)), name
            axes, own = declared.dimensions(one.dimension), bool(one.dimension)
            assert axes[len(axes) - own :] == (one.dimension,)[:own]
            shape = (*(len((DIMENSIONS | PARTS)[d]) for d in axes), 3)
            assert getattr(one, name).shape == shape, name
        for one in held:
            arrays = {name for name, value in vars(one).items() if isinstance(value, np.ndarray)}
            assert arrays == set(one.declared)
        states = {f"{k}.{n}": a for k in KINDS for n, a in kind_of(model, k).state().items()}
        for this, other in combinations(states, 2):
            assert not np.may_share_memory(states[this], states[other]), (this, other)
        model.step()


def test_each_outcome_is_one_state_or_one_flow_or_worked_out_once() -> None:
    states = [declared for kind in HOLDERS.values() for declared in states_of(kind).values()]
    flows = set()
    for module in pkgutil.iter_modules(stages.__path__, stages.__name__ + "."):
        for node in ast.walk(ast.parse(inspect.getsource(import_module(module.name)))):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                holder = getattr(node.value, "attr", getattr(node.value, "id", ""))
                flows |= {node.slice.value} if holder in ("now", "last") else set()
    flows |= set(DEALT)  # counted by name
    ways = Counter([*(s.outcome for s in states if s.outcome), *flows, *MEASURES])
    assert set(ways) == set(load_outcomes())
    assert [name for name, count in ways.items() if count != 1] == []


def test_a_state_changed_in_place_leaves_the_parameters() -> None:
    model = TajikistanModel(runs=2, end="2004-02")
    before = [values.copy() for values in model.values.table()[1]]
    families = {name: model.values.family(name).copy() for name in ("region_devout", "agency_pay")}
    for kind in KINDS:
        for array in kind_of(model, kind).state().values():
            array += 1.0
    np.testing.assert_array_equal(model.values.table()[1], before)
    for name, values in families.items():
        np.testing.assert_array_equal(model.values.family(name), values, err_msg=name)


@pytest.mark.parametrize("runs", sorted({len(x) for x in (AGENCIES, REGIONS, TASKS)}))
def test_as_many_runs_as_actors_are_still_runs(runs: int) -> None:
    """Where two axes are equally long, a wrong one of them would go unseen."""
    options = {"seed": 4, "end": "2004-08", "events": load_scenario("history").events}
    same_record(finished(runs=runs, **options), finished(runs=[3], **options), [3])


def test_one_more_of_each_kind_needs_a_name_and_its_facts() -> None:
    command = [sys.executable, Path(__file__).with_name("data") / "one_more.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    model = finished(runs=2, end="2004-12", parameters="fixed")
    customs, _ = map(float, done.stdout.split())
    assert customs == pytest.approx(float(model.agency["customs"].strength[0]), rel=0.05)
