"""Puts the actors in place: early 2004."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from tajsim.agents.actors import Actors
from tajsim.agents.agency import SecurityAgencies
from tajsim.agents.commander import Commanders
from tajsim.agents.network import MilitantGroups, Movements, Networks
from tajsim.agents.power import ExternalPowers
from tajsim.agents.regime import Regime
from tajsim.agents.region import Regions
from tajsim.axes import (
    AFGHAN_SECTIONS,
    AGENCIES,
    COMMANDERS,
    EXITS,
    NETWORKS,
    POWERS,
    SECTIONS,
    TASKS,
    Array,
)
from tajsim.model.ledger import AWAY, HOMES, Ledger
from tajsim.model.stages.partners import presence
from tajsim.rules.militants.posture import forward_aim
from tajsim.rules.outsourcing.dependence import provision_of_tasks
from tajsim.world import GUARDS

if TYPE_CHECKING:
    from tajsim.model.country import Country


#: Attribute of the model -> the kind of actor that it holds.
KINDS: dict[str, Callable[[mesa.Model], Any]] = {
    "regime": Regime,
    "agencies": SecurityAgencies,
    "powers": ExternalPowers,
    "networks": Networks,
    "commanders": Commanders,
    "movements": Movements,
    "militants": MilitantGroups,
    "regions": Regions,
}


def people_the_model(country: Country) -> None:
    """Create every actor, the ledgers and the state of the country at the start."""
    create_actors(country)
    open_ledgers(country)
    guard_sections(country)
    country_at_start(country)


def create_actors(country: Country) -> None:
    """Create every kind of actor, ``country.agencies``, and each by name, ``agency["army"]``."""
    for attribute, kind in country.kinds.items():
        made = kind(country)
        setattr(country, attribute, made)
        if isinstance(made, Actors):
            setattr(country, made.dimension, {member.name: member for member in made})
    for agent in country.agents:
        agent.complete = True
    country.guards = [country.agency[name] for name in GUARDS]


def open_ledgers(country: Country) -> None:
    """Open the accounts of money (empty) and of people (documented numbers)."""
    purses = ["treasury", "patronage", "households", "passage", *AGENCIES, *COMMANDERS, *NETWORKS]
    country.money = Ledger(purses, country.run_count)
    others = ["violent", "fighters_abroad", "prisoners", "exiles", "dead"]
    country.people = Ledger([*HOMES, *AWAY, *AGENCIES, *others], country.run_count)
    everyone = country.values.population_start
    share = country.values.region_people
    abroad = country.values.migrants_start
    country.people.pay_each("world", HOMES, (everyone - abroad) * share)
    country.people.pay_each("world", AWAY, abroad * share)
    country.people.pay_each("world", AGENCIES, country.agencies.strength)
    country.people.move("world", "violent", country.values.violent_start)


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
    runs = country.run_count

    def filled(value: float | Array, *axes: int) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=float), (*axes, runs)).copy()

    sections, exits = len(SECTIONS), len(EXITS)
    country.entry_toll, country.exit_toll = filled(0.0, sections), filled(0.0, exits)
    belief = country.values.belief_start
    country.entry_word, country.exit_word = (
        filled(belief, len(AFGHAN_SECTIONS)),
        filled(belief, exits),
    )
    country.guard_strength = filled(0.3, sections)
    country.barrier = filled(country.values.barrier_start)
    country.barrier_rents_start = filled(1.0)
    country.alignment, country.west_share = filled(0.5), filled(0.3)
    country.reliance, country.displeasure = filled(0.0), filled(0.0)
    country.told, country.told_start, country.cleared = (filled(0.0) for _ in range(3))
    country.search = country.search_start = filled(0.0, len(TASKS))
    country.invested = filled(0.0, len(POWERS))
    country.objection, country.leverage, country.guarantee = filled(0.0), filled(0.5), filled(0.0)
    country.standing, country.absorbed, country.creed = filled(1.0), filled(0.0), filled(0.0)
    country.militants_inside, country.coup = filled(0.0), filled(0.0)
    country.broadcast = filled(0.0)
    country.pressure, country.crime, country.gangs = (filled(1.0) for _ in range(3))
    country.underworld = filled(country.values.underworld_start)
    country.joined, country.passing, country.camps = (filled(0.0) for _ in range(3))
    country.forward = country.apply(forward_aim, filled(country.values.strain_start))
    country.drug_money, country.outlay_start = filled(1.0), filled(1.0)
    country.work_start = filled(1.0, 3)
    country.commitments = filled(0.0)
    country.preyed_on, country.mafia, country.aid_to_people = (filled(0.0) for _ in range(3))
    country.shelter = filled(country.values.shelter_start)
    country.home_output = filled(country.values.output_start / 12.0)
    country.presence_start = filled(country.base_presence)
    country.hostility = filled(country.values.neighbour_hostility)
    country.hardening = filled(0.0)
    country.exits_usual, country.exits_lately = filled(1.0, exits), filled(1.0, exits)
    country.other_debt = filled(country.values.other_debt_start)
    police = country.agency["interior_ministry"].strength
    country.police_scale = country.home_people / np.maximum(police, 1.0)
    settle_provision(country)


def settle_provision(country: Country) -> None:
    """Begin with the outside provision that the presence of early 2004 implies."""
    presence(country)
    country.powers.carry()
    country.powers.remembered = country.powers.carried.copy()
    provision = provision_of_tasks(np.swapaxes(country.powers.provision, 0, 1))
    country.regime.task_provision = provision
    country.regime.set_start_effort(provision)
