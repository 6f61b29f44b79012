"""Stage border: consignments meet guards, drug units and customs."""

from dataclasses import dataclass

import numpy as np

from tajsim.agents.agency import GUARD_ROWS, UNIT_ROWS
from tajsim.axes import AFGHAN_SECTIONS, AGENCIES, Array, total
from tajsim.model.country import Country
from tajsim.rules import border_guard
from tajsim.rules.drug_market import arrests, inland_detection, toll
from tajsim.rules.rents import sheltered
from tajsim.world import GUARDS

N = len(AFGHAN_SECTIONS)


@dataclass
class Guarding:
    """Detection (probability), collusion (share) and tolls (USD/kg) on every way.

    ``entry_*`` are ``(section, run)`` over the Afghan sections, ``exit_*`` ``(exit, run)``,
    ``inland_*`` ``(run,)``: ``inland_all`` is the detection of all drug units, ``inland_bought``
    the part that collusion can take out, ``inland_toll`` their tolls times collusion.
    ``unit_*`` are those of each drug unit, ``(unit, run)``; ``unit_people`` are persons.
    ``share_of`` is each guard's part of a section, 0 or 1, ``(section, guard, run)``.
    """

    entry_detection: Array
    entry_collusion: Array
    entry_toll: Array
    exit_detection: Array
    exit_collusion: Array
    exit_toll: Array
    inland_all: Array
    inland_bought: Array
    inland_cap: Array
    inland_toll: Array
    unit_people: Array
    unit_detection: Array
    unit_toll: Array
    share_of: Array
    price_exit: Array
    price_inland: Array


def guarding(country: Country) -> Guarding:
    """Work out what loads meet, from the deployment, quality and collusion of the agencies."""
    prices = country.price_out
    # Inside the country a load is worth something between the line and the exits.
    inland = 0.5 * (country.price_in + total(prices) / len(prices))
    entry, collusion, share_of = on_sections(country)
    strength = entry / country.values.detection_limit
    unit_people = country.agencies.apply(country.agencies.drug_units)
    left = detection_left(country, unit_people)
    entry_toll = country.apply(toll, entry, country.price_in)
    customs, people = country.agency["customs"], country.agencies
    out = country.apply(border_guard.exit_detection, customs.strength, customs.quality)
    exit_toll = country.apply(toll, out, prices)
    exit_collusion = np.broadcast_to(customs.collusion, out.shape)
    units = country.apply(inland_detection, unit_people, people.quality[UNIT_ROWS])
    unit_toll = country.apply(toll, units, inland)
    # Overload spoils the search, not the threat of him who is paid to look away.
    entry, units, out = entry * left[0], units * left[1], out * left[2]
    unit_collusion = people.collusion[UNIT_ROWS]
    whole = total(units)
    country.entry_toll[:N] = entry_toll / country.price_in * collusion
    country.exit_toll = exit_toll / prices * exit_collusion
    country.guard_strength[:N] = strength * (1.0 - collusion)
    return Guarding(
        entry_detection=entry,
        entry_collusion=collusion,
        entry_toll=entry_toll,
        exit_detection=out,
        exit_collusion=exit_collusion,
        exit_toll=exit_toll,
        inland_all=whole,
        inland_bought=total(units * unit_collusion),
        inland_cap=1.0 / np.maximum(whole, 1e-9),
        inland_toll=total(unit_toll * unit_collusion),
        unit_people=unit_people,
        unit_detection=units,
        unit_toll=unit_toll,
        share_of=share_of,
        price_exit=prices,
        price_inland=inland,
    )


def detection_left(country: Country, unit_people: Array) -> Array:
    """Return the share of detection left by overload on the line, inland, at the exits."""
    on_line = total(total(country.agencies.deployment[:N, GUARD_ROWS]))
    customs = country.agency["customs"].strength
    people = np.maximum(np.stack([on_line, total(unit_people), customs]), 1.0)
    work = total(country.networks.bought) / people
    if country.months_run == 0:
        country.work_start = np.maximum(work, 1e-9)
    return country.apply(border_guard.overload, work / country.work_start)


