"""Pictures: every kind, readable axes, events at their dates, colours that stay apart, errors."""

import gc
import json
import os
import subprocess
import sys
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
import synthetic
import xarray as xr
from conftest import refused
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import tajsim.plots as plots
import tajsim.plots.panels as panels
import tajsim.plots.style as style
import tajsim.results.numbers as numbers
import tajsim.results.select as select
import tajsim.results.window as windows
from tajsim.results.chronicle import event_table
from tajsim.results.select import join
from tajsim.results.window import yes_or_no

PAIRED = ("answer", "atlas", "difference")
UNITS = ("kg", "share", "index", "persons", "number", "%", "year", "runs", "deviations", "0 or 1")


def kinds(scenarios: int) -> list[str]:
    return [kind for kind in plots.KINDS if scenarios > 1 or kind not in PAIRED]


def table_of(kind: str) -> dict[str, Any]:
    return {"table": synthetic.targets_table()} if kind == "targets" else {}


def drawn(picture: Figure) -> list[Axes]:
    """Lay a picture out, so that places can be asked for, and return its panels."""
    with style.look():
        picture.draw_without_rendering()
    return list(picture.axes)


# every kind, both numbers of scenarios, files


def test_one_scenario_draws_every_kind_but_differences(one: xr.Dataset, tmp_path: Path) -> None:
    paths = plots.standard_pictures(one, tmp_path / "new" / "folder", suffix=".svg")
    assert [path.stem for path in paths] == ["providers", "fan", "border"]
    for path in paths:
        ElementTree.parse(path)


