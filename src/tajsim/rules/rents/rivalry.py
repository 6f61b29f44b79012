"""Violence of business: rents are fought over, dealers defended, towns punished."""

import numpy as np

from tajsim.axes import Array


def killing_chance(
    income: Array, contested: Array, *, rivalry_rate: Array, rivalry_rents: Array
) -> Array:
    """Return the probability of a killing over rents where a commander rules, ``(run,)``.

    A month's killing of a local officer for the sake of business, not of ideas.

    Equation:
        stake = income / (income + rivalry_rents)
        killing_chance = 1 - exp(-rivalry_rate * stake * contested)

    Args:
        income: rents that the commander draws, USD/month.
        contested: share of the rents of all commanders that others draw, 0 to 1.

    Mechanisms: S15, S16, E08.
    """
    stake = income / (income + rivalry_rents)
    return 1.0 - np.exp(-rivalry_rate * stake * contested)


def operation_chance(struck: Array, control: Array, *, operation_share: Array) -> Array:
    """Return the probability of a punitive operation in a region, ``(run,)``.

    The centre sends troops where an officer was killed, into a place that it does not hold.

    Equation:
        operation_chance = operation_share * (1 - control) * struck

    Args:
        struck: 1 where a local officer was killed this month, else 0.
        control: the centre's control of the region, 0 to 1.

    Mechanisms: S12.
    """
    return operation_share * (1.0 - control) * struck


def riot_chance(
    hit: Array, power: Array, grievance: Array, uncontrolled: Array, *, riot_rate: Array
) -> Array:
    """Return the probability of a riot over the arrest of a dealer, ``(run,)``.

    Where a strongman protects the trade and the centre is weak, the arrest of its people brings
    a crowd out against the offices of the state.

    Equation:
        riot_chance = 1 - exp(-riot_rate * hit * power * grievance * uncontrolled)

    Args:
        hit: networks lost to arrests among those he protects, in networks.
        power: the strongman's independent power, 0 to 1.
        grievance: that of his region, 0 to 1.
        uncontrolled: 1 - the centre's control of his region, 0 to 1.

    Mechanisms: S13, S14.
    """
    return 1.0 - np.exp(-riot_rate * hit * power * grievance * uncontrolled)