def on_sections(country: Country) -> tuple[Array, Array, Array]:
    """Return detection, collusion ``(section, run)`` and who guards which Afghan section."""
    terrain = country.values.section_terrain[:N, None]
    length = country.values.section_length[:N, None]
    agencies = country.agencies
    mine = (agencies.guarded_km[:N, GUARD_ROWS] > 0.0).astype(float)
    density = agencies.deployment[:N, GUARD_ROWS] / length
    found = mine * country.apply(
        border_guard.detection, density, agencies.quality[GUARD_ROWS], terrain
    )
    collusion = mine * agencies.collusion[GUARD_ROWS]
    return total(found, axis=1), total(collusion, axis=1), mine


CUSTOMS = AGENCIES.index("customs")
RUSSIANS = GUARDS.index("russian_border_troops")


def border(country: Country) -> None:
    """Clear the market. Writes: seizures, flows, tolls, stocks, revenues, arrests."""
    guard = guarding(country)
    names = country.networks.names
    normal = country.draws.normal_each("seizure", names, country.calendar_month)
    settle(
        country,
        guard,
        pass_loads(country, guard, country.apply(border_guard.luck_of_month, normal)),
    )


@dataclass
class Counts:
    """Sums over networks, kg: by section ``(section, run)``, by exit ``(exit, run)``, inland.

    ``met`` is what an honest guard left to himself would have seized, ``offered`` what was sent
    by those who could buy passage. Of what drug units came upon inland, ``stock_met``, the part
    ``stock_open`` had no shelter from above, and of that ``stock_access`` could buy them off.
    """

    load: Array
    met: Array
    arranged: Array
    seized: Array
    offered: Array
    stock_met: Array
    stock_open: Array
    stock_access: Array
    exit_load: Array
    exit_met: Array
    exit_offered: Array
    exit_arranged: Array
    exit_seized: Array
    leaving: Array
    used: Array


def pass_loads(country: Country, guard: Guarding, luck: Array) -> Counts:
    """Send all loads over the line, through the country and out; return what became of them.

    Prevention keeps what is used at home a small share of the stocks (M69).

    Args:
        luck: multiplies detection, ``(network, run)``.
    """
    net, values = country.networks, country.values
    reach = net.access
    entry_guard = guard.entry_detection[:, None], guard.entry_collusion[:, None]
    load = net.bought * net.entry_share
    shelter = country.apply(sheltered, net.protection, country.shelter)
    # A foreign guard takes no orders from those above.
    own, clear = 1.0 - guard.share_of[:, [RUSSIANS]], border_guard.clear
    met, arranged, seized = country.apply(clear, load, *entry_guard, reach, luck, shelter * own)
    net.entry_load, net.entry_lost = load, seized

    stock = net.stock + (net.bought - total(seized))
    # A unit cannot find more than there is: luck is capped where all would be found.
    stock_met = stock * np.minimum(luck, guard.inland_cap)
    stock_open = stock_met * (1.0 - shelter)
    stock = stock - stock_open * (guard.inland_all - guard.inland_bought * reach)
    net.hit = country.apply(arrests, guard.inland_all, net.protection)

    used = stock * values.domestic_use
    out = stock * values.sale_share * net.exit_share
    exit_guard = guard.exit_detection[:, None], guard.exit_collusion[:, None]
    exit_met, exit_arranged, exit_seized = country.apply(
        clear, out, *exit_guard, reach, luck, shelter
    )
    net.exit_load, net.exit_lost = out, exit_seized
    net.stock = stock * (1.0 - values.sale_share - values.domestic_use)

    leaving = out - exit_seized
    net.revenue = total(leaving * guard.price_exit[:, None]) + used * guard.price_inland
    net.outlay = net.bought * country.price_in
    net.tolls = (
        total(arranged * guard.entry_toll[:, None])
        + total(exit_arranged * guard.exit_toll[:, None])
        + net.bought * reach * guard.inland_toll
    )
    return Counts(
        load=total(load, axis=1),
        met=total(met, axis=1),
        arranged=total(arranged, axis=1),
        seized=total(seized, axis=1),
        offered=total(load * reach, axis=1),
        stock_met=total(stock_met),
        stock_open=total(stock_open),
        stock_access=total(stock_open * reach),
        exit_load=total(out, axis=1),
        exit_met=total(exit_met, axis=1),
        exit_offered=total(out * reach, axis=1),
        exit_arranged=total(exit_arranged, axis=1),
        exit_seized=total(exit_seized, axis=1),
        leaving=total(leaving, axis=1),
        used=total(used),
    )


