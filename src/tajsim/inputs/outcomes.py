"""The registry of outcomes: label, unit, dimensions, how each aggregates over months and places."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tajsim.axes import DIMENSIONS
from tajsim.errors import UserError, unknown
from tajsim.files import data_text

#: How monthly values become one number over a window.
AGGREGATES = (
    "yearly",  # a monthly flow: sum over the window divided by its years
    "mean",  # a level: mean over the window
    "last",  # a stock or state: value in the last month of the window
    "total",  # a count of occurrences: sum over the window
    "maximum",  # the highest value in the window
)
#: How the values of several places (sections, agencies, ...) become one number.
PLACES = (
    "sum",  # flows, counts, stocks
    "mean",  # shares and indices of places that count alike
    "people",  # of agencies: the mean weighted by `WEIGHT`; missing where that is below one person
)
#: The outcome that weighs agencies, persons.
WEIGHT = "strength"


@dataclass(frozen=True)
class Outcome:
    """One recorded series, ``dimensions + (month, run)``, in ``unit`` (per month for flows)."""

    name: str
    label: str
    unit: str
    dimensions: tuple[str, ...]
    aggregate: str
    places: str
    headline: bool
    meaning: str
    mechanisms: tuple[str, ...]
    #: Rare by nature, or decided by nobody in the model: it may lie at an end of its scale.
    rare: bool = False
    #: Only grows: a constant world is judged by its rate.
    cumulative: bool = False

    @property
    def window_unit(self) -> str:
        """The unit after aggregation over a window."""
        return window_unit(self.unit, self.aggregate)

    @property
    def attributes(self) -> dict[str, Any]:
        """What results say of the outcome, so that they can be read without the registry."""
        return {
            "label": self.label,
            "unit": self.unit,
            "aggregate": self.aggregate,
            **({"places": self.places} if self.places else {}),
            "window_unit": self.window_unit,
            "headline": int(self.headline),
            "meaning": self.meaning,
            "mechanisms": " ".join(self.mechanisms),
        }


def window_unit(unit: str, aggregate: str) -> str:
    """Return a unit after aggregation over a window: 'kg/month' summed by year is 'kg/year'."""
    if aggregate == "yearly":
        return unit.replace("/month", "/year")
    return unit.replace("/month", "") if aggregate == "total" else unit


def _outcome(name: str, row: dict[str, Any]) -> Outcome:
    """Return a row of the registry.

    Raises:
        ValueError: if its way over months or places is not of the closed lists, or does not suit
            its dimensions.
    """
    lists = {key: tuple(row.get(key, ())) for key in ("dimensions", "mechanisms")}
    one = Outcome(**{"name": name, "places": "", "headline": False, **row, **lists})
    if one.aggregate not in AGGREGATES or not set(one.dimensions) <= set(DIMENSIONS):
        raise ValueError(f"outcomes.toml, {name}: unknown aggregate or dimension")
    if one.places not in (PLACES if one.dimensions else ("",)):
        raise ValueError(
            f"outcomes.toml, {name}: places is '{one.places}'; expected one of "
            f"{', '.join(PLACES)} for an outcome with dimensions, and none without"
        )
    if one.places == "people" and one.dimensions != ("agency",):
        raise ValueError(f"outcomes.toml, {name}: only agencies are weighed by their people")
    return one


@lru_cache
def load_outcomes() -> dict[str, Outcome]:
    """Return the registry (``data/outcomes.toml``) by name, in the order of the file."""
    tables = tomllib.loads(data_text("outcomes.toml"))
    return {name: _outcome(name, row) for name, row in tables.items()}


def outcome(name: str) -> Outcome:
    """Return one outcome.

    Raises:
        UserError: if there is none of that name; the line names the nearest one.
    """
    if name not in load_outcomes():
        raise UserError(unknown("outcome", name, load_outcomes()))
    return load_outcomes()[name]


def with_weight(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of outcomes, each once, and that of the weight if one of them needs it."""
    wanted = list(dict.fromkeys(names))
    registry = load_outcomes()
    if any(n in registry and registry[n].places == "people" for n in wanted):
        wanted.append(WEIGHT)
    return tuple(dict.fromkeys(wanted))
