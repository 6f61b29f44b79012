"""Stage border: consignments meet guards, drug units and customs."""

from dataclasses import dataclass

import numpy as np

from tajsim.agents.agency import GUARD_ROWS, UNIT_ROWS
from tajsim.agents.network import TERRAIN
from tajsim.axes import AFGHAN_SECTIONS, AGENCIES, Array, total
from tajsim.model.country import Country
from tajsim.rules import border_guard, drug_market, rents
from tajsim.world import GUARDS

N = len(AFGHAN_SECTIONS)
CUSTOMS = AGENCIES.index("customs")
RUSSIANS = GUARDS.index("russian_border_troops")


@dataclass
class Post:
    """What loads meet: detection (probability), collusion (share) and toll (USD/kg).

    On the line ``(section, 1, run)``, for a drug unit and for customs ``(run,)``. ``ordered`` is
    the share of a network's loads that those above have let pass, with an axis ``network``.
    """

    detection: Array
    collusion: Array
    toll: Array
    ordered: Array


@dataclass
class Passage:
    """What became of loads, kg, ``(..., network, run)``.

    ``met`` is what an honest guard left to himself would have seized, ``offered`` what was sent by
    those who could buy passage.
    """

    load: Array
    met: Array
    arranged: Array
    seized: Array
    offered: Array


def border(country: Country) -> None:
    """Clear the market. Writes: seizures, flows, tolls, revenues, arrests, rents on offer.

    Prevention keeps what is used at home a small share of what gets through (M69).
    """
    net, agencies = country.networks, country.agencies
    normal = country.draws.normal_each("seizure", net.names, country.calendar_month)
    luck = country.apply(border_guard.luck_of_month, normal=normal)
    ordered = country.apply(rents.sheltered, protection=net.protection, shelter=country.shelter)
    prices = {"price_in": country.price_in, "price_out": country.price_out}
    inland = country.apply(drug_market.price_inland, **prices)

    line, mine = on_the_line(country, ordered)
    entered = passed(country, line, net.bought * net.entry_share, luck)
    settle_line(country, line, entered, mine)
    net.tolls = total(entered.arranged * line.toll)
    left = net.bought - total(entered.seized)

    units = agencies.apply(agencies.drug_units)
    searching = agencies.people
    searching[UNIT_ROWS] = np.maximum(units, 1.0)
    chances = country.apply(
        drug_market.inland_detection, persons=units, quality=agencies.quality[UNIT_ROWS]
    )
    for row, chance in zip(UNIT_ROWS, chances, strict=True):
        post = post_inside(country, row, chance, inland, ordered)
        left = past(country, row, post, left, luck, searching[row])
    struck = country.apply(drug_market.arrests, found=total(chances), protection=net.protection)
    net.hit, net.raided = struck.exposed + struck.raided, struck.raided

    used = left * country.values.domestic_use
    customs = country.agency["customs"]
    chance = country.apply(
        border_guard.exit_detection, persons=customs.strength, quality=customs.quality
    )
    post = post_inside(country, CUSTOMS, chance, country.price_out, ordered)
    sold = past(country, CUSTOMS, post, left - used, luck, searching[CUSTOMS])

    net.revenue = sold * country.price_out + used * inland
    net.outlay = net.bought * country.price_in
    net.apply(net.see_costs, sold=sold + used, price=country.price_out)
    report(country, searching, inland)
    # Officers resell what they do not report; it leaves by the ways in use.
    country.sold = total(sold) + country.now["heroin_resold"]
    country.now["heroin_leaving"] = country.exit_share * country.sold
    country.now["heroin_used"] = total(used)


