"""The parameter registry: every number the model reads, with unit, range, role and basis.

The registry is data (``data/parameters.toml``). A *family* is one quantity; where it is indexed
(by agency, section, ...), each index has a row of its own: ``agency_pay.border_troops``.
"""

from __future__ import annotations

import ast
import operator
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

from tajsim.axes import DIMENSIONS
from tajsim.errors import UserError, unknown
from tajsim.inputs.figures import load_figures

ROLES = ("uncertainty", "lever", "constant")
SPREADS = ("triangular", "uniform", "log")
UNITS = (
    "share",
    "share/month",
    "1/month",
    "months",
    "number",
    "ratio",
    "index",
    "persons",
    "thousand persons",
    "persons/month",
    "USD",
    "USD/month",
    "USD/year",
    "USD/kg",
    "USD/person/month",
    "kg/month",
    "km",
    "persons/km",
    "seats",
    "0 or 1",
)


@dataclass(frozen=True)
class Basis:
    """Why a parameter has its value.

    ``kind`` is ``documented`` (``figures`` holds the figure ids), ``derived`` (``arithmetic`` is
    an expression over ``{figure-id}``) or ``assumption`` (``reason``).
    """

    kind: str
    figures: tuple[str, ...] = ()
    arithmetic: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Parameter:
    """One row of the registry. ``value``, ``low`` and ``high`` are in ``unit``."""

    name: str
    family: str
    index: str | None
    value: float
    low: float
    high: float
    unit: str
    role: str
    spread: str
    basis: Basis
    meaning: str


@dataclass(frozen=True)
class Family:
    """A quantity with one parameter, or with one parameter for each name of a dimension."""

    name: str
    dimension: str | None
    unit: str
    role: str
    meaning: str
    parameters: tuple[Parameter, ...]


def _basis(row: Mapping[str, Any]) -> Basis:
    if "documented" in row:
        return Basis("documented", figures=tuple(row["documented"]))
    if "derived" in row:
        return Basis("derived", figures=figures_in(row["derived"]), arithmetic=row["derived"])
    return Basis("assumption", reason=row.get("assumption", ""))


def _family(name: str, table: dict[str, Any]) -> Family:
    dimension = table.get("index")
    rows = table["of"] if dimension else {None: table}
    parameters = tuple(
        Parameter(
            name=f"{name}.{index}" if index else name,
            family=name,
            index=index,
            value=float(row["value"]),
            low=float(row.get("low", row["value"])),
            high=float(row.get("high", row["value"])),
            unit=table["unit"],
            role=row.get("role", table["role"]),
            spread=table.get("spread", "triangular"),
            basis=_basis({**table, **row}),
            meaning=table["meaning"],
        )
        for index, row in rows.items()
    )
    return Family(name, dimension, table["unit"], table["role"], table["meaning"], parameters)


@lru_cache
def load_families() -> dict[str, Family]:
    """Return the registry by family name, in the order of the file."""
    text = files("tajsim").joinpath("data/parameters.toml").read_text(encoding="utf-8")
    return {name: _family(name, table) for name, table in tomllib.loads(text).items()}


@lru_cache
def load_parameters() -> dict[str, Parameter]:
    """Return every parameter by its full name, in the order of the file."""
    return {p.name: p for family in load_families().values() for p in family.parameters}


def parameter(name: str) -> Parameter:
    """Return one parameter.

    Raises:
        UserError: if there is none of that name; the line names the nearest one.
    """
    if name not in load_parameters():
        raise UserError(unknown("parameter", name, load_parameters()))
    return load_parameters()[name]


def dimension_names(family: Family) -> tuple[str, ...]:
    """Return the index names of a family in the order of its dimension.

    A dimension such as ``power.task`` stands for every pair, written ``russia.border``.
    """
    if not family.dimension:
        return ()
    axes = [DIMENSIONS[d] for d in family.dimension.split(".")]
    return tuple(".".join(pair) for pair in product(*axes))


_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def figures_in(arithmetic: str) -> tuple[str, ...]:
    """Return the figure ids that stand in braces in an arithmetic expression."""
    return tuple(part.split("}")[0] for part in arithmetic.split("{")[1:])


def evaluate(arithmetic: str) -> float:
    """Compute a derived value: numbers, ``{figure-id}`` and + - * / ** and parentheses.

    Raises:
        UserError: for an unknown or non-numeric figure or anything else in the expression.
    """
    figures, names, text = load_figures(), {}, arithmetic
    for i, identity in enumerate(figures_in(arithmetic)):
        if identity not in figures or figures[identity].value is None:
            raise UserError(unknown("numeric figure", identity, figures))
        names[f"f{i}"] = float(figures[identity].value or 0.0)
        text = text.replace("{" + identity + "}", f"f{i}", 1)

    def walk(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](walk(node.left), walk(node.right))
        if isinstance(node, ast.Name) and node.id in names:
            return names[node.id]
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return float(node.value)
        raise UserError(f"cannot read the arithmetic '{arithmetic}'")

    return walk(ast.parse(text, mode="eval").body)
