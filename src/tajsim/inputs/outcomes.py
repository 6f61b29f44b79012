"""The registry of outcomes: label, unit, dimensions, how each aggregates over months and places.

Outcomes of one's own are arithmetic over recorded ones, ``rents_kept[border_troops] / rents_kept``
month by month, an outcome without a place standing for the whole; or a date, ``first month where
protest[rasht] > 0``. Python's parser reads them; what is not on the list here is refused.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from tajsim.axes import DIMENSIONS
from tajsim.errors import UserError, check_names, unknown
from tajsim.files import data_tables

#: How monthly values become one number over a window.
AGGREGATES = (
    "yearly",  # a monthly flow: sum over the window divided by its years
    "mean",  # a level: mean over the window
    "last",  # a stock or state: value in the last month of the window
    "total",  # a count of occurrences: sum over the window
    "maximum",  # the highest value in the window
)
#: How the values of several places (sections, agencies, ...) become one number.
PLACES = (
    "sum",  # flows, counts, stocks
    "mean",  # shares and indices of places that count alike
    "people",  # of agencies: the mean weighted by `WEIGHT`; missing where that is below one person
)
#: What is at stake, gravest first; an outcome that names none is of the last.
STAKES = ("survival", "violence", "repression", "traffic", "money", "structure")
#: The outcome that weighs agencies, persons.
WEIGHT = "strength"


@dataclass(frozen=True)
class Outcome:
    """One recorded series, ``dimensions + (month, run)``, in ``unit`` (per month for flows)."""

    name: str
    label: str
    unit: str
    dimensions: tuple[str, ...]
    aggregate: str
    places: str
    headline: bool
    meaning: str
    mechanisms: tuple[str, ...]
    #: There may be nothing that it describes, besides agencies without people.
    missing: bool = False
    #: Rare by nature, or decided by nobody in the model: it may lie at an end of its scale.
    rare: bool = False
    #: Its places add up to 1, so that they are headlines and the whole, a constant, is not.
    adds_up: bool = False
    #: Only grows: a constant world is judged by its rate.
    cumulative: bool = False
    #: On what scale the model may be off: ``log``, ``logit``, ``fisher`` or ``none``.
    scale: str = ""
    #: One of `STAKES`.
    stake: str = STAKES[-1]
    #: Events and families of parameters that set it: where a scenario has them it is no effect.
    set_by: tuple[str, ...] = ()

    @property
    def window_unit(self) -> str:
        """The unit after aggregation over a window."""
        return window_unit(self.unit, self.aggregate)

    @property
    def attributes(self) -> dict[str, Any]:
        """What results say of the outcome, so that they can be read without the registry."""
        return {
            **{name: getattr(self, name) for name in ("label", "unit", "aggregate")},
            **({"places": self.places} if self.places else {}),
            "window_unit": self.window_unit,
            "headline": -1 if self.adds_up else int(self.headline),
            "meaning": self.meaning,
            "mechanisms": " ".join(self.mechanisms),
        }


def window_unit(unit: str, aggregate: str) -> str:
    """Return a unit after aggregation over a window: 'kg/month' summed by year is 'kg/year'."""
    if aggregate == "yearly":
        return unit.replace("/month", "/year")
    return unit.replace("/month", "") if aggregate == "total" else unit


def _outcome(name: str, row: dict[str, Any]) -> Outcome:
    """Return a row of the registry."""
    lists = {key: tuple(row.get(key, ())) for key in ("dimensions", "mechanisms", "set_by")}
    usual = {"share": "logit", "0 or 1": "none", "months": "none"}.get(row["unit"], "log")
    first = {"name": name, "places": "", "headline": False, "scale": usual}
    one = Outcome(**{**first, **row, **lists})
    places = PLACES if one.dimensions == ("agency",) else PLACES[:2] if one.dimensions else ("",)
    closed = {"aggregate": AGGREGATES, "stake": STAKES, "places": places}
    for key, names in closed.items():
        if (found := getattr(one, key)) not in names:
            raise ValueError(f"outcomes.toml, {name}: {key} is '{found}'; expected one of {names}")
    if not set(one.dimensions) <= set(DIMENSIONS):
        raise ValueError(f"outcomes.toml, {name}: unknown dimension")
    return one


@lru_cache
def load_outcomes() -> dict[str, Outcome]:
    """Return the registry (``data/outcomes.toml``) by name, in the order of the file."""
    return {name: _outcome(name, row) for name, row in data_tables("outcomes.toml").items()}


def outcome(name: str) -> Outcome:
    """Return one outcome. Raises `UserError` if there is none of that name."""
    check_names("outcome", [name], load_outcomes())
    return load_outcomes()[name]


def with_weight(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of outcomes, each once, and that of the weight if one of them needs it."""
    wanted = list(dict.fromkeys(names))
    registry = load_outcomes()
    if any(n in registry and registry[n].places == "people" for n in wanted):
        wanted.append(WEIGHT)
    return tuple(dict.fromkeys(wanted))


Numbers = np.ndarray
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
    """Return the outcomes that an expression reads, each once with places; or `UserError`."""
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
    """Return the monthly numbers of an expression, or its condition as booleans; or `UserError`.

    What is divided by zero is missing.
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
    return values if values.dtype == np.bool_ else np.where(np.isfinite(values), values, np.nan)


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
        case (
            ast.BinOp(left=left, op=op, right=right)
            | ast.Compare(left=left, ops=[op], comparators=[right])
        ) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, text, lookup), _value(right, text, lookup))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -np.asarray(_value(operand, text, lookup))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return np.logical_not(_value(operand, text, lookup))
        case ast.BoolOp(op=op, values=values):
            return reduce(_BINARY[type(op)], (_value(value, text, lookup) for value in values))
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args, keywords=[]):
            if name not in _FUNCTIONS:
                raise UserError(f"'{text}': {unknown('function', name, _FUNCTIONS)}")
            if len(args) == (1 if name == "abs" else 2):
                return _FUNCTIONS[name](*(_value(arg, text, lookup) for arg in args))
    part = ast.get_source_segment(FIRST.sub("", text, count=1).strip(), node) or text
    raise UserError(f"'{text}': '{part}' is not understood; {_EXPECTED}")


def placed(name: str, places: list[str]) -> tuple[str, dict[str, str]]:
    """Return an outcome and, by dimension, its places: ``rents_kept``, ``["border_troops"]``.

    Those that do not exist are a `UserError` with the nearest one.
    """
    own = outcome(name).dimensions
    found: dict[str, str] = {}
    for place in places:
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

    What is none of them is a `UserError` with the nearest name.
    """
    found = _SPEC.fullmatch(spec)
    if not found:
        raise UserError(f"'{spec}': expected an outcome such as heroin_seized[khorog]")
    if found[1] in own and found[2] is None:
        return found[1], {}
    check_names("outcome", [found[1]], [*own, *load_outcomes()])
    return placed(found[1], [p.strip() for p in (found[2] or "").split(",") if p.strip()])
