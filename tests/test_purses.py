"""The money in the results: what is recorded of each purse is what moved in the ledger."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_balances import at_random

from tajsim.axes import AGENCIES, COMMANDERS, NETWORKS, Array, total
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.ledger import Ledger
from tajsim.model.model import TajikistanModel

Names = Any  # one account, or several side by side

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
    for spent in (COMMANDERS, NETWORKS):  # they spend what comes in
        assert np.abs(after[rows(spent)]).max() <= 1e-3
    circle, purse = ledger["patronage"], before[ledger.rows(["patronage"])][0]
    near(circle - purse, now["rents_regime"], -total(now["patronage"]), -now["regime_kept"],
         held=circle)  # fmt: skip
    left = now["network_margin"] - total(now["tolls"]) - total(now["fees_commander"])
    assert (left - now["fees_regime"] >= -1e-3 * np.abs(now["network_margin"]) - 1.0).all()


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
        self.paid: dict[tuple[str, str], float] = defaultdict(float)
        for way, many in WAYS.items():
            self._listen(model.money, way, many)

    def _listen(self, ledger: Ledger, way: str, many: str) -> None:
        """Note what a way of paying moves, and let it."""
        pay = getattr(ledger, way)

        def note(sources: Names, targets: Names, amount: Array | float) -> Array | None:
            # What is drawn may be less than what is asked.
            moved = pay(sources, targets, amount)
            amounts = np.asarray(amount if moved is None else moved)[..., 0].tolist()
            if many == "one":
                self.paid[sources, targets] += amounts
            elif many == "sources":
                for source, one in zip(sources, amounts, strict=True):
                    self.paid[source, targets] += one
            elif many == "targets":
                for target, one in zip(targets, amounts, strict=True):
                    self.paid[sources, target] += one
            else:
                for target, row in zip(targets, amounts, strict=True):
                    for source, one in zip(sources, row, strict=True):
                        self.paid[source, target] += one
            return moved

        setattr(ledger, way, note)


#: Each way of paying that the month uses -> who of payer and receiver are many; `draw` uses `move`.
WAYS = {
    "move": "one",
    "draw_each": "sources",
    "move_in_turn": "sources",
    "pay_each": "targets",
    "pay_in_turn": "targets",
    "move_between": "both",
}


def test_one_run_transfer_by_transfer() -> None:
    """The journal of a run, read without the model's own sums, gives the outcomes."""
    model = TajikistanModel(runs=1, end="2009-12", events=load_scenario("history").events)
    journal = Journal(model)
    for month in range(model.month_count):
        journal.paid.clear()
        before = model.money.balance[:, 0].tolist()
        model.step()
        nothing_unheard(journal, model.money, before)
        paid, now = journal.paid, {n: s[..., month, 0] for n, s in model.record.items()}
        wages = (model.agencies.pay * model.agencies.strength)[:, 0].tolist()
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


def nothing_unheard(journal: Journal, ledger: Ledger, before: list[float]) -> None:
    """All that changed an account stands in the journal."""
    changes: dict[str, float] = defaultdict(float)
    for (source, target), amount in journal.paid.items():
        changes[source] -= amount
        changes[target] += amount
    for name, old, new in zip(ledger.names, before, ledger.balance[:, 0].tolist(), strict=True):
        assert new - old == pytest.approx(changes[name], rel=1e-9, abs=0.1), name


def same(recorded: float, moved: float, far: float = 1e-6) -> None:
    assert float(recorded) == pytest.approx(moved, rel=far, abs=0.05)
