"""Events of an experiment: some of their arguments are factors, which differ from point to point.

``value = { factor = "pay" }`` stands for the value of the factor, ``times`` and ``plus`` scale it
(``times * factor + plus``), and ``date = { factor = "delay", from = "2004-11" }`` counts months
from a month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tajsim.inputs.dates import event_month, month_number, month_text
from tajsim.inputs.event_kinds import EVENT_KINDS
from tajsim.inputs.scenario_parts import Event

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
    return month_text(month_number(reference["from"]) + round(scaled))


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
        kind = EVENT_KINDS[filled["kind"]]
        row = kind.model_validate(filled)
        named = [str(value) for value in row.arguments().values() if isinstance(value, str)]
        label = row.label or " ".join([row.kind, *named]).replace("_", " ")
        month = event_month(row.date) or row.date
        return Event(month, row.kind, row.arguments(), label, tuple(row.figures), self.where)
