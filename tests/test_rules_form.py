"""The form of rules: state goes in by name, and no number that steers behaviour stands in code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "tajsim"
PARTS = ("rules", "agents", "model")
#: Numbers that steer nothing: identities, halves, doubles, the months of a year.
PLAIN = {0.0, 0.5, 1.0, 2.0, 12.0}
#: What is so small only keeps a quotient from breaking.
GUARD = 1e-3
#: Methods of the actors that are applied with what they are given; the rest are rules.
OWN = {"self", "deals", "agencies", "movements", "networks", "commanders", "powers", "regions"}
#: Function -> the numbers in it that are no choices about behaviour, and why.
KNOWN = {
    "turn": {3.0},  # a quarter has three months
    "_read": {2003.0, 2004.0},  # the years of the usual level
    "of_record": {100.0, 2000.0, 2003.0, 2004.0},  # per cent; the years of the record
    "end_of_quarter": {3.0},
    "gap_without": {0.05},  # keeps a quotient bounded; of what is recorded only
    "polity": {3.0},  # the number of a state of the polity
    "over_tasks": {3.0},  # an axis
    "loyalty_aim": {3.0, 4.0, 5.0},  # ranks of causes
    "stands_behind": {3.0, 4.0, 5.0},
}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for part in PARTS:
        for path in sorted((SOURCE / part).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_state_goes_into_rules_by_name() -> None:
    found = [
        f"{path.name}:{call.lineno}"
        for path, tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "apply"
        and len(call.args) > 1
        and not is_method(call.args[0])
    ]
    assert found == []


def is_method(rule: ast.expr) -> bool:
    """Tell whether what is applied is a method of the kind itself (``agencies.replace_staff``)."""
    return isinstance(rule, ast.Attribute) and ast.unparse(rule.value).split(".")[-1] in OWN


def steering(function: ast.FunctionDef) -> set[float]:
    """Return the numbers of a function that are neither plain nor guards."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            value = abs(float(node.value))
            if not isinstance(node.value, bool) and value not in PLAIN and value > GUARD:
                found.add(value)
    return found


def test_no_number_that_steers_behaviour_stands_in_code() -> None:
    places: dict[str, set[float]] = {}
    for path, tree in trees():
        if path.name in ("chronicle.py", "notes.py", "snapshot.py", "events.py", "ledger.py"):
            continue
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                left = indices(function, steering(function)) - KNOWN.get(function.name, set())
                if left:
                    places[f"{path.name}:{function.name}"] = left
    assert places == {}


def indices(function: ast.FunctionDef, found: set[float]) -> set[float]:
    """Leave out numbers that are places: ``range(5)``, ``x[4]``, thousands of persons."""
    places = {
        abs(float(n.value))
        for outer in ast.walk(function)
        if isinstance(outer, ast.Subscript)
        or (isinstance(outer, ast.Call) and ast.unparse(outer.func) in ("range", "column"))
        for n in ast.walk(outer.slice if isinstance(outer, ast.Subscript) else outer)
        if isinstance(n, ast.Constant) and isinstance(n.value, int | float)
    }
    return found - places - {1000.0}


def test_a_steering_number_is_found() -> None:
    tree = ast.parse("def rule(x):\n    return 0.7 * x + x[3]\n")
    function = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
    assert indices(function, steering(function)) == {0.7}
