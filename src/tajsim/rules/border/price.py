"""What the drug costs at the Afghan line."""

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

    ``price_border * (bought / (supply * harvest)) ** (1 / elasticity)``: a record harvest makes
    the drug cheap, and cheap drugs are bought in greater volume.

    Args:
        bought: kg bought last month by all networks.
        harvest: Afghan harvest, 1 = ordinary year.

    Mechanisms: E13, M59.
    """
    pressure = (bought + 1.0) / (heroin_supply * harvest)
    return price_border * pressure ** (1.0 / supply_elasticity)
