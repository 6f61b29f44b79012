"""Stages agencies and money: pay and recruits; rents climb, and every purse balances."""

import numpy as np

from tajsim.agents.agency import AT_BORDER, OWN, POLICE, over_tasks
from tajsim.axes import AGENCIES, COMMANDERS, NETWORKS, PRESSURES, Array, column, shares, total
from tajsim.model.country import Country
from tajsim.model.ledger import HOMES
from tajsim.model.notes import note_agencies
from tajsim.rules import corruption as corruption_rules, migration, rents as rents_rules
from tajsim.world import AGENCY_TASKS

#: 1 for an own agency with a task against the trade, ``(agency, 1)``.
AGAINST_TRADE = OWN * column(not {"drugs", "border"}.isdisjoint(AGENCY_TASKS[a]) for a in AGENCIES)


def money(country: Country) -> None:
    """Settle the month's payments. Writes: purses, incomes, shortfall, barriers."""
    economy(country)
    network_accounts(country)
    budget(country)
    illicit = take_from_people(country)
    rents = share_rents(country, illicit)
    give_shelter(country, rents)
    pay_clients(country, rents)
    share_posts(country)
    # What comes in is spent, on goods from the rest of the economy.
    country.money.move("households", "world", country.money["households"].copy())
    country.money.draw_each(NETWORKS, "world", country.money.accounts(NETWORKS).copy())


def economy(country: Country) -> None:
    """Output and remittances reach the households."""
    sent = country.apply(migration.remittances, abroad=country.migrants, boom=country.boom)
    made = country.apply(migration.national_output, home=country.home_output, sent=sent)
    country.home_output = country.apply(
        migration.output_step,
        output=country.home_output,
        people=(country.home_people - total(country.regions.idle)) / country.people_start,
        corruption=country.cronyism - country.cronyism_start,
        closed=country.barrier - country.values.barrier_start,
    )
    country.now["remittances"], country.now["output"] = sent, made
    country.money.move("world", "households", made + sent)
    country.living = made / np.maximum(country.home_people, 1.0)


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


def budget(country: Country) -> None:
    """The treasury takes taxes and pays wages, its instalment and the rest of the state."""
    ledger, values, now = country.money, country.values, country.now
    taxes = ledger.draw("households", "treasury", values.tax_share * now["output"])
    now["budget"] = country.taxes = taxes
    pay, strength = country.agencies.pay, country.agencies.strength
    topup = country.agencies.topup
    wages = (pay - topup) * strength
    ledger.pay_in_turn("treasury", AGENCIES, wages * OWN)
    ledger.pay_each("world", AGENCIES, wages * (1.0 - OWN))
    ledger.pay_each("world", AGENCIES, topup * strength)
    ledger.move_in_turn(AGENCIES, "households", pay * strength)
    guard = country.agency["russian_border_troops"]
    due = values.border_cost_per_head * guard.strength * values.treaty_share
    ledger.move("treasury", "world", due * country.regime.instalment)
    # A debt that Moscow calls in is paid over five years, before the wages of the next month.
    called = values.pressure_force * country.pulled[PRESSURES.index("debt")]
    due = called * country.russian_debt / values.clock_five_years
    country.debt_paid = ledger.draw("treasury", "world", due)
    country.debt_settled = country.debt_settled + country.debt_paid
    country.taxes = country.taxes - country.debt_paid
    # What is left is spent on the rest of the state; what is missing is given from abroad.
    ledger.move("treasury", "world", ledger["treasury"].copy())


def take_from_people(country: Country) -> Array:
    """Return illicit income ``(agency, run)``: tolls from networks, extortion from people."""
    pay_tolls(country)
    agencies, taken, resale = country.agencies, country.now["extortion"], country.now["resale"]
    output = country.now["output"]
    police = agencies[POLICE]
    asked = country.apply(
        rents_rules.extortion, strength=police.strength, predation=police.predation,
        fear=country.fear, income_per_head=output / np.maximum(country.home_people, 1.0),
    )  # fmt: skip
    taken[POLICE] = country.money.draw("households", AGENCIES[POLICE], asked)
    for i in AT_BORDER:
        asked = country.apply(
            rents_rules.taken_at_crossings, output=output, barrier=country.barrier,
            predation=agencies[i].predation / len(AT_BORDER),
        )  # fmt: skip
        taken[i] = country.money.draw("households", AGENCIES[i], asked)
    country.money.pay_each("world", AGENCIES, resale)
    agencies.illicit = taken + country.now["tolls"] + resale
    country.barrier = country.apply(
        rents_rules.barrier_step,
        barrier=country.barrier,
        rents=country.barrier_rents / country.barrier_rents_start,
    )
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
    up, to_regime, kept = country.apply(
        rents_rules.climb, income=illicit, commander_reach=np.minimum(count, 1.0)
    )
    country.money.move_in_turn(AGENCIES, "patronage", to_regime)
    country.money.move_in_turn(AGENCIES, "households", kept)
    now["rents_to_commander"], now["rents_to_regime"], now["rents_kept"] = up, to_regime, kept
    paid = country.agencies.pay * country.agencies.strength
    country.agencies.fed = kept / (kept + paid + 1e-9)
    part_of_drugs = (now["tolls"] + now["resale"]) / np.maximum(illicit, 1e-9)
    now["drug_rents"] += total((up + to_regime) * part_of_drugs)
    parts = up / np.maximum(count, 1.0) * heads
    country.money.move_between(AGENCIES, COMMANDERS, parts)
    return total(parts, axis=1)


