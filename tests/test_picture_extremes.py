"""Pictures of the smallest results, of nothing but zeros, of long names: nothing is lost."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from synthetic import PAIR, claims_table, results, targets_table
from test_plots import drawn, words

import tajsim.plots as plots
import tajsim.results.window as window

LONG = "what-if-the-russian-border-troops-left-two-years-later-and-nobody-paid-the-tajik-ones"


@cache
def two() -> xr.Dataset:
    return results(scenarios=PAIR, runs=4, months=48)


def ticks(picture: Figure) -> list[str]:
    """Return the lettering of the lowest axis of time."""
    panels = drawn(picture)
    found = [p for p in panels if p.get_xlabel() in ("month", "year")]
    return [text.get_text() for text in found[-1].get_xticklabels()]


def test_a_year_is_lettered_by_months() -> None:
    year = two().isel(month=slice(24, 36))
    assert ticks(plots.figure("fan", year, outcome="grievance", events=False)) == [
        "Jan 2006", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ][:: 2]  # fmt: skip
    assert ticks(plots.figure("border", year)) == ["Jan 2006", "Jul"]
    assert ticks(plots.figure("fan", two(), outcome="grievance"))[0] == "2004"


@pytest.mark.parametrize("kind", ["fan", "providers", "elite", "scenarios"])
def test_a_single_month_is_drawn_as_long_as_it_lasts(kind: str) -> None:
    month = two().isel(month=[5])
    chosen = {"outcome": "grievance"} if kind in ("fan", "scenarios") else {}
    picture = plots.figure(kind, month, **chosen)
    assert ticks(picture) == ["Jun 2004"]
    panel = picture.axes[0]
    for line in panel.lines:
        across = line.get_transform() == panel.get_yaxis_transform()  # a base line, not data
        if len(line.get_xdata()) > 1 and not across and str(line.get_gid()) != "projection":
            assert np.ptp(line.get_xdata()) in (0.0, pytest.approx(1 / 12))
    assert any(np.ptp(line.get_xdata()) > 0 for line in panel.lines)


def test_what_happens_after_the_end_does_not_begin_the_window() -> None:
    early = two().isel(month=slice(0, 6))  # before the first event of the withdrawal
    assert window.window_of(early, None) == ("2004-01", "2004-06")
    assert "Jan 2004 to Jun 2004" in words(plots.figure("distribution", early, outcome="grievance"))


def test_zero_all_along_keeps_its_unit() -> None:
    still = two().copy()
    still["heroin_seized"] = still["heroin_seized"] * 0.0
    still["heroin_seized"].attrs = two()["heroin_seized"].attrs
    panel = plots.figure("fan", still, outcome="heroin_seized").axes[0]
    assert panel.get_ylabel() == "kg/year"
    assert panel.get_ylim()[0] == 0.0
    never = two()["state_failed"] * 0.0
    still["state_failed"] = never.assign_attrs(two()["state_failed"].attrs)
    assert plots.figure("fan", still, outcome="state_failed").axes[0].get_ylabel() == "% of runs"
    text = words(plots.figure("scenarios", still, outcome="heroin_seized"))
    assert "no difference in any run" in text


def test_documented_values_beyond_the_runs_are_seen() -> None:
    low = two().copy()
    low["heroin_seized_reported"] = low["heroin_seized_reported"] * 1e-3
    low["heroin_seized_reported"].attrs = two()["heroin_seized_reported"].attrs
    whole = low.assign_coords(month=low["month"].values + np.timedelta64(4 * 365 + 1, "D"))
    panel = plots.figure("fan", whole, outcome="heroin_seized_reported", smooth=12).axes[0]
    diamonds = [
        line.get_ydata()[0] for line in panel.lines if str(line.get_gid()).startswith("observed")
    ]
    assert diamonds and max(diamonds) < panel.get_ylim()[1]


def test_one_run_claims_no_interval_and_no_scale() -> None:
    one = two().isel(run=[2])
    for kind in ("fan", "distribution", "border", "providers", "difference"):
        chosen = {"outcome": "grievance"} if kind in ("fan", "distribution") else {}
        assert "One run: no interval." in words(plots.figure(kind, one, **chosen)), kind
    forest = plots.figure("difference", one).axes[0]
    assert forest.get_xlabel() == "no spread over the runs to scale by"
    assert not list(forest.get_xticks())


def test_long_names_leave_room_for_what_they_name() -> None:
    long = two().assign_coords(scenario=[PAIR[0], LONG])
    for kind, least in (("distribution", 3.0), ("map", 2.5), ("border", 1.8)):
        chosen = {"outcome": "grievance"} if kind == "distribution" else {}
        picture = plots.figure(kind, long, **chosen)
        wide = max(p.get_position().width for p in drawn(picture)) * picture.get_size_inches()[0]
        assert wide > least, kind
        frame = picture.bbox
        for ax in picture.axes:
            box = ax.title.get_window_extent()
            assert box.y1 <= frame.y1 and (not ax.get_title() or box.x1 <= frame.x1 + 1), kind


def test_many_scenarios_in_small_panels() -> None:
    many = results(scenarios=tuple(f"scenario-{i}" for i in range(26)), runs=2, months=24)
    picture = plots.figure("scenarios", many, outcome="grievance")
    assert len(drawn(picture)) == 25
    assert picture.get_size_inches()[1] < 16


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["claims", "targets", "difference"])
def test_a_single_row_has_room(kind: str) -> None:
    tables = {"claims": claims_table, "targets": targets_table}
    chosen: dict[str, Any] = {"outcome": ["grievance", "heroin_seized"]}
    chosen = {"table": tables[kind]().iloc[:1]} if kind in tables else chosen
    panel = drawn(plots.figure(kind, two(), **chosen))[0]
    assert panel.get_window_extent().height > 20
