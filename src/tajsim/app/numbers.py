"""Numbers for the page: six digits, and nothing where there is no value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tajsim.axes import Array


def rounded(values: ArrayLike) -> Any:
    """Return nested lists of numbers to six digits; None for what is undefined."""
    array = np.asarray(values, np.float64)
    if np.isfinite(array).all():
        return _six(array).tolist()
    if array.ndim > 1:
        return [rounded(part) for part in array]
    return [plain(value) for value in _six(array)]


def _six(array: Array) -> Array:
    known = np.isfinite(array) & (array != 0.0)
    size = np.floor(np.log10(np.abs(array), where=known, out=np.zeros_like(array)))
    scale = 10.0 ** np.clip(5 - size, -300, 300)
    return np.where(known, np.round(array * scale) / scale, array)


def plain(value: Any) -> Any:
    """Return a number as JSON holds it; None for what is undefined."""
    number = float(value)
    return number if np.isfinite(number) else None
