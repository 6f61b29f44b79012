"""The end of the ruler's term: what all expect, who takes which side, what it comes to."""

from typing import Any

import numpy as np
import pytest
from conftest import finished, steps

from tajsim.agents.commander import BOUGHT_OFF, KILLED, LEFT, MUTINIED
from tajsim.axes import COMMANDERS, Array
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.toml import month_number, month_text
from tajsim.model.model import TajikistanModel
from tajsim.model.stages.elite import elite, strength_behind
from tajsim.model.stages.force import force
from tajsim.rules.state import CONTEST
from tajsim.rules.succession import BARGAINED, CONTESTED, KEPT, ORDERLY
from tajsim.world import TERM_END

pytestmark = pytest.mark.usefixtures("compiled_runs")

RUNS = 200
LAST = month_number(TERM_END)
PREPARED: dict[str, Any] = {
    "succession_process": 0.9,
    "ruler_immunity": 1.0,
    "ruler_commitment": 1.0,
}


def simulated(months: int = 6, after: int = 3, runs: int = RUNS, **settings: Any) -> Any:
    """Return a model that began ``months`` before the end of the term and ran past it."""
    span = {"start": month_text(LAST - months), "end": month_text(LAST + after)}
    return finished(runs=runs, seed=4, settings=settings, **span)


def at_the_end(model: Any, name: str) -> Array:
    """Return an outcome in the month in which the term ends."""
    found: Array = model.record[name][..., LAST - model.first_month, :]
    return found


def test_nothing_is_ended_before_the_term_and_all_is_in_its_month() -> None:
    model = simulated()
    ending, month = model.record["ending"], LAST - model.first_month
    assert not ending[:month].any()
    standing = at_the_end(model, "state_failed") < 0.5
    assert (ending[month][standing] > 0.5).all()
    np.testing.assert_array_equal(ending[month], ending[-1])
    assert set(np.unique(ending[-1])) <= {0, KEPT, ORDERLY, BARGAINED, CONTESTED}


def test_the_kind_follows_from_what_commanders_did() -> None:
    model = simulated(ruler_commitment=1.0)
    ending = at_the_end(model, "ending")
    bought = at_the_end(model, "bargains").sum(axis=0)
    fell = at_the_end(model, "mutinies").sum(axis=0)
    left = at_the_end(model, "ruler_left")
    assert (bought[ending == BARGAINED] > 0.5).all()
    assert (left[ending == ORDERLY] == 1.0).all()
    assert (left[ending == KEPT] == 0.0).all()
    few = at_the_end(model, "elite_behind") < 0.5
    assert ((fell > 0.5) | few)[ending == CONTESTED].all()
    assert len(np.unique(ending)) >= 3


def test_a_prepared_end_is_calmer_than_one_that_is_not() -> None:
    plain = simulated(months=24, ruler_commitment=1.0)
    prepared = simulated(months=24, **PREPARED)
    ready = [at_the_end(m, "ruler_ready").mean() for m in (plain, prepared)]
    assert ready[1] > ready[0]
    for name in ("succession_doubt", "strain", "ending_contested", "mutinies"):
        one, other = plain.record[name][..., -4:, :], prepared.record[name][..., -4:, :]
        assert other.mean() < one.mean(), name
    for name in ("loyalty_in_place", "elite_behind", "ending_calm", "guarantee"):
        one, other = plain.record[name][..., -4:, :], prepared.record[name][..., -4:, :]
        assert other.mean() > one.mean(), name


def test_a_ruler_with_nothing_settled_mostly_stays() -> None:
    assert at_the_end(simulated(), "ruler_left").mean() < 0.5
    assert at_the_end(simulated(**PREPARED), "ruler_left").mean() > 0.7


def test_a_named_heir_settles_and_nobody_names_one_twice() -> None:
    named = simulated(heir_designated=1.0, runs=50)
    assert named.record["heir_named"].all()
    record = simulated(months=36, after=0, ruler_commitment=1.0).record
    alone, doubt = record["heir_named"], record["succession_doubt"].mean(axis=1)
    assert 0.0 < alone[-1].mean() < 1.0
    assert (np.diff(alone, axis=0) >= 0.0).all()
    assert doubt[0] < doubt[18] < doubt[35], "the nearer the end, the more is in doubt"
    assert (named.regime.settled > simulated(runs=50).regime.settled).mean() > 0.5


