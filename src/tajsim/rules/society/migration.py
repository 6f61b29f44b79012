"""Who leaves for work, who comes back, and what is sent home."""

import numpy as np

from tajsim.axes import Array


def migration_flow(
    home: Array,
    abroad: Array,
    demand: Array,
    hardship: Array,
    *,
    migrant_share: Array,
    poverty_start: Array,
    leaving_speed: Array,
    return_speed: Array,
) -> Array:
    """Return persons leaving (positive) or returning this month, ``(run,)``.

    Slowly out, at once back when the work is gone.

    Equation:
        people = home + abroad
        need = 0.5 + 0.5 * hardship / poverty_start
        gap = min(migrant_share * people * demand * need, 0.9 * people) - abroad
        migration_flow = leaving_speed * gap if gap > 0 else return_speed * gap

    Args:
        home: people in the region, persons.
        abroad: its migrants, persons.
        demand: work for migrants in Russia, 1 = as in 2004.
        hardship: share of the region in hardship, 0 to 1.

    Mechanisms: M38, M40, E01, E02, M133.
    """
    wanted = migrant_share * (home + abroad) * demand * (0.5 + 0.5 * hardship / poverty_start)
    gap = np.minimum(wanted, 0.9 * (home + abroad)) - abroad
    return np.where(gap > 0.0, leaving_speed * gap, return_speed * gap)


def remittances(
    abroad: Array,
    demand: Array,
    months: Array,
    *,
    remittance_per_migrant: Array,
    remittance_growth: Array,
) -> Array:
    """Return money sent home, USD/month, ``(run,)``.

    Equation:
        grown = (1 + remittance_growth) ** months
        remittances = abroad * remittance_per_migrant * demand * grown

    Args:
        months: months since January 2004.

    Mechanisms: M39, E01, E18.
    """
    return abroad * remittance_per_migrant * demand * (1.0 + remittance_growth) ** months


def idle_step(
    idle: Array, returned: Array, home: Array, *, reabsorption: Array, idle_crowding: Array
) -> Array:
    """Return the returned migrants without work next month, persons, ``(run,)``.

    A slow return is taken up, a rapid and large one swamps the country. Who leaves again is first
    taken from the idle.

    Equation:
        left = max(idle + returned, 0)
        crowded = 1 + left / (idle_crowding * home)
        idle_next = left * (1 - reabsorption / crowded)

    Args:
        idle: persons.
        returned: persons who came back, negative for those who left.
        home: people in the region, persons.

    Mechanisms: E02, M40, P26.
    """
    left = np.maximum(idle + returned, 0.0)
    return left * (1.0 - reabsorption / (1.0 + left / (idle_crowding * home)))
