"""Unrest in the regions: killings over rents, punitive operations or talks, riots over arrests."""

import numpy as np

from tajsim.axes import Array


def killing_chance(
    share: Array, beyond: Array, unrest: Array, truce: Array, *, killing_rate: Array
) -> Array:
    """Return the probability of a killing over rents where a commander rules, ``(run,)``.

    A month's killing of a local officer for the sake of business, not of ideas: where rents are
    divided, and nobody above keeps order among those who divide them.

    Equation:
        stake = share * (1 - share) * beyond
        killing_chance = 1 - exp(-killing_rate * stake * (1 + unrest) * (1 - truce))

    Args:
        share: of the rents of all commanders that he draws, 0 to 1.
        beyond: 1 - the centre's control of his region, 0 to 1.
        unrest: bloodshed there of late, number.
        truce: how far an agreement holds there, 0 to 1.

    Mechanisms: S15, S16, E08.
    """
    stake = share * (1.0 - share) * beyond
    return 1.0 - np.exp(-killing_rate * stake * (1.0 + unrest) * (1.0 - truce))


def answer_chances(killed: Array, control: Array, *, talks: Array) -> tuple[Array, Array]:
    """Return the chances of ``(a punitive operation, an agreement)`` in a region, ``(run,)``.

    The centre sends troops, or talks, where an officer was killed in a place of which it holds
    less than half; elsewhere it has its police.

    Equation:
        beyond = killed * max(1 - 2 * control, 0)
        operation = (1 - talks) * beyond
        agreement = talks * beyond

    Args:
        killed: 1 where a local officer was killed this month, else 0.
        control: the centre's control of the region, 0 to 1.

    Mechanisms: S12.
    """
    beyond = killed * np.maximum(1.0 - 2.0 * control, 0.0)
    return (1.0 - talks) * beyond, talks * beyond


def riot_chance(
    hit: Array,
    strong: Array,
    grievance: Array,
    beyond: Array,
    unrest: Array,
    truce: Array,
    *,
    riot_rate: Array,
) -> Array:
    """Return the probability of a riot over the arrest of a dealer, ``(run,)``.

    Where strongmen live on the trade and the centre is weak, arrests in it bring a crowd out
    against the offices of the state.

    Equation:
        anger = hit * strong * grievance * beyond
        riot_chance = 1 - exp(-riot_rate * anger * (1 + unrest) * (1 - truce))

    Args:
        hit: protected trade of the region lost to arrests, in networks.
        strong: men of strongmen there over them and the state's force, 0 to 1.

    Mechanisms: S13, S14.
    """
    anger = hit * strong * grievance * beyond
    return 1.0 - np.exp(-riot_rate * anger * (1.0 + unrest) * (1.0 - truce))


def turnout_step(turnout: Array, protest: Array, fear: Array) -> Array:
    """Return how many come out over a first protest, ratio, ``(run,)``; 0 without one.

    Crowds that nobody checks grow with each month, the more the less people fear.

    Equation:
        turnout_next = protest * (1 + 2 * (1 - fear) * turnout)

    Mechanisms: M34, M37.
    """
    return protest * (1.0 + 2.0 * (1.0 - fear) * turnout)


def rising_chance(
    voicing: Array, turnout: Array, obeying: Array, patron: Array, *, rising_even: Array
) -> Array:
    """Return the probability that a crowd in the capital topples the ruler, ``(run,)``.

    Where too many come for those who would still obey; who tells them to go home needs to be
    many there at once.

    Equation:
        odds = (turnout * voicing / (rising_even * (obeying * (1 + patron) + 1))) ** 2
        rising_chance = odds / (1 + odds)

    Args:
        voicing: people of the capital who voice discontent, persons.
        turnout: over that of a first protest, 0 without one, ratio.
        obeying: of the force in the capital and at hand, who would act against a crowd, persons.
        patron: the patron's help against enemies inside, 0 to 1.

    Mechanisms: M34, M113, S27.
    """
    odds = (turnout * voicing / (rising_even * (obeying * (1.0 + patron) + 1.0))) ** 2
    return odds / (1.0 + odds)


def unrest_step(unrest: Array, happened: Array, *, clock_season: Array) -> Array:
    """Return the bloodshed of late, number, ``(run,)``: each act is remembered for a season.

    Equation:
        unrest_next = unrest * (1 - 1 / clock_season) + happened

    Args:
        happened: killings, operations and riots of the month, number.

    Mechanisms: S12.
    """
    return unrest * (1.0 - 1.0 / clock_season) + happened


def truce_step(truce: Array, agreed: Array, *, clock_year: Array) -> Array:
    """Return how far an agreement holds next month, 0 to 1, ``(run,)``; it wears off in a year.

    Equation:
        truce_next = max(truce * (1 - 1 / clock_year), agreed)

    Mechanisms: S12.
    """
    return np.maximum(truce * (1.0 - 1.0 / clock_year), agreed)


def shaken(level: Array, happened: Array, *, unrest_shock: Array) -> Array:
    """Return grievance or loss of control after an operation or a riot, 0 to 1, ``(run,)``.

    Equation:
        shaken = level + unrest_shock * happened * (1 - level)

    Mechanisms: S12, S13.
    """
    return level + unrest_shock * happened * (1.0 - level)
