"""Stages outside world, routes and record: events and chance; what networks choose; results."""

import numpy as np

import tajsim.model.events as events
import tajsim.model.notes as notes
from tajsim.axes import AFGHAN_SECTIONS, EXITS, total
from tajsim.model.country import Country
from tajsim.model.record import measured
from tajsim.rules import drug_market, offers


def outside_world(country: Country) -> None:
    """Apply events; draw harvest and migrants' work, on the terms they get. Writes: drivers."""
    events.apply_events(country)
    out, draws, month = country.outside, country.draws, country.calendar_month
    luck = country.apply(offers.harvest_of_year, draws.normal("harvest", "afghanistan", month))
    out.harvest_luck = np.where(country.calendar.harvest_in > 0.5, luck, out.harvest_luck)
    notes.note_harvest(country)
    out.harvest = country.values.afghan_harvest * out.harvest_luck
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
    """Networks choose. Writes: consignments (bought, shares of ways)."""
    networks = country.networks
    bought = total(networks.bought)
    country.price_in = country.apply(drug_market.price_at_border, bought, country.outside.harvest)
    country.now["heroin_price"] = country.price_in
    country.price_out = country.apply(drug_market.price_beyond, country.calendar.months)
    barrier = np.zeros((len(EXITS), country.run_count))
    # Neighbours close their own side too, the Uzbek one firmly, the Kyrgyz one weakly.
    closed = country.barrier + country.hardening
    barrier[EXITS.index("uzbek_border")] = country.values.barrier_cost * closed
    weak = country.values.kyrgyz_hardening * country.hardening
    barrier[EXITS.index("kyrgyz_border")] = country.values.barrier_cost * weak
    networks.apply(networks.protect, country.commanders.in_place)
    networks.learn(country.entry_word, country.exit_word)
    cost = country.exit_cost + barrier
    networks.choose_routes(country.entry_toll[: len(AFGHAN_SECTIONS)], country.exit_toll, cost)
    notes.note_ways(country, cost)
    networks.choose_volume(country.price_out, country.price_in)


def record(country: Country) -> None:
    """Write every outcome asked for. Writes: results."""
    for name, series in country.record.items():
        series[..., country.months_run, :] = measured(country, name)
