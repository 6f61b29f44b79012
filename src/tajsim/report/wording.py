"""The words of a report: numbers with units, counts of runs, effects that do not overclaim."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tajsim.inputs.registry import actor_name
from tajsim.results.effect import Effect
from tajsim.results.numbers import MINUS, MONTHS, Digits, digits, table_number

#: Words that state a direction; no sentence has one where the interval covers zero.
UP, DOWN = "raises", "lowers"
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


def told(value: float, low: float, high: float, unit: str, signed: bool = True) -> tuple[str, str]:
    """Return a difference, or a level if not signed, with its unit, and its interval alike."""
    own = digits_of(value, low, high, unit)
    after = _unit_after(own, unit, level=not signed)
    return f"{own(value, signed)} {after}".strip(), own.span(low, high, signed)


def digits_of(value: float, low: float, high: float, unit: str) -> Digits:
    """Return how the numbers of an effect in a unit are written."""
    return digits(value, low, high, unit in _SHARES)


def _unit_after(own: Digits, unit: str, level: bool = False) -> str:
    said = _SAID.get(unit, unit.replace("/year", " a year").replace("/month", " a month"))
    if level and unit in _SHARES:
        said = "%" if unit == "share" else "% of the runs"
    return f"{own.word} {said}".strip()


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
    said = table_number(100.0 * value if unit in _SHARES else value, signed)
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
        own = digits_of(found.mean, found.low, found.high, unit)
        between = f"{own.span(found.low, found.high, True)} {_unit_after(own, unit)}".rstrip()
        return (
            f"For {name} no direction can be told: the 90 % interval of the mean paired "
            f"difference, {between}, covers zero."
        )
    return f"On average {scenario} {_clause(name, unit, found)}."


def effects_sentence(
    scenario: str, effects: Sequence[tuple[str, str, Effect, tuple[float, float]]]
) -> str:
    """Return one sentence on several effects, each with a direction, as `effect_sentence`.

    Args:
        scenario: its name.
        effects: of each the outcome in words, its unit, the effect, and its means over the runs
            of the reference and of the scenario.

    Raises:
        ValueError: if one of them has no direction.
    """
    clauses = [_clause(*one) for one in effects]
    return f"On average {scenario} {', and '.join(clauses)}."


def _clause(name: str, unit: str, found: Effect, means: tuple[float, float] | None = None) -> str:
    """Return ``lowers NAME from A to B, by 1,677 kg a year (90 % interval ...; this sign ...)``."""
    if not found.direction:
        raise ValueError(f"{name} has no direction to be stated")
    up = found.direction == "rises"
    ends = (found.low, found.high) if up else (-found.high, -found.low)
    count = round(found.share_sign * found.runs)
    own = digits_of(found.mean, found.low, found.high, unit)
    levels = ""
    if means:
        after = " %" if unit in _SHARES else ""
        levels = f" from {own(means[0])}{after} to {own(means[1])}{after},"
    return (
        f"{UP if up else DOWN} {article(name)}{levels} by {own(abs(found.mean))} "
        f"{_unit_after(own, unit)}".rstrip()
        + f" (90 % interval {own.span(*ends)}; this sign "
        f"{in_runs(count, found.runs)})"
    )


def article(name: str) -> str:
    """Return an outcome within a sentence, with the article that some need."""
    return f"the {name}" if name.split(" ")[0] in _WITH_ARTICLE else name


_WITH_ARTICLE = ("share", "position", "step", "strain", "state", "contested", "number", "price")


def _unit_only(unit: str) -> str:
    return amount(0.0, unit).removeprefix("0").strip()


def level_sentence(name: str, unit: str, median: float, low: float, high: float, runs: int) -> str:
    """Return the median of an outcome with the range of 90 % of the runs."""
    if low == high:
        return f"{capital(name)} is {level(median, unit)} in at least 90 % of {runs:,} runs."
    own = digits_of(median, low, high, unit)
    after = _unit_after(own, unit, level=True)
    return (
        f"For {article(name)} the median of {runs:,} runs is {own(median)} {after}".rstrip()
        + f", and 90 % of them lie between {own(low)} and {own(high)} {after}".rstrip()
        + "."
    )


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
        name.replace("_", " ") if dimension == "task" else actor_name(name).removeprefix("the ")
        for dimension, name in pairs
        if name != "all"
    )


def unit_of_row(own: Digits, unit: str) -> str:
    """Return the unit of a table's row: shares in per cent, large sums in millions."""
    if unit in _SHARES:
        return "%" if unit == "share" else "% of runs"
    said = _unit_only(unit) or {"number": "count"}.get(unit, unit)
    return f"{own.word} {said}".strip()


def because(reason: str) -> str:
    """Return why a claim was not tested, as the end of a sentence about one claim."""
    return reason.replace("whose ", "its ", 1)


def plain(value: float, signed: bool = False) -> str:
    """Return a number with a true minus sign, ``-`` for what is undefined."""
    said = table_number(value, signed)
    return said if said == "-" else said.replace("-", MINUS)
