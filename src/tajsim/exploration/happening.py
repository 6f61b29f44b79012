"""What is meant by an outcome that happens: a threshold, and how one says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tajsim.analysis.tables import number, percent
from tajsim.axes import Array
from tajsim.errors import UserError
from tajsim.exploration.choice import label_of

QUARTER = 0.25
#: Units that nobody says.
PLAIN = ("share", "index", "0 or 1", "number", "")


@dataclass(frozen=True)
class Happening:
    """An outcome that crosses a threshold.

    Attributes:
        column: the kept column.
        threshold: in its unit.
        above: whether it happens at or above the threshold, else at or below.
        text: as one says it.
    """

    column: str
    threshold: float
    above: bool
    text: str

    def of(self, values: Array) -> np.ndarray:
        """Tell where it happens."""
        found: np.ndarray = values >= self.threshold if self.above else values <= self.threshold
        return found


def happening(
    row: pd.Series[Any],
    values: Array,
    *,
    above: float | None = None,
    below: float | None = None,
    highest: float | None = None,
    lowest: float | None = None,
) -> Happening:
    """Return what is asked for of a column: ``row`` of `Sweep.columns`, ``values`` of all runs.

    Raises:
        UserError: if more than one threshold is given, or a share is not between 0 and 1.
    """
    given = {"above": above, "below": below, "highest": highest, "lowest": lowest}
    chosen = [(name, value) for name, value in given.items() if value is not None]
    if len(chosen) > 1:
        raise UserError(f"{' and '.join(name for name, _ in chosen)}: give only one of them")
    name, label, unit = str(row.name), label_of(row), str(row["unit"])
    if not chosen and set(np.unique(values)) <= {0.0, 1.0}:
        return Happening(name, 0.5, True, f"'{label}' holds")
    way, value = chosen[0] if chosen else ("highest", QUARTER)
    if way in ("above", "below"):
        word = "at least" if way == "above" else "at most"
        return Happening(name, value, way == "above", f"{label} is {word} {_said(value, unit)}")
    if not 0.0 < value < 1.0:
        raise UserError(f"{way} {value:g}: expected a share between 0 and 1, such as 0.25")
    up = way == "highest"
    limit = float(np.quantile(values, 1.0 - value if up else value))
    rank = "quarter" if value == QUARTER else percent(value)
    word = "at least" if up else "at most"
    text = f"{label} is {word} {_said(limit, unit)} (the {way} {rank} of runs)"
    return Happening(name, limit, up, text)


def _said(value: float, unit: str) -> str:
    return number(value) if unit in PLAIN else f"{number(value)} {unit}".strip()
