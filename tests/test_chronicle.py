"""The chronicle: kept sparsely, the same whatever runs beside it, in agreement with the series."""

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_type_hints

import numpy as np
import pytest
import xarray as xr
from conftest import finished
from rule_inputs import all_rules

import tajsim
from tajsim.axes import REGIONS, Array
from tajsim.ensemble import load_results, run, save
from tajsim.inputs.ledger import THRESHOLDS, load_causes, load_kinds
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.chronicle import BLOCK, Chronicle, Pick, Watch, largest
from tajsim.results.chronicle import event_table

pytestmark = pytest.mark.usefixtures("compiled_runs")

RUNS = 12


@pytest.fixture(scope="module")
def history() -> xr.Dataset:
    """History with what the model keeps, whole, for a few runs."""
    return run("history", runs=RUNS, seed=1, parameters="prior")


def count(data: xr.Dataset, *kinds: str, actor: str = "", target: str = "") -> Array:
    """Return how many events of some kinds stand in each month and run, ``(month, run)``."""
    table = event_table(data)
    table = table[table["kind"].isin(kinds)]
    for column, name in (("actor", actor), ("target", target)):
        table = table[table[column] == name] if name else table
    months = [str(m) for m in data["month"].values.astype("datetime64[M]")]
    found = np.zeros((len(months), data.sizes["run"]))
    for row in table.itertuples():
        found[months.index(str(row.month)), int(str(row.run))] += 1
    return found


@pytest.mark.parametrize(
    ("outcome", "kinds", "column"),
    [
        ("purges", ("dismissed", "arrested"), "actor"),
        ("bargains", ("bargain", "settled"), "actor"),
        ("mutinies", ("mutiny",), "actor"),
        ("defections", ("defection",), "actor"),
        ("operations", ("operation",), "target"),
        ("killings", ("killing",), "target"),
    ],
)
def test_events_agree_with_their_series(
    history: xr.Dataset, outcome: str, kinds: tuple[str, ...], column: str
) -> None:
    series = history[outcome].sel(scenario="history")
    for place in series[series.dims[0]].values:
        assert (count(history, *kinds, **{column: place}) == series.loc[place].values).all(), place


def test_the_first_month_of_a_protest_is_told(history: xr.Dataset) -> None:
    """A riot counts as a protest in the series, but is told as a riot."""
    data = history.sel(scenario="history")
    for name in REGIONS:
        series, riots = (data[outcome].sel(region=name).values for outcome in ("protest", "riots"))
        found = count(history, "protest", actor=name)
        fresh = (riots == 0) & (np.vstack([np.zeros(RUNS), series[:-1]]) == 0)
        assert (found <= series).all()
        assert (found[fresh] == series[fresh]).all()


def test_the_state_agrees_with_its_series(history: xr.Dataset) -> None:
    data = history.sel(scenario="history")
    polity = data["polity"].values
    changed = np.vstack([np.zeros(RUNS), polity[1:] != polity[:-1]])
    assert (count(history, "polity") == changed).all()
    ladder = data["repression_step"].values
    taken = count(history, "repression_step") - count(history, "repression_eased")
    assert (taken.sum(axis=0) <= ladder[-1]).all()
    assert (count(history, "attack") == data["incidents"].values).all()
    attempts = data["incursions"].sum("militant_group").values
    assert (count(history, "crossing") == attempts).all()
    closed = (ladder >= 3).any(axis=0)
    assert ((count(history, "party_closed").sum(axis=0) > 0) == closed).all()


def test_a_run_alone_tells_the_same(history: xr.Dataset) -> None:
    keys = [history[f"event_{name}"].values for name in ("month", "run", "scenario")]
    assert (np.lexsort(keys) == np.arange(history.sizes["event"])).all(), "sorted, order kept"
    events = [event for event in load_scenario("history").events if event.month <= "2007-12"]
    options = {"end": "2007-12", "parameters": "prior", "outcomes": ["polity"]}
    model = finished(runs=[5], seed=1, events=events, **options)
    alone = model.chronicle.columns()
    here = (history["event_run"].values == 5) & (
        history["event_month"].values < np.datetime64("2008-01")
    )
    assert here.sum() == len(alone["run"]) > 10
    for name in ("kind", "actor", "target", "cause", "size"):
        np.testing.assert_array_equal(alone[name], history[f"event_{name}"].values[here])


def test_events_survive_a_file(history: xr.Dataset, tmp_path: Path) -> None:
    path = save(history, tmp_path / "results.nc")
    assert event_table(load_results(path)).equals(event_table(history))
    plain = xr.open_dataset(path, engine="netcdf4")
    kinds = plain["event_kinds"][plain["event_kind"]].values.astype(str)
    assert "dismissal_order" in kinds


def test_every_kind_and_cause_is_noted_somewhere() -> None:
    folders = [Path(tajsim.__file__).parent / name for name in ("model", "rules")]
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in paths)
    # Causes go by the fields of the named tuples that rules answer.
    answers = [get_type_hints(rule).get("return") for rule in all_rules().values()]
    terms = {field for answer in answers for field in getattr(answer, "_fields", ())}
    names = {*load_kinds(), *load_causes()} - terms
    assert [name for name in names if f'"{name}"' not in source] == []


