"""Stage 7, border: consignments meet guards, drug units and customs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import AFGHAN_SECTIONS, AGENCIES, Array, total
from tajsim.model.guards import Guarding, guarding
from tajsim.rules.border.clearing import clear, luck_of_month
from tajsim.rules.border.inland import arrests
from tajsim.rules.border.reporting import reported_share

if TYPE_CHECKING:
    from tajsim.agents.agency import SecurityAgency
    from tajsim.agents.network import TraffickingNetwork
    from tajsim.model.model import TajikistanModel

N = len(AFGHAN_SECTIONS)


def border(model: TajikistanModel) -> None:
    """Clear the market. Writes: seizures, flows, tolls, stocks, revenues, arrests."""
    guard = guarding(model)
    tally = Tally(model)
    for network in model.networks:
        lucky = model.draws.normal("seizure", network.name, model.calendar_month)
        pass_network(model, network, guard, tally, model.ask(luck_of_month, lucky))
    settle(model, guard, tally)


class Tally:
    """Sums over networks: kg by section and exit, and what the drug units meet inland."""

    def __init__(self, model: TajikistanModel) -> None:
        runs = model.run_count
        self.load, self.arranged, self.seized = (np.zeros((N, runs)) for _ in range(3))
        self.offered = np.zeros((N, runs))
        exits = model.values.family("price_exit").shape
        self.exit_load, self.exit_arranged, self.exit_seized = (np.zeros(exits) for _ in range(3))
        self.leaving = np.zeros(exits)
        self.met, self.met_access, self.inland_load = (np.zeros(runs) for _ in range(3))
        self.inland_access, self.used = np.zeros(runs), np.zeros(runs)


def pass_network(
    model: TajikistanModel, network: TraffickingNetwork, guard: Guarding, tally: Tally, luck: Array
) -> None:
    """Send one network's loads over the line, through the country and out."""
    reach = network.access
    load = network.bought * network.entry_share
    arranged, seized = clear(load, guard.entry_detection, guard.entry_collusion, reach, luck)
    network.entry_load, network.entry_lost = load, seized
    tally.load += load
    tally.arranged += arranged
    tally.seized += seized
    tally.offered += load * reach

    stock = network.stock + (network.bought - total(seized))
    # A unit cannot find more than there is: luck is capped where all would be found.
    met = stock * np.minimum(luck, guard.inland_cap)
    found = met * (guard.inland_all - guard.inland_bought * reach)
    tally.met += met
    tally.met_access += met * reach
    tally.inland_load += stock
    tally.inland_access += stock * reach
    network.hit = model.ask(arrests, guard.inland_all, network.protection)

    stock = stock - found
    sold = stock * model.values["sale_share"]
    used = stock * model.values["domestic_use"]
    out = sold * network.exit_share
    arranged, seized = clear(out, guard.exit_detection, guard.exit_collusion, reach, luck)
    network.exit_load, network.exit_lost = out, seized
    leaving = out - seized
    network.stock = stock - sold - used
    tally.exit_load += out
    tally.exit_arranged += arranged
    tally.exit_seized += seized
    tally.leaving += leaving
    tally.used += used
    network.revenue = total(leaving * guard.price_exit) + used * guard.price_inland
    network.outlay = network.bought * model.price_in
    network.tolls = (
        total(load * reach * guard.entry_collusion * guard.entry_toll)
        + total(out * reach * guard.exit_collusion * guard.exit_toll)
        + network.bought * reach * guard.inland_toll
    )


def settle(model: TajikistanModel, guard: Guarding, tally: Tally) -> None:
    """Divide seizures and tolls over agencies; remember what others will hear of the ways."""
    now, row = model.now, {name: i for i, name in enumerate(AGENCIES)}
    now["entering"][:N], now["seized"][:N] = tally.load, tally.seized
    now["arranged"][:N] = tally.arranged
    seized, tolls = now["seized_by"], now["tolls"]
    for agency in model.guards:
        mine = guard.share_of[agency.name]
        agency.seen = agency.seen * 0.8
        agency.seen[:N] += 0.2 * tally.seized * mine
        seized[row[agency.name]] += total(tally.seized * mine)
        tolls[row[agency.name]] += total(tally.arranged * guard.entry_toll * mine)
        agency.rent_on_offer = total(tally.offered * guard.entry_toll * mine) / heads(agency)
    customs = model.agency["customs"]
    seized[row["customs"]] += total(tally.exit_seized)
    tolls[row["customs"]] += total(tally.exit_arranged * guard.exit_toll)
    reach = total(tally.exit_load * guard.exit_toll) * 0.6
    customs.rent_on_offer = reach / heads(customs)
    bought = total(np.stack([n.bought * n.access for n in model.networks]))
    for agency in model.drug_units:
        detection, toll = guard.unit_detection[agency.name], guard.unit_toll[agency.name]
        seized[row[agency.name]] += detection * (tally.met - agency.collusion * tally.met_access)
        tolls[row[agency.name]] += toll * agency.collusion * bought
        unit = model.values[f"drug_unit_strength.{agency.name}"]
        agency.rent_on_offer = bought * toll / np.maximum(unit, 1.0)
    report(model)
    now["leaving"], now["used"] = tally.leaving, tally.used
    # Officers resell what they do not report; it leaves by the ways in use.
    parts = tally.leaving / np.maximum(total(tally.leaving), 1e-9)
    now["leaving"] += parts * now["resold"]
    model.entry_word = tally.seized / np.maximum(tally.load, 1e-9)
    model.exit_word = tally.exit_seized / np.maximum(tally.exit_load, 1e-9)
    take_over(model)


def heads(agency: SecurityAgency) -> Array:
    """Return the agency's people, at least one."""
    return np.maximum(agency.strength, 1.0)


def report(model: TajikistanModel) -> None:
    """Work out what each agency reports of what it seized, and what is sold on."""
    now = model.now
    for i, agency in enumerate(model.agencies):
        share = model.ask(reported_share, agency.collusion)
        now["reported"][i] = now["seized_by"][i] * share
    now["resold"] = total(now["seized_by"]) - total(now["reported"])


def take_over(model: TajikistanModel) -> None:
    """Let the protected take over part of the reach of networks that were hit."""
    lost = total(np.stack([n.capacity * n.hit for n in model.networks]))
    weights = [n.capacity * n.protection for n in model.networks]
    whole = np.maximum(total(np.stack(weights)), 1e-9)
    share = model.values["takeover_share"] * lost / whole
    for network, weight in zip(model.networks, weights, strict=True):
        network.grow(share * weight)