def test_standard_pictures_of_a_comparison(
    two: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(kind: str, dataset: xr.Dataset, path: Path, **chosen: Any) -> list[Path]:
        plots.figure(kind, dataset, **chosen)
        return [path]

    monkeypatch.setattr(plots, "draw", record)
    names = [path.name for path in plots.standard_pictures(two, tmp_path)]
    kinds = ["answer", "providers", "fan", "difference", "border"]
    assert names == [f"{kind}.png" for kind in kinds]
    lean = two[["grievance", "violent_members"]]
    names = [path.name for path in plots.standard_pictures(lean, tmp_path, ".pdf")]
    assert names == ["answer.pdf", "fan.pdf", "difference.pdf"]
    names = [path.name for path in plots.standard_pictures(crowd("many"), tmp_path)]
    assert names == ["atlas.png", "fan.png"]


# axes


STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
#: One kind of each module that draws is a PDF too; the others are made of the same parts. As PNG
#: all are drawn for ``tests/baseline``, so that one shows here how such a file is written.
WHOLE = {draws.__module__: kind for kind, draws in reversed(plots.KINDS.items())}.values()
INTERVALS = (
    *("nine in ten histories", "90 % of histories", "interval", "middle 50"),
    *("90 % of the runs", "50 % of the runs"),
)


@pytest.mark.parametrize("kind", plots.KINDS)
def test_every_kind_is_labelled_says_what_it_rests_on_and_is_the_same_file_each_time(
    kind: str, two: xr.Dataset, tmp_path: Path
) -> None:
    picture, again = (plots.figure(kind, two, **usual(kind)) for _ in "ab")
    formats = [".svg", *[".pdf"] * (kind in WHOLE), *[".png"] * (kind == "stacks")]
    with style.look(), style.settled(picture), style.settled(again):
        for suffix in formats:
            found = file_of(picture, tmp_path, suffix)
            assert found.startswith(STARTS[suffix])
            if suffix == ".svg" or (kind == "map" and suffix == ".pdf"):
                assert file_of(again, tmp_path, suffix) == found, f"{suffix} differs"
    assert not list(tmp_path.glob(".*")), "a temporary file was left"
    labelled(kind, drawn(picture))
    if kind in APART:
        apart(picture)
    text = words(picture)
    assert "6 runs per scenario; seed 1" in text
    assert any(said in text for said in INTERVALS)
    assert "Months after December 2015 are projection" in text


#: Kinds that are tested with more to show than this as well.
APART = ("fan", "border", "stacks", "map", "targets")


def file_of(picture: Figure, folder: Path, suffix: str) -> bytes:
    path = folder / f"picture{suffix}"
    style.save(picture, path)
    return path.read_bytes()


def test_one_scenario_is_labelled_too(one: xr.Dataset) -> None:
    for kind in kinds(1):
        if kind not in UNLABELLED:
            labelled(kind, drawn(plots.figure(kind, one, **usual(kind))))


#: Places or labels with numbers; tested alone.
UNLABELLED = ("map", "atlas")


def labelled(kind: str, shown: list[Axes]) -> None:
    """Hold that every axis has a unit or names."""
    assert shown
    if kind == "answer":  # its years need no word, and what goes upwards is its title
        assert [any(u in panel.get_title("left") for u in UNITS) for panel in shown] == [True]
    elif kind not in UNLABELLED:
        for panel in shown:
            across = any(is_read(mate.xaxis) for mate in mates(panel, shown, "colspan"))
            upwards = any(is_read(mate.yaxis) for mate in mates(panel, shown, "rowspan"))
            # The bar of a colour scale has one axis only.
            assert across and upwards if panel.get_subplotspec() else across or upwards, kind


def test_another_process_writes_the_same_bytes(two: xr.Dataset, tmp_path: Path) -> None:
    """Neither addresses in memory nor the seed of hashes nor a foreign backend matter."""
    own, other = ([tmp_path / f"{n}{s}" for s in (".svg", ".pdf")] for n in ("own", "other"))
    for path in own:
        plots.draw("fan", two, path, outcome="grievance")
    code = (
        "import sys, tajsim.plots as plots; from synthetic import two\n"
        "for path in sys.argv[1:]: plots.draw('fan', two(), path, outcome='grievance')"
    )
    environment = {
        "PYTHONHASHSEED": "77",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "MPLBACKEND": "module://of_another_environment.backend_inline",
    }
    command = [sys.executable, "-c", code, *map(str, other)]
    subprocess.run(command, check=True, cwd=Path(__file__).parent, env=environment)
    for mine, theirs in zip(own, other, strict=True):
        assert mine.read_bytes() == theirs.read_bytes()


def test_saving_leaves_the_picture_as_it_was(two: xr.Dataset, tmp_path: Path) -> None:
    picture = plots.figure("stacks", two, scenarios=synthetic.PAIR[0])
    engine, dots = picture.get_layout_engine(), picture.dpi
    first = file_of(picture, tmp_path, ".svg")
    assert (picture.get_layout_engine(), picture.dpi) == (engine, dots)
    assert file_of(picture, tmp_path, ".svg") == first


def is_read(axis: Any) -> bool:
    """Tell whether an axis has a label with a unit, or names as its ticks."""
    ticks = [tick.get_text() for tick in axis.get_ticklabels() if tick.get_visible()]
    label = axis.get_label().get_text()
    return any(u in label for u in UNITS) or any(t and not t[-1].isdigit() for t in ticks)


def mates(panel: Axes, panels: list[Axes], span: str) -> list[Axes]:
    """Return the panels of the same column or row of a grid, which share their lettering."""
    box = panel.get_subplotspec()
    if not box:
        return [panel]
    spans = {id(p): p.get_subplotspec() for p in panels if p.get_figure() is panel.get_figure()}
    own = getattr(box, span)
    return [p for p in panels if spans.get(id(p)) and getattr(spans[id(p)], span) == own]


def usual(kind: str) -> dict[str, Any]:
    named = kind in ("fan", "difference")
    return {"outcome": "heroin_seized"} if named else table_of(kind)


CROWDS = {
    "crowded": ["fan", "providers"],
    "wide": ["providers", "difference", "border"],
    "many": ["fan", "difference", "border", "stacks", "map"],
}


@cache
def crowd(name: str) -> xr.Dataset:
    if name == "crowded":
        shared = synthetic.SHARED
        events = dict(zip(synthetic.PAIR, (shared, shared + synthetic.CROWDED), strict=True))
        return synthetic.results(scenarios=synthetic.PAIR, runs=6, events=events)
    if name == "many":
        names = tuple(f"what-if-number-{i}" for i in range(24))
        return synthetic.results(scenarios=names, runs=3, months=60)
    more = ("abrupt-withdrawal", "withdrawal-with-border-pay")
    return synthetic.results(scenarios=(*synthetic.PAIR, *more), runs=6)


@pytest.mark.parametrize(
    ("name", "kind"), [(n, kind) for n, some in CROWDS.items() for kind in some]
)
def test_no_text_overlaps_another_or_leaves_the_page(name: str, kind: str) -> None:
    picture = plots.figure(kind, crowd(name), **table_of(kind))
    drawn(picture)
    apart(picture)


def apart(picture: Figure) -> None:
    """Hold that no text overlaps another or leaves the page."""
    texts, page = written(picture), picture.bbox
    for text, box in texts:
        assert box.x0 > page.x0 - 1 and box.x1 < page.x1 + 1, text
        assert box.y0 > page.y0 - 1 and box.y1 < page.y1 + 1, text
    for (first, a), (second, b) in combinations(texts, 2):
        beside = a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 2 or b.y1 <= a.y0 + 2
        assert beside, (first, second)


def test_a_picture_without_room_for_all_scenarios_says_so() -> None:
    for kind, most in plots.MOST_SCENARIOS.items():
        text = words(plots.figure(kind, crowd("many")))
        assert f"Only the first {most} of 24 scenarios have room" in text, kind
    assert "Only the first" not in words(plots.figure("fan", crowd("wide")))


@pytest.mark.filterwarnings("error")
def test_where_nothing_differs_the_picture_says_so(two: xr.Dataset) -> None:
    again = two.isel(scenario=[0, 0]).assign_coords(scenario=two["scenario"].values)
    same = two.assign({name: again[name] for name in select.outcome_names(two)})
    for chosen in ({}, {"outcome": "grievance"}):
        picture = plots.figure("difference", same, **chosen)
        drawn(picture)
        assert "No outcome differs in any run." in words(picture)
        assert "No difference in any run: Heroin" in words(picture) or chosen


def test_few_runs_are_said_to_be_few(two: xr.Dataset) -> None:
    for runs, few in ((1, False), (12, True), (29, True), (30, False)):
        some = two.isel(run=np.arange(runs) % 6).assign_coords(run=range(runs))
        assert ("Fewer than 30 runs" in words(plots.figure("difference", some))) is few, runs


def words(picture: Figure) -> str:
    """Return all texts of a picture, lines joined as they were before they were broken."""
    texts = (text.get_text() for text in picture.findobj(mpl.text.Text))
    return " ".join(texts).replace("\N{NO-BREAK SPACE}", " ")


def written(picture: Figure) -> list[tuple[str, Any]]:
    """Return every visible text of a picture with its box in pixels."""
    texts = [t for t in picture.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip()]
    ticks = {
        id(label)
        for panel in picture.axes
        if panel.axison
        for axis in (panel.xaxis, panel.yaxis)
        for tick in (*axis.majorTicks, *axis.minorTicks)
        if not axis.get_view_interval().min() - 1e-9
        <= tick.get_loc()
        <= axis.get_view_interval().max() + 1e-9
        for label in (tick.label1, tick.label2)
    }
    bare = [axis for p in picture.axes if not p.axison for axis in (p.xaxis, p.yaxis)]
    unseen = {id(text) for axis in bare for text in axis.findobj(mpl.text.Text)}
    return [
        (t.get_text(), t.get_window_extent())
        for t in texts
        if id(t) not in ticks | unseen and t.get_window_extent().width > 0
    ]


# values


def test_fan_draws_the_median_of_the_selection(two: xr.Dataset) -> None:
    picture = plots.figure("fan", two, outcome="heroin_seized", select="section=khorog", smooth=12)
    wide = max(picture.axes[0].lines, key=lambda line: line.get_linewidth())
    khorog = (
        two["heroin_seized"].sel(section="khorog", scenario=synthetic.PAIR[0]).values.astype(float)
    )
    expected = np.median([khorog[i : i + 12].sum(axis=0) for i in range(len(khorog) - 11)], axis=1)
    assert np.allclose(wide.get_ydata(), expected, rtol=1e-4)
    assert picture.axes[0].get_ylabel() == "kg/year"


def test_flows_add_up_and_shares_average(two: xr.Dataset) -> None:
    seized = windows.at_places(two, "heroin_seized", {"section": ["khorog", "pianj"]})
    assert seized.dims == ("scenario", "month", "run")
    expected = two["heroin_seized"].sel(section=["khorog", "pianj"]).sum("section")
    assert np.allclose(seized, expected.transpose("scenario", "month", "run"))
    collusion = windows.at_places(two, "collusion")
    mean = two["collusion"].weighted(two["strength"]).mean("agency")
    assert np.allclose(collusion, mean.transpose(*collusion.dims))
    few = two.drop_vars("strength")
    alone = windows.at_places(few, "collusion")
    assert np.allclose(alone, two["collusion"].mean("agency").transpose(*alone.dims))
    assert "each alike" in windows.titled(few, "collusion", {})


def test_yes_or_no_is_told_by_the_unit_and_not_by_the_values(one: xr.Dataset) -> None:
    few = one.isel(run=slice(5))
    few["grievance"] = xr.zeros_like(few["grievance"])
    few["grievance"][..., 12:, :] = 1.0  # a ladder on its lowest steps is a ladder still
    assert plots.figure("fan", few, outcome="grievance").axes[0].get_ylabel() == "index"
    few["state_failed"] = few["state_failed"] * 0.0
    assert plots.figure("fan", few, outcome="state_failed").axes[0].get_ylabel() == "% of runs"
    ladder = few["grievance"].assign_attrs(unit="0 or 1")
    assert yes_or_no(ladder) and not yes_or_no(ladder, windowed=True)  # a share of months
    assert yes_or_no(few["state_failed"], windowed=True)


def test_the_window_is_that_of_the_first_own_event_or_the_one_kept(two: xr.Dataset) -> None:
    assert windows.window_of(two) == ("2004-10", "2020-12")  # from the first own event
    assert windows.window_of(two.isel(scenario=[0]), None) == ("2004-01", "2020-12")
    kept = two.assign_attrs(window="2006-01:2007-12")  # as compare --window keeps it
    assert windows.window_of(kept, None) == ("2006-01", "2007-12")
    assert windows.window_of(kept, "2005-01:2005-06") == ("2005-01", "2005-06")


def test_difference_prints_value_and_unit_and_names_what_does_not_move(two: xr.Dataset) -> None:
    texts = [text for text, _ in written(plots.figure("difference", two, outcome="heroin_seized"))]
    gap = windows.over(windows.at_places(two, "heroin_seized"), ("2004-10", "2020-12")).values
    mean = numbers.number(float((gap[1] - gap[0]).mean()) / 1000.0, signed=True, decimals=2)
    assert any(text.startswith(f"{mean} [") and text.endswith("t a year") for text in texts)
    assert "No difference in any run: State has failed" in words(plots.figure("difference", two))


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_nothing_but_gaps_is_drawn_without_complaint() -> None:
    empty = synthetic.results(scenarios=synthetic.PAIR, runs=1, months=30)
    empty["seizure_probability"][:] = np.nan
    empty["grievance"][:] = 0.0
    for kind in plots.KINDS:
        plots.figure(kind, empty, **table_of(kind))


def test_large_numbers_are_in_millions_and_intervals_set_the_digits() -> None:
    assert windows.scaled(np.array([np.nan, -2.5e6]), "USD/year") == (1e6, "million USD/year")
    assert windows.scaled(np.array([3e9]), "USD") == (1e9, "billion USD")
    assert numbers.with_interval(1533.2, 1385.0, 1680.0) == "+1,533 [+1,385, +1,680]"
    assert numbers.with_interval(-0.13461, -0.13533, -0.13389) == (
        "\N{MINUS SIGN}0.1346 [\N{MINUS SIGN}0.1353, \N{MINUS SIGN}0.1339]"
    )
    assert numbers.number(-0.00001, decimals=2) == "0.00"
    assert numbers.with_interval(-2.2e-16, -6.7e-16, 6.7e-16) == "0"
    assert numbers.with_interval(0.5, 0.5 - 1e-9, 0.5 + 1e-9) == "+0.500"


# events, projection, foot line


def test_events_stand_at_their_months(two: xr.Dataset) -> None:
    picture = plots.figure("fan", two, outcome="heroin_seized")
    lines = {
        line.get_gid(): line.get_xdata()[0] for line in picture.axes[0].lines if line.get_gid()
    }
    assert lines["event-1"] == pytest.approx(2004 + 9 / 12)  # the accord of October 2004
    assert len(lines) == len({e["month"] for e in synthetic.WITHDRAWAL})
    assert "Nov 2004: Khorog passes to Tajik troops; Ishkashim" in words(picture)
    assert "Presidential election" not in words(picture)  # the reference has it too
    alone = plots.figure("fan", two, outcome="heroin_seized", scenarios=synthetic.PAIR[0])
    assert "Nov 2006: Presidential election" in words(alone)


def test_numbers_of_events_keep_apart(two: xr.Dataset) -> None:
    table = json.dumps({synthetic.PAIR[0]: [], synthetic.PAIR[1]: synthetic.CROWDED})
    found = panels.event_markers(two.assign_attrs(events=table))
    for inches in (6.0, 2.6, 1.4):
        badges = panels.badges(found, two, inches)
        assert all(a.until <= b.year for a, b in pairwise(badges))
        numbers = [list(map(int, badge.text.split("\N{EN DASH}"))) for badge in badges]
        covered = [n for ends in numbers for n in range(ends[0], ends[-1] + 1)]
        assert covered == [mark.number for mark in found]
    assert any("\N{EN DASH}" in badge.text for badge in badges)


def test_the_projection_is_marked_where_there_is_one(two: xr.Dataset) -> None:
    panel = plots.figure("fan", two, outcome="grievance").axes[0]
    band = next(patch for patch in panel.patches if patch.get_gid() == "projection")
    assert band.get_x() == pytest.approx(2016.0)
    short = plots.figure("fan", two.isel(month=slice(0, 100)), outcome="grievance")
    assert "projection" not in words(short)


# style


def deuteranope(rgb: Any) -> Any:
    """Simulate strong deuteranopia of a linear colour (Machado and others, 2009)."""
    return rgb @ np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                           [-0.011820, 0.042940, 0.968881]]).T  # fmt: skip


