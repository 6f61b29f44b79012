"""A power that comes to trade: it invests, and asks for nothing."""

from tajsim.axes import Array


def invested(strain: Array, *, power_investment: Array, investor_caution: Array) -> Array:
    """Return what each power's firms invest this month, USD/month, ``(power, run)``.

    It depends on how safe the money is, not on how the country is ruled or aligned; no rule of
    leverage or conditions reads it.

    Equation:
        invested = power_investment / 12 * (1 - investor_caution * strain)

    Args:
        strain: of the state, 0 to 1, ``(run,)``.

    Mechanisms: O20.
    """
    return power_investment / 12.0 * (1.0 - investor_caution * strain)


def output_gained(invested: Array, *, investment_yield: Array) -> Array:
    """Return the monthly output that a month's investment adds for good, USD/month, ``(run,)``.

    Equation:
        output_gained = investment_yield / 12 * invested

    Args:
        invested: by all powers, USD in this month.

    Mechanisms: O20.
    """
    return investment_yield / 12.0 * invested
