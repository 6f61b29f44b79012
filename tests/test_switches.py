"""Switches: what is held, by every name and on every way to a run; files; ablation."""

import ast
from collections import namedtuple
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import finished, refused, same_record

import tajsim
import tajsim.analysis.ablation as ablation
from tajsim.agents.regime import Regime
from tajsim.analysis.verdicts import FAILS, HOLDS, NOT_TESTED
from tajsim.app.state import command, plan_of, read_state
from tajsim.cli.main import main
from tajsim.ensemble.dataset import load_state
from tajsim.ensemble.run import prepare, simulate
from tajsim.inputs import switches
from tajsim.inputs.experiment import load_experiment
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.inputs.switches import Switches
from tajsim.model.model import TajikistanModel
from tajsim.model.snapshot import packed, put_back, take, unpacked

SOURCE = Path(tajsim.__file__).parent
END = "2004-06"
pytestmark = pytest.mark.usefixtures("all_soon")
#: What may call a rule itself: the chronicle, for the runs in which something happens.
CHRONICLE = {"_way_cause"}
Capture = pytest.CaptureFixture[str]


def model(without: object = (), **options: object) -> TajikistanModel:
    return finished(**{"runs": 3, "end": END, "without": without, **options})


def direct_calls(tree: ast.Module) -> list[str]:
    """Return the rules that a module calls without `apply`."""
    nodes = [*ast.walk(tree)]
    named = [(n.module or "", a) for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names]
    named += [(a.name, a) for n in nodes if isinstance(n, ast.Import) for a in n.names]
    local = {a.asname or a.name for home, a in named if home.startswith("tajsim.rules")}
    allowed = {
        id(call)
        for function in nodes
        if isinstance(function, ast.FunctionDef) and function.name in CHRONICLE
        for call in ast.walk(function)
    }
    called = [
        ast.unparse(n.func) for n in nodes if isinstance(n, ast.Call) and id(n) not in allowed
    ]
    rules = {name for name in local if name.islower()}
    return [name for name in called if name in rules or name.rpartition(".")[0] in rules]


def test_rules_are_reached_through_apply_alone() -> None:
    files = [path for part in ("agents", "model") for path in (SOURCE / part).rglob("*.py")]
    found = {path.name: direct_calls(ast.parse(path.read_text("utf-8"))) for path in files}
    assert {name: calls for name, calls in found.items() if calls} == {}
    for text in ("from tajsim.rules import aid", "import tajsim.rules.aid as aid"):
        assert direct_calls(ast.parse(f"{text}\naid.wanted(1)")) == ["aid.wanted"]


def test_names_stand_for_rules() -> None:
    volume = switches.load_rules()["drug_market.volume"]
    assert switches.held_rules("volume") == switches.held_rules(["drug_market.volume"]) == {volume}
    assert volume in switches.held_rules("drug_market")
    mechanism = switches.ids_in(volume.__doc__ or "")[0]
    both = switches.held_rules(f"{mechanism}, state")
    assert volume in both
    assert switches.load_rules()["state.polity"] in both
    said = refused(".", switches.held_rules, ["milittants", "fear_step", "no-such"])
    assert "did you mean 'militants'?" in said[0]
    assert "grievance.fear_step, loyalty.fear_step" in said[1]
    bare = next(name for name, rules in switches.switchable().items() if not rules)
    assert "no rule carries" in switches.why_not(bare)


@pytest.mark.parametrize("name", ["M47", "state", "state.strain_step", "control_step"])
def test_answers_are_held_from_the_first_month_on(name: str) -> None:
    held = TajikistanModel(runs=3, end=END, without=name)
    held.step()
    first = {key: [a.copy() for a in found] for key, found in held.values.switches.answers.items()}
    assert first
    held.run_to_end()
    for key, found in first.items():
        now = held.values.switches.answers[key]
        assert all(np.array_equal(a, b) for a, b in zip(found, now, strict=True)), key


def test_a_state_whose_step_is_held_stays_and_others_move() -> None:
    held, plain = model("strain_step").record, model().record
    assert (held["strain"] == held["strain"][:1]).all()
    assert (plain["strain"][-1] != plain["strain"][0]).any()
    assert (held["heroin_entering"][..., -1, :] != held["heroin_entering"][..., 0, :]).any()


def test_a_run_alone_is_the_run_among_others() -> None:
    same_record(model("drug_market", runs=[1, 3, 5]), model("drug_market", runs=[3]), [1])


