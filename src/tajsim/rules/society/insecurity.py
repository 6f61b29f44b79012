"""Crime, and life beside a weakly guarded border."""

import numpy as np

from tajsim.axes import Array


def crime_aim(
    policing: Array,
    idle: Array,
    gangs: Array,
    *,
    crime_force: Array,
    crime_idle: Array,
    gang_crime: Array,
) -> Array:
    """Return the crime that a country moves to, 1 = as in 2004, ``(run,)``.

    A large force deters, men without work steal, and gangs do a part of it.

    Equation:
        petty = max(policing, 0.1) ** -crime_force * (1 + crime_idle * idle)
        crime_aim = (1 - gang_crime) * petty + gang_crime * gangs

    Args:
        policing: police per head times own effort on order, over that at the start.
        idle: returned migrants without work, share of people.
        gangs: 1 = as in 2004.

    Mechanisms: M36, E02.
    """
    petty = np.maximum(policing, 0.1) ** -crime_force * (1.0 + crime_idle * idle)
    return (1.0 - gang_crime) * petty + gang_crime * gangs


def crime_step(crime: Array, aim: Array, *, crime_speed: Array) -> Array:
    """Return next month's crime, 1 = as in 2004, ``(run,)``.

    Equation:
        crime_next = crime + crime_speed * (aim - crime)

    Mechanisms: M36.
    """
    return crime + crime_speed * (aim - crime)


def insecurity(crime: Array, border_weakness: Array, *, border_exposure: Array) -> Array:
    """Return the insecurity that people of a region live in, index, ``(run,)``.

    Raids and hostage-taking come with a weak guard, and people near the line want it strong.

    Equation:
        insecurity = crime + border_exposure * border_weakness

    Args:
        crime: 1 = as in 2004.
        border_weakness: 1 - honest strength of the guard beside the region, 0 to 1.

    Mechanisms: M36, M44, M72.
    """
    return crime + border_exposure * border_weakness
