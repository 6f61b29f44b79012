"""Puts the actors in place, before the spin-up."""

import tajsim.model.stages.deals as deals
from tajsim.agents.actors import Actors
from tajsim.agents.deals import TERMS
from tajsim.axes import AGENCIES, COMMANDERS, DEALS, NETWORKS, SECTIONS
from tajsim.draws import AT_START
from tajsim.model.country import Country
from tajsim.model.ledger import AWAY, HOMES, Ledger
from tajsim.model.stages import elite
from tajsim.model.stages.force import muster
from tajsim.rules import violence
from tajsim.world import GUARDS


def people_the_model(country: Country) -> None:
    """Create every actor, the ledgers and the state of the country at the start."""
    create_actors(country)
    open_ledgers(country)
    guard_sections(country)
    country_at_start(country)
    elite.begin(country)


def create_actors(country: Country) -> None:
    """Create every kind of actor, ``country.agencies``, and each by name, ``agency["army"]``."""
    for attribute, kind in country.kinds.items():
        made = kind(country)
        setattr(country, attribute, made)
        if isinstance(made, Actors):
            setattr(country, made.dimension, {member.name: member for member in made})
            made.complete = True
    for agent in country.agents:
        agent.complete = True
    country.guards = [country.agency[name] for name in GUARDS]


def open_ledgers(country: Country) -> None:
    """Open the accounts of money (empty) and of people (documented numbers)."""
    purses = ["treasury", "patronage", "households", "passage", *AGENCIES, *COMMANDERS, *NETWORKS]
    country.money = Ledger(purses, country.run_count)
    others = ["violent", "fighters_abroad", "prisoners", "dead"]
    country.people = Ledger([*HOMES, *AWAY, *AGENCIES, *others], country.run_count)
    everyone = country.values.population_start
    share = country.values.region_people
    abroad = country.values.migrants_start
    country.people.pay_each("world", HOMES, (everyone - abroad) * share)
    country.people.pay_each("world", AWAY, abroad * share)
    country.people.pay_each("world", AGENCIES, country.agencies.strength)
    grieved = country.mean_over_people(country.regions.grievance)
    violent = country.apply(violence.violent_start, people=country.home_people, grievance=grieved)
    country.people.move("world", "violent", violent)


def guard_sections(country: Country) -> None:
    """Put the guards of early 2004 on the border: Russian but for the 73 km and Murghab."""
    length = country.values.section_length
    russian, own = country.agency["russian_border_troops"], country.agency["border_troops"]
    for i, section in enumerate(SECTIONS):
        guard = own if section in ("early_transfer", "murghab") else russian
        guard.guarded_km[i] = length[i]
    country.agencies.apply(country.agencies.decide_deployment)


def country_at_start(country: Country) -> None:
    """Set what belongs to no single actor."""
    country.home_output = country.values.output_start / 12.0
    country.living = country.home_output / country.home_people
    country.taxes = country.values.tax_share * country.home_output
    country.allocate()
    muster(country)
    normals = {n: country.draws.normal_each(f"deal {n}", DEALS, AT_START) for n in TERMS}
    country.deals.apply(country.deals.draw_terms, normals=normals)
    country.sections_once = country.agency["russian_border_troops"].guarded_km.copy()
    deals.delivery(country)
