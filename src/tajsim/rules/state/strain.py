"""How strained the state is, and when it fails."""

import numpy as np

from tajsim.axes import Array

#: The states of the polity, in order.
STATES = ("stable", "strained", "failing", "failed")


def strain_aim(
    voice: Array,
    breaks: Array,
    shortfall: Array,
    incursion: Array,
    uncontrolled: Array,
    mafia: Array,
    succession: Array,
    *,
    strain_voice: Array,
    strain_breaks: Array,
    strain_shortfall: Array,
    strain_incursion: Array,
    strain_uncontrolled: Array,
    strain_mafia: Array,
    strain_succession: Array,
) -> Array:
    """Return the strain the state moves to, 0 to 1, ``(run,)``.

    Causes add up, each with its weight.

    Equation:
        people = strain_voice * voice + strain_uncontrolled * uncontrolled
        elite = strain_breaks * breaks + strain_shortfall * shortfall
        force = strain_incursion * incursion + strain_mafia * mafia
        push = people + elite + force + strain_succession * succession
        strain_aim = 1 - exp(-push)

    Args:
        voice: mean voiced discontent, 0 to 1.
        breaks: mutinies and defections of late, count.
        shortfall: clients' claims left unpaid, 0 to 1.
        incursion: militants inside, thousand persons.
        uncontrolled: share of the country outside control.
        mafia: hold of the drug trade over the state, 0 to 1.
        succession: how contested the succession is, 0 to 1.

    Mechanisms: E19, E22, P07, P21, P24, S27, M17, M34, M54, X20.
    """
    push = strain_voice * voice + strain_breaks * breaks + strain_shortfall * shortfall
    push = push + strain_incursion * incursion + strain_uncontrolled * uncontrolled
    push = push + strain_mafia * mafia + strain_succession * succession
    return 1.0 - np.exp(-push)


def strain_step(strain: Array, aim: Array, *, strain_speed: Array) -> Array:
    """Return next month's strain, 0 to 1, ``(run,)``.

    Equation:
        strain_next = strain + strain_speed * (aim - strain)

    Mechanisms: E19.
    """
    return strain + strain_speed * (aim - strain)


def failure_chance(strain: Array, *, failure_threshold: Array, failure_rate: Array) -> Array:
    """Return the probability that the state fails this month, ``(run,)``.

    Equation:
        failure_chance = 1 - exp(-failure_rate * max(strain - failure_threshold, 0))

    Mechanisms: E19, E22, P24.
    """
    return 1.0 - np.exp(-failure_rate * np.maximum(strain - failure_threshold, 0.0))


def polity(
    strain: Array, failed: Array, *, strained_from: Array, failure_threshold: Array
) -> Array:
    """Return the state of the polity as a number, ``(run,)``: 0 stable, ... 3 failed.

    Equation:
        level = (strain > strained_from) + (strain > failure_threshold)
        polity = 3 if failed > 0.5 else min(level, 2)

    Mechanisms: E19.
    """
    level = (strain > strained_from).astype(float) + (strain > failure_threshold)
    return np.where(failed > 0.5, 3.0, np.minimum(level, 2.0))
