"""When the drug trade grows stronger than the state that tolerates it."""

import numpy as np

from tajsim.axes import Array


def mafia_step(
    mafia: Array,
    drug_income: Array,
    revenue: Array,
    *,
    mafia_threshold: Array,
    mafia_speed: Array,
) -> Array:
    """Return the trade's hold over the state next month, 0 to 1, ``(run,)``.

    Tolerance is without cost for years, then the trade is too rich to be governed.

    Equation:
        excess = max(drug_income / max(revenue, 1) - mafia_threshold, 0)
        mafia_next = mafia + mafia_speed * (excess / (1 + excess) - mafia)

    Args:
        drug_income: of all networks, USD/month.
        revenue: of the state, USD/month.

    Mechanisms: M54.
    """
    excess = np.maximum(drug_income / np.maximum(revenue, 1.0) - mafia_threshold, 0.0)
    return mafia + mafia_speed * (excess / (1.0 + excess) - mafia)