def test_the_share_behind_is_a_share_and_grows_with_every_commander() -> None:
    model = finished(runs=50, seed=4, end="2004-03")
    settled, count = np.full(50, 0.3), len(COMMANDERS)
    before = strength_behind(model, np.zeros((count, 50)), settled, np.ones((count, 50)))
    for number in range(1, count + 1):
        sides = np.repeat((np.arange(count) < number)[:, None] * 1.0, 50, axis=1)
        after = strength_behind(model, sides, settled, 1.0 - sides)
        apart = strength_behind(model, sides, settled, np.zeros((count, 50)))
        np.testing.assert_allclose(apart, 1.0)  # who keeps apart fights for nobody
        assert ((after >= before) & (after <= 1.0) & (after >= 0.0)).all()
        before = after
    np.testing.assert_allclose(before, 1.0)


def at_the_contest(**settings: Any) -> TajikistanModel:
    """Return a model after the month of the contest, mutinies not yet fought out."""
    start = month_text(LAST - 3)
    model = TajikistanModel(runs=RUNS, seed=4, settings=settings, start=start, end=TERM_END)
    steps(model, 3)
    stages = [stage for _, stage in model.month]
    model.month = tuple((str(i), s) for i, s in enumerate(stages[: stages.index(elite) + 1]))
    model.step()
    return model


def test_those_who_stood_against_are_remembered() -> None:
    model = at_the_contest(ruler_commitment=1.0)
    standing = model.regime.failed < 0.5
    for i, commander in enumerate(model.commanders):
        up, bought = model.now["mutinies"][i] > 0.5, model.now["bargains"][i] > 0.5
        assert np.isin(commander.status[up], (MUTINIED, KILLED)).all()
        assert np.isin(commander.status[bought], (BOUGHT_OFF, LEFT)).all()
        assert (commander.grudge[bought & (commander.status == BOUGHT_OFF)] == 1.0).all()
    assert (model.regime.unsettled >= 0.0).all()
    behind = model.regime.behind[standing]
    np.testing.assert_allclose(model.regime.unsettled[standing], 1.0 - behind)
    # Trust recovers by 4 per cent a month at most.
    assert (model.regime.trust[standing] <= behind + 0.04).all()


def test_only_who_fights_over_the_succession_can_win_it() -> None:
    model = at_the_contest(ruler_commitment=1.0)
    fought = model.now["mutinies"].sum(axis=0) > 0.5
    lost = model.fall == CONTEST
    assert lost[fought].any()
    assert not lost[~fought].any()
    force(model)
    # Who won is not among the beaten, who lost is.
    assert not model.commanders.beaten[:, lost].any()
    assert model.commanders.beaten[:, fought & ~lost].any()


def test_no_contest_takes_place_in_a_state_that_failed() -> None:
    model = TajikistanModel(runs=20, seed=4, start=month_text(LAST - 1), end=TERM_END)
    model.regime.collapsed = model.regime.strain = np.ones(20)
    model.run_to_end()
    assert not model.record["ending"].any()
    assert not model.record["ruler_left"].any()


def arrested(commander: str, events: tuple[Event, ...] = (), **settings: Any) -> float:
    """Return how often an order to arrest a commander ends in a fight, among those in place."""
    order = Event("2004-06", "arrest", {"commander": commander}, label="arrest")
    options = {"events": (*events, order), "settings": settings}
    model = TajikistanModel(runs=400, seed=6, end="2004-06", **options)
    steps(model, 5)
    there = model.commander[commander].in_place > 0.5
    model.step()
    found: float = model.now["mutinies"][COMMANDERS.index(commander)][there].mean()
    return found


def test_the_ban_makes_former_fighters_fight_and_no_guarantee_deters_them() -> None:
    """S01, S28: whom nothing but torture awaits is not deterred; for others nothing changes."""
    ban = (Event("2004-05", "repression_step", {"step": "leaders_arrested"}, label="ban"),)
    backed = {"power_guarantee.russia": 1.0}
    before, after = (arrested("nazarzoda", events, **backed) for events in ((), ban))
    assert after > 2.0 * before
    assert after > 0.4
    others = [arrested("kasymov", events, **backed) for events in ((), ban)]
    assert others[1] < others[0] + 0.1


def test_the_drive_gathers_pace_with_every_removal() -> None:
    """P12, M20: what was done without a fight firms control, and is done again sooner."""
    order = Event("2004-02", "dismiss", {"commander": "ziyoyev"}, label="dismissal")
    model = finished(runs=50, seed=4, end="2004-03", events=(order,), parameters="fixed")
    gone = model.record["purges"].sum(axis=(0, 1)) > 0.5
    broke = (model.record["mutinies"] + model.record["defections"]).sum(axis=(0, 1)) > 0.5
    assert gone.any() and not gone.all()
    assert model.regime.urge()[gone & ~broke].min() > model.regime.urge()[~gone].max()
