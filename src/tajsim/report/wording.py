"""The words of a report: numbers with units, counts of runs, effects that do not overclaim."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tajsim.analysis.paired import Effect
from tajsim.analysis.story import MONTHS
from tajsim.analysis.tables import number
from tajsim.inputs.chronicle_names import spoken

#: Words that state a direction; no sentence has one where the interval covers zero.
UP, DOWN = "raises", "lowers"
MINUS = "\N{MINUS SIGN}"
#: Units and how they are said after a number.
_SAID = {
    "share": "percentage points",
    "0 or 1": "percentage points of the runs",
    "number": "",
    "number/year": "a year",
    "index": "index points",
    "ratio": "",
}
_SHARES = ("share", "0 or 1")


def amount(value: float, unit: str, signed: bool = False) -> str:
    """Return a difference with its unit: ``1,677 kg a year``, ``2.2 percentage points``."""
    said = _SAID.get(unit, unit.replace("/year", " a year").replace("/month", " a month"))
    return f"{_scaled(value, unit, signed)} {said}".strip()


def span(low: float, high: float, unit: str, signed: bool = False) -> str:
    """Return the ends of an interval in the numbers of `amount`, without the unit."""
    if math.isnan(low) or math.isnan(high):
        return "undefined"
    return f"{_scaled(low, unit, signed)} to {_scaled(high, unit, signed)}"


def level(value: float, unit: str) -> str:
    """Return a level with its unit: a share in per cent."""
    if math.isnan(value):
        return "undefined"
    if unit in _SHARES:
        return f"{_scaled(value, unit, False)} %"
    return _scaled(value, unit, False) if unit == "index" else amount(value, unit)


def _scaled(value: float, unit: str, signed: bool) -> str:
    said = number(100.0 * value if unit in _SHARES else value, signed)
    return said.replace(" m", " million").replace(" bn", " billion").replace("-", MINUS)


def in_runs(count: int, runs: int) -> str:
    """Return ``in none of 500 runs``, ``in all 500 runs`` or ``in 17 of 500 runs``."""
    if runs == 1:
        return "in the one run" if count else "in none of 1 run"
    if count == 0:
        return f"in none of {runs:,} runs"
    return f"in all {runs:,} runs" if count == runs else f"in {count:,} of {runs:,} runs"


def effect_sentence(scenario: str, name: str, unit: str, found: Effect) -> str:
    """Return what a scenario does to an outcome, against the reference.

    A direction is stated only where the 90 % interval of the mean paired difference is clear of
    zero; otherwise the sentence says that none can be told.

    Args:
        scenario: its name.
        name: the outcome in the words of a sentence.
        unit: its unit over the window.
        found: the paired difference.
    """
    if found.runs < 2:
        return f"For {name} one pair of runs shows nothing of which a direction could be told."
    if found.share_tied == 1.0:
        return f"For {name} the runs of {scenario} and of the reference are equal, all of them."
    if not found.direction:
        between = span(found.low, found.high, unit, signed=True)
        return (
            f"For {name} no direction can be told: the 90 % interval of the mean paired "
            f"difference, {between} {_unit_only(unit)}".rstrip()
            + ", covers zero."
        )
    return f"On average {scenario} {_clause(name, unit, found)}."


def effects_sentence(scenario: str, effects: Sequence[tuple[str, str, Effect]]) -> str:
    """Return one sentence on several effects, each with a direction, as `effect_sentence`.

    Raises:
        ValueError: if one of them has no direction.
    """
    return f"On average {scenario} {listed([_clause(*one) for one in effects])}."


def _clause(name: str, unit: str, found: Effect) -> str:
    """Return ``lowers NAME by 1,677 kg a year (90 % interval ...; this sign in ...)``."""
    if not found.direction:
        raise ValueError(f"{name} has no direction to be stated")
    up = found.direction == "rises"
    ends = (found.low, found.high) if up else (-found.high, -found.low)
    count = round(found.share_sign * found.runs)
    return (
        f"{UP if up else DOWN} {name} by {amount(abs(found.mean), unit)} (90 % interval "
        f"{span(*ends, unit)}; this sign {in_runs(count, found.runs)})"
    )


def _unit_only(unit: str) -> str:
    return amount(0.0, unit).removeprefix("0").strip()


def level_sentence(name: str, unit: str, median: float, low: float, high: float, runs: int) -> str:
    """Return the median of an outcome with the range of 90 % of the runs."""
    if low == high:
        return f"{capital(name)} is {level(median, unit)} in at least 90 % of {runs:,} runs."
    said = f"For {name} the median of {runs:,} runs is {level(median, unit)}, and 90 % of them lie"
    return f"{said} between {level(low, unit)} and {level(high, unit)}."


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """Return a label as it stands within a sentence: its first letter small, save in names."""
    first = text.split(" ")[0].rstrip(",")
    if first[1:2].isupper() or first in _NAMES:
        return text
    return text[:1].lower() + text[1:]


_NAMES = ("Moscow's",)


def month(text: str) -> str:
    """Return ``November 2004`` as ``Nov 2004`` from ``2004-11``."""
    return f"{MONTHS[int(text[5:7]) - 1]} {text[:4]}"


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
        name.replace("_", " ") if dimension == "task" else spoken(name).removeprefix("the ")
        for dimension, name in pairs
        if name != "all"
    )


def in_one_unit(values: Sequence[float], unit: str) -> tuple[float, str]:
    """Return what to multiply numbers of one row by, and the unit of a table's row then.

    Shares are in per cent, and sums of a million or more in millions or billions.
    """
    if unit in _SHARES:
        return 100.0, "%" if unit == "share" else "% of runs"
    said = _unit_only(unit) or {"number": "count"}.get(unit, unit)
    largest = max((abs(v) for v in values if not math.isnan(v)), default=0.0)
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if largest >= size:
            return 1.0 / size, f"{word} {said}".strip()
    return 1.0, said


def plain(value: float, signed: bool = False) -> str:
    """Return a number with a true minus sign, ``-`` for what is undefined."""
    said = number(value, signed)
    return said if said == "-" else said.replace("-", MINUS)
