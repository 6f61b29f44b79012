"""Part of stage 11: violence of business, and what the centre and the street make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tajsim.axes import REGIONS, Array, total
from tajsim.model.notes.elite import note_business, note_operation, note_punished
from tajsim.rules.rents.rivalry import killing_chance, operation_chance, riot_chance

if TYPE_CHECKING:
    from tajsim.model.country import Country


def business(country: Country) -> Array:
    """Fight over rents. Return the dead, persons. Writes: killings, operations, riots, orders."""
    names, places = country.commanders.names, country.commanders.place
    rents = country.now["rents_commander"]
    everyone = np.maximum(total(rents), 1e-9)
    chance = country.ask(killing_chance, rents, 1.0 - rents / everyone)
    killed = country.draws.uniform_each("killing", names, country.calendar_month) < chance
    riots = riot(country)
    note_business(country, killed, riots)
    for i in np.flatnonzero((killed | riots).any(axis=1)):
        country.now["killings"][places[i]] += killed[i]
        country.now["riots"][places[i]] = np.maximum(country.now["riots"][places[i]], riots[i])
    storm_offices(country)
    punish(country)
    operations = total(country.now["operations"])
    country.regime.incidents = country.regime.incidents + operations + total(country.now["riots"])
    return total(country.now["killings"]) + operations * country.values.operation_deaths


def riot(country: Country) -> NDArray[np.bool_]:
    """Return where a strongman's people rise over arrests in his trade, ``(commander, run)``."""
    commanders = country.commanders
    hit = country.networks.by_patron(country.networks.hit)
    power, places = commanders.power * commanders.in_place, commanders.place
    grievance = country.regions.grievance[places]
    beyond = 1.0 - country.regions.control[places]
    chance = country.ask(riot_chance, hit, power, grievance, beyond)
    draw = country.draws.uniform_each("riot", commanders.names, country.calendar_month)
    return draw < chance


def storm_offices(country: Country) -> None:
    """Let riots be protests that cost the centre control of the region."""
    riots = country.now["riots"]
    if not riots.any():
        return
    regions = country.regions
    regions.control = regions.control * (1.0 - country.values.riot_control_loss * riots)
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
    if not sent.any():
        return
    country.now["operations"] = sent
    note_operation(country, sent)
    shock = country.values.operation_shock * sent
    regions.fear = regions.fear + shock * (1.0 - regions.fear)
    regions.grievance = regions.grievance + shock * (1.0 - regions.grievance)
    arrest_strongmen(country, sent)


def arrest_strongmen(country: Country, sent: Array) -> None:
    """Order the arrest of the strongest in place in each region to which troops are ``sent``."""
    commanders = country.commanders
    here, orders = commanders.in_place, commanders.arrest_order.copy()
    power = commanders.power * here
    for r in np.flatnonzero(sent.any(axis=1)):
        local = np.flatnonzero(commanders.place == r)
        if not local.size:
            continue
        strongest = local[np.argmax(power[local], axis=0)]
        for i in local:
            order = sent[r] * here[i] * (strongest == i)
            note_punished(country, commanders[i], order * (orders[i] < 0.5))
            orders[i] = np.maximum(orders[i], order)
    commanders.arrest_order = orders
