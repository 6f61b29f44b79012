"""A link and its scenario file: there and back, and wrong input told as on the command line."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import refused

import tajsim.app.state as app
from tajsim.cli.main import main
from tajsim.inputs.scenario_parts import Scenario, load_scenario

OFFERED = app.offered_scenarios()
LINK = (
    "scenario=irpt-ban&reference=status-quo&set=agency_pay.border_troops=40"
    "&set=civic_space=0.5 share&from=2010-03&runs=60&seed=7&until=2012-12&run=4"
    "&move=irpt-banned@2015-11&move=irpt-lawyer-arrested@never"
    "&show=grievance@region=gbao&show=state_failed&month=2011-06&name=paid-guards&parameters=prior"
)


def wrong(query: str, folder: Path) -> list[str]:
    return refused("[a-z]", lambda: app.plan_of(app.read_state(query, OFFERED), folder))


def written(query: str, folder: Path) -> tuple[app.PageState, Scenario]:
    """Return the state of a link, and the scenario of its file, which passes the check."""
    state = app.read_state(query, OFFERED)
    path = folder / app.file_name(state)
    path.write_text(app.scenario_text(state), encoding="utf-8")
    return state, load_scenario(path)


def test_a_link_restores_the_state() -> None:
    state = app.read_state(LINK, OFFERED)
    assert state.levers == (("agency_pay.border_troops", "40"), ("civic_space", "0.5 share"))
    assert state.moves == (("irpt-banned", "2015-11"), ("irpt-lawyer-arrested", "never"))
    assert (state.since, state.runs, state.seed, state.run) == ("2010-03", 60, 7, 4)
    assert state.show == ("grievance@region=gbao", "state_failed")
    assert app.read_state(state.query(), OFFERED) == state
    usual = app.PageState(OFFERED[0], OFFERED[0])
    assert app.read_state("", OFFERED) == usual == app.read_state(usual.query(), OFFERED)


@pytest.mark.parametrize("since", ["", "&from=2006-05"])
def test_the_scenario_file_passes_the_check(since: str, tmp_path: Path) -> None:
    query = "scenario=irpt-ban&set=agency_pay.border_troops=40 USD/month&set=civic_space=0.5"
    state, found = written(f"{query}{since}", tmp_path)
    assert len(found.events) == len(load_scenario("irpt-ban").events) + (2 if since else 0)
    plan = app.plan_of(state, tmp_path)
    own = plan.scenarios[1]
    assert (own.settings, deeds(own)) == (found.settings, deeds(found))
    assert str(tmp_path) not in repr(plan), "nothing of our own folder gets into results"


WRONG = (
    "agency_pay.border_trops=40", "agency_pay.border_troops=4000", "agency_pay.border_troops=40 kg",
    "section_length.khorog=100", 'a"b=1',
)  # fmt: skip


def test_wrong_levers_are_refused_with_the_line_of_tajsim_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for query in (f"set={quote(lever)}{s}" for lever in WRONG for s in ("", "&from=2006-05")):
        told = wrong(query, tmp_path)
        state = app.read_state(query, OFFERED)
        Path(app.file_name(state)).write_text(app.scenario_text(state), encoding="utf-8")
        assert main(["check", app.file_name(state)]) == 2
        assert [f"tajsim: {line}" for line in told] == capsys.readouterr().err.splitlines(), query


@pytest.mark.parametrize(
    "query", ["runs=0", "runs=many", f"seed={10**20}", "until=2003-01", "until=tomorrow"]
)
def test_wrong_options_are_refused_with_the_line_of_tajsim_compare(
    query: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = wrong(query, tmp_path)
    assert main(["compare", "status-quo", "irpt-ban", *f"--{query}".split("=")]) == 2
    said = capsys.readouterr().err.splitlines()
    # The parser of the command line adds where its help is.
    ours = [line.removesuffix("; see tajsim compare --help") for line in said]
    assert ours == [f"tajsim: {line}" for line in told]


def test_all_mistakes_of_a_link_are_told_together() -> None:
    several = "scenario=nobody&runs=x&show=nothing"
    assert len(refused("nobody", app.read_state, several, OFFERED)) == 3


def test_a_scenario_of_the_user_can_be_the_base(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('title = "t"\nquestion = "q"\nextends = "irpt-ban"\n', encoding="utf-8")
    state = app.read_state(f"scenario={own}&set=civic_space=0.5", app.offered_scenarios(str(own)))
    folder = tmp_path / "ours"
    folder.mkdir()
    assert app.plan_of(state, folder).scenarios[1].settings["civic_space"] == 0.5


def deeds(scenario: Scenario) -> list[tuple[str, str, dict[str, object]]]:
    return [(e.month, e.kind, dict(e.arguments)) for e in scenario.events]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("irpt-ban", "IRPT banned"),
        ("withdrawal-with-border-pay", "Khorog handed over"),
        ("irpt-ban", "IMU pushed north"),
        ("history", "IMU pushed north"),
    ],
)
def test_moving_an_event_changes_nothing_else(name: str, label: str, tmp_path: Path) -> None:
    before = load_scenario(name)
    position = [event.label for event in before.events].index(label)
    key = app.event_keys(before.events)[position]
    old = before.events[position]
    for month in ("2012-07", "never", old.month):
        _, found = written(f"scenario={name}&move={key}@{month}", tmp_path)
        assert (found.extends, found.settings) == (name, before.settings)
        assert (found.start, found.end) == (before.start, before.end)
        rest = [deed for deed in deeds(before) if deed != deeds(before)[position]]
        moved = [] if month == "never" else [(month, old.kind, dict(old.arguments))]
        assert sorted(map(repr, deeds(found))) == sorted(map(repr, [*rest, *moved]))
        at = [e.figures for e in found.events if e.label == label]
        assert at == [] or (at[0] == old.figures) == (month == old.month or not old.figures)


def test_every_event_of_every_scenario_has_a_key_of_its_own() -> None:
    for name in OFFERED:
        keys = app.event_keys(load_scenario(name).events)
        assert len(set(keys)) == len(keys)
        assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in keys)
