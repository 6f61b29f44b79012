"""Grievance, and how much of it a legal channel takes up."""

import numpy as np

from tajsim.axes import Array


def absorption(
    seat_share: Array,
    standing: Array,
    appeal: Array,
    *,
    absorption_limit: Array,
    absorption_half_seats: Array,
) -> Array:
    """Return the share of grievance that the legal channel carries, 0 to 1, ``(run,)``.

    ``limit * standing * appeal / (1 + appeal) * 2 * (0.5 + 0.5 * s / (s + half))``: even a
    tiny representation absorbs much, more seats add less and less.

    Args:
        seat_share: seats of the party over all seats.
        standing: legal standing, 1 = tolerated, 0 = closed.
        appeal: pull of its leadership, 1 = as in 2004.

    Mechanisms: P01, P03, M101, P27.
    """
    voice = 0.5 + 0.5 * seat_share / (seat_share + absorption_half_seats)
    return absorption_limit * standing * np.minimum(2.0 * appeal / (1.0 + appeal), 1.5) * voice


def grievance_aim(
    hardship: Array,
    extortion: Array,
    creed: Array,
    idle: Array,
    exclusion: Array,
    absorbed: Array,
    *,
    grievance_hardship: Array,
    grievance_extortion: Array,
    grievance_creed: Array,
    grievance_idle: Array,
    grievance_exclusion: Array,
) -> Array:
    """Return the grievance a region moves to, 0 to 1, ``(run,)``.

    ``1 - exp(-sum of weight * cause)``, times ``1 - absorbed``.

    Args:
        hardship: share of people in hardship.
        extortion: what the police take, share of income.
        creed: religious control times the devout share, 0 to 1.
        idle: returned migrants without work, share of people.
        exclusion: closed politics times the share of the former opposition, 0 to 1.
        absorbed: share that a legal channel carries.

    Mechanisms: M35, P04, P05, P07, P20, P25, P26, E02, E03, S23, S29.
    """
    push = grievance_hardship * hardship + grievance_extortion * extortion
    push = push + grievance_creed * creed + grievance_idle * idle
    push = push + grievance_exclusion * exclusion
    return (1.0 - np.exp(-push)) * (1.0 - absorbed)


def grievance_step(grievance: Array, aim: Array, *, grievance_speed: Array) -> Array:
    """Return next month's grievance, 0 to 1, ``(run,)``.

    Mechanisms: M35.
    """
    return grievance + grievance_speed * (aim - grievance)
