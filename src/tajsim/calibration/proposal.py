"""Steps of particles on the scale of normal scores, that fit the spread of the population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: How far the correlations of the population are drawn towards none, as they rest on few particles.
_SHRINK = 0.3
#: The population's spread is taken this much larger, so that no particle sits in a thin tail.
_WIDER = 1.2


@dataclass(frozen=True)
class Reference:
    """A normal distribution like the population: ``mean (parameter, 1)``, root of its spread."""

    mean: Values
    root: Values

    def log_density(self, scores: Values) -> Values:
        """Return the logarithm of its density ``(particle,)``, up to a constant."""
        plain = np.linalg.solve(self.root, scores - self.mean)
        result: Values = -0.5 * (plain**2).sum(axis=0)
        return result


def reference(scores: Values) -> Reference:
    """Return the reference of a population ``(parameter, particle)`` of equal weights."""
    spread: Values = np.atleast_2d(np.cov(scores)).astype(np.float64)
    alone = np.diag(np.diag(spread))
    spread = _WIDER * ((1.0 - _SHRINK) * spread + _SHRINK * alone)
    spread += 1e-9 * np.eye(len(spread))
    root = np.linalg.cholesky(spread).astype(np.float64)
    return Reference(scores.mean(axis=1, keepdims=True), root)


def propose(scores: Values, normals: Values, step: float, ref: Reference) -> Values:
    """Return moved scores ``(parameter, particle)``: a step (0 to 1] towards a fresh draw.

    The move leaves the reference as it is (preconditioned Crank-Nicolson; Cotter et al. 2013,
    Pinski et al. 2015), so its acceptance does not fall with the number of parameters as that of
    a random walk does.

    Equation:
        moved = mean + sqrt(1 - step**2) * (scores - mean) + step * root @ normals
    """
    keep = np.sqrt(1.0 - step**2)
    result: Values = ref.mean + keep * (scores - ref.mean) + step * (ref.root @ normals)
    return result


def log_prior_over(ref: Reference, scores: Values) -> Values:
    """Return the logarithm of prior over reference ``(particle,)``, up to a constant."""
    result: Values = -0.5 * (scores**2).sum(axis=0) - ref.log_density(scores)
    return result
