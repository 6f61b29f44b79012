"""Grievance, and how much of it a legal channel takes up."""

import numpy as np

from tajsim.axes import Array


def absorption(
    seat_share: Array,
    standing: Array,
    appeal: Array,
    creed: Array,
    *,
    absorption_limit: Array,
    absorption_half_seats: Array,
    sermon_effect: Array,
    vote_fraud: Array,
    fraud_cost: Array,
) -> Array:
    """Return the share of grievance that the legal channel carries, 0 to 1, ``(run,)``.

    Even a tiny representation absorbs much, more seats add less and less; sermons written by the
    state take voters from the party, and votes that are not counted take the belief that voting
    helps.

    Equation:
        heard = appeal * (1 - sermon_effect * creed)
        believed = absorption_limit * standing * (1 - fraud_cost * vote_fraud)
        voice = 0.5 + 0.5 * seat_share / (seat_share + absorption_half_seats)
        absorption = believed * min(2 * heard / (1 + heard), 1.5) * voice

    Args:
        seat_share: seats of the party over all seats.
        standing: legal standing, 1 = tolerated, 0 = closed.
        appeal: pull of its leadership, 1 = as in 2004.
        creed: control of religion, 0 to 1.

    Mechanisms: P01, P03, P08, P27, M101.
    """
    heard = appeal * (1.0 - sermon_effect * creed)
    believed = absorption_limit * standing * (1.0 - fraud_cost * vote_fraud)
    voice = 0.5 + 0.5 * seat_share / (seat_share + absorption_half_seats)
    return believed * np.minimum(2.0 * heard / (1.0 + heard), 1.5) * voice


def grievance_aim(
    hardship: Array,
    extortion: Array,
    creed: Array,
    idle: Array,
    exclusion: Array,
    insecurity: Array,
    absorbed: Array,
    *,
    grievance_hardship: Array,
    grievance_extortion: Array,
    grievance_creed: Array,
    grievance_idle: Array,
    grievance_exclusion: Array,
    grievance_insecurity: Array,
) -> Array:
    """Return the grievance a region moves to, 0 to 1, ``(run,)``.

    Causes add up, each with its weight; a legal channel carries part of what they make.

    Equation:
        living = grievance_hardship * hardship + grievance_idle * idle
        police = grievance_extortion * extortion + grievance_insecurity * insecurity
        rights = grievance_creed * creed + grievance_exclusion * exclusion
        grievance_aim = (1 - exp(-(living + police + rights))) * (1 - absorbed)

    Args:
        hardship: share of people in hardship.
        extortion: what the police take, share of income.
        creed: religious control times the devout share, 0 to 1.
        idle: returned migrants without work, share of people.
        exclusion: how closed politics is to people of the region, 0 to 1.
        insecurity: crime and life beside a weak border, 1 = as in 2004.
        absorbed: share that a legal channel carries.

    Mechanisms: M35, P04, P05, P07, P20, P25, P26, E02, E03, M36, M72.
    """
    push = grievance_hardship * hardship + grievance_extortion * extortion
    push = push + grievance_creed * creed + grievance_idle * idle
    push = push + grievance_exclusion * exclusion + grievance_insecurity * insecurity
    return (1.0 - np.exp(-push)) * (1.0 - absorbed)


def grievance_step(grievance: Array, aim: Array, *, grievance_speed: Array) -> Array:
    """Return next month's grievance, 0 to 1, ``(run,)``.

    Equation:
        grievance_next = grievance + grievance_speed * (aim - grievance)

    Mechanisms: M35.
    """
    return grievance + grievance_speed * (aim - grievance)
