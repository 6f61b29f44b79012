"""The months before the start: what they leave, what they keep, and what a pair of runs needs."""

import numpy as np
import pytest

from tajsim.agents.actors import states_of
from tajsim.agents.commander import SERVING, WAITING
from tajsim.inputs.scenario_parts import Event
from tajsim.model import setup
from tajsim.model.model import TajikistanModel

RUNS, END = 40, "2004-06"


@pytest.fixture(scope="module")
def model() -> TajikistanModel:
    return TajikistanModel(runs=RUNS, seed=3, end=END)


def test_the_start_is_that_of_the_documents(model: TajikistanModel) -> None:
    raw = TajikistanModel(runs=RUNS, seed=3, end=END, settled=False)
    assert model.months_run == raw.months_run == 0
    for there, begun in zip(setup.holders(model), setup.holders(raw), strict=True):
        for name, declared in there.declared.items():
            if declared.pinned:
                np.testing.assert_array_equal(getattr(there, name), getattr(begun, name), name)
    np.testing.assert_array_equal(model.migrants, raw.migrants)
    np.testing.assert_array_equal(model.home_people, raw.home_people)
    np.testing.assert_array_equal(model.people["dead"], 0.0)


def test_nobody_falls_and_nothing_ends_before_the_start(model: TajikistanModel) -> None:
    assert np.isin(model.commanders.status, (SERVING, WAITING)).all()
    assert not model.regime.ladder.any() and not model.regime.failed.any()
    assert not model.regime.heir.any() and not model.agencies.extra_km.any()
    assert not model.chronicle.columns()["run"].size


def test_usual_levels_are_those_of_the_start_for_good(model: TajikistanModel) -> None:
    """Every state that is compared with its start is one times it there; few are set again.

    What clients and commanders are used to is a memory of years, which moves.
    """
    usual = [
        (holder, name, declared.usual, getattr(holder, name))
        for holder in setup.holders(model)
        for name, declared in states_of(type(holder)).items()
        if declared.usual
    ]
    assert len(usual) > 8
    for holder, name, of, value in usual:
        np.testing.assert_array_equal(value, getattr(holder, of), name)
    tried = TajikistanModel(runs=RUNS, seed=3, end=END)
    tried.run_to_end()
    by_kind = dict(zip(map(type, setup.holders(tried)), setup.holders(tried), strict=True))
    for holder, name, _, value in usual:
        if name in ("clients_usual", "habit"):
            continue
        np.testing.assert_array_equal(value, getattr(by_kind[type(holder)], name), name)


def test_an_event_changes_nothing_before_it_and_a_setting_holds_before_the_start() -> None:
    dated = Event("2004-03", "set", {"parameter": "border_cost_per_head", "value": 100.0}, "")
    plain, changed = (TajikistanModel(runs=5, end=END, events=e) for e in ((), (dated,)))
    for model in (plain, changed):
        model.run_to_end()
    for name, series in plain.record.items():
        np.testing.assert_array_equal(series[..., :2, :], changed.record[name][..., :2, :], name)
    poor, paid = (TajikistanModel(runs=5, agency_pay__customs=pay) for pay in (10.0, 1000.0))
    assert (paid.agency["customs"].collusion < poor.agency["customs"].collusion).all()
