"""Camps in a valley that the state does not hold, and where their men go on to."""

import numpy as np

from tajsim.axes import Array


def camps_step(
    camps: Array, inside: Array, control: Array, *, camp_half: Array, camp_speed: Array
) -> Array:
    """Return how far militants have camps in the country next month, 0 to 1, ``(run,)``.

    Men who are in the country settle where the centre does not reach.

    Equation:
        aim = (1 - control) * inside / (inside + camp_half)
        camps_next = camps + camp_speed * (aim - camps)

    Args:
        inside: militants in the country, persons.
        control: the centre's control of the valley, 0 to 1.

    Mechanisms: M94.
    """
    aim = (1.0 - control) * inside / (inside + camp_half)
    return camps + camp_speed * (aim - camps)


def reach(force: Array, camps: Array, *, camp_cover: Array) -> Array:
    """Return the readiness that reaches militants who have camps, 0 to 1, ``(run,)``.

    Equation:
        reach = force * (1 - camp_cover * camps)

    Args:
        force: readiness of army, police and patron to act, 0 to 1.
        camps: how far militants have camps, 0 to 1.

    Mechanisms: M94.
    """
    return force * (1.0 - camp_cover * camps)


def moving_on(passing: Array, camps: Array, hardening: Array, *, onward_rate: Array) -> Array:
    """Return militants who go on towards Ferghana this month, persons, ``(run,)``.

    Camps feed and gather a party; a neighbour who closes his side stops part of it.

    Equation:
        pace = onward_rate * (0.5 + camps) / (1 + hardening)
        moving_on = passing * min(pace, 1)

    Args:
        passing: militants in the country who mean to go on, persons.
        camps: how far militants have camps, 0 to 1.
        hardening: how far the neighbours close their own side, index.

    Mechanisms: M94, X12.
    """
    pace = onward_rate * (0.5 + camps) / (1.0 + hardening)
    return passing * np.minimum(pace, 1.0)


def raided(hostility: Array, raiders: Array, *, raid_anger: Array) -> Array:
    """Return Uzbekistan's hostility after raids from the country, index, ``(run,)``.

    It blames the country for camps and for borders crossed unchecked.

    Equation:
        raided = hostility + raid_anger * raiders / 1000

    Args:
        raiders: militants who went on this month, persons.

    Mechanisms: M94, M98, X12.
    """
    return hostility + raid_anger * raiders / 1000.0
