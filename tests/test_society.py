"""How people answer: channel, fear, return of migrants, banned movements, the end of a rule."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from tajsim.axes import REGIONS, Array
from tajsim.inputs.scenario_parts import Event
from tajsim.inputs.values import ParameterValues, parameters_of
from tajsim.model.model import TajikistanModel
from tajsim.rules.grievance import (
    absorption,
    crime_aim,
    exclusion,
    fear_aim,
    members_step,
    shed,
)
from tajsim.rules.violence import (
    gangs_step,
    outside_cost,
    protest_chance,
    protest_reasons,
    skill_against_violence,
    underworld_step,
    voiced,
)


@lru_cache
def model() -> TajikistanModel:
    return TajikistanModel(runs=1, parameters="fixed")


def parameters(rule: Any, **changed: float) -> dict[str, Array]:
    """Return a rule's parameters at their values, some changed."""
    values: ParameterValues = model().values
    found = {name: values.family(name) for name in parameters_of(rule)}
    return found | {name: np.array([value]) for name, value in changed.items()}


def at(*numbers: float) -> list[Array]:
    return [np.array([number]) for number in numbers]


def mean(series: Array, first: int, last: int) -> float:
    return float(series[..., first:last, :].mean())


def paired(
    events: list[Event], end: str, settings: dict[str, float] | None = None, **options: Any
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the records without and with events or settings, over the same runs."""
    plain = TajikistanModel(runs=12, seed=2, end=end, **options)
    changed = TajikistanModel(runs=12, seed=2, end=end, events=events, settings=settings, **options)
    plain.run_to_end()
    changed.run_to_end()
    return plain.record, changed.record


# Channel.


def test_a_tiny_representation_counts_more_than_each_further_seat() -> None:
    standing, appeal, creed = at(1.0, 1.0, 0.3)
    none, two, four = (
        float(absorption(np.array([n / 63]), standing, appeal, creed, **parameters(absorption))[0])
        for n in (0, 2, 4)
    )
    assert none < two < four
    assert two - none > four - two


def test_fraud_and_state_sermons_empty_the_channel() -> None:
    state = at(0.03, 1.0, 1.0, 0.3)
    fair = absorption(*state, **parameters(absorption, vote_fraud=0.0))
    faked = absorption(*state, **parameters(absorption, vote_fraud=1.0))
    preached = absorption(*at(0.03, 1.0, 1.0, 1.0), **parameters(absorption, vote_fraud=0.0))
    assert fair > faked
    assert fair > preached


def test_a_closed_party_sheds_all_ways_and_loses_nobody() -> None:
    members = np.full((len(REGIONS), 1), 1000.0)
    parts = shed(members, np.ones(1), **parameters(shed))
    lost = members * parameters(shed)["shedding"]
    np.testing.assert_allclose(sum(parts), lost)
    assert all((part > 0.0).all() for part in parts)
    assert (parts[0] < parts[3]).all(), "only some turn to violence"
    assert not any(part.any() for part in shed(members, np.zeros(1), **parameters(shed)))


def test_the_ban_sends_members_to_violence_underground_and_exile() -> None:
    ban = [Event("2005-01", "repression_step", {"step": "leaders_arrested"}, label="ban")]
    plain, banned = paired(ban, "2008-12")
    for name in ("violent_members", "underground_members", "exiles", "fear"):
        assert mean(banned[name], 36, 60) > mean(plain[name], 36, 60), name
    assert mean(banned["party_members"], 48, 60) < 0.3 * mean(plain["party_members"], 48, 60)
    np.testing.assert_array_equal(plain["grievance"][:, :12], banned["grievance"][:, :12])


def test_a_movement_spreads_from_where_it_is() -> None:
    members, ears = np.zeros((len(REGIONS), 1)), np.full((len(REGIONS), 1), 0.12)
    north = REGIONS.index("sughd")
    members[north] = 1000.0
    people = np.full((len(REGIONS), 1), 1e6)
    joining = members_step(members, ears, people, **parameters(members_step))
    assert joining.argmax() == north
    assert (joining > 0.0).all()
    full = members_step(ears * people, ears, people, **parameters(members_step))
    assert not full.any(), "who could be won runs out"


# Fear.


def voice(grievance: float, fear: float) -> float:
    return float(voiced(*at(grievance, fear, 0.15), **parameters(voiced))[0])


def test_fear_hides_grievance_until_it_does_not() -> None:
    low, high = voice(0.35, 0.9) / voice(0.35, 0.0), voice(0.95, 0.9) / voice(0.95, 0.0)
    assert low < 0.4
    assert high > 0.8
    rising = [voice(g, 0.9) for g in np.linspace(0.0, 1.0, 21)]
    assert (np.diff(rising) > 0.0).all()


def test_fear_rises_with_police_repression_incidents_and_silence() -> None:
    usual = fear_aim(*at(1.0, 1.0, 0.5, 0.5), **parameters(fear_aim))
    for more in ((2.0, 1.0, 0.5, 0.5), (1.0, 4.0, 0.5, 0.5), (1.0, 1.0, 0.9, 0.5)):
        assert fear_aim(*at(*more), **parameters(fear_aim)) > usual
    assert fear_aim(*at(1.0, 1.0, 0.5, 3.0), **parameters(fear_aim)) > usual
    open_country = parameters(fear_aim, civic_space=1.0)
    assert fear_aim(*at(1.0, 1.0, 0.5, 0.5), **open_country) < usual


def test_unchecked_protest_brings_the_next() -> None:
    calm, after = (
        protest_chance(sum(protest_reasons(*at(0.3, 0.0, u), **parameters(protest_reasons))))
        for u in (0.0, 0.8)
    )
    assert after > calm


# Exclusion, crime, growth.


def test_closed_politics_is_felt_most_by_the_former_opposition() -> None:
    def felt(standing: float, step: float, corruption: float, opposition: float) -> float:
        state = at(standing, step, corruption, opposition)
        return float(exclusion(*state, **parameters(exclusion))[0])

    assert felt(0.0, 3, 0.4, 0.6) > felt(0.0, 3, 0.4, 0.05) > felt(1.0, 0, 0.4, 0.05)
    assert felt(0.0, 6, 0.4, 0.6) > felt(0.0, 3, 0.4, 0.6), "no lawyers are left"
    assert felt(1.0, 0, 0.8, 0.05) > felt(1.0, 0, 0.2, 0.05), "cronyism shuts all out"


def test_a_large_force_breaks_gangs() -> None:
    few, many = (
        float(gangs_step(*at(1.0, p, 0.4, 0.0), **parameters(gangs_step))[0]) for p in (0.5, 2.0)
    )
    assert many < few < 1.0
    rows = parameters(crime_aim)
    worse, better = (crime_aim(*at(1.0, 0.01, g), **rows) for g in (1.0, 0.3))
    assert better < worse
    assert crime_aim(*at(2.0, 0.01, 1.0), **rows) < crime_aim(*at(0.5, 0.01, 1.0), **rows)


def test_informers_of_the_underworld_know_crime_and_not_believers() -> None:
    step = parameters(gangs_step)
    assert gangs_step(*at(1.0, 1.0, 0.6, 0.0), **step) < gangs_step(*at(1.0, 1.0, 0.0, 0.0), **step)
    rows = parameters(skill_against_violence)
    underworld, believers = (
        skill_against_violence(*at(0.7, 0.3, 0.3, u), **rows) for u in (1.0, 0.2)
    )
    assert underworld < believers
    turned = underworld_step(*at(0.8, 1.0, 5.0), **parameters(underworld_step))
    assert turned < underworld_step(*at(0.8, 1.0, 0.0), **parameters(underworld_step))


def test_who_joins_is_counted_though_he_dies() -> None:
    plain, _ = paired([], "2006-12")
    joined = plain["fighters_joined"]
    assert (np.diff(joined, axis=0) >= 0.0).all()
    assert (joined[-1] >= plain["fighters_abroad"][-1]).all()


def test_what_repression_costs_abroad_is_never_more_than_all() -> None:
    assert outside_cost(*at(1.0, 0.0, 0.0), **parameters(outside_cost, condition_weight=1.5)) == 1


# The state.


def test_members_of_banned_movements_are_arrested_and_come_home() -> None:
    plain, _ = paired([], "2006-12")
    assert (plain["arrests"] > 0.0).all()
    assert (plain["prisoners"][-1] > 0.0).all()
    north = plain["banned_members"][REGIONS.index("sughd")]
    assert (north[0] > 0.5 * plain["banned_members"][:, 0].sum(axis=0)).all()
