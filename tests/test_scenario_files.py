"""The shipped scenarios: clean, one change each, documented, and valid under the shipped schema."""

import tomllib
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

import tajsim.inputs.scenario_parts as scenarios
from docs.generate.schemas import json_schema, schema_text
from tajsim.axes import EXITS, REGIONS, SECTIONS
from tajsim.errors import messages_of
from tajsim.inputs.deals import load_deals
from tajsim.inputs.ledger import load_documents, load_figures
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import new_scenario, schema_path
from tajsim.results.numbers import display_name, parameter_name

NAMES = scenarios.shipped_scenarios()
REFERENCE = "status-quo"
load = cache(scenarios.load_scenario)


def same(one: scenarios.Scenario, other: scenarios.Scenario) -> bool:
    """Return whether two scenarios are the same to the model."""
    ours = [(event.month, event.kind, event.arguments) for event in one.events]
    theirs = [(event.month, event.kind, event.arguments) for event in other.events]
    return one.settings == other.settings and ours == theirs


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_is_clean_and_lies_over_the_reference(name: str) -> None:
    scenario = load(name)
    assert (scenario.start, scenario.end) == ("2004-01", "2020-12")
    assert scenario.question.endswith("?")
    if name == REFERENCE:
        # Only what nobody in the country decides: levers of the outside world.
        outside = {"militant_pressure"}
        assert scenario.settings == {}
        assert {e.kind for e in scenario.events} == {"set"}
        assert {str(e.arguments["parameter"]).split(".")[0] for e in scenario.events} == outside
    else:
        assert scenario.text.startswith(f"# scenarios/{REFERENCE}.toml\n")
        assert not same(scenario, load(scenario.extends or ""))
    # Events are in order and name their figures or say why not.
    events = scenario.events
    assert [event.month for event in events] == sorted(event.month for event in events)
    text = scenarios.scenario_path(name).read_text(encoding="utf-8").lower()
    undocumented = [e for e in events if not e.figures and name in e.where]
    assert not undocumented or "assumption" in text
    for event in events:
        assert len(event.label) <= 40
        assert set(event.figures) <= set(load_figures())
    # Every scenario says what the documents expect of it.
    assert name == REFERENCE or len(scenario.claims) >= 3
    for claim in scenario.claims:
        assert claim.document in load_documents()
        assert claim.mechanisms
        assert set(claim.where) <= set(load_outcomes()[claim.outcome].dimensions)
        assert name == "history" or claim.against == "reference"


def test_a_shipped_scenario_shows_its_files_as_origins() -> None:
    scenario = load("withdrawal-with-border-pay")
    assert scenario.origins["start"].startswith(f"scenarios/{REFERENCE}.toml:")
    (pay,) = [e for e in scenario.events if "agency_pay" in str(e.arguments.get("parameter"))]
    assert pay.where.startswith("scenarios/withdrawal-with-border-pay.toml:")
    assert set(load_parameters()) <= set(scenario.origins)


def test_the_shipped_schemas_are_current_and_accept_what_is_shipped(tmp_path: Path) -> None:
    for kind in ("scenario", "experiment"):
        known = schema_path().with_name(f"{kind}.schema.json").read_text(encoding="utf-8")
        assert known == schema_text(kind), "renew it: python -m docs.generate.schemas"
    Draft202012Validator.check_schema(json_schema())
    files = [scenarios.scenario_path(name) for name in NAMES]
    for file in [*files, new_scenario(tmp_path / "new.toml", REFERENCE)]:
        assert not refusals(file.read_text(encoding="utf-8"))


def refusals(text: str) -> list[ValidationError]:
    """Return what the schema says of a text."""
    return list(Draft202012Validator(json_schema()).iter_errors(tomllib.loads(text)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('section = "khorog"', 'section = "khorogh"'),
        ('kind = "handover"', 'kind = "handovr"'),
        ("title =", "tilte ="),
        ('expect = "falls"', 'expect = "fall"'),
        ('section = "khorog"', "months = 0"),
    ],
)
def test_the_schema_refuses_what_the_check_refuses(old: str, new: str, tmp_path: Path) -> None:
    text = scenarios.scenario_path("russian-border-withdrawal").read_text(encoding="utf-8")
    file, wrong = tmp_path / "wrong.toml", text.replace(old, new, 1)
    file.write_text(wrong, encoding="utf-8")
    assert messages_of(scenarios.load_scenario, file) and refusals(wrong)


@pytest.mark.parametrize("parent", NAMES)
def test_a_new_file_is_its_parent_until_it_is_edited(parent: str, tmp_path: Path) -> None:
    assert same(scenarios.load_scenario(new_scenario(tmp_path / "new.toml", parent)), load(parent))


def test_the_commented_examples_of_a_new_file_are_right(tmp_path: Path) -> None:
    file = new_scenario(tmp_path / "new.toml", REFERENCE)
    lines = file.read_text(encoding="utf-8").splitlines()
    keys = "[hold] deals [[ date kind commander label figures start end id statement document line"
    starts = (*f"{keys} mechanisms outcome window expect against".split(), *load_parameters())
    used = [x.removeprefix("# ") if x.removeprefix("# ").startswith(starts) else x for x in lines]
    file.write_text("\n".join(used), encoding="utf-8")
    inherited = load(REFERENCE).events
    own = {e.holds: e for e in scenarios.load_scenario(file).events if e not in inherited}
    assert own.pop(True) and len(own) == len(scenarios.load_scenario(file).claims) == 1
    assert scenarios.load_scenario(file).settings


def test_labels_fit_a_picture() -> None:
    """Titles of scenarios, labels of outcomes, deals and parameters, places: at most 28."""
    labels = [load(name).title for name in NAMES]
    labels += [outcome.label for outcome in load_outcomes().values()]
    labels += [deal.label for deal in load_deals().values()]
    labels += [display_name(place) for place in (*SECTIONS, *REGIONS, *EXITS)]
    labels += map(parameter_name, load_parameters())
    assert [label for label in labels if len(label) > 28] == []
    assert len(set(labels)) == len(labels)


def test_the_schema_tells_one_error_for_a_mistake_and_loads_from_anywhere() -> None:
    head = 'title = "t"\nquestion = "q"\nextends = "status-quo"\n'
    assert "$id" not in json_schema() and "null" not in schema_text()
    event = '[[events]]\ndate = "2005-01"\nkind = "dismiss"\ncommander = "mirzoev"\n'
    mistakes = {
        '[hold]\ndeals = ["none"]\n': "none",
        event.replace("mirzoev", "nobody"): "nobody",
        event.replace('"dismiss"', '"dismis"'): "dismis",
        event + "montsh = 3\n": "montsh",
    }
    for text, named in mistakes.items():
        (error,) = refusals(head + text)
        assert named in error.message and not error.context
