"""What the page can choose from: scenarios, levers with their basis, outcomes, shapes, colours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from matplotlib import colormaps
from matplotlib.colors import to_hex

import tajsim.plots.style as style
from tajsim.app.downloads import names
from tajsim.app.event_moves import event_keys
from tajsim.app.state import MOST_SHOWN, USUAL_SHOWN
from tajsim.axes import DIMENSIONS
from tajsim.inputs.figures import load_figures
from tajsim.inputs.modes import MODES
from tajsim.inputs.outcomes import load_outcomes
from tajsim.inputs.parameters import Parameter, load_parameters
from tajsim.inputs.scenario import Scenario, load_scenario, scenario_names
from tajsim.plots.geography import CREDIT, geography

_STOPS = 9


def catalogue(offered: Sequence[str]) -> dict[str, Any]:
    """Return everything that does not change while the dashboard runs, ready for JSON."""
    text = (files("tajsim") / "data" / "map.json").read_text(encoding="utf-8")
    return {
        "scenarios": [_scenario(name) for name in offered],
        "levers": [_parameter(p) for p in load_parameters().values() if p.role == "lever"],
        "uncertain": [_parameter(p) for p in load_parameters().values() if p.role == "uncertainty"],
        "outcomes": [
            {
                "name": o.name,
                "label": o.label,
                "dimensions": o.dimensions,
                "headline": o.headline,
                "meaning": o.meaning,
            }
            for o in load_outcomes().values()
        ],
        "dimensions": {name: list(names) for name, names in DIMENSIONS.items()},
        "modes": list(MODES),
        "shown": USUAL_SHOWN,
        "most_shown": MOST_SHOWN,
        "files": names(),
        "maps": {"border": _stops(style.SEIZED_MAP), "land": _stops("GnBu")},
        "shapes": {**json.loads(text), "aspect": geography().aspect, "credit": CREDIT},
    }


def _scenario(name: str) -> dict[str, Any]:
    scenario = load_scenario(name)
    later: dict[str, list[str]] = {}
    for event in scenario.events:
        if event.kind == "set":
            later.setdefault(str(event.arguments["parameter"]), []).append(event.month)
    return {
        "name": name,
        "shown": name if name in scenario_names() else Path(name).name,
        "title": scenario.title,
        "question": scenario.question,
        "start": scenario.start,
        "end": scenario.end,
        "settings": dict(scenario.settings),
        "later": later,
        "events": _events(scenario),
    }


def _events(scenario: Scenario) -> list[dict[str, Any]]:
    """Return the events of a scenario, with what documents their dates."""
    found = []
    for key, event in zip(event_keys(scenario.events), scenario.events, strict=True):
        told = ", ".join(f"{n} = {v}" for n, v in event.arguments.items()).replace("_", " ")
        found.append(
            {
                "name": key,
                "label": event.label,
                "month": event.month,
                "meaning": f"{event.kind.replace('_', ' ')}: {told}",
                "basis": "documented" if event.figures else "assumption",
                "why": [_place(figure) for figure in event.figures]
                or ["no document dates it; the scenario file says why it is there"],
            }
        )
    return found


def _place(identity: str) -> str:
    figure = load_figures()[identity]
    place = f"{figure.document}:{figure.line}"
    return f"{identity}: {figure.text} {figure.unit}, {figure.what} ({place})"


def _parameter(p: Parameter) -> dict[str, Any]:
    return {
        "name": p.name,
        "family": p.family,
        "value": p.value,
        "low": p.low,
        "high": p.high,
        "unit": p.unit,
        "meaning": p.meaning,
        "basis": p.basis.kind,
        "why": why(p),
    }


def why(p: Parameter) -> list[str]:
    """Return the lines on why a parameter has its value: arithmetic, reason, figures, places."""
    said = {
        "derived": f"derived: {p.basis.arithmetic}",
        "assumption": f"assumption: {p.basis.reason}",
    }.get(p.basis.kind, p.basis.kind)
    lines = [said]
    return lines + [_place(identity) for identity in dict.fromkeys(p.basis.figures)]


def _stops(name: str) -> list[str]:
    colours = colormaps[name]
    return [to_hex(colours(i / (_STOPS - 1))) for i in range(_STOPS)]
