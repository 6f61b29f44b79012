"""The unit of a factor that only events use, read from what the events do with it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

from tajsim.inputs.experiment_events import WHOLE, EventTemplate
from tajsim.inputs.parameters import load_parameters


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
    parameters = load_parameters()
    named = [str(template.raw.get("parameter")) for template, name, _ in references]
    if any(name != "value" for _, name, _ in references) or not set(named) <= set(parameters):
        return ""
    units = {parameters[name].unit for name in named}
    parts = sum(float(found.get("times", 1.0)) for _, _, found in references)
    return units.pop() if len(units) == 1 and isclose(parts, 1.0) else ""
