"""Months and dates as text: ``2004-11`` in scenarios, coarser or finer dates in the ledger."""

from __future__ import annotations

import datetime
import re

#: The registry describes the country in early 2004; nothing is known about a far future.
FIRST_MONTH = "2004-01"
LAST_MONTH = "2050-12"

#: A month as text. Digits are those of ASCII: months are compared and counted as texts.
MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_PART = re.compile(r"([0-9]{3})0s|([0-9]{4})(?:-(0[1-9]|1[0-2]))?(?:-([0-9]{2}))?")


def is_month(text: str) -> bool:
    """Return whether a text is a month such as ``2004-11``."""
    return bool(re.fullmatch(MONTH, text))


def event_month(text: str) -> str | None:
    """Return the month of ``YYYY-MM`` or ``YYYY-MM-DD``, or None if it is neither."""
    if is_month(text):
        return text
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return text[:7] if text == day.isoformat() else None


def _span(part: str) -> tuple[str, str] | None:
    found = _PART.fullmatch(part.strip())
    if not found:
        return None
    decade, year, month, _ = found.groups()
    if decade:
        return f"{decade}0-01", f"{decade}9-12"
    return (f"{year}-{month}",) * 2 if month else (f"{year}-01", f"{year}-12")


def months_of(text: str) -> tuple[str, str] | None:
    """Return the first and last month that a date of the ledger covers, or None.

    Reads ``2004``, ``2004-11``, ``2004-11-03``, ``1990s`` and ranges such as ``1997/1998``.
    """
    spans = [_span(part) for part in text.split("/")]
    first, last = spans[0], spans[-1]
    return None if first is None or last is None else (first[0], last[1])


def month_number(month: str) -> int:
    """Return the months since year 0 of a month such as ``2004-11``; the draws are keyed by it."""
    year, _, of_year = month.partition("-")
    return int(year) * 12 + int(of_year) - 1


def month_text(number: int) -> str:
    """Return the month with a number, the reverse of ``month_number``."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
