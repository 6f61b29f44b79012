"""How closed politics is to those outside the ruling circle."""

import numpy as np

from tajsim.axes import Array


def exclusion(
    standing: Array,
    step: Array,
    corruption: Array,
    opposition: Array,
    *,
    exclusion_of_others: Array,
    no_recourse: Array,
    cronyism: Array,
) -> Array:
    """Return how far people of a region find politics closed, 0 to 1, ``(run,)``.

    The ban hits the side that lost the war first, and its old divisions come back; without
    leaders and lawyers nobody speaks for the accused; cronyism shuts out everyone who could rise
    by merit.

    Equation:
        closed = (1 - standing) * min(exclusion_of_others + opposition, 1)
        found = closed * (1 + no_recourse * step / 6) + cronyism * corruption
        exclusion = 1 - exp(-found)

    Args:
        standing: legal standing of the party, 1 = tolerated, 0 = closed.
        step: step on the repression ladder, 0 to 6.
        corruption: mean collusion of the agencies, 0 to 1.
        opposition: share of people of the wartime opposition, 0 to 1.

    Mechanisms: P07, P15, P20, P21, P25.
    """
    closed = (1.0 - standing) * np.minimum(exclusion_of_others + opposition, 1.0)
    found = closed * (1.0 + no_recourse * step / 6.0) + cronyism * corruption
    return 1.0 - np.exp(-found)
