"""How well one simulated history fits all fitted targets together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: Degrees of freedom of the error of a target: few, so that one that no run can meet loses its say.
_FREEDOM = 4.0
#: The error of a value that a run does not have (a change relative to zero), in standard errors.
_MISSING = 5.0


def log_kernel(errors: Values) -> Values:
    """Return the logarithm of the weight of each history, ``(particle,)``, up to a constant.

    Args:
        errors: simulated less observed, in standard errors, ``(target, particle)``.

    The errors of targets are taken as independent, each with Student's t distribution of four
    degrees of freedom, so a history that is many standard errors off in one target is not thrown
    away for that alone.
    """
    known = np.where(np.isfinite(errors), errors, _MISSING)
    each = -0.5 * (_FREEDOM + 1.0) * np.log1p(known**2 / _FREEDOM)
    result: Values = each.sum(axis=0)
    return result


def effective_number(log_weights: Values) -> float:
    """Return how many equal particles weighted ones are worth, from 1 to their number."""
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())
