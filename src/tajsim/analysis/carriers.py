"""Which functions carry which mechanism: read from their docstrings, so that it cannot drift."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from types import ModuleType

import tajsim.agents
import tajsim.model
import tajsim.rules
from tajsim.inputs.mechanisms import load_mechanisms
from tajsim.inputs.scenario import load_scenario, scenario_names
from tajsim.inputs.scenario_format import is_mechanism
from tajsim.model.readers import readers

_ID = re.compile(r"\b[MPSEOX][0-9]{2,3}\b")


def ids_in(text: str) -> list[str]:
    """Return the ids of mechanisms that a text names, each once, in the order of the text."""
    return list(dict.fromkeys(found for found in _ID.findall(text) if is_mechanism(found)))


def _functions(package: ModuleType) -> Iterator[tuple[str, str]]:
    """Return the place of every function of a package, and its docstring."""
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        module = import_module(info.name)
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.FunctionDef):
                where = f"{module.__name__.removeprefix('tajsim.')}.{node.name}"
                yield where, ast.get_docstring(node) or ""


@lru_cache
def carriers() -> dict[str, tuple[str, ...]]:
    """Return, for each mechanism, the functions that name it, as ``package.module.function``.

    Rules come first, then agents and stages.
    """
    found: dict[str, list[str]] = {identity: [] for identity in load_mechanisms()}
    for package in (tajsim.rules, tajsim.agents, tajsim.model):
        for where, text in _functions(package):
            for identity in ids_in(text):
                if where not in found.setdefault(identity, []):
                    found[identity].append(where)
    return {identity: tuple(places) for identity, places in found.items()}


def parameters_of(functions: tuple[str, ...]) -> list[str]:
    """Return the families of parameters that these functions read, in the registry's order."""
    return [family for family, places in readers().items() if set(places) & set(functions)]


@lru_cache
def claims_by_mechanism() -> dict[str, tuple[str, ...]]:
    """Return, for each mechanism, the claims that test it, as ``scenario: claim``."""
    found: dict[str, list[str]] = {}
    for name in scenario_names():
        for claim in load_scenario(name).claims:
            for identity in claim.mechanisms:
                found.setdefault(identity, []).append(f"{name}: {claim.id}")
    return {identity: tuple(claims) for identity, claims in found.items()}
