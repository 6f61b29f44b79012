"""Commanders, posts and purges: what the rules answer, and what the stages make of it."""

from typing import Any

import numpy as np
import pytest
from conftest import steps

import tajsim.agents.commander as status
from tajsim.axes import AGENCIES, COMMANDERS, NAMED, POSTS, WAYS_OUT, Array, total
from tajsim.inputs.scenario_parts import Event
from tajsim.model.country import Country
from tajsim.model.model import MONTH, TajikistanModel
from tajsim.model.stages.elite import WAYS, choose_way, go_over
from tajsim.model.stages.force import force
from tajsim.rules.state import COUP, RISING

pytestmark = pytest.mark.usefixtures("compiled_runs")

RUNS = 200
DRUGS = AGENCIES.index("drug_control_agency")


def model(runs: int = RUNS, events: tuple[Event, ...] = (), **settings: Any) -> TajikistanModel:
    chosen = {name.replace("__", "."): value for name, value in settings.items()}
    options = {"settings": chosen, "events": events, "parameters": "prior"}
    return TajikistanModel(runs=runs, seed=3, end="2006-12", **options)


def event(kind: str, commander: str, month: str = "2004-01") -> Event:
    return Event(month, kind, {"commander": commander}, label=f"{kind} {commander}")


def orders(country: Country) -> Array:
    """Return the orders that are out, ``(commander, run)``."""
    commanders = country.commanders
    return np.maximum(commanders.arrest_order, commanders.dismissal_order)


def test_posts_are_held_by_one_man_each_and_filled_again() -> None:
    tried = TajikistanModel(runs=100, seed=5, end="2012-12", parameters="prior", purge_rate=0.06)
    held = []

    def probe(country: Country) -> None:
        holds = country.commanders.holds
        assert total(holds).max() <= 1.0, "two men at one post"
        assert total(holds, axis=1).max() <= 1.0, "one man at two posts"
        np.testing.assert_array_equal(total(holds, axis=1), country.commanders.in_place)
        assert not (holds * (1.0 - status.TO_GIVE)).any(), "nobody heads what others run"
        held.append(total(country.commanders.in_place).mean())

    tried.month = (*MONTH, ("probe", probe))
    tried.run_to_end()
    assert min(held) > 0.9 * status.TO_GIVE.sum()
    fallen = tried.commanders.status[: len(NAMED)] > status.BOUGHT_OFF
    assert 0.1 < fallen.mean() < 0.9, "the named fall and stay fallen"
    posts = tried.commanders.post
    # Each unnamed row is whoever holds that one post.
    assert (np.where(posts >= 0, posts, tried.commanders.trade) == tried.commanders.trade)[
        len(NAMED) :
    ].all()


def test_a_successor_starts_weak_and_grows_with_the_years() -> None:
    strong = TajikistanModel(runs=50, seed=5, end="2009-12", parameters="fixed", purge_rate=0.0)
    strong.values.set("break_rate", 0.0)
    guard = strong.commander["head_of_presidential_guard"]
    guards = strong.commanders.trade == AGENCIES.index("presidential_guard")
    strong.commanders.remove(guards, status.LEFT)
    steps(strong, 24)
    came = guard.in_place > 0.5
    assert came.mean() > 0.9
    early = guard.following.copy()
    steps(strong, 36)
    assert (guard.following[came] > early[came]).mean() > 0.9
    assert (guard.following[came] < 2.0 * strong.values.following_usual[came]).all()


def test_one_blow_a_month_against_one_in_reach() -> None:
    tried = model(purge_rate=0.06)
    before: list[Array] = []
    struck = np.zeros(RUNS)

    def probe(country: Country) -> None:
        nonlocal struck
        new = (orders(country) > 0.5) & (before.pop() < 0.5)
        assert new.sum(axis=0).max() <= 1
        commanders = country.commanders
        assert not (new & (commanders.in_place < 0.5)).any()
        # Who has lately humiliated the regime is arrested, the others are told to go.
        assert ((commanders.arrest_order > 0.5) == (commanders.grudge > 0.5))[new].all()
        struck += new.sum(axis=0)
        assert (country.regime.months_since_purge[new.any(axis=0)] == 0.0).all()

    stages = list(MONTH)
    place = [name for name, _ in stages].index("choices")
    stages.insert(place + 1, ("probe", probe))
    stages.insert(place, ("before", lambda country: before.append(orders(country))))
    tried.month = tuple(stages)
    tried.run_to_end()
    assert struck.sum() > 20


