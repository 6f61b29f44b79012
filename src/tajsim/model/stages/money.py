"""Stages agencies and money: pay and recruits; rents climb, and every purse balances."""

import numpy as np
from numpy.typing import NDArray

from tajsim.agents.agency import GUARD_ROWS, OWN, over_tasks
from tajsim.axes import AGENCIES, COMMANDERS, NETWORKS, REGIONS, Array, column, total
from tajsim.model.country import Country
from tajsim.model.ledger import HOMES
from tajsim.model.notes import note_agencies
from tajsim.rules import grievance as grievance_rules
from tajsim.rules import rents as rents_rules
from tajsim.rules.rents import commitments_step
from tajsim.world import AGENCY_TASKS, GUARDS

#: Agencies that take from people, in the order in which they do: the police where people live, the
#: others where they cross the border.
EXTORTERS = [AGENCIES.index(name) for name in ("interior_ministry", "border_troops", "customs")]
POLICE, *AT_BORDER = EXTORTERS

#: 1 for an own agency with a task against the trade, ``(agency, 1)``.
AGAINST_TRADE = OWN * column(not {"drugs", "border"}.isdisjoint(AGENCY_TASKS[a]) for a in AGENCIES)


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
    spending = country.values.spending_share
    country.money.move("households", "world", spending * country.money["households"])
    purses = country.money.accounts(NETWORKS)
    country.money.draw_each(NETWORKS, "world", spending * purses)


def economy(country: Country) -> None:
    """Output and remittances reach the households."""
    months = np.full(country.run_count, float(country.months_run))
    sent = country.apply(
        grievance_rules.remittances, country.migrants, country.outside.migrant_demand, months
    )
    made = country.apply(grievance_rules.national_output, country.home_output, sent)
    country.home_output = country.apply(
        grievance_rules.output_step, country.home_output, country.mean_collusion
    )
    country.now["remittances"], country.now["output"] = sent, made
    country.money.move("world", "households", made)


def network_accounts(country: Country) -> None:
    """Networks buy and sell; patrons, or the ruling circle, take a fee of the profit."""
    net, ledger, now = country.networks, country.money, country.now
    ledger.pay_each("world", NETWORKS, net.revenue)
    spent = ledger.draw_each(NETWORKS, "world", net.outlay)
    now["network_margin"] = total(net.revenue) - total(spent)
    profit = np.maximum(net.revenue - net.outlay - net.tolls, 0.0)
    fee = country.values.protection_fee * profit * net.protection
    net.fee = ledger.draw_each(NETWORKS, "patronage", fee)
    fees = net.by_patron(net.fee) * country.commanders.in_place
    ledger.pay_in_turn("patronage", COMMANDERS, fees)
    now["fees_commander"], now["fees_regime"] = fees, total(net.fee) - total(fees)
    resale = country.now["resale"]
    country.now["drug_income"] = total(net.revenue - net.outlay) + total(resale)
    paid = total(net.outlay)
    if country.months_run == 0:
        country.outlay_start = np.maximum(paid, 1.0)
    country.drug_money = paid / country.outlay_start


def budget(country: Country) -> None:
    """The treasury takes taxes and pays wages, its instalment and the rest of the state."""
    ledger, values = country.money, country.values
    taxes = ledger.draw("households", "treasury", values.tax_share * country.now["output"])
    country.now["budget"] = taxes
    pay, strength = country.agencies.pay, country.agencies.strength
    topup = np.minimum(values.pay_topup, pay)
    wages = (pay - topup) * strength
    ledger.pay_in_turn("treasury", AGENCIES, wages * OWN)
    ledger.pay_each("world", AGENCIES, wages * (1.0 - OWN))
    ledger.pay_each("world", AGENCIES, topup * strength)
    ledger.move_in_turn(AGENCIES, "households", pay * strength)
    guard = country.agency["russian_border_troops"]
    due = values.border_cost_per_head * guard.strength * values.treaty_share
    ledger.move("treasury", "world", due * country.regime.instalment)
    country.commitments = country.apply(commitments_step, country.commitments, ledger["treasury"])
    ledger.move("treasury", "world", country.commitments)
    # What taxes do not cover is borrowed abroad.
    borrowed = np.maximum(-ledger["treasury"], 0.0)
    ledger.move("world", "treasury", borrowed)
    country.other_debt = country.other_debt + borrowed


