"""The parameters that can be fitted, and their priors as normal scores.

The score of a value is the standard normal quantile of its place in the prior. On that scale every
prior is the standard normal distribution, so steps keep the shape and the bounds of the prior.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tajsim.draws import AT_START, Draws
from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.values import prior_quantile

Values = NDArray[np.float64]
Runs = NDArray[np.int64]


def candidates(settings: Collection[str] = ()) -> tuple[str, ...]:
    """Return the uncertain parameters that are assumptions, in the order of the registry.

    Documented and derived ranges are data and not fitted; nor is what a scenario sets.
    """
    return tuple(
        name
        for name, p in load_parameters().items()
        if p.role == "uncertainty"
        and p.basis.kind == "assumption"
        and p.high > p.low
        and name not in settings
    )


def drawn_scores(names: Sequence[str], seed: int, runs: Runs) -> Values:
    """Return the scores ``(parameter, run)`` that runs of the mode ``prior`` draw themselves."""
    draws = Draws(seed, runs)
    return np.array([draws.normal("parameter", name, AT_START) for name in names])


def to_values(names: Sequence[str], scores: Values) -> dict[str, Values]:
    """Return the parameters ``(run,)`` in their units from scores ``(parameter, run)``."""
    registry = load_parameters()
    return {
        name: prior_quantile(registry[name], ndtr(row))
        for name, row in zip(names, scores, strict=True)
    }
