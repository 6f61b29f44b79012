"""The ladder of repression against the legal party."""

import numpy as np

from tajsim.axes import REPRESSION_STEPS, Array


def rival_threat(
    appeal: Array,
    seat_share: Array,
    incidents: Array,
    uncontrolled: Array,
    voice: Array,
    *,
    threat_appeal: Array,
    threat_incidents: Array,
    threat_uncontrolled: Array,
) -> Array:
    """Return the threat the regime sees in the legal party, 0 and up, ``(run,)``.

    It follows appeal, not violence, and areas that refuse control are held against the party.

    Equation:
        blamed = threat_incidents * incidents + threat_uncontrolled * uncontrolled
        rival_threat = threat_appeal * max(appeal - 1, 0) + blamed + voice + seat_share

    Args:
        incidents: recent violent incidents, index.
        uncontrolled: share of the country outside control.
        voice: mean voiced discontent.

    Mechanisms: P09, P10, P11, X19.
    """
    push = threat_appeal * np.maximum(appeal - 1.0, 0.0) + threat_incidents * incidents
    return push + threat_uncontrolled * uncontrolled + voice + seat_share


def step_hazard(
    threat: Array,
    step: Array,
    outside_cost: Array,
    *,
    ladder_rate: Array,
    ladder_threshold: Array,
    ladder_ratchet: Array,
) -> Array:
    """Return the monthly probability of one more step up the ladder, ``(run,)``.

    Each step eases the next, and it never goes down by itself.

    Equation:
        push = max(threat - ladder_threshold, 0) * (1 + ladder_ratchet * step)
        hazard = ladder_rate * push * (1 - outside_cost)
        step_hazard = 0 if step >= 6 else 1 - exp(-hazard)

    Args:
        step: step now, 0 to 6.
        outside_cost: what partners would make the regime pay, 0 to 1.

    Mechanisms: P11, P13, P22, O04, O07, O22, P14.
    """
    push = np.maximum(threat - ladder_threshold, 0.0) * (1.0 + ladder_ratchet * step)
    hazard = ladder_rate * push * (1.0 - outside_cost)
    return np.where(step >= len(REPRESSION_STEPS), 0.0, 1.0 - np.exp(-hazard))


def standing(step: Array) -> Array:
    """Return the legal standing of the party at a step: 1, .7, .4, then closed, ``(run,)``.

    Equation:
        standing = 1 if step < 0.5 else 0.7 if step < 1.5 else 0.4 if step < 2.5 else 0

    Mechanisms: P01, P02, P11.
    """
    return np.where(step < 0.5, 1.0, np.where(step < 1.5, 0.7, np.where(step < 2.5, 0.4, 0.0)))


def outside_cost(
    west_share: Array, west_priority: Array, moscow_tolerance: Array, *, condition_weight: Array
) -> Array:
    """Return what repression costs the regime abroad, 0 to 1, ``(run,)``.

    Partners who need the country for other ends look away.

    Equation:
        minding = west_share * (1 - west_priority) * (1 - moscow_tolerance)
        outside_cost = min(condition_weight * minding, 1)

    Args:
        west_share: Western share of outside provision.
        west_priority: weight of the Afghan war in Western policy, 0 to 1.
        moscow_tolerance: how far Moscow accepts the regime's version, 0 to 1.

    Mechanisms: O04, O05, O07, O21, O22, O25, P13, P22.
    """
    cost = condition_weight * west_share * (1.0 - west_priority) * (1.0 - moscow_tolerance)
    return np.minimum(cost, 1.0)
