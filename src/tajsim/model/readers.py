"""Which rules read which parameter: worked out from the code, so that it cannot drift.

A rule, or an agent's method called like one, reads its keyword-only arguments. A stage reads the
names it asks of the values in force.
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


def _asked(call: ast.AST) -> str:
    """Return the family named in ``values["..."]`` or ``values.family("...")``, or nothing."""
    if isinstance(call, ast.Subscript):
        holder, argument = call.value, call.slice
    elif isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args:
        holder, argument = call.func.value, call.args[0]
    else:
        return ""
    named = getattr(holder, "attr", getattr(holder, "id", ""))
    if isinstance(argument, ast.JoinedStr):
        argument = argument.values[0]
    if named != "values" or not isinstance(argument, ast.Constant):
        return ""
    return str(argument.value).split(".")[0]


def _reads(function: ast.FunctionDef) -> Iterator[str]:
    yield from (argument.arg for argument in function.args.kwonlyargs)
    yield from filter(None, (_asked(node) for node in ast.walk(function)))


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
