"""The picture of money: every node balances, and ribbons are as wide as what is paid."""

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from matplotlib.patches import PathPatch, Rectangle
from synthetic import PAIR
from test_plots import words

import tajsim.plots as plots
from tajsim.errors import UserError
from tajsim.plots.sankey import NEEDED, Flow, Node, Payments, amount, place_nodes, told_apart
from tajsim.results.window import over


def payments_of(dataset: xr.Dataset, window: tuple[str, str] = ("2006-01", "2006-12")) -> Payments:
    values = {name: over(dataset[name], window) / 1e6 for name in NEEDED}
    large = told_apart(values)
    return Payments({n: v.sel(scenario=PAIR[0]) for n, v in values.items()}, large)


def balances(payments: Payments) -> None:
    """What comes into a node goes on or ends there; what leaves a node it has."""
    for i, column in enumerate(payments.columns):
        for node in column:
            into = [f.size for f in payments.flows[i - 1] if f.target == node.name] if i else []
            out = [f.size for f in payments.flows[i] if f.source == node.name] if i < 3 else []
            for flows in (into, out):
                if flows:
                    assert sum(flows) == pytest.approx(node.mean, rel=1e-5), node.name
            assert into or out
        named = [node.name for node in column]
        ends = [f.target for f in payments.flows[i - 1]] if i else []
        assert set(ends) <= set(named)


def test_money_balances_at_every_node(two: xr.Dataset) -> None:
    payments = payments_of(two)
    balances(payments)
    first, _, third, last = payments.columns
    # Aid that is put to use ends in the second column, officers' part in the third.
    used = next(node for node in payments.columns[1] if node.name == "used")
    kept = next(node for node in third if node.name == "kept")
    paid = sum(node.mean for node in first)
    assert paid == pytest.approx(sum(n.mean for n in last) + used.mean + kept.mean, rel=1e-5)


def test_a_leak_between_purses_would_be_seen(two: xr.Dataset) -> None:
    with pytest.raises(AssertionError):
        balances(payments_of(two.assign(rents_kept=0.9 * two["rents_kept"])))


def test_a_circle_that_lives_on_its_savings_balances_too(two: xr.Dataset) -> None:
    more = 10 * two["patronage"]
    payments = payments_of(
        two.assign(
            patronage=more,
            rents_commander=two["rents_commander"] + more - two["patronage"],
            network_margin=0 * two["network_margin"],
            extortion=0 * two["extortion"],
            rents_kept=two["rents_kept"] - two["extortion"],
        )
    )
    balances(payments)
    assert "saved" in [node.name for node in payments.columns[1]]
    assert "people" not in [node.name for node in payments.columns[0]]


def test_purses_that_hold_nothing_are_left_out(two: xr.Dataset) -> None:
    nothing = two.assign({name: 0 * two[name] for name in NEEDED})
    assert plots.figure("money", nothing).axes
    assert not any(payments_of(nothing).columns)


def test_ribbons_are_as_wide_as_what_is_paid(two: xr.Dataset) -> None:
    picture = plots.figure("money", two, window=("2006-01", "2006-12"), scenarios=PAIR[0])
    payments = payments_of(two.sel(scenario=[PAIR[0]]))
    panel = picture.axes[0]
    ribbons = [p for p in panel.patches if isinstance(p, PathPatch)]
    bars = [p for p in panel.patches if isinstance(p, Rectangle)]
    people = next(n for n in payments.columns[0] if n.name == "people")
    scale = max(bars, key=Rectangle.get_height).get_height() / max(
        n.mean for c in payments.columns for n in c
    )
    assert len(ribbons) == sum(len(flows) for flows in payments.flows)
    through = sum(_height(p) for p in ribbons)
    assert through == pytest.approx(
        scale * sum(f.size for g in payments.flows for f in g), rel=1e-3
    )
    assert " ".join(people.lines) in words(picture).replace("\n", " ")


def _height(ribbon: PathPatch) -> float:
    corners = np.asarray(ribbon.get_path().vertices)
    return float(corners[0, 1] - corners[7, 1])


def test_amounts_are_medians_with_nine_tenths_of_the_runs() -> None:
    assert amount(np.array([1.0, 2.0, 30.0])) == "2.0 [1.1 to 27]"
    assert amount(np.array([3.0])) == "3.0"


@pytest.mark.parametrize("boxed", [False, True])
def test_nodes_keep_apart_however_small(boxed: bool) -> None:
    nodes = [
        Node(str(i), str(i), np.array([size]), "#000000") for i, size in enumerate([9, 0, 0.1])
    ]
    spots = list(place_nodes(nodes, 0.1, 2.0, boxed).values())
    middles = [spot.top - spot.node.mean * 0.05 for spot in spots]
    assert all(a - b >= 0.28 for a, b in pairwise(middles))
    assert spots[-1].top - spots[-1].node.mean * 0.1 >= -2.0
    assert Flow("a", "b", 1.0, "#000000").size == 1.0


def test_money_names_what_old_results_lack(two: xr.Dataset) -> None:
    old = two.drop_vars(["patronage", "rents_kept"])
    with pytest.raises(UserError, match=r"not hold rents_kept, patronage, .* simulate them again"):
        plots.figure("money", old)
