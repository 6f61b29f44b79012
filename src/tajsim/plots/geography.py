"""The shapes of the map: country, regions, border sections, neighbours, places.

Natural Earth 4.1 (public domain), reduced by ``geometry/make.py``; de facto lines, older than the
latest border agreements. All coordinates are degrees of longitude and latitude, ``(point, 2)``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]
Place = tuple[float, float]

CREDIT = (
    "Shapes: Natural Earth 4.1, public domain; de facto lines, older than the latest border "
    "agreements; sections and Rasht are cut by the model's own division."
)
#: Where the names of the neighbours stand.
NEIGHBOURS: dict[str, Place] = {
    "Uzbekistan": (66.75, 39.95),
    "Kyrgyzstan": (72.6, 40.15),
    "China": (74.55, 39.75),
    "Afghanistan": (69.6, 36.55),
    "Pakistan": (73.1, 36.4),
}
#: Where the name of a town stands from it, in points, where the usual place is taken.
LABEL_AT = {
    "Kurgan-Tyube": (-4.0, -2.5),
    "Kulyab": (-4.0, 3.0),
    "Moskovskii": (-4.0, -4.0),
    "Pianj": (3.5, -7.0),
    "Khorog": (4.0, -2.0),
    "Ishkashim": (4.0, -7.0),
}

#: Where a way out is drawn beside what stands at its place: planes and migrants leave the capital.
EXIT_AT = {"air_migrants": (68.45, 38.82)}


@dataclass(frozen=True)
class Geography:
    """Everything that is drawn; ``box`` is west, south, east, north."""

    box: tuple[float, float, float, float]
    country: tuple[Line, ...]
    neighbour_lines: tuple[Line, ...]
    rivers: tuple[Line, ...]
    regions: dict[str, tuple[Line, ...]]
    sections: dict[str, Line]
    places: dict[str, Place]
    garrisons: tuple[str, ...]
    exits: dict[str, Place]

    @property
    def aspect(self) -> float:
        """Height of a degree of latitude over the width of one of longitude, mid-map."""
        return 1.0 / cos(radians((self.box[1] + self.box[3]) / 2))

    @property
    def shape(self) -> float:
        """Height of the map over its width."""
        west, south, east, north = self.box
        return (north - south) * self.aspect / (east - west)


@cache
def geography() -> Geography:
    """Return the shapes that the package carries."""
    text = (files("tajsim") / "data" / "map.json").read_text(encoding="utf-8")
    data = json.loads(text)

    def lines(name: str) -> tuple[Line, ...]:
        return tuple(np.array(line) for line in data[name])

    return Geography(
        box=tuple(data["box"]),
        country=lines("country"),
        neighbour_lines=lines("neighbour_lines"),
        rivers=lines("rivers"),
        regions={n: tuple(np.array(r) for r in rings) for n, rings in data["regions"].items()},
        sections={name: np.array(line) for name, line in data["sections"].items()},
        places={name: (x, y) for name, (x, y) in data["places"].items()},
        garrisons=tuple(data["garrisons"]),
        exits={name: (x, y) for name, (x, y) in data["exits"].items()},
    )
