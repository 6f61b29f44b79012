"""Where a result comes from: everything needed to understand it and to make it again."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from tajsim.ensemble.plan import Plan
from tajsim.version import __version__

if TYPE_CHECKING:
    from tajsim.inputs.scenario import Scenario

_LIBRARIES = ("mesa", "numpy", "scipy", "pandas", "xarray", "h5netcdf", "h5py")


def provenance(plan: Plan) -> dict[str, Any]:
    """Return the attributes of the Dataset: text and numbers only, lists and tables as JSON."""
    scenarios = {scenario.name: scenario for scenario in plan.scenarios}
    names = list(scenarios)
    return {
        "title": " against ".join([", ".join(names[1:]), names[0]]) if names[1:] else names[0],
        "tajsim_version": __version__,
        "versions": json.dumps(_versions()),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": _call(plan),
        "seed": plan.seed,
        "runs": plan.runs,
        "parameters_mode": plan.parameters,
        "reference": names[0] if names[1:] else "",
        "questions": json.dumps({name: s.question for name, s in scenarios.items()}),
        "settings": json.dumps({name: dict(s.settings) for name, s in scenarios.items()}),
        "origins": json.dumps({name: _origins(s) for name, s in scenarios.items()}),
        "events": json.dumps({name: _events(s, plan.end) for name, s in scenarios.items()}),
        "claims": json.dumps({n: [asdict(c) for c in s.claims] for n, s in scenarios.items()}),
        "scenario_text": json.dumps({name: s.text for name, s in scenarios.items()}),
    }


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version(), "machine": platform.machine()}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            continue
    return versions


def _call(plan: Plan) -> str:
    """Return the Python call; the command line puts its own command in this place."""
    names = [scenario.name for scenario in plan.scenarios]
    return (
        f"run_many({names}, runs={plan.runs}, seed={plan.seed}, "
        f"parameters='{plan.parameters}', until='{plan.end}')"
    )


def _origins(scenario: Scenario) -> dict[str, str]:
    """Return where each setting in force was made; what the registry gives is not repeated."""
    return {key: origin for key, origin in scenario.origins.items() if origin != "registry"}


def _events(scenario: Scenario, end: str) -> list[dict[str, Any]]:
    return [
        {
            "month": event.month,
            "kind": event.kind,
            "label": event.label,
            "figures": list(event.figures),
            "arguments": dict(event.arguments),
        }
        for event in scenario.events
        if event.month <= end
    ]
