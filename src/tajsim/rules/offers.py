"""What outside powers offer: alarm, rivalry, guarantees, rent of the base."""

import numpy as np

from tajsim.axes import Array


def invested(strain: Array, *, power_investment: Array) -> Array:
    """Return what each power's firms invest this month, USD/month, ``(power, run)``.

    It depends on how safe the money is, not on how the country is ruled or aligned; no rule of
    leverage or conditions reads it.

    Equation:
        invested = power_investment / 12 * (1 - strain)

    Args:
        strain: of the state, 0 to 1, ``(run,)``.

    Mechanisms: O20.
    """
    return power_investment / 12.0 * (1.0 - strain)


def output_gained(invested: Array, *, investment_yield: Array) -> Array:
    """Return the monthly output that a month's investment adds for good, USD/month, ``(run,)``.

    Equation:
        output_gained = investment_yield / 12 * invested

    Args:
        invested: by all powers, USD in this month.

    Mechanisms: O20.
    """
    return investment_yield / 12.0 * invested


def hostility_step(
    hostility: Array,
    transit: Array,
    militants: Array,
    *,
    neighbour_hostility: Array,
    hostility_blame: Array,
    alliance_half: Array,
    clock_year: Array,
) -> Array:
    """Return Uzbekistan's hostility next month, index, ``(run,)``.

    The neighbour was an ally in the war, its interest has changed, and it blames the country for
    what it tolerates.

    Equation:
        sheltered = militants / (militants + alliance_half)
        blame = hostility_blame * (transit - 1 + sheltered)
        aim = max(neighbour_hostility * (1 + blame), 0)
        hostility_next = hostility + (aim - hostility) / clock_year

    Args:
        transit: drugs leaving towards Uzbekistan over those of the start.
        militants: who pass through, persons; an invasion's number gives half of the blame.

    Mechanisms: M98, M103.
    """
    sheltered = militants / (militants + alliance_half)
    blame = hostility_blame * (transit - 1.0 + sheltered)
    aim = np.maximum(neighbour_hostility * (1.0 + blame), 0.0)
    return hostility + (aim - hostility) / clock_year


def hardening(guard: Array, hostility: Array, *, hardening_limit: Array) -> Array:
    """Return how far neighbours close their own side, index, ``(run,)``.

    What the country does not hold at its Afghan line they hold at theirs.

    Equation:
        hardening = hardening_limit * (1 - guard) * (0.5 + hostility)

    Args:
        guard: mean honest strength of the Afghan line, 0 to 1.
        hostility: index.

    Mechanisms: M76, X17.
    """
    return hardening_limit * (1.0 - guard) * (0.5 + hostility)


def guarantee(
    alignment: Array, presence: Array, *, power_guarantee: Array, guarantee_reward: Array
) -> Array:
    """Return the power's backing of the ruler, 0 to 1, ``(run,)``.

    Equation:
        reward = guarantee_reward * max(alignment, 0) * presence
        guarantee = min(power_guarantee + reward, 1)

    Args:
        alignment: position of the regime, -1 West to 1 Moscow.
        presence: the power's military presence, 0 to 1.

    Mechanisms: M26, M113, X21, O19, M85.
    """
    return np.minimum(power_guarantee + guarantee_reward * np.maximum(alignment, 0.0) * presence, 1)
