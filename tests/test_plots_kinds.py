"""What single kinds of picture show: values, sums, places, and what they refuse."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import FillBetweenPolyCollection
from synthetic import PAIR, claims_table, results, targets_table
from test_plots import cielab, words

import tajsim.plots as plots
import tajsim.plots.evidence as evidence
import tajsim.plots.panels as panels
from tajsim.axes import POWERS, SECTIONS
from tajsim.errors import UserError
from tajsim.inputs.events import EVENT_KINDS
from tajsim.inputs.ledger import load_figures, load_kinds
from tajsim.inputs.registry import NOTED_AS, labels_of
from tajsim.model.events import HANDLERS
from tajsim.plots.border import GUARD, OWN_FROM_START, with_guard
from tajsim.plots.stacks import NOBODY, OTHERS, OWN, fates, moves_of, part_of, shares_of
from tajsim.results.effect import mean_interval
from tajsim.results.numbers import decimals_for, number
from tajsim.results.window import over

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


def test_areas_reach_from_zero_to_one(two: xr.Dataset) -> None:
    panel = plots.figure("providers", two, select="task=border", scenarios=PAIR[0]).axes[0]
    areas = [c for c in panel.collections if isinstance(c, FillBetweenPolyCollection)]
    ends = [c.get_paths()[0].get_extents() for c in areas]
    assert min(box.y0 for box in ends) == pytest.approx(0.0, abs=1e-6)
    assert max(box.y1 for box in ends) == pytest.approx(1.0, abs=1e-6)
    assert {str(c.get_gid()) for c in areas} >= {"part-own agencies", "part-nobody"}


def test_deals_begun_and_ended_are_counted(two: xr.Dataset) -> None:
    held = two["deals_in_force"].copy()
    held[:] = 0.0
    base = {"deal": "russian_base", "scenario": PAIR[1]}
    held.loc[{**base, "month": slice("2004-01", "2007-03")}] = 1.0  # in force before the results
    held.loc[{**base, "month": slice("2009-05", "2020-12"), "run": 2}] = 1.0
    given = two.assign(deals_in_force=held)
    found = moves_of(given)
    base_moves = found.sel(deal="russian_base", scenario=PAIR[1])
    assert base_moves.sel(way="ended") == 1.0
    assert base_moves.sel(way="begun") == pytest.approx(1 / 6)
    assert float(found.sum()) == pytest.approx(7 / 6)
    told = words(plots.figure("providers", given, select="task=militancy"))
    assert "Militancy: Russian base, begun 0.0 / 0.2, ended 0.0 / 1.0" in told
    assert "Border: none" in words(plots.figure("providers", given, select="task=border"))


def test_the_price_stands_below_who_provides(two: xr.Dataset) -> None:
    picture = plots.figure("providers", two, select="task=drugs")
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


# elite


def test_states_of_a_commander_are_shares_of_the_runs(two: xr.Dataset) -> None:
    panel = plots.figure("elite", two, select="commander=mirzoev", scenarios=PAIR[0]).axes[0]
    served = two["commander_state"].sel(commander="mirzoev", scenario=PAIR[0]) == 0
    area = next(c for c in panel.collections if c.get_gid() == "part-serves")
    height = area.get_paths()[0].vertices[:, 1].max()
    assert height == pytest.approx(float(served.mean("run").max()))
    assert "Mirzoev: Presidential guard, government" in words(plots.figure("elite", two))


# boards


def test_claims_stand_at_the_share_of_runs_with_their_source(two: xr.Dataset) -> None:
    picture = plots.figure("claims", two, table=claims_table())
    spots = {line.get_gid(): line.get_xdata()[0] for line in picture.axes[0].lines}
    assert spots["claim-claim-number-0"] == 0.95
    assert spots["claim-claim-number-1"] == 0.1
    told = words(picture)
    assert "1 hold, 1 fail, 1 undecided, 1 not tested" in told
    assert "icg-2016:101" in told
    with pytest.raises(UserError, match="no claims"):
        plots.figure("claims", two, table=claims_table().iloc[:0])
    with pytest.raises(UserError, match="shows a table"):
        plots.figure("claims", two)


def test_targets_stand_at_their_errors(two: xr.Dataset) -> None:
    picture = plots.figure("targets", two, table=targets_table())
    spots = {line.get_gid(): line.get_xdata()[0] for line in picture.axes[0].lines}
    assert spots["target-near"] == pytest.approx(np.log(0.9) / 0.2)
    assert spots["target-far"] == 6.0  # 40 errors off: an arrow at the edge
    assert spots["target-bound"] == 0.0  # on the allowed side
    source = load_figures()["heroin-seized-2008"]
    assert f"({source.document}:{source.line})" in words(picture)


def test_tornado_draws_the_share_of_each_assumption(two: xr.Dataset) -> None:
    panel = plots.figure("tornado", two).axes[0]
    bars = {p.get_gid(): p.get_width() for p in panel.patches if p.get_gid()}
    assert bars["assumption-parameter_0"] == pytest.approx(0.3)
    assert len(bars) == 5
    with pytest.raises(UserError, match="did you mean 'together'"):
        plots.figure("tornado", two, outcome="togehter")
    with pytest.raises(UserError, match="tajsim compare with 20 runs"):
        plots.figure("tornado", results(scenarios=PAIR, runs=2, months=24))


def test_scenarios_prints_the_paired_difference(two: xr.Dataset) -> None:
    text = words(plots.figure("scenarios", two, outcome="grievance"))
    gap = over(two["grievance"].mean("region").assign_attrs(two["grievance"].attrs),
               ("2004-10", "2020-12")).values  # fmt: skip
    half = (mean_interval(gap[1] - gap[0])[2] - mean_interval(gap[1] - gap[0])[1]) / 2
    assert "(index) over Oct 2004 to Dec 2020" in text
    assert f"± {number(half, decimals=decimals_for(half, 2))}" in text
    with pytest.raises(UserError, match="name only one"):
        plots.figure("scenarios", two, outcome=["grievance", "dependence"])


# documented values


def test_events_name_document_and_line() -> None:
    figure = load_figures()["afghan-poppy-harvest-2006"]
    event = {"month": "2006-06", "kind": "set", "label": "Harvest", "arguments": {}}
    table: dict[str, Any] = {PAIR[0]: [{**event, "figures": [figure.id]}]}
    dataset = results(scenarios=PAIR[:1], runs=2, events=table)
    assert (
        panels.event_markers(dataset, True)[0].text == f"Harvest ({figure.document}:{figure.line})"
    )
    assert panels.source([]) == ""


def test_events_of_one_label_cite_their_own_sources() -> None:
    event = {"month": "2006-06", "kind": "set", "label": "Harvest", "arguments": {}}
    told = [{**event, "sources": ["first:1", "first:2"]}, {**event, "sources": ["second:3"]}]
    later = {**event, "month": "2006-09", "sources": ["third:4"]}
    other = {**event, "month": "2006-09", "sources": ["fourth:5"]}
    table = {PAIR[0]: [*told, later], PAIR[1]: [*told, other]}
    found = panels.event_markers(results(scenarios=PAIR, runs=2, events=table), True)
    assert [(mark.text, mark.owners) for mark in found] == [
        ("Harvest (first:1, 2); Harvest (second:3)", PAIR),
        ("Harvest (fourth:5)", PAIR[1:]),
        ("Harvest (third:4)", PAIR[:1]),
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
    powers = [part_of(name) for name in POWERS]
    for stack in ([OWN, *powers, OTHERS, NOBODY], fates()):
        for a, b in combinations(stack, 2):
            lightness = abs(cielab(a.colour)[0] - cielab(b.colour)[0])
            assert a.hatch != b.hatch or lightness > 12, (a.name, b.name)


def documented(months: int | None, **select: list[str]) -> dict[str, evidence.Observed]:
    dataset = results(runs=2)
    names = ["heroin_seized_reported", "strength"]
    found = evidence.observed(dataset, names, select, months)
    return {one.text.split(":")[0]: one for one in found}


def test_documented_values_stand_in_the_unit_of_the_series() -> None:
    figure = load_figures()["heroin-seized-2008"]
    yearly = documented(12)["Heroin reported 2008"]
    assert figure.value is not None
    assert yearly.value == pytest.approx(figure.value)
    assert yearly.low < yearly.value < yearly.high
    assert yearly.when == pytest.approx(2008 + 11 / 12)  # where the rolling year ends
    assert f"({figure.document}:{figure.line})" in yearly.text
    monthly = documented(None)["Heroin reported 2008"]
    assert monthly.value == pytest.approx(figure.value / 12)
    assert monthly.when == pytest.approx(2008.5)


def test_documented_values_of_another_scope_are_left_out() -> None:
    assert "Heroin reported 2008" not in documented(12, agency=["customs"])
    early = results(runs=2).isel(month=slice(0, 24))
    assert evidence.observed(early, ["heroin_seized_reported"], {}, 12) == []


def test_the_fan_draws_and_tells_documented_values() -> None:
    picture = plots.figure("fan", results(runs=2), outcome="heroin_seized_reported", smooth=12)
    places = {line.get_gid(): line.get_ydata()[0] for line in picture.axes[0].lines}
    assert places["observed-a"] == pytest.approx(load_figures()["heroin-seized-2008"].value)
    assert "Documented values" in words(picture)
