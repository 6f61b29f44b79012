"""Stages outside world, routes and record: events and chance; what networks choose; results."""

import numpy as np

import tajsim.model.events as events
import tajsim.model.notes as notes
from tajsim.axes import AFGHAN_SECTIONS, EXITS, total
from tajsim.inputs.switches import RECORD
from tajsim.model.country import Country
from tajsim.model.record import measured
from tajsim.model.stages.deals import kept_out
from tajsim.rules import drug_market, outside


def outside_world(country: Country) -> None:
    """Apply events; let the drivers follow the record, then chance. Writes: drivers."""
    events.apply_events(country)
    out, values = country.outside, country.values
    crop_of_the_year(country)
    russian_economy(country)
    work = work_for_migrants(country)
    out.migrant_demand = work.no_work * work.terms * kept_out(country)
    out.buyers = values.buyers_pay
    out.war_abroad = values.foreign_pull * country.calendar.war_abroad
    notes.note_work(country, work)


def crop_of_the_year(country: Country) -> None:
    """Bring in the Afghan crop, recorded or later drawn; what is published is believed."""
    out, date, before = country.outside, country.calendar, country.outside.crop
    normal = country.draws.normal("harvest", "afghanistan", country.calendar_month)
    drawn = country.apply(outside.crop_after_record, normal=normal)
    new, known = date.harvest_in > 0.5, date.crop_recorded > 0.5
    out.crop = np.where(new, np.where(known, date.crop, drawn), out.crop)
    published = np.where(known, date.crop_published, drawn)
    out.crop_believed = np.where(new, published, out.crop_believed)
    out.harvest = country.values.afghan_harvest * out.crop
    out.harvest_believed = country.values.afghan_harvest * out.crop_believed
    notes.note_harvest(country, before)


def russian_economy(country: Country) -> None:
    """Let Russian output grow as recorded, later as drawn, and compare it with its own path."""
    out, date = country.outside, country.calendar
    normal = country.draws.normal("economy", "russia", country.calendar_month)
    drawn = country.apply(outside.growth_after_record, normal=normal)
    growth = np.where(date.new_year > 0.5, drawn, out.growth)
    out.growth = np.where(date.growth_recorded > 0.5, date.growth, growth)
    out.russian_growth = out.growth + country.values.russian_upturn
    out.boom, out.trend = country.apply(
        outside.boom_step, boom=out.boom, growth=out.russian_growth, trend=out.trend
    )


def work_for_migrants(country: Country) -> outside.Work:
    """Return what multiplies the work that migrants find, by cause."""
    out = country.outside
    out.terms = country.apply(
        outside.reception,
        presence=country.base_presence,
        usual=country.presence_start,
        carried=country.exit_ratio("air_migrants"),
    )
    return country.apply(outside.work_abroad, boom=country.boom, terms=out.terms)


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
    # Uzbekistan closes its own side too; the Kyrgyz border is weak.
    closed = np.zeros_like(country.exit_share)
    closed[EXITS.index("uzbek_border")] = country.barrier + country.hardening
    country.exit_share = country.apply(
        drug_market.exit_shares, old=country.exit_share, closed=closed
    )
    net.choose_volume(country.price_out / country.price_in, out.harvest)


def record(country: Country) -> None:
    """Write every outcome asked for. Writes: results."""
    with country.asking(RECORD):
        for name, series in country.record.items():
            series[..., country.months_run, :] = measured(country, name)
