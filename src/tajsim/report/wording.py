"""The words of a report: numbers with units, counts of runs, effects that do not overclaim."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tajsim.results import effect, numbers

#: Words that state a direction; no sentence has one where the interval covers zero.
UP, DOWN = "raises", "lowers"
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


def effects_sentence(
    scenario: str, effects: Sequence[tuple[str, str, effect.Effect, tuple[float, float]]]
) -> str:
    """Return one sentence on several effects, each clear of zero at 90 %.

    Args:
        scenario: its name.
        effects: of each the outcome in words, its unit, the effect, and its means over the runs
            of the reference and of the scenario.

    Raises:
        ValueError: if one of them has no direction.
    """
    clauses = [_clause(*one) for one in effects]
    return f"On average {scenario} {', and '.join(clauses)}."


def _clause(name: str, unit: str, found: effect.Effect, means: tuple[float, float]) -> str:
    """Return ``lowers NAME from A to B, by 1,677 kg a year (90 % interval ...; same sign ...)``."""
    if not found.direction:
        raise ValueError(f"{name} has no direction to be stated")
    up = found.direction == "rises"
    ends = (found.low, found.high) if up else (-found.high, -found.low)
    own = digits_of(found.mean, found.low, found.high, unit)
    after = " %" if unit in _SHARES else ""
    count = round(found.share_sign * found.runs)
    return (
        f"{UP if up else DOWN} {article(name)} from {own(means[0])}{after} to "
        f"{own(means[1])}{after}, by {_with_unit(own(abs(found.mean)), own, unit)} "
        f"(90 % interval {own.span(*ends)}; same sign {in_runs(count, found.runs)})"
    )


def article(name: str) -> str:
    """Return an outcome within a sentence, with the article that some need."""
    return f"the {name}" if name.split(" ")[0] in _WITH_ARTICLE else name


_WITH_ARTICLE = ("share", "position", "step", "strain", "state", "contested", "number", "price")


def level_sentence(name: str, unit: str, median: float, low: float, high: float, runs: int) -> str:
    """Return the median of an outcome with the range of 90 % of the runs."""
    if low == high:
        return f"{capital(name)} is {level(median, unit)} in at least 90 % of {runs:,} runs."
    own = digits_of(median, low, high, unit)
    middle, upper = (_with_unit(own(value), own, unit, level=True) for value in (median, high))
    return (
        f"For {article(name)} the median of {runs:,} runs is {middle}, and 90 % of them lie "
        f"between {own(low)} and {upper}."
    )


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """Return a label as it stands within a sentence: its first letter small, save in names."""
    first = text.split(" ")[0].rstrip(",")
    return text if first[1:2].isupper() or first in _NAMES else text[:1].lower() + text[1:]


_NAMES = ("Moscow's",)


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Return names joined by commas and an ``and``; beyond ``most`` the rest is counted."""
    if most is not None and len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def coordinate(where: str) -> str:
    """Return the coordinates of an outcome as a human writes them: ``Tajik border troops``."""
    pairs = [part.split("=") for part in where.split(";") if "=" in part]
    return ", ".join(
        name.replace("_", " ")
        if dimension == "task"
        else numbers.actor_name(name).removeprefix("the ")
        for dimension, name in pairs
        if name != "all"
    )


def plain(value: float, signed: bool = False) -> str:
    """Return a number with a true minus sign, ``-`` for what is undefined."""
    number = numbers.table_number(value, signed)
    return number if number == "-" else number.replace("-", numbers.MINUS)
