"""Hardship from what people have to live on."""

from tajsim.axes import Array


def output_step(
    output: Array, corruption: Array, *, output_growth: Array, corruption_drag: Array
) -> Array:
    """Return next month's home output, without remittances, USD/month, ``(run,)``.

    Corruption slows firms from now on, it does not undo the growth of years past.

    Equation:
        output_next = output * (1 + output_growth * (1 - corruption_drag * corruption))

    Args:
        output: this month's, USD/month.
        corruption: mean collusion of the agencies, 0 to 1.

    Mechanisms: E05, E18.
    """
    return output * (1.0 + output_growth * (1.0 - corruption_drag * corruption))


def national_output(home: Array, remittances: Array, *, remittance_multiplier: Array) -> Array:
    """Return national output, USD/month, ``(run,)``.

    Equation:
        national_output = home + remittance_multiplier * remittances

    Args:
        home: output without remittances, USD/month.
        remittances: money sent home, USD/month.

    Mechanisms: M39, E18.
    """
    return home + remittance_multiplier * remittances


def hardship(
    income: Array,
    loss: Array,
    *,
    poverty_start: Array,
    income_start: Array,
    hardship_slope: Array,
) -> Array:
    """Return the share of people in hardship, 0 to 1, ``(run,)``.

    Equation:
        odds = (1 - poverty_start) / poverty_start
        relative = max((income - loss) / income_start, 0.05)
        hardship = 1 / (1 + odds * relative**hardship_slope)

    Args:
        income: output and remittances a head, USD/person/month.
        loss: extortion a head, USD/person/month.

    Mechanisms: M39, E01, M35, E05.
    """
    odds = (1.0 - poverty_start) / poverty_start
    relative = (income - loss) / income_start
    relative = relative + (0.05 - relative) * (relative < 0.05)
    return 1.0 / (1.0 + odds * relative**hardship_slope)
