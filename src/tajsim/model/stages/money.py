"""Stage 8, money: rents climb, wages fall due, remittances arrive; every purse balances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import NETWORKS, total
from tajsim.rules.rents.climb import climb
from tajsim.rules.rents.extortion import barrier_step, extortion
from tajsim.rules.rents.patronage import patronage_paid, shortfall
from tajsim.rules.society.hardship import output_per_month
from tajsim.rules.society.migration import remittances

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.model import TajikistanModel


def money(model: TajikistanModel) -> None:
    """Settle the month's payments. Writes: purses, incomes, shortfall, barriers."""
    economy(model)
    network_accounts(model)
    budget(model)
    illicit = take_from_people(model)
    rents = share_rents(model, illicit)
    pay_clients(model, rents)
    # What is not saved is spent, on goods from the rest of the economy.
    spending = model.values["spending_share"]
    model.money.move("households", "world", spending * model.money["households"])
    purses = model.money.balance[model.money.rows(NETWORKS)]
    model.money.draw_each(NETWORKS, "world", spending * purses)


def economy(model: TajikistanModel) -> None:
    """Output and remittances reach the households."""
    months = np.full(model.run_count, float(model.months_run))
    sent = model.ask(remittances, model.migrants, model.outside.migrant_demand, months)
    made = model.ask(output_per_month, months, sent, model.mean_collusion)
    model.now["remittances"], model.now["output"] = sent, made
    model.money.move("world", "households", made)


def network_accounts(model: TajikistanModel) -> None:
    """Networks buy and sell; patrons, or the ruling circle, take a fee of the profit."""
    net, ledger = model.traffic, model.money
    ledger.pay_each("world", NETWORKS, net.revenue)
    ledger.draw_each(NETWORKS, "world", net.outlay)
    profit = np.maximum(net.revenue - net.outlay - net.tolls, 0.0)
    fee = model.values["protection_fee"] * profit * net.protection
    net.fee = ledger.draw_each(NETWORKS, "patronage", fee)
    for commander, fees in zip(model.commanders, fees_by_commander(model), strict=True):
        ledger.move("patronage", commander.name, fees)
    model.now["drug_income"] = total(net.revenue - net.outlay)


def budget(model: TajikistanModel) -> None:
    """The treasury takes taxes and pays wages, its instalment and the rest of the state."""
    ledger, values = model.money, model.values
    taxes = ledger.draw("households", "treasury", values["tax_share"] * model.now["output"])
    model.now["revenue"] = taxes
    for agency in model.agencies:
        topup = np.minimum(values.family("pay_topup")[model.agencies.index(agency)], agency.pay)
        payer = "world" if agency.foreign else "treasury"
        ledger.move(payer, agency.name, (agency.pay - topup) * agency.strength)
        ledger.move("world", agency.name, topup * agency.strength)
        ledger.move(agency.name, "households", agency.pay * agency.strength)
    guard = model.agency["russian_border_troops"]
    due = values["border_cost_per_head"] * guard.strength * values["treaty_share"]
    ledger.move("treasury", "world", due * model.regime.instalment)
    ledger.move("treasury", "world", np.maximum(ledger["treasury"], 0.0) * 0.9)
    # What taxes do not cover is borrowed abroad.
    borrowed = np.maximum(-ledger["treasury"], 0.0)
    ledger.move("world", "treasury", borrowed)
    model.other_debt = model.other_debt + borrowed


def take_from_people(model: TajikistanModel) -> list[Array]:
    """Return each agency's illicit income: tolls from networks, extortion from people."""
    found = []
    people = np.maximum(model.home_people, 1.0)
    income = model.now["output"] / people
    pay_tolls(model)
    for i, agency in enumerate(model.agencies):
        taken = np.zeros(model.run_count)
        if agency.name in ("interior_ministry", "customs", "border_troops"):
            taken = model.ask(extortion, agency.strength, agency.collusion, model.mean_fear, income)
            if agency.name != "interior_ministry":
                taken = taken * model.barrier
        taken = model.money.draw("households", agency.name, taken)
        model.now["extortion"][i] = taken
        agency.illicit = taken + model.now["tolls"][i]
        found.append(agency.illicit)
    barrier_rents = total(model.now["extortion"][2:6])
    pressure = 1.0 - np.exp(-model.values["trade_pressure"])
    relative = barrier_rents / np.maximum(model.barrier_rents_start, 1.0)
    if model.months_run == 0:
        model.barrier_rents_start, relative = barrier_rents, np.ones(model.run_count)
    model.barrier = model.ask(barrier_step, model.barrier, relative, pressure)
    return found


def pay_tolls(model: TajikistanModel) -> None:
    """Networks pay their tolls as far as their purses go; agencies share what was paid."""
    paid = total(model.money.draw_each(NETWORKS, "passage", model.traffic.tolls))
    tolls = model.now["tolls"]
    tolls *= paid / np.maximum(total(tolls), 1e-9)
    for i, agency in enumerate(model.agencies):
        model.money.move("passage", agency.name, tolls[i])


def share_rents(model: TajikistanModel, illicit: list[Array]) -> list[Array]:
    """Let rents climb; return what each commander takes from the agency he heads, USD."""
    takings = [np.zeros(model.run_count) for _ in model.commanders]
    for i, agency in enumerate(model.agencies):
        heads = [(c.post == i) * c.in_place for c in model.commanders]
        count = total(np.stack(heads))
        up, to_regime, kept = model.ask(climb, illicit[i], np.minimum(count, 1.0))
        model.money.move(agency.name, "patronage", to_regime)
        model.money.move(agency.name, "households", kept)
        model.now["rents_regime"] += to_regime
        for j, commander in enumerate(model.commanders):
            part = up * heads[j] / np.maximum(count, 1.0)
            model.money.move(agency.name, commander.name, part)
            takings[j] = takings[j] + part
    return takings


def pay_clients(model: TajikistanModel, takings: list[Array]) -> None:
    """The regime pays its clients; they spend; a shortfall is remembered as such."""
    claims = [c.claim for c in model.commanders]
    need = total(np.stack(claims))
    paid = model.ask(patronage_paid, model.money["patronage"], need)
    model.now["patronage"] = paid
    regime = model.regime
    regime.shortfall = regime.shortfall + 0.2 * (shortfall(paid, need) - regime.shortfall)
    fees = fees_by_commander(model)
    for i, commander in enumerate(model.commanders):
        part = paid * claims[i] / np.maximum(need, 1e-9)
        model.money.move("patronage", commander.name, part)
        received = takings[i] + part + fees[i]
        model.now["rents_commander"][i] = received
        commander.earn(received)
        model.money.move(commander.name, "households", model.money[commander.name] * 0.9)
    # The circle keeps for itself what its clients do not get.
    rest = np.maximum(model.money["patronage"], 0.0) * model.values["self_enrichment"]
    model.now["rents_regime"] += rest
    model.money.move("patronage", "world", rest)


def fees_by_commander(model: TajikistanModel) -> list[Array]:
    """Return what each commander's networks paid him for protection, USD."""
    net, found = model.traffic, []
    for commander in model.commanders:
        mine = [i for i, patron in enumerate(net.patrons) if patron == commander.name]
        paid = total(net.fee[mine]) if mine else np.zeros(model.run_count)
        found.append(paid * commander.in_place)
    return found
