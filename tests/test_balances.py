"""What must balance in every run and month, over random parameters within their ranges."""

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from tajsim.axes import AGENCIES, COMMANDERS, NETWORKS, Array, total
from tajsim.inputs.registry import load_parameters
from tajsim.inputs.scenario_parts import load_scenario
from tajsim.model.ledger import Ledger
from tajsim.model.model import TajikistanModel

pytestmark = pytest.mark.usefixtures("compiled_runs")

UNCERTAIN = [p for p in load_parameters().values() if p.role != "constant"]


def at_random(seed: int, count: int) -> dict[str, float]:
    """Put some parameters anywhere in their ranges, the corners included."""
    chance = np.random.default_rng(seed)
    found = {}
    for i in chance.choice(len(UNCERTAIN), size=count, replace=False):
        row = UNCERTAIN[i]
        corner = chance.random() < 0.5
        place = chance.choice([row.low, row.high]) if corner else chance.uniform(row.low, row.high)
        found[row.name] = float(place)
    return found


@pytest.mark.parametrize(
    ("name", "start", "end", "seed"),
    [
        ("history", "2004-01", "2009-12", 1),
        ("abrupt-withdrawal", "2004-01", "2006-12", 2),
        ("donors-coordinate", "2006-01", "2009-12", 3),
        ("elite-purge", "2004-01", "2007-12", 4),
        ("irpt-ban", "2012-01", "2016-12", 5),
    ],
)
def test_drugs_money_people_and_purses_balance(name: str, start: str, end: str, seed: int) -> None:
    """Parameters at random over their ranges, corners included; each purse as it is recorded."""
    scenario = load_scenario(name)
    events = [event for event in scenario.events if start <= event.month <= end]
    options = {"settings": {**scenario.settings, **at_random(seed, 60)}, "events": events}
    model = TajikistanModel(runs=3, seed=seed, start=start, end=end, **options)
    people = total(model.people.balance)
    for _ in range(model.month_count):
        now, before = run_month(model)
        drugs_balance(model)
        money_balances(model)
        np.testing.assert_allclose(total(model.people.balance), people, atol=1e-3)
        shares_and_stocks(model)
        purses_balance(model, now, before)
        nodes_balance(now)


def test_anger_that_begins_at_nothing_is_bounded() -> None:
    """A movement had infinitely many members where no anger at the start was divided by."""
    own = {"events": load_scenario("irpt-ban").events, "settings": {"religious_control": 0.0}}
    model = TajikistanModel(runs=2, seed=1, end="2016-12", parameters="fixed", **own)
    usual = total(model.movements.members)
    model.run_to_end()
    assert (total(model.movements.members) <= 2.0 * usual).all()


def drugs_balance(model: TajikistanModel) -> None:
    """Entering = kept seizures + leaving + used (resold seizures leave), no more than there is."""
    now = model.now
    kept = total(now["heroin_seized_by"]) - now["heroin_resold"]
    gone = kept + total(now["heroin_leaving"]) + now["heroin_used"]
    np.testing.assert_allclose(total(now["heroin_entering"]), gone, rtol=1e-9, atol=1e-6)
    there_is = model.values.heroin_supply * model.outside.harvest
    assert (total(now["heroin_entering"]) <= there_is * (1.0 + 1e-9)).all()
    # What the guards of the sections take is part of what the agencies take.
    on_line = total(now["heroin_seized"])
    assert (on_line <= total(now["heroin_seized_by"]) + 1e-6).all()
    np.testing.assert_allclose(total(now["heroin_seized"]), on_line)


def money_balances(model: TajikistanModel) -> None:
    """All purses with the rest of the world add to nothing; no purse but the world's is in debt."""
    whole = np.abs(model.money.balance).sum(axis=0).max()
    np.testing.assert_allclose(total(model.money.balance), 0.0, atol=1e-9 * whole + 1e-3)
    for name in model.money.names[1:]:
        assert (model.money[name] >= -1e-3).all(), name


#: Who holds shares: kinds of actors, or the country itself.
SHARES = {
    **{"agencies": "collusion quality", "commanders": "loyalty fear"},
    "regions": "grievance control voice truce",
    "country": "hardship fear barrier",
    **{"regime": "effort task_provision trust strain", "networks": "protection access"},
    **{"deals": "held ramp built size condition", "powers": "provision"},
}


