"""The closed lists of the chronicle: kinds of events and their causes, with words to tell them.

An event is a decision that changes a course, or a gradual quantity that passes a threshold stated
in ``THRESHOLDS``. To add a kind or a cause: a row in ``data/chronicle.toml``, and a call of
``Country.note`` where it is decided.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of event.

    Attributes:
        text: the sentence, with ``{actor}``, ``{target}`` and ``{size}`` where they stand.
        unit: unit of the size; "" where it has none, "parameter" where the target's own.
        noun: what many of them are called in a table.
        weight: how telling one is: 3 breaks and turns, 2 decisions, 1 what happens often.
    """

    text: str
    unit: str
    noun: str
    weight: int


#: A gradual quantity becomes an event where it rises past the first number or falls to the second.
#: Between the two nothing is noted, so that a value that wavers gives no noise.
THRESHOLDS: dict[str, tuple[float, float]] = {
    "mandate": (0.5, 0.35),  # share of a task that the regime opens to a power
    "backing": (0.6, 0.4),  # Moscow's backing of the ruler, 0 to 1
    "alignment": (0.7, 0.5),  # position between the West (-1) and Moscow (1)
    "collusion": (0.5, 0.4),  # share of an agency that works with traffickers
    "control": (0.4, 0.3),  # the centre's control of a region
    "alliance": (0.05, 0.02),  # readiness to fight militants inside that called allies add
    "slump": (0.95, 0.8),  # work for migrants over its usual
    "return": (0.02, 0.005),  # share of all migrants who come home in a month
    "guard": (0.5, 0.02),  # people of a foreign guard over those of the start
}

#: An offer of less is not worth a note when it is taken or given up, USD/month.
OFFER_COUNTS = 10_000.0

#: A network's main way is another once the other carries so many times as much, ratio.
WAY_MOVES = 1.3

#: A harvest is told where it is beyond these, ratio to the expected one.
LARGE_HARVEST, SMALL_HARVEST = 1.35, 0.7


@lru_cache
def _lists() -> dict[str, Any]:
    text = files("tajsim").joinpath("data/chronicle.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache
def load_kinds() -> dict[str, Kind]:
    """Return the kinds of events by name, in the order of the file (that of the month)."""
    return {name: Kind(**row) for name, row in _lists()["kinds"].items()}


@lru_cache
def load_causes() -> dict[str, str]:
    """Return the causes by name with the words that tell them; the first, "", is none."""
    return {"": "", **_lists()["causes"]}
