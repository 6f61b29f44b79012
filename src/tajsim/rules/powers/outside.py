"""Chance in the outside world: harvests and foreign economies."""

import numpy as np

from tajsim.axes import Array


def harvest_of_year(normal: Array, *, harvest_spread: Array) -> Array:
    """Return this year's harvest over the expected one, log-normal with mean 1, ``(run,)``.

    Equation:
        harvest = exp(harvest_spread * normal - harvest_spread**2 / 2)

    Args:
        normal: a standard normal draw.

    Mechanisms: E13, M59.
    """
    return np.exp(harvest_spread * normal - 0.5 * harvest_spread**2)


def autoregressive(
    state: Array, normal: Array, *, economy_memory: Array, economy_spread: Array
) -> Array:
    """Return next month's logarithm of foreign demand around its trend, ``(run,)``.

    The spread is the long-run standard deviation.

    Equation:
        surprise = sqrt(1 - economy_memory**2) * economy_spread * normal
        state_next = economy_memory * state + surprise

    Mechanisms: E01, E18.
    """
    return economy_memory * state + np.sqrt(1.0 - economy_memory**2) * economy_spread * normal