def take_from_people(country: Country) -> Array:
    """Return illicit income ``(agency, run)``: tolls from networks, extortion from people."""
    people = np.maximum(country.home_people, 1.0)
    income = country.now["output"] / people
    pay_tolls(country)
    agencies, taken, resale = country.agencies, country.now["extortion"], country.now["resale"]
    reach = agencies.strength * agencies.reach
    asked = country.apply(
        rents_rules.extortion, reach, agencies.collusion, country.mean_fear, income
    )
    for i in EXTORTERS:
        wanted = asked[i] if i == POLICE else asked[i] * country.barrier
        taken[i] = country.money.draw("households", AGENCIES[i], wanted)
    country.money.pay_each("world", AGENCIES, resale)
    agencies.illicit = taken + country.now["tolls"] + resale
    barrier_rents = total(taken[AT_BORDER])
    pressure = 1.0 - np.exp(-country.values.trade_pressure)
    relative = barrier_rents / np.maximum(country.barrier_rents_start, 1.0)
    if country.months_run == 0:
        country.barrier_rents_start, relative = barrier_rents, np.ones(country.run_count)
    country.barrier = country.apply(rents_rules.barrier_step, country.barrier, relative, pressure)
    return agencies.illicit


def pay_tolls(country: Country) -> None:
    """Networks pay their tolls as far as their purses go; agencies share what was paid."""
    paid = total(country.money.draw_each(NETWORKS, "passage", country.networks.tolls))
    tolls = country.now["tolls"]
    tolls *= paid / np.maximum(total(tolls), 1e-9)
    country.money.pay_in_turn("passage", AGENCIES, tolls)


def share_rents(country: Country, illicit: Array) -> Array:
    """Let rents climb; return what each takes from the agency he heads, ``(commander, run)``."""
    heads, now = country.commanders.heads, country.now
    count = total(heads)
    up, to_regime, kept = country.apply(rents_rules.climb, illicit, np.minimum(count, 1.0))
    country.money.move_in_turn(AGENCIES, "patronage", to_regime)
    country.money.move_in_turn(AGENCIES, "households", kept)
    now["rents_to_commander"], now["rents_to_regime"], now["rents_kept"] = up, to_regime, kept
    part_of_drugs = (now["tolls"] + now["resale"]) / np.maximum(illicit, 1e-9)
    now["drug_rents"] += total((up + to_regime) * part_of_drugs)
    parts = up / np.maximum(count, 1.0) * heads
    country.money.move_between(AGENCIES, COMMANDERS, parts)
    return total(parts, axis=1)


def give_shelter(country: Country) -> None:
    """Let those above shelter the trade as far as they live on it."""
    country.now["drug_rents"] += total(country.networks.fee)
    aid = total(country.agencies.watched_aid * AGAINST_TRADE)
    country.shelter = country.apply(
        rents_rules.shelter_step, country.shelter, country.now["drug_rents"], aid
    )


def pay_clients(country: Country, takings: Array) -> None:
    """The regime pays its clients; they spend; a shortfall is remembered as such."""
    ledger, regime, commanders = country.money, country.regime, country.commanders
    claims = commanders.claims()
    need = total(claims)
    paid = country.apply(rents_rules.patronage_paid, ledger["patronage"], need)
    regime.shortfall = regime.shortfall + 0.2 * (
        rents_rules.shortfall(paid, need) - regime.shortfall
    )
    parts = paid * claims / np.maximum(need, 1e-9)
    ledger.pay_in_turn("patronage", COMMANDERS, parts)
    received = takings + parts + country.now["fees_commander"]
    country.now["patronage"], country.now["rents_commander"] = parts, received
    commanders.earn(received, claims)
    spent = 0.9 * ledger.accounts(COMMANDERS)
    ledger.move_in_turn(COMMANDERS, "households", spent)
    # The circle keeps for itself what its clients do not get.
    rest = np.maximum(ledger["patronage"], 0.0) * country.values.self_enrichment
    ledger.move("patronage", "world", rest)
    country.now["regime_kept"], country.now["rents_regime"] = rest, into_patronage(country)


def into_patronage(country: Country) -> Array:
    """Return what came into the purse of the ruling circle this month, USD, ``(run,)``."""
    now = country.now
    climbed = total(now["rents_to_regime"]) + now["fees_regime"]
    return climbed + total(now["aid_diverted"]) + now["aid_freed"]


def business(country: Country) -> Array:
    """Fight over rents. Return the dead, persons. Writes: killings, operations, riots, orders."""
    names, places = country.commanders.names, country.commanders.place
    rents = country.now["rents_commander"]
    everyone = np.maximum(total(rents), 1e-9)
    chance = country.apply(rents_rules.killing_chance, rents, 1.0 - rents / everyone)
    killed = country.draws.uniform_each("killing", names, country.calendar_month) < chance
    riots = riot(country)
    for i in np.flatnonzero((killed | riots).any(axis=1)):
        name, region = names[i], country.commanders[i].facts.region
        country.note("killing", killed[i], actor=name, target=region, size=rents[i])
        country.note("riot", riots[i], actor=name, target=region)
        country.now["killings"][places[i]] += killed[i]
        country.now["riots"][places[i]] = np.maximum(country.now["riots"][places[i]], riots[i])
    storm_offices(country)
    punish(country)
    operations = total(country.now["operations"])
    country.regime.incidents = country.regime.incidents + operations + total(country.now["riots"])
    return total(country.now["killings"]) + operations * country.values.operation_deaths


