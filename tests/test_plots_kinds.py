"""What single kinds of picture show: values, sums, places, extremes, and what they refuse."""

import itertools
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import refused
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import Figure
from synthetic import PAIR, results, targets_table
from test_plots import cielab, drawn, words

import tajsim.plots as plots
import tajsim.plots.panels as panels
import tajsim.results.window as window
from tajsim.axes import EXITS, POWERS, REGIONS, SECTIONS
from tajsim.inputs.events import EVENT_KINDS
from tajsim.inputs.ledger import load_figures, load_kinds
from tajsim.inputs.registry import NOTED_AS, labels_of, load_parameters
from tajsim.model.events import HANDLERS
from tajsim.plots import figure
from tajsim.plots.border import GUARD, OWN_FROM_START, with_guard
from tajsim.plots.map import geography
from tajsim.plots.stacks import NOBODY, OTHERS, OWN, part_of, shares_of
from tajsim.results.window import spans

# providers


def test_carriers_of_a_task_add_up_to_the_whole(two: xr.Dataset) -> None:
    parts = shares_of(two)
    whole = parts["by_power"].sum("power") + parts["gap"] + parts["own"]
    assert np.allclose(whole, 1.0)
    assert float(parts["own"].min()) >= 0.0
    assert np.allclose(parts["by_power"].sum("power"), two["outside_provision"].mean("run"))


def test_what_nobody_carries_stands_beside_the_provision_that_left_it(two: xr.Dataset) -> None:
    gap = two["gap"].copy()
    gap[:] = 0.0
    gap[..., 11, :] = 0.001  # noted in the twelfth month, left by the eleventh
    nobody = shares_of(two.assign(gap=gap))["gap"].isel(scenario=0, task=0)
    assert float(nobody[10]) == pytest.approx(0.001)
    assert float(nobody[11]) == 0.0


def test_areas_reach_from_zero_to_one_and_the_price_stands_below(two: xr.Dataset) -> None:
    picture = plots.figure("providers", two, select="task=border")
    areas = [c for c in picture.axes[0].collections if isinstance(c, FillBetweenPolyCollection)]
    ends = [c.get_paths()[0].get_extents() for c in areas]
    assert min(box.y0 for box in ends) == pytest.approx(0.0, abs=1e-6)
    assert max(box.y1 for box in ends) == pytest.approx(1.0, abs=1e-6)
    assert {str(c.get_gid()) for c in areas} >= {"part-own agencies", "part-nobody"}
    price = next(ax for ax in picture.axes if ax.get_title(loc="left") == "Concessions to Moscow")
    middle = two["concessions"].sel(scenario=PAIR[1]).median("run")
    assert any(np.allclose(line.get_ydata(), middle) for line in price.lines)


# border


def test_russian_guards_hold_a_section_until_it_is_handed_over(two: xr.Dataset) -> None:
    held = with_guard(two)[GUARD]
    assert held.sizes["section"] == len(SECTIONS)
    months = held["month"].values.astype("datetime64[M]")
    for section in SECTIONS:
        own = held.sel(section=section)
        start = 0.0 if section in OWN_FROM_START else 1.0
        assert np.all(own.sel(scenario=PAIR[0]) == start)
    khorog = held.sel(section="khorog", scenario=PAIR[1]).values
    after = months >= np.datetime64("2004-11")
    assert np.all(khorog[after] == 0.0)
    assert np.all(khorog[~after] == 1.0)


# stacks


def test_a_stack_adds_up_to_the_whole(two: xr.Dataset) -> None:
    few = two.isel(month=slice(0, 20))
    panel = plots.figure("stacks", few, outcome="tolls", scenarios=PAIR[0]).axes[0]
    tops = [c.get_paths()[0].vertices[:, 1].max() for c in panel.collections]
    whole = few["tolls"].sel(scenario=PAIR[0]).sum("agency").mean("run")
    assert max(tops) == pytest.approx(float(whole.max()) / 1e6, rel=1e-5)
    assert "others" in words(panel.figure)  # two of eight agencies are not told apart


# boards


def test_targets_stand_at_their_errors(two: xr.Dataset) -> None:
    picture = plots.figure("targets", two, table=targets_table())
    spots = {line.get_gid(): line.get_xdata()[0] for line in picture.axes[0].lines}
    assert spots["target-near"] == pytest.approx(np.log(0.9) / 0.2)
    assert spots["target-far"] == 6.0  # 40 errors off: an arrow at the edge
    assert spots["target-bound"] == 0.0  # on the allowed side
    refused("no targets", plots.figure, "targets", two, table=targets_table().iloc[:0])
    source = load_figures()["heroin-seized-2008"]
    assert f"({source.document}:{source.line})" in words(picture)


