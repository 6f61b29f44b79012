"""Read a value of a scenario: a bare number, or a number with its unit such as ``40 USD/month``."""

from __future__ import annotations

import math
import re
from typing import Any

_NUMBER = r"[-+]?(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*(.*)", re.DOTALL)


def read_quantity(value: Any, unit: str) -> float:
    """Return a number or a text with a number in ``unit`` as a float in ``unit``.

    Raises:
        ValueError: for another type, another unit or a number that is not finite; the text of
            the error says what was expected.
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


def whole_number(text: str) -> int:
    """Return the whole number that a text holds, its digits being those of ASCII.

    Raises:
        ValueError: for any other text, and for a number of more than 41 digits.
    """
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
