"""What is entered because one run needs it leaves the runs beside it as they are."""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numpy as np
import pytest

import tajsim.agents
import tajsim.model
import tajsim.rules
from benchmarks.digests import states
from tajsim import TajikistanModel, load_scenario

#: Ways of asking whole arrays that would be guards as well, and that ``entered`` does not know.
UNKNOWN = {"all", "max", "min", "sum", "item", "count_nonzero"}
GUARD = "__guard__"


def modules() -> Iterator[ModuleType]:
    for package in (tajsim.model, tajsim.agents, tajsim.rules):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield import_module(found.name)


def conditions(node: ast.AST) -> list[ast.expr]:
    """Return what decides whether, or for which rows, a block is entered."""
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return [node.test]
    if isinstance(node, ast.comprehension):
        return [node.iter, *node.ifs]
    return [node.iter] if isinstance(node, ast.For) else []


def asked(node: ast.AST, names: set[str]) -> list[ast.Call]:
    """Return the calls below a node of methods (or of numpy's functions) of these names."""
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
    return [n for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr in names]


class Entered(ast.NodeTransformer):
    """Lets every condition ``x.any()`` hold; ``guards`` are their places and functions."""

    def __init__(self, module: str) -> None:
        self.module, self.within, self.guards = module, "", dict[str, str]()

    def visit(self, node: ast.AST) -> Any:
        around = self.within
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and "." not in around:
            self.within = f"{around}.{node.name}".lstrip(".")
        for condition in conditions(node):
            assert not asked(condition, UNKNOWN), f"{self.module}: {ast.unparse(condition)}"
            place = f"{self.module}:{condition.lineno} {ast.unparse(condition)}"
            for call in asked(condition, {"any"}):
                assert isinstance(call.func, ast.Attribute)
                self.guards[place] = self.within
                call.args = [ast.Constant(place), call.func.value, *call.args]
                call.func = ast.Name(GUARD, ast.Load())
        node = self.generic_visit(node)
        # What is left asks run by run, along an axis; else it is a guard that hides behind a name.
        loose = [
            c for c in asked(node, {"any", "all"}) if "axis" not in {k.arg for k in c.keywords}
        ]
        assert not loose or not isinstance(node, ast.stmt), f"{self.module}: {ast.unparse(node)}"
        self.within = around
        return node


def codes(code: CodeType) -> Iterator[CodeType]:
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield part
            yield from codes(part)


def enter_all(monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], set[str]]:
    """Let every guard in the model hold; return all of them, and those met in vain (filled later).

    A guard is met in vain where it holds for some runs, or some rows, or for none.
    """
    every: set[str] = set()
    in_vain: set[str] = set()

    def guard(place: str, mask: np.ndarray[Any, Any], axis: int | None = None) -> Any:
        if not mask.all():
            in_vain.add(place)
        return np.ones_like(mask.any(axis=axis))

    for module in modules():
        assert module.__file__
        entered = Entered(module.__name__)
        tree = ast.fix_missing_locations(
            entered.visit(ast.parse(Path(module.__file__).read_text()))
        )
        made = {c.co_qualname: c for c in codes(compile(tree, module.__file__, "exec"))}
        for name in set(entered.guards.values()):
            monkeypatch.setattr(attrgetter(name)(module), "__code__", made[name])
        monkeypatch.setattr(module, GUARD, guard, raising=False)
        every |= entered.guards.keys()
    return every, in_vain


def history(scenario: str, end: str) -> dict[str, bytes]:
    """Return all that a few runs of a scenario leave: states, outcomes, chronicle."""
    events = [event for event in load_scenario(scenario).events if event.month <= end]
    model = TajikistanModel(runs=4, seed=3, end=end, events=events)
    model.run_to_end()
    told = {**model.record, **model.chronicle.columns()}
    return dict(states(model, "", set())) | {f"told {k}": v.tobytes() for k, v in told.items()}


def test_no_guarded_block_touches_a_run_it_does_not_concern(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cases = {"russian-border-withdrawal": "2007-12", "history": "2007-12"}
    plain = {scenario: history(scenario, end) for scenario, end in cases.items()}
    every, in_vain = enter_all(monkeypatch)
    assert len(every) > 20
    for scenario, end in cases.items():
        entered = history(scenario, end)
        moved = [name for name, value in plain[scenario].items() if entered[name] != value]
        assert moved == [], scenario
    assert every == in_vain
