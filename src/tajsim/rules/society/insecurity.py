"""Crime, and life beside a weakly guarded border."""

import numpy as np

from tajsim.axes import Array


def crime_aim(policing: Array, idle: Array, *, crime_force: Array, crime_idle: Array) -> Array:
    """Return the crime that a country moves to, 1 = as in 2004, ``(run,)``.

    ``policing ** -crime_force * (1 + crime_idle * idle)``: a large force breaks gangs.

    Args:
        policing: police per head times own effort on order, over that at the start.
        idle: returned migrants without work, share of people.

    Mechanisms: M36, E02.
    """
    return np.maximum(policing, 0.1) ** -crime_force * (1.0 + crime_idle * idle)


def crime_step(crime: Array, aim: Array, *, crime_speed: Array) -> Array:
    """Return next month's crime, 1 = as in 2004, ``(run,)``.

    Mechanisms: M36.
    """
    return crime + crime_speed * (aim - crime)


def insecurity(crime: Array, border_weakness: Array, *, border_exposure: Array) -> Array:
    """Return the insecurity that people of a region live in, index, ``(run,)``.

    ``crime + border_exposure * border_weakness``: raids and hostage-taking come with a weak
    guard, and people near the line want it strong.

    Args:
        crime: 1 = as in 2004.
        border_weakness: 1 - honest strength of the guard beside the region, 0 to 1.

    Mechanisms: M36, M44, M72.
    """
    return crime + border_exposure * border_weakness
