"""An experiment as the sweep sees it: scenarios, factors, design, events and what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from tajsim.inputs import registry, toml
from tajsim.inputs.events import EVENT_KINDS
from tajsim.inputs.experiment_file import Design
from tajsim.inputs.scenario_parts import Event, Scenario

FactorValue = float | int | str
#: Arguments that may differ between runs simulated together; all others make a model of its own.
TRAVELLING = (("set", "value"), ("seats", "seats"))
#: Arguments that are whole numbers of months.
WHOLE = ("date", "months")
REFERENCE_KEYS = ("factor", "times", "plus", "from")


def is_reference(value: Any) -> bool:
    """Return whether an argument stands for a factor: a table with the key ``factor``."""
    return isinstance(value, Mapping) and "factor" in value


def look_up(reference: Mapping[str, Any], values: Mapping[str, FactorValue]) -> FactorValue:
    """Return what a reference stands for at one point."""
    found = values[reference["factor"]]
    if isinstance(found, str):
        return found
    scaled: float | int = reference.get("times", 1) * found + reference.get("plus", 0)
    if "from" not in reference:
        return scaled
    return toml.month_text(toml.month_number(reference["from"]) + round(scaled))


@dataclass(frozen=True)
class EventTemplate:
    """A row of ``[[events]]``: ``raw`` is the table of the file, with references in it."""

    raw: Mapping[str, Any]
    where: str = ""

    @property
    def references(self) -> dict[str, Mapping[str, Any]]:
        """Return argument -> reference, for the arguments that stand for a factor."""
        return {key: value for key, value in self.raw.items() if is_reference(value)}

    @property
    def travelling(self) -> str | None:
        """Return the argument whose values differ between runs of one model, if there is one."""
        for kind, argument in TRAVELLING:
            if self.raw.get("kind") == kind and argument in self.references:
                return argument
        return None

    def filled(self, values: Mapping[str, FactorValue]) -> dict[str, Any]:
        """Return the table at one point, every reference replaced."""
        filled = dict(self.raw)
        for key, reference in self.references.items():
            found = look_up(reference, values)
            whole = key in WHOLE and not isinstance(found, str)
            filled[key] = round(found) if whole else found  # type: ignore[arg-type]
        return filled

    def event(self, values: Mapping[str, FactorValue]) -> Event:
        """Return the event at one point; the template has been checked."""
        filled = self.filled(values)
        return Event.of(EVENT_KINDS[filled["kind"]].model_validate(filled), self.where)


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
class Keep:
    """One number kept of every run: an outcome at one place, aggregated over a window.

    ``where`` names a coordinate for every dimension of the outcome, or ``all`` for their sum or
    mean, as the outcome says.
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


def unit_of_uses(uses: Sequence[tuple[EventTemplate, str]]) -> str:
    """Return the unit of a factor, "" where its uses do not tell it.

    A factor is in months where it counts them, as a length or from a month; and in the unit of the
    parameters that it is divided over, where the parts that ``times`` gives them make up the whole.
    """
    references = [(template, name, template.references[name]) for template, name in uses]
    if references and all(name in WHOLE for _, name, _ in references):
        counts = [name == "months" or "from" in found for _, name, found in references]
        whole = [float(found.get("times", 1.0)) == 1.0 for _, _, found in references]
        return "months" if all(counts) and any(whole) else ""
    parameters = registry.load_parameters()
    named = [str(template.raw.get("parameter")) for template, name, _ in references]
    if any(name != "value" for _, name, _ in references) or not set(named) <= set(parameters):
        return ""
    units = {parameters[name].unit for name in named}
    parts = sum(float(found.get("times", 1.0)) for _, _, found in references)
    return units.pop() if len(units) == 1 and isclose(parts, 1.0) else ""
