"""Points: ids that their values give them, and the variants of a scenario that they need.

Points of one variant differ in parameters and in numbers of events only, and so are simulated
together, side by side along the run axis. Another month, length or step is another variant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from struct import pack

from tajsim.inputs.experiment_parts import Experiment, FactorValue
from tajsim.sweeps.design import Design


@dataclass(frozen=True)
class Point:
    """One set of values of the factors, in one scenario; ``id`` depends on nothing else."""

    id: str
    scenario: str
    values: Mapping[str, FactorValue]
    variant: int


@dataclass(frozen=True)
class Points:
    """The points of an experiment, each once; ``rows`` are (scenario, id) for every row."""

    points: tuple[Point, ...]
    rows: tuple[tuple[str, str], ...]
    variants: int


def make_points(experiment: Experiment, design: Design) -> Points:
    """Return the points of a design in every scenario of the experiment, in the order of rows."""
    found: dict[str, Point] = {}
    rows: list[tuple[str, str]] = []
    variants: dict[str, int] = {}
    for scenario in experiment.scenarios:
        for values in design.rows:
            identity = point_id(scenario.name, values)
            rows.append((scenario.name, identity))
            if identity not in found:
                key = f"{scenario.name} {_variant(experiment, values)}"
                variant = variants.setdefault(key, len(variants))
                found[identity] = Point(identity, scenario.name, values, variant)
    return Points(tuple(found.values()), tuple(rows), len(variants))


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