def simulated(case: dict[str, Any]) -> set[str]:
    """Return the kinds of events that a crafted setting brings."""
    events = []
    for text in case.pop("events"):
        month, kind, *given = text.split()
        arguments = {name: number(told) for name, told in (pair.split("=") for pair in given)}
        events.append(SimpleNamespace(month=month, kind=kind, arguments=arguments))
    model = finished(runs=12, events=events, outcomes=["polity"], parameters="prior", **case)
    names = list(load_kinds())
    return {names[code] for code in model.chronicle.columns()["kind"]}


def number(told: str) -> str | float:
    return told if told[-1].isalpha() else float(told)


def test_every_kind_of_event_occurs(history: xr.Dataset) -> None:
    cases = Path(__file__).with_name("data") / "crafted.toml"
    seen = set(event_table(history)["kind"])
    for case in tomllib.loads(cases.read_text(encoding="utf-8"))["case"]:
        seen |= simulated(case)
    assert sorted(set(load_kinds()) - seen) == []


def note(chronicle: Chronicle, month: int, where: list[int], **given: Any) -> None:
    row = {"kind": "attack", "actor": "", "target": "", "size": 1.0, "cause": "", **given}
    kind = row.pop("kind")
    chronicle.note(month, kind, np.array(where, float), **row)


def test_notes_come_back_by_run_and_month_in_their_order() -> None:
    chronicle = Chronicle(3)
    note(chronicle, 4, [0, 1, 1], kind="mutiny")
    note(chronicle, 4, [0, 0, 1], kind="coup", size=np.array([1.0, 2.0, 3.0]))
    note(chronicle, 2, [0, 0, 1], kind="attack")
    kinds = list(load_kinds())
    found = chronicle.columns()
    assert found["run"].tolist() == [1, 2, 2, 2]
    assert [kinds[k] for k in found["kind"]] == ["mutiny", "attack", "mutiny", "coup"]
    assert found["size"].tolist() == [1.0, 1.0, 1.0, 3.0]


def test_nothing_is_worked_out_where_nothing_happens() -> None:
    chronicle = Chronicle(2)
    note(chronicle, 1, [0, 0], cause=pytest.fail, size=pytest.fail, actor=pytest.fail)
    assert not chronicle.columns()["run"].size


def test_names_and_causes_may_differ_by_run() -> None:
    chronicle = Chronicle(3)
    cause = largest(("rents", "creed"), (np.array([1.0, 2.0, 2.0]), np.array([2.0, 1.0, 2.0])))
    actor = Pick(("irpt", "hizb_ut_tahrir"), np.array([1, 0, 0]))
    note(chronicle, 0, [1, 1, 1], cause=cause, actor=actor)
    causes = list(load_causes())
    assert [causes[c] for c in chronicle.columns()["cause"]] == ["creed", "rents", "rents"]
    assert len(set(chronicle.columns()["actor"].tolist())) == 2


def test_many_notes_are_put_together() -> None:
    chronicle = Chronicle(1)
    for month in range(2 * BLOCK + 3):
        note(chronicle, month, [1])
    assert chronicle.columns()["month"].tolist() == list(range(2 * BLOCK + 3))


@pytest.mark.parametrize("wrong", [{"kind": "nothing"}, {"cause": "whim"}, {"actor": "nobody"}])
def test_words_outside_the_closed_lists_are_mistakes(wrong: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        note(Chronicle(1), 0, [1], **wrong)


def test_thresholds_keep_out_what_wavers() -> None:
    watch = Watch()
    up, down = THRESHOLDS["guard"]
    middle = 0.5 * (up + down)
    series = [0.0, up + 0.01, middle, up + 0.01, down, middle, down, up + 0.01]
    found = [watch.crossings("guard", np.array([value])) for value in series]
    assert [bool(f and f[0][0]) for f in found] == [0, 1, 0, 0, 0, 0, 0, 1]
    assert [bool(f and f[1][0]) for f in found] == [0, 0, 0, 0, 1, 0, 0, 0]
    assert all(high > low for high, low in THRESHOLDS.values())


def test_a_main_way_moves_only_with_a_lead() -> None:
    watch = Watch()
    shares = np.array([[[0.6]], [[0.4]]])
    assert watch.moves("ways", shares, 1.3) is None
    assert watch.moves("ways", np.array([[[0.48]], [[0.52]]]), 1.3) is None
    old, new = watch.moves("ways", np.array([[[0.4]], [[0.6]]]), 1.3)
    assert (int(old[0, 0]), int(new[0, 0])) == (0, 1)


def test_sentences_name_only_what_an_event_has() -> None:
    for name, kind in load_kinds().items():
        assert set(re.findall(r"{(\w+)}", kind.text)) <= {"actor", "target", "size", "power"}, name
        assert kind.weight in (1, 2, 3)
        assert bool(kind.unit) == ("{size}" in kind.text), name
        outside = re.sub(r"\([^()]*\)", "", kind.text)
        assert "{size}" not in outside or name == "setting", "a size can be left out"