def after_dismissal(**settings: Any) -> tuple[TajikistanModel, status.Commander]:
    return after(event("dismiss", "mirzoev"), **settings)


def after(happened: Event, **settings: Any) -> tuple[TajikistanModel, status.Commander]:
    tried = model(events=(happened,), **settings)
    tried.step()
    return tried, tried.commander["mirzoev"]


def test_who_resists_is_given_a_post_of_a_weaker_man_or_a_way_out() -> None:
    tried, mirzoev = after_dismissal()
    first = tried.now["bargains"][0] > 0.5
    obeyed = mirzoev.status == status.ARRESTED
    rose = tried.now["mutinies"][0] > 0.5
    assert (first | obeyed | rose).all()
    assert 0.2 < first.mean() < 0.8
    placed, out = mirzoev.status == status.BOUGHT_OFF, mirzoev.status == status.LEFT
    assert (placed | out)[first].all()
    assert placed.any() and out.any()
    posts = np.unique(mirzoev.post[placed])
    assert len(posts) >= 4 and AGENCIES.index("presidential_guard") not in posts
    assert (mirzoev.post[~placed] == status.NO_POST).all()
    assert (mirzoev.grudge[placed] == 1.0).all()
    # Who was at the head of the agency given has gone.
    chief = tried.commander["head_of_drug_control_agency"]
    assert (chief.in_place[placed & (mirzoev.post == DRUGS)] == 0.0).all()
    assert (tried.regime.used[:, first].sum(axis=0) > 0.5).all()


def test_a_way_used_once_is_worth_less_the_next_time() -> None:
    tried = model()
    tried.step()
    who = np.zeros((len(COMMANDERS), RUNS))
    who[0] = 1.0
    shares = []
    for used in (0.0, 3.0):
        tried.regime.used = np.zeros((len(WAYS), RUNS))
        tried.regime.used[DRUGS] = used
        tried.months_run += 1  # the draws of the month before are used
        shares.append((choose_way(tried, who) == DRUGS).mean())
    assert shares[1] < 0.5 * shares[0]
    assert set(WAYS) == {*POSTS, *WAYS_OUT}


def test_a_guarantee_deters_resistance_and_makes_arrest_safe() -> None:
    strong = {"guarantee_deters": 0.9}
    alone, _ = after_dismissal(power_guarantee__russia=0.0, **strong)
    backed, _ = after_dismissal(power_guarantee__russia=1.0, **strong)
    assert backed.now["bargains"][0].mean() < alone.now["bargains"][0].mean() - 0.1
    arrested, where = [], {"commander": "mirzoev", "agency": "drug_control_agency"}
    for backing in (0.0, 1.0):
        appointed = Event("2004-01", "appoint", where, label="appointed")
        tried, mirzoev = after(appointed, power_guarantee__russia=backing)
        steps(tried, 10)
        arrested.append((mirzoev.status == status.ARRESTED).mean())
    assert arrested[1] > arrested[0] + 0.2


def test_a_mutiny_is_fought_out_and_leaves_traces() -> None:
    much = {"peer_fear": 0.3, "break_shock": 0.3, "fight_gain": 1.0}
    tried = model(events=(event("arrest", "ziyoyev"),), **much)
    trust = tried.regime.trust.copy()
    tried.step()
    ziyoyev = tried.commander["ziyoyev"]
    rose = tried.now["mutinies"][COMMANDERS.index("ziyoyev")] > 0.5
    assert 0.05 < rose.mean() < 0.95
    assert (ziyoyev.status[~rose] == status.ARRESTED).all()
    won = rose & (ziyoyev.status == status.MUTINIED)
    assert (ziyoyev.status[rose & ~won] == status.KILLED).all()
    assert (tried.regime.failed[won] == 1.0).all()
    others = tried.now["mutinies"].sum(axis=0) + tried.now["defections"].sum(axis=0)
    assert (tried.regime.trust[rose] < trust[rose]).all()
    assert (tried.now["deaths"][rose] > 0.0).all()
    assert not orders(tried)[COMMANDERS.index("ziyoyev")].any()
    alone = rose & (ziyoyev.status == status.KILLED) & (others == 1)
    kin, stranger = tried.commander["nazarzoda"], tried.commander["kasymov"]
    hope = 1.0 - kin.fear, 1.0 - stranger.fear
    tried.step()
    kept = [(1.0 - one.fear) / old for one, old in zip((kin, stranger), hope, strict=True)]
    assert (kept[0][alone] < kept[1][alone]).all()


