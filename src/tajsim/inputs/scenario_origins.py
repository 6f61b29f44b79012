"""Show where each value in force in a scenario comes from."""

from __future__ import annotations

from tajsim.inputs.parameters import load_parameters
from tajsim.inputs.scenario_parts import Scenario


def format_origins(scenario: Scenario) -> str:
    """Return a table with name, value, unit and origin: what is set first, then the registry."""
    rows = [(key, getattr(scenario, key), "", scenario.origins[key]) for key in ("start", "end")]
    names = sorted(load_parameters(), key=lambda name: scenario.origins[name] == "registry")
    for name in names:
        parameter = load_parameters()[name]
        value = scenario.settings.get(name, parameter.value)
        rows.append((name, f"{value:.10g}", parameter.unit, scenario.origins[name]))
    rows += [(f"event {event.month}", event.label, "", event.where) for event in scenario.events]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {unit:<{widths[2]}}  {origin}".rstrip()
        for name, value, unit, origin in rows
    )