# events


def test_events_name_document_and_line_and_those_of_one_label_their_own() -> None:
    event = {"month": "2006-06", "kind": "set", "label": "Harvest", "arguments": {}}
    figure = load_figures()["afghan-poppy-harvest-2006"]
    table: dict[str, Any] = {PAIR[0]: [{**event, "figures": [figure.id]}]}
    (mark,) = panels.event_markers(results(scenarios=PAIR[:1], runs=2, events=table))
    assert mark.text == f"Harvest ({figure.document}:{figure.line})"
    assert panels.source([]) == ""
    told = [{**event, "sources": ["first:1", "first:2"]}, {**event, "sources": ["second:3"]}]
    later = {**event, "month": "2006-09", "sources": ["third:4"]}
    other = {**event, "month": "2006-09", "arguments": {"x": 1}, "sources": ["fourth:5"]}
    table = {PAIR[0]: [], PAIR[1]: [*told, later], "irpt-ban": [*told, other]}
    three = results(scenarios=(*PAIR, "irpt-ban"), runs=2, events=table)
    assert [(mark.text, mark.owners) for mark in panels.event_markers(three)] == [
        ("Harvest (first:1, 2); Harvest (second:3)", (PAIR[1], "irpt-ban")),
        ("Harvest (fourth:5)", ("irpt-ban",)),
        ("Harvest (third:4)", PAIR[1:]),
    ]


def test_an_event_is_told_under_its_own_label() -> None:
    row = {"month": "2006-06", "arguments": {"commander": "mirzoev"}}
    events = [{**row, "kind": "dismiss", "label": "Out"}, {**row, "kind": "arrest", "label": "In"}]
    assert labels_of(events) == {
        ("2006-06", "dismissal_order", "mirzoev"): "Out",
        ("2006-06", "arrest_order", "mirzoev"): "In",
    }
    assert set(NOTED_AS) == set(HANDLERS) == set(EVENT_KINDS)
    assert {noted_as for noted_as, _ in NOTED_AS.values()} <= set(load_kinds())


def test_parts_of_a_stack_are_told_apart_in_grey() -> None:
    powers = [part_of("power", name) for name in POWERS]
    for a, b in combinations([OWN, *powers, OTHERS, NOBODY], 2):
        lightness = abs(cielab(a.colour)[0] - cielab(b.colour)[0])
        assert a.hatch != b.hatch or lightness > 12, (a.name, b.name)


# The map: its shapes fit sections, regions and exits.


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


def test_towns_lie_in_their_region():
    shapes = geography()
    towns = {"Dushanbe": "dushanbe", "Kulyab": "khatlon", "Khujand": "sughd", "Garm": "rasht"}
    for place, region in (towns | {"Murghab": "gbao"}).items():
        at, regions = shapes.places[place], shapes.regions.items()
        assert [n for n, rings in regions for ring in rings if inside(at, ring)] == [region]


def test_map_has_a_panel_for_each_scenario_and_date():
    data = results(runs=8, months=30)[["heroin_seized", "state_control", "heroin_leaving"]]
    picture = figure("map", data, at=["2004", "2004-12"])
    panels = [ax for ax in picture.axes if ax.get_label() != "<colorbar>"]
    assert len(panels) == 2 * data.sizes["scenario"]
    bars = [ax for ax in picture.axes if ax.get_label() == "<colorbar>"]
    assert len(bars) == 2 and all("(" in ax.get_xlabel() for ax in bars)


def test_colour_is_the_median_over_the_year_of_a_flow():
    data = results(runs=8, months=30, scenarios=("status-quo",))[["heroin_seized"]]
    bar = figure("map", data, at=["2004"]).axes[-1]
    months = data["heroin_seized"].isel(scenario=0).sel(month="2004")
    largest = float((months.mean("month").median("run") * 12).max())
    assert bar.get_xlim()[1] == pytest.approx(largest, rel=1e-6)
    (span,) = spans(data, ["2004-03"])  # no year lies behind it
    assert str(span.start) == "2004-01"


# The smallest results, nothing but zeros, long names: nothing is lost.


