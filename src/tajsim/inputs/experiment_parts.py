"""An experiment as the sweep sees it: scenarios, factors, design, events and what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tajsim.inputs.experiment_events import EventTemplate, FactorValue
from tajsim.inputs.scenario_parts import Scenario

__all__ = ["Design", "EventTemplate", "Experiment", "Factor", "FactorValue", "Keep"]


@dataclass(frozen=True)
class Factor:
    """What differs from point to point: a parameter at the start, or a part of events, or both.

    A factor has either ``values`` (numbers, or texts such as months), or bounds ``low`` and
    ``high`` in ``unit``, with ``steps`` of them on a grid. ``spread`` says how a share of the
    way, 0 to 1, becomes a value: ``uniform``, ``log``, or ``prior`` (the quantile of the
    registry's distribution). A ``whole`` factor has whole numbers only. ``basis`` is that of the
    registry for an uncertain parameter, ``decision`` for a lever and for what only events use.
    """

    name: str
    parameter: str | None = None
    values: tuple[FactorValue, ...] = ()
    low: float = 0.0
    high: float = 1.0
    steps: int | None = None
    spread: str = "uniform"
    whole: bool = False
    unit: str = ""
    role: str = "event"
    basis: str = "decision"


@dataclass(frozen=True)
class Design:
    """How points are chosen: the kind and its options (see `experiment_format.OPTIONS`)."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Keep:
    """One number kept of every run: an outcome at one place, aggregated over a window.

    ``where`` names a coordinate for every dimension of the outcome, or ``all`` for their sum.
    """

    column: str
    outcome: str
    where: Mapping[str, str]
    window: tuple[str, str]


@dataclass(frozen=True)
class Experiment:
    """A checked experiment. ``runs`` are the replicates of every point; ``rows`` explicit points.

    ``series`` are outcomes of which every month is stored too; ``parameters`` is the mode of the
    uncertain parameters that are no factors.
    """

    name: str
    title: str
    question: str
    scenarios: tuple[Scenario, ...]
    factors: tuple[Factor, ...]
    design: Design
    events: tuple[EventTemplate, ...]
    keep: tuple[Keep, ...]
    series: tuple[str, ...]
    runs: int
    seed: int
    parameters: str
    start: str
    end: str
    rows: tuple[Mapping[str, FactorValue], ...] = ()
    text: str = ""
