"""The four diffs of CONTRIBUTING are whole: each applies to the repository and works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_texts import blocks

ROOT = Path(__file__).parents[1]
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
from tajsim.inputs.scenario_parts import check_scenario
assert check_scenario("scenarios/my-question.toml") == []
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
    command = [tool, "-p1", "--fuzz=0", "--forward"]
    done = subprocess.run(command, cwd=tmp_path, input=DIFFS[name], text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run(
        [sys.executable, "-c", FRAME + CHECKS[name]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
