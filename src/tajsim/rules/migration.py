"""People who leave for work and come back, what they send, and what is made at home."""

import numpy as np

from tajsim.axes import Array


def migration_flow(
    home: Array,
    abroad: Array,
    demand: Array,
    usual: Array,
    *,
    clock_season: Array,
    clock_year: Array,
) -> Array:
    """Return persons leaving (positive) or returning this month, ``(run,)``.

    Equation:
        people = home + abroad
        gap = min(usual * demand, 1) * people - abroad
        migration_flow = gap / clock_year if gap > 0 else gap / clock_season

    Args:
        home: people in the region, persons.
        abroad: its migrants, persons.
        demand: work for migrants in Russia, 1 = as at the start.
        usual: share of people who were abroad at the start.

    Mechanisms: M38, M40, E01, E02, M133.
    """
    gap = np.minimum(usual * demand, 1.0) * (home + abroad) - abroad
    return np.where(gap > 0.0, gap / clock_year, gap / clock_season)


def remittances(
    abroad: Array,
    boom: Array,
    *,
    remittance_ratio: Array,
    output_start: Array,
    migrants_start: Array,
    migrant_wages: Array,
) -> Array:
    """Return money sent home, USD/month, ``(run,)``.

    Equation:
        usual = remittance_ratio * output_start / 12
        remittances = usual * abroad / migrants_start * exp(migrant_wages * boom)

    Args:
        boom: of Russian output over that at the start, logarithm.

    Mechanisms: M39, E01, E18.
    """
    usual = remittance_ratio * output_start / 12.0
    result: Array = usual * abroad / migrants_start * np.exp(migrant_wages * boom)
    return result


def idle_step(idle: Array, returned: Array, *, clock_five_years: Array) -> Array:
    """Return the returned migrants without work next month, persons, ``(run,)``.

    A slow return is taken up, a rapid and large one swamps the country (matveeva-2004:251), where
    there is little hope of work (icg-2016:17). Who leaves again is first taken from the idle.

    Equation:
        idle_next = max(idle + returned, 0) * (1 - 1 / clock_five_years)

    Args:
        returned: persons who came back, negative for those who left.

    Mechanisms: E02, M40, P26.
    """
    return np.maximum(idle + returned, 0.0) * (1.0 - 1.0 / clock_five_years)


def output_step(
    output: Array,
    people: Array,
    corruption: Array,
    closed: Array,
    *,
    output_start: Array,
    corruption_drag: Array,
    clock_five_years: Array,
) -> Array:
    """Return next month's home output, without remittances, USD/month, ``(run,)``.

    It follows the hands that make it. More corruption than usual (icg-2016:17) and crossings closed
    to trade (matveeva-2004:75), wear firms down over years; what was built from outside wears off.

    Equation:
        aim = output_start / 12 * people * exp(-corruption_drag * (corruption + closed))
        output_next = output + (aim - output) / clock_five_years

    Args:
        people: at home, less migrants back without work, over those at home at the start.
        corruption: share of posts and money that goes by patronage, less that at the start.
        closed: closure of the crossings to the neighbours less that at the start, -1 to 1.

    Mechanisms: E02, E05, E18, M79.
    """
    aim = output_start / 12.0 * people * np.exp(-corruption_drag * (corruption + closed))
    result: Array = output + (aim - output) / clock_five_years
    return result


def national_output(home: Array, sent: Array, *, remittance_multiplier: Array) -> Array:
    """Return national output, USD/month, ``(run,)``.

    Equation:
        national_output = home + remittance_multiplier * sent

    Mechanisms: M39, E18.
    """
    return home + remittance_multiplier * sent
