"""Months as text (``"2004-01"``) and as the dates of a Dataset."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tajsim.errors import UserError
from tajsim.inputs.dates import is_month, month_number, month_text


def check_month(text: str, key: str) -> str:
    """Return ``text`` if it is a month; ``key`` names the setting in the error.

    Raises:
        UserError: if it is not of the form YYYY-MM.
    """
    if not is_month(str(text)):
        raise UserError(f"{key}: '{text}' is not a month; expected YYYY-MM, such as 2008-06")
    return str(text)


def month_names(start: str, end: str) -> list[str]:
    """Return the months from ``start`` to ``end``, both included, as ``YYYY-MM``."""
    return [month_text(n) for n in range(month_number(start), month_number(end) + 1)]


def month_dates(months: list[str]) -> NDArray[np.datetime64]:
    """Return the first day of each month, ``(month,)`` of datetime64 in nanoseconds."""
    return np.array(months, dtype="datetime64[M]").astype("datetime64[ns]")


def month_of(date: np.datetime64) -> str:
    """Return the month ``YYYY-MM`` of a date of a Dataset."""
    return str(date.astype("datetime64[M]"))
