"""Visible acts of violent groups at home."""

import numpy as np

from tajsim.axes import Array


def incident_chance(violent: Array, fringe: Array, *, incident_rate: Array) -> Array:
    """Return the probability of a visible incident this month, ``(run,)``.

    A flag, a killing.

    Equation:
        incident_chance = 1 - exp(-incident_rate * (violent + fringe))

    Args:
        violent: members of violent groups at home, thousand persons.
        fringe: members of small violent bands, thousand persons.

    Mechanisms: X19, M102.
    """
    return 1.0 - np.exp(-incident_rate * (violent + fringe))
