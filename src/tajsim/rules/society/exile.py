"""Opponents abroad, and whom a patron sends back."""

import numpy as np

from tajsim.axes import Array


def extradited(exiles: Array, alignment: Array, *, extradition_rate: Array) -> Array:
    """Return exiles handed over this month, persons, ``(run,)``.

    The regime asks all the time, and a few fugitives are a cheap favour to a client who leans on
    the patron.

    Equation:
        extradited = extradition_rate * max(alignment, 0) * exiles

    Args:
        exiles: opponents abroad, persons.
        alignment: position of the regime, -1 West to 1 Moscow.

    Mechanisms: M114, M115.
    """
    return extradition_rate * np.maximum(alignment, 0.0) * exiles
