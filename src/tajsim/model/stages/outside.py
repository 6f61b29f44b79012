"""Stages outside world, routes and record: events and chance; what networks choose; results."""

import numpy as np

import tajsim.model.events as events
import tajsim.model.notes as notes
from tajsim.axes import AFGHAN_SECTIONS, EXITS, total
from tajsim.model.country import Country
from tajsim.model.record import measured
from tajsim.rules import drug_market, offers

HARVEST_MONTH = 5  # June: the crop is in


def outside_world(country: Country) -> None:
    """Apply events; draw harvest and migrants' work, on the terms they get. Writes: drivers."""
    events.apply_events(country)
    out, draws, month = country.outside, country.draws, country.calendar_month
    if country.months_run == 0 or month % 12 == HARVEST_MONTH:
        normal = draws.normal("harvest", "afghanistan", month)
        out.harvest_luck = country.apply(offers.harvest_of_year, normal)
        notes.note_harvest(country)
    out.harvest = country.values.afghan_harvest * out.harvest_luck
    out.harvest_believed = out.harvest
    shock = draws.normal("economy", "russia", month)
    out.demand_shock = country.apply(offers.autoregressive, out.demand_shock, shock)
    out.terms = country.apply(
        offers.reception,
        country.base_presence,
        country.presence_start,
        country.exit_ratio("air_migrants"),
    )
    out.migrant_demand = country.values.migrant_demand * np.exp(out.demand_shock) * out.terms
    notes.note_work(country)


def routes(country: Country) -> None:
    """Networks choose. Writes: prices, protection, consignments (bought, shares of ways)."""
    net, out, values = country.networks, country.outside, country.values
    country.price_out = country.apply(
        drug_market.price_beyond, sold=country.sold, buyers=out.buyers
    )
    country.price_in = country.apply(
        drug_market.price_at_border,
        bought=total(net.bought),
        harvest=out.harvest_believed,
        ceiling=country.price_out,
    )
    country.now["heroin_price"] = country.price_in
    in_place = country.commanders.in_place
    net.protect(np.maximum(country.stood - in_place, 0.0), in_place)
    country.stood = in_place
    count = len(AFGHAN_SECTIONS)
    ways = net.choose_routes(
        country.entry_belief, country.entry_toll[:count], values.section_length[:count]
    )
    notes.note_ways(country, ways)
    # Neighbours close their own side too, the Uzbek one firmly, the Kyrgyz one weakly.
    closed = np.zeros_like(country.exit_share)
    closed[EXITS.index("uzbek_border")] = country.barrier + country.hardening
    closed[EXITS.index("kyrgyz_border")] = values.kyrgyz_hardening * country.hardening
    country.exit_share = country.apply(
        drug_market.exit_shares, old=country.exit_share, closed=closed
    )
    net.choose_volume(country.price_out / country.price_in, out.harvest)


def record(country: Country) -> None:
    """Write every outcome asked for. Writes: results."""
    for name, series in country.record.items():
        series[..., country.months_run, :] = measured(country, name)
