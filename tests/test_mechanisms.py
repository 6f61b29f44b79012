"""The table of mechanisms: complete, true to the code and the scenarios, each row tested."""

import re
from functools import cache
from pathlib import Path

import pytest
from rule_inputs import all_rules
from test_figures import LINES

import tajsim.analysis.mechanisms as mechanisms
import tajsim.inputs.ledger as ledger
from docs.generate.mechanisms import page
from tajsim.cli import main
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import load_families, load_parameters
from tajsim.inputs.scenario_parts import shipped_scenarios
from tajsim.inputs.signs import load_signs
from tajsim.inputs.targets import load_targets

ROOT = Path(__file__).parents[1]
#: The names that each test file calls, imports or lists.
TESTS = {
    path.name: {*re.findall(r"\b(\w+)\b(?=[(,)\n])", path.read_text(encoding="utf-8"))}
    for path in (ROOT / "tests").glob("*.py")
}
#: Rows and rules whose signs are tried.
TRIED = {
    word
    for name in ("data/rule-signs.txt", "data/rule-facts.txt", "test_mechanism_signs.py")
    for word in re.findall(r"\w+", (ROOT / "tests" / name).read_text(encoding="utf-8"))
}
TABLE = ledger.load_mechanisms()
#: The rows of the documents' statements, by the letter of their chapter.
ROWS = {"M": 133, "P": 27, "S": 29, "E": 22, "O": 28, "X": 24}
MODELLED = [m.id for m in ledger.with_status("modelled")]
Capture = pytest.CaptureFixture[str]


def test_every_row_of_the_documents_stands_in_the_table_once() -> None:
    expected = [f"{letter}{n:02d}" for letter, last in ROWS.items() for n in range(1, last + 1)]
    text = (ROOT / "src/tajsim/data/mechanisms.csv").read_text(encoding="utf-8")
    written = [line.partition(",")[0] for line in text.splitlines()[1:]]
    assert len(expected) == 263 and sorted(written) == sorted(expected) == sorted(TABLE)
    assert len({m.statement for m in TABLE.values()}) == len(TABLE)
    named = {i for outcome in load_outcomes().values() for i in outcome.mechanisms}
    assert named | set(mechanisms.claims_by_mechanism()) <= set(TABLE)


@pytest.mark.parametrize("m", TABLE.values(), ids=TABLE)
def test_a_row_is_well_formed(m: ledger.Mechanism) -> None:
    assert re.fullmatch(r"[A-Z][^.!?\"|]{20,140}\.", m.statement), "one short sentence of our own"
    assert m.sources
    for source in m.sources:
        document, lines = re.fullmatch(r"(.+):(\d{1,3}(?:-\d{1,3})?)", source).groups()
        first, last = int(lines.split("-")[0]), int(lines.split("-")[-1])
        assert 1 <= first <= last <= LINES[document]
    assert m.status in ledger.STATUSES and m.grade in ledger.GRADES
    assert bool(m.reason) == (m.grade in ("by omission", "label"))
    assert m.status in ("modelled", "in a scenario") or m.reason
    assert bool(m.scenario) == (m.status == "in a scenario")


def test_modelled_is_what_a_docstring_names() -> None:
    """A rule that names a new row: set its status in the table, and write the page again."""
    index = mechanisms.mechanism_index()
    assert set(index) == set(TABLE), "a docstring names an id that does not exist"
    assert {identity for identity, places in index.items() if places} == set(MODELLED)
    read = mechanisms.parameters_of(("rules.corruption.collusion_aim",))
    assert "bribery_norm" in read and set(read) <= set(load_families())
    told = "Mechanisms: M47, E09 (and M47); not M134, X25, M4 or XM47."
    assert ledger.ids_in(told) == ["M47", "E09"]


def test_a_choice_or_rule_is_shown_by_something_that_exists() -> None:
    claims = [c for told in mechanisms.claims_by_mechanism().values() for c in told]
    named = {sign.id for sign in load_signs().signs.values()} | {*load_targets()}
    named |= {claim.partition(": ")[2] for claim in claims}
    named |= {p.name for p in load_parameters().values() if p.role == "uncertainty"}
    for m in TABLE.values():
        if m.grade in ("choice", "rule"):
            assert mechanisms.shown_by(m.id) and set(mechanisms.shown_by(m.id)) <= named, m.id
        else:
            assert not m.shown, m.id


@pytest.mark.parametrize("identity", [m.id for m in ledger.with_status("in a scenario")])
def test_the_named_scenario_names_the_row(identity: str) -> None:
    name = TABLE[identity].scenario
    assert name in shipped_scenarios()
    text = (ROOT / "scenarios" / f"{name}.toml").read_text(encoding="utf-8")
    assert identity in ledger.ids_in(text)


RULES = {f"{rule.__module__}.{rule.__name__}" for rule in all_rules().values()}


def test_carrying_rules_are_called() -> None:
    """A rule that no actor, stage or other rule calls carries nothing."""
    called = {
        name
        for part in ("rules", "agents", "model")
        for path in (ROOT / "src/tajsim" / part).rglob("*.py")
        for name in re.findall(r"(?<!def )\b(\w+)\b(?=[(,)])", path.read_text(encoding="utf-8"))
    }
    carrying = {where for places in mechanisms.mechanism_index().values() for where in places}
    rules = {where for where in carrying if f"tajsim.{where}" in RULES}
    assert [where for where in rules if where.rpartition(".")[2] not in called] == []


@cache
def tried_in(where: str) -> set[str]:
    """Return the test files that name a function, and those that try every rule in its range.

    A stage or a method counts as tested where its own name, called or imported, is in a test.
    """
    name = where.rpartition(".")[2]
    named = {file for file, names in TESTS.items() if name in names}
    named |= {"test_mechanism_signs.py"} if name in TRIED else set()
    return named | ({"test_rules_ranges.py"} if f"tajsim.{where}" in RULES else set())


@cache
def covering(identity: str) -> set[str]:
    """Return the test files that try a row; claims are tried with their scenarios."""
    tried = {file for where in mechanisms.mechanism_index()[identity] for file in tried_in(where)}
    tried |= {"test_mechanism_signs.py"} if identity in TRIED else set()
    claimed = identity in mechanisms.claims_by_mechanism()
    return tried | ({"test_scenarios_run.py"} if claimed else set())


def test_every_modelled_row_is_tested_by_more_than_its_range() -> None:
    ranges = {"test_rules_ranges.py"}
    assert [identity for identity in MODELLED if covering(identity) <= ranges] == []
    assert ranges <= tried_in("rules.corruption.collusion_aim")
    assert tried_in("rules.drug_market.no_such_rule") == set()


def test_the_page_is_current() -> None:
    """Write it again with ``python -m docs.generate.mechanisms > docs/mechanisms.md``."""
    assert (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8") == page()


def test_the_verb_lists_all_with_counts(capsys: Capture) -> None:
    assert main(["mechanisms"]) == 0
    *said, last = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said[2:-1]] == list(TABLE)
    assert last == mechanisms.counts(TABLE.values()) and last.startswith("263 mechanisms: ")
