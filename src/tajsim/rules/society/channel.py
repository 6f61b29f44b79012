"""Members of movements: who stays legal, who goes underground, who turns to violence."""

import numpy as np

from tajsim.axes import Array


def members_step(
    members: Array, pool: Array, *, member_recruitment: Array, member_leaving: Array
) -> tuple[Array, Array]:
    """Return ``(joining, leaving)`` persons this month, ``(run,)``.

    Args:
        members: persons.
        pool: people who could be won, persons.

    Mechanisms: M87, M88, M102.
    """
    return member_recruitment * pool, member_leaving * members


def shed(
    members: Array,
    closed: Array,
    *,
    shedding: Array,
    violent_share: Array,
    underground_share: Array,
) -> tuple[Array, Array, Array]:
    """Split members lost by a closed movement into ``(violent, underground, passive)`` persons.

    ``members * shedding * closed``; only some turn to violence.

    Args:
        closed: 1 - legal standing, 0 to 1, ``(run,)``.

    Mechanisms: P02, M101, P16.
    """
    lost = members * shedding * closed
    violent, underground = lost * violent_share, lost * underground_share
    return violent, underground, np.maximum(lost - violent - underground, 0.0)


def radicalised(
    people: Array,
    grievance: Array,
    creed: Array,
    absorbed: Array,
    idle: Array,
    pull: Array,
    *,
    radicalisation_rate: Array,
    idle_recruits: Array,
) -> Array:
    """Return people who turn to violent groups this month, persons, ``(run,)``.

    ``rate * people * grievance * (0.2 + creed) * (1 - absorbed) * (1 + pull) * (1 +
    idle_recruits * idle)``.

    Args:
        people: at home in the region, persons.
        creed: religious control times the devout share, 0 to 1.
        absorbed: share of grievance that the legal channel carries.
        idle: returned migrants without work, share of people.
        pull: appeal of groups abroad, 0 = none.

    Mechanisms: P02, P04, P05, E03, E04, S05, M87, M92, M93, P06.
    """
    base = radicalisation_rate * people * grievance * (0.2 + creed) * (1.0 - absorbed)
    return base * (1.0 + pull) * (1.0 + idle_recruits * idle)


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

    Args:
        violent: persons in violent groups at home, ``(run,)``.
        pull: appeal of groups abroad, 0 = none.
        detection: skill of the services against real threats, 0 to 1.

    Mechanisms: E04, P06, S11, S22, M90.
    """
    leaving = departure_rate * pull / (1.0 + pull)
    caught = violent_arrests * detection
    scale = 1.0 / np.maximum(leaving + violent_fading + caught, 1.0)
    return violent * leaving * scale, violent * violent_fading * scale, violent * caught * scale
