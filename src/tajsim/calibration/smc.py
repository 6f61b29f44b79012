"""Approximate Bayesian computation by sequential Monte Carlo, a population in one ensemble.

A particle is a parameter set (as normal scores) with the number of the run whose chance it met. Its
history is weighted by ``kernel ** power``. The power starts at 0, the prior, and rises as fast as
half of the particles keep a say; at 1 the error of every target is as large as the file of targets
says, and the scores are a sample of the posterior under those errors (Wilkinson 2013). Between the
steps particles move: with the same chance and other parameters, or with fresh chance too. Both
leave the weighted distribution as it is, so chance, and what is not fitted, is averaged over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tajsim.draws import AT_START, Draws
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.values import prior_quantile

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
    return np.asarray(each.sum(axis=0))


def effective_number(log_weights: Values) -> float:
    """Return how many equal particles weighted ones are worth, from 1 to their number."""
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


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
        return np.asarray(-0.5 * (plain**2).sum(axis=0))


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
    return np.asarray(ref.mean + keep * (scores - ref.mean) + step * (ref.root @ normals))


def log_prior_over(ref: Reference, scores: Values) -> Values:
    """Return the logarithm of prior over reference ``(particle,)``, up to a constant."""
    return np.asarray(-0.5 * (scores**2).sum(axis=0) - ref.log_density(scores))


Runs = NDArray[np.int64]
#: From scores ``(parameter, particle)`` and run numbers to errors ``(target, particle)``.
Simulator = Callable[[Values, Runs], Values]
Kernel = Callable[[Values], Values]

#: Share of proposals that is best accepted, roughly, and how fast steps follow it.
_ACCEPT, _FOLLOW = 0.25, 1.5
_LEAST_STEP = 0.02


@dataclass(frozen=True)
class Method:
    """How the sample is made: the numbers of particles and of moves after each step, and the seed.

    ``keep`` is the share of the particles that a step of the power leaves effective, and
    ``last_moves`` how often particles move once the power is 1.
    """

    particles: int = 2000
    moves: int = 4
    last_moves: int = 12
    keep: float = 0.5
    seed: int = 2004
    kernel: Kernel = log_kernel


@dataclass(frozen=True)
class Population:
    """The population after a round of moves.

    ``scores (parameter, particle)``, ``runs (particle,)``, ``errors (target, particle)``;
    ``steps`` are those of moves with the same and with fresh chance; ``accepted`` is the share of
    the proposals of the last round that were accepted.
    """

    scores: Values
    runs: Runs
    errors: Values
    power: float = 0.0
    moves_left: int = 0
    round: int = 0
    steps: tuple[float, float] = (0.4, 0.4)
    accepted: float = 1.0

    @property
    def finished(self) -> bool:
        """Whether errors count in full and the last moves are made."""
        return self.power >= 1.0 and self.moves_left == 0


def advance(state: Population, simulate: Simulator, method: Method) -> Population:
    """Return the population one round of simulations later; a pure function of its arguments."""
    if state.moves_left == 0:
        state = _sharpen(state, method)
    return _move(state, simulate, method)


def _sharpen(state: Population, method: Method) -> Population:
    """Raise the power, and draw as many particles as wanted by the weights that it gives."""
    logs = method.kernel(state.errors)
    rise = _rise(logs, 1.0 - state.power, method.keep * method.particles)
    power = 1.0 if rise >= 1.0 - state.power else state.power + rise
    weights = np.exp(rise * (logs - logs.max()))
    draw = Draws(method.seed, [0]).uniform("resampling", "population", state.round)[0]
    places = (np.arange(method.particles) + draw) / method.particles
    chosen = np.searchsorted(np.cumsum(weights) / weights.sum(), places)
    chosen = np.minimum(chosen, len(weights) - 1)
    return replace(
        state,
        scores=state.scores[:, chosen],
        runs=state.runs[chosen],
        errors=state.errors[:, chosen],
        power=power,
        moves_left=method.last_moves if power >= 1.0 else method.moves,
    )


def _rise(logs: Values, most: float, wanted: float) -> float:
    """Return the largest rise of the power, up to ``most``, that leaves so many effective."""
    if effective_number(most * logs) >= wanted:
        return most
    low, high = 0.0, most
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective_number(middle * logs) >= wanted else (low, middle)
    return low


def _move(state: Population, simulate: Simulator, method: Method) -> Population:
    """Propose one move for every particle and accept it by Metropolis and Hastings."""
    fresh = state.round % 2
    count = len(state.runs)
    draws = Draws(method.seed, np.arange(count))
    names = [f"parameter {i}" for i in range(len(state.scores))]
    normals = draws.normal_each("step", names, state.round)
    ref = reference(state.scores)
    scores = propose(state.scores, normals, state.steps[fresh], ref)
    # Fresh are numbers of runs that no earlier round used, nor the first ensemble (below 10**6).
    unused = 10**6 * (state.round + 1) + np.arange(count, dtype=np.int64)
    runs = unused if fresh else state.runs
    errors = simulate(scores, runs)
    gain = state.power * (method.kernel(errors) - method.kernel(state.errors))
    gain += log_prior_over(ref, scores) - log_prior_over(ref, state.scores)
    taken = np.log(draws.uniform("acceptance", "particle", state.round)) < gain
    share = float(taken.mean())
    step = state.steps[fresh] * float(np.exp(_FOLLOW * (share - _ACCEPT)))
    steps = list(state.steps)
    steps[fresh] = min(max(step, _LEAST_STEP), 1.0)
    return replace(
        state,
        scores=np.where(taken, scores, state.scores),
        runs=np.where(taken, runs, state.runs),
        errors=np.where(taken, errors, state.errors),
        moves_left=state.moves_left - 1,
        round=state.round + 1,
        steps=(steps[0], steps[1]),
        accepted=share,
    )


def drawn_scores(names: Sequence[str], seed: int, runs: Runs) -> Values:
    """Return the scores ``(parameter, run)`` that runs of the mode ``prior`` draw themselves."""
    draws = Draws(seed, runs)
    return np.array([draws.normal("parameter", name, AT_START) for name in names])


def to_values(names: Sequence[str], scores: Values) -> dict[str, Values]:
    """Return the parameters ``(run,)`` in their units from scores ``(parameter, run)``."""
    rows = zip(names, ndtr(scores), strict=True)
    return {name: prior_quantile(load_parameters()[name], row) for name, row in rows}