def settle(country: Country, guard: Guarding, tally: Counts) -> None:
    """Divide seizures and tolls over agencies; remember what others will hear of the ways."""
    now, agencies = country.now, country.agencies
    now["heroin_entering"][:N], now["heroin_seized"][:N] = tally.load, tally.seized
    country.arranged[:N] = tally.arranged
    seized, tolls, met, rent = (
        now["heroin_seized_by"],
        now["tolls"],
        now["heroin_met"],
        agencies.zeros(),
    )

    mine, people, toll = guard.share_of, agencies.people, guard.entry_toll
    seized_there = tally.seized[:, None] * mine
    # Posts remember about five months; only the proportions of what they remember count.
    agencies.seen = agencies.seen * 0.8
    agencies.seen[:N, GUARD_ROWS] += 0.2 * seized_there
    met[GUARD_ROWS] = total(tally.met[:, None] * mine)
    seized[GUARD_ROWS] = total(seized_there)
    tolls[GUARD_ROWS] = total((tally.arranged * toll)[:, None] * mine)
    rent[GUARD_ROWS] = total((tally.offered * toll)[:, None] * mine) / people[GUARD_ROWS]

    met[CUSTOMS] = total(tally.exit_met)
    seized[CUSTOMS] = total(tally.exit_seized)
    tolls[CUSTOMS] = total(tally.exit_arranged * guard.exit_toll)
    rent[CUSTOMS] = total(tally.exit_offered * guard.exit_toll) / people[CUSTOMS]

    bought = total(country.networks.bought * country.networks.access)
    collusion, toll = agencies.collusion[UNIT_ROWS], guard.unit_toll
    met[UNIT_ROWS] = guard.unit_detection * tally.stock_met
    left = tally.stock_open - collusion * tally.stock_access
    seized[UNIT_ROWS] = guard.unit_detection * left
    tolls[UNIT_ROWS] = toll * collusion * bought
    rent[UNIT_ROWS] = bought * toll / np.maximum(guard.unit_people, 1.0)
    # What can be had from people on the move adds to what traffickers offer.
    agencies.rent_on_offer = rent + country.last["extortion"] / people
    report(country, guard)
    now["heroin_leaving"], now["heroin_used"] = tally.leaving, tally.used
    # Officers resell what they do not report; it leaves by the ways in use.
    parts = tally.leaving / np.maximum(total(tally.leaving), 1e-9)
    now["heroin_leaving"] += parts * now["heroin_resold"]
    country.entry_word = tally.seized / np.maximum(tally.load, 1e-9)
    country.exit_word = tally.exit_seized / np.maximum(tally.exit_load, 1e-9)
    take_over(country)


def report(country: Country, guard: Guarding) -> None:
    """Let each agency decide what it hands in of what it seized; the rest is sold on."""
    now, agencies, price = country.now, country.agencies, guard.price_inland
    seizing = agencies.people
    seizing[UNIT_ROWS] = np.maximum(guard.unit_people, 1.0)
    gain = now["heroin_seized_by"] * price / seizing
    at_stake = agencies.pay + agencies.watch
    now["seizure_honesty"] = country.apply(
        border_guard.reported_share, agencies.collusion, gain, at_stake
    )
    now["heroin_seized_reported"] = now["heroin_seized_by"] * now["seizure_honesty"]
    now["resale"] = (now["heroin_seized_by"] - now["heroin_seized_reported"]) * price
    now["heroin_resold"] = total(now["heroin_seized_by"]) - total(now["heroin_seized_reported"])


def take_over(country: Country) -> None:
    """Let the protected take over part of the reach of networks that were hit."""
    net = country.networks
    lost = total(net.capacity * net.hit)
    weight = net.capacity * net.protection
    net.grow(country.values.takeover_share * lost * weight / np.maximum(total(weight), 1e-9))
