"""How far a power backs the ruler."""

import numpy as np

from tajsim.axes import Array


def guarantee(
    alignment: Array,
    presence: Array,
    *,
    power_guarantee: Array,
    guarantee_reward: Array,
) -> Array:
    """Return the power's backing of the ruler, 0 to 1, ``(run,)``.

    A patron protects who leans on it, and only as far as it is there.

    Equation:
        reward = guarantee_reward * max(alignment, 0) * presence
        guarantee = min(power_guarantee + reward, 1)

    Args:
        alignment: position of the regime, -1 West to 1 Moscow.
        presence: the power's military presence, 0 to 1.

    Mechanisms: M26, M113, X21, O19, M85.
    """
    return np.minimum(power_guarantee + guarantee_reward * np.maximum(alignment, 0.0) * presence, 1)


def leverage(debt: Array, migrants: Array, *, debt_scale: Array, migrant_scale: Array) -> Array:
    """Return what the patron can do to the regime, 0 to 1, ``(run,)``.

    Equation:
        leverage = 1 - 1 / (1 + debt / debt_scale + migrants / migrant_scale)

    Args:
        debt: owed to the patron, USD.
        migrants: citizens who work there, persons.

    Mechanisms: M111, O18, M112.
    """
    return 1.0 - 1.0 / (1.0 + debt / debt_scale + migrants / migrant_scale)


def objection(bloc_share: Array, *, bloc_tolerance: Array) -> Array:
    """Return how strongly the patron objects to more help from blocs, 0 to 1, ``(run,)``.

    Several states are welcome, the dominance of a bloc is not.

    Equation:
        objection = max(bloc_share - bloc_tolerance, 0) / (1 - bloc_tolerance)

    Args:
        bloc_share: share of all outside provision that comes from rival blocs, 0 to 1.

    Mechanisms: O12, O13.
    """
    return np.maximum(bloc_share - bloc_tolerance, 0.0) / (1.0 - bloc_tolerance)


def displeasure(leverage: Array, reliance: Array) -> Array:
    """Return what the patron can make the offer of another cost, 0 to 1, ``(run,)``.

    Debt and migrants are what it can use, and the more of the work it does the less it can be
    refused.

    Equation:
        displeasure = leverage * reliance

    Args:
        leverage: what the patron can do to the regime, 0 to 1.
        reliance: share of all security work that it does, 0 to 1.

    Mechanisms: M120.
    """
    return leverage * reliance
