"""What the neighbours make of a country that others pass through."""

import numpy as np

from tajsim.axes import Array


def hostility_step(
    hostility: Array,
    transit: Array,
    militants: Array,
    *,
    neighbour_hostility: Array,
    hostility_transit: Array,
    hostility_militants: Array,
    hostility_speed: Array,
) -> Array:
    """Return Uzbekistan's hostility next month, index, ``(run,)``.

    The neighbour was an ally in the war, its interest has changed, and it blames the country for
    what it tolerates.

    Equation:
        blame = hostility_transit * (transit - 1) + hostility_militants * militants
        aim = max(neighbour_hostility * (1 + blame), 0)
        hostility_next = hostility + hostility_speed * (aim - hostility)

    Args:
        transit: drugs leaving towards Uzbekistan over those of the start.
        militants: militants in the country, thousand persons.

    Mechanisms: M98, M103.
    """
    blame = hostility_transit * (transit - 1.0) + hostility_militants * militants
    aim = np.maximum(neighbour_hostility * (1.0 + blame), 0.0)
    return hostility + hostility_speed * (aim - hostility)


def hardening(guard: Array, hostility: Array, *, hardening_limit: Array) -> Array:
    """Return how far neighbours close their own side, index, ``(run,)``.

    What the country does not hold at its Afghan line they hold at theirs.

    Equation:
        hardening = hardening_limit * (1 - guard) * (0.5 + hostility)

    Args:
        guard: mean honest strength of the Afghan line, 0 to 1.
        hostility: index.

    Mechanisms: M76, X17.
    """
    return hardening_limit * (1.0 - guard) * (0.5 + hostility)
