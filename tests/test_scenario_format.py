"""The scenario format: settings, units, events, claims, extends, origins, overrides, template."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from conftest import refused
from hypothesis import given, strategies as st
from small_registry import small_registry

from docs.generate.schemas import json_schema
from tajsim.inputs.events import EVENT_KINDS, EventRow
from tajsim.inputs.registry import load_parameters, read_quantity
from tajsim.inputs.scenario_parts import load_scenario, new_scenario
from tajsim.inputs.toml import Problems, event_month, find_places, months_of

DATA = Path(__file__).with_name("data")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a parent and a child, under the small registry."""
    path = tmp_path_factory.mktemp("scenarios")
    for name in ("parent.toml", "child.toml"):
        shutil.copy(DATA / name, path)
    with small_registry():
        yield path


def test_a_child_lays_its_settings_and_events_over_those_of_its_parent(folder: Path) -> None:
    """All that the two files say, as ``child.json`` keeps it, with where each thing stands."""
    child = load_scenario(folder / "child.toml")
    assert set(load_parameters()) < set(child.origins)
    assert child.text.index('title = "Parent"') < child.text.index('title = "Child"')
    (claim,) = load_scenario(folder / "parent.toml").claims
    told = {**asdict(child), "claims of the parent": claim.model_dump()}
    del told["text"]
    now = json.loads(json.dumps(told, default=str).replace(f"{folder}/", ""))
    assert now == json.loads((DATA / "child.json").read_text(encoding="utf-8"))


def test_an_earlier_end_and_overrides_are_laid_over_a_parent(folder: Path) -> None:
    short = folder / "short.toml"
    short.write_text('title = "t"\nquestion = "q"\nextends = "parent"\nend = "2008-12"\n')
    assert [event.month for event in load_scenario(short).events] == ["2008-02"]
    overrides: list[Any] = [["demand=0.7 index", "patience = 0.2"], {"demand": 0.7}]
    for said in overrides:  # as texts or numbers
        child = load_scenario(folder / "child.toml", said)
        assert (child.settings["demand"], child.origins["demand"]) == (0.7, "command line")


@given(data=st.data())
def test_a_setting_within_its_range_loads_to_the_same_value(
    folder: Path, data: st.DataObject
) -> None:
    settable = [row for row in load_parameters().values() if row.role != "constant"]
    row = data.draw(st.sampled_from(settable))
    value = data.draw(st.floats(row.low, row.high))
    bare = data.draw(st.sampled_from([f"{value!r}", f'"{value!r}"', f'"{value!r} {row.unit}"']))
    key = data.draw(st.sampled_from([row.name, f'"{row.name}"']))
    file = folder / "drawn.toml"
    file.write_text(f'title = "t"\nquestion = "q"\nextends = "parent"\n[set]\n{key} = {bare}\n')
    assert load_scenario(file).settings[row.name] == value


def test_new_writes_a_file_that_passes_and_never_overwrites(folder: Path) -> None:
    file = new_scenario(folder / "fresh.toml", folder / "parent.toml")
    assert load_scenario(file).extends == "parent.toml"
    assert all(kind in file.read_text() for kind in EVENT_KINDS)
    before = file.read_text()
    for name, said in (
        ("fresh.toml", "exists already"),
        ("no/such/folder/x.toml", "cannot be written"),
        ("x.txt", r"ends in \.toml"),
    ):
        refused(said, new_scenario, folder / name, folder / "parent.toml")
    assert file.read_text() == before


def test_the_schema_offers_every_name_that_a_file_may_use(folder: Path) -> None:
    schema = json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    settings = schema["properties"]["set"]["properties"]
    assert {"demand", "pay.army", "pay"} < set(settings)
    assert not {"length", "length.khorog"} & set(settings)
    assert set(settings["pay"]["properties"]) == {"army", "border_troops"}
    assert schema["$defs"]["OutcomeName"]["enum"] == ["seized", "collusion", "failed"]
    assert "length.khorog" not in schema["$defs"]["ParameterName"]["enum"]


def test_every_kind_of_event_stands_in_the_list_under_its_own_name() -> None:
    for name, kind in EVENT_KINDS.items():
        assert kind.model_fields["kind"].annotation is not str
        assert name in str(kind.model_fields["kind"].annotation)
        assert kind.__doc__
    assert set(EVENT_KINDS.values()) == set(EventRow.__subclasses__())


def test_dates_of_the_ledger_cover_months_and_those_of_events_have_two_forms() -> None:
    assert months_of("2004") == ("2004-01", "2004-12")
    assert months_of("2004-11") == months_of("2004-11-03") == ("2004-11", "2004-11")
    assert months_of("1990s") == ("1990-01", "1999-12")
    assert months_of("1997/1998") == ("1997-01", "1998-12")
    assert months_of("2005-03/2005-05") == ("2005-03", "2005-05")
    assert months_of("soon") is None
    assert [event_month(text) for text in ("2004-11", "2004-02-29")] == ["2004-11", "2004-02"]
    assert [event_month(text) for text in ("2005-02-29", "20041103")] == [None, None]


@pytest.mark.parametrize("value", [40, 40.0, "40", "40 USD/month", " 4e1  USD/month ", "+40"])
def test_a_value_is_a_number_bare_or_with_its_unit(value: object) -> None:
    assert read_quantity(value, "USD/month") == 40.0


def test_the_line_of_every_key_is_found() -> None:
    text = (DATA / "lines.toml").read_text(encoding="utf-8")
    problems = Problems("lines.toml", find_places(text))
    expected = {
        ("title",): 2,
        ("set",): 5,
        ("set", "pay", "army"): 6,
        ("set", "pay.border_troops"): 7,
        ("events", 0, "date"): 10,
        ("events", 1): 11,
        ("events", 1, "where", "b c", 0, "d"): 12,
        ("events", 1, "more", "deep"): 14,
        ("events", 1, "absent"): 11,
        ("absent",): 1,
    }
    assert {key: problems.line(key) for key in expected} == expected
    assert ("a",) not in [place.path for place in find_places(text)]


@given(st.text(alphabet="[]{}=.,\"'#\n ab\\", max_size=60))
def test_the_scanner_ends_on_any_text(text: str) -> None:
    assert all(place.line >= 1 for place in find_places(text))
