"""The parameter registry: every number the model reads, with unit, range, role and basis.

The registry is data: a file in ``data/parameters`` for each theme of the rules, a table for each
*family*. A family is one quantity; where it is indexed (by agency, section, ...), each index has a
row of its own: ``agency_pay.border_troops``. Rows that hold one number for several indices name
them all, with spaces between. ``families.py`` lists the families as attributes, and keeps their
order.
"""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

from tajsim.axes import DIMENSIONS, PACKAGES, POSTS, REPRESSION_STEPS, WAYS_OUT
from tajsim.errors import UnknownName, UserError
from tajsim.files import data_tables
from tajsim.inputs import families

LEVERS = "levers.toml"
#: ``fixed`` has a range too, but is drawn from it only where that is asked for: nothing that the
#: model is asked for is tied to it (``tajsim parameters --ties``). It is an assumption like others.
ROLES = ("uncertainty", "fixed", "lever", "constant")
SPREADS = ("triangular", "uniform", "log")
UNITS = (
    "share", "share/month", "1/month", "1/year", "months", "number", "ratio", "index", "0 or 1",
    "persons", "thousand persons", "persons/month", "persons/km", "seats", "km", "kg/month",
    "USD", "USD/month", "USD/year", "USD/kg", "USD/person/month",
)  # fmt: skip


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
    """One value of the registry. ``value``, ``low`` and ``high`` are in ``unit``.

    ``row`` is the row as written, with all indices that share it: ``control_base.khatlon sughd``.
    """

    name: str
    row: str
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
    about = {key: table[key] for key in ("unit", "role", "meaning")}
    parameters = []
    for indices, row in (table["of"] if dimension else {"": table}).items():
        more: dict[str, Any] = {**about, "spread": table.get("spread", "triangular")}
        more |= {key: float(row.get(key, row["value"])) for key in ("value", "low", "high")}
        more |= {"role": row.get("role", table["role"]), "basis": _basis({**table, **row})}
        written = f"{name}.{indices}" if indices else name
        for index in indices.split() or [None]:
            full = f"{name}.{index}" if index else name
            parameters.append(Parameter(full, written, name, index, **more))
    return Family(name, dimension, parameters=tuple(parameters), **about)


@lru_cache
def load_families() -> dict[str, Family]:
    """Return the registry by family name, in the order of ``families.py``.

    The order decides which column of a design or a calibration is whose. So a family may move to
    another file, and a new one comes last. One that stands in two files is a `UserError`.
    """
    found: dict[str, Family] = {}
    folder = files("tajsim").joinpath("data/parameters")
    for file in sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=str):
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        for name in tables.keys() & found.keys():
            raise UserError(f"data/parameters/{file.name}: '{name}' is defined in another file too")
        found |= {name: _family(name, table) for name, table in tables.items()}
    order = {name: place for place, name in enumerate(families.Families.__annotations__)}
    return {name: found[name] for name in sorted(found, key=lambda n: order.get(n, len(order)))}


@lru_cache
def load_parameters() -> dict[str, Parameter]:
    """Return every parameter by its full name, in the order of the file."""
    return {p.name: p for family in load_families().values() for p in family.parameters}


def number_count(role: str | None = None) -> int:
    """Return how many numbers the registry holds, in all or of one role: rows as written."""
    return len({p.row for p in load_parameters().values() if role in (None, p.role)})


def base_value(name: str) -> float:
    """Return the documented value of a parameter, 0 where a family has no row of that name."""
    return load_parameters()[name].value if name in load_parameters() else 0.0


def holder(p: Parameter) -> str:
    """Return who can move a lever, of `axes.PAYERS` or nobody; "" for what is no lever."""
    held = {name: who for who, names in data_tables(LEVERS)["held_by"].items() for name in names}
    named = (held[n] for n in (p.name, p.family, p.index) if n in held)
    return next(named, "") if p.role == "lever" else ""


def unit_cost(p: Parameter) -> float:
    """Return what a unit of a lever costs who holds it, USD a year; 0 where no price is known."""
    each = data_tables(LEVERS)["paid_for_each"].get(p.family, "")
    return 1.0 if p.unit == "USD/year" else 12.0 * base_value(f"{each}.{p.index}")


def held_text(p: Parameter) -> str:
    """Return who holds a lever, and what a unit of it costs: ``held by donors``."""
    cost = f", a unit costs {unit_cost(p):,.0f} USD a year" if unit_cost(p) else ""
    said = {"regime": "the regime", "moscow": "Moscow"}
    return f"held by {said.get(holder(p), holder(p))}{cost}" if holder(p) else ""


def dimension_names(family: Family) -> tuple[str, ...]:
    """Return the index names of a family in the order of its dimension.

    A dimension such as ``power.task`` stands for every pair, written ``russia.border``.
    """
    if not family.dimension:
        return ()
    axes = [DIMENSIONS[d] for d in family.dimension.split(".")]
    return tuple(".".join(pair) for pair in product(*axes))


