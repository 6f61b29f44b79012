"""The border of the scalar market: loads meet guards, drug units and customs, one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp
from typing import TYPE_CHECKING

from tajsim.axes import AFGHAN_SECTIONS, AGENCIES, EXITS

if TYPE_CHECKING:
    from benchmarks.scalar_agency import ScalarAgency
    from benchmarks.scalar_market import ScalarMarket
    from benchmarks.scalar_network import ScalarNetwork

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
    leaving: list[float] = field(default_factory=lambda: _zeros(EXITS))
    seized_by: list[float] = field(default_factory=lambda: _zeros(AGENCIES))
    met_by: list[float] = field(default_factory=lambda: _zeros(AGENCIES))
    reported: list[float] = field(default_factory=lambda: _zeros(AGENCIES))
    tolls: list[float] = field(default_factory=lambda: _zeros(AGENCIES))
    offered: list[float] = field(default_factory=lambda: _zeros(AGENCIES))
    sold: float = 0.0
    used: float = 0.0
    resold: float = 0.0


@dataclass
class Post:
    """Who stands on a way, with what chance of meeting a load, and at what toll (USD/kg)."""

    agency: ScalarAgency
    detection: float
    toll: float

    def stop(
        self, tally: Tally, network: ScalarNetwork, load: float, luck: float, shelter: float
    ) -> tuple[float, float]:
        """Book what becomes of a load; return ``(arranged, seized)`` kg."""
        row, sold = self.agency.row, self.agency.collusion * network.access
        # Foreign guards take no orders from those who shelter the network.
        ordered = 0.0 if self.agency.name == "russian_border_troops" else shelter
        met = load * min(1.0, self.detection * luck)
        seized = met * (1.0 - sold) * (1.0 - ordered)
        tally.met_by[row] += met
        tally.seized_by[row] += seized
        tally.tolls[row] += load * sold * self.toll
        tally.offered[row] += load * network.access * self.toll
        network.tolls += load * sold * self.toll
        return load * sold, seized


@dataclass
class Guards:
    """The posts of a month: on sections, the drug units inland, customs."""

    sections: list[Post]
    units: list[Post]
    customs: Post
    price_inland: float


def guards_in_force(model: ScalarMarket) -> Guards:
    """Work out detection and tolls, and what networks will expect to pay next month."""
    rate, agencies = model.p["toll_rate"], model.all_agencies
    inland = 0.5 * (model.price + model.exit_price)
    sections = []
    for s, name in enumerate(model.guard[: len(AFGHAN_SECTIONS)]):
        found = agencies[name].detection_on(s)
        sections.append(Post(agencies[name], found, rate * found * model.price))
        model.entry_toll[s] = rate * found * agencies[name].collusion
    found_by = {n: agencies[n].detection_inside() for n in (*DRUG_UNITS, "customs")}
    units = [Post(agencies[n], found_by[n], rate * found_by[n] * inland) for n in DRUG_UNITS]
    found = found_by["customs"]
    leaving = Post(agencies["customs"], found, rate * found * model.exit_price)
    return Guards(sections, units, leaving, inland)


def pass_loads(model: ScalarMarket, guards: Guards, network: ScalarNetwork) -> None:
    """Send one network's loads over the line, through the country and out."""
    tally, p = model.tally, model.p
    spread, shelter = p["seizure_spread"], model.shelter * network.protection
    normal = model.draws.normal("seizure", network.name, model.month)
    luck = exp(spread * normal - 0.5 * spread**2)
    network.tolls, left = 0.0, network.bought
    for s, post in enumerate(guards.sections):
        load = network.bought * network.ways[s]
        arranged, seized = post.stop(tally, network, load, luck, shelter)
        tally.entering[s] += load
        tally.arranged[s] += arranged
        tally.seized[s] += seized
        left -= seized
    for post in guards.units:
        left -= post.stop(tally, network, left, luck, shelter)[1]
    used = left * p["domestic_use"]
    sold = left - used
    sold -= guards.customs.stop(tally, network, sold, luck, shelter)[1]
    tally.used += used
    tally.sold += sold
    network.revenue = sold * model.exit_price + used * guards.price_inland
    network.see_costs(sold + used)
    hit = p["arrest_hit"] * sum(post.detection for post in guards.units)
    network.raided = min(hit * p["crackdown_on_protected"], 1.0) * network.protection
    exposed = min(hit * (1.0 + p["crackdown_on_exposed"]), 1.0) * (1.0 - network.protection) ** 2
    network.hit = exposed + network.raided


def settle(model: ScalarMarket, guards: Guards) -> None:
    """Report, resell, spread the word, tell each agency what bribes were to be had."""
    tally, agencies = model.tally, model.all_agencies
    for i, agency in enumerate(agencies.values()):
        tally.reported[i] = agency.reported(tally.seized_by[i], guards.price_inland)
        model.rent_on_offer[i] = tally.offered[i] / max(agency.meeting, 1.0)
    tally.resold = sum(tally.seized_by) - sum(tally.reported)
    model.sold = tally.sold + tally.resold
    tally.leaving = [share * model.sold for share in model.exit_share]
    for s, load in enumerate(tally.entering):
        lost = tally.seized[s] / max(load, 1e-9)
        model.entry_belief[s] += (lost - model.entry_belief[s]) / model.p["clock_season"]
    for name in GUARDS:
        agencies[name].hear(tally.entering)
