"""Parameters as text for a reader."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from tajsim.inputs.figures import load_figures
from tajsim.inputs.parameters import Parameter

_WIDTH = 100


def plain(value: float) -> str:
    """Return a number in full: ``11,500``, ``0.025``."""
    return f"{value:,.10g}"


def parameter_table(parameters: Sequence[Parameter]) -> str:
    """Return one line per parameter: value, unit, range, role, basis."""
    from tajsim.analysis.tables import text_table

    rows = [
        [p.name, plain(p.value), p.unit, f"{plain(p.low)} to {plain(p.high)}", p.role, p.basis.kind]
        for p in parameters
    ]
    return text_table(("parameter", "value", "unit", "range", "role", "basis"), rows, left=range(6))


def parameter_in_full(p: Parameter) -> str:
    """Return everything about one parameter: meaning, basis, figures behind it, rules."""
    from tajsim.model.readers import readers

    rules = readers().get(p.family, [])
    lines = [
        p.name,
        *textwrap.wrap(p.meaning, _WIDTH),
        "",
        f"value  {plain(p.value)} {p.unit}",
        f"range  {plain(p.low)} to {plain(p.high)} ({p.spread})",
        f"role   {p.role}",
        f"basis  {_basis(p)}",
        *_figures(p),
        f"rules  {', '.join(rules) if rules else 'none reads it'}",
    ]
    return "\n".join(lines)


def _basis(p: Parameter) -> str:
    said = p.basis.arithmetic or p.basis.reason
    text = f"{p.basis.kind}: {said}" if said else p.basis.kind
    return textwrap.fill(text, _WIDTH - 7).replace("\n", "\n       ")


def _figures(p: Parameter) -> list[str]:
    """Return a line for each figure behind the parameter: what it says, document and line."""
    lines = []
    for identity in dict.fromkeys(p.basis.figures):
        f = load_figures()[identity]
        said = f"{identity}: {f.text} {f.unit}, {f.what} ({f.document}:{f.line})"
        lines += textwrap.wrap(said, _WIDTH - 7, subsequent_indent="  ")
    return [("from   " if i == 0 else " " * 7) + line for i, line in enumerate(lines)]
