"""Every claim that fails is explained in the documentation."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from docs.generate.claims import TABLE, claims_text, explanations
from docs.generate.markdown import plain
from tajsim.inputs.scenario_parts import load_scenario

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))


def failing() -> set[tuple[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["scenario"], row["claim"]) for row in rows if row["verdict"] == "fails"}


def test_every_failing_claim_says_what_may_be_missing() -> None:
    assert failing()
    assert failing() - set(explanations()) == set()
    text = claims_text()
    assert [key for key in failing() if plain(explanations()[key]) not in text] == []


def test_only_claims_that_exist_are_explained() -> None:
    for scenario, claim in explanations():
        assert claim in [one.id for one in load_scenario(scenario).claims], (scenario, claim)