def test_every_question_of_a_month_and_every_make_of_answer() -> None:
    parts = namedtuple("parts", "push reasons")

    def rule(x: float) -> parts:
        return parts(np.full(2, x), (x, np.arange(2)))

    found = Switches([rule])
    for month in range(3):
        found.new_month()
        for x in (1.0, 5.0):
            answer = found.answer(rule, rule(x + month))
            assert isinstance(answer, parts)
            assert (answer.push == x).all()
            assert answer.reasons[0] == x
            answer.push[:] = -1.0  # whoever asked may change what he got
        found.holding = True
    assert found.answer(np.add, 3) == 3


def test_a_rule_of_ones_own_is_held() -> None:
    def spared(trust: np.ndarray, month: int) -> np.ndarray:
        return trust * 0.0 + float(month >= 0)

    class Mine(Regime):
        def choose_effort(self) -> None:
            super().choose_effort()
            self.trust = self.apply(spared, self.trust, month=self.model.months_run)

    class Model(TajikistanModel):
        kinds = {**TajikistanModel.kinds, "regime": Mine}  # noqa: RUF012

    with np.errstate(invalid="raise", divide="raise", over="raise"):
        made = Model(runs=2, end=END, without=[spared])
        made.run_to_end()
    ((held,),) = made.values.switches.answers.values()
    assert (held <= 0.0).all()
    assert (made.regime.trust < 0.1).all()


@pytest.mark.parametrize(
    ("scenario", "without"),
    [("history", "violence"), ("western-turn", "deals"), ("russian-base-leaves", "M17,grievance")],
)
def test_no_number_is_lost_where_rules_are_held(scenario: str, without: str) -> None:
    found = load_scenario(scenario)
    options = {"runs": 6, "seed": 3, "end": "2010-12", "parameters": "prior"}
    with np.errstate(invalid="raise", divide="raise", over="raise"):
        made = model(without, settings=found.settings, events=found.events, **options)
    assert (made.people.balance[1:] > -1e-6).all()


def test_saved_states_keep_what_is_held(tmp_path: Path) -> None:
    whole, first = model("M47,aid"), model("M47,aid", end="2004-03")
    second = TajikistanModel(runs=3, end=END, without=["M47", "aid"])
    put_back(second, unpacked(packed(take(first))))
    second.run_to_end()
    same_record(whole, second)
    plan = prepare(["status-quo"], runs=2, until="2004-03", without="M47")
    simulate(plan, save_to=tmp_path / "state.npz")
    state = load_state(tmp_path / "state.npz")
    on = prepare(["status-quo"], until=END, resume=state, without="M47")
    again = prepare(["status-quo"], runs=2, until=END, without="M47")
    assert simulate(on)["strain"].equals(simulate(again)["strain"])
    said = "is without nothing, the state without M47"
    refused(said, prepare, ["status-quo"], until=END, resume=state)


def test_with_and_without_are_compared_and_named(capsys: Capture) -> None:
    found = tajsim.compare("status-quo", without="M47", runs=3, until=END, variance=False)
    assert found.table["scenario"].unique() == ["status-quo-without-M47"]
    assert found.dataset.attrs["without"] == '{"status-quo": [], "status-quo-without-M47": ["M47"]}'
    assert "without=['M47']" in found.dataset.attrs["command"]
    said = ["compare", "status-quo", "--without", "M47", "--without", "state,aid"]
    assert main([*said, "--runs", "2", "--until", END, "--no-variance"]) == 0
    out = capsys.readouterr().out
    assert "without M47, state, aid: 2 paired histories are too few" in " ".join(out.split())
    assert main([*said, "--runs", "2", "--until", END, "--no-variance", "--full"]) == 0
    out = capsys.readouterr().out
    assert "status-quo-without-M47-state-aid against status-quo" in out
    assert "Without M47, state, aid: what its rules answer is held." in out


def test_the_dashboard_takes_a_switch(tmp_path: Path) -> None:
    state = read_state("scenario=status-quo&without=M47,state", ["status-quo"])
    assert {s.without for s in plan_of(state, tmp_path).scenarios} == {("M47", "state")}
    assert "without=M47%2Cstate" in state.query()
    assert "--without M47,state" in command(state)
    refused("did you mean", read_state, "scenario=status-quo&without=statte", ["status-quo"])


