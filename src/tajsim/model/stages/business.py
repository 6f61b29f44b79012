"""Part of stage 11: violence of business, and what the centre and the street make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tajsim.axes import REGIONS, Array, total
from tajsim.model.notes.elite import note_business, note_operation
from tajsim.rules.rents.rivalry import killing_chance, operation_chance, riot_chance

if TYPE_CHECKING:
    from tajsim.model.country import Country


def business(country: Country) -> Array:
    """Fight over rents. Return the dead, persons. Writes: killings, operations, riots, orders."""
    names = [c.name for c in country.commanders]
    home = [REGIONS.index(c.facts.region) for c in country.commanders]
    rents = country.now["rents_commander"]
    everyone = np.maximum(total(rents), 1e-9)
    chance = country.ask(killing_chance, rents, 1.0 - rents / everyone)
    killed = country.draws.uniform_each("killing", names, country.calendar_month) < chance
    riots = riot(country, names, home)
    note_business(country, killed, riots)
    for i, r in enumerate(home):
        country.now["killings"][r] += killed[i]
        country.now["riots"][r] = np.maximum(country.now["riots"][r], riots[i])
    storm_offices(country)
    punish(country)
    operations = total(country.now["operations"])
    country.regime.incidents = country.regime.incidents + operations + total(country.now["riots"])
    return total(country.now["killings"]) + operations * country.values["operation_deaths"]


def riot(country: Country, names: list[str], home: list[int]) -> Array:
    """Return 1 where a strongman's people rise over arrests in his trade, ``(commander, run)``."""
    hit = np.zeros((len(names), country.run_count))
    for network, patron in enumerate(country.networks.patrons):
        if patron:
            hit[names.index(patron)] += country.networks.hit[network]
    power = np.stack([c.power * c.in_place for c in country.commanders])
    grievance = country.regions.grievance[home]
    beyond = 1.0 - country.regions.control[home]
    chance = country.ask(riot_chance, hit, power, grievance, beyond)
    draw = country.draws.uniform_each("riot", names, country.calendar_month)
    return (draw < chance).astype(float)


def storm_offices(country: Country) -> None:
    """Let riots be protests that cost the centre control of the region."""
    riots = country.now["riots"]
    if not riots.any():
        return
    regions = country.regions
    regions.control = regions.control * (1.0 - country.values["riot_control_loss"] * riots)
    regions.protest = np.maximum(regions.protest, riots)
    country.now["protest"] = regions.protest


def punish(country: Country) -> None:
    """Send troops where an officer was killed beyond control; order the strongman's arrest."""
    killed = np.minimum(country.now["killings"], 1.0)
    if not killed.any():
        return
    regions = country.regions
    chance = country.ask(operation_chance, killed, regions.control)
    draw = country.draws.uniform_each("operation", REGIONS, country.calendar_month)
    sent = (draw < chance).astype(float)
    country.now["operations"] = sent
    note_operation(country, sent)
    shock = country.values["operation_shock"] * sent
    regions.fear = regions.fear + shock * (1.0 - regions.fear)
    regions.grievance = regions.grievance + shock * (1.0 - regions.grievance)
    for r, region in enumerate(REGIONS):
        local = [c for c in country.commanders if c.facts.region == region]
        if local:
            strongest = np.argmax(np.stack([c.power * c.in_place for c in local]), axis=0)
            for i, commander in enumerate(local):
                order = sent[r] * commander.in_place * (strongest == i)
                fresh = order * (commander.arrest_order < 0.5)
                country.note(
                    "arrest_order",
                    fresh,
                    actor="regime",
                    target=commander.name,
                    size=commander.threat,
                    cause="killing",
                )
                commander.arrest_order = np.maximum(commander.arrest_order, order)
