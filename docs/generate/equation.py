"""The equation of a rule: read from its docstring, checked, computed, set in LaTeX.

A rule's docstring has a block ``Equation:`` of assignments in the syntax of Python. Its names are
the rule's arguments and what earlier lines of the block define; the last line (the last two, three
... of a rule that answers several things) is the answer. The block can be computed, so that a test
holds it against the rule, and it can be set as a formula.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tajsim.axes import Array, shares, total

Rule = Callable[..., Any]

_HEAD = "Equation:"


def _smallest(*values: Array) -> Array:
    found = values[0]
    for value in values[1:]:
        found = np.minimum(found, value)
    return found


def _largest(*values: Array) -> Array:
    return -_smallest(*(-value for value in values))


def _product(values: Array, over: str = "") -> Array:
    found: Array = np.multiply.reduce(values, axis=0)
    return found


#: What an equation may call. The second argument of those over an axis names it for the reader.
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "min": _smallest,
    "max": _largest,
    "sum": lambda values, over: total(values),
    "mean": lambda values, over: total(values) / len(values),
    "product": _product,
    "shares": lambda values, over: shares(values),
    "argmin": lambda values, over: np.argmin(values, axis=0),
}
#: Functions over an axis, which stands as a word in their second argument.
OVER_AN_AXIS = ("sum", "mean", "product", "shares", "argmin")


class EquationError(ValueError):
    """A docstring without an equation, or with one that cannot be read."""


@dataclass(frozen=True)
class Line:
    """One assignment: ``name = expression``; ``answer`` where it is what the rule returns."""

    name: str
    expression: ast.expr
    answer: bool


def equation_text(rule: Rule) -> str:
    """Return the block ``Equation:`` of a rule's docstring.

    Raises:
        EquationError: if there is none.
    """
    lines = inspect.cleandoc(rule.__doc__ or "").splitlines()
    if _HEAD not in lines:
        raise EquationError(f"{rule.__module__}.{rule.__name__}: no block '{_HEAD}'")
    block = []
    for line in lines[lines.index(_HEAD) + 1 :]:
        if line and not line.startswith(" "):
            break
        block.append(line)
    return textwrap.dedent("\n".join(block)).strip()


def answers(rule: Rule) -> int:
    """Return how many arrays a rule returns; a ``tuple[Array, ...]`` has one for every line.

    A named tuple has one for each of its fields.
    """
    returned = typing.get_type_hints(rule).get("return")
    if fields := getattr(returned, "_fields", ()):
        return len(fields)
    if typing.get_origin(returned) is not tuple:
        return 1
    parts = typing.get_args(returned)
    return sys.maxsize if Ellipsis in parts else len(parts)


def equation(rule: Rule) -> list[Line]:
    """Return the lines of a rule's equation.

    Raises:
        EquationError: if it has none, or one that names what does not exist.
    """
    place = f"{rule.__module__}.{rule.__name__}"
    try:
        body = ast.parse(equation_text(rule)).body
    except SyntaxError as error:
        raise EquationError(f"{place}: {error.msg}: {error.text}") from None
    found: list[Line] = []
    known = set(inspect.signature(rule).parameters)
    for i, statement in enumerate(body):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            raise EquationError(f"{place}: line {i + 1} is not 'name = expression'")
        check_names(statement.value, known, place)
        known.add(statement.targets[0].id)
        found.append(Line(statement.targets[0].id, statement.value, i >= len(body) - answers(rule)))
    return found


def check_names(expression: ast.expr, known: set[str], place: str) -> None:
    """Refuse names that are neither arguments nor defined, and functions that are not known.

    Raises:
        EquationError: with the name.
    """
    called = {n.func for n in ast.walk(expression) if isinstance(n, ast.Call)}
    for node in ast.walk(expression):
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
                raise EquationError(f"{place}: unknown function '{ast.unparse(node.func)}'")
            if (len(node.args) == 2) < (node.func.id in OVER_AN_AXIS):
                raise EquationError(f"{place}: {node.func.id} needs the axis it goes over")
        elif isinstance(node, ast.Name) and node not in called and node.id not in known:
            raise EquationError(f"{place}: '{node.id}' is no argument and not defined before")


def names_used(lines: list[Line]) -> set[str]:
    """Return all names that the right-hand sides use."""
    nodes = [node for line in lines for node in ast.walk(line.expression)]
    return {node.id for node in nodes if isinstance(node, ast.Name)} - set(FUNCTIONS)


def compute(rule: Rule, arguments: Mapping[str, Array]) -> tuple[Array, ...]:
    """Return what the equation of a rule answers for these arguments."""
    values: dict[str, Any] = dict(arguments)
    lines = equation(rule)
    for line in lines:
        values[line.name] = _value(line.expression, values)
    return tuple(values[line.name] for line in lines if line.answer)


_BINARY: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.Gt: lambda a, b: (a > b) * 1.0,
    ast.Lt: lambda a, b: (a < b) * 1.0,
    ast.GtE: lambda a, b: (a >= b) * 1.0,
    ast.LtE: lambda a, b: (a <= b) * 1.0,
}


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, values)
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.Compare):
        right = _value(node.comparators[0], values)
        return _BINARY[type(node.ops[0])](_value(node.left, values), right)
    if isinstance(node, ast.IfExp):
        test = _value(node.test, values) > 0.5
        return np.where(test, _value(node.body, values), _value(node.orelse, values))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return FUNCTIONS[node.func.id](*(_value(argument, values) for argument in node.args))
    raise EquationError(f"cannot compute '{ast.unparse(node)}'")