def shares_and_stocks(model: TajikistanModel) -> None:
    """Shares stay in [0, 1], stocks are not negative, everything is finite."""
    named = [(holder, name) for holder, names in SHARES.items() for name in names.split()]
    shares = [getattr(getattr(model, holder, model), name) for holder, name in named]
    for value in shares:
        assert np.isfinite(value).all()
        assert value.min() >= -1e-9
        assert value.max() <= 1.0 + 1e-9
    people = np.maximum(model.people.accounts(AGENCIES), 0.0)
    np.testing.assert_allclose(model.agencies.strength, people, atol=1e-9)
    assert model.networks.bought.min() >= 0.0
    assert model.people.balance[1:].min() >= -1e-6
    np.testing.assert_allclose(total(model.regime.effort), 1.0)


def test_a_leak_would_be_seen() -> None:
    """The balances can fail: a kg that vanishes breaks them."""
    model = TajikistanModel(runs=2, end="2004-06")
    for _ in range(6):
        now, before = run_month(model)
    purses_balance(model, now, before)
    for name in ("tolls", "rents_kept", "patronage", "regime_kept", "aid_received"):
        wrong = now | {name: now[name] * np.float32(1.001)}
        with pytest.raises(AssertionError):
            purses_balance(model, wrong, before)
    model.now["heroin_leaving"][0] *= 0.5
    with pytest.raises(AssertionError):
        drugs_balance(model)


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
    given = total(now["patronage"]), now["regime_kept"]
    near(circle - purse, now["rents_regime"], *(-part for part in given), held=circle)
    left = now["network_margin"] - total(now["tolls"]) - total(now["fees_commander"])
    assert (left - now["fees_regime"] >= -1e-3 * np.abs(now["network_margin"]) - 1.0).all()


def nodes_balance(now: dict[str, Array]) -> None:
    """What enters a purse that is shown leaves it or is shown as kept; each flow has one name."""
    climbed = now["rents_to_commander"], now["rents_to_regime"], now["rents_kept"]
    taken = sum(now[n].astype(float) for n in ("tolls", "extortion", "resale"))
    near(taken, *climbed, held=taken)
    whole = total(now["rents_commander"])
    parts = "rents_to_commander", "fees_commander", "patronage"
    near(whole, *(total(now[name]) for name in parts), held=whole)
    income = now["rents_regime"]
    sources = total(now["rents_to_regime"]), now["fees_regime"], total(now["aid_diverted"])
    near(income, *sources, now["aid_freed"], now["access_rent_taken"], held=income)
    given_on = total(now["aid_delivered"]) - total(now["aid_diverted"])
    near(total(now["aid_received"]), given_on, held=total(now["aid_delivered"]))
    for name in (*AGENCY_IN, *AGENCY_OUT, "patronage", "fees_commander", "fees_regime"):
        assert now[name].min() >= -1e-3, name


class Journal:
    """Every transfer of one run as plain numbers: payer, receiver and amount."""

    def __init__(self, model: TajikistanModel) -> None:
        self.paid: dict[tuple[str, str], float] = defaultdict(float)
        for way in WAYS:
            self._listen(model.money, way)

    def _listen(self, ledger: Ledger, way: str) -> None:
        """Note what a way of paying moves, and let it."""
        pay = getattr(ledger, way)

        def note(sources: Names, targets: Names, amount: Array | float) -> Array | None:
            # What is drawn may be less than what is asked.
            moved = pay(sources, targets, amount)
            payers, receivers = ([n] if isinstance(n, str) else n for n in (sources, targets))
            amounts = np.asarray(amount if moved is None else moved)[..., 0]
            rows = amounts.reshape(len(receivers), len(payers)).tolist()
            for receiver, row in zip(receivers, rows, strict=True):
                for payer, one in zip(payers, row, strict=True):
                    self.paid[payer, receiver] += one
            return moved

        setattr(ledger, way, note)


#: Each way of paying that the month uses; `draw` uses `move`.
WAYS = ("move", "draw_each", "move_in_turn", "pay_each", "pay_in_turn", "move_between")


def test_one_run_transfer_by_transfer() -> None:
    """The journal of a run, read without the model's own sums, gives the outcomes."""
    model = TajikistanModel(runs=1, end="2007-12", events=load_scenario("history").events)
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
        same(now["access_rent"].sum(), paid["world", "treasury"])
        same(now["access_rent_taken"], paid["treasury", "patronage"])
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
