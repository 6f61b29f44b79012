"""Which rules read which parameter: worked out from the code, so that it cannot drift.

A rule, or an agent's method called like one, reads its keyword-only arguments. A stage reads
the families it names: ``country.values.tax_share``.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from types import ModuleType

import tajsim.agents
import tajsim.model
import tajsim.rules
from tajsim.inputs.parameters import load_families


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield import_module(info.name)


def _reads(function: ast.FunctionDef) -> Iterator[str]:
    """Yield the keyword-only arguments, and every ``name`` in ``values.name``."""
    yield from (argument.arg for argument in function.args.kwonlyargs)
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute):
            holder = getattr(node.value, "attr", getattr(node.value, "id", ""))
            if holder == "values":
                yield node.attr


@lru_cache
def readers() -> dict[str, list[str]]:
    """Return, for each family, the functions that read it, as ``package.module.function``."""
    found: dict[str, list[str]] = {name: [] for name in load_families()}
    for package in (tajsim.rules, tajsim.agents, tajsim.model):
        for module in _modules(package):
            for node in ast.walk(ast.parse(inspect.getsource(module))):
                if not isinstance(node, ast.FunctionDef):
                    continue
                where = f"{module.__name__.removeprefix('tajsim.')}.{node.name}"
                for name in _reads(node):
                    if name in found and where not in found[name]:
                        found[name].append(where)
    return found
