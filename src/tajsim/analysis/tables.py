"""Plain text tables, with numbers as a reader wants them."""

from __future__ import annotations

import math
import shutil
import sys
from collections.abc import Container, Sequence

_ENDLESS = 10_000  # characters in a line of a file or a pipe
#: A smaller number is what rounding leaves of nothing; the least of the registry is larger.
NOTHING = 1e-9


def number(value: float, signed: bool = False) -> str:
    """Return a number with three significant digits, whole ones in full: 12,345, 0.0321, 1.2e-05.

    Below `NOTHING` it is 0. From a million on four digits, in millions or billions: 12.35 m,
    1.2 bn. ``-`` for what is undefined.
    """
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if abs(value) < NOTHING:
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
    """Lay out rows under a header; the columns in ``left`` are aligned left, others right.

    In a terminal too narrow for the table its widest columns of text stand on a line of their own:
    above the row if the first column is one of them, else below. Files and pipes get whole rows.
    """
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    apart = _apart(widths, left)
    inside = [i for i in range(len(header)) if i not in apart]

    def lines(row: Sequence[str]) -> list[str]:
        cells = (row[i].ljust(widths[i]) if i in left else row[i].rjust(widths[i]) for i in inside)
        inner, text = "  ".join(cells).rstrip(), ", ".join(row[i] for i in apart if row[i])
        if not text:
            return [inner]
        return [text, inner] if 0 in apart else [inner, f"    {text}"]

    rule = "  ".join("-" * widths[i] for i in inside)
    return "\n".join([*lines(header), rule, *(line for row in rows for line in lines(row))])


def _apart(widths: Sequence[int], left: Container[int]) -> list[int]:
    """Return the columns for which the terminal has no room beside the others."""
    room = _room()
    apart: list[int] = []
    for column in sorted((i for i in range(len(widths)) if i in left), key=lambda i: -widths[i]):
        kept = [width for i, width in enumerate(widths) if i not in apart]
        if len(kept) < 3 or sum(kept) + 2 * (len(kept) - 1) <= room:
            break
        apart.append(column)
    return sorted(apart)


def _room() -> int:
    """Return the columns of the terminal; the environment may name some for a file too."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _ENDLESS
