"""Plain text tables, with numbers as a reader wants them."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence


def number(value: float, signed: bool = False) -> str:
    """Return a number with three significant digits, whole ones in full: 12,345, 0.0321, 1.2e-05.

    From a million on four digits, in millions or billions: 12.35 m, 1.2 bn. ``-`` for
    what is undefined.
    """
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0.0:
        return "0"
    sign = "+" if signed else ""
    size = abs(value)
    if size < 0.0005 or size >= 1e12:
        return f"{value:{sign}.2g}"
    for scale, word in ((1e9, "bn"), (1e6, "m")):
        if size >= scale:
            return f"{value / scale:{sign}.4g} {word}"
    digits = max(0, 2 - math.floor(math.log10(size)))
    text = f"{value:{sign},.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def interval(low: float, high: float, signed: bool = False) -> str:
    """Return ``low to high``, or ``-`` if it is undefined."""
    if math.isnan(low) or math.isnan(high):
        return "-"
    return f"{number(low, signed)} to {number(high, signed)}"


def percent(share: float) -> str:
    """Return a share as whole per cent; never 0 % or 100 % unless it is exactly that."""
    if math.isnan(share):
        return "-"
    if 0.0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1.0:
        return ">99 %"
    return f"{100.0 * share:.0f} %"


def factor(value: float) -> str:
    """Return a factor with two digits; beyond a million it is rounding, and said to be so."""
    return ">1e6" if value > 1e6 else f"{value:.2g}" if 1.0 <= value < 10.0 else number(value)


def text_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], left: Container[int] = (0,)
) -> str:
    """Lay out rows under a header; the columns in ``left`` are aligned left, others right."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        placed = (
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(placed).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(header), rule, *(line(row) for row in rows)])
