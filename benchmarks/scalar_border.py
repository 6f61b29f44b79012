"""The border of the scalar market: loads meet guards, drug units and customs, one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp
from typing import TYPE_CHECKING

from tajsim.axes import AFGHAN_SECTIONS, AGENCIES, EXITS

if TYPE_CHECKING:
    from benchmarks.scalar_agency import ScalarAgency
    from benchmarks.scalar_market import ScalarMarket
    from benchmarks.scalar_network import ScalarNetwork, Way

GUARDS = ("russian_border_troops", "border_troops")
DRUG_UNITS = ("drug_control_agency", "interior_ministry", "security_ministry")


def _zeros(names: tuple[str, ...]) -> list[float]:
    return [0.0] * len(names)


@dataclass
class Tally:
    """What flowed in a month, kg (tolls: USD): by section, by exit, by agency and inland."""

    entering: list[float] = field(default_factory=lambda: _zeros(AFGHAN_SECTIONS))
    seized: list[float] = field(default_factory=lambda: _zeros(AFGHAN_SECTIONS))
    arranged: list[float] = field(default_factory=lambda: _zeros(AFGHAN_SECTIONS))
    offered: list[float] = field(default_factory=lambda: _zeros(AFGHAN_SECTIONS))
    sent_out: list[float] = field(default_factory=lambda: _zeros(EXITS))
    offered_out: list[float] = field(default_factory=lambda: _zeros(EXITS))
    exit_seized: list[float] = field(default_factory=lambda: _zeros(EXITS))
    leaving: list[float] = field(default_factory=lambda: _zeros(EXITS))
    seized_by: list[float] = field(default_factory=lambda: _zeros(AGENCIES))
    met_by: list[float] = field(default_factory=lambda: _zeros(AGENCIES))
    reported: list[float] = field(default_factory=lambda: _zeros(AGENCIES))
    tolls: list[float] = field(default_factory=lambda: _zeros(AGENCIES))
    bought_by_connected: float = 0.0
    used: float = 0.0
    resold: float = 0.0


@dataclass
class Post:
    """Who stands on a way, with what chance of meeting a load, and at what toll (USD/kg)."""

    agency: ScalarAgency
    detection: float
    toll: float

    def meet(
        self, way: Way, access: float, luck: float, shelter: float
    ) -> tuple[float, float, float]:
        """Split the load of a network into (met, arranged, seized) kg."""
        arranged = way.load * self.agency.collusion * access
        chance = min(1.0, self.detection * luck)
        # Foreign guards take no orders from those who shelter the network.
        ordered = 0.0 if self.agency.name == "russian_border_troops" else shelter
        seized = (way.load - arranged) * chance * (1.0 - ordered)
        way.lost = seized
        return way.load * chance, arranged, seized


@dataclass
class Guards:
    """The posts of a month on sections and exits, and the drug units inland."""

    sections: list[Post]
    exits: list[Post]
    units: list[Post]
    price_inland: float


def detection_left(model: ScalarMarket) -> dict[str, float]:
    """Return what overload leaves of detection, by how much more there is to do for each person."""
    agencies, sections = model.all_agencies, range(len(AFGHAN_SECTIONS))
    people = {
        "line": sum(agencies[name].deployment[s] for name in GUARDS for s in sections),
        "inland": sum(agencies[name].unit for name in DRUG_UNITS),
        "exits": agencies["customs"].strength,
    }
    bought = sum(network.bought for network in model.networks)
    work = {place: bought / max(number, 1.0) for place, number in people.items()}
    if model.month == model.first_month:
        model.work_start = work
    loss, left = model.p["overload_loss"], {}
    for place, now in work.items():
        ratio = now / max(model.work_start[place], 1e-9)
        left[place] = min((1.0 + loss) / (1.0 + loss * ratio), 1.0)
    return left


def guards_in_force(model: ScalarMarket) -> Guards:
    """Work out detection and tolls, and what networks will expect to pay next month."""
    p, price = model.p, model.price

    def toll(detection: float, value: float) -> float:
        return p["toll_share"] * min(1.0, p["loss_multiple"] * detection) * value

    left = detection_left(model)
    sections = []
    for s, name in enumerate(model.guard[: len(AFGHAN_SECTIONS)]):
        agency = model.all_agencies[name]
        found = agency.detection_on(s)
        sections.append(Post(agency, found * left["line"], toll(found, price)))
        model.entry_toll[s] = toll(found, 1.0) * agency.collusion
    customs, exits = model.all_agencies["customs"], []
    for e, (name, value) in enumerate(zip(EXITS, model.exit_prices, strict=True)):
        found = customs.detection_at_exit(name)
        exits.append(Post(customs, found * left["exits"], toll(found, value)))
        model.exit_toll[e] = toll(found, 1.0) * customs.collusion
    inland = 0.5 * (price + sum(model.exit_prices) / len(EXITS))
    units = []
    for name in DRUG_UNITS:
        unit = model.all_agencies[name]
        found = unit.detection_inland()
        units.append(Post(unit, found * left["inland"], toll(found, inland)))
    return Guards(sections, exits, units, inland)


def pass_loads(model: ScalarMarket, guards: Guards, network: ScalarNetwork) -> None:
    """Send one network's loads over the line, through the country and out."""
    tally, p, row, access = model.tally, model.p, AGENCIES.index, network.access
    spread, shelter = p["seizure_spread"], p["shelter_start"] * network.protection
    normal = model.draws.normal("seizure", network.name, model.month)
    luck = exp(spread * normal - 0.5 * spread**2)
    arrived, paid = 0.0, 0.0
    for s, (way, post) in enumerate(zip(network.entries, guards.sections, strict=True)):
        way.load = network.bought * way.share
        met, arranged, seized = post.meet(way, access, luck, shelter)
        tally.met_by[row(post.agency.name)] += met
        arrived += way.load - seized
        tally.entering[s] += way.load
        tally.seized[s] += seized
        tally.arranged[s] += arranged
        tally.offered[s] += way.load * access
        tally.seized_by[row(post.agency.name)] += seized
        tally.tolls[row(post.agency.name)] += arranged * post.toll
        paid += arranged * post.toll
    stock = network.stock + arrived
    detection = sum(unit.detection for unit in guards.units)
    upon = stock * min(luck, 1.0 / max(detection, 1e-9))
    for unit in guards.units:
        tally.met_by[row(unit.agency.name)] += upon * unit.detection
        found = upon * unit.detection * (1.0 - unit.agency.collusion * access) * (1.0 - shelter)
        tally.seized_by[row(unit.agency.name)] += found
        toll = unit.toll * unit.agency.collusion * network.bought * access
        tally.tolls[row(unit.agency.name)] += toll
        paid += toll
        stock -= found
    tally.bought_by_connected += network.bought * access
    network.hit = p["arrest_hit"] * detection * (1.0 - network.protection) ** 2
    earned = stock * p["domestic_use"] * guards.price_inland
    for e, (way, post) in enumerate(zip(network.exits, guards.exits, strict=True)):
        way.load = stock * p["sale_share"] * way.share
        met, arranged, seized = post.meet(way, access, luck, shelter)
        tally.met_by[row(post.agency.name)] += met
        tally.sent_out[e] += way.load
        tally.offered_out[e] += way.load * access
        tally.exit_seized[e] += seized
        tally.leaving[e] += way.load - seized
        tally.seized_by[row(post.agency.name)] += seized
        tally.tolls[row(post.agency.name)] += arranged * post.toll
        paid += arranged * post.toll
        earned += (way.load - seized) * model.exit_prices[e]
    tally.used += stock * p["domestic_use"]
    network.tolls, network.revenue = paid, earned
    network.stock = stock * (1.0 - p["sale_share"] - p["domestic_use"])


