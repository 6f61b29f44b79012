"""From the design of an experiment to its points, and from points to batches of runs.

Every row is a place between 0 and 1 for each factor; the factor says which value stands there.
What can be made larger without losing a point: a grid by more values, a Latin hypercube by more
``blocks``, Saltelli's sample by doubling ``base``, Morris's by more ``trajectories``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from struct import pack
from typing import Any

import numpy as np

from tajsim.errors import UserError, library
from tajsim.inputs.experiment import Experiment, Factor, FactorValue
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.values import prior_quantile

#: Of each factor in Morris's walks.
MORRIS_LEVELS = 4


@dataclass(frozen=True)
class DesignPoints:
    """The rows of a design: values by factor, and places between 0 and 1 ``(row, factor)``."""

    rows: tuple[Mapping[str, FactorValue], ...]
    units: np.ndarray


def make_design(experiment: Experiment) -> DesignPoints:
    """Return the rows of an experiment's design, the same for each of its scenarios.

    A missing library, or a design that is too large, is a `UserError`.
    """
    kind, options = experiment.design.kind, experiment.design.options
    factors = experiment.factors
    names = [factor.name for factor in factors]
    if experiment.rows or kind == "grid":
        axes = [] if experiment.rows else [_axis(factor) for factor in factors]
        if (count := np.prod([float(len(axis)) for axis in axes])) > 1e6:
            raise UserError(f"the grid has {count:,.0f} points; expected at most 1,000,000")
        grid = (dict(zip(names, values, strict=True)) for values in product(*axes))
        rows = experiment.rows or tuple(grid)
        return DesignPoints(rows, _places(factors, rows))

    def seed(part: int) -> int:  # below 2**32 as the libraries want
        return int((experiment.seed * 1_000_003 + part) % (2**32 - 1))

    units: np.ndarray
    if kind == "latin-hypercube":
        from scipy.stats import qmc

        samplers = (qmc.LatinHypercube(len(names), seed=seed(k)) for k in range(options["blocks"]))
        units = np.concatenate([sampler.random(options["points"]) for sampler in samplers])
    else:
        sample, problem = library(f"SALib.sample.{kind}").sample, salib_problem(names)
        if kind == "sobol":
            units = sample(problem, options["base"], calc_second_order=False, seed=seed(0))
        else:  # one walk after another, each from a seed of its own, so that more can be added
            seeds = map(seed, range(options["trajectories"]))
            walks = [sample(problem, 1, num_levels=MORRIS_LEVELS, seed=own) for own in seeds]
            units = np.clip(np.concatenate(walks), 0.0, 1.0)
    columns = [values_at(factor, units[:, i]) for i, factor in enumerate(factors)]
    rows = tuple(dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
    return DesignPoints(rows, units)


def values_at(factor: Factor, place: np.ndarray) -> list[FactorValue]:
    """Return the values of a factor at places between 0 and 1, ``(row,)``."""
    if factor.values:
        count = len(factor.values)
        index = np.minimum((place * count).astype(int), count - 1)
        return [factor.values[i] for i in index]
    if factor.whole:
        whole = np.floor(factor.low + place * (factor.high - factor.low + 1.0))
        return [int(v) for v in np.minimum(whole, factor.high)]
    if factor.spread == "prior" and factor.parameter:
        return [float(v) for v in prior_quantile(load_parameters()[factor.parameter], place)]
    if factor.spread == "log":
        low, high = np.log(factor.low), np.log(factor.high)
        found = np.exp(low + (high - low) * place)
    else:
        found = factor.low + (factor.high - factor.low) * place
    # The last bit must not leave the range of the registry.
    return [float(v) for v in np.clip(found, factor.low, factor.high)]


def _axis(factor: Factor) -> list[FactorValue]:
    if factor.values:
        return list(factor.values)
    steps = factor.steps or 2
    if factor.whole:
        even = np.linspace(factor.low, factor.high, steps)
        return list(dict.fromkeys(round(float(v)) for v in even))
    if factor.spread == "prior":  # the middle of so many equal shares of the distribution
        return values_at(factor, (np.arange(steps) + 0.5) / steps)
    return values_at(factor, np.linspace(0.0, 1.0, steps))


def _places(factors: tuple[Factor, ...], rows: tuple[Mapping[str, FactorValue], ...]) -> np.ndarray:
    """Return where given values stand between the least and the greatest; texts by their order."""
    places = np.zeros((len(rows), len(factors)))
    for i, factor in enumerate(factors):
        values = [row[factor.name] for row in rows]
        order: list[FactorValue] = list(factor.values or dict.fromkeys(values))
        texts = any(isinstance(value, str) for value in values)
        numbers = np.array([order.index(value) if texts else float(value) for value in values])
        span = np.ptp(numbers)
        places[:, i] = (numbers - numbers.min()) / span if span > 0.0 else 0.5
    return places


def salib_problem(names: Sequence[str]) -> dict[str, Any]:
    """Return factors as SALib wants them, every one from 0 to 1."""
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


@dataclass(frozen=True)
class Point:
    """One set of values of the factors, in one scenario; ``id`` depends on nothing else."""

    id: str
    scenario: str
    values: Mapping[str, FactorValue]
    variant: int


@dataclass(frozen=True)
class Points:
    """The points of an experiment, each once; scenario, id and places of each design row."""

    points: tuple[Point, ...]
    rows: tuple[tuple[Any, ...], ...]


def make_points(experiment: Experiment) -> Points:
    """Return the points of the design (`make_design`) in every scenario, in the order of rows."""
    design = make_design(experiment)
    found: dict[str, Point] = {}
    rows: list[tuple[Any, ...]] = []
    variants: dict[str, int] = {}
    # What tells one list of events from another, but for what travels along the runs.
    events = [(t, dict.fromkeys(filter(None, [t.travelling]))) for t in experiment.events]
    for scenario in experiment.scenarios:
        for values, places in zip(design.rows, design.units.tolist(), strict=True):
            identity = point_id(scenario.name, values)
            rows.append((scenario.name, identity, *places))
            if identity not in found:
                filled = [{**template.filled(values), **none} for template, none in events]
                key = json.dumps([scenario.name, filled], sort_keys=True, default=str)
                variant = variants.setdefault(key, len(variants))
                found[identity] = Point(identity, scenario.name, values, variant)
    return Points(tuple(found.values()), tuple(rows))


def point_id(scenario: str, values: Mapping[str, FactorValue]) -> str:
    """Return the id of a point: ``p`` and twelve hexadecimal digits of a hash of its values."""
    names = sorted(values)
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    numbers = [float(values[name]) for name in names if name not in texts]
    digest = blake2b(json.dumps([scenario, names, sorted(texts.items())]).encode(), digest_size=6)
    digest.update(pack(f"<{len(numbers)}d", *numbers))
    return f"p{digest.hexdigest()}"


#: Runs simulated together: enough to be quick, few enough to lose little when all is killed.
LARGEST = 500
SMALLEST = 25


@dataclass(frozen=True)
class Batch:
    """Runs of one variant: numbers of points and of runs, both ``(run,)``."""

    points: np.ndarray
    runs: np.ndarray

    def __len__(self) -> int:
        return len(self.points)

    def part(self, chosen: np.ndarray) -> "Batch":
        """Return some of the runs."""
        return Batch(self.points[chosen], self.runs[chosen])

    def halves(self) -> list["Batch"]:
        """Return two halves, points before runs; none of a single run."""
        names, middle = np.unique(self.points), len(self) // 2
        low = np.isin(self.points, names[: len(names) // 2])
        if len(names) == 1:
            low = np.arange(len(self)) < middle
        return [self.part(low), self.part(~low)] if middle else []


def divide(variant: np.ndarray, settled: np.ndarray, hands: int) -> list[Batch]:
    """Divide the runs that are missing.

    Args:
        variant: the variant of every point, ``(point,)``.
        settled: which runs are finished or have failed, ``(point, run)``.
        hands: how many batches are simulated at the same time.

    Returns:
        Batches, the low run numbers of all points of a variant first: wherever the work is
        stopped, these have about the same number of runs.
    """
    missing = ~settled
    size = LARGEST
    if hands > 1:
        size = int(np.clip(-(-missing.sum() // (2 * hands)), SMALLEST, LARGEST))
    batches: list[Batch] = []
    for number in np.unique(variant):
        own = np.flatnonzero(variant == number)
        run, place = np.nonzero(missing[own].T)
        cells = np.stack([own[place], run])
        parts = np.array_split(cells, -(-run.size // size), axis=1) if run.size else []
        batches += [Batch(*part) for part in parts]
    return sorted(batches, key=lambda batch: int(batch.runs[0]))
