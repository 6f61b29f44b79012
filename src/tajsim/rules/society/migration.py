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
    leaving_speed: Array,
    return_speed: Array,
) -> Array:
    """Return persons leaving (positive) or returning this month, ``(run,)``.

    Moves to ``share * (home + abroad) * demand * (0.5 + hardship / 0.64 * 0.5)``: slowly out, at
    once back when the work is gone.

    Args:
        home: people in the region, persons.
        abroad: its migrants, persons.
        demand: work for migrants in Russia, 1 = as in 2004.
        hardship: share of the region in hardship, 0 to 1.

    Mechanisms: M38, M40, E01, E02, M133.
    """
    wanted = migrant_share * (home + abroad) * demand * (0.5 + 0.5 * hardship / 0.64)
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

    ``abroad * per_migrant * demand * (1 + growth) ** months``.

    Args:
        months: months since January 2004.

    Mechanisms: M39, E01, E18.
    """
    return abroad * remittance_per_migrant * demand * (1.0 + remittance_growth) ** months


def idle_step(idle: Array, returned: Array, *, reabsorption: Array) -> Array:
    """Return the returned migrants without work next month, persons, ``(run,)``.

    Mechanisms: E02, M40.
    """
    return (idle + np.maximum(returned, 0.0)) * (1.0 - reabsorption)