def cielab(colour: str, simulate: Any = lambda rgb: rgb) -> Any:
    part = np.array(to_rgb(colour))
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                       [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
    ratio = np.clip(simulate(linear), 0, 1) @ to_xyz.T / to_xyz.sum(axis=1)
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("family", style.FAMILIES)
def test_colours_stay_apart_with_and_without_colour_vision(family: str) -> None:
    for a, b in combinations(style.FAMILIES[family], 2):
        for sight in (lambda rgb: rgb, deuteranope):
            assert np.linalg.norm(cielab(a, sight) - cielab(b, sight)) > 20, (a, b)
    if family == "task":
        greys = sorted(cielab(colour)[0] for colour in style.FAMILIES[family])
        assert min(np.diff(greys)) > 8


def test_first_six_scenarios_differ_in_line_and_marker() -> None:
    looks = [style.scenario_look(position) for position in range(6)]
    assert len({str(look.line) for look in looks}) == len({look.marker for look in looks}) == 6


def test_an_actor_looks_the_same_everywhere(two: xr.Dataset) -> None:
    russia = to_rgb(style.actor_look("power", "russia").colour)
    # A small power would stand with the others.
    most = xr.where(two["power"] == "russia", 10.0, 1.0)
    more = two.assign({name: two[name] * most for name in ("provision", "aid_delivered")})
    for kind, chosen in (
        ("providers", {"select": "task=border"}),
        ("stacks", {"outcome": "aid_delivered"}),
    ):
        areas = [c for ax in plots.figure(kind, more, **chosen).axes for c in ax.collections]
        assert russia in [tuple(map(float, c.get_facecolor()[0][:3])) for c in areas]


def test_settings_of_matplotlib_stay_as_found_and_nothing_stays_open(one: xr.Dataset) -> None:
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    picture = plots.figure("providers", one)
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == []
    del picture
    gc.collect()
    assert not [o for o in gc.get_objects() if type(o) is Figure], "a picture was not released"


# several results, errors


def test_results_of_two_files_stand_side_by_side_without_a_chronicle(
    one: xr.Dataset, two: xr.Dataset
) -> None:
    other = synthetic.results(scenarios=("abrupt-withdrawal",), runs=20)
    joined = join([one, other, one])
    assert select.names_of(joined) == ["status-quo", "abrupt-withdrawal"]
    assert joined.sizes["run"] == 6
    assert set(json.loads(joined.attrs["events"])) == {"status-quo", "abrupt-withdrawal"}
    refused("hold no events", event_table, joined)
    assert "Russian troops hold" in words(plots.figure("border", two)).replace("\n", " ")
    assert "Russian troops hold" not in words(plots.figure("border", joined)).replace("\n", " ")
    changed = one.assign(grievance=one["grievance"] * 2)
    refused("results 2: holds other values for status-quo", join, [one, changed])
    kept = plots.figure("providers", [one, other], scenarios=["abrupt-withdrawal"])
    assert len(kept.axes) == 12


def test_files_that_cannot_be_written(one: xr.Dataset, tmp_path: Path) -> None:
    refused(r"\.png or \.svg or \.pdf", plots.draw, "providers", one, tmp_path / "picture.gif")
    refused("cannot be written", plots.draw, "providers", one, tmp_path / "nowhere" / "picture.png")
    (tmp_path / "file").write_text("")
    refused("cannot be written", plots.standard_pictures, one, tmp_path / "file")
