"""``tajsim claims``: what is simulated, printed and written, and every mistake in one line."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tajsim
import tajsim.analysis.claims as claims_run
from tajsim.analysis import compare
from tajsim.analysis.claims import totals_text
from tajsim.analysis.verdicts import FAILS, HOLDS, NOT_TESTED
from tajsim.cli import main
from tajsim.inputs.scenario_parts import load_scenario, shipped_scenarios

#: The package has a function of the same name.
batches = import_module("tajsim.ensemble.run")

Capture = pytest.CaptureFixture[str]

CLAIM = """
[[claims]]
id = "{id}"
statement = "It does."
document = "matveeva-2004"
line = 163
mechanisms = ["M60"]
outcome = "{outcome}"
window = ["2004-06", "{last}"]
expect = "{expect}"
"""
pytestmark = pytest.mark.usefixtures("all_soon")
LEAST = 'smallest = 0.0\nunit = "absolute"\n'


def scenario(
    folder: Path, name: str, extends: str, *claims: str, pay: int = 30, end: str = "2004-09"
) -> Path:
    """Write a scenario that raises the pay of the army in its second month."""
    file = folder / f"{name}.toml"
    event = '[[events]]\ndate = "2004-02"\nkind = "set"\nparameter = "agency_pay.army"\n'
    event += f"value = {pay}\n"
    text = f'title = "{name}"\nquestion = "Why?"\nextends = "{extends}"\nend = "{end}"\n\n{event}'
    file.write_text(text + "".join(claims), encoding="utf-8")
    return file


def claim(id: str = "a", **fields: str) -> str:
    usual = {"outcome": "pay", "last": "2004-09", "expect": "rises"}
    return CLAIM.format(id=id, **{**usual, **fields})


def test_the_verb_prints_and_writes_every_claim(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = scenario(tmp_path, "mine", "status-quo", claim() + LEAST, claim("b", expect="falls"))
    out = tmp_path / "claims.csv"
    assert main(["claims", str(file), "--runs", "4", "--out", str(out)]) == 0
    assert capsys.readouterr().err == ""
    table = pd.read_csv(out)
    told = [*zip(table["claim"], table["verdict"], table["reference"], strict=True)]
    assert told == [("a", HOLDS, "status-quo"), ("b", FAILS, "status-quo")]
    # The work is divided for two processes, and done in this one.
    simulate = batches.simulate
    here = lambda plan, tell: simulate(replace(plan, workers=1), tell)  # noqa: E731
    monkeypatch.setattr(batches, "simulate", here)
    two = tajsim.claims(file, runs=4, workers=2)
    pd.testing.assert_frame_equal(two[["effect", "low", "high"]], table[["effect", "low", "high"]])
    wanted = {"scenario", "effect", "low", "high", "share", "document", "line", "statement"}
    assert wanted <= set(table)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_it_agrees_with_a_comparison(tmp_path: Path) -> None:
    file = scenario(tmp_path, "mine", "status-quo", claim(outcome="collusion"), claim("b"))
    table = tajsim.claims(file, runs=3)
    found = compare("status-quo", file, runs=3, until="2004-09").claims
    columns = ["claim", "verdict", "share", "effect", "low", "high"]
    pd.testing.assert_frame_equal(table[columns], found[columns])


def test_each_scenario_is_simulated_once_and_only_as_far_as_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str, tuple[str, ...]]] = []
    simulate = batches.simulate

    def spy(plan: Any, progress: Any) -> Any:
        seen.extend((s.name, plan.end, plan.outcomes) for s in plan.scenarios)
        return simulate(plan, progress)

    monkeypatch.setattr(batches, "simulate", spy)
    parent = scenario(tmp_path, "parent", "status-quo", claim())
    theirs = claim(outcome="trust", last="2004-07")
    child = scenario(tmp_path, "child", "parent", theirs, pay=20, end="2004-07")
    other = scenario(tmp_path, "other", "status-quo", claim(last="2004-07"), end="2004-08")
    told: list[tuple[int, int]] = []
    table = tajsim.claims(other, child, parent, runs=2, progress=lambda *n: told.append(n))
    assert list(table["scenario"]) == ["other", "child", "parent"]
    assert list(table["reference"]) == ["status-quo", "parent", "status-quo"]
    mean = ("pay", "strength")  # the mean over agencies weighs them by their people
    assert sorted(seen) == [
        ("child", "2004-07", ("trust",)),
        ("other", "2004-08", mean),
        ("parent", "2004-09", (*mean, "trust")),
        ("status-quo", "2004-09", mean),
    ]
    assert told == sorted(told)
    assert told[-1] == (2000 * (7 + 8 + 9 + 9), 2000 * (7 + 8 + 9 + 9))
    # Claims without a reference need no pair.
    level = '\nagainst = "level"\nlow = 0.0\nhigh = 1.0\n'
    text = claim(outcome="collusion", expect="between") + level
    file = scenario(tmp_path, "alone", "status-quo", text)
    row = tajsim.claims(file, runs=2).iloc[0]
    assert (row["verdict"], row["reference"]) == (HOLDS, "")


def test_totals_count_what_was_not_tested() -> None:
    rows = {"scenario": ["a", "a", "b"], "verdict": [HOLDS, NOT_TESTED, NOT_TESTED]}
    text = totals_text(pd.DataFrame(rows), 20)
    assert text == "3 claims of 2 scenarios, 20 runs each: 1 hold, 2 not tested."


def test_by_default_every_shipped_scenario_with_claims_is_tested() -> None:
    tests, wrong = claims_run.tests_of(())
    names = [name for name in shipped_scenarios() if load_scenario(name).claims]
    assert (wrong, [test.scenario.name for test in tests]) == ([], names)
    assert sum(len(test.scenario.claims) for test in tests) >= 80


def test_all_mistakes_are_told_at_once(tmp_path: Path, capsys: Capture) -> None:
    own = scenario(tmp_path, "status-quo", "status-quo", claim())
    assert main(["claims", "nothing", str(own), "--runs", "-1"]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 3
    assert "the name of the one it extends" in said


def test_an_error_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*plan: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batches, "simulate", stop)
    assert main(["claims", "irpt-ban", "--runs", "2", "--out", str(tmp_path / "t.csv")]) == 130
    assert list(tmp_path.iterdir()) == []
