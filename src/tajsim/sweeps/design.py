"""From the design of an experiment to its points, and from points to batches of runs.

Every row is a place between 0 and 1 for each factor; the factor says which value stands there.
What can be made larger without losing a point: a grid by more values, a Latin hypercube by more
``blocks``, Saltelli's sample by doubling
``base``, Morris's by more ``trajectories``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product
from struct import pack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.errors import UserError, library
from tajsim.inputs.experiment import Experiment, Factor, FactorValue
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.values import prior_quantile

Unit = NDArray[np.float64]
#: Of each factor in Morris's walks.
MORRIS_LEVELS = 4


@dataclass(frozen=True)
class DesignPoints:
    """The rows of a design: values by factor, and places between 0 and 1 ``(row, factor)``."""

    rows: tuple[Mapping[str, FactorValue], ...]
    units: Unit


def make_design(experiment: Experiment) -> DesignPoints:
    """Return the rows of an experiment's design, the same for each of its scenarios.

    Raises:
        UserError: if a library is missing, or the design is too large.
    """
    kind, options = experiment.design.kind, experiment.design.options
    factors = experiment.factors
    if experiment.rows or kind == "grid":
        rows = experiment.rows or _grid(factors)
        return DesignPoints(rows, _places(factors, rows))
    if kind == "latin-hypercube":
        units = _latin(len(factors), options["points"], options["blocks"], experiment.seed)
    elif kind == "sobol":
        units = _saltelli(factors, options["base"], experiment.seed)
    else:
        units = _morris(factors, options["trajectories"], experiment.seed)
    columns = [values_at(factor, units[:, i]) for i, factor in enumerate(factors)]
    names = [factor.name for factor in factors]
    rows = tuple(dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
    return DesignPoints(rows, units)


def values_at(factor: Factor, place: Unit) -> list[FactorValue]:
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


def _grid(factors: tuple[Factor, ...]) -> tuple[Mapping[str, FactorValue], ...]:
    axes = [_axis(factor) for factor in factors]
    count = np.prod([float(len(axis)) for axis in axes])
    if count > 1e6:
        raise UserError(f"the grid has {count:,.0f} points; expected at most 1,000,000")
    names = [factor.name for factor in factors]
    return tuple(dict(zip(names, values, strict=True)) for values in product(*axes))


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


def _places(factors: tuple[Factor, ...], rows: tuple[Mapping[str, FactorValue], ...]) -> Unit:
    """Return where given values stand between the least and the greatest; texts by their order."""
    places = np.zeros((len(rows), len(factors)))
    for i, factor in enumerate(factors):
        values = [row[factor.name] for row in rows]
        order: list[FactorValue] = list(factor.values or dict.fromkeys(values))
        if any(isinstance(value, str) for value in values):
            numbers = np.array([float(order.index(value)) for value in values])
        else:
            numbers = np.array([float(value) for value in values])
        low, high = numbers.min(), numbers.max()
        places[:, i] = (numbers - low) / (high - low) if high > low else 0.5
    return places


def _latin(factors: int, points: int, blocks: int, seed: int) -> Unit:
    from scipy.stats import qmc

    samplers = (qmc.LatinHypercube(d=factors, seed=_seed(seed, k)) for k in range(blocks))
    units: Unit = np.concatenate([sampler.random(points) for sampler in samplers])
    return units


def _saltelli(factors: tuple[Factor, ...], base: int, seed: int) -> Unit:
    sample = library("SALib.sample.sobol").sample
    problem = salib_problem([factor.name for factor in factors])
    found = sample(problem, base, calc_second_order=False, seed=_seed(seed, 0))
    return np.asarray(found, dtype=float)


def _morris(factors: tuple[Factor, ...], trajectories: int, seed: int) -> Unit:
    """Return one walk after another, each from a seed of its own, so that more can be added."""
    sample = library("SALib.sample.morris").sample
    problem = salib_problem([factor.name for factor in factors])
    seeds = (_seed(seed, k) for k in range(trajectories))
    walks = [sample(problem, 1, num_levels=MORRIS_LEVELS, seed=own) for own in seeds]
    units: Unit = np.clip(np.concatenate(walks), 0.0, 1.0)
    return units


def salib_problem(names: Sequence[str]) -> dict[str, Any]:
    """Return factors as SALib wants them, every one from 0 to 1."""
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _seed(seed: int, part: int) -> int:
    """Return a seed for one part of a design, below 2**32 as the libraries want."""
    return int((seed * 1_000_003 + part) % (2**32 - 1))


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
    """Return the points of the design in every scenario of the experiment, in the order of rows.

    Raises:
        UserError: as `make_design`.
    """
    design = make_design(experiment)
    found: dict[str, Point] = {}
    rows: list[tuple[Any, ...]] = []
    variants: dict[str, int] = {}
    for scenario in experiment.scenarios:
        for values, places in zip(design.rows, design.units.tolist(), strict=True):
            identity = point_id(scenario.name, values)
            rows.append((scenario.name, identity, *places))
            if identity not in found:
                key = f"{scenario.name} {_variant(experiment, values)}"
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


def _variant(experiment: Experiment, values: Mapping[str, FactorValue]) -> str:
    """Return what tells one list of events from another, but for what travels along the runs."""
    rows = []
    for template in experiment.events:
        filled = template.filled(values)
        if template.travelling:
            filled[template.travelling] = ""
        rows.append(filled)
    return json.dumps(rows, sort_keys=True, default=str)


Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: Runs simulated together: enough to be quick, few enough to lose little when all is killed.
LARGEST = 500
SMALLEST = 25


@dataclass(frozen=True)
class Batch:
    """Runs of one variant: numbers of points and of runs, both ``(run,)``."""

    points: Whole
    runs: Whole

    def __len__(self) -> int:
        return len(self.points)

    def part(self, chosen: slice | Mask) -> "Batch":
        """Return some of the runs."""
        return Batch(self.points[chosen], self.runs[chosen])


def divide(variant: Whole, settled: Mask, hands: int) -> list[Batch]:
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


def after_failure(batch: Batch) -> list[Batch]:
    """Return the two halves of a batch that failed, points before runs; none of a single run."""
    names = np.unique(batch.points)
    middle = len(batch) // 2
    low = np.isin(batch.points, names[: len(names) // 2])
    if len(names) == 1:
        low = np.arange(len(batch)) < middle
    return [batch.part(low), batch.part(~low)] if middle else []