def give_shelter(country: Country, takings: Array) -> None:
    """Let those above shelter the trade as far as they live on it."""
    country.now["drug_rents"] += total(country.networks.fee)
    rents = total(takings) + total(country.now["fees_commander"]) + into_patronage(country)
    country.shelter = country.apply(
        rents_rules.shelter_step, shelter=country.shelter, drug_rents=country.now["drug_rents"],
        rents=rents, aid=total(country.agencies.watched_aid * AGAINST_TRADE),
    )  # fmt: skip


def pay_clients(country: Country, takings: Array) -> None:
    """The circle pays its clients what it has for them; they are used to rents, and spend them."""
    ledger, regime, commanders, now = country.money, country.regime, country.commanders, country.now
    armed = commanders.power * commanders.in_place
    purse = country.values.patronage_share * np.maximum(ledger["patronage"], 0.0)
    claims = country.claims
    regime.shortfall = country.apply(
        rents_rules.shortfall_step, shortfall=regime.shortfall, purse=purse, claims=claims
    )
    somebody = np.minimum(total(commanders.in_place), 1.0)
    parts = np.minimum(purse, claims) * somebody * shares(armed)
    ledger.pay_in_turn("patronage", COMMANDERS, parts)
    received = takings + parts + now["fees_commander"]
    now["patronage"], now["rents_commander"] = parts, received
    get_used(country, purse, received)
    ledger.move_in_turn(COMMANDERS, "households", ledger.accounts(COMMANDERS).copy())
    # The circle keeps for itself what its clients do not get.
    rest = ledger["patronage"].copy()
    ledger.move("patronage", "world", rest)
    now["regime_kept"], now["rents_regime"] = rest, into_patronage(country)


def get_used(country: Country, purse: Array, received: Array) -> None:
    """Let claims and what each is used to follow the rents."""
    commanders = country.commanders
    country.claims, country.clients_usual = country.apply(
        rents_rules.claims_step, claims=country.claims, purse=purse, power=country.clients_power,
        usual=country.clients_usual, doubt=country.unsure,
    )  # fmt: skip
    commanders.received = received
    commanders.rent_ratio = commanders.apply(
        rents_rules.rent_ratio_step, ratio=commanders.rent_ratio, received=received,
        habit=commanders.habit,
    )  # fmt: skip
    commanders.habit = commanders.apply(
        rents_rules.habit_step, habit=commanders.habit, received=received,
        in_place=commanders.in_place,
    )  # fmt: skip


def share_posts(country: Country) -> None:
    """Let posts and public money go by patronage as clients press and as nobody looks."""
    country.cronyism = country.apply(
        corruption_rules.cronyism_step, cronyism=country.cronyism, unpaid=country.regime.shortfall
    )


def into_patronage(country: Country) -> Array:
    """Return what came into the purse of the ruling circle this month, USD, ``(run,)``."""
    now = country.now
    climbed = total(now["rents_to_regime"]) + now["fees_regime"]
    return climbed + total(now["aid_diverted"]) + now["access_rent_taken"] + now["aid_freed"]


def agencies(country: Country) -> None:
    """Agencies decide from the old state, then change. Writes: strength, corruption, quality."""
    agencies, regime, earnings = country.agencies, country.regime, country.earnings
    alarm = alarmed(country)
    ratio = over_tasks(regime.effort) / over_tasks(regime.effort_start)
    strained = country.apply(
        rents_rules.strained, strain=regime.strain, strain_start=regime.strain_usual
    )
    agencies.be_paid(ratio, country.revenue, earnings, strained, country.deals.supplements)
    political, heads = political_heads(country), country.commanders.heads
    agencies.purged = political
    headed = (heads * column(range(1, len(COMMANDERS) + 1))[:, None]).max(axis=0)
    income = earnings * country.living_start
    agencies.decide_corruption(political, headed, earnings, income, country.fear)
    agencies.decide_quality(alarm, earnings, country.living_start)
    recruit(country, agencies.recruits(ratio, earnings))
    agencies.apply(agencies.decide_deployment)
    note_agencies(country)


def alarmed(country: Country) -> Array:
    """Return how much calls for several agencies at once, 0 to 1: incidents, militants inside."""
    inside, army = country.militants.everyone, np.maximum(country.agency["army"].strength, 1.0)
    calm: Array = army / (army + inside) / (1.0 + country.regime.incidents)
    return 1.0 - calm


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
    held = people.accounts(AGENCIES)
    # A body of less than a person is empty: its people leave whole.
    joining = np.where((held + joining < 1.0) & (joining < 0.0), -held, joining)
    home, parts = people.accounts(HOMES), []
    for persons in joining:
        parts.append(persons * home / np.maximum(total(home), 1.0))
        home = home - parts[-1]
    people.move_between(HOMES, AGENCIES, np.array(parts))
    left = people.accounts(AGENCIES)
    country.agencies.strength = np.where(left >= 1.0, left, 0.0)
