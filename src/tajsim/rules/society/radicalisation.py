"""People who turn to violent groups, and what becomes of those groups at home."""

import numpy as np

from tajsim.axes import Array


def radicalised(
    people: Array,
    grievance: Array,
    creed: Array,
    absorbed: Array,
    idle: Array,
    pull: Array,
    *,
    radicalisation_rate: Array,
    radical_without_creed: Array,
    idle_recruits: Array,
) -> Array:
    """Return people who turn to violent groups this month, persons, shape of ``people``.

    Equation:
        base = radicalisation_rate * (1 - absorbed) * (1 + pull)
        moved = people * grievance * (radical_without_creed + creed)
        radicalised = base * moved * (1 + idle_recruits * idle)

    Args:
        people: at home, persons, ``(region, run)``.
        grievance: 0 to 1, ``(region, run)``.
        creed: religious control times the devout share, 0 to 1, ``(region, run)``.
        absorbed: share of grievance that the legal channel carries, ``(run,)``.
        idle: returned migrants without work, share of people, ``(region, run)``.
        pull: appeal of groups abroad, 0 = none, ``(run,)``.

    Mechanisms: P02, P04, P05, E03, E04, M93.
    """
    base = radicalisation_rate * (1.0 - absorbed) * (1.0 + pull)
    found: Array = base * people * grievance * (radical_without_creed + creed)
    return found * (1.0 + idle_recruits * idle)


def skill_against_violence(
    quality: Array,
    collusion: Array,
    creed: Array,
    underworld: Array,
    *,
    piety_distraction: Array,
    underworld_blindness: Array,
) -> Array:
    """Return the skill of the services against real threats, 0 to 1, ``(run,)``.

    Informers from the underworld know little of believers, and attention spent on beards is not
    spent on threats.

    Equation:
        attention = 1 - piety_distraction * creed
        knowledge = 1 - underworld_blindness * underworld
        skill = quality * (1 - collusion) * attention * knowledge

    Args:
        creed: control of religion, 0 to 1.
        underworld: share of informers who come from the underworld, 0 to 1.

    Mechanisms: P06, S22, M92.
    """
    attention = 1.0 - piety_distraction * creed
    return quality * (1.0 - collusion) * attention * (1.0 - underworld_blindness * underworld)


def violent_flows(
    violent: Array,
    pull: Array,
    detection: Array,
    *,
    departure_rate: Array,
    violent_fading: Array,
    violent_arrests: Array,
) -> tuple[Array, Array, Array]:
    """Return violent members ``(leaving to fight, giving up, arrested)`` this month, persons.

    Equation:
        going = departure_rate * pull / (1 + pull)
        caught = violent_arrests * detection
        all = max(going + violent_fading + caught, 1)
        leaving = violent * going / all
        giving_up = violent * violent_fading / all
        arrested = violent * caught / all

    Args:
        violent: persons in violent groups at home, ``(run,)``.
        pull: appeal of groups abroad, 0 = none.
        detection: skill of the services against real threats, 0 to 1.

    Mechanisms: E04, P06, S11, S22.
    """
    leaving = departure_rate * pull / (1.0 + pull)
    caught = violent_arrests * detection
    scale = 1.0 / np.maximum(leaving + violent_fading + caught, 1.0)
    return violent * leaving * scale, violent * violent_fading * scale, violent * caught * scale


def fighters_fate(
    fighters: Array, *, fighter_losses: Array, fighter_return: Array
) -> tuple[Array, Array]:
    """Return fighters abroad ``(killed, come home)`` this month, persons, ``(run,)``.

    Equation:
        killed = fighter_losses * fighters
        come_home = fighter_return * fighters

    Mechanisms: S24, E04.
    """
    return fighters * fighter_losses, fighters * fighter_return
