"""What the drug costs at the Afghan line, and what it brings beyond the exits."""

import numpy as np

from tajsim.axes import Array


def price_at_border(
    bought: Array,
    harvest: Array,
    *,
    heroin_supply: Array,
    supply_elasticity: Array,
    price_border: Array,
) -> Array:
    """Return the price at the Afghan line in USD/kg, ``(run,)``.

    A record harvest makes the drug cheap, and cheap drugs are bought in greater volume.

    Equation:
        pressure = (bought + 1) / (heroin_supply * harvest)
        price_at_border = price_border * pressure ** (1 / supply_elasticity)

    Args:
        bought: kg bought last month by all networks.
        harvest: Afghan harvest, 1 = ordinary year.

    Mechanisms: E13, M59.
    """
    pressure = (bought + 1.0) / (heroin_supply * harvest)
    return price_border * pressure ** (1.0 / supply_elasticity)


def price_beyond(
    months: Array,
    *,
    price_exit: Array,
    remittance_growth: Array,
    migrant_demand: Array,
    price_following: Array,
) -> Array:
    """Return the price paid beyond each exit, USD/kg, ``(exit, run)``.

    Buyers abroad earn where the migrants earn: what they can pay follows the same wages, down in
    a slump as up before it.

    Equation:
        wages = max(migrant_demand, 0.1) * (1 + remittance_growth) ** months
        price_beyond = price_exit * wages ** price_following

    Args:
        months: months since January 2004.

    Mechanisms: M59.
    """
    # Some buy even where no migrant finds work.
    wages = np.maximum(migrant_demand, 0.1) * (1.0 + remittance_growth) ** months
    return price_exit * wages**price_following
