"""A parameter's value, range and basis in words."""

from __future__ import annotations

from collections import Counter

from docs.generate.markdown import anchor, code, link, number, plain, span
from tajsim.inputs.ledger import load_figures
from tajsim.inputs.registry import Family, Parameter

#: Head of the tables that ``in_short`` and ``in_full`` fill.
SHORT_HEAD = ("parameter", "value", "range", "unit", "basis")
FULL_HEAD = ("parameter", "value", "range", "unit", "role", "basis")


def reason(p: Parameter) -> str:
    """Return why a parameter has its value, with links into the ledger."""
    if p.basis.kind == "documented":
        return "documented: " + ", ".join(figure(f) for f in p.basis.figures)
    if p.basis.kind == "derived":
        figures = ", ".join(figure(f) for f in p.basis.figures)
        return f"derived: {code(p.basis.arithmetic)} ({figures})"
    return f"assumption: {plain(p.basis.reason)}"


def figure(identity: str) -> str:
    """Return a figure's id with document and line, linked to the ledger."""
    row = load_figures()[identity]
    return f"{link(identity, f'figure-{identity}')} ({row.document}:{row.line})"


def in_short(family: Family) -> list[str]:
    """Return name, value, range, unit and basis of a family for the table of a rule."""
    name = link(family.name, f"parameter-{family.name}")
    if not family.dimension:
        p = family.parameters[0]
        return [name, number(p.value), span(p.low, p.high), p.unit, reason(p)]
    kinds = Counter(p.basis.kind for p in family.parameters)
    values = [p.value for p in family.parameters]
    each = f"one for each {family.dimension.replace('.', ' and ').replace('_', ' ')}"
    basis = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    low, high = min(p.low for p in family.parameters), max(p.high for p in family.parameters)
    return [
        name,
        span(min(values), max(values)) or number(values[0]),
        span(low, high),
        family.unit,
        f"{each}: {basis}",
    ]


def in_full(family: Family) -> list[list[str]]:
    """Return the rows of a family for the page of parameters; the first says what it is."""
    about = f"**{anchor(family.name, f'parameter-{family.name}')}**: {plain(family.meaning)}"
    rows = [
        [
            plain(p.index.replace("_", " ").replace(".", ", ")) if p.index else about,
            number(p.value),
            span(p.low, p.high),
            p.unit,
            p.role,
            reason(p),
        ]
        for p in family.parameters
    ]
    return [[about, "", "", "", "", ""], *rows] if family.dimension else rows
