"""Puts the actors in place: early 2004."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.agents.agency import SecurityAgency
from tajsim.agents.commander import Commander
from tajsim.agents.militants import MilitantGroup
from tajsim.agents.movement import Movement
from tajsim.agents.network import Networks, TraffickingNetwork
from tajsim.agents.power import ExternalPower
from tajsim.agents.regime import Regime
from tajsim.agents.region import Region
from tajsim.axes import (
    AGENCIES,
    COMMANDERS,
    EXITS,
    MILITANT_GROUPS,
    MOVEMENTS,
    NETWORKS,
    POWERS,
    REGIONS,
    SECTIONS,
    Array,
)
from tajsim.model.ledger import Ledger
from tajsim.model.stages.delivery import presence
from tajsim.rules.outsourcing.dependence import provision_of_tasks
from tajsim.world import DRUG_UNITS, GUARDS, WAITING_FOR

if TYPE_CHECKING:
    from tajsim.model.model import TajikistanModel


def people_the_model(model: TajikistanModel) -> None:
    """Create every actor, the ledgers and the state of the country at the start."""
    create_actors(model)
    open_ledgers(model)
    guard_sections(model)
    country_at_start(model)


def create_actors(model: TajikistanModel) -> None:
    """Create the eight kinds of actor."""
    model.regime = Regime(model)
    model.agencies = [SecurityAgency(model, name) for name in AGENCIES]
    model.powers = [ExternalPower(model, name) for name in POWERS]
    model.traffic = Networks(model.values, model.run_count)
    model.networks = [TraffickingNetwork(model, name, model.traffic) for name in NETWORKS]
    model.commanders = [Commander(model, name) for name in COMMANDERS]
    model.movements = [Movement(model, name) for name in MOVEMENTS]
    model.militants = [MilitantGroup(model, name) for name in MILITANT_GROUPS]
    model.regions = [Region(model, name) for name in REGIONS]
    model.agency = {a.name: a for a in model.agencies}
    model.power = {p.name: p for p in model.powers}
    model.commander = {c.name: c for c in model.commanders}
    model.movement = {m.name: m for m in model.movements}
    model.guards = [model.agency[name] for name in GUARDS]
    model.drug_units = [model.agency[name] for name in DRUG_UNITS]
    for commander in model.commanders:
        commander.waits_for_post = commander.name in WAITING_FOR


def open_ledgers(model: TajikistanModel) -> None:
    """Open the accounts of money (empty) and of people (documented numbers)."""
    purses = ["treasury", "patronage", "households", "passage", *AGENCIES, *COMMANDERS, *NETWORKS]
    model.money = Ledger(purses, model.run_count)
    homes = [f"home_{r}" for r in REGIONS]
    away = [f"abroad_{r}" for r in REGIONS]
    others = ["violent", "fighters_abroad", "prisoners", "dead"]
    model.people = Ledger([*homes, *away, *AGENCIES, *others], model.run_count)
    everyone = model.values["population_start"]
    share = model.values.family("region_people")
    abroad = model.values["migrants_start"]
    for i, region in enumerate(REGIONS):
        model.people.move("world", f"home_{region}", (everyone - abroad) * share[i])
        model.people.move("world", f"abroad_{region}", abroad * share[i])
    for agency in model.agencies:
        model.people.move("world", agency.name, agency.strength)
        agency.strength_start = agency.strength.copy()
        agency.aid = np.zeros(model.run_count)
    model.people.move("world", "violent", model.values["violent_start"])


def guard_sections(model: TajikistanModel) -> None:
    """Put the guards of early 2004 on the border: Russian but for the 73 km and Murghab."""
    length = model.values.family("section_length")
    russian, own = model.agency["russian_border_troops"], model.agency["border_troops"]
    for i, section in enumerate(SECTIONS):
        guard = own if section in ("early_transfer", "murghab") else russian
        guard.guarded_km[i] = length[i]
    for guard in model.guards:
        guard.ask(guard.decide_deployment)


def country_at_start(model: TajikistanModel) -> None:
    """Set what belongs to no single actor."""
    runs = model.run_count

    def filled(value: float | Array, *axes: int) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=float), (*axes, runs)).copy()

    sections, exits = len(SECTIONS), len(EXITS)
    model.entry_toll, model.exit_toll = filled(0.0, sections), filled(0.0, exits)
    belief = model.values["belief_start"]
    model.entry_word, model.exit_word = filled(belief, 6), filled(belief, exits)
    model.guard_strength = filled(0.3, sections)
    model.barrier, model.barrier_rents_start = filled(model.values["barrier_start"]), filled(1.0)
    model.alignment, model.west_share = filled(0.5), filled(0.3)
    model.objection, model.leverage, model.guarantee = filled(0.0), filled(0.5), filled(0.0)
    model.standing, model.absorbed, model.creed = filled(1.0), filled(0.0), filled(0.0)
    model.militants_inside, model.coup = filled(0.0), filled(0.0)
    model.pressure = filled(1.0)
    model.other_debt = filled(model.values["other_debt_start"])
    police = model.agency["interior_ministry"].strength
    model.police_scale = model.home_people / np.maximum(police, 1.0)
    settle_provision(model)


def settle_provision(model: TajikistanModel) -> None:
    """Begin with the outside provision that the presence of early 2004 implies."""
    presence(model)
    for power in model.powers:
        power.carry()
    provision = provision_of_tasks(np.stack([p.provision for p in model.powers]))
    model.regime.task_provision = provision
    model.regime.set_start_effort(provision)
