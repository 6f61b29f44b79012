"""tajsim simulates how a weak regime outsources its security.

The public names are loaded when they are first used, so that importing the package is quick and
has no side effects::

    import tajsim

    scenario = tajsim.load_scenario("russian-border-withdrawal")
    dataset = tajsim.run(scenario, runs=200, seed=1)
    print(tajsim.compare("status-quo", scenario, runs=200, seed=1))
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

#: Public name -> the module that defines it; ``__init__.pyi`` says the same to type checkers.
_HOMES = {
    "TajikistanModel": "tajsim.model.model",
    "UserError": "tajsim.errors",
    "__version__": "tajsim.version",
    "claims": "tajsim.analysis.claims",
    "compare": "tajsim.analysis",
    "explain": "tajsim.analysis.explain",
    "discover": "tajsim.exploration",
    "load_experiment": "tajsim.inputs.experiment",
    "load_results": "tajsim.ensemble",
    "load_scenario": "tajsim.inputs.scenario_parts",
    "load_sweep": "tajsim.sweeps",
    "robust": "tajsim.exploration",
    "run": "tajsim.ensemble",
    "seek": "tajsim.exploration",
    "sensitivity": "tajsim.exploration",
    "sweep": "tajsim.sweeps",
    "validate": "tajsim.analysis.validation",
    "write_report": "tajsim.report",
}
__all__ = [*_HOMES]


# A notebook names its backend to all it starts; where this environment lacks it, matplotlib would
# not load. Pictures here go to files and need none.
_BACKEND = os.environ.get("MPLBACKEND", "")
if _BACKEND.startswith("module://") and not find_spec(_BACKEND[9:].partition(".")[0]):
    del os.environ["MPLBACKEND"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tajsim' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
