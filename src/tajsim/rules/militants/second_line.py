"""The army behind the border guards."""

import numpy as np

from tajsim.axes import Array


def second_line(quality: Array, collusion: Array, growth: Array, presence: Array) -> Array:
    """Return readiness to act against militants inside, 0 to 1, ``(run,)``.

    The second line adds depth, but less than its paper strength; a patron's people make up for
    part of it.

    Equation:
        own = quality * (1 - collusion) * sqrt(growth)
        second_line = min(own + 0.5 * presence, 1)

    Args:
        quality: that of the army, share.
        collusion: corrupt share of the army, which exists on paper only.
        growth: strength over that of the start.
        presence: the patron's military presence, 0 to 1.

    Mechanisms: S25, X08, M119.
    """
    return np.minimum(quality * (1.0 - collusion) * np.sqrt(growth) + 0.5 * presence, 1.0)
