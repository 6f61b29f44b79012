"""Where a result comes from: everything needed to understand it and to make it again."""

from __future__ import annotations

import json
import platform
import re
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tajsim.ensemble.fingerprint import model_version
from tajsim.ensemble.plan import Plan
from tajsim.inputs.figures import printed_in
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.scenario_settings import COMMAND_LINE
from tajsim.version import __version__

if TYPE_CHECKING:
    from tajsim.inputs.scenario import Scenario

_FILE = re.compile(r"^# (\S+\.toml)$", re.MULTILINE)
_LIBRARIES = ("mesa", "numpy", "scipy", "pandas", "xarray", "h5netcdf", "h5py")


def provenance(plan: Plan) -> dict[str, Any]:
    """Return the attributes of the Dataset: text and numbers only, lists and tables as JSON."""
    scenarios = {scenario.name: scenario for scenario in plan.scenarios}
    names = list(scenarios)
    return {
        "title": " against ".join([", ".join(names[1:]), names[0]]) if names[1:] else names[0],
        "tajsim_version": __version__,
        "model": model_version(),
        "versions": json.dumps(_versions()),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": python_call(plan),
        "window": "",
        "continued_from": _resumed(plan),
        "seed": plan.seed,
        "runs": plan.runs,
        "parameters_mode": plan.parameters,
        "redraw": ", ".join(plan.redraw),
        "reference": names[0] if names[1:] else "",
        "questions": json.dumps({name: s.question for name, s in scenarios.items()}),
        "settings": json.dumps({name: dict(s.settings) for name, s in scenarios.items()}),
        "origins": json.dumps({name: _origins(s) for name, s in scenarios.items()}),
        "events": json.dumps({name: _events(s, plan.end) for name, s in scenarios.items()}),
        "claims": json.dumps({n: [asdict(c) for c in s.claims] for n, s in scenarios.items()}),
        "extends": json.dumps({n: Path(s.extends or "").stem for n, s in scenarios.items()}),
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


def python_call(plan: Plan, window: tuple[str, str] | None = None, compared: bool = False) -> str:
    """Return the call in Python; the command line puts its own command in this place."""
    first = plan.scenarios[0]
    chosen = {n: v for n, v in first.settings.items() if first.origins.get(n) == COMMAND_LINE}
    options = [
        f"runs={plan.runs}, seed={plan.seed}, parameters='{plan.parameters}', until='{plan.end}'",
        *([f"overrides={chosen}"] if chosen else []),
        *([f"outcomes={list(plan.outcomes)}"] if len(plan.outcomes) < len(load_outcomes()) else []),
    ]
    given = [_given(scenario) for scenario in plan.scenarios]
    if not compared:
        return f"tajsim.ensemble.run_many({given}, {', '.join(options)})"
    options += [f"window={window}"] if window else []
    return f"tajsim.compare({', '.join([*map(repr, given), *options])})"


def _given(scenario: Scenario) -> str:
    """Return the name of a shipped scenario, or the path of the last file of its chain."""
    files = _FILE.findall(scenario.text)
    shipped = not files or files[-1] == f"scenarios/{scenario.name}.toml"
    return scenario.name if shipped else str(files[-1])


def _resumed(plan: Plan) -> str:
    """Return of what saved history the results are a continuation, as JSON; "" if of none."""
    if plan.resume is None:
        return ""
    head = plan.resume.head
    kept = {name: head[name] for name in ("scenario", "until", "model")}
    return json.dumps({"file": Path(plan.resume.path).name, **kept})


def _origins(scenario: Scenario) -> dict[str, str]:
    """Return where each setting in force was made; what the registry gives is not repeated."""
    return {key: origin for key, origin in scenario.origins.items() if origin != "registry"}


def _events(scenario: Scenario, end: str) -> list[dict[str, Any]]:
    """Return what is scheduled: ``where`` is file and line, ``sources`` are documents and lines.

    Both are kept, since the ledger and the file may have changed when the results are read.
    """
    return [
        {
            "month": event.month,
            "kind": event.kind,
            "label": event.label,
            "figures": list(event.figures),
            "sources": printed_in(event.figures),
            "where": event.where,
            "arguments": dict(event.arguments),
        }
        for event in scenario.events
        if event.month <= end
    ]
