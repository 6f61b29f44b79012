"""Outcomes of one's own: arithmetic over recorded ones, or the first month of a condition.

``rents_kept[border_troops] / rents_kept`` is made month by month; an outcome without a place stands
for the whole. ``first month where protest[rasht] > 0`` is a date. Nothing else is understood: the
text is read by Python's parser, and every part that is not on the list here is refused.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import DIMENSIONS
from tajsim.errors import UserError, unknown
from tajsim.inputs.outcomes import load_outcomes

Numbers = NDArray[Any]
#: From the name of an outcome and its places: its monthly numbers ``(scenario, month, run)``.
Lookup = Callable[[str, Mapping[str, str]], Numbers]

LONGEST = 500
FIRST = re.compile(r"\s*first\s+month\s+where\s+", re.IGNORECASE)
_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
    ast.And: np.logical_and, ast.Or: np.logical_or,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": np.minimum, "max": np.maximum, "abs": np.abs}
_EXPECTED = "expected outcomes, numbers, + - * /, min, max, abs, and comparisons after 'where'"


def is_date(text: str) -> bool:
    """Tell whether an expression asks for a first month."""
    return bool(FIRST.match(text))


def references(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return the outcomes, with their places, that an expression reads, each once.

    Raises:
        UserError: one line with the nearest name, if it cannot be read.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def note(name: str, places: Mapping[str, str]) -> Numbers:
        if (name, dict(places)) not in found:
            found.append((name, dict(places)))
        return np.ones((1, 1, 1))

    values = evaluate(text, note)
    if not found:
        raise UserError(f"'{text}': names no outcome; {_EXPECTED}")
    if is_date(text) != (values.dtype == np.bool_):
        raise UserError(f"'{text}': a condition stands after 'first month where', and only there")
    return found


def evaluate(text: str, lookup: Lookup) -> Numbers:
    """Return the monthly numbers of an expression, or its condition as booleans.

    What is divided by zero is missing.

    Raises:
        UserError: one line, if it cannot be read.
    """
    if len(text) > LONGEST:
        raise UserError(f"an expression of {len(text)} characters; expected at most {LONGEST}")
    bare = FIRST.sub("", text, count=1)
    try:
        tree = ast.parse(bare.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UserError(f"'{text}': cannot be read; {_EXPECTED}") from None
    try:
        with np.errstate(all="ignore"):
            values = np.asarray(_value(tree, text, lookup))
    except RecursionError:
        raise UserError(f"'{text}': is nested too deeply") from None
    if values.dtype == np.bool_:
        return values
    return np.where(np.isfinite(values), values, np.nan)


def _value(node: ast.AST, text: str, lookup: Lookup) -> Any:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Name(id=name):
            return lookup(*placed(name, []))
        case ast.Subscript(value=ast.Name(id=name), slice=where):
            parts = where.elts if isinstance(where, ast.Tuple) else [where]
            names = [part.id for part in parts if isinstance(part, ast.Name)]
            if len(names) == len(parts):
                return lookup(*placed(name, names))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, text, lookup), _value(right, text, lookup))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -np.asarray(_value(operand, text, lookup))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return np.logical_not(_value(operand, text, lookup))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, text, lookup), _value(right, text, lookup))
        case ast.BoolOp(op=op, values=values):
            parts_of = [_value(value, text, lookup) for value in values]
            return reduce(_BINARY[type(op)], parts_of)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args, keywords=[]):
            if name not in _FUNCTIONS:
                raise UserError(f"'{text}': {unknown('function', name, _FUNCTIONS)}")
            if len(args) == (1 if name == "abs" else 2):
                return _FUNCTIONS[name](*(_value(arg, text, lookup) for arg in args))
        case _:
            pass
    part = ast.get_source_segment(FIRST.sub("", text, count=1).strip(), node) or text
    raise UserError(f"'{text}': '{part}' is not understood; {_EXPECTED}")


def placed(name: str, places: list[str]) -> tuple[str, dict[str, str]]:
    """Return an outcome and, by dimension, its places: ``rents_kept``, ``["border_troops"]``.

    Raises:
        UserError: for an outcome or a place that does not exist, with the nearest one.
    """
    known = load_outcomes()
    if name not in known:
        raise UserError(unknown("outcome", name, known))
    found: dict[str, str] = {}
    for place in places:
        own = known[name].dimensions
        dimension = next((d for d in own if place in DIMENSIONS[d]), None)
        if dimension is None:
            valid = [n for d in own for n in DIMENSIONS[d]]
            if not valid:
                raise UserError(f"outcome '{name}' has no places; found '{place}'")
            raise UserError(unknown(f"place of {name}", place, valid))
        found[dimension] = place
    return name, found


_SPEC = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\[\s*([\w\s,]*?)\s*\])?\s*", re.ASCII)


def split_spec(
    spec: str, own: Mapping[str, str] | tuple[str, ...] = ()
) -> tuple[str, dict[str, str]]:
    """Return name and places of ``heroin_seized[khorog]``; ``own`` are outcomes of one's own.

    Raises:
        UserError: if it is none, with the nearest name.
    """
    found = _SPEC.fullmatch(spec)
    if not found:
        raise UserError(f"'{spec}': expected an outcome such as heroin_seized[khorog]")
    if found[1] in own and found[2] is None:
        return found[1], {}
    if found[1] not in load_outcomes() and own:
        raise UserError(unknown("outcome", found[1], [*own, *load_outcomes()]))
    return placed(found[1], [p.strip() for p in (found[2] or "").split(",") if p.strip()])
