"""Stage 8, money: rents climb, wages fall due, remittances arrive; every purse balances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import NETWORKS, TASKS, total
from tajsim.rules.rents.budget import commitments_step
from tajsim.rules.rents.climb import climb
from tajsim.rules.rents.extortion import barrier_step, extortion
from tajsim.rules.rents.patronage import patronage_paid, shortfall
from tajsim.rules.rents.shelter import shelter_step
from tajsim.rules.society.hardship import national_output, output_step
from tajsim.rules.society.migration import remittances

if TYPE_CHECKING:
    from tajsim.axes import Array
    from tajsim.model.country import Country


def money(country: Country) -> None:
    """Settle the month's payments. Writes: purses, incomes, shortfall, barriers."""
    economy(country)
    network_accounts(country)
    budget(country)
    illicit = take_from_people(country)
    rents = share_rents(country, illicit)
    give_shelter(country)
    pay_clients(country, rents)
    # What is not saved is spent, on goods from the rest of the economy.
    spending = country.values["spending_share"]
    country.money.move("households", "world", spending * country.money["households"])
    purses = country.money.balance[country.money.rows(NETWORKS)]
    country.money.draw_each(NETWORKS, "world", spending * purses)


def economy(country: Country) -> None:
    """Output and remittances reach the households."""
    months = np.full(country.run_count, float(country.months_run))
    sent = country.ask(remittances, country.migrants, country.outside.migrant_demand, months)
    made = country.ask(national_output, country.home_output, sent)
    country.home_output = country.ask(output_step, country.home_output, country.mean_collusion)
    country.now["remittances"], country.now["output"] = sent, made
    country.money.move("world", "households", made)


def network_accounts(country: Country) -> None:
    """Networks buy and sell; patrons, or the ruling circle, take a fee of the profit."""
    net, ledger = country.traffic, country.money
    ledger.pay_each("world", NETWORKS, net.revenue)
    spent = ledger.draw_each(NETWORKS, "world", net.outlay)
    country.now["network_margin"] = total(net.revenue) - total(spent)
    profit = np.maximum(net.revenue - net.outlay - net.tolls, 0.0)
    fee = country.values["protection_fee"] * profit * net.protection
    net.fee = ledger.draw_each(NETWORKS, "patronage", fee)
    for i, fees in enumerate(fees_by_commander(country)):
        ledger.move("patronage", country.commanders[i].name, fees)
        country.now["fees_commander"][i] = fees
    country.now["fees_regime"] = total(net.fee) - total(country.now["fees_commander"])
    resale = country.now["resale"]
    country.now["drug_income"] = total(net.revenue - net.outlay) + total(resale)
    paid = total(net.outlay)
    if country.months_run == 0:
        country.outlay_start = np.maximum(paid, 1.0)
    country.drug_money = paid / country.outlay_start


def budget(country: Country) -> None:
    """The treasury takes taxes and pays wages, its instalment and the rest of the state."""
    ledger, values = country.money, country.values
    taxes = ledger.draw("households", "treasury", values["tax_share"] * country.now["output"])
    country.now["revenue"] = taxes
    for agency in country.agencies:
        topup = np.minimum(values.family("pay_topup")[country.agencies.index(agency)], agency.pay)
        payer = "world" if agency.foreign else "treasury"
        ledger.move(payer, agency.name, (agency.pay - topup) * agency.strength)
        ledger.move("world", agency.name, topup * agency.strength)
        ledger.move(agency.name, "households", agency.pay * agency.strength)
    guard = country.agency["russian_border_troops"]
    due = values["border_cost_per_head"] * guard.strength * values["treaty_share"]
    ledger.move("treasury", "world", due * country.regime.instalment)
    country.commitments = country.ask(commitments_step, country.commitments, ledger["treasury"])
    ledger.move("treasury", "world", country.commitments)
    # What taxes do not cover is borrowed abroad.
    borrowed = np.maximum(-ledger["treasury"], 0.0)
    ledger.move("world", "treasury", borrowed)
    country.other_debt = country.other_debt + borrowed