def on_the_line(country: Country, ordered: Array) -> tuple[Post, Array]:
    """Return what loads meet on the Afghan line, and who guards which section.

    The latter is 0 or 1, ``(section, guard, run)``.

    Args:
        ordered: share of its loads that own agencies must let pass, ``(network, run)``.
    """
    agencies = country.agencies
    mine = (agencies.guarded_km[:N, GUARD_ROWS] > 0.0).astype(float)
    found = mine * country.apply(
        border_guard.detection,
        density=agencies.deployment[:N, GUARD_ROWS] / country.values.section_length[:N, None],
        quality=agencies.quality[GUARD_ROWS],
        terrain=TERRAIN[:, None],
    )
    chance = total(found, axis=1)
    collusion = total(mine * agencies.collusion[GUARD_ROWS], axis=1)
    toll = country.apply(drug_market.toll, detection=chance, price=country.price_in)
    country.entry_toll[:N] = toll / country.price_in * collusion
    country.guard_strength[:N] = chance / country.values.detection_limit * (1.0 - collusion)
    # A foreign guard takes no orders from those above.
    own = 1.0 - mine[:, [RUSSIANS]]
    return Post(chance[:, None], collusion[:, None], toll[:, None], ordered * own), mine


def passed(country: Country, post: Post, load: Array, luck: Array) -> Passage:
    """Send loads past a post; return what became of them."""
    reach = country.networks.access
    met, arranged, seized = country.apply(
        border_guard.clear,
        load=load,
        detection=post.detection,
        collusion=post.collusion,
        access=reach,
        luck=luck,
        sheltered=post.ordered,
    )
    return Passage(load, met, arranged, seized, load * reach)


def settle_line(country: Country, line: Post, entered: Passage, mine: Array) -> None:
    """Divide seizures and tolls of the line over its guards; tell them and networks what passed.

    Args:
        mine: 1 where a guard holds a section, ``(section, guard, run)``.
    """
    now, agencies = country.now, country.agencies
    load, seized = total(entered.load, axis=1), total(entered.seized, axis=1)
    arranged = total(entered.arranged, axis=1)
    now["heroin_entering"][:N], now["heroin_seized"][:N] = load, seized
    country.arranged[:N] = arranged
    now["heroin_met"][GUARD_ROWS] = total(total(entered.met, axis=1)[:, None] * mine)
    now["heroin_seized_by"][GUARD_ROWS] = total(seized[:, None] * mine)
    now["tolls"][GUARD_ROWS] = total((arranged[:, None] * line.toll) * mine)
    offered = total((total(entered.offered, axis=1)[:, None] * line.toll) * mine)
    agencies.rent_on_offer = agencies.zeros()
    # As of drug units: to be had by each of those who stand where loads pass.
    standing = np.maximum(total(agencies.deployment[:N, GUARD_ROWS]), 1.0)
    agencies.rent_on_offer[GUARD_ROWS] = offered / standing
    season = country.values.clock_season
    known = agencies.seen[:N, GUARD_ROWS]
    agencies.seen[:N, GUARD_ROWS] = known + (load[:, None] * mine - known) / season
    country.entry_belief = country.apply(
        drug_market.learn, belief=country.entry_belief, load=load, lost=seized
    )


def post_inside(country: Country, row: int, chance: Array, price: Array, ordered: Array) -> Post:
    """Return what loads meet in a drug unit, or in customs."""
    toll = country.apply(drug_market.toll, detection=chance, price=price)
    return Post(chance, country.agencies.collusion[row], toll, ordered)


def past(
    country: Country, row: int, post: Post, load: Array, luck: Array, searching: Array
) -> Array:
    """Send loads past a drug unit or customs, and book it; return what gets through, kg."""
    now, found = country.now, passed(country, post, load, luck)
    now["heroin_met"][row] = total(found.met)
    now["heroin_seized_by"][row] = total(found.seized)
    now["tolls"][row] = total(found.arranged) * post.toll
    country.agencies.rent_on_offer[row] = total(found.offered) * post.toll / searching
    country.networks.tolls = country.networks.tolls + found.arranged * post.toll
    return load - found.seized


def report(country: Country, searching: Array, price: Array) -> None:
    """Let each agency decide what it hands in of what it seized; the rest is sold on."""
    now, agencies = country.now, country.agencies
    honesty = country.apply(
        border_guard.reported_share,
        collusion=agencies.collusion,
        gain=now["heroin_seized_by"] * price / searching,
        at_stake=agencies.pay * (1.0 + agencies.watch),
    )
    now["heroin_seized_reported"] = now["heroin_seized_by"] * honesty
    now["resale"] = (now["heroin_seized_by"] - now["heroin_seized_reported"]) * price
    now["heroin_resold"] = total(now["heroin_seized_by"]) - total(now["heroin_seized_reported"])