def settle(model: ScalarMarket, guards: Guards) -> None:
    """Report, resell, spread the word, remember what was on offer, take over from the broken."""
    tally = model.tally
    for i, agency in enumerate(model.all_agencies.values()):
        tally.reported[i] = agency.reported(tally.seized_by[i], guards.price_inland)
    tally.resold = sum(tally.seized_by) - sum(tally.reported)
    out = max(sum(tally.leaving), 1e-9)
    tally.leaving = [kg + kg / out * tally.resold for kg in tally.leaving]
    pairs = zip(tally.seized, tally.entering, strict=True)
    model.entry_word = [seized / max(load, 1e-9) for seized, load in pairs]
    pairs = zip(tally.exit_seized, tally.sent_out, strict=True)
    model.exit_word = [seized / max(load, 1e-9) for seized, load in pairs]
    remember_offers(model, guards)
    lost = sum(network.capacity * network.hit for network in model.networks)
    weights = [network.capacity * network.protection for network in model.networks]
    share = model.p["takeover_share"] * lost / max(sum(weights), 1e-9)
    for network, weight in zip(model.networks, weights, strict=True):
        network.inherit(share * weight)


def remember_offers(model: ScalarMarket, guards: Guards) -> None:
    """Tell each agency what bribes were to be had this month, and where it seized much."""
    tally = model.tally
    for name in GUARDS:
        agency = model.all_agencies[name]
        agency.seen = [0.8 * kg for kg in agency.seen]
        agency.rent_on_offer = 0.0
    for s, post in enumerate(guards.sections):
        heads = max(post.agency.strength, 1.0)
        post.agency.rent_on_offer += tally.offered[s] * post.toll / heads
        post.agency.seen[s] += 0.2 * tally.seized[s]
    customs = model.all_agencies["customs"]
    pairs = zip(tally.offered_out, guards.exits, strict=True)
    customs.rent_on_offer = sum(kg * post.toll for kg, post in pairs) / max(customs.strength, 1.0)
    for unit in guards.units:
        unit.agency.rent_on_offer = tally.bought_by_connected * unit.toll / max(unit.agency.unit, 1)
