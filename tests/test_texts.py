"""What the texts for readers say works: commands, Python blocks, versions, sources."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tajsim.cli.main import VERBS, build_parser
from tajsim.inputs.ledger import load_documents
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import shipped_scenarios

ROOT = Path(__file__).parents[1]
TEXTS = ("README.md", "CONTRIBUTING.md", "docs/first-steps.md")


def blocks(name: str, language: str = "") -> list[str]:
    """Return the code blocks of a text in a language."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [code for marked, code in found if marked == language]


def commands() -> list[list[str]]:
    """Return the commands that the texts show, without their comments."""
    lines = [line for name in TEXTS for block in blocks(name) for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if not line.startswith("tajsim:")]


def of(program: str) -> list[list[str]]:
    return [words for words in commands() if program in words[:2]]


@pytest.mark.parametrize("words", of("tajsim"), ids=" ".join)
def test_commands_shown_are_understood(words: list[str]) -> None:
    options = vars(build_parser().parse_args(words[1:]))
    named = [options.get("reference"), *(options.get("scenarios") or [])]
    named += [options["scenario"]] if "scenario" in options else []
    known = {*shipped_scenarios(), None}
    assert [name for name in named if name not in known and "my-" not in str(name)] == []


def test_commands_of_dev_py_exist_and_continuous_integration_tests_as_the_readme_does() -> None:
    source, run = ((ROOT / name).read_text(encoding="utf-8") for name in ("dev.py", ".ci/run"))
    shown = {words[2] for words in of("dev.py")}
    assert {"demo", "test"} <= shown
    assert all(f'"{command}": {command}' in source for command in shown)
    assert ["python3", "dev.py", "test"] in of("dev.py")
    assert re.search(r"^python3 dev\.py test\b", run, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "code", [*blocks("README.md", "python"), *blocks("docs/first-steps.md", "python")]
)
def test_python_shown_runs(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    small = re.sub(r"runs=\d+, seed=1\)", 'runs=2, until="2005-06")', code)
    small = re.sub(r"runs=\d+", "runs=2", small)
    names: dict[str, Any] = {}
    exec(compile(small, "README.md", "exec"), names)
    assert capsys.readouterr().out


def test_the_readme_names_every_verb_and_source_and_parameters_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"agency_pay(?:\.|__)(\w+)", text)) - {"border_trops"}
    assert named and all(f"agency_pay.{name}" in load_parameters() for name in named)
    assert [verb for verb in VERBS if not re.search(rf"tajsim {verb} ", text)] == []
    rows = re.findall(r"^\| ((?:\w+-)+\w+) \|", text.partition("\n## Sources\n")[2], re.M)
    assert sorted(rows) == sorted(load_documents())


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project['version']}\n" in citation
    assert f"\n## {project['version']}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


DIFFS = dict(
    zip(("rule", "outcome", "actor", "scenario"), blocks("CONTRIBUTING.md", "diff"), strict=True)
)

#: What shows that a change works, run on the changed copy. `run` simulates, all else held.
FRAME = """
import numpy as np
from tajsim import TajikistanModel

def run(end="2004-04", **options):
    model = TajikistanModel(runs=3, end=end, parameters="fixed", **options)
    model.run_to_end()
    return model
"""
CHECKS = {
    "rule": """
from tajsim.model.country import readers
assert readers()["absence_share"] == ["rules.border_guard.present"]
none, some = (run(settings={"absence_share": share}) for share in (0.0, 0.3))
assert (some.agencies.deployment.sum(axis=(0, 1)) < none.agencies.deployment.sum(axis=(0, 1))).all()
""",
    "outcome": """
model = run(outcomes=["collusion_risk"])
series = model.record["collusion_risk"]
assert (series[model.agencies.names.index("customs")] > 0.0).all()
np.testing.assert_array_equal(series[:, -1], model.agencies.watch.astype(np.float32))
""",
    "actor": """
model = run()
new = model.agency["financial_police"]
assert (abs(new.strength - 500) < 50).all() and (new.pay > 0.0).all()
assert model.record["collusion"].shape[0] == 9
assert (model.record["predation"][new.rank] > 0.0).all()
""",
    "scenario": """
from tajsim import load_scenario
names = "scenarios/my-question.toml", "scenarios/status-quo.toml"
changed, reference = map(load_scenario, names)
new, old = (run(events=each.events, end="2005-03") for each in (changed, reference))
assert (new.agency["border_troops"].pay > 10.0 * old.agency["border_troops"].pay).all()
assert [claim.outcome for claim in changed.claims] == ["collusion"]
""",
}


@pytest.mark.parametrize("name", DIFFS)
def test_the_diff_applies_and_works(name: str, tmp_path: Path) -> None:
    tool = shutil.which("patch")
    if not tool:
        pytest.skip("there is no patch here")
    shutil.copytree(ROOT / "src", tmp_path / "src")
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    changed = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
    for command, given in (
        ([tool, "-p1", "--fuzz=0", "--forward"], DIFFS[name]),
        ([sys.executable, "-"], FRAME + CHECKS[name]),
    ):
        done = subprocess.run(
            command, cwd=tmp_path, input=given, env=changed, text=True, capture_output=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
