"""The registry of outcomes: label, unit, dimensions and how each aggregates over time."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tajsim.errors import UserError, unknown

#: How monthly values become one number over a window.
AGGREGATES = (
    "yearly",  # a monthly flow: sum over the window divided by its years
    "mean",  # a level: mean over the window
    "last",  # a stock or state: value in the last month of the window
    "total",  # a count of occurrences: sum over the window
    "maximum",  # the highest value in the window
)


@dataclass(frozen=True)
class Outcome:
    """One recorded series, ``dimensions + (month, run)``, in ``unit`` (per month for flows)."""

    name: str
    label: str
    unit: str
    dimensions: tuple[str, ...]
    aggregate: str
    headline: bool
    meaning: str
    mechanisms: tuple[str, ...]

    @property
    def window_unit(self) -> str:
        """The unit after aggregation over a window: 'kg/month' summed by year is 'kg/year'."""
        if self.aggregate == "yearly":
            return self.unit.replace("/month", "/year")
        return self.unit.replace("/month", "") if self.aggregate == "total" else self.unit


@lru_cache
def load_outcomes() -> dict[str, Outcome]:
    """Return the registry (``data/outcomes.toml``) by name, in the order of the file."""
    text = files("tajsim").joinpath("data/outcomes.toml").read_text(encoding="utf-8")
    return {
        name: Outcome(
            name=name,
            label=row["label"],
            unit=row["unit"],
            dimensions=tuple(row.get("dimensions", ())),
            aggregate=row["aggregate"],
            headline=row.get("headline", False),
            meaning=row["meaning"],
            mechanisms=tuple(row.get("mechanisms", ())),
        )
        for name, row in tomllib.loads(text).items()
    }


def outcome(name: str) -> Outcome:
    """Return one outcome.

    Raises:
        UserError: if there is none of that name; the line names the nearest one.
    """
    if name not in load_outcomes():
        raise UserError(unknown("outcome", name, load_outcomes()))
    return load_outcomes()[name]
