"""The map: its shapes fit the model's sections, regions and exits; dates and mistakes."""

import itertools

import numpy as np
import pytest
from synthetic import results

from tajsim.axes import EXITS, REGIONS, SECTIONS
from tajsim.errors import UserError
from tajsim.inputs.registry import load_parameters
from tajsim.plots import figure
from tajsim.plots.map import geography
from tajsim.results.window import spans


def kilometres(line):
    x, y = np.radians(line).T
    step = np.hypot(np.diff(y), np.diff(x) * np.cos((y[1:] + y[:-1]) / 2))
    return 6371.0 * step.sum()


def inside(point, ring):
    x, y = point
    a, b = ring, np.roll(ring, -1, axis=0)
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    at = a[:, 0] + (y - a[:, 1]) / np.where(crosses, b[:, 1] - a[:, 1], 1.0) * (b[:, 0] - a[:, 0])
    return (crosses & (x < at)).sum() % 2 == 1


def test_every_section_region_and_exit_has_its_shape():
    shapes = geography()
    assert set(shapes.sections) == set(SECTIONS)
    assert set(shapes.regions) == set(REGIONS)
    assert set(shapes.exits) == set(EXITS)
    assert set(shapes.garrisons) <= set(shapes.places)


def test_sections_join_into_one_line():
    lines = [geography().sections[name] for name in SECTIONS if name != "murghab"]
    for a, b in itertools.pairwise(lines):
        assert np.allclose(a[-1], b[0], atol=2e-3)
    documented = sum(load_parameters()[f"section_length.{s}"].value for s in SECTIONS[:6])
    # Shapes at this scale cut the bends of a river: shorter than the length that is printed.
    assert 0.7 * documented < sum(map(kilometres, lines)) < documented
    china = load_parameters()["section_length.murghab"].value
    assert kilometres(geography().sections["murghab"]) == pytest.approx(china, rel=0.1)


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ("Dushanbe", "dushanbe"),
        ("Kulyab", "khatlon"),
        ("Khujand", "sughd"),
        ("Garm", "rasht"),
        ("Murghab", "gbao"),
    ],
)
def test_towns_lie_in_their_region(place, region):
    shapes = geography()
    found = [
        n for n, rings in shapes.regions.items() for r in rings if inside(shapes.places[place], r)
    ]
    assert found == [region]


def test_map_has_a_panel_for_each_scenario_and_date():
    data = results(runs=8, months=30)[["heroin_seized", "state_control", "heroin_leaving"]]
    first = str(data["month"].values[0])[:4]
    picture = figure("map", data, at=[first, f"{first}-12"])
    panels = [ax for ax in picture.axes if ax.get_label() != "<colorbar>"]
    assert len(panels) == 2 * data.sizes["scenario"]
    bars = [ax for ax in picture.axes if ax.get_label() == "<colorbar>"]
    assert all("(" in ax.get_xlabel() for ax in bars)
    assert len(bars) == 2


def test_colour_is_the_median_over_the_year_of_a_flow():
    data = results(runs=8, months=30, scenarios=("status-quo",))[["heroin_seized"]]
    year = str(data["month"].values[0])[:4]
    picture = figure("map", data, at=[year])
    bar = next(ax for ax in picture.axes if ax.get_label() == "<colorbar>")
    months = data["heroin_seized"].isel(scenario=0).sel(month=year)
    largest = float((months.mean("month").median("run") * 12).max())
    assert bar.get_xlim()[1] == pytest.approx(largest, rel=1e-6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"outcome": "collusion"}, "not by section or by region"),
        ({"outcome": ["heroin_seized", "heroin_entering"]}, "one outcome by section, not two"),
        ({"at": ["2004-13"]}, "expected a year or a month"),
        ({"at": ["200\u0664"]}, "expected a year or a month"),
        ({"at": ["1999"]}, "outside the results"),
        ({"at": [f"2004-{m:02}" for m in range(1, 13)] + ["2005"]}, "at most 8"),
    ],
)
def test_mistakes_get_one_line(options, words):
    data = results(runs=8, months=30)[["heroin_seized", "heroin_entering", "collusion"]]
    with pytest.raises(UserError, match=words):
        figure("map", data, **options)


def test_date_without_a_year_behind_it_starts_with_the_results():
    data = results(runs=8, months=30)[["heroin_seized"]]
    first = data["month"].values[0].astype("datetime64[M]")
    (span,) = spans(data, [str(first + 2)])
    assert span.start == first