LONG = "what-if-the-russian-border-troops-left-two-years-later-and-nobody-paid-the-tajik-ones"


@cache
def short() -> xr.Dataset:
    return results(scenarios=PAIR, runs=4, months=48)


def ticks(picture: Figure) -> list[str]:
    """Return the lettering of the lowest axis of time."""
    panels = drawn(picture)
    found = [p for p in panels if p.get_xlabel() in ("month", "year")]
    return [text.get_text() for text in found[-1].get_xticklabels()]


def test_a_year_is_lettered_by_months() -> None:
    year = short().isel(month=slice(24, 36))
    lettered = ["Jan 2006", "Mar", "May", "Jul", "Sep", "Nov"]
    assert ticks(plots.figure("fan", year, outcome="grievance")) == lettered
    assert ticks(plots.figure("border", year)) == ["Jan 2006", "Jul"]
    assert ticks(plots.figure("fan", short(), outcome="grievance"))[0] == "2004"


@pytest.mark.parametrize("kind", ["fan", "providers", "stacks"])
def test_a_single_month_is_drawn_as_long_as_it_lasts(kind: str) -> None:
    month = short().isel(month=[5])
    chosen = {"outcome": "grievance"} if kind == "fan" else {}
    picture = plots.figure(kind, month, **chosen)
    assert ticks(picture) == ["Jun 2004"]
    panel = picture.axes[0]
    for line in panel.lines:
        across = line.get_transform() == panel.get_yaxis_transform()  # a base line, not data
        if len(line.get_xdata()) > 1 and not across and str(line.get_gid()) != "projection":
            assert np.ptp(line.get_xdata()) in (0.0, pytest.approx(1 / 12))
    assert any(np.ptp(line.get_xdata()) > 0 for line in panel.lines)


def test_what_happens_after_the_end_does_not_begin_the_window() -> None:
    early = short().isel(month=slice(0, 6))  # before the first event of the withdrawal
    assert window.window_of(early, None) == ("2004-01", "2004-06")
    assert "Jan 2004 to Jun 2004" in words(plots.figure("difference", early, outcome="grievance"))


def test_zero_all_along_keeps_its_unit() -> None:
    still = short().copy()
    still["heroin_seized"] = still["heroin_seized"] * 0.0
    still["heroin_seized"].attrs = short()["heroin_seized"].attrs
    panel = plots.figure("fan", still, outcome="heroin_seized").axes[0]
    assert panel.get_ylabel() == "kg/year"
    assert panel.get_ylim()[0] == 0.0


def test_one_run_claims_no_interval_and_no_scale() -> None:
    one = short().isel(run=[2])
    for kind in ("fan", "border", "providers", "difference"):
        chosen = {"outcome": "grievance"} if kind == "fan" else {}
        assert "One run: no interval." in words(plots.figure(kind, one, **chosen)), kind
    forest = plots.figure("difference", one).axes[0]
    assert forest.get_xlabel() == "no spread over the runs to scale by"
    assert not list(forest.get_xticks())


def test_long_names_leave_room_for_what_they_name() -> None:
    long = short().assign_coords(scenario=[PAIR[0], LONG])
    for kind, least in (("map", 2.5), ("border", 1.8)):
        picture = plots.figure(kind, long)
        wide = max(p.get_position().width for p in drawn(picture)) * picture.get_size_inches()[0]
        assert wide > least, kind
        frame = picture.bbox
        for ax in picture.axes:
            box = ax.title.get_window_extent()
            assert box.y1 <= frame.y1 and (not ax.get_title() or box.x1 <= frame.x1 + 1), kind


def test_many_scenarios_in_small_panels() -> None:
    many = results(scenarios=tuple(f"scenario-{i}" for i in range(26)), runs=2, months=24)
    picture = plots.figure("fan", many, outcome="grievance")
    assert len(drawn(picture)) == 25
    assert picture.get_size_inches()[1] < 16
    refused("shows one outcome", plots.figure, "fan", many, outcome=["grievance", "dependence"])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["targets", "difference"])
def test_a_single_row_has_room(kind: str) -> None:
    chosen: dict[str, Any] = {"outcome": ["grievance", "heroin_seized"]}
    chosen = {"table": targets_table().iloc[:1]} if kind == "targets" else chosen
    panel = drawn(plots.figure(kind, short(), **chosen))[0]
    assert panel.get_window_extent().height > 20
