"""Numbers of one effect to the digits that its interval supports, all on one scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tajsim.analysis.tables import NOTHING

#: A true minus sign.
MINUS = "\N{MINUS SIGN}"
#: So many digits of half an interval are told, and at most so many of what lies in it.
OF_INTERVAL, MOST = 2, 3


@dataclass(frozen=True)
class Digits:
    """How the numbers of one effect are written: ``value * by`` to so many ``decimals``.

    ``word`` is the million or billion that stands between number and unit, or "".
    """

    by: float
    word: str
    decimals: int

    def __call__(self, value: float, signed: bool = False) -> str:
        """Return a number: ``1,805``, ``+2.54``; ``-`` for what is undefined."""
        if not math.isfinite(value):
            return "-"
        rounded = round(value * self.by, self.decimals) + 0.0
        sign = "+" if signed and rounded else ""
        return f"{rounded:{sign},.{max(self.decimals, 0)}f}".replace("-", MINUS)

    def span(self, low: float, high: float, signed: bool = False) -> str:
        """Return the ends of an interval, ``undefined`` without one."""
        if math.isnan(low) or math.isnan(high):
            return "undefined"
        return f"{self(low, signed)} to {self(high, signed)}"


def digits(mean: float, low: float, high: float, share: bool = False) -> Digits:
    """Return how to write an effect: two digits of half its interval, no more than three in all.

    Args:
        mean: the effect.
        low, high: its interval, ``nan`` where there is none.
        share: whether it is told in per cent.
    """
    sizes = [abs(value) for value in (mean, low, high) if math.isfinite(value)]
    largest = max(sizes, default=0.0)
    if largest < NOTHING:
        return Digits(1.0, "", 0)
    by, word = 100.0 if share else 1.0, ""
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if not share and largest >= size:
            by, word = 1.0 / size, name
            break
    half = (high - low) / 2.0 * by
    most = MOST - 1 - _place(abs(mean) * by if mean else largest * by)
    if not math.isfinite(half) or half <= 0.0:
        return Digits(by, word, min(most, 12))
    return Digits(by, word, min(OF_INTERVAL - 1 - _place(half), most, 12))


def _place(value: float) -> int:
    """Return the decimal place of the first digit: 2 of 239, -2 of 0.024; 0 of nothing."""
    return math.floor(math.log10(value)) if value > 0.0 else 0
