"""The words of a report: numbers with units, counts of runs, effects that do not overclaim."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tajsim.results import numbers

#: Units and how they are written after a difference.
_UNITS = {
    "share": "percentage points",
    "0 or 1": "percentage points of the runs",
    "number": "",
    "number/year": "a year",
    "index": "index points",
    "ratio": "",
}
_SHARES = ("share", "0 or 1")
month = numbers.month_text


def with_interval(
    value: float, low: float, high: float, unit: str, signed: bool = True
) -> tuple[str, str]:
    """Return a difference, or a level if not signed, with its unit, and its interval alike."""
    own = digits_of(value, low, high, unit)
    return _with_unit(own(value, signed), own, unit, not signed), own.span(low, high, signed)


def digits_of(value: float, low: float, high: float, unit: str) -> numbers.Digits:
    """Return how the numbers of an effect in a unit are written."""
    return numbers.digits(value, low, high, unit in _SHARES)


def _with_unit(number: str, own: numbers.Digits, unit: str, level: bool = False) -> str:
    """Return a number of `digits_of` with its unit: ``1,677 kg a year``, ``25 %`` of a level."""
    if level and unit in _SHARES:
        return f"{number} %" if unit == "share" else f"{number} % of the runs"
    return " ".join(filter(None, (number, own.word, _unit(unit))))


def _unit(unit: str) -> str:
    return _UNITS.get(unit, unit.replace("/year", " a year").replace("/month", " a month"))


def unit_of_row(own: numbers.Digits, unit: str) -> str:
    """Return the unit of a table's row: shares in per cent, large sums in millions."""
    if unit in _SHARES:
        return "%" if unit == "share" else "% of runs"
    return f"{own.word} {_unit(unit) or {'number': 'count'}.get(unit, unit)}".strip()


def level(value: float, unit: str) -> str:
    """Return a level with its unit: a share in per cent."""
    if math.isnan(value):
        return "undefined"
    number = numbers.table_number(100.0 * value if unit in _SHARES else value)
    number = number.replace(" m", " million").replace(" bn", " billion").replace("-", numbers.MINUS)
    after = "%" if unit in _SHARES else "" if unit == "index" else _unit(unit)
    return f"{number} {after}".strip()


def in_runs(count: int, runs: int) -> str:
    """Return ``in none of 500 runs``, ``in all 500 runs`` or ``in 17 of 500 runs``."""
    if runs == 1:
        return "in the one run" if count else "in none of 1 run"
    if count == 0:
        return f"in none of {runs:,} runs"
    return f"in all {runs:,} runs" if count == runs else f"in {count:,} of {runs:,} runs"


def level_sentence(name: str, unit: str, median: float, low: float, high: float, runs: int) -> str:
    """Return the median of an outcome with the range of 90 % of the runs."""
    if low == high:
        most = f"in at least 90 % of {runs:,} runs"
        return f"{numbers.capital(name)} is {level(median, unit)} {most}."
    own = digits_of(median, low, high, unit)
    middle, upper = (_with_unit(own(value), own, unit, level=True) for value in (median, high))
    return (
        f"For {name} the median of {runs:,} runs is {middle}, and 90 % of them lie "
        f"between {own(low)} and {upper}."
    )


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Return names joined by commas and an ``and``; beyond ``most`` the rest is counted."""
    if most is not None and len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def plain(value: float, signed: bool = False) -> str:
    """Return a number with a true minus sign, ``-`` for what is undefined."""
    number = numbers.table_number(value, signed)
    return number if number == "-" else number.replace("-", numbers.MINUS)