def figures_in(arithmetic: str) -> tuple[str, ...]:
    """Return the figure ids that stand in braces in an arithmetic expression."""
    return tuple(re.findall(r"\{([^}]*)", arithmetic))


_NUMBER = r"[-+]?(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*(.*)", re.DOTALL)


def read_quantity(value: Any, unit: str) -> float:
    """Return a number or a text with a number in ``unit`` as a float in ``unit``.

    For another type or unit, or a number that is not finite, a ValueError says what was expected.
    """
    example = f"expected a number, bare or in quotes with its unit '{unit}'"
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"{shown(value)} is not a number; {example}")
    if isinstance(value, str):
        found = _QUANTITY.fullmatch(value.strip())
        if not found:
            raise ValueError(f"cannot read {shown(value)}; {example}")
        number, given = found.groups()
        if given and " ".join(given.split()) != unit:
            raise ValueError(f"the unit '{given}' is wrong here; expected '{unit}'")
        value = number.replace("_", "")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise ValueError(f"{shown(value)} is not a finite number; {example}")
    return result


def check_value(name: str, value: Any) -> float:
    """Return the value of a parameter in its unit.

    For an unknown parameter, a constant, a wrong type or unit, or a value outside the range a
    ValueError says what was expected.
    """
    row = load_parameters().get(name)
    if row is None:
        if family := load_families().get(name):
            names = ", ".join(p.name for p in family.parameters[:4])
            raise ValueError(f"'{name}' is set for each {family.dimension}; expected e.g. {names}")
        raise UnknownName("parameter", name, load_parameters())
    if row.role == "constant":
        raise ValueError(f"'{name}' is a constant; expected a lever or an uncertain parameter")
    number = read_quantity(value, row.unit)
    if not row.low <= number <= row.high:
        allowed = f"{row.low:.10g} to {row.high:.10g} {row.unit}"
        raise ValueError(f"{number:.10g} is out of range; expected {allowed}")
    return number


def whole_number(text: str) -> int:
    """Return the whole number of at most 41 ASCII digits that a text holds, or raise ValueError."""
    if not re.fullmatch(r"\s*[-+]?[0-9][0-9_]{0,40}\s*", text):
        raise ValueError(f"{shown(text)} is not a whole number")
    return int(text.replace("_", ""))


def shown(value: Any) -> str:
    """Return a value as a user would recognise it in a message, shortened to one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of very many digits"  # and Python writes none of thousands
    text = " ".join(str(value).split())
    text = text if len(text) <= 40 else text[:37] + "..."
    return f"'{text}'" if isinstance(value, str) else text


#: How uncertain parameters get their values.
MODES = ("posterior", "prior", "fixed", "wide")
DEFAULT_MODE = "posterior"
#: Groups whose draws can be made anew: uncertain parameters by basis, and everything else.
REDRAWN = ("documented", "derived", "assumption", "chance")


#: Names that stand in no closed list of the axes.
OTHERS = (
    "regime", "stable", "strained", "failing", "failed", "kept", "orderly", "bargained",
    "contested", "migrants", "afghanistan", *POSTS, *WAYS_OUT, *PACKAGES,
)  # fmt: skip

#: Kind of a scenario's event -> the kind under which it is noted, and the argument that is then
#: its target or, without a target, its actor.
NOTED_AS = {
    "set": ("setting", "parameter"),
    "handover": ("handover", "section"),
    "appoint": ("post_given", "commander"),
    "dismiss": ("dismissal_order", "commander"),
    "arrest": ("arrest_order", "commander"),
    "repression_step": ("repression_step", "step"),
    "seats": ("seats", "movement"),
    "withdraw_agency": ("withdrawal", "agency"),
    "deal": ("deal_ended", "deal"),
    "package": ("package", "package"),
}
#: A change of a deal by a scenario -> the kind of event under which it is noted.
_CHANGES = {"begin": "deal_made", "hold": "deal_held"}


@lru_cache
def names() -> tuple[str, ...]:
    """Return every name an event can carry, in a fixed order; the first is no name."""
    axes = [name for listed in DIMENSIONS.values() for name in listed]
    return tuple(dict.fromkeys(["", *OTHERS, *axes, *REPRESSION_STEPS, *load_parameters()]))


@lru_cache
def name_codes() -> dict[str, int]:
    """Return the position of every name in `names`."""
    return {name: i for i, name in enumerate(names())}


def labels_of(events: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], str]:
    """Return the labels of a scenario's events by month, kind and name as the chronicle notes them.

    Events that agree in all three share their labels, in their order.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for event in events:
        kind, named = NOTED_AS.get(event["kind"], ("", ""))
        arguments = event.get("arguments", {})
        kind = _CHANGES.get(arguments.get("change", ""), kind)
        name = str(arguments.get(named, ""))
        if name and event.get("label"):
            found.setdefault((event["month"], kind, name), []).append(event["label"])
    return {key: "; ".join(dict.fromkeys(labels)) for key, labels in found.items()}