def take_from_people(country: Country) -> list[Array]:
    """Return each agency's illicit income: tolls from networks, extortion from people."""
    found = []
    people = np.maximum(country.home_people, 1.0)
    income = country.now["output"] / people
    pay_tolls(country)
    for i, agency in enumerate(country.agencies):
        taken = np.zeros(country.run_count)
        if agency.name in ("interior_ministry", "customs", "border_troops"):
            taken = country.ask(
                extortion,
                agency.strength * agency.reach,
                agency.collusion,
                country.mean_fear,
                income,
            )
            if agency.name != "interior_ministry":
                taken = taken * country.barrier
        taken = country.money.draw("households", agency.name, taken)
        country.now["extortion"][i] = taken
        resale = country.now["resale"][i]
        country.money.move("world", agency.name, resale)
        agency.illicit = taken + country.now["tolls"][i] + resale
        found.append(agency.illicit)
    barrier_rents = total(country.now["extortion"][2:6])
    pressure = 1.0 - np.exp(-country.values["trade_pressure"])
    relative = barrier_rents / np.maximum(country.barrier_rents_start, 1.0)
    if country.months_run == 0:
        country.barrier_rents_start, relative = barrier_rents, np.ones(country.run_count)
    country.barrier = country.ask(barrier_step, country.barrier, relative, pressure)
    return found


def pay_tolls(country: Country) -> None:
    """Networks pay their tolls as far as their purses go; agencies share what was paid."""
    paid = total(country.money.draw_each(NETWORKS, "passage", country.traffic.tolls))
    tolls = country.now["tolls"]
    tolls *= paid / np.maximum(total(tolls), 1e-9)
    for i, agency in enumerate(country.agencies):
        country.money.move("passage", agency.name, tolls[i])


def share_rents(country: Country, illicit: list[Array]) -> list[Array]:
    """Let rents climb; return what each commander takes from the agency he heads, USD."""
    takings = [np.zeros(country.run_count) for _ in country.commanders]
    for i, agency in enumerate(country.agencies):
        heads = [(c.post == i) * c.in_place for c in country.commanders]
        count = total(np.stack(heads))
        up, to_regime, kept = country.ask(climb, illicit[i], np.minimum(count, 1.0))
        country.money.move(agency.name, "patronage", to_regime)
        country.money.move(agency.name, "households", kept)
        country.now["rents_to_commander"][i] = up
        country.now["rents_to_regime"][i] = to_regime
        country.now["rents_kept"][i] = kept
        of_drugs = country.now["tolls"][i] + country.now["resale"][i]
        part_of_drugs = of_drugs / np.maximum(illicit[i], 1e-9)
        country.now["drug_rents"] += (up + to_regime) * part_of_drugs
        for j, commander in enumerate(country.commanders):
            part = up * heads[j] / np.maximum(count, 1.0)
            country.money.move(agency.name, commander.name, part)
            takings[j] = takings[j] + part
    return takings


def give_shelter(country: Country) -> None:
    """Let those above shelter the trade as far as they live on it."""
    country.now["drug_rents"] += total(country.traffic.fee)
    tasks = {TASKS.index("drugs"), TASKS.index("border")}
    mine = [a.watched_aid for a in country.agencies if not a.foreign and tasks & set(a.tasks)]
    aid = total(np.stack(mine))
    country.shelter = country.ask(shelter_step, country.shelter, country.now["drug_rents"], aid)


def pay_clients(country: Country, takings: list[Array]) -> None:
    """The regime pays its clients; they spend; a shortfall is remembered as such."""
    claims = [c.claim for c in country.commanders]
    need = total(np.stack(claims))
    paid = country.ask(patronage_paid, country.money["patronage"], need)
    regime = country.regime
    regime.shortfall = regime.shortfall + 0.2 * (shortfall(paid, need) - regime.shortfall)
    fees = country.now["fees_commander"]
    for i, commander in enumerate(country.commanders):
        part = paid * claims[i] / np.maximum(need, 1e-9)
        country.money.move("patronage", commander.name, part)
        country.now["patronage"][i] = part
        received = takings[i] + part + fees[i]
        country.now["rents_commander"][i] = received
        commander.earn(received)
        country.money.move(commander.name, "households", country.money[commander.name] * 0.9)
    # The circle keeps for itself what its clients do not get.
    rest = np.maximum(country.money["patronage"], 0.0) * country.values["self_enrichment"]
    country.money.move("patronage", "world", rest)
    country.now["regime_kept"] = rest
    country.now["rents_regime"] = into_patronage(country)


def into_patronage(country: Country) -> Array:
    """Return what came into the purse of the ruling circle this month, USD, ``(run,)``."""
    now = country.now
    climbed = total(now["rents_to_regime"]) + now["fees_regime"]
    return climbed + total(now["diverted"]) + now["aid_freed"]


def fees_by_commander(country: Country) -> list[Array]:
    """Return what each commander's networks paid him for protection, USD."""
    net, found = country.traffic, []
    for commander in country.commanders:
        mine = [i for i, patron in enumerate(net.patrons) if patron == commander.name]
        paid = total(net.fee[mine]) if mine else np.zeros(country.run_count)
        found.append(paid * commander.in_place)
    return found
