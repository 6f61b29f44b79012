"""tajsim simulates how a weak regime outsources its security.

The public names are loaded when they are first used, so that importing the package is quick and
has no side effects::

    import tajsim

    scenario = tajsim.load_scenario("russian-border-withdrawal")
    dataset = tajsim.run(scenario, runs=200, seed=1)
    print(tajsim.compare("status-quo", scenario, runs=200, seed=1))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tajsim.analysis import compare
    from tajsim.analysis.claims_run import claims
    from tajsim.ensemble import load_results, run
    from tajsim.errors import UserError
    from tajsim.inputs.scenario import load_scenario
    from tajsim.model.model import TajikistanModel
    from tajsim.version import __version__

__all__ = [
    "TajikistanModel",
    "UserError",
    "__version__",
    "claims",
    "compare",
    "load_results",
    "load_scenario",
    "run",
]

#: Public name -> the module that defines it.
_HOMES = {
    "TajikistanModel": "tajsim.model.model",
    "UserError": "tajsim.errors",
    "__version__": "tajsim.version",
    "claims": "tajsim.analysis.claims_run",
    "compare": "tajsim.analysis",
    "load_results": "tajsim.ensemble",
    "load_scenario": "tajsim.inputs.scenario",
    "run": "tajsim.ensemble",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tajsim' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
