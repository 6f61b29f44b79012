"""Unrest in the regions: killings over rents, the answer to them, riots over arrests."""

import numpy as np

from tajsim.agents.commander import Commanders
from tajsim.axes import AFGHAN_SECTIONS, COMMANDERS, REGIONS, Array, column, total
from tajsim.model.country import Country
from tajsim.rules import unrest as rules
from tajsim.rules.state import part_of
from tajsim.world import CAPITAL, SECTION_REGION

#: 1 where a commander's following is in a region, ``(region, commander, 1)``.
OF_REGION = np.stack(
    [column(place == r for place in Commanders.place) for r in range(len(REGIONS))]
)

#: 1 where a section of the Afghan line lies in a region, ``(region, section, 1)``.
BEHIND = np.stack([column(SECTION_REGION[s] == r for s in AFGHAN_SECTIONS) for r in REGIONS])

#: 1 for the region of the capital, ``(region, 1)``.
AT_THE_SEAT = column(name == CAPITAL for name in REGIONS)


def by_region(values: Array) -> Array:
    """Add ``(commander, run)`` over the commanders of each region, ``(region, run)``."""
    return total(OF_REGION * values, axis=1)


def disloyal_men(country: Country) -> Array:
    """Return the men of each region's commanders as far as these are not loyal, persons."""
    commanders = country.commanders
    return by_region(commanders.following * commanders.in_place * (1.0 - commanders.loyalty))


def garrison(country: Country) -> Array:
    """Return the state's force in each region, persons, ``(region, run)``.

    It is spread like the people; the whole of it can turn on the capital, where it stands.
    """
    spread = country.at_home / np.maximum(country.home_people, 1.0)
    return country.at_hand() * np.maximum(spread, AT_THE_SEAT)


def unrest(country: Country) -> Array:
    """Fight over rents. Return the dead, persons. Writes: killings, operations, riots, orders."""
    regions = country.regions
    kill(country)
    riot(country)
    answer(country)
    now = country.now
    happened = now["killings"] + now["operations"] + now["riots"]
    regions.unrest = regions.apply(rules.unrest_step, unrest=regions.unrest, happened=happened)
    fallen = country.values.unrest_shock * now["operations"] * disloyal_men(country)
    return total(now["killings"] + fallen)


def kill(country: Country) -> None:
    """Let officers be killed where rents are divided and nobody above keeps order."""
    commanders, regions, month = country.commanders, country.regions, country.calendar_month
    rents, places = country.now["rents_commander"], commanders.place
    chance = country.apply(
        rules.killing_chance,
        share=rents / np.maximum(total(rents), 1.0),
        beyond=1.0 - regions.control[places],
        unrest=regions.unrest[places],
        truce=regions.truce[places],
    )
    draw = country.draws.uniform_each("killing", commanders.names, month)
    killed = (draw < chance).astype(float)
    country.now["killings"] = by_region(killed)
    for i, name in enumerate(COMMANDERS):
        country.note("killing", killed[i], actor=name, target=REGIONS[places[i]], size=rents[i])


def riot(country: Country) -> None:
    """Let crowds storm offices over arrests in a protected trade."""
    regions, networks = country.regions, country.networks
    lost = total(networks.entry_share * (networks.hit * networks.protection), axis=1)
    chance = regions.apply(
        rules.riot_chance,
        hit=total(BEHIND * lost, axis=1),
        strong=country.apply(part_of, part=disloyal_men(country), other=garrison(country)),
        grievance=regions.grievance,
        beyond=1.0 - regions.control,
        unrest=regions.unrest,
        truce=regions.truce,
    )
    draw = country.draws.uniform_each("riot", REGIONS, country.calendar_month)
    riots = country.now["riots"] = (draw < chance).astype(float)
    regions.control = 1.0 - regions.apply(rules.shaken, level=1.0 - regions.control, happened=riots)
    regions.protest = np.maximum(regions.protest, riots)
    for name, happened in zip(REGIONS, riots, strict=True):
        country.note("riot", happened, target=name)


def answer(country: Country) -> None:
    """Send troops where an officer was killed beyond control, or talk with those who rule there."""
    regions = country.regions
    killed = np.minimum(country.now["killings"], 1.0) * (1.0 - country.regime.collapsed)
    sends, agrees = regions.apply(rules.answer_chances, killed=killed, control=regions.control)
    draw = country.draws.uniform_each("operation", REGIONS, country.calendar_month)
    sent = country.now["operations"] = (draw < sends).astype(float)
    agreed = ((draw >= sends) & (draw < sends + agrees)).astype(float)
    regions.truce = regions.apply(rules.truce_step, truce=regions.truce, agreed=agreed)
    for name, control, here in zip(REGIONS, regions.control, sent, strict=True):
        country.note("operation", here, target=name, size=control, cause="killing")
    regions.grievance = regions.apply(rules.shaken, level=regions.grievance, happened=sent)
    arrest_strongmen(country, sent)


def arrest_strongmen(country: Country, sent: Array) -> None:
    """Order the arrest of the strongest in place in each region to which troops are ``sent``."""
    commanders = country.commanders
    here = commanders.in_place * commanders.power
    strongest = np.argmax(OF_REGION * (here + commanders.in_place), axis=1)
    chosen = strongest[:, None] == np.arange(len(COMMANDERS))[:, None]
    aimed = total(OF_REGION * chosen * sent[:, None]) * commanders.in_place
    new = aimed * (commanders.arrest_order < 0.5)
    for i, name in enumerate(COMMANDERS):
        threat = commanders.threat[i]
        country.note(
            "arrest_order", new[i], actor="regime", target=name, size=threat, cause="killing"
        )
    commanders.arrest_order = np.maximum(commanders.arrest_order, aimed)
