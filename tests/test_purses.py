"""The money in the results: what is recorded of each purse is what moved in the ledger."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_balances import at_random

from tajsim.axes import AGENCIES, COMMANDERS, NETWORKS, Array, total
from tajsim.inputs.scenario import load_scenario
from tajsim.model.model import TajikistanModel

#: Outcomes that come into and leave each agency's purse; pay comes in and goes out at once.
AGENCY_IN = ("tolls", "extortion", "resale", "aid_received")
AGENCY_OUT = ("rents_to_commander", "rents_to_regime", "rents_kept")


def run_month(model: TajikistanModel) -> tuple[dict[str, Array], Array]:
    """Run a month; return its outcomes, ``dimensions + (run,)``, and the balances before it."""
    before, month = model.money.balance.copy(), model.months_run
    model.step()
    return {name: series[..., month, :] for name, series in model.record.items()}, before


def near(found: Array, *flows: Array, held: Array) -> None:
    """Hold a sum of recorded flows against what moved, to the rounding of float32."""
    size = np.abs(held) + sum(np.abs(np.asarray(flow, float)) for flow in flows)
    wrong = np.abs(found - sum(np.asarray(flow, float) for flow in flows))
    assert (wrong <= 4e-7 * size + 1e-3).all(), float((wrong / (size + 1.0)).max())


def purses_balance(model: TajikistanModel, now: dict[str, Array], before: Array) -> None:
    """In less out is the change of the balance, of every purse that rents pass through."""
    ledger = model.money
    after, rows = ledger.balance, ledger.rows
    own, old = after[rows(AGENCIES)], before[rows(AGENCIES)]
    parts = [*(now[n] for n in AGENCY_IN), *(-now[n] for n in AGENCY_OUT)]
    near(own - old, *parts, held=own)
    own, old = after[rows(COMMANDERS)], before[rows(COMMANDERS)]
    near(own - old, now["rents_commander"], -9.0 * own, held=own)  # they spend nine tenths
    circle, purse = ledger["patronage"], before[ledger.rows(["patronage"])][0]
    near(circle - purse, now["rents_regime"], -total(now["patronage"]), -now["regime_kept"],
         held=circle)  # fmt: skip
    own, old = total(after[rows(NETWORKS)]), total(before[rows(NETWORKS)])
    share = model.values["spending_share"]
    spent = own * share / (1.0 - share)
    fees = total(now["fees_commander"]) + now["fees_regime"]
    near(own - old, now["network_margin"], -total(now["tolls"]), -fees, -spent, held=own + old)


def nodes_balance(now: dict[str, Array]) -> None:
    """What enters a purse that is shown leaves it or is shown as kept; each flow has one name."""
    climbed = now["rents_to_commander"], now["rents_to_regime"], now["rents_kept"]
    taken = sum(now[n].astype(float) for n in ("tolls", "extortion", "resale"))
    near(taken, *climbed, held=taken)
    whole = total(now["rents_commander"])
    near(whole, *(total(now[n]) for n in ("rents_to_commander", "fees_commander", "patronage")),
         held=whole)  # fmt: skip
    income = now["rents_regime"]
    sources = total(now["rents_to_regime"]), now["fees_regime"], total(now["aid_diverted"])
    near(income, *sources, now["aid_freed"], held=income)
    given_on = total(now["aid_delivered"]) - total(now["aid_diverted"])
    near(total(now["aid_received"]), given_on, held=total(now["aid_delivered"]))
    for name in (*AGENCY_IN, *AGENCY_OUT, "patronage", "fees_commander", "fees_regime"):
        assert now[name].min() >= -1e-3, name


@settings(max_examples=4, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    name=st.sampled_from(["history", "elite-purge", "donors-coordinate", "abrupt-withdrawal"]),
)
def test_recorded_flows_are_what_moved(seed: int, name: str) -> None:
    scenario = load_scenario(name)
    model = TajikistanModel(
        runs=3,
        seed=seed,
        start="2004-01",
        end="2012-12",
        settings={**scenario.settings, **at_random(seed, 60)},
        events=scenario.events,
    )
    for _ in range(model.month_count):
        now, before = run_month(model)
        purses_balance(model, now, before)
        nodes_balance(now)


@pytest.mark.parametrize(
    "name", ["tolls", "rents_kept", "patronage", "regime_kept", "aid_received"]
)
def test_a_wrong_record_would_be_seen(name: str) -> None:
    model = TajikistanModel(runs=2, end="2004-06")
    for _ in range(6):
        now, before = run_month(model)
    purses_balance(model, now, before)
    now[name] = now[name] * np.float32(1.001)
    with pytest.raises(AssertionError):
        purses_balance(model, now, before)


# one run, transfer by transfer


class Journal:
    """Every transfer of one run as plain numbers: payer, receiver and amount."""

    def __init__(self, model: TajikistanModel) -> None:
        ledger = model.money
        self.paid: dict[tuple[str, str], float] = defaultdict(float)
        move, draw_each, pay_each = ledger.move, ledger.draw_each, ledger.pay_each

        def note(source: str, target: str, amount: Array | float) -> None:
            self.paid[source, target] += float(np.broadcast_to(amount, (1,))[0])
            move(source, target, amount)

        def note_draws(sources: tuple[str, ...], target: str, amount: Array) -> Array:
            moved = draw_each(sources, target, amount)
            for source, row in zip(sources, moved, strict=True):
                self.paid[source, target] += float(row[0])
            return moved

        def note_pays(source: str, targets: tuple[str, ...], amount: Array) -> None:
            for target, row in zip(targets, amount, strict=True):
                self.paid[source, target] += float(row[0])
            pay_each(source, targets, amount)

        ledger.move, ledger.draw_each, ledger.pay_each = note, note_draws, note_pays


def test_one_run_transfer_by_transfer() -> None:
    """The journal of a run, read without the model's own sums, gives the outcomes."""
    model = TajikistanModel(runs=1, end="2009-12", events=load_scenario("history").events)
    journal = Journal(model)
    for month in range(model.month_count):
        journal.paid.clear()
        model.step()
        paid, now = journal.paid, {n: s[..., month, 0] for n, s in model.record.items()}
        wages = [float(a.pay[0] * a.strength[0]) for a in model.agencies]
        for i, agency in enumerate(AGENCIES):
            same(now["tolls"][i], paid["passage", agency])
            same(now["extortion"][i], paid["households", agency])
            same(now["rents_to_regime"][i], paid[agency, "patronage"])
            same(now["rents_to_commander"][i], sum(paid[agency, c] for c in COMMANDERS))
            same(now["rents_kept"][i], paid[agency, "households"] - wages[i], 1e-4)
            given = paid["world", agency] + paid["treasury", agency] - wages[i]
            same(now["resale"][i] + now["aid_received"][i], given, 1e-4)
        for j, commander in enumerate(COMMANDERS):
            received = [paid[agency, commander] for agency in AGENCIES]
            from_purse = paid["patronage", commander]
            same(now["rents_commander"][j], from_purse + sum(received))
            same(now["fees_commander"][j] + now["patronage"][j], from_purse)
        fees = sum(paid[network, "patronage"] for network in NETWORKS)
        same(now["fees_commander"].sum() + now["fees_regime"], fees)
        same(now["aid_diverted"].sum() + now["aid_freed"], paid["world", "patronage"])
        same(now["regime_kept"], paid["patronage", "world"])
        into = sum(amount for (_, target), amount in paid.items() if target == "patronage")
        same(now["rents_regime"], into - now["fees_commander"].sum())


def same(recorded: float, moved: float, far: float = 1e-6) -> None:
    assert float(recorded) == pytest.approx(moved, rel=far, abs=0.05)