def test_what_purges_and_mutinies_leave_fades() -> None:
    """Every stock has a way down: fear, grudge, appeal, control, trust, used ways."""
    tried = model(runs=20, purge_rate=0.0, break_rate=0.0)
    commanders, regime = tried.commanders, tried.regime
    for name in ("fear", "grudge"):
        setattr(commanders, name, commanders.zeros() + 0.9)
    tried.broadcast, regime.breaks = np.full(20, 0.9), np.full(20, 3.0)
    regime.civilian_control, regime.trust = np.full(20, 0.9), np.full(20, 0.1)
    regime.used = regime.used + 2.0
    steps(tried, 36)
    calm = (tried.record["mutinies"] + tried.record["defections"])[:, :36].sum(axis=(0, 1)) == 0.0
    assert calm.any()
    for left, most in ((commanders.fear, 0.3), (commanders.grudge, 0.6)):
        assert np.median(left[: len(NAMED), calm]) < most
    for left, most in ((tried.broadcast, 0.2), (regime.breaks, 0.5)):
        assert (left[calm] < most).all()
    assert (regime.civilian_control[calm] < 0.7).all()
    assert (regime.trust[calm] > 0.4).all()
    assert (regime.used[:, calm] < 1.7).all()


def test_a_defector_appeals_to_others() -> None:
    tried = model(runs=10, broadcast_reach=0.5)
    tried.step()
    pull = tried.broadcast.copy()
    tried.now["defections"][:] = 0.0
    tried.now["defections"][COMMANDERS.index("khalimov"), :5] = 1.0
    go_over(tried)
    assert (tried.broadcast[:5] > pull[:5]).all()
    assert (tried.broadcast[5:] <= pull[5:]).all()


def test_only_who_is_devout_goes_over() -> None:
    tried = model(break_rate=0.06, devout_share=0.0)
    tried.commanders.loyalty = tried.commanders.zeros()
    tried.creed = np.ones(RUNS)
    gone = np.zeros((len(COMMANDERS), RUNS))
    for _ in range(24):
        tried.step()
        gone += tried.now["defections"]
    devout = tried.commanders.devout[:, 0] > 0.5
    assert gone[devout].sum() > 5
    assert not gone[: len(NAMED)][~devout[: len(NAMED)]].any()
    assert (tried.commanders.status == status.DEFECTED).any()
    assert (tried.commanders.status == status.SERVING).any()


def in_the_streets(voice: float, men: float) -> TajikistanModel:
    """Return a model after a month of force with a growing crowd in the capital."""
    model = TajikistanModel(runs=400, seed=3, end="2004-03")
    model.step()
    model.regions.voice = model.regions.zeros() + voice
    model.regions.turnout = model.regions.zeros() + 3.0
    model.agencies.strength = model.agencies.strength * men
    force(model)
    return model


def test_a_crowd_topples_the_ruler_where_few_obey_and_not_where_nobody_is_out() -> None:
    weak, strong = in_the_streets(0.9, 0.3), in_the_streets(0.4, 1.0)
    assert (weak.fall == RISING).mean() > 2.0 * (strong.fall == RISING).mean() > 0.0
    calm = TajikistanModel(runs=400, seed=3, end="2004-03")
    calm.step()
    calm.regions.turnout = calm.regions.zeros()
    force(calm)
    assert not (calm.fall == RISING).any()


def test_who_rises_in_one_month_fights_together() -> None:
    def won(*who: str) -> float:
        model = TajikistanModel(runs=2000, seed=3, end="2004-03")
        model.step()
        for name in who:
            here = COMMANDERS.index(name)
            model.commanders.status[here] = status.MUTINIED
            model.commanders.men[here] = 2000.0
            model.now["mutinies"][here] = 1.0
        force(model)
        return float((model.fall == COUP).mean())

    alone = won("ziyoyev"), won("mirzoev")
    assert won("ziyoyev", "mirzoev") > 1.5 * sum(alone) > 0.0