def test_files_inherit_and_tell_mistakes(tmp_path: Path) -> None:
    def write(name: str, extends: str, off: str) -> Path:
        path = tmp_path / name
        text = f'title = "T"\nquestion = "Q?"\nextends = "{extends}"\n[mechanisms]\noff = {off}\n'
        path.write_text(text, "utf-8")
        return path

    parent = write("parent.toml", "status-quo", '["M47"]')
    child = write("child.toml", "parent", '["state", "M47"]')
    scenario = load_scenario(child)
    assert scenario.without == ("M47", "state")
    assert scenario.origins["without M47"].endswith("parent.toml:5")
    assert tajsim.run(child, runs=2, until=END)["scenario"].values == ["child"]
    assert scenario.holding("M47") is scenario
    (line,) = refused(
        "milittants", load_scenario, write("wrong.toml", "status-quo", '["milittants"]')
    )
    assert line.endswith("did you mean 'militants'?")
    assert "wrong.toml:5: mechanisms.off: " in line
    text = (SOURCE.parents[1] / "experiments/border-pay-or-aid.toml").read_text("utf-8")
    experiment = tmp_path / "mine.toml"
    experiment.write_text(text + f'\n[mechanisms]\noff = ["{parent.stem}"]\n', "utf-8")
    refused("unknown mechanism, rule or theme", load_experiment, experiment)
    experiment.write_text(text + '\n[mechanisms]\noff = ["M47"]\n', "utf-8")
    assert {s.without for s in load_experiment(experiment).scenarios} == {("M47",)}


def test_ablation_tells_what_is_carried_and_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    level = np.arange(1.0, 9.0)
    plain = {part: {"c": HOLDS} for part in ablation.PARTS} | {"outcomes": {"a": level}}
    moved = plain | {"outcomes": {"a": 2.0 * level}, "claims": {"c": FAILS}}
    asked: list[tuple[str, ...]] = []

    def look(rules: tuple[str, ...], *_: object, **__: object) -> ablation.Look:
        asked.append(tuple(rules))
        return moved if "state.polity" in rules else plain

    monkeypatch.setattr(ablation, "_look", look)
    out = tmp_path / "ablation.csv"
    table = ablation.ablate("state", "volume,drug_market.volume", runs=2, out=out)
    assert asked == [(), ablation.units()["state"], ("drug_market.volume",)]
    assert list(table["name"]) == ["state", "volume drug_market.volume"]
    assert table["outcomes"][0] == "a +100 %"
    assert table["claims"][0] == "c holds > fails"
    assert "1 carry nothing: volume" in ablation.ablation_text(table)
    assert ablation.ablate("state", runs=2, out=out).equals(table[:1])
    assert len(asked) == 3
    refused("holds rows of runs 2, not 3", ablation.ablate, "state", runs=3, out=out)


def test_claims_need_restate_or_hold_without(monkeypatch: pytest.MonkeyPatch) -> None:
    own, asked = {*switches.switchable()["M47"]}, dict[str, list[set[str]]]()
    alone, names = {"same": 1.1, "needs": 0.1}, ["same", "holds", "needs", "check"]

    def holding(rules: list[str], claim: str) -> pd.DataFrame:
        asked.setdefault(claim, []).append({*rules})
        stands = claim == ("check" if len(rules) > len(own) else "holds")
        return pd.DataFrame({"verdict": [HOLDS if stands else FAILS], "effect": alone.get(claim)})

    test = SimpleNamespace(scenario=SimpleNamespace(name="s"), holding=holding)
    monkeypatch.setattr(ablation, "tests_of", lambda _: ([test], []))
    monkeypatch.setattr(ablation, "tested", lambda tests, *_: tests)
    base = {"scenario": "s", "claim": names, "mechanisms": "M47", "expect": "rises", "effect": 1.0}
    told = [ablation.RESTATES, ablation.HOLDS_WITHOUT, ablation.NEEDS, ablation.CHECK]
    assert [*ablation.needed(pd.DataFrame({**base, "verdict": HOLDS}))["mechanism"]] == told
    bare, middle, rest = every = asked["same"]
    assert asked == {"same": every, "needs": every, "holds": [bare, own], "check": [bare]}
    assert {*switches.load_rules()} - own == rest > bare - own > middle - own == set()


def test_one_real_look(monkeypatch: pytest.MonkeyPatch) -> None:
    others = pd.DataFrame({"sign": ["s"], "verdict": [HOLDS]})
    monkeypatch.setattr(ablation, "signs", lambda **_: others)
    monkeypatch.setattr(ablation, "claims", partial(ablation.claims, "irpt-ban"))
    shown = {"target": ["n", "e"], "kind": ["number", "event"], "covered": [0.0, np.nan]}
    scores = pd.DataFrame({**shown, "percentile": [0.5, 0.5]})
    monkeypatch.setattr(ablation, "validate", lambda **_: SimpleNamespace(table=scores))
    draws = {"runs": 2, "seed": 1, "parameters": "fixed", "workers": 1}
    seen = ablation._look(["state.polity"], None, draws)
    assert seen["outcomes"] and seen["targets"] == {"n": "missed", "e": "met"}
    assert all(name.startswith("irpt-ban:") for name in seen["claims"])
    assert NOT_TESTED not in seen["claims"].values()