def riot(country: Country) -> NDArray[np.bool_]:
    """Return where a strongman's people rise over arrests in his trade, ``(commander, run)``."""
    commanders = country.commanders
    hit = country.networks.by_patron(country.networks.hit)
    power, places = commanders.power * commanders.in_place, commanders.place
    grievance = country.regions.grievance[places]
    beyond = 1.0 - country.regions.control[places]
    chance = country.apply(rents_rules.riot_chance, hit, power, grievance, beyond)
    draw = country.draws.uniform_each("riot", commanders.names, country.calendar_month)
    return draw < chance


def storm_offices(country: Country) -> None:
    """Let riots be protests that cost the centre control of the region."""
    riots = country.now["riots"]
    if not riots.any():
        return
    regions = country.regions
    regions.control = regions.control * (1.0 - country.values.riot_control_loss * riots)
    regions.protest = np.maximum(regions.protest, riots)


def punish(country: Country) -> None:
    """Send troops where an officer was killed beyond control; order the strongman's arrest."""
    killed = np.minimum(country.now["killings"], 1.0)
    if not killed.any():
        return
    regions = country.regions
    chance = country.apply(rents_rules.operation_chance, killed, regions.control)
    draw = country.draws.uniform_each("operation", REGIONS, country.calendar_month)
    sent = (draw < chance).astype(float)
    if not sent.any():
        return
    country.now["operations"] = sent
    for r, region in enumerate(REGIONS):
        size = regions.control[r]
        country.note("operation", sent[r], target=region, size=size, cause="killing")
    shock = country.values.operation_shock * sent
    regions.fear = regions.fear + shock * (1.0 - regions.fear)
    regions.grievance = regions.grievance + shock * (1.0 - regions.grievance)
    arrest_strongmen(country, sent)


def arrest_strongmen(country: Country, sent: Array) -> None:
    """Order the arrest of the strongest in place in each region to which troops are ``sent``."""
    commanders = country.commanders
    here, orders = commanders.in_place, commanders.arrest_order.copy()
    power = commanders.power * here
    for r in np.flatnonzero(sent.any(axis=1)):
        local = np.flatnonzero(commanders.place == r)
        if not local.size:
            continue
        strongest = local[np.argmax(power[local], axis=0)]
        for i in local:
            order = sent[r] * here[i] * (strongest == i)
            name, size = commanders.names[i], commanders.threat[i]
            new = order * (orders[i] < 0.5)
            country.note(
                "arrest_order", new, actor="regime", target=name, size=size, cause="killing"
            )
            orders[i] = np.maximum(orders[i], order)
    commanders.arrest_order = orders


def agencies(country: Country) -> None:
    """Agencies decide from the old state, then change. Writes: strength, collusion, deployment."""
    agencies, regime = country.agencies, country.regime
    drawn_off, alarm = best_drawn_off(country), alarmed(country)
    ratio = over_tasks(regime.effort) / over_tasks(regime.effort_start) * regime.favour()
    agencies.apply(agencies.set_pay, ratio)
    agencies.apply(agencies.replace_staff, political_heads(country))
    agencies.apply(agencies.decide_collusion)
    agencies.decide_quality(drawn_off, alarm)
    recruit(country, agencies.recruits(ratio))
    agencies.apply(agencies.decide_deployment)
    note_agencies(country)


def best_drawn_off(country: Country) -> Array:
    """Return how far a better-paying foreign service takes the draft first, 0 to 1."""
    pay, strength = country.agencies.pay[GUARD_ROWS], country.agencies.strength[GUARD_ROWS]
    foreign = GUARDS.index("russian_border_troops")
    richer = pay[foreign] / np.maximum(total(pay), 1e-9)
    taken: Array = richer * strength[foreign] / np.maximum(total(strength), 1.0)
    return taken


def alarmed(country: Country) -> Array:
    """Return how much calls for several agencies at once, 0 to 1: incidents, militants inside."""
    return np.minimum(country.regime.incidents / 4.0 + country.militants_inside / 500.0, 1.0)


def political_heads(country: Country) -> Array:
    """Return 1 where a commander heads an agency not of his own trade, ``(agency, run)``."""
    commanders = country.commanders
    found: Array = (commanders.heads * commanders.outsider[:, None]).max(axis=0)
    return found


def recruit(country: Country, joining: Array) -> None:
    """Move people between the regions and the forces, in proportion to those at home.

    One agency after the other: who has gone to one is not there for the next.

    Args:
        joining: persons, ``(agency, run)``; negative where they leave.
    """
    people = country.people
    home, parts = people.accounts(HOMES), []
    for persons in joining:
        parts.append(persons * home / np.maximum(total(home), 1.0))
        home = home - parts[-1]
    people.move_between(HOMES, AGENCIES, np.array(parts))
    country.agencies.strength = np.maximum(people.accounts(AGENCIES), 0.0)
